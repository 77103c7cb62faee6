//! Changing own messages: begun, left, made, refused. A change that is left is kept, and is there again when that message is changed next.

use super::typed::Substitution;
use super::{compose, drafts, quit, tray};
use crate::domain::kept::{DraftEdit, Edited, OutboxItem};
use crate::domain::{ChatKey, Message, MessageId, MessageKey, Nonce, Refusal, RefusalKind};
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Front, ScrollIntent, Target};
use crate::state::outbox::{self, Amended, Pending, Stage};
use crate::state::{State, offered, slow, typing};

/// How far back the last own message is looked for.
const LOOK_BACK: usize = 500;

/// Leaves answering or changing; what was typed before the change comes back. A change that was typed is kept. Returns whether there was something
/// to leave.
pub(super) fn leave_mode(state: &mut State, fx: &mut Effects) -> bool {
    let kept = state.front.as_mut().is_some_and(|front| front.pane.keep_change());
    let left = drop_mode(state, kept);
    if kept {
        let sentence = "Your change is kept for when you change that message again; to put it here";
        state.notice_of(sentence.to_owned(), Some("yank"), false, fx);
    }
    left
}

/// The same, with nothing to be kept of a change. `replaced`: yank and undo bring back what stands there.
pub(super) fn drop_mode(state: &mut State, replaced: bool) -> bool {
    let Some(front) = &mut state.front else { return false };
    let left = match (front.pane.end_change(), replaced) {
        (Some(before), true) => {
            front.pane.composer.replace(&before);
            true
        }
        (Some(before), false) => {
            front.pane.composer.set_text(&before);
            true
        }
        (None, _) => std::mem::take(&mut front.pane.mode) != ComposeMode::New,
    };
    if left {
        state.touch();
    }
    left
}

/// What one would type for a message as it is now.
pub(super) fn as_it_is(state: &State, chat: ChatKey, of: Target) -> Option<String> {
    match of {
        Target::Message(key) => {
            let account = state.core.account(chat.account)?;
            account.timelines.get(&chat.chat)?.message(key.id).map(|known| account.as_typed(known))
        }
        Target::Pending(nonce) => {
            let row = state.core.account(chat.account)?.outbox.find(chat.chat, nonce)?;
            Some(row.outgoing.text.clone())
        }
    }
}

/// Begins to change an own message.
pub(super) fn begin_edit(state: &mut State, chat: ChatKey, id: MessageId, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    let Some(message) = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(id)) else { return };
    if let Some(why) = offered::refusal_to_edit(state, account, chat, message) {
        return state.notice(why, true, fx);
    }
    let (key, text) = (message.key, compose::escaped(&account.as_typed(message)));
    show_edit(state, chat, Target::Message(key), &text, fx);
}

/// Begins to change a message that has not gone out. Returns whether it can be.
pub(super) fn begin_edit_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let row = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
    let Some(text) = row.filter(|row| row.can_change()).map(|row| compose::escaped(&row.outgoing.text)) else {
        return false;
    };
    show_edit(state, chat, Target::Pending(nonce), &text, fx);
    true
}

fn show_edit(state: &mut State, chat: ChatKey, of: Target, text: &str, fx: &mut Effects) {
    if state.front.as_ref().is_some_and(|front| matches!(front.pane.mode, ComposeMode::Edit { .. })) {
        leave_mode(state, fx);
    }
    typing::end(state, fx);
    let Some(front) = &mut state.front else { return };
    let refused = front.pane.writing.is_refused(chat, of);
    let again = front.pane.writing.take_change(chat, of);
    front.pane.begin_change(of);
    front.pane.writing.refused = refused;
    front.pane.composer.set_text(text);
    front.pane.writing.original = text.to_owned();
    front.write();
    front.pane.scroll(ScrollIntent::Show(of));
    if let Some(again) = again {
        front.pane.composer.replace(&again);
        let sentence = "This is your change from before; to see the message as it is";
        state.notice_of(sentence.to_owned(), Some("undo"), false, fx);
    }
    state.touch();
}

