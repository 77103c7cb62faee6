//! Changes and deletions when nib is to end: those that are held back go at once.

use super::deeds::{Deed, pump};
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
    fn of(deeds: &[Deed]) -> Self {
        let count = |is: fn(&OutboxItem) -> bool| deeds.iter().filter(|deed| is(&deed.item)).count();
        Self {
            changes: count(|item| matches!(item, OutboxItem::Edit { .. })),
            deletions: count(|item| matches!(item, OutboxItem::Delete { .. })),
        }
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

/// What others were not told of, of some accounts.
pub(in crate::state) fn untold(state: &State, of: impl Fn(&Account) -> bool) -> Untold {
    let each =
        state.core.accounts.iter().filter(|account| of(account)).map(|account| Untold::of(&account.outbox.deeds));
    each.fold(Untold::default(), |all, one| Untold {
        changes: all.changes + one.changes,
        deletions: all.deletions + one.deletions,
    })
}

/// Nothing is held back any more: what can go, goes.
pub(in crate::state) fn release(state: &mut State, fx: &mut Effects) {
    let mut released: Vec<AccountId> = Vec::new();
    for account in &mut state.core.accounts {
        let held = account.outbox.deeds.iter_mut().filter(|deed| deed.held.is_some());
        if held.map(|deed| deed.held = None).count() > 0 {
            released.push(account.id);
        }
    }
    for account in released {
        pump(state, account, fx);
    }
}
