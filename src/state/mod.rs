//! The pure core: events in, effects out. No I/O, no clock, no randomness, no network's name.
//!
//! [`reduce()`] is the only writer of [`State`]. The same events with the same clocks and the same seed give the same state and the same effects.

mod accounts;
pub mod action;
mod alerts;
mod answers;
pub mod colours;
pub mod core;
pub mod downloads;
pub mod effect;
pub mod event;
pub mod former;
pub mod front;
pub mod gone;
mod handover;
mod history;
mod join;
mod keep;
mod last_words;
pub mod levels;
mod link;
mod login;
pub mod members;
mod messages;
pub mod names;
mod newcomer;
pub mod offer;
pub mod offered;
pub mod opened;
pub mod outbox;
pub mod pace;
mod people;
pub mod permit;
pub mod pins;
mod polls;
pub mod quotes;
pub(crate) mod recall;
pub mod reduce;
pub mod requests;
mod roster;
mod sign_in_form;
pub mod slow;
mod status;
pub mod stones;
mod sync;
mod timers;
pub mod typing;
pub mod ui;
pub mod unread;
mod updates;
mod voice;

pub use self::core::{Account, Core};
pub use action::Action;
pub use effect::{AccountPlace, Effect, Effects, Outcome, StoreOp};
pub use event::{Event, SamePerson, StoreReply, Ticket, Timer};
pub use front::Front;
pub use login::proper_label;
pub use names::{ResolveError, chat_name, chat_title, resolve_chat};
pub use offer::{Hints, NetworkOffer, SignInProof, SignInWay};
pub use permit::{ComposerState, composer_state};
pub use reduce::reduce;

use crate::domain::kept::Stamps;
use crate::domain::{AccountId, Now, Priority, Request, RequestId, Settings, UserId};
use jiff::tz::TimeZone;
use requests::Purpose;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long a refusal stays at least, whatever is done meanwhile.
const READ: Duration = Duration::from_millis(1_500);
/// How long a notice stays at least.
const NOTICE: Duration = Duration::from_secs(6);
/// How long an account that is not looked at says nothing more.
const NOTICE_PACE: Duration = Duration::from_secs(60);
/// How many characters beyond the first [`NOTICE_SHORT`] are read in a second.
const NOTICE_READ: usize = 20;
/// Most characters of a notice.
const NOTICE_MOST: usize = 400;
/// So many characters are read while a notice stays anyway.
const NOTICE_SHORT: usize = 60;

/// The whole truth.
#[derive(Clone, Debug)]
pub struct State {
    /// What is known.
    pub core: Core,
    /// The terminal's user interface; `None` for a shell command.
    pub front: Option<Front>,
    /// What the user chose.
    pub settings: Arc<Settings>,
    /// The wall clock of the last event, for times on screen.
    pub now: Now,
    /// The zone whose clocks the user goes by; set by the shell. Days begin by it.
    pub zone: TimeZone,
    /// The networks that can be signed in to; set by the shell.
    pub networks: Vec<NetworkOffer>,
    /// Whether the demo can be left for; set by the shell.
    pub has_demo: bool,
    /// Nothing is dialled in this run: what is kept is shown, and what is written waits; set by the shell.
    pub offline: bool,
    /// Whether there is a store; set by the shell. What is known of accounts that are kept is told to it.
    pub has_store: bool,
    /// Whether what the store has outlasts this run, as far as it has told: a database in memory does not.
    pub outlasts: bool,
    /// Whether the store can be read, as far as it has told.
    pub readable: bool,
    /// Grows whenever something that may be visible changed; equal numbers need no new frame.
    pub revision: u64,
    /// Random numbers; seeded by the shell, so that a run can be replayed.
    pub random: fastrand::Rng,
    next_request: u64,
    /// Says when something became known.
    stamps: Stamps,
    armed: timers::Armed,
    /// Chats whose drafts the store could not keep.
    pub(crate) unkept_drafts: BTreeSet<crate::domain::ChatKey>,
    /// What it leaves for, while others are told of what was held back.
    leaving: Option<Effect>,
    /// Accounts that are left once others were told of what was held back.
    partings: Vec<last_words::Parting>,
    /// What is asked of the store.
    pub(crate) recall: recall::Recall,
    /// Files on their way here.
    pub downloads: downloads::Downloads,
    /// What the parts of code on screen are.
    pub colours: colours::Colours,
}

