//! The real core with a front, without a terminal: what a terminal would do besides is done here.

use super::clock::Daytime;
use super::home::Home;
use futures_util::FutureExt;
use nib::config::SecretsChoice;
use nib::domain::kept::{OutboxStage, Write};
use nib::domain::*;
use nib::layout::{LayoutCache, arrange};
use nib::shell::accounts::AccountSetup;
use nib::shell::engine::{Engine, Observer};
use nib::shell::sessions::Ways;
use nib::shell::startup::Startup;
use nib::state::effect::Outcome;
use nib::state::event::Ticket;
use nib::state::outbox::{Pending, Stage};
use nib::state::{Account, Action, Effect, Event, State, StoreOp, StoreReply};
use nib::store::Options;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Columns and rows of the terminal that there is not.
const SIZE: (u16, u16) = (100, 20);
/// Messages in a page: few, so that there is something to scroll to.
const PAGE: u16 = 15;
/// How long changes and deletions are held back, where they are: less than what is waited for in the end.
const UNDO: Duration = Duration::from_secs(2);
/// So often nothing happens before it counts as quiet.
const QUIET: u32 = 12;
/// How long that may take by the clock on the wall.
const ENDLESS: Duration = Duration::from_secs(20);
/// The longest leap of the clock.
const LEAP: Duration = Duration::from_millis(250);

/// What a run of the core begins with.
pub(super) struct Beginning<'a> {
    pub(super) account: AccountSetup,
    pub(super) home: &'a Home,
    pub(super) day: &'a Daytime,
    pub(super) seed: u64,
    /// Somebody sits before it, and what it learns is kept.
    pub(super) front: bool,
    /// It dials nothing.
    pub(super) offline: bool,
    /// Most pages that the store may ever have.
    pub(super) max_pages: Option<u32>,
}

/// Something that was asked of a thread, and will be answered.
#[derive(PartialEq, Eq, Hash)]
enum Awaited {
    Found(kept::Ticket),
    Committed(ChatKey, Nonce),
    Draft(ChatKey),
    /// The session, once it has the token.
    Session,
}

/// What was seen go by.
#[derive(Default)]
struct Watch {
    outcomes: HashMap<Ticket, Outcome>,
    /// What was asked of threads, and how often.
    awaited: HashMap<Awaited, u32>,
}

impl Watch {
    fn asked(&mut self, what: Awaited) {
        *self.awaited.entry(what).or_default() += 1;
    }

    fn answered(&mut self, what: Awaited) {
        if let Some(count) = self.awaited.get_mut(&what) {
            *count -= 1;
            self.awaited.retain(|_, count| *count > 0);
        }
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Event) {
        tracing::trace!(?event);
        match event {
            Event::Stored(StoreReply::Found(ticket, _)) => self.answered(Awaited::Found(*ticket)),
            Event::Stored(StoreReply::OutboxCommitted(chat, nonce, _)) => {
                self.answered(Awaited::Committed(*chat, *nonce));
            }
            Event::Stored(StoreReply::DraftKept(chat, _)) => self.answered(Awaited::Draft(*chat)),
            Event::Link(..) => _ = self.awaited.remove(&Awaited::Session),
            _ => {}
        }
    }

    fn effect(&mut self, effect: &Effect) {
        tracing::trace!(?effect);
        match effect {
            Effect::Outcome(ticket, outcome) => _ = self.outcomes.insert(*ticket, outcome.clone()),
            Effect::Connect(_) => self.asked(Awaited::Session),
            Effect::Store(StoreOp::Read(ticket, _)) => self.asked(Awaited::Found(*ticket)),
            Effect::Store(StoreOp::Write(write)) => match &**write {
                Write::PutOutbox(row) => self.asked(Awaited::Committed(row.chat, row.nonce)),
                Write::SetStage { chat, nonce, stage: OutboxStage::InFlight, .. } => {
                    self.asked(Awaited::Committed(*chat, *nonce));
                }
                Write::Draft { chat, .. } => self.asked(Awaited::Draft(*chat)),
                _ => {}
            },
            _ => {}
        }
    }
}

/// A core that runs.
pub(super) struct Client {
    engine: Engine,
    cache: LayoutCache,
    watch: Watch,
    told: Option<nib::state::front::Visible>,
    arranged: Option<u64>,
    tickets: u64,
    /// What the user wrote, by its first word, and where.
    written: Vec<(String, ChatId)>,
}

