//! Requests, answers, lost links, and the end of a session.

use super::support::{Core, Server, roles, send, soon};
use nib::domain::answer::RefusalKind;
use nib::domain::{CommunityId, LinkEvent, Reply, Request, RequestId, Secret, UserId};
use nib::net::session::NotTaken;
use nib::net::{Credentials, NetEvent};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn the_latency_is_told_from_the_start() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    // Reading answers the ping, which is only due again in half a minute.
    let pong = async { while peer.next().await.is_some() {} };
    let told = async {
        loop {
            if let Some(NetEvent::Link(LinkEvent::Latency(took))) = core.event().await {
                return took;
            }
        }
    };
    tokio::select! {
        () = pong => panic!("the client went away"),
        took = told => assert!(took < Duration::from_secs(20)),
    }
}

#[tokio::test]
async fn replies_find_their_requests_in_any_order() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    let ids = [core.ask(roles(1)), core.ask(roles(2)), core.ask(send("three"))];
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(peer.asked().await);
    }
    assert_eq!(asked.iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>(), ["roles 1", "roles 2", "send three"]);
    peer.say(&format!("ok {}", asked[2].0)).await;
    peer.say("ok 999").await;
    peer.say(&format!("no {} forbidden", asked[0].0)).await;
    peer.say(&format!("ok {}", asked[1].0)).await;
    assert_eq!(core.answer().await, (ids[2], Ok(Reply::Done)));
    assert_eq!(core.answer().await, (ids[0], Err(RefusalKind::Forbidden)));
    assert_eq!(core.answer().await, (ids[1], Ok(Reply::Done)));
}

#[tokio::test]
async fn a_cut_answers_sends_as_lost_and_asks_reads_again() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    let read = core.ask(roles(1));
    let sent = core.ask(send("once"));
    assert_eq!(peer.asked().await.1, "roles 1");
    assert_eq!(peer.asked().await.1, "send once");
    drop(peer);
    assert_eq!(core.answer().await, (sent, Err(RefusalKind::LinkLost)));
    // The newest token is used, and the read is asked again: alone, and not before the sign-in.
    let mut peer = server.welcome("hello new").await;
    let (number, what) = peer.asked().await;
    assert_eq!(what, "roles 1");
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
    let marker = core.ask(roles(2));
    let (number, what) = peer.asked().await;
    assert_eq!(what, "roles 2", "the message is not sent a second time");
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (marker, Ok(Reply::Done)), "and its loss is told once");
}

#[tokio::test]
async fn requests_wait_for_the_sign_in() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let early = core.ask(send("early"));
    let mut peer = server.welcome("hello old").await;
    let (number, what) = peer.asked().await;
    assert_eq!(what, "send early");
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (early, Ok(Reply::Done)));
}

#[tokio::test]
async fn a_refused_token_ends_the_session_and_is_not_tried_again() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let waiting = core.ask(roles(1));
    let mut peer = server.accept().await;
    assert_eq!(peer.hear().await, "hello old");
    peer.say("refuse").await;
    assert!(matches!(peer.next().await, Some(Message::Close(_))));
    let told = core.rest().await;
    soon("the end", core.session.stopped()).await;
    assert!(core.session.is_over());
    assert!(told.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::Refused { code: 401, .. }))), "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::Down { .. }))), "{told:?}");
    let Some(NetEvent::Answer(answer)) = told.last() else { panic!("{told:?}") };
    assert_eq!(answer.request, waiting);
    assert_eq!(answer.outcome.as_ref().unwrap_err().kind, RefusalKind::NotSignedIn);
    let later = core.session.request(RequestId(1), roles(2), nib::domain::Priority::User);
    assert_eq!(later, Err(NotTaken::Ended));
    assert_eq!(server.accepted.get(), 1);
    assert!(server.nobody_waits());
}

#[tokio::test]
async fn a_password_is_used_once_and_then_forgotten() {
    let server = Server::bind().await;
    let mut config = server.config();
    let password = Secret::new("hunter2".to_owned());
    config.credentials = Credentials::Password { login: "me".to_owned(), password, code: None };
    let mut core = Core::start(config);
    drop(server.accept().await);
    drop(server.welcome("hello hunter2").await);
    drop(server.welcome("hello new").await);
    core.signed_in().await;
    core.signed_in().await;
}

