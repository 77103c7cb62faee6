//! What nib offers where no chat is open: signing in or up, the demo, the first steps of an empty account.

use super::act;
use crate::domain::{Chat, ChatKind, LinkPhase};
use crate::state::action;
use crate::state::effect::Effects;
use crate::state::{Account, Front, State};

/// How things stand while no chat is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nobody has signed in.
    Stranger,
    /// Somebody has, and is signed out.
    SignedOut,
    /// Nothing is dialled in this run, and no chat is kept.
    Offline,
    /// There is no connection yet.
    Arriving,
    /// The lists are on their way.
    Fetching,
    /// There is no chat that could be opened, but for notes to oneself.
    Empty,
    /// There are chats, and none is open.
    Between,
}

/// One thing that can be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The action, as written.
    pub action: &'static str,
    /// What it does, in a few words.
    pub words: &'static str,
}

const fn offer(action: &'static str, words: &'static str) -> Offer {
    Offer { action, words }
}

const SIGN_IN: Offer = offer("sign-in", "sign in");
const SIGN_UP: Offer = offer("sign-up", "make an account");
const JOIN: Offer = offer("join", "join by an invite");
const WRITE: Offer = offer("write", "write to somebody");
const SAVED: Offer = offer("open self", "your saved messages");
const HELP: Offer = offer("help", "all keys");
const QUIT: Offer = offer("quit", "quit");

/// Whether an account does not try to connect.
const fn out(account: &Account) -> bool {
    matches!(account.link, LinkPhase::SignedOut { .. } | LinkPhase::Idle)
}

/// How things stand.
#[must_use]
pub fn standing(state: &State) -> Standing {
    let accounts = &state.core.accounts;
    if state.recall.is_starting() && state.core.listed().next().is_some() {
        return Standing::Arriving;
    }
    let kept = || accounts.iter().any(|account| account.openable().next().is_some());
    if state.offline && state.core.listed().next().is_some() {
        return if kept() { Standing::Between } else { Standing::Offline };
    }
    if accounts.iter().all(out) {
        // A first sign-in that was refused leaves a stranger.
        let stranger = accounts.iter().all(|account| account.fresh);
        return if stranger { Standing::Stranger } else { Standing::SignedOut };
    }
    let saved = |chat: &Chat| chat.kind == ChatKind::Saved;
    let synced = accounts.iter().any(|account| account.synced || account.link == LinkPhase::Online);
    if !synced {
        let fetching = accounts.iter().any(|account| account.link == LinkPhase::Syncing);
        if fetching { Standing::Fetching } else { Standing::Arriving }
    } else if accounts.iter().any(|account| account.openable().any(|chat| !saved(chat))) {
        Standing::Between
    } else {
        Standing::Empty
    }
}

/// What is offered, the likeliest first.
#[must_use]
pub fn offers(state: &State) -> Vec<Offer> {
    let demo = state.has_demo.then_some(offer("demo", "try the demo"));
    let invites = state.core.accounts.iter().any(|account| account.caps.invites);
    let join = invites.then_some(JOIN);
    match standing(state) {
        Standing::Stranger => [SIGN_IN, SIGN_UP].into_iter().chain(demo).chain([HELP, QUIT]).collect(),
        Standing::SignedOut => vec![SIGN_IN, SIGN_UP, HELP, QUIT],
        Standing::Arriving | Standing::Fetching | Standing::Offline => vec![HELP, QUIT],
        Standing::Empty => {
            let saved = state.core.accounts.iter().any(|account| account.caps.saved).then_some(SAVED);
            join.into_iter().chain([WRITE]).chain(saved).chain([HELP, QUIT]).collect()
        }
        Standing::Between => [
            offer("jump", "jump to a chat by name"),
            offer("next-unread", "open what is unread"),
            offer("focus-sidebar", "walk the list of chats"),
        ]
        .into_iter()
        .chain(join)
        .chain([WRITE, HELP])
        .collect(),
    }
}

/// Whether a chat will open by itself: accounts that are saved are on their way.
#[must_use]
pub(super) fn is_coming(state: &State) -> bool {
    let Some(front) = state.front.as_ref().filter(|front| front.pane.chat.is_none()) else { return false };
    let begins = |account: &Account| match account.link {
        LinkPhase::Connecting => account.failures == 0,
        LinkPhase::Syncing => account.silent_since.is_none(),
        _ => false,
    };
    let mut saved = state.core.listed();
    if state.recall.is_starting() {
        return saved.next().is_some();
    }
    match standing(state) {
        Standing::Arriving | Standing::Fetching => saved.any(|account| !out(account)),
        Standing::Empty | Standing::Between => {
            front.visited.is_empty() && saved.any(|account| !account.synced && begins(account))
        }
        Standing::Stranger | Standing::SignedOut | Standing::Offline => false,
    }
}

impl State {
    /// Whether printable keys are text now: where text is taken, and where what is typed waits for the first chat.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        let Some(front) = &self.front else { return false };
        front.takes_text() || is_here(front) && is_coming(self)
    }
}

/// Whether the offers have the keyboard.
pub(super) fn is_here(front: &Front) -> bool {
    front.overlays.is_empty() && front.contexts()[0] == action::Context::Welcome
}

/// The selection moves, and comes round.
pub(super) fn step(state: &mut State, by: i32) {
    let count = offers(state).len();
    let Some(front) = &mut state.front else { return };
    let at = i64::try_from(front.offer.min(count.saturating_sub(1))).unwrap_or(0) + i64::from(by);
    let next = at.checked_rem_euclid(i64::try_from(count).unwrap_or(1)).unwrap_or(0);
    front.offer = usize::try_from(next).unwrap_or(0);
    state.touch();
}

/// Does what is selected.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(at) = state.front.as_ref().map(|front| front.offer) else { return };
    let offers = offers(state);
    let chosen = offers.get(at).or(offers.last());
    if let Some(Ok(action)) = chosen.map(|offer| action::parse(offer.action)) {
        act::act(state, action, None, fx);
    }
}
