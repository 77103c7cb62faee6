//! Signing in, step by step, and all the ways in which it fails.

use super::{ADA, ME, Peer, SESSION, authorization, password, token};
use nib::domain::answer::RefusalKind;
use nib::domain::{LinkEvent, Reply, Request, Secret, SessionId, Update, UserId};
use nib::net::osmium::wire::auth::{self, complete_sign_in::Proof, sign_in_result};
use nib::net::osmium::wire::core::{client_message::Message, rpc_result};
use nib::net::osmium::wire::{types, updates};
use nib::net::{Adapter as _, Close, Entrypoint, NetEvent};
use std::time::Duration;

fn challenge(id: &str, totp: bool, recovery_codes: bool) -> rpc_result::Result {
    let challenge = auth::MfaChallenge { challenge_id: id.to_owned(), totp, recovery_codes, ..Default::default() };
    rpc_result::Result::SignInResult(auth::SignInResult {
        result: Some(sign_in_result::Result::MfaChallenge(challenge)),
    })
}

fn welcome() -> rpc_result::Result {
    rpc_result::Result::SignInResult(auth::SignInResult {
        result: Some(sign_in_result::Result::Authorization(authorization("fresh"))),
    })
}

fn code(text: &str) -> Request {
    Request::SignInCode(Secret::new(text.to_owned()))
}

fn assert_signed_in(events: &[NetEvent], with: &str) {
    let found = events.iter().find_map(|event| match event {
        NetEvent::Link(LinkEvent::SignedIn { me, session, token, caps }) => Some((me, session, token, caps)),
        _ => None,
    });
    let (me, session, token, caps) = found.expect("signed in");
    assert_eq!(me.id, UserId::new(u128::from(ME)));
    assert_eq!(*session, Some(SessionId::new(u128::from(SESSION))));
    assert_eq!(token.expose(), with);
    assert!(caps.nonce_echo && caps.typing && !caps.fetch_marks_read);
}

fn refused(peer: &mut Peer) -> (u32, String) {
    assert_eq!(peer.closed(), Some(&Close::Refused));
    let told = peer.events().into_iter().find_map(|event| match event {
        NetEvent::Link(LinkEvent::Refused { code, reason, .. }) => Some((code, reason.as_str().to_owned())),
        _ => None,
    });
    told.expect("told that it was refused")
}

#[test]
fn where_else_the_server_is_goes_to_the_session() {
    use nib::net::osmium::wire::core::{Entrypoints, Initialized};
    let place = |hostname: &str, port| types::Entrypoint { hostname: hostname.to_owned(), port, ..Default::default() };
    let entrypoints = vec![place("ws-1.osmium.chat", 443), place("", 443), place("ws-2.osmium.chat", 70_000)];
    let mut peer = Peer::opened(token());
    let initialized = Initialized { entrypoints: Some(Entrypoints { entrypoints }), ..Default::default() };
    peer.reply(1, rpc_result::Result::Initialized(initialized));
    assert_eq!(peer.out.entrypoints, [Entrypoint { host: "ws-1.osmium.chat".to_owned(), port: 443 }]);
    assert_eq!(peer.adapter.skipped(), [("entrypoint", 2)]);
}

#[test]
fn the_greeting_says_who_we_are() {
    let mut peer = Peer::opened(token());
    let (id, message) = peer.sent_one();
    let Message::CoreInitialize(greeting) = message else { panic!("{message:?}") };
    assert_eq!((id, greeting.client_id, greeting.device_type.as_str(), greeting.no_subscribe), (1, 1, "nib", false));
    assert_eq!(greeting.app_version, env!("CARGO_PKG_VERSION"));
    assert!(!greeting.device_version.is_empty());
}

#[test]
fn a_token_is_taken_and_the_one_given_back_is_kept() {
    let mut peer = Peer::greeted(token());
    let (id, message) = peer.sent_one();
    let Message::AuthAuthorize(request) = message else { panic!() };
    assert_eq!(request.token, "saved-token");
    peer.reply(id, rpc_result::Result::Authorization(authorization("another")));
    assert_signed_in(&peer.events(), "another");

    let mut peer = Peer::greeted(token());
    let (id, _) = peer.sent_one();
    peer.reply(id, rpc_result::Result::Authorization(authorization("")));
    assert_signed_in(&peer.events(), "saved-token");
}

#[test]
fn a_refused_token_ends_it_for_good() {
    for code in [401, 403] {
        let mut peer = Peer::greeted(token());
        let (id, _) = peer.sent_one();
        peer.refuse(id, code, "The token\nis not valid.");
        assert_eq!(refused(&mut peer), (code, "The token is not valid.".to_owned()));
        assert_eq!(nib::net::Adapter::deadline(&peer.adapter), None, "nothing more is to come");
        peer.want(1, &Request::FetchChats);
        peer.push(updates::update::Update::CommunityDeleted(updates::UpdateCommunityDeleted { community_id: 50 }));
        assert!(peer.sent().is_empty() && peer.events().is_empty());
    }
}

