//! Going to places, and back and forward through those that were visited.

use super::script::*;
use nib::domain::kept::{Found, Listed, Marked, Query, Seek, Ticket};
use nib::domain::*;
use nib::state::action::{Going, Listing, MessageAction};
use nib::state::front::{Anchor, Overlay, Region, ScrollIntent, Target};
use nib::state::{Action, Effect, Effects, Event, StoreOp, StoreReply};
use std::sync::Arc;

fn go(script: &mut Script, to: Going) -> Effects {
    script.act(Action::Going(to))
}

fn open_now(script: &Script) -> Option<ChatKey> {
    script.state.front.as_ref().unwrap().pane.chat
}

/// What the cursor is on, where the messages have the keyboard.
fn cursor(script: &Script) -> Option<u128> {
    let front = script.state.front.as_ref().unwrap();
    match front.pane.cursor.filter(|_| front.region == Region::Messages) {
        Some(Target::Message(key)) => Some(key.id.value()),
        _ => None,
    }
}

fn point_at(script: &mut Script, id: u128) {
    let front = script.state.front.as_mut().unwrap();
    front.region = Region::Messages;
    front.pane.cursor = Some(Target::Message(key(id)));
}

fn asked(effects: &Effects) -> Vec<(RequestId, Request)> {
    let net = |effect: &Effect| match effect {
        Effect::Net { id, request, .. } => Some((*id, request.clone())),
        _ => None,
    };
    effects.iter().filter_map(net).collect()
}

fn page(chat: ChatKey, messages: Vec<Arc<Message>>) -> Reply {
    Reply::History { chat: chat.chat, messages, bundle: Bundle::default(), reached_start: false, reached_end: false }
}

#[test]
fn chats_are_gone_back_through_and_forward_again() {
    let mut script = Script::ready();
    for id in [12, 31, 32] {
        script.open(id);
        script.arrange_bottom();
    }
    for back in [31, 12, 11] {
        go(&mut script, Going::Back);
        assert_eq!(open_now(&script), Some(chat(back)));
    }
    go(&mut script, Going::Back);
    assert_eq!(script.notice(), "There is no place before this one");
    for on in [12, 31] {
        go(&mut script, Going::On);
        assert_eq!(open_now(&script), Some(chat(on)));
    }
    // Who goes elsewhere from here forgets what lay ahead.
    script.open(13);
    go(&mut script, Going::On);
    assert_eq!((open_now(&script), script.notice()), (Some(chat(13)), "There is no place after this one"));
    go(&mut script, Going::Back);
    assert_eq!(open_now(&script), Some(chat(31)));
    // The open chat, opened once more, is no other place.
    let before = script.state.front.as_ref().unwrap().trail.len();
    script.open(31);
    assert_eq!(script.state.front.as_ref().unwrap().trail.len(), before);
}

#[test]
fn back_from_an_answer_to_the_message_and_the_row_that_were_left() {
    let mut script = Script::ready();
    let mut answer = said(chat(11), 11, ADA, "to the first one");
    answer.reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(1)), quote: None }));
    script.hear(answer);
    script.arrange_top(5);
    let anchor = script.state.front.as_ref().unwrap().pane.anchor;
    point_at(&mut script, 11);
    script.act(Action::Message(MessageAction::GoToReplied));
    assert_eq!(cursor(&script), Some(1));
    script.arrange_top(1);
    script.open(12);
    script.arrange_bottom();
    go(&mut script, Going::Back);
    assert_eq!((open_now(&script), cursor(&script)), (Some(chat(11)), Some(1)));
    go(&mut script, Going::Back);
    assert_eq!(cursor(&script), Some(11));
    assert_eq!(script.state.front.as_ref().unwrap().pane.anchor, anchor, "the view stands as it stood");
    go(&mut script, Going::On);
    assert_eq!(cursor(&script), Some(1));
}

#[test]
fn what_is_gone_is_passed_over_or_opened_as_near_as_possible() {
    let mut script = Script::ready();
    point_at(&mut script, 5);
    script.open(12);
    script.arrange_bottom();
    script.open(31);
    script.arrange_bottom();
    script.receive(Update::ChatRemoved(ChatId::new(12)));
    let chat = chat(11).chat;
    script.receive(Update::MessagesDeleted { chat, messages: vec![MessageId::new(5)] });
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    go(&mut script, Going::Back);
    assert_eq!(open_now(&script).map(|open| open.chat), Some(chat), "the one between is no more");
    assert_eq!(cursor(&script), Some(6), "its neighbour stands in its place");
    assert_eq!(script.notice(), "That message is not here, and there is no connection to ask for it");
}