#[tokio::test]
async fn an_account_is_asked_for_once_however_the_connection_ends() {
    let server = Server::bind().await;
    let mut config = server.config();
    let password = Secret::new("hunter2".to_owned());
    config.credentials = Credentials::SignUp { name: "Me".to_owned(), login: "me".to_owned(), password };
    let mut core = Core::start(config.clone());
    let mut peer = server.accept().await;
    assert_eq!(peer.hear().await, "hello hunter2");
    drop(peer);
    let told = core.rest().await;
    assert!(matches!(told.last(), Some(NetEvent::Link(LinkEvent::Refused { code: 0, about: None, .. }))), "{told:?}");
    assert!(server.nobody_waits(), "the account may have been made");

    // Once it is made, the session goes on like any other.
    let mut core = Core::start(config.clone());
    drop(server.welcome("hello hunter2").await);
    core.signed_in().await;
    drop(server.welcome("hello new").await);
    core.signed_in().await;

    drop(server);
    let told = Core::start(config).rest().await;
    let about_server = LinkEvent::Refused {
        code: 0,
        reason: match told.last() {
            Some(NetEvent::Link(LinkEvent::Refused { reason, .. })) => reason.clone(),
            other => panic!("{other:?}"),
        },
        about: Some(nib::domain::SignInPart::Server),
    };
    assert_eq!(told.last(), Some(&NetEvent::Link(about_server)), "nobody answers there");
}

#[tokio::test]
async fn stopping_says_goodbye_and_answers_what_is_left() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    let open = core.ask(roles(1));
    peer.asked().await;
    core.session.stop();
    let Some(Message::Close(Some(frame))) = peer.next().await else { panic!("no close frame") };
    assert_eq!(u16::from(frame.code), 1000);
    assert!(peer.next().await.is_none());
    soon("the end", core.session.stopped()).await;
    assert_eq!(core.answer().await, (open, Err(RefusalKind::LinkLost)));
    assert!(core.event().await.is_none());
}

#[tokio::test]
async fn stopping_ends_a_dial_and_a_wait_and_does_not_need_a_reader() {
    let silent = Server::bind().await;
    let core = Core::start(silent.config());
    let tcp = silent.accept_raw().await;
    core.session.stop();
    soon("the end", core.session.stopped()).await;
    drop(tcp);

    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.first_delay = Duration::from_secs(3600);
    config.timing.most_delay = Duration::from_secs(3600);
    let mut core = Core::start(config);
    drop(server.accept().await);
    core.down().await;
    core.session.stop();
    soon("the end", core.session.stopped()).await;
}

#[tokio::test]
async fn a_probe_skips_the_wait() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.first_delay = Duration::from_secs(3600);
    config.timing.most_delay = Duration::from_secs(3600);
    let mut core = Core::start(config);
    drop(server.welcome("hello old").await);
    core.down().await;
    core.session.probe();
    let _peer = server.welcome("hello new").await;
    core.signed_in().await;
}

#[tokio::test]
async fn a_passing_refusal_is_tried_again_and_a_lasting_one_is_told() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    let read = core.ask(roles(1));
    let (first, _) = peer.asked().await;
    peer.say(&format!("no {first} fault")).await;
    let (second, what) = peer.asked().await;
    assert_eq!(what, "roles 1");
    assert_ne!(first, second, "an answer to the first attempt must not pass for one to the second");
    peer.say(&format!("ok {second}")).await;
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
    let sent = core.ask(send("x"));
    let (number, _) = peer.asked().await;
    peer.say(&format!("no {number} fault")).await;
    assert_eq!(core.answer().await, (sent, Err(RefusalKind::ServerFault)));
}

#[tokio::test]
async fn an_adapter_times_out_by_itself() {
    let server = Server::bind().await;
    let mut core = Core::start_with(server.config(), Duration::from_millis(30));
    let mut peer = server.welcome("hello old").await;
    let sent = core.ask(send("x"));
    peer.asked().await;
    assert_eq!(core.answer().await, (sent, Err(RefusalKind::TimedOut)));
}

#[tokio::test]
async fn look_ups_of_members_are_gathered() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    let look_up =
        |ids: &[u128]| Request::FetchMembers(CommunityId::new(7), ids.iter().map(|&id| UserId::new(id)).collect());
    let ids = [core.ask(look_up(&[1, 2])), core.ask(look_up(&[2, 3])), core.ask(look_up(&[4]))];
    let (number, what) = peer.asked().await;
    assert_eq!(what, "members 7 [UserId(1), UserId(2), UserId(3), UserId(4)]");
    peer.say(&format!("ok {number}")).await;
    for id in ids {
        assert_eq!(core.answer().await, (id, Ok(Reply::Done)));
    }
}

#[tokio::test]
async fn a_cancelled_request_is_not_answered() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let unwanted = core.ask(roles(1));
    core.session.cancel(unwanted);
    let wanted = core.ask(roles(2));
    let mut peer = server.welcome("hello old").await;
    let (number, what) = peer.asked().await;
    assert_eq!(what, "roles 2");
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (wanted, Ok(Reply::Done)));
}
