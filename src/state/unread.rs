//! Unread messages and mentions: counted, summed up, and marked read.
//!
//! The network's counts win where it tells them; in between nib counts by itself. A chat that is open, at its bottom, on a terminal that is not known to
//! be out of focus is being read: its counts are zero and its read mark follows. Read marks go back only by the user's own wish.

use super::effect::Effects;
use super::event::Timer;
use super::requests::Purpose;
use super::{Account, Effect, Front, State, history, keep, levels, messages, outbox};
use crate::domain::id::IdMap;
use crate::domain::kept::{self, OutboxItem};
use crate::domain::{AccountId, ChannelKind, Chat, ChatId, ChatKey, MessageKey, Mono, NotifyLevel, Priority, Request};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How often the read mark of one chat is told at most.
const PACE: Duration = Duration::from_millis(500);

/// Most chats that stay marked unread for later runs.
const HELD: usize = 200;

/// A chat that the user marked unread here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnreadFrom {
    /// The newest message that counts as read; none where all are unread.
    pub upto: Option<MessageKey>,
    /// The newest message when it was marked: the network's mark lies there or before it.
    pub newest: MessageKey,
    /// Messages that were unread by that.
    pub unread: u32,
    /// Mentions among them.
    pub mentions: u32,
}

/// Unread messages, and how many of them are mentions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Unread messages.
    pub unread: u32,
    /// Unread mentions.
    pub mentions: u32,
}

/// Read marks that were told lately or are about to be.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReadMarks {
    /// When the mark of a chat was told last; only those younger than the pace.
    told: HashMap<ChatKey, Mono>,
    /// To be told once the pace allows it.
    due: BTreeMap<ChatKey, MessageKey>,
}

impl ReadMarks {
    /// The marks of an account are not told any more.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.told.retain(|chat, _| chat.account != account);
        self.due.retain(|chat, _| chat.account != account);
    }

    /// When the timer must ring; `None` when nothing is due.
    #[must_use]
    pub fn next(&self) -> Option<Mono> {
        self.due.keys().map(|chat| self.told.get(chat).map_or(Mono(0), |told| told.plus(PACE))).min()
    }
}

/// What one chat adds to the sums. Categories and hidden channels add nothing; muted chats only their mentions.
pub(crate) fn weight(account: &Account, chat: &Chat) -> Counts {
    if chat.unread == 0 && chat.mentions == 0 {
        return Counts::default();
    }
    let heading =
        matches!(chat.channel_kind(), Some(ChannelKind::Category | ChannelKind::Separator | ChannelKind::Unknown));
    if heading || !account.is_listed(chat) {
        return Counts::default();
    }
    let unread = match levels::chosen(account, chat) {
        // Chosen here: nothing at all, or nothing else.
        Some(NotifyLevel::Nothing) => return Counts::default(),
        Some(NotifyLevel::Mentions) => chat.mentions,
        Some(NotifyLevel::All) => chat.unread,
        Some(NotifyLevel::Default) | None if chat.notify == NotifyLevel::Nothing => chat.mentions,
        Some(NotifyLevel::Default) | None => chat.unread,
    };
    Counts { unread, mentions: chat.mentions }
}

impl Counts {
    const fn replace(&mut self, old: Self, new: Self) {
        self.unread = self.unread.saturating_sub(old.unread).saturating_add(new.unread);
        self.mentions = self.mentions.saturating_sub(old.mentions).saturating_add(new.mentions);
    }
}

/// Sets the counts of a chat. Returns whether they changed, and whether it became read or unread by that.
pub(super) fn set(account: &mut Account, id: ChatId, unread: u32, mentions: u32) -> (bool, bool) {
    let Some(chat) = account.chats.get(&id) else { return (false, false) };
    // A mention is an unread message.
    let unread = unread.max(mentions);
    if chat.unread == unread && chat.mentions == mentions {
        return (false, false);
    }
    let turned = (chat.unread == 0) != (unread == 0);
    let community = chat.community();
    let old = weight(account, chat);
    let Some(chat) = account.chats.get_mut(&id) else { return (false, false) };
    chat.unread = unread;
    chat.mentions = mentions;
    let new = account.chats.get(&id).map(|chat| weight(account, chat)).unwrap_or_default();
    account.counts.entry(community).or_default().replace(old, new);
    account.total.replace(old, new);
    keep::read(account, id);
    (true, turned)
}

