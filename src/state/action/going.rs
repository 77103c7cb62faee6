//! Where a user can go.

use crate::domain::{ChatKey, MessageKey};

/// A place to go to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Going {
    /// The first message of a day, or of a moment of it; without one, ask for it.
    Date(String),
    /// The place that was left last.
    Back,
    /// The place that was gone back from last.
    On,
    /// The first message that was not read.
    Unread,
    /// The last mention of oneself before where one is.
    Mention,
    /// One of these messages, chosen from a list.
    Listed(Listing),
    /// This message of this chat: what a list leads to.
    Message(ChatKey, MessageKey),
    /// One of all these places, chosen from a list.
    Choose,
    /// With what is selected in such a list, do what is offered beside going there.
    Use,
    /// List what lies further back.
    Further,
    /// Let go of a message that is pinned, from the list of those.
    LetGo(ChatKey, MessageKey),
    /// Messages of the open chat that have these words; without them, ask for them.
    Find(String),
    /// The next message that was found.
    Found {
        /// An older one, else a newer one.
        older: bool,
    },
}

/// What can be listed of a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listing {
    /// Messages that are pinned.
    Pins,
    /// Files that were shared.
    Files,
    /// Links that were shared.
    Links,
}
