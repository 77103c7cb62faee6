//! The handshake, signing in, sessions, presence, and frames that make no sense.

use nib::demo::osmium::Options;
use nib::net::osmium::wire;
use wire::auth as api;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::core::server_message;
use wire::updates::update::Update as Change;

use super::fixture::options;
use super::rig::{Rig, text_message};

fn sign_in(email: &str, password: &str) -> Request {
    Request::AuthSignIn(api::SignIn { email: email.to_owned(), password: password.to_owned() })
}

fn communities() -> Request {
    Request::CommunitiesGetCommunities(wire::communities::GetCommunities {})
}

#[test]
fn early_requests_are_refused() {
    let mut rig = Rig::standard();
    let connection = rig.server.connect();
    assert_eq!(rig.refused(connection, communities()), 400);
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, communities()), 401);
    assert_eq!(rig.refused(connection, Request::CoreInitialize(wire::core::Initialize::default())), 400);
}

#[test]
fn ids_of_frames_count_from_one_and_id_zero_is_answered() {
    let mut rig = Rig::standard();
    let connection = rig.server.connect();
    let token = rig.account("you").token;
    rig.send(connection, 0, Request::CoreInitialize(wire::core::Initialize::default()));
    rig.send(connection, 0, Request::AuthAuthorize(api::Authorize { token }));
    rig.frame(connection, &[0x08, 0x01]);
    rig.send(connection, 0, communities());
    let frames = rig.frames(connection);
    let ids: Vec<u32> = frames.iter().map(|frame| frame.id).collect();
    assert_eq!(ids, (1..=ids.len() as u32).collect::<Vec<_>>());
    let results: Vec<u32> = frames
        .iter()
        .filter_map(|frame| match &frame.message {
            Some(server_message::Message::Result(result)) => Some(result.req_id),
            _ => None,
        })
        .collect();
    assert_eq!(results, [0, 0, 0], "three requests, three answers, none for the keepalive");
}

#[test]
fn a_bad_token_is_refused_and_the_connection_closed() {
    let mut rig = Rig::standard();
    let connection = rig.connect(false);
    let token = "demo.1.2.3".to_owned();
    assert_eq!(rig.refused(connection, Request::AuthAuthorize(api::Authorize { token })), 403);
    assert!(rig.closed.contains_key(&connection));
}

#[test]
fn a_password_signs_in_and_its_token_outlives_the_server() {
    let mut rig = Rig::standard();
    let you = rig.account("you");
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, sign_in(&you.email, "wrong")), 401);
    let Answer::SignInResult(result) = rig.ask(connection, sign_in(&you.email, &you.password)) else { panic!() };
    let Some(api::sign_in_result::Result::Authorization(authorization)) = result.result else { panic!() };
    assert_ne!(authorization.token, you.token);
    let mut again = Rig::standard();
    let connection = again.connect(false);
    let token = authorization.token;
    let answer = again.ask(connection, Request::AuthAuthorize(api::Authorize { token: token.clone() }));
    let Answer::Authorization(known) = answer else { panic!() };
    assert_eq!((known.token, known.session_id), (token, authorization.session_id));
}

#[test]
fn a_second_factor_is_asked_for_and_checked() {
    let mut rig = Rig::standard();
    let eve = rig.account("eve");
    let connection = rig.connect(false);
    let Answer::SignInResult(result) = rig.ask(connection, sign_in(&eve.email, &eve.password)) else { panic!() };
    let Some(api::sign_in_result::Result::MfaChallenge(challenge)) = result.result else { panic!("a challenge") };
    assert!(challenge.totp && challenge.recovery_codes && challenge.expires_at > 0);
    assert_eq!(rig.refused(connection, communities()), 401, "not signed in yet");
    let complete = |proof| {
        Request::AuthCompleteSignIn(api::CompleteSignIn {
            challenge_id: challenge.challenge_id.clone(),
            proof: Some(proof),
        })
    };
    let right = eve.one_time_code(rig.now).expect("a second factor");
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(rig.refused(connection, complete(api::complete_sign_in::Proof::Totp(wrong.to_owned()))), 401);
    let Answer::Authorization(done) = rig.ask(connection, complete(api::complete_sign_in::Proof::Totp(right.clone())))
    else {
        panic!()
    };
    assert_eq!(done.user.map(|user| user.name), Some("Eve".to_owned()));
    assert_eq!(rig.refused(connection, complete(api::complete_sign_in::Proof::Totp(right))), 401, "used up");
}

