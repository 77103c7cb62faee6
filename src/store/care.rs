//! Care for the database as a whole: how much it holds, trimming, compacting, forgetting, looking for damage.

use super::db::{Db, MAX, MIN, Wide, id, key_at};
use super::error::StoreError;
use super::timeline::Row;
use crate::domain::MessageKey;
use crate::domain::kept::AccountKey;
use crate::domain::kept::Size;
use rusqlite::{OptionalExtension, params};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Newest messages of each chat that are trimmed only when nothing else is left: the screen that a chat opens with.
const SCREEN: i64 = 50;
/// Messages that go in one transaction.
const CHUNK: i64 = 200;
/// Unused pages that are given back to the disk at once.
const PAGES: i64 = 4_096;

impl Db {
    fn pragma(&self, name: &str) -> Result<u64, StoreError> {
        let value: i64 = self.conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?;
        Ok(u64::try_from(value).unwrap_or(0))
    }

    /// Bytes that rows take.
    pub(super) fn used(&self) -> Result<u64, StoreError> {
        let pages = self.pragma("page_count")?.saturating_sub(self.pragma("freelist_count")?);
        Ok(pages * self.pragma("page_size")?)
    }

    pub(super) fn size(&self) -> Result<Size, StoreError> {
        let messages: i64 = self.conn.query_row("SELECT count(*) FROM messages", [], |row| row.get(0))?;
        Ok(Size {
            messages: u64::try_from(messages).unwrap_or(0),
            used: self.used()?,
            disk: self.disk(),
            behind: u64::try_from(self.behind()).unwrap_or(0),
        })
    }

    fn disk(&self) -> u64 {
        let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let log = super::open::with_ending(&self.options.file, "-wal");
        size(&self.options.file) + size(&log)
    }

    /// Trims to the disk budget; returns how many messages went.
    pub(super) fn trim(&mut self) -> Result<u64, StoreError> {
        let budget = self.options.budget;
        if self.used()? <= budget {
            return Ok(0);
        }
        // Some room, so that it does not begin again at once.
        let aim = budget - budget / 10;
        let mut gone = self.trim_to(aim, SCREEN)?;
        if self.used()? > budget {
            gone += self.trim_to(budget, 0)?;
        }
        self.give_back(PAGES)?;
        Ok(gone)
    }

    /// Makes room for what must not be lost: the oldest history goes, some at a time.
    pub(super) fn make_room(&mut self) -> Result<u64, StoreError> {
        let used = self.used()?;
        self.trim_to(used - used / 20, 0)
    }

