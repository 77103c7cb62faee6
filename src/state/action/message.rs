//! What a user can intend with messages.

use crate::domain::{ChatKey, MessageId, MessageKey, ReactEmoji};
use crate::state::front::{PaneId, Target};

/// Something with the message under the cursor while the messages have the focus, else with the newest one here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageAction {
    /// Answer it.
    Reply,
    /// Answer a part of it, which is chosen.
    Quote,
    /// Answer the part of a message that begins at this byte of its text and has these words: what choosing one leads to.
    QuoteNow(ChatKey, MessageKey, usize, String),
    /// Change it, if it is one's own.
    Edit,
    /// Delete it, after asking.
    Delete,
    /// Delete these messages, without asking: what the question leads to.
    DeleteNow(ChatKey, Vec<MessageKey>),
    /// React to it; without an emoji, choose one.
    React(String),
    /// React with this to a message, or take that back: what choosing one leads to.
    ReactNow(ChatKey, MessageId, ReactEmoji),
    /// Copy its text. On a form, the code that it shows.
    CopyText,
    /// Copy its id, or an address in it.
    CopyLink,
    /// Copy this text: what the choice of several leads to.
    CopyNow(String),
    /// Open what it leads to; where there are several things, choose one. On a form, the address that it shows.
    OpenLink,
    /// Pin it in its chat, or let it go.
    Pin,
    /// From it on, everything is unread again.
    MarkUnread,
    /// Show everything that is known of it.
    Details,
    /// Take it into the selection, or out of it; with steps, so many messages from it on, negative upwards.
    Select(i32),
    /// Pass it on to a chat by its written name; without one, choose it.
    Forward(String),
    /// Pass messages of a chat on to another: what choosing one leads to.
    ForwardNow(ChatKey, ChatKey, Vec<MessageId>),
    /// Press one of a bot's buttons on it, counted from one; without a number the only one, or choose it.
    Press(Option<u16>),
    /// Choose this answer of the poll in it, counted from one; without a number, one of a list.
    Vote(Option<u16>),
    /// End the poll in it, after asking.
    EndPoll,
    /// Something with this message, whatever is pointed at by then: what choosing from a list leads to.
    On(ChatKey, Target, Box<Self>),
    /// Offer what can be done with it.
    Menu,
    /// The same for the message that the mouse points at.
    MenuAt(PaneId, Target),
    /// Go to the message that it answers.
    GoToReplied,
    /// Take back the change or deletion that is held back.
    TakeBack,
    /// Show the next hidden stretch of its text; when all show, hide them again.
    Reveal,
    /// Show all of a long message, or its beginning again.
    Unfold,
    /// Send the failed message under the cursor, or the oldest failed one here, again.
    Retry,
    /// Give up the failed message under the cursor; its text goes back to the composer.
    Discard,
}

impl MessageAction {
    /// Its name in the registry, for those that have one without an argument.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::On(_, _, what) => return what.name(),
            Self::Reply => "reply",
            Self::Quote => "quote",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::React(_) => "react",
            Self::CopyText => "copy-text",
            Self::CopyLink => "copy-link",
            Self::OpenLink => "open-link",
            Self::Pin => "pin",
            Self::MarkUnread => "mark-unread",
            Self::Details => "details",
            Self::Select(0) => "select",
            Self::Forward(_) => "forward",
            Self::Press(None) => "press",
            Self::Vote(None) => "vote",
            Self::EndPoll => "end-poll",
            Self::Menu => "menu",
            Self::GoToReplied => "go-to-replied",
            Self::TakeBack => "take-back",
            Self::Reveal => "reveal",
            Self::Unfold => "unfold",
            Self::Retry => "retry",
            Self::Discard => "discard",
            Self::Select(_)
            | Self::Press(Some(_))
            | Self::Vote(Some(_))
            | Self::QuoteNow(..)
            | Self::DeleteNow(..)
            | Self::ReactNow(..)
            | Self::CopyNow(_)
            | Self::ForwardNow(..)
            | Self::MenuAt(..) => return None,
        })
    }
}
