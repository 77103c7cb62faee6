//! What the owner of a profile and those who come to it say to each other: one JSON object a line, each way, over a local socket.
//!
//! Whoever comes is greeted with [`Tell::Hello`]. Each [`Ask`] has a number, which everything that is told for it bears; what is told unasked bears 0. After a
//! [`Ask::Send`] with files come the bytes of the files, one after the other, and nothing between them. Nothing that is secret is ever said here.
//! Fields are only ever added; who does not understand the version goes elsewhere.

use super::told::{AuthorTold, ChatRef, ChatTold, MessageTold, PlaceTold, Text};
use crate::shell::host::HostError;
use serde::{Deserialize, Serialize};

/// The version of every line.
pub const VERSION: u32 = 1;
/// Longest line that is read from who comes, in bytes: a text of a mebibyte, each byte written as six.
pub const LONGEST_ASK: usize = 8 << 20;
/// Longest line that is read from the owner, in bytes.
pub const LONGEST_TELL: usize = 32 << 20;
/// Most files that go with one message.
pub const MOST_FILES: usize = 64;

/// A line to the owner.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The version.
    pub v: u32,
    /// Names the question; not 0.
    pub id: u64,
    /// What is wanted.
    pub ask: Ask,
}

/// A line from the owner.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The version.
    pub v: u32,
    /// For which question; 0: unasked.
    pub id: u64,
    /// What.
    pub tell: Tell,
}

/// What is wanted of the owner.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Say when these accounts are in sync, or known not to come for now; all when empty. What follows is about them.
    Online {
        /// What the user calls them.
        accounts: Vec<String>,
    },
    /// The same, but say at once how it stands: there was no more time.
    Settle {
        /// How long it was waited, in seconds.
        waited: u64,
    },
    /// The chat that a name leads to; somebody who is not among the chats is looked up.
    Find {
        /// As it was written.
        name: String,
    },
    /// All chats.
    Chats,
    /// The threads of a forum.
    Threads {
        /// Which forum.
        forum: ChatRef,
    },
    /// A page of history; marks nothing read, or has the mark put back.
    Fetch {
        /// Of which chat.
        chat: ChatRef,
        /// Messages before the one with this id; the newest when left out.
        before: Option<String>,
        /// At most so many.
        limit: u16,
        /// Messages sent before this time, in milliseconds since 1970.
        #[serde(default)]
        until: Option<i64>,
    },
    /// Send a message.
    Send {
        /// Where to.
        chat: ChatRef,
        /// What was typed.
        text: String,
        /// The id of the message that it answers.
        reply_to: Option<String>,
        /// Its files, whose bytes follow the line.
        files: Vec<FileHead>,
        /// Nobody waits until it is sent: it is enough that it will be.
        #[serde(default)]
        queue: bool,
    },
    /// Take the message of that question back unless the network has it.
    Withdraw {
        /// The number of the question.
        send: u64,
    },
    /// Tell of everything that happens from now on.
    Follow {
        /// In these chats alone, unless empty.
        chats: Vec<ChatRef>,
    },
    /// Say when what was kept is known; what follows is about these accounts, or all when empty.
    Known {
        /// What the user calls them.
        accounts: Vec<String>,
    },
    /// Stored messages.
    Kept {
        /// Of which chat.
        chat: ChatRef,
        /// From where.
        from: KeptFrom,
        /// At most so many.
        limit: u32,
        /// With the newest of them also what waits to be sent.
        #[serde(default)]
        unsent: bool,
    },
    /// Look through all that is kept for damage.
    Check,
    /// Give unused space back to the disk.
    Compact,
    /// Forget all that is kept of an account. Only for who is the owner.
    Forget {
        /// What the user calls it.
        account: String,
    },
    /// Make way for another owner, if that is no loss to anybody.
    MakeWay,
}

/// From where to read what is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptFrom {
    /// The newest.
    Newest,
    /// The newest before this place.
    Before(PlaceTold),
    /// The oldest after this place.
    After(PlaceTold),
    /// The oldest.
    Start,
    /// About the message with this id.
    Around(String),
    /// About the first message sent at this time or later, in milliseconds since 1970.
    Date(i64),
}

/// A file that follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileHead {
    /// Its name, without a path.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What kind of owner it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The chat in a terminal: it stays.
    Chat,
    /// A command that goes on for long: it makes way for the chat.
    Command,
}

/// An account of the owner.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountTold {
    /// What the user calls it.
    pub label: String,
    /// Its network.
    pub network: String,
    /// Its server.
    pub server: String,
}

