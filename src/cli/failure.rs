//! How a command fails: a sentence and an exit code.

use crate::shell::host::HostError;
use crate::shell::logging::LoggingError;
use crate::shell::startup::StartupError;
use crate::shell::terminal::TerminalError;
use std::io;

/// Why a command did not do what it was asked. The exit codes are a contract.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It failed or was refused. Exit code 1.
    #[error("{0}")]
    Failed(String),
    /// It was asked wrongly, the configuration is wrong, or there is no terminal. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// There is no account, or the sign-in or token was refused. Exit code 3.
    #[error("{0}")]
    SignIn(String),
    /// The network could not be reached or does not answer. Exit code 4.
    #[error("{0}")]
    Network(String),
    /// Everything is said already, line by line; for reports of several faults.
    #[error("{text}")]
    Reported {
        /// As it is to be printed.
        text: String,
        /// The exit code.
        code: u8,
    },
    /// Whoever reads the output has had enough. Not a failure: exit code 0, and nothing is said.
    #[error("the reader of the output is gone")]
    ReaderGone,
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::SignIn(_) => 3,
            Self::Network(_) => 4,
            Self::Reported { code, .. } => *code,
        }
    }
}

impl Failure {
    /// Tells the user, on standard error.
    pub fn tell(&self) {
        match self {
            Self::Reported { text, .. } => super::print::tell(text),
            other => super::print::tell(&sentence(&other.to_string())),
        }
    }
}

impl From<TerminalError> for Failure {
    fn from(error: TerminalError) -> Self {
        match error {
            TerminalError::NotATerminal(_) | TerminalError::Dumb(_) => Self::Usage(error.to_string()),
            TerminalError::Io(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<StartupError> for Failure {
    fn from(error: StartupError) -> Self {
        match error {
            StartupError::Paths(_)
            | StartupError::Network(_)
            | StartupError::Proxy { .. }
            | StartupError::Server(_) => {
                Self::Usage(error.to_string())
            }
            StartupError::Accounts(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::NoAccount | HostError::SignedOut { .. } => Self::SignIn(error.to_string()),
            HostError::NotConnected { .. } | HostError::TimedOut(_) => Self::Network(error.to_string()),
        }
    }
}

impl From<LoggingError> for Failure {
    fn from(error: LoggingError) -> Self {
        Self::Usage(error.to_string())
    }
}

/// For output: a closed pipe is the reader's choice.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Failed(error.to_string()) }
    }
}

/// A sentence as people read it: capital first, full stop last.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    // A quoted name or an option keeps its case; it begins with a mark.
    let rest = characters.as_str();
    // An address keeps its case.
    let address = text.split_whitespace().next().is_some_and(|word| word.contains("://"));
    let mut sentence: String = if address {
        String::new()
    } else {
        characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default()
    };
    sentence.push_str(if address { rest } else { characters.as_str() });
    if !sentence.ends_with(['.', '?', ':']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_contract() {
        let of = |failure: Failure| failure.code();
        assert_eq!(of(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe))), 0);
        assert_eq!(of(Failure::from(io::Error::from(io::ErrorKind::StorageFull))), 1);
        assert_eq!(of(Failure::from(TerminalError::Dumb("dumb".into()))), 2);
        assert_eq!(of(Failure::SignIn(String::new())), 3);
        assert_eq!(of(Failure::Network(String::new())), 4);
    }

    #[test]
    fn messages_are_sentences() {
        assert_eq!(sentence("no connection to a: refused"), "No connection to a: refused.");
        assert_eq!(sentence("\"x\" is not a chat."), "\"x\" is not a chat.");
    }
}
