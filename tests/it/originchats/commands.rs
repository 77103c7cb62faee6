//! Commands of the server, pins, mentions, searches, read marks that go back, and emoji in texts: what is said for each.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use serde_json::{Value, json};
use std::sync::Arc;

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

fn key(id: &str, seconds: u128) -> MessageKey {
    let id = MessageId::new(u128::from_str_radix(&id.replace('-', ""), 16).unwrap());
    MessageKey { order: SortKey((seconds * 1_000_000) << 64), id }
}

fn ready() -> (Peer, ChatId) {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    (peer, general)
}

fn unmarked(mut said: Value) -> Value {
    said.as_object_mut().unwrap().remove("listener").unwrap();
    said
}

/// A list with an option of each kind, in the shape that was recorded.
fn listed_commands() -> Value {
    let option = |name: &str, kind: &str, required: Value| json!({"name": name, "description": "what", "type": kind, "required": required});
    let mut pick = option("pick", "enum", json!(false));
    pick["choices"] = json!(["red", "blue"]);
    json!({"cmd": "slash_list", "commands": [
        {"name": "roll", "description": "Roll\nsome dice", "whitelistRoles": null, "ephemeral": false, "options": [
            option("count", "int", json!(true)), option("plus", "float", json!(false)), option("sorted", "bool", json!(false)),
            pick, option("for", "user", json!(false)), option("why", "str", Value::Null)]},
        {"name": "nick", "description": "Names", "options": [option("name", "str", json!(false))]},
        {"name": "te\u{7}rn", "description": "cannot be said back"}, {"description": "nameless"}, 7]})
}

fn call(chat: ChatId, name: &str, arguments: &[(&str, &str)]) -> Request {
    let arguments = arguments.iter().map(|(name, typed)| ((*name).to_owned(), (*typed).to_owned())).collect();
    Request::CallCommand { chat, name: name.to_owned(), arguments }
}

#[test]
fn commands_are_told_with_what_they_take() {
    let (mut peer, general) = ready();
    let asked = peer.asked(1, &Request::FetchCommands(general));
    assert_eq!(unmarked(asked.clone()), json!({"cmd": "slash_list"}));
    peer.answer(&asked, listed_commands());
    let Ok(Reply::Commands(commands)) = peer.answered() else { panic!() };
    assert_eq!(commands.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["roll", "nick"]);
    let roll = &commands[0];
    assert_eq!(roll.about.as_str(), "Roll some dice");
    let options: Vec<_> = roll.options.iter().map(|one| (one.name.as_str(), one.kind.clone(), one.needed)).collect();
    let choice = SlashKind::Choice([CleanText::ours("red"), CleanText::ours("blue")].into());
    assert_eq!(
        options,
        [
            ("count", SlashKind::Whole, true),
            ("plus", SlashKind::Number, false),
            ("sorted", SlashKind::Flag, false),
            ("pick", choice, false),
            ("for", SlashKind::Person, false),
            ("why", SlashKind::Text, true),
        ]
    );
}

#[test]
fn arguments_are_said_as_their_kind_and_what_does_not_fit_is_not_said() {
    let (mut peer, general) = ready();
    // Not told yet: they are asked for first.
    let roll = call(
        general,
        "roll",
        &[("count", " 3 "), ("plus", "1.5"), ("sorted", "yes"), ("pick", "red"), ("for", "ada"), ("why", "4")],
    );
    assert!(!roll.is_repeatable(), "twice would be two rolls");
    let asked = peer.asked(1, &roll);
    assert_eq!(asked["cmd"], "slash_list");
    peer.answer(&asked, listed_commands());
    let asked = peer.said_one();
    let args = json!({"count": 3, "plus": 1.5, "sorted": true, "pick": "red", "for": "ada", "why": "4"});
    assert_eq!(
        unmarked(asked.clone()),
        json!({"cmd": "slash_call", "channel": "general", "command": "roll", "args": args})
    );
    let rolled = json!({"user": "dicebot", "content": "6", "timestamp": 1.6e9, "id": ID, "interaction": {"command": "roll", "username": "bob"}});
    peer.answer(&asked, json!({"cmd": "message_new", "message": rolled, "channel": "general", "global": true}));
    let events = peer.events();
    let [nib::net::NetEvent::Update(Update::MessageCreated { message, .. }), nib::net::NetEvent::Answer(answer)] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(answer.outcome, Ok(Reply::Done));
    let used = message.used.as_deref().map(|(who, command)| (who.as_str(), command.as_str()));
    assert_eq!(used, Some(("bob", "roll")));
    for (argument, typed) in [("count", "many"), ("plus", "x"), ("sorted", "perhaps"), ("pick", "green")] {
        peer.want(2, &call(general, "roll", &[(argument, typed)]));
        assert!(peer.said().is_empty());
        let refusal = peer.answered().unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.text.starts_with(argument), "{}", refusal.text);
    }
}

