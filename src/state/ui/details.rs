//! Everything that is known of a message: ids, times, who wrote it, who reacted.

use crate::domain::{ChatKey, MessageId};
use crate::state::State;
use crate::state::front::Overlay;

/// Most rows that it scrolls; how many there are only the layout knows.
const ROWS: usize = 2_000;

/// What is known of a message, on top of the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Details {
    /// In which chat.
    pub chat: ChatKey,
    /// Which message.
    pub message: MessageId,
    /// First row that shows.
    pub scroll: usize,
}

impl Details {
    /// It scrolls.
    pub(super) fn step(&mut self, by: i32) {
        self.scroll = self.scroll.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(ROWS);
    }
}

/// Shows what is known of a message.
pub(super) fn show(state: &mut State, chat: ChatKey, message: MessageId) {
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Details(Details { chat, message, scroll: 0 }));
    }
    state.touch();
}
