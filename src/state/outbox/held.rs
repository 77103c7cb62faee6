//! Taking back a change or a deletion while it is held back.

use super::deeds::{Deed, keep_deed};
use super::shown;
use crate::domain::kept::OutboxItem;
use crate::domain::{ChatKey, Mono, Nonce};
use crate::state::State;
use crate::state::effect::Effects;

impl Deed {
    /// Whether it is not held back.
    pub(super) fn may_go(&self, now: Mono) -> bool {
        self.held.is_none_or(|until| until <= now)
    }
}

/// Takes back what was held back last, wherever it was done. Returns whether there was something.
pub(in crate::state) fn take_back(state: &mut State, fx: &mut Effects) -> bool {
    let now = state.now.mono;
    let last = state.core.accounts.iter().flat_map(|account| {
        let held = account.outbox.deeds.iter().filter(|deed| !deed.may_go(now) && deed.flies.is_none());
        held.map(|deed| (deed.held, account.id, deed.nonce))
    });
    let Some((_, id, nonce)) = last.max_by_key(|(held, ..)| *held) else { return false };
    let Some(account) = state.core.account_mut(id) else { return false };
    let Some(at) = account.outbox.deeds.iter().position(|deed| deed.nonce == nonce) else { return false };
    let deed = account.outbox.deeds.remove(at);
    let chat = ChatKey::new(id, deed.chat);
    account.outbox.drop_kept(chat, nonce, fx);
    let older = account.outbox.deeds.iter().filter(|deed| deed.chat == chat.chat && !deed.kept);
    let older: Vec<Nonce> = older.map(|deed| deed.nonce).collect();
    older.into_iter().for_each(|nonce| keep_deed(account, nonce, fx));
    shown::undo(account, chat.chat, &deed.item);
    let mut typed = deed.typed;
    if let OutboxItem::Edit { text, .. } = deed.item {
        typed.push(text);
    }
    match &mut state.front {
        Some(front) if !typed.is_empty() => {
            typed.iter().for_each(|text| front.pane.composer.keep(text));
            state.notice_of("Taken back; for what you had changed".to_owned(), Some("yank"), false, fx);
        }
        _ => state.notice("Taken back", false, fx),
    }
    state.touch();
    true
}
