//! The life of an account's connection, as its session tells it.

use super::caps::Caps;
use super::id::SessionId;
use super::people::User;
use super::secret::Secret;
use super::text::CleanText;
use std::time::Duration;

/// What the core knows of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum LinkPhase {
    /// Not asked to connect.
    #[default]
    Idle,
    /// Dialling or shaking hands.
    Connecting,
    /// Signed in; lists are being fetched.
    Syncing,
    /// Signed in and up to date.
    Online,
    /// Lost; tried again at the given moment.
    Offline {
        /// Why, in words.
        reason: CleanText,
        /// When the next try starts.
        retry_at: super::time::Mono,
        /// How many tries have failed in a row.
        failures: u32,
    },
    /// The network does not take the sign-in; nothing is tried until the user signs in again.
    SignedOut {
        /// Why, in words.
        reason: CleanText,
    },
}

/// What a session tells about its connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkEvent {
    /// Dialling began.
    Connecting,
    /// The account is signed in. Lists are to be fetched anew: nothing that happened in between is replayed.
    SignedIn {
        /// Who.
        me: User,
        /// This device's session, where the network names it.
        session: Option<SessionId>,
        /// The token to keep; may equal the one that was used.
        token: Secret,
        /// What the network can do.
        caps: Caps,
    },
    /// What the server calls itself; one line. Told before it is told who signed in.
    Named(CleanText),
    /// A second proof is needed; answer with `Request::SignInCode`.
    CodeNeeded {
        /// A recovery code is taken, too.
        recovery: bool,
        /// The code given before was not right.
        wrong: bool,
    },
    /// The address of an account that is being made is to be verified first; answer with `Request::SignInCode`, the token from its mail.
    VerificationNeeded {
        /// The token given before was not right.
        wrong: bool,
    },
    /// The sign-in is to be allowed elsewhere, where the user is signed in already: nothing is typed here. Told again with each new code.
    ConfirmElsewhere {
        /// Where; an address for a browser, one line.
        address: CleanText,
        /// What to type there; one line.
        code: CleanText,
        /// How long the code is good for.
        expires: Duration,
    },
    /// It was allowed elsewhere: what the network gave for it. Who it is of is told by `SignedIn`, unless the server wants something else first.
    Allowed {
        /// The token.
        token: Secret,
    },
    /// The network refused the sign-in for good: the session ends and does not dial again.
    Refused {
        /// The network's code, 0 if there was none.
        code: u32,
        /// Why, in words.
        reason: CleanText,
        /// What the reason is about, as far as that can be told.
        about: Option<SignInPart>,
    },
    /// The connection ended, and is dialled again after the delay.
    Down {
        /// What happened.
        reason: DownReason,
        /// Time until the next try.
        retry_in: Duration,
    },
    /// The way to the server and back took this long. Told by the session, never by an adapter.
    Latency(Duration),
    /// The server was asked for a sign of life and has given none for so long; `None`: it has given one after all. Told by the session.
    Silent(Option<Duration>),
    /// For so long the network's limits hold back what is to be said; `None`: no more. Told by the session.
    Held(Option<Duration>),
    /// Updates were lost on the way; what is on screen is to be fetched anew.
    Missed,
}

/// What a server may want besides knowing who comes in. Given with one sign-in; what is needed for each is kept with the token.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Admission {
    /// The code of an invite.
    pub invite: Option<Secret>,
    /// The server's own password.
    pub password: Option<Secret>,
}

/// A part of what is needed for signing in or up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignInPart {
    /// The server's address.
    Server,
    /// The name that others see.
    Name,
    /// The e-mail address or user name.
    Login,
    /// The password.
    Password,
    /// The code of an invite to the server.
    Invite,
    /// The server's own password, which all its members share.
    ServerPassword,
    /// Whether the server lets one in: nothing is to be typed, and the same sign-in may be taken another time.
    Standing,
    /// That one belongs there at all: the user has left, and what was kept for the next sign-in is not to be used by itself.
    Membership,
}

/// Why a connection ended or never came to be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DownReason {
    /// Nobody answers there.
    #[error("no connection to {host}: {why}")]
    Unreachable {
        /// Where.
        host: CleanText,
        /// What the system said.
        why: CleanText,
    },
    /// The certificate or the encryption was not acceptable.
    #[error("the connection to {host} is not safe: {why}")]
    Tls {
        /// Where.
        host: CleanText,
        /// What was wrong.
        why: CleanText,
    },
    /// Something answered that is no such server.
    #[error("{host} does not answer like a chat server: {why}")]
    NotAServer {
        /// Where.
        host: CleanText,
        /// What it said instead.
        why: CleanText,
    },
    /// The server is there and takes nobody for now.
    #[error("{host} takes nobody just now: {why}")]
    Busy {
        /// Where.
        host: CleanText,
        /// What it said.
        why: CleanText,
        /// How long it wants to be left alone, if it said so.
        rest: Option<Duration>,
    },
    /// The other side ended it.
    #[error("the server closed the connection{}", .0.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    Closed(Option<CleanText>),
    /// Nothing was heard for too long.
    #[error("the server has gone quiet")]
    Quiet,
    /// The network reported a passing fault during sign-in.
    #[error("the server could not sign you in just now: {0}")]
    SignInFault(CleanText),
    /// A fault in nib itself; the log has more.
    #[error("a fault in nib ended the connection")]
    Internal,
}

impl DownReason {
    /// Whether another address of the server may be what is needed.
    #[must_use]
    pub const fn is_about_server(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Tls { .. } | Self::NotAServer { .. })
    }

    /// How long the server wants to be left alone, if it said so.
    #[must_use]
    pub const fn rest(&self) -> Option<Duration> {
        match self {
            Self::Busy { rest, .. } => *rest,
            _ => None,
        }
    }
}
