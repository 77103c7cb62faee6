//! Servers that mark no answers: each is known by what it is about.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

fn signed_in() -> (Peer, ChatId, ChatId) {
    let mut peer = Peer::signed_in_as(&old(), &["user"]);
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    while let Some(asked) = peer.said().first() {
        let channels = json!([{"name": "a", "type": "text"}, {"name": "b", "type": "text"}]);
        peer.hear(&json!({"cmd": asked["cmd"], "users": [], "val": channels}));
    }
    let Ok(Reply::Channels { bundle, .. }) = peer.answered() else { panic!("no channels") };
    (peer, chat_of(&bundle, "a"), chat_of(&bundle, "b"))
}

fn latest(chat: ChatId) -> Request {
    Request::FetchHistory { chat, page: Page::Latest, limit: 50 }
}

fn page(channel: &str) -> Value {
    json!({"cmd": "messages_get", "channel": channel, "messages": [message(ID, "ada", channel, 1.7e9)]})
}

#[test]
fn a_late_page_fills_no_other_chat() {
    let (mut peer, a, b) = signed_in();
    assert_eq!(peer.asked(1, &latest(a))["channel"], "a");
    peer.pass(Duration::from_secs(15));
    assert!(peer.answered().is_err());
    assert_eq!(peer.asked(2, &latest(b))["channel"], "b");
    peer.hear(&page("a"));
    assert!(peer.answers().is_empty(), "that was asked before");
    peer.hear(&page("b"));
    let Ok(Reply::History { chat, messages, .. }) = peer.answered() else { panic!("no page") };
    assert_eq!((chat, messages[0].body.text.as_str()), (b, "b"));
}

#[test]
fn nothing_is_said_beside_a_question_whose_refusal_would_be_taken_for_its_answer() {
    let (mut peer, a, _) = signed_in();
    assert_eq!(peer.asked(1, &Request::SetTyping { chat: a, typing: true })["cmd"], "typing");
    peer.events();
    peer.asked(2, &latest(a));
    peer.want(3, &Request::SetTyping { chat: a, typing: true });
    assert!(peer.said().is_empty());
}

#[test]
fn the_oldest_question_is_answered_first_and_a_sign_of_life_is_no_question() {
    let (mut peer, a, _) = signed_in();
    // Names of questions have more digits from the tenth on.
    for _ in 0..4 {
        peer.asked(1, &latest(a));
        peer.hear(&page("a"));
        assert!(peer.answered().is_ok());
    }
    peer.pass(Duration::from_secs(45));
    peer.said();
    let send = Outgoing { chat: a, nonce: Nonce(7), text: "x".to_owned(), ..Outgoing::default() };
    for open in [latest(a), Request::Send(Arc::new(send))] {
        let asked = peer.asked(2, &open);
        peer.pass(Duration::from_secs(10));
        let probes = peer.said();
        peer.hear(&json!({"cmd": "error", "val": "no"}));
        assert!(peer.answered().is_err(), "{asked} {probes:?}");
        peer.hear(&json!({"cmd": "pong", "val": "pong"}));
        peer.pass(Duration::from_secs(42));
        peer.said();
    }
}