    fn give_back(&self, pages: i64) -> Result<(), StoreError> {
        let mut some = self.conn.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = some.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// Lets the oldest messages of all chats go until rows take no more than this; `keep` of each chat stay.
    fn trim_to(&mut self, aim: u64, keep: i64) -> Result<u64, StoreError> {
        let chats: Vec<i64> =
            self.conn.prepare("SELECT row FROM chats")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut oldest = BinaryHeap::new();
        for chat in chats {
            if let Some(at) = self.oldest_beyond(chat, keep)? {
                oldest.push(Reverse((at, chat)));
            }
        }
        let mut gone = 0;
        while self.used()? > aim
            && let Some(Reverse((_, chat))) = oldest.pop()
        {
            let until = oldest.peek().map_or(i64::MAX, |Reverse((at, _))| *at);
            gone += self.transact(false, |db| db.trim_chat(chat, keep, until))?;
            if let Some(at) = self.oldest_beyond(chat, keep)? {
                oldest.push(Reverse((at, chat)));
            }
        }
        Ok(gone)
    }

    /// The newest message of a chat that may go while so many stay.
    fn last_to_go(&self, chat: i64, keep: i64) -> Result<Option<MessageKey>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT ord, id FROM messages WHERE chat = ? ORDER BY ord DESC, id DESC LIMIT 1 OFFSET ?",
        )?;
        Ok(find.query_row(params![chat, keep], |row| key_at(row, 0)).optional()?.flatten())
    }

    /// When the oldest message of a chat was sent, if it may go. What bears no time is older than all.
    fn oldest_beyond(&self, chat: i64, keep: i64) -> Result<Option<i64>, StoreError> {
        if self.last_to_go(chat, keep)?.is_none() {
            return Ok(None);
        }
        let mut find = self.conn.prepare_cached("SELECT at FROM messages WHERE chat = ? ORDER BY ord, id LIMIT 1")?;
        let at: Option<Option<i64>> = find.query_row([chat], |row| row.get(0)).optional()?;
        Ok(at.map(|at| at.unwrap_or(i64::MIN)))
    }

    /// Lets some of the oldest messages of a chat go, those sent until a time.
    fn trim_chat(&mut self, chat: i64, keep: i64, until: i64) -> Result<u64, StoreError> {
        let Some(last) = self.last_to_go(chat, keep)? else { return Ok(0) };
        let mut all = self.conn.prepare_cached(
            "SELECT row, ord, id, stamp, gap, mention, at FROM messages
             WHERE chat = ?1 AND (ord, id) <= (?2, ?3) ORDER BY ord, id LIMIT ?4",
        )?;
        let mut rows = all.query(params![chat, Wide(last.order.0), id(last.id.0), CHUNK])?;
        let mut gone: Vec<Row> = Vec::new();
        while let Some(row) = rows.next()? {
            let at: Option<i64> = row.get(6)?;
            // The first always goes, so that there is an end.
            if !gone.is_empty() && at.unwrap_or(i64::MIN) > until {
                break;
            }
            gone.push(Row::read(row)?);
        }
        drop(rows);
        drop(all);
        for row in &gone {
            self.conn.prepare_cached("DELETE FROM messages WHERE row = ?")?.execute([row.row])?;
            self.text_gone(row.row)?;
        }
        match self.edge(chat, MIN, MAX, true)? {
            Some(first) => self.set_gap(first.row, true)?,
            None => {
                self.conn
                    .prepare_cached("UPDATE chats SET start_known = 0, end_at = 0 WHERE row = ?")?
                    .execute([chat])?;
            }
        }
        let latest = self.latest();
        self.memory.cut(chat, latest);
        self.forget_chats();
        Ok(gone.len() as u64)
    }

    /// Gives unused space back to the disk; tells how much it took before and takes now.
    pub(super) fn compact(&mut self) -> Result<(u64, u64), StoreError> {
        let before = self.disk();
        self.conn.execute_batch("INSERT INTO words (words) VALUES ('optimize'); VACUUM;")?;
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok((before, self.disk()))
    }

    /// Forgets all of an account; tells whether there was anything.
    pub(super) fn forget(&mut self, key: &AccountKey) -> Result<bool, StoreError> {
        let Some(account) = self.account_row(key)? else { return Ok(false) };
        self.transact(true, |db| {
            let rows = |db: &Self, query: &str| -> Result<Vec<i64>, StoreError> {
                let mut all = db.conn.prepare(query)?;
                let rows = all.query_map([account], |row| row.get(0))?.collect::<Result<_, _>>()?;
                Ok(rows)
            };
            for row in rows(db, "SELECT row FROM outbox WHERE account = ?")? {
                db.drop_outbox_row(row)?;
            }
            for chat in rows(db, "SELECT row FROM chats WHERE account = ?")? {
                db.history_gone(chat)?;
            }
            for table in ["chats", "communities", "roles", "members", "people", "drafts"] {
                db.conn.execute(&format!("DELETE FROM {table} WHERE account = ?"), [account])?;
            }
            db.conn.execute("DELETE FROM accounts WHERE row = ?", [account])?;
            Ok(())
        })?;
        self.unbind(account);
        // What was deleted is not to be found in unused pages either.
        self.compact()?;
        Ok(true)
    }

    /// What is wrong with it; empty if nothing is.
    pub(super) fn look_through(&self) -> Result<Vec<String>, StoreError> {
        let mut look = self.conn.prepare("PRAGMA integrity_check(20)")?;
        let said: Vec<String> = look.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }
}
