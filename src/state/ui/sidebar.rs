//! Communities, categories and chats as one list of rows, in the order in which keys walk and the screen shows them.

use crate::domain::{AccountId, ChatKey, CommunityId};
use crate::state::front::{Front, Region, Tier};
use crate::state::{Core, Effects, State, accounts};

pub(in crate::state) use super::sidebar_rows::{every_chat, openable};

/// The rows and the cursor. Rows name things; names, counts and marks are looked up when drawn, so that rows need no renewal for them.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// The rail, top to bottom. Used when there is one.
    pub rail: Vec<Place>,
    /// The rows of the tree.
    pub rows: Vec<SidebarRow>,
    /// Index into `rows`.
    pub cursor: usize,
    /// All rows are to be made anew.
    pub(crate) dirty: bool,
    /// Accounts whose rows are to be made anew.
    stale: Vec<AccountId>,
    /// How many rows each account has, in their order.
    parts: Vec<(AccountId, usize)>,
    /// What the rows of all accounts depend on: whether there is a rail, whether there are several accounts, and which community is chosen.
    made_for: (bool, bool, Option<(AccountId, CommunityId)>),
    /// The account whose direct chats one is at, where it is no community.
    pub(crate) direct: Option<AccountId>,
    /// The cursor goes to the open chat.
    pub(crate) follow: bool,
    /// How far it was scrolled by the wheel so far, in rows; only how this changes means something.
    pub wheeled: i64,
    /// The same for the rail.
    pub rail_wheeled: i64,
}

/// An entry of the rail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// A community.
    Community(AccountId, CommunityId),
    /// Direct chats and groups of an account.
    Direct(AccountId),
    /// All of an account that is folded.
    Folded(AccountId),
}

impl Place {
    /// The account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match self {
            Self::Community(account, _) | Self::Direct(account) | Self::Folded(account) => *account,
        }
    }

    /// The community, if it is one.
    #[must_use]
    pub const fn community(&self) -> Option<(AccountId, CommunityId)> {
        match self {
            Self::Community(account, community) => Some((*account, *community)),
            Self::Direct(_) | Self::Folded(_) => None,
        }
    }
}

/// A row of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SidebarRow {
    /// An account, where there are several.
    Account {
        /// Which.
        account: AccountId,
        /// Rows of it follow.
        open: bool,
    },
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
        /// Levels it is indented by.
        depth: u8,
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
        matches!(self, Self::Account { .. } | Self::Community { .. } | Self::Category { .. } | Self::Chat { .. })
    }

    /// The chat of the row, if it is one to open.
    #[must_use]
    pub const fn chat(&self) -> Option<ChatKey> {
        match self {
            Self::Chat { chat, .. } => Some(*chat),
            _ => None,
        }
    }

    /// The account that the row is of; nothing for white space.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account { account, .. }
            | Self::Community { account, .. }
            | Self::Title { account, .. }
            | Self::Direct(account) => Some(*account),
            Self::Category { chat, .. } | Self::Chat { chat, .. } | Self::Voice { chat, .. } => Some(chat.account),
            Self::Space => None,
        }
    }

    /// Whether two rows stand for the same thing, folded or not.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Account { account, .. }, Self::Account { account: other, .. }) => account == other,
            (Self::Community { account, community, .. }, Self::Community { account: a, community: c, .. }) => {
                (account, community) == (a, c)
            }
            (Self::Category { chat, .. }, Self::Category { chat: other, .. }) => chat == other,
            (Self::Chat { chat, .. }, Self::Chat { chat: other, .. }) => chat == other,
            _ => self == other,
        }
    }
}

impl Front {
    /// The place of the rail that is shown: the direct chats, where one is there, else the chosen community, unless the cursor is on an account that is
    /// folded.
    #[must_use]
    pub fn shown_place(&self) -> Option<Place> {
        let folded = |id: &AccountId| self.sidebar.rail.contains(&Place::Folded(*id));
        let under = match self.sidebar.selected() {
            Some(SidebarRow::Account { account, open: false }) if self.region == Region::Sidebar => Some(*account),
            _ => None,
        };
        if let Some(id) = under.filter(folded) {
            return Some(Place::Folded(id));
        }
        let direct = |id| if folded(&id) { Place::Folded(id) } else { Place::Direct(id) };
        if let Some(place) = self.sidebar.direct.map(direct).filter(|place| self.sidebar.rail.contains(place)) {
            return Some(place);
        }
        let Some((account, community)) = self.community else {
            return self.sidebar.rail.iter().copied().find(|place| matches!(place, Place::Direct(_)));
        };
        Some(if folded(&account) { Place::Folded(account) } else { Place::Community(account, community) })
    }
}

impl Sidebar {
    /// The rows of this account are to be made anew, and no others.
    pub(crate) fn renew(&mut self, account: AccountId) {
        if !self.stale.contains(&account) {
            self.stale.push(account);
        }
    }

    fn ids(&self) -> impl Iterator<Item = AccountId> {
        self.parts.iter().map(|(account, _)| *account)
    }

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
        // Where there is nothing but direct chats, they follow the account's own row.
        let row_of = |row: &SidebarRow| matches!(row, SidebarRow::Account { account, .. } if *account == chat.account);
        let heading = heading.or_else(|| self.rows.iter().position(row_of));
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
    if !front.sidebar.dirty && front.sidebar.stale.is_empty() {
        return;
    }
    rebuild(&state.core, front);
    state.touch();
}

