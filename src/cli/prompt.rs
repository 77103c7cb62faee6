//! Questions on the terminal, before the screen is up. Questions go to standard error, so that output can be piped.

use super::failure::Failure;
use crate::domain::Secret;
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use std::io::{self, BufRead, Write};

/// Asks for a line.
///
/// # Errors
/// The terminal is gone, or nothing was typed.
pub(super) fn line(question: &str) -> Result<String, Failure> {
    ask(question)?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    let typed = typed.trim().to_owned();
    if typed.is_empty() { Err(nothing()) } else { Ok(typed) }
}

/// Asks for something that is not shown while it is typed.
///
/// # Errors
/// The terminal is gone, nothing was typed, or the user gave up.
pub(super) fn secret(question: &str) -> Result<Secret, Failure> {
    ask(question)?;
    let typed = {
        let _raw = Raw::enter()?;
        hidden()
    };
    // Enter was not shown.
    writeln!(io::stderr().lock())?;
    let typed = typed?;
    if typed.is_empty() { Err(nothing()) } else { Ok(Secret::new(typed)) }
}

fn ask(question: &str) -> Result<(), Failure> {
    let mut out = io::stderr().lock();
    out.write_all(question.as_bytes())?;
    Ok(out.flush()?)
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
            KeyCode::Char('c' | 'd') if control => return Err(Failure::Failed("given up".to_owned())),
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
        // Nothing can be done for a terminal that is gone.
        drop(terminal::disable_raw_mode());
    }
}
