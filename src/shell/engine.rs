//! The core with everything but a terminal: state, timers, sessions, secrets. The chat and the shell commands drive the same one.
//!
//! Nothing here waits. What takes time is handed to a session or a blocking thread, and comes back through [`Engine::next`].

use super::clock::Clock;
use super::colours::Colours;
use super::keeping::{FromStore, Keeping};
use super::networks::Network;
use super::owner::{Ask, Desk, Door, Errand, HERE, Knock, Lock, Role, Tell};
use super::sessions::{Arrived, Proof, Sessions, SignIn};
use super::timers::Timers;
use super::vault::Identity;
use crate::config::Paths;
use crate::domain::download::Told;
use crate::domain::kept::Write;
use crate::domain::{AccountId, LinkEvent, Mono, Now, Upload};
use crate::net::{Credentials, NetEvent};
use crate::state::{Effect, Event, SignInProof, State, StoreOp, reduce};
use crate::store::{Care, Replies, Reply, Store};
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Watches what goes through the core. A shell command learns from it what became of its actions.
pub trait Observer {
    /// An event is about to be reduced.
    fn event(&mut self, _event: &Event) {}
    /// An effect is about to be carried out.
    fn effect(&mut self, _effect: &Effect) {}
}

/// Watches nothing.
impl Observer for () {}

/// The core and what carries out its effects.
pub struct Engine {
    state: State,
    clock: Clock,
    timers: Timers,
    sessions: Sessions,
    keeping: Keeping,
    colours: Colours,
    /// Where commands are served.
    desk: Desk,
    /// Where those come in that are not in this process. Given up before the lock.
    door: Option<Door>,
    /// The profile's lock, where this process is its owner.
    owned: Option<Arc<Lock>>,
    /// Events to be reduced before anything else.
    next: VecDeque<Event>,
    /// Effects that only a terminal can carry out, oldest first.
    for_screen: VecDeque<Effect>,
}

impl Engine {
    /// An engine around a state; `store`: where things are kept, for who may write there. Nothing happens before it is fed [`Event::Started`].
    #[must_use]
    pub fn new(mut state: State, clock: Clock, sessions: Sessions, store: Option<(Store, Replies)>) -> Self {
        state.zone = clock.zone();
        state.has_store = store.is_some();
        let role = if state.front.is_some() { Role::Chat } else { Role::Command };
        Self {
            state,
            clock,
            timers: Timers::default(),
            sessions,
            keeping: Keeping::new(store),
            colours: Colours::default(),
            desk: Desk::new(role),
            door: None,
            owned: None,
            next: VecDeque::new(),
            for_screen: VecDeque::new(),
        }
    }

    /// The way to the store.
    pub fn keeping(&mut self) -> &mut Keeping {
        &mut self.keeping
    }

    /// Makes it the core of the profile's owner: commands of other processes are served from now on. To be called on the runtime.
    pub fn own(&mut self, paths: &Paths, lock: Arc<Lock>) {
        self.door = Door::open(paths, &lock);
        self.owned = Some(lock);
    }

    /// Asks what a command asks, in this process; answers come by [`Engine::hear`].
    pub fn ask(&mut self, id: u64, ask: Ask, files: Vec<Upload>, observer: &mut impl Observer) {
        let events = self.desk.asked(HERE, id, ask, files, &self.state);
        self.next.extend(events);
        self.run(observer);
        self.keeping.hand_over();
    }

    /// The next thing that was told for what was asked in this process.
    pub fn hear(&mut self) -> Option<(u64, Tell)> {
        self.desk.hear()
    }

    /// The truth, to be read.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Both clocks.
    #[must_use]
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The sessions, for a command that signs in by itself.
    pub fn sessions(&mut self) -> &mut Sessions {
        &mut self.sessions
    }

    /// Reduces an event, carries out what follows, and reduces what that answers at once.
    pub fn feed(&mut self, event: Event, observer: &mut impl Observer) {
        self.reduce(event, observer);
        self.keeping.hand_over();
    }

    fn reduce(&mut self, event: Event, observer: &mut impl Observer) {
        self.next.push_back(event);
        self.run(observer);
    }

