//! The sessions of all accounts, their tokens, and files to be sent: the part of the effects that takes time.
//!
//! Each session has a channel of its own, so that what one that was replaced still had to say cannot be taken for the new one's: of a session
//! that was ended or replaced only answers are still heard. Tokens and files are read and written on blocking threads.

mod disk;
mod keeping;
mod sign_in;
mod standing;
#[cfg(test)]
mod tests;

pub use keeping::KeptOf;
pub use sign_in::{Proof, SignIn};

use super::accounts::{AccountSetup, TokenSource};
use super::keeping::FromStore;
use super::owner::Knock;
use super::saving::Saver;
use super::vault::Vault;
use crate::config;
use crate::domain::download;
use crate::domain::kept::AccountKey;
use crate::domain::{
    AccountId, Admission, CleanText, CodeKey, LinkEvent, Priority, Request, RequestId, Secret, SignInPart, Tokens,
    Upload, UserId,
};
use crate::net::dial::Proxies;
use crate::net::session::{self, BATCHES, Batch, SessionConfig, SessionHandle, WallClock};
use crate::net::{Credentials, NetEvent};
use crate::state::Event;
use keeping::{Name, labelled, with_name};
use sign_in::Try;
use standing::Told;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::poll_fn;
use std::path::PathBuf;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, timeout_at};

/// How long the end of the program waits for sessions to part and tokens to be saved.
const PARTING: Duration = Duration::from_millis(1_500);

/// Why an account cannot be connected by itself.
const NONE_SAVED: &str = "no sign-in is saved for it";

/// What a blocking thread found out.
#[derive(Debug)]
pub enum Finished {
    /// An account's saved token, or why there is none; for the connection with this number.
    Token(AccountId, u64, Result<Secret, String>),
    /// The token that an account shares with another, or why there is none; for the connection with this number, with what the server wants besides.
    Shared(AccountId, u64, Admission, Result<Secret, String>),
    /// A file was read, or why not: a sentence.
    File(u64, Result<Upload, String>),
    /// What follows from a look at a disk.
    Looked(Box<Event>),
    /// A step with a file that is being saved was done, or why not.
    Saved(u64, download::Told),
    /// A token was saved or forgotten, or why not.
    Kept(AccountId, KeptOf),
    /// An account has another label: the old one, the new one, and a sentence if there is something to say; or why not.
    Renamed(AccountId, [String; 2], Result<Option<String>, String>),
    /// The list of accounts was changed in another way, or why not: a sentence.
    Listed(Result<(), String>),
}

impl Finished {
    /// Whether the list of accounts or a token was written: one thing after the other.
    const fn is_write(&self) -> bool {
        matches!(self, Self::Kept(..) | Self::Renamed(..) | Self::Listed(_))
    }
}

/// Something to be done where it may block.
type Work = Box<dyn FnOnce() -> Finished + Send>;

/// What arrived.
#[derive(Debug)]
pub enum Arrived {
    /// From a network, by the session with this number.
    Batch(u64, Batch),
    /// The parts of a block of code.
    Coloured(CodeKey, Tokens),
    /// From a blocking thread.
    Finished(Finished),
    /// From the store.
    Stored(FromStore),
    /// From a command of another process.
    Knock(Knock),
}

/// A session, or what is left of one.
struct Running {
    account: AccountId,
    /// Counts all sessions of this run.
    number: u64,
    /// `None` once it was ended or replaced.
    handle: Option<SessionHandle>,
    batches: Receiver<Batch>,
}

