//! Going to places, and back and forward through those that were visited.

use super::script::*;
use nib::domain::*;
use nib::state::action::{Going, MessageAction};
use nib::state::front::{Anchor, Region, ScrollIntent, Target};
use nib::state::{Action, Effect, Effects};
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
