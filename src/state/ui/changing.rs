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

/// What one would type for a message that may be changed; else why it may not.
fn changeable(state: &State, chat: ChatKey, of: Target) -> Result<String, String> {
    let account = state.core.account(chat.account).ok_or_else(String::new)?;
    match of {
        Target::Message(key) => {
            let known = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(key.id));
            let message = known.ok_or_else(String::new)?;
            match offered::refusal_to_edit(state, account, chat, message) {
                Some(why) => Err(why.to_owned()),
                None => Ok(account.as_typed(message)),
            }
        }
        Target::Pending(nonce) => {
            let row = account.outbox.find(chat.chat, nonce).filter(|row| row.can_change());
            row.map(|row| row.outgoing.text.clone()).ok_or_else(|| "Your last message is still on its way".to_owned())
        }
    }
}

/// Begins to change an own message.
pub(super) fn begin_edit(state: &mut State, chat: ChatKey, id: MessageId, fx: &mut Effects) {
    let account = state.core.account(chat.account);
    let known = account.and_then(|account| account.timelines.get(&chat.chat)?.message(id));
    let Some(of) = known.map(|message| Target::Message(message.key)) else { return };
    match changeable(state, chat, of) {
        Ok(text) => show_edit(state, chat, of, &compose::escaped(&text), fx),
        Err(why) => state.notice(why, true, fx),
    }
}

/// Begins to change a message that has not gone out. Returns whether it can be.
pub(super) fn begin_edit_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let of = Target::Pending(nonce);
    let text = changeable(state, chat, of);
    if let Ok(text) = &text {
        show_edit(state, chat, of, &compose::escaped(text), fx);
    }
    text.is_ok()
}

