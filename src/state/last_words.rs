//! Accounts that are left while something is held back: others are told first.

use super::action::AccountAction;
use super::effect::Effect;
use super::event::Timer;
use super::{Effects, State, accounts, outbox};
use crate::domain::{AccountId, Mono};
use std::time::Duration;

/// How long the answers of its network are waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// An account that is left once others were told.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Parting {
    account: AccountId,
    /// How it is left.
    action: AccountAction,
    /// Not to be waited for any longer.
    until: Mono,
}

/// Whether an account can be left now: others know all, or that has been waited for, or whoever leaves does not want to wait. If not, it is left as soon as
/// they know.
pub(super) fn are_said(state: &mut State, id: AccountId, action: AccountAction, fx: &mut Effects) -> bool {
    let waited = state.partings.iter().position(|parting| parting.account == id);
    if let Some(at) = waited {
        state.partings.remove(at);
        return true;
    }
    outbox::release(state, |account| account.id == id, fx);
    let telling = outbox::untold(state, |account, _| account.id == id && account.is_signed_in());
    if telling.count() == 0 {
        return true;
    }
    let until = state.now.mono.plus(PATIENCE);
    state.partings.push(Parting { account: id, action, until });
    let text = format!("Others are told of {} first; to go on at once, do it again", telling.words());
    state.notice_about(id, text, None, false, fx);
    fx.push(Effect::Arm(Timer::Leave, until));
    false
}

/// Leaves the accounts whose others were told, or who were waited for long enough: after every event.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    let core = &state.core;
    state.partings.retain(|parting| core.account(parting.account).is_some());
    for parting in state.partings.clone() {
        let id = parting.account;
        let telling = outbox::untold(state, |account, _| account.id == id && account.is_signed_in());
        if telling.count() == 0 || parting.until <= now {
            accounts::wanted(state, parting.action, fx);
        }
    }
}
