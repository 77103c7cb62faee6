//! Several messages at once: which are selected, and what is done with all of them.

use super::{at, copy, count, index_of, target};
use crate::domain::{ChatKey, MessageKey};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, Question, Region, SELECTED, Target};
use crate::state::ui::forward;
use crate::state::{State, history, offered};

/// What an action is about: all that is selected, where it can be done to several; else what is pointed at.
pub(super) fn targets(state: &State, target: Target, action: &MessageAction) -> Vec<Target> {
    let several = matches!(action, MessageAction::Delete | MessageAction::Forward(_) | MessageAction::CopyText);
    let selected = state.front.as_ref().map(|front| &front.pane.selected).filter(|all| several && !all.is_empty());
    let Some(all) = selected else { return vec![target] };
    // What is deleted already is not deleted again with others.
    let outbox = target_chat(state).and_then(|chat| Some((&state.core.account(chat.account)?.outbox, chat.chat)));
    let is_deleted = |key: &&MessageKey| outbox.is_some_and(|(outbox, chat)| outbox.is_deleted(chat, key.id));
    let goes = *action == MessageAction::Delete && !all.iter().all(|key| is_deleted(&key));
    all.iter().filter(|key| !goes || !is_deleted(key)).copied().map(Target::Message).collect()
}

fn target_chat(state: &State) -> Option<ChatKey> {
    state.front.as_ref()?.pane.chat
}

/// Nothing is selected any more. Returns whether something was.
pub(in crate::state::ui) fn clear(state: &mut State) -> bool {
    let Some(front) = &mut state.front else { return false };
    let any = !front.pane.selected.is_empty();
    front.pane.selected.clear();
    if any {
        state.touch();
    }
    any
}

/// Takes what is pointed at into the selection or out of it; with steps, it and its neighbours go in, and the cursor goes along.
pub(super) fn select(state: &mut State, steps: i32, fx: &mut Effects) {
    let Some((chat, target)) = target(state) else {
        return state.notice("There is no message here", false, fx);
    };
    if let Some(why) = offered::offer(state, chat, &[target], &MessageAction::Select(steps)).why() {
        return state.notice(why, true, fx);
    }
    let Target::Message(key) = target else { return };
    // Of what can be selected the messages have the focus, so that it is seen.
    if state.front.as_ref().is_some_and(|front| front.region != Region::Messages) {
        super::focus(state);
    }
    let mut keys = vec![key];
    if let Some(from) = index_of(state, chat, target) {
        let last = count(state, chat).saturating_sub(1);
        let to = from.saturating_add_signed(isize::try_from(steps).unwrap_or(0)).min(last);
        let along = (from.min(to)..=from.max(to)).filter_map(|index| at(state, chat, index));
        keys.extend(along.filter_map(|target| match target {
            Target::Message(key) => Some(key),
            Target::Pending(_) => None,
        }));
    }
    let Some(front) = &mut state.front else { return };
    let selected = &mut front.pane.selected;
    if steps == 0 && selected.remove(&key) {
        return state.touch();
    }
    let mut full = false;
    for key in keys {
        full |= selected.len() >= SELECTED && !selected.contains(&key);
        if !full {
            selected.insert(key);
        }
    }
    if full {
        state.notice(format!("Only {SELECTED} messages can be selected at once"), true, fx);
    } else if steps != 0 {
        super::step(state, steps);
    }
    state.touch();
}

/// Does something with several messages.
pub(super) fn act(state: &mut State, chat: ChatKey, targets: &[Target], action: &MessageAction, fx: &mut Effects) {
    let of = |target: &Target| match target {
        Target::Message(key) => Some(*key),
        Target::Pending(_) => None,
    };
    let keys: Vec<MessageKey> = targets.iter().filter_map(of).collect();
    match action {
        MessageAction::Delete => {
            let text = format!("Delete {} messages?", keys.len());
            let action = Action::Message(MessageAction::DeleteNow(chat, keys));
            if let Some(front) = &mut state.front {
                front.overlays.push(Overlay::Question(Question::yes_no(text, "Delete", action)));
            }
            state.touch();
        }
        MessageAction::Forward(to) => forward::forward(state, chat, &keys, to, fx),
        MessageAction::CopyText => {
            let timeline = history::timeline_of(&state.core.accounts, chat);
            let text = |key: &MessageKey| Some(timeline?.message(key.id)?.body.text.to_string());
            let texts: Vec<String> = keys.iter().filter_map(text).collect();
            copy(state, texts.join("\n"), fx);
            clear(state);
        }
        _ => {}
    }
}
