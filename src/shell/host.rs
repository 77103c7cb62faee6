//! The core for shell commands: the same one as in the chat, without a terminal.
//!
//! A command starts a [`Host`], waits until its accounts are in sync, submits actions and awaits their outcomes, or watches what arrives. Where the
//! chat would try again for ever, a command ends with the reason.

use super::engine::{Engine, Observer};
use super::owner::{Ask, Tell, Trouble};
use super::sessions::SignIn;
use super::startup::Startup;
use crate::domain::{AccountId, Answer, Priority, Progress, Request, RequestId, Secret, Upload};
use crate::net::session::Report;
use crate::state::effect::Outcome;
use crate::state::event::Ticket;
use crate::state::{Action, Effect, Event, State};
use crate::store::{Replies, Store, Unusable};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// Why a command cannot go on. Reads as a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HostError {
    /// There is nobody to sign in as.
    #[error("there is no account yet; sign in with \"nib login\"")]
    NoAccount,
    /// The network does not take the sign-in.
    #[error("\"{account}\" is not signed in: {reason}")]
    SignedOut {
        /// What the user calls the account.
        account: String,
        /// Why, in words.
        reason: String,
    },
    /// There is no connection.
    #[error("\"{account}\" is offline: {reason}")]
    NotConnected {
        /// What the user calls the account.
        account: String,
        /// Why, in words.
        reason: String,
    },
    /// Nothing came back in time.
    #[error("the server does not answer; nothing was heard for {} s", .0.as_secs())]
    TimedOut(Duration),
}

/// What a command saw and has not dealt with yet.
#[derive(Debug, Default)]
struct Watch {
    outcomes: HashMap<Ticket, Outcome>,
    /// Events as they were reduced; kept only when somebody watches, and then taken after each turn, so it holds one batch at most.
    events: VecDeque<Event>,
    on: bool,
    /// How far an action is that takes long, if that changed.
    progress: Option<Progress>,
    /// The request beside the core that is waited for.
    awaited: Option<RequestId>,
    answer: Option<Answer>,
}

impl Observer for Watch {
    fn event(&mut self, event: &Event) {
        if self.on && matches!(event, Event::Link(..) | Event::Update(..) | Event::TokenKept { .. } | Event::Saved(..))
        {
            self.events.push_back(event.clone());
        }
        if let Event::Progress(_, progress) = event {
            self.progress = Some(*progress);
        }
        if let Event::Answer(_, answer) = event
            && self.awaited == Some(answer.request)
        {
            self.answer = Some(answer.clone());
        }
    }

    fn effect(&mut self, effect: &Effect) {
        if let Effect::Outcome(ticket, outcome) = effect {
            self.outcomes.insert(*ticket, outcome.clone());
        }
    }
}

/// The core without a terminal.
pub struct Host {
    engine: Engine,
    watch: Watch,
    tickets: u64,
    requests: u64,
    /// Questions so far.
    asked: u64,
    notes: Vec<String>,
}

impl HostError {
    /// What the user calls the account that it is about, if it is about one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::SignedOut { account, .. } | Self::NotConnected { account, .. } => Some(account),
            Self::NoAccount | Self::TimedOut(_) => None,
        }
    }
}

impl Host {
    /// Starts the core; its accounts begin to connect.
    #[must_use]
    pub fn start(mut startup: Startup) -> Self {
        // Only the chat sets aside what it cannot use: a command leaves everything as it is.
        let store = startup.open_store(if startup.offline { Unusable::Refuse } else { Unusable::Leave });
        let notes = std::mem::take(&mut startup.notes);
        let mut host = Self { notes, ..Self::with(startup, store) };
        host.engine.feed(Event::Started, &mut host.watch);
        host
    }

    /// The core without anything connecting by itself, for signing in.
    #[must_use]
    pub fn idle(startup: Startup) -> Self {
        Self::with(startup, None)
    }

    fn with(startup: Startup, store: Option<(Store, Replies)>) -> Self {
        let engine = startup.engine(false, store);
        Self { engine, watch: Watch::default(), tickets: 0, requests: 0, asked: 0, notes: Vec::new() }
    }

    /// What could not be done at the start, in sentences.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// What is known.
    #[must_use]
    pub fn state(&self) -> &State {
        self.engine.state()
    }

    /// From now on, keeps what [`Host::next`] tells.
    pub fn watch(&mut self) {
        self.watch.on = true;
    }

