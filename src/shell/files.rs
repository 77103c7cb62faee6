//! Reading a file that the user wants to send. Blocks; called where nobody waits.
//!
//! The file is read whole and once, so that what is sent is what was looked at. Only ordinary files are: opening anything else may wait for ever or do
//! something. A link is followed, since the user named it.

use crate::domain::{CleanText, Source, Upload, Wall, fault, size};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Largest file that is read where no network has said less, in bytes: it is held in memory.
pub const MOST: u64 = 256_000_000;

/// Why a file was not read. Reads as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("there is no file \"{0}\"")]
    Missing(CleanText),
    /// It is a folder.
    #[error("\"{0}\" is a folder; send an archive of it, or its files")]
    Folder(CleanText),
    /// A device, a pipe, a socket.
    #[error("\"{0}\" is not an ordinary file")]
    Special(CleanText),
    /// Nothing is in it.
    #[error("\"{0}\" is empty")]
    Empty(CleanText),
    /// It holds too much.
    #[error("\"{0}\" is too large: at most {most} can be sent", most = size(*.1))]
    TooLarge(CleanText, u64),
    /// The system refuses.
    #[error("\"{}\" cannot be read: {}", .0, fault::words(.1))]
    Unreadable(CleanText, io::Error),
}

/// Reads a file of at most so many bytes.
///
/// # Errors
/// There is no such file, it is not an ordinary one, nothing or too much is in it, or the system refuses.
pub fn read(path: &Path, most: u64) -> Result<Upload, FileError> {
    let shown = || CleanText::line(&path.to_string_lossy());
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing(shown()),
        _ => FileError::Unreadable(shown(), error),
    };
    let check = |found: &Metadata| match found {
        folder if folder.is_dir() => Err(FileError::Folder(shown())),
        file if !file.is_file() => Err(FileError::Special(shown())),
        file if file.len() > most => Err(FileError::TooLarge(shown(), most)),
        file => Ok(file.len()),
    };
    // Looked at before it is opened, and again after: in between it may have become something else.
    check(&std::fs::metadata(path).map_err(refused)?)?;
    let file = open(path).map_err(refused)?;
    let found = file.metadata().map_err(refused)?;
    let (expected, modified) = (check(&found)?, found.modified().ok());
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(refused)?;
    // It may have grown meanwhile.
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(FileError::TooLarge(shown(), most));
    }
    if bytes.is_empty() {
        return Err(FileError::Empty(shown()));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Upload { source: source(path, modified), ..Upload::new(&name, bytes.into()) })
}

/// Where it is, whatever folder a later run is started in; none for a name that cannot be written down.
fn source(path: &Path, modified: Option<SystemTime>) -> Option<Source> {
    let path = std::path::absolute(path).ok()?.to_str()?.to_owned();
    let millis = |at: SystemTime| i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok();
    Some(Source { path, modified: modified.and_then(millis).map(Wall) })
}

/// Opens it such that a pipe without a writer does not make us wait.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// A path as it is written where no shell reads it: `~/` is the home folder.
#[must_use]
pub fn expanded(written: &str) -> PathBuf {
    if let Some(path) = of_url(written) {
        return path;
    }
    let home = || directories::BaseDirs::new().map(|places| places.home_dir().to_owned());
    match written.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest))) {
        Some(path) => path,
        None => PathBuf::from(written),
    }
}

/// The path that a `file://` address names; `None` if it is none, or one of another machine. File managers and browsers hand those out.
#[must_use]
pub fn of_url(written: &str) -> Option<PathBuf> {
    let rest = written.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).ok()?);
                rest = after.get(2..)?;
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    // A zero byte cannot be in a path, whoever wrote it.
    if bytes.contains(&0) {
        return None;
    }
    #[cfg(unix)]
    let path =
        PathBuf::from(std::ffi::OsString::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&bytes)));
    // There the drive's letter follows the slash.
    #[cfg(not(unix))]
    let path = PathBuf::from(String::from_utf8(bytes).ok()?.trim_start_matches('/'));
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(path: &Path, most: u64) -> String {
        let name = path.to_string_lossy().into_owned();
        read(path, most).unwrap_err().to_string().replace(&name, "FILE")
    }

    #[test]
    fn a_file_is_read_whole_with_its_name_and_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes of today.md");
        std::fs::write(&path, "# Today\n").unwrap();
        let upload = read(&path, 8).unwrap();
        assert_eq!((upload.name.as_str(), upload.mimetype.as_str()), ("notes of today.md", "text/markdown"));
        assert_eq!(&upload.bytes[..], b"# Today\n");
        assert_eq!(sentence(&path, 7), "\"FILE\" is too large: at most 7 B can be sent");
    }

    #[test]
    fn what_is_no_file_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(&folder.path().join("gone"), MOST), Err(FileError::Missing(_))));
        assert!(sentence(folder.path(), MOST).starts_with("\"FILE\" is a folder;"));
        let empty = folder.path().join("empty");
        File::create(&empty).unwrap();
        assert_eq!(sentence(&empty, MOST), "\"FILE\" is empty");
        assert!(matches!(read(&empty.join("below a file"), MOST), Err(FileError::Missing(_))));
    }

    // Not every system lets a test make a pipe with a name.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_without_a_writer_and_a_device_are_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert_eq!(sentence(&pipe, MOST), "\"FILE\" is not an ordinary file");
        assert_eq!(sentence(Path::new("/dev/zero"), MOST), "\"FILE\" is not an ordinary file");
        // A link is what it leads to.
        let link = folder.path().join("link.txt");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        assert_eq!(sentence(&link, MOST), "\"FILE\" is not an ordinary file");
        std::fs::write(folder.path().join("target"), "x").unwrap();
        let link = folder.path().join("fine.txt");
        std::os::unix::fs::symlink("target", &link).unwrap();
        assert_eq!(read(&link, MOST).unwrap().name, "fine.txt");
    }

    #[test]
    fn a_tilde_alone_in_front_is_the_home_folder() {
        assert!(expanded("~/a/b.txt").is_absolute() && expanded("~/a/b.txt").ends_with("a/b.txt"));
        for other in ["a~/b", "~ada/b", "./~", "", "file:a", "file://other.example/a", "file:///a%00b"] {
            assert_eq!(expanded(other), PathBuf::from(other));
        }
    }

    #[test]
    #[cfg(unix)]
    fn addresses_of_files_are_paths() {
        for (url, path) in [
            ("file:///a/b.txt", "/a/b.txt"),
            ("file://localhost/a/b.txt", "/a/b.txt"),
            ("file:///a%20b/%C3%A9%2Bc", "/a b/é+c"),
            ("file:///100%/%zz", "/100%/%zz"),
        ] {
            assert_eq!(expanded(url), PathBuf::from(path));
        }
    }
}
