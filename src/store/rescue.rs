//! Saving what the user wrote from a database that is damaged: drafts and what waits to go out. Row by row; what cannot be read is left where it is.

use super::db::Db;
use super::open::with_ending;
use crate::config::files;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;

/// Columns of what is saved.
const TABLES: [(&str, &str, usize); 4] = [
    ("accounts", "row, network, server, user", 4),
    ("drafts", "account, chat, text", 3),
    ("outbox", "row, account, chat, nonce, target, written, known_ord, known_id, stage, body", 10),
    ("files", "outbox, position, name, mimetype, path, size, bytes, spool", 8),
];

/// Copies what can be read of drafts and outbox into a database that was just begun; tells how many of each.
pub(super) fn from(damaged: &Path, db: &mut Db) -> (usize, usize) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(old) = Connection::open_with_flags(damaged, flags) else { return (0, 0) };
    // One that is shorter than it says is read as far as it goes.
    let _ = old.pragma_update(None, "writable_schema", true);
    let mut saved = [0; TABLES.len()];
    let done = db.transact(true, |db| {
        for (saved, (table, columns, count)) in saved.iter_mut().zip(TABLES) {
            let places = vec!["?"; count].join(", ");
            let mut put = db.conn.prepare(&format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({places})"))?;
            let Ok(mut all) = old.prepare(&format!("SELECT {columns} FROM {table}")) else { continue };
            let Ok(mut rows) = all.query([]) else { continue };
            while let Ok(Some(row)) = rows.next() {
                let values: Result<Vec<Value>, _> = (0..count).map(|column| row.get(column)).collect();
                *saved += match values {
                    Ok(values) => put.execute(params_from_iter(values)).unwrap_or(0),
                    Err(_) => 0,
                };
            }
        }
        Ok(())
    });
    if done.is_err() {
        return (0, 0);
    }
    copy_files(damaged, db);
    let [_, drafts, waiting, _] = saved;
    (drafts, waiting)
}

/// Large files lie beside the database, and were moved away with it.
fn copy_files(damaged: &Path, db: &Db) {
    let (from, to) = (with_ending(damaged, "-files"), with_ending(&db.options.file, "-files"));
    let Ok(listed) = std::fs::read_dir(from) else { return };
    if files::create_private_dir(&to).is_err() {
        return;
    }
    for file in listed.flatten() {
        // One that cannot be copied makes its message fail, visibly.
        let _ = std::fs::read(file.path()).and_then(|bytes| files::write_private(&to.join(file.file_name()), &bytes));
    }
}
