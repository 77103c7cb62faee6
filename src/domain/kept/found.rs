//! What is found in a store.

use super::super::{AccountId, Chat, ChatKey, Community, Member, Message, MessageKey, Role, User};
use super::{Anchor, Draft, Layout, OutboxRow};
use std::sync::Arc;

/// What became of a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Absorbed {
    /// Messages that were not stored.
    pub added: u32,
    /// A page could not be used, since too much happened after it was asked for.
    pub void: bool,
}

/// A hole in stored history: the messages on both sides of it. `None` for the older side is the start of the chat, for the newer one its end.
pub type Hole = (Option<MessageKey>, Option<MessageKey>);

/// What a query found.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// What the first screen needs.
    Start(Box<Start>),
    /// Messages.
    Messages(Stored),
    /// Holes.
    Holes(Vec<Hole>),
    /// Messages, newest first.
    Pinned(Vec<Arc<Message>>),
    /// Messages that were looked for, as far as was looked.
    Marked(Listed),
    /// Messages that match.
    Search {
        /// Which.
        hits: Vec<Hit>,
        /// Where to go on for more; `None`: there are none.
        on: Option<i64>,
    },
    /// Where somebody read.
    Anchor(Option<Anchor>),
    /// What was written and not sent, if there is something.
    Draft(Option<Box<Draft>>),
    /// People.
    People(Vec<User>),
    /// Roles and members.
    Members(Vec<Role>, Vec<Member>),
    /// What waits, oldest first.
    Outbox(Vec<OutboxRow>),
    /// How much is kept.
    Size(Size),
}

/// What the first screen needs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Start {
    /// For each bound account, its communities in order.
    pub communities: Vec<(AccountId, Community)>,
    /// Chats with their read state.
    pub chats: Vec<(AccountId, Chat)>,
    /// Who their direct chats and groups are with.
    pub people: Vec<(AccountId, User)>,
    /// Drafts.
    pub drafts: Vec<(ChatKey, Draft)>,
    /// How the screen was arranged.
    pub layout: Layout,
}

/// A stretch of stored history, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stored {
    /// The messages.
    pub entries: Vec<StoredMessage>,
    /// Older messages are stored.
    pub older: bool,
    /// Newer messages are stored.
    pub newer: bool,
    /// Messages may be missing after the last one.
    pub gap_after: bool,
    /// Which of them was aimed at, for a message or a date.
    pub aim: Option<MessageKey>,
    /// Who wrote them, as far as they are kept.
    pub people: Vec<User>,
}

/// Messages that were looked for, newest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Listed {
    /// The messages.
    pub messages: Vec<Arc<Message>>,
    /// What lies before this place was not looked at; `None`: all that is stored was.
    pub further: Option<MessageKey>,
}

/// A stored message.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredMessage {
    /// The message.
    pub message: Arc<Message>,
    /// Messages may be missing before it.
    pub gap_before: bool,
}

/// A message that matches.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// In which chat.
    pub chat: ChatKey,
    /// The message.
    pub message: Arc<Message>,
}

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Size {
    /// Messages.
    pub messages: u64,
    /// Bytes in use.
    pub used: u64,
    /// Bytes on the disk, files that wait not counted.
    pub disk: u64,
    /// Messages that the full-text index does not have yet.
    pub behind: u64,
}
