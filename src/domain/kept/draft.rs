//! What is being written in a chat and not sent.

use super::super::{MessageKey, Nonce, Quote, Wall};

/// All that is being written in a chat, as it is to be there again in a later run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// The text of the next message. While a message is changed, what stood there before.
    pub text: String,
    /// What that message answers.
    pub reply: Option<DraftReply>,
    /// The change of a message that one is at: it has the composer, in the place of the text.
    pub edit: Option<DraftEdit>,
    /// Changes of messages that were left, the newest last.
    pub left: Vec<DraftEdit>,
    /// The files that go with the next message, in their order.
    pub files: Vec<DraftFile>,
    /// Whether its links get previews, where that was said for this one.
    pub previews: Option<bool>,
}

impl Draft {
    /// A text and nothing else.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether nothing is being written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        // That alone is nothing that is being written.
        let Self { text, reply, edit, left, files, previews: _ } = self;
        text.is_empty() && reply.is_none() && edit.is_none() && left.is_empty() && files.is_empty()
    }

    /// Whether it is a text and nothing else.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        let Self { text: _, reply, edit, left, files, previews } = self;
        reply.is_none() && edit.is_none() && left.is_empty() && files.is_empty() && previews.is_none()
    }
}

/// What a message that is being written answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftReply {
    /// The message.
    pub message: MessageKey,
    /// Without calling whoever wrote it.
    pub quiet: bool,
    /// The part of it that is answered.
    pub quote: Option<Quote>,
}

/// A change of a message that is not sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftEdit {
    /// Which message.
    pub of: Edited,
    /// What it is to say, as it is typed.
    pub text: String,
    /// What it said when the change was begun, as it is typed: it may say something else by the time that one goes on.
    pub original: String,
}

/// A message that is being changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edited {
    /// One that the network has.
    Message(MessageKey),
    /// One that has not gone out.
    Unsent(Nonce),
}

/// A file that goes with the next message. What is in it is not kept: it is read again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftFile {
    /// Where it is; absolute, once it was read.
    pub path: String,
    /// What it is called where it goes.
    pub name: String,
    /// Its bytes when it was read; 0 before.
    pub size: u64,
    /// When it was changed last before it was read, where the system tells.
    pub modified: Option<Wall>,
}
