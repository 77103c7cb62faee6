//! How oneself is seen by others: chosen by the user, told to the network by each connection anew.

use super::requests::{Purpose, Seen};
use super::{Account, Effects, State};
use crate::domain::{AccountId, Presence, Priority, Refusal, RefusalKind, Reply, Request};

/// What is said to be seen like this: with the words chosen before, which the network may forget else.
fn request(account: &Account, presence: Presence) -> Request {
    match &account.status_text {
        Some(text) if account.caps.status_text => Request::SetStatus { presence, text: text.clone() },
        _ => Request::SetPresence(presence),
    }
}

/// How one chose to be seen.
fn seen(account: &Account) -> Seen {
    Seen { presence: account.status, words: account.status_text.clone() }
}

/// The user wants to be seen like this through the account that the screen tells of.
pub(super) fn wanted(state: &mut State, presence: Presence, text: Option<String>, fx: &mut Effects) {
    let shown = state.front.as_ref().and_then(|front| state.shown_account(front)).map(|account| account.id);
    let Some(account) = shown.and_then(|id| state.core.account_mut(id)) else {
        return state.notice("Sign in first", true, fx);
    };
    let id = account.id;
    let online = account.is_signed_in();
    if !account.caps.presence && online {
        return state.notice("This network does not let you choose how you are seen", true, fx);
    }
    let before = seen(account);
    if let Some(text) = text {
        if online && !account.caps.status_text {
            return state.notice("This network has no room for words beside it", true, fx);
        }
        account.status_text = Some(text);
    }
    account.status = Some(presence);
    let wanted = seen(account);
    let request = request(account, presence);
    state.touch();
    if online {
        state.ask(id, request, Priority::User, Purpose::Status { before, wanted }, fx);
    } else {
        state.notice("You are seen like this once there is a connection", false, fx);
    }
}

/// The user wants to be called like this in the community of the open chat.
pub(super) fn nick(state: &mut State, name: String, fx: &mut Effects) {
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    let here = open.and_then(|open| state.core.chat(open)).filter(|(_, chat)| chat.community().is_some());
    let Some((account, chat)) = here else {
        return state.notice("Open a channel of the community first", true, fx);
    };
    let why = match (account.caps.nicknames, account.is_signed_in()) {
        (false, _) => Some("nib cannot change what you are called here"),
        (true, false) => Some("Not now: there is no connection"),
        (true, true) => None,
    };
    if let Some(why) = why {
        return state.notice(why, true, fx);
    }
    let (id, request) = (account.id, Request::SetNickname { chat: chat.id, name });
    state.ask(id, request, Priority::User, Purpose::Change("Your name stays"), fx);
}

/// A connection stands: whoever chose how to be seen is seen like that through it, too.
pub(super) fn tell(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(account) = state.core.account(id).filter(|account| account.caps.presence) else { return };
    if let Some(presence) = account.status {
        let purpose = Purpose::Status { before: seen(account), wanted: seen(account) };
        let request = request(account, presence);
        state.ask(id, request, Priority::Background, purpose, fx);
    }
}

/// The network took it, or did not. What a lost connection has swallowed the next one tells again.
pub(super) fn answered(
    state: &mut State,
    id: AccountId,
    (before, wanted): (Seen, &Seen),
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    if let Err(refusal) = outcome
        && refusal.kind != RefusalKind::LinkLost
    {
        if let Some(account) = state.core.account_mut(id) {
            if seen(account) != *wanted {
                // Something else was chosen since.
                return;
            }
            // Words that were told by themselves with a connection and are not taken would be refused with each one.
            let told_anew = before == *wanted;
            account.status = before.presence;
            account.status_text = before.words.filter(|_| !told_anew || refusal.is_passing());
        }
        state.notice_about(id, format!("You are seen as before: {}", refusal.text), None, true, fx);
    }
}
