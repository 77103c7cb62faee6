//! The OriginChats network: JSON over a WebSocket, many servers that know nothing of each other. One server is one account.
//!
//! [`wire`] reads and writes frames. [`ids`] and [`names`] turn the wire's keys, most of which are names, into ids and back. Three generations of servers are spoken to: without a list of capabilities (old), with one, and newer
//! ones that name themselves in the key of the sign-in.
//!
//! Invariants: no I/O, no clock, no randomness; remote text leaves this room only clean; nothing here prints a secret.

pub mod adapter;
pub mod book;
pub mod call;
pub mod defaults;
pub mod direct;
pub mod files;
pub mod history;
pub mod ids;
pub mod linking;
pub mod markup;
pub mod names;
pub mod pending;
pub mod refusal;
pub mod server;
pub mod sign_in;
pub mod wire;

pub use adapter::OriginAdapter;
pub use defaults::OriginConfig;
