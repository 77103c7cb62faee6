//! Pinned messages: which of a chat are, as far as its heading counts them.

use super::requests::Purpose;
use super::{Account, Effects, State};
use crate::domain::{ChatId, ChatKey, Message, MessageId, Priority, Request};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most pinned messages of one chat that are counted.
const MOST: usize = 1_000;

/// The pinned messages of a chat.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pins {
    messages: BTreeSet<MessageId>,
    /// The connection was lost since: there may be others by now.
    stale: bool,
}

impl Pins {
    /// These are pinned.
    #[must_use]
    pub fn of(messages: impl IntoIterator<Item = MessageId>) -> Self {
        Self { messages: messages.into_iter().take(MOST).collect(), stale: false }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.messages.len()
    }
}

/// A chat was opened, or its account is online again: asks what is pinned there, unless that is known.
pub(super) fn ask(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    let known = account.pins.get(&chat.chat).is_some_and(|pins| !pins.stale);
    if account.caps.pins && account.is_signed_in() && !known && state.front.is_some() {
        let request = Request::FetchPinned(chat.chat);
        state.ask(chat.account, request, Priority::Background, Purpose::Detail, fx);
    }
}

/// The network told what is pinned.
pub(super) fn came(account: &mut Account, chat: ChatId, messages: &[Arc<Message>]) {
    if account.timelines.contains_key(&chat) {
        account.pins.insert(chat, Pins::of(messages.iter().map(|message| message.key.id)));
    }
}

/// A message changed: it may have been pinned, or let go. Returns whether that is news.
pub(super) fn changed(account: &mut Account, message: &Message) -> bool {
    pinned(account, message.chat, message.key.id, message.pinned)
}

/// A message is pinned, or not. Returns whether that is news.
pub(super) fn pinned(account: &mut Account, chat: ChatId, message: MessageId, pinned: bool) -> bool {
    let Some(pins) = account.pins.get_mut(&chat) else { return false };
    match pinned {
        true => pins.messages.len() < MOST && pins.messages.insert(message),
        false => pins.messages.remove(&message),
    }
}

/// Messages were deleted.
pub(super) fn deleted(account: &mut Account, chat: ChatId, messages: &[MessageId]) {
    if let Some(pins) = account.pins.get_mut(&chat) {
        pins.messages.retain(|message| !messages.contains(message));
    }
}

/// The connection is gone, or something was missed.
pub(super) fn mark_stale(account: &mut Account) {
    for pins in account.pins.values_mut() {
        pins.stale = true;
    }
}
