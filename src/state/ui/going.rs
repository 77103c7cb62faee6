//! Going to places in chats, one line each; how is next door.

use super::{dates, trail};
use crate::state::State;
use crate::state::action::Going;
use crate::state::effect::Effects;
use crate::state::front::Overlay;

/// The user wants to go somewhere.
pub(super) fn wanted(state: &mut State, to: Going, fx: &mut Effects) {
    if !is_free(state) {
        return;
    }
    match to {
        Going::Date(day) => dates::go(state, &day, fx),
        Going::Back => trail::go(state, true, fx),
        Going::On => trail::go(state, false, fx),
    }
}

/// Whoever goes elsewhere has done with the list on top. Nobody goes elsewhere from under a form or a question.
fn is_free(state: &mut State) -> bool {
    let Some(front) = &mut state.front else { return true };
    while front.overlays.pop_if(|overlay| matches!(overlay, Overlay::Pick(_))).is_some() {
        state.revision += 1;
    }
    front.overlays.is_empty()
}
