//! Pages of messages, as commands have them.

use super::MessageTold;

/// A page of history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    /// Oldest first.
    pub messages: Vec<MessageTold>,
    /// Nothing is older than the page.
    pub reached_start: bool,
}

/// A stretch of what is kept of a chat.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeptPage {
    /// Oldest first.
    pub messages: Vec<MessageTold>,
    /// Older messages are stored.
    pub older: bool,
    /// Newer messages are stored.
    pub newer: bool,
    /// Messages may be missing after the last one.
    pub gap_after: bool,
    /// What waits to be sent, where nothing newer is stored.
    pub unsent: Vec<MessageTold>,
}
