//! Another person signed in to an account, or the same name at another server: nothing of one may show or be sent as the other.

use super::ui::composer::Composer;
use super::ui::{attach, drafts, open};
use super::{Effect, Effects, State, accounts, link, outbox};
use crate::domain::kept::Write;
use crate::domain::{AccountId, ChatKey, LinkPhase};

/// Drops everything known through the account. What was written stays: drafts for whom they are of, messages on their way as failed ones.
pub(super) fn forget(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(id) else { return };
    // Nothing may be sent while the rest is put away.
    known.link = LinkPhase::Connecting;
    let kept = known.keeps_drafts;
    link::abandon(state, id, fx);
    attach::give_up(state, |chat| chat.account == id, fx);
    if let Some(front) = &mut state.front {
        let is_of = |key: &ChatKey| key.account == id;
        accounts::forget_shown(front, id);
        if front.pane.chat.as_ref().is_some_and(is_of) {
            // Told like this it would be kept as the other person's.
            open::leave(front, &mut Effects::new());
            front.pane.composer = Composer::default();
        }
        // Yank brings back nothing of it elsewhere either.
        front.pane.composer.forget_cut();
        // Drafts are kept for whom they are of. Where they are not kept, they stay in sight: nothing typed is thrown away.
        if kept {
            front.editing.take_if(|editing| is_of(&editing.chat));
            for (chat, draft) in drafts::take_all(front, is_of) {
                // The store still knows the account as theirs.
                fx.push(Effect::keep(Write::Draft { chat, draft: Box::new(draft) }));
            }
        }
        drafts::adopt_changes(front, is_of);
        front.pane.writing.forget(id);
        // Nothing is known of the drafts of whoever comes.
        front.drafts_told.retain(|key, _| !is_of(key));
        front.sidebar.dirty = true;
    }
    let is_kept = state.is_kept(id);
    let Some(known) = state.core.account_mut(id) else { return };
    outbox::disown(known, is_kept, fx);
    *known = std::mem::take(known).bare();
    state.touch();
}
