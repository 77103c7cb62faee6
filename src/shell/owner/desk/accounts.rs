//! Whether the accounts are there that somebody needs.

use super::{Guest, Tell};
use crate::domain::{AccountId, LinkPhase};
use crate::shell::host::HostError;
use crate::state::{Account, State};
use std::collections::HashMap;
use std::time::Duration;

/// Somebody waits for accounts.
pub(super) struct Awaited {
    id: u64,
    /// Those that failed while it was waited. One that failed goes on trying; nobody waits for that.
    absent: HashMap<AccountId, HostError>,
}

impl Awaited {
    pub(super) fn new(id: u64) -> Self {
        Self { id, absent: HashMap::new() }
    }
}

/// How an account stands while one waits for it.
enum Standing {
    There,
    Coming,
    Absent(HostError),
}

fn standing(account: &Account) -> Standing {
    let label = account.label.clone();
    match &account.link {
        LinkPhase::Online => Standing::There,
        LinkPhase::SignedOut { reason } => {
            Standing::Absent(HostError::SignedOut { account: label, reason: reason.to_string() })
        }
        LinkPhase::Offline { reason, .. } => {
            Standing::Absent(HostError::NotConnected { account: label, reason: reason.to_string() })
        }
        LinkPhase::Idle | LinkPhase::Connecting | LinkPhase::Syncing => Standing::Coming,
    }
}

impl Guest {
    /// Tells how the accounts stand once that is known of all.
    pub(super) fn look_online(&mut self, state: &State) {
        let Some(mut awaited) = self.online.take() else { return };
        let mut waits = false;
        for account in self.scope(state) {
            match standing(account) {
                Standing::There => _ = awaited.absent.remove(&account.id),
                Standing::Absent(why) => _ = awaited.absent.insert(account.id, why),
                Standing::Coming => waits |= !awaited.absent.contains_key(&account.id),
            }
        }
        if waits {
            self.online = Some(awaited);
        } else {
            self.tell_standing(awaited.id, awaited.absent, state);
        }
    }

    /// Tells which accounts there are once the store has said what it knows of them.
    pub(super) fn look_known(&mut self, state: &State) {
        if let Some(id) = self.known.take_if(|_| state.knows_kept()) {
            let accounts: Vec<String> = self.scope(state).map(|account| account.label.clone()).collect();
            match accounts.is_empty() {
                true => self.fail(id, HostError::NoAccount.into()),
                false => self.tell(id, Tell::Standing { accounts, absent: Vec::new() }),
            }
        }
    }

    /// Tells how they stand now: one that is still coming has not come in time.
    pub(super) fn settle_online(&mut self, id: u64, waited: u64, state: &State) {
        let mut absent = self.online.take().map(|awaited| awaited.absent).unwrap_or_default();
        let late = HostError::TimedOut(Duration::from_secs(waited));
        let several = self.scope(state).nth(1).is_some();
        for account in self.scope(state) {
            match standing(account) {
                Standing::There => _ = absent.remove(&account.id),
                Standing::Absent(why) => _ = absent.insert(account.id, why),
                Standing::Coming => {
                    let of = || HostError::NotConnected { account: account.label.clone(), reason: late.to_string() };
                    absent.entry(account.id).or_insert_with(|| if several { of() } else { late.clone() });
                }
            }
        }
        self.tell_standing(id, absent, state);
    }

    fn tell_standing(&mut self, id: u64, mut absent: HashMap<AccountId, HostError>, state: &State) {
        let accounts: Vec<String> = self.scope(state).map(|account| account.label.clone()).collect();
        if accounts.is_empty() {
            return self.fail(id, HostError::NoAccount.into());
        }
        let order: Vec<AccountId> = self.scope(state).map(|account| account.id).collect();
        self.absent = order.iter().filter_map(|account| absent.remove(account)).collect();
        let absent = self.absent.clone();
        self.tell(id, Tell::Standing { accounts, absent });
    }
}
