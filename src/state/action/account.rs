//! What a user can intend with accounts.

use super::Action;
use crate::domain::AccountId;

/// Something with an account: the one named, else that under the cursor, else that of the open chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountAction {
    /// Show all of them.
    List,
    /// Sign in to one more.
    Add,
    /// Call it something else; without a name, ask for it.
    Rename(String),
    /// Do not connect it until it is wanted again.
    Disable(String),
    /// Connect it again.
    Enable(String),
    /// Sign out of it, here and at the network; it stays listed.
    SignOut(String),
    /// The same without asking: what the question leads to.
    SignOutNow(AccountId),
    /// Forget it and all that is kept of it here.
    Remove(String),
    /// The same without asking.
    RemoveNow(AccountId),
    /// Let it stand elsewhere among the others; negative is up.
    Move(i8),
    /// Give it this colour of those for people; without one, the next.
    Colour(Option<u8>),
}

/// Most colours that can be chosen from.
const COLOURS: u8 = 8;

pub(super) fn moved(written: &str) -> Option<Action> {
    let by = match written.to_lowercase().as_str() {
        "up" => -1,
        "down" => 1,
        _ => return None,
    };
    Some(Action::Account(AccountAction::Move(by)))
}

pub(super) fn colour(written: &str) -> Option<Action> {
    let colour = match written {
        "" => None,
        number => Some(number.parse().ok().filter(|number| (1..=COLOURS).contains(number))? - 1),
    };
    Some(Action::Account(AccountAction::Colour(colour)))
}
