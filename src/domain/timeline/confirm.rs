//! What is in memory and was told before something may have been missed: it may have been changed or deleted since, and its reactions with it. Pages
//! confirm it, one after the other, the one that shows first.

use super::{Entry, Timeline};
use crate::domain::id::MessageId;
use crate::domain::message::MessageKey;
use crate::domain::request::Page;

impl Timeline {
    /// Whether anything in memory waits to be confirmed.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether a message is in memory and waits to be confirmed.
    #[must_use]
    pub fn is_in_doubt(&self, message: MessageId) -> bool {
        self.key_of(message).and_then(|key| self.index_of(key)).is_some_and(|at| self.doubts(at))
    }

    /// The page that confirms what shows from `first` to `last`, or else the newest that is not confirmed and lies before no hole; whether it shows.
    /// `may_ask`: of pages that cannot be had, the next one is taken.
    #[must_use]
    pub fn to_confirm(
        &self,
        shown: Option<(MessageKey, MessageKey)>,
        may_ask: impl Fn(Page) -> bool,
    ) -> Option<(Page, bool)> {
        if !self.doubtful {
            return None;
        }
        let page = |at: usize| self.doubts(at).then(|| self.page_for(at))?.filter(|page| may_ask(*page));
        if let Some((first, last)) = shown {
            let (from, to) = (self.index_near(first), self.index_near(last).saturating_add(1).min(self.len()));
            if let Some(page) = (from..to).rev().find_map(page) {
                return Some((page, true));
            }
        }
        // Behind a hole it is not looked for: where it is shown, it will be.
        let begins = (0..self.len()).rev().find(|&at| self.entries.get(at).is_none_or(|entry| entry.gap_before));
        let page = (begins.unwrap_or(0)..self.len()).rev().find_map(page)?;
        Some((page, false))
    }

    /// The page that tells of the entry at an index.
    fn page_for(&self, at: usize) -> Option<Page> {
        match self.entries.get(at + 1) {
            None if !self.newer => Some(Page::Latest),
            Some(next) if !next.gap_before => Some(Page::Before(next.message.key)),
            _ => self.entries.get(at).map(|entry| Page::Around(entry.message.key.id)),
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
