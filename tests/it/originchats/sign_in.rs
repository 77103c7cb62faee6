//! From the greeting to the first list: what is sent to whom, and what a refusal says to do next.

use super::peer::*;
use nib::domain::{LinkEvent, Request, RequestId, Secret, SignInPart};
use nib::net::originchats::OriginConfig;
use nib::net::{Adapter, Close, Credentials};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn the_token_goes_to_the_account_service_and_the_proof_to_the_server() {
    let mut peer = Peer::greeted(&listed(), token());
    assert!(peer.said().is_empty(), "nothing is said before there is a proof");
    let call = peer.call();
    let key = listed()["val"]["validator_key"].as_str().unwrap().to_owned();
    assert_eq!(call.url, format!("https://api.rotur.dev/generate_validator?key={key}"));
    assert_eq!(call.bearer, Some(Secret::new("rotur-token".to_owned())));
    peer.reply_to(&call, 200, &json!({"validator": "USR:b0b,00ff"}));
    assert_eq!(peer.said_one(), json!({"cmd": "auth", "validator": "USR:b0b,00ff"}));
    peer.hear(&json!({"cmd": "auth_success", "val": "Authentication successful"}));
    assert!(peer.events().is_empty());
    peer.hear(&ready("bob", &["user"]));
    let [LinkEvent::SignedIn { me, token, caps, .. }] = &peer.links()[..] else { panic!("not signed in") };
    assert_eq!((me.name.as_str(), me.username.as_deref()), ("bob", Some("bob")));
    assert_eq!(token.expose(), "rotur-token");
    assert!(caps.nonce_echo && caps.fetch_marks_read && caps.mentions_told && caps.read_marks && caps.pins);
    assert_eq!((caps.max_length, caps.max_files, caps.saved), (Some(2_000), 10, false));
    assert_eq!(peer.closed(), None);
}

#[test]
fn old_servers_can_less() {
    let mut peer = Peer::greeted(&old(), token());
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "v"}));
    peer.hear(&json!({"cmd": "ready", "user": {"roles": ["user"], "username": "bob"}}));
    let [LinkEvent::SignedIn { caps, .. }] = &peer.links()[..] else { panic!("not signed in") };
    assert!(!caps.nonce_echo && !caps.fetch_marks_read && !caps.reactions && !caps.pins && !caps.read_marks);
    assert!(caps.typing && caps.edit && caps.delete);
}

fn greet_with_key(url: &str, greeting: &Value, key: &str) -> Peer {
    let mut greeting = greeting.clone();
    greeting["val"]["validator_key"] = json!(key);
    let mut peer = Peer::with(OriginConfig::new(url), token());
    peer.hear(&greeting);
    peer
}

#[test]
fn a_key_of_another_server_gets_nothing() {
    let refused = |url: &str, key: &str| {
        let mut peer = greet_with_key(url, &newer(), key);
        assert!(peer.out.calls.is_empty() && peer.said().is_empty(), "{key}");
        assert_eq!(peer.closed(), Some(&Close::Refused), "{key}");
        match &peer.links()[..] {
            [LinkEvent::Refused { reason, about, .. }] => {
                assert_eq!(*about, Some(SignInPart::Server));
                reason.to_string()
            }
            other => panic!("{other:?}"),
        }
    };
    let reason = refused(URL, "originChats-wss://victim.example-0123");
    assert!(reason.contains("wss://victim.example") && reason.contains("nothing was sent"), "{reason}");
    refused(URL, "originChats-wss://chat.example.org.evil.example-0123");
    refused(URL, "originChats-wss://chat.example.orgx-0123");
    refused(URL, "originChats-0123");
    refused(URL, "somethingElse");
    refused(URL, "originChats-wss://dms.mistium.com-0123");
    for (url, key) in [
        (URL, "originChats-wss://chat.example.org-a-b_c"),
        (URL, "originChats-https://Chat.Example.Org/-a"),
        (URL, "originChats-chat.example.org-a"),
        ("wss://dms.mistium.com", "originChats-wss://dms.mistium.com-a"),
        ("wss://dms.originchats.com", "originChats-wss://dms.mistium.com-a"),
        ("ws://127.0.0.1:5613", "originChats-ws://127.0.0.1:5613-a"),
    ] {
        let peer = greet_with_key(url, &newer(), key);
        assert_eq!((peer.out.calls.len(), peer.closed()), (1, None), "{url} {key}");
    }
}