/// The sessions and tokens of all accounts.
pub struct Sessions {
    runtime: Handle,
    setups: BTreeMap<AccountId, AccountSetup>,
    running: Vec<Running>,
    /// How they stand among each other, as it was told last, in their order.
    told: Vec<Told>,
    /// How many were started.
    sessions: u64,
    vault: Vault,
    ways: Ways,
    /// How long a connection may take to come about.
    connect_timeout: Duration,
    done: Sender<Finished>,
    finished: Receiver<Finished>,
    /// Blocking threads that have not reported, and what waits for its turn.
    outstanding: usize,
    /// Saves files; `None` until the first one.
    saver: Option<Saver>,
    /// What is to be written once what is being written is done; `None` while nothing is.
    writes: Option<VecDeque<Work>>,
    /// Counts the wishes for a connection, so that a token that was read for an older one is not used.
    wishes: u64,
    wished: BTreeMap<AccountId, u64>,
    /// Accounts whose token the user does not want to be saved. They may be in the list all the same.
    for_this_run: BTreeSet<AccountId>,
    /// Accounts that are in the list, and what they are called there as far as that is known to be written.
    listed: BTreeMap<AccountId, String>,
    /// The same as it is written, for those who write and read.
    names: BTreeMap<AccountId, Name>,
    /// What is being tried. It becomes the account's when the network has taken it, so that a token is said to no server but its own.
    tries: BTreeMap<AccountId, Try>,
    /// What an account was before the try that was taken, until that is kept.
    replaced: BTreeMap<AccountId, config::Account>,
    /// Tokens of tries to sign in that are not done yet.
    held: BTreeMap<AccountId, Secret>,
    /// Tokens as they are saved, so that a reconnect writes nothing.
    kept: BTreeMap<AccountId, Secret>,
}

/// What stands between here and all servers.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Certificates to trust beside the usual ones.
    pub ca_file: Option<PathBuf>,
    /// Proxies.
    pub proxies: Proxies,
    /// Who keeps the accounts of networks that have a service for that, for new ones; `None`: the networks' own.
    pub account_service: Option<String>,
    /// Nothing is to be told that was not asked for: for commands that end after a question or two.
    pub quiet: bool,
    /// The time of day.
    pub wall: WallClock,
    /// What all chance of the run is derived from; `None`: a number that no other run has.
    pub seed: Option<u64>,
}

impl Sessions {
    /// No session yet, for these accounts. To be called on the runtime.
    #[must_use]
    pub fn new(
        runtime: Handle,
        setups: Vec<AccountSetup>,
        vault: Vault,
        ways: Ways,
        connect_timeout: Duration,
    ) -> Self {
        let (done, finished) = mpsc::channel(16);
        let label = |setup: &AccountSetup| match setup.token {
            TokenSource::Saved => setup.account.label.clone(),
            TokenSource::Given(_) | TokenSource::Forgotten => String::new(),
        };
        let labels: BTreeMap<AccountId, String> = setups.iter().map(|setup| (setup.id, label(setup))).collect();
        Self {
            names: labels.iter().map(|(id, label)| (*id, Name::new(label.clone().into()))).collect(),
            listed: labels.into_iter().filter(|(_, label)| !label.is_empty()).collect(),
            tries: BTreeMap::new(),
            replaced: BTreeMap::new(),
            runtime,
            told: setups.iter().map(Told::of).collect(),
            setups: setups.into_iter().map(|setup| (setup.id, setup)).collect(),
            running: Vec::new(),
            sessions: 0,
            vault,
            ways,
            connect_timeout,
            done,
            finished,
            outstanding: 0,
            saver: None,
            writes: None,
            wishes: 0,
            wished: BTreeMap::new(),
            for_this_run: BTreeSet::new(),
            held: BTreeMap::new(),
            kept: BTreeMap::new(),
        }
    }

    /// Begins to connect an account with its token. Returns what can be told at once: why that is not possible.
    pub fn connect(&mut self, account: AccountId) -> Option<Event> {
        self.disconnect(account);
        let Some(setup) = self.setups.get(&account) else {
            return Some(refused(account, "there is no such account", None));
        };
        let at_hand = match &setup.token {
            TokenSource::Given(token) => Some(token),
            TokenSource::Forgotten => return Some(refused(account, NONE_SAVED, None)),
            // One that is still being kept for the first time cannot be read yet.
            TokenSource::Saved if self.listed.contains_key(&account) => None,
            TokenSource::Saved => self.kept.get(&account),
        };
        if let Some(token) = at_hand.cloned() {
            return self.start(account, Credentials::Token(token), &Admission::default());
        }
        let setup = setup.clone();
        let wish = self.wish(account);
        self.read(setup, move |token| Finished::Token(account, wish, token));
        None
    }

    /// What an account is called, as it is saved.
    #[must_use]
    pub fn label(&self, account: AccountId) -> Option<&str> {
        self.setups.get(&account).map(|setup| setup.account.label.as_str())
    }

    /// What names an account in the store, as it is saved, once it is known who is signed in.
    #[must_use]
    pub fn key(&self, account: AccountId, user: UserId) -> Option<AccountKey> {
        self.setups.get(&account).map(|setup| setup.key(user))
    }

