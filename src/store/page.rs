//! Taking in a page of history.
//!
//! A page covers a stretch of the chat: from its first message, or from the start, or from the place it was asked to come after; to its last one, or
//! to the end, or to the place it was asked to come before. Inside there is no hole, and what is stored there but not in the page is gone, unless
//! something newer was told of it.

use super::db::{ChatState, Db};
use super::error::StoreError;
use super::place::{MAX, MIN, after, before};
use super::timeline::{Row, between};
use crate::domain::kept::Absorbed;
use crate::domain::kept::Stamp;
use crate::domain::{ChatKey, Message, MessageKey, Page};
use rusqlite::params;
use std::collections::HashSet;
use std::sync::Arc;

/// What a page says, put in order.
struct Told<'a> {
    page: Page,
    messages: Vec<&'a Arc<Message>>,
    asked: i64,
    at_start: bool,
    at_end: bool,
}

impl Told<'_> {
    fn first(&self) -> Option<MessageKey> {
        self.messages.first().map(|message| message.key)
    }

    fn last(&self) -> Option<MessageKey> {
        self.messages.last().map(|message| message.key)
    }

    /// The stretch that it covers, both ends included; `None` if it says nothing.
    fn cover(&self) -> Option<(MessageKey, MessageKey)> {
        let lo = match self.page {
            _ if self.at_start => MIN,
            Page::After(key) => after(key),
            _ => self.first()?,
        };
        let hi = match self.page {
            _ if self.at_end => MAX,
            Page::Before(key) => before(key),
            _ => self.last()?,
        };
        Some((lo, hi))
    }
}

impl Db {
    pub(super) fn absorb(
        &mut self,
        chat: ChatKey,
        asked: Stamp,
        page: Page,
        messages: &[Arc<Message>],
        (reached_start, reached_end): (bool, bool),
    ) -> Result<Absorbed, StoreError> {
        let mut state = self.chat(chat)?;
        let asked = self.at(asked);
        if self.memory.is_void(state.row, asked) {
            return Ok(Absorbed { void: true, ..Absorbed::default() });
        }
        let inside = |message: &&Arc<Message>| match page {
            Page::Before(key) => message.key < key,
            Page::After(key) => message.key > key,
            Page::Latest | Page::Around(_) | Page::At(_) => true,
        };
        let mut messages: Vec<&Arc<Message>> = messages.iter().filter(inside).collect();
        messages.sort_by_key(|message| message.key);
        messages.dedup_by_key(|message| message.key.id);
        let empty = messages.is_empty();
        // An empty page on one side of a place means that nothing is there.
        let at_start = match page {
            Page::After(_) => false,
            Page::Before(_) | Page::Latest => reached_start || empty,
            Page::Around(_) | Page::At(_) => reached_start && !empty,
        };
        let at_end = asked > self.stale(state.account)
            && match page {
                Page::Before(_) => false,
                Page::Latest => true,
                // Nothing after a message that has gone since says nothing about what lies before it.
                Page::After(key) => reached_end && !empty || empty && self.is_stored(&state, key)?,
                Page::Around(_) | Page::At(_) => reached_end && !empty,
            };
        let told = Told { page, messages, asked, at_start, at_end };
        self.drop_missing(&mut state, &told)?;
        let mut added = 0;
        for message in &told.messages {
            added += u32::from(self.place(&mut state, message, asked)?);
        }
        self.mend(&mut state, &told)?;
        self.raise_last(state.row, state.last)?;
        self.put_chat_state(chat.chat, state)?;
        Ok(Absorbed { added, void: false })
    }

    fn is_stored(&self, state: &ChatState, key: MessageKey) -> Result<bool, StoreError> {
        Ok(self.edge(state.row, key, key, true)?.is_some())
    }

