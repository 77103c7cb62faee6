//! Opening what is closed in the messages, and closing it again.

use super::message::target;
use crate::state::front::{Anchor, ScrollIntent};
use crate::state::{Effects, State};

/// The message pointed at shows whole, or its beginning again.
pub(super) fn unfold(state: &mut State, fx: &mut Effects) {
    let Some((_, target)) = target(state) else {
        return state.notice("There is no message here", false, fx);
    };
    let Some(front) = &mut state.front else { return };
    front.pane.opened.unfold(target);
    // At the end of the chat what becomes longer or shorter would pull the rows away from the reader.
    if front.pane.anchor == Anchor::Bottom {
        front.pane.scroll(ScrollIntent::Show(target));
    }
    state.touch();
}
