//! Who is in a chat: the lists of members of the chats that were looked at last. A network tells a whole list at a time, those of groups follow from who
//! is in them.

use super::front::{Front, Overlay, Region};
use super::requests::Purpose;
use super::{Account, Effects, State, names, people};
use crate::domain::{
    AccountId, ChannelKind, Chat, ChatId, ChatKey, ChatKind, CleanText, CommunityId, MemberListEntry, Presence,
    Priority, Refusal, RefusalKind, Reply, Request, RoleId, UserId,
};

/// Most lists kept of one account.
const LISTS: usize = 8;
/// Most rows kept of one list.
const ROWS: usize = 12_000;

/// The lists of an account, that of the chat looked at last at the end.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MemberLists(Vec<(ChatId, MemberList)>);

/// Who is in a chat.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MemberList {
    /// Its rows, in the network's order.
    pub rows: Vec<MemberRow>,
    /// Why there is none, in the network's words.
    pub refused: Option<CleanText>,
}

/// A row of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberRow {
    /// The heading of those who are there, or of those who are not.
    Section {
        /// Which of them.
        online: bool,
        /// How many, as the network counts: not all of them need to be listed.
        count: u32,
    },
    /// The heading of a role's section.
    Role {
        /// Whose.
        role: RoleId,
        /// How many.
        count: u32,
    },
    /// Somebody.
    Member {
        /// Who.
        user: UserId,
        /// What the list calls them: of those whose nickname is not known otherwise, and of people who were forgotten since.
        name: CleanText,
        /// Whether that is the name used here.
        nickname: bool,
        /// The role in whose section they stand.
        role: Option<RoleId>,
    },
}

impl MemberRow {
    /// Who stands there.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Member { user, .. } => Some(*user),
            Self::Section { .. } | Self::Role { .. } => None,
        }
    }
}

impl MemberLists {
    /// The list of a chat.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> Option<&MemberList> {
        self.0.iter().find(|(of, _)| *of == chat).map(|(_, list)| list)
    }

    fn put(&mut self, chat: ChatId, list: MemberList) {
        self.forget(chat);
        self.0.push((chat, list));
        if self.0.len() > LISTS {
            self.0.remove(0);
        }
    }

    /// Forgets the list of a chat.
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.0.retain(|(of, _)| *of != chat);
    }
}

/// Whether a chat has a list of members.
fn has_list(account: &Account, chat: &Chat) -> bool {
    match chat.kind {
        ChatKind::Channel { kind, .. } => account.caps.member_lists && kind != ChannelKind::Category,
        // Where the network does not tell who is in a group, there is nothing to list.
        ChatKind::Group { ref members, .. } => !members.is_empty(),
        ChatKind::Direct { .. } | ChatKind::Saved => false,
    }
}

/// The open chat, if it has a list of members.
pub(crate) fn listed(state: &State) -> Option<ChatKey> {
    let chat = state.front.as_ref()?.pane.chat?;
    state.core.chat(chat).is_some_and(|(account, known)| has_list(account, known)).then_some(chat)
}

/// The list that shows, or is to show when it comes: of which chat.
pub(crate) fn shown(state: &State) -> Option<ChatKey> {
    let front = state.front.as_ref()?;
    listed(state).filter(|_| front.shows_members() || is_on_top(front))
}

/// Whether the list lies on top.
fn is_on_top(front: &Front) -> bool {
    front.overlays.iter().any(|overlay| matches!(overlay, Overlay::Members))
}

/// The list of the open chat.
pub(crate) fn open_list(state: &State) -> Option<(&Account, &MemberList)> {
    let chat = state.front.as_ref()?.pane.chat?;
    let account = state.core.account(chat.account)?;
    Some((account, account.lists.of(chat.chat)?))
}

/// Sees to it after every event that the list that shows is asked for, once for each opening of a chat and each connection, and that nothing has the
/// focus that does not show. While one list is under way no other is asked for: who walks through chats needs only the last one.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    let listed = listed(state);
    let shown = shown(state);
    let Some(front) = &mut state.front else { return };
    if listed.is_none() && is_on_top(front) {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::Members));
        state.revision += 1;
    }
    if front.region == Region::Members && (shown.is_none() || !front.shows_members()) {
        front.region = Region::Composer;
        state.revision += 1;
    }
    let opened = front.pane.epoch;
    let busy = std::mem::take(&mut front.members.busy);
    let Some(chat) = shown else { return };
    if front.members.turn_to(chat, opened) {
        // What is known of a group shows at once.
        group_changed(state, chat);
        super::ui::members::settle(state);
    }
    let Some(front) = &state.front else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let under_way = |purpose: &Purpose| matches!(purpose, Purpose::MemberList(_));
    if busy || front.members.asked || !account.is_signed_in() || account.requests.open.values().any(under_way) {
        return;
    }
    if let Some(front) = &mut state.front {
        front.members.asked = true;
    }
    let request = Request::FetchMemberList(chat.chat);
    state.ask(chat.account, request, Priority::Visible, Purpose::MemberList(chat.chat), fx);
}

/// The connection stands anew: what was told before may be old.
pub(super) fn mark_stale(state: &mut State, account: AccountId) {
    if let Some(front) = &mut state.front
        && front.pane.chat.is_some_and(|chat| chat.account == account)
    {
        front.members.asked = false;
    }
}