    /// Reduces what waits, and tells at the desk what came of it.
    fn run(&mut self, observer: &mut impl Observer) {
        loop {
            while let Some(event) = self.next.pop_front() {
                observer.event(&event);
                self.desk.event(&event);
                log(&event);
                for effect in reduce(&mut self.state, event, self.clock.now()) {
                    observer.effect(&effect);
                    self.desk.effect(&effect);
                    self.carry_out(effect);
                }
            }
            let more = self.desk.settle(&self.state);
            self.next.extend(more);
            for errand in self.desk.errands() {
                self.run_errand(errand);
            }
            if self.next.is_empty() {
                return;
            }
        }
    }

    /// Has the store do something for a command.
    fn run_errand(&mut self, errand: Errand) {
        let (ticket, care) = match errand {
            Errand::Read(op) => {
                let told = self.keeping.take(op);
                return self.next.extend(told.map(Event::Stored));
            }
            Errand::Care(ticket, care) => (ticket, Some(care)),
            Errand::Forget(ticket, account) => {
                let me = self.state.core.account(account).map(|account| account.me).unwrap_or_default();
                (ticket, self.sessions.key(account, me).map(Care::Forget))
            }
        };
        if !care.is_some_and(|care| self.keeping.care(ticket, care)) {
            self.desk.seen(ticket, None);
        }
    }

    /// The next thing that arrives from a network, a blocking thread or the store; to be handed to [`Engine::take`]. While the store has to catch up,
    /// nothing is taken from networks. Safe to drop and call again.
    pub async fn next(&mut self) -> Arrived {
        let hears = !self.keeping.is_behind();
        tokio::select! {
            from = self.keeping.next() => Arrived::Stored(from),
            arrived = self.sessions.next(hears) => arrived,
            (key, tokens) = self.colours.next() => Arrived::Coloured(key, tokens),
            knock = knock(&mut self.door) => Arrived::Knock(knock),
        }
    }

    /// Feeds what arrived. The work is bounded: a batch is.
    pub fn take(&mut self, arrived: Arrived, observer: &mut impl Observer) {
        match arrived {
            Arrived::Batch(session, batch) => {
                let account = batch.account;
                for event in batch.events {
                    if !self.sessions.is_heard(session, &event) {
                        continue;
                    }
                    let event = match event {
                        NetEvent::Link(link) => Event::Link(account, link),
                        NetEvent::Update(update) => Event::Update(account, update),
                        NetEvent::Answer(answer) => Event::Answer(account, answer),
                        NetEvent::Progress(progress) => Event::Progress(account, progress),
                    };
                    self.reduce(event, observer);
                }
                // Together: what a batch tells is written at once.
                self.keeping.hand_over();
            }
            Arrived::Stored(FromStore::Room) => self.keeping.hand_over(),
            Arrived::Stored(FromStore::Reply(reply)) => {
                if let Reply::Seen(ticket, seen) = &*reply {
                    self.desk.seen(*ticket, Some(seen.clone()));
                }
                for event in self.keeping.told(*reply) {
                    self.feed(event, observer);
                }
            }
            Arrived::Knock(knock) => {
                match knock {
                    Knock::Came(guest, line) => self.desk.came(guest, line, &self.state),
                    Knock::Asked(guest, id, ask, files) => {
                        let events = self.desk.asked(guest, id, ask, files, &self.state);
                        self.next.extend(events);
                    }
                    Knock::Went(guest) => self.desk.went(guest),
                }
                self.run(observer);
                self.keeping.hand_over();
            }
            Arrived::Coloured(key, tokens) => self.feed(Event::Coloured(key, tokens), observer),
            Arrived::Finished(finished) => {
                if let Some(event) = self.sessions.finished(finished) {
                    self.feed(event, observer);
                }
            }
        }
    }

    /// Rings the timers that are due. Returns whether any was.
    pub fn ring(&mut self, observer: &mut impl Observer) -> bool {
        let now = self.clock.mono();
        let mut rang = false;
        while let Some(timer) = self.timers.take_due(now) {
            rang = true;
            // People travel; a timer rings at midnight at the latest.
            self.state.zone = self.clock.zone();
            self.feed(Event::Timer(timer), observer);
        }
        rang
    }

    /// When the next timer rings.
    #[must_use]
    pub fn next_timer(&self) -> Option<Mono> {
        self.timers.next()
    }

    /// The oldest effect that only a terminal can carry out.
    pub fn take_for_screen(&mut self) -> Option<Effect> {
        self.for_screen.pop_front()
    }

