//! How a command fails: a sentence and an exit code.

use crate::domain::fault;
use crate::shell::host::HostError;
use crate::shell::logging::LoggingError;
use crate::shell::owner::{OwnerError, Trouble};
use crate::shell::secrets::TOKEN_VARIABLE;
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
    /// The core was another process's, and that is gone, or another is to be the owner. Exit code 1.
    #[error("{text}")]
    OwnerGone {
        /// What happened.
        text: String,
        /// Another process is about to be the owner.
        heir: bool,
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
            Self::Failed(_) | Self::OwnerGone { .. } => 1,
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
            | StartupError::Config(_)
            | StartupError::Server(_)
            | StartupError::Service(_) => Self::Usage(error.to_string()),
            StartupError::Accounts(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        let happened = error.to_string();
        match &error {
            HostError::NoAccount => Self::SignIn(happened),
            // Its token comes from the environment, so signing in would change nothing.
            HostError::SignedOut { account, reason } if account == TOKEN_VARIABLE => {
                let happened = format!("the token in {TOKEN_VARIABLE} was refused: {reason}");
                Self::SignIn(with_next_step(&happened, "set NIB_TOKEN to a token that is valid, or unset it"))
            }
            HostError::SignedOut { .. } => Self::SignIn(with_next_step(&happened, SIGN_IN_AGAIN)),
            // Nobody calls it that; the reason is a sentence by itself.
            HostError::NotConnected { account, reason } if account == TOKEN_VARIABLE => {
                Self::Network(with_next_step(reason, CHECK_ADDRESS))
            }
            HostError::NotConnected { .. } => Self::Network(with_next_step(&happened, CHECK_ADDRESS)),
            HostError::TimedOut(_) => Self::Network(with_next_step(&happened, "try again in a moment")),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let whole = |text: String, next: Option<String>| match next {
            Some(next) => with_next_step(&text, &next),
            None => text,
        };
        match trouble {
            Trouble::Failed { text, next } => Self::Failed(whole(text, next)),
            Trouble::SignIn { text, next } => Self::SignIn(whole(text, next)),
            Trouble::Network { text, next } => Self::Network(whole(text, next)),
            Trouble::Absent(why) => why.into(),
            Trouble::Lost { text, heir } => Self::OwnerGone { text, heir },
        }
    }
}

impl From<OwnerError> for Failure {
    fn from(error: OwnerError) -> Self {
        match error {
            OwnerError::Taken => Self::Usage(error.to_string()),
            OwnerError::Silent { .. } | OwnerError::InUse { .. } | OwnerError::Busy | OwnerError::Lock { .. } => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl From<LoggingError> for Failure {
    fn from(error: LoggingError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(fault::words(&error))
    }
}

/// A sentence as people read it: capital first, full stop last.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    // A quoted name or an option keeps its case, since it begins with a mark; so do nib's own name and an address with its port.
    let first = text.split_whitespace().next().unwrap_or_default();
    let keeps_case = first == "nib" || first.contains([':', '@']) && !first.ends_with(':');
    let mut characters = text.chars();
    let mut sentence = if keeps_case {
        String::new()
    } else {
        characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default()
    };
    sentence.push_str(characters.as_str());
    if !sentence.ends_with(['.', '?', ':']) {
        sentence.push('.');
    }
    sentence
}

/// What happened, then what to do about it: two sentences.
#[must_use]
pub fn with_next_step(happened: &str, next: &str) -> String {
    format!("{} {}", sentence(happened), sentence(next))
}

/// What to do when a sign-in or a token is not taken.
pub(super) const SIGN_IN_AGAIN: &str = "run \"nib login\" to sign in again";

/// What to do when a server cannot be reached or does not answer like one.
pub(super) const CHECK_ADDRESS: &str = "check the server's address and your network, then try again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_contract() {
        let of = |failure: Failure| failure.code();
        assert_eq!(of(Failure::ReaderGone), 0);
        assert_eq!(of(Failure::from(io::Error::from(io::ErrorKind::StorageFull))), 1);
        assert_eq!(of(Failure::from(TerminalError::Dumb("dumb".into()))), 2);
        assert_eq!(of(Failure::SignIn(String::new())), 3);
        assert_eq!(of(Failure::Network(String::new())), 4);
    }

    #[test]
    fn messages_are_sentences() {
        assert_eq!(sentence("no connection to a: refused"), "No connection to a: refused.");
        assert_eq!(sentence("\"x\" is not a chat."), "\"x\" is not a chat.");
        assert_eq!(sentence("did you mean this?"), "Did you mean this?");
        assert_eq!(sentence("localhost:80 does not answer"), "localhost:80 does not answer.");
        assert_eq!(sentence("ws://a refused"), "ws://a refused.");
        assert_eq!(sentence("nib cannot do that"), "nib cannot do that.");
        assert_eq!(with_next_step("it said: no.", "ask again"), "It said: no. Ask again.");
    }
}
