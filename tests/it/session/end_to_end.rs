//! Whole sessions with the Osmium adapter against the embedded server.

use super::support::{Core, config, soon};
use nib::demo::osmium::{Options, Running, StartError, start};
use nib::domain::{Chat, ChatId};
use nib::domain::{
    CommunityId, DownReason, LinkEvent, Outgoing, Page, Reply, Request, RequestId, Secret, Update, UserId,
};
use nib::net::osmium::{OsmiumAdapter, OsmiumConfig};
use nib::net::session::SessionConfig;
use nib::net::{Credentials, NetEvent};
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn server() -> Running {
    start(Options { people: 0, ..Options::default() }).await.unwrap()
}

fn with_token(running: &Running, account: usize) -> SessionConfig {
    let mut config = config(&running.url);
    config.credentials = Credentials::Token(Secret::new(running.accounts[account].token.clone()));
    config
}

fn with_password(running: &Running, account: usize, password: &str) -> SessionConfig {
    let mut config = config(&running.url);
    let login = running.accounts[account].email.clone();
    config.credentials = Credentials::Password { login, password: Secret::new(password.to_owned()), code: None };
    config
}

fn connect(config: SessionConfig, osmium: OsmiumConfig) -> Core {
    let make = move |credentials| {
        Box::new(OsmiumAdapter::new(osmium.clone(), credentials, nib::domain::Now::default()))
            as Box<dyn nib::net::Adapter>
    };
    Core::start_adapter(config, Box::new(make))
}

pub(super) async fn online(running: &Running, account: usize) -> Core {
    let mut core = connect(with_token(running, account), OsmiumConfig::default());
    core.signed_in().await;
    core
}

/// What a request is fulfilled with; everything else that is told meanwhile is dropped.
pub(super) async fn reply(core: &mut Core, request: Request) -> Reply {
    let id = core.ask(request);
    reply_to(core, id).await
}

async fn reply_to(core: &mut Core, id: RequestId) -> Reply {
    soon("the reply", async {
        loop {
            if let Some(NetEvent::Answer(answer)) = core.event().await
                && answer.request == id
            {
                return answer.outcome.unwrap_or_else(|refusal| panic!("refused: {refusal:?}"));
            }
        }
    })
    .await
}

pub(super) async fn communities(core: &mut Core) -> Vec<CommunityId> {
    let Reply::Communities { communities, .. } = reply(core, Request::FetchCommunities).await else { panic!() };
    communities.iter().map(|community| community.id).collect()
}

/// A chat that both can write in: the first one's direct chats with the other.
pub(super) async fn direct_chat(core: &mut Core, peer: UserId) -> Option<ChatId> {
    let Reply::Chats { bundle, .. } = reply(core, Request::FetchChats).await else { panic!() };
    let is_with = |chat: &&Chat| matches!(chat.kind, nib::domain::ChatKind::Direct { peer: with } if with == peer);
    bundle.chats.iter().find(is_with).map(|chat| chat.id)
}

#[tokio::test]
async fn what_one_sends_the_other_hears() {
    let running = server().await;
    let mut one = online(&running, 0).await;
    let mut chat = None;
    let mut other = 0;
    for account in 1..running.accounts.len() {
        chat = direct_chat(&mut one, UserId::new(u128::from(running.accounts[account].id))).await;
        other = account;
        if chat.is_some() {
            break;
        }
    }
    let chat = chat.expect("a direct chat with somebody of the cast");
    let mut two = online(&running, other).await;
    let text = "over a real socket 👋".to_owned();
    let sent =
        reply(&mut one, Request::Send(Arc::new(Outgoing { chat, text: text.clone(), ..Outgoing::default() }))).await;
    let Reply::Sent { message: id, .. } = sent else { panic!("{sent:?}") };
    let heard = loop {
        if let Some(NetEvent::Update(Update::MessageCreated { message, .. })) = two.event().await {
            break message;
        }
    };
    assert_eq!(heard.key.id, id);
    assert_eq!(heard.body.text.as_str(), text);
    assert_eq!(heard.author, UserId::new(u128::from(running.accounts[0].id)));
    let Reply::History { messages, .. } =
        reply(&mut one, Request::FetchHistory { chat, page: Page::Latest, limit: 10 }).await
    else {
        panic!()
    };
    assert_eq!(messages.last().map(|message| message.key.id), Some(id));
}

