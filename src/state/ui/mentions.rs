//! Going to the last message that mentions oneself, and from there to the one before.
//!
//! Looked for in memory, then in what is stored, then on the network where it can tell of such messages.

use super::trail;
use crate::domain::kept::{Listed, Marked};
use crate::domain::{ChatKey, MessageId, MessageKey, Priority, Refusal, Reply, Request, SortKey, Timeline};
use crate::state::effect::Effects;
use crate::state::front::{Region, Target};
use crate::state::requests::Purpose;
use crate::state::{State, history, recall};

/// After everything.
const END: MessageKey = MessageKey { order: SortKey(u128::MAX), id: MessageId::new(u128::MAX) };

/// What is looked for: in which chat, and before which place.
pub(in crate::state) type Sought = (ChatKey, MessageKey);

/// The user wants to go to the last mention before where one is.
pub(super) fn go(state: &mut State, fx: &mut Effects) {
    let pane = state.front.as_ref().map(|front| (&front.pane, front.region));
    let open = pane.and_then(|(pane, region)| Some((pane.chat.filter(|_| pane.forum.is_none())?, pane.cursor, region)));
    let Some((chat, cursor, region)) = open else {
        return state.notice("No chat is open in which somebody could have mentioned you", true, fx);
    };
    let from = match cursor.filter(|_| region == Region::Messages) {
        Some(Target::Message(key)) => key,
        Some(Target::Pending(_)) | None => END,
    };
    trail::leave(state);
    let (found, whole) = in_memory(state, chat, from);
    if let Some(key) = found.filter(|_| whole) {
        return trail::to_message(state, chat, key.id, Some(key), fx);
    }
    if whole {
        return state.notice("No message before this one mentions you", false, fx);
    }
    seek(state, Some((chat, from)));
    if !recall::marked(state, chat, (Marked::Mentions, Some(from)), 1, fx) {
        beyond(state, chat, from, None, fx);
    }
}

fn seek(state: &mut State, sought: Option<Sought>) {
    if let Some(front) = &mut state.front {
        front.mention = sought;
    }
}

/// Whether it is still looked for: whoever went to another chat, or asked anew, waits for something else.
fn is_sought(state: &State, chat: ChatKey, from: MessageKey) -> bool {
    let front = state.front.as_ref();
    front.is_some_and(|front| front.pane.chat == Some(chat) && front.mention == Some((chat, from)))
}

/// The newest mention before a place that is in memory, and whether nothing can be missing between the two. Without one: whether the chat begins there.
fn in_memory(state: &State, chat: ChatKey, from: MessageKey) -> (Option<MessageKey>, bool) {
    let me = state.core.account(chat.account).map(|account| account.me).unwrap_or_default();
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat) else { return (None, false) };
    let at = timeline.index_near(from);
    let mut whole = at < timeline.len() || !timeline.gap_after();
    if let Some(entry) = timeline.get(at) {
        whole &= !entry.gap_before;
    }
    for index in (0..at).rev() {
        let Some(entry) = timeline.get(index) else { break };
        if Marked::Mentions.is_in(&entry.message, me) {
            return (Some(entry.message.key), whole);
        }
        whole &= !entry.gap_before;
    }
    (None, whole && timeline.is_loaded())
}

/// What the store has of it is here.
pub(in crate::state) fn recalled(
    state: &mut State,
    chat: ChatKey,
    before: Option<MessageKey>,
    listed: Listed,
    fx: &mut Effects,
) {
    let Some((_, from)) = state.front.as_ref().and_then(|front| front.mention) else { return };
    if !is_sought(state, chat, from) {
        return;
    }
    let stored = listed.messages.first().map(|message| message.key);
    match (stored, listed.further) {
        // So far for one answer.
        (None, Some(further)) if before.is_none_or(|before| further < before) => {
            recall::marked(state, chat, (Marked::Mentions, Some(further)), 1, fx);
        }
        _ => beyond(state, chat, from, stored, fx),
    }
}

/// What is known of it here was looked through: goes there, or asks the network.
fn beyond(state: &mut State, chat: ChatKey, from: MessageKey, stored: Option<MessageKey>, fx: &mut Effects) {
    if let Some(key) = stored.max(in_memory(state, chat, from).0) {
        seek(state, None);
        return trail::to_message(state, chat, key.id, Some(key), fx);
    }
    let asks =
        state.core.account(chat.account).is_some_and(|account| account.caps.mention_list && account.is_signed_in());
    if !asks {
        return none(state, fx);
    }
    state.ask(chat.account, Request::FetchMentions(chat.chat), Priority::User, Purpose::Mentions(chat.chat, from), fx);
}

fn none(state: &mut State, fx: &mut Effects) {
    seek(state, None);
    state.notice("No earlier mention of you among what was loaded so far", false, fx);
}

/// The network has told which messages mention oneself.
pub(in crate::state) fn came(
    state: &mut State,
    chat: ChatKey,
    from: MessageKey,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    if !is_sought(state, chat, from) {
        return;
    }
    let told = match outcome {
        Ok(Reply::Mentions { messages, .. }) => messages,
        Ok(_) => Vec::new(),
        Err(refusal) => {
            seek(state, None);
            return state.notice(format!("Mentions could not be looked for: {}", refusal.text), true, fx);
        }
    };
    let ordered = state.core.account(chat.account).is_some_and(|account| account.caps.dated_ids.is_some());
    let timeline = history::timeline_of(&state.core.accounts, chat);
    match next(&told, timeline, from, ordered) {
        Some((id, key)) => {
            seek(state, None);
            trail::to_message(state, chat, id, key, fx);
        }
        None => none(state, fx),
    }
}

/// Of messages that mention oneself the newest before a place. Where ids tell no order, one that is not loaded is taken for older, the first told first.
fn next(
    told: &[MessageId],
    timeline: Option<&Timeline>,
    from: MessageKey,
    ordered: bool,
) -> Option<(MessageId, Option<MessageKey>)> {
    let place = |id: MessageId| {
        let loaded = timeline.and_then(|timeline| timeline.key_of(id));
        loaded.or_else(|| ordered.then(|| MessageKey { order: SortKey(id.value()), id }))
    };
    let known = told.iter().filter_map(|id| place(*id)).filter(|key| *key < from).max();
    let unknown = || told.iter().find(|id| place(**id).is_none());
    known.map(|key| (key.id, Some(key))).or_else(|| unknown().map(|id| (*id, None)))
}
