//! The embedded Osmium server: a whole server in memory, for `nib demo` and for tests.
//!
//! `server` is the server without its sockets, deterministic and without I/O; `serve` puts it on a WebSocket.
//! It uses the generated wire types, the method table and the sample world, and nothing else of the client: its permission code is
//! its own, so that a mistake in one side does not hide a mistake in the other.
//!
//! What nobody has published is decided here and written down where it is decided: how permissions combine, what counts
//! as a mention, the order of pages, limits, codes. Times are milliseconds everywhere. It listens on loopback unless
//! another address is given.

mod accounts;
mod fanout;
mod flood;
mod frame;
mod hub;
mod ids;
mod mail;
mod methods;
mod permissions;
mod post;
mod present;
mod previews;
mod refusal;
mod running;
mod script;
mod serve;
mod server;
mod state;
mod tcp;
mod totp;

use std::net::{Ipv4Addr, SocketAddr};

use thiserror::Error;

use super::world::model::World;

pub use accounts::{DemoAccount, DemoInvite};
pub use flood::Flood;
pub use mail::{Mail, OWN_DOMAIN};
pub use running::{Running, description};
pub use serve::start;
pub use server::{ConnectionId, Output, Server};

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the world, the tokens and the scripted people are derived from.
    pub seed: u64,
    /// The moment the world counts back from, in Unix milliseconds; now, when there is none.
    pub at: Option<i64>,
    /// How many people act by script. Accounts and history do not depend on it.
    pub people: usize,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Another world than the sample world.
    pub world: Option<World>,
    /// Answers the newer sign-in (#104) with 400, as a server would that does not know it.
    pub legacy_sign_in_only: bool,
    /// Creates a message only once when it is sent twice with the same nonce.
    pub dedupe_nonce: bool,
    /// Sends the updates that a request causes before its answer; otherwise after it.
    pub updates_first: bool,
    /// Asks new accounts for the token from a mail, but those at [`OWN_DOMAIN`].
    pub verifies: bool,
    /// Frames that may wait for one connection before it counts as too slow and is closed.
    pub queue: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            at: None,
            people: 6,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            world: None,
            legacy_sign_in_only: false,
            dedupe_nonce: false,
            updates_first: false,
            verifies: true,
            queue: 4_096,
        }
    }
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("The demo server cannot listen on {address}. Choose another address with --listen.")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The world has nobody in it.
    #[error("The demo world has no people in it. Start it with another world.")]
    Empty,
}
