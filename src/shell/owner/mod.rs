//! The owner of a profile: the one process that holds its lock, and with it the store; and the way of all others to it.
//!
//! The chat in a terminal is the owner of its profile, and so is `nib tail` while there is no chat. Commands go to the owner and use its connections; what they
//! ask and are told is the same where they have a core of their own ([`Client`]). Without an owner, and where the owner does not know the account that a
//! command is about, commands connect by themselves. A run whose account comes from the environment has nothing to do with the profile.

mod client;
mod desk;
mod find;
pub mod lock;
mod pages;
pub mod told;
pub mod words;

#[cfg_attr(unix, path = "caller.rs")]
#[cfg_attr(not(unix), path = "nocaller.rs")]
mod caller;
#[cfg_attr(unix, path = "door.rs")]
#[cfg_attr(not(unix), path = "nodoor.rs")]
mod door;
#[cfg(unix)]
mod place;

pub use client::{Client, Stay, Told};
pub use desk::{Desk, Errand, HERE, Knock, LastWord, Line};
pub use door::Door;
pub use find::refused;
pub use lock::Lock;
pub use pages::{History, KeptPage};
pub use told::{AuthorTold, ChatRef, ChatTold, FileTold, MarkTold, MessageTold, QuoteTold, Text, excerpt};
pub use words::{Ask, Happened, KeptFrom, Link, Place, Role, Tell, Trouble};

use crate::config::Paths;
use crate::domain::fault;
use crate::shell::accounts::TokenSource;
use crate::shell::startup::Startup;
use caller::Caller;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long it is waited for another process that begins, ends or makes way.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at a lock: the system tells nobody when one is let go.
const AGAIN: Duration = Duration::from_millis(20);

/// Why a process is not the owner. Reads as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// Another one is.
    #[error("nib is open with this profile already; go on there, or open another profile with --profile NAME")]
    Taken,
    /// Another one is, and says nothing: it is stopped, or waits for somebody to read what it prints.
    #[error("another nib has this profile and does not answer{}; if it prints into a pager, read on or leave that, else end it, then try again",
        process.map_or_else(String::new, |process| format!(" (process {process})")))]
    Silent {
        /// Which process it says it is.
        process: Option<u32>,
    },
    /// The chat is open with an account that is to go.
    #[error("nib is open with \"{label}\"; sign out there (/accounts), or quit it first, then try again")]
    InUse {
        /// What the user calls it.
        label: String,
    },
    /// Another one is, and cannot do this.
    #[error("another nib has this profile; quit it first, then try again")]
    Busy,
    /// The lock cannot be used.
    #[error("{} cannot be locked: {}", path.display(), fault::words(source))]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes this process the owner of a profile: a command that is it makes way. `None` where the system cannot lock files there; then nothing is owned.
///
/// # Errors
/// Another process is the owner and stays, or the lock cannot be used.
pub async fn own(paths: &Paths) -> Result<Option<Arc<Lock>>, OwnerError> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(taken) = try_own(paths)? {
            return Ok(taken);
        }
        if let Some(mut owner) = Caller::find(paths).await {
            match owner.role {
                Role::Chat => return Err(OwnerError::Taken),
                Role::Command => make_way(&mut owner).await,
            }
        }
        if Instant::now() >= end {
            return Err(OwnerError::Silent { process: lock::process_of(paths) });
        }
        sleep(AGAIN).await;
    }
}

/// Keeps everybody else from an account of a profile while it is signed out: this process is the owner meanwhile. `None` where an open chat is, and does not
/// have that account; or where the system cannot lock files there.
///
/// # Errors
/// An open chat has the account, another process stays the owner, or the lock cannot be used.
pub async fn hold(paths: &Paths, label: &str) -> Result<Option<Arc<Lock>>, OwnerError> {
    match own(paths).await {
        Err(OwnerError::Taken) => match Caller::find(paths).await {
            Some(owner) if owner.accounts.iter().all(|account| account.label != label) => Ok(None),
            _ => Err(OwnerError::InUse { label: label.to_owned() }),
        },
        Ok(lock) => {
            // Whoever finds it taken is to be told by whom.
            if let Some(Err(error)) = lock.as_ref().map(|lock| lock.tell(None)) {
                tracing::warn!(%error, "the lock does not say who has it");
            }
            Ok(lock)
        }
        Err(error) => Err(error),
    }
}

/// Takes the lock if it is free. The inner `None`: there are no locks here.
fn try_own(paths: &Paths) -> Result<Option<Option<Arc<Lock>>>, OwnerError> {
    match Lock::take(paths) {
        Ok(lock) => Ok(lock.map(|lock| Some(Arc::new(lock)))),
        Err(error) if lock::is_unsupported(&error) => {
            tracing::warn!(%error, "the profile cannot be locked");
            Ok(Some(None))
        }
        Err(source) => Err(OwnerError::Lock { path: lock::file_of(paths), source }),
    }
}

/// Asks a command to make way, and waits until it is gone.
async fn make_way(owner: &mut Caller) {
    if owner.ask(Ask::MakeWay, &[]).await.is_ok() {
        let gone = async { while owner.hear().await.is_ok() {} };
        _ = timeout(PATIENCE, gone).await;
    }
}

/// Whether the accounts of a run are those of its profile, and not given for the run alone.
#[must_use]
pub fn is_of_profile(startup: &Startup) -> bool {
    startup.keeps_choices && startup.accounts.iter().all(|setup| setup.token == TokenSource::Saved)
}