#[test]
fn a_nickname_is_set_with_whatever_the_server_calls_it() {
    let (mut peer, general) = ready();
    let nickname = |name: &str| Request::SetNickname { chat: general, name: name.to_owned() };
    let asked = peer.asked(1, &Request::FetchCommands(general));
    peer.answer(&asked, listed_commands());
    let _ = peer.answered();
    let asked = unmarked(peer.asked(2, &nickname(" Bo ")));
    assert_eq!(asked, json!({"cmd": "slash_call", "channel": "general", "command": "nick", "args": {"name": "Bo"}}));
}

#[test]
fn a_server_that_lists_no_commands_is_told_the_usual_one() {
    let mut greeting = listed();
    greeting["val"]["capabilities"].as_array_mut().unwrap().retain(|name| name != "slash_list");
    let mut peer = Peer::signed_in_as(&greeting, &["user"]);
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    peer.want(1, &Request::FetchCommands(general));
    assert_eq!(peer.answered(), Ok(Reply::Commands(Vec::new())));
    let asked = unmarked(peer.asked(2, &Request::SetNickname { chat: general, name: "Bo".to_owned() }));
    assert_eq!(
        asked,
        json!({"cmd": "slash_call", "channel": "general", "command": "nick", "args": {"nickname": "Bo"}})
    );
}

#[test]
fn commands_that_come_and_go_are_told() {
    let (mut peer, _) = ready();
    let mut added = listed_commands();
    added["cmd"] = json!("slash_add");
    peer.hear(&added);
    let updates = peer.updates();
    let [Update::CommandsChanged { added, gone }] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!((added.len(), gone.len()), (2, 0));
    peer.hear(&json!({"cmd": "slash_remove", "commands": ["roll"]}));
    let updates = peer.updates();
    assert_eq!(updates, [Update::CommandsChanged { added: Vec::new(), gone: vec![CleanText::ours("roll")] }]);
}

#[test]
fn messages_are_pinned_and_let_go_by_two_commands() {
    let (mut peer, chat) = ready();
    for (pinned, command) in [(true, "message_pin"), (false, "message_unpin")] {
        let asked = peer.asked(1, &Request::Pin { chat, message: key(ID, 5), pinned });
        assert_eq!(unmarked(asked.clone()), json!({"cmd": command, "channel": "general", "id": ID}));
        // `pinned` tells that it worked.
        peer.answer(&asked, json!({"cmd": command, "id": ID, "channel": "general", "pinned": true}));
        let events = peer.events();
        let [nib::net::NetEvent::Update(told), nib::net::NetEvent::Answer(answer)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(*told, Update::MessagePinned { chat, message: key(ID, 5).id, pinned });
        assert_eq!(answer.outcome, Ok(Reply::Done));
    }
}

#[test]
fn mentions_are_sorted_out_of_those_from_everywhere() {
    let (mut peer, chat) = ready();
    let asked = peer.asked(1, &Request::FetchMentions(chat));
    assert_eq!(unmarked(asked.clone()), json!({"cmd": "pings_get", "limit": 100, "offset": 0}));
    let mut here = message(ID, "ada", "@bob", 1.5e9);
    here["channel"] = json!("general");
    let mut there = message("cecbfa9e-cf01-4e91-beb8-82049660f91c", "ada", "@bob", 1.5e9);
    there["channel"] = json!("news");
    let mut thread = message("cecbfa9e-cf01-4e91-beb8-820496600000", "ada", "@bob", 1.5e9);
    thread["channel"] = json!("general");
    thread["thread_id"] = json!("cecbfa9e-cf01-4e91-beb8-820496611111");
    peer.answer(
        &asked,
        json!({"cmd": "pings_get", "messages": [there, here, thread], "offset": 0, "limit": 100, "total": 3}),
    );
    assert_eq!(peer.answered(), Ok(Reply::Mentions { chat, messages: vec![key(ID, 0).id] }));
}

#[test]
fn a_search_is_of_one_channel_and_told_at_once() {
    let (mut peer, chat) = ready();
    let search = |before| Request::Search { chat, words: " ink ".to_owned(), before };
    let asked = peer.asked(1, &search(None));
    assert_eq!(unmarked(asked.clone()), json!({"cmd": "messages_search", "channel": "general", "query": "ink"}));
    let found = json!({"cmd": "messages_search", "channel": "general", "query": "ink", "results": [message(ID, "ada", "Ink", 1.5e9)]});
    peer.answer(&asked, found.clone());
    let Ok(Reply::Matches { messages, complete: false, .. }) = peer.answered() else { panic!() };
    assert_eq!(messages[0].body.text.as_str(), "Ink");
    let asked = peer.asked(2, &search(Some(messages[0].key)));
    peer.answer(&asked, found);
    let Ok(Reply::Matches { messages, complete: false, .. }) = peer.answered() else { panic!() };
    assert!(messages.is_empty(), "the server tells the same again, and nobody knows whether there are others");
    peer.want(3, &Request::Search { chat, words: " ".to_owned(), before: None });
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::Invalid);
}

