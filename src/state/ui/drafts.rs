//! What was typed and not sent: put aside with its chat, and told to the store, soon after it was typed and whenever the chat is left.

use crate::domain::ChatKey;
use crate::domain::kept::Write;
use crate::state::State;
use crate::state::effect::{Effect, Effects};
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

/// What the store holds of a chat, as far as this run knows.
fn told(front: &Front, chat: ChatKey) -> &str {
    front.drafts_told.get(&chat).map_or("", String::as_str)
}

/// Tells the store, unless it knows.
fn tell(front: &mut Front, chat: ChatKey, text: String, fx: &mut Effects) {
    if told(front, chat) == text {
        return;
    }
    // Of what it never had there is nothing to forget.
    if text.is_empty() {
        front.drafts_told.remove(&chat);
    } else {
        front.drafts_told.insert(chat, text.clone());
    }
    fx.push(Effect::keep(Write::Draft { chat, text }));
}

/// Whether the open chat has a draft, or the lack of one, that came about in this run and that the store may not know.
fn is_untold(front: &Front, chat: ChatKey) -> bool {
    match &front.pane.mode {
        // Changing a message changes nothing about it.
        ComposeMode::Edit { before, .. } => before != told(front, chat),
        ComposeMode::New | ComposeMode::Reply(_) => front.pane.composer.revision() != front.pane.draft_known,
    }
}

/// Whether the composer holds what the store does not know and is to keep.
pub(in crate::state) fn is_due(state: &State) -> bool {
    let Some(front) = &state.front else { return false };
    let Some(chat) = front.pane.chat else { return false };
    state.core.account(chat.account).is_some_and(|account| account.keeps_drafts) && is_untold(front, chat)
}

/// The store is told of what is being typed.
pub(in crate::state) fn due(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    if !is_untold(front, chat) {
        return;
    }
    let text = open_draft(front);
    front.pane.draft_known = front.pane.composer.revision();
    tell(front, chat, text, fx);
}

/// The store has taken a draft, or could not. Then it is told again when it changes, and at the end.
pub(in crate::state) fn kept(state: &mut State, chat: ChatKey, done: Result<(), String>, fx: &mut Effects) {
    let Err(why) = done else {
        state.unkept_drafts.remove(&chat);
        return;
    };
    if let Some(front) = &mut state.front {
        front.drafts_told.remove(&chat);
    }
    if state.unkept_drafts.insert(chat) {
        state.notice_about(chat.account, format!("What you are writing is not kept for later: {why}"), None, true, fx);
    }
}

/// The draft in the store is out of date.
pub(super) fn forget(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    // What still stands there is one again.
    let revision = front.pane.composer.revision();
    front.pane.draft_known = if front.pane.composer.is_empty() { revision } else { revision.wrapping_sub(1) };
    tell(front, chat, String::new(), fx);
}

/// What was typed in the open chat was taken for something that is not durable yet: until it is, the store goes on having it.
pub(super) fn leave(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    front.pane.draft_known = front.pane.composer.revision();
}

/// That is durable now: the draft is what stands there since.
pub(super) fn settle(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let open = front.pane.chat == Some(chat);
    let text = if open { open_draft(front) } else { front.drafts.get(&chat).cloned().unwrap_or_default() };
    if open && !matches!(front.pane.mode, ComposeMode::Edit { .. }) {
        front.pane.draft_known = front.pane.composer.revision();
    }
    tell(front, chat, text, fx);
}

/// The program ends: everything that was typed is kept. What is as the store gave it is not told: another run may have changed it there since.
pub(super) fn put_all(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    for (chat, text) in front.pane.writing.take_refused() {
        let joined = |known: &str| if known.is_empty() { text.clone() } else { format!("{known}\n{text}") };
        if front.pane.chat != Some(chat) {
            let draft = front.drafts.entry(chat).or_default();
            *draft = joined(draft);
        } else if let ComposeMode::Edit { before, .. } = &mut front.pane.mode {
            *before = joined(before);
        } else {
            let all = joined(&front.pane.composer.text());
            front.pane.composer.swap(&all);
        }
    }
    front.pane.leave_history();
    let unkept = &state.unkept_drafts;
    if let Some(chat) = front.pane.chat.filter(|chat| is_untold(front, *chat) || unkept.contains(chat)) {
        tell(front, chat, open_draft(front), fx);
    }
    let mut drafts: Vec<ChatKey> = front.drafts.keys().copied().collect();
    drafts.sort_unstable();
    drafts.into_iter().for_each(|chat| put(front, chat, fx));
}