#[test]
fn a_relay_gets_nothing_whatever_else_it_says() {
    let bare = {
        let mut greeting = newer();
        greeting["val"].as_object_mut().unwrap().retain(|name, _| name != "signing_url" && name != "server_time");
        greeting
    };
    for greeting in [newer(), bare, listed(), old()] {
        for (url, key) in [
            // A hyphen may stand in the name of another host that begins like this one.
            ("wss://fries.example.is", "originChats-wss://fries.example.is-local.org-0123"),
            ("wss://fries.example.is", "originChats-fries.example.is-local.org-0123"),
            ("wss://host", "originChats-ws://host-a:5613-0123"),
            // Names a place without a scheme.
            (URL, "originChats-victim.example-0123"),
            (URL, "originChats-victim:5613-0123"),
            (URL, "originChats-victim/-0123"),
        ] {
            let mut peer = greet_with_key(url, &greeting, key);
            assert!(peer.out.calls.is_empty() && peer.said().is_empty(), "{key}");
            assert_eq!(peer.closed(), Some(&Close::Refused), "{key}");
        }
        let mut peer = greet_with_key(URL, &greeting, "originChats-chat.example.org-0123_-Z");
        assert_eq!((peer.call().id.0, peer.closed()), (1, None));
    }
}

#[test]
fn a_key_that_names_nobody_is_taken_only_where_that_is_allowed() {
    let strict = OriginConfig { unnamed_keys: false, ..OriginConfig::new(URL) };
    let mut peer = Peer::with(strict, token());
    peer.hear(&listed());
    assert!(peer.out.calls.is_empty());
    assert!(matches!(&peer.links()[..], [LinkEvent::Refused { about: Some(SignInPart::Server), .. }]));
    let mut greeting = listed();
    greeting["val"].as_object_mut().unwrap().remove("validator_key");
    let peer = Peer::greeted(&greeting, token());
    assert!(matches!(peer.closed(), Some(Close::Broken(_))));
}

#[test]
fn what_the_account_service_refuses_is_refused() {
    let answered = |status, body| {
        let mut peer = Peer::greeted(&listed(), token());
        let call = peer.call();
        peer.reply_to(&call, status, &body);
        assert!(peer.said().is_empty());
        peer
    };
    let mut peer = answered(403, json!({"error": "Invalid authentication key"}));
    assert_eq!(peer.closed(), Some(&Close::Refused));
    assert!(matches!(&peer.links()[..], [LinkEvent::Refused { reason, .. }] if reason.contains("Sign in again")));
    let mut peer = answered(403, json!({"code": "account_blocked"}));
    assert!(matches!(&peer.links()[..], [LinkEvent::Refused { reason, .. }] if reason.contains("blocked")));
    for (status, body) in [(429, json!({})), (500, json!("oops")), (200, json!({})), (200, json!({"validator": ""}))] {
        assert!(matches!(answered(status, body).closed(), Some(Close::SignInFault(_))), "{status}");
    }
    let mut peer = Peer::greeted(&listed(), token());
    let call = peer.call();
    peer.adapter.http(call.id, Err(nib::domain::CleanText::ours("no way")), peer.now, &mut peer.out);
    assert!(matches!(peer.closed(), Some(Close::SignInFault(why)) if why.contains("no way")));
}

#[test]
fn accounts_of_a_server_alone_sign_in_with_their_password() {
    let mut greeting = listed();
    greeting["val"]["auth_mode"] = json!("cracked");
    let mut peer = Peer::greeted(&greeting, password(" dave ", "pw:1234"));
    assert_eq!(peer.said_one(), json!({"cmd": "login", "username": "dave", "password": "pw:1234"}));
    let user = json!({"username": "USR:local_dave", "nickname": "dave", "roles": ["user"], "cracked": true});
    peer.hear(&json!({"cmd": "auth_success"}));
    peer.hear(&json!({"cmd": "ready", "user": user}));
    let [LinkEvent::SignedIn { me, token, .. }] = &peer.links()[..] else { panic!("not signed in") };
    assert_eq!((me.name.as_str(), me.username.as_deref()), ("dave", Some("USR:local_dave")));
    // What is kept in a token's place signs in again.
    let mut again = Peer::greeted(&greeting, Credentials::Token(token.clone()));
    assert_eq!(again.said_one(), json!({"cmd": "login", "username": "dave", "password": "pw:1234"}));
    let name = "Dave".to_owned();
    let new = Credentials::SignUp { name, login: "dave".to_owned(), password: Secret::new("pw1234".to_owned()) };
    let mut peer = Peer::greeted(&greeting, new);
    assert_eq!(peer.said_one(), json!({"cmd": "register", "username": "dave", "password": "pw1234"}));
}