fn show_edit(state: &mut State, chat: ChatKey, of: Target, text: &str, fx: &mut Effects) {
    if state.front.as_ref().is_some_and(|front| matches!(front.pane.mode, ComposeMode::Edit { .. })) {
        leave_mode(state, fx);
    }
    typing::end(state, fx);
    let Some(front) = &mut state.front else { return };
    let stays = front.pane.writing.stays(chat, of);
    let again = front.pane.writing.take_change(chat, of);
    front.pane.begin_change(of);
    front.pane.writing.stays = stays;
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

/// The last own message of a chat, be it on its way.
fn last_own(state: &State, chat: ChatKey) -> Option<Target> {
    let account = state.core.account(chat.account)?;
    // The one before it is not the one that is meant.
    let waits = |row: &&Pending| !matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
    if let Some(row) = account.outbox.of(chat.chat).iter().rfind(waits) {
        return Some(Target::Pending(row.outgoing.nonce));
    }
    let is_deleted = |message: &Message| account.outbox.is_deleted(chat.chat, message.key.id);
    let own = |message: &Message| message.author == account.me && offered::can_change(message) && !is_deleted(message);
    let last = account.timelines.get(&chat.chat)?.iter().rev().take(LOOK_BACK).find(|entry| own(&entry.message));
    last.map(|entry| Target::Message(entry.message.key))
}

const NONE: &str = "There is no message of yours to change here";

/// Begins to change the last own message.
pub(super) fn edit_last(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    let Some(of) = last_own(state, chat) else { return state.notice(NONE, false, fx) };
    match changeable(state, chat, of) {
        Ok(text) => show_edit(state, chat, of, &compose::escaped(&text), fx),
        Err(why) => state.notice(why, matches!(of, Target::Message(_)), fx),
    }
}

/// Sends the new text of a message, or puts it in the place of one that has not gone out. Returns whether it did.
pub(super) fn make(state: &mut State, chat: ChatKey, of: Target, text: String, fx: &mut Effects) -> bool {
    match of {
        Target::Message(message) => change(state, chat, message, text, fx),
        Target::Pending(nonce) => change_unsent(state, chat, nonce, text, fx),
    }
}

/// Why the new text of an own message cannot be sent, if it cannot.
fn hindrance(state: &State, chat: ChatKey, message: MessageKey, text: &str) -> Option<String> {
    let account = state.core.account(chat.account)?;
    if let Err(refusal) = outbox::check_length(account, text) {
        return Some(refusal.text.to_string());
    }
    if let Some((until, moderated)) = slow::limited(account, state.now.mono) {
        return Some(slow::limit_sentence(until, moderated, state.now.mono));
    }
    let is_deleted = account.outbox.is_deleted(chat.chat, message.id);
    is_deleted.then(|| "you have deleted this message; take that back first".to_owned())
}

/// Sends the new text of an own message.
fn change(state: &mut State, chat: ChatKey, message: MessageKey, text: String, fx: &mut Effects) -> bool {
    if let Some(why) = hindrance(state, chat, message, &text) {
        state.notice(format!("Not changed: {why}"), true, fx);
        return false;
    }
    let Some(account) = state.core.account(chat.account) else { return false };
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
    true
}

/// Puts a new text in the place of one that has not gone out.
fn change_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, text: String, fx: &mut Effects) -> bool {
    let (sentence, key) = match outbox::amend(state, chat, nonce, text, fx) {
        Ok(Amended::Done) => {
            end_edit(state);
            typing::end(state, fx);
            drafts::due(state, fx);
            return true;
        }
        Ok(Amended::NotYet) => {
            let row = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
            let never = row.and_then(outbox::without_file);
            (never.unwrap_or_else(|| "It cannot be changed just now; try again in a moment".to_owned()), None)
        }
        Ok(why @ (Amended::InDoubt | Amended::Gone)) => {
            let why = match why {
                Amended::InDoubt => "Whether it has arrived is not known",
                _ => "It has gone out meanwhile",
            };
            let (then, key) = become_new(state);
            (format!("{why}{then}"), key)
        }
        Err(refusal) => (format!("Not changed: {}", refusal.text), None),
    };
    state.notice_of(sentence, key, true, fx);
    false
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

/// What was to be changed is not there any more: the change becomes a message of its own. Where another was being written that one comes back, and yank
/// brings the change. Returns how what is told of it goes on, and with the keys of what.
fn become_new(state: &mut State) -> (&'static str, Option<&'static str>) {
    state.touch();
    if let Some(front) = &mut state.front
        && let Some(before) = front.pane.end_change()
        && (!before.trim().is_empty() || front.pane.mode != ComposeMode::New || tray::goes(front))
    {
        front.pane.composer.replace(&before);
        return ("; to put your change here", Some("yank"));
    }
    ("; what you typed is a new message now", None)
}

/// What a draft of an earlier run changes or answers is gone, its network says. `changes`: the change of it stands in the composer.
pub(super) fn gone(state: &mut State, chat: ChatKey, id: MessageId, changes: bool, fx: &mut Effects) {
    let new = changes.then(|| become_new(state));
    let left = state.front.as_mut().and_then(|front| front.leave_deleted(chat, &[id]));
    match new {
        Some((then, key)) => {
            state.notice_of(format!("The message that you were changing is gone{then}"), key, true, fx)
        }
        None => left.into_iter().for_each(|sentence| state.notice(sentence, true, fx)),
    }
    deleted(state, chat, &[id], fx);
}

/// Messages were deleted: what was typed to change them goes where it can be seen.
pub(in crate::state) fn deleted(state: &mut State, chat: ChatKey, ids: &[MessageId], fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let is_gone = |of| matches!(of, Edited::Message(message) if ids.contains(&message.id));
    let texts = front.pane.writing.take_changes(|of_chat, of| of_chat == chat && is_gone(of));
    for (chat, text) in texts {
        let (then, key) = match state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) {
            Some(front) => {
                front.pane.composer.keep(&text);
                ("; to put your text here", Some("yank"))
            }
            None => spare(state, chat, &text, fx),
        };
        state.notice_about(
            chat.account,
            format!("A message that you had begun to change was deleted{then}"),
            key,
            true,
            fx,
        );
        drafts::settle(state, chat, fx);
    }
}

/// A message has gone out: what was typed to change it before is a change of that message.
pub(in crate::state) fn went_out(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    message: MessageKey,
    fx: &mut Effects,
) {
    if state.front.as_mut().is_some_and(|front| front.pane.writing.went_out(chat, nonce, message)) {
        drafts::settle(state, chat, fx);
    }
}