/// Begins to change the last own message.
pub(super) fn edit_last(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    // The one before it is not the one that is meant.
    let waits = |row: &&Pending| !matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
    let last = state.core.account(chat.account).and_then(|account| account.outbox.of(chat.chat).iter().rfind(waits));
    if let Some(nonce) = last.map(|row| row.outgoing.nonce) {
        if !begin_edit_unsent(state, chat, nonce, fx) {
            state.notice("Your last message is still on its way", false, fx);
        }
        return;
    }
    let last = state.core.account(chat.account).and_then(|account| {
        let timeline = account.timelines.get(&chat.chat)?;
        let is_deleted = |message: &Message| account.outbox.is_deleted(chat.chat, message.key.id);
        let own =
            |message: &Message| message.author == account.me && offered::can_change(message) && !is_deleted(message);
        timeline.iter().rev().take(LOOK_BACK).find(|entry| own(&entry.message)).map(|entry| entry.message.key.id)
    });
    match last {
        Some(message) => begin_edit(state, chat, message, fx),
        None => state.notice("There is no message of yours to change here", false, fx),
    }
}

/// Sends the new text of an own message.
pub(super) fn change(state: &mut State, chat: ChatKey, message: MessageKey, text: String, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    if let Err(refusal) = outbox::check_length(account, &text) {
        return state.notice(format!("Not changed: {}", refusal.text), true, fx);
    }
    if let Some((until, moderated)) = slow::limited(account, state.now.mono) {
        let sentence = slow::limit_sentence(until, moderated, state.now.mono);
        return state.notice(format!("Not changed: {sentence}"), true, fx);
    }
    if account.outbox.is_deleted(chat.chat, message.id) {
        return state.notice("Not changed: you have deleted this message; take that back first", true, fx);
    }
    let known = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(message.id));
    let same = known.is_some_and(|known| account.as_typed(known) == text);
    end_edit(state);
    if let Some(front) = &mut state.front {
        front.pane.writing.rested = Some(front.pane.composer.revision());
    }
    typing::end(state, fx);
    if !same {
        outbox::deeds::put(state, chat, OutboxItem::Edit { message, text }, fx);
    }
    drafts::due(state, fx);
}

/// Puts a new text in the place of one that has not gone out.
pub(super) fn change_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, text: String, fx: &mut Effects) {
    match outbox::amend(state, chat, nonce, text, fx) {
        Ok(Amended::Done) => {
            end_edit(state);
            typing::end(state, fx);
            drafts::due(state, fx);
        }
        Ok(Amended::NotYet) => {
            let row = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
            let never = row.and_then(outbox::without_file);
            let sentence = never.unwrap_or_else(|| "It cannot be changed just now; try again in a moment".to_owned());
            state.notice(sentence, true, fx);
        }
        Ok(why @ (Amended::InDoubt | Amended::Gone)) => {
            become_new(state);
            let sentence = match why {
                Amended::InDoubt => "Whether it has arrived is not known; what you typed is a new message now",
                _ => "It has gone out meanwhile; what you typed is a new message now",
            };
            state.notice(sentence, true, fx);
        }
        Err(refusal) => state.notice(format!("Not changed: {}", refusal.text), true, fx),
    }
}

/// A change is made: what was typed before it comes back.
fn end_edit(state: &mut State) {
    if let Some(front) = &mut state.front
        && let Some(before) = front.pane.end_change()
    {
        front.pane.composer.set_text(&before);
    }
    state.touch();
}

/// What was to be changed is not there any more: the change becomes a message of its own, after what was typed before it.
fn become_new(state: &mut State) {
    if let Some(front) = &mut state.front
        && let Some(before) = front.pane.end_change()
        && !before.trim().is_empty()
    {
        let text = format!("{before}\n{}", front.pane.composer.text());
        front.pane.composer.set_text(&text);
    }
    state.touch();
}

/// What a draft of an earlier run changes or answers is gone, its network says. `changes`: the change of it stands in the composer.
pub(super) fn gone(state: &mut State, chat: ChatKey, id: MessageId, changes: bool, fx: &mut Effects) {
    if changes {
        become_new(state);
    }
    let left = state.front.as_mut().and_then(|front| front.leave_deleted(chat, &[id]));
    let changed = "The message that you were changing is gone; what you typed is a new message now";
    if let Some(sentence) = changes.then_some(changed).or(left) {
        state.notice(sentence, true, fx);
    }
}

