//! Going to a day: to the first message that was sent then or later.
//!
//! What is in memory is enough where nothing is missing before it; else the store is asked, then the network, where its ids tell times or it can look for one. What lies between
//! is a hole like any other. Where nobody can say more, what is here is shown, and that something may be missing is said.

use super::destination::{self, Arrival, Became, Destination};
use super::{day_form, open, trail};
use crate::domain::kept::Seek;
use crate::domain::{ChatKey, MessageKey, Page, Priority, Timeline, Wall};
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
        return day_form::ask(state);
    }
    let at = match day_form::moment(state, day) {
        Ok(at) => at,
        Err(why) => return state.notice(why, true, fx),
    };
    destination::set(state, Some(Destination::Day(at)));
    if !shown(state, chat, at, true, fx) && !recall::date(state, chat, at, fx) {
        ask_network(state, chat, at, fx);
    }
}

/// The store has answered.
pub(super) fn stored(state: &mut State, chat: ChatKey, at: Wall, seek: Seek, fx: &mut Effects) {
    if seek == Seek::Date(at) && !shown(state, chat, at, true, fx) {
        ask_network(state, chat, at, fx);
    }
}

/// The network has answered.
pub(super) fn came(state: &mut State, chat: ChatKey, at: Wall, page: Page, became: Became, fx: &mut Effects) {
    let Some(own) = page_of(state, chat, at) else { return };
    match became {
        Became::Here if page == own => shown_or_near(state, chat, at, true, fx),
        // Who refused has said why.
        Became::Refused(true) if page == own => destination::set(state, None),
        _ if page == own => shown_or_near(state, chat, at, false, fx),
        // Another one was under way. The store comes first.
        _ if Edge::of(page).0 == Edge::of(own).0 && !recall::is_looking_for(state, chat, Seek::Date(at)) => {
            ask_network(state, chat, at, fx);
        }
        _ => {}
    }
}

/// The page of the network that begins with a day, where it can be asked for one.
fn page_of(state: &State, chat: ChatKey, at: Wall) -> Option<Page> {
    let caps = state.core.account(chat.account).map(|account| &account.caps)?;
    let dated = caps.dated_ids.map(|ids| Page::After(ids.before(at)));
    dated.or_else(|| caps.dates.then_some(Page::At(at)))
}

fn ask_network(state: &mut State, chat: ChatKey, at: Wall, fx: &mut Effects) {
    let Some(page) = page_of(state, chat, at).filter(|_| can_ask(state, chat)) else {
        return shown_or_near(state, chat, at, false, fx);
    };
    let edge = Edge::of(page).0;
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.loosen(chat.chat, edge);
    }
    history::ask_network(state, chat, page, Priority::User, fx);
    if !destination::is_asked(state, chat, edge) {
        shown_or_near(state, chat, at, false, fx);
    }
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
        Some((key, sure)) if sure || !surely => destination::arrive(state, key, Arrival::Noting),
        // Nothing was written since.
        None if timeline.is_loaded() && !timeline.gap_after() => {
            trail::leave(state);
            if let Some(front) = &mut state.front {
                open::to_bottom(&mut front.pane);
            }
            state.notice("Nothing was written since then", false, fx);
        }
        _ => return false,
    }
    destination::set(state, None);
    state.touch();
    true
}

/// Nobody can say more: what is nearest is shown. `answered`: the network has told what it has.
fn shown_or_near(state: &mut State, chat: ChatKey, at: Wall, answered: bool, fx: &mut Effects) {
    if shown(state, chat, at, true, fx) {
        return;
    }
    // The page of the network begins with the day.
    let near = shown(state, chat, at, false, fx);
    destination::set(state, None);
    let sentence = match near {
        true if answered => return,
        true => "Messages may be missing between that day and this one",
        false if answered => "Nothing was written since then",
        false => "Nothing of that day is here",
    };
    state.notice(sentence, true, fx);
}