#[test]
fn a_recovery_code_works_once_and_a_challenge_lapses() {
    let mut rig = Rig::standard();
    let eve = rig.account("eve");
    let code = eve.recovery_codes[0].clone();
    for expected in [true, false] {
        let connection = rig.connect(false);
        let Answer::SignInResult(result) = rig.ask(connection, sign_in(&eve.email, &eve.password)) else { panic!() };
        let Some(api::sign_in_result::Result::MfaChallenge(challenge)) = result.result else { panic!() };
        let proof = Some(api::complete_sign_in::Proof::RecoveryCode(code.clone()));
        let request = Request::AuthCompleteSignIn(api::CompleteSignIn { challenge_id: challenge.challenge_id, proof });
        let answer = rig.call(connection, request).result;
        assert_eq!(matches!(answer, Some(Answer::Authorization(_))), expected);
    }
    let connection = rig.connect(false);
    let Answer::SignInResult(result) = rig.ask(connection, sign_in(&eve.email, &eve.password)) else { panic!() };
    let Some(api::sign_in_result::Result::MfaChallenge(challenge)) = result.result else { panic!() };
    rig.now += 6 * 60_000;
    let proof = eve.one_time_code(rig.now).map(api::complete_sign_in::Proof::Totp);
    let request = Request::AuthCompleteSignIn(api::CompleteSignIn { challenge_id: challenge.challenge_id, proof });
    assert_eq!(rig.refused(connection, request), 401);
}

#[test]
fn the_older_sign_in_takes_the_code_along_and_can_be_the_only_one() {
    let mut rig = Rig::new(&Options { legacy_sign_in_only: true, ..options() });
    let eve = rig.account("eve");
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, sign_in(&eve.email, &eve.password)), 400);
    let legacy = |totp| {
        Request::AuthLegacySignIn(api::LegacySignIn { email: eve.email.clone(), password: eve.password.clone(), totp })
    };
    assert_eq!(rig.refused(connection, legacy(None)), 401);
    let code = eve.one_time_code(rig.now);
    assert!(matches!(rig.ask(connection, legacy(code)), Answer::Authorization(_)));
}

#[test]
fn a_revoked_session_is_told_closed_and_refused() {
    let mut rig = Rig::standard();
    let you = rig.account("you");
    let first = rig.enter("you");
    let second = rig.connect(false);
    let Answer::SignInResult(result) = rig.ask(second, sign_in(&you.email, &you.password)) else { panic!() };
    let Some(api::sign_in_result::Result::Authorization(other)) = result.result else { panic!() };
    let Answer::Sessions(sessions) = rig.ask(first, Request::AuthGetSessions(api::GetSessions {})) else { panic!() };
    assert_eq!(sessions.sessions.len(), 2);
    assert_ne!(sessions.current, other.session_id);
    let eve = rig.enter("eve");
    let revoke = || Request::AuthRevokeSessions(api::RevokeSessions { session_ids: vec![other.session_id] });
    assert_eq!(rig.refused(eve, revoke()), 404, "only one's own");
    rig.frames(first);
    rig.frames(second);
    rig.run(first, revoke());
    for connection in [first, second] {
        let told = rig.updates(connection);
        let [Change::SessionDeleted(gone)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(gone.session_id, other.session_id);
    }
    assert!(rig.closed.contains_key(&second) && !rig.closed.contains_key(&first));
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, Request::AuthAuthorize(api::Authorize { token: other.token })), 403);
}

