//! What the rail marks as the place where one is.

use super::accounts::{MISTIUM, Several, of};
use super::script::*;
use nib::state::Action;
use nib::state::ui::sidebar::Place;

#[test]
fn the_rail_marks_the_direct_chats_of_the_account_that_is_open() {
    let mut several = Several::ready();
    several.0.act(Action::OpenChat(of(MISTIUM, 11)));
    assert_eq!(several.front().shown_place(), Some(Place::Community(MISTIUM, RUST)));
    several.0.act(Action::OpenChat(of(HOME, 31)));
    assert_eq!(several.front().shown_place(), Some(Place::Direct(HOME)));
    // Steps go on from there.
    several.0.act(Action::StepCommunity(-1));
    assert!(matches!(several.front().shown_place(), Some(Place::Community(HOME, _))));
    several.0.act(Action::OpenChat(of(HOME, 31)));
    several.0.act(Action::OpenChat(of(HOME, 11)));
    assert_eq!(several.front().shown_place(), Some(Place::Community(HOME, RUST)));
}
