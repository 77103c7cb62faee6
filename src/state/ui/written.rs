//! What belongs to the writing in a pane beside the text itself.

use super::complete::Listed;
use super::history_of::Sent;
use super::vi::Vi;
use crate::domain::{ChatKey, MessageId, MessageKey, Quote, UserId};
use crate::state::front::{ComposeMode, Pane, Target};
use std::collections::VecDeque;

/// Most answers that are remembered with their drafts.
const REPLIES: usize = 500;
/// Most changes that are kept after they were left.
const CHANGES: usize = 16;

/// What is known of the text that is being written.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// The message that is being changed, as it was when that began.
    pub(super) original: String,
    /// What was pasted and is asked about.
    pub(super) pasted: String,
    /// Whether the network shall make previews of links in it, where that was said.
    pub(super) previews: Option<bool>,
    /// Where a completion was closed by hand.
    pub(super) dismissed: Option<usize>,
    /// Names that were looked for at the server.
    pub(super) asked: Vec<String>,
    /// Who was found there.
    pub(super) found: Vec<UserId>,
    /// The folder that was listed for a path.
    pub(super) listed: Listed,
    /// The server's commands were asked for.
    pub(super) commands_asked: bool,
    /// Where keys as in vi stand.
    pub vi: Vi,
    /// What was sent.
    pub(super) sent: Sent,
    /// What is answered by the draft that makes way for a change.
    pub(in crate::state) answers: Option<MessageKey>,
    /// What drafts of other chats answer.
    replies: VecDeque<Answer>,
    /// Changes that were left, the newest last.
    changes: VecDeque<Change>,
}

/// A change of a message that is not sent.
#[derive(Clone, Debug)]
struct Change {
    chat: ChatKey,
    of: Target,
    text: String,
    /// The network did not take it.
    refused: bool,
}

/// What a draft answers.
#[derive(Clone, Debug)]
struct Answer {
    chat: ChatKey,
    message: MessageKey,
    /// Without calling whoever wrote it.
    quiet: bool,
    /// The part of it that is answered.
    quote: Option<Quote>,
}

impl Writing {
    /// What goes along to another chat; it is taken out of here.
    pub(super) fn successor(&mut self) -> Self {
        let (sent, changes) = (std::mem::take(&mut self.sent), std::mem::take(&mut self.changes));
        let replies = std::mem::take(&mut self.replies);
        Self { sent, changes, replies, ..Self::default() }
    }

    /// Whether the next message is to have other previews of links than usual, and whether it has any.
    #[must_use]
    pub fn previews(&self, usual: bool) -> (bool, bool) {
        let wanted = self.previews.unwrap_or(usual);
        (wanted != usual, wanted)
    }

    /// The change of a message that was left.
    pub(super) fn take_change(&mut self, chat: ChatKey, of: Target) -> Option<String> {
        let at = self.changes.iter().position(|change| (change.chat, change.of) == (chat, of))?;
        self.changes.remove(at).map(|change| change.text)
    }

    /// Keeps a change of a message for when it is changed again.
    pub(super) fn put_change(&mut self, chat: ChatKey, of: Target, text: String, refused: bool) {
        self.take_change(chat, of);
        self.changes.push_back(Change { chat, of, text, refused });
        if self.changes.len() > CHANGES {
            self.changes.pop_front();
        }
    }

    /// The changes that the network did not take: the program ends, and nothing else would keep them.
    pub(super) fn take_refused(&mut self) -> Vec<(ChatKey, String)> {
        let changes = std::mem::take(&mut self.changes);
        let (refused, left) = changes.into_iter().partition(|change| change.refused);
        self.changes = left;
        VecDeque::into_iter(refused).map(|change| (change.chat, change.text)).collect()
    }

    /// Drafts answer none of these any more: they were deleted.
    pub(in crate::state) fn leave_deleted(&mut self, chat: ChatKey, deleted: &[MessageId]) {
        self.replies.retain(|answer| answer.chat != chat || !deleted.contains(&answer.message.id));
    }
}

impl Pane {
    /// Remembers what is being answered, for when one comes back to its draft.
    pub(super) fn keep_reply(&mut self) {
        let Some(chat) = self.chat else { return };
        self.writing.replies.retain(|answer| answer.chat != chat);
        let answered = match &self.mode {
            ComposeMode::Reply(message) => Some(*message).filter(|_| !self.composer.is_empty()),
            ComposeMode::Edit { before, .. } => self.writing.answers.filter(|_| !before.is_empty()),
            ComposeMode::New => None,
        };
        if let Some(message) = answered {
            let quote = self.quote.as_ref().filter(|(of, _)| *of == message).map(|(_, quote)| quote.clone());
            self.writing.replies.push_back(Answer { chat, message, quiet: self.quiet, quote });
            if self.writing.replies.len() > REPLIES {
                self.writing.replies.pop_front();
            }
        }
    }

    /// Goes on with the answer that the draft of this chat was.
    pub(super) fn take_reply(&mut self, chat: ChatKey) {
        let Some(at) = self.writing.replies.iter().position(|answer| answer.chat == chat) else { return };
        if let Some(answer) = self.writing.replies.remove(at)
            && !self.composer.is_empty()
            && self.mode == ComposeMode::New
        {
            (self.mode, self.quiet) = (ComposeMode::Reply(answer.message), answer.quiet);
            self.quote = answer.quote.map(|quote| (answer.message, quote));
        }
    }

    /// Begins to change a message; what is being written, and what it answers, comes back after.
    pub(super) fn begin_change(&mut self, of: Target) {
        self.writing.answers = match self.mode {
            ComposeMode::Reply(message) => Some(message),
            ComposeMode::New | ComposeMode::Edit { .. } => None,
        };
        self.mode = ComposeMode::Edit { of, before: self.composer.text() };
    }

    /// Leaves the change that stands in the composer, if one does. Returns what stood there before, which goes on answering what it answered.
    pub(in crate::state) fn end_change(&mut self) -> Option<String> {
        let ComposeMode::Edit { before, .. } = &mut self.mode else { return None };
        let before = std::mem::take(before);
        self.mode = self.writing.answers.take().map_or(ComposeMode::New, ComposeMode::Reply);
        Some(before)
    }

    /// Keeps the change that stands in the composer, if there is one. Returns whether it did.
    pub(super) fn keep_change(&mut self) -> bool {
        let (ComposeMode::Edit { of, .. }, Some(chat)) = (&self.mode, self.chat) else { return false };
        let text = self.composer.text();
        if text == self.writing.original || text.trim().is_empty() {
            return false;
        }
        self.writing.put_change(chat, *of, text, false);
        true
    }
}