#[test]
fn the_wrong_kind_of_account_is_not_even_tried() {
    let mut own = listed();
    own["val"]["auth_mode"] = json!("cracked-only");
    for (greeting, credentials) in [(own, token()), (listed(), password("dave", "pw1234"))] {
        let mut peer = Peer::greeted(&greeting, credentials);
        assert!(peer.said().is_empty() && peer.out.calls.is_empty());
        assert_eq!(peer.closed(), Some(&Close::Refused));
        assert!(matches!(&peer.links()[..], [LinkEvent::Refused { about: Some(SignInPart::Login), .. }]));
    }
}

/// Signing in as far as the server's word on it.
fn judged(credentials: Credentials, error: &Value) -> Peer {
    let mut greeting = newer();
    greeting["val"]["auth_mode"] = json!("cracked");
    let mut peer = Peer::greeted(&greeting, credentials);
    if let Some(call) = peer.out.calls.pop() {
        peer.reply_to(&call, 200, &json!({"validator": "v"}));
    }
    peer.said_one();
    peer.hear(error);
    peer
}

#[test]
fn every_recorded_refusal_is_understood() {
    let mut seen = 0;
    for row in super::recorded().into_iter().filter(|row| row.packet["cmd"] == "auth_error") {
        let text = row.packet["val"].as_str().unwrap();
        if matches!(text, "Authentication required" | "Invalid authentication") {
            continue;
        }
        seen += 1;
        let mut peer = judged(password("dave", "pw1234"), &row.packet);
        assert_eq!(peer.closed(), Some(&Close::Refused), "{text}: no loop");
        let [LinkEvent::Refused { reason, .. }] = &peer.links()[..] else { panic!("{text}") };
        assert!(!reason.contains(text), "in nib's own words: {reason}");
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn access_refusals_say_what_to_do() {
    for (reason, about, word) in [
        ("banned", Some(SignInPart::Standing), "banned"),
        ("invite_required", Some(SignInPart::Invite), "invite"),
        ("invite_invalid", Some(SignInPart::Invite), "invite"),
        ("invite_expired", Some(SignInPart::Invite), "expired"),
        ("password_required", Some(SignInPart::ServerPassword), "password of its own"),
        ("password_incorrect", Some(SignInPart::ServerPassword), "not right"),
        ("application_required", Some(SignInPart::Standing), "apply"),
        ("application_pending", Some(SignInPart::Standing), "not decided"),
        ("not_whitelisted", Some(SignInPart::Standing), "owner"),
    ] {
        let mut peer = judged(token(), &json!({"cmd": "auth_error", "val": "Access denied", "reason": reason}));
        assert_eq!(peer.closed(), Some(&Close::Refused), "{reason}: no loop");
        let [LinkEvent::Refused { reason: words, about: part, .. }] = &peer.links()[..] else { panic!("{reason}") };
        assert_eq!(*part, about, "{reason}");
        assert!(words.contains(word), "{words}");
    }
    let mut peer = judged(token(), &json!({"cmd": "auth_error", "val": "No \u{202e}entry\n"}));
    let [LinkEvent::Refused { reason, .. }] = &peer.links()[..] else { panic!("not refused") };
    assert!(reason.ends_with("No entry "), "{reason:?}");
}

#[test]
fn the_token_goes_to_the_account_service_and_to_no_server() {
    let kept = "tok-very-secret";
    let with_password = format!("server:open%20sesame:{kept}");
    for greeting in [old(), listed(), newer()] {
        for token in [kept, with_password.as_str()] {
            let mut peer = Peer::greeted(&greeting, Credentials::Token(Secret::new(token.to_owned())));
            let mut said = peer.said();
            let call = peer.call();
            assert!(call.url.starts_with("https://api.rotur.dev/") && !call.url.contains(kept), "{}", call.url);
            assert_eq!(call.bearer, Some(Secret::new(kept.to_owned())));
            peer.reply_to(&call, 200, &json!({"validator": "v"}));
            said.extend(peer.said());
            // Refused once, proven again, and signed in at last.
            peer.hear(&json!({"cmd": "auth_error", "val": "Invalid authentication"}));
            let call = peer.call();
            peer.reply_to(&call, 200, &json!({"validator": "w"}));
            said.extend(peer.said());
            peer.hear(&ready("bob", &["user"]));
            peer.want(1, &Request::FetchCommunities);
            peer.want(2, &Request::FetchChats);
            said.extend(peer.said());
            assert!(said.iter().filter(|frame| frame["cmd"] == "auth").count() == 2, "{said:?}");
            let all = format!("{said:?}");
            assert!(!all.contains(kept) && !format!("{:?}", peer.out).contains(kept), "{all}");
            assert_eq!(all.contains("open sesame"), greeting == newer() && token != kept, "{all}");
        }
    }
}

#[test]
fn an_invite_and_the_servers_password_go_along_where_servers_know_them() {
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    let config = OriginConfig { invite: secret(" ab12 "), server_password: secret("open"), ..OriginConfig::new(URL) };
    for (greeting, expected) in [
        (newer(), json!({"cmd": "auth", "validator": "v", "invite_code": "AB12", "server_password": "open"})),
        (listed(), json!({"cmd": "auth", "validator": "v"})),
    ] {
        let mut peer = Peer::with(config.clone(), token());
        peer.hear(&greeting);
        let call = peer.call();
        peer.reply_to(&call, 200, &json!({"validator": "v"}));
        assert_eq!(peer.said_one(), expected);
    }
}

#[test]
fn a_proof_that_is_not_taken_is_fetched_anew_once() {
    let mut peer = judged(token(), &json!({"cmd": "auth_error", "val": "Invalid authentication"}));
    assert_eq!(peer.closed(), None);
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "second"}));
    assert_eq!(peer.said_one()["validator"], "second");
    peer.hear(&json!({"cmd": "auth_error", "val": "Invalid authentication"}));
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))), "a passing fault of the check");
}

