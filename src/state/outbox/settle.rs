//! What became of a message in flight: acknowledged, echoed, or refused.

use super::{Stage, arm, heal, late, pump, tell};
use crate::domain::{ChatId, ChatKey, CleanText, MessageId, MessageKey, Nonce, Refusal, RefusalKind, Wall};
use crate::state::effect::{Effects, Outcome};
use crate::state::{Account, State, gone, slow};
use std::time::Duration;

/// How long to wait when a network asks to without saying how long.
const PAUSE: Duration = Duration::from_secs(3);
/// Longest wait that is taken on without asking the user.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// How often a message waits at the network's wish before it counts as failed.
const DELAYS: u8 = 5;

/// The network has taken a message. If its echo is there already, this changes nothing but the turn of the next one.
pub(in crate::state) fn acknowledged(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    message: MessageKey,
    at: Option<Wall>,
    fx: &mut Effects,
) {
    let now = state.now.mono;
    let has_front = state.front.is_some();
    let Some(account) = state.core.account_mut(chat.account) else { return };
    account.outbox.claim(chat.chat, message.id);
    account.outbox.note_sent(chat.chat, nonce, message.id);
    slow::wrote(account, chat.chat, now);
    if account.outbox.find(chat.chat, nonce).is_some_and(|row| !matches!(row.stage, Stage::Sent(_))) {
        account.outbox.drop_kept(chat, nonce, fx);
        // Where no timeline is kept, nobody waits for the echo. An id that stands in another place there is that of a message that the network lost.
        let timeline = account.timelines.get(&chat.chat);
        let echo_awaited = has_front && timeline.is_some_and(|timeline| timeline.key_of(message.id) != Some(message));
        if echo_awaited {
            if let Some(row) = account.outbox.find_mut(chat.chat, nonce) {
                row.set(Stage::Sent(message));
                row.doubt = None;
                tell(row, || Outcome::Sent { chat, message, at }, fx);
            }
        } else if let Some(mut row) = account.outbox.take(chat.chat, nonce) {
            tell(&mut row, || Outcome::Sent { chat, message, at }, fx);
        }
        state.touch();
    }
    pump(state, chat, fx);
}

/// An own message came by a push: the row that it is the echo of is settled. Found by nonce, else by the acknowledged id. Returns whether there was one.
pub(in crate::state) fn echoed(
    account: &mut Account,
    chat: ChatId,
    message: MessageKey,
    at: Option<Wall>,
    nonce: Option<Nonce>,
    fx: &mut Effects,
) -> bool {
    if account.outbox.chats.is_empty() && nonce.is_none() {
        return false;
    }
    let key = ChatKey::new(account.id, chat);
    let row = account.outbox.of(chat).iter().find(|row| match row.stage {
        Stage::Sent(sent) => sent.id == message.id || Some(row.outgoing.nonce) == nonce,
        _ => Some(row.outgoing.nonce) == nonce,
    });
    let found = row.map(|row| row.outgoing.nonce);
    if nonce.is_some() {
        account.outbox.claim(chat, message.id);
    }
    let Some(nonce) = found else { return false };
    account.outbox.note_sent(chat, nonce, message.id);
    let Some(mut row) = account.outbox.take(chat, nonce) else { return false };
    account.told_length.take_if(|most| row.outgoing.text.chars().count() > *most as usize);
    if !matches!(row.stage, Stage::Sent(_)) {
        account.outbox.drop_kept(key, nonce, fx);
    }
    tell(&mut row, || Outcome::Sent { chat: key, message, at }, fx);
    true
}

/// A page came: rows whose message is in the timeline now, or is known to be deleted, are settled.
pub(in crate::state) fn confirm_known(account: &mut Account, chat: ChatId) {
    let Some(timeline) = account.timelines.get(&chat) else { return };
    let known = |id: MessageId| timeline.key_of(id).is_some() || timeline.is_deleted(id);
    if let Some(rows) = account.outbox.chats.get_mut(&chat) {
        rows.retain(|row| !matches!(row.stage, Stage::Sent(sent) if known(sent.id)));
        if rows.is_empty() {
            account.outbox.chats.remove(&chat);
        }
    }
}

/// The network did not take a message, or nobody knows whether it did.
pub(in crate::state) fn refused(state: &mut State, chat: ChatKey, nonce: Nonce, refusal: Refusal, fx: &mut Effects) {
    let now = state.now.mono;
    let is_read = state.front.as_ref().is_some_and(|front| heal::is_read(front, chat));
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let never_fetch = account.caps.fetch_marks_read && !is_read;
    if let Some(row) = account.outbox.find_mut(chat.chat, nonce)
        && matches!(row.stage, Stage::InFlight(_))
    {
        // Not what makes no sense for this one, which was too long.
        let length = u32::try_from(row.outgoing.text.chars().count()).unwrap_or(u32::MAX);
        if let Some(most) = refusal.most_characters().filter(|most| refusal.needs_change() && *most < length) {
            account.told_length = Some(most);
        }
        match refusal.kind {
            RefusalKind::LinkLost | RefusalKind::TimedOut if never_fetch => {
                row.doubt = Some(refusal.clone());
                row.lost = now;
                late::unconfirmed(row, refusal, fx);
            }
            RefusalKind::LinkLost | RefusalKind::TimedOut => {
                row.set(Stage::Queued);
                row.doubt = Some(refusal);
                row.lost = now;
            }
            RefusalKind::RateLimited
                if row.delays < DELAYS && refusal.retry_after.is_none_or(|pause| pause <= LONGEST_PAUSE) =>
            {
                row.set(Stage::Queued);
                row.delays += 1;
                row.wait = Some(now.plus(refusal.retry_after.unwrap_or(PAUSE * u32::from(row.delays))));
            }
            _ => {
                let said = if refusal.text.is_empty() {
                    Refusal { text: CleanText::ours("the network does not say why"), ..refusal }
                } else {
                    refusal
                };
                row.set(Stage::Failed(said.clone()));
                tell(row, || Outcome::Refused(said), fx);
            }
        }
        state.touch();
    }
    arm(state, fx);
    gone::refused(state, chat, fx);
    super::start_healing(state, chat.account, fx);
    pump(state, chat, fx);
}
