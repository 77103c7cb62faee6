//! What the mouse points at.

use super::sidebar::{self, Place, SidebarRow};
use super::{act, complete, forum, lists, members, spots, welcome};
use crate::state::effect::{Effect, Effects, OptionValue};
use crate::state::front::{Hit, Overlay, Region, ScrollIntent};
use crate::state::{State, login};
use std::sync::Arc;

/// The narrowest and the widest list of chats, in columns; as in the configuration.
const WIDTHS: std::ops::RangeInclusive<u16> = 12..=80;

/// Something was clicked.
pub(super) fn point(state: &mut State, hit: Hit, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    match hit {
        // With one account its channels stand at the top, where they are seen without the cursor.
        Hit::Rail(Place::Community(account, community)) if !state.core.has_several() => {
            front.community = Some((account, community));
            (front.sidebar.direct, front.sidebar.dirty) = (None, true);
        }
        Hit::Rail(place) => {
            if let Place::Folded(account) = place {
                sidebar::fold_account(state, account, true, fx);
            }
            let Some(front) = &mut state.front else { return };
            front.region = Region::Sidebar;
            sidebar::go(&state.core, front, place);
        }
        Hit::Sidebar(index) => {
            if front.sidebar.rows.get(index).is_some_and(SidebarRow::can_select) {
                front.sidebar.cursor = index;
                front.region = Region::Sidebar;
                act::accept(state, fx);
            }
        }
        Hit::Message(pane, target) => {
            if front.pane.id == pane {
                front.region = Region::Messages;
                front.pane.cursor = Some(target);
            }
        }
        Hit::Spot(pane, target, spot) => {
            if front.pane.id == pane {
                front.region = Region::Messages;
                front.pane.cursor = Some(target);
                spots::press(state, target, spot, fx);
            }
        }
        Hit::Thread(pane, thread) => {
            if front.pane.id == pane
                && let Some(list) = &mut front.pane.forum
            {
                list.cursor = Some(thread);
                forum::open_selected(state, fx);
            }
        }
        Hit::NewBelow(_) => act::scroll_end(state, fx),
        Hit::Composer(_) => act::focus(state, Region::Composer),
        Hit::Candidate(index) => _ = complete::accept(state, Some(index), fx),
        Hit::Text(pane, at) => {
            if front.pane.id == pane {
                front.pane.composer.go(at);
                act::focus(state, Region::Composer);
            }
        }
        Hit::Item(index) => match front.overlays.last_mut() {
            Some(Overlay::Pick(pick)) => {
                pick.picker.selected = index.min(pick.picker.shown.len().saturating_sub(1));
                lists::accept(state, fx);
            }
            Some(Overlay::Form(form)) => {
                form.point(index);
                login::edited(state);
            }
            Some(Overlay::Accounts(_)) => super::accounts::point(state, index),
            Some(Overlay::Downloads(_)) => super::file::point(state, index),
            Some(Overlay::Question(question)) => {
                question.selected = index.min(question.choices.len().saturating_sub(1));
                lists::accept(state, fx);
            }
            Some(
                Overlay::Help { .. }
                | Overlay::Members
                | Overlay::Person(_)
                | Overlay::Details(_)
                | Overlay::Note(_)
                | Overlay::Waiting(_),
            ) => {}
            None => {
                front.offer = index;
                front.region = Region::Composer;
                welcome::accept(state, fx);
            }
        },
        // Beside a question is no answer to it, and what was typed into a form is not to vanish by a slip of the hand.
        Hit::Outside => {
            let given_up = matches!(
                front.overlays.last(),
                Some(
                    Overlay::Pick(_)
                        | Overlay::Help { .. }
                        | Overlay::Members
                        | Overlay::Person(_)
                        | Overlay::Details(_)
                        | Overlay::Accounts(_)
                        | Overlay::Downloads(_)
                        | Overlay::Note(_)
                )
            );
            if given_up {
                lists::cancel(state, fx);
            }
        }
        Hit::Member(index) => members::point(state, index, fx),
        Hit::Timeline(_) | Hit::Edge | Hit::Panel | Hit::Members => {}
    }
    state.touch();
}

/// The wheel was turned over something.
pub(super) fn wheel(state: &mut State, hit: Hit, by: i32) {
    let Some(front) = &mut state.front else { return };
    match hit {
        Hit::Sidebar(_) => front.sidebar.wheeled += i64::from(by),
        // It scrolls alone where it does not fit.
        Hit::Rail(_) => front.sidebar.rail_wheeled += i64::from(by),
        Hit::Message(..) | Hit::Spot(..) | Hit::Timeline(_) | Hit::NewBelow(_) | Hit::Composer(_) | Hit::Text(..) => {
            front.pane.scroll(ScrollIntent::Rows(by));
        }
        Hit::Thread(..) => {
            if let Some(list) = &mut front.pane.forum {
                list.wheeled += i64::from(by);
            }
        }
        Hit::Member(_) | Hit::Members => front.members.wheeled += i64::from(by),
        Hit::Candidate(_) => return complete::step(state, by.signum()),
        Hit::Item(_) | Hit::Panel => lists::step(state, by.signum()),
        Hit::Outside | Hit::Edge => return,
    }
    state.touch();
}

/// The edge of the list of chats is dragged, and let go where it is to be kept.
pub(super) fn widen(state: &mut State, columns: u16, keep: bool, fx: &mut Effects) {
    let columns = columns.clamp(*WIDTHS.start(), *WIDTHS.end());
    if state.settings.sidebar_width != columns {
        let mut settings = (*state.settings).clone();
        settings.sidebar_width = columns;
        state.settings = Arc::new(settings);
        state.touch();
    }
    if keep {
        fx.push(Effect::SaveOption { name: "sidebar_width", value: OptionValue::Number(columns) });
    }
}
