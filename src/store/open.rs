//! Opening the database: made for the user alone, looked at before it is trusted, set aside when it cannot be used, never overwritten.

use super::db::Db;
use super::error::StoreError;
use super::reply::Note;
use super::rescue;
use super::schema::{self, APPLICATION, STEPS, VERSION};
use crate::config::files;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the store is to work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The database. What is too large for it lies beside it.
    pub file: PathBuf,
    /// How many bytes of the disk history may take; old history goes first. Drafts and what waits never go.
    pub budget: u64,
    /// Most commands that wait to be carried out.
    pub queue: usize,
    /// What becomes of a database that cannot be used.
    pub unusable: Unusable,
    /// Most pages of 4096 bytes that the database may ever have; for tests of a full disk.
    pub max_pages: Option<u32>,
}

/// What becomes of a database that cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unusable {
    /// It is moved aside, and a fresh one begun.
    SetAside,
    /// It stays as it is; this run goes on in memory.
    Leave,
    /// It stays as it is; whatever is asked is answered with why.
    Refuse,
}

impl Options {
    /// The usual way to work.
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file, budget: BUDGET, queue: QUEUE, unusable: Unusable::SetAside, max_pages: None }
    }
}

/// What history may take of the disk unless the user says otherwise.
pub const BUDGET: u64 = crate::config::STORE_BUDGET;
/// What history may take of the memory where there is no disk for it.
const IN_MEMORY: u64 = 64 << 20;
/// Most commands that wait. In a flood each has some hundred messages, which are in memory for as long; while it is full, no network is listened to.
pub const QUEUE: usize = 64;
/// How long another program may keep the database to itself.
const BUSY: Duration = Duration::from_secs(5);
/// What every database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Databases up to this size are looked through whole when they are opened; it takes a few milliseconds.
const LOOKED_THROUGH: u64 = 2 << 20;
/// In `meta`: somebody found the database damaged, and it is looked through whole when it is opened next, whatever its size.
pub(super) const SUSPECT: &str = "suspect";
/// Databases up to this size are looked through whole if the run before did not end by itself.
const LOOKED_THROUGH_UNCLEAN: u64 = 32 << 20;

/// Opens the database of a profile, or begins one.
///
/// # Errors
/// Not even a database in memory can be had, or it cannot be used and is to stay as it is.
pub(super) fn open(options: &Options) -> Result<(Db, Vec<Note>), StoreError> {
    let (mut db, notes) = match try_open(options) {
        Ok(db) => (db, Vec::new()),
        Err(why) => another(options, why)?,
    };
    db.sweep_files();
    Ok((db, notes))
}

/// What is used in the place of a database that cannot be used.
///
/// # Errors
/// Not even a database in memory can be had, or it is to stay as it is.
pub(super) fn another(options: &Options, why: StoreError) -> Result<(Db, Vec<Note>), StoreError> {
    match options.unusable {
        Unusable::Refuse if why.is_damage() => Err(why),
        Unusable::SetAside if why.is_damage() => match begin_anew(options, why) {
            Ok((db, note)) => Ok((db, vec![note])),
            Err(worse) => without(options, worse),
        },
        Unusable::SetAside | Unusable::Leave if why.is_damage() => without(options, why),
        Unusable::SetAside | Unusable::Leave | Unusable::Refuse => {
            let why = reason(options, why);
            match look_only(options) {
                Some(db) => Ok((db, vec![Note::Unwritable(why)])),
                None if options.unusable == Unusable::Refuse => Err(why),
                None => without(options, why),
            }
        }
    }
}

/// Why a database cannot be used that seems to be whole. SQLite does not tell a full disk from a broken one where it needs room beside the database.
fn reason(options: &Options, why: StoreError) -> StoreError {
    if !matches!(why, StoreError::Other(_)) {
        return why;
    }
    let trial = with_ending(&options.file, "-trial");
    let tried = files::write_private(&trial, &[0; 1 << 16]);
    let _ = fs::remove_file(trial);
    match tried.map_err(|error| error.kind()) {
        Err(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => StoreError::Full,
        Err(ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => StoreError::ReadOnly,
        _ => why,
    }
}

/// Opens a database of today's form without a word in it, for what can be read: with others, with no memory shared beside it, or as it lies there.
fn look_only(options: &Options) -> Option<Db> {
    let file = &options.file;
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let open = |exclusive: bool| -> Result<Db, StoreError> {
        let conn = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if exclusive {
            conn.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
        }
        beside(conn, options)
    };
    let as_it_lies = || -> Result<Db, StoreError> {
        // What the log has is not seen this way.
        if fs::metadata(with_ending(file, "-wal")).is_ok_and(|log| log.len() > 0) {
            return Err(StoreError::Busy);
        }
        let named = file.to_str().ok_or(StoreError::NoFile)?;
        let escaped = named.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let only = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        beside(Connection::open_with_flags(format!("file:{escaped}?immutable=1"), only)?, options)
    };
    open(false).or_else(|_| open(true)).or_else(|_| as_it_lies()).ok()
}

fn beside(conn: Connection, options: &Options) -> Result<Db, StoreError> {
    let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    // Forms so far differ in nothing that is asked for.
    if application != APPLICATION || !(1..=VERSION).contains(&schema::version(&conn)?) {
        return Err(StoreError::Foreign);
    }
    settle(&conn)?;
    if schema::version(&conn)? != VERSION {
        // What is written in the newest form would not be understood in an older one.
        conn.execute_batch("PRAGMA query_only = ON")?;
    }
    Db::beside(conn, options.clone())
}

/// What holds for every connection to a database, and changes nothing in it.
fn settle(conn: &Connection) -> Result<(), StoreError> {
    Ok(conn.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -6144;
         PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
    )?)
}

/// Moves the database away and begins another, with what could be saved from it.
fn begin_anew(options: &Options, why: StoreError) -> Result<(Db, Note), StoreError> {
    let to = set_aside(&options.file)?;
    let mut db = try_open(options)?;
    let (drafts, waiting) = if why == StoreError::Damaged { rescue::from(&to, &mut db) } else { (0, 0) };
    Ok((db, Note::SetAside { to, why, drafts, waiting }))
}

/// Goes on in memory: everything works, and nothing outlasts this run.
pub(super) fn without(options: &Options, why: StoreError) -> Result<(Db, Vec<Note>), StoreError> {
    let options = Options { budget: options.budget.min(IN_MEMORY), max_pages: None, ..options.clone() };
    let db = prepare(Connection::open_in_memory()?, &options, false)?;
    Ok((db, vec![Note::Without(why)]))
}

fn try_open(options: &Options) -> Result<Db, StoreError> {
    let file = &options.file;
    let place = |error: &std::io::Error| StoreError::place(file, error);
    if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        files::create_private_dir(parent).map_err(|error| StoreError::place(parent, &error))?;
    }
    files::create_if_absent(file, b"").map_err(|error| place(&error))?;
    let found = fs::metadata(file).map_err(|error| place(&error))?;
    if !found.is_file() {
        return Err(StoreError::NoFile);
    }
    let size = found.len();
    let opened = File::open(file).map_err(|error| place(&error))?;
    if size > 0 {
        look_at_start(file, &opened)?;
    }
    if files::is_open_to_others(&opened).unwrap_or(true) {
        files::close_file(file).map_err(|error| place(&error))?;
    }
    drop(opened);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let conn = Connection::open_with_flags(file, flags)?;
    prepare(conn, options, size > 0)
}

