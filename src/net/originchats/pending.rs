//! Requests that have no answer yet.
//!
//! Servers that mark replies give back the mark of the request. Old ones do not: of those one request is under way at a time, and its answer
//! is known by its command, and where others may cause the same, by what is in it.

use super::call::{Call, Handler};
use super::wire::{At, Command, Incoming, Packet, Place};
use crate::domain::{Mono, Nonce, RequestId};
use std::collections::{BTreeMap, VecDeque};

/// What an answer is for.
pub enum Purpose {
    /// Something the core wants, or the adapter itself.
    Call {
        /// The core's name for it.
        request: Option<RequestId>,
        /// What reads the answer.
        handler: Handler,
        /// A refusal is as good as an answer.
        lenient: bool,
    },
    /// Hearing whether the server is there.
    Probe,
}

/// A request without its answer.
pub struct Pending {
    /// What the answer is for.
    pub purpose: Purpose,
    /// The command.
    pub command: &'static str,
    /// The nonce of the message that it sends.
    pub nonce: Option<Nonce>,
    /// What tells its answer from others', for old servers.
    shape: Shape,
    /// Grows with each request.
    number: u64,
    late: Mono,
}

/// What an answer must be like where it is not marked.
#[derive(Clone, PartialEq)]
enum Shape {
    /// The same command.
    Command,
    /// The same command, about this place.
    Page(At),
    /// An own message with this text.
    Own(At, String),
    /// About this message.
    About(String),
}

impl Pending {
    fn fits(&self, frame: &Incoming, mine: bool) -> bool {
        let same = |place: &Place, at: &At| place.channel.as_ref().map(|name| name.wire()) == at.channel.as_deref();
        match (&frame.packet, &self.shape) {
            (Packet::Error { .. } | Packet::RateLimit { .. }, _) => matches!(self.purpose, Purpose::Call { .. }),
            (Packet::MessageNew { place, message }, Shape::Own(at, text)) => {
                mine && same(place, at) && message.content.wire() == text
            }
            (Packet::MessageEdit { id, .. } | Packet::MessageDelete { id, .. }, Shape::About(about)) => {
                id.wire() == about
            }
            (Packet::MessageNew { .. }, _) => false,
            // An answer to an earlier question may come after its time.
            (Packet::Page(page), Shape::Page(at)) => {
                frame.command.wire() == self.command && (page.place.channel.is_none() || same(&page.place, at))
            }
            (Packet::Pong, Shape::Command) => self.command == "ping",
            (_, Shape::Command | Shape::Page(_)) => frame.command.wire() == self.command,
            _ => false,
        }
    }
}

/// All of them.
#[derive(Default)]
pub struct PendingRequests {
    next: u64,
    open: BTreeMap<String, Pending>,
    /// For old servers: what waits until the one under way is answered.
    queue: VecDeque<(Option<RequestId>, Box<Call>)>,
}

impl PendingRequests {
    /// Keeps a request and gives the mark to say with it.
    pub fn insert(&mut self, purpose: Purpose, command: &Command, nonce: Option<Nonce>, late: Mono) -> String {
        self.next += 1;
        let mark = match nonce {
            Some(nonce) => format!("n{:016x}", nonce.0),
            None => format!("q{}", self.next),
        };
        let shape = match command {
            Command::MessageNew { at, content, .. } => Shape::Own(at.clone(), content.clone()),
            Command::MessageEdit { id, .. } | Command::MessageDelete { id, .. } => Shape::About(id.clone()),
            Command::MessagesGet { at, .. } | Command::MessagesAround { at, .. } | Command::MessagesPinned { at } => {
                Shape::Page(at.clone())
            }
            _ => Shape::Command,
        };
        self.open
            .insert(mark.clone(), Pending { purpose, command: command.name(), nonce, shape, number: self.next, late });
        mark
    }

    /// The request that a marked frame answers.
    pub fn take(&mut self, mark: &str) -> Option<Pending> {
        self.open.remove(mark)
    }

    /// Whether a mark is that of a request of this connection, be its time over.
    #[must_use]
    pub fn has_said(&self, mark: &str) -> bool {
        let number = mark.strip_prefix('q').and_then(|digits| digits.parse::<u64>().ok());
        number.is_some_and(|number| (1..=self.next).contains(&number))
    }

    /// The request that an unmarked frame answers: the oldest that it can be the answer to. `mine`: it is about something that oneself did.
    pub fn take_unmarked(&mut self, frame: &Incoming, mine: bool) -> Option<Pending> {
        let fitting = self.open.iter().filter(|(_, pending)| pending.fits(frame, mine));
        let mark = fitting.min_by_key(|(_, pending)| pending.number)?.0.clone();
        self.open.remove(&mark)
    }

    /// Whether anything is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    /// Lets a request wait.
    pub fn wait(&mut self, request: Option<RequestId>, call: Box<Call>) {
        self.queue.push_back((request, call));
    }

    /// The request that has waited longest.
    pub fn next_waiting(&mut self) -> Option<(Option<RequestId>, Box<Call>)> {
        self.queue.pop_front()
    }

    /// When the next request times out.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        self.open.values().map(|pending| pending.late).min()
    }

    /// A request whose time is over.
    pub fn take_late(&mut self, now: Mono) -> Option<Pending> {
        let mark = self.open.iter().filter(|(_, pending)| pending.late <= now).min_by_key(|(_, p)| p.late)?.0.clone();
        self.open.remove(&mark)
    }

    /// Whether a probe is on its way.
    #[must_use]
    pub fn probing(&self) -> bool {
        self.open.values().any(|pending| matches!(pending.purpose, Purpose::Probe))
    }
}

/// The nonce behind the mark of an own message, also of one that is not waited for any more.
#[must_use]
pub fn nonce_of(mark: &str) -> Option<Nonce> {
    let digits = mark.strip_prefix('n').filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok().map(Nonce)
}
