//! What the reader opened in the chat that shows. It is forgotten with the chat.

use super::front::Target;
use super::{State, history};
use crate::domain::RichText;
use crate::domain::parts::spoilers;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most that are remembered of one kind; what was opened first is closed first.
const MOST: usize = 256;

/// What the reader opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    unfolded: VecDeque<Target>,
    revealed: VecDeque<Revealed>,
}

/// A hidden stretch that shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Revealed {
    target: Target,
    spoiler: u16,
    /// What was hidden in the message when it was opened, as a number.
    hidden: u64,
    /// The revision of the message that this was compared with last.
    revision: Option<u32>,
}

/// All that is hidden in a text, as a number.
fn hidden(text: &RichText) -> u64 {
    let mut hasher = DefaultHasher::new();
    spoilers(text).for_each(|part| text.text.get(part).hash(&mut hasher));
    hasher.finish()
}

/// What was opened of messages that hide something else since is closed.
pub(super) fn keep(state: &mut State) {
    let Some(front) = state.front.as_mut().filter(|front| !front.pane.opened.revealed.is_empty()) else { return };
    let Some(chat) = front.pane.chat else { return };
    let Some(timeline) = history::timeline_of(&state.core.accounts, chat) else { return };
    front.pane.opened.revealed.retain_mut(|revealed| {
        let Target::Message(key) = revealed.target else { return true };
        let Some(entry) = timeline.index_of(key).and_then(|at| timeline.get(at)) else { return true };
        let known = revealed.revision == Some(entry.revision);
        revealed.revision = Some(entry.revision);
        known || hidden(&entry.message.body) == revealed.hidden
    });
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
        self.revealed.iter().any(|one| (one.target, one.spoiler) == (target, spoiler))
    }

    /// The hidden stretches of a message that show.
    pub fn revealed(&self, target: Target) -> impl Iterator<Item = u16> {
        self.revealed.iter().filter(move |one| one.target == target).map(|one| one.spoiler)
    }

    /// Shows a hidden stretch of a message that says this, or hides it again.
    pub(super) fn reveal(&mut self, target: Target, spoiler: u16, says: &RichText) {
        let is_it = |one: &Revealed| (one.target, one.spoiler) == (target, spoiler);
        toggle(&mut self.revealed, Revealed { target, spoiler, hidden: hidden(says), revision: None }, is_it);
    }

    /// Hides all of a message again.
    pub(super) fn hide(&mut self, target: Target) {
        self.revealed.retain(|one| one.target != target);
    }

    /// Shows a long message whole, or its beginning again. Returns whether it shows whole now.
    pub(super) fn unfold(&mut self, target: Target) -> bool {
        toggle(&mut self.unfolded, target, |one| *one == target)
    }
}

/// Opens what is closed and closes what is open. Returns whether it is open now.
fn toggle<T>(open: &mut VecDeque<T>, one: T, is_it: impl Fn(&T) -> bool) -> bool {
    if let Some(at) = open.iter().position(is_it) {
        open.remove(at);
        return false;
    }
    open.push_back(one);
    if open.len() > MOST {
        open.pop_front();
    }
    true
}
