//! What is kept of accounts while several things are wanted of them at once, and to whom a token is said.

use super::*;
use crate::config::{Paths, SavedAccounts, SecretsChoice, Standing};
use crate::domain::{NotifyLevel, UserId};
use crate::shell::networks::Network;
use crate::shell::vault::Identity;
use crate::state::{Account, AccountPlace, SamePerson};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(20);
const ADA: AccountId = AccountId(0);
const NEW: AccountId = AccountId(1);

struct Home {
    paths: Paths,
    vault: Vault,
    _directory: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(directory.path().as_os_str()), None, None).unwrap();
        Self { vault: Vault::new(&paths, SecretsChoice::File), paths, _directory: directory }
    }

    /// Keeps an account as an earlier run has.
    fn with(self, label: &str, server: &str, user: u128) -> Self {
        assert_eq!(self.vault.keep(&setup(ADA, label, server), &person(user), &token("old")).note, None);
        self
    }

    fn sessions(&self, setups: Vec<AccountSetup>) -> Sessions {
        Sessions::new(Handle::current(), setups, self.vault.clone(), Ways::default(), PATIENCE)
    }

    fn labels(&self) -> Vec<String> {
        let (saved, _) = SavedAccounts::load(&self.paths.accounts_file()).unwrap();
        saved.accounts.into_iter().map(|account| account.label).collect()
    }

    fn token(&self, label: &str) -> Option<Secret> {
        self.vault.load(&setup(ADA, label, "")).ok()
    }
}

fn setup(id: AccountId, label: &str, server: &str) -> AccountSetup {
    AccountSetup::new(id, "osmium", label, server, TokenSource::Saved)
}

fn person(user: u128) -> Identity {
    Identity::of(&Account { me: UserId::new(user), ..Account::default() })
}

fn token(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn wish(server: &str, keep: bool) -> SignIn {
    let proof = Proof::With(Credentials::Token(token("typed")));
    let server = server.to_owned();
    SignIn { network: Network::Osmium, server, proof, admission: Admission::default(), keep }
}

/// Takes in all that blocking threads have to tell.
async fn settle(sessions: &mut Sessions) -> Vec<Event> {
    let mut events = Vec::new();
    while sessions.outstanding > 0 {
        match tokio::time::timeout(PATIENCE, sessions.next(true)).await.expect("an end in time") {
            Arrived::Finished(finished) => events.extend(sessions.finished(finished)),
            Arrived::Batch(..) | Arrived::Stored(_) | Arrived::Knock(_) | Arrived::Coloured(..) => {}
        }
    }
    events
}

#[tokio::test]
async fn after_a_try_elsewhere_the_saved_token_goes_to_its_own_server() {
    let listen = || async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        (listener, url)
    };
    let ((own, own_url), (other, other_url)) = (listen().await, listen().await);
    let home = Home::new().with("ada", &own_url, 7);
    let mut sessions = home.sessions(vec![setup(ADA, "ada", &own_url)]);
    assert_eq!(sessions.sign_in(ADA, wish(&other_url, false)), None);
    let met = tokio::time::timeout(PATIENCE, other.accept()).await;
    assert!(met.is_ok(), "what is tried is tried there");
    // It is given up, and the account connects as it did before.
    sessions.disconnect(ADA);
    assert_eq!(sessions.connect(ADA), None);
    assert_eq!(settle(&mut sessions).await, []);
    let met = tokio::time::timeout(PATIENCE, own.accept()).await;
    assert!(met.is_ok(), "the token is said to its own server");
    assert!(sessions.saved(ADA).is_some(), "it was to be for this run only where it was not taken");
    // What an account had is for its own server, too.
    let proof = Proof::Same(ADA);
    let told = sessions.sign_in(ADA, SignIn { proof, ..wish(&other_url, true) });
    let mut told: Vec<Event> = told.into_iter().collect();
    told.extend(settle(&mut sessions).await);
    assert!(matches!(&told[..], [Event::Link(ADA, LinkEvent::Refused { .. })]), "{told:?}");
}

#[tokio::test]
async fn what_is_removed_or_left_before_it_is_kept_does_not_come_back() {
    let home = Home::new();
    let mut sessions = home.sessions(vec![setup(ADA, "", "ws://one"), setup(NEW, "", "ws://two")]);
    let names = [ADA, NEW].map(|id| sessions.names[&id].clone());
    let held = names.each_ref().map(|name| name.lock().unwrap());
    sessions.keep_token(ADA, token("a"), person(7));
    sessions.keep_token(NEW, token("b"), person(8));
    assert_eq!(sessions.remove(ADA), None, "nobody knows a label yet");
    sessions.forget_token(NEW);
    drop(held);
    settle(&mut sessions).await;
    let labels = home.labels();
    assert_eq!(labels.len(), 1, "{labels:?}");
    assert_eq!(home.token(&labels[0]), None);
    assert_eq!(sessions.label(NEW), Some(labels[0].as_str()));
}

