//! Going to a day: to the first message that was sent then or later.
//!
//! What is in memory is enough where nothing is missing before it; else the store is asked, then the network, where its ids tell times or it can look for one. What lies between
//! is a hole like any other. Where nobody can say more, what is here is shown, and that something may be missing is said.

use super::{compose, open, trail};
use crate::domain::{ChatKey, DatedIds, MessageKey, Page, Priority, Timeline, Wall, when};
use crate::state::effect::Effects;
use crate::state::requests::Edge;
use crate::state::{State, history, recall};

/// The user wants to go to a day; without one, is asked for it.
pub(super) fn go(state: &mut State, day: &str, fx: &mut Effects) {
    let chat = state.front.as_ref().and_then(|front| front.pane.chat.filter(|_| front.pane.forum.is_none()));
    let Some(chat) = chat else {
        return state.notice("No chat is open whose days could be gone to", true, fx);
    };
    if day.is_empty() {
        return compose::begin_command_with(state, "date ");
    }
    let Some(at) = when::moment(day, state.now.wall, &state.zone) else {
        return state.notice(format!("That is no day; it is written {}", when::FORMS), true, fx);
    };
    if at > state.now.wall {
        return state.notice("That is still to come", true, fx);
    }
    trail::leave(state);
    state.sought = Some((chat, at));
    if let Some(front) = &mut state.front {
        front.pane.seek = None;
    }
    if !shown(state, chat, at, true, fx) && !recall::date(state, chat, at, fx) {
        ask_network(state, chat, at, fx);
    }
}

/// Whether a day is still sought in a chat, which is open: whoever went elsewhere meanwhile stays there.
fn is_sought(state: &State, chat: ChatKey) -> bool {
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    open == Some(chat) && state.sought.is_some_and(|(of, _)| of == chat)
}

/// What the store has of the day is here.
pub(in crate::state) fn recalled(state: &mut State, chat: ChatKey, at: Wall, fx: &mut Effects) {
    if is_sought(state, chat) && state.sought == Some((chat, at)) && !shown(state, chat, at, true, fx) {
        ask_network(state, chat, at, fx);
    }
}

/// A page of the network is here; `None`: it did not come.
pub(in crate::state) fn came(state: &mut State, chat: ChatKey, page: Page, is_here: bool, fx: &mut Effects) {
    let Some((_, at)) = state.sought.filter(|_| is_sought(state, chat)) else { return };
    if let Page::At(asked) = page {
        return match is_here {
            true if asked == at => shown_or_near(state, chat, at, fx),
            true => ask_network(state, chat, at, fx),
            false => state.sought = None,
        };
    }
    let Some(place) = dated(state, chat).map(|ids| ids.before(at)) else { return };
    match page {
        Page::After(key) if key == place && is_here => shown_or_near(state, chat, at, fx),
        Page::After(key) if key == place => state.sought = None,
        // Another one was under way.
        Page::After(_) => ask_network(state, chat, at, fx),
        Page::Latest | Page::Before(_) | Page::Around(_) | Page::At(_) => {}
    }
}

fn dated(state: &State, chat: ChatKey) -> Option<DatedIds> {
    state.core.account(chat.account).and_then(|account| account.caps.dated_ids)
}

fn ask_network(state: &mut State, chat: ChatKey, at: Wall, fx: &mut Effects) {
    let page = match dated(state, chat) {
        _ if !can_ask(state, chat) => return shown_or_near(state, chat, at, fx),
        Some(ids) => Page::After(ids.before(at)),
        None => Page::At(at),
    };
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.loosen(chat.chat, Edge::of(page).0);
    }
    history::ask_network(state, chat, page, Priority::User, fx);
}

/// Whether the network can be asked for the day.
fn can_ask(state: &State, chat: ChatKey) -> bool {
    let account = state.core.account(chat.account).filter(|account| account.is_signed_in());
    account.is_some_and(|account| account.caps.dates || account.caps.dated_ids.is_some())
}

/// The first message sent at this time or later, and whether nothing can be missing before it.
fn first_since(timeline: &Timeline, at: Wall) -> Option<(MessageKey, bool)> {
    let later = |entry: &&crate::domain::Entry| entry.message.at.is_some_and(|sent| sent >= at);
    timeline.iter().find(later).map(|entry| (entry.message.key, !entry.gap_before))
}

/// Shows the day if it is here, without a doubt where that is wanted. Returns whether it is.
fn shown(state: &mut State, chat: ChatKey, at: Wall, surely: bool, fx: &mut Effects) -> bool {
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat) else { return false };
    match first_since(timeline, at) {
        Some((key, sure)) if sure || !surely => show(state, key),
        // Nothing was written since.
        None if timeline.is_loaded() && !timeline.gap_after() => {
            if let Some(front) = &mut state.front {
                open::to_bottom(&mut front.pane);
            }
            state.notice("Nothing was written since then", false, fx);
        }
        _ => return false,
    }
    state.sought = None;
    state.touch();
    true
}

/// Nobody can say more: what is nearest is shown.
fn shown_or_near(state: &mut State, chat: ChatKey, at: Wall, fx: &mut Effects) {
    if shown(state, chat, at, true, fx) {
        return;
    }
    let asked = can_ask(state, chat);
    // The page of the network begins with the day.
    let near = shown(state, chat, at, false, fx);
    state.sought = None;
    let sentence = match near {
        true if asked => return,
        true => "Messages may be missing between that day and this one",
        false if asked => "Nothing was written since then",
        false => "Nothing of that day is here",
    };
    state.notice(sentence, true, fx);
}

fn show(state: &mut State, key: MessageKey) {
    if let Some(front) = &mut state.front {
        front.land(key);
    }
}
