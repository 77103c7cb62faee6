//! Passing messages on to another chat of the same account.

use super::message::let_go;
use super::picker::{PickItem, Picker};
use super::{jump, open};
use crate::domain::{ChatKey, MessageId, MessageKey, Priority, Refusal, Reply, Request};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PickKind};
use crate::state::requests::Purpose;
use crate::state::{Account, State, names, permit};

/// Passes messages on to a chat by its written name; without one, chats are offered.
pub(super) fn forward(state: &mut State, from: ChatKey, messages: &[MessageKey], to: &str, fx: &mut Effects) {
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    if !to.is_empty() {
        return match names::resolve_chat_in(&state.core, Some(from), to) {
            Ok(to) => forward_now(state, from, to, ids, fx),
            Err(error) => state.notice(open::capitalised(&mut error.to_string()).to_owned(), true, fx),
        };
    }
    let Some(front) = &state.front else { return };
    let of = |item: PickItem| match item.action {
        Action::OpenChat(to) if to.account == from.account && permit::refusal_to_write(state, to).is_none() => {
            let action = Action::Message(MessageAction::ForwardNow(from, to, ids.clone()));
            Some(PickItem { action, unread: 0, mentions: 0, account: None, ..item })
        }
        _ => None,
    };
    let items: Vec<PickItem> = jump::items(&state.core, front).into_iter().filter_map(of).collect();
    let message = match ids.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::pick(PickKind::Forward { chat: from, message }, Picker::new(items, "")));
    }
    state.touch();
}

/// Passes messages on.
pub(super) fn forward_now(state: &mut State, from: ChatKey, to: ChatKey, messages: Vec<MessageId>, fx: &mut Effects) {
    if from.account != to.account {
        return state.notice("Messages are passed on within one account", true, fx);
    }
    if let Some(why) = permit::refusal_to_write(state, to) {
        return state.notice(why, true, fx);
    }
    if !state.core.account(from.account).is_some_and(Account::is_signed_in) {
        return state.notice("There is no connection; passing on needs one", true, fx);
    }
    let_go(state);
    let request = Request::Forward { from: from.chat, to: to.chat, messages };
    state.ask(from.account, request, Priority::User, Purpose::Forward(to.chat), fx);
}

/// They were passed on, or why not.
pub(in crate::state) fn forwarded(state: &mut State, to: ChatKey, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    let (text, bad) = match outcome {
        Ok(_) => (format!("Passed on to {}", names::chat_title(&state.core, to)), false),
        Err(refusal) => (format!("Not passed on: {}", refusal.text), true),
    };
    state.notice_about(to.account, text, None, bad, fx);
}
