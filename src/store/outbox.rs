//! What waits to go out, with its files.
//!
//! The content of a file is kept, not its path: what is sent is what was looked at, whatever becomes of the file meanwhile. Small ones lie in the
//! database, larger ones in files of their own beside it, so that the log of the database stays small. A file is on the disk before the row that names
//! it, and goes after that row; one that no row names is swept at the next start.

use super::codec;
use super::db::Db;
use super::error::StoreError;
use super::open::with_ending;
use super::place::{Wide, id, key_at};
use crate::config::files;
use crate::domain::kept::{OutboxItem, OutboxRow, OutboxStage};
use crate::domain::{ChatId, ChatKey, Id, MessageKey, Nonce, Upload, Wall};
use bytes::Bytes;
use rusqlite::{OptionalExtension, params};
use std::collections::HashSet;
use std::path::PathBuf;

/// Files up to this size lie in the database.
const INLINE: usize = 256 << 10;
/// Most bytes of files that may wait in all accounts together.
pub(super) const MOST_BYTES: u64 = 1 << 30;
/// Most rows that may wait.
const MOST_ROWS: i64 = 10_000;

impl Db {
    pub(super) fn put_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        let account = self.account(row.chat.account)?;
        let chat = id(row.chat.chat.0);
        let attachments: &[Upload] = match &row.item {
            OutboxItem::Send(outgoing) => &outgoing.attachments,
            _ => &[],
        };
        let target = codec::target(&row.item);
        if let Some(target) = &target {
            let waiting = codec::stage_body(&OutboxStage::InFlight);
            self.conn
                .prepare_cached("DELETE FROM outbox WHERE account = ? AND chat = ? AND target = ? AND stage <> ?")?
                .execute(params![account, chat, target, waiting])?;
        }
        let known = row.known.map(|key| (Wide(key.order.0), id(key.id.0))).unzip();
        let nonce = row.nonce.0.cast_signed();
        // The same row may come again: its text was changed, or nobody knows whether the first was committed. It keeps its turn; with files it cannot, since
        // those of the first go by the row's number.
        let place = self.row_of(account, row.chat.chat, row.nonce)?.filter(|_| attachments.is_empty());
        self.drop_row(account, row.chat.chat, row.nonce)?;
        self.check_room(attachments)?;
        self.conn
            .prepare_cached(
                "INSERT INTO outbox (row, account, chat, nonce, target, written, known_ord, known_id, stage, body)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                place,
                account,
                chat,
                nonce,
                target,
                row.written.0,
                known.0,
                known.1,
                codec::stage_body(&row.stage),
                codec::item_body(&row.item),
            ])?;
        let outbox = self.conn.last_insert_rowid();
        for (position, file) in attachments.iter().enumerate() {
            self.put_file(outbox, position, file)?;
        }
        Ok(())
    }

    fn check_room(&self, attachments: &[Upload]) -> Result<(), StoreError> {
        let rows: i64 = self.conn.prepare_cached("SELECT count(*) FROM outbox")?.query_row([], |row| row.get(0))?;
        let new: u64 = attachments.iter().map(Upload::size).sum();
        let waiting: i64 = if new == 0 {
            0
        } else {
            self.conn.prepare_cached("SELECT coalesce(sum(size), 0) FROM files")?.query_row([], |row| row.get(0))?
        };
        if rows >= MOST_ROWS || u64::try_from(waiting).unwrap_or(0).saturating_add(new) > MOST_BYTES {
            return Err(StoreError::TooMuch(MOST_BYTES));
        }
        Ok(())
    }

    fn put_file(&self, outbox: i64, position: usize, file: &Upload) -> Result<(), StoreError> {
        // Without a place of its own beside it, all of it goes into the database.
        let beside = self.spool().filter(|_| file.bytes.len() > INLINE);
        let (bytes, spool) = match beside {
            None => (Some(&file.bytes[..]), None),
            Some(folder) => {
                files::create_private_dir(&folder).map_err(|error| StoreError::place(&folder, &error))?;
                let name = format!("{outbox}-{position}");
                let path = folder.join(&name);
                files::write_private(&path, &file.bytes).map_err(|error| match error.kind() {
                    std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
                    _ => StoreError::place(&path, &error),
                })?;
                (None, Some(name))
            }
        };
        let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
        self.conn.prepare_cached("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            outbox,
            position as i64,
            file.name,
            file.mimetype,
            file.path,
            size,
            bytes,
            spool
        ])?;
        Ok(())
    }

    /// The folder for large files; `None` while the database is in memory.
    fn spool(&self) -> Option<PathBuf> {
        (!self.is_in_memory()).then(|| with_ending(&self.options.file, "-files"))
    }

    pub(super) fn set_stage(
        &mut self,
        chat: ChatKey,
        nonce: Nonce,
        stage: &OutboxStage,
        known: Option<MessageKey>,
    ) -> Result<(), StoreError> {
        let account = self.account(chat.account)?;
        let known = known.map(|key| (Wide(key.order.0), id(key.id.0))).unzip();
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE outbox SET stage = ?1, known_ord = coalesce(?2, known_ord), known_id = coalesce(?3, known_id)
                 WHERE account = ?4 AND chat = ?5 AND nonce = ?6",
            )?
            .execute(params![
                codec::stage_body(stage),
                known.0,
                known.1,
                account,
                id(chat.chat.0),
                nonce.0.cast_signed()
            ])?;
        // It would go out, and the next run would know nothing of it.
        if changed == 0 && *stage == OutboxStage::InFlight { Err(StoreError::NotKept) } else { Ok(()) }
    }

    pub(super) fn drop_outbox(&mut self, chat: ChatKey, nonce: Nonce) -> Result<(), StoreError> {
        let account = self.account(chat.account)?;
        self.drop_row(account, chat.chat, nonce)
    }

    fn row_of(&self, account: i64, chat: ChatId, nonce: Nonce) -> Result<Option<i64>, StoreError> {
        let mut find =
            self.conn.prepare_cached("SELECT row FROM outbox WHERE account = ? AND chat = ? AND nonce = ?")?;
        Ok(find.query_row(params![account, id(chat.0), nonce.0.cast_signed()], |row| row.get(0)).optional()?)
    }

    fn drop_row(&mut self, account: i64, chat: ChatId, nonce: Nonce) -> Result<(), StoreError> {
        match self.row_of(account, chat, nonce)? {
            Some(row) => self.drop_outbox_row(row),
            None => Ok(()),
        }
    }

    pub(super) fn drop_outbox_row(&mut self, row: i64) -> Result<(), StoreError> {
        let spooled: Vec<String> = self
            .conn
            .prepare_cached("SELECT spool FROM files WHERE outbox = ? AND spool IS NOT NULL")?
            .query_map([row], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if let Some(folder) = self.spool() {
            self.doomed.extend(spooled.into_iter().map(|name| folder.join(name)));
        }
        self.conn.prepare_cached("DELETE FROM files WHERE outbox = ?")?.execute([row])?;
        self.conn.prepare_cached("DELETE FROM outbox WHERE row = ?")?.execute([row])?;
        Ok(())
    }

    /// Everything that waits for bound accounts, oldest first. A message whose files cannot be read any more comes back as failed.
    pub(super) fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        let mut found = Vec::new();
        let mut all = self.conn.prepare_cached(
            "SELECT row, account, chat, nonce, written, known_ord, known_id, stage, body FROM outbox ORDER BY row",
        )?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let Some(account) = self.bound(row.get(1)?) else { continue };
            let chat = ChatKey::new(account, ChatId(Id(row.get::<_, Wide>(2)?.0)));
            let nonce = Nonce(row.get::<_, i64>(3)?.cast_unsigned());
            let (attachments, whole) = self.files(row.get(0)?)?;
            let item = codec::item(row.get_ref(8)?.as_blob().unwrap_or_default(), chat.chat, nonce, attachments);
            let stage = codec::stage(row.get_ref(7)?.as_blob().unwrap_or_default());
            // A row that makes no sense is damage; the rest still counts.
            let Some(item) = item else { continue };
            let stage = match stage {
                Some(stage) if whole => stage,
                _ => OutboxStage::Failed(crate::domain::Refusal::ours(
                    crate::domain::RefusalKind::Invalid,
                    "its files are not there any more",
                )),
            };
            found.push(OutboxRow { chat, nonce, item, written: Wall(row.get(4)?), known: key_at(row, 5)?, stage });
        }
        Ok(found)
    }

    /// The files of a row, and whether they are all there.
    fn files(&self, outbox: i64) -> Result<(Vec<Upload>, bool), StoreError> {
        let mut all = self.conn.prepare_cached(
            "SELECT name, mimetype, path, size, bytes, spool FROM files WHERE outbox = ? ORDER BY position",
        )?;
        let mut rows = all.query([outbox])?;
        let (mut found, mut whole) = (Vec::new(), true);
        while let Some(row) = rows.next()? {
            let size: i64 = row.get(3)?;
            let (bytes, spool): (Option<Vec<u8>>, Option<String>) = (row.get(4)?, row.get(5)?);
            // A name of our own has no separators; one that has was put there by somebody else.
            let path = spool.filter(|name| !name.contains(['/', '\\'])).zip(self.spool());
            let bytes = bytes.or_else(|| path.and_then(|(name, folder)| std::fs::read(folder.join(name)).ok()));
            let bytes = bytes.filter(|bytes| i64::try_from(bytes.len()) == Ok(size));
            whole &= bytes.is_some();
            // One that is gone stays in its place without its bytes, so that the others do not go without it.
            let (name, mimetype, path) = (row.get(0)?, row.get(1)?, row.get(2)?);
            found.push(Upload {
                name,
                mimetype,
                path,
                bytes: bytes.map(Bytes::from).unwrap_or_default(),
                source: None,
            });
        }
        Ok((found, whole))
    }

    /// Removes files that no row names: a run ended between the two.
    pub(super) fn sweep_files(&mut self) {
        let Some(folder) = self.spool() else { return };
        let Ok(listed) = std::fs::read_dir(&folder) else { return };
        // Nobody else is between a file and its row while this lasts. What fails here is swept another time.
        let _ = self.transact(false, |db| {
            let mut all = db.conn.prepare("SELECT spool FROM files WHERE spool IS NOT NULL")?;
            let named: HashSet<String> = all.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for file in listed.flatten() {
                if !file.file_name().to_str().is_some_and(|name| named.contains(name)) {
                    let _ = std::fs::remove_file(file.path());
                }
            }
            Ok(())
        });
    }
}
