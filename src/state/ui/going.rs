//! Going to places in chats, one line each; how is next door.

use super::picker::{Beside, PickItem, Picker};
use super::{dates, first_unread, mentions, shared, trail};
use crate::state::action::{Action, Going, find, parse};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PickKind};
use crate::state::{State, offered};

/// The user wants to go somewhere.
pub(super) fn wanted(state: &mut State, to: Going, fx: &mut Effects) {
    match to {
        Going::Use => return shared::use_it(state, fx),
        Going::Further => return shared::further(state, fx),
        Going::LetGo(chat, message) => return shared::let_go(state, chat, message, fx),
        _ if !is_free(state) => return,
        _ => {}
    }
    match to {
        Going::Date(day) => dates::go(state, &day, fx),
        Going::Find(words) => super::find::wanted(state, &words, fx),
        Going::Found { older } => super::find::step(state, older, fx),
        Going::Back => trail::go(state, true, fx),
        Going::On => trail::go(state, false, fx),
        Going::Unread => first_unread::go(state, fx),
        Going::Mention => mentions::go(state, fx),
        Going::Listed(what) => shared::list(state, what, fx),
        Going::Message(chat, message) => trail::visit(state, chat, message, fx),
        Going::Choose => choose(state),
        // Dealt with above: they go nowhere.
        Going::Use | Going::Further | Going::LetGo(..) => {}
    }
}

/// Whoever goes elsewhere has done with what was only looked at on top. Nobody goes elsewhere from under a form or a question.
fn is_free(state: &mut State) -> bool {
    let Some(front) = &mut state.front else { return true };
    let looks = |overlay: &mut Overlay| match overlay {
        Overlay::Pick(_) | Overlay::Help { .. } | Overlay::Details(_) | Overlay::Members | Overlay::Person(_) => true,
        Overlay::Accounts(_) | Overlay::Downloads(_) => true,
        Overlay::Question(_) | Overlay::Form(_) | Overlay::Note(_) | Overlay::Waiting(_) => false,
    };
    while front.overlays.pop_if(looks).is_some() {
        state.revision += 1;
    }
    front.overlays.is_empty()
}

/// The places to go to, by the names of the actions that go there, those that are wanted most first.
const PLACES: &[&str] = &[
    "jump",
    "next-unread",
    "go-back",
    "go-on",
    "go-to-unread",
    "go-to-mention",
    "go-to-replied",
    "find",
    "date",
    "pins",
    "files",
    "links",
    "scroll-start",
    "scroll-end",
];

/// Shows where one can go, with the keys for it.
fn choose(state: &mut State) {
    let item = |name: &&'static str| {
        let info = find(name).filter(|info| offered::is_known(state, info))?;
        let action: Action = parse(name).ok()?;
        let beside = Beside { named: Some(info.name), ..Beside::default() };
        Some(PickItem { beside, ..PickItem::plain(info.help.to_owned(), String::new(), action) })
    };
    let items = PLACES.iter().filter_map(item).collect();
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::pick(PickKind::Go, Picker::new(items, "")));
    }
    state.touch();
}
