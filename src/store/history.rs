//! Reading history: pages around a place, holes, pinned messages.

use super::codec;
use super::db::{ChatState, Db};
use super::error::StoreError;
use super::place::{MAX, MIN, Wide, after, before, key_at};
use super::timeline::between;
use crate::domain::kept::Seek;
use crate::domain::kept::{Hole, Stored, StoredMessage};
use crate::domain::{ChatId, ChatKey, Message, MessageKey, SortKey, UserId, Wall};
use rusqlite::{OptionalExtension, Row, params};
use std::sync::Arc;

/// Most messages that are read at once.
const MOST: u32 = 5_000;

impl Db {
    /// A chat of which something is kept.
    pub(super) fn kept_chat(&mut self, chat: ChatKey) -> Result<Option<ChatState>, StoreError> {
        let account = self.account(chat.account)?;
        self.known_chat(account, chat.chat)
    }

    pub(super) fn messages(&mut self, chat: ChatKey, seek: Seek, limit: u32) -> Result<Stored, StoreError> {
        let Some(state) = self.kept_chat(chat)? else { return Ok(Stored { gap_after: true, ..Stored::default() }) };
        let limit = limit.clamp(1, MOST);
        let aim = match seek {
            Seek::Around(message) => self.find(state.row, message)?.map(|row| row.key),
            Seek::Date(at) => self.at_date(state.row, at)?,
            Seek::Newest | Seek::Before(_) | Seek::After(_) => None,
        };
        let read = |lo, hi, newest, limit| self.stretch(&state, chat.chat, (lo, hi), newest, limit);
        let (entries, edge) = match (seek, aim) {
            (Seek::Newest, _) => (read(MIN, MAX, true, limit)?, MAX),
            (Seek::Before(key), _) => (read(MIN, before(key), true, limit)?, before(key)),
            (Seek::After(key), _) => (read(after(key), MAX, false, limit)?, key),
            (Seek::Around(_) | Seek::Date(_), None) => (Vec::new(), MAX),
            (Seek::Around(_) | Seek::Date(_), Some(key)) => {
                let mut newer = read(key, MAX, false, limit.div_ceil(2))?;
                let left = limit.saturating_sub(u32::try_from(newer.len()).unwrap_or(limit));
                let mut entries = read(MIN, before(key), true, left.max(1))?;
                // What one side lacks, the other has.
                if left > entries.len() as u32 && !newer.is_empty() {
                    newer = read(key, MAX, false, limit - entries.len() as u32)?;
                }
                entries.extend(newer);
                (entries, key)
            }
        };
        let first = entries.first().map(|entry| entry.message.key);
        let last = entries.last().map_or(edge, |entry| entry.message.key);
        let next = self.edge(state.row, after(last), MAX, true)?;
        let mut authors: Vec<UserId> = entries.iter().map(|entry| entry.message.author).collect();
        authors.sort_unstable();
        authors.dedup();
        Ok(Stored {
            people: self.people(chat.account, &authors)?,
            older: self.edge(state.row, MIN, before(first.unwrap_or(edge)), false)?.is_some(),
            newer: next.is_some(),
            gap_after: next.map_or(!self.end_known(&state), |next| next.gap),
            entries,
            aim,
        })
    }

    /// Messages between two places, both included, oldest first: the newest of them or the oldest.
    fn stretch(
        &self,
        state: &ChatState,
        chat: ChatId,
        (lo, hi): (MessageKey, MessageKey),
        newest: bool,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let mut read = self.conn.prepare_cached(if newest {
            "SELECT ord, id, gap, at, pinned, mention, reactions, body FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) ORDER BY ord DESC, id DESC LIMIT ?6"
        } else {
            "SELECT ord, id, gap, at, pinned, mention, reactions, body FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) ORDER BY ord, id LIMIT ?6"
        })?;
        let (row, lo_ord, lo_id, hi_ord, hi_id) = between(state.row, lo, hi);
        let mut rows = read.query(params![row, lo_ord, lo_id, hi_ord, hi_id, limit])?;
        let mut entries: Vec<StoredMessage> = Vec::with_capacity(limit.min(256) as usize);
        // A row that makes no sense is passed over; a hole stands where it was, before the next newer message.
        let mut passed_over = false;
        while let Some(row) = rows.next()? {
            match message_at(row, chat)? {
                Some(message) => {
                    let gap_before = row.get::<_, bool>(2)? || passed_over && !newest;
                    passed_over = false;
                    entries.push(StoredMessage { message: Arc::new(message), gap_before });
                }
                None => {
                    tracing::warn!(chat = %chat, "a stored message makes no sense");
                    passed_over = true;
                    if let Some(newer) = entries.last_mut().filter(|_| newest) {
                        newer.gap_before = true;
                    }
                }
            }
        }
        if newest {
            entries.reverse();
        }
        Ok(entries)
    }