#[test]
fn a_place_that_is_not_loaded_is_asked_for() {
    let mut script = Script::ready();
    point_at(&mut script, 5);
    script.open(12);
    script.arrange_bottom();
    script.state.core.accounts[0].timelines.remove(&ChatId::new(11));
    let fx = go(&mut script, Going::Back);
    let around = asked(&fx).into_iter().find_map(|(id, request)| match request {
        Request::FetchHistory { page: Page::Around(message), .. } if message == MessageId::new(5) => Some(id),
        _ => None,
    });
    let messages = (4..=6).map(|id| Arc::new(said(chat(11), id, ADA, "here"))).collect();
    script.answer(around.expect("it is asked for"), Ok(page(chat(11), messages)));
    assert_eq!(cursor(&script), Some(5));
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!(pane.intent, Some(ScrollIntent::Center(Target::Message(key(5)))));
}

#[test]
fn only_so_many_places_are_remembered_and_none_twice_in_a_row() {
    let mut script = Script::ready();
    for id in [12, 11].repeat(100) {
        script.open(id);
    }
    assert_eq!(script.state.front.as_ref().unwrap().trail.len(), (100, 0));
    let mut back = 0;
    while script.notice() != "There is no place before this one" {
        go(&mut script, Going::Back);
        back += 1;
    }
    assert_eq!(back, 101);
    // A jump that leads nowhere is no place of its own.
    let mut script = Script::ready();
    for _ in 0..3 {
        go(&mut script, Going::Date("yesterday".to_owned()));
    }
    assert!(script.state.front.as_ref().unwrap().trail.len().0 <= 2);
    assert!(matches!(script.state.front.as_ref().unwrap().pane.anchor, Anchor::Bottom));
}

/// What is asked of the store.
fn reads(effects: &Effects) -> Vec<(Ticket, Query)> {
    let read = |effect: &Effect| match effect {
        Effect::Store(StoreOp::Read(ticket, query)) => Some((*ticket, query.clone())),
        _ => None,
    };
    effects.iter().filter_map(read).collect()
}

fn found(script: &mut Script, ticket: Ticket, found: Found) -> Effects {
    script.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found)))))
}

/// The open chat, with a store that has answered.
fn kept() -> Script {
    let mut script = Script::ready_kept();
    script.drafts(Vec::new());
    script
}

fn caps(script: &mut Script) -> &mut Caps {
    &mut script.state.core.accounts[0].caps
}

fn disconnect(script: &mut Script) {
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
}

/// Only messages from this one on are in memory; older ones exist.
fn only_from(script: &mut Script, first: u128) {
    let fx = {
        script.state.core.accounts[0].timelines.remove(&ChatId::new(11));
        script.open(12);
        script.act(Action::OpenChat(chat(11)))
    };
    let latest = asked(&fx).into_iter().find_map(|(id, request)| match request {
        Request::FetchHistory { page: Page::Latest, .. } => Some(id),
        _ => None,
    });
    let messages = (first..=10).map(|id| Arc::new(said(chat(11), id, ADA, &format!("line {id}")))).collect();
    let reply = Reply::History {
        chat: chat(11).chat,
        messages,
        bundle: Bundle::default(),
        reached_start: false,
        reached_end: true,
    };
    script.answer(latest.expect("the newest page"), Ok(reply));
    script.arrange_bottom();
}

fn after(effects: &Effects) -> Option<(RequestId, u128)> {
    asked(effects).into_iter().find_map(|(id, request)| match request {
        Request::FetchHistory { page: Page::After(key), .. } => Some((id, key.id.value())),
        _ => None,
    })
}

#[test]
fn what_was_not_read_is_gone_to() {
    let mut script = Script::ready();
    go(&mut script, Going::Unread);
    assert_eq!((script.notice(), cursor(&script)), ("Nothing is unread here", None));
    script.state.front.as_mut().unwrap().pane.divider = Some(key(7));
    go(&mut script, Going::Unread);
    assert_eq!(cursor(&script), Some(8));
    assert_eq!(script.state.front.as_ref().unwrap().pane.intent, Some(ScrollIntent::Unread), "with the line above it");
    go(&mut script, Going::Back);
    assert_ne!(cursor(&script), Some(8));
}

