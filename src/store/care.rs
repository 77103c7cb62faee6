//! Care for the database as a whole: how much it holds, trimming, compacting, forgetting, looking for damage.

use super::db::Db;
use super::error::StoreError;
use super::open::{SUSPECT, check};
use super::place::{MAX, MIN, Wide, id, key_at};
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

/// Bytes that are made free at once for what must not be lost.
const ROOM: u64 = 8 << 20;
/// In `meta`: something is left to tidy up.
const UNTIDY: &str = "untidy";

/// Trimming under way.
pub(super) struct Trimming {
    /// Until rows take no more than so many bytes.
    aim: u64,
    /// So many messages of each chat stay.
    keep: i64,
    /// When the oldest message of each chat was sent that may go, and which chat it is.
    oldest: BinaryHeap<Reverse<(i64, i64)>>,
}

/// How far tidying up is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tidying {
    /// Removing history that is of nobody.
    History,
    /// Removing words of what is gone from the index.
    Words {
        /// It was begun.
        begun: bool,
    },
    /// Giving unused pages back.
    Pages,
    /// Writing it all to the database itself.
    Log,
}

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

    pub(super) fn disk(&self) -> u64 {
        let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let log = super::open::with_ending(&self.options.file, "-wal");
        size(&self.options.file) + size(&log)
    }

    /// Trims towards the disk budget while `goes_on` says so, but always some; returns how many messages went. What is left to do, the next call does.
    pub(super) fn trim(&mut self, goes_on: impl Fn() -> bool) -> Result<u64, StoreError> {
        let budget = self.options.budget;
        let mut plan = match self.trimming.take() {
            Some(plan) => plan,
            // Some room, so that it does not begin again at once.
            None if self.used()? > budget => self.plan(budget - budget / 10, SCREEN)?,
            None => return Ok(0),
        };
        let mut gone = 0;
        loop {
            match self.trim_some(&mut plan)? {
                Some(some) => gone += some,
                None if plan.keep > 0 && self.used()? > budget => plan = self.plan(budget, 0)?,
                None => break,
            }
            if !goes_on() {
                self.trimming = Some(plan);
                return Ok(gone);
            }
        }
        self.give_back(PAGES)?;
        Ok(gone)
    }

    /// Makes room for what must not be lost: the oldest history goes, some at a time.
    pub(super) fn make_room(&mut self) -> Result<u64, StoreError> {
        let used = self.used()?;
        let mut plan = self.plan(used - (used / 20).min(ROOM), 0)?;
        let mut gone = 0;
        while let Some(some) = self.trim_some(&mut plan)? {
            gone += some;
        }
        Ok(gone)
    }

    fn give_back(&self, pages: i64) -> Result<(), StoreError> {
        let mut some = self.conn.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = some.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// What goes first, until rows take no more than `aim`; `keep` messages of each chat stay.
    fn plan(&self, aim: u64, keep: i64) -> Result<Trimming, StoreError> {
        let chats: Vec<i64> =
            self.conn.prepare("SELECT row FROM chats")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut oldest = BinaryHeap::new();
        for chat in chats {
            if let Some(at) = self.oldest_beyond(chat, keep)? {
                oldest.push(Reverse((at, chat)));
            }
        }
        Ok(Trimming { aim, keep, oldest })
    }

    /// Lets some of the oldest messages of all chats go; `None` when it is done.
    fn trim_some(&mut self, plan: &mut Trimming) -> Result<Option<u64>, StoreError> {
        if self.used()? <= plan.aim {
            return Ok(None);
        }
        let Some(Reverse((_, chat))) = plan.oldest.pop() else { return Ok(None) };
        let until = plan.oldest.peek().map_or(i64::MAX, |Reverse((at, _))| *at);
        let gone = self.transact(false, |db| db.trim_chat(chat, plan.keep, until))?;
        if let Some(at) = self.oldest_beyond(chat, plan.keep)? {
            plan.oldest.push(Reverse((at, chat)));
        }
        Ok(Some(gone))
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

    /// Unused space is to be given back to the disk: [`Db::tidy_some`] does it.
    pub(super) const fn tidy(&mut self) {
        self.tidying = Some(Tidying::History);
    }

    /// What an earlier run left to tidy up is gone on with.
    pub(super) fn tidy_as_left(&mut self) -> Result<(), StoreError> {
        let found = self.conn.query_row("SELECT 1 FROM meta WHERE name = ?", [UNTIDY], |_| Ok(())).optional()?;
        if found.is_some() {
            self.tidy();
        }
        Ok(())
    }

    /// Whether something is left to tidy up.
    pub(super) const fn is_untidy(&self) -> bool {
        self.tidying.is_some()
    }

    /// It goes on in another run.
    pub(super) const fn stop_tidying(&mut self) {
        self.tidying = None;
    }

    /// Tidies up for a moment: history that is of nobody goes, words of what is gone leave the index, unused pages go back to the disk. Returns whether
    /// there is more to do.
    pub(super) fn tidy_some(&mut self) -> Result<bool, StoreError> {
        let next = match self.tidying {
            None => return Ok(false),
            Some(Tidying::History) => match self.transact(false, Self::clear_some)? {
                true => Tidying::History,
                false => Tidying::Words { begun: false },
            },
            Some(Tidying::Words { begun }) => match self.merge_words(begun)? {
                true => Tidying::Words { begun: true },
                false => Tidying::Pages,
            },
            Some(Tidying::Pages) => {
                let unused = self.pragma("freelist_count")?;
                self.give_back(CHUNK)?;
                match self.pragma("freelist_count")? {
                    left if left > 0 && left < unused => Tidying::Pages,
                    _ => Tidying::Log,
                }
            }
            Some(Tidying::Log) => {
                self.transact(false, |db| Ok(db.conn.execute("DELETE FROM meta WHERE name = ?", [UNTIDY])?))?;
                self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
                self.tidying = None;
                return Ok(false);
            }
        };
        self.tidying = Some(next);
        Ok(true)
    }

    /// Removes some messages of chats that are of nobody, and chats that have none any more. Returns whether there was something to remove.
    fn clear_some(&mut self) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT row FROM chats WHERE account < 0 LIMIT 1")?;
        let Some(chat) = find.query_row([], |row| row.get::<_, i64>(0)).optional()? else { return Ok(false) };
        drop(find);
        let rows: Vec<i64> = self
            .conn
            .prepare_cached("SELECT row FROM messages WHERE chat = ? LIMIT ?")?
            .query_map([chat, CHUNK], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for row in &rows {
            self.conn.prepare_cached("DELETE FROM messages WHERE row = ?")?.execute([row])?;
            self.text_gone(*row)?;
        }
        if rows.is_empty() {
            self.conn.prepare_cached("DELETE FROM chats WHERE row = ?")?.execute([chat])?;
        }
        Ok(true)
    }

    /// Has the index merge some of its parts into one without what is gone: a number below zero begins, one above goes on, and less than two changes
    /// say that it is done, as SQLite's manual has it. Returns whether there is more to do.
    fn merge_words(&mut self, begun: bool) -> Result<bool, StoreError> {
        let changes = |db: &Self| -> Result<i64, StoreError> {
            Ok(db.conn.query_row("SELECT total_changes()", [], |row| row.get(0))?)
        };
        let before = changes(self)?;
        let pages = if begun { CHUNK } else { -CHUNK };
        self.transact(false, |db| {
            Ok(db.conn.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?)")?.execute([pages])?)
        })?;
        Ok(changes(self)? - before >= 2)
    }

    /// Forgets all of an account; tells whether there was anything. What takes long, its history, is of nobody from then on, and [`Db::tidy_some`]
    /// removes it.
    pub(super) fn forget(&mut self, key: &AccountKey) -> Result<bool, StoreError> {
        let Some(account) = self.account_row(key)? else { return Ok(false) };
        self.transact(true, |db| {
            let waiting: Vec<i64> = db
                .conn
                .prepare("SELECT row FROM outbox WHERE account = ?")?
                .query_map([account], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for row in waiting {
                db.drop_outbox_row(row)?;
            }
            // Each of another nobody, since two accounts may call different chats the same.
            db.conn.execute("UPDATE chats SET account = -row, body = NULL WHERE account = ?", [account])?;
            for table in ["communities", "roles", "members", "people", "drafts"] {
                db.conn.execute(&format!("DELETE FROM {table} WHERE account = ?"), [account])?;
            }
            db.conn.execute("DELETE FROM accounts WHERE row = ?", [account])?;
            db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", [UNTIDY])?;
            Ok(())
        })?;
        self.unbind(account);
        self.tidy();
        Ok(true)
    }

    /// What is wrong with it; empty if nothing is. If something is, the next start looks, too, and uses another.
    pub(super) fn look_through(&mut self) -> Result<Vec<String>, StoreError> {
        let faults = match check(&self.conn, true) {
            Err(why) if why.is_damage() => vec![why.to_string()],
            faults => faults?,
        };
        if !faults.is_empty() {
            let marked = self.transact(true, |db| {
                db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", [SUSPECT])?;
                Ok(())
            });
            if let Err(error) = marked {
                tracing::warn!(%error, "a damaged database is not marked");
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::kept::{AccountKey, Stamp};
    use crate::domain::{
        AccountId, ChatId, ChatKey, CleanText, Message, MessageId, MessageKey, Page, RichText, SortKey, UserId,
    };
    use crate::store::StoreError;
    use crate::store::db::Db;
    use crate::store::open::{Options, without};
    use std::sync::Arc;

    const CHAT: ChatKey = ChatKey::new(AccountId(0), ChatId::new(7));

    /// A database in memory with many messages in a chat.
    fn filled(budget: u64, account: &AccountKey) -> Db {
        let (mut db, _) = without(&Options { budget, ..Options::new("nowhere".into()) }, StoreError::Full).unwrap();
        db.bind(CHAT.account, account).unwrap();
        let message = |number: u128| {
            Arc::new(Message {
                key: MessageKey { order: SortKey(number), id: MessageId::new(number) },
                chat: CHAT.chat,
                body: RichText::plain(CleanText::new(&"words ".repeat(80))),
                ..Message::default()
            })
        };
        let messages: Vec<_> = (1..2_001).map(message).collect();
        db.transact(false, |db| db.absorb(CHAT, Stamp(2), Page::Latest, &messages, (true, true))).unwrap();
        db
    }

    fn account() -> AccountKey {
        AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: UserId::new(1) }
    }

    #[test]
    fn trimming_makes_way_and_goes_on() {
        let budget = 500_000;
        let mut db = filled(budget, &account());
        let before = db.used().unwrap();
        assert!(before > 2 * budget, "{before}");
        let gone = db.trim(|| false).unwrap();
        assert!((1..=200).contains(&gone) && db.has_chores(), "{gone}");
        assert!(db.used().unwrap() > budget);
        let mut times = 0;
        while db.has_chores() && db.trimming.is_some() {
            assert!(db.trim(|| false).unwrap() <= 200);
            times += 1;
        }
        assert!(times > 3 && db.used().unwrap() <= budget, "{times}");
    }

    #[test]
    fn what_is_forgotten_is_found_by_nobody_at_once_and_goes_bit_by_bit() {
        let mut db = filled(1 << 30, &account());
        db.index_some().unwrap();
        assert_eq!(db.forget(&account()), Ok(true));
        assert_eq!(db.forget(&account()), Ok(false));
        db.bind(CHAT.account, &account()).unwrap();
        assert_eq!(db.kept_chat(CHAT), Ok(None), "who signs in again begins anew");
        let mut times = 0;
        while db.tidy_some().unwrap() {
            times += 1;
        }
        assert!(times >= 2_000 / 200, "{times}");
        assert_eq!(db.size().unwrap().messages, 0);
        assert!(!db.is_untidy());
    }
}
