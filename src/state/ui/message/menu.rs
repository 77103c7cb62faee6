//! What can be done with a message, as a list: for the mouse, and for who does not know the keys yet.

use super::{select, target};
use crate::domain::ChatKey;
use crate::domain::parts::spoilers;
use crate::state::State;
use crate::state::action::{Action, FileAction, MessageAction};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PaneId, PickKind, Region, Target};
use crate::state::offered::{Offer, offer};
use crate::state::ui::picker::{Beside, PickItem, Picker};

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
    (&MessageAction::Vote(None), "Vote"),
    (&MessageAction::EndPoll, "End the poll"),
    (&MessageAction::Press(None), "Press a button"),
    (&MessageAction::Unfold, "Show all of it"),
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

/// Whether it is open already what an action opens.
fn is_open(state: &State, chat: ChatKey, target: Target, what: &MessageAction) -> bool {
    let opened = state.front.as_ref().map(|front| &front.pane.opened);
    match what {
        MessageAction::Unfold => opened.is_some_and(|opened| opened.is_unfolded(target)),
        MessageAction::Reveal => super::message_of(state, chat, target).is_some_and(|message| {
            let hidden = spoilers(&message.body).count();
            opened.is_some_and(|opened| opened.revealed(target).count() >= hidden)
        }),
        _ => false,
    }
}

/// What an entry is called for what is pointed at.
fn words(state: &State, chat: ChatKey, target: Target, (what, words): &(&MessageAction, &str)) -> String {
    match what {
        MessageAction::Unfold if is_open(state, chat, target, what) => "Fold it again",
        MessageAction::Reveal if is_open(state, chat, target, what) => "Hide again what was hidden in it",
        _ => words,
    }
    .to_owned()
}

/// Whether it is one message with files that can be fetched.
fn has_files(state: &State, chat: ChatKey, target: Target) -> bool {
    let several = state.front.as_ref().is_some_and(|front| front.pane.selected.len() > 1);
    let can = state.core.account(chat.account).is_some_and(|account| account.caps.part > 0);
    let message = super::message_of(state, chat, target).filter(|_| matches!(target, Target::Message(_)));
    can && !several && message.is_some_and(|message| !message.attachments.is_empty())
}

/// Whether an entry stands below that for saving files: those above are about the text and what it leads to.
fn comes_after_files(action: &Action) -> bool {
    let Action::Message(MessageAction::On(_, _, what)) = action else { return false };
    let at = |what: &MessageAction| OFFERED.iter().position(|(offered, _)| *offered == what);
    at(what) > at(&MessageAction::OpenLink)
}

/// Shows what can be done with what is pointed at, or with what is selected.
pub(super) fn show(state: &mut State, chat: ChatKey, target: Target, fx: &mut Effects) {
    let may = |what: &MessageAction| offer(state, chat, &select::targets(state, target, what), what) == Offer::Yes;
    // Only the layout knows what does not fit.
    let folds = |what: &MessageAction| {
        let visible = state.front.as_ref().and_then(|front| front.pane.visible.as_ref());
        *what != MessageAction::Unfold
            || is_open(state, chat, target, what)
            || visible.is_some_and(|visible| visible.folded.contains(&target))
    };
    let offered = OFFERED.iter().filter(|(what, _)| may(what) && folds(what));
    let on = |what: &MessageAction| Action::Message(MessageAction::On(chat, target, Box::new(what.clone())));
    let item =
        |entry: &(&MessageAction, &str)| PickItem::plain(words(state, chat, target, entry), String::new(), on(entry.0));
    let mut items: Vec<PickItem> = offered.map(item).collect();
    if has_files(state, chat, target) {
        let save = Action::File(FileAction::Save(String::new()));
        let before = items.iter().take_while(|item| !comes_after_files(&item.action)).count();
        let beside = Beside { named: Some("save"), ..Beside::default() };
        items.insert(before, PickItem { beside, ..PickItem::plain("Save its files".to_owned(), String::new(), save) });
    }
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
