//! What was typed and not sent: put aside with its chat, and told to the store, soon after it was typed and whenever the chat is left.

use crate::domain::ChatKey;
use crate::state::State;
use crate::state::effect::{Effect, Effects, StoreOp};
use crate::state::front::{ComposeMode, Front};
use std::time::Duration;

/// How long after the first letter that the store does not know it is told. Whatever ends the program without a word costs no more than that.
pub(in crate::state) const PAUSE: Duration = Duration::from_secs(2);

/// Most drafts held.
const DRAFTS: usize = 500;

/// The draft of the open chat. While a message is changed, what was there before: the change is no message.
fn open_draft(front: &Front) -> String {
    match &front.pane.mode {
        ComposeMode::Edit { before, .. } => before.clone(),
        ComposeMode::New | ComposeMode::Reply(_) => front.pane.composer.text(),
    }
}

/// Whether the composer holds what the store does not know and is to keep.
pub(in crate::state) fn is_due(state: &State) -> bool {
    let Some(front) = &state.front else { return false };
    let pane = &front.pane;
    let kept = pane.chat.and_then(|chat| state.core.account(chat.account)).is_some_and(|account| account.keeps_drafts);
    kept && pane.composer.revision() != pane.draft_known
}

/// The store is told of what is being typed.
pub(in crate::state) fn due(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let text = open_draft(front);
    front.pane.draft_known = front.pane.composer.revision();
    // Of what it never had there is nothing to forget.
    if std::mem::replace(&mut front.pane.draft_stored, !text.is_empty()) || !text.is_empty() {
        fx.push(Effect::Store(StoreOp::PutDraft(chat, text)));
    }
}

/// The program ends: everything that was typed is kept.
pub(super) fn put_all(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    put_aside(front, fx);
    let mut drafts: Vec<(ChatKey, String)> = front.drafts.iter().map(|(chat, text)| (*chat, text.clone())).collect();
    drafts.sort_unstable_by_key(|(chat, _)| *chat);
    let told = |chat: &ChatKey| front.pane.chat == Some(*chat);
    fx.extend(
        drafts
            .into_iter()
            .filter(|(chat, _)| !told(chat))
            .map(|(chat, text)| Effect::Store(StoreOp::PutDraft(chat, text))),
    );
}

/// Drafts of earlier runs. What stands there already is newer.
pub(in crate::state) fn found(state: &mut State, found: Vec<(ChatKey, String)>) {
    let Some(front) = &mut state.front else { return };
    for (chat, text) in found.into_iter().take(DRAFTS) {
        if front.pane.chat != Some(chat) {
            front.drafts.entry(chat).or_insert(text);
        } else if front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
            front.pane.composer.set_text(&text);
            front.pane.draft_stored = true;
            front.pane.draft_known = front.pane.composer.revision();
        }
    }
    state.touch();
}

/// Puts what is being typed aside, with the chat. In edit mode what was there before is kept instead, since the edit is no message.
pub(super) fn put_aside(front: &mut Front, fx: &mut Effects) {
    let Some(chat) = front.pane.chat else { return };
    let text = open_draft(front);
    if text.is_empty() {
        if front.drafts.remove(&chat).is_some() {
            fx.push(Effect::Store(StoreOp::PutDraft(chat, String::new())));
        }
        return;
    }
    fx.push(Effect::Store(StoreOp::PutDraft(chat, text.clone())));
    if front.drafts.len() >= DRAFTS && !front.drafts.contains_key(&chat) {
        // Still in the store; the chat visited longest ago gives way.
        let oldest = front
            .drafts
            .keys()
            .min_by_key(|key| (front.visited.iter().position(|visited| visited == *key), **key))
            .copied();
        if let Some(oldest) = oldest {
            front.drafts.remove(&oldest);
        }
    }
    front.drafts.insert(chat, text);
}