#[test]
fn what_was_not_read_and_is_not_loaded_is_fetched() {
    let mut script = Script::ready();
    only_from(&mut script, 8);
    script.state.front.as_mut().unwrap().pane.divider = Some(key(3));
    let fx = go(&mut script, Going::Unread);
    let (id, place) = after(&fx).expect("what comes after is asked for");
    assert_eq!((place, cursor(&script)), (3, None));
    let messages = (4..=6).map(|id| Arc::new(said(chat(11), id, ADA, "here"))).collect();
    script.answer(id, Ok(page(chat(11), messages)));
    assert_eq!(cursor(&script), Some(4));

    // A refusal shows what is nearest, and says so.
    let mut script = Script::ready();
    only_from(&mut script, 8);
    script.state.front.as_mut().unwrap().pane.divider = Some(key(3));
    let fx = go(&mut script, Going::Unread);
    let refusal = Refusal::ours(RefusalKind::ServerFault, "no");
    script.answer(after(&fx).unwrap().0, Err(refusal));
    assert_eq!(cursor(&script), Some(8));
    assert_eq!(script.notice(), "Messages may be missing between what you have read and this one");

    // So it is without a connection, at once; who left the chat is not moved by what comes late.
    let mut script = Script::ready();
    only_from(&mut script, 8);
    script.state.front.as_mut().unwrap().pane.divider = Some(key(3));
    let fx = go(&mut script, Going::Unread);
    script.open(12);
    script.arrange_bottom();
    let messages = (4..=6).map(|id| Arc::new(said(chat(11), id, ADA, "here"))).collect();
    script.answer(after(&fx).unwrap().0, Ok(page(chat(11), messages)));
    assert_eq!((open_now(&script), cursor(&script)), (Some(chat(12)), None));
}

#[test]
fn where_only_the_number_of_unread_messages_is_known_they_are_counted_back() {
    let mut script = Script::ready();
    script.open(12);
    let known = script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap();
    (known.unread, known.last_read, known.last_message) = (3, None, Some(key(10)));
    script.state.core.accounts[0].caps.read_marks = false;
    only_from(&mut script, 2);
    // What comes after does not count.
    script.hear(said(chat(11), 11, ADA, "later"));
    go(&mut script, Going::Unread);
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!((cursor(&script), pane.divider, pane.intent), (Some(8), Some(key(7)), Some(ScrollIntent::Unread)));

    let mut script = Script::ready();
    script.open(12);
    let known = script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap();
    (known.unread, known.last_read, known.last_message) = (30, None, Some(key(10)));
    only_from(&mut script, 5);
    go(&mut script, Going::Unread);
    assert_eq!(cursor(&script), Some(5));
    assert!(script.notice().starts_with("More may be unread"), "{}", script.notice());
}

#[test]
fn a_chat_that_was_never_read_begins_with_its_oldest_message() {
    let mut script = Script::ready();
    script.state.front.as_mut().unwrap().pane.anchor = Anchor::Top { target: Target::Message(key(9)), row: 0 };
    let known = script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap();
    (known.unread, known.last_read) = (10, None);
    go(&mut script, Going::Unread);
    assert_eq!(cursor(&script), Some(1));
}

fn mention(id: u128) -> Message {
    Message { mentions_me: true, ..said(chat(11), id, ADA, "hey") }
}

fn hear_mentions(script: &mut Script, ids: &[u128]) {
    caps(script).mentions_told = true;
    for id in ids {
        script.hear(mention(*id));
    }
}

#[test]
fn mentions_are_gone_through_from_the_last_one_back() {
    let mut script = Script::ready();
    hear_mentions(&mut script, &[11, 13]);
    for id in [12, 14] {
        // Own words mention nobody.
        script.hear(Message { author: ME, ..mention(id) });
    }
    for id in [13, 11] {
        go(&mut script, Going::Mention);
        assert_eq!(cursor(&script), Some(id));
    }
    go(&mut script, Going::Mention);
    assert_eq!((script.notice(), cursor(&script)), ("No message before this one mentions you", Some(11)));
    go(&mut script, Going::Back);
    assert_eq!(cursor(&script), Some(13));
}

