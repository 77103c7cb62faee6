//! Lists that tell less than is known, or that are not true any more.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use serde_json::{Value, json};
use std::time::Duration;

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";
const THREAD: &str = "3d4b6a34-6e0b-4c7e-9d3e-0f2d4ad0c111";

fn channels(names: &[&str]) -> Value {
    let rows: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "text"})).collect();
    json!({"cmd": "channels_get", "val": rows})
}

fn missed(peer: &mut Peer) -> usize {
    let events = peer.events();
    events.iter().filter(|event| matches!(event, nib::net::NetEvent::Link(LinkEvent::Missed))).count()
}

/// Signed in to a server with these channels, and what it told of them with these read states.
fn with_lists(greeting: &Value, channels: &Value, unreads: &Value) -> (Peer, Bundle) {
    let mut peer = Peer::signed_in_as(greeting, &["user"]);
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    while let Some(asked) = peer.said().first() {
        let reply = json!({"cmd": asked["cmd"], "users": [], "unreads": unreads, "val": channels});
        peer.answer(asked, reply);
    }
    match peer.answered() {
        Ok(Reply::Channels { bundle, .. }) => (peer, bundle),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_says_how_much_it_tells_of_what_is_unread() {
    let thread = json!({"id": THREAD, "name": "t", "parent_channel": "ideas"});
    let all = json!([
        {"name": "general", "type": "text"},
        {"name": "counted", "type": "text"},
        {"name": "ideas", "type": "forum", "threads": [thread]},
    ]);
    let unreads = json!({"general": {"unread_count": 3, "last_read": null, "ping_count": 1}, "counted": {"unread_count": 2, "last_read": null}});
    let (mut peer, bundle) = with_lists(&listed(), &all, &unreads);
    let told = |bundle: &Bundle, name: &str| {
        let chat = bundle.chats.iter().find(|chat| chat.wire.as_str() == name).unwrap();
        (chat.read_state, chat.unread, chat.mentions)
    };
    assert_eq!(told(&bundle, "general"), (ReadState::Told, 3, 1));
    assert_eq!(told(&bundle, "counted"), (ReadState::WithoutMentions, 2, 0));
    assert_eq!(told(&bundle, THREAD).0, ReadState::Untold);
    // What is told afterwards is counted where there is something to count from.
    let mut called = message(ID, "ada", "hey @bob", 1.7e9);
    called["pings"] = json!({"users": ["bob"], "roles": [], "replies": []});
    peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": called}));
    peer.events();
    // One chat is asked for anew: what was counted may be from before a deletion.
    let asked = peer.asked(2, &Request::FetchChat(chat_of(&bundle, "general")));
    let unreads = json!({"general": {"unread_count": 4, "last_read": null, "ping_count": 2}});
    peer.answer(&asked, json!({"cmd": "unreads_get", "unreads": unreads}));
    let asked = peer.said_one();
    peer.answer(&asked, json!({"cmd": "channels_get", "val": all}));
    let Ok(Reply::Chat(bundle)) = peer.answered() else { panic!("no chat") };
    assert_eq!(told(&bundle, "general"), (ReadState::Told, 4, 2));
    let (_, bundle) = with_lists(&old(), &all, &json!({}));
    assert!(bundle.chats.iter().all(|chat| chat.read_state == ReadState::Untold));
}

#[test]
fn a_list_that_is_found_to_be_old_is_asked_for_anew_but_not_without_end() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    let refuse = |peer: &mut Peer, words: &str| {
        let asked = peer.asked(1, &Request::FetchPinned(general));
        peer.answer(&asked, json!({"cmd": "error", "src": "messages_pinned", "val": words}));
    };
    refuse(&mut peer, "Message not found");
    assert_eq!(missed(&mut peer), 0);
    refuse(&mut peer, "Channel not found");
    assert_eq!(missed(&mut peer), 1);
    refuse(&mut peer, "Access denied to this channel");
    assert_eq!(missed(&mut peer), 0, "the new list may be no better");
    for _ in 0..10 {
        peer.pass(Duration::from_secs(30));
        peer.hear(&json!({"cmd": "ping"}));
    }
    assert_eq!(missed(&mut peer), 1);
}

#[test]
fn an_answer_after_its_time_is_no_news() {
    let mut peer = Peer::signed_in();
    peer.sync();
    let community = peer.community();
    for request in 1..40 {
        peer.want(request, &Request::FetchChannels(community));
        let (mut asked, mut answers) = (peer.said(), Vec::new());
        for _ in 0..20 {
            peer.pass(Duration::from_secs(8));
            peer.hear(&json!({"cmd": "ping"}));
            answers.extend(peer.answers());
            asked.extend(peer.said());
        }
        assert!(matches!(&answers[..], [(_, Err(late))] if late.kind == RefusalKind::TimedOut), "{answers:?}");
        let lists: Vec<Value> = asked.into_iter().filter(|asked| asked["cmd"] == "channels_get").collect();
        assert_eq!(lists.len(), 1);
        peer.answer(&lists[0], channels(&["general", "new"]));
        assert_eq!(missed(&mut peer), 0);
    }
}

#[test]
fn lists_that_are_told_again_and_again_are_not_asked_for_each_time() {
    let mut peer = Peer::signed_in();
    peer.sync();
    peer.hear(&channels(&["general", "new"]));
    assert_eq!(missed(&mut peer), 1, "the first is heeded at once");
    let mut told = 0;
    for _ in 0..590 {
        peer.pass(Duration::from_secs(1));
        peer.hear(&channels(&["general", "new"]));
        told += missed(&mut peer);
    }
    assert!((3..=6).contains(&told), "{told}");
    // The last word is heeded, too, without another.
    peer.pass(Duration::from_secs(299));
    let more = missed(&mut peer);
    peer.pass(Duration::from_secs(299));
    assert_eq!((more + missed(&mut peer), missed(&mut peer)), (1, 0));
}

#[test]
fn a_channel_that_has_another_name_is_not_left_beside_itself() {
    let mut peer = Peer::signed_in();
    peer.sync();
    peer.hear(&json!({"cmd": "message_new", "channel": "lobby", "message": message(ID, "ada", "x", 1.7e9)}));
    let updates = peer.updates();
    let [Update::MessageCreated { message, .. }] = &updates[..] else { panic!("{updates:?}") };
    let asked = peer.asked(1, &Request::FetchChat(message.chat));
    assert_eq!(asked["cmd"], "unreads_get");
    peer.answer(&asked, json!({"cmd": "unreads_get", "unreads": {}}));
    let asked = peer.said_one();
    assert_eq!(asked["cmd"], "channels_get");
    peer.answer(&asked, channels(&["lobby", "history"]));
    let events = peer.events();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, nib::net::NetEvent::Answer(Answer { outcome: Ok(Reply::Chat(_)), .. })))
    );
    assert!(events.iter().any(|event| matches!(event, nib::net::NetEvent::Link(LinkEvent::Missed))), "general is gone");
}

