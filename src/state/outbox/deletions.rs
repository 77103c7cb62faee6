//! Deletions of several messages, of which some may be gone already.

use super::deeds::{Deed, keep_deed, pump};
use super::shown;
use crate::domain::kept::OutboxItem;
use crate::domain::{AccountId, ChatId, ChatKey, MessageId, Nonce};
use crate::state::effect::Effects;
use crate::state::{Account, State};

/// Messages were told to be gone: what waits to delete them has that much less to do.
pub(in crate::state) fn gone(account: &mut Account, chat: ChatId, gone: &[MessageId], fx: &mut Effects) {
    let key = account.key(chat);
    let mut over = Vec::new();
    let mut less = Vec::new();
    account.outbox.deeds.retain_mut(|deed| {
        let OutboxItem::Delete { messages } = &mut deed.item else { return true };
        if deed.chat != chat || deed.flies.is_some() || !messages.iter().any(|message| gone.contains(&message.id)) {
            return true;
        }
        messages.retain(|message| !gone.contains(&message.id));
        if messages.is_empty() {
            over.push(deed.nonce);
            return false;
        }
        deed.kept = false;
        less.push(deed.nonce);
        true
    });
    over.into_iter().for_each(|nonce| account.outbox.drop_kept(key, nonce, fx));
    less.into_iter().for_each(|nonce| keep_deed(account, nonce, fx));
}

/// Of several messages one was not there: nobody knows what became of the others, so that each is deleted by itself, as those are of which it is known that they
/// are gone.
pub(super) fn one_by_one(state: &mut State, account: AccountId, nonce: Nonce, fx: &mut Effects) {
    let Some(known) = state.core.accounts.iter_mut().find(|known| known.id == account) else { return };
    let Some(at) = known.outbox.deeds.iter().position(|deed| deed.nonce == nonce) else { return };
    let whole = known.outbox.deeds.remove(at);
    let OutboxItem::Delete { messages } = &whole.item else { return };
    let chat = ChatKey::new(account, whole.chat);
    for (index, message) in messages.iter().enumerate() {
        let nonce = Nonce(state.random.u64(1..));
        let item = OutboxItem::Delete { messages: vec![*message] };
        let one = Deed { nonce, item, flies: None, kept: false, stored: false, waits: true, ..whole.clone() };
        known.outbox.deeds.insert(at + index, one);
        keep_deed(known, nonce, fx);
    }
    // Only now, so that a run that ends between the two forgets nothing.
    if whole.stored {
        known.outbox.drop_kept(chat, nonce, fx);
    }
    if !whole.waits {
        shown::show(known, chat.chat, &whole.item);
    }
    state.touch();
    pump(state, account, fx);
}