/// The store is told of a chat that is not open, whose draft has become another.
pub(super) fn put(front: &mut Front, chat: ChatKey, fx: &mut Effects) {
    if let Some(text) = front.drafts.get(&chat).cloned() {
        tell(front, chat, text, fx);
    }
}

/// Drafts of earlier runs. What stands there already is newer.
pub(in crate::state) fn found(state: &mut State, found: Vec<(ChatKey, String)>) {
    let Some(front) = &mut state.front else { return };
    front.more_drafts |= found.len() > DRAFTS;
    for (chat, text) in found.into_iter().take(DRAFTS) {
        front.drafts_told.insert(chat, text.clone());
        if front.pane.chat != Some(chat) {
            front.drafts.entry(chat).or_insert(text);
        } else if front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
            front.pane.composer.set_text(&text);
            front.pane.draft_known = front.pane.composer.revision();
        }
    }
    state.touch();
}

/// The draft of the chat that was just opened goes on being typed.
pub(super) fn take_up(front: &mut Front, chat: ChatKey) {
    let draft = front.drafts.remove(&chat).unwrap_or_default();
    if !draft.is_empty() {
        front.pane.composer.set_text(&draft);
    }
    front.pane.take_reply(chat);
    let revision = front.pane.composer.revision();
    front.pane.draft_known = if told(front, chat) == draft { revision } else { revision.wrapping_sub(1) };
}

/// Whether the store may have a draft of a chat that this run holds nothing of.
pub(super) fn may_have_one(front: &Front, chat: ChatKey) -> bool {
    front.more_drafts && !front.drafts_told.contains_key(&chat)
}

/// The draft of a chat that was opened, of which this run held nothing. What was typed meanwhile stands behind it.
pub(in crate::state) fn looked_up(state: &mut State, chat: ChatKey, text: String, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let joined = |typed: &str| if typed.is_empty() { text.clone() } else { format!("{text}\n{typed}") };
    if front.pane.chat != Some(chat) {
        let typed = front.drafts.get(&chat).cloned().unwrap_or_default();
        if typed != text {
            let joined = joined(&typed);
            front.drafts.insert(chat, joined.clone());
            tell(front, chat, joined, fx);
        }
    } else if let ComposeMode::Edit { before, .. } = &mut front.pane.mode {
        *before = joined(before);
        front.drafts_told.insert(chat, text);
    } else {
        let typed = front.pane.composer.text();
        front.pane.composer.set_text(&joined(&typed));
        front.drafts_told.insert(chat, text);
        let revision = front.pane.composer.revision();
        front.pane.draft_known = if typed.is_empty() { revision } else { revision.wrapping_sub(1) };
    }
    state.touch();
}

/// Puts what is being typed aside, with the chat. In edit mode what was there before is kept instead, since the edit is no message.
pub(super) fn put_aside(front: &mut Front, fx: &mut Effects) {
    let Some(chat) = front.pane.chat else { return };
    front.pane.leave_history();
    front.pane.keep_change();
    front.pane.keep_reply();
    let text = open_draft(front);
    if is_untold(front, chat) {
        tell(front, chat, text.clone(), fx);
    }
    if text.is_empty() {
        return;
    }
    if front.drafts.len() >= DRAFTS && !front.drafts.contains_key(&chat) {
        // Still in the store; the chat visited longest ago gives way.
        let oldest = front
            .drafts
            .keys()
            .min_by_key(|key| (front.visited.iter().position(|visited| visited == *key), **key))
            .copied();
        if let Some(oldest) = oldest {
            front.drafts.remove(&oldest);
            // An empty composer does not mean any more that it was deleted.
            front.drafts_told.remove(&oldest);
            front.more_drafts = true;
        }
    }
    front.drafts.insert(chat, text);
}
