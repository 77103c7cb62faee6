//! What the layout told: where the view stands. What follows from it is decided here, never while drawing.

use super::message;
use crate::domain::{Page, Priority};
use crate::state::front::{Anchor, PaneId, Region, Visible};
use crate::state::{Effects, State, history, quotes};

/// The pane was laid out. Asks for no frame by itself.
pub(in crate::state) fn take(state: &mut State, pane: PaneId, visible: Visible, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if pane != front.pane.id || visible.chat != front.pane.chat {
        return;
    }
    let Some(chat) = visible.chat else {
        front.pane.visible = Some(visible);
        return;
    };
    if visible.intent_number == front.pane.intent_number {
        front.pane.intent = None;
        front.pane.anchor = visible.anchor;
    }
    if front.pane.anchor == Anchor::Bottom && front.pane.new_below > 0 {
        front.pane.new_below = 0;
        state.revision += 1;
    }
    let (before, after) = (visible.wants_before, visible.wants_after);
    let loaded = history::timeline_of(&state.core.accounts, chat).is_some_and(crate::domain::Timeline::is_loaded);
    if loaded {
        quotes::ask(state, chat, &visible, fx);
    }
    if let Some(front) = &mut state.front {
        front.pane.visible = Some(visible);
        history::keep_valid(front, &state.core.accounts, chat);
    }
    if !loaded {
        history::fetch(state, chat, Page::Latest, Priority::User, fx);
        return;
    }
    // Somebody went to the messages before there were any.
    let waits =
        state.front.as_ref().is_some_and(|front| front.region == Region::Messages && front.pane.cursor.is_none());
    if waits && message::target(state).is_some() {
        message::focus(state);
    }
    if let Some(key) = before {
        history::fetch(state, chat, Page::Before(key), Priority::Visible, fx);
    }
    // What was missed waits until somebody reads here, where asking for it marks it read.
    let waits = state.front.as_ref().is_some_and(|front| front.pane.catch_up);
    if let Some(key) = after.filter(|_| !waits) {
        let newest = history::timeline_of(&state.core.accounts, chat).and_then(crate::domain::Timeline::last);
        // After the newest in memory, the newest page is what the reader waits for; holes are filled from both sides.
        let at_end = newest.is_some_and(|entry| entry.message.key == key);
        let pinned = state.front.as_ref().is_some_and(|front| front.pane.anchor != Anchor::Bottom);
        let page = if at_end && !pinned { Page::Latest } else { Page::After(key) };
        history::fetch(state, chat, page, Priority::Visible, fx);
    }
    history::confirm(state, fx);
}
