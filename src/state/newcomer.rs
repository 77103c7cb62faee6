//! An account that was added: its first chat opens when nothing was being written, else a sentence says who and where.

use super::ui::waiting::{self, Awaits};
use super::ui::{composer::Composer, open};
use super::{Account, Effects, State};
use crate::domain::{AccountId, ChannelKind, Chat, ChatKey, ChatKind};
use crate::state::front::{ComposeMode, Front, Overlay};

/// The chat of an account that one begins with: where there is nothing but notes to oneself, there is none.
pub(super) fn beginning(account: &Account) -> Option<ChatKey> {
    let fits = |chat: &&Chat| chat.channel_kind() != Some(ChannelKind::Voice) && chat.kind != ChatKind::Saved;
    let first = account.openable().filter(fits).min_by_key(|chat| open::distance(account, chat));
    first.map(|chat| account.key(chat.id))
}

/// Whether the user could go elsewhere without leaving anything half done.
fn is_free(front: &Front) -> bool {
    let lists = front.overlays.iter().all(|overlay| matches!(overlay, Overlay::Accounts(_)));
    lists && Composer::is_empty(&front.pane.composer) && front.pane.mode == ComposeMode::New
}

/// Somebody is signed in to it for the first time: its lists are still to come.
pub(super) fn signed_in(state: &mut State, id: AccountId) {
    let Some(account) = state.core.account_mut(id) else { return };
    account.added = true;
    let words = format!("the first chat of \"{}\"", account.label);
    // Where no chat is open, one opens by itself.
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat.is_some() && is_free(front)) else { return };
    front.overlays.retain(|overlay| !matches!(overlay, Overlay::Accounts(_)));
    waiting::begin(state, Awaits::First(id), &words);
}

/// Its lists are here.
pub(super) fn synced(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    if !std::mem::take(&mut account.added) {
        return;
    }
    super::roster::keep_order(state);
    let Some(account) = state.core.account(id) else { return };
    let first = beginning(account);
    let me = account.users.get(&account.me);
    let who = me.map(|me| me.shown_username().unwrap_or(&me.name).to_string()).unwrap_or_default();
    let sentence = format!("Signed in as {who} at {}: the account \"{}\"", account.server, account.label);
    let awaited = waiting::is_for(state, &Awaits::First(id));
    match first {
        Some(chat) if awaited => return waiting::arrived(state, chat, fx),
        None if awaited => waiting::give_up(state, fx),
        _ => {}
    }
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    if open.is_some_and(|open| open.account != id) {
        state.notice_of(format!("{sentence}; to go there"), Some("accounts"), false, fx);
    }
}
