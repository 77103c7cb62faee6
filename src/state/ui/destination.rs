//! Where the user waits to get to in the open chat while it is being looked for: one place at a time.
//!
//! A newer wish takes the place of an older one, and whoever leaves the chat, scrolls, points at something or types has none any more. So nobody is
//! moved, and nobody loses the keyboard, by what comes late. After each answer that was not for the wish it is asked again what is still wanted.

use super::{dates, find, first_unread, trail};
use crate::domain::kept::Seek;
use crate::domain::{ChatKey, MessageId, MessageKey, Page, Wall};
use crate::state::effect::Effects;
use crate::state::front::{Anchor, Front, Region, Target};
use crate::state::requests::Edge;
use crate::state::{State, recall};

/// A place of the open chat that is not here yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Destination {
    /// A message, and its place where that is known, so that what is nearest can be shown instead.
    Message {
        /// Which.
        id: MessageId,
        /// Where it stands.
        place: Option<MessageKey>,
        /// What is done there.
        then: Arrival,
    },
    /// The first message that was sent at this time or later.
    Day(Wall),
    /// The first message after the one that reading stopped at.
    Unread(MessageKey),
    /// The first of so many messages that were not read, up to this one.
    Counted(u32, MessageKey),
    /// The newest mention of oneself before this place.
    Mention(MessageKey),
}

impl Destination {
    /// The message that is gone to.
    #[must_use]
    pub(in crate::state) const fn message(self) -> Option<MessageId> {
        match self {
            Self::Message { id, .. } => Some(id),
            Self::Day(_) | Self::Unread(_) | Self::Counted(..) | Self::Mention(_) => None,
        }
    }
}

/// How one gets to a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arrival {
    /// It is pointed at, and where one comes from is noted, to go back to.
    Noting,
    /// It is pointed at; where one comes from is noted already.
    Noted,
    /// The view begins with this row of it, and the keyboard stays where it is.
    View(u16),
}

/// What became of a page of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::state) enum Became {
    /// It is here.
    Here,
    /// It did not come, since it was asked for by something that is not there.
    Gone,
    /// It did not come for another reason. Whether the user was told why.
    Refused(bool),
}

/// What a user changes who goes on by themselves.
#[derive(PartialEq)]
struct Stand {
    region: Region,
    cursor: Option<Target>,
    anchor: Anchor,
    scrolled: u32,
    written: (u64, usize),
    edits: bool,
}

fn stand(front: &Front) -> Stand {
    let pane = &front.pane;
    Stand {
        region: front.region,
        cursor: pane.cursor,
        anchor: pane.anchor,
        scrolled: pane.intent_number,
        written: (pane.composer.revision(), pane.composer.cursor()),
        edits: front.editing.is_some(),
    }
}

/// Does what the user wants. A wish from before ends with it if the user went on by themselves.
pub(in crate::state) fn around(state: &mut State, does: impl FnOnce(&mut State)) {
    let waits = |state: &State| {
        let front = state.front.as_ref()?;
        Some((front.pane.destination?, stand(front)))
    };
    let before = waits(state);
    does(state);
    if let (Some((wish, stood)), Some((now, stands)), Some(front)) = (before, waits(state), &mut state.front)
        && wish == now
        && stood != stands
    {
        front.pane.destination = None;
    }
}

/// Where the user waits to get to in a chat, which is open.
pub(in crate::state) fn of(state: &State, chat: ChatKey) -> Option<Destination> {
    let pane = state.front.as_ref().map(|front| &front.pane)?;
    pane.destination.filter(|_| pane.chat == Some(chat))
}

/// The user wants to get there, and nowhere else any more.
pub(super) fn set(state: &mut State, wish: Option<Destination>) {
    if let Some(front) = &mut state.front {
        front.pane.destination = wish;
    }
}

/// Shows a message of the open chat, to which the user wanted to get.
pub(super) fn arrive(state: &mut State, message: MessageKey, how: Arrival) {
    if how == Arrival::Noting {
        trail::leave(state);
    }
    if let Some(front) = &mut state.front {
        let pane = &mut front.pane;
        pane.destination = None;
        match how {
            Arrival::View(row) => {
                (pane.anchor, pane.intent) = (Anchor::Top { target: Target::Message(message), row }, None);
                pane.intent_number = pane.intent_number.wrapping_add(1);
            }
            Arrival::Noting | Arrival::Noted => front.land(message),
        }
    }
    state.touch();
}

/// Whether the store or the network is asked for something at an edge of a chat, so that an answer comes.
pub(super) fn is_asked(state: &State, chat: ChatKey, edge: Edge) -> bool {
    let account = state.core.account(chat.account);
    recall::is_looking_at(state, chat, edge)
        || account.is_some_and(|account| account.is_signed_in() && account.requests.is_fetching(chat.chat, edge))
}

/// The store has answered.
pub(in crate::state) fn stored(state: &mut State, chat: ChatKey, seek: Seek, fx: &mut Effects) {
    match of(state, chat) {
        Some(Destination::Message { id, .. }) => trail::stored(state, chat, id, seek, fx),
        Some(Destination::Day(at)) => dates::stored(state, chat, at, seek, fx),
        Some(Destination::Unread(read)) => first_unread::stored(state, chat, read, seek, fx),
        Some(Destination::Counted(unread, newest)) => {
            first_unread::count_again(state, chat, (unread, newest), false, fx)
        }
        Some(Destination::Mention(_)) | None => {}
    }
}

/// The network has answered.
pub(in crate::state) fn came(state: &mut State, chat: ChatKey, page: Page, became: Became, fx: &mut Effects) {
    match of(state, chat) {
        Some(Destination::Message { id, .. }) => trail::came(state, chat, id, page, became, fx),
        Some(Destination::Day(at)) => dates::came(state, chat, at, page, became, fx),
        Some(Destination::Unread(read)) => first_unread::came(state, chat, read, page, became, fx),
        Some(Destination::Counted(unread, newest)) => {
            first_unread::count_again(state, chat, (unread, newest), page == Page::Latest, fx);
        }
        Some(Destination::Mention(_)) | None => {}
    }
    if let (Page::Around(message), Became::Gone) = (page, became) {
        find::gone(state, chat, message);
    }
}
