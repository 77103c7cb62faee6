//! The embedded OriginChats server: a small server in memory, with the stand-in of the account service that it asks, for tests and the demo.
//!
//! [`Server`] is the server without its sockets, deterministic and without I/O; [`start`] puts it on a WebSocket and the account service on HTTP.
//! It behaves as servers of the middle generation were recorded to behave, their stumbles included: `messages_get` from a message on is
//! swallowed, `messages_around` leaves out the newest message, `status_set` of somebody who hides goes to everybody. It knows nothing of the
//! client, so that a mistake in one side does not hide a mistake in the other. What it does not offer is an unknown command, as there.

mod capabilities;
mod chat;
mod direct;
mod door;
mod files;
mod files_http;
mod history;
mod limits;
mod people;
mod polls;
mod sample;
mod script;
mod scripted;
mod serve;
mod server;
mod service;
mod service_http;
mod slash;
mod threads;
mod together;
mod world;

pub use door::Door;
pub use sample::GUEST;
pub use serve::{Running, start};
pub use server::{ConnectionId, Output, Server};
pub use service::{AccountService, ServiceAccount};
pub use service_http::{RunningService, start as start_service};
pub use together::{LABELS, NotListening, Together, start_sample};
pub use world::{World, message};

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Notify;

/// Which accounts a server takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accounts {
    /// Of the account service.
    Service,
    /// Both kinds.
    Both,
    /// Of this server alone.
    Own,
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// What keys, ids and proofs are derived from.
    pub seed: u64,
    /// Which accounts it takes.
    pub accounts: Accounts,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where another listens there, a free port will do.
    pub elsewhere: bool,
    /// Messages in the channel called `history`, where there is no other world.
    pub history: usize,
    /// Another world than the small one that the recordings were made with.
    pub world: Option<World>,
    /// The account service that it asks, where several servers share one.
    pub service: Option<AccountService>,
    /// What it wants of who comes in; with it the server greets as those of the newer generation do.
    pub door: Option<Door>,
    /// Makes who says much at once wait.
    pub limits: bool,
    /// Told whenever a client comes or says something.
    pub stirred: Option<Arc<Notify>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            accounts: Accounts::Both,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            elsewhere: false,
            history: 250,
            world: None,
            service: None,
            door: None,
            limits: true,
            stirred: None,
        }
    }
}
