//! Communities and chats: taken in, replaced, removed, and put in the order in which they are listed.

use super::{Account, State, keep, people, unread};
use crate::domain::{
    Bundle, ChannelKind, Chat, ChatId, ChatKind, CleanText, Community, CommunityId, MessageKey, ReadState, SortKey,
};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Most chats known of one account.
const CHATS: usize = 20_000;
/// Most communities of one account.
const COMMUNITIES: usize = 2_000;

/// Chats in the order in which they are listed; made anew after the roster changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Order {
    /// Channels and categories of each community: those without a category, then each category with its own. Hidden ones and empty categories are left out.
    pub(crate) channels: HashMap<CommunityId, Vec<ChatId>>,
    /// The threads of each forum, the most lively first.
    pub(crate) threads: HashMap<ChatId, Vec<ChatId>>,
    /// Direct chats and groups, the most lively first, then notes to oneself.
    pub(crate) direct: Vec<ChatId>,
    /// Something changed that the order depends on.
    pub(crate) dirty: bool,
}

/// Takes a chat in with its read state. A read mark that was moved here already does not go back.
pub(super) fn put_chat(account: &mut Account, mut chat: Chat) {
    let before = account.chats.get(&chat.id).cloned();
    unread::hold(account, &mut chat);
    if let Some(known) = account.chats.get(&chat.id) {
        keep_untold(known, &mut chat);
        if known.last_read > chat.last_read {
            let told = chat.unread > 0 && chat.read_state != ReadState::Untold;
            let all = chat.last_message <= known.last_read;
            if let Some(upto) = known.last_read.filter(|_| told && (all || chat.last_read.is_some())) {
                // What was read here did not arrive there, or what was read last is deleted.
                account.requests.marks_due.insert(chat.id, chat.last_message.filter(|_| all).unwrap_or(upto));
            }
            chat.last_read = known.last_read;
            if all {
                chat.unread = 0;
                chat.mentions = 0;
            }
        }
        chat.last_message = chat.last_message.max(known.last_message);
    } else if account.chats.len() >= CHATS {
        return;
    }
    chat.unread = chat.unread.max(chat.mentions);
    let id = chat.id;
    let recounted = before.as_ref().is_some_and(|known| (known.unread, known.mentions) != (chat.unread, chat.mentions));
    if before.as_ref() != Some(&chat) {
        keep::chat(account, &chat);
    }
    account.chats.insert(id, chat);
    if recounted {
        keep::read(account, id);
    }
    account.order.dirty = true;
}

/// What a network does not tell of a chat's read state stays as it was counted here.
fn keep_untold(known: &Chat, chat: &mut Chat) {
    match chat.read_state {
        ReadState::Told => {}
        ReadState::WithoutMentions => chat.mentions = known.mentions.min(chat.unread),
        ReadState::Untold => {
            // What came meanwhile nobody has counted: it is one message at least.
            let more = chat.last_message > known.last_message && chat.last_message > known.last_read;
            chat.unread = known.unread.saturating_add(u32::from(more));
            chat.mentions = known.mentions;
            chat.last_read = known.last_read;
        }
    }
}

/// Takes a chat in whose read state was not told: what was known of it stays.
pub(super) fn put_chat_shape(account: &mut Account, mut chat: Chat) {
    if let Some(known) = account.chats.get(&chat.id) {
        chat.unread = known.unread;
        chat.mentions = known.mentions;
        chat.last_read = known.last_read;
        chat.last_message = known.last_message.max(chat.last_message);
        chat.notify = known.notify;
        chat.overrides = known.overrides;
        chat.read_state = ReadState::Told;
    }
    put_chat(account, chat);
}

/// Takes in what came along. The newest messages of chats are for previews, which nothing shows.
pub(super) fn put_bundle(account: &mut Account, bundle: Bundle) {
    let Bundle { users, members, chats, messages: _ } = bundle;
    for user in users {
        people::put(account, user);
    }
    for member in members {
        people::put_member(account, member);
    }
    for chat in chats {
        put_chat(account, chat);
    }
}

/// Takes in all direct chats and groups; with `complete`, those missing are gone. Returns what is gone.
pub(super) fn put_direct(account: &mut Account, bundle: Bundle, complete: bool) -> Vec<Chat> {
    let listed: Vec<ChatId> = bundle.chats.iter().map(|chat| chat.id).collect();
    put_bundle(account, bundle);
    if !complete {
        return Vec::new();
    }
    keep::all_chats(account, None, &listed);
    remove_missing(account, None, &listed)
}

