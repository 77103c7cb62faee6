//! Asking the terminal on its own, without a chat: for whoever only wants to know.

use super::{Abilities, Probe};
use crate::shell::input::parser::{Heard, Parser};
use crossterm::terminal;
use filedescriptor::{POLLIN, poll, pollfd};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// Gives the terminal its modes back.
struct Raw;

impl Drop for Raw {
    fn drop(&mut self) {
        // Nobody could do anything about it.
        let _ = terminal::disable_raw_mode();
    }
}

/// Asks the terminal at standard input and output what it can do, and waits for its answers so long at most. What is typed meanwhile is lost. Without
/// a terminal, what the environment says. Blocks, and reads standard input past whoever else does.
///
/// # Errors
/// The terminal is gone, or refuses.
pub fn ask(patience: Duration) -> io::Result<Abilities> {
    let mut probe = Probe::new(Abilities::promised());
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(probe.abilities().clone());
    }
    let questions = probe.questions(None);
    if questions.is_empty() {
        return Ok(probe.abilities().clone());
    }
    terminal::enable_raw_mode()?;
    let _raw = Raw;
    let mut out = io::stdout().lock();
    out.write_all(&questions)?;
    out.flush()?;
    let end = Instant::now() + patience;
    let (mut parser, mut heard, mut bytes) = (Parser::default(), Vec::new(), [0; 1024]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let mut tty = [pollfd { fd: io::stdin().as_raw_fd(), events: POLLIN, revents: 0 }];
        match poll(&mut tty, Some(left)) {
            Ok(0) => return Ok(probe.abilities().clone()),
            Ok(_) => {}
            // Interrupted; the deadline bounds how often.
            Err(_) if left.is_zero() => return Ok(probe.abilities().clone()),
            Err(_) => continue,
        }
        let count = rustix::io::read(io::stdin(), &mut bytes)?;
        if count == 0 {
            return Ok(probe.abilities().clone());
        }
        parser.advance(bytes.get(..count).unwrap_or_default(), &mut heard);
        for heard in heard.drain(..) {
            if let Heard::Reply(reply) = heard
                && let Some(abilities) = probe.take(reply)
            {
                return Ok(abilities.clone());
            }
        }
    }
}
