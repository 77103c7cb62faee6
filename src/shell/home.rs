//! A place for files that is gone afterwards.

use crate::config::files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A directory of one's own that is closed to others, removed with all in it when dropped, unless the program is ending by a fault: then its log stays.
#[derive(Debug)]
pub struct ThrowawayHome {
    path: PathBuf,
}

impl ThrowawayHome {
    /// Makes one among the system's temporary files.
    ///
    /// # Errors
    /// The system refuses.
    pub fn new() -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..16 {
            let path = std::env::temp_dir().join(format!("nib-{:016x}", super::clock::seed()));
            match files::create_new_private_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) => last = error,
            }
            if last.kind() != io::ErrorKind::AlreadyExists {
                break;
            }
        }
        Err(last)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ThrowawayHome {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "a temporary directory stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ThrowawayHome;

    #[test]
    fn it_is_private_and_gone_afterwards() {
        let home = ThrowawayHome::new().unwrap();
        let path = home.path().to_owned();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        }
        std::fs::write(path.join("file"), "x").unwrap();
        drop(home);
        assert!(!path.exists());
    }
}
