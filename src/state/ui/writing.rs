//! What is done with what is being written, one line each; how is next door.

use super::{changing, compose, editor, history_of};
use crate::state::State;
use crate::state::action::ComposeAction;
use crate::state::effect::Effects;

/// The user wants something with what is being written.
pub(super) fn wanted(state: &mut State, action: ComposeAction, fx: &mut Effects) {
    let on_top = state.front.as_ref().is_some_and(|front| !front.overlays.is_empty());
    match action {
        ComposeAction::EditLast => changing::edit_last(state, fx),
        ComposeAction::EditInEditor if on_top => {}
        ComposeAction::EditInEditor => editor::begin(state, fx),
        ComposeAction::TogglePing => compose::toggle_ping(state, fx),
        ComposeAction::HistoryPrevious => history_of::step(state, true),
        ComposeAction::HistoryNext => history_of::step(state, false),
        ComposeAction::History => history_of::show(state),
        ComposeAction::Recall(text) => history_of::recall(state, &text),
    }
}