#[test]
fn presence_follows_the_first_and_the_last_connection() {
    let mut rig = Rig::standard();
    let (you, zoe) = (rig.enter("you"), rig.enter("zoe"));
    rig.frames(you);
    rig.frames(zoe);
    let bob_id = rig.id("bob");
    let statuses = |changes: Vec<Change>| -> Vec<(u64, Option<i32>)> {
        changes
            .into_iter()
            .filter_map(|change| match change {
                Change::UserStatus(update) => Some((update.user_id, update.status.and_then(|status| status.status))),
                _ => None,
            })
            .collect()
    };
    let first = rig.enter("bob");
    assert_eq!(statuses(rig.updates(you)), [(bob_id, Some(0))]);
    let second = rig.enter("bob");
    rig.leave(first);
    assert!(rig.updates(you).is_empty(), "still there");
    rig.leave(second);
    assert_eq!(statuses(rig.updates(you)), [(bob_id, None)]);
    assert!(rig.updates(zoe).is_empty(), "a stranger is not told");
}

#[test]
fn a_silent_connection_gets_answers_and_no_updates() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let silent = rig.connect(true);
    let token = rig.account("you").token;
    rig.ask(silent, Request::AuthAuthorize(api::Authorize { token }));
    let ada = rig.enter("ada");
    rig.say(ada, general, "anybody?");
    rig.say(silent, general, "me");
    assert!(rig.frames(silent).is_empty());
}

#[test]
fn garbage_is_counted_refused_where_possible_and_at_last_closes() {
    let mut rig = Rig::standard();
    let you = rig.enter("you");
    rig.frames(you);
    rig.frame(you, &[0xff; 20]);
    assert!(rig.frames(you).is_empty(), "no id, no answer");
    rig.frame(you, &[0x08, 0x09, 0xff]);
    let mut oversize = vec![0x08, 0x0a];
    oversize.resize(1_100_000, 0x55);
    rig.frame(you, &oversize);
    rig.frame(you, &[0x08, 0x0b, 0x82, 0x7d, 0x00]);
    let refused: Vec<u32> = rig
        .frames(you)
        .into_iter()
        .filter_map(|frame| match frame.message {
            Some(server_message::Message::Result(result)) => match result.result {
                Some(Answer::Error(error)) if error.error_code == 400 => Some(result.req_id),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(refused, [9, 10, 11]);
    assert!(rig.closed.is_empty());
    assert!(matches!(rig.ask(you, communities()), Answer::Communities(_)), "still served");
    for _ in 0..20 {
        rig.frame(you, &[0xff; 20]);
    }
    assert!(rig.closed.get(&you).is_some_and(|(code, reason)| *code == 1002 && !reason.is_empty()));
}

#[test]
fn a_method_that_is_not_served_says_which() {
    let mut rig = Rig::standard();
    let you = rig.enter("you");
    let result = rig.call(you, Request::BillingGetProducts(wire::billing::GetProducts {}));
    let Some(Answer::Error(error)) = result.result else { panic!() };
    assert_eq!(error.error_code, 400);
    assert!(error.error_message.contains("billing_get_products"));
}

#[test]
fn a_nonce_is_kept_apart_or_together_as_asked() {
    for (dedupe_nonce, expected) in [(false, 2), (true, 1)] {
        let mut rig = Rig::new(&Options { dedupe_nonce, ..options() });
        let slow = rig.channel("slow");
        let bob = rig.enter("bob");
        for _ in 0..2 {
            let Request::MessagesSendMessage(mut request) = text_message(slow, "once?") else { panic!() };
            request.client_id = Some(5);
            rig.ask(bob, Request::MessagesSendMessage(request));
        }
        let request = wire::messages::GetHistory { chat_ref: Some(slow), limit: None, offset: None };
        assert_eq!(rig.history(bob, request).messages.len(), expected);
    }
}

#[test]
fn the_same_seed_and_moment_give_the_same_world_and_accounts() {
    let (mut one, mut other) = (Rig::standard(), Rig::new(&Options { people: 9, ..options() }));
    assert_eq!(one.accounts, other.accounts);
    let (general, same) = (one.channel("general"), other.channel("general"));
    assert_eq!(general, same);
    let (first, second) = (one.enter("you"), other.enter("you"));
    let request = |chat_ref| wire::messages::GetHistory { chat_ref: Some(chat_ref), limit: Some(100), offset: None };
    assert_eq!(one.history(first, request(general)), other.history(second, request(same)));
    let elsewhere = Rig::new(&Options { seed: 8, ..options() });
    assert_ne!(one.accounts[0].token, elsewhere.accounts[0].token);
}
