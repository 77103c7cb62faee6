//! What is shown as not confirmed, where nobody reads its chat: whether it arrived is told by what comes in anyway, and what was written after it waits
//! as long as that could tell, so that nothing is overtaken.

use super::{Pending, Stage, tell};
use crate::domain::{ChatId, CleanText, LinkPhase, Message, MessageKey, Mono, Refusal, RefusalKind};
use crate::state::Account;
use crate::state::effect::{Effects, Outcome};
use std::sync::Arc;
use std::time::Duration;

/// What was said on a connection that was lost may be on its way for so long, and overtaken by what is said on the next one: until then nothing shows
/// what did not arrive, only what did.
pub(super) const ON_ITS_WAY: Duration = Duration::from_secs(3);

impl Pending {
    /// Until when it may still arrive.
    pub(super) fn may_arrive_until(&self) -> Mono {
        self.lost.plus(ON_ITS_WAY)
    }
}

/// Nobody knows whether it arrived: that is said. Whoever waits for it is told now; then it does not go again by itself.
pub(super) fn unconfirmed(row: &mut Pending, why: Refusal, fx: &mut Effects) {
    row.set(Stage::Unconfirmed);
    row.stays |= row.ticket.is_some();
    tell(row, || Outcome::Refused(why), fx);
}

/// It is certain that it did not arrive: it goes again, or what stands against that is said.
pub(super) fn absent(row: &mut Pending, fx: &mut Effects) {
    row.wait = None;
    let Some(why) = row.doubt.take() else { return };
    if why.kind == RefusalKind::TimedOut {
        // A slow network may still take it: whether it is sent again is for the user to say.
        if row.stage != Stage::Unconfirmed {
            unconfirmed(row, why, fx);
        }
    } else if row.stays || !row.outgoing.attachments.is_empty() {
        // What was written later is there already, or somebody counts on its not being sent. Files may be what breaks the connection, and take long.
        let text = format!("{}; nothing was sent", why.text.trim_end_matches('.'));
        let refusal = Refusal { text: CleanText::line(&text), ..why };
        row.set(Stage::Failed(refusal.clone()));
        tell(row, || Outcome::Refused(refusal), fx);
    } else if row.stage == Stage::Unconfirmed {
        row.set(Stage::Queued);
    }
}

/// Whether what is to be sent in a chat has to wait, since something before it may still arrive, or is still to be decided by the lists.
pub(super) fn holds(account: &Account, chat: ChatId, now: Mono) -> bool {
    let lists_come = account.link == LinkPhase::Syncing;
    let holds = |row: &Pending| row.may_arrive_until() > now || lists_come && row.doubt.is_some() && !row.stays;
    account.outbox.of(chat).iter().any(|row| row.stage == Stage::Unconfirmed && holds(row))
}

/// When something is over that holds back others, or can be decided.
pub(super) fn next(account: &Account, now: Mono) -> Option<Mono> {
    let rows = account.outbox.chats.values().flatten();
    rows.filter(|row| row.stage == Stage::Unconfirmed).map(Pending::may_arrive_until).filter(|until| *until > now).min()
}

/// Something goes out: what is not confirmed and was written before it is not to come after it.
pub(super) fn overtake(rows: &mut [Pending], going: usize) {
    let before = rows.iter_mut().take(going);
    before.filter(|row| row.stage == Stage::Unconfirmed).for_each(|row| row.stays = true);
}

/// A list told the newest message of a chat.
pub(in crate::state) fn listed(account: &mut Account, chat: ChatId, newest: Option<MessageKey>) {
    let Some(newest) = newest.filter(|_| account.outbox.chats.contains_key(&chat)) else { return };
    let told = account.outbox.listed.entry(chat).or_default();
    *told = newest.max(*told);
}

/// A connection begins: its lists are still to come.
pub(in crate::state) fn unlisted(account: &mut Account) {
    account.outbox.listed.clear();
}

/// Where nothing was said in a chat since, nothing arrived there. The lists of this connection told what was said before it, and everything since is
/// pushed. Returns whether that decided anything.
pub(super) fn decide_by_lists(account: &mut Account, now: Mono, fx: &mut Effects) -> bool {
    if account.link != LinkPhase::Online {
        return false;
    }
    let mut decided = false;
    for (chat, listed) in &account.outbox.listed {
        let pushed = account.chats.get(chat).and_then(|chat| chat.last_message);
        let newest = pushed.max(Some(*listed));
        let rows = account.outbox.chats.get_mut(chat).into_iter().flatten();
        let due = |row: &&mut Pending| {
            let late = row.stage == Stage::Unconfirmed && row.doubt.is_some() && row.may_arrive_until() <= now;
            late && row.known.is_some() && newest <= row.known
        };
        for row in rows.filter(due) {
            absent(row, fx);
            decided = true;
        }
    }
    decided
}

/// An own message was pushed that bears no nonce of this run: one that was lost on its way may have arrived after all.
pub(in crate::state) fn arrived(account: &mut Account, message: &Arc<Message>, fx: &mut Effects) {
    let rows = account.outbox.of(message.chat);
    // Where networks give no nonce back, it is the copy of the one under way.
    let under_way = rows.iter().any(|row| matches!(row.stage, Stage::InFlight(_) | Stage::Sent(_)));
    if !under_way && rows.iter().any(|row| row.doubt.is_some() || row.stage == Stage::Unconfirmed) {
        super::heal::find_lost(account, message.chat, std::slice::from_ref(message), true, fx);
    }
}
