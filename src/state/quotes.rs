//! Messages that others answer: asked for one by one where they are quoted on screen and not in memory.
//!
//! Only in the open chat, so that nothing is asked of a chat that nobody opened, and a few at a time.

use super::front::Visible;
use super::requests::Purpose;
use super::ui::drafts;
use super::{Account, Effects, State, recall, roster};
use crate::domain::{ChatId, ChatKey, Message, MessageId, Priority, Refusal, RefusalKind, Reply, Request};
use std::collections::VecDeque;
use std::sync::Arc;

/// Most of them that are kept for one account; those asked for first go first.
const KEPT: usize = 300;
/// Most that are asked for at once.
const AT_ONCE: usize = 4;
/// Most rows of a screen that are looked through.
const LOOKED_AT: usize = 200;

/// What is known of a message that is only quoted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Quoted {
    /// It was asked for.
    Asked,
    /// Here it is.
    Here(Arc<Message>),
    /// It is not there any more.
    Gone,
    /// The network did not give it; not asked again on this connection.
    Refused,
}

/// Quoted messages of an account.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Quotes(VecDeque<((ChatId, MessageId), Quoted)>);

impl Quotes {
    /// What is known of a message that is quoted in a chat.
    #[must_use]
    pub fn of(&self, chat: ChatId, message: MessageId) -> Option<&Quoted> {
        self.0.iter().find(|(of, _)| *of == (chat, message)).map(|(_, known)| known)
    }

    fn known_mut(&mut self, chat: ChatId, message: MessageId) -> Option<&mut Quoted> {
        self.0.iter_mut().find(|(of, _)| *of == (chat, message)).map(|(_, known)| known)
    }

    /// A message changed. Returns whether it is quoted.
    pub(super) fn changed(&mut self, message: &Arc<Message>) -> bool {
        match self.known_mut(message.chat, message.key.id) {
            Some(Quoted::Here(known)) => {
                *known = Arc::clone(message);
                true
            }
            _ => false,
        }
    }

    /// Messages were deleted.
    pub(super) fn deleted(&mut self, chat: ChatId, messages: &[MessageId]) {
        for ((of, id), known) in &mut self.0 {
            if *of == chat && messages.contains(id) {
                *known = Quoted::Gone;
            }
        }
    }

    /// The connection was lost: what was refused may be given by the next one.
    pub(super) fn mark_stale(&mut self) {
        self.0.retain(|(_, known)| *known != Quoted::Refused);
    }
}

/// Asks for what is quoted on screen and not known.
pub(super) fn ask(state: &mut State, chat: ChatKey, visible: &Visible, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    if !recall::is_on(state) && !can_ask(account) {
        return;
    }
    let Some(timeline) = account.timelines.get(&chat.chat) else { return };
    let Some(first) = visible.first.map(|first| timeline.index_near(first)) else { return };
    let under_way = account.quotes.0.iter().filter(|(_, known)| *known == Quoted::Asked).count();
    let mut wanted: Vec<MessageId> = Vec::new();
    // The last message on screen may show in part alone: so many rows hold at most so many messages.
    for entry in timeline.iter().skip(first).take(usize::from(visible.rows).min(LOOKED_AT)) {
        let answered = entry.message.reply.as_ref().filter(|reply| reply.quote.is_none()).and_then(|reply| reply.to);
        let unknown = |id: &MessageId| {
            timeline.message(*id).is_none() && !timeline.is_deleted(*id) && account.quotes.of(chat.chat, *id).is_none()
        };
        if let Some(id) = answered.filter(unknown)
            && !wanted.contains(&id)
        {
            wanted.push(id);
        }
    }
    for message in wanted.into_iter().take(AT_ONCE.saturating_sub(under_way)) {
        // What is kept need not be asked for.
        if !recall::quote(state, chat, message, fx) && !ask_network(state, chat, message, fx) {
            return;
        }
        let Some(account) = state.core.account_mut(chat.account) else { return };
        put(account, chat.chat, message);
    }
}

/// Asks the network for one whether or not it is known, for what is written about it: it may be gone.
pub(super) fn confirm(state: &mut State, chat: ChatKey, message: MessageId, fx: &mut Effects) {
    if !ask_network(state, chat, message, fx) {
        return;
    }
    let Some(account) = state.core.account_mut(chat.account) else { return };
    match account.quotes.known_mut(chat.chat, message) {
        Some(known) => *known = Quoted::Asked,
        None => put(account, chat.chat, message),
    }
}

/// One is asked for.
fn put(account: &mut Account, chat: ChatId, message: MessageId) {
    account.quotes.0.push_back(((chat, message), Quoted::Asked));
    if account.quotes.0.len() > KEPT {
        account.quotes.0.pop_front();
    }
}

/// Whether messages can be asked for one by one now.
fn can_ask(account: &Account) -> bool {
    account.caps.single_messages && account.is_signed_in()
}

/// Asks the network for one. Returns whether it could be asked.
fn ask_network(state: &mut State, chat: ChatKey, message: MessageId, fx: &mut Effects) -> bool {
    let request = Request::FetchMessage { chat: chat.chat, message };
    let purpose = Purpose::Quote(chat.chat, message);
    state.core.account(chat.account).is_some_and(can_ask)
        && state.ask(chat.account, request, Priority::Visible, purpose, fx).is_some()
}

/// The store has looked a message up that is quoted. Where it has none, the network may.
pub(super) fn recalled(state: &mut State, chat: ChatKey, id: MessageId, found: Option<Arc<Message>>, fx: &mut Effects) {
    if found.is_none() && ask_network(state, chat, id, fx) {
        return;
    }
    let known = state.core.account_mut(chat.account).and_then(|account| account.quotes.known_mut(chat.chat, id));
    if let Some(known) = known.filter(|known| **known == Quoted::Asked) {
        *known = found.map_or(Quoted::Refused, Quoted::Here);
        state.touch();
    }
}

/// A message that is quoted came, or why it did not.
pub(super) fn came(state: &mut State, chat: ChatKey, id: MessageId, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let told = match outcome {
        Ok(Reply::Message { message, bundle }) if message.key.id == id && message.chat == chat.chat => {
            roster::put_bundle(account, bundle);
            Some(Quoted::Here(message))
        }
        Err(refusal) if refusal.kind == RefusalKind::NotFound => Some(Quoted::Gone),
        // Asked for again once the connection stands.
        Err(refusal) if refusal.kind == RefusalKind::LinkLost => None,
        _ => Some(Quoted::Refused),
    };
    let found = told.clone();
    match told {
        None => account.quotes.0.retain(|(of, _)| *of != (chat.chat, id)),
        Some(told) => {
            // A deletion that came meanwhile has the last word.
            if let Some(known) = account.quotes.known_mut(chat.chat, id).filter(|known| **known == Quoted::Asked) {
                *known = told;
            }
        }
    }
    state.touch();
    match found {
        Some(Quoted::Here(message)) => drafts::confirmed(state, chat, id, Some(&message), fx),
        Some(Quoted::Gone) => drafts::confirmed(state, chat, id, None, fx),
        Some(Quoted::Asked | Quoted::Refused) => {}
        None => drafts::unconfirmed(state, chat, id),
    }
}