    /// Hands in an action. Its outcome is awaited with [`Host::outcome`].
    pub fn submit(&mut self, action: Action) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.engine.feed(Event::Submit(ticket, action), &mut self.watch);
        ticket
    }

    /// Waits for what became of an action.
    ///
    /// # Errors
    /// Nothing came of it in time.
    pub async fn outcome(&mut self, ticket: Ticket, within: Duration) -> Result<Outcome, HostError> {
        self.outcome_of_long(ticket, within, |_| {}).await
    }

    /// Waits for what became of an action that may take long: as long as it goes on, the time begins anew, and how far it is is told.
    ///
    /// # Errors
    /// It did not go on in time.
    pub async fn outcome_of_long(
        &mut self,
        ticket: Ticket,
        within: Duration,
        mut told: impl FnMut(Progress),
    ) -> Result<Outcome, HostError> {
        let mut end = Instant::now() + within;
        loop {
            if let Some(progress) = self.watch.progress.take() {
                end = Instant::now() + within;
                told(progress);
            }
            if let Some(outcome) = self.watch.outcomes.remove(&ticket) {
                return Ok(outcome);
            }
            self.turn_until(end, within).await?;
        }
    }

    /// Asks what a command asks, in this process. Returns the number that answers bear.
    pub fn ask(&mut self, ask: Ask, files: Vec<Upload>) -> u64 {
        self.asked += 1;
        self.engine.ask(self.asked, ask, files, &mut self.watch);
        self.asked
    }

    /// The next thing that is told for what was asked. Safe to drop and call again.
    pub async fn hear(&mut self) -> (u64, Tell) {
        loop {
            if let Some(told) = self.engine.hear() {
                return told;
            }
            self.turn().await;
        }
    }

    /// Waits until all accounts are signed in and up to date, or are known not to come for now. One that is refused or cannot connect keeps the others from
    /// nothing.
    ///
    /// # Errors
    /// There is no account, or none of them is there; why the first one is not.
    pub async fn online(&mut self, within: Duration) -> Result<(), HostError> {
        self.ask(Ask::Online { accounts: Vec::new() }, Vec::new());
        let mut standing = timeout(within, self.hear()).await.ok();
        if standing.is_none() {
            // Answered at once.
            self.ask(Ask::Settle { waited: within.as_secs() }, Vec::new());
            standing = self.engine.hear();
        }
        match standing {
            Some((_, Tell::Standing { accounts, absent })) if absent.len() < accounts.len() => Ok(()),
            Some((_, Tell::Standing { absent, .. })) => Err(absent.into_iter().next().unwrap_or(HostError::NoAccount)),
            Some((_, Tell::Failed(Trouble::Absent(why)))) => Err(why),
            _ => Err(HostError::TimedOut(within)),
        }
    }

    /// The next thing that arrived: about a connection, from a network, about a saved token or a file that is being saved. Needs [`Host::watch`].
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.watch.events.pop_front() {
                return event;
            }
            self.turn().await;
        }
    }

    /// Signs in to one of the accounts with what the user gave. What comes of it is seen with [`Host::next`]; the token is saved by the core.
    pub fn sign_in(&mut self, account: AccountId, wish: SignIn) {
        if let Some(event) = self.engine.sessions().sign_in(account, wish) {
            self.engine.feed(event, &mut self.watch);
        }
    }

    /// Gives the code that `LinkEvent::CodeNeeded` asked for. Returns false if the connection is gone.
    pub fn sign_in_code(&mut self, account: AccountId, code: Secret) -> bool {
        self.hand_in(account, Request::SignInCode(code)).is_some()
    }

    /// What an account is called, as it is saved: a new one has its label when its token is kept.
    #[must_use]
    pub fn label(&mut self, account: AccountId) -> String {
        self.engine.sessions().label(account).unwrap_or_default().to_owned()
    }

    /// How an account's session fares.
    #[must_use]
    pub fn report(&mut self, account: AccountId) -> Report {
        self.engine.sessions().report(account)
    }

    /// Asks an account's network for something and waits for the answer. For what is no action, such as signing out.
    ///
    /// # Errors
    /// The request could not be handed in, or nothing came back in time.
    pub async fn request(
        &mut self,
        account: AccountId,
        request: Request,
        within: Duration,
    ) -> Result<Answer, HostError> {
        let end = Instant::now() + within;
        let Some(id) = self.hand_in(account, request) else {
            let label = self.label(account);
            return Err(HostError::NotConnected { account: label, reason: "the connection is gone".to_owned() });
        };
        self.watch.awaited = Some(id);
        loop {
            if let Some(answer) = self.watch.answer.take_if(|answer| answer.request == id) {
                return Ok(answer);
            }
            self.turn_until(end, within).await?;
        }
    }

    /// Hands a request to a session beside the core, which ignores answers to what it did not ask.
    fn hand_in(&mut self, account: AccountId, request: Request) -> Option<RequestId> {
        // The core counts from 1 upwards.
        self.requests += 1;
        let id = RequestId(u64::MAX - self.requests);
        self.engine.sessions().request(account, id, request, Priority::User).then_some(id)
    }

    /// Ends all sessions and waits for what is being saved.
    pub async fn close(mut self) {
        self.engine.close().await;
    }

    async fn turn_until(&mut self, end: Instant, within: Duration) -> Result<(), HostError> {
        timeout_at(end, self.turn()).await.map_err(|_| HostError::TimedOut(within))
    }

    /// Waits for one thing and deals with it. Nothing is lost when it is dropped while it waits.
    async fn turn(&mut self) {
        let timer = self.engine.next_timer().map(|at| Instant::from_std(self.engine.clock().instant(at)));
        let timer = async {
            match timer {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            arrived = self.engine.next() => self.engine.take(arrived, &mut self.watch),
            () = timer => {}
        }
        self.engine.ring(&mut self.watch);
        // Nobody here has a terminal.
        while self.engine.take_for_screen().is_some() {}
    }
}
