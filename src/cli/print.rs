//! Data on standard output, line by line.

use super::failure::Failure;
use crate::domain::fault;
use std::io::{self, IsTerminal, Write};

/// Writes a line and flushes it, so that a reader at the other end of a pipe has it at once.
///
/// # Errors
/// The reader is gone ([`Failure::ReaderGone`]), or the output cannot be written.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(unwritten)
}

/// Writes text that has its own line ends.
///
/// # Errors
/// As [`line()`].
pub fn text(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// Writes bytes as they are.
///
/// # Errors
/// As [`line()`].
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(unwritten)
}

/// A closed pipe is the reader's choice.
fn unwritten(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::Failed(format!("the output cannot be written: {}", fault::words(&error))),
    }
}

/// Writes a sentence for people to standard error. Nobody could be told if that fails.
pub fn tell(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// One line of standard error that says how far something is, written over again and again and gone at the end. Silent where that is no terminal.
#[derive(Debug)]
pub struct Meter {
    shown: bool,
    terminal: bool,
}

impl Meter {
    /// Nothing is said yet.
    #[must_use]
    pub fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { shown: false, terminal: io::stderr().is_terminal() && !dumb }
    }

    /// Says it.
    pub fn tell(&mut self, text: &str) {
        if self.terminal {
            self.shown = true;
            let mut out = io::stderr().lock();
            drop(write!(out, "\r{text}\x1b[K").and_then(|()| out.flush()));
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.shown {
            let mut out = io::stderr().lock();
            drop(write!(out, "\r\x1b[K").and_then(|()| out.flush()));
        }
    }
}
