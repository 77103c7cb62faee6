//! Full text: every message's words, filled in while it is quiet, so that it may lag behind. What it has not reached is looked through without it.
//!
//! The index holds no texts, only where words are. Scripts without spaces between words are indexed letter by letter, and looked for as a row of letters.

use super::codec;
use super::db::Db;
use super::error::StoreError;
use super::history::message_at;
use super::place::Wide;
use crate::domain::find::stands_alone;
use crate::domain::kept::Hit;
use crate::domain::{AccountId, ChatId, ChatKey, Id, MessageKey, Sought};
use rusqlite::{OptionalExtension, params};
use std::sync::Arc;

/// Messages that are indexed in one transaction.
const CHUNK: usize = 1_000;
/// Most messages of an answer, beside those that changed since they were indexed.
const MOST: u32 = 1_000;
/// Most messages that one answer looks at, and as many of those that changed: what else is to be done waits no longer than for those.
const LOOKED_AT: usize = 20_000;
/// Most words that the index is asked for; messages that have those are read for the others.
const WORDS: usize = 32;

impl Db {
    /// A stored text is another one now.
    pub(super) fn text_changed(&mut self, row: i64) -> Result<(), StoreError> {
        if row <= self.indexed {
            self.conn.prepare_cached("INSERT OR IGNORE INTO reindex VALUES (?)")?.execute([row])?;
            self.reindexing = true;
        }
        Ok(())
    }

    /// A stored text is gone.
    pub(super) fn text_gone(&self, row: i64) -> Result<(), StoreError> {
        if row <= self.indexed {
            self.conn.prepare_cached("DELETE FROM words WHERE rowid = ?")?.execute([row])?;
            self.conn.prepare_cached("DELETE FROM reindex WHERE row = ?")?.execute([row])?;
        }
        Ok(())
    }

    /// All texts of a chat are about to go.
    pub(super) fn texts_gone(&self, chat: i64) -> Result<(), StoreError> {
        for query in [
            "DELETE FROM words WHERE rowid IN (SELECT row FROM messages WHERE chat = ?1 AND row <= ?2)",
            "DELETE FROM reindex WHERE row IN (SELECT row FROM messages WHERE chat = ?1 AND row <= ?2)",
        ] {
            self.conn.prepare_cached(query)?.execute([chat, self.indexed])?;
        }
        Ok(())
    }

    /// How many messages the index may lack, those that changed not counted.
    pub(super) const fn behind(&self) -> i64 {
        self.next_row - 1 - self.indexed
    }

    /// Whether there is something to index.
    pub(super) const fn has_unindexed(&self) -> bool {
        !self.index_given_up && (self.reindexing || self.behind() > 0)
    }

    /// Indexes some messages, in one transaction of its own.
    pub(super) fn index_some(&mut self) -> Result<(), StoreError> {
        let (indexed, reindexing) = self.transact(false, |db| {
            let body = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(i64, Vec<u8>)> { Ok((row.get(0)?, row.get(1)?)) };
            let mut all =
                db.conn.prepare_cached("SELECT row, body FROM messages WHERE row > ? ORDER BY row LIMIT ?")?;
            let fresh: Vec<_> = all.query_map(params![db.indexed, CHUNK as i64], body)?.collect::<Result<_, _>>()?;
            let full = fresh.len() == CHUNK;
            let indexed = if full { fresh.last().map_or(db.indexed, |(row, _)| *row) } else { db.next_row - 1 };
            for (row, body) in &fresh {
                db.index(*row, body)?;
            }
            let mut reindexing = db.reindexing;
            if !full && reindexing {
                let rows: Vec<i64> = db
                    .conn
                    .prepare_cached("SELECT row FROM reindex LIMIT ?")?
                    .query_map([CHUNK as i64], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                reindexing = rows.len() == CHUNK;
                for row in rows {
                    db.text_gone(row)?;
                    let mut find = db.conn.prepare_cached("SELECT body FROM messages WHERE row = ?")?;
                    let body: Option<Vec<u8>> = find.query_row([row], |row| row.get(0)).optional()?;
                    if let Some(body) = body {
                        db.index(row, &body)?;
                    }
                }
            }
            db.conn.prepare_cached("INSERT OR REPLACE INTO meta VALUES ('indexed', ?)")?.execute([indexed])?;
            Ok((indexed, reindexing))
        })?;
        (self.indexed, self.reindexing) = (indexed, reindexing);
        Ok(())
    }

    fn index(&self, row: i64, body: &[u8]) -> Result<(), StoreError> {
        let Some(message) = codec::message(body, MessageKey::default(), ChatId::default()) else { return Ok(()) };
        let mut text = spaced(&message.body.text);
        for file in &message.attachments {
            text.push('\n');
            text.push_str(&spaced(&file.name));
        }
        if !text.trim().is_empty() {
            self.conn.prepare_cached("INSERT INTO words (rowid, text) VALUES (?, ?)")?.execute(params![row, text])?;
        }
        Ok(())
    }

    pub(super) fn search(
        &mut self,
        text: &str,
        accounts: &[AccountId],
        chat: Option<ChatKey>,
        limit: u32,
        before: Option<i64>,
    ) -> Result<(Vec<Hit>, Option<i64>), StoreError> {
        let sought = Sought::new(text).ok_or(StoreError::NoWords)?;
        let wanted = expression(text).ok_or(StoreError::NoWords)?;
        let only = match chat {
            Some(chat) => match self.kept_chat(chat)? {
                Some(state) => Some(state.row),
                None => return Ok((Vec::new(), None)),
            },
            None => None,
        };
        let limit = limit.clamp(1, MOST) as usize;
        let mut sifted = Sifted { hits: Vec::new(), looked_at: 0, last: None };
        let top = before.unwrap_or(i64::MAX);
        let fits = |row: &rusqlite::Row<'_>| -> Result<Option<Hit>, StoreError> {
            if only.is_some_and(|only| row.get(11).is_ok_and(|chat: i64| chat != only)) {
                return Ok(None);
            }
            let Some(account) = self.bound(row.get(9)?) else { return Ok(None) };
            if !accounts.is_empty() && !accounts.contains(&account) {
                return Ok(None);
            }
            let chat = ChatKey::new(account, ChatId(Id(row.get::<_, Wide>(10)?.0)));
            let message = message_at(row, chat.chat)?.filter(|message| sought.is_in(message));
            Ok(message.map(|message| Hit { chat, message: Arc::new(message) }))
        };
        // The index knows these by what they said before.
        if self.reindexing && before.is_none() {
            let mut find = self.conn.prepare_cached(&selected(
                "FROM reindex r CROSS JOIN messages m ON m.row = r.row CROSS JOIN chats c ON c.row = m.chat LIMIT ?1",
            ))?;
            sifted.sift(&mut find.query([LOOKED_AT as i64])?, LOOKED_AT, fits)?;
            // All of those are told at once; the others come after them.
            sifted = Sifted { hits: sifted.hits, looked_at: 0, last: Some(top) };
        }
        // It has not reached these: they are read one by one.
        if top > self.indexed {
            let mut find = self.conn.prepare_cached(&selected(
                "FROM messages m CROSS JOIN chats c ON c.row = m.chat
                 WHERE m.row > ?1 AND m.row < ?2 ORDER BY m.row DESC LIMIT ?3",
            ))?;
            sifted.sift(&mut find.query(params![self.indexed, top, LOOKED_AT as i64])?, limit, fits)?;
        }
        if !sifted.is_full(limit) {
            let mut find = self.conn.prepare_cached(&selected(
                "FROM words CROSS JOIN messages m ON m.row = words.rowid CROSS JOIN chats c ON c.row = m.chat
                 WHERE words MATCH ?1 AND words.rowid < ?2 AND words.rowid NOT IN (SELECT row FROM reindex) ORDER BY words.rowid DESC LIMIT ?3",
            ))?;
            sifted.sift(&mut find.query(params![wanted, top, LOOKED_AT as i64])?, limit, fits)?;
        }
        let more = sifted.is_full(limit);
        Ok((sifted.hits, sifted.last.filter(|_| more)))
    }
}

