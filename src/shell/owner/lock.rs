//! The lock of a profile: one process at a time is its owner.
//!
//! The system holds the lock for the open file and lets go of it when the process ends, however that comes about. What stands in the file is only a note
//! for others where the owner listens; a note that was left behind leads nowhere and does no harm.

use crate::config::{Paths, files};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The version of the note.
const VERSION: u32 = 1;
/// Longest note that is read, in bytes.
const LONGEST: u64 = 16 << 10;

/// Where a profile's lock lies: beside the store, which it protects, so that whoever opens the same store meets the same lock.
#[must_use]
pub fn file_of(paths: &Paths) -> PathBuf {
    paths.data.join("nib.lock")
}

/// The lock of a profile, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Note {
    v: u32,
    /// The owner's process, for people who look.
    pid: u32,
    /// Where it listens.
    socket: Option<PathBuf>,
}

impl Lock {
    /// Takes the lock of a profile; `None` while another process has it. Never waits.
    ///
    /// # Errors
    /// The file cannot be made or locked.
    pub fn take(paths: &Paths) -> io::Result<Option<Self>> {
        let path = file_of(paths);
        files::create_private_dir(&paths.data)?;
        files::create_if_absent(&path, b"")?;
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Writes down where the owner listens; `None`: nowhere.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn tell(&self, socket: Option<&Path>) -> io::Result<()> {
        let note = Note { v: VERSION, pid: std::process::id(), socket: socket.map(Path::to_owned) };
        let text = serde_json::to_vec(&note).map_err(io::Error::other)?;
        let mut file = &self.file;
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&text)
    }

    /// The file that is locked.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Where the owner of a profile listens, or the last one did. `None` where nobody ever was, or nothing that makes sense is written.
#[must_use]
pub fn socket_of(paths: &Paths) -> Option<PathBuf> {
    note_of(paths)?.socket.filter(|socket| socket.is_absolute())
}

/// The owner's process, or that of the last one.
#[must_use]
pub fn process_of(paths: &Paths) -> Option<u32> {
    note_of(paths).map(|note| note.pid)
}

fn note_of(paths: &Paths) -> Option<Note> {
    let mut text = Vec::new();
    File::open(file_of(paths)).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok().filter(|note: &Note| note.v == VERSION)
}

/// Whether the system cannot lock files where the profile lies, as some network drives cannot.
#[must_use]
pub fn is_unsupported(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(home: &Path) -> Paths {
        Paths::resolve(Some(home.as_os_str()), None, None).unwrap()
    }

    #[test]
    fn one_has_it_until_it_lets_go() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        let first = Lock::take(&paths).unwrap().unwrap();
        assert!(Lock::take(&paths).unwrap().is_none(), "it is taken");
        let other = Paths::resolve(Some(home.path().as_os_str()), Some("work"), None).unwrap();
        assert!(Lock::take(&other).unwrap().is_some(), "another profile is another lock");
        drop(first);
        assert!(Lock::take(&paths).unwrap().is_some());
    }

    #[test]
    fn one_store_has_one_lock_wherever_the_rest_lies() {
        let home = tempfile::tempdir().unwrap();
        let here = paths(home.path());
        let there = Paths { state: home.path().join("elsewhere"), config: home.path().join("other"), ..here.clone() };
        let _first = Lock::take(&here).unwrap().unwrap();
        assert!(Lock::take(&there).unwrap().is_none());
    }

    #[test]
    fn what_is_left_of_an_owner_is_a_note_and_no_lock() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        assert_eq!(socket_of(&paths), None);
        let lock = Lock::take(&paths).unwrap().unwrap();
        lock.tell(Some(Path::new("/a/long/way/to/nib.sock"))).unwrap();
        lock.tell(Some(Path::new("/a/nib.sock"))).unwrap();
        assert_eq!(socket_of(&paths).unwrap(), Path::new("/a/nib.sock"));
        assert_eq!(process_of(&paths), Some(std::process::id()));
        drop(lock);
        assert!(Lock::take(&paths).unwrap().is_some());
        for nonsense in ["", "{", "{\"v\":2,\"pid\":1,\"socket\":\"/a\"}", "{\"v\":1,\"pid\":1,\"socket\":\"a\"}"] {
            std::fs::write(file_of(&paths), nonsense).unwrap();
            assert_eq!(socket_of(&paths), None, "{nonsense}");
        }
    }
}