#[test]
fn who_does_not_greet_or_answer_is_given_up() {
    let mut peer = Peer::opened(token());
    peer.pass(Duration::from_secs(14));
    assert_eq!(peer.closed(), None);
    peer.pass(Duration::from_secs(1));
    assert!(matches!(peer.closed(), Some(Close::Broken(_))));
    let mut peer = Peer::greeted(&listed(), token());
    let call = peer.call();
    peer.pass(Duration::from_secs(20));
    peer.reply_to(&call, 200, &json!({"validator": "v"}));
    peer.pass(Duration::from_secs(15));
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))));
    let mut peer = Peer::opened(token());
    peer.raw("HTTP is fine too");
    assert!(matches!(peer.closed(), Some(Close::Broken(_))), "whatever it is, it is no such server");
}

#[test]
fn what_is_wanted_before_the_sign_in_waits_for_it() {
    let mut peer = Peer::greeted(&listed(), token());
    peer.want(1, &Request::FetchChats);
    peer.want(2, &Request::SignInCode(Secret::new("123456".to_owned())));
    let answers = peer.answers();
    assert!(matches!(answers[..], [(2, Err(_))]), "no code is asked for: {answers:?}");
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "v"}));
    peer.hear(&ready("bob", &["user"]));
    assert!(matches!(peer.answers()[..], [(1, Ok(_))]));
    // A call that is over is answered to nobody.
    peer.reply_to(&call, 200, &json!({"validator": "late"}));
    assert_eq!(peer.said().len(), 1, "only the first proof was shown");
    peer.adapter.request(RequestId(3), &Request::SignOut, peer.now, &mut peer.out);
    assert!(matches!(peer.answers()[..], [(3, Ok(_))]));
}

#[test]
fn who_was_thrown_out_does_not_come_back_by_itself() {
    for (reason, stays_away) in [
        ("You have been banned", true),
        ("Kicked by ada", true),
        ("Access denied: You are banned from this server", true),
        ("Server restarting", false),
        ("Bandwidth of the host is used up", false),
        ("Restarting to show a new banner", false),
        ("The old address is removed", false),
    ] {
        let mut peer = Peer::signed_in();
        peer.hear(&json!({"cmd": "disconnect", "reason": reason}));
        assert_eq!(peer.closed() == Some(&Close::Refused), stays_away, "{reason}");
    }
}
