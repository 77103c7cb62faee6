//! What the reader opened in the chat that shows. It is forgotten with the chat.

use super::front::Target;
use std::collections::VecDeque;

/// Most that are remembered of one kind; what was opened first is closed first.
const MOST: usize = 256;

/// What the reader opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    unfolded: VecDeque<Target>,
    revealed: VecDeque<(Target, u16)>,
}

impl Opened {
    /// Whether a long message shows whole.
    #[must_use]
    pub fn is_unfolded(&self, target: Target) -> bool {
        self.unfolded.contains(&target)
    }

    /// Whether a hidden stretch of a message shows, by its number in [`crate::domain::parts::spoilers`].
    #[must_use]
    pub fn is_revealed(&self, target: Target, spoiler: u16) -> bool {
        self.revealed.contains(&(target, spoiler))
    }

    /// The hidden stretches of a message that show.
    pub fn revealed(&self, target: Target) -> impl Iterator<Item = u16> {
        self.revealed.iter().filter(move |(of, _)| *of == target).map(|(_, spoiler)| *spoiler)
    }

    /// Shows a hidden stretch, or hides it again.
    pub(super) fn reveal(&mut self, target: Target, spoiler: u16) {
        toggle(&mut self.revealed, (target, spoiler));
    }

    /// Hides all of a message again.
    pub(super) fn hide(&mut self, target: Target) {
        self.revealed.retain(|(of, _)| *of != target);
    }

    /// Shows a long message whole, or its beginning again. Returns whether it shows whole now.
    pub(super) fn unfold(&mut self, target: Target) -> bool {
        toggle(&mut self.unfolded, target)
    }
}

/// Opens what is closed and closes what is open. Returns whether it is open now.
fn toggle<T: PartialEq>(open: &mut VecDeque<T>, one: T) -> bool {
    if let Some(at) = open.iter().position(|other| *other == one) {
        open.remove(at);
        return false;
    }
    open.push_back(one);
    if open.len() > MOST {
        open.pop_front();
    }
    true
}