#[test]
fn who_leaves_a_server_stays_away() {
    let mut peer = Peer::signed_in();
    peer.sync();
    let community = peer.community();
    let asked = peer.asked(1, &Request::LeaveCommunity(community));
    peer.answer(&asked, json!({"cmd": "user_leave", "user": "bob", "val": "User left server"}));
    let events = peer.events();
    let refused = |event: &nib::net::NetEvent| {
        matches!(event, nib::net::NetEvent::Link(LinkEvent::Refused { about: Some(SignInPart::Membership), .. }))
    };
    assert!(events.iter().any(refused), "{events:?}");
    assert!(events.iter().any(|event| matches!(event, nib::net::NetEvent::Answer(Answer { outcome: Ok(_), .. }))));
    assert_eq!(peer.closed(), Some(&nib::net::Close::Refused));
}

#[test]
fn a_server_that_does_not_let_one_go_keeps_one() {
    let mut peer = Peer::synced();
    let community = peer.community();
    let asked = peer.asked(1, &Request::LeaveCommunity(community));
    peer.answer(&asked, json!({"cmd": "error", "src": "user_leave", "val": "Server data not available"}));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::Invalid);
    assert_eq!(peer.closed(), None);
}

fn page(asked: &Value, messages: &[Value]) -> Value {
    json!({"cmd": asked["cmd"], "channel": "general", "messages": messages, "val": messages})
}

