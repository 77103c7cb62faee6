//! The list of members beside the messages, or on top where there is no room: its cursor and what its keys do.

use super::person;
use crate::domain::{ChatKey, ChatKind, UserId};
use crate::state::State;
use crate::state::effect::Effects;
use crate::state::front::{Overlay, Region};
use crate::state::members::{MemberRow, listed, open_list};

/// Where the user is in the list of members.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Hidden by choice, where there is room for it.
    pub hidden: bool,
    /// Index of the row that the cursor is on.
    pub cursor: usize,
    /// Who stands there: the cursor stays on them when the list is told anew.
    on: Option<UserId>,
    /// How far it was scrolled by the wheel so far, in rows; only how this changes means something.
    pub wheeled: i64,
    /// The chat whose list it is, and which opening of it.
    of: Option<(ChatKey, u32)>,
    /// Whether the list was asked for since.
    pub(crate) asked: bool,
    /// The session did not take the question just now.
    pub(crate) busy: bool,
}

impl Members {
    /// The list of this chat shows now. Returns whether another did before.
    pub(crate) fn turn_to(&mut self, chat: ChatKey, opened: u32) -> bool {
        let turned = self.of.replace((chat, opened)) != Some((chat, opened));
        if turned {
            (self.cursor, self.on, self.asked) = (0, None, false);
        }
        turned
    }
}

/// The list is another one: the cursor stays on whom it was on, or near where it was.
pub(in crate::state) fn settle(state: &mut State) {
    let Some(front) = &state.front else { return };
    let (cursor, on) = (front.members.cursor, front.members.on);
    let rows = open_list(state).map_or(&[][..], |(_, list)| &list.rows);
    let stands = |row: &MemberRow| on.is_some() && row.user() == on;
    let near = |from: usize| {
        let ahead = rows.iter().skip(from).position(|row| row.user().is_some()).map(|at| at + from);
        ahead.or_else(|| rows.iter().rposition(|row| row.user().is_some()))
    };
    let place = rows.iter().position(stands).or_else(|| near(cursor.min(rows.len()))).unwrap_or(0);
    put(state, place);
}

fn put(state: &mut State, place: usize) {
    let on = open_list(state).and_then(|(_, list)| list.rows.get(place)).and_then(MemberRow::user);
    if let Some(front) = &mut state.front {
        (front.members.cursor, front.members.on) = (place, on);
    }
}

/// The cursor moves over people; stops at the ends.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(front) = &state.front else { return };
    let Some((_, list)) = open_list(state) else { return };
    let from = front.members.cursor.min(list.rows.len());
    let steps = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    let people = |row: &(usize, &MemberRow)| row.1.user().is_some();
    let rows = || list.rows.iter().enumerate();
    let place = if by < 0 {
        rows().take(from).rev().filter(people).take(steps).last()
    } else {
        rows().skip(from + 1).filter(people).take(steps).last()
    };
    if let Some((place, _)) = place {
        put(state, place);
    }
    state.touch();
}

/// The user wants to be in the list; where there is no room for it, it comes on top.
pub(super) fn focus(state: &mut State, fx: &mut Effects) {
    if listed(state).is_none() {
        return nobody(state, fx);
    }
    let Some(front) = &mut state.front else { return };
    if !front.has_room_for_members() {
        if !matches!(front.overlays.last(), Some(Overlay::Members)) {
            front.overlays.push(Overlay::Members);
        }
        return state.touch();
    }
    front.members.hidden = false;
    front.region = Region::Members;
    state.touch();
}

/// The user wants to see who is here, or not any more.
pub(super) fn toggle(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if matches!(front.overlays.last(), Some(Overlay::Members)) {
        front.overlays.pop();
    } else if front.has_room_for_members() && listed(state).is_some() {
        if let Some(front) = &mut state.front {
            front.members.hidden = !front.members.hidden;
        }
    } else {
        focus(state, fx);
    }
    state.touch();
}

/// The open chat has no list: the other person of a direct chat is shown instead.
fn nobody(state: &mut State, fx: &mut Effects) {
    let open = state.front.as_ref().and_then(|front| front.pane.chat).and_then(|chat| state.core.chat(chat));
    match open.map(|(account, chat)| (account.id, &chat.kind)) {
        Some((account, &ChatKind::Direct { peer })) => person::show(state, account, peer, None, fx),
        Some((_, ChatKind::Saved)) => state.notice("Only you are here", false, fx),
        Some(_) => state.notice("The network does not tell who is here", false, fx),
        None => state.notice("No chat is open", false, fx),
    }
}

/// Somebody in the list was clicked.
pub(super) fn point(state: &mut State, index: usize, fx: &mut Effects) {
    if open_list(state).and_then(|(_, list)| list.rows.get(index)).is_none_or(|row| row.user().is_none()) {
        return;
    }
    put(state, index);
    if let Some(front) = &mut state.front
        && front.overlays.is_empty()
    {
        front.region = Region::Members;
    }
    person::wanted(state, "", fx);
}
