//! The core without a terminal, against the embedded server over a real socket: what shell commands are made of.

use nib::config::Paths;
use nib::demo::osmium::{DemoAccount, Options, Running, start};
use nib::domain::{AccountId, Admission, ChatKey, LinkEvent, LinkPhase, Page, Secret, Update};
use nib::net::Credentials;
use nib::shell::accounts::{AccountSetup, TokenSource};
use nib::shell::host::{Host, HostError};
use nib::shell::networks::Network;
use nib::shell::sessions::{Proof, SignIn};
use nib::shell::startup::Startup;
use nib::state::action::Action;
use nib::state::effect::Outcome;
use nib::state::event::Event;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

async fn server() -> Running {
    start(Options { people: 0, ..Options::default() }).await.unwrap()
}

fn startup(url: &str, token: TokenSource, home: &tempfile::TempDir) -> Startup {
    let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
    let accounts = vec![AccountSetup::new(AccountId(0), "osmium", "test", url, token)];
    Startup { accounts, ..Startup::bare(paths) }
}

fn given(account: &DemoAccount) -> TokenSource {
    TokenSource::Given(Secret::new(account.token.clone()))
}

/// A text channel that both know, by its name.
fn common_channel(one: &Host, other: &Host, name: &str) -> ChatKey {
    let chats = |host: &Host| host.state().core.accounts[0].chats.clone();
    let theirs = chats(other);
    let found =
        chats(one).into_values().find(|chat| *chat.name == *name && chat.can_open() && theirs.contains_key(&chat.id));
    ChatKey::new(AccountId(0), found.expect("a channel that both see").id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_one_sends_the_other_sees_and_can_fetch() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let mut ada = Host::start(startup(&server.url, given(&server.accounts[0]), &home));
    let mut grace = Host::start(startup(&server.url, given(&server.accounts[1]), &home));
    ada.online(PATIENCE).await.unwrap();
    grace.online(PATIENCE).await.unwrap();
    let chat = common_channel(&ada, &grace, "general");

    grace.watch();
    let text = "what is sent by one host";
    let ticket = ada.submit(Action::SendTo {
        chat,
        text: text.to_owned(),
        verbatim: false,
        reply_to: None,
        attachments: Vec::new(),
    });
    let Outcome::Sent { message, .. } = ada.outcome(ticket, PATIENCE).await.unwrap() else { panic!("not sent") };

    let seen = async {
        loop {
            if let Event::Update(_, Update::MessageCreated { message, .. }) = grace.next().await {
                return message;
            }
        }
    };
    let seen = tokio::time::timeout(PATIENCE, seen).await.expect("the message in time");
    assert_eq!((seen.key.id, seen.body.text.as_str()), (message.id, text));

    let ticket = grace.submit(Action::Fetch { chat, page: Page::Latest, limit: 5 });
    let Outcome::History { messages, .. } = grace.outcome(ticket, PATIENCE).await.unwrap() else {
        panic!("no history")
    };
    assert_eq!(messages.last().map(|last| last.key.id), Some(message.id));
    ada.close().await;
    grace.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wrong_token_and_a_missing_server_end_with_a_reason() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let wrong = TokenSource::Given(Secret::new("not a token".to_owned()));
    let mut host = Host::start(startup(&server.url, wrong, &home));
    assert!(matches!(host.online(PATIENCE).await, Err(HostError::SignedOut { .. })));
    host.close().await;

    let url = server.url.clone();
    let token = given(&server.accounts[0]);
    server.stop().await;
    let mut host = Host::start(startup(&url, token, &home));
    let error = host.online(PATIENCE).await.unwrap_err();
    assert!(matches!(&error, HostError::NotConnected { reason, .. } if reason.contains("127.0.0.1")), "{error}");
    host.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn signing_in_with_a_password_saves_the_account_and_a_second_start_asks_nothing() {
    let server = server().await;
    let home = tempfile::tempdir().unwrap();
    let you = &server.accounts[0];
    let mut host = Host::idle(startup(&server.url, TokenSource::Saved, &home));
    host.watch();
    let (login, password) = (you.email.clone(), Secret::new(you.password.clone()));
    let credentials = Credentials::Password { login, password, code: None };
    let (network, admission) = (Network::Osmium, Admission::default());
    let proof = Proof::With(credentials);
    host.sign_in(AccountId(0), SignIn { network, server: server.url.clone(), proof, admission, keep: true });
    let kept = async {
        loop {
            match host.next().await {
                Event::Link(_, LinkEvent::Refused { reason, .. }) => panic!("{reason}"),
                Event::TokenKept { .. } => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, kept).await.expect("the token in time");
    host.close().await;

    let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
    let (saved, note) = nib::config::SavedAccounts::load(&paths.accounts_file()).unwrap();
    assert_eq!((saved.accounts.len(), note), (1, None));
    assert_eq!(saved.accounts[0].username, you.username);

    let mut again = Host::start(startup(&server.url, TokenSource::Saved, &home));
    again.online(PATIENCE).await.unwrap();
    assert_eq!(again.state().core.accounts[0].link, LinkPhase::Online);
    again.close().await;
    server.stop().await;
}
