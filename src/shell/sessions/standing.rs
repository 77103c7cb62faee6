//! How the accounts stand among each other, kept for later runs: what has changed since it was told last, so that what another run changes stays.

use super::{Finished, Name, Sessions, with_name};
use crate::config::{self, SavedAccount, Standing};
use crate::domain::AccountId;
use crate::shell::accounts::AccountSetup;
use crate::state::AccountPlace;
use std::collections::BTreeMap;

/// How an account stands, as it was told last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    account: AccountId,
    /// `None`: nobody chose one.
    colour: Option<u8>,
    disabled: bool,
    folded: bool,
    notify: BTreeMap<String, String>,
}

impl Told {
    /// As it was kept.
    pub(super) fn of(setup: &AccountSetup) -> Self {
        let config::Account { colour, disabled, folded, ref notify, .. } = setup.account;
        Self { account: setup.id, colour, disabled, folded, notify: notify.clone() }
    }

    fn new(place: &AccountPlace) -> Self {
        let AccountPlace { account, colour, disabled, folded, ref levels } = *place;
        let notify = levels.iter().map(|(name, level)| (name.clone(), level.word().to_owned())).collect();
        Self { account, colour: Some(colour), disabled, folded, notify }
    }

    /// What is otherwise than before.
    fn since(&self, before: &Self) -> Standing {
        let changed = |(name, level): (&String, &String)| {
            (before.notify.get(name) != Some(level)).then(|| (name.clone(), Some(level.clone())))
        };
        let gone = before.notify.keys().filter(|name| !self.notify.contains_key(*name));
        Standing {
            colour: self.colour.filter(|_| self.colour != before.colour).map(|colour| colour.saturating_add(1)),
            disabled: (self.disabled != before.disabled).then_some(self.disabled),
            folded: (self.folded != before.folded).then_some(self.folded),
            notify: self.notify.iter().filter_map(changed).chain(gone.map(|name| (name.clone(), None))).collect(),
            ..Standing::default()
        }
    }
}

impl Sessions {
    /// Keeps how the accounts stand, of those that are saved.
    pub fn arrange(&mut self, places: &[AccountPlace]) {
        let places: Vec<Told> = places.iter().map(Told::new).collect();
        let changed: Vec<(Name, Standing)> = places.iter().filter_map(|place| self.changed(place)).collect();
        let order = self.moved(&places);
        // What is not saved yet is told again.
        let told = |place: Told| if self.listed.contains_key(&place.account) { place } else { self.before(&place) };
        self.told = places.into_iter().map(told).collect();
        if changed.is_empty() && order.is_none() {
            return;
        }
        let vault = self.vault.clone();
        self.write(move || {
            let label = |name: &Name| with_name(name, |name| name.clone());
            let mut changed: Vec<Standing> =
                changed.into_iter().map(|(name, place)| Standing { label: label(&name), ..place }).collect();
            changed.retain(|place| !place.label.is_empty());
            let mut order: Option<Vec<String>> = order.map(|names| names.iter().map(label).collect());
            order.iter_mut().for_each(|labels| labels.retain(|label| !label.is_empty()));
            let kept = vault.arrange(&changed, order.as_deref());
            Finished::Listed(kept.map_err(|why| format!("how your accounts stand is not kept for later runs: {why}")))
        });
    }

    /// How an account stood when it was told last.
    fn before(&self, place: &Told) -> Told {
        let unknown = Told { colour: None, disabled: false, folded: false, notify: BTreeMap::new(), ..place.clone() };
        self.told.iter().find(|told| told.account == place.account).cloned().unwrap_or(unknown)
    }

    fn changed(&self, place: &Told) -> Option<(Name, Standing)> {
        let setup = self.setups.get(&place.account)?;
        let mut standing = place.since(&self.before(place));
        // What the configuration says of the colour is not to be saved beside it.
        standing.colour = standing.colour.filter(|_| setup.account.options.colour.is_none());
        if standing.is_empty() {
            return None;
        }
        standing.configured = setup.account.options.token_command.as_ref().map(|_| {
            let config::Account { network, server, .. } = setup.account.clone();
            Box::new(SavedAccount { network, server: server.unwrap_or_default(), ..SavedAccount::default() })
        });
        Some((self.names.get(&place.account)?.clone(), standing))
    }

    /// The order of all accounts, if it is another one than before.
    fn moved(&self, places: &[Told]) -> Option<Vec<Name>> {
        let both = |of: &[Told], other: &[Told]| -> Vec<AccountId> {
            let known = |id: &AccountId| other.iter().any(|one| one.account == *id);
            of.iter().map(|one| one.account).filter(known).collect()
        };
        (both(&self.told, places) != both(places, &self.told))
            .then(|| places.iter().filter_map(|place| self.names.get(&place.account).cloned()).collect())
    }
}
