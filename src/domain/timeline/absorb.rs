//! Taking in a page of history.
//!
//! A page covers a stretch of the chat: from its first message, or from the start, or from the key it was asked to come after; to its last one, or
//! to the end, or to the key it was asked to come before. Inside there is no hole, and what is in memory there but not in the page is gone, unless
//! something newer was told of it.

use super::{Absorbed, FetchNumber, Timeline, is_another, merged};
use crate::domain::message::{Message, MessageKey};
use crate::domain::request::Page;
use std::sync::Arc;

/// What a page covers: entries from index `from` up to, not including, index `to`.
struct Cover {
    from: usize,
    to: usize,
}

impl Timeline {
    /// Takes in the page that was asked for with `fetch`, in any order, and closes the fetch. `reached_start`: nothing is older than the page;
    /// `reached_end`: nothing is newer.
    pub fn absorb(
        &mut self,
        fetch: FetchNumber,
        page: Page,
        mut messages: Vec<Arc<Message>>,
        reached_start: bool,
        reached_end: bool,
    ) -> Absorbed {
        if !self.open.contains(&fetch.0) || fetch.0 <= self.blind {
            self.close_fetch(fetch);
            return Absorbed { void: true, ..Absorbed::default() };
        }
        messages.retain(|message| match page {
            Page::Before(key) => message.key < key,
            Page::After(key) => message.key > key,
            Page::Latest | Page::Around(_) | Page::At(_) => true,
        });
        messages.sort_by_key(|message| message.key);
        messages.dedup_by_key(|message| message.key.id);

        // An empty page on one side of a key means that nothing is there.
        let empty = messages.is_empty();
        // What was asked for before an end was cut off, or something was missed, says nothing about the ends.
        let at_start = fetch.0 > self.cut_at
            && match page {
                Page::After(_) => false,
                Page::Before(_) | Page::Latest => reached_start || empty,
                Page::Around(_) | Page::At(_) => reached_start && !empty,
            };
        let at_end = fetch.0 > self.stale_at.max(self.cut_at)
            && match page {
                Page::Before(_) => false,
                Page::Latest => true,
                // Nothing after a message that has gone since says nothing about what lies before it.
                Page::After(key) => reached_end && !empty || empty && self.index_of(key).is_some(),
                Page::Around(_) | Page::At(_) => reached_end && !empty,
            };
        let before = (self.start_known, self.end_known, self.loaded, self.revisions, self.holes());
        self.loaded |= !(empty && matches!(page, Page::Around(_) | Page::At(_)));
        let removed = self.drop_missing(fetch, page, &messages, (at_start, at_end));
        let ends = messages.first().zip(messages.last()).map(|(first, last)| (first.key, last.key));
        let mut added = 0;
        for message in messages {
            added += usize::from(self.place(message, fetch));
        }
        if let Some(cover) = self.cover(page, ends, at_start, at_end) {
            self.mend(page, &cover, at_start, at_end);
        }
        self.close_fetch(fetch);
        self.recount_doubts();
        let after = (self.start_known, self.end_known, self.loaded, self.revisions, self.holes());
        Absorbed { added, changed: added > 0 || removed > 0 || before != after, void: false }
    }

    pub(super) fn holes(&self) -> usize {
        self.entries.iter().filter(|entry| entry.gap_before).count()
    }

