//! What belongs to the writing in a pane beside the text itself.

use super::complete::Listed;
use super::history_of::Sent;
use super::vi::Vi;
use crate::domain::kept::{Draft, DraftEdit, Edited};
use crate::domain::{AccountId, ChatKey, MessageId, MessageKey, UserId};
use crate::state::front::{ComposeMode, Pane, Target};
use std::collections::VecDeque;

/// Most changes that are kept after they were left.
const CHANGES: usize = 16;
/// Most that are kept of those that networks did not take: as many as may wait for one.
const REFUSED: usize = 500;

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
    /// What is answered or changed comes from an earlier run, and may not be there any more.
    pub(super) unsure: bool,
    /// The revision of the composer when a change was sent: nothing was written since as long as it has that.
    pub(super) rested: Option<u64>,
    /// The network did not take the change that stands in the composer.
    pub(super) refused: bool,
    /// Changes that were left, the newest last.
    changes: VecDeque<Change>,
}

/// A change of a message that is not sent.
#[derive(Clone, Debug)]
struct Change {
    chat: ChatKey,
    edit: DraftEdit,
    /// The network did not take it.
    refused: bool,
}

impl Writing {
    /// What goes along to another chat; it is taken out of here.
    pub(super) fn successor(&mut self) -> Self {
        let (sent, changes) = (std::mem::take(&mut self.sent), std::mem::take(&mut self.changes));
        Self { sent, changes, ..Self::default() }
    }

    /// Whether the next message is to have other previews of links than usual, and whether it has any.
    #[must_use]
    pub fn previews(&self, usual: bool) -> (bool, bool) {
        let wanted = self.previews.unwrap_or(usual);
        (wanted != usual, wanted)
    }

    /// The change of a message that was left.
    pub(super) fn take_change(&mut self, chat: ChatKey, of: Target) -> Option<String> {
        let of = of.into();
        let at = self.changes.iter().position(|change| change.chat == chat && change.edit.of == of)?;
        self.changes.remove(at).map(|change| change.edit.text)
    }

    /// Keeps a change of a message for when it is changed again.
    pub(super) fn put_change(&mut self, chat: ChatKey, edit: DraftEdit, refused: bool) {
        self.take_change(chat, edit.of.into());
        self.changes.push_back(Change { chat, edit, refused });
        self.bound();
    }

    /// Lets go of the oldest where there are too many. What was sent and not taken outlasts what was only begun.
    fn bound(&mut self) {
        for (refused, most) in [(false, CHANGES), (true, REFUSED)] {
            let is_one = |change: &Change| change.refused == refused;
            if self.changes.iter().filter(|change| is_one(change)).count() > most
                && let Some(oldest) = self.changes.iter().position(is_one)
            {
                self.changes.remove(oldest);
            }
        }
    }

    /// Whether the network did not take the change of a message that was left.
    pub(super) fn is_refused(&self, chat: ChatKey, of: Target) -> bool {
        let of = of.into();
        self.changes.iter().any(|change| change.refused && change.chat == chat && change.edit.of == of)
    }

    /// One that an earlier run left: those of this run come first.
    pub(super) fn put_found(&mut self, chat: ChatKey, edit: DraftEdit) {
        let is_known = self.changes.iter().any(|change| change.chat == chat && change.edit.of == edit.of);
        if !is_known && self.changes.len() < CHANGES {
            self.changes.push_back(Change { chat, edit, refused: false });
        }
    }

    /// The changes that the network did not take, of these chats.
    pub(super) fn take_refused(&mut self, of: impl Fn(ChatKey) -> bool) -> Vec<(ChatKey, DraftEdit)> {
        let changes = std::mem::take(&mut self.changes);
        let (refused, left) = changes.into_iter().partition(|change| change.refused && of(change.chat));
        self.changes = left;
        VecDeque::into_iter(refused).map(|change| (change.chat, change.edit)).collect()
    }

    /// The changes of a chat that were left, the newest last.
    pub(super) fn changes_of(&self, chat: ChatKey) -> Vec<DraftEdit> {
        self.changes.iter().filter(|change| change.chat == chat).map(|change| change.edit.clone()).collect()
    }

    /// The chats with changes that were left.
    pub(super) fn changed_chats(&self) -> impl Iterator<Item = ChatKey> {
        self.changes.iter().map(|change| change.chat)
    }

    /// Those of a chat are not kept any more.
    pub(in crate::state) fn forget_changes(&mut self, chat: ChatKey) {
        self.changes.retain(|change| change.chat != chat);
    }

    /// The changes of messages in these chats that were left, with their chats; they are taken out of here.
    pub(super) fn take_changes(&mut self, is_of: impl Fn(&ChatKey) -> bool) -> Vec<(ChatKey, String)> {
        let (taken, left) = std::mem::take(&mut self.changes).into_iter().partition(|change| is_of(&change.chat));
        self.changes = left;
        VecDeque::into_iter(taken).map(|change| (change.chat, change.edit.text)).collect()
    }

    /// Nothing that was written through an account stays: it is gone, or somebody else's.
    pub(in crate::state) fn forget(&mut self, account: AccountId) {
        self.sent.forget(account);
        self.changes.retain(|change| change.chat.account != account);
    }
}

/// Drafts of a chat that is not open neither answer nor change what was deleted.
pub(in crate::state) fn leave_deleted(draft: &mut Draft, deleted: &[MessageId]) {
    draft.reply.take_if(|reply| deleted.contains(&reply.message.id));
    let is_gone = |edit: &mut DraftEdit| matches!(edit.of, Edited::Message(message) if deleted.contains(&message.id));
    if let Some(edit) = draft.edit.take_if(is_gone) {
        draft.text = if draft.text.is_empty() { edit.text } else { format!("{}\n{}", draft.text, edit.text) };
    }
}

impl Pane {
    /// Begins to change a message; what is being written, and what it answers, comes back after.
    pub(super) fn begin_change(&mut self, of: Target) {
        self.writing.answers = match self.mode {
            ComposeMode::Reply(message) => Some(message),
            ComposeMode::New | ComposeMode::Edit { .. } => None,
        };
        self.writing.refused = false;
        self.leave_history();
        self.mode = ComposeMode::Edit { of, before: self.composer.text() };
    }

    /// Leaves the change that stands in the composer, if one does. Returns what stood there before, which goes on answering what it answered.
    pub(in crate::state) fn end_change(&mut self) -> Option<String> {
        let ComposeMode::Edit { before, .. } = &mut self.mode else { return None };
        let before = std::mem::take(before);
        self.mode = self.writing.answers.take().map_or(ComposeMode::New, ComposeMode::Reply);
        Some(before)
    }

    /// What stands in the composer; while one goes through what was sent, what stood there before.
    pub(super) fn typed(&self) -> String {
        let text = self.composer.as_str();
        let account = self.chat.map(|chat| chat.account);
        account.and_then(|account| self.writing.sent.before(account, text)).unwrap_or(text).to_owned()
    }

    /// The change that stands in the composer, if there is one that is more than a look at the message.
    pub(super) fn change(&self) -> Option<DraftEdit> {
        let ComposeMode::Edit { of, .. } = &self.mode else { return None };
        let text = self.typed();
        let original = self.writing.original.clone();
        (text != original && !text.trim().is_empty()).then(|| DraftEdit { of: (*of).into(), text, original })
    }

    /// Keeps the change that stands in the composer, if there is one. Returns whether it did.
    pub(super) fn keep_change(&mut self) -> bool {
        let Some((edit, chat)) = self.change().zip(self.chat) else { return false };
        self.writing.put_change(chat, edit, self.writing.refused);
        true
    }
}
