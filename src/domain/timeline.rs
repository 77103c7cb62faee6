//! The messages of one chat that are in memory: sorted, without duplicates, with known gaps.
//!
//! Messages stand in one sorted deque. Between two neighbours may lie a gap: messages that exist, or may exist, but were not fetched. The
//! two ends are open until the network says that there is nothing beyond. Everything is found by [`MessageKey`] with a binary search, so that no
//! position has to be kept up to date; the cost of adding at the newest end is constant.
//!
//! A late page never resurrects what was changed or deleted after it was asked for: every fetch is opened with [`Timeline::open_fetch`]
//! and closed with [`Timeline::close_fetch`], and what was deleted while one was open is remembered until the oldest open one is closed.

use super::id::MessageId;
use super::message::{Message, MessageKey, Reaction};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// A message in its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The message.
    pub message: Arc<Message>,
    /// Whether messages may be missing between the one before and this one. For the first entry: whether there is older history.
    pub gap_before: bool,
    /// Grows with each change of the message; a cache of its drawing is valid for one revision.
    pub revision: u32,
    /// The number of the newest fetch opened when it was last told by a push; pages of older fetches do not replace it.
    touched: u64,
}

/// The part of a chat's history that is in memory.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    by_id: HashMap<MessageId, MessageKey>,
    /// Whether messages newer than the last entry may be missing.
    gap_after: bool,
    /// Whether anything was ever fetched; before that, emptiness means nothing.
    loaded: bool,
    /// The beginning of the chat is known to be the first entry, or the chat is known to be empty.
    start_known: bool,
    next_fetch: u64,
    /// Open fetches: number and nothing else. Ordered, so that the oldest is at hand.
    open: BTreeMap<u64, ()>,
    /// Deleted while a fetch was open, with the newest fetch open then.
    deleted: HashMap<MessageId, u64>,
    revisions: u32,
}

/// Number of a fetch under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FetchNumber(u64);

/// How a page lies in the history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageEdges {
    /// The page is known to join whatever lies before it without a hole up to this key.
    pub joins_before: Option<MessageKey>,
    /// The same on the newer side.
    pub joins_after: Option<MessageKey>,
    /// There is nothing older.
    pub reached_start: bool,
    /// There is nothing newer.
    pub reached_end: bool,
}

impl Timeline {
    /// How many messages are in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no message is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a page was ever received, so that emptiness means an empty chat.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether the first message of the chat is in memory, or the chat is empty.
    #[must_use]
    pub fn has_start(&self) -> bool {
        self.loaded && self.start_known
    }

    /// Whether messages newer than the newest in memory may be missing.
    #[must_use]
    pub fn gap_after(&self) -> bool {
        self.gap_after
    }

    /// The entry at an index from the oldest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// The oldest entry.
    #[must_use]
    pub fn first(&self) -> Option<&Entry> {
        self.entries.front()
    }

