//! A mistake in the configuration, with its place in the file.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a text, counted from 1. Columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Place {
    /// The place of a byte of a text.
    #[must_use]
    pub fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        Self { line, column: before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1 }
    }
}

/// A mistake in the configuration. Prints as `path:line:column: message`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// Which file.
    pub path: PathBuf,
    /// Where in it; `None`: the file as a whole.
    pub place: Option<Place>,
    /// What is wrong and what would be right.
    pub message: String,
    /// Whether the line has an effect all the same.
    pub warning: bool,
}

impl ConfigError {
    /// Something about a file as a whole.
    #[must_use]
    pub fn of_file(path: &Path, message: &str) -> Self {
        Self { path: path.to_owned(), place: None, message: message.to_owned(), warning: false }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(Place { line, column }) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        f.write_str(if self.warning { " note: " } else { " " })?;
        // Messages quote the file, and the file may hold anything: nothing in it may steer the terminal.
        self.message
            .chars()
            .try_for_each(|c| if c.is_control() { write!(f, "{}", c.escape_unicode()) } else { write!(f, "{c}") })
    }
}

impl ConfigError {
    /// The same with the file's name alone, for where there is little room.
    #[must_use]
    pub fn brief(&self) -> String {
        let name = self.path.file_name().map_or_else(|| self.path.clone(), PathBuf::from);
        Self { path: name, ..self.clone() }.to_string()
    }
}

impl std::error::Error for ConfigError {}
