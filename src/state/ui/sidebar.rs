//! Communities, categories and chats as one list of rows, in the order in which keys walk and the screen shows them.

use crate::domain::{AccountId, ChatKey, CommunityId};
use crate::state::front::{Front, Tier};
use crate::state::{Core, State};

pub(in crate::state) use super::sidebar_rows::{every_chat, openable};

/// The rows and the cursor. Rows name things; names, counts and marks are looked up when drawn, so that rows need no renewal for them.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// The communities of the rail, top to bottom; `None` stands for direct chats. Used when there is a rail.
    pub rail: Vec<(AccountId, Option<CommunityId>)>,
    /// The rows of the tree.
    pub rows: Vec<SidebarRow>,
    /// Index into `rows`.
    pub cursor: usize,
    /// The rows are to be made anew.
    pub(crate) dirty: bool,
    /// The cursor goes to the open chat.
    pub(crate) follow: bool,
    /// How far it was scrolled by the wheel so far, in rows; only how this changes means something.
    pub wheeled: i64,
}

/// A row of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SidebarRow {
    /// Name of an account, where there are several.
    Account(AccountId),
    /// A community, where there is no rail.
    Community {
        /// Of which account.
        account: AccountId,
        /// Which.
        community: CommunityId,
        /// Its rows are hidden.
        folded: bool,
    },
    /// The name of the community whose channels follow, where there is a rail.
    Title {
        /// Of which account.
        account: AccountId,
        /// Which.
        community: CommunityId,
    },
    /// A category.
    Category {
        /// Which.
        chat: ChatKey,
        /// Its rows are hidden, but for unread ones.
        folded: bool,
    },
    /// A chat.
    Chat {
        /// Which.
        chat: ChatKey,
        /// Levels it is indented by.
        depth: u8,
    },
    /// Somebody in the voice channel above.
    Voice {
        /// The channel.
        chat: ChatKey,
        /// Index of the participant.
        index: u16,
    },
    /// The heading of direct chats and groups.
    Direct(AccountId),
    /// White space.
    Space,
}

impl SidebarRow {
    /// Whether the cursor can stand on it.
    #[must_use]
    pub const fn can_select(&self) -> bool {
        matches!(self, Self::Community { .. } | Self::Category { .. } | Self::Chat { .. })
    }

    /// The chat of the row, if it is one to open.
    #[must_use]
    pub const fn chat(&self) -> Option<ChatKey> {
        match self {
            Self::Chat { chat, .. } => Some(*chat),
            _ => None,
        }
    }

    /// Whether two rows stand for the same thing, folded or not.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Community { account, community, .. }, Self::Community { account: a, community: c, .. }) => {
                (account, community) == (a, c)
            }
            (Self::Category { chat, .. }, Self::Category { chat: other, .. }) => chat == other,
            (Self::Chat { chat, .. }, Self::Chat { chat: other, .. }) => chat == other,
            _ => self == other,
        }
    }
}

impl Sidebar {
    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&SidebarRow> {
        self.rows.get(self.cursor)
    }

    /// Moves the cursor over rows that can be selected; stops at the ends.
    pub(crate) fn step(&mut self, by: i32) {
        let places: Vec<usize> =
            (0..self.rows.len()).filter(|&at| self.rows.get(at).is_some_and(SidebarRow::can_select)).collect();
        let at = places.partition_point(|&place| place < self.cursor);
        let to = at.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(places.len().saturating_sub(1));
        if let Some(place) = places.get(to) {
            self.cursor = *place;
        }
    }

    /// A direct chat became the most lively: its row goes to the top of its list. The cursor stays on what it was on.
    pub(crate) fn raise(&mut self, chat: ChatKey) {
        let heading = self.rows.iter().position(|row| *row == SidebarRow::Direct(chat.account));
        let Some(first) = heading.map(|at| at + 1) else { return };
        let place = self.rows.iter().skip(first).position(|row| row.chat() == Some(chat)).map(|at| at + first);
        let Some(place) = place else { return };
        if let Some(part) = self.rows.get_mut(first..=place) {
            part.rotate_right(1);
        }
        if self.cursor == place {
            self.cursor = first;
        } else if (first..place).contains(&self.cursor) {
            self.cursor += 1;
        }
    }

