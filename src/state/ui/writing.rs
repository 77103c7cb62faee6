//! What is done with what is being written, one line each; how is next door.

use super::{arguments, changing, complete, compose, editor, history_of, paste, say, typed};
use crate::state::State;
use crate::state::action::{ComposeAction, TextEdit};
use crate::state::effect::Effects;
use std::sync::Arc;

/// The user wants something with what is being written.
pub(super) fn wanted(state: &mut State, action: ComposeAction, fx: &mut Effects) {
    let on_top = state.front.as_ref().is_some_and(|front| !front.overlays.is_empty());
    match action {
        ComposeAction::EditLast => changing::edit_last(state, fx),
        ComposeAction::EditInEditor if on_top => {}
        ComposeAction::EditInEditor => editor::begin(state, fx),
        ComposeAction::TogglePing => compose::toggle_ping(state, fx),
        ComposeAction::SendVerbatim if on_top => {}
        ComposeAction::SendVerbatim => compose::send(state, true, fx),
        ComposeAction::TogglePreviews => compose::toggle_previews(state, fx),
        ComposeAction::Complete => _ = complete::accept(state, None, fx),
        ComposeAction::Server(line) => arguments::wanted(state, &line, fx),
        ComposeAction::PutPaste(how) => paste::put(state, how, fx),
        ComposeAction::Me(text) => say::here(state, typed::done_by_me(&text), fx),
        ComposeAction::Shrug(text) => say::shrug(state, &text, fx),
        ComposeAction::Msg(chat, text) => say::to(state, &chat, text, fx),
        ComposeAction::HistoryPrevious => history_of::step(state, true),
        ComposeAction::HistoryNext => history_of::step(state, false),
        ComposeAction::History if state.settings.vi && commands(state) => compose::edit(state, TextEdit::Redo, fx),
        ComposeAction::History => history_of::show(state),
        ComposeAction::ViKeys => {
            let mut settings = (*state.settings).clone();
            settings.vi ^= true;
            let sentence =
                if settings.vi { "Keys as in vi while writing" } else { "Keys as in readline while writing" };
            state.settings = Arc::new(settings);
            state.notice(sentence, false, fx);
        }
        ComposeAction::Recall(text) => history_of::recall(state, &text),
    }
}

/// Whether letters are commands, with keys as in vi.
fn commands(state: &State) -> bool {
    state.front.as_ref().is_some_and(|front| front.pane.writing.vi.commands())
}
