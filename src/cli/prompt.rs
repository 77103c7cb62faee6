//! Questions on the terminal, before the screen is up. Questions go to standard error, so that output can be piped.

use super::failure::Failure;
use crate::domain::Secret;
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use std::io::{self, BufRead, Write};
use tokio::task::spawn_blocking;

/// Asks for a line.
///
/// # Errors
/// The terminal is gone, or nothing was typed.
pub(super) async fn line(question: &str) -> Result<String, Failure> {
    ask(question)?;
    // Not on this thread: a signal is to end it, and is waited for here.
    let read = || {
        let mut typed = String::new();
        io::stdin().lock().read_line(&mut typed).map(|_| typed)
    };
    let mut left = Unanswered(true);
    let typed = spawn_blocking(read).await.map_err(|error| Failure::Failed(error.to_string()))??;
    left.0 = false;
    let typed = typed.trim().to_owned();
    if typed.is_empty() { Err(nothing()) } else { Ok(typed) }
}

/// Asks for something that is not shown while it is typed. The terminal has its modes back when this is dropped, too.
///
/// # Errors
/// The terminal is gone, nothing was typed, or the user gave up.
pub(super) async fn secret(question: &str) -> Result<Secret, Failure> {
    let typed = {
        // Before the question: who answers at once is not to see it.
        let _raw = Raw::enter()?;
        ask(question)?;
        spawn_blocking(hidden).await.map_err(|error| Failure::Failed(error.to_string()))??
    };
    if typed.is_empty() { Err(nothing()) } else { Ok(Secret::new(typed)) }
}

/// A question whose line is ended when it is left without an answer.
struct Unanswered(bool);

impl Drop for Unanswered {
    fn drop(&mut self) {
        if self.0 {
            // Nothing can be done for a terminal that is gone.
            drop(writeln!(io::stderr().lock()));
        }
    }
}

fn ask(question: &str) -> Result<(), Failure> {
    let mut out = io::stderr().lock();
    out.write_all(question.as_bytes())?;
    Ok(out.flush()?)
}

pub(super) fn given_up() -> Failure {
    Failure::Failed("given up".to_owned())
}

fn nothing() -> Failure {
    Failure::Usage("nothing was typed".to_owned())
}

/// Reads keys until Enter.
fn hidden() -> Result<String, Failure> {
    let mut typed = String::new();
    loop {
        let Event::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(typed),
            KeyCode::Char('j' | 'm') if control => return Ok(typed),
            KeyCode::Char('c' | 'd') if control => return Err(given_up()),
            KeyCode::Char('u') if control => typed.clear(),
            KeyCode::Backspace => {
                typed.pop();
            }
            KeyCode::Char(character) if !control => typed.push(character),
            _ => {}
        }
    }
}

/// Raw mode for as long as it lives.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode().map(|()| Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // What was typed and not read is a part of a secret: the shell must not get it. The end of the line was not shown. Nothing can be
        // done for a terminal that is gone.
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
        drop(terminal::disable_raw_mode().and_then(|()| writeln!(io::stderr().lock())));
    }
}
