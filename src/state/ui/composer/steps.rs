//! What was done to a text, to be taken back and made again.

use std::collections::VecDeque;
use std::ops::Range;

/// Most steps that can be taken back.
const MOST: usize = 1_000;
/// Most bytes that they may take; the oldest go first.
const BYTES: usize = 2 * 1024 * 1024;

/// A place where something was taken out and something put in.
#[derive(Clone, Debug)]
struct Change {
    at: usize,
    out: String,
    put: String,
}

/// What is taken back at once.
#[derive(Clone, Debug)]
struct Step {
    changes: Vec<Change>,
    /// Made of letters typed one after the other.
    typed: bool,
}

impl Step {
    fn bytes(&self) -> usize {
        self.changes.iter().map(|change| change.out.len() + change.put.len()).sum()
    }
}

/// What was done, and what was taken back of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    bytes: usize,
    /// Changes belong to the step before until this many groups are over.
    groups: u32,
    /// The group has its step.
    grouped: bool,
    /// The next letter begins a step of its own.
    broken: bool,
}

impl Steps {
    /// All that follows until [`Steps::end`] is one step.
    pub(super) fn begin(&mut self) {
        self.groups += 1;
        self.grouped &= self.groups > 1;
    }

    pub(super) fn end(&mut self) {
        self.groups = self.groups.saturating_sub(1);
        self.broken = true;
    }

    /// What is typed from now on is not taken back together with what was typed before.
    pub(super) fn cut(&mut self) {
        self.broken = true;
    }

    /// Something was put in the place of something else. `typed`: as one letter by itself.
    pub(super) fn note(&mut self, at: usize, out: &str, put: &str, typed: bool) {
        self.undone.clear();
        self.bytes += out.len() + put.len();
        let joins = typed && !self.broken && self.groups == 0;
        self.broken = false;
        let last = self.done.back_mut();
        match last {
            Some(step) if joins && step.typed && step.continues(at, put) => step.extend(put),
            Some(step) if self.groups > 0 && self.grouped => {
                step.changes.push(Change { at, out: out.to_owned(), put: put.to_owned() });
            }
            _ => {
                let changes = vec![Change { at, out: out.to_owned(), put: put.to_owned() }];
                self.done.push_back(Step { changes, typed: typed && self.groups == 0 });
                self.grouped = self.groups > 0;
            }
        }
        while self.done.len() > MOST || (self.bytes > BYTES && self.done.len() > 1) {
            let gone = self.done.pop_front().map_or(0, |step| step.bytes());
            self.bytes = self.bytes.saturating_sub(gone);
        }
    }

    /// Takes the last step back. Returns where the cursor is then: behind what came back.
    pub(super) fn undo(&mut self, text: &mut String) -> Option<usize> {
        let step = self.done.pop_back()?;
        self.bytes = self.bytes.saturating_sub(step.bytes());
        for change in step.changes.iter().rev() {
            replace(text, change.at..change.at + change.put.len(), &change.out);
        }
        let cursor = step.changes.first().map(|change| change.at + change.out.len());
        self.undone.push(step);
        self.broken = true;
        cursor
    }

    /// Makes it again. Returns where the cursor is then.
    pub(super) fn redo(&mut self, text: &mut String) -> Option<usize> {
        let step = self.undone.pop()?;
        for change in &step.changes {
            replace(text, change.at..change.at + change.out.len(), &change.put);
        }
        self.bytes += step.bytes();
        let cursor = step.changes.last().map(|change| change.at + change.put.len());
        self.done.push_back(step);
        self.broken = true;
        cursor
    }
}

impl Step {
    /// Whether a letter goes on with the word that this step is of.
    fn continues(&self, at: usize, put: &str) -> bool {
        let Some(change) = self.changes.last() else { return false };
        let blank = |text: &str| text.chars().next_back().is_none_or(char::is_whitespace);
        at == change.at + change.put.len() && change.out.is_empty() && (!blank(&change.put) || blank(put))
    }

    fn extend(&mut self, put: &str) {
        if let Some(change) = self.changes.last_mut() {
            change.put.push_str(put);
        }
    }
}

/// The same as the standard library's, for any range.
fn replace(text: &mut String, range: Range<usize>, put: &str) {
    if text.get(range.clone()).is_some() {
        text.replace_range(range, put);
    }
}
