//! Changes and deletions when nib is to end: those that are held back go at once.

use super::deeds::{Deed, pump, same_target};
use crate::domain::AccountId;
use crate::domain::kept::OutboxItem;
use crate::state::effect::Effects;
use crate::state::{Account, State};

/// Changes and deletions that others were not told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::state) struct Untold {
    changes: usize,
    deletions: usize,
}

impl Untold {
    fn of<'deeds>(deeds: impl Iterator<Item = &'deeds Deed>) -> Self {
        deeds.fold(Self::default(), |all, deed| Self {
            changes: all.changes + usize::from(matches!(deed.item, OutboxItem::Edit { .. })),
            deletions: all.deletions + usize::from(matches!(deed.item, OutboxItem::Delete { .. })),
        })
    }

    pub(in crate::state) fn count(self) -> usize {
        self.changes + self.deletions
    }

    /// Both with their counts.
    pub(in crate::state) fn words(self) -> String {
        let named = [(self.deletions, "deletion", "deletions"), (self.changes, "change", "changes")];
        let named = named.into_iter().filter(|(count, ..)| *count > 0);
        let named = named.map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }));
        named.collect::<Vec<_>>().join(" and ")
    }
}

/// What others were not told of, of some accounts: what the store has of it, or what it does not have.
pub(in crate::state) fn untold(state: &State, of: impl Fn(&Account, bool) -> bool) -> Untold {
    let each = state.core.accounts.iter().map(|account| {
        let deeds = &account.outbox.deeds;
        // What a newer one is about says no more than that one.
        let last = |(at, deed): &(usize, &Deed)| {
            let newer = deeds.iter().skip(at + 1);
            !newer.clone().any(|newer| newer.chat == deed.chat && same_target(&deed.item, &newer.item))
        };
        let counted = deeds.iter().enumerate().filter(last).map(|(_, deed)| deed);
        Untold::of(counted.filter(|deed| of(account, deed.kept)))
    });
    each.fold(Untold::default(), |all, one| Untold {
        changes: all.changes + one.changes,
        deletions: all.deletions + one.deletions,
    })
}

/// Nothing of some accounts is held back any more: what can go, goes.
pub(in crate::state) fn release(state: &mut State, of: impl Fn(&Account) -> bool, fx: &mut Effects) {
    let mut released: Vec<AccountId> = Vec::new();
    for account in state.core.accounts.iter_mut().filter(|account| of(account)) {
        let held = account.outbox.deeds.iter_mut().filter(|deed| deed.held.is_some());
        if held.map(|deed| deed.held = None).count() > 0 {
            released.push(account.id);
        }
    }
    for account in released {
        pump(state, account, fx);
    }
}
