//! Going to the last message that mentions oneself, and from there to the one before.
//!
//! Looked for in memory, then in what is stored, then on the network where it can tell of such messages.

use super::destination::{self, Arrival, Destination};
use super::trail;
use crate::domain::kept::{Listed, Marked};
use crate::domain::{ChatKey, MessageId, MessageKey, Priority, Refusal, Reply, Request, SortKey, Timeline};
use crate::state::effect::Effects;
use crate::state::front::{Region, Target};
use crate::state::requests::Purpose;
use crate::state::{State, history, recall};

/// What is said while very many messages are looked through.
const LOOKING: &str = "Looking further back for a mention of you …";

/// After everything.
const END: MessageKey = MessageKey { order: SortKey(u128::MAX), id: MessageId::new(u128::MAX) };

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
    let (found, whole) = in_memory(state, chat, from);
    if let Some(key) = found.filter(|_| whole) {
        return trail::to_message(state, chat, (key.id, Some(key)), Arrival::Noting, fx);
    }
    if whole {
        return state.notice("No message before this one mentions you", false, fx);
    }
    destination::set(state, Some(Destination::Mention(from)));
    if !recall::marked(state, chat, (Marked::Mentions, Some(from)), 1, fx) {
        beyond(state, chat, from, None, fx);
    }
}

/// The place before which a mention is still looked for.
fn wanted(state: &State, chat: ChatKey) -> Option<MessageKey> {
    match destination::of(state, chat) {
        Some(Destination::Mention(from)) => Some(from),
        _ => None,
    }
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
    let Some(from) = wanted(state, chat) else { return };
    let stored = listed.messages.first().map(|message| message.key);
    match (stored, listed.further) {
        // So far for one answer.
        (None, Some(further)) if before.is_none_or(|before| further < before) => {
            recall::marked(state, chat, (Marked::Mentions, Some(further)), 1, fx);
            state.notice(LOOKING, false, fx);
        }
        _ => {
            if state.front.as_ref().and_then(|front| front.notice.as_ref()).is_some_and(|said| said.text == LOOKING) {
                state.drop_notice();
            }
            beyond(state, chat, from, stored, fx);
        }
    }
}

/// What is known of it here was looked through. Messages may be missing between, so the network is asked, too, where it can tell.
fn beyond(state: &mut State, chat: ChatKey, from: MessageKey, stored: Option<MessageKey>, fx: &mut Effects) {
    let here = stored.max(in_memory(state, chat, from).0);
    let asks =
        state.core.account(chat.account).is_some_and(|account| account.caps.mention_list && account.is_signed_in());
    let purpose = Purpose::Mentions(chat.chat, from, here);
    let asked =
        asks && state.ask(chat.account, Request::FetchMentions(chat.chat), Priority::User, purpose, fx).is_some();
    if !asked {
        settle(state, chat, here, Some("Messages may be missing between this mention and where you were"), fx);
    }
}

/// Nobody can tell of a newer one: goes to the one that is known. `said`: what the user has to know of it.
fn settle(state: &mut State, chat: ChatKey, here: Option<MessageKey>, said: Option<&str>, fx: &mut Effects) {
    destination::set(state, None);
    let Some(key) = here else {
        return state.notice("No earlier mention of you among what was loaded so far", false, fx);
    };
    if let Some(said) = said {
        state.notice(said, true, fx);
    }
    trail::to_message(state, chat, (key.id, Some(key)), Arrival::Noting, fx);
}

/// The network has told which messages mention oneself. `here`: the newest that was known without it.
pub(in crate::state) fn came(
    state: &mut State,
    chat: ChatKey,
    (from, here): (MessageKey, Option<MessageKey>),
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    if wanted(state, chat) != Some(from) {
        return;
    }
    let told = match outcome {
        Ok(Reply::Mentions { messages, .. }) => messages,
        Ok(_) => Vec::new(),
        Err(refusal) => {
            let why = format!("Mentions could not be looked for: {}", refusal.text);
            destination::set(state, None);
            return match here {
                Some(_) => settle(state, chat, here, Some(&why), fx),
                None => state.notice(why, true, fx),
            };
        }
    };
    let ordered = state.core.account(chat.account).is_some_and(|account| account.caps.dated_ids.is_some());
    let timeline = history::timeline_of(&state.core.accounts, chat);
    match next(&told, timeline, from, ordered) {
        // What is told is the newest there is.
        Some((id, place)) if place.is_none() || place >= here => {
            trail::to_message(state, chat, (id, place), Arrival::Noting, fx);
        }
        _ => settle(state, chat, here, None, fx),
    }
}

/// Of messages that mention oneself, as a network tells them, newest first, the newest before a place. Where ids tell no order, of one that is not loaded
/// nothing but its place among the others is known.
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
    if ordered {
        let known = told.iter().filter_map(|id| place(*id)).filter(|key| *key < from).max();
        return known.map(|key| (key.id, Some(key)));
    }
    let newer = told.iter().rposition(|id| *id == from.id || place(*id).is_some_and(|key| key >= from));
    let id = told.get(newer.map_or(0, |at| at + 1)..)?.first()?;
    Some((*id, place(*id)))
}
