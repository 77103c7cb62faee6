//! Where somebody reads, and how the screen is arranged: told to the store when it rests, when a chat is left, and at the end.

use crate::domain::kept::{Anchor as Place, Layout, Write};
use crate::domain::{ChatKey, LinkPhase};
use crate::state::front::{Anchor, Front, Target};
use crate::state::{Effect, Effects, State, StoreOp, unread};
use std::collections::HashMap;
use std::time::Duration;

/// How long after a view has moved its place is told.
pub(in crate::state) const PAUSE: Duration = Duration::from_secs(1);

/// Most places remembered.
const MOST: usize = 500;

/// What the store knows of how things stand on screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// There is a store, and the screen is as it was left.
    on: bool,
    /// Where it knows the view of each chat to stand.
    told: HashMap<ChatKey, Option<Place>>,
    layout: Layout,
}

impl Places {
    /// From now on what changes is told.
    pub(in crate::state) const fn begin(&mut self) {
        self.on = true;
    }

    /// Where somebody read in a chat.
    pub(in crate::state) fn of(&self, chat: ChatKey) -> Option<Place> {
        self.known(chat).flatten()
    }

    /// The same; `None` if that is not known in this run.
    pub(in crate::state) fn known(&self, chat: ChatKey) -> Option<Option<Place>> {
        self.told.get(&chat).copied()
    }

    /// What the store has.
    pub(in crate::state) fn learn(&mut self, chat: ChatKey, place: Option<Place>) {
        if self.told.len() >= MOST && !self.told.contains_key(&chat) {
            self.told.clear();
        }
        self.told.insert(chat, place);
    }

    /// Chats of an account are nobody's here any more.
    pub(in crate::state) fn forget(&mut self, account: crate::domain::AccountId) {
        self.told.retain(|chat, _| chat.account != account);
    }
}

/// Where the view of the open chat stands, once it was laid out.
fn place(front: &Front) -> Option<(ChatKey, Option<Place>)> {
    let chat = front.pane.chat?;
    let laid_out = front.pane.visible.as_ref().is_some_and(|visible| visible.chat == Some(chat));
    if !laid_out || front.pane.intent.is_some() || front.pane.forum.is_some() {
        return None;
    }
    let place = match front.pane.anchor {
        Anchor::Top { target: Target::Message(message), row } => Some(Place { message, row: u32::from(row) }),
        Anchor::Top { .. } | Anchor::Bottom => None,
    };
    Some((chat, place))
}

/// Whether the view stands where the store does not know it to.
pub(in crate::state) fn is_due(state: &State) -> bool {
    let Some(front) = state.front.as_ref().filter(|front| front.places.on) else { return false };
    place(front).is_some_and(|(chat, place)| {
        // Before it is known where it stood there is nothing to be told.
        !state.recall.is_looking(chat) && front.places.of(chat) != place
    })
}

/// Tells where the view of the open chat stands.
pub(in crate::state) fn tell(front: &mut Front, fx: &mut Effects) {
    let Some((chat, place)) = place(front).filter(|_| front.places.on) else { return };
    if front.places.of(chat) != place {
        front.places.learn(chat, place);
        fx.push(Effect::Store(StoreOp::Write(Box::new(Write::Anchor(chat, place)))));
    }
}

/// Tells what is open, folded and hidden, where it changed.
pub(in crate::state) fn keep_layout(state: &mut State, fx: &mut Effects) {
    let unread = unread::to_keep(&state.core.accounts);
    let Some(front) = state.front.as_mut().filter(|front| front.places.on) else { return };
    let told = &front.places.layout;
    let same = told.open == front.pane.chat
        && told.hides_sidebar == front.sidebar_hidden
        && told.hides_members == front.members.hidden
        && told.recents == front.recents
        && told.unread == unread
        && told.folded.len() == front.folded.len()
        && told.folded.iter().all(|chat| front.folded.contains(chat))
        && told.folded_communities.len() == front.folded_communities.len()
        && told.folded_communities.iter().all(|community| front.folded_communities.contains(community));
    // Whoever signed out comes back to what was open there.
    let is_out = |chat: ChatKey| {
        let account = state.core.account(chat.account);
        account.is_some_and(|account| matches!(account.link, LinkPhase::SignedOut { .. }))
    };
    if same || front.pane.chat.is_none() && told.open.is_some_and(is_out) {
        return;
    }
    let mut folded: Vec<ChatKey> = front.folded.iter().copied().collect();
    folded.sort_unstable();
    let mut folded_communities: Vec<_> = front.folded_communities.iter().copied().collect();
    folded_communities.sort_unstable();
    let layout = Layout {
        open: front.pane.chat,
        // The configuration has it.
        sidebar_width: None,
        folded,
        folded_communities,
        hides_sidebar: front.sidebar_hidden,
        hides_members: front.members.hidden,
        unread,
        recents: front.recents.clone(),
    };
    front.places.layout.clone_from(&layout);
    fx.push(Effect::Store(StoreOp::Write(Box::new(Write::Layout(layout)))));
}
