//! What is learned becomes what is kept: the one place that tells the store of it.

use super::{Account, Effect, Effects, State, outbox};
use crate::domain::kept::{AccountKey, Write};
use crate::domain::{AccountId, UserId};

/// The program starts: the store is told who was signed in last, and what still has to go out is looked up.
pub(super) fn started(state: &mut State, fx: &mut Effects) {
    if !state.has_store {
        return;
    }
    let accounts: Vec<AccountId> = state.core.accounts.iter().map(|account| account.id).collect();
    for account in accounts {
        bind(state, account, fx);
    }
    if state.front.is_some() {
        outbox::ask_kept(fx);
    }
}

/// It is known who is signed in. What they left behind in earlier runs is theirs to go on with.
pub(super) fn signed_in(state: &mut State, account: AccountId, fx: &mut Effects) {
    if bind(state, account, fx) && state.front.is_some() {
        outbox::ask_kept(fx);
    }
}

/// Tells the store who an account is. Returns whether that is new.
fn bind(state: &mut State, id: AccountId, fx: &mut Effects) -> bool {
    if !state.is_kept(id) {
        return false;
    }
    let Some(account) = state.core.account_mut(id).filter(|account| account.me != UserId::default()) else {
        return false;
    };
    let key = key(account);
    if account.bound.as_ref() == Some(&key) {
        return false;
    }
    account.bound = Some(key.clone());
    fx.push(Effect::keep(Write::Bind(id, key)));
    true
}

fn key(account: &Account) -> AccountKey {
    AccountKey { network: account.network.clone(), server: account.server.clone(), user: account.me }
}