/// Takes in all channels of a community; those missing are gone. Returns what is gone.
pub(super) fn put_channels(account: &mut Account, community: CommunityId, bundle: Bundle) -> Vec<Chat> {
    let listed: Vec<ChatId> = bundle.chats.iter().map(|chat| chat.id).collect();
    put_bundle(account, bundle);
    account.channels_loaded.insert(community, true);
    account.order.dirty = true;
    keep::all_chats(account, Some(community), &listed);
    remove_missing(account, Some(community), &listed)
}

fn remove_missing(account: &mut Account, community: Option<CommunityId>, listed: &[ChatId]) -> Vec<Chat> {
    let listed: std::collections::HashSet<&ChatId> = listed.iter().collect();
    let of_kind = account.chats.values().filter(|chat| chat.community() == community && !listed.contains(&chat.id));
    let mut gone: Vec<ChatId> = of_kind.map(|chat| chat.id).collect();
    gone.sort_unstable();
    gone.into_iter().filter_map(|chat| remove_chat(account, chat)).collect()
}

/// Puts the communities into the order that the user gave them; the others follow as the network lists them.
pub(super) fn put_community_order(account: &mut Account, mut order: Vec<CommunityId>) {
    order.truncate(COMMUNITIES);
    account.community_order = order;
    let before: Vec<CommunityId> = account.communities.iter().map(|known| known.id).collect();
    sort_communities(account);
    if !before.iter().eq(account.communities.iter().map(|known| &known.id)) {
        keep::communities(account, false);
    }
    account.order.dirty = true;
}

fn sort_communities(account: &mut Account) {
    let places: HashMap<CommunityId, usize> =
        account.community_order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    account.communities.sort_by_key(|known| places.get(&known.id).copied().unwrap_or(usize::MAX));
}

/// Takes in all communities; those missing are gone. Returns their names, and the chats that went with each.
pub(super) fn put_communities(
    account: &mut Account,
    mut communities: Vec<Community>,
    counts: Vec<(CommunityId, u32, u32)>,
) -> Vec<(CleanText, Vec<Chat>)> {
    communities.truncate(COMMUNITIES);
    account.community_counts =
        counts.into_iter().take(COMMUNITIES).map(|(id, unread, mentions)| (id, (unread, mentions))).collect();
    let gone: Vec<(CommunityId, CleanText)> = account
        .communities
        .iter()
        .filter(|known| communities.iter().all(|new| new.id != known.id))
        .map(|known| (known.id, known.name.clone()))
        .collect();
    account.communities = communities;
    sort_communities(account);
    keep::communities(account, true);
    account.order.dirty = true;
    gone.into_iter().map(|(community, name)| (name, remove_community(account, community))).collect()
}

/// Takes in a community that was joined or changed.
pub(super) fn put_community(account: &mut Account, community: Community) {
    let room = account.communities.len() < COMMUNITIES;
    keep::community(account, &community);
    match account.communities.iter_mut().find(|known| known.id == community.id) {
        Some(known) => *known = community,
        None if room => {
            account.communities.push(community);
            sort_communities(account);
        }
        None => return,
    }
    account.order.dirty = true;
}

/// Forgets a community with its channels, roles and members. Returns the chats that went with it.
pub(super) fn remove_community(account: &mut Account, community: CommunityId) -> Vec<Chat> {
    keep::community_gone(account, community);
    account.communities.retain(|known| known.id != community);
    account.community_counts.remove(&community);
    account.channels_loaded.remove(&community);
    account.roles.remove(&community);
    account.members.retain(|(place, _), _| *place != community);
    account.member_order.retain(|(place, _)| *place != community);
    account.members_asked.retain(|(place, _)| *place != community);
    let gone = remove_missing(account, Some(community), &[]);
    account.order.dirty = true;
    gone
}

/// Forgets a chat, and returns it. What waits in its outbox stays, so that no written text is lost.
pub(super) fn remove_chat(account: &mut Account, chat: ChatId) -> Option<Chat> {
    keep::chat_gone(account, chat);
    let gone = account.chats.remove(&chat);
    account.timelines.remove(&chat);
    account.pins.remove(&chat);
    account.typing.chats.remove(&chat);
    account.rooms.remove(&chat);
    account.lists.forget(chat);
    account.slow.forget(chat);
    account.requests.stuck.retain(|(of, ..)| *of != chat);
    account.chats_asked.remove(&chat);
    account.order.dirty = true;
    gone
}

