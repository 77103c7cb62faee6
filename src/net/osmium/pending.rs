//! Requests on the wire that have no answer yet.
//!
//! Ids count up from 1 for each connection and every request has the same time to be answered, so the lowest id is always the
//! next to time out.

use super::call::Handler;
use super::handshake::Step;
use crate::domain::{Mono, RequestId};
use std::collections::BTreeMap;
use std::time::Duration;

/// What an answer is for.
pub enum Purpose {
    /// Signing in.
    SignIn(Step),
    /// Something the core wants.
    Call {
        /// Its name for it.
        request: RequestId,
        /// What reads the answer.
        handler: Handler,
    },
    /// Hearing whether the server is there.
    Probe,
}

/// A request without its answer.
pub struct Pending {
    /// What the answer is for.
    pub purpose: Purpose,
    /// The method, for logs.
    pub method: &'static str,
    /// When it was sent.
    pub sent: Mono,
}

/// All of them.
pub struct PendingRequests {
    next: u32,
    timeout: Duration,
    open: BTreeMap<u32, Pending>,
}

impl PendingRequests {
    /// None yet; each may take so long.
    #[must_use]
    pub const fn new(timeout: Duration) -> Self {
        Self { next: 1, timeout, open: BTreeMap::new() }
    }

    /// Keeps a request and gives it its id.
    pub fn insert(&mut self, pending: Pending) -> u32 {
        let id = self.next;
        // 0 is what other clients use for requests whose answer they do not want.
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.open.insert(id, pending);
        id
    }

    /// The request that an answer belongs to.
    pub fn take(&mut self, id: u32) -> Option<Pending> {
        self.open.remove(&id)
    }

    /// When the next request times out.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        self.open.first_key_value().map(|(_, oldest)| oldest.sent.plus(self.timeout))
    }

    /// A request whose time is over.
    pub fn take_late(&mut self, now: Mono) -> Option<Pending> {
        self.deadline().filter(|&at| at <= now)?;
        self.open.pop_first().map(|(_, late)| late)
    }

    /// Whether a probe is on its way.
    #[must_use]
    pub fn probing(&self) -> bool {
        self.open.values().any(|pending| matches!(pending.purpose, Purpose::Probe))
    }
}