/// An account as the configuration knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AccountSpec {
    /// Which.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
    /// The server's address.
    pub server: String,
    /// The key of its network.
    pub network: String,
    /// Whether drafts of its chats are kept for later runs.
    pub keeps_drafts: bool,
    /// Its colour; `None`: the first that no other has.
    pub colour: Option<u8>,
    /// It is not to be connected.
    pub disabled: bool,
    /// Its rows in the sidebar are folded away.
    pub folded: bool,
    /// What is worth a notification, as it was chosen here.
    pub levels: Vec<(String, crate::domain::NotifyLevel)>,
    /// Who was signed in last: what is kept from earlier runs is theirs. The default: nobody is known.
    pub me: UserId,
}

impl State {
    /// The state at the start of the program. `front`: whether there is a terminal to show things; `seed`: of the random numbers.
    #[must_use]
    pub fn new(settings: Arc<Settings>, accounts: Vec<AccountSpec>, front: bool, seed: u64, now: Now) -> Self {
        let folded_accounts = accounts.iter().filter(|spec| spec.folded).map(|spec| spec.id).collect();
        let front = front.then(|| Front { width: 80, height: 24, folded_accounts, ..Front::default() });
        let random = fastrand::Rng::with_seed(seed);
        let mut core = Core::default();
        // Those that were chosen are not given to others.
        let mut free = (0..=u8::MAX).filter(|colour| accounts.iter().all(|spec| spec.colour != Some(*colour)));
        for spec in &accounts {
            let colour = spec.colour.or_else(|| free.next()).unwrap_or_default();
            core.accounts.push(Account { colour, ..Account::from(spec.clone()) });
        }
        Self {
            core,
            front,
            settings,
            now,
            zone: TimeZone::UTC,
            networks: Vec::new(),
            has_demo: false,
            offline: false,
            has_store: false,
            outlasts: true,
            readable: true,
            revision: 1,
            random,
            next_request: 0,
            stamps: Stamps::default(),
            armed: timers::Armed::default(),
            unkept_drafts: BTreeSet::new(),
            leaving: None,
            partings: Vec::new(),
            recall: recall::Recall::default(),
            downloads: downloads::Downloads::default(),
            colours: colours::Colours::default(),
        }
    }

    /// Whether what is known of an account is kept for later runs.
    #[must_use]
    pub fn is_kept(&self, account: AccountId) -> bool {
        self.has_store && self.core.account(account).is_some_and(|account| account.keeps_drafts)
    }

    /// Whether a message for the open chat is being made durable, and shows as soon as it is.
    #[must_use]
    pub fn stores_what_shows_next(&self) -> bool {
        let open = self.front.as_ref().and_then(|front| front.pane.chat);
        let outbox = open.and_then(|chat| Some((&self.core.account(chat.account)?.outbox, chat.chat)));
        outbox.is_some_and(|(outbox, chat)| outbox.shown(chat).len() < outbox.of(chat).len())
    }

    /// Whether the store has said what the first screen needs and what waits to go out, or never will.
    #[must_use]
    pub fn knows_kept(&self) -> bool {
        !self.recall.is_starting() && self.recall.awaits_outbox == 0
    }

    /// Says that something visible may have changed.
    pub(crate) const fn touch(&mut self) {
        self.revision += 1;
    }

    /// The account that the screen tells of: that of the open chat, else the first.
    #[must_use]
    pub fn shown_account(&self, front: &Front) -> Option<&Account> {
        front.pane.chat.and_then(|chat| self.core.account(chat.account)).or_else(|| self.core.accounts.first())
    }

    /// The account that what the user wants is about: that under the cursor of the list of accounts or of the sidebar, else that which the screen tells of.
    #[must_use]
    pub fn current_account(&self) -> Option<&Account> {
        let front = self.front.as_ref()?;
        if let Some(list) = front.account_list() {
            return list.selected(&self.core);
        }
        let under = front.sidebar.selected().filter(|_| front.region == front::Region::Sidebar);
        let under = under.and_then(|row| row.account()).and_then(|account| self.core.account(account));
        under.or_else(|| self.shown_account(front))
    }