/// What [`message_at`] reads, the number of the message's row, and the account, the id and the row of its chat.
fn selected(from: &str) -> String {
    format!(
        "SELECT m.ord, m.id, m.gap, m.at, m.pinned, m.mention, m.reactions, m.body, m.row, c.account, c.id, c.row {from}"
    )
}

/// What one answer has looked at so far.
struct Sifted {
    hits: Vec<Hit>,
    looked_at: usize,
    /// The row that was looked at last.
    last: Option<i64>,
}

impl Sifted {
    fn is_full(&self, limit: usize) -> bool {
        self.hits.len() >= limit || self.looked_at >= LOOKED_AT
    }

    fn sift(
        &mut self,
        rows: &mut rusqlite::Rows<'_>,
        limit: usize,
        fits: impl Fn(&rusqlite::Row<'_>) -> Result<Option<Hit>, StoreError>,
    ) -> Result<(), StoreError> {
        while !self.is_full(limit)
            && let Some(row) = rows.next()?
        {
            self.looked_at += 1;
            self.last = Some(row.get(8)?);
            self.hits.extend(fits(row)?);
        }
        Ok(())
    }
}

/// The text with spaces around letters that are words of their own.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if stands_alone(letter) {
            spaced.extend([' ', letter, ' ']);
        } else {
            spaced.push(letter);
        }
    }
    spaced
}

/// What to look for, in the index's language: every word has to be there, the last one may go on. `None` if there is no word.
fn expression(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let open = !text.ends_with(char::is_whitespace);
    let last = words.len().checked_sub(1)?;
    let quoted = words.iter().enumerate().filter(|(_, word)| word.contains(char::is_alphanumeric)).map(|(at, word)| {
        // An accent that stands behind its letter belongs to it.
        let end = word.trim_end_matches(|letter| ('\u{300}'..='\u{36f}').contains(&letter));
        let goes_on =
            at == last && open && end.ends_with(|letter: char| letter.is_alphanumeric() && !stands_alone(letter));
        format!("\"{}\"{}", spaced(word).replace('"', " ").trim(), if goes_on { " *" } else { "" })
    });
    let wanted = quoted.take(WORDS).collect::<Vec<_>>().join(" ");
    (!wanted.is_empty()).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn words_are_taken_as_they_are() {
        for (text, expected) in [
            ("hello wor", Some("\"hello\" \"wor\" *")),
            ("hello wor ", Some("\"hello\" \"wor\"")),
            ("NEAR(a b) \"x", Some("\"NEAR(a\" \"b)\" \"x\" *")),
            ("日本語", Some("\"日  本  語\"")),
            ("!! -- *", None),
            ("", None),
        ] {
            assert_eq!(expression(text).as_deref(), expected, "{text}");
        }
    }
}
