//! Effects outside the window's cells.

use super::terminal::{self, Screen};
use super::{open, sequences};
use crate::state::Effect;
use std::io;

/// Carries them out, and remembers what need not be said twice.
#[derive(Debug, Default)]
pub struct Outside {
    title: Option<String>,
}

impl Outside {
    /// Says again what a terminal forgets that was given back meanwhile.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn again(&self, screen: &mut Screen) -> io::Result<()> {
        match &self.title {
            Some(title) if terminal::is_modern() => screen.emit(&sequences::title(title)),
            _ => Ok(()),
        }
    }

    /// Remembers what is to be said once the terminal is ours again.
    pub fn remember(&mut self, effect: Effect) {
        if let Effect::Title(title) = effect {
            self.title = Some(title);
        }
    }

    /// Carries out one; those that are not of this kind are ignored. The inner error is a sentence for the user.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn carry_out(&mut self, effect: Effect, screen: &mut Screen) -> io::Result<Result<(), String>> {
        let modern = terminal::is_modern();
        match effect {
            Effect::Copy(_) if !modern => return Ok(Err("not copied: this terminal has no clipboard".to_owned())),
            Effect::Notify { .. } if !modern => screen.emit(b"\x07")?,
            Effect::Title(_) if !modern => {}
            Effect::Copy(text) => match sequences::clipboard(&text) {
                Ok(bytes) => screen.emit(&bytes)?,
                Err(sentence) => return Ok(Err(sentence)),
            },
            Effect::Open(address) => return Ok(open::open(&address)),
            Effect::OpenFile(path) => return Ok(open::open_file(&path)),
            Effect::Notify { title, body } => screen.emit(&sequences::notification(&title, &body))?,
            Effect::Title(title) if self.title.as_deref() != Some(title.as_str()) => {
                screen.emit(&sequences::title(&title))?;
                self.title = Some(title);
            }
            _ => {}
        }
        Ok(Ok(()))
    }
}