    /// Removes what the page shows to be gone, beyond its first message, too, where it reaches the start. Beyond the last message of a page that reaches
    /// the end, only what was told before something may have been missed: a server may be slow to list what it has already told.
    fn drop_missing(
        &mut self,
        fetch: FetchNumber,
        page: Page,
        messages: &[Arc<Message>],
        (at_start, at_end): (bool, bool),
    ) -> usize {
        let stamp = fetch.0 * 2;
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            let (to, limit) = match page {
                Page::Latest if at_end => (self.entries.len(), stamp.min(self.stale_at * 2)),
                Page::Before(key) if at_start => (self.index_near(key), stamp),
                _ => (0, 0),
            };
            let gone: Vec<usize> =
                (0..to).filter(|&index| self.entries.get(index).is_some_and(|entry| entry.told() < limit)).collect();
            return self.remove_all(&gone);
        };
        let from = match page {
            _ if at_start => 0,
            Page::After(key) => self.index_of(key).map_or_else(|| self.index_near(first.key), |index| index + 1),
            _ => self.index_near(first.key),
        };
        let to = match page {
            Page::Before(key) => self.index_near(key),
            _ if at_end => self.entries.len(),
            _ => self.index_of(last.key).map_or_else(|| self.index_near(last.key), |index| index + 1),
        };
        let gone: Vec<usize> = (from..to)
            .filter(|&index| {
                self.entries.get(index).is_some_and(|entry| {
                    let key = entry.message.key;
                    let limit = if key > last.key && at_end { stamp.min(self.stale_at * 2) } else { stamp };
                    entry.told() < limit && messages.binary_search_by_key(&key, |message| message.key).is_err()
                })
            })
            .collect();
        self.remove_all(&gone)
    }

    fn remove_all(&mut self, ascending: &[usize]) -> usize {
        for &index in ascending.iter().rev() {
            self.remove_at(index);
        }
        ascending.len()
    }

    /// Puts a message of a page where it belongs, or refreshes the one that is there, unless something newer was told. Returns whether it is new.
    fn place(&mut self, message: Arc<Message>, fetch: FetchNumber) -> bool {
        let id = message.key.id;
        if self.graves.get(&id).is_some_and(|&at| at >= fetch.0) {
            return false;
        }
        let stamp = fetch.0 * 2;
        let message = if self.late.is_empty() { message } else { self.newer(message, fetch.0) };
        let known = self.by_id.get(&id).and_then(|&key| self.index_of(key));
        let older = |entry: &&super::Entry| entry.stamp < stamp && is_another(&message, &entry.message);
        let lost = known.and_then(|index| self.entries.get(index)).is_some_and(|entry| older(&entry));
        if lost {
            self.let_another(id);
        } else if let Some(index) = known {
            let Some(entry) = self.entries.get_mut(index).filter(|entry| entry.stamp.min(entry.reacted) < stamp) else {
                return false;
            };
            let (whole, reactions) = (entry.stamp < stamp, entry.reacted < stamp);
            let told = if whole {
                merged(&message, &entry.message, reactions)
            } else {
                let mut told = Arc::clone(&entry.message);
                Arc::make_mut(&mut told).reactions.clone_from(&message.reactions);
                told
            };
            (entry.stamp, entry.reacted) = (entry.stamp.max(stamp), entry.reacted.max(stamp));
            if entry.message != told {
                entry.message = told;
                self.revisions = self.revisions.wrapping_add(1);
                entry.revision = self.revisions;
            }
            return false;
        }
        let revision = self.next_revision();
        self.insert(message, stamp, revision);
        true
    }

    /// Which entries the page covers; `None` if it says nothing.
    fn cover(&self, page: Page, ends: Option<(MessageKey, MessageKey)>, at_start: bool, at_end: bool) -> Option<Cover> {
        let after = |key| self.index_of(key).map_or_else(|| self.index_near(key), |index| index + 1);
        let from = match page {
            _ if at_start => 0,
            Page::After(key) => after(key),
            _ => self.index_near(ends?.0),
        };
        let to = match page {
            _ if at_end => self.entries.len(),
            Page::Before(key) => self.index_near(key),
            _ => after(ends?.1),
        };
        Some(Cover { from, to })
    }

    /// No holes inside what is covered, and none where it joins the key that it was asked for by.
    fn mend(&mut self, page: Page, cover: &Cover, at_start: bool, at_end: bool) {
        for index in cover.from + 1..cover.to {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.gap_before = false;
            }
        }
        if let Page::After(key) = page
            && cover.from > 0
            && self.entries.get(cover.from - 1).is_some_and(|entry| entry.message.key == key)
            && cover.from < cover.to
            && let Some(entry) = self.entries.get_mut(cover.from)
        {
            entry.gap_before = false;
        }
        let joins = matches!(page, Page::Before(key) if self.entries.get(cover.to).is_some_and(|entry| entry.message.key == key));
        // Entries may have been trimmed while the page was under way: the start is theirs only if the page reaches the first of them.
        let first_reached = cover.to > 0 || joins || self.entries.is_empty();
        if joins
            && (cover.from < cover.to || at_start)
            && let Some(entry) = self.entries.get_mut(cover.to)
        {
            entry.gap_before = false;
        }
        if at_start && first_reached {
            self.start_known = true;
            if let Some(first) = self.entries.front_mut() {
                first.gap_before = false;
            }
        } else if let Some(first) = self.entries.front() {
            self.start_known = !first.gap_before;
        }
        if at_end {
            self.end_known = true;
            self.newer = false;
        }
    }
}
