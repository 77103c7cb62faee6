//! What a user can intend with messages.

use crate::domain::{ChatKey, MessageId, MessageKey, ReactEmoji};

/// Something with the message under the cursor while the messages have the focus, else with the newest one here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageAction {
    /// Answer it.
    Reply,
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
    /// Go to the message that it answers.
    GoToReplied,
    /// Send the failed message under the cursor, or the oldest failed one here, again.
    Retry,
    /// Give up the failed message under the cursor; its text goes back to the composer.
    Discard,
}