/// Whether the file begins as a database does.
fn look_at_start(file: &Path, mut opened: &File) -> Result<(), StoreError> {
    let mut start = [0; MAGIC.len()];
    match opened.read_exact(&mut start) {
        Ok(()) if start == *MAGIC => {}
        Ok(()) => return Err(StoreError::NoDatabase),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(StoreError::NoDatabase),
        Err(error) => return Err(StoreError::place(file, &error)),
    }
    Ok(())
}

fn prepare(mut conn: Connection, options: &Options, existed: bool) -> Result<Db, StoreError> {
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(96);
    let of_nib = |conn: &Connection| -> Result<bool, StoreError> {
        let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(application == APPLICATION || tables == 0)
    };
    if existed && !of_nib(&conn)? {
        return Err(StoreError::Foreign);
    }
    let found = schema::version(&conn)?;
    if !(0..=VERSION).contains(&found) {
        return Err(StoreError::Newer { found, known: VERSION });
    }
    // Unused pages can be given back bit by bit. Has to be said before the first table is made; after that it would write to what was not looked at yet.
    if found == 0 {
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    if let Some(pages) = options.max_pages {
        conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    if conn.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly);
    }
    schema::migrate(&mut conn, STEPS)?;
    conn.execute_batch("PRAGMA journal_mode = WAL;")?;
    settle(&conn)?;
    let size = fs::metadata(&options.file).map_or(0, |found| found.len());
    let says = |name: &str| -> Result<bool, StoreError> {
        Ok(conn.query_row("SELECT count(*) FROM meta WHERE name = ? AND value = 1", [name], |row| row.get(0))?)
    };
    let (clean, suspect) = (says("clean")?, says(SUSPECT)?);
    let looks = suspect || size <= if clean { LOOKED_THROUGH } else { LOOKED_THROUGH_UNCLEAN };
    if existed && looks && !check(&conn, suspect)?.is_empty() {
        return Err(StoreError::Damaged);
    }
    if suspect {
        conn.execute("DELETE FROM meta WHERE name = ?", [SUSPECT])?;
    }
    Db::begin(conn, options.clone())
}

/// What is wrong with a database; empty if nothing is. `wholly`: whether indexes say what is there, too, which takes longer.
pub(super) fn check(conn: &Connection, wholly: bool) -> Result<Vec<String>, StoreError> {
    let mut look = conn.prepare(if wholly { "PRAGMA integrity_check(20)" } else { "PRAGMA quick_check(20)" })?;
    let said: Vec<String> = look.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

/// Moves a database, and what belongs to it, to the first free name with today's date.
fn set_aside(file: &Path) -> Result<PathBuf, StoreError> {
    const MOST: u32 = 1_000;
    let place = |error: std::io::Error| StoreError::place(file, &error);
    let name = file.file_name().ok_or(ErrorKind::InvalidInput.into()).map_err(place)?;
    let free = |path: &Path| fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
    for number in 1..=MOST {
        let mut aside = name.to_owned();
        aside.push(format!(".aside-{}", today()));
        if number > 1 {
            aside.push(format!("-{number}"));
        }
        let aside = file.with_file_name(aside);
        if !free(&aside) {
            continue;
        }
        fs::rename(file, &aside).map_err(place)?;
        if aside.is_file() {
            // Where that cannot be done it is out of the way all the same.
            let _ = files::close_file(&aside);
        }
        // Without these the database would lack what was written last; with another one's they would damage it.
        for ending in ["-wal", "-shm", "-files"] {
            match fs::rename(with_ending(file, ending), with_ending(&aside, ending)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(place(error)),
                _ => {}
            }
        }
        return Ok(aside);
    }
    Err(place(ErrorKind::AlreadyExists.into()))
}

pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    file.with_file_name(name)
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}
