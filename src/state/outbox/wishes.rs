//! What the user wants of messages on their way out: sent again, given up, taken back, changed.

use super::{Pending, Stage, check_length, durable, may_go, pump, tell};
use crate::domain::kept::OutboxStage;
use crate::domain::{ChatKey, Nonce, Outgoing, Refusal, RefusalKind};
use crate::state::State;
use crate::state::effect::{Effect, Effects, Outcome};
use std::sync::Arc;

/// The user wants a failed message sent again. Returns whether there was one to send.
pub(in crate::state) fn retry(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let row = state.core.account_mut(chat.account).and_then(|account| account.outbox.find_mut(chat.chat, nonce));
    let Some(row) = row.filter(|row| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed)) else { return false };
    if let Some(sentence) = without_file(row) {
        state.notice(sentence, true, fx);
        return true;
    }
    row.set(Stage::Queued);
    row.doubt = None;
    row.wait = None;
    state.touch();
    pump(state, chat, fx);
    true
}

/// Why a failed message cannot go out any more, if that is so: a file of it is not kept.
pub(in crate::state) fn without_file(row: &Pending) -> Option<String> {
    // No empty file is ever attached: such a one could not be found again.
    let gone = row.outgoing.attachments.iter().find(|file| file.bytes.is_empty())?;
    let name = crate::domain::CleanText::line(&gone.name);
    Some(format!("\"{name}\" is not kept any more; discard the message, and attach the file anew"))
}

/// The user gives a failed message up. Returns its text.
pub(in crate::state) fn discard(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    fx: &mut Effects,
) -> Option<Arc<Outgoing>> {
    let given_up = |row: &Pending| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
    Some(take_out(state, chat, nonce, given_up, fx)?.outgoing)
}

/// Takes a row out for good, here and in the store, if it is one of these.
fn take_out(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    is_it: impl FnOnce(&Pending) -> bool,
    fx: &mut Effects,
) -> Option<Pending> {
    let outbox = &mut state.core.account_mut(chat.account)?.outbox;
    outbox.find(chat.chat, nonce).filter(|row| is_it(row))?;
    let row = outbox.take(chat.chat, nonce)?;
    outbox.drop_kept(chat, nonce, fx);
    state.touch();
    Some(row)
}

/// The user takes a message back that has not gone out. Returns it; `None` where it may have gone, or is not here.
pub(in crate::state) fn take_back(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    fx: &mut Effects,
) -> Option<Arc<Outgoing>> {
    let mut row = take_out(state, chat, nonce, Pending::is_unsent, fx)?;
    tell(&mut row, || Outcome::Refused(Refusal::ours(RefusalKind::Conflict, "it was taken back")), fx);
    pump(state, chat, fx);
    Some(row.outgoing)
}

/// The user wants a message stopped whose files are on their way. Returns whether it is one; its answer says whether it could be.
pub(in crate::state) fn stop(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let Some(account) = state.core.account_mut(chat.account) else { return false };
    let row = account.outbox.find(chat.chat, nonce).filter(|row| !row.outgoing.attachments.is_empty());
    let Some(Stage::InFlight(request)) = row.map(|row| &row.stage) else { return false };
    let request = *request;
    account.requests.stopping.insert(request);
    fx.push(Effect::Stop(chat.account, request));
    true
}

/// What became of a new text for a message that was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::state) enum Amended {
    /// It stands in place of the old one.
    Done,
    /// The message is being kept; in a moment it can be changed.
    NotYet,
    /// Whether the message has arrived is not known.
    InDoubt,
    /// It has gone out, or is gone.
    Gone,
}

/// Puts a new text in place of that of a message that has not gone out; it keeps its turn. One that was refused is tried again with it.
pub(in crate::state) fn amend(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    text: String,
    fx: &mut Effects,
) -> Result<Amended, Box<Refusal>> {
    let now = state.now.mono;
    let Some(account) = state.core.account_mut(chat.account) else { return Ok(Amended::Gone) };
    check_length(account, &text)?;
    let emoji = super::emoji::used(account, chat.chat, &text);
    let Some(row) = account.outbox.find_mut(chat.chat, nonce) else { return Ok(Amended::Gone) };
    match row.stage {
        Stage::Queued if row.doubt.is_none() => {}
        // A file that is not kept any more cannot go out with the new text either.
        Stage::Failed(_) if row.outgoing.attachments.iter().all(|file| !file.bytes.is_empty()) => {
            row.set(Stage::Queued);
            row.wait = None;
        }
        Stage::Committing | Stage::Failed(_) => return Ok(Amended::NotYet),
        Stage::Queued | Stage::Unconfirmed => return Ok(Amended::InDoubt),
        Stage::InFlight(_) | Stage::Sent(_) => return Ok(Amended::Gone),
    }
    let goes = may_go(account, chat.chat, nonce, now);
    let Some(row) = account.outbox.find_mut(chat.chat, nonce) else { return Ok(Amended::Gone) };
    if row.outgoing.text != text {
        let emoji = if row.outgoing.verbatim { Box::default() } else { emoji };
        row.outgoing = Arc::new(Outgoing { text, emoji, ..Outgoing::clone(&row.outgoing) });
        // It is written anew, in its place.
        row.kept = None;
        durable::commit(account, chat, nonce, if goes { OutboxStage::InFlight } else { OutboxStage::Waiting }, fx);
    }
    state.touch();
    pump(state, chat, fx);
    Ok(Amended::Done)
}

/// Whoever sent a message has been told that it is not sent, or waits no longer. Where nobody knows whether it arrived, it stays in sight.
pub(in crate::state) fn withdraw(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let Some(row) = account.outbox.find(chat.chat, nonce) else { return };
    let unsent = row.is_unsent() || matches!(row.stage, Stage::Failed(_));
    if !unsent || account.outbox.take(chat.chat, nonce).is_none() {
        return;
    }
    account.outbox.drop_kept(chat, nonce, fx);
    state.touch();
    pump(state, chat, fx);
}
