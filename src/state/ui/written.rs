//! What belongs to the writing in a pane beside the text itself.

use super::history_of::Sent;
use crate::domain::ChatKey;
use crate::state::front::{ComposeMode, Pane, Target};
use std::collections::VecDeque;

/// Most changes that are kept after they were left.
const CHANGES: usize = 16;

/// What is known of the text that is being written.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// The message that is being changed, as it was when that began.
    pub(super) original: String,
    /// What was sent.
    pub(super) sent: Sent,
    /// Changes that were left, the newest last.
    changes: VecDeque<(ChatKey, Target, String)>,
}

impl Writing {
    /// What goes along to another chat; it is taken out of here.
    pub(super) fn successor(&mut self) -> Self {
        let (sent, changes) = (std::mem::take(&mut self.sent), std::mem::take(&mut self.changes));
        Self { sent, changes, ..Self::default() }
    }

    /// The change of a message that was left.
    pub(super) fn take_change(&mut self, chat: ChatKey, of: Target) -> Option<String> {
        let at = self.changes.iter().position(|(known, target, _)| (*known, *target) == (chat, of))?;
        self.changes.remove(at).map(|(.., text)| text)
    }
}

impl Pane {
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