    /// The first message sent at a time or later, or the newest. Messages stand in the order of time but for little; halving the stretch between the
    /// first and the last takes as many looks whatever it holds.
    fn at_date(&self, chat: i64, at: Wall) -> Result<Option<MessageKey>, StoreError> {
        let (Some(first), Some(last)) = (self.edge(chat, MIN, MAX, true)?, self.edge(chat, MIN, MAX, false)?) else {
            return Ok(None);
        };
        let mut look = self.conn.prepare_cached(
            "SELECT ord, at FROM messages WHERE chat = ?1 AND ord >= ?2 AND ord <= ?3 AND at IS NOT NULL ORDER BY ord, id LIMIT 1",
        )?;
        let (mut lo, mut hi) = (first.key.order.0, last.key.order.0);
        while lo < hi {
            let middle = lo + (hi - lo) / 2;
            let found: Option<(Wide, i64)> = look
                .query_row(params![chat, Wide(middle), Wide(hi)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            match found {
                Some((order, sent)) if sent < at.0 => lo = order.0.saturating_add(1),
                _ => hi = middle,
            }
        }
        let place = MessageKey { order: SortKey(lo), ..MIN };
        Ok(Some(self.edge(chat, place, MAX, true)?.map_or(last.key, |row| row.key)))
    }

    /// The message before and the one after each hole, newest first.
    pub(super) fn holes(&mut self, chat: ChatKey, limit: u32) -> Result<Vec<Hole>, StoreError> {
        let Some(state) = self.kept_chat(chat)? else { return Ok(vec![(None, None)]) };
        let mut holes = Vec::new();
        if !self.end_known(&state) {
            holes.push((state.last, None));
        }
        let mut all = self
            .conn
            .prepare_cached("SELECT ord, id FROM messages WHERE chat = ? AND gap ORDER BY ord DESC, id DESC LIMIT ?")?;
        let mut rows = all.query(params![state.row, limit.min(MOST)])?;
        while let Some(row) = rows.next()? {
            let Some(key) = key_at(row, 0)? else { continue };
            let older = self.edge(state.row, MIN, before(key), false)?.map(|row| row.key);
            holes.push((older, Some(key)));
        }
        Ok(holes)
    }

    pub(super) fn pinned(&mut self, chat: ChatKey) -> Result<Vec<Arc<Message>>, StoreError> {
        let Some(state) = self.kept_chat(chat)? else { return Ok(Vec::new()) };
        let mut all = self.conn.prepare_cached(
            "SELECT ord, id, gap, at, pinned, mention, reactions, body FROM messages
             WHERE chat = ? AND pinned ORDER BY ord DESC, id DESC LIMIT ?",
        )?;
        let mut rows = all.query(params![state.row, MOST])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.extend(message_at(row, chat.chat)?.map(Arc::new));
        }
        Ok(found)
    }
}

/// A message from the columns `ord, id, gap, at, pinned, mention, reactions, body`.
pub(super) fn message_at(row: &Row<'_>, chat: ChatId) -> Result<Option<Message>, StoreError> {
    let Some(key) = key_at(row, 0)? else { return Ok(None) };
    let Some(mut message) = codec::message(row.get_ref(7)?.as_blob().unwrap_or_default(), key, chat) else {
        return Ok(None);
    };
    message.at = row.get::<_, Option<i64>>(3)?.map(Wall);
    message.pinned = row.get(4)?;
    message.mentions_me = row.get(5)?;
    if let Some(body) = row.get_ref(6)?.as_blob_or_null().unwrap_or_default() {
        message.reactions = codec::reactions(body).unwrap_or_default();
    }
    Ok(Some(message))
}
