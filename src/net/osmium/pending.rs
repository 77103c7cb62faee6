//! Requests on the wire that have no answer yet.
//!
//! Ids count up from 1 for each connection. What is sent behind a part of a file waits behind it in the socket, however slow that is: its time
//! begins when the part is answered.

use super::call::Handler;
use super::handshake::Step;
use super::upload::Part;
use crate::domain::{Mono, RequestId};
use std::collections::BTreeMap;
use std::ops::Bound;
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
    /// A part of a file on its way up.
    Part(Part),
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
    /// Since when the answer is waited for.
    since: Mono,
    /// How long it may take.
    patience: Duration,
}

impl Pending {
    /// Sent just now; the answer may take so long.
    #[must_use]
    pub const fn new(purpose: Purpose, method: &'static str, now: Mono, patience: Duration) -> Self {
        Self { purpose, method, sent: now, since: now, patience }
    }

    const fn is_part(&self) -> bool {
        matches!(self.purpose, Purpose::Part(_))
    }
}

/// All of them.
pub struct PendingRequests {
    next: u32,
    open: BTreeMap<u32, Pending>,
}

impl Default for PendingRequests {
    fn default() -> Self {
        Self { next: 1, open: BTreeMap::new() }
    }
}

impl PendingRequests {
    /// Keeps a request and gives it its id.
    pub fn insert(&mut self, pending: Pending) -> u32 {
        let id = self.next;
        // 0 is what other clients use for requests whose answer they do not want.
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.open.insert(id, pending);
        id
    }

    /// The request that an answer belongs to.
    pub fn take(&mut self, id: u32, now: Mono) -> Option<Pending> {
        let taken = self.open.remove(&id)?;
        if taken.is_part() {
            self.open.range_mut((Bound::Excluded(id), Bound::Unbounded)).for_each(|(_, behind)| behind.since = now);
        }
        Some(taken)
    }

    /// The request that times out next, and when.
    fn next_late(&self) -> Option<(Mono, u32)> {
        let mut behind_part = false;
        let counted = self.open.iter().take_while(|(_, pending)| {
            let counts = !behind_part;
            behind_part |= pending.is_part();
            counts
        });
        counted.map(|(&id, pending)| (pending.since.plus(pending.patience), id)).min()
    }

    /// When the next request times out.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        self.next_late().map(|(at, _)| at)
    }

    /// A request whose time is over.
    pub fn take_late(&mut self, now: Mono) -> Option<Pending> {
        let (_, id) = self.next_late().filter(|&(at, _)| at <= now)?;
        self.take(id, now)
    }

    /// Whether a probe is on its way.
    #[must_use]
    pub fn probing(&self) -> bool {
        self.open.values().any(|pending| matches!(pending.purpose, Purpose::Probe))
    }
}