#[test]
fn a_passing_fault_is_tried_again() {
    for code in [429, 500, 503, 404] {
        let mut peer = Peer::greeted(token());
        let (id, _) = peer.sent_one();
        peer.refuse(id, code, "");
        assert!(matches!(peer.closed(), Some(Close::SignInFault(_))), "{code}");
        assert!(peer.events().is_empty());
    }
    let mut peer = Peer::greeted(token());
    peer.pass(Duration::from_secs(21));
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))), "no answer in time");
    let mut peer = Peer::opened(token());
    peer.pass(Duration::from_millis(19_999));
    assert_eq!(peer.closed(), None);
    peer.pass(Duration::from_millis(1));
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))), "no answer to the greeting");
}

#[test]
fn what_is_no_such_server_is_found_out() {
    for bytes in [&b"HTTP/1.1 200 OK"[..], &[0xff; 40], &[0x0a]] {
        let mut peer = Peer::opened(token());
        peer.raw(bytes);
        assert!(matches!(peer.closed(), Some(Close::Broken(_))), "{bytes:?}");
    }
    let mut peer = Peer::opened(token());
    peer.reply(1, rpc_result::Result::SentMessage(Default::default()));
    assert!(matches!(peer.closed(), Some(Close::Broken(_))));
    let mut peer = Peer::greeted(token());
    let (id, _) = peer.sent_one();
    peer.reply(id, rpc_result::Result::Authorization(auth::Authorization { user: None, ..authorization("x") }));
    assert!(matches!(peer.closed(), Some(Close::Broken(_))), "nobody signed in");
}

#[test]
fn a_password_signs_in() {
    let mut peer = Peer::greeted(password(None));
    let (id, message) = peer.sent_one();
    let Message::AuthSignIn(request) = message else { panic!() };
    assert_eq!((request.email.as_str(), request.password.as_str()), ("ada@nib.example", "hunter2hunter2"));
    peer.reply(id, welcome());
    assert_signed_in(&peer.events(), "fresh");
}

#[test]
fn a_wrong_password_is_final() {
    for code in [401, 403, 404] {
        let mut peer = Peer::greeted(password(None));
        let (id, _) = peer.sent_one();
        peer.refuse(id, code, "Wrong e-mail or password.");
        assert_eq!(refused(&mut peer), (code, "Wrong e-mail or password.".to_owned()));
    }
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    peer.refuse(id, 429, "");
    assert!(matches!(peer.closed(), Some(Close::SignInFault(_))));
}

#[test]
fn a_second_proof_is_asked_for() {
    for (typed, proof) in [
        ("123 456", Proof::Totp("123456".to_owned())),
        (" abcd-efgh ", Proof::RecoveryCode("abcd-efgh".to_owned())),
        ("1234567", Proof::RecoveryCode("1234567".to_owned())),
    ] {
        let mut peer = Peer::greeted(password(None));
        let (id, _) = peer.sent_one();
        peer.reply(id, challenge("c1", true, true));
        assert_eq!(peer.links(), [LinkEvent::CodeNeeded { recovery: true, wrong: false }]);
        peer.pass(Duration::from_secs(300));
        assert_eq!(peer.closed(), None, "the user may look for the code");
        peer.sent();
        let (id, message) = peer.asked(9, &code(typed));
        let Message::AuthCompleteSignIn(request) = message else { panic!() };
        assert_eq!((request.challenge_id.as_str(), request.proof), ("c1", Some(proof)));
        peer.reply(id, rpc_result::Result::Authorization(authorization("fresh")));
        let events = peer.events();
        assert_signed_in(&events, "fresh");
        assert!(
            events.iter().any(|event| matches!(event, NetEvent::Answer(answer) if answer.outcome == Ok(Reply::Done)))
        );
    }
}

#[test]
fn a_code_given_beforehand_is_used_at_once() {
    let mut peer = Peer::greeted(password(Some("123456")));
    let (id, _) = peer.sent_one();
    peer.reply(id, challenge("c1", true, false));
    let (_, message) = peer.sent_one();
    assert!(matches!(message, Message::AuthCompleteSignIn(_)));
}

#[test]
fn a_wrong_code_is_asked_for_again_with_a_fresh_challenge() {
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    peer.reply(id, challenge("c1", true, false));
    peer.events();
    let (id, _) = peer.asked(9, &code("000000"));
    peer.refuse(id, 401, "The code is wrong.");
    let (id, message) = peer.sent_one();
    assert!(matches!(message, Message::AuthSignIn(_)));
    peer.reply(id, challenge("c2", true, false));
    let events = peer.events();
    let [NetEvent::Answer(answer), NetEvent::Link(LinkEvent::CodeNeeded { recovery: false, wrong: true })] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((answer.request.0, answer.outcome.as_ref().unwrap_err().kind), (9, RefusalKind::Invalid));
    let (id, message) = peer.asked(10, &code("111111"));
    let Message::AuthCompleteSignIn(request) = message else { panic!() };
    assert_eq!(request.challenge_id, "c2");
    peer.reply(id, rpc_result::Result::Authorization(authorization("fresh")));
    assert_signed_in(&peer.events(), "fresh");
}

