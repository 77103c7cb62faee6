//! Accounts that are left while something is held back: others are told first.

use super::effect::Effect;
use super::event::Timer;
use super::requests::Purpose;
use super::{Effects, State, accounts, outbox};
use crate::domain::{AccountId, Mono, Priority, Request};
use std::time::Duration;

/// How long the answers of networks are waited for before an account, or nib, is left.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// How an account is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Disable,
    SignOut,
    Remove,
}

/// An account that is left once others were told.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Parting {
    account: AccountId,
    way: Way,
    /// Not to be waited for any longer.
    until: Mono,
}

/// Whether an account can be left now: others know all, or whoever leaves does not want to wait. If not, it is left as soon as they know.
pub(super) fn are_said(state: &mut State, id: AccountId, way: Way, fx: &mut Effects) -> bool {
    let waited = state.partings.iter().position(|parting| parting.account == id);
    if let Some(known) = waited.map(|at| state.partings.remove(at))
        && known.way == way
    {
        return true;
    }
    let telling = release(state, id, fx);
    if telling.count() == 0 {
        return true;
    }
    let until = state.now.mono.plus(PATIENCE);
    state.partings.push(Parting { account: id, way, until });
    state.notice(format!("Others are told of {} first; to go on at once, do it again", telling.words()), false, fx);
    fx.push(Effect::Arm(Timer::Leave, until));
    false
}

/// Nothing of an account is held back. Returns what its network has not answered yet.
fn release(state: &mut State, id: AccountId, fx: &mut Effects) -> outbox::Untold {
    outbox::release(state, |account| account.id == id, fx);
    outbox::untold(state, |account, _| account.id == id && account.is_signed_in())
}

/// Leaves the accounts whose others were told, or who were waited for long enough: after every event.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    let core = &state.core;
    state.partings.retain(|parting| core.account(parting.account).is_some());
    for Parting { account, way, until } in state.partings.clone() {
        // What was changed meanwhile goes, too.
        if release(state, account, fx).count() == 0 || until <= now {
            accounts::leave(state, account, way, fx);
            state.partings.retain(|parting| parting.account != account);
        }
    }
}

/// A network did not take what was held back: whoever was about to leave that account stays to read it. Says so, in front of the reason.
pub(super) fn stay(state: &mut State, id: AccountId) -> Option<&'static str> {
    let at = state.partings.iter().position(|parting| parting.account == id)?;
    Some(match state.partings.remove(at).way {
        Way::Disable => "The account stays enabled. ",
        Way::SignOut => "You stay signed in. ",
        Way::Remove => "The account stays. ",
    })
}

/// nib ends: accounts that were about to be left are left, and nobody is waited for.
pub(super) fn at_once(state: &mut State, fx: &mut Effects) {
    let partings = state.partings.clone();
    for Parting { account, way, .. } in partings {
        if way == Way::SignOut && state.core.account(account).is_some_and(|known| known.is_signed_in()) {
            state.ask(account, Request::SignOut, Priority::User, Purpose::SignOut, fx);
        } else {
            accounts::leave(state, account, way, fx);
        }
    }
    state.partings.clear();
    let signs_out = |purpose: &Purpose| matches!(purpose, Purpose::SignOut);
    let asked = state.core.accounts.iter().filter(|account| account.requests.open.values().any(signs_out));
    let asked: Vec<AccountId> = asked.map(|account| account.id).collect();
    asked.into_iter().for_each(|account| accounts::signed_out(state, account, false, fx));
}
