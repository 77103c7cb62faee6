//! What can be done with a message, as a list: for the mouse, and for who does not know the keys yet.

use super::{select, target};
use crate::domain::ChatKey;
use crate::state::State;
use crate::state::action::{Action, MessageAction};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PaneId, PickKind, Region, Target};
use crate::state::offered::{Offer, offer};
use crate::state::ui::picker::{PickItem, Picker};

/// What it offers, those first that are wanted most.
const OFFERED: &[(&MessageAction, &str)] = &[
    (&MessageAction::Reply, "Answer"),
    (&MessageAction::Quote, "Answer a part"),
    (&MessageAction::React(String::new()), "React"),
    (&MessageAction::Edit, "Change"),
    (&MessageAction::Delete, "Delete"),
    (&MessageAction::CopyText, "Copy the text"),
    (&MessageAction::CopyLink, "Copy the id or an address"),
    (&MessageAction::OpenLink, "Open what it leads to"),
    (&MessageAction::Press(None), "Press a button"),
    (&MessageAction::Reveal, "Show what is hidden in it"),
    (&MessageAction::GoToReplied, "Go to what it answers"),
    (&MessageAction::Forward(String::new()), "Pass on"),
    (&MessageAction::Pin, "Pin or let go"),
    (&MessageAction::MarkUnread, "Mark unread from here"),
    (&MessageAction::Select(0), "Select"),
    (&MessageAction::Details, "Details"),
    (&MessageAction::Retry, "Send again"),
    (&MessageAction::Discard, "Take back into the composer"),
];

/// Shows what can be done with what is pointed at, or with what is selected.
pub(super) fn show(state: &mut State, chat: ChatKey, target: Target, fx: &mut Effects) {
    let may = |what: &MessageAction| offer(state, chat, &select::targets(state, target, what), what) == Offer::Yes;
    let offered = OFFERED.iter().filter(|(what, _)| may(what));
    let on = |what: &MessageAction| Action::Message(MessageAction::On(chat, target, Box::new(what.clone())));
    let items: Vec<PickItem> =
        offered.map(|(what, words)| PickItem::plain((*words).to_owned(), String::new(), on(what))).collect();
    if items.is_empty() {
        return state.notice("Nothing can be done with this message now", true, fx);
    }
    let several = state.front.as_ref().is_some_and(|front| front.pane.selected.len() > 1);
    let message = match target {
        Target::Message(key) if !several => Some(key.id),
        _ => None,
    };
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::pick(PickKind::Menu { chat, message }, Picker::new(items, "")));
    }
    state.touch();
}

/// The same for the message that the mouse points at; the cursor goes there.
pub(super) fn at(state: &mut State, pane: PaneId, pointed: Target, fx: &mut Effects) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.id == pane && front.overlays.is_empty()) else {
        return;
    };
    front.region = Region::Messages;
    front.pane.cursor = Some(pointed);
    // One beside what is selected is meant alone.
    if !matches!(pointed, Target::Message(key) if front.pane.selected.contains(&key)) {
        front.pane.selected.clear();
    }
    if let Some((chat, target)) = target(state) {
        show(state, chat, target, fx);
    }
}