/// A list that was asked for came, or why it did not.
pub(super) fn came(state: &mut State, id: AccountId, chat: ChatId, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    match outcome {
        Ok(Reply::MemberList { entries, .. }) => told(state, id, chat, entries, fx),
        Err(refusal) if refusal.kind == RefusalKind::LinkLost => {
            // Asked again once the connection stands. One that was only too busy is asked at some later event: not at once, since a session that
            // takes nothing now takes nothing then, and events that make each other never end.
            if let Some(front) = &mut state.front
                && state.core.account(id).is_some_and(super::Account::is_signed_in)
            {
                front.members.asked = false;
                front.members.busy = true;
            }
        }
        outcome => {
            let why = outcome.err().map_or_else(|| CleanText::ours("the answer does not fit"), |refusal| refusal.text);
            let Some(account) = state.core.account_mut(id) else { return };
            // What is known stays in view.
            if account.lists.of(chat).is_none_or(|list| list.rows.is_empty()) {
                account.lists.put(chat, MemberList { rows: Vec::new(), refused: Some(why) });
                changed(state, id, chat);
            }
        }
    }
}

/// A whole list was told.
pub(super) fn told(
    state: &mut State,
    id: AccountId,
    chat: ChatId,
    mut entries: Vec<MemberListEntry>,
    fx: &mut Effects,
) {
    if state.front.is_none() {
        return;
    }
    let Some(account) = state.core.account_mut(id) else { return };
    let Some(known) = account.chats.get(&chat) else { return };
    let is_group = matches!(known.kind, ChatKind::Group { .. });
    let community = known.community();
    entries.truncate(ROWS);
    let mut section = None;
    let mut unknown_role = false;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        rows.push(match entry {
            MemberListEntry::Section { online, count } => {
                section = None;
                MemberRow::Section { online, count }
            }
            MemberListEntry::Role { role, count } => {
                section = Some(role);
                unknown_role |= community.is_some_and(|community| !has_role(account, community, role));
                MemberRow::Role { role, count }
            }
            MemberListEntry::Member { user, nickname } => {
                let name = nickname.clone().or(user.username.clone().filter(|_| user.name.is_empty()));
                let row = MemberRow::Member {
                    user: user.id,
                    name: name.unwrap_or_else(|| user.name.clone()),
                    nickname: nickname.is_some(),
                    role: section,
                };
                if let Some(community) = community
                    && let Some(member) = account.members.get_mut(&(community, user.id))
                {
                    member.nickname = nickname;
                }
                people::put(account, user);
                row
            }
        });
    }
    if is_group {
        // It has told who they are; who is in it is part of the group.
        group_changed(state, ChatKey::new(id, chat));
        return;
    }
    account.lists.put(chat, MemberList { rows, refused: None });
    if unknown_role && let Some(community) = community {
        people::ask_roles(state, id, community, fx);
    }
    changed(state, id, chat);
}

fn has_role(account: &Account, community: CommunityId, role: RoleId) -> bool {
    account.roles.get(&community).is_some_and(|roles| roles.contains_key(&role))
}

/// The list of a group is made anew: those who are there, then the others, each by name.
pub(super) fn group_changed(state: &mut State, chat: ChatKey) {
    let looked_at = shown(state) == Some(chat);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    if !looked_at && account.lists.of(chat.chat).is_none() {
        return;
    }
    let Some(Chat { kind: ChatKind::Group { members, .. }, .. }) = account.chats.get(&chat.chat) else { return };
    let mut sorted: Vec<(bool, String, UserId)> = members
        .iter()
        .take(ROWS)
        .map(|&user| (account.presence(user) == Some(Presence::Offline), names::person(account, None, user), user))
        .collect();
    sorted.sort_by_cached_key(|(away, name, user)| (*away, name.to_lowercase(), *user));
    let there = sorted.partition_point(|(away, ..)| !away);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let counts = [(true, count(there)), (false, count(sorted.len() - there))];
    let mut rows = Vec::with_capacity(sorted.len() + 2);
    let mut rest = sorted.into_iter();
    for (online, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        rows.push(MemberRow::Section { online, count });
        let some = rest.by_ref().take(count as usize);
        rows.extend(some.map(|(_, name, user)| MemberRow::Member {
            user,
            name: CleanText::line(&name),
            nickname: false,
            role: None,
        }));
    }
    account.lists.put(chat.chat, MemberList { rows, refused: None });
    changed(state, chat.account, chat.chat);
}

/// People came, went or changed: the lists of groups that they are in follow.
pub(super) fn people_changed(state: &mut State, id: AccountId, users: &[UserId]) {
    let Some(account) = state.core.account(id) else { return };
    let concerned = |chat: &ChatId| match account.chats.get(chat).map(|chat| &chat.kind) {
        Some(ChatKind::Group { members, .. }) => users.iter().any(|user| members.contains(user)),
        _ => false,
    };
    let groups: Vec<ChatId> = account.lists.0.iter().map(|(chat, _)| *chat).filter(concerned).collect();
    for chat in groups {
        group_changed(state, ChatKey::new(id, chat));
    }
}

fn changed(state: &mut State, id: AccountId, chat: ChatId) {
    if shown(state) == Some(ChatKey::new(id, chat)) {
        super::ui::members::settle(state);
        state.touch();
    }
}
