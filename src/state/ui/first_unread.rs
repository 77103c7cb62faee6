//! Going to the first message of a chat that was not read.
//!
//! Reading stopped at a message that is known; what comes after it is fetched from the store and the network where it is not here.

use super::trail;
use crate::domain::{ChatKey, MessageKey, Page, Priority};
use crate::state::effect::Effects;
use crate::state::front::ScrollIntent;
use crate::state::requests::Edge;
use crate::state::{Account, State, history};

/// The user wants to go to what was not read.
pub(super) fn go(state: &mut State, fx: &mut Effects) {
    let pane = state.front.as_ref().map(|front| &front.pane).filter(|pane| pane.forum.is_none());
    let Some((chat, divider, then)) = pane.and_then(|pane| Some((pane.chat?, pane.divider, pane.unread_then))) else {
        return state.notice("No chat is open in which something could be unread", true, fx);
    };
    let now = state.core.chat(chat).map(|(_, known)| known).filter(|known| known.unread > 0);
    if let Some(read) = divider.or_else(|| now?.last_read) {
        trail::leave(state);
        if !shown(state, chat, read, true, fx) {
            ask(state, chat, read, fx);
        }
        return;
    }
    let now = now.map(|known| (known.unread, known.last_message));
    match Some(then).filter(|(unread, _)| *unread > 0).or(now) {
        Some((unread, newest)) => counted(state, chat, unread, newest, fx),
        None => nothing(state, fx),
    }
}

fn nothing(state: &mut State, fx: &mut Effects) {
    state.notice("Nothing is unread here", false, fx);
}

/// It is not known where reading stopped, but how many messages were not read up to the newest one: they are counted back.
fn counted(state: &mut State, chat: ChatKey, unread: u32, newest: Option<MessageKey>, fx: &mut Effects) {
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat).filter(|timeline| !timeline.is_empty())
    else {
        return nothing(state, fx);
    };
    let place = newest.and_then(|newest| timeline.index_of(newest)).unwrap_or_else(|| timeline.len().saturating_sub(1));
    let wanted = (place + 1).saturating_sub(usize::try_from(unread).unwrap_or(usize::MAX));
    // Up to a hole nothing is missing.
    let whole = (wanted + 1..=place).rev().find(|index| timeline.get(*index).is_some_and(|entry| entry.gap_before));
    let at = whole.unwrap_or(wanted);
    let short = whole.is_some() || at == 0 && !timeline.has_start();
    let key = |index: usize| timeline.get(index).map(|entry| entry.message.key);
    let (Some(first), read) = (key(at), at.checked_sub(1).and_then(key)) else { return nothing(state, fx) };
    trail::leave(state);
    if let Some(front) = &mut state.front {
        front.land(first);
        if let Some(read) = read.filter(|_| !short) {
            front.pane.divider = Some(read);
            front.pane.scroll(ScrollIntent::Unread);
        }
    }
    if short {
        state.notice("More may be unread than what is loaded; the same key goes on from here", false, fx);
    }
    state.touch();
}

fn ask(state: &mut State, chat: ChatKey, read: MessageKey, fx: &mut Effects) {
    if let Some(front) = &mut state.front {
        front.first_unread = Some((chat, read));
    }
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.loosen(chat.chat, Edge::After);
    }
    history::fetch(state, chat, Page::After(read), Priority::User, fx);
    if !crate::state::recall::is_on(state) {
        settle(state, chat, read, fx);
    }
}

/// Where nobody else can be asked, what is nearest is shown.
fn settle(state: &mut State, chat: ChatKey, read: MessageKey, fx: &mut Effects) {
    if !state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        near(state, chat, read, fx);
    }
}

/// What is waited for in this chat.
fn sought(state: &State, chat: ChatKey) -> Option<MessageKey> {
    let front = state.front.as_ref()?;
    let (of, read) = front.first_unread?;
    (of == chat && front.pane.chat == Some(chat)).then_some(read)
}

/// Messages of the store are here.
pub(in crate::state) fn recalled(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if let Some(read) = sought(state, chat)
        && !shown(state, chat, read, true, fx)
    {
        settle(state, chat, read, fx);
    }
}

/// A page of the network is here, or it did not come.
pub(in crate::state) fn came(state: &mut State, chat: ChatKey, page: Page, is_here: bool, fx: &mut Effects) {
    let Some(read) = sought(state, chat) else { return };
    match page {
        _ if is_here && shown(state, chat, read, true, fx) => {}
        // It begins with what was not read.
        Page::After(key) if key == read && is_here && shown(state, chat, read, false, fx) => {}
        Page::After(key) if key == read => near(state, chat, read, fx),
        // Another one was under way.
        Page::After(_) => ask(state, chat, read, fx),
        _ => {}
    }
}

/// Goes to the first message after the one that reading stopped at, surely the first where that is wanted. Returns whether it is settled.
fn shown(state: &mut State, chat: ChatKey, read: MessageKey, surely: bool, fx: &mut Effects) -> bool {
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat) else { return false };
    let at = timeline.index_near(read);
    let at = if timeline.index_of(read).is_some() { at + 1 } else { at };
    match timeline.get(at) {
        Some(entry) if !surely || !entry.gap_before => {
            let key = entry.message.key;
            let divided = at > 0 || timeline.has_start();
            let Some(front) = &mut state.front else { return false };
            front.land(key);
            // With the line above it, where there is one.
            if divided && front.pane.divider == Some(read) {
                front.pane.scroll(ScrollIntent::Unread);
            }
        }
        None if timeline.is_loaded() && !timeline.gap_after() => nothing(state, fx),
        _ => return false,
    }
    if let Some(front) = &mut state.front {
        front.first_unread = None;
    }
    state.touch();
    true
}

/// Nobody can say more: what is nearest is shown.
fn near(state: &mut State, chat: ChatKey, read: MessageKey, fx: &mut Effects) {
    if shown(state, chat, read, true, fx) {
        return;
    }
    let near = shown(state, chat, read, false, fx);
    if let Some(front) = &mut state.front {
        front.first_unread = None;
    }
    let sentence = match near {
        true => "Messages may be missing between what you have read and this one",
        false => "What is unread here is not loaded, and it did not come",
    };
    state.notice(sentence, true, fx);
}
