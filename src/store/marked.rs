//! Messages of a chat with something that is looked for: mentions, files, links.
//!
//! No index has them. What is stored of the chat is looked through from its end, so far for one answer, and who wants more asks on.

use super::db::Db;
use super::error::StoreError;
use super::history::message_at;
use super::place::{MAX, MIN, before, key_at};
use super::timeline::between;
use crate::domain::kept::{Listed, Marked};
use crate::domain::{ChatKey, MessageKey};
use rusqlite::params;
use std::sync::Arc;

/// Most rows that are looked at for one answer.
pub(super) const ROWS: u32 = 20_000;
/// Most messages of an answer.
const MOST: u32 = 1_000;

impl Db {
    pub(super) fn marked(
        &mut self,
        chat: ChatKey,
        what: Marked,
        upto: Option<MessageKey>,
        limit: u32,
    ) -> Result<Listed, StoreError> {
        let Some(state) = self.kept_chat(chat)? else { return Ok(Listed::default()) };
        let me = self.keys.get(&chat.account).map(|key| key.user).unwrap_or_default();
        let limit = limit.clamp(1, MOST) as usize;
        let (row, lo_ord, lo_id, hi_ord, hi_id) = between(state.row, MIN, upto.map_or(MAX, before));
        let mut all = self.conn.prepare_cached(
            "SELECT ord, id, gap, at, pinned, mention, reactions, body FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) ORDER BY ord DESC, id DESC LIMIT ?6",
        )?;
        let mut rows = all.query(params![row, lo_ord, lo_id, hi_ord, hi_id, ROWS])?;
        let mut found = Listed::default();
        let (mut looked, mut last) = (0, None);
        while let Some(row) = rows.next()? {
            looked += 1;
            last = key_at(row, 0)?.or(last);
            // A mention is a column, so that no text has to be read for it.
            if what == Marked::Mentions && !row.get::<_, bool>(5)? {
                continue;
            }
            found.messages.extend(message_at(row, chat.chat)?.filter(|message| what.is_in(message, me)).map(Arc::new));
            if found.messages.len() >= limit {
                break;
            }
        }
        found.further = last.filter(|_| looked >= ROWS || found.messages.len() >= limit);
        Ok(found)
    }
}
