//! What is in memory and was told before something may have been missed: it may have been changed or deleted since, and its reactions with it. Pages
//! confirm it, one after the other, the one that shows first.

use super::{Entry, Timeline};
use crate::domain::message::MessageKey;
use crate::domain::request::Page;

impl Timeline {
    /// Whether anything in memory waits to be confirmed.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// The page that confirms what shows from `first` to `last`, or else the newest that is not confirmed and lies before no hole; whether it shows.
    #[must_use]
    pub fn to_confirm(&self, shown: Option<(MessageKey, MessageKey)>) -> Option<(Page, bool)> {
        if !self.doubtful {
            return None;
        }
        if let Some((first, last)) = shown {
            let (from, to) = (self.index_near(first), self.index_near(last).saturating_add(1).min(self.len()));
            if let Some(at) = (from..to).rev().find(|at| self.doubts(*at)) {
                return Some((self.page_for(at)?, true));
            }
        }
        // Behind a hole it is not looked for: where it is shown, it will be.
        let mut at = self.len();
        while at > 0 {
            at -= 1;
            if self.doubts(at) {
                return Some((self.page_for(at)?, false));
            }
            if self.entries.get(at).is_none_or(|entry| entry.gap_before) {
                return None;
            }
        }
        None
    }

    /// The page that tells of the entry at an index.
    fn page_for(&self, at: usize) -> Option<Page> {
        match self.entries.get(at + 1) {
            None => Some(Page::Latest),
            Some(next) if !next.gap_before => Some(Page::Before(next.message.key)),
            Some(_) => self.entries.get(at).map(|entry| Page::Around(entry.message.key.id)),
        }
    }

    fn doubts(&self, at: usize) -> bool {
        // What came from the store was told in no connection of this run.
        self.entries.get(at).is_some_and(|entry| entry.stamp.min(entry.reacted) < (self.stale_at * 2).max(1))
    }

    /// After a page: whether anything is left to be confirmed.
    pub(super) fn recount_doubts(&mut self) {
        self.doubtful = self.doubtful && (0..self.entries.len()).any(|at| self.doubts(at));
    }
}

impl Entry {
    /// When anything was told of it last, which shows that it is there.
    pub(super) fn told(&self) -> u64 {
        self.stamp.max(self.reacted)
    }
}
