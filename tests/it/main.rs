//! One test binary, one module per capability.

#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails the test that called it, at the line that matters")]

mod config;
mod demo_server;
mod osmium;
mod dispatch;
mod host;
mod session;
mod screen;
mod wire;
mod world;