/// The chat of the one channel of a newer server, which pages by id.
fn newer_general() -> (Peer, ChatId) {
    let (peer, bundle) = with_lists(&newer(), &json!([{"name": "general", "type": "text"}]), &json!({}));
    let chat = chat_of(&bundle, "general");
    (peer, chat)
}

#[test]
fn where_history_begins_is_believed_where_it_is_told() {
    let (mut peer, chat) = newer_general();
    let mut reached = |limit, told: Option<bool>, messages: &[Value]| {
        let asked = peer.asked(1, &Request::FetchHistory { chat, page: Page::Latest, limit });
        let mut page = page(&asked, messages);
        page["at_start"] = json!(told);
        peer.answer(&asked, page);
        match peer.answered() {
            Ok(Reply::History { reached_start, .. }) => reached_start,
            other => panic!("{other:?}"),
        }
    };
    let one = message(ID, "ada", "x", 1.7e9);
    let without_id = json!({"user": "ada", "content": "x"});
    assert!(!reached(50, Some(false), std::slice::from_ref(&one)), "the server gives fewer at once");
    assert!(reached(1, Some(true), std::slice::from_ref(&one)));
    assert!(reached(50, None, std::slice::from_ref(&one)));
    assert!(!reached(2, None, &[without_id, one]), "two there were, though one of them cannot be read");
}

#[test]
fn messages_stand_where_the_server_has_them_whatever_their_times_say() {
    let (mut peer, chat) = newer_general();
    let uuid = |number: u8| format!("00000000-0000-4000-8000-0000000000{number:02x}");
    let asked = peer.asked(1, &Request::FetchHistory { chat, page: Page::Latest, limit: 1 });
    peer.answer(&asked, page(&asked, &[message(&uuid(9), "ada", "newest", 1_700_000_000.0)]));
    let Ok(Reply::History { messages, .. }) = peer.answered() else { panic!("no page") };
    let anchor = messages[0].key;
    // Written before a clock was set back.
    let ahead = [message(&uuid(1), "ada", "a", 1_700_000_500.0), message(&uuid(2), "ada", "b", 1_700_000_400.0)];
    let mut before = |anchor| {
        let asked = peer.asked(2, &Request::FetchHistory { chat, page: Page::Before(anchor), limit: 2 });
        peer.answer(&asked, page(&asked, &ahead));
        match peer.answered() {
            Ok(Reply::History { messages, .. }) => messages,
            other => panic!("{other:?}"),
        }
    };
    let first = before(anchor);
    let texts: Vec<_> = first.iter().map(|message| message.body.text.to_string()).collect();
    assert_eq!(texts, ["a", "b"]);
    assert!(first.iter().all(|message| message.key < anchor) && first[0].key < first[1].key);
    assert_eq!(before(anchor), first, "and stay there");
}

#[test]
fn a_message_without_a_time_is_the_newest_when_it_comes() {
    let mut peer = Peer::synced();
    peer.hear(
        &json!({"cmd": "message_new", "channel": "general", "message": {"id": ID, "user": "ada", "content": "x"}}),
    );
    let updates = peer.updates();
    let [Update::MessageCreated { message, .. }] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!(message.at, Some(START.wall));
}