    /// What people call an account's network; `None` where nothing says it.
    #[must_use]
    pub fn network_name(&self, account: &Account) -> Option<&str> {
        let offer = self.networks.iter().find(|offer| offer.key == account.network)?;
        Some(offer.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The same where it tells accounts apart: they are not all of one network.
    #[must_use]
    pub fn network_told(&self, account: &Account) -> Option<&str> {
        let other = self.core.listed().any(|other| other.network != account.network);
        self.network_name(account).filter(|_| other)
    }

    /// Asks an account's network for something and remembers why. `None`: there is no such account.
    pub(crate) fn ask(
        &mut self,
        account: AccountId,
        request: Request,
        priority: Priority,
        purpose: Purpose,
        fx: &mut Effects,
    ) -> Option<RequestId> {
        let now = self.now.mono;
        let known = self.core.account_mut(account)?;
        pace::note(known, &request, now);
        self.next_request += 1;
        let id = RequestId(self.next_request);
        known.requests.open.insert(id, purpose);
        keep::asking(self, account, id, &request);
        fx.push(Effect::Net { account, id, request, priority });
        Some(id)
    }

    /// Shows a sentence on the status line for as long as it takes to read it.
    pub(crate) fn notice(&mut self, text: impl Into<String>, bad: bool, fx: &mut Effects) {
        self.notice_of(text.into(), None, bad, fx);
    }

    /// Shows a sentence about an account. Where another one is shown it is named, and it takes the place of nothing that is being read; one account says
    /// only so much while it is not looked at.
    pub(crate) fn notice_about(
        &mut self,
        account: AccountId,
        text: impl Into<String>,
        key: Option<&'static str>,
        bad: bool,
        fx: &mut Effects,
    ) {
        let now = self.now.mono;
        let text = text.into();
        let Some(front) = &mut self.front else { return };
        let label = match front.pane.chat {
            Some(chat) if chat.account == account => None,
            _ => self.core.told_apart(account),
        };
        let Some(label) = label else { return self.notice_of(text, key, bad, fx) };
        front.noticed.retain(|_, at| at.plus(NOTICE_PACE) > now);
        if front.notice.as_ref().is_some_and(|notice| notice.until > now) || front.noticed.contains_key(&account) {
            return;
        }
        front.noticed.insert(account, now);
        let text = format!("{label}: {text}");
        self.notice_of(text, key, bad, fx);
    }

    /// The same with the keys of an action behind it.
    pub(crate) fn notice_of(&mut self, mut text: String, key: Option<&'static str>, bad: bool, fx: &mut Effects) {
        // Some of it may be a server's, of any length.
        if let Some((end, _)) = text.char_indices().nth(NOTICE_MOST) {
            text.truncate(end);
            text.push('…');
        }
        let more = text.chars().count().saturating_sub(NOTICE_SHORT) / NOTICE_READ;
        let until = self.now.mono.plus(NOTICE + Duration::from_secs(more as u64));
        if let Some(front) = &mut self.front {
            front.notice = Some(front::Notice { text, key, bad, until });
            front.refused = None;
            fx.push(Effect::Arm(Timer::NoticeExpires, until));
            self.touch();
        }
    }

    /// What the user wants is done by this. A refusal of what was wanted before goes with it, once it could be read; what names a key that
    /// brings something back stays its time.
    pub(crate) fn wanted(&mut self, does: impl FnOnce(&mut Self)) {
        let told = |state: &Self| state.front.as_ref().and_then(|front| front.notice.clone());
        let (before, revision, now) = (told(self), self.revision, self.now.mono);
        does(self);
        let (after, acted) = (told(self), self.revision != revision);
        let (Some(front), Some(notice)) = (&mut self.front, &after) else { return };
        if after != before {
            front.refused = (notice.bad && notice.key.is_none()).then_some(now);
        } else if acted && front.refused.is_some_and(|since| since.plus(READ) <= now) {
            self.drop_notice();
        }
    }

    /// Takes the notice away: what it was about is over.
    pub(crate) fn drop_notice(&mut self) {
        if self.front.as_mut().is_some_and(|front| front.notice.take().is_some()) {
            self.touch();
        }
    }
}

impl From<AccountSpec> for Account {
    fn from(spec: AccountSpec) -> Self {
        let AccountSpec { id, label, server, network, keeps_drafts, colour, disabled, folded: _, levels, me } = spec;
        let levels = levels::Levels::kept(levels);
        let colour = colour.unwrap_or_default();
        Self { id, label, server, network, keeps_drafts, colour, disabled, levels, me, ..Self::default() }
    }
}
