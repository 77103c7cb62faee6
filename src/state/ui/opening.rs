//! Opening what is closed in the messages, and closing it again.

use super::message::{message, target};
use crate::domain::parts::spoilers;
use crate::state::front::{Anchor, ScrollIntent, Target};
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

/// The next hidden stretch of the message pointed at shows; when all do, they are hidden again.
pub(super) fn reveal(state: &mut State, fx: &mut Effects) {
    let Some((_, message)) = message(state) else {
        return state.notice("There is no message here", false, fx);
    };
    let hidden = spoilers(&message.body).count();
    if hidden == 0 {
        return state.notice("Nothing is hidden in this message", false, fx);
    }
    let target = Target::Message(message.key);
    let Some(front) = &mut state.front else { return };
    let opened = &mut front.pane.opened;
    match (0..u16::try_from(hidden).unwrap_or(u16::MAX)).find(|number| !opened.is_revealed(target, *number)) {
        Some(next) => opened.reveal(target, next, &message.body),
        None => opened.hide(target),
    }
    state.touch();
}
