//! The form of the database, and the way from every older form to it.
//!
//! Each form is one step from the one before. A step only ever adds or rewrites; all steps that are needed run in one transaction, so that a database is
//! always wholly of one form.

use super::error::StoreError;
use rusqlite::Connection;

/// "nib " in ASCII: tells nib's databases from others.
pub(super) const APPLICATION: i64 = 0x6e69_6220;

/// The steps, oldest first. Never change one that was released: add another.
pub(super) const STEPS: &[&str] = &[V1, V2, V3];

/// The newest form.
pub const VERSION: i64 = STEPS.len() as i64;

// Identifiers and orders are numbers of 128 bits: a whole number where it fits, else 16 bytes, most significant first. Both sort as the numbers do,
// since whole numbers come before bytes. Columns for them have no type, so that nothing is converted.
//
// `messages.row` grows with each message stored, and is never used again: it is the document number of the full-text index.
const V1: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE accounts (
  row INTEGER PRIMARY KEY,
  network TEXT NOT NULL,
  server TEXT NOT NULL,
  user NOT NULL,
  UNIQUE (network, server, user)
);
CREATE TABLE communities (
  account INTEGER NOT NULL,
  id NOT NULL,
  position INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE roles (
  account INTEGER NOT NULL,
  community NOT NULL,
  id NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (account, community, id)
) WITHOUT ROWID;
CREATE TABLE members (
  account INTEGER NOT NULL,
  community NOT NULL,
  user NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (account, community, user)
) WITHOUT ROWID;
CREATE TABLE people (
  account INTEGER NOT NULL,
  id NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE chats (
  row INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  id NOT NULL,
  community,
  body BLOB,
  unread INTEGER NOT NULL DEFAULT 0,
  mentions INTEGER NOT NULL DEFAULT 0,
  read_ord, read_id,
  last_ord, last_id,
  start_known INTEGER NOT NULL DEFAULT 0,
  end_at INTEGER NOT NULL DEFAULT 0,
  anchor_ord, anchor_id, anchor_row INTEGER,
  UNIQUE (account, id)
);
CREATE TABLE messages (
  row INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL,
  ord NOT NULL,
  id NOT NULL,
  at INTEGER,
  stamp INTEGER NOT NULL,
  gap INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  mention INTEGER NOT NULL,
  reactions BLOB,
  body BLOB NOT NULL
);
CREATE UNIQUE INDEX messages_place ON messages (chat, ord, id);
CREATE INDEX messages_id ON messages (chat, id) WHERE id <> ord;
CREATE INDEX messages_gap ON messages (chat, ord, id) WHERE gap;
CREATE INDEX messages_pinned ON messages (chat, ord, id) WHERE pinned;
CREATE TABLE drafts (
  account INTEGER NOT NULL,
  chat NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (account, chat)
) WITHOUT ROWID;
CREATE TABLE outbox (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL,
  chat NOT NULL,
  nonce INTEGER NOT NULL,
  target BLOB,
  written INTEGER NOT NULL,
  known_ord, known_id,
  stage BLOB NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (account, chat, nonce)
);
CREATE TABLE files (
  outbox INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  mimetype TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB,
  spool TEXT,
  PRIMARY KEY (outbox, position)
) WITHOUT ROWID;
CREATE TABLE reindex (row INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5 (
  text, content='', contentless_delete=1,
  tokenize=\"unicode61 remove_diacritics 2\"
);
";

// Bodies of messages and of what waits have a second form, which an older nib would take for damage. The tables are the same.
const V2: &str = "";

// A draft that is more than a text has a body of bytes in the place of its text. The tables are the same.
const V3: &str = "";

/// The form of a database; 0 is an empty one.
pub(super) fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings a database to the newest form: all steps or none.
///
/// # Errors
/// It is newer than the steps, or a step fails; it is as it was.
pub(super) fn migrate(conn: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found = version(conn)?;
    let Some(missing) = usize::try_from(found).ok().and_then(|done| steps.get(done..)) else {
        return Err(StoreError::Newer { found, known });
    };
    if missing.is_empty() {
        return Ok(());
    }
    let all = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another program may have been quicker.
    let found = version(&all)?;
    let Some(missing) = usize::try_from(found).ok().and_then(|done| steps.get(done..)) else {
        return Err(StoreError::Newer { found, known });
    };
    for step in missing {
        all.execute_batch(step)?;
    }
    all.pragma_update(None, "application_id", APPLICATION)?;
    all.pragma_update(None, "user_version", known)?;
    Ok(all.commit()?)
}

#[cfg(test)]
mod tests {
    use super::{migrate, version};
    use crate::store::error::StoreError;
    use rusqlite::Connection;

    const ONE: &str = "CREATE TABLE t (a); INSERT INTO t VALUES ('kept');";
    const TWO: &str = "ALTER TABLE t ADD COLUMN b DEFAULT 2;";

    fn rows(conn: &Connection) -> Vec<(String, i64)> {
        let mut all = conn.prepare("SELECT a, b FROM t").unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn every_older_form_comes_to_the_newest_with_what_it_holds() {
        for start in 0..=2 {
            let steps = [ONE, TWO, "INSERT INTO t VALUES ('new', 3);"];
            let mut conn = Connection::open_in_memory().unwrap();
            migrate(&mut conn, &steps[..start]).unwrap();
            migrate(&mut conn, &steps).unwrap();
            assert_eq!(version(&conn).unwrap(), 3);
            assert_eq!(rows(&conn), [("kept".to_owned(), 2), ("new".to_owned(), 3)]);
        }
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, &[ONE]).unwrap();
        let failed = migrate(&mut conn, &[ONE, TWO, "DROP TABLE t; DROP TABLE missing;"]);
        assert!(matches!(failed, Err(StoreError::Other(_))), "{failed:?}");
        assert_eq!(version(&conn).unwrap(), 1);
        migrate(&mut conn, &[ONE, TWO]).unwrap();
        assert_eq!(rows(&conn), [("kept".to_owned(), 2)]);
    }

    #[test]
    fn a_newer_form_is_refused() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, &[ONE, TWO]).unwrap();
        assert_eq!(migrate(&mut conn, &[ONE]), Err(StoreError::Newer { found: 2, known: 1 }));
        assert_eq!(rows(&conn), [("kept".to_owned(), 2)]);
    }
}