#[test]
fn mentions_that_are_not_loaded_are_found_in_the_store_then_on_the_network() {
    let mut script = kept();
    only_from(&mut script, 8);
    caps(&mut script).mention_list = true;
    let fx = go(&mut script, Going::Mention);
    let [(ticket, Query::Marked { what: Marked::Mentions, before: Some(_), .. })] = reads(&fx)[..] else {
        panic!("{fx:?}")
    };
    // So far for one answer: it is asked on.
    let fx = found(&mut script, ticket, Found::Marked(Listed { messages: Vec::new(), further: Some(key(6)) }));
    let [(ticket, Query::Marked { before: Some(place), .. })] = reads(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(place, key(6));
    let listed = Listed { messages: vec![Arc::new(mention(5))], further: Some(key(5)) };
    let fx = found(&mut script, ticket, Found::Marked(listed));
    let around = reads(&fx).into_iter().any(|(_, query)| matches!(query, Query::Messages { seek: Seek::Around(message), .. } if message == MessageId::new(5)));
    assert!(around, "{fx:?}");

    // Nothing is stored.
    let mut script = kept();
    only_from(&mut script, 8);
    caps(&mut script).mention_list = true;
    let fx = go(&mut script, Going::Mention);
    let fx = found(&mut script, reads(&fx)[0].0, Found::Marked(Listed::default()));
    let [(id, Request::FetchMentions(_))] = asked(&fx)[..] else { panic!("{fx:?}") };
    let told = vec![MessageId::new(2), MessageId::new(4), MessageId::new(90)];
    caps(&mut script).dated_ids = Some(DatedIds { epoch: 0, shift: 0 });
    point_at(&mut script, 9);
    script.answer(id, Ok(Reply::Mentions { chat: chat(11).chat, messages: told }));
    assert_eq!(script.state.front.as_ref().unwrap().trail.len().0, 3, "{:?}", script.notice());

    // Nobody knows of one.
    let mut script = kept();
    only_from(&mut script, 8);
    let fx = go(&mut script, Going::Mention);
    found(&mut script, reads(&fx)[0].0, Found::Marked(Listed::default()));
    assert!(script.notice().starts_with("No earlier mention of you among what was loaded"), "{}", script.notice());
}

fn list(script: &Script) -> (Vec<(String, String)>, &'static str) {
    let Some(Overlay::Pick(pick)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a list") };
    (pick.picker.items.iter().map(|item| (item.label.clone(), item.detail.clone())).collect(), pick.picker.note)
}

fn rows(items: &[(&str, &str)]) -> Vec<(String, String)> {
    items.iter().map(|(label, detail)| ((*label).to_owned(), (*detail).to_owned())).collect()
}

#[test]
fn pinned_messages_are_listed_gone_to_and_let_go() {
    let mut script = Script::ready();
    go(&mut script, Going::Listed(Listing::Pins));
    assert_eq!(script.notice(), "There are no pinned messages here", "the network has none");
    (caps(&mut script).pins, caps(&mut script).pin) = (true, true);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let [(id, Request::FetchPinned(_))] = asked(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(list(&script), (vec![], "Looking for them …"));
    let pinned = |id| Arc::new(Message { pinned: true, ..said(chat(11), id, ADA, &format!("pinned {id}")) });
    let messages = vec![pinned(2), pinned(7)];
    script.answer(id, Ok(Reply::Pinned { chat: chat(11).chat, messages, bundle: Bundle::default() }));
    assert_eq!(list(&script), (rows(&[("pinned 7", "ada"), ("pinned 2", "ada")]), ""));
    // The rights of the community do not allow to let go of them.
    go(&mut script, Going::Use);
    assert_eq!(script.notice(), "You may not let go of pinned messages here");
    script.act(Action::Move(1));
    script.act(Action::Accept);
    assert_eq!(cursor(&script), Some(2));
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());

    script.open(31);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let id = asked(&fx)[0].0;
    let direct = Arc::new(Message { pinned: true, ..said(chat(31), 45, ADA, "") });
    script.answer(id, Ok(Reply::Pinned { chat: chat(31).chat, messages: vec![direct], bundle: Bundle::default() }));
    assert_eq!(list(&script).0, rows(&[("a message without text", "ada")]));
    let fx = go(&mut script, Going::Use);
    let [(id, Request::Pin { message, pinned: false, .. })] = asked(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!((message, list(&script)), (key(45), (vec![], "Nothing is pinned in this chat")));
    script.answer(id, Err(Refusal::ours(RefusalKind::Forbidden, "it is not yours")));
    assert_eq!(script.notice(), "Still pinned: it is not yours");
}

#[test]
fn without_a_connection_what_is_stored_of_pins_is_listed() {
    let mut script = kept();
    caps(&mut script).pins = true;
    disconnect(&mut script);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let [(ticket, Query::Pinned(_))] = reads(&fx)[..] else { panic!("{fx:?}") };
    let pinned = Arc::new(Message { pinned: true, ..said(chat(11), 3, ADA, "kept") });
    found(&mut script, ticket, Found::Pinned(vec![pinned]));
    let (items, note) = list(&script);
    assert_eq!((items, note.starts_with("Not connected")), (rows(&[("kept", "ada")]), true));
}

fn with_file(id: u128, name: &str) -> Message {
    let file = Attachment { name: CleanText::new(name), size: 1_400_000, ..Attachment::default() };
    Message { attachments: Box::new([file]), ..said(chat(11), id, ADA, "a file") }
}

#[test]
fn files_and_links_are_listed_from_memory_and_from_what_is_stored() {
    let mut script = kept();
    only_from(&mut script, 8);
    script.hear(with_file(20, "new.png"));
    let fx = go(&mut script, Going::Listed(Listing::Files));
    assert_eq!(list(&script).0, rows(&[("new.png", "1.4 MB · ada")]));
    let [(ticket, Query::Marked { what: Marked::Files, before: None, .. })] = reads(&fx)[..] else { panic!("{fx:?}") };
    let messages = vec![Arc::new(with_file(20, "new.png")), Arc::new(with_file(5, "old.png"))];
    found(&mut script, ticket, Found::Marked(Listed { messages, further: Some(key(4)) }));
    let all = rows(&[("new.png", "1.4 MB · ada"), ("old.png", "1.4 MB · ada"), ("Look further back", "")]);
    assert_eq!(list(&script), (all, "Older messages were not looked at yet"));
    // What is selected is saved; the list stays.
    let before = script.state.downloads.list.len();
    go(&mut script, Going::Use);
    assert_eq!(script.state.downloads.list.len(), before + 1);
    script.act(Action::MoveLast);
    let fx = script.act(Action::Accept);
    let [(ticket, Query::Marked { before: Some(place), .. })] = reads(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(place, key(4));
    found(&mut script, ticket, Found::Marked(Listed::default()));
    assert_eq!(list(&script).1, "Only what was loaded so far");
    script.act(Action::Insert("old".to_owned()));
    let fx = script.act(Action::Accept);
    let sought = |(_, query): &(_, Query)| matches!(query, Query::Messages { seek: Seek::Around(message), .. } if *message == MessageId::new(5));
    assert!(reads(&fx).iter().any(sought), "{fx:?}");

    let mut script = Script::ready();
    script.hear(said(
        chat(11),
        21,
        ADA,
        "see [the plan](https://a.example/plan) or https://b.example/x, https://b.example/x",
    ));
    go(&mut script, Going::Listed(Listing::Links));
    let expected = [("the plan", "https://a.example/plan · ada"), ("https://b.example/x", "ada")];
    assert_eq!(list(&script), (rows(&expected), ""));
    let fx = go(&mut script, Going::Use);
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::Open(_))), "other words than the address are asked about");
    script.act(Action::Cancel);
    script.act(Action::Move(1));
    let fx = go(&mut script, Going::Use);
    assert!(fx.contains(&Effect::Open("https://b.example/x".to_owned())), "{fx:?}");
}

#[test]
fn all_the_places_to_go_to_are_listed_with_their_names() {
    let mut script = Script::ready();
    go(&mut script, Going::Choose);
    let (items, _) = list(&script);
    assert!(items.iter().any(|(label, _)| label == "Go to the first message that you have not read"), "{items:?}");
    let pins = |items: &[(String, String)]| items.iter().any(|(label, _)| label.contains("pinned"));
    assert!(!pins(&items), "what a network lacks is not offered");
    caps(&mut script).pins = true;
    go(&mut script, Going::Choose);
    assert!(pins(&list(&script).0));
    script.act(Action::Insert("not read".to_owned()));
    script.act(Action::Accept);
    assert_eq!(script.notice(), "Nothing is unread here");
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
}