#[tokio::test]
async fn a_password_signs_in_and_its_token_reconnects() {
    let running = server().await;
    let plain = (0..running.accounts.len())
        .find(|&at| running.accounts[at].totp_secret.is_none() && !running.accounts[at].bot)
        .unwrap();
    let password = running.accounts[plain].password.clone();
    let mut core = connect(with_password(&running, plain, &password), OsmiumConfig::default());
    core.signed_in().await;
    running.drop_connections();
    core.down().await;
    core.signed_in().await;
    assert!(!communities(&mut core).await.is_empty());
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_taken() {
    let running = server().await;
    let account = running.accounts.iter().position(|account| account.totp_secret.is_some()).unwrap();
    let password = running.accounts[account].password.clone();
    let mut core = connect(with_password(&running, account, &password), OsmiumConfig::default());
    let code = |core: &mut Core, code: &str| core.ask(Request::SignInCode(Secret::new(code.to_owned())));
    let wanted = async |core: &mut Core, again: bool| loop {
        if let NetEvent::Link(LinkEvent::CodeNeeded { wrong, .. }) = core.event().await.unwrap() {
            assert_eq!(wrong, again);
            return;
        }
    };
    wanted(&mut core, false).await;
    code(&mut core, "not a code");
    wanted(&mut core, true).await;
    let recovery = running.accounts[account].recovery_codes[0].clone();
    let id = code(&mut core, &recovery);
    assert_eq!(reply_to(&mut core, id).await, Reply::Done);
    core.signed_in().await;
}

#[tokio::test]
async fn a_wrong_password_or_token_ends_the_session_with_a_reason() {
    let running = server().await;
    let mut token = config(&running.url);
    token.credentials = Credentials::Token(Secret::new("no such token".to_owned()));
    for config in [with_password(&running, 0, "wrong"), token] {
        let mut core = connect(config, OsmiumConfig::default());
        let told = core.rest().await;
        let refused = told.iter().find_map(|event| match event {
            NetEvent::Link(LinkEvent::Refused { reason, .. }) => Some(reason.to_string()),
            _ => None,
        });
        assert!(refused.is_some_and(|reason| !reason.is_empty()), "{told:?}");
        assert!(!told.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::Down { .. }))), "{told:?}");
        soon("the end", core.session.stopped()).await;
    }
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_a_new_one_in_its_place_heals_everything() {
    let running = server().await;
    let mut core = online(&running, 0).await;
    let before = communities(&mut core).await;
    let address = running.address;
    running.stop().await;
    assert!(matches!(core.down().await, DownReason::Closed(_)));
    let waiting = core.ask(Request::FetchCommunities);
    // A program that another test starts has the server's sockets for a moment, until it has become itself.
    while !matches!(core.down().await, DownReason::Unreachable { .. }) {}
    let again = loop {
        match start(Options { people: 0, listen: address, ..Options::default() }).await {
            Ok(running) => break running,
            Err(StartError::Listen { source, .. }) if source.kind() == std::io::ErrorKind::AddrInUse => {
                tokio::task::yield_now().await;
            }
            Err(error) => panic!("{error}"),
        }
    };
    let Reply::Communities { communities, .. } = reply_to(&mut core, waiting).await else { panic!() };
    assert_eq!(communities.iter().map(|community| community.id).collect::<Vec<_>>(), before);
    drop(again);
}

#[tokio::test]
async fn a_frozen_server_is_given_up_and_found_again() {
    let running = server().await;
    let osmium = OsmiumConfig {
        keepalive: Duration::from_millis(100),
        probe: Duration::from_millis(150),
        quiet: Duration::from_millis(500),
        ..OsmiumConfig::default()
    };
    let mut core = connect(with_token(&running, 0), osmium);
    core.signed_in().await;
    running.freeze(true);
    let read = core.ask(Request::FetchCommunities);
    assert_eq!(core.down().await, DownReason::Quiet);
    running.freeze(false);
    assert!(matches!(reply_to(&mut core, read).await, Reply::Communities { .. }));
}

#[tokio::test]
async fn garbage_from_the_server_does_not_end_the_connection() {
    let running = server().await;
    let mut core = online(&running, 0).await;
    running.inject(&[0xff; 64]);
    running.inject(b"\x0a");
    assert!(!communities(&mut core).await.is_empty());
    assert_eq!(running.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_real_messages_arrives_whole_and_in_order() {
    const COUNT: usize = 10_000;
    let running = server().await;
    let mut core = online(&running, 0).await;
    let before = std::time::Instant::now();
    let me = running.accounts[0].username.clone();
    let saved = nib::net::osmium::wire::refs::ChatRef {
        r#ref: Some(nib::net::osmium::wire::refs::chat_ref::Ref::Self_(nib::net::osmium::wire::refs::RefSelf {})),
    };
    let lines = running.rehearse(saved, (0..COUNT).map(|index| (me.clone(), format!("message {index}")))).unwrap();
    let flood = async { running.flood(lines).await.unwrap() };
    let listen = async {
        let mut next = 0;
        while next < COUNT {
            if let Some(NetEvent::Update(Update::MessageCreated { message, .. })) = core.event().await {
                assert_eq!(message.body.text.as_str(), format!("message {next}"));
                next += 1;
            }
        }
    };
    soon("the flood's end", async { tokio::join!(flood, listen) }).await;
    println!("{:.0} messages a second, unoptimised", 10_000.0 / before.elapsed().as_secs_f64());
}
