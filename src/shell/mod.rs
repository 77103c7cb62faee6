//! Everything that touches the world: the loop, effects, the terminal, timers, secrets, logs.
//!
//! One thread runs the core and draws; one more runs the networks; keys and what may block are read on threads of their own. Nothing here decides anything
//! about chats: it reads clocks, feeds events, and carries effects out.

pub mod accounts;
pub mod clock;
pub mod colour;
mod colours;
pub mod editor;
pub mod engine;
pub mod files;
pub mod folder;
pub mod gone;
pub mod home;
pub mod host;
pub mod input;
pub mod keeping;
mod keyring;
pub mod keys;
pub mod logging;
pub mod mouse;
pub mod networks;
pub mod old_drafts;
pub mod open;
pub mod outside;
pub mod owner;
pub mod pacing;
pub mod panic;
pub mod probe;
pub mod run;
pub mod saving;
pub mod secrets;
pub mod sequences;
pub mod sessions;
pub mod settings;
pub mod signals;
pub mod startup;
mod steady;
pub mod terminal;
pub mod timers;
pub mod token_command;
pub mod vault;

use std::io;
use tokio::runtime::Builder;

/// Runs something to its end: on the calling thread, with a worker for the networks. What still blocks afterwards is left behind.
///
/// # Errors
/// The system gives no thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("network").enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}
