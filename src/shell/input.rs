//! Keys, pastes, sizes and focus, read on a thread of their own.
//!
//! The library that reads them never returns once the terminal is gone: it reads the end of the input again and again. On a thread of its own that
//! costs nothing but a moment, since the loop is told of the loss by [`super::gone`].

use crossterm::event::{self, Event};
use std::io;
use tokio::sync::mpsc::{Receiver, channel};

/// How many events may wait. More than a frame's time of typing; a flood waits in the terminal.
const ROOM: usize = 64;

/// What the user does.
#[derive(Debug)]
pub struct Input(Receiver<io::Result<Event>>);

impl Input {
    /// Begins to read. The thread goes on until the program ends, so this is for once in a run.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn listen() -> io::Result<Self> {
        let (tell, told) = channel(ROOM);
        let read = move || {
            loop {
                let event = event::read();
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
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.0.recv().await
    }
}
