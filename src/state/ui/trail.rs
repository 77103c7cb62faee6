//! Places that were visited: back to where one was, and forward again.
//!
//! Whatever goes elsewhere says first where one is (`leave`). Who goes back and then elsewhere forgets what lay ahead, as in a browser.

use super::destination::{self, Arrival, Became, Destination};
use super::{act, message, open};
use crate::domain::kept::Seek;
use crate::domain::{ChatKey, MessageId, MessageKey, Page, Priority};
use crate::state::effect::Effects;
use crate::state::front::{Anchor, Front, Region, ScrollIntent, Target};
use crate::state::requests::Edge;
use crate::state::{Account, State, history};
use std::collections::VecDeque;

/// Most places that are remembered.
const MOST: usize = 100;
/// What is said of a message that its network does not have.
const GONE: &str = "That message cannot be loaded; it may have been deleted";

/// A place: a chat, and where in it one read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Placemark {
    chat: ChatKey,
    /// The message at the top of the view and which of its rows; `None`: the view followed the newest message.
    top: Option<(MessageKey, u16)>,
    /// The message under the cursor, where the messages had the keyboard.
    cursor: Option<MessageKey>,
}

/// The places that were visited, on both sides of where one is.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The nearest last.
    behind: VecDeque<Placemark>,
    /// The nearest last.
    ahead: VecDeque<Placemark>,
}

impl Trail {
    /// How many places lie behind and ahead.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.behind.len(), self.ahead.len())
    }

    fn note(&mut self, place: Placemark) {
        self.ahead.clear();
        if self.behind.back() != Some(&place) {
            self.behind.push_back(place);
            if self.behind.len() > MOST {
                self.behind.pop_front();
            }
        }
    }
}

/// Where one is.
fn here(front: &Front) -> Option<Placemark> {
    let message = |target: Target| match target {
        Target::Message(key) => Some(key),
        Target::Pending(_) => None,
    };
    let top = match front.pane.anchor {
        Anchor::Top { target, row } => message(target).map(|key| (key, row)),
        Anchor::Bottom => None,
    };
    let cursor = front.pane.cursor.filter(|_| front.region == Region::Messages).and_then(message);
    Some(Placemark { chat: front.pane.chat?, top, cursor })
}

/// The user is about to go elsewhere: where one is can be gone back to.
pub(in crate::state) fn leave(state: &mut State) {
    if let Some(front) = &mut state.front
        && let Some(place) = here(front)
    {
        front.trail.note(place);
    }
}

/// The user goes to a chat, from where one is. Returns whether it can be opened.
pub(in crate::state) fn open_chat(state: &mut State, chat: ChatKey, fx: &mut Effects) -> bool {
    let from = state.front.as_ref().and_then(here).filter(|place| place.chat != chat);
    let opened = open::enter(state, chat, fx);
    if let (true, Some(place), Some(front)) = (opened, from, &mut state.front) {
        front.trail.note(place);
    }
    opened
}

/// Goes back, or forward again. Places that are no more are passed over.
pub(super) fn go(state: &mut State, back: bool, fx: &mut Effects) {
    let (core, Some(front)) = (&state.core, &mut state.front) else { return };
    let here = here(front);
    let trail = &mut front.trail;
    let (from, to) = if back { (&mut trail.behind, &mut trail.ahead) } else { (&mut trail.ahead, &mut trail.behind) };
    let is_there = |place: &Placemark| core.chat(place.chat).is_some_and(|(_, chat)| chat.can_open());
    let place = loop {
        match from.pop_back() {
            Some(place) if here == Some(place) || !is_there(&place) => {}
            other => break other,
        }
    };
    let Some(place) = place else {
        let sentence = if back { "There is no place before this one" } else { "There is no place after this one" };
        return state.notice(sentence, false, fx);
    };
    to.extend(here);
    show(state, place, fx);
}

/// Shows a place, or what is nearest to it. Whoever pointed at messages goes on pointing.
fn show(state: &mut State, place: Placemark, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let points = front.region == Region::Messages && front.pane.forum.is_none();
    let other = front.pane.chat != Some(place.chat);
    if other && !open::enter(state, place.chat, fx) {
        return;
    }
    if state.front.as_ref().is_some_and(|front| front.pane.forum.is_some()) {
        return;
    }
    let Some(aim) = place.cursor.or(place.top.map(|(key, _)| key)) else {
        // A chat that is opened stands where it always does.
        if !other {
            act::scroll_end(state, fx);
        }
        return if points { message::focus(state) } else { act::focus(state, Region::Composer) };
    };
    let timeline = history::timeline_of(&state.core.accounts, place.chat);
    let holds = |key: MessageKey| timeline.is_some_and(|timeline| timeline.index_of(key).is_some());
    if !holds(aim) {
        return to_message(state, place.chat, (aim.id, Some(aim)), Arrival::Noted, fx);
    }
    let top = place.top.filter(|(key, _)| holds(*key));
    let Some(front) = &mut state.front else { return };
    let pane = &mut front.pane;
    open::to_bottom(pane);
    (pane.to_unread, pane.destination) = (false, None);
    if let Some((key, row)) = top {
        pane.anchor = Anchor::Top { target: Target::Message(key), row };
    }
    front.region = if points || place.cursor.is_some() { Region::Messages } else { Region::Composer };
    if front.region == Region::Messages {
        let cursor = Target::Message(aim);
        front.pane.cursor = Some(cursor);
        // Of a view whose top is gone, what was pointed at is what is left.
        let lost = place.top.is_some() && top.is_none();
        front.pane.scroll(if lost { ScrollIntent::Center(cursor) } else { ScrollIntent::Show(cursor) });
    }
    state.touch();
}

