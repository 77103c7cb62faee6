//! Why the store did not do something. Each reads as a sentence.

use crate::domain::fault;
use rusqlite::ErrorCode;
use std::path::PathBuf;

/// Why something was not kept, or not found.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// A place cannot be used.
    #[error("{} cannot be used: {reason}", path.display())]
    Place {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The disk, or what the database may take of it, is full.
    #[error("nothing more can be kept: there is no space left; free some, or set a smaller disk budget")]
    Full,
    /// Another program holds the database.
    #[error("what nib keeps is in use by another program; end it, and try again")]
    Busy,
    /// The database cannot be written.
    #[error("what nib keeps lies where nothing can be written; check the rights to it")]
    ReadOnly,
    /// What is in the database makes no sense.
    #[error("what nib keeps is damaged")]
    Damaged,
    /// It was written by a newer nib.
    #[error("what nib keeps was written by a newer nib (form {found}; this one knows {known})")]
    Newer {
        /// Its form.
        found: i64,
        /// The newest form that this nib knows.
        known: i64,
    },
    /// It is not nib's.
    #[error("it is not nib's")]
    Foreign,
    /// It is no database at all.
    #[error("it is no database")]
    NoDatabase,
    /// It is no file.
    #[error("it is no file")]
    NoFile,
    /// Nothing outlasts this run.
    #[error("nothing is kept after this run")]
    InMemory,
    /// What is about to be sent is not here any more.
    #[error("it is not kept any more")]
    NotKept,
    /// An account is used that was not bound.
    #[error("nothing is kept for an account that nobody is signed in to")]
    Unbound,
    /// A message with its files is too large to wait.
    #[error("too much is waiting to be sent; at most {most} can be kept", most = crate::domain::size(*.0))]
    TooMuch(u64),
    /// What is looked for has no words in it.
    #[error("there is nothing to look for; write a word")]
    NoWords,
    /// The store has ended.
    #[error("nothing is kept any more: nib is ending")]
    Ended,
    /// The thread that has the database is gone.
    #[error("a fault has ended what keeps it; start nib again")]
    Died,
    /// Anything else that the database says.
    #[error("the database says: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether the database itself is at fault, and is to be set aside.
    pub(super) const fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged | Self::Newer { .. } | Self::Foreign | Self::NoDatabase | Self::NoFile)
    }

    pub(super) fn place(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Place { path: path.to_owned(), reason: fault::words(error) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::TooBig) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::NotADatabase) => Self::NoDatabase,
            _ => match error {
                // A column of another kind than ours was put there by somebody else.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Damaged,
                other => Self::Other(other.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StoreError;
    use rusqlite::ffi;

    #[test]
    fn what_sqlite_says_is_told_apart() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, StoreError::Full),
            (ffi::SQLITE_BUSY, StoreError::Busy),
            (ffi::SQLITE_READONLY, StoreError::ReadOnly),
            (ffi::SQLITE_CORRUPT, StoreError::Damaged),
            (ffi::SQLITE_CORRUPT_VTAB, StoreError::Damaged),
            (ffi::SQLITE_NOTADB, StoreError::NoDatabase),
        ] {
            assert_eq!(StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)), expected);
        }
    }
}
