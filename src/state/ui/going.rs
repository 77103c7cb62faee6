//! Going to places in chats, one line each; how is next door.

use super::{dates, find};
use crate::state::State;
use crate::state::action::Going;
use crate::state::effect::Effects;

/// The user wants to go somewhere.
pub(super) fn wanted(state: &mut State, to: Going, fx: &mut Effects) {
    match to {
        Going::Date(day) => dates::go(state, &day, fx),
        Going::Find(words) => find::wanted(state, &words, fx),
        Going::Found { older } => find::step(state, older, fx),
    }
}
