//! What was cut, the newest first, for yank and yank-pop.

use std::collections::VecDeque;
use std::ops::Range;

/// Most texts that are kept.
const MOST: usize = 16;

/// What was done last, as far as it matters for what comes next.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
enum Last {
    #[default]
    Other,
    /// Something was cut: what is cut next belongs to it.
    Cut,
    /// This was put back, of what stands so far down.
    Put(Range<usize>, usize),
}

/// Texts that were cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring {
    texts: VecDeque<String>,
    last: Last,
}

impl Ring {
    /// Takes in what was cut. What is cut in a row is one text; `before`: it stood before what was cut until now.
    pub(super) fn cut(&mut self, text: &str, before: bool) {
        match self.texts.front_mut() {
            Some(known) if self.last == Last::Cut && before => known.insert_str(0, text),
            Some(known) if self.last == Last::Cut => known.push_str(text),
            _ => self.push(text),
        }
        self.last = Last::Cut;
    }

    /// Takes in a text by itself.
    pub(super) fn push(&mut self, text: &str) {
        self.texts.push_front(text.to_owned());
        self.texts.truncate(MOST);
        self.last = Last::Other;
    }

    /// Something else was done.
    pub(super) fn rest(&mut self) {
        self.last = Last::Other;
    }

    /// The text that was cut last.
    pub(super) fn first(&self) -> Option<&String> {
        self.texts.front()
    }

    /// That text stands there now.
    pub(super) fn put(&mut self, place: Range<usize>) {
        self.last = Last::Put(place, 0);
    }

    /// What stands where something was put back, and what was cut before that.
    pub(super) fn next(&self) -> Option<(Range<usize>, &str, usize)> {
        let Last::Put(place, at) = &self.last else { return None };
        let next = (at + 1) % self.texts.len().max(1);
        Some((place.clone(), self.texts.get(next)?, next))
    }

    /// That stands there now.
    pub(super) fn turned(&mut self, place: Range<usize>, at: usize) {
        self.last = Last::Put(place, at);
    }

    /// The same texts, as for a text of which nothing was done yet.
    pub(super) fn rested(&self) -> Self {
        Self { texts: self.texts.clone(), last: Last::Other }
    }
}
