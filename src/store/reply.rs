//! What the store answers.

use super::error::StoreError;
use crate::domain::kept::{Absorbed, Found, Ticket};
use crate::domain::{ChatKey, Nonce};
use std::path::PathBuf;

/// What the store answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Reply {
    /// The database is open. Sentences for the user, if anything is to be said.
    Opened(Vec<Note>),
    /// The database was found damaged while it was in use, and set aside; a fresh one is in use.
    Noted(Note),
    /// A write is committed, or why it is not.
    Written(Ticket, Result<Absorbed, StoreError>),
    /// Something to send is durable, or is known as in flight; or why it is not.
    OutboxCommitted(ChatKey, Nonce, Result<(), StoreError>),
    /// What was asked for, or why it was not found.
    Found(Ticket, Result<Found, StoreError>),
    /// What came of the care.
    Seen(Ticket, Result<Seen, StoreError>),
}

/// Something to tell the user about the database. Reads as a sentence.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Note {
    /// It was set aside, and a fresh one begun.
    #[error("what nib kept could not be used: {why}; it was moved to {}, and nib begins anew{}", to.display(), rescued(*.drafts, *.waiting))]
    SetAside {
        /// Where it lies now.
        to: PathBuf,
        /// Why.
        why: StoreError,
        /// Drafts that were saved from it.
        drafts: usize,
        /// Rows of the outbox that were saved from it.
        waiting: usize,
    },
    /// It can be read, and not written.
    #[error("what was kept is shown, and nothing new can be kept: {0}")]
    Unwritable(StoreError),
    /// Nothing is kept in this run.
    #[error("nothing is kept after this run: {0}")]
    Without(StoreError),
    /// It is left as it is, and nothing can be read from it or written to it.
    #[error("what nib keeps cannot be used: {0}{next}", next = next(.0))]
    Refused(StoreError),
    /// Messages that arrived were not kept. Where they are is known as a hole.
    #[error("messages that arrived just now are not kept: {0}")]
    Lost(StoreError),
}

impl Note {
    /// Whether what is written from then on is there in later runs; `None` if that is as it was.
    #[must_use]
    pub fn outlasts(&self) -> Option<bool> {
        match self {
            Self::SetAside { .. } => Some(true),
            Self::Unwritable(_) | Self::Without(_) | Self::Refused(_) => Some(false),
            Self::Lost(_) => None,
        }
    }

    /// Whether what is kept, if anything is, can be read.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

const fn next(why: &StoreError) -> &'static str {
    if why.is_damage() {
        "; with the next start of the chat it is moved aside, and what you wrote is saved from it if that can be done"
    } else {
        ""
    }
}

fn rescued(drafts: usize, waiting: usize) -> String {
    if drafts + waiting == 0 {
        String::new()
    } else {
        format!(" with the {} texts of yours that were in it", drafts + waiting)
    }
}

/// What came of care.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// What is wrong with it; empty if nothing is.
    Check(Vec<String>),
    /// Bytes on the disk before and after.
    Compact(u64, u64),
    /// Whether there was anything of the account.
    Forget(bool),
    /// What was taken over is here.
    Adopt,
    /// How many messages went.
    Trim(u64),
    /// The index is up to date.
    Index,
}