fn rebuild(core: &Core, front: &mut Front) {
    let before = front.sidebar.selected().copied();
    let all = std::mem::take(&mut front.sidebar.dirty);
    let stale = std::mem::take(&mut front.sidebar.stale);
    front.sidebar.rail = super::sidebar_rows::rail(core, front);
    if front.community.is_none_or(|(account, community)| {
        core.account(account).is_none_or(|account| account.community(community).is_none())
    }) {
        front.community = front.sidebar.rail.iter().find_map(Place::community);
    }
    let (has_rail, several) = (front.tier() == Tier::Wide, core.has_several());
    let layout = (has_rail, several, front.community);
    let same =
        !all && layout == front.sidebar.made_for && core.listed().map(|account| account.id).eq(front.sidebar.ids());
    let mut rows = std::mem::take(&mut front.sidebar.rows);
    let mut parts = std::mem::take(&mut front.sidebar.parts);
    if same {
        let mut start = 0;
        for (id, length) in &mut parts {
            if stale.contains(id)
                && let Some(account) = core.account(*id)
            {
                let new = super::sidebar_rows::rows(account, front, has_rail, several);
                let end = start + std::mem::replace(length, new.len());
                rows.splice(start..end, new);
            }
            start += *length;
        }
    } else {
        rows.clear();
        parts.clear();
        for account in core.listed() {
            let mut new = super::sidebar_rows::rows(account, front, has_rail, several);
            parts.push((account.id, new.len()));
            rows.append(&mut new);
        }
    }
    front.sidebar.rows = rows;
    front.sidebar.parts = parts;
    front.sidebar.made_for = layout;
    front.sidebar.settle(before, front.pane.chat);
}

/// Goes to the next community, or the one before, whatever account it is of: with a rail its channels are shown, else the cursor goes to its heading.
/// A folded account is passed as one.
pub(in crate::state) fn community(state: &mut State, by: isize) {
    let Some(front) = &mut state.front else { return };
    if front.tier() == Tier::Wide {
        let all: Vec<Place> =
            front.sidebar.rail.iter().copied().filter(|place| !matches!(place, Place::Direct(_))).collect();
        let at = front.shown_place().and_then(|shown| all.iter().position(|known| *known == shown));
        let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
        let Some(next) = next.and_then(|next| all.get(next)) else { return };
        go(&state.core, front, *next);
    } else {
        let sole = |id: AccountId| state.core.account(id).is_some_and(|account| account.sole_community().is_some());
        let heading = |row: &SidebarRow| match row {
            SidebarRow::Community { .. } => true,
            SidebarRow::Account { account, open } => !open || sole(*account),
            _ => false,
        };
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

/// Shows what a place of the rail stands for, with the cursor on the first of it.
pub(super) fn go(core: &Core, front: &mut Front, place: Place) {
    if let Some(shown) = place.community() {
        front.community = Some(shown);
    }
    front.sidebar.direct = match place {
        Place::Direct(account) => Some(account),
        Place::Community(..) | Place::Folded(_) => None,
    };
    rebuild(core, front);
    let heading = |row: &SidebarRow| match (place, row) {
        (Place::Community(account, community), SidebarRow::Title { account: of, community: known }) => {
            (account, community) == (*of, *known)
        }
        (Place::Direct(account), SidebarRow::Direct(of)) => account == *of,
        _ => false,
    };
    let row_of = |row: &SidebarRow| matches!(row, SidebarRow::Account { account, .. } if *account == place.account());
    let rows = &front.sidebar.rows;
    // Without a heading of its own, what follows the account's row is meant.
    let at = rows.iter().position(heading).or_else(|| rows.iter().position(row_of));
    let Some(at) = at else {
        front.sidebar.cursor = 0;
        return front.sidebar.step(0);
    };
    front.sidebar.cursor = at;
    let open = !matches!(rows.get(at), Some(SidebarRow::Account { open: false, .. }));
    if open {
        front.sidebar.cursor = at + 1;
        front.sidebar.step(0);
    }
}

/// Folds or unfolds what the cursor is on; on a chat, its category. Returns whether there was something to fold.
pub(in crate::state) fn fold(state: &mut State, fx: &mut Effects) -> bool {
    let Some(front) = &mut state.front else { return false };
    match front.sidebar.selected().copied() {
        Some(SidebarRow::Account { account, open }) => return fold_account(state, account, !open, fx),
        Some(SidebarRow::Community { account, community, .. }) => {
            if !front.folded_communities.remove(&(account, community)) {
                front.folded_communities.insert((account, community));
            }
            front.sidebar.renew(account);
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
    true
}

/// Folds an account, or shows what is in it: with a rail, and where it has no direct chats, that is one of its communities.
pub(super) fn fold_account(state: &mut State, id: AccountId, open: bool, fx: &mut Effects) -> bool {
    let Some((front, account)) = state.front.as_mut().zip(state.core.account(id)) else { return false };
    if account.disabled {
        return false;
    }
    if open {
        let unfolded = front.folded_accounts.remove(&id);
        let first = || {
            let waiting = account.communities.iter().find(|known| account.counts(Some(known.id)).unread > 0);
            waiting.or(account.communities.first()).map(|known| (id, known.id))
        };
        let empty = front.tier() == Tier::Wide && account.order.direct.is_empty();
        if empty && front.community.is_none_or(|(shown, _)| shown != id) {
            front.community = first().or(front.community);
        } else if !unfolded {
            return false;
        }
    } else {
        front.folded_accounts.insert(id);
    }
    accounts::places_changed(state, fx);
    true
}

fn toggle(front: &mut Front, category: ChatKey) {
    if !front.folded.remove(&category) {
        front.folded.insert(category);
    }
    front.sidebar.renew(category.account);
}