#[tokio::test]
async fn the_same_person_twice_is_one_account_and_the_other_goes_alone() {
    let home = Home::new().with("ada", "ws://one", 7);
    let mut sessions = home.sessions(vec![setup(ADA, "ada", "ws://one"), setup(NEW, "", "ws://one")]);
    sessions.keep_token(NEW, token("new"), person(7));
    let told = settle(&mut sessions).await;
    let same = Some(SamePerson { other: ADA, stays: false });
    assert!(matches!(&told[..], [Event::TokenKept { account: NEW, same: told, .. }] if *told == same), "{told:?}");
    assert_eq!(sessions.remove(NEW), None);
    settle(&mut sessions).await;
    assert_eq!((home.labels(), home.token("ada")), (vec!["ada".to_owned()], Some(token("new"))));
}

#[tokio::test]
async fn one_that_is_in_the_list_is_so_though_its_token_is_for_this_run() {
    let home = Home::new().with("ada", "ws://127.0.0.1:9", 7);
    let taken = || {
        let mut sessions = home.sessions(vec![setup(ADA, "ada", "ws://127.0.0.1:9")]);
        assert_eq!(sessions.sign_in(ADA, wish("ws://127.0.0.1:9", false)), None);
        sessions.keep_token(ADA, token("for this run"), person(7));
        sessions
    };
    let mut sessions = taken();
    assert_eq!(sessions.saved(ADA), None);
    sessions.rename(ADA, "home");
    settle(&mut sessions).await;
    assert_eq!((home.labels(), home.token("home")), (vec!["home".to_owned()], Some(token("old"))));
    // Who signs out is out, whatever is left of the run.
    sessions.forget_token(ADA);
    assert_eq!(sessions.connect(ADA), None);
    let told = settle(&mut sessions).await;
    let refused = |event: &Event| matches!(event, Event::Link(ADA, LinkEvent::Refused { .. }));
    assert!(told.iter().any(refused), "{told:?}");
    assert_eq!(home.token("home"), None);
    let mut sessions = home.sessions(vec![setup(ADA, "home", "ws://127.0.0.1:9")]);
    sessions.sign_in(ADA, wish("ws://127.0.0.1:9", false));
    sessions.keep_token(ADA, token("for this run"), person(7));
    assert_eq!(sessions.remove(ADA).as_deref(), Some("home"));
    settle(&mut sessions).await;
    assert_eq!(home.labels(), [""; 0]);
    // One that was never saved is not, and connects no more.
    let given = AccountSetup { token: TokenSource::Given(token("given")), ..setup(ADA, "NIB_TOKEN", "ws://one") };
    let mut sessions = home.sessions(vec![given]);
    sessions.forget_token(ADA);
    assert!(sessions.connect(ADA).as_ref().is_some_and(refused));
    sessions.keep_token(ADA, token("again"), person(7));
    settle(&mut sessions).await;
    assert_eq!(home.labels(), [""; 0]);
}

#[tokio::test]
async fn a_token_is_found_while_its_account_gets_another_label() {
    let home = Home::new().with("ada", "ws://127.0.0.1:9", 7);
    let mut sessions = home.sessions(vec![setup(ADA, "ada", "ws://127.0.0.1:9")]);
    let name = sessions.names[&ADA].clone();
    let held = name.lock().unwrap();
    sessions.rename(ADA, "home");
    assert_eq!(sessions.connect(ADA), None);
    // Kept anew under the label of before it is known there: the new one stays.
    sessions.rename(ADA, "here");
    sessions.keep_token(ADA, token("new"), person(7));
    sessions.rename(ADA, "there");
    drop(held);
    let told = settle(&mut sessions).await;
    let wrong = |event: &Event| match event {
        Event::Link(..) => true,
        Event::TokenKept { label, note, .. } => label.is_some() || note.is_some(),
        _ => true,
    };
    assert!(!told.iter().any(wrong), "{told:?}");
    assert_eq!((sessions.label(ADA), home.labels()), (Some("there"), vec!["there".to_owned()]));
    assert_eq!(home.token("there"), Some(token("new")));
}

