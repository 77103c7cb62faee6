//! How oneself is seen by others: chosen by the user, told to the network by each connection anew.

use super::requests::Purpose;
use super::{Effects, State};
use crate::domain::{AccountId, Presence, Priority, Refusal, RefusalKind, Reply, Request};

/// The user wants to be seen like this through the account that the screen tells of.
pub(super) fn wanted(state: &mut State, presence: Presence, fx: &mut Effects) {
    let shown = state.front.as_ref().and_then(|front| state.shown_account(front)).map(|account| account.id);
    let Some(account) = shown.and_then(|id| state.core.account_mut(id)) else {
        return state.notice("Sign in first", true, fx);
    };
    let id = account.id;
    let online = account.is_signed_in();
    if !account.caps.presence && online {
        return state.notice("This network does not let you choose how you are seen", true, fx);
    }
    let before = account.status.replace(presence);
    state.touch();
    if online {
        state.ask(id, Request::SetPresence(presence), Priority::User, Purpose::Status { before, wanted: presence }, fx);
    } else {
        state.notice("You are seen like this once there is a connection", false, fx);
    }
}

/// A connection stands: whoever chose how to be seen is seen like that through it, too.
pub(super) fn tell(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(account) = state.core.account(id).filter(|account| account.caps.presence) else { return };
    if let Some(presence) = account.status {
        let purpose = Purpose::Status { before: Some(presence), wanted: presence };
        state.ask(id, Request::SetPresence(presence), Priority::Background, purpose, fx);
    }
}

/// The network took it, or did not. What a lost connection has swallowed the next one tells again.
pub(super) fn answered(
    state: &mut State,
    id: AccountId,
    (before, wanted): (Option<Presence>, Presence),
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    if let Err(refusal) = outcome
        && refusal.kind != RefusalKind::LinkLost
    {
        if let Some(account) = state.core.account_mut(id) {
            if account.status != Some(wanted) {
                // Something else was chosen since.
                return;
            }
            account.status = before;
        }
        state.notice(format!("You are seen as before: {}", refusal.text), true, fx);
    }
}
