//! After which message of its chat something on its way out comes. History that is asked later whether it arrived tells it by that from what was said
//! before in the same words.

use super::{NOT_TAKEN, arm, heal, pump};
use crate::domain::{ChatId, ChatKey, MessageKey, Page, Priority, Refusal, RefusalKind, Reply, Request};
use crate::state::effect::Effects;
use crate::state::front::Front;
use crate::state::requests::{Edge, Purpose};
use crate::state::{Account, State};

/// The newest message that is known in a chat; in one that is known to be empty everything is newer.
pub(super) fn newest(account: &Account, chat: ChatId) -> Option<MessageKey> {
    let timeline = account.timelines.get(&chat).filter(|timeline| timeline.is_loaded());
    let newest = timeline.map(|timeline| timeline.last().map(|entry| entry.message.key).unwrap_or_default());
    newest.max(account.chats.get(&chat).and_then(|chat| chat.last_message))
}

/// Whether it can be asked what is in a chat: somebody waits for its newest page anyway, or nothing is marked read by that that is not.
pub(super) fn may_look(account: &Account, front: Option<&Front>, chat: ChatId) -> bool {
    let read = || front.is_some_and(|front| heal::is_read(front, account.key(chat)));
    !account.caps.fetch_marks_read || account.requests.is_fetching(chat, Edge::Latest) || read()
}

/// Nothing is known of what is in a chat that something is to be sent to: that is looked up first, so that it can be told afterwards whether it arrived.
/// Returns whether it has to wait for that.
pub(super) fn look(state: &mut State, chat: ChatKey, fx: &mut Effects) -> bool {
    let front = state.front.as_ref();
    let Some(account) = state.core.accounts.iter_mut().find(|account| account.id == chat.account) else { return false };
    let newest = newest(account, chat.chat);
    if newest.is_some() {
        put(account, chat.chat, newest);
        return false;
    }
    if !may_look(account, front, chat.chat) {
        return false;
    }
    let asked = account.requests.open.values().any(|purpose| *purpose == Purpose::Place(chat.chat));
    if !asked && !account.requests.is_fetching(chat.chat, Edge::Latest) {
        let request = Request::FetchHistory { chat: chat.chat, page: Page::Latest, limit: 1 };
        state.ask(chat.account, request, Priority::User, Purpose::Place(chat.chat), fx);
    }
    true
}

/// What has not gone out and is of unknown place comes after this message, or nobody can tell after which.
fn put(account: &mut Account, chat: ChatId, newest: Option<MessageKey>) {
    let rows = account.outbox.chats.get_mut(&chat).into_iter().flatten();
    for row in rows.filter(|row| row.known.is_none() && row.is_unsent()) {
        row.known = newest;
        row.blind = newest.is_none();
        row.moved = newest.is_some();
    }
}

/// The newest message of a chat was told, or why it was not: then what is to be sent there goes out all the same.
pub(in crate::state) fn placed(state: &mut State, chat: ChatKey, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    let again = state.now.mono.plus(NOT_TAKEN);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    match outcome {
        Ok(Reply::History { messages, .. }) => {
            let of = messages.iter().filter(|message| message.chat == chat.chat);
            put(account, chat.chat, Some(of.map(|message| message.key).max().unwrap_or_default()));
        }
        Err(refusal) if refusal.kind == RefusalKind::LinkLost => {
            // It is asked again once the connection stands, or the session takes it.
            let rows = account.outbox.chats.get_mut(&chat.chat).into_iter().flatten();
            rows.filter(|row| row.known.is_none() && row.is_unsent()).for_each(|row| row.wait = Some(again));
            return arm(state, fx);
        }
        Ok(_) | Err(_) => put(account, chat.chat, None),
    }
    pump(state, chat, fx);
}
