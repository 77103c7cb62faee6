//! A connection that breaks while something is open and something waits.

use super::rig::Rig;
use super::servers::Embedded;
use super::unread::busy_server;
use nib::demo::originchats::Server;
use nib::domain::*;
use nib::state::action::ComposeAction;
use nib::state::{Action, Event};
use serde_json::json;
use std::time::Duration;

/// Somebody who has signed in to a busy server, and reads its first channel.
fn at_the_first_channel() -> Rig<Embedded> {
    let begin = super::rig::START.wall.0 as f64 / 1_000.0;
    let robin = Embedded::new(Server::new(busy_server(begin)), "tok-robin");
    let mut rig = Rig::new(vec![("home", robin)], (120, 30));
    rig.advance(Duration::from_secs(5));
    rig.open(0, "channel-001");
    rig
}

#[test]
fn an_open_chat_and_a_message_that_waits_survive_a_lost_connection() {
    let mut rig = at_the_first_channel();
    rig.advance(Duration::from_secs(1));
    rig.down(0, DownReason::Closed(None));
    rig.act(Action::Insert("written offline".to_owned()));
    rig.act(Action::Send);
    let now = rig.now;
    let missed = json!({"cmd": "message_new", "channel": "channel-001", "content": "missed"});
    rig.lines[0].far.play("writer1", &missed, now).unwrap();
    rig.advance(Duration::from_secs(10));
    rig.check();
    let texts = rig.texts(0, "channel-001");
    let [.., missed, own] = &texts[..] else { panic!("{texts:?}") };
    assert_eq!((missed.as_str(), own.as_str()), ("missed", "written offline"));
    assert!(rig.account(0).outbox.chats.is_empty(), "{:?}", rig.account(0).outbox);
    assert!(!rig.shows(&["no such thing"]) && !rig.shows(&["could not be fetched"]), "{:#?}", rig.rows());
}

#[test]
fn an_own_message_is_changed_as_it_was_typed() {
    let mut rig = at_the_first_channel();
    let typed = "see [1], a**b, __x__ and \\_(ツ)_/";
    rig.act(Action::Insert(typed.to_owned()));
    rig.act(Action::Send);
    rig.advance(Duration::from_secs(1));
    rig.act(Action::Compose(ComposeAction::EditLast));
    let front = rig.state.front.as_ref().unwrap();
    assert_eq!(front.pane.composer.text(), typed);
    rig.asked.clear();
    rig.act(Action::Send);
    assert!(!rig.asked.iter().any(|(_, request)| matches!(request, Request::Edit { .. })), "nothing was changed");
}

#[test]
fn mentions_that_the_server_does_not_tell_survive_a_lost_connection() {
    let mut rig = at_the_first_channel();
    let now = rig.now;
    let call = json!({"cmd": "message_new", "channel": "channel-002", "content": "hey @robin"});
    rig.lines[0].far.play("writer1", &call, now).unwrap();
    rig.advance(Duration::from_secs(1));
    let counts = |rig: &Rig<Embedded>| (rig.chat(0, "channel-002").unread, rig.chat(0, "channel-002").mentions);
    let before = counts(&rig);
    assert!(before.0 > 1 && before.1 == 1, "{before:?}");
    rig.down(0, DownReason::Closed(None));
    rig.advance(Duration::from_secs(10));
    assert_eq!(counts(&rig), before);
}

#[test]
fn nothing_is_marked_read_by_a_lost_connection_while_nobody_looks() {
    let mut rig = at_the_first_channel();
    rig.advance(Duration::from_secs(1));
    rig.event(Event::Focused(false));
    rig.down(0, DownReason::Closed(None));
    let now = rig.now;
    let missed = json!({"cmd": "message_new", "channel": "channel-001", "content": "missed"});
    rig.lines[0].far.play("writer1", &missed, now).unwrap();
    let read = |rig: &Rig<Embedded>| rig.lines[0].far.server.read_by("robin", "channel-001").map(str::to_owned);
    let before = read(&rig);
    rig.advance(Duration::from_secs(10));
    assert_eq!((read(&rig), rig.chat(0, "channel-001").unread), (before.clone(), 1));
    rig.event(Event::Focused(true));
    rig.advance(Duration::from_secs(2));
    assert_eq!(rig.texts(0, "channel-001").last().map(String::as_str), Some("missed"));
    assert_eq!(rig.chat(0, "channel-001").unread, 0);
    assert_ne!(read(&rig), before);
}
