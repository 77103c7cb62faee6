//! What belongs to the writing in a pane beside the text itself.

use super::history_of::Sent;
use super::vi::Vi;
use crate::domain::{ChatKey, MessageKey, UserId};
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
    /// The server's commands were asked for.
    pub(super) commands_asked: bool,
    /// Where keys as in vi stand.
    pub vi: Vi,
    /// What was sent.
    pub(super) sent: Sent,
    /// What drafts of other chats answer, and whether without calling whoever wrote it.
    replies: VecDeque<(ChatKey, MessageKey, bool)>,
    /// Changes that were left, the newest last.
    changes: VecDeque<(ChatKey, Target, String)>,
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
        let at = self.changes.iter().position(|(known, target, _)| (*known, *target) == (chat, of))?;
        self.changes.remove(at).map(|(.., text)| text)
    }
}

impl Pane {
    /// Remembers what is being answered, for when one comes back to its draft.
    pub(super) fn keep_reply(&mut self) {
        let Some(chat) = self.chat else { return };
        self.writing.replies.retain(|(of, ..)| *of != chat);
        if let ComposeMode::Reply(message) = self.mode
            && !self.composer.is_empty()
        {
            self.writing.replies.push_back((chat, message, self.quiet));
            if self.writing.replies.len() > REPLIES {
                self.writing.replies.pop_front();
            }
        }
    }

    /// Goes on with the answer that the draft of this chat was.
    pub(super) fn take_reply(&mut self, chat: ChatKey) {
        let Some(at) = self.writing.replies.iter().position(|(of, ..)| *of == chat) else { return };
        if let Some((_, message, quiet)) = self.writing.replies.remove(at)
            && !self.composer.is_empty()
            && self.mode == ComposeMode::New
        {
            (self.mode, self.quiet) = (ComposeMode::Reply(message), quiet);
        }
    }

    /// Keeps the change that stands in the composer, if there is one. Returns whether it did.
    pub(super) fn keep_change(&mut self) -> bool {
        let (ComposeMode::Edit { of, .. }, Some(chat)) = (&self.mode, self.chat) else { return false };
        let text = self.composer.text();
        if text == self.writing.original || text.trim().is_empty() {
            return false;
        }
        self.writing.take_change(chat, *of);
        self.writing.changes.push_back((chat, *of, text));
        if self.writing.changes.len() > CHANGES {
            self.writing.changes.pop_front();
        }
        true
    }
}