    /// Puts the cursor on a row that can be selected: the same as before if it is still there.
    fn settle(&mut self, before: Option<SidebarRow>, open: Option<ChatKey>) {
        let wanted = if std::mem::take(&mut self.follow) { None } else { before };
        let same = wanted.and_then(|wanted| self.rows.iter().position(|row| row.is_same(&wanted)));
        let shown = open.and_then(|open| self.rows.iter().position(|row| row.chat() == Some(open)));
        let last = self.rows.len().saturating_sub(1);
        self.cursor = same.or(shown).unwrap_or(self.cursor.min(last));
        if !self.rows.get(self.cursor).is_some_and(SidebarRow::can_select) {
            let near = self.rows.iter().skip(self.cursor).position(SidebarRow::can_select).map(|at| at + self.cursor);
            self.cursor = near.or_else(|| self.rows.iter().rposition(SidebarRow::can_select)).unwrap_or(0);
        }
    }
}

/// Makes the rows anew where something changed that they depend on.
pub(in crate::state) fn keep_rows(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if !std::mem::take(&mut front.sidebar.dirty) {
        return;
    }
    rebuild(&state.core, front);
    state.touch();
}

fn rebuild(core: &Core, front: &mut Front) {
    let before = front.sidebar.selected().copied();
    front.sidebar.rail = super::sidebar_rows::rail(core);
    if front.community.is_none_or(|(account, community)| {
        core.account(account).is_none_or(|account| account.community(community).is_none())
    }) {
        front.community = front.sidebar.rail.iter().find_map(|(account, community)| Some((*account, (*community)?)));
    }
    front.sidebar.rows = super::sidebar_rows::rows(core, front, front.tier() == Tier::Wide);
    front.sidebar.settle(before, front.pane.chat);
}

/// Goes to the next community, or the one before: with a rail its channels are shown, else the cursor goes to its heading.
pub(in crate::state) fn community(state: &mut State, by: isize) {
    let Some(front) = &mut state.front else { return };
    if front.tier() == Tier::Wide {
        let all: Vec<(AccountId, CommunityId)> =
            front.sidebar.rail.iter().filter_map(|(account, community)| Some((*account, (*community)?))).collect();
        let at = front.community.and_then(|shown| all.iter().position(|known| *known == shown));
        let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
        let Some(next) = next.and_then(|next| all.get(next)) else { return };
        front.community = Some(*next);
        rebuild(&state.core, front);
        front.sidebar.cursor = 0;
        front.sidebar.step(0);
    } else {
        let heading = |row: &SidebarRow| matches!(row, SidebarRow::Community { .. });
        let (rows, at) = (&front.sidebar.rows, front.sidebar.cursor);
        let found = if by < 0 {
            rows.iter().take(at).rposition(heading)
        } else {
            rows.iter().skip(at + 1).position(heading).map(|place| place + at + 1)
        };
        front.sidebar.cursor = found.unwrap_or(at);
    }
    state.touch();
}

/// Folds or unfolds what the cursor is on; on a chat, its category. Returns whether there was something to fold.
pub(in crate::state) fn fold(state: &mut State) -> bool {
    let Some(front) = &mut state.front else { return false };
    match front.sidebar.selected().copied() {
        Some(SidebarRow::Community { account, community, .. }) => {
            if !front.folded_communities.remove(&(account, community)) {
                front.folded_communities.insert((account, community));
            }
        }
        Some(SidebarRow::Category { chat, .. }) => toggle(front, chat),
        Some(SidebarRow::Chat { chat, .. }) => {
            let known = state.core.chat(chat).map(|(_, chat)| chat);
            let own = known.filter(|known| known.is_forum()).map(|known| known.id);
            let Some(parent) = own.or_else(|| known?.parent()) else { return false };
            let category = ChatKey::new(chat.account, parent);
            toggle(front, category);
            let heads = |row: &SidebarRow| matches!(row, SidebarRow::Category { chat, .. } | SidebarRow::Chat { chat, .. } if *chat == category);
            if let Some(at) = front.sidebar.rows.iter().position(heads) {
                front.sidebar.cursor = at;
            }
        }
        _ => return false,
    }
    front.sidebar.dirty = true;
    true
}

fn toggle(front: &mut Front, category: ChatKey) {
    if !front.folded.remove(&category) {
        front.folded.insert(category);
    }
}
