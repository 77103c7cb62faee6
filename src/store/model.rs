//! Commands: what a store can be told to do.

use crate::domain::ChatId;
use crate::domain::kept::{AccountKey, Query, Ticket, Write};
use std::path::PathBuf;

/// Something for the store to do. Commands are carried out in the order in which they were taken.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Write. Answered with [`Reply::Written`](super::Reply::Written) once it is committed, if there is a ticket; an outbox row always.
    Write(Option<Ticket>, Write),
    /// Read. Answered with [`Reply::Found`](super::Reply::Found).
    Read(Ticket, Query),
    /// See to the database. Answered with [`Reply::Seen`](super::Reply::Seen).
    Care(Ticket, Care),
}

/// Care for the database as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Care {
    /// Look through all of it for damage.
    Check,
    /// Give unused space back to the disk.
    Compact,
    /// Forget everything about an account, whether or not it is bound; drafts and what waits included. Answered when nothing is left of it in the file.
    Forget(AccountKey),
    /// The same, answered when nobody finds it any more; what is left of it in the file goes when it is quiet.
    Disown(AccountKey),
    /// Take over drafts that an older nib kept in a file, all or none of them. The file goes once they are committed. What is there already is newer.
    Adopt {
        /// Whose, in which chat, and the text.
        drafts: Vec<(AccountKey, ChatId, String)>,
        /// The file.
        file: PathBuf,
    },
    /// Trim to the disk budget now.
    Trim,
    /// Bring the full-text index up to date now.
    Index,
}