/// Sums everything up anew: after the list of chats, or what may be seen of it, changed.
pub(super) fn recount(account: &mut Account) {
    let mut counts: IdMap<_, Counts> = IdMap::default();
    let mut total = Counts::default();
    for chat in account.chats.values() {
        let weight = weight(account, chat);
        if weight != Counts::default() {
            counts.entry(chat.community()).or_default().replace(Counts::default(), weight);
            total.replace(Counts::default(), weight);
        }
    }
    for (community, &(unread, mentions)) in &account.community_counts {
        if !account.channels_loaded.contains_key(community) {
            let told = Counts { unread, mentions };
            counts.entry(Some(*community)).or_default().replace(Counts::default(), told);
            total.replace(Counts::default(), told);
        }
    }
    account.counts = counts;
    account.total = total;
}

/// Whether what arrives in a chat is being read now.
pub(super) fn reading(front: Option<&Front>, chat: ChatKey) -> bool {
    front.is_some_and(|front| {
        front.pane.chat == Some(chat)
            && !front.pane.held_unread
            && front.is_looking()
            && front.pane.anchor == super::front::Anchor::Bottom
            && front.pane.visible.as_ref().is_some_and(|visible| visible.chat == Some(chat) && visible.at_bottom)
    })
}

/// Moves the read mark if the open chat is being read and something in it is newer.
pub(super) fn check(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat.filter(|_| !front.pane.held_unread) else { return };
    if front.pane.catch_up && front.looks_at_end() {
        return history::catch_up(state, fx);
    }
    let Some((_, known)) = state.core.chat(chat) else { return };
    let seen = front.pane.visible.as_ref().and_then(|visible| visible.last);
    let newer = seen.is_some_and(|seen| known.last_read.is_none_or(|read| read < seen));
    // Without a connection what is kept ends where it is known to end no longer: what was read there is read.
    let offline = state.core.account(chat.account).is_some_and(|account| !account.is_signed_in());
    let kept = offline && front.looks_at_end() && front.pane.visible.as_ref().is_some_and(|it| it.chat == Some(chat));
    if known.unread == 0 && !newer || !kept && !reading(Some(front), chat) {
        return;
    }
    match seen {
        Some(seen) => mark(state, chat, seen, false, fx),
        // Counted, but there is nothing to read.
        None if known.last_message.is_none() => {
            if let Some(account) = state.core.account_mut(chat.account) {
                set(account, chat.chat, 0, 0);
            }
            state.touch();
        }
        None => {}
    }
}

/// Marks a chat read up to a message: here at once, at the network as often as the pace allows. `wanted`: by the user's own action, which is told whether
/// or not reading is.
pub(super) fn mark(state: &mut State, chat: ChatKey, upto: MessageKey, wanted: bool, fx: &mut Effects) {
    let send_read = state.settings.send_read;
    let now = state.now.mono;
    if wanted {
        release(state, chat);
    }
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let newest = account.chats.get(&chat.chat).and_then(|chat| chat.last_message);
    if newest.is_none_or(|newest| newest <= upto) {
        let (changed, turned) = set(account, chat.chat, 0, 0);
        if turned && let Some(front) = &mut state.front {
            front.renew_folded(chat.account);
        }
        if changed {
            state.revision += 1;
        }
    }
    let online = account.is_signed_in();
    let tell = (send_read || wanted) && account.caps.read_marks;
    let Some(known) = account.chats.get_mut(&chat.chat) else { return };
    // Where reading is not told, the mark may be here and not at the network.
    let told = known.last_read.is_some_and(|read| read >= upto) && (send_read || !wanted);
    if told {
        return;
    }
    if known.last_read < Some(upto) {
        known.last_read = Some(upto);
        keep::read(account, chat.chat);
    }
    if !tell {
        return;
    }
    if !online {
        return outbox::deeds::put(state, chat, OutboxItem::MarkRead { upto, back: false }, fx);
    }
    match &mut state.front {
        None => send(state, chat, upto, fx),
        Some(front) => {
            front.reads.told.retain(|_, told| told.plus(PACE) > now);
            if let std::collections::hash_map::Entry::Vacant(slot) = front.reads.told.entry(chat) {
                slot.insert(now);
                send(state, chat, upto, fx);
            } else {
                front.reads.due.insert(chat, upto);
                if let Some(at) = front.reads.next() {
                    fx.push(Effect::Arm(Timer::ReadMark, at));
                }
            }
        }
    }
}