/// Goes to a message of a chat, from where one is.
pub(super) fn visit(state: &mut State, chat: ChatKey, message: MessageKey, fx: &mut Effects) {
    let other = state.front.as_ref().is_some_and(|front| front.pane.chat != Some(chat));
    if other && !open_chat(state, chat, fx) {
        return state.notice("The chat of this message is not here any more", true, fx);
    }
    let then = if other { Arrival::Noted } else { Arrival::Noting };
    to_message(state, chat, (message.id, Some(message)), then, fx);
}

/// Goes to a message of the open chat, which is asked for where it is not here. With its place, where that is known, what is nearest can be shown instead.
pub(in crate::state) fn to_message(
    state: &mut State,
    chat: ChatKey,
    (id, place): (MessageId, Option<MessageKey>),
    then: Arrival,
    fx: &mut Effects,
) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) else { return };
    front.pane.destination = Some(Destination::Message { id, place, then });
    if arrived(state, chat, id) {
        return;
    }
    if let Some(front) = &mut state.front {
        front.pane.to_unread = false;
    }
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.loosen(chat.chat, Edge::Around);
    }
    history::fetch(state, chat, Page::Around(id), Priority::User, fx);
    cut_off(state, chat, id, fx);
    state.touch();
}

/// Points at the message that is gone to, if it is here.
fn arrived(state: &mut State, chat: ChatKey, id: MessageId) -> bool {
    let timeline = history::timeline_of(&state.core.accounts, chat);
    let (Some(key), Some(Destination::Message { then, .. })) =
        (timeline.and_then(|timeline| timeline.key_of(id)), destination::of(state, chat))
    else {
        return false;
    };
    destination::arrive(state, key, then);
    true
}

/// The store has answered while a message is gone to.
pub(super) fn stored(state: &mut State, chat: ChatKey, id: MessageId, seek: Seek, fx: &mut Effects) {
    if arrived(state, chat, id) {
        return;
    }
    match seek {
        Seek::Around(of) if of == id => history::ask_network(state, chat, Page::Around(id), Priority::User, fx),
        // It could not be asked for before.
        Seek::Around(_) | Seek::Date(_) => history::fetch(state, chat, Page::Around(id), Priority::User, fx),
        Seek::Newest | Seek::Before(_) | Seek::After(_) => return,
    }
    cut_off(state, chat, id, fx);
}

/// The network has answered while a message is gone to.
pub(super) fn came(state: &mut State, chat: ChatKey, id: MessageId, page: Page, became: Became, fx: &mut Effects) {
    if arrived(state, chat, id) {
        return;
    }
    match (page, became) {
        (Page::Around(of), Became::Refused(told)) if of == id => {
            nearest(state, chat);
            if !told {
                state.notice(not_here(state, chat), true, fx);
            }
        }
        (Page::Around(of), _) if of == id => {
            nearest(state, chat);
            state.notice(GONE, true, fx);
        }
        // It could not be asked for before.
        (Page::Around(_) | Page::At(_), _) => {
            if let Some(account) = state.core.account_mut(chat.account) {
                account.requests.loosen(chat.chat, Edge::Around);
            }
            history::ask_network(state, chat, Page::Around(id), Priority::User, fx);
            cut_off(state, chat, id, fx);
        }
        (Page::Latest | Page::Before(_) | Page::After(_), _) => {}
    }
}

/// Where nobody is asked for the message that is gone to, nothing more will come.
fn cut_off(state: &mut State, chat: ChatKey, id: MessageId, fx: &mut Effects) {
    let waits = matches!(destination::of(state, chat), Some(Destination::Message { id: of, .. }) if of == id);
    if waits && !destination::is_asked(state, chat, Edge::Around) {
        nearest(state, chat);
        state.notice(not_here(state, chat), true, fx);
    }
}

fn not_here(state: &State, chat: ChatKey) -> &'static str {
    match state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        true => GONE,
        false => "That message is not here, and there is no connection to ask for it",
    }
}

/// The message that was gone to is nowhere: what stands nearest to its place is shown, if that is known.
fn nearest(state: &mut State, chat: ChatKey) {
    let Some(Destination::Message { place, then, .. }) = destination::of(state, chat) else { return };
    destination::set(state, None);
    let timeline = history::timeline_of(&state.core.accounts, chat);
    let near = timeline
        .zip(place)
        .and_then(|(timeline, place)| timeline.get(timeline.index_near(place).min(timeline.len().checked_sub(1)?)));
    if let Some(key) = near.map(|entry| entry.message.key) {
        destination::arrive(state, key, then);
    }
}
