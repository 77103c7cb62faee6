//! Going to places, and back and forward through those that were visited.

use super::script::*;
use super::shared::list;
use nib::domain::kept::{Found, Listed, Marked, Query, Seek, Ticket};
use nib::domain::*;
use nib::state::action::{Going, MessageAction};
use nib::state::front::{Anchor, Region, ScrollIntent, Target};
use nib::state::{Action, Effect, Effects, Event, StoreOp, StoreReply};
use std::sync::Arc;

pub(super) fn go(script: &mut Script, to: Going) -> Effects {
    script.act(Action::Going(to))
}

fn open_now(script: &Script) -> Option<ChatKey> {
    script.state.front.as_ref().unwrap().pane.chat
}

/// What the cursor is on, where the messages have the keyboard.
pub(super) fn cursor(script: &Script) -> Option<u128> {
    let front = script.state.front.as_ref().unwrap();
    match front.pane.cursor.filter(|_| front.region == Region::Messages) {
        Some(Target::Message(key)) => Some(key.id.value()),
        _ => None,
    }
}

pub(super) fn point_at(script: &mut Script, id: u128) {
    let front = script.state.front.as_mut().unwrap();
    front.region = Region::Messages;
    front.pane.cursor = Some(Target::Message(key(id)));
}

pub(super) fn asked(effects: &Effects) -> Vec<(RequestId, Request)> {
    let net = |effect: &Effect| match effect {
        Effect::Net { id, request, .. } => Some((*id, request.clone())),
        _ => None,
    };
    effects.iter().filter_map(net).collect()
}

pub(super) fn page(chat: ChatKey, messages: Vec<Arc<Message>>) -> Reply {
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
pub(super) fn reads(effects: &Effects) -> Vec<(Ticket, Query)> {
    let read = |effect: &Effect| match effect {
        Effect::Store(StoreOp::Read(ticket, query)) => Some((*ticket, query.clone())),
        _ => None,
    };
    effects.iter().filter_map(read).collect()
}

pub(super) fn found(script: &mut Script, ticket: Ticket, found: Found) -> Effects {
    script.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found)))))
}

/// The open chat, with a store that has answered.
pub(super) fn kept() -> Script {
    let mut script = Script::ready_kept();
    script.drafts(Vec::new());
    script
}

pub(super) fn caps(script: &mut Script) -> &mut Caps {
    &mut script.state.core.accounts[0].caps
}

pub(super) fn disconnect(script: &mut Script) {
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
}

/// Only messages from this one on are in memory; older ones exist.
pub(super) fn only_from(script: &mut Script, first: u128) {
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

pub(super) fn after(effects: &Effects) -> Option<(RequestId, u128)> {
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

    // A refusal is told, and what is nearest is shown.
    let mut script = Script::ready();
    only_from(&mut script, 8);
    script.state.front.as_mut().unwrap().pane.divider = Some(key(3));
    let fx = go(&mut script, Going::Unread);
    let refusal = Refusal::ours(RefusalKind::ServerFault, "no");
    script.answer(after(&fx).unwrap().0, Err(refusal));
    assert_eq!((cursor(&script), script.notice()), (Some(8), "History could not be fetched: no"));

    // So it is without a connection, at once.
    let mut script = Script::ready();
    only_from(&mut script, 8);
    script.state.front.as_mut().unwrap().pane.divider = Some(key(3));
    disconnect(&mut script);
    assert_eq!(after(&go(&mut script, Going::Unread)), None);
    assert_eq!(cursor(&script), Some(8));
    assert_eq!(script.notice(), "Messages may be missing between what you have read and this one");

    // Who left the chat is not moved by what comes late.
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

/// The message around which the store is asked for messages.
pub(super) fn around(effects: &Effects) -> Option<u128> {
    reads(effects).into_iter().find_map(|(_, query)| match query {
        Query::Messages { seek: Seek::Around(message), .. } => Some(message.value()),
        _ => None,
    })
}

pub(super) fn mention(id: u128) -> Message {
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
    // More may have been said since: the network is asked, too.
    let [(id, Request::FetchMentions(_))] = asked(&fx)[..] else { panic!("{fx:?}") };
    let fx = script.answer(id, Ok(Reply::Mentions { chat: chat(11).chat, messages: Vec::new() }));
    assert_eq!(around(&fx), Some(5));

    // Nothing is stored.
    let mut script = kept();
    only_from(&mut script, 8);
    caps(&mut script).mention_list = true;
    let fx = go(&mut script, Going::Mention);
    let fx = found(&mut script, reads(&fx)[0].0, Found::Marked(Listed::default()));
    let [(id, Request::FetchMentions(_))] = asked(&fx)[..] else { panic!("{fx:?}") };
    let told = vec![MessageId::new(2), MessageId::new(4), MessageId::new(3)];
    caps(&mut script).dated_ids = Some(DatedIds { epoch: 0, shift: 0 });
    let fx = script.answer(id, Ok(Reply::Mentions { chat: chat(11).chat, messages: told }));
    assert_eq!(around(&fx), Some(4), "the newest, in whatever order they are told");

    // Nobody knows of one.
    let mut script = kept();
    only_from(&mut script, 8);
    let fx = go(&mut script, Going::Mention);
    found(&mut script, reads(&fx)[0].0, Found::Marked(Listed::default()));
    assert!(script.notice().starts_with("No earlier mention of you among what was loaded"), "{}", script.notice());
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
