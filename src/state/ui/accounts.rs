//! The list of accounts on top: which one the keys are about.

use crate::domain::AccountId;
use crate::state::front::{Front, Overlay};
use crate::state::{Account, Core, State};

/// The list of accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AccountList {
    /// Which one is selected; `None`: the first.
    pub at: Option<AccountId>,
}

impl AccountList {
    /// The selected account.
    #[must_use]
    pub fn selected<'a>(&self, core: &'a Core) -> Option<&'a Account> {
        let at = self.at.and_then(|at| core.listed().find(|account| account.id == at));
        at.or_else(|| core.listed().next())
    }
}

impl Front {
    /// The list of accounts, if it lies on top, or below what it led to.
    #[must_use]
    pub fn account_list(&self) -> Option<&AccountList> {
        self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Accounts(list) => Some(list),
            _ => None,
        })
    }
}

/// The selection moves.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(Overlay::Accounts(list)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else {
        return;
    };
    let ids: Vec<AccountId> = state.core.listed().map(|account| account.id).collect();
    let at = list.selected(&state.core).and_then(|account| ids.iter().position(|id| *id == account.id)).unwrap_or(0);
    let to = at.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(ids.len().saturating_sub(1));
    list.at = ids.get(to).copied();
}

/// The account at an index is selected.
pub(super) fn point(state: &mut State, index: usize) {
    let id = state.core.listed().nth(index).map(|account| account.id);
    if let Some(Overlay::Accounts(list)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) {
        list.at = id;
    }
}
