//! Networks: sans-IO adapters, and the one async driver for all of them.
//!
//! An [`Adapter`] turns frames and deadlines into frames and [`NetEvent`]s and does no I/O, so that it can be fuzzed with bytes and tested
//! with golden frames. [`dispatch`] orders requests in front of it. [`session`] owns the socket. Decoding is total: what is unknown is counted and skipped.

#[cfg(feature = "app")]
pub mod dial;
pub mod dispatch;
pub mod http;
pub mod originchats;
pub mod osmium;
#[cfg(feature = "app")]
pub mod session;
pub mod skipped;
#[cfg(feature = "app")]
pub mod tls;

use crate::domain::{Answer, CleanText, LinkEvent, Mono, Now, Progress, Request, RequestId, Secret, Update};
use bytes::Bytes;
use http::{HttpCall, HttpId, HttpOutcome};

/// One frame of a message-oriented connection. `Debug` tells its size alone: a frame may hold a password or a token.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// Bytes.
    Binary(Bytes),
    /// Text.
    Text(String),
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

/// What a session tells the core, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NetEvent {
    /// About the connection itself.
    Link(LinkEvent),
    /// A fact.
    Update(Update),
    /// A reply.
    Answer(Answer),
    /// How far a request is that takes long; its reply is still to come.
    Progress(Progress),
}

/// How an account signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// A saved token.
    Token(Secret),
    /// E-mail address or user name, and password; a code if already known.
    Password {
        /// E-mail address or user name.
        login: String,
        /// The password.
        password: Secret,
        /// A TOTP or recovery code, given beforehand.
        code: Option<Secret>,
    },
    /// Nothing yet: the user allows it elsewhere, and the network gives a token.
    Elsewhere,
    /// An account is to be made. Tried once: it may have been made when no answer comes.
    SignUp {
        /// The name that others see.
        name: String,
        /// E-mail address.
        login: String,
        /// The password.
        password: Secret,
    },
}

/// What an adapter wants done after it was called. Collected, then carried out by the session in this order: frames, events, entrypoints, dropped calls, calls, close.
#[derive(Debug, Default)]
pub struct Out {
    /// To be sent.
    pub frames: Vec<Frame>,
    /// To be told to the core.
    pub events: Vec<NetEvent>,
    /// Where else the server can be reached, by its own word. Empty: it said nothing.
    pub entrypoints: Vec<Entrypoint>,
    /// What [`Adapter::probe`] asked was answered.
    pub probed: bool,
    /// Calls to be made beside the connection; each is answered by [`Adapter::http`], unless the connection ends first.
    pub calls: Vec<HttpCall>,
    /// Calls that are not wanted any more: they end, and are not answered.
    pub dropped: Vec<HttpId>,
    /// The connection is to be closed.
    pub close: Option<Close>,
}

/// Another way to the same server, as it names it itself: not to be trusted with a token unless its host is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entrypoint {
    /// The name or literal address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Why an adapter closes a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Close {
    /// The sign-in was refused for good; do not dial again. The adapter has told `LinkEvent::Refused`.
    Refused,
    /// Nothing was heard for too long; dial again.
    Quiet,
    /// The other side breaks the protocol; dial again.
    Broken(CleanText),
    /// A passing fault during sign-in; dial again.
    SignInFault(CleanText),
}

/// One connection to one network, without its I/O.
///
/// Made anew for each connection, so that nothing of an old one can leak into a new one. It owns request numbers of the wire, timeouts, the
/// handshake and multi-step operations. Requests handed in before the sign-in is complete are answered when they can be, never dropped.
pub trait Adapter: Send {
    /// The connection is open: greet and sign in.
    fn open(&mut self, now: Now, out: &mut Out);
    /// A frame arrived. Total: no bytes make it panic.
    fn frame(&mut self, frame: Frame, now: Now, out: &mut Out);
    /// The other side showed that it is there without sending a frame of its own: a pong or ping of the transport. Counts as hearing from it.
    fn heard(&mut self, now: Now) {
        let _ = now;
    }
    /// A sign of life is wanted, and the transport has no pings: ask something cheap, and set [`Out::probed`] when it is answered. An adapter whose
    /// networks always have pings need not.
    fn probe(&mut self, now: Now, out: &mut Out) {
        let _ = (now, out);
    }
    /// Whether [`Adapter::probe`] has something to ask at present, or is waiting for its answer.
    fn can_probe(&self) -> bool {
        false
    }
    /// Something is wanted. Exactly one [`Answer`] will follow, unless the connection ends first.
    fn request(&mut self, id: RequestId, request: &Request, now: Now, out: &mut Out);
    /// A call beside the connection is over.
    fn http(&mut self, id: HttpId, outcome: HttpOutcome, now: Now, out: &mut Out) {
        let _ = (id, outcome, now, out);
    }
    /// So many bytes of files were sent with a call that is not over.
    fn http_progress(&mut self, id: HttpId, sent: u64, out: &mut Out) {
        let _ = (id, sent, out);
    }
    /// What was wanted is to be stopped, if nobody can have seen anything of it yet: then it is answered with a refusal. Else it goes on, and its answer
    /// says what came of it.
    fn cancel(&mut self, request: RequestId, now: Now, out: &mut Out) {
        let _ = (request, now, out);
    }
    /// When [`Adapter::tick`] wants to be called next.
    fn deadline(&self) -> Option<Mono>;
    /// A deadline has passed.
    fn tick(&mut self, now: Now, out: &mut Out);
    /// How many answers came when nobody waited for them any more.
    fn late(&self) -> u64 {
        0
    }
    /// How many frames, updates, fields and values were skipped because nib does not know them, by kind.
    fn skipped(&self) -> &[(&'static str, u64)];
}