/// A thread became livelier: it goes up to its place among those of its forum, in the list of threads and in that of channels. Returns whether it moved.
fn raise_thread(account: &mut Account, thread: ChatId) -> bool {
    let Some(known) = account.chats.get(&thread) else { return false };
    let Some((forum, community)) = known.parent().zip(known.community()) else { return false };
    let rank = liveliness(known);
    let list = account.order.threads.get_mut(&forum);
    let Some((at, list)) = list.and_then(|list| Some((list.iter().position(|id| *id == thread)?, list))) else {
        account.order.dirty = true;
        return false;
    };
    let livelier = |id: &ChatId| account.chats.get(id).is_some_and(|other| liveliness(other) < rank);
    let to = list.iter().take(at).rposition(livelier).map_or(0, |above| above + 1);
    if to == at {
        return false;
    }
    if let Some(part) = list.get_mut(to..=at) {
        part.rotate_right(1);
    }
    // Where the forum is not listed, neither are they.
    if let Some(rows) = account.order.channels.get_mut(&community)
        && let Some(first) = rows.iter().position(|id| *id == forum).map(|place| place + 1)
        && let Some(part) = rows.get_mut(first + to..=first + at)
    {
        part.rotate_right(1);
    }
    true
}

/// What threads of a forum are ordered by, the first one the least.
fn liveliness(thread: &Chat) -> (Reverse<SortKey>, u32, ChatId) {
    (Reverse(thread.activity()), position(thread), thread.id)
}

/// The place that a channel was given.
const fn position(chat: &Chat) -> u32 {
    match chat.kind {
        ChatKind::Channel { position, .. } => position,
        _ => 0,
    }
}

/// All of a chat is known up to its end: what the newest message is. One that was known to be newer is gone.
pub(super) fn know_newest(account: &mut Account, chat: ChatId, newest: Option<MessageKey>) {
    let Some(known) = account.chats.get_mut(&chat).filter(|known| known.last_message > newest) else { return };
    known.last_message = newest;
    account.order.dirty = true;
    let told = known.clone();
    keep::chat(account, &told);
}

/// A message stands in a chat: it is the newest if its place says so. Returns whether it is, and whether a list ordered by that changed by it.
pub(super) fn note_newest(account: &mut Account, chat: ChatId, message: MessageKey) -> (bool, bool) {
    let Some(known) = account.chats.get_mut(&chat) else { return (false, false) };
    if known.last_message.is_some_and(|newest| newest >= message) {
        return (false, false);
    }
    known.last_message = Some(message);
    if known.channel_kind() == Some(ChannelKind::Thread) {
        return (true, raise_thread(account, chat));
    }
    if matches!(known.kind, ChatKind::Channel { .. } | ChatKind::Saved) || account.order.direct.first() == Some(&chat) {
        return (true, false);
    }
    let direct = &mut account.order.direct;
    match direct.iter().position(|id| *id == chat) {
        // Positions of different chats are comparable within one account where a network numbers all messages in one row; if not, the
        // chat that was just written to still is the most lively.
        Some(at) => {
            if let Some(part) = direct.get_mut(..=at) {
                part.rotate_right(1);
            }
        }
        None => account.order.dirty = true,
    }
    (true, true)
}

/// Puts the order right where something changed, sums counts up anew, and has the rows made anew.
pub(super) fn keep_order(state: &mut State) {
    let mut renewed = Vec::new();
    for account in &mut state.core.accounts {
        if std::mem::take(&mut account.order.dirty) {
            let forum = state.front.as_ref().and_then(|front| front.pane.chat.filter(|_| front.pane.forum.is_some()));
            let forum = forum.filter(|forum| forum.account == account.id);
            let before = forum.and_then(|forum| account.order.threads.remove(&forum.chat)).unwrap_or_default();
            reorder(account);
            let list = state.front.as_mut().and_then(|front| front.pane.forum.as_mut());
            if let Some((list, forum)) = list.zip(forum) {
                list.follow(&before, account.thread_ids(forum.chat));
            }
            unread::recount(account);
            renewed.push(account.id);
        }
    }
    if !renewed.is_empty() {
        if let Some(front) = &mut state.front {
            renewed.into_iter().for_each(|account| front.sidebar.renew(account));
        }
        state.touch();
    }
}