    /// The newest entry.
    #[must_use]
    pub fn last(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// All entries, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The index of a message.
    #[must_use]
    pub fn index_of(&self, key: MessageKey) -> Option<usize> {
        self.entries.binary_search_by_key(&key, |entry| entry.message.key).ok()
    }

    /// The index of a message, or of the place where it would stand.
    #[must_use]
    pub fn index_near(&self, key: MessageKey) -> usize {
        self.entries.binary_search_by_key(&key, |entry| entry.message.key).unwrap_or_else(|at| at)
    }

    /// The key of a message in memory.
    #[must_use]
    pub fn key_of(&self, id: MessageId) -> Option<MessageKey> {
        self.by_id.get(&id).copied()
    }

    /// A message in memory.
    #[must_use]
    pub fn message(&self, id: MessageId) -> Option<&Arc<Message>> {
        let index = self.index_of(*self.by_id.get(&id)?)?;
        self.entries.get(index).map(|entry| &entry.message)
    }

    /// Opens a fetch; its page is to be handed in with the number.
    pub fn open_fetch(&mut self) -> FetchNumber {
        self.next_fetch += 1;
        self.open.insert(self.next_fetch, ());
        FetchNumber(self.next_fetch)
    }

    /// Closes a fetch that brought nothing, or whose page has been handed in.
    pub fn close_fetch(&mut self, fetch: FetchNumber) {
        self.open.remove(&fetch.0);
        match self.open.keys().next().copied() {
            None => self.deleted.clear(),
            Some(oldest) => self.deleted.retain(|_, at| *at >= oldest),
        }
    }

    /// A message came by a push: the newest of its chat, or one told late. Returns whether it was new.
    pub fn push(&mut self, message: Arc<Message>) -> bool {
        if self.deleted.contains_key(&message.key.id) {
            return false;
        }
        let touched = self.next_fetch;
        let newest = self.entries.back().is_none_or(|last| last.message.key < message.key);
        if !newest {
            return self.place(message, touched, u64::MAX);
        }
        self.revisions = self.revisions.wrapping_add(1);
        // What lies between the newest in memory and this one is missing if the end was open.
        let gap_before = if self.entries.is_empty() { !(self.loaded && self.start_known) } else { self.gap_after };
        self.by_id.insert(message.key.id, message.key);
        self.entries.push_back(Entry { message, gap_before, revision: self.revisions, touched });
        self.gap_after = false;
        true
    }

    /// Replaces a message that is in memory. Returns whether it was. Reactions stay as they were unless `with_reactions`.
    pub fn replace(&mut self, message: &Arc<Message>, with_reactions: bool) -> bool {
        let touched = self.next_fetch;
        let Some(entry) = self.entry_mut(message.key.id) else { return false };
        let old = Arc::clone(&entry.message);
        entry.touched = touched;
        let mut changed = Arc::clone(message);
        if changed.key != old.key
            || !with_reactions && changed.reactions != old.reactions
            || changed.mentions_me != old.mentions_me
        {
            let inner = Arc::make_mut(&mut changed);
            inner.key = old.key;
            inner.mentions_me |= old.mentions_me;
            if !with_reactions {
                inner.reactions.clone_from(&old.reactions);
            }
        }
        entry.message = changed;
        self.bump(message.key.id);
        true
    }

    /// Replaces the reactions to a message. Returns whether it is in memory.
    pub fn set_reactions(&mut self, id: MessageId, reactions: Box<[Reaction]>) -> bool {
        let touched = self.next_fetch;
        let Some(entry) = self.entry_mut(id) else { return false };
        entry.touched = touched;
        Arc::make_mut(&mut entry.message).reactions = reactions;
        self.bump(id);
        true
    }

    /// Removes a message. Returns it if it was in memory.
    pub fn remove(&mut self, id: MessageId) -> Option<Arc<Message>> {
        if !self.open.is_empty() {
            self.deleted.insert(id, self.next_fetch);
        }
        let key = self.by_id.remove(&id)?;
        let index = self.index_of(key)?;
        let entry = self.entries.remove(index)?;
        if entry.gap_before {
            match self.entries.get_mut(index) {
                Some(next) => next.gap_before = true,
                None => self.gap_after = self.gap_after || index > 0,
            }
        }
        Some(entry.message)
    }

    /// Takes in a page of history, oldest first, that was asked for with `fetch`. Returns how many messages were new.
    pub fn absorb(&mut self, fetch: FetchNumber, page: Vec<Arc<Message>>, edges: PageEdges) -> usize {
        self.loaded = true;
        let first = page.first().map(|message| message.key);
        let last = page.last().map(|message| message.key);
        let before = self.entries.len();
        let older_end = self.entries.front().map(|entry| entry.message.key);
        let newer_end = self.entries.back().map(|entry| entry.message.key);
        if let (Some(first), Some(last)) = (first, last) {
            for message in page {
                if self.deleted.get(&message.key.id).is_none_or(|at| *at < fetch.0) {
                    self.place(message, 0, fetch.0);
                }
            }
            self.mend(first, last, edges, older_end, newer_end);
        } else if let Some(key) = edges.joins_after {
            // An empty page before a message: nothing is missing there.
            self.set_gap_before(key, false);
        }
        if first.is_none() && edges.joins_before.is_some() && edges.reached_end {
            self.gap_after = false;
        }
        if edges.reached_start
            && (self.entries.is_empty()
                || first.is_none_or(|first| self.entries.front().is_some_and(|entry| entry.message.key >= first)))
        {
            self.start_known = true;
            if let Some(entry) = self.entries.front_mut() {
                entry.gap_before = false;
            }
        }
        self.entries.len() - before
    }

    /// Says that anything may have been missed since the newest message in memory.
    pub fn mark_stale(&mut self) {
        if self.loaded {
            self.gap_after = true;
        }
    }

    /// Drops the oldest messages down to `keep`, but none at or after `pinned`. Returns how many went.
    pub fn trim(&mut self, keep: usize, pinned: Option<MessageKey>) -> usize {
        let surplus = self.entries.len().saturating_sub(keep);
        let limit = pinned.map_or(surplus, |key| surplus.min(self.index_near(key)));
        for entry in self.entries.drain(..limit) {
            self.by_id.remove(&entry.message.key.id);
        }
        if limit > 0 {
            self.start_known = false;
            if let Some(first) = self.entries.front_mut() {
                first.gap_before = true;
            }
        }
        limit
    }

    fn entry_mut(&mut self, id: MessageId) -> Option<&mut Entry> {
        let index = self.index_of(*self.by_id.get(&id)?)?;
        self.entries.get_mut(index)
    }

    fn bump(&mut self, id: MessageId) {
        self.revisions = self.revisions.wrapping_add(1);
        let revision = self.revisions;
        if let Some(entry) = self.entry_mut(id) {
            entry.revision = revision;
        }
    }

    fn set_gap_before(&mut self, key: MessageKey, gap: bool) {
        if let Some(entry) = self.index_of(key).and_then(|index| self.entries.get_mut(index)) {
            entry.gap_before = gap;
        }
    }

    /// Puts a message where it belongs, or refreshes the one that is there unless something newer than `fetch` touched it.
    fn place(&mut self, message: Arc<Message>, touched: u64, fetch: u64) -> bool {
        self.revisions = self.revisions.wrapping_add(1);
        let revision = self.revisions;
        match self.entries.binary_search_by_key(&message.key, |entry| entry.message.key) {
            Ok(index) => {
                if let Some(entry) = self.entries.get_mut(index)
                    && entry.touched < fetch
                    && entry.message != message
                {
                    entry.message = message;
                    entry.revision = revision;
                    entry.touched = entry.touched.max(touched);
                }
                false
            }
            Err(index) => {
                self.by_id.insert(message.key.id, message.key);
                // The hole it falls into, if any, is now on both sides of it, until the page's edges say otherwise.
                let gap = match self.entries.get(index) {
                    Some(next) => next.gap_before,
                    None => self.gap_after || !self.loaded,
                };
                self.entries.insert(index, Entry { message, gap_before: gap, revision, touched });
                true
            }
        }
    }

    /// After a page stands from `first` to `last`: no holes inside it, and its edges join what they are known to join.
    fn mend(
        &mut self,
        first: MessageKey,
        last: MessageKey,
        edges: PageEdges,
        older_end: Option<MessageKey>,
        newer_end: Option<MessageKey>,
    ) {
        let from = self.index_near(first);
        let to = self.index_near(last);
        for index in from + 1..=to {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.gap_before = false;
            }
        }
        // Older side: a page that begins before everything known leaves history open before it; one that begins inside overlaps.
        let overlaps_older = from > 0 && older_end.is_some_and(|end| end < first);
        if let Some(entry) = self.entries.get_mut(from) {
            if edges.reached_start || edges.joins_before.is_some_and(|key| key < first) && overlaps_older {
                entry.gap_before = false;
            } else if from == 0 {
                entry.gap_before = true;
            } else if newer_end.is_some_and(|end| end < first) {
                entry.gap_before = edges.joins_before.is_none();
            }
        }
        // Newer side.
        if let Some(next) = self.entries.get_mut(to + 1) {
            if edges.joins_after.is_some_and(|key| key > last) {
                next.gap_before = false;
            } else if edges.reached_end {
                next.gap_before = false;
            } else if older_end.is_some_and(|end| end > last) {
                next.gap_before = true;
            }
        } else {
            self.gap_after = !edges.reached_end;
        }
    }
}
