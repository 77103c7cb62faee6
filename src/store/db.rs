//! The open database: accounts and chats by their rows, transactions, and what is remembered of this run.

use super::care::{Tidying, Trimming};
use super::error::StoreError;
use super::memory::Memory;
use super::open::Options;
use super::place::{id, key_at};
use crate::domain::kept::{Absorbed, AccountKey, Stamp, Write};
use crate::domain::{AccountId, ChatId, ChatKey, MessageKey};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// What is known of a chat without looking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ChatState {
    pub(super) row: i64,
    /// Whose.
    pub(super) account: i64,
    /// The newest message stored.
    pub(super) last: Option<MessageKey>,
    /// When it was last certain that nothing newer exists than the newest stored, or that it will be pushed.
    pub(super) end_at: i64,
    /// While nothing is stored: nothing older than the end exists.
    pub(super) start_known: bool,
}

/// The open database.
pub(super) struct Db {
    pub(super) conn: Connection,
    pub(super) options: Options,
    /// Counts the runs that used the database: stamps of a later run are newer than all before.
    run: i64,
    /// The row of the next message.
    pub(super) next_row: i64,
    /// The full-text index has every message up to this row, but for those in `reindex`.
    pub(super) indexed: i64,
    /// Rows that the index has may wait in `reindex`.
    pub(super) reindexing: bool,
    pub(super) index_given_up: bool,
    accounts: HashMap<AccountId, i64>,
    /// Whom they mean, those included that could not be bound yet.
    pub(super) keys: HashMap<AccountId, AccountKey>,
    /// Why some could not.
    unbound: Option<StoreError>,
    chats: HashMap<(i64, ChatId), ChatState>,
    /// For each account, since when something may have been missed.
    stale: HashMap<i64, i64>,
    /// Chats, by account, of which something told last could not be written: whatever the database says, their end is not known.
    torn: HashSet<(i64, ChatId)>,
    pub(super) memory: Memory,
    /// Chats, by account, that went in this run: what is still told of them is not kept, unless they come again.
    pub(super) gone: HashSet<(i64, ChatId)>,
    /// Trimming that was begun.
    pub(super) trimming: Option<Trimming>,
    /// Tidying up that was begun.
    pub(super) tidying: Option<Tidying>,
    /// Files to remove once the transaction is committed.
    pub(super) doomed: Vec<PathBuf>,
    /// Changes when somebody else writes.
    data_version: i64,
    durable: bool,
    /// The newest stamp seen.
    latest: i64,
}

impl Db {
    /// Begins a run.
    pub(super) fn begin(conn: Connection, options: Options) -> Result<Self, StoreError> {
        conn.execute_batch(
            "BEGIN IMMEDIATE;
             INSERT INTO meta VALUES ('run', 1) ON CONFLICT DO UPDATE SET value = value + 1;
             INSERT OR REPLACE INTO meta VALUES ('clean', 0);
             COMMIT;",
        )?;
        let run: i64 = conn.query_row("SELECT value FROM meta WHERE name = 'run'", [], |row| row.get(0))?;
        Self::over(conn, options, run)
    }

    /// The same without a word in the database, which cannot be written now.
    pub(super) fn beside(conn: Connection, options: Options) -> Result<Self, StoreError> {
        let run: i64 = conn.query_row("SELECT value FROM meta WHERE name = 'run'", [], |row| row.get(0))?;
        Self::over(conn, options, run + 1)
    }

    fn over(conn: Connection, options: Options, run: i64) -> Result<Self, StoreError> {
        let mut db = Self {
            conn,
            options,
            run,
            next_row: 1,
            indexed: 0,
            reindexing: true,
            index_given_up: false,
            accounts: HashMap::new(),
            keys: HashMap::new(),
            unbound: None,
            chats: HashMap::new(),
            stale: HashMap::new(),
            torn: HashSet::new(),
            memory: Memory::default(),
            gone: HashSet::new(),
            trimming: None,
            tidying: None,
            doomed: Vec::new(),
            data_version: 0,
            durable: false,
            latest: 0,
        };
        db.look_again()?;
        db.tidy_as_left()?;
        Ok(db)
    }