#[tokio::test]
async fn of_how_accounts_stand_only_what_changed_here_is_written() {
    let home = Home::new().with("ada", "ws://one", 7).with("bob", "ws://two", 8);
    let ids = [ADA, NEW];
    let mut sessions = home.sessions(vec![setup(ADA, "ada", "ws://one"), setup(NEW, "bob", "ws://two")]);
    let place = |id: AccountId| AccountPlace {
        account: id,
        colour: 3,
        disabled: false,
        folded: false,
        levels: vec![("a".to_owned(), NotifyLevel::All)],
    };
    let mut places = ids.map(place);
    sessions.arrange(&places);
    settle(&mut sessions).await;
    // Another nib disables one, wants less of a chat and changes the order.
    let disabled = Standing {
        label: "bob".to_owned(),
        disabled: Some(true),
        notify: [("b".to_owned(), Some("none".to_owned()))].into(),
        ..Standing::default()
    };
    home.vault.arrange(&[disabled], Some(&["bob", "ada"].map(str::to_owned))).unwrap();
    places[0].folded = true;
    places[1].folded = true;
    places[1].levels = vec![("c".to_owned(), NotifyLevel::Nothing)];
    sessions.arrange(&places);
    settle(&mut sessions).await;
    assert_eq!(home.labels(), ["bob", "ada"]);
    let bob = SavedAccounts::load(&home.paths.accounts_file()).unwrap().0.accounts.remove(0);
    assert_eq!((bob.colour, bob.disabled, bob.folded), (4, true, true));
    let notify =
        [("b", "none"), ("c", NotifyLevel::Nothing.word())].map(|(name, word)| (name.to_owned(), word.to_owned()));
    assert_eq!(bob.notify, notify.into());
    places.swap(0, 1);
    sessions.arrange(&places);
    places.swap(0, 1);
    sessions.arrange(&places);
    settle(&mut sessions).await;
    assert_eq!(home.labels(), ["ada", "bob"]);
}

#[tokio::test]
async fn one_that_stands_in_the_configuration_alone_is_listed_to_keep_how_it_stands() {
    let home = Home::new();
    let mut commanded = setup(ADA, "work", "ws://one");
    commanded.account.options.token_command = Some(vec!["pass".to_owned()]);
    let mut sessions = home.sessions(vec![commanded]);
    let place = AccountPlace { account: ADA, colour: 0, disabled: true, folded: false, levels: Vec::new() };
    sessions.arrange(&[place]);
    assert_eq!(settle(&mut sessions).await, []);
    let saved = SavedAccounts::load(&home.paths.accounts_file()).unwrap().0.accounts;
    assert_eq!(saved.iter().map(|one| (one.label.as_str(), one.disabled)).collect::<Vec<_>>(), [("work", true)]);
    sessions.remove(ADA);
    let told = settle(&mut sessions).await;
    assert!(format!("{told:?}").contains("take [accounts.work] out of it"), "{told:?}");
}

#[tokio::test]
async fn a_sign_in_is_shown_to_nobody_but_the_account_service_that_it_is_of() {
    let home = Home::new();
    let of_many = |id, label: &str, service: Option<&str>| {
        let mut setup = AccountSetup::new(id, "originchats", label, "127.0.0.1:9", TokenSource::Given(token(label)));
        setup.account.account_service = service.map(str::to_owned);
        setup
    };
    let mine = "http://127.0.0.1:9/mine";
    for (service, other) in [(Some(mine), None), (None, Some(mine)), (Some(mine), Some("http://127.0.0.1:9/theirs"))] {
        let mut sessions = home.sessions(vec![of_many(ADA, "ada", service), of_many(NEW, "other", other)]);
        let tried = |sessions: &mut Sessions, proof| {
            let (server, admission) = ("127.0.0.1:9".to_owned(), Admission::default());
            sessions.sign_in(ADA, SignIn { network: Network::OriginChats, server, proof, admission, keep: true });
            sessions.tries.get(&ADA).and_then(|tried| tried.setup.account.account_service.clone())
        };
        assert_eq!(tried(&mut sessions, Proof::Same(NEW)).as_deref(), other);
        // With its own it stays with its own.
        assert_eq!(tried(&mut sessions, Proof::With(Credentials::Elsewhere)).as_deref(), service);
        assert_eq!(tried(&mut sessions, Proof::Same(ADA)).as_deref(), service);
    }
}

#[tokio::test]
async fn what_a_server_gave_in_a_try_is_for_the_next_try_there_alone() {
    for (next, taken) in [("127.0.0.1:9", true), ("127.0.0.1:10", false)] {
        let home = Home::new();
        let mut sessions = home.sessions(Vec::new());
        let mut at = |server: &str, proof| {
            let (server, admission) = (server.to_owned(), Admission::default());
            sessions.sign_in(NEW, SignIn { network: Network::OriginChats, server, proof, admission, keep: true })
        };
        let login = Credentials::Password { login: "dave".to_owned(), password: token("pw"), code: None };
        assert_eq!(at("127.0.0.1:9", Proof::With(login)), None);
        // For its own server alone.
        sessions.hold_token(NEW, token("local:dave:pw"));
        let (server, admission) = (next.to_owned(), Admission::default());
        let wish = SignIn { network: Network::OriginChats, server, proof: Proof::Same(NEW), admission, keep: true };
        assert_eq!(sessions.sign_in(NEW, wish).is_none(), taken, "{next}");
    }
}
