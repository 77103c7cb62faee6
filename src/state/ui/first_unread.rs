//! Going to the first message of a chat that was not read.
//!
//! Reading stopped at a message that is known; what comes after it is fetched from the store and the network where it is not here.

use super::destination::{self, Arrival, Became, Destination};
use crate::domain::kept::Seek;
use crate::domain::{ChatKey, MessageKey, Page, Priority, Timeline};
use crate::state::effect::Effects;
use crate::state::front::ScrollIntent;
use crate::state::requests::Edge;
use crate::state::{State, history};

/// The user wants to go to what was not read.
pub(super) fn go(state: &mut State, fx: &mut Effects) {
    let pane = state.front.as_ref().map(|front| &front.pane).filter(|pane| pane.forum.is_none());
    let Some((chat, divider, then)) = pane.and_then(|pane| Some((pane.chat?, pane.divider, pane.unread_then))) else {
        return state.notice("No chat is open in which something could be unread", true, fx);
    };
    let now = state.core.chat(chat).map(|(_, known)| known).filter(|known| known.unread > 0);
    if let Some(read) = divider.or_else(|| now?.last_read) {
        destination::set(state, Some(Destination::Unread(read)));
        if !shown(state, chat, read, true, fx) {
            ask(state, chat, read, fx);
        }
        return;
    }
    let now = now.map(|known| (known.unread, known.last_message));
    match Some(then).filter(|(unread, _)| *unread > 0).or(now) {
        Some((unread, newest)) => count(state, chat, unread, newest, fx),
        None => nothing(state, fx),
    }
}

fn nothing(state: &mut State, fx: &mut Effects) {
    destination::set(state, None);
    state.notice("Nothing is unread here", false, fx);
}

/// It is not known where reading stopped, but how many messages were not read up to the newest one: they are counted back, once that one is here.
fn count(state: &mut State, chat: ChatKey, unread: u32, newest: Option<MessageKey>, fx: &mut Effects) {
    if let Some(newest) = newest {
        destination::set(state, Some(Destination::Counted(unread, newest)));
        if !counted(state, chat, unread, Some(newest), fx) {
            history::refresh_open(state, fx);
            count_again(state, chat, (unread, newest), false, fx);
        }
    } else if !counted(state, chat, unread, None, fx) {
        nothing(state, fx);
    }
}

/// More may be here than when the messages that were not read were counted last. `all`: the newest page is.
pub(super) fn count_again(
    state: &mut State,
    chat: ChatKey,
    (unread, newest): (u32, MessageKey),
    all: bool,
    fx: &mut Effects,
) {
    if counted(state, chat, unread, Some(newest), fx) || !all && destination::is_asked(state, chat, Edge::Latest) {
        return;
    }
    destination::set(state, None);
    state.notice("The newest messages are not loaded; what is unread cannot be counted back from them", true, fx);
}

/// Where the newest of what was not read stands, and whether it is there itself; `None`: nobody can tell, since it is not here yet.
fn newest_place(timeline: &Timeline, newest: Option<MessageKey>) -> Option<(usize, bool)> {
    let Some(newest) = newest else { return Some((timeline.len().checked_sub(1)?, false)) };
    if let Some(place) = timeline.index_of(newest) {
        return Some((place, true));
    }
    let at = timeline.index_near(newest);
    let is_here = match timeline.get(at) {
        Some(entry) => !entry.gap_before,
        None => !timeline.gap_after(),
    };
    // It was deleted: what stood before it is the newest of them.
    is_here.then(|| at.checked_sub(1)).flatten().map(|place| (place, false))
}

/// Counts back what was not read and goes there. Returns whether that can be done.
fn counted(state: &mut State, chat: ChatKey, unread: u32, newest: Option<MessageKey>, fx: &mut Effects) -> bool {
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat) else { return false };
    let Some((place, exact)) = newest_place(timeline, newest) else { return false };
    let wanted = (place + 1).saturating_sub(usize::try_from(unread).unwrap_or(usize::MAX));
    // Up to a hole nothing is missing.
    let whole = (wanted + 1..=place).rev().find(|index| timeline.get(*index).is_some_and(|entry| entry.gap_before));
    let at = whole.unwrap_or(wanted);
    let short = whole.is_some() || at == 0 && !timeline.has_start();
    let key = |index: usize| timeline.get(index).map(|entry| entry.message.key);
    let (Some(first), read) = (key(at), at.checked_sub(1).and_then(key)) else { return false };
    destination::arrive(state, first, Arrival::Noting);
    // The line stands where it is certain that reading stopped.
    if let Some(front) = &mut state.front
        && let Some(read) = read.filter(|_| !short && exact)
    {
        front.pane.divider = Some(read);
        front.pane.scroll(ScrollIntent::Unread);
    }
    if short {
        state.notice("More may be unread than what is loaded; the same key looks on from here", false, fx);
    }
    true
}

fn ask(state: &mut State, chat: ChatKey, read: MessageKey, fx: &mut Effects) {
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.loosen(chat.chat, Edge::After);
    }
    history::fetch(state, chat, Page::After(read), Priority::User, fx);
    settle(state, chat, read, fx);
}

/// Where nobody is asked, what is nearest is shown.
fn settle(state: &mut State, chat: ChatKey, read: MessageKey, fx: &mut Effects) {
    if !destination::is_asked(state, chat, Edge::After) {
        near(state, chat, read, false, fx);
    }
}

/// The store has answered.
pub(super) fn stored(state: &mut State, chat: ChatKey, read: MessageKey, seek: Seek, fx: &mut Effects) {
    match seek {
        _ if shown(state, chat, read, true, fx) => {}
        Seek::After(of) if of == read => settle(state, chat, read, fx),
        // It could not be asked for before.
        Seek::After(_) => ask(state, chat, read, fx),
        Seek::Newest | Seek::Before(_) | Seek::Around(_) | Seek::Date(_) => {}
    }
}

/// A page of the network is here, or it did not come.
pub(super) fn came(state: &mut State, chat: ChatKey, read: MessageKey, page: Page, became: Became, fx: &mut Effects) {
    let is_here = became == Became::Here;
    match page {
        _ if is_here && shown(state, chat, read, true, fx) => {}
        // It begins with what was not read.
        Page::After(key) if key == read && is_here && shown(state, chat, read, false, fx) => {}
        // Who refused has said why.
        Page::After(key) if key == read => near(state, chat, read, became == Became::Refused(true), fx),
        // Another one was under way.
        Page::After(_) => ask(state, chat, read, fx),
        Page::Latest | Page::Before(_) | Page::Around(_) | Page::At(_) => {}
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
            destination::arrive(state, key, Arrival::Noting);
            // With the line above it, where there is one.
            if let Some(front) = &mut state.front
                && divided
                && front.pane.divider == Some(read)
            {
                front.pane.scroll(ScrollIntent::Unread);
            }
        }
        None if timeline.is_loaded() && !timeline.gap_after() => nothing(state, fx),
        _ => return false,
    }
    state.touch();
    true
}

/// Nobody can say more: what is nearest is shown. `told`: the user knows why there is no more.
fn near(state: &mut State, chat: ChatKey, read: MessageKey, told: bool, fx: &mut Effects) {
    if shown(state, chat, read, true, fx) {
        return;
    }
    let near = shown(state, chat, read, false, fx);
    destination::set(state, None);
    let sentence = match near {
        _ if told => return,
        true => "Messages may be missing between what you have read and this one",
        false => "What is unread here is not loaded, and it did not come",
    };
    state.notice(sentence, true, fx);
}