    /// Reads anew what is remembered of the database; somebody else may have written.
    fn look_again(&mut self) -> Result<(), StoreError> {
        self.chats.clear();
        self.data_version = self.read_version()?;
        let value = |name: &str| -> rusqlite::Result<Option<i64>> {
            self.conn.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| row.get(0)).optional()
        };
        self.indexed = value("indexed")?.unwrap_or(0);
        self.reindexing = true;
        let last: Option<i64> = self.conn.query_row("SELECT max(row) FROM messages", [], |row| row.get(0))?;
        self.next_row = last.unwrap_or(0).max(self.indexed) + 1;
        Ok(())
    }

    fn read_version(&self) -> rusqlite::Result<i64> {
        self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
    }

    /// Does all of `work` in one transaction, or nothing of it. A durable one is on the disk when this returns.
    pub(super) fn transact<T>(
        &mut self,
        durable: bool,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if durable != self.durable {
            self.conn.execute_batch(if durable {
                "PRAGMA synchronous = FULL"
            } else {
                "PRAGMA synchronous = NORMAL"
            })?;
            self.durable = durable;
        }
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let done = match self.read_version() {
            Ok(version) if version == self.data_version => Ok(()),
            Ok(_) => self.look_again(),
            Err(error) => Err(error.into()),
        };
        let done = done.and_then(|()| {
            self.bind_again();
            if self.conn.is_autocommit() {
                // A fault of that has rolled it back, with nothing of it done.
                self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            }
            work(self)
        });
        let done = done.and_then(|value| {
            self.conn.prepare_cached("COMMIT")?.execute([])?;
            Ok(value)
        });
        if done.is_ok() {
            for file in self.doomed.drain(..) {
                // What is left over is swept at the next start.
                let _ = std::fs::remove_file(file);
            }
        } else {
            // Some faults have rolled it back already.
            let _ = self.conn.execute_batch("ROLLBACK");
            self.doomed.clear();
            self.chats.clear();
            self.accounts_after_failure();
        }
        done
    }

    /// Bindings of accounts that were made in a transaction that came to nothing are void.
    fn accounts_after_failure(&mut self) {
        let known = |row: i64| self.conn.query_row("SELECT 1 FROM accounts WHERE row = ?", [row], |_| Ok(())).is_ok();
        let gone: Vec<AccountId> = self.accounts.iter().filter(|(_, row)| !known(**row)).map(|(id, _)| *id).collect();
        for id in gone {
            self.accounts.remove(&id);
        }
    }

    /// Whether nothing of it outlasts this run.
    pub(super) fn is_in_memory(&self) -> bool {
        self.conn.path().is_none_or(str::is_empty)
    }

    /// The stamp as it is stored: later runs are newer.
    pub(super) fn at(&mut self, stamp: Stamp) -> i64 {
        let at = self.run << 32 | i64::from(stamp.0);
        self.latest = self.latest.max(at);
        at
    }

    /// The newest stamp seen in this run.
    pub(super) const fn latest(&self) -> i64 {
        if self.latest == 0 { self.run << 32 } else { self.latest }
    }

    /// Since when something of an account may have been missed: at least since the program started.
    pub(super) fn stale(&self, account: i64) -> i64 {
        self.stale.get(&account).copied().unwrap_or(self.run << 32)
    }

    pub(super) fn set_stale(&mut self, account: i64, at: i64) {
        self.stale.insert(account, at);
    }

    /// A write came to nothing that history has no place for: what it told may be missing from now on, and pages that were asked for before do not
    /// say otherwise. Nothing is written for it; a new run takes nothing for whole anyway.
    pub(super) fn not_written(&mut self, write: &Write) {
        match write {
            Write::Push { chat, told, .. } => {
                let at = self.at(*told);
                self.memory.blind(at);
                if let Ok(account) = self.account(chat.account) {
                    self.torn.insert((account, chat.chat));
                    self.chats.remove(&(account, chat.chat));
                }
            }
            Write::Missed { account, at } => {
                let at = self.at(*at);
                self.memory.blind(at);
                if let Ok(account) = self.account(*account) {
                    self.set_stale(account, at);
                }
            }
            _ => {}
        }
    }

    /// A write is committed: what it says of the end of its chat holds again.
    pub(super) fn is_written(&mut self, write: &Write) {
        if let Write::Push { chat, .. } | Write::Page { chat, .. } = write
            && !self.torn.is_empty()
            && let Ok(account) = self.account(chat.account)
        {
            self.torn.remove(&(account, chat.chat));
        }
    }

    /// The row of an account.
    pub(super) fn account(&self, account: AccountId) -> Result<i64, StoreError> {
        self.accounts.get(&account).copied().ok_or_else(|| match &self.unbound {
            Some(why) if self.keys.contains_key(&account) => why.clone(),
            _ => StoreError::Unbound,
        })
    }

    /// The number that an account's row is bound to.
    pub(super) fn bound(&self, row: i64) -> Option<AccountId> {
        self.accounts.iter().filter(|(_, bound)| **bound == row).map(|(id, _)| *id).min()
    }

    /// All bound accounts.
    pub(super) fn accounts(&self) -> Vec<(AccountId, i64)> {
        let mut all: Vec<_> = self.accounts.iter().map(|(id, row)| (*id, *row)).collect();
        all.sort_unstable();
        all
    }

    pub(super) fn bind(&mut self, account: AccountId, key: &AccountKey) -> Result<(), StoreError> {
        // It is told once: where there is no room for it now, there may be later.
        self.keys.insert(account, key.clone());
        self.accounts.remove(&account);
        let row = self.account_of(key).inspect_err(|why| self.unbound = Some(why.clone()))?;
        self.accounts.insert(account, row);
        Ok(())
    }

    /// The same where nothing can be written: for whom something is kept already. Tells whether it is.
    pub(super) fn bind_known(&mut self, account: AccountId, key: &AccountKey) -> Result<bool, StoreError> {
        let found = self.account_row(key)?;
        if let Some(row) = found {
            self.accounts.insert(account, row);
            self.keys.insert(account, key.clone());
        }
        Ok(found.is_some())
    }

    /// Accounts that could not be bound when that was told.
    fn bind_again(&mut self) {
        if self.accounts.len() >= self.keys.len() {
            return;
        }
        let missing: Vec<(AccountId, AccountKey)> = self
            .keys
            .iter()
            .filter(|(account, _)| !self.accounts.contains_key(account))
            .map(|(account, key)| (*account, key.clone()))
            .collect();
        for (account, key) in missing {
            // Whoever needs it is told why.
            let _ = self.bind(account, &key);
        }
    }

    /// The row of whoever this is, made if there is none yet.
    pub(super) fn account_of(&self, key: &AccountKey) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO accounts (network, server, user) VALUES (?, ?, ?)")?
            .execute(params![key.network, key.server, id(key.user.0)])?;
        self.account_row(key)?.ok_or(StoreError::Unbound)
    }

    /// What every number was bound to last.
    pub(super) fn bindings(&self) -> Vec<(AccountId, AccountKey)> {
        self.keys.iter().map(|(account, key)| (*account, key.clone())).collect()
    }

    /// Whether there is something to do when it is quiet.
    pub(super) const fn has_chores(&self) -> bool {
        self.has_unindexed() || self.is_untidy() || self.trimming.is_some()
    }

    /// The full-text index is left as it is for this run.
    pub(super) const fn give_up_indexing(&mut self) {
        self.index_given_up = true;
    }

    pub(super) fn account_row(&self, key: &AccountKey) -> Result<Option<i64>, StoreError> {
        let mut find =
            self.conn.prepare_cached("SELECT row FROM accounts WHERE network = ? AND server = ? AND user = ?")?;
        Ok(find.query_row(params![key.network, key.server, id(key.user.0)], |row| row.get(0)).optional()?)
    }

    pub(super) fn unbind(&mut self, row: i64) {
        // Nor is one bound anew where another database takes the place of this one.
        self.keys.retain(|account, _| self.accounts.get(account) != Some(&row));
        self.accounts.retain(|_, bound| *bound != row);
        self.chats.retain(|(account, _), _| *account != row);
    }

    /// A chat, if anything is kept of it.
    pub(super) fn known_chat(&mut self, account: i64, chat: ChatId) -> Result<Option<ChatState>, StoreError> {
        if let Some(state) = self.chats.get(&(account, chat)) {
            return Ok(Some(*state));
        }
        let found = self
            .conn
            .prepare_cached("SELECT row, end_at, start_known FROM chats WHERE account = ? AND id = ?")?
            .query_row(params![account, id(chat.0)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((row, end_at, start_known)) = found else { return Ok(None) };
        let last = self.last_stored(row)?;
        let end_at = if self.torn.contains(&(account, chat)) { 0 } else { end_at };
        let state = ChatState { row, account, last, end_at, start_known };
        self.chats.insert((account, chat), state);
        Ok(Some(state))
    }

    /// A chat; from now on something is kept of it.
    pub(super) fn chat(&mut self, key: ChatKey) -> Result<ChatState, StoreError> {
        let account = self.account(key.account)?;
        if let Some(state) = self.known_chat(account, key.chat)? {
            return Ok(state);
        }
        self.conn
            .prepare_cached("INSERT INTO chats (account, id) VALUES (?, ?)")?
            .execute(params![account, id(key.chat.0)])?;
        let row = self.conn.last_insert_rowid();
        let state = ChatState { row, account, last: None, end_at: 0, start_known: false };
        self.chats.insert((account, key.chat), state);
        Ok(state)
    }

    /// Remembers what became of a chat, and writes what has columns.
    pub(super) fn put_chat_state(&mut self, chat: ChatId, state: ChatState) -> Result<(), StoreError> {
        let known = self.chats.insert((state.account, chat), state);
        if self.torn.contains(&(state.account, chat))
            || known.is_none_or(|known| known.end_at != state.end_at || known.start_known != state.start_known)
        {
            self.conn
                .prepare_cached("UPDATE chats SET end_at = ?, start_known = ? WHERE row = ?")?
                .execute(params![state.end_at, state.start_known, state.row])?;
        }
        Ok(())
    }

    /// What is remembered of chats may have changed behind its back.
    pub(super) fn forget_chats(&mut self) {
        self.chats.clear();
    }

    pub(super) fn last_stored(&self, chat: i64) -> Result<Option<MessageKey>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT ord, id FROM messages WHERE chat = ? ORDER BY ord DESC, id DESC LIMIT 1")?;
        Ok(find.query_row([chat], |row| key_at(row, 0)).optional()?.flatten())
    }

    /// Whether nothing newer than the newest stored message exists, or it will be pushed.
    pub(super) fn end_known(&self, state: &ChatState) -> bool {
        state.end_at > self.stale(state.account)
    }

    /// Whether a write is about the history of a chat that is gone, or about how it was read.
    fn is_of_gone(&self, write: &Write) -> bool {
        let chat = match write {
            _ if self.gone.is_empty() => return false,
            Write::Change { account, message, .. } => ChatKey::new(*account, message.chat),
            Write::Push { chat, .. }
            | Write::Page { chat, .. }
            | Write::Reactions { chat, .. }
            | Write::Toggle { chat, .. }
            | Write::Tally { chat, .. }
            | Write::Pin { chat, .. }
            | Write::Delete { chat, .. }
            | Write::ReadState { chat, .. }
            | Write::Anchor(chat, _) => *chat,
            _ => return false,
        };
        self.account(chat.account).is_ok_and(|account| self.gone.contains(&(account, chat.chat)))
    }

    /// Carries out a write within a transaction.
    pub(super) fn apply(&mut self, write: &Write) -> Result<Absorbed, StoreError> {
        let done = |()| Absorbed::default();
        if self.is_of_gone(write) {
            return Ok(Absorbed { void: true, ..Absorbed::default() });
        }
        match write {
            Write::Bind(account, key) => self.bind(*account, key).map(done),
            Write::Push { chat, messages, told } => self.push(*chat, messages, *told),
            Write::Page { chat, asked, page, messages, reached_start, reached_end } => {
                self.absorb(*chat, *asked, *page, messages, (*reached_start, *reached_end))
            }
            Write::Change { account, message, with_reactions, told } => {
                self.change(*account, message, *with_reactions, *told).map(done)
            }
            Write::Reactions { chat, message, reactions, told } => {
                self.set_reactions(*chat, *message, reactions, *told).map(done)
            }
            Write::Toggle { chat, message, emoji, by, mine, add, told } => {
                self.toggle_reaction(*chat, *message, (emoji, *by, *mine, *add), *told).map(done)
            }
            Write::Tally { chat, message, tally, told } => self.tally(*chat, *message, tally, *told).map(done),
            Write::Pin { chat, message, pinned, told } => self.pin(*chat, *message, *pinned, *told).map(done),
            Write::Delete { chat, messages, told } => self.delete(*chat, messages, *told).map(done),
            Write::Missed { account, at } => {
                let (row, at) = (self.account(*account)?, self.at(*at));
                self.set_stale(row, at);
                Ok(Absorbed::default())
            }
            Write::Chats(account, chats) => self.put_chats(*account, chats).map(done),
            Write::AllChats(account, community, chats) => self.all_chats(*account, *community, chats).map(done),
            Write::ChatGone(chat) => self.chat_gone(*chat).map(done),
            Write::ReadState { chat, last_read, unread, mentions } => {
                self.read_state(*chat, *last_read, *unread, *mentions).map(done)
            }
            Write::Communities(account, all) => self.put_communities(*account, all).map(done),
            Write::Community(account, community) => self.put_community(*account, community).map(done),
            Write::CommunityGone(account, community) => self.community_gone(*account, *community).map(done),
            Write::Roles(account, community, roles) => self.put_roles(*account, *community, roles).map(done),
            Write::Members(account, members) => self.put_members(*account, members).map(done),
            Write::MemberGone(account, community, user) => self.member_gone(*account, *community, *user).map(done),
            Write::People(account, people) => self.put_people(*account, people).map(done),
            Write::Draft { chat, draft } => self.put_draft(*chat, draft).map(done),
            Write::PutOutbox(row) => self.put_outbox(row).map(done),
            Write::SetStage { chat, nonce, stage, known } => self.set_stage(*chat, *nonce, stage, *known).map(done),
            Write::DropOutbox(chat, nonce) => self.drop_outbox(*chat, *nonce).map(done),
            Write::Anchor(chat, anchor) => self.put_anchor(*chat, *anchor).map(done),
            Write::Layout(layout) => self.put_layout(layout).map(done),
        }
    }

    /// Ends the run: the next one need not look for damage.
    pub(super) fn end(self) {
        // Nothing can be done about a fault now, and the next run looks closer for it.
        let _ = self.conn.execute_batch(
            "PRAGMA synchronous = FULL; UPDATE meta SET value = 1 WHERE name = 'clean'; PRAGMA optimize;",
        );
        let _ = self.conn.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::StoreError;
    use super::super::open::{Options, without};
    use crate::domain::kept::AccountKey;
    use crate::domain::{AccountId, UserId};

    #[test]
    fn an_account_that_was_forgotten_is_not_bound_in_the_next_database() {
        let (mut db, _) = without(&Options::new("nowhere".into()), StoreError::Full).unwrap();
        let key = |user: u128| AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: UserId::new(user) };
        db.bind(AccountId(1), &key(1)).unwrap();
        db.bind(AccountId(2), &key(2)).unwrap();
        assert_eq!(db.forget(&key(1)), Ok(true));
        assert_eq!(db.bindings(), [(AccountId(2), key(2))]);
        assert_eq!(db.account(AccountId(1)), Err(StoreError::Unbound));
    }
}