#[test]
fn endless_wrong_codes_end() {
    let mut peer = Peer::greeted(password(None));
    let (mut id, _) = peer.sent_one();
    for round in 0.. {
        assert!(round < 10, "it goes on for ever");
        peer.reply(id, challenge("c", true, false));
        peer.events();
        let (asked, _) = peer.asked(round, &code("000000"));
        peer.refuse(asked, 401, "The code is wrong.");
        if peer.closed().is_some() {
            break;
        }
        id = peer.sent_one().0;
    }
    assert_eq!(refused(&mut peer).0, 401);
}

#[test]
fn a_security_key_cannot_be_used() {
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    peer.reply(id, challenge("c1", false, false));
    assert!(refused(&mut peer).1.contains("security key"));
}

#[test]
fn an_older_server_is_asked_in_the_older_way_once() {
    for refusal in [true, false] {
        let mut peer = Peer::greeted(password(Some("123 456")));
        let (id, _) = peer.sent_one();
        if refusal {
            peer.refuse(id, 400, "Unknown request.");
        } else {
            peer.answer(id, None, None);
        }
        let (id, message) = peer.sent_one();
        let Message::AuthLegacySignIn(request) = message else { panic!("{message:?}") };
        assert_eq!((request.email.as_str(), request.totp.as_deref()), ("ada@nib.example", Some("123456")));
        peer.reply(id, rpc_result::Result::Authorization(authorization("fresh")));
        assert_signed_in(&peer.events(), "fresh");
    }
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    peer.refuse(id, 400, "Unknown request.");
    let (id, _) = peer.sent_one();
    peer.refuse(id, 400, "Unknown request.");
    assert_eq!(refused(&mut peer).0, 400);
}

#[test]
fn an_older_server_says_in_words_that_it_wants_a_code() {
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    peer.refuse(id, 400, "");
    let (id, _) = peer.sent_one();
    peer.refuse(id, 401, "This account needs a code from its authenticator app.");
    assert_eq!(peer.links(), [LinkEvent::CodeNeeded { recovery: true, wrong: false }]);
    let (id, message) = peer.asked(9, &code("123456"));
    let Message::AuthLegacySignIn(request) = message else { panic!() };
    assert_eq!(request.totp.as_deref(), Some("123456"));
    peer.refuse(id, 401, "The code is wrong or too old.");
    assert!(peer.events().contains(&NetEvent::Link(LinkEvent::CodeNeeded { recovery: true, wrong: true })));
    assert_eq!(peer.closed(), None);
    let (id, _) = peer.asked(10, &code("123457"));
    peer.refuse(id, 401, "Wrong password.");
    assert_eq!(refused(&mut peer).0, 401);
}

#[test]
fn a_code_that_nobody_asked_for_is_refused() {
    for mut peer in [Peer::greeted(token()), Peer::signed_in()] {
        peer.sent();
        peer.want(4, &code("123456"));
        let answers = peer.answers();
        assert_eq!((answers[0].0, answers[0].1.as_ref().unwrap_err().kind), (4, RefusalKind::Invalid));
        assert!(peer.sent().is_empty());
    }
}

#[test]
fn what_is_wanted_early_waits_and_is_bounded() {
    let mut peer = Peer::opened(token());
    for id in 0..300 {
        peer.want(id, &Request::FetchCommunities);
    }
    let refused: Vec<u64> = peer.answers().iter().map(|(id, _)| *id).collect();
    assert_eq!(refused, (256..300).collect::<Vec<_>>());
    assert_eq!(peer.sent().len(), 1, "only the greeting");
    peer.reply(1, rpc_result::Result::Initialized(Default::default()));
    let (id, _) = peer.sent_one();
    peer.reply(id, rpc_result::Result::Authorization(authorization("x")));
    assert_eq!(peer.sent().len(), 256);
}

#[test]
fn what_is_pushed_early_is_told_after_the_sign_in() {
    let mut peer = Peer::greeted(token());
    let (id, _) = peer.sent_one();
    let status = types::UserStatus { status: Some(0), activities: vec![] };
    let came = || updates::UpdateUserStatus { user_id: ADA, status: Some(status.clone()) };
    for _ in 0..1_100 {
        peer.push(updates::update::Update::UserStatus(came()));
    }
    assert!(peer.events().is_empty());
    peer.reply(id, rpc_result::Result::Authorization(authorization("x")));
    let events = peer.events();
    assert!(matches!(events[0], NetEvent::Link(LinkEvent::SignedIn { .. })));
    assert_eq!(events.len(), 1 + 1_024);
    assert!(matches!(&events[1], NetEvent::Update(Update::PresenceChanged(_))));
    assert_eq!(peer.skipped("update before the sign-in"), 76);
}

#[test]
fn secrets_are_not_printed() {
    let mut peer = Peer::greeted(password(Some("123456")));
    peer.sent();
    let config = nib::net::osmium::OsmiumConfig::default();
    let shown = format!("{:?} {:?}", nib::net::osmium::handshake::Handshake::new(password(Some("123456"))), config);
    assert!(!shown.contains("hunter2") && !shown.contains("123456"));
}
