//! The one registry of what can be named. Its parts are beside it, one for each kind of thing.

use super::{Action, Context};
use crate::domain::near;

/// An entry of the registry.
#[derive(Clone, Copy, Debug)]
pub struct ActionInfo {
    /// Stable kebab-case name.
    pub name: &'static str,
    /// What may or must follow the name; empty for nothing. Square brackets mean that it may be left out.
    pub arguments: &'static str,
    /// One sentence: what it does.
    pub help: &'static str,
    /// Where it works. Help shows it there.
    pub contexts: &'static [Context],
    /// Whether it makes sense as a `/` command.
    pub command: bool,
    make: fn(&str) -> Option<Action>,
}

/// Why a written action could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActionError {
    /// No such name.
    #[error("there is no action called \"{name}\"{}", .near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default())]
    Unknown {
        /// What was written.
        name: String,
        /// The closest name there is.
        near: Option<&'static str>,
    },
    /// The name is right, what follows is not.
    #[error("\"{name}\" goes like this: {name} {arguments}")]
    Arguments {
        /// The action.
        name: &'static str,
        /// Its grammar.
        arguments: &'static str,
    },
}

/// Takes no argument.
macro_rules! plain {
    ($action:expr) => {
        |rest| rest.is_empty().then_some($action)
    };
}

/// Takes an optional whole number, else this one.
macro_rules! count {
    ($default:expr, $variant:expr) => {
        |rest| if rest.is_empty() { Some($variant($default)) } else { rest.parse().ok().map($variant) }
    };
}

/// A part of the registry: name, arguments, where it works, whether it is a command, how it is read, and what it does.
macro_rules! table {
    ($($name:literal $arguments:literal $contexts:expr, $command:literal, $make:expr, $help:literal;)*) => {
        pub(super) const TABLE: &[super::ActionInfo] = &[$(super::ActionInfo {
            name: $name, arguments: $arguments, help: $help, contexts: $contexts, command: $command, make: $make,
        },)*];
    };
}

mod account;
mod compose;
mod edit;
mod file;
mod go;
mod list;
mod message;
mod screen;
mod thread;

const ANYWHERE: &[Context] = &[Context::Everywhere];

/// The parts, in the order of the help.
const TABLES: &[&[ActionInfo]] = &[
    go::TABLE,
    account::TABLE,
    screen::TABLE,
    compose::TABLE,
    file::TABLE,
    list::TABLE,
    message::TABLE,
    thread::TABLE,
    edit::TABLE,
];

/// How many rows all parts have.
const TOTAL: usize = {
    let (mut total, mut at) = (0, 0);
    while at < TABLES.len() {
        total += TABLES[at].len();
        at += 1;
    }
    total
};

const JOINED: [ActionInfo; TOTAL] = {
    let mut joined = [TABLES[0][0]; TOTAL];
    let (mut filled, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            joined[filled] = TABLES[table][row];
            filled += 1;
            row += 1;
        }
        table += 1;
    }
    joined
};

/// Every action that can be named, in the order of the help.
pub const REGISTRY: &[ActionInfo] = &JOINED;

/// The registry entry of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ActionInfo> {
    REGISTRY.iter().find(|info| info.name == name)
}

/// Reads a written action: a name, and after a space what it takes.
///
/// # Errors
/// The name is not known, or what follows does not fit its grammar; both say what would be right.
pub fn parse(written: &str) -> Result<Action, ActionError> {
    let written = written.trim();
    let (name, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let info = find(name).ok_or_else(|| ActionError::Unknown { name: name.to_owned(), near: nearest(name) })?;
    (info.make)(rest.trim()).ok_or(ActionError::Arguments { name: info.name, arguments: info.arguments })
}

/// The name that was probably meant: one with a slip in it, else one that was begun, or one of whose words was written.
fn nearest(name: &str) -> Option<&'static str> {
    let names = || REGISTRY.iter().map(|info| info.name);
    let shortest = |fits: &dyn Fn(&str) -> bool| names().filter(|known| fits(known)).min_by_key(|known| known.len());
    let begins = |known: &str| name.len() >= 3 && known.starts_with(name);
    let has_word = |known: &str| name.len() >= 3 && known.split('-').any(|word| word == name);
    near::nearest(name, names()).or_else(|| shortest(&begins)).or_else(|| shortest(&has_word))
}

#[cfg(test)]
mod tests;
