//! Signing in by allowing it on another device.

use super::peer::*;
use nib::domain::{LinkEvent, Secret};
use nib::net::http::HttpCall;
use nib::net::originchats::defaults::{LINK_LIFETIME, LINK_POLL};
use nib::net::{Adapter, Close, Credentials};
use serde_json::{Value, json};
use std::time::Duration;

fn begun() -> (Peer, HttpCall) {
    let mut peer = Peer::greeted(&listed(), Credentials::Elsewhere);
    let call = peer.call();
    (peer, call)
}

/// A code was shown.
fn shown() -> Peer {
    let (mut peer, call) = begun();
    peer.reply_to(&call, 200, &json!({"code": "A1B2C3", "expires_in": 600}));
    let [LinkEvent::ConfirmElsewhere { address, code, expires }] = &peer.links()[..] else { panic!("nothing shown") };
    assert_eq!((address.as_str(), code.as_str()), ("https://rotur.dev/link", "A1B2C3"));
    assert_eq!(*expires, Duration::from_secs(600));
    peer
}

fn not_yet(peer: &mut Peer, status: u16) {
    peer.pass(LINK_POLL);
    let call = peer.call();
    assert_eq!(call.url, "https://api.rotur.dev/link/status?code=A1B2C3");
    peer.reply_to(&call, status, &json!({"status": "not found"}));
    assert_eq!(peer.closed(), None, "{status}");
    assert!(peer.events().is_empty(), "{status}");
}

#[test]
fn a_code_is_shown_until_somebody_types_it() {
    let (_, call) = begun();
    assert_eq!(call.url, "https://api.rotur.dev/link/code?name=nib&permissions=validators:generate");
    assert_eq!(call.bearer, None);
    let mut peer = shown();
    for status in [404, 404, 429, 500] {
        not_yet(&mut peer, status);
    }
    peer.pass(LINK_POLL);
    let call = peer.call();
    peer.adapter.http(call.id, Err(nib::domain::CleanText::ours("no way")), peer.now, &mut peer.out);
    assert_eq!(peer.closed(), None, "the code is good for a while");
    peer.pass(LINK_POLL);
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"status": "linked"}));
    let call = peer.call();
    assert_eq!(call.url, "https://api.rotur.dev/link/user?code=A1B2C3");
    peer.reply_to(&call, 200, &json!({"linked": true, "token": "rotur_st_x"}));
    let allowed = LinkEvent::Allowed { token: Secret::new("rotur_st_x".to_owned()) };
    assert_eq!(peer.links(), [allowed]);
    let call = peer.call();
    assert!(call.url.contains("/generate_validator?key=originChats-"), "{}", call.url);
    assert_eq!(call.bearer, Some(Secret::new("rotur_st_x".to_owned())));
    peer.reply_to(&call, 200, &json!({"validator": "v"}));
    assert_eq!(peer.said_one()["validator"], "v");
    peer.hear(&ready("bob", &["user"]));
    let [LinkEvent::SignedIn { token, .. }] = &peer.links()[..] else { panic!("not signed in") };
    assert_eq!(token.expose(), "rotur_st_x");
}

#[test]
fn an_expired_code_is_followed_by_another_and_not_for_ever() {
    let mut peer = shown();
    let polls = LINK_LIFETIME.as_secs() / LINK_POLL.as_secs() - 1;
    for round in 0..2 {
        for _ in 0..polls {
            not_yet(&mut peer, 404);
        }
        peer.pass(LINK_POLL);
        let call = peer.call();
        assert!(call.url.contains("/link/code?"), "{round}: {}", call.url);
        peer.reply_to(&call, 200, &json!({"code": "A1B2C3"}));
        assert!(matches!(peer.links()[..], [LinkEvent::ConfirmElsewhere { .. }]));
    }
    for _ in 0..polls {
        not_yet(&mut peer, 404);
    }
    peer.pass(LINK_POLL);
    assert_eq!(peer.closed(), Some(&Close::Refused));
    assert!(matches!(&peer.links()[..], [LinkEvent::Refused { reason, .. }] if reason.contains("Begin again")));
}

#[test]
fn what_is_no_code_is_not_shown() {
    for body in [
        json!({}),
        json!({"code": ""}),
        json!({"code": "\u{1b}[2J"}),
        json!({"code": "a/../b"}),
        json!({"code": "x".repeat(33)}),
    ] {
        let (mut peer, call) = begun();
        peer.reply_to(&call, 200, &body);
        assert!(matches!(peer.closed(), Some(Close::SignInFault(_))), "{body}");
        assert!(peer.events().is_empty());
    }
    let (mut peer, call) = begun();
    peer.reply_to(&call, 503, &Value::Null);
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))));
}

#[test]
fn nothing_is_asked_for_a_server_that_takes_no_such_account_or_is_another() {
    let mut own = listed();
    own["val"]["auth_mode"] = json!("cracked-only");
    let mut other = newer();
    other["val"]["validator_key"] = json!("originChats-wss://victim.example-1");
    for greeting in [own, other] {
        let peer = Peer::greeted(&greeting, Credentials::Elsewhere);
        assert_eq!((peer.out.calls.len(), peer.closed()), (0, Some(&Close::Refused)));
    }
}
