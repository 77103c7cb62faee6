//! The one async driver for all networks: one task for each account, from the first dial until it is stopped or refused.
//!
//! - The core hands in requests without waiting ([`SessionHandle::request`]) and is told what happens in [`Batch`]es through a bounded channel.
//! - When the core is slow, the session stops reading its socket: the network is slowed down and memory stays bounded. Requests still go out.
//! - The latency that is told is that of pings of the transport, the same for every network, whatever is asked of it.
//! - A server that gives no sign of life when asked is told as silent, and after a while is left. After a sleep of the computer it is asked at once.
//! - A lost connection is dialled again, sooner or later, for ever; a refused sign-in ends the session. Even a panic in here is only a lost connection.
//! - The password is forgotten as soon as the network gives a token for it.

mod backoff;
mod clock;
mod connection;
mod driver;
mod entrypoints;
mod latency;
mod pending;
mod pulse;
mod socket;
mod stream;
mod web;

pub use clock::WallClock;
pub use pending::BATCH_EVENTS;
pub use web::ask;

use crate::domain::{AccountId, Priority, Request, RequestId};
use crate::net::dial::{Proxies, ServerAddress};
use crate::net::dispatch::{Counts, Limits};
use crate::net::{Adapter, Credentials, NetEvent};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};

/// How many batches the channel to the core should hold.
pub const BATCHES: usize = 16;
/// How many commands may wait for a session to take them.
const COMMANDS: usize = 64;

/// Some events of one account, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Which account.
    pub account: AccountId,
    /// What happened; at most [`BATCH_EVENTS`].
    pub events: Vec<NetEvent>,
}

/// Makes the adapter of each new connection, from how to sign in.
pub type MakeAdapter = Box<dyn Fn(Credentials) -> Box<dyn Adapter> + Send + Sync>;

/// What a session needs to know.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Where the server is. Dialled before any other way that the server names.
    pub server: ServerAddress,
    /// How to sign in the first time.
    pub credentials: Credentials,
    /// Hosts that the server may name as further ways to it, though they lie outside its domain.
    pub trusted_hosts: Vec<String>,
    /// A PEM file of roots to trust besides the usual ones.
    pub ca_file: Option<PathBuf>,
    /// Proxies on the way.
    pub proxies: Proxies,
    /// How long things may take.
    pub timing: Timing,
    /// How much may be asked at once.
    pub limits: Limits,
    /// Drives the jitter of retries and reconnects.
    pub seed: u64,
    /// The time of day. Where it leaves the monotonic clock behind, the computer slept.
    pub wall: WallClock,
}

impl SessionConfig {
    /// The usual timing and limits.
    #[must_use]
    pub fn new(server: ServerAddress, credentials: Credentials, seed: u64) -> Self {
        Self {
            server,
            credentials,
            trusted_hosts: Vec::new(),
            ca_file: None,
            proxies: Proxies::default(),
            timing: Timing::default(),
            limits: Limits::default(),
            seed,
            wall: WallClock::default(),
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// Name, socket, encryption and handshake together.
    pub dial: Duration,
    /// The longest first delay before dialling again.
    pub first_delay: Duration,
    /// The longest delay before dialling again.
    pub most_delay: Duration,
    /// Signed in for so long, a connection counts as stable, and its loss as a first failure.
    pub stable: Duration,
    /// Between two pings of the transport.
    pub ping: Duration,
    /// A ping or request that nothing follows for so long is told.
    pub answer: Duration,
    /// Where the computer slept or the user asks, the server has so long to show that it is there.
    pub probe: Duration,
    /// After so long without a sign of life, the connection counts as dead.
    pub silence: Duration,
    /// What a closing handshake may take.
    pub farewell: Duration,
}

impl Default for Timing {
    /// Dial within 10 s; again after 0.5 s to 30 s; stable after 30 s; a ping every 30 s, told as unanswered after
    /// 10 s; dead after 75 s, and 5 s after a sleep; 1 s to part.
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(10),
            first_delay: Duration::from_millis(500),
            most_delay: Duration::from_secs(30),
            stable: Duration::from_secs(30),
            ping: Duration::from_secs(30),
            answer: Duration::from_secs(10),
            probe: Duration::from_secs(5),
            silence: Duration::from_secs(75),
            farewell: Duration::from_secs(1),
        }
    }
}

