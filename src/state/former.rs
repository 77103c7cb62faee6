//! What messages said before they were changed, as far as it was seen in this run: no network tells it afterwards.

use super::Account;
use crate::domain::{ChatId, CleanText, Message, MessageId, RichText, Timeline, Wall};
use std::collections::VecDeque;
use std::sync::Arc;

/// Most earlier texts of one account.
const MOST: usize = 1_000;
/// Most bytes of them in all.
const BYTES: usize = 1 << 20;

/// A text that a message had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// What it said.
    pub text: CleanText,
    /// When it was changed, where the network tells.
    pub until: Option<Wall>,
}

/// The earlier texts of an account's messages. Those that were seen first go first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Former {
    versions: VecDeque<(ChatId, MessageId, Version)>,
    bytes: usize,
}

impl Former {
    /// What a message said before, the newest first.
    pub fn of(&self, chat: ChatId, message: MessageId) -> impl Iterator<Item = &Version> {
        let is_of = move |of: &&(ChatId, MessageId, Version)| (of.0, of.1) == (chat, message);
        self.versions.iter().rev().filter(is_of).map(|(.., version)| version)
    }

    /// A message says this now, and said that until then.
    pub(super) fn add(&mut self, now: &Message, before: &RichText) {
        // Networks tell the same with other blanks.
        if before.text.split_whitespace().eq(now.body.text.split_whitespace()) {
            return;
        }
        let version = Version { text: before.text.clone(), until: now.edited };
        self.bytes += version.text.len();
        self.versions.push_back((now.chat, now.key.id, version));
        while self.versions.len() > MOST || self.bytes > BYTES {
            let Some((.., gone)) = self.versions.pop_front() else { break };
            self.bytes -= gone.text.len();
        }
    }

    /// What is deleted is not told here either.
    pub(super) fn deleted(&mut self, chat: ChatId, messages: &[MessageId]) {
        self.versions.retain(|(of, message, _)| *of != chat || !messages.contains(message));
        self.bytes = self.versions.iter().map(|(.., version)| version.text.len()).sum();
    }
}

/// What the network told last of what a message says, whatever of the user's own waits to be told.
pub(super) fn told(
    account: &Account,
    timeline: Option<&Timeline>,
    chat: ChatId,
    message: MessageId,
) -> Option<RichText> {
    let waiting = account.outbox.told_text(chat, message).cloned();
    waiting.or_else(|| Some(timeline?.message(message)?.body.clone()))
}

/// What messages of a page said when they were told last, where the page says otherwise.
pub(super) fn differing(
    account: &Account,
    timeline: &Timeline,
    page: &[Arc<Message>],
) -> Vec<(Arc<Message>, RichText)> {
    let before = |message: &Arc<Message>| {
        let before = told(account, Some(timeline), message.chat, message.key.id)?;
        (before.text != message.body.text).then(|| (Arc::clone(message), before))
    };
    page.iter().filter_map(before).collect()
}