/// Of messages that had not gone out and are on their way no more, nobody knows which ones they are now: what was typed to change them goes where it can be
/// seen. After every event.
pub(in crate::state) fn keep(state: &mut State, fx: &mut Effects) {
    let core = &state.core;
    let Some(front) = state.front.as_mut().filter(|_| state.recall.awaits_outbox == 0) else { return };
    let is_over = |chat: ChatKey, nonce| {
        core.account(chat.account).is_some_and(|account| account.outbox.find(chat.chat, nonce).is_none())
    };
    let over = |chat, of| matches!(of, Edited::Unsent(nonce) if is_over(chat, nonce));
    for (chat, text) in front.pane.writing.take_changes(over) {
        let (then, key) = spare(state, chat, &text, fx);
        let sentence = format!("A message that you had begun to change waits no more{then}");
        state.notice_about(chat.account, sentence, key, true, fx);
        drafts::settle(state, chat, fx);
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
    let Some(account) = state.core.account(chat.account) else { return };
    let timeline = account.timelines.get(&chat.chat);
    // One that is not in memory may well be there.
    let is_gone =
        refusal.kind == RefusalKind::NotFound || timeline.is_some_and(|timeline| timeline.is_deleted(message.id));
    let known = timeline.and_then(|timeline| timeline.message(message.id));
    let known = known.map(|known| compose::escaped(&account.as_typed(known)));
    let is_deleted = account.outbox.is_deleted(chat.chat, message.id);
    let text = compose::escaped(&text);
    let Some(front) = &mut state.front else { return };
    let (mut then, mut key) = ("", None);
    if is_gone {
        (then, key) = no_more(state, chat, message, &text, fx);
    } else if front.pane.chat == Some(chat) && rests(front) && !is_deleted {
        front.pane.begin_change(Target::Message(message));
        front.pane.composer.set_text(&text);
        front.pane.writing.original = known.unwrap_or_default();
        front.pane.writing.stays = true;
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
    let Some(front) = &state.front else { return ("", None) };
    let changes = matches!(front.pane.mode, ComposeMode::Edit { of: Target::Message(of), .. } if of.id == message.id);
    if changes && front.pane.chat == Some(chat) {
        become_new(state);
    }
    spare(state, chat, text, fx)
}

/// A text has lost its place: it is a new message in its chat where nothing else is being written, with which it would go out. Returns the same.
fn spare(state: &mut State, chat: ChatKey, text: &str, fx: &mut Effects) -> (&'static str, Option<&'static str>) {
    let Some(front) = state.front.as_mut() else { return ("", None) };
    let pane = &front.pane;
    let is_free = front.trays.of(chat).is_empty()
        && match &pane.mode {
            _ if pane.chat != Some(chat) => front.drafts.get(&chat).is_none_or(|draft| draft.text.is_empty()),
            ComposeMode::Edit { before, .. } => before.is_empty() && pane.writing.answers.is_none(),
            ComposeMode::New => pane.composer.is_empty(),
            ComposeMode::Reply(_) => false,
        };
    if is_free {
        compose::give_back(state, chat, text, fx);
        return ("; your text is a new message now", None);
    }
    front.pane.composer.keep(text);
    ("; to put your text here", Some("yank"))
}

/// Puts words in the place of others in the last own message. What was typed for it stays where that cannot be, and so does a change of that message
/// that was left.
pub(super) fn substitute(
    state: &mut State,
    chat: ChatKey,
    written: &str,
    substitution: &Substitution,
    fx: &mut Effects,
) {
    let Some(of) = last_own(state, chat) else { return state.notice(NONE, false, fx) };
    let text = match changeable(state, chat, of) {
        Ok(text) => text,
        Err(why) => return state.notice(why, true, fx),
    };
    let Some(text) = substitution.apply(&text).filter(|text| !text.trim().is_empty()) else {
        let sentence = "That is nowhere in your last message; to send it as it is";
        return state.notice_of(sentence.to_owned(), Some("send-verbatim"), true, fx);
    };
    state.drop_notice();
    if let Some(front) = &mut state.front {
        front.pane.composer.set_text("");
        front.pane.scroll(ScrollIntent::Show(of));
    }
    let made = make(state, chat, of, text, fx);
    let Some(front) = &mut state.front else { return };
    if made {
        front.pane.writing.sent.note(chat.account, written);
    } else {
        front.pane.composer.set_text(written);
    }
    state.touch();
    drafts::due(state, fx);
}