/// The network did not take a change. Its text goes back to where it was typed if nothing was typed since, and is kept otherwise: nothing takes the composer
/// from somebody who writes.
pub(in crate::state) fn edit_refused(
    state: &mut State,
    chat: ChatKey,
    message: MessageKey,
    text: String,
    refusal: &Refusal,
    fx: &mut Effects,
) {
    let is_gone = refusal.kind == RefusalKind::NotFound || as_it_is(state, chat, Target::Message(message)).is_none();
    let known = as_it_is(state, chat, Target::Message(message)).map(|known| compose::escaped(&known));
    let is_deleted =
        state.core.account(chat.account).is_some_and(|account| account.outbox.is_deleted(chat.chat, message.id));
    let text = compose::escaped(&text);
    let Some(front) = &mut state.front else { return };
    let (mut then, mut key) = ("", None);
    if is_gone {
        (then, key) = no_more(state, chat, message, &text, fx);
    } else if front.pane.chat == Some(chat) && rests(front) && !is_deleted {
        front.pane.begin_change(Target::Message(message));
        front.pane.composer.set_text(&text);
        front.pane.writing.original = known.unwrap_or_default();
        front.pane.writing.refused = true;
    } else {
        let edit = DraftEdit { of: Edited::Message(message), text, original: known.unwrap_or_default() };
        front.pane.writing.put_change(chat, edit, true);
        drafts::settle(state, chat, fx);
        then = "; your text is kept for when you change that message again";
    }
    quit::refused(state, chat.account, format!("Not changed: {}{then}", refusal.text.trim_end_matches('.')), key, fx);
}

/// Whether nothing was written since a change was sent.
fn rests(front: &Front) -> bool {
    let pane = &front.pane;
    let untouched = pane.writing.rested == Some(pane.composer.revision());
    untouched && pane.composer.is_empty() && pane.mode == ComposeMode::New && !tray::goes(front)
}

/// Nothing is left to be changed: the text is as good as one that was never sent. Returns how what is told of it goes on, and with the keys of what.
fn no_more(
    state: &mut State,
    chat: ChatKey,
    message: MessageKey,
    text: &str,
    fx: &mut Effects,
) -> (&'static str, Option<&'static str>) {
    let Some(front) = state.front.as_mut() else { return ("", None) };
    let open = front.pane.chat == Some(chat);
    if open && matches!(front.pane.mode, ComposeMode::Edit { of: Target::Message(of), .. } if of.id == message.id) {
        become_new(state);
    } else if open && !matches!(front.pane.mode, ComposeMode::Edit { .. }) && !front.pane.composer.is_empty() {
        // It would go out with what is being written.
        front.pane.composer.keep(text);
        return ("; to put your text here", Some("yank"));
    }
    compose::give_back(state, chat, text, fx);
    ("; your text is a new message now", None)
}

/// Puts words in the place of others in the last own message. `written`: what was typed for it, which stays where that cannot be.
pub(super) fn substitute(
    state: &mut State,
    chat: ChatKey,
    written: &str,
    substitution: &Substitution,
    fx: &mut Effects,
) {
    if let Some(front) = &mut state.front {
        front.pane.composer.set_text("");
    }
    edit_last(state, fx);
    let changed = state.front.as_ref().and_then(|front| match front.pane.mode {
        ComposeMode::Edit { .. } => Some(substitution.apply(&front.pane.writing.original)),
        ComposeMode::New | ComposeMode::Reply(_) => None,
    });
    match changed {
        Some(Some(text)) if !text.trim().is_empty() => {
            state.drop_notice();
            if let Some(front) = &mut state.front {
                front.pane.composer.set_text(&text);
                front.pane.writing.sent.note(chat.account, written);
            }
            compose::send(state, false, fx);
            drafts::due(state, fx);
        }
        // Why it cannot be changed is said already.
        None => restore(state, written),
        Some(_) => {
            drop_mode(state, false);
            restore(state, written);
            let sentence = "That is nowhere in your last message; to send it as it is";
            state.notice_of(sentence.to_owned(), Some("send-verbatim"), true, fx);
        }
    }
}

/// What was typed stands there again.
fn restore(state: &mut State, written: &str) {
    if let Some(front) = &mut state.front {
        front.pane.composer.set_text(written);
    }
    state.touch();
}
