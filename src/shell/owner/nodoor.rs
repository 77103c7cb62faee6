//! Where the system has no such sockets: nobody comes, and commands connect by themselves.

use super::desk::Knock;
use super::lock::Lock;
use crate::config::Paths;

/// No door.
#[derive(Debug)]
pub struct Door(());

impl Door {
    /// There is none here.
    #[must_use]
    pub fn open(_paths: &Paths, lock: &Lock) -> Option<Self> {
        if let Err(error) = lock.tell(None) {
            tracing::warn!(%error, "the lock's note is not renewed");
        }
        None
    }

    /// Nothing ever comes.
    pub async fn next(&mut self) -> Knock {
        std::future::pending().await
    }

    /// There is nothing to close.
    pub async fn close(self) {}
}