    /// Ends all sessions and waits for what is being saved, for a moment at most.
    pub async fn close(&mut self) {
        self.desk.say_bye();
        if let Some(door) = self.door.take() {
            door.close().await;
        }
        self.sessions.close().await;
        self.keeping.close().await;
        self.owned = None;
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            // Whatever asked for it: this run dials nothing.
            Effect::Connect(_) | Effect::SignIn { .. } | Effect::Probe(_) if self.state.offline => {
                tracing::warn!("offline: nothing is dialled");
            }
            Effect::Connect(account) => {
                let told = self.sessions.connect(account);
                self.next.extend(told);
            }
            Effect::SignIn { account, network, server, proof, admission, keep } => {
                let network = Network::named(&network).unwrap_or_default();
                let proof = match proof {
                    SignInProof::Same(other) => Proof::Same(other),
                    SignInProof::Elsewhere => Proof::With(Credentials::Elsewhere),
                    SignInProof::Token(token) => Proof::With(Credentials::Token(token)),
                    SignInProof::Password { login, password } => {
                        Proof::With(Credentials::Password { login, password, code: None })
                    }
                    SignInProof::SignUp { name, login, password } => {
                        Proof::With(Credentials::SignUp { name, login, password })
                    }
                };
                let told = self.sessions.sign_in(account, SignIn { network, server, proof, admission, keep });
                self.next.extend(told);
            }
            Effect::HoldToken(account, token) => self.sessions.hold_token(account, token),
            Effect::Probe(account) => self.sessions.probe(account),
            Effect::Disconnect(account) => self.sessions.disconnect(account),
            Effect::Net { account, id, request, priority } => {
                if !self.sessions.request(account, id, request, priority) {
                    self.next.push_back(Event::NotTaken(account, id));
                }
            }
            Effect::Stop(account, id) => self.sessions.stop(account, id),
            Effect::Cancel(account, id) => self.sessions.cancel(account, id),
            Effect::KeepToken(account, token) => {
                let identity = self.state.core.account(account).map(Identity::of).unwrap_or_default();
                self.sessions.keep_token(account, token, identity);
            }
            Effect::ForgetToken(account) => self.sessions.forget_token(account),
            Effect::RenameAccount { account, label } => self.sessions.rename(account, &label),
            Effect::RemoveAccount(account) => {
                self.sessions.remove(account);
                self.keeping.forget(account);
            }
            Effect::SaveAccounts(places) => self.sessions.arrange(&places),
            Effect::Store(op) => self.store(op),
            Effect::ReadFile { number, path, most } => self.sessions.read_file(number, path, most),
            Effect::ListFolder { number, path, hidden } => self.sessions.list_folder(number, path, hidden),
            Effect::LookAt { number, paths } => self.sessions.look_at(number, paths),
            Effect::ReadClipboard { number, most } => self.sessions.read_clipboard(number, most),
            Effect::Save(number, step) => self.sessions.save_file(number, step),
            Effect::Colour { key, language, text } => {
                self.next.extend(self.colours.ask(key, language, text).map(|(key, none)| Event::Coloured(key, none)));
            }
            Effect::Arm(timer, at) => self.timers.arm(timer, at),
            Effect::Disarm(timer) => self.timers.disarm(timer),
            Effect::Copy(_)
            | Effect::Open(_)
            | Effect::OpenFile(_)
            | Effect::Notify { .. }
            | Effect::Title(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::EditText { .. }
            | Effect::SaveOption { .. }
            | Effect::Reload
            | Effect::Quit
            | Effect::Demo => self.for_screen.push_back(effect),
            // For whoever submitted the action, who observes it.
            Effect::Outcome(..) => {}
        }
    }

    fn store(&mut self, op: StoreOp) {
        match op {
            StoreOp::Write(mut write) => {
                if let Write::Bind(account, key) = &mut *write
                    && let Some(saved) = self.sessions.key(*account, key.user)
                {
                    // As it is saved, and not as it was typed.
                    *key = saved;
                }
                self.next.extend(self.keeping.take(StoreOp::Write(write)).map(Event::Stored));
            }
            StoreOp::Read(..) => self.next.extend(self.keeping.take(op).map(Event::Stored)),
        }
    }
}

/// A fault ends the program: what was typed is kept as far as it can be told.
impl Drop for Engine {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let state = &mut self.state;
        // The fault may have left anything; a second one would end the program before the first is told.
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| reduce(state, Event::Terminate, self.clock.now())));
        for effect in told.unwrap_or_default() {
            if let Effect::Store(op) = effect {
                self.keeping.take(op);
            }
        }
        self.keeping.close_now();
    }
}