/// From a message on, a chat is unread again, until it is left and opened anew. The network is told where its marks go back; elsewhere it is so here
/// alone. Returns why it cannot be.
pub(super) fn mark_unread(
    state: &mut State,
    chat: ChatKey,
    from: MessageKey,
    fx: &mut Effects,
) -> Result<(), &'static str> {
    let Some(account) = state.core.account_mut(chat.account) else { return Err("The message is not here any more") };
    let me = account.me;
    let Some(timeline) = account.timelines.get(&chat.chat) else { return Err("The message is not here any more") };
    let at = timeline.index_near(from);
    let Some(newest) = timeline.last().map(|entry| entry.message.key) else {
        return Err("The message is not here any more");
    };
    let upto = at.checked_sub(1).and_then(|before| timeline.get(before)).map(|entry| entry.message.key);
    if upto.is_none() && !timeline.has_start() || timeline.get(at).is_some_and(|entry| entry.gap_before) {
        return Err("What comes before this message is not loaded yet");
    }
    let others = || timeline.iter().skip(at).filter(|entry| entry.message.author != me);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let unread = count(others().count()).max(1);
    let mentions = count(others().filter(|entry| entry.message.mentions_me).count());
    account.unread_from.insert(chat.chat, UnreadFrom { upto, newest, unread, mentions });
    let back = account.caps.marks_back && account.caps.read_marks;
    if let Some(known) = account.chats.get_mut(&chat.chat) {
        known.last_read = upto;
    }
    let (_, turned) = set(account, chat.chat, unread, mentions);
    keep::read(account, chat.chat);
    if let Some(front) = &mut state.front {
        front.reads.due.remove(&chat);
        if turned {
            front.renew_folded(chat.account);
        }
        if front.pane.chat == Some(chat) {
            front.pane.held_unread = true;
            front.pane.divider = upto;
        }
    }
    state.touch();
    if let Some(upto) = upto.filter(|_| back) {
        outbox::deeds::put(state, chat, OutboxItem::MarkRead { upto, back: true }, fx);
    }
    Ok(())
}

/// A chat is read as ever again: it is opened, marked read, or written in.
pub(super) fn release(state: &mut State, chat: ChatKey) {
    if let Some(account) = state.core.account_mut(chat.account) {
        account.unread_from.remove(&chat.chat);
    }
    let_go(state, chat);
}

/// Whoever writes has read.
pub(super) fn written(state: &mut State, chat: ChatKey) {
    if state.front.as_ref().is_some_and(|front| front.pane.chat == Some(chat) && front.pane.held_unread) {
        release(state, chat);
    }
}

fn let_go(state: &mut State, chat: ChatKey) {
    if let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) {
        front.pane.held_unread = false;
    }
}

/// What the network tells of a chat that was marked unread here: it stays so.
pub(super) fn hold(account: &Account, chat: &mut Chat) {
    if let Some(from) = account.unread_from.get(&chat.id) {
        let known = account.chats.get(&chat.id);
        chat.last_read = from.upto;
        chat.unread = chat.unread.max(known.map_or(from.unread, |known| known.unread));
        chat.mentions = chat.mentions.max(known.map_or(from.mentions, |known| known.mentions));
    }
}

/// Chats that an earlier run marked unread.
pub(super) fn restore(state: &mut State, found: Vec<kept::UnreadChat>) {
    for kept::UnreadChat { chat, upto, newest, unread, mentions } in found {
        let Some(account) = state.core.account_mut(chat.account) else { continue };
        account.unread_from.insert(chat.chat, UnreadFrom { upto, newest, unread, mentions });
        if let Some(known) = account.chats.get_mut(&chat.chat) {
            known.last_read = upto;
            let (unread, mentions) = (known.unread.max(unread), known.mentions.max(mentions));
            set(account, chat.chat, unread, mentions);
        }
    }
}

/// Chats that are marked unread here, to be kept for later runs; bounded, in a fixed order.
pub(super) fn to_keep(accounts: &[Account]) -> Vec<kept::UnreadChat> {
    let of = |account: &Account| {
        let chat = |(chat, from): (&ChatId, &UnreadFrom)| {
            let UnreadFrom { upto, newest, unread, mentions } = *from;
            kept::UnreadChat { chat: account.key(*chat), upto, newest, unread, mentions }
        };
        account.unread_from.iter().map(chat).collect::<Vec<_>>()
    };
    let mut all: Vec<kept::UnreadChat> = accounts.iter().flat_map(of).collect();
    all.sort_unstable_by_key(|one| one.chat);
    all.truncate(HELD);
    all
}