impl Client {
    pub(super) fn start(from: Beginning<'_>) -> Self {
        let ways = Ways { wall: from.day.wall(), seed: Some(from.seed), ..Ways::default() };
        let undo_seconds = if from.seed.is_multiple_of(2) { Duration::ZERO } else { UNDO };
        let settings = Arc::new(Settings { page: PAGE, undo_seconds, ..Settings::default() });
        let bare = Startup::bare(from.home.paths());
        let startup = Startup {
            accounts: vec![from.account],
            settings,
            ways,
            secrets: SecretsChoice::File,
            offline: from.offline,
            ..bare
        };
        // One that is soon full makes networks wait.
        let queue = [Options::new(from.home.paths().store_file()).queue, 2][usize::from(from.seed.is_multiple_of(4))];
        let store = from.front.then(|| from.home.store(queue, from.max_pages));
        let mut client = Self {
            engine: startup.engine(from.front, store),
            cache: LayoutCache::new(jiff::tz::TimeZone::UTC),
            watch: Watch::default(),
            told: None,
            arranged: None,
            tickets: 0,
            written: Vec::new(),
        };
        if from.front {
            client.feed(Event::Resized { width: SIZE.0, height: SIZE.1 });
            client.feed(Event::Focused(true));
        }
        client.feed(Event::Started);
        client
    }

    pub(super) fn state(&self) -> &State {
        self.engine.state()
    }

    pub(super) fn account(&self) -> &Account {
        &self.state().core.accounts[0]
    }

    pub(super) fn open(&self) -> Option<ChatId> {
        self.state().front.as_ref().and_then(|front| front.pane.chat).map(|chat| chat.chat)
    }

    /// Neither what stands in a chat nor what was said there last is known.
    pub(super) fn knows_nothing_of(&self, chat: ChatId) -> bool {
        let account = self.account();
        // Where that marks nothing read, it is looked up before something goes out.
        account.caps.fetch_marks_read
            && !account.timelines.get(&chat).is_some_and(Timeline::is_loaded)
            && account.chats.get(&chat).is_none_or(|chat| chat.last_message.is_none())
    }

    /// Everything on its way out.
    pub(super) fn rows(&self) -> impl Iterator<Item = (ChatId, &Pending)> {
        self.account().outbox.chats.iter().flat_map(|(chat, rows)| rows.iter().map(|row| (*chat, row)))
    }

    pub(super) fn feed(&mut self, event: Event) {
        self.engine.feed(event, &mut self.watch);
    }

    /// The user does something, after having seen what there is.
    pub(super) fn act(&mut self, action: Action) {
        self.look();
        self.feed(Event::Act(action));
        self.look();
    }

    /// Lays the screen out, and tells what came of it, until nothing comes of it any more.
    fn look(&mut self) {
        if self.state().front.is_none() {
            return;
        }
        for _ in 0..8 {
            let revision = self.state().revision;
            if self.arranged == Some(revision) {
                return;
            }
            self.arranged = Some(revision);
            let scene = arrange(self.engine.state(), &mut self.cache, SIZE.0, SIZE.1);
            for (pane, visible) in &scene.visible {
                if self.told.as_ref() != Some(visible) {
                    self.told = Some(visible.clone());
                    self.feed(Event::Arranged(*pane, visible.clone()));
                }
            }
        }
    }

    /// What the user wrote and neither the outbox nor the timeline shows, though the timeline says that it is whole.
    fn vanished(&self) -> Option<&str> {
        let gone = |(name, chat): &&(String, ChatId)| {
            let begins = |text: &str| text.split(' ').next() == Some(name.as_str());
            let timeline = self.account().timelines.get(chat).filter(|it| it.is_loaded() && !it.gap_after());
            let Some(timeline) = timeline.filter(|_| self.account().chats.contains_key(chat)) else { return false };
            let row = self.account().outbox.of(*chat).iter().any(|row| begins(&row.outgoing.text));
            let reaches = timeline.has_start() && timeline.iter().all(|entry| !entry.gap_before);
            !row && reaches && timeline.iter().all(|entry| !begins(&entry.message.body.text))
        };
        self.written.iter().find(gone).map(|(name, _)| name.as_str())
    }

    /// From now on this is to be seen somewhere.
    pub(super) fn wrote(&mut self, name: &str, chat: ChatId) {
        self.written.push((name.to_owned(), chat));
    }

    /// The user does not want it any more.
    pub(super) fn gave_up(&mut self, name: &str) {
        self.written.retain(|(known, _)| known != name);
    }

    /// Everything that is to be seen somewhere, for the next run.
    pub(super) fn promises(&self) -> Vec<(String, ChatId)> {
        self.written.clone()
    }

    /// What the run before this one has promised.
    pub(super) fn promised(&mut self, written: Vec<(String, ChatId)>) {
        self.written = written;
    }