/// What the owner says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// Who it is that listens here.
    Hello {
        /// What kind of owner.
        role: Role,
        /// Its accounts.
        accounts: Vec<AccountTold>,
    },
    /// The last line: why nothing more comes.
    Bye {
        /// In words.
        reason: String,
        /// Another process is about to be the owner.
        heir: bool,
    },
    /// The owner is to make way. Told to the command that is the owner, by itself.
    MakeWay,
    /// How the accounts stand.
    Standing {
        /// What they are called, in their order.
        accounts: Vec<String>,
        /// Why some are not there, in their order.
        absent: Vec<HostError>,
    },
    /// It was not done.
    Failed(Trouble),
    /// The chat.
    Chat(Box<ChatTold>),
    /// Some of the chats; [`Tell::Done`] follows the last.
    Chats(Vec<ChatTold>),
    /// Some of the messages, oldest first; [`Tell::Page`] follows the last.
    Messages(Vec<MessageTold>),
    /// That was the page.
    Page {
        /// Nothing is older than it.
        reached_start: bool,
    },
    /// So many bytes of the files are with the network.
    Progress {
        /// So many.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// The network has the message.
    Sent {
        /// Its id.
        id: Text,
    },
    /// The message is kept, and goes out as soon as it can.
    Queued,
    /// Whether the message was taken back: else the network may have it.
    Withdrawn(bool),
    /// That was what is kept there.
    Stored {
        /// Of this chat.
        chat: ChatRef,
        /// Older messages are stored.
        older: bool,
        /// Newer messages are stored.
        newer: bool,
        /// Messages may be missing after the last one.
        gap_after: bool,
    },
    /// What is wrong with the database; empty if nothing is.
    Checked(Vec<String>),
    /// How many bytes it took, and takes now.
    Compacted {
        /// Before.
        before: u64,
        /// Now.
        after: u64,
    },
    /// Whether there was anything to forget.
    Forgotten(bool),
    /// Something to tell the user about what is kept.
    Note(String),
    /// Something happened.
    Happened(Box<Happened>),
    /// That is all.
    Done,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// A message was written.
    Message(MessageTold),
    /// A message was changed; this is what it says now.
    Edit(MessageTold),
    /// A message was deleted.
    Delete {
        /// Where.
        place: Place,
        /// Which.
        id: Text,
    },
    /// Somebody types, or does no more.
    Typing {
        /// Where.
        place: Place,
        /// Who.
        author: AuthorTold,
        /// They do.
        typing: bool,
    },
    /// A connection.
    Link {
        /// What the user calls the account.
        account: Text,
        /// How it is.
        link: Link,
        /// Why, in words.
        reason: Option<Text>,
        /// It is of old: nothing has just happened to it.
        known: bool,
    },
    /// Something may have been missed.
    Gap {
        /// What the user calls the account.
        account: Text,
    },
}

/// A chat where something small happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Which chat.
    pub chat: ChatRef,
    /// What the user calls the account.
    pub account: Text,
    /// A written name that leads to it.
    pub name: Text,
}

/// How a connection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// It stands.
    Online,
    /// It does not, and is tried again.
    Offline,
    /// The sign-in was refused, and is not tried again.
    SignedOut,
}

/// Why something was not done. Reads as a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It failed or was refused.
    #[error("{text}")]
    Failed {
        /// Why.
        text: String,
        /// What to do about it.
        next: Option<String>,
    },
    /// For want of a sign-in.
    #[error("{text}")]
    SignIn {
        /// Why.
        text: String,
        /// What to do about it.
        next: Option<String>,
    },
    /// For want of a network.
    #[error("{text}")]
    Network {
        /// Why.
        text: String,
        /// What to do about it.
        next: Option<String>,
    },
    /// An account is not there.
    #[error(transparent)]
    Absent(HostError),
    /// The owner is gone, or has had enough of whoever asked.
    #[error("{text}")]
    Lost {
        /// Why.
        text: String,
        /// Another process is about to be the owner.
        heir: bool,
    },
}

impl Trouble {
    /// A failure without advice.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed { text: text.into(), next: None }
    }

    /// That the owner is gone, and nobody known takes its place.
    #[must_use]
    pub fn lost(text: impl Into<String>) -> Self {
        Self::Lost { text: text.into(), heir: false }
    }
}

impl From<HostError> for Trouble {
    fn from(error: HostError) -> Self {
        Self::Absent(error)
    }
}
