//! What is being written and not sent.
//!
//! Most drafts are texts and nothing else, and are kept as such; one that is more has a body of bytes in the same column.

use super::codec;
use super::db::Db;
use super::error::StoreError;
use super::place::id;
use crate::domain::kept::{AccountKey, Draft};
use crate::domain::{ChatId, ChatKey};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, Row, params};

/// A draft as a column.
fn column(draft: &Draft) -> Value {
    if draft.is_plain() { Value::Text(draft.text.clone()) } else { Value::Blob(codec::draft_body(draft)) }
}

/// A draft from a column; `None` for one that makes no sense.
pub(super) fn draft_at(row: &Row<'_>, column: usize) -> Option<Draft> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Draft::plain),
        ValueRef::Blob(body) => codec::draft(body),
        _ => None,
    }
}

impl Db {
    pub(super) fn put_draft(&mut self, chat: ChatKey, draft: &Draft) -> Result<(), StoreError> {
        let account = self.account(chat.account)?;
        if draft.is_empty() {
            self.conn
                .prepare_cached("DELETE FROM drafts WHERE account = ? AND chat = ?")?
                .execute(params![account, id(chat.chat.0)])?;
        } else {
            self.conn.prepare_cached("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)")?.execute(params![
                account,
                id(chat.chat.0),
                column(draft)
            ])?;
        }
        Ok(())
    }

    pub(super) fn draft(&self, chat: ChatKey) -> Result<Option<Draft>, StoreError> {
        let account = self.account(chat.account)?;
        let mut find = self.conn.prepare_cached("SELECT text FROM drafts WHERE account = ? AND chat = ?")?;
        let found = find.query_row(params![account, id(chat.chat.0)], |row| Ok(draft_at(row, 0))).optional()?;
        Ok(found.flatten())
    }

    /// Takes over drafts of people whether or not they are bound.
    pub(super) fn adopt(&mut self, drafts: &[(AccountKey, ChatId, String)]) -> Result<(), StoreError> {
        for (key, chat, text) in drafts {
            let account = self.account_of(key)?;
            self.conn.prepare_cached("INSERT OR IGNORE INTO drafts VALUES (?, ?, ?)")?.execute(params![
                account,
                id(chat.0),
                text
            ])?;
        }
        Ok(())
    }
}
