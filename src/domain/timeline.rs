//! The messages of one chat that are in memory: sorted, without duplicates, with known gaps.
//!
//! Messages stand in one sorted deque. Between two neighbours may lie a gap: messages that exist, or may exist, but were not fetched. The
//! two ends are open until the network says that there is nothing beyond. Everything is found by [`MessageKey`] with a binary search, so that no
//! position has to be kept up to date; the cost of adding at the newest end is constant.
//!
//! A late page never resurrects what was changed or deleted after it was asked for: every fetch is opened with [`Timeline::open_fetch`] and
//! handed in with [`Timeline::absorb`]. Each message bears the stamp of its last word: pages bear the even number of their fetch, pushes the
//! odd number after the newest fetch opened before them, so that a greater stamp is newer knowledge. Deletions are remembered, and so are changes of
//! messages that only a page under way can bring. Both memories are bounded; when one overflows, the pages under way are void.

mod absorb;
mod confirm;
mod recall;

use super::id::{IdMap, MessageId, UserId};
use super::message::{Message, MessageKey, ReactEmoji, Reaction};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Most deletions remembered.
const GRAVES: usize = 1024;
/// Most changes remembered of messages that are not in memory.
const LATE: usize = 256;
/// Most changes of reactions remembered of one such message.
const TOGGLES: usize = 64;

/// A message in its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The message.
    pub message: Arc<Message>,
    /// Whether messages may be missing between the one before and this one. For the first entry: whether there is older history.
    pub gap_before: bool,
    /// Grows with each change of the message; a cache of its drawing is valid for one revision.
    pub revision: u32,
    stamp: u64,
    /// The same for its reactions, which are told without the rest, and the rest without them.
    reacted: u64,
    /// The newest fetch opened when a change was pushed; 0 for none.
    changed: u64,
}

/// The part of a chat's history that is in memory.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    by_id: IdMap<MessageId, MessageKey>,
    /// Nothing older than the first entry exists. While there are entries, the opposite of the first one's `gap_before`.
    start_known: bool,
    /// Nothing newer than the last entry exists, or it will be pushed.
    end_known: bool,
    /// Something newer than the last entry is known to be elsewhere: in the store, or where it was cut off.
    newer: bool,
    loaded: bool,
    next_fetch: u64,
    /// Fetches up to this number were opened before something may have been missed.
    stale_at: u64,
    /// Something in memory was told before that, and not since.
    doubtful: bool,
    /// Fetches up to this number were opened before an end was cut off.
    cut_at: u64,
    open: BTreeSet<u64>,
    /// Deleted messages, with the newest fetch opened before the deletion.
    graves: IdMap<MessageId, u64>,
    grave_order: VecDeque<MessageId>,
    /// What was told of messages that are not in memory while a fetch was open.
    late: IdMap<MessageId, Late>,
    /// Pages of fetches up to this number are void: what was told since could not all be remembered.
    blind: u64,
    revisions: u32,
}

/// News of a message that is not in memory.
#[derive(Clone, PartialEq, Debug, Default)]
struct Late {
    fetch: u64,
    message: Option<(Arc<Message>, bool)>,
    reactions: Option<Box<[Reaction]>>,
    /// Who reacted or took it back, and whether that is oneself.
    toggles: Vec<(ReactEmoji, UserId, (bool, bool))>,
}

/// Number of a fetch under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FetchNumber(u64);