    /// Sees to an account's connection now, if it has a session.
    pub fn probe(&self, account: AccountId) {
        if let Some(handle) = self.handle(account) {
            handle.probe();
        }
    }

    /// How an account's session fares; nothing without one.
    #[must_use]
    pub fn report(&self, account: AccountId) -> session::Report {
        self.handle(account).map(SessionHandle::report).unwrap_or_default()
    }

    /// Ends an account's session, if there is one, and what was being tried with it.
    pub fn disconnect(&mut self, account: AccountId) {
        self.wished.remove(&account);
        self.tries.remove(&account);
        for running in self.running.iter_mut().filter(|running| running.account == account) {
            if let Some(handle) = running.handle.take() {
                handle.stop();
            }
        }
    }

    /// Hands a request to an account's session. Returns whether it was taken.
    pub fn request(&self, account: AccountId, id: RequestId, request: Request, priority: Priority) -> bool {
        match self.handle(account).map(|handle| handle.request(id, request, priority)) {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                tracing::debug!(account = account.0, request = id.0, %error, "not taken");
                false
            }
            None => false,
        }
    }

    /// A request is no longer wanted.
    pub fn cancel(&self, account: AccountId, id: RequestId) {
        if let Some(handle) = self.handle(account) {
            handle.cancel(id);
        }
    }

    /// A request is to be stopped, if nobody can have seen anything of it.
    pub fn stop(&self, account: AccountId, id: RequestId) {
        if let Some(handle) = self.handle(account) {
            handle.stop_request(id);
        }
    }

    /// The next thing that arrives; from networks only if `hears`. Safe to drop and call again.
    pub async fn next(&mut self, hears: bool) -> Arrived {
        poll_fn(|context| self.poll(context, hears)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, hears: bool) -> Poll<Arrived> {
        let mut index = if hears { 0 } else { self.running.len() };
        while let Some(running) = self.running.get_mut(index) {
            match running.batches.poll_recv(context) {
                Poll::Ready(Some(batch)) => {
                    // To the end of the line: one busy account does not silence the others.
                    let running = self.running.remove(index);
                    let number = running.number;
                    self.running.push(running);
                    return Poll::Ready(Arrived::Batch(number, batch));
                }
                Poll::Ready(None) => drop(self.running.remove(index)),
                Poll::Pending => index += 1,
            }
        }
        match self.finished.poll_recv(context) {
            Poll::Ready(Some(finished)) => {
                self.outstanding = self.outstanding.saturating_sub(1);
                if finished.is_write() {
                    self.write_next();
                }
                Poll::Ready(Arrived::Finished(finished))
            }
            // We hold a sender ourselves, so it never closes.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Whether an event of the session with this number is heard: everything while it runs; once it was ended or replaced, answers alone.
    /// To be asked for each event, since the one before it in the same batch may have ended the session.
    #[must_use]
    pub fn is_heard(&self, session: u64, event: &NetEvent) -> bool {
        let runs = |running: &Running| running.number == session && running.handle.is_some();
        matches!(event, NetEvent::Answer(_)) || self.running.iter().any(runs)
    }

    /// What follows from what a blocking thread found out.
    pub fn finished(&mut self, finished: Finished) -> Option<Event> {
        match finished {
            Finished::Token(account, wish, _) if self.wished.get(&account) != Some(&wish) => None,
            Finished::Token(account, _, Ok(token)) => {
                self.kept.insert(account, token.clone());
                self.start(account, Credentials::Token(token), &Admission::default())
            }
            Finished::Shared(account, wish, ..) if self.wished.get(&account) != Some(&wish) => None,
            Finished::Shared(account, _, admission, Ok(token)) => {
                self.start(account, Credentials::Token(token), &admission)
            }
            Finished::Shared(account, _, _, Err(sentence)) => {
                Some(refused(account, &sentence, Some(SignInPart::Login)))
            }
            Finished::Token(account, _, Err(sentence)) => Some(refused(account, &sentence, None)),
            Finished::File(number, file) => Some(Event::FileRead(number, file)),
            Finished::Looked(event) => Some(*event),
            Finished::Saved(number, told) => Some(Event::Saved(number, told)),
            Finished::Kept(account, kept) => self.token_kept(account, kept),
            Finished::Renamed(account, labels, renamed) => self.renamed(account, labels, renamed),
            Finished::Listed(listed) => listed.err().map(Event::Failed),
        }
    }

    /// Ends all sessions and waits until they have parted and tokens are saved, for a moment at most. What arrives meanwhile is dropped.
    pub async fn close(&mut self) {
        let accounts: Vec<AccountId> = self.setups.keys().copied().collect();
        for account in accounts {
            self.disconnect(account);
        }
        let end = Instant::now() + PARTING;
        while !self.running.is_empty() || self.outstanding > 0 {
            let more = poll_fn(|context| match self.poll(context, true) {
                Poll::Ready(_) => Poll::Ready(true),
                // Polling removes sessions that are over, so this may be the last moment that anything wakes us.
                Poll::Pending if self.running.is_empty() && self.outstanding == 0 => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            });
            if timeout_at(end, more).await.is_err() {
                tracing::info!(
                    sessions = self.running.len(),
                    tokens = self.outstanding,
                    "not everything could be ended in good form"
                );
                break;
            }
        }
    }

    /// Wishes for a connection; what is found out for an older wish is not used.
    fn wish(&mut self, account: AccountId) -> u64 {
        self.wishes += 1;
        self.wished.insert(account, self.wishes);
        self.wishes
    }

    /// Reads an account's token, from where it is by then.
    fn read(&mut self, setup: AccountSetup, told: impl FnOnce(Result<Secret, String>) -> Finished + Send + 'static) {
        let name = self.names.get(&setup.id).cloned().unwrap_or_default();
        let vault = self.vault.clone();
        self.block(move || told(with_name(&name, |name| vault.load(&labelled(setup, name)))));
    }

    fn handle(&self, account: AccountId) -> Option<&SessionHandle> {
        self.running.iter().filter(|running| running.account == account).find_map(|running| running.handle.as_ref())
    }

    fn start(&mut self, account: AccountId, credentials: Credentials, admission: &Admission) -> Option<Event> {
        let tried = self.tries.get(&account).map(|tried| &tried.setup);
        let setup = tried.or_else(|| self.setups.get(&account))?;
        let (network, server) = match setup.way() {
            Ok(way) => way,
            Err(error) => return Some(refused(account, &error.to_string(), Some(SignInPart::Server))),
        };
        let adapters = network.adapters(&setup.account, &server, admission, self.ways.quiet);
        let mut config = SessionConfig {
            trusted_hosts: setup.account.options.trusted_hosts.clone().unwrap_or_default(),
            ca_file: self.ways.ca_file.clone(),
            proxies: self.ways.proxies.clone(),
            limits: network.limits(),
            wall: self.ways.wall.clone(),
            ..SessionConfig::new(server, credentials, self.ways.seed.unwrap_or_else(super::clock::seed))
        };
        config.timing.dial = self.connect_timeout;
        let (sender, batches) = mpsc::channel(BATCHES);
        let handle = session::spawn(&self.runtime, account, config, adapters, sender);
        self.sessions += 1;
        self.running.push(Running { account, number: self.sessions, handle: Some(handle), batches });
        None
    }

    /// Writes something on a thread of its own, after all that is to be written before.
    fn write(&mut self, work: impl FnOnce() -> Finished + Send + 'static) {
        match &mut self.writes {
            Some(waiting) => {
                self.outstanding += 1;
                waiting.push_back(Box::new(work));
            }
            None => {
                self.writes = Some(VecDeque::new());
                self.block(work);
            }
        }
    }

    /// What was being written is: goes on to the next.
    fn write_next(&mut self) {
        match self.writes.as_mut().and_then(VecDeque::pop_front) {
            Some(work) => {
                self.outstanding = self.outstanding.saturating_sub(1);
                self.block(work);
            }
            None => self.writes = None,
        }
    }

    /// Runs something that may block on a thread of its own.
    fn block(&mut self, work: impl FnOnce() -> Finished + Send + 'static) {
        self.outstanding += 1;
        let done = self.done.clone();
        self.runtime.spawn_blocking(move || {
            // Fails only when the program ends and nobody waits any more.
            drop(done.blocking_send(work()));
        });
    }
}

fn refused(account: AccountId, reason: &str, about: Option<SignInPart>) -> Event {
    Event::Link(account, LinkEvent::Refused { code: 0, reason: CleanText::line(reason), about })
}