/// The timer rang: marks that are due are told.
pub(super) fn due(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    let Some(front) = &mut state.front else { return };
    let reads = &mut front.reads;
    let ready: Vec<(ChatKey, MessageKey)> = reads
        .due
        .iter()
        .filter(|(chat, _)| reads.told.get(chat).is_none_or(|told| told.plus(PACE) <= now))
        .map(|(chat, upto)| (*chat, *upto))
        .collect();
    for (chat, _) in &ready {
        reads.due.remove(chat);
        reads.told.insert(*chat, now);
    }
    if let Some(at) = reads.next() {
        fx.push(Effect::Arm(Timer::ReadMark, at));
    }
    for (chat, upto) in ready {
        send(state, chat, upto, fx);
    }
}

/// The network turned out not to have a mark that was told: the connection was lost with it. What it counted until then is asked for again.
pub(super) fn tell_again(state: &mut State, chat: ChatKey, upto: MessageKey, fx: &mut Effects) {
    let can = state.core.account(chat.account).is_some_and(|account| account.caps.read_marks);
    if can && state.settings.send_read {
        send(state, chat, upto, fx);
        messages::recount(state, chat, fx);
    }
}

fn send(state: &mut State, chat: ChatKey, upto: MessageKey, fx: &mut Effects) {
    if state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        let request = Request::MarkRead { chat: chat.chat, upto, back: false };
        state.ask(chat.account, request, Priority::Background, Purpose::Quiet, fx);
    }
}

/// The open chat is about to be left: what was read in it is told now, before something arrives that the network would count with it.
pub(super) fn leave(state: &mut State, fx: &mut Effects) {
    let left =
        state.front.as_mut().and_then(|front| Some((front.pane.chat?, front.reads.due.remove(&front.pane.chat?)?)));
    if let Some((chat, upto)) = left {
        send(state, chat, upto, fx);
    }
}

/// The network says that a read mark moved, perhaps by another device. `back`: it may have gone back.
pub(super) fn moved(
    state: &mut State,
    chat: ChatKey,
    upto: MessageKey,
    (unread, mentions): (Option<u32>, Option<u32>),
    back: bool,
    fx: &mut Effects,
) {
    let Some(account) = state.core.account_mut(chat.account) else { return };
    // What another device has read since is read; what was told of before is known.
    if !back && account.unread_from.get(&chat.chat).is_some_and(|from| upto <= from.newest) {
        return;
    }
    if !back && account.unread_from.remove(&chat.chat).is_some() {
        let_go(state, chat);
    }
    let reading = reading(state.front.as_ref(), chat);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let Some(known) = account.chats.get_mut(&chat.chat) else { return };
    if known.last_read.is_some_and(|read| read > upto) && !back {
        return;
    }
    known.last_read = Some(upto);
    let all_read = known.last_message.is_none_or(|newest| newest <= upto);
    let (was_unread, was_mentions) = (known.unread, known.mentions);
    let me = account.me;
    // Without a count, what is in memory is counted, if it reaches back without a hole.
    let left = account.timelines.get(&chat.chat).filter(|timeline| !timeline.gap_after()).and_then(|timeline| {
        let newer: Vec<_> = timeline.iter().rev().take_while(|entry| entry.message.key > upto).collect();
        let whole = newer.len() < timeline.len() && newer.iter().all(|entry| !entry.gap_before);
        let counted = newer.iter().filter(|entry| entry.message.author != me);
        whole.then(|| {
            counted
                .fold((0, 0), |(unread, mentions), entry| (unread + 1, mentions + u32::from(entry.message.mentions_me)))
        })
    });
    let (left_unread, left_mentions) = match left {
        _ if all_read || reading => (0, 0),
        Some(left) => left,
        None => (was_unread, was_mentions),
    };
    let unknown = unread.is_none() && left.is_none() && !all_read && !reading;
    let unread = if reading { 0 } else { unread.unwrap_or(left_unread) };
    let mentions = mentions.unwrap_or(left_mentions).min(unread);
    let (changed, turned) = set(account, chat.chat, unread, mentions);
    keep::read(account, chat.chat);
    if turned && let Some(front) = &mut state.front {
        front.renew_folded(chat.account);
    }
    if changed {
        state.touch();
    }
    if unknown {
        messages::recount(state, chat, fx);
    }
}
