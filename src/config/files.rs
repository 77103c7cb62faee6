//! Files that are nobody else's business: directories of mode 0700, files of mode 0600, written whole or not at all.
//!
//! On systems without modes they are as private as the directories of the user that they lie in.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes a directory and what it lies in, for the user alone. One that exists keeps its mode.
///
/// # Errors
/// It cannot be made.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    private_dir().recursive(true).create(path)
}

/// Makes a directory for the user alone that must not be there yet, in one that is.
///
/// # Errors
/// It is there, or cannot be made.
pub fn create_new_private_dir(path: &Path) -> io::Result<()> {
    private_dir().create(path)
}

fn private_dir() -> DirBuilder {
    #[allow(unused_mut, reason = "only some systems have modes")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Replaces a file with these bytes, readable by the user alone. Whoever reads it meanwhile sees the old content or the new, never a part. A
/// symbolic link at `path` is replaced, not followed.
///
/// # Errors
/// It cannot be written; the old content is still there.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (temporary, file) = create_beside(path)?;
    let written = fill(file, bytes).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        // Nothing more can be done about a leftover; the first error is the one that matters.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // Without this a power cut may bring the old name back. Not every file system can, and the file itself is safe.
    if let Ok(directory) = File::open(parent) {
        let _ = directory.sync_all();
    }
    Ok(())
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new file beside another, for the user alone, and its name. It must not exist before, so nothing laid in wait there is followed or overwritten.
///
/// # Errors
/// It cannot be made.
pub fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    const TRIES: u32 = 64;
    for _ in 0..TRIES {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".{}-{number}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        match private_options().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn private_options() -> OpenOptions {
    #[allow(unused_mut, reason = "only some systems have modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a file for the user alone if there is none; tells whether it was made.
///
/// # Errors
/// It cannot be made.
pub fn create_if_absent(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    match private_options().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(bytes).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a file for the user alone that must not be there yet.
///
/// # Errors
/// It is there, or cannot be made.
pub fn create_new(path: &Path) -> io::Result<File> {
    private_options().write(true).create_new(true).open(path)
}

/// Opens a file to write at its end; one that is made is for the user alone.
///
/// # Errors
/// It cannot be opened or made.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    private_options().create(true).append(true).open(path)
}

/// Moves a file that cannot be read out of the way, to the first free name beside it, and tells that name.
///
/// # Errors
/// It cannot be moved.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    const MOST: u32 = 1000;
    for number in 1..=MOST {
        let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".unreadable-{number}"));
        let aside = path.with_file_name(name);
        if fs::symlink_metadata(&aside).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return fs::rename(path, &aside).map(|()| aside);
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Whether others than the user may read or write an open file.
///
/// # Errors
/// It cannot be looked at.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    #[cfg(unix)]
    let open = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    // Elsewhere the system closes the directories of a user to others.
    #[cfg(not(unix))]
    let open = !metadata.is_file();
    Ok(open)
}

/// Takes all rights to a file from others.
///
/// # Errors
/// It is not ours to change.
pub fn close_file(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    fs::metadata(path)?;
    Ok(())
}

/// Takes all rights to a directory from others.
///
/// # Errors
/// It is not ours to change.
pub fn close_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    fs::metadata(path)?;
    Ok(())
}