/// The next thing that comes through the door.
async fn knock(door: &mut Option<Door>) -> Knock {
    match door {
        Some(door) => door.next().await,
        None => std::future::pending().await,
    }
}

/// Logs kinds and numbers. What was typed and what was written by anybody never gets here.
fn log(event: &Event) {
    match event {
        Event::Link(AccountId(account), link) => match link {
            LinkEvent::Connecting => tracing::debug!(account, "connecting"),
            LinkEvent::Named(name) => tracing::debug!(account, bytes = name.len(), "the server has a name"),
            LinkEvent::SignedIn { me, .. } => tracing::info!(account, user = %me.id, "signed in"),
            LinkEvent::CodeNeeded { recovery, wrong } => tracing::info!(account, recovery, wrong, "a code is needed"),
            LinkEvent::VerificationNeeded { wrong } => tracing::info!(account, wrong, "the address is to be verified"),
            LinkEvent::Allowed { .. } => tracing::info!(account, "the sign-in was allowed elsewhere"),
            LinkEvent::ConfirmElsewhere { .. } => tracing::info!(account, "the sign-in is to be allowed elsewhere"),
            LinkEvent::Refused { code, reason, .. } => {
                tracing::warn!(account, code, ?reason, "the sign-in was refused")
            }
            LinkEvent::Down { reason, retry_in } => {
                tracing::debug!(account, ?reason, ?retry_in, "the connection is down")
            }
            LinkEvent::Latency(latency) => tracing::trace!(account, ?latency, "latency"),
            LinkEvent::Silent(since) => tracing::info!(account, ?since, "signs of life"),
            LinkEvent::Held(left) => tracing::debug!(account, ?left, "limits of the network"),
            LinkEvent::Missed => tracing::info!(account, "updates were missed"),
        },
        Event::Update(AccountId(account), update) => tracing::trace!(account, kind = update.name(), "update"),
        Event::Answer(AccountId(account), answer) => match &answer.outcome {
            Ok(_) => tracing::trace!(account, request = answer.request.0, "answered"),
            Err(refusal) => {
                tracing::info!(account, request = answer.request.0, kind = ?refusal.kind, code = refusal.code, "refused");
            }
        },
        Event::Progress(AccountId(account), progress) => {
            tracing::trace!(
                account,
                request = progress.request.0,
                done = progress.done,
                total = progress.total,
                "under way"
            );
        }
        Event::NotTaken(AccountId(account), request) => tracing::debug!(account, request = request.0, "not taken"),
        Event::Timer(timer) => tracing::trace!(?timer, "timer"),
        Event::TokenKept { account: AccountId(account), note, .. } => {
            tracing::info!(account, as_wished = note.is_none(), "token kept")
        }
        Event::FileRead(number, Ok(file)) => tracing::debug!(number, bytes = file.size(), "a file was read"),
        Event::FileRead(number, Err(_)) => tracing::debug!(number, "a file could not be read"),
        Event::FolderListed(number, listed) => tracing::debug!(number, ok = listed.is_ok(), "a folder was looked at"),
        Event::LookedAt(number, files) => tracing::debug!(number, files, "what was pasted was looked at"),
        Event::Saved(number, Told::Begun(begun)) => {
            tracing::debug!(number, ok = begun.is_ok(), "a file is being saved")
        }
        Event::Saved(number, Told::Written(Ok((bytes, path)))) => {
            tracing::trace!(number, bytes, whole = path.is_some(), "a part was saved");
        }
        Event::Saved(number, Told::Written(Err(_))) => tracing::info!(number, "a file could not be saved"),
        Event::Saved(number, Told::There(size)) => tracing::debug!(number, size, "a saved file was looked for"),
        Event::Edited(number, text) => tracing::info!(number, taken = text.is_ok(), "the editor was left"),
        Event::Failed(_) => tracing::info!("something that was asked for did not work"),
        Event::Terminate => tracing::info!("asked to end"),
        Event::Withdraw(..) => tracing::debug!("a message is taken back"),
        Event::Started
        | Event::Act(_)
        | Event::Submit(..)
        | Event::Resized { .. }
        | Event::Focused(_)
        | Event::Stored(_)
        | Event::Coloured(..)
        | Event::Arranged(..)
        | Event::Settings(_) => {}
    }
}
