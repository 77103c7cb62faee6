//! One test binary, one module per capability.

#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails the test that called it, at the line that matters")]

#[path = "support/authority.rs"]
mod authority;
mod config;
mod demo_server;
mod dispatch;
mod downloads;
#[cfg(unix)]
mod end_to_end;
mod faults;
mod files;
mod held;
mod host;
mod networks;
mod originchats;
mod osmium;
#[path = "support/passing.rs"]
mod passing;
mod people;
#[path = "support/proxy.rs"]
mod proxy;
mod screen;
mod session;
mod state;
mod store;
#[path = "support/valid.rs"]
mod valid;
mod wire;
mod words;
mod world;
mod writing;