fn reorder(account: &mut Account) {
    let mut channels: HashMap<CommunityId, Vec<&Chat>> = HashMap::new();
    let mut direct: Vec<&Chat> = Vec::new();
    for chat in account.chats.values() {
        match chat.community() {
            Some(community) => channels.entry(community).or_default().push(chat),
            None => direct.push(chat),
        }
    }
    direct.sort_by_key(|chat| (chat.kind == ChatKind::Saved, Reverse(chat.activity()), chat.id));
    let direct = direct.into_iter().map(|chat| chat.id).collect();
    let mut threads = HashMap::new();
    let channels = channels
        .into_iter()
        .map(|(community, chats)| (community, order_channels(account, chats, &mut threads)))
        .collect();
    account.order = Order { channels, threads, direct, dirty: false };
}

/// Channels without a category first, then each category followed by its channels; each by position, then id. Threads follow their forum, the most
/// lively first.
fn order_channels(account: &Account, mut chats: Vec<&Chat>, threads: &mut HashMap<ChatId, Vec<ChatId>>) -> Vec<ChatId> {
    chats.sort_by_key(|chat| (position(chat), chat.id));
    let is_category = |chat: &Chat| chat.channel_kind() == Some(ChannelKind::Category);
    let categories: Vec<&Chat> = chats.iter().copied().filter(|chat| is_category(chat)).collect();
    let mut under: HashMap<Option<ChatId>, Vec<ChatId>> = HashMap::new();
    let mut lively: Vec<&Chat> = Vec::new();
    for chat in chats.iter().filter(|chat| !is_category(chat) && account.is_listed(chat)) {
        if chat.channel_kind() == Some(ChannelKind::Thread) && chat.parent().is_some() {
            lively.push(chat);
            continue;
        }
        // A category that is not known is none.
        let parent = chat.parent().filter(|parent| categories.iter().any(|category| category.id == *parent));
        under.entry(parent).or_default().push(chat.id);
    }
    let mut ordered = under.remove(&None).unwrap_or_default();
    for category in categories {
        if let Some(channels) = under.remove(&Some(category.id)) {
            ordered.push(category.id);
            ordered.extend(channels);
        }
    }
    if lively.is_empty() {
        return ordered;
    }
    lively.sort_by_key(|chat| liveliness(chat));
    for thread in lively {
        if let Some(forum) = thread.parent() {
            threads.entry(forum).or_default().push(thread.id);
        }
    }
    // Those whose forum is not listed are not listed either.
    let with_threads = |id: ChatId| std::iter::once(id).chain(threads.get(&id).into_iter().flatten().copied());
    ordered.into_iter().flat_map(with_threads).collect()
}

#[cfg(test)]
mod tests {
    use super::{note_newest, put_chat, put_community, reorder};
    use crate::domain::{
        ChannelKind, Chat, ChatId, ChatKind, Community, CommunityId, MessageId, MessageKey, Permissions, SortKey,
    };
    use crate::state::Account;

    const PLACE: CommunityId = CommunityId::new(1);

    fn key(id: u128) -> MessageKey {
        MessageKey { order: SortKey(id), id: MessageId::new(id) }
    }

    fn channel(id: u128, kind: ChannelKind, parent: Option<u128>) -> Chat {
        let parent = parent.map(ChatId::new);
        let kind = ChatKind::Channel { community: PLACE, kind, parent, position: 0, slowmode: 0 };
        Chat { id: ChatId::new(id), kind, last_message: Some(key(id)), ..Chat::default() }
    }

    #[test]
    fn a_message_in_a_thread_moves_that_thread_alone() {
        let mut account = Account::default();
        let permissions = Permissions::VIEW;
        put_community(&mut account, Community { id: PLACE, permissions, available: true, ..Community::default() });
        for (id, kind, parent) in [(2, ChannelKind::Text, None), (3, ChannelKind::Forum, None)] {
            put_chat(&mut account, channel(id, kind, parent));
        }
        (10..20).for_each(|id| put_chat(&mut account, channel(id, ChannelKind::Thread, Some(3))));
        reorder(&mut account);
        assert_eq!(account.thread_ids(ChatId::new(3)).first(), Some(&ChatId::new(19)));
        // One that is no news, one that is the newest of all, twice, and some that go between others.
        for (thread, message, moved) in
            [(15, 9, false), (12, 30, true), (12, 31, false), (10, 25, true), (17, 18, true)]
        {
            let (_, told) = note_newest(&mut account, ChatId::new(thread), key(message));
            assert_eq!((told, account.order.dirty), (moved, false), "{thread}");
            let kept = account.order.clone();
            reorder(&mut account);
            assert_eq!(kept, account.order, "{thread}");
        }
        assert_eq!(account.thread_ids(ChatId::new(3))[..2], [ChatId::new(12), ChatId::new(10)]);
    }
}
