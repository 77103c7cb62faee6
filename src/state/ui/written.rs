//! What belongs to the writing in a pane beside the text itself.

use super::complete::Listed;
use super::history_of::Sent;
use super::vi::Vi;
use crate::domain::kept::{Draft, DraftEdit, DraftReply, Edited};
use crate::domain::{AccountId, ChatKey, MessageId, MessageKey, Nonce, UserId};
use crate::state::front::{ComposeMode, Pane, Target};
use std::collections::VecDeque;

/// Most changes that are kept after they were begun and left.
const CHANGES: usize = 16;
/// Most that are kept of those that networks did not take, as many as may wait for one, and that earlier runs left.
const STAYING: usize = 500;

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
    /// The network did not take the change that stands in the composer, or an earlier run left it.
    pub(super) stays: bool,
    /// Changes that were left, the newest last.
    changes: VecDeque<Change>,
}

/// A change of a message that is not sent.
#[derive(Clone, Debug)]
struct Change {
    chat: ChatKey,
    edit: DraftEdit,
    /// The network did not take it, or an earlier run left it.
    stays: bool,
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

    /// Keeps a change of a message for when it is changed again. `stays`: what is only begun does not push it out.
    pub(super) fn put_change(&mut self, chat: ChatKey, edit: DraftEdit, stays: bool) {
        self.take_change(chat, edit.of.into());
        self.changes.push_back(Change { chat, edit, stays });
        self.bound();
    }

    /// Lets go of the oldest where there are too many.
    fn bound(&mut self) {
        for (stays, most) in [(false, CHANGES), (true, STAYING)] {
            let is_one = |change: &Change| change.stays == stays;
            if self.changes.iter().filter(|change| is_one(change)).count() > most
                && let Some(oldest) = self.changes.iter().position(is_one)
            {
                self.changes.remove(oldest);
            }
        }
    }

    /// Whether the change of a message that was left outlasts what is only begun.
    pub(super) fn stays(&self, chat: ChatKey, of: Target) -> bool {
        let of = of.into();
        self.changes.iter().any(|change| change.stays && change.chat == chat && change.edit.of == of)
    }

    /// One that an earlier run left: those of this run come first. All of them are taken in, since the store is told of no others.
    pub(super) fn put_found(&mut self, chat: ChatKey, edit: DraftEdit) {
        let is_known = self.changes.iter().any(|change| change.chat == chat && change.edit.of == edit.of);
        if !is_known {
            self.changes.push_back(Change { chat, edit, stays: true });
        }
    }

    /// A message has gone out: its change is one of that message from now on. Returns whether there is one.
    pub(super) fn went_out(&mut self, chat: ChatKey, nonce: Nonce, message: MessageKey) -> bool {
        let is_its = |change: &&mut Change| change.chat == chat && change.edit.of == Edited::Unsent(nonce);
        let its = self.changes.iter_mut().find(is_its);
        its.map(|change| change.edit.of = Edited::Message(message)).is_some()
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

    /// The texts of changes of these messages that were left, with their chats; they are taken out of here.
    pub(super) fn take_changes(&mut self, is_one: impl Fn(ChatKey, Edited) -> bool) -> Vec<(ChatKey, String)> {
        let changes = std::mem::take(&mut self.changes).into_iter();
        let (taken, left) = changes.partition(|change| is_one(change.chat, change.edit.of));
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
        self.writing.stays = false;
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

    /// What is being written answers a message; while one is changed, what stood there before does.
    pub(super) fn answer(&mut self, reply: DraftReply) {
        let DraftReply { message, quiet, quote } = reply;
        match self.mode {
            ComposeMode::Edit { .. } => self.writing.answers = Some(message),
            ComposeMode::New | ComposeMode::Reply(_) => self.mode = ComposeMode::Reply(message),
        }
        self.quiet = quiet;
        self.quote = quote.map(|quote| (message, quote));
    }

    /// What is answered by what is being written, or by what stood there before the change of a message.
    pub(super) const fn answered(&self) -> Option<MessageKey> {
        match self.mode {
            ComposeMode::Reply(message) => Some(message),
            ComposeMode::Edit { .. } => self.writing.answers,
            ComposeMode::New => None,
        }
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
        self.writing.put_change(chat, edit, self.writing.stays);
        true
    }
}