    /// Whether a thread is about to answer, or to catch up: until then nothing is taken from the network.
    pub(super) fn awaits_threads(&mut self) -> bool {
        !self.watch.awaited.is_empty() || self.engine.keeping().is_behind()
    }

    /// Takes in what there is. Returns whether there was anything.
    pub(super) fn turn(&mut self) -> bool {
        let mut some = false;
        while let Some(arrived) = self.engine.next().now_or_never() {
            self.engine.take(arrived, &mut self.watch);
            some = true;
        }
        // What was written in an earlier run is being looked up at the start.
        if some
            && !self.awaits_threads()
            && let Some(name) = self.vanished()
        {
            let (name, chat) = self.written.iter().find(|(known, _)| known == name).expect("it was written");
            let texts: Vec<String> =
                self.account().timelines[chat].iter().map(|entry| entry.message.body.text.to_string()).collect();
            panic!("{name} has vanished: {}; {texts:?}", self.standing());
        }
        some |= self.engine.ring(&mut self.watch);
        self.look();
        while self.engine.take_for_screen().is_some() {}
        some
    }

    /// Whether everything is told, asked and answered: only what waits for the user is left, and what the network has and nobody looks at.
    pub(super) fn is_quiet(&self) -> bool {
        let open = self.open();
        let account = self.account();
        account.link == LinkPhase::Online
            && account.requests.open.is_empty()
            && self.rows().all(|(chat, row)| match row.stage {
                Stage::Failed(_) | Stage::Unconfirmed => true,
                Stage::Sent(_) => Some(chat) != open,
                Stage::Committing | Stage::Queued | Stage::InFlight(_) => false,
            })
    }

    /// What stands in the way of quiet.
    pub(super) fn standing(&self) -> String {
        let account = self.account();
        let rows: Vec<String> =
            self.rows().map(|(_, row)| format!("{:?} {:?}", row.outgoing.text, row.stage)).collect();
        format!("{:?}; {:?}; {rows:?}", account.link, account.requests.open.values())
    }

    /// Asks for a page, as shell commands do. Returns its name.
    pub(super) fn ask(&mut self, chat: ChatId, page: Page, limit: u16) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let chat = ChatKey::new(self.account().id, chat);
        self.feed(Event::Submit(ticket, Action::Fetch { chat, page, limit }));
        ticket
    }

    pub(super) fn outcome(&mut self, ticket: Ticket) -> Option<Outcome> {
        self.watch.outcomes.remove(&ticket)
    }

    /// Ends it as the program does.
    pub(super) async fn close(mut self) {
        self.feed(Event::Terminate);
        let mut closed = std::pin::pin!(self.engine.close());
        while closed.as_mut().now_or_never().is_none() {
            tokio::time::advance(Duration::from_millis(1)).await;
            std::thread::sleep(Duration::from_micros(20));
        }
    }
}

/// Lets everything happen that happens without time passing. `stirred`: grows where something happens besides.
pub(super) async fn settle(clients: &mut [&mut Client], stirred: impl Fn() -> u64) -> bool {
    let (mut quiet, mut some) = (0, false);
    let begun = std::time::Instant::now();
    while quiet < QUIET {
        assert!(begun.elapsed() < ENDLESS, "something goes on and on without time passing");
        let before = stirred();
        let mut moved = false;
        for client in clients.iter_mut() {
            moved |= client.turn();
        }
        // No two things happen in the very same moment.
        tokio::time::advance(Duration::from_micros(3)).await;
        if quiet > QUIET / 2 {
            // The system may have something on its way from one socket to another.
            std::thread::yield_now();
        }
        if clients.iter_mut().any(|client| client.awaits_threads()) {
            // Threads go by the clock on the wall.
            moved = true;
            std::thread::sleep(Duration::from_micros(20));
        }
        moved |= stirred() != before;
        quiet = if moved { 0 } else { quiet + 1 };
        some |= moved;
    }
    some
}

/// Lets time pass until something is so, or for so long. Returns whether it is.
pub(super) async fn until(
    clients: &mut [&mut Client],
    stirred: impl Fn() -> u64,
    within: Duration,
    so: impl Fn(&[&mut Client]) -> bool,
) -> bool {
    let end = tokio::time::Instant::now() + within;
    let mut step = Duration::from_millis(2);
    loop {
        let some = settle(clients, &stirred).await;
        if so(clients) {
            return true;
        }
        let left = end.saturating_duration_since(tokio::time::Instant::now());
        if left.is_zero() {
            return false;
        }
        step = if some { Duration::from_millis(2) } else { (step * 2).min(LEAP) };
        tokio::time::advance(step.min(left)).await;
    }
}