/// What became of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Absorbed {
    /// Messages that were not in memory.
    pub added: usize,
    /// Whether anything is different now: messages, holes or ends.
    pub changed: bool,
    /// The page could not be used, since too much happened after it was asked for. It is to be asked for again.
    pub void: bool,
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
        !self.end_known
    }

    /// Whether there are newer messages than the newest in memory, so that a view at its end is not at the end of the chat.
    #[must_use]
    pub fn has_newer(&self) -> bool {
        self.newer
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
        self.open.insert(self.next_fetch);
        FetchNumber(self.next_fetch)
    }

    /// Closes a fetch that brought no page.
    pub fn close_fetch(&mut self, fetch: FetchNumber) {
        self.open.remove(&fetch.0);
        match self.open.first().copied() {
            None => self.late.clear(),
            Some(oldest) => self.late.retain(|_, news| news.fetch >= oldest),
        }
    }

    /// A message was created: the newest of its chat, or one told late. Returns whether it was new; one that is known, or known to be
    /// deleted, changes nothing. Where the id is known as that of another message, the network has lost that one: this one takes its place.
    pub fn push(&mut self, message: Arc<Message>) -> bool {
        if !self.graves.is_empty() && self.graves.contains_key(&message.key.id) {
            return false;
        }
        if let Some(known) = self.message(message.key.id) {
            if !is_another(&message, known) {
                return false;
            }
            self.let_another(message.key.id);
        }
        let newest = self.entries.back().is_none_or(|last| last.message.key < message.key);
        self.by_id.insert(message.key.id, message.key);
        let message = if self.late.is_empty() { message } else { self.newer(message, 0) };
        let stamp = self.push_stamp();
        let revision = self.next_revision();
        if newest {
            let gap_before = !self.end_known || self.entries.is_empty() && !self.start_known;
            if self.entries.is_empty() {
                self.start_known = !gap_before;
            }
            self.entries.push_back(Entry { message, gap_before, revision, stamp, reacted: stamp, changed: 0 });
            self.end_known = true;
            self.newer = false;
        } else {
            self.insert(message, stamp, revision);
        }
        true
    }

    /// Replaces a message. Returns whether it is in memory. Reactions stay as they were unless `with_reactions`; a mention stays one.
    pub fn replace(&mut self, message: &Arc<Message>, with_reactions: bool) -> bool {
        let id = message.key.id;
        let stamp = self.push_stamp();
        let revision = self.next_revision();
        let Some(entry) = self.entry_mut(id) else {
            self.note_late(id, |news| {
                let kept = news.message.as_ref().is_some_and(|(_, kept)| *kept);
                news.message = Some((Arc::clone(message), with_reactions || kept));
                if with_reactions {
                    news.reactions = Some(message.reactions.clone());
                }
            });
            return false;
        };
        entry.message = merged(message, &entry.message, with_reactions);
        entry.changed = stamp / 2;
        entry.stamp = stamp;
        entry.reacted = if with_reactions { stamp } else { entry.reacted };
        entry.revision = revision;
        true
    }

    /// Shows a message otherwise than it was told: what oneself did and the network does not know yet. Any page that tells the message takes its place.
    pub fn show(&mut self, message: Arc<Message>) {
        let revision = self.next_revision();
        if let Some(entry) = self.entry_mut(message.key.id) {
            entry.message = message;
            entry.revision = revision;
        }
    }

    /// Replaces the reactions to a message. Returns whether it is in memory.
    pub fn set_reactions(&mut self, id: MessageId, reactions: Box<[Reaction]>) -> bool {
        let stamp = self.push_stamp();
        let revision = self.next_revision();
        let Some(entry) = self.entry_mut(id) else {
            self.note_late(id, |news| news.reactions = Some(reactions));
            return false;
        };
        entry.reacted = stamp;
        entry.changed = stamp / 2;
        entry.revision = revision;
        Arc::make_mut(&mut entry.message).reactions = reactions;
        true
    }

    /// Somebody reacted to a message, or took that back (`add`); `mine`: oneself. Returns whether anything in memory is different now.
    pub fn toggle(&mut self, id: MessageId, emoji: &ReactEmoji, by: UserId, (add, mine): (bool, bool)) -> bool {
        let limit = self.stale_at * 2;
        let known = self.key_of(id).and_then(|key| self.entries.get(self.index_of(key)?));
        let before = known.map(|known| (known.reacted, known.message.reactions.to_vec()));
        if before.as_ref().is_none_or(|(reacted, _)| *reacted < limit) {
            // A page that is under way may be from before, and brings what this changes.
            let mut full = false;
            self.note_late(id, |news| {
                // Of one person and emoji the last word counts.
                news.toggles.retain(|(of, who, _)| (of, *who) != (emoji, by));
                full = news.toggles.len() >= TOGGLES;
                if !full {
                    news.toggles.push((emoji.clone(), by, (add, mine)));
                }
            });
            if full {
                self.blind = self.next_fetch;
            }
        }
        let Some((reacted, mut reactions)) = before else { return false };
        // A page that was fetched meanwhile may have told it already.
        if !Reaction::toggle(&mut reactions, emoji, by, add, mine) || !self.set_reactions(id, reactions.into()) {
            return false;
        }
        if reacted < limit
            && let Some(entry) = self.entry_mut(id)
        {
            // What was missed before this is still to be told.
            entry.reacted = reacted;
        }
        true
    }

    /// Whether a message is known to be deleted.
    #[must_use]
    pub fn is_deleted(&self, id: MessageId) -> bool {
        self.graves.contains_key(&id)
    }

    /// Removes a message, and remembers that it is deleted. Returns it if it was in memory.
    pub fn remove(&mut self, id: MessageId) -> Option<Arc<Message>> {
        if self.graves.insert(id, self.next_fetch).is_none() {
            self.grave_order.push_back(id);
            if self.grave_order.len() > GRAVES
                && let Some(oldest) = self.grave_order.pop_front()
                && let Some(at) = self.graves.remove(&oldest)
            {
                self.blind = self.blind.max(at);
            }
        }
        self.late.remove(&id);
        let key = *self.by_id.get(&id)?;
        let index = self.index_of(key)?;
        self.remove_at(index)
    }

    /// Says that anything may have been missed since the newest message in memory: the connection was lost.
    pub fn mark_stale(&mut self) {
        self.next_fetch += 1;
        self.stale_at = self.next_fetch;
        self.end_known = false;
        self.doubtful = !self.entries.is_empty();
    }

    /// Drops the oldest messages down to `keep`, but none at or after `pinned`, and never the last one. Returns how many went.
    pub fn trim(&mut self, keep: usize, pinned: Option<MessageKey>) -> usize {
        let surplus = self.entries.len().saturating_sub(keep.max(1));
        let limit = pinned.map_or(surplus, |key| surplus.min(self.index_near(key)));
        let gone: Vec<Entry> = self.entries.drain(..limit).collect();
        self.let_go(gone);
        if limit > 0 {
            self.next_fetch += 1;
            self.cut_at = self.next_fetch;
            self.start_known = false;
            if let Some(first) = self.entries.front_mut() {
                first.gap_before = true;
            }
        }
        limit
    }

    /// Drops the newest messages down to `keep`, but none at or before `pinned`: for a reader far up in the history. Returns how many went.
    pub fn trim_newest(&mut self, keep: usize, pinned: MessageKey) -> usize {
        let from = self.entries.len().min(keep.max(1).max(self.index_near(pinned) + 1));
        let gone = self.entries.len() - from;
        let cut: Vec<Entry> = self.entries.drain(from..).collect();
        self.let_go(cut);
        if gone > 0 {
            self.end_known = false;
            self.newer = true;
            self.next_fetch += 1;
            self.cut_at = self.next_fetch;
        }
        gone
    }

    /// Forgets messages that are not needed any more. What was told of them while a page was under way is kept as long as the page may bring them back.
    fn let_go(&mut self, entries: Vec<Entry>) {
        let oldest = self.open.first().copied().unwrap_or(u64::MAX);
        for entry in entries {
            let id = entry.message.key.id;
            self.by_id.remove(&id);
            if entry.changed >= oldest {
                self.note_late(id, |news| {
                    news.reactions = Some(entry.message.reactions.clone());
                    news.message = Some((entry.message, true));
                });
            }
        }
    }

    fn entry_mut(&mut self, id: MessageId) -> Option<&mut Entry> {
        let index = self.index_of(*self.by_id.get(&id)?)?;
        self.entries.get_mut(index)
    }

    /// Lets a message go whose id another one has now. It is not a deletion, and nothing told of it is for the other.
    fn let_another(&mut self, id: MessageId) {
        self.late.remove(&id);
        if let Some(index) = self.by_id.get(&id).and_then(|&key| self.index_of(key)) {
            self.remove_at(index);
        }
    }

    const fn next_revision(&mut self) -> u32 {
        self.revisions = self.revisions.wrapping_add(1);
        self.revisions
    }

    const fn push_stamp(&self) -> u64 {
        self.next_fetch * 2 + 1
    }

    /// Grows with each change of a message and each that comes.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revisions
    }

    /// Keeps news of a message that a page under way may bring in an older state.
    fn note_late(&mut self, id: MessageId, note: impl FnOnce(&mut Late)) {
        if self.open.is_empty() || self.graves.contains_key(&id) {
            return;
        }
        if self.late.len() >= LATE && !self.late.contains_key(&id) {
            self.blind = self.next_fetch;
            return;
        }
        let news = self.late.entry(id).or_default();
        news.fetch = self.next_fetch;
        note(news);
    }

    /// The message with what was told of it since the fetch was opened.
    fn newer(&self, message: Arc<Message>, fetch: u64) -> Arc<Message> {
        let Some(news) = self.late.get(&message.key.id).filter(|news| news.fetch >= fetch) else { return message };
        let mut message = match &news.message {
            Some((told, with_reactions)) => merged(told, &message, *with_reactions),
            None => message,
        };
        if let Some(reactions) = &news.reactions {
            Arc::make_mut(&mut message).reactions.clone_from(reactions);
        }
        if !news.toggles.is_empty() {
            let mut reactions = message.reactions.to_vec();
            for (emoji, by, (add, mine)) in &news.toggles {
                Reaction::toggle(&mut reactions, emoji, *by, *add, *mine);
            }
            Arc::make_mut(&mut message).reactions = reactions.into();
        }
        message
    }

    /// Puts a message where it belongs. A hole that it falls into is then on both sides of it.
    fn insert(&mut self, message: Arc<Message>, stamp: u64, revision: u32) {
        let index = self.index_near(message.key);
        let gap_before = match self.entries.get(index) {
            Some(next) => next.gap_before,
            None => !self.end_known || self.entries.is_empty() && !self.start_known,
        };
        self.by_id.insert(message.key.id, message.key);
        self.entries.insert(index, Entry { message, gap_before, revision, stamp, reacted: stamp, changed: 0 });
        if index == 0 {
            self.start_known = !gap_before;
        }
    }

    /// Takes an entry out; a hole before it is then before the next one, or at the end.
    fn remove_at(&mut self, index: usize) -> Option<Arc<Message>> {
        let entry = self.entries.remove(index)?;
        self.by_id.remove(&entry.message.key.id);
        match self.entries.get_mut(index) {
            Some(next) => next.gap_before |= entry.gap_before,
            None => self.end_known &= !entry.gap_before,
        }
        if let Some(first) = self.entries.front() {
            self.start_known = !first.gap_before;
        }
        Some(entry.message)
    }
}

/// Whether an id is that of another message now: who wrote it and when never change. Servers that are set back, or lose their memory, give ids anew.
fn is_another(told: &Message, known: &Message) -> bool {
    told.author != known.author || told.at.zip(known.at).is_some_and(|(told, known)| told != known)
}

/// A message as told, in the place of the one known: the place stays, a mention stays, and reactions unless they are told.
fn merged(told: &Arc<Message>, known: &Arc<Message>, with_reactions: bool) -> Arc<Message> {
    let mut message = Arc::clone(told);
    let keeps_reactions = !with_reactions && message.reactions != known.reactions;
    if message.key != known.key || keeps_reactions || known.mentions_me && !message.mentions_me {
        let inner = Arc::make_mut(&mut message);
        inner.key = known.key;
        inner.mentions_me |= known.mentions_me;
        if keeps_reactions {
            inner.reactions.clone_from(&known.reactions);
        }
    }
    message
}