    /// Removes what the page shows to be gone. Beyond the last message of a page that reaches the end, only what was told before something may have
    /// been missed: a server may be slow to list what it has already told.
    fn drop_missing(&mut self, state: &mut ChatState, told: &Told<'_>) -> Result<(), StoreError> {
        let Some((lo, hi)) = told.cover() else { return Ok(()) };
        let lo = match told.page {
            // The place it was to come after is not known any more: what lies between is not known to be covered.
            Page::After(key) if !self.is_stored(state, key)? => told.first().unwrap_or(hi),
            _ => lo,
        };
        let kept: HashSet<_> = told.messages.iter().map(|message| message.key.id).collect();
        let late = told.asked.min(self.stale(state.account));
        let open_end = told.at_end.then(|| told.last().unwrap_or(MIN));
        let mut all = self.conn.prepare_cached(
            "SELECT row, ord, id, stamp, gap, mention FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) AND stamp < ?6 ORDER BY ord DESC, id DESC",
        )?;
        let (chat, lo_ord, lo_id, hi_ord, hi_id) = between(state.row, lo, hi);
        let stored = all.query_map(params![chat, lo_ord, lo_id, hi_ord, hi_id, told.asked], Row::read)?;
        let mut gone = Vec::new();
        for row in stored {
            let row = row?;
            let limit = if open_end.is_some_and(|last| row.key > last) { late } else { told.asked };
            let news = self.memory.news(state.row, row.key.id, limit).is_some();
            if row.stamp < limit && !news && !kept.contains(&row.key.id) {
                gone.push(row);
            }
        }
        drop(all);
        for row in gone {
            // The one before may have handed its hole on since.
            if let Some(row) = self.find(state.row, row.key.id)? {
                self.remove(state, &row)?;
            }
        }
        Ok(())
    }

    /// Puts a message of a page where it belongs, or refreshes the one that is there, unless something newer was told. Returns whether it is new.
    fn place(&mut self, state: &mut ChatState, message: &Arc<Message>, asked: i64) -> Result<bool, StoreError> {
        let key = message.key;
        if self.memory.buried(state.row, key.id).is_some_and(|at| at > asked) {
            return Ok(false);
        }
        if let Some(found) = self.find(state.row, key.id)? {
            if found.stamp < asked {
                let newer = self.with_news(state.row, message, asked);
                self.update(&found, newer.as_deref().unwrap_or(message), true, asked)?;
            }
            return Ok(false);
        }
        let gap = self.gap_at(state, key)?;
        match self.with_news(state.row, message, asked) {
            Some(newer) => self.insert(state.row, &newer, asked, gap)?,
            None => self.insert(state.row, message, asked, gap)?,
        }
        if state.last.is_none_or(|last| last < key) {
            state.last = Some(key);
        }
        Ok(true)
    }

    /// No holes inside what is covered, and none where it joins the place that it was asked for by.
    fn mend(&mut self, state: &mut ChatState, told: &Told<'_>) -> Result<(), StoreError> {
        let Some((lo, hi)) = told.cover() else { return Ok(()) };
        let first = if lo <= hi { self.edge(state.row, lo, hi, true)? } else { None };
        if let Some(first) = first {
            self.conn
                .prepare_cached(
                    "UPDATE messages SET gap = 0 WHERE chat = ?1 AND gap AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5)",
                )?
                .execute(between(state.row, after(first.key), hi))?;
            let joins = match told.page {
                Page::After(key) => self.is_stored(state, key)?,
                _ => told.at_start,
            };
            if joins && first.gap {
                self.set_gap(first.row, false)?;
            }
        }
        if let Page::Before(key) = told.page
            && (first.is_some() || told.at_start)
            && let Some(joined) = self.edge(state.row, key, key, true)?
        {
            self.set_gap(joined.row, false)?;
        }
        if told.at_start && state.last.is_none() {
            state.start_known = true;
        }
        if told.at_end {
            state.end_at = state.end_at.max(told.asked);
        }
        Ok(())
    }
}