#[test]
fn a_mark_that_goes_back_is_counted_anew() {
    let (mut peer, chat) = ready();
    let upto = key(ID, 5);
    let asked = peer.asked(1, &Request::MarkRead { chat, upto, back: true });
    assert_eq!(unmarked(asked.clone()), json!({"cmd": "unreads_ack", "channel": "general", "message_id": ID}));
    peer.answer(&asked, json!({"cmd": "unreads_ack", "channel": "general", "last_read": ID}));
    let asked = peer.said_one();
    assert_eq!(unmarked(asked.clone()), json!({"cmd": "unreads_count", "channel": "general"}));
    peer.answer(
        &asked,
        json!({"cmd": "unreads_count", "channel": "general", "unread_count": 4, "last_read": ID, "total_messages": 9}),
    );
    let events = peer.events();
    let told =
        nib::net::NetEvent::Update(Update::ReadMarkMoved { chat, upto, unread: Some(4), mentions: None, back: true });
    assert!(events.contains(&told), "{events:?}");
    let done = nib::net::NetEvent::Answer(Answer { request: RequestId(1), outcome: Ok(Reply::Done) });
    assert_eq!(events.last(), Some(&done));
}

#[test]
fn emoji_are_known_and_stand_in_texts_as_addresses() {
    let (mut peer, bundle) = super::standins::synced();
    let chat = chat_of(&bundle, "general");
    peer.want(1, &Request::FetchEmoji);
    let Ok(Reply::Emoji(emoji)) = peer.answered() else { panic!() };
    assert!(peer.said().is_empty(), "they are told with the channels");
    let known = emoji.iter().find(|one| one.name.as_str() == "redsq").expect("a recorded emoji");
    assert!(known.community.is_some());
    let used = EmojiUse { name: "redsq".to_owned(), id: known.id, standin: known.standin.clone() };
    let text = "a :redsq:! `:redsq:` :redsq: :other:".to_owned();
    let outgoing = Outgoing { chat, text: text.clone(), emoji: [used.clone()].into(), ..Outgoing::default() };
    let asked = peer.asked(2, &Request::Send(Arc::new(outgoing)));
    let address = "originChats:<emoji>//chat.example.org/0";
    let said = format!("a {address}! `:redsq:` {address} :other:");
    assert_eq!(asked["content"], said);
    // In a change as well, where what is there already stays.
    let edit =
        |text| Request::Edit { chat, message: key(ID, 1), text, emoji: [used.clone()].into(), no_previews: false };
    assert_eq!(peer.asked(4, &edit(text))["content"], said);
    assert_eq!(peer.asked(5, &edit(said.clone()))["content"], said);
    let link = "originChats://chat.example.org/general";
    assert_eq!(peer.asked(6, &edit(format!("see #general, {link}")))["content"], format!("see {link}, {link}"));
    let quoting = Outgoing { chat, text: "x".to_owned(), quote: Some(Quote::default()), ..Outgoing::default() };
    peer.want(3, &Request::Send(Arc::new(quoting)));
    assert_eq!(peer.answers().pop().unwrap().1.unwrap_err().kind, RefusalKind::Unsupported);
}

#[test]
fn files_tell_where_they_are_and_until_when() {
    let (mut peer, _) = ready();
    let file = |url: &str| json!({"id": ID, "name": "a.png", "mime_type": "image/png", "size": 5, "url": url, "expires_at": 1.9e9});
    let heard = |peer: &mut Peer, url: &str| {
        let mut told = message(ID, "ada", "see", 1.5e9);
        told["attachments"] = json!([file(url)]);
        told["embeds"] = json!([{"title": "x", "image": {"url": url, "width": 1, "height": 2}}]);
        peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": told}));
        match &peer.updates()[..] {
            [Update::MessageCreated { message, .. }] => Arc::clone(message),
            other => panic!("{other:?}"),
        }
    };
    let here = heard(&mut peer, "/attachments/edb28f13");
    let file = &here.attachments[0];
    assert_eq!((file.file.address.as_str(), file.expires), ("/attachments/edb28f13", Some(Wall(1_900_000_000_000))));
    assert!(here.embeds[0].image.as_deref().unwrap().file.is_some());
    let elsewhere = heard(&mut peer, "https://elsewhere.example/x.png");
    assert_eq!(elsewhere.embeds[0].image.as_deref().unwrap().file, None, "what others keep is not asked for");
    assert!(heard(&mut peer, "//elsewhere.example/x.png").embeds[0].image.as_deref().unwrap().file.is_none());
}

#[test]
fn a_part_of_a_file_that_nobody_wants_is_not_fetched_to_its_end() {
    let (mut peer, _) = ready();
    let file = FileRef { address: CleanText::new("/attachments/x"), ..FileRef::default() };
    peer.want(1, &Request::FetchPart { file, offset: 0, length: 100 });
    let call = peer.call();
    nib::net::Adapter::cancel(&mut peer.adapter, RequestId(1), peer.now, &mut peer.out);
    assert_eq!(std::mem::take(&mut peer.out.dropped), [call.id]);
    assert_eq!(peer.answers().pop().unwrap().1.unwrap_err(), Refusal::stopped());
    // What comes of it all the same is nobody's.
    peer.reply_to(&call, 200, &json!({}));
    assert!(peer.answers().is_empty());
}
