//! Messages that have not gone out: sent again, taken back, given up.

use super::target;
use crate::domain::kept::{Draft, DraftReply};
use crate::domain::{ChatKey, MessageKey, Nonce, Outgoing, SortKey};
use crate::state::action::MessageAction;
use crate::state::effect::{Effect, Effects};
use crate::state::front::Target;
use crate::state::outbox::{self, Stage};
use crate::state::ui::{changing, compose, file, tray};
use crate::state::{State, history};

/// Something is done to one that has not gone out.
pub(super) fn act(state: &mut State, chat: ChatKey, nonce: Nonce, action: &MessageAction, fx: &mut Effects) {
    match action {
        MessageAction::CopyText => {
            let row = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
            if let Some(text) = row.map(|row| row.outgoing.text.clone()) {
                fx.push(Effect::Copy(text));
                state.notice("Copied", false, fx);
            }
        }
        MessageAction::Edit if changing::begin_edit_unsent(state, chat, nonce, fx) => {}
        MessageAction::Delete if take_back(state, chat, nonce, fx) => {}
        MessageAction::Delete if file::stop_sending(state, chat, nonce, fx) => {}
        _ => discard(state, fx),
    }
}

/// The failed message pointed at. Where nothing that is on its way out is pointed at, the oldest failed one of the open chat.
fn failed(state: &State) -> Option<(ChatKey, Nonce)> {
    let chat = state.front.as_ref()?.pane.chat?;
    let rows = state.core.account(chat.account)?.outbox.of(chat.chat);
    let waits = |stage: &Stage| matches!(stage, Stage::Failed(_) | Stage::Unconfirmed);
    let found = match target(state) {
        // Never another one than the one pointed at.
        Some((_, Target::Pending(nonce))) => rows.iter().find(|row| row.outgoing.nonce == nonce && waits(&row.stage)),
        _ => rows.iter().find(|row| waits(&row.stage)),
    };
    found.map(|row| (chat, row.outgoing.nonce))
}

fn none_failed(state: &mut State, fx: &mut Effects) {
    let sentence = match target(state) {
        Some((_, Target::Pending(_))) => "This message is still on its way",
        _ => "No message has failed here",
    };
    state.notice(sentence, true, fx);
}

/// Sends a failed message again.
pub(super) fn retry(state: &mut State, fx: &mut Effects) {
    match failed(state) {
        Some((chat, nonce)) => _ = outbox::retry(state, chat, nonce, fx),
        None => none_failed(state, fx),
    }
}

/// Takes a message back that has not gone out; yank brings its text. Returns whether it could be.
fn take_back(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let Some(outgoing) = outbox::take_back(state, chat, nonce, fx) else { return false };
    if let Some(front) = &mut state.front {
        history::keep_valid(front, &state.core.accounts, chat);
    }
    let line = tray::given_back(state, chat, &outgoing);
    if let Some(front) = &mut state.front {
        front.pane.composer.keep(&line);
    }
    state.notice_of("Taken back before it was sent; for its text".to_owned(), Some("yank"), false, fx);
    true
}

/// What a message answers, unless that is known to be deleted.
fn answer(state: &State, chat: ChatKey, outgoing: &Outgoing) -> Option<DraftReply> {
    let id = outgoing.reply_to?;
    let timeline = state.core.account(chat.account)?.timelines.get(&chat.chat);
    let known = timeline.and_then(|timeline| timeline.key_of(id));
    let message = known.unwrap_or(MessageKey { order: SortKey::default(), id });
    let is_deleted = timeline.is_some_and(|timeline| timeline.is_deleted(id));
    (!is_deleted).then(|| DraftReply { message, quiet: outgoing.quiet, quote: outgoing.quote.clone() })
}

/// Gives a failed message up; its text, with what belongs to it, goes back to the composer.
pub(super) fn discard(state: &mut State, fx: &mut Effects) {
    let Some((chat, nonce)) = failed(state) else {
        return none_failed(state, fx);
    };
    if let Some(outgoing) = outbox::discard(state, chat, nonce, fx) {
        let line = tray::given_back(state, chat, &outgoing);
        let usual = state.settings.previews;
        let previews = (outgoing.no_previews == usual).then_some(!usual);
        let reply = answer(state, chat, &outgoing);
        compose::give_back_all(state, chat, Draft { reply, previews, ..Draft::plain(line) }, fx);
        if let Some(front) = &mut state.front {
            history::keep_valid(front, &state.core.accounts, chat);
        }
    }
}
