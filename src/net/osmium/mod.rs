//! The Osmium network: protobuf messages over a WebSocket.
//!
//! [`adapter`] is the front: one [`OsmiumAdapter`] per connection. [`handshake`] signs in, [`call`] turns requests into calls and calls
//! into replies, [`decode`] translates what the server says, [`encode`] what we say. Where nobody has published how the network
//! behaves, nib's choice is a named default in [`defaults`]. [`upload`] sends files in parts.
//!
//! Invariants: no I/O, no clock, no randomness; every reply is read as the type its method promises ([`rpc::Method`]); remote text leaves
//! this room only clean; nothing here prints a secret.

pub mod adapter;
pub mod call;
pub mod decode;
pub mod defaults;
pub mod encode;
pub mod gap;
pub mod handshake;
pub mod ids;
pub mod pending;
pub mod refusal;
pub mod rpc;
pub mod time;
pub mod upload;
pub mod wire;

pub use adapter::OsmiumAdapter;
pub use defaults::OsmiumConfig;

use super::skipped;
