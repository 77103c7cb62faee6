//! What the console tells.

use super::{Heard, ROOM};
use crossterm::event;
use std::io;
use tokio::sync::mpsc::{Receiver, channel};

/// What the user does.
#[derive(Debug)]
pub struct Input(Receiver<io::Result<Heard>>);

impl Input {
    /// Begins to read. The thread goes on until the program ends, so this is for once in a run.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn listen() -> io::Result<Self> {
        let (tell, told) = channel(ROOM);
        let read = move || {
            loop {
                let event = event::read().map(Heard::Event);
                let over = event.is_err();
                if tell.blocking_send(event).is_err() || over {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("keys".to_owned()).spawn(read)?;
        Ok(Self(told))
    }

    /// The next one; `None` when nothing more can be read. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<io::Result<Heard>> {
        self.0.recv().await
    }

    /// Replies come as what they are.
    pub fn await_replies(&self) {}

    /// Lets somebody else read. Cannot be: nothing wakes who waits for the console.
    ///
    /// # Errors
    /// Always.
    pub async fn pause(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Reads again.
    pub fn resume(&self) {}
}
