//! What is kept of accounts between runs: their place in the list, their labels and tokens.
//!
//! What is written waits for what is written before it, and is told under which label the account is by then: the user may have called it something
//! else meanwhile, and the first write finds the label.

use super::{Finished, Sessions};
use crate::config;
use crate::domain::{AccountId, Secret};
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::vault::{Identity, Kept, Vault};
use crate::state::{Event, SamePerson};
use std::sync::{Arc, Mutex, PoisonError};

/// What an account is called where it is saved, as far as that is written; empty before it is. Held while something is done with its token, so that
/// whoever comes next looks where that is by then. For blocking threads alone.
pub(super) type Name = Arc<Mutex<String>>;

/// What became of keeping or forgetting a token, and what it was about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeptOf {
    /// What became of it.
    pub(super) kept: Kept,
    /// What the account was called here when it was asked for.
    wished: String,
    /// The account of this run that is the same person.
    same: Option<AccountId>,
}

/// What an account is called where it is saved, when nothing else is being done with its token.
pub(super) fn with_name<T>(name: &Name, does: impl FnOnce(&mut String) -> T) -> T {
    does(&mut name.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Sessions {
    /// Saves an account's token, and the account with it. What is saved already is not written again.
    pub fn keep_token(&mut self, account: AccountId, token: Secret, identity: Identity) {
        self.held.remove(&account);
        let tried = self.tries.remove(&account);
        let Some(setup) = self.setups.get_mut(&account) else { return };
        if let Some(tried) = tried {
            let label = std::mem::take(&mut setup.account.label);
            let before = std::mem::replace(setup, tried.setup);
            setup.account.label.clone_from(&label);
            self.replaced.insert(account, config::Account { label, ..before.account });
            self.kept.remove(&account);
            if !tried.keep {
                self.for_this_run.insert(account);
            } else if self.for_this_run.remove(&account) {
                setup.token = TokenSource::Saved;
            }
        }
        if self.for_this_run.contains(&account) {
            setup.token = TokenSource::Given(token);
            return;
        }
        match &mut setup.token {
            TokenSource::Given(given) => *given = token,
            TokenSource::Forgotten => setup.token = TokenSource::Given(token),
            TokenSource::Saved if self.kept.get(&account) == Some(&token) => {}
            TokenSource::Saved => {
                let setup = setup.clone();
                self.kept.insert(account, token.clone());
                let others: Vec<(AccountId, Name)> =
                    self.names.iter().filter(|(id, _)| **id != account).map(|(id, name)| (*id, name.clone())).collect();
                self.write_named(setup, move |setup, name, vault| {
                    let kept = vault.keep(&setup, &identity, &token);
                    let is_of =
                        |label: &String| others.iter().find(|(_, name)| with_name(name, |name| *name == *label));
                    let same = kept.label.as_ref().filter(|_| kept.renewed).and_then(is_of).map(|(id, _)| *id);
                    if let Some(label) = kept.label.as_ref().filter(|_| same.is_none()) {
                        name.clone_from(label);
                    }
                    (kept, same)
                });
            }
        }
    }

    /// An account as it is saved, with the label that it has there; `None` for one that is there for this run only.
    #[must_use]
    pub fn saved(&self, account: AccountId) -> Option<(&str, &config::Account)> {
        let setup = self.setups.get(&account).filter(|setup| setup.token == TokenSource::Saved)?;
        let label = self.listed.get(&account).filter(|_| !self.for_this_run.contains(&account))?;
        Some((label, &setup.account))
    }

    /// Forgets an account's token, wherever it is.
    pub fn forget_token(&mut self, account: AccountId) {
        let Some(setup) = self.setups.get_mut(&account) else { return };
        self.kept.remove(&account);
        self.held.remove(&account);
        if self.for_this_run.remove(&account) {
            setup.token = TokenSource::Saved;
        } else if setup.token != TokenSource::Saved {
            setup.token = TokenSource::Forgotten;
        }
        let setup = setup.clone();
        self.write_named(setup, |setup, _, vault| (vault.forget(&setup), None));
    }

    /// Calls an account something else, here and where it is saved.
    pub fn rename(&mut self, account: AccountId, label: &str) {
        let Some(setup) = self.setups.get_mut(&account) else { return };
        label.clone_into(&mut setup.account.label);
        let (setup, new) = (setup.clone(), label.to_owned());
        let Some(name) = self.names.get(&account).cloned() else { return };
        let vault = self.vault.clone();
        self.write(move || {
            with_name(&name, |name| {
                let old = name.clone();
                // One that is not kept is called so here alone.
                let renamed = if old.is_empty() || old == new {
                    Ok(None)
                } else {
                    vault.rename(&labelled(setup, &old), &new).inspect(|_| name.clone_from(&new))
                };
                Finished::Renamed(account, [old, new], renamed)
            })
        });
    }

    /// Forgets an account, here and where it is saved. Returns what it was called there, if it was saved.
    pub fn remove(&mut self, account: AccountId) -> Option<String> {
        self.disconnect(account);
        self.kept.remove(&account);
        self.held.remove(&account);
        self.replaced.remove(&account);
        self.for_this_run.remove(&account);
        let setup = self.setups.remove(&account)?;
        let name = self.names.remove(&account)?;
        let vault = self.vault.clone();
        // One that is not saved by now may be by then.
        self.write(move || {
            with_name(&name, |name| {
                let label = std::mem::take(name);
                if label.is_empty() {
                    return Finished::Listed(Ok(()));
                }
                Finished::Listed(vault.remove(&labelled(setup, &label)).map_err(|why| {
                    format!("\"{label}\" could not be taken from the list, and is there again at the next start: {why}")
                }))
            })
        });
        self.listed.remove(&account)
    }

    /// A token was kept or forgotten, or why not.
    pub(super) fn token_kept(&mut self, account: AccountId, told: KeptOf) -> Option<Event> {
        let KeptOf { kept: Kept { mut label, renewed, note }, wished, same } = told;
        let before = label.as_ref().and_then(|_| self.replaced.remove(&account));
        let setup = self.setups.get_mut(&account)?;
        let mut person = None;
        if let Some(other) = same.filter(|other| self.listed.contains_key(other)) {
            // Its token is another one now.
            self.kept.remove(&other);
            self.kept.remove(&account);
            let stays = self.listed.contains_key(&account);
            if let Some(before) = before.filter(|_| stays) {
                setup.account = config::Account { label: setup.account.label.clone(), ..before };
            }
            person = Some(SamePerson { other, stays });
        } else if let Some(label) = &label {
            self.listed.insert(account, label.clone());
        }
        // The user may have called it something else meanwhile.
        if person.is_none() && setup.account.label != wished {
            label = None;
        }
        if let Some(label) = label.as_ref().filter(|_| person.is_none()) {
            setup.account.label.clone_from(label);
        }
        Some(Event::TokenKept { account, label, renewed, same: person, note })
    }

    /// An account is called something else where it is saved, or why not.
    pub(super) fn renamed(
        &mut self,
        account: AccountId,
        [old, new]: [String; 2],
        renamed: Result<Option<String>, String>,
    ) -> Option<Event> {
        let setup = self.setups.get_mut(&account)?;
        let (label, note) = match renamed {
            Ok(note) => {
                if let Some(listed) = self.listed.get_mut(&account) {
                    *listed = new;
                }
                (None, note)
            }
            // It may have been called something else again meanwhile.
            Err(why) => {
                let label = (setup.account.label == new).then_some(old);
                (label, Some(format!("It keeps its label: {why}")))
            }
        };
        if let Some(label) = &label {
            setup.account.label.clone_from(label);
        }
        Some(Event::TokenKept { account, label, renewed: false, same: None, note })
    }

    /// Does something with an account's token when it is its turn, with the label that the account is saved by then.
    fn write_named(
        &mut self,
        setup: AccountSetup,
        work: impl FnOnce(AccountSetup, &mut String, &Vault) -> (Kept, Option<AccountId>) + Send + 'static,
    ) {
        let Some(name) = self.names.get(&setup.id).cloned() else { return };
        let (account, vault) = (setup.id, self.vault.clone());
        self.write(move || {
            let wished = setup.account.label.clone();
            let (kept, same) = with_name(&name, |name| {
                let setup = if name.is_empty() { setup } else { labelled(setup, name) };
                work(setup, name, &vault)
            });
            Finished::Kept(account, KeptOf { kept, wished, same })
        });
    }
}

/// An account with the label that it is saved by.
pub(super) fn labelled(mut setup: AccountSetup, label: &str) -> AccountSetup {
    label.clone_into(&mut setup.account.label);
    setup
}