/// How a session fares, for people who look for a fault.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// What became of its requests.
    pub counts: Counts,
    /// Other addresses of the server that it named and that may be used.
    pub entrypoints: Vec<ServerAddress>,
}

/// The session did not take a request: it has ended, or too much waits for it. The request will not be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotTaken {
    /// Too much waits already; try again in a moment.
    #[error("too much waits for the connection already; try again in a moment")]
    Full,
    /// The session has ended.
    #[error("this account is not connected")]
    Ended,
}

#[derive(Debug)]
enum Command {
    Request { id: RequestId, request: Box<Request>, priority: Priority },
    Cancel(RequestId),
    Stop(RequestId),
}

/// A running session. Dropping it stops the session.
#[derive(Debug)]
pub struct SessionHandle {
    commands: mpsc::Sender<Command>,
    probe: Arc<Notify>,
    stop: watch::Sender<bool>,
    report: watch::Receiver<Report>,
    /// Closed when the session's task is over.
    over: watch::Receiver<()>,
}

impl SessionHandle {
    /// Hands in a request. It is answered exactly once, unless the session is stopped before.
    ///
    /// # Errors
    /// When the session cannot take it now; then it is not answered.
    pub fn request(&self, id: RequestId, request: Request, priority: Priority) -> Result<(), NotTaken> {
        let command = Command::Request { id, request: Box::new(request), priority };
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => NotTaken::Full,
            TrySendError::Closed(_) => NotTaken::Ended,
        })
    }

    /// A request is no longer wanted. It may be answered all the same, when it was under way already.
    pub fn cancel(&self, id: RequestId) {
        if self.commands.try_send(Command::Cancel(id)).is_err() {
            tracing::debug!(?id, "not cancelled: too much waits, or the session is over");
        }
    }

    /// A request is to be stopped if nobody can have seen anything of it. It is answered in any case: with a refusal if it was.
    pub fn stop_request(&self, id: RequestId) {
        if self.commands.try_send(Command::Stop(id)).is_err() {
            tracing::debug!(?id, "not stopped: too much waits, or the session is over");
        }
    }

    /// Sees to the connection now: asks the server for a sign of life, and leaves it soon without one; where the session waits before it dials
    /// again, it dials at once, and its later waits are short again.
    pub fn probe(&self) {
        self.probe.notify_one();
    }

    /// Ends the session in good form. What was not answered is answered as lost, as far as the core takes it.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// How it fares.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report.borrow().clone()
    }

    /// Whether the session is over: stopped, or refused.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.has_changed().is_err()
    }

    /// Waits until the session is over.
    pub async fn stopped(&self) {
        let mut over = self.over.clone();
        while over.changed().await.is_ok() {}
    }
}

/// Starts a session on the runtime. It dials at once.
pub fn spawn(
    runtime: &tokio::runtime::Handle,
    account: AccountId,
    config: SessionConfig,
    make_adapter: MakeAdapter,
    events: mpsc::Sender<Batch>,
) -> SessionHandle {
    let (commands, taken) = mpsc::channel(COMMANDS);
    let (stop, stopping) = watch::channel(false);
    let (alive, over) = watch::channel(());
    let probe = Arc::new(Notify::new());
    let (reports, report) = watch::channel(Report::default());
    let wishes = driver::Wishes { commands: taken, probe: Arc::clone(&probe), stop: stopping };
    let driver = driver::Driver::new(account, config, make_adapter, events, wishes, reports);
    runtime.spawn(async move {
        driver.run().await;
        drop(alive);
    });
    SessionHandle { commands, probe, stop, report, over }
}
