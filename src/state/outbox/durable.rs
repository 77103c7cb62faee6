//! What the store has of messages on their way out: they outlast this run, however it ends.
//!
//! The store has a row before anything is sent, and has it as in flight before it is handed over, so that the next run can tell whether it may have
//! arrived. A row whose turn it is when it is written is stored as in flight at once: one commit for most messages. Every other change of how far a
//! row is follows at the end of the event that made it.

use super::{Outbox, Pending, Stage, deeds, pump, pump_all, start_healing, tell};
use crate::domain::kept::{Found, OutboxItem, OutboxRow, OutboxStage, Query, Ticket, Write};
use crate::domain::{AccountId, ChatKey, CleanText, Mono, Nonce, Outgoing, Refusal, RefusalKind};
use crate::state::effect::{Effect, Effects, Outcome, StoreOp};
use crate::state::{Account, State, gone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The ticket of the question what still has to go out.
pub(in crate::state) const TICKET: Ticket = Ticket(u64::MAX);
/// Most rows that are remembered as dropped: what the store is just being asked may still have them.
const DROPPED: usize = 256;

impl Outbox {
    /// A row is over: the store is told, and nothing brings it back.
    pub(super) fn drop_kept(&mut self, chat: ChatKey, nonce: Nonce, fx: &mut Effects) {
        self.dropped.push_back(nonce);
        if self.dropped.len() > DROPPED {
            self.dropped.pop_front();
        }
        fx.push(Effect::keep(Write::DropOutbox(chat, nonce)));
    }
}

impl Pending {
    /// The row as the store is to have it.
    pub(super) fn row(&self, chat: ChatKey, stage: OutboxStage) -> OutboxRow {
        OutboxRow {
            chat,
            nonce: self.outgoing.nonce,
            item: OutboxItem::Send(Arc::clone(&self.outgoing)),
            written: self.written,
            known: self.known,
            stage,
        }
    }

    /// How far it is, for the next run; `None` while the store has still to say something, or has nothing more to know.
    fn stage_to_keep(&self) -> Option<OutboxStage> {
        match &self.stage {
            Stage::Committing | Stage::Sent(_) => None,
            Stage::Queued if self.doubt.is_none() => Some(OutboxStage::Waiting),
            Stage::Queued | Stage::InFlight(_) => Some(OutboxStage::InFlight),
            Stage::Failed(refusal) => Some(OutboxStage::Failed(refusal.clone())),
            Stage::Unconfirmed => Some(OutboxStage::Unconfirmed),
        }
    }
}

/// Asks for a row to be made durable, or to be known as in flight.
pub(super) fn commit(account: &mut Account, chat: ChatKey, nonce: Nonce, stage: OutboxStage, fx: &mut Effects) {
    let Some(row) = account.outbox.find_mut(chat.chat, nonce) else { return };
    let write = match row.kept {
        Some(_) => Write::SetStage { chat, nonce, stage: stage.clone(), known: row.known },
        None => Write::PutOutbox(Box::new(row.row(chat, stage.clone()))),
    };
    row.kept = Some(stage);
    row.moved = false;
    if row.stage != Stage::Committing {
        row.set(Stage::Committing);
    }
    fx.push(Effect::keep(write));
}

/// A row is durable, or why it is not. Then it stays in sight with the reason, and is not sent.
pub(in crate::state) fn committed(
    state: &mut State,
    chat: ChatKey,
    nonce: Nonce,
    done: Result<(), String>,
    fx: &mut Effects,
) {
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let Some(row) = account.outbox.find_mut(chat.chat, nonce) else {
        return done.err().into_iter().for_each(|why| deeds::not_kept(state, chat, nonce, &why, fx));
    };
    if row.stage != Stage::Committing {
        return;
    }
    match done {
        Ok(()) => {
            row.durable = true;
            row.set(Stage::Queued);
        }
        Err(why) => {
            // Whether some of it is there, nobody knows: it is written anew when it is tried again.
            row.kept = None;
            let text = CleanText::line(&format!("not sent, since it could not be kept: {why}"));
            let refusal = Refusal { kind: RefusalKind::Conflict, text, ..Refusal::default() };
            row.set(Stage::Failed(refusal.clone()));
            // It may have the row as it was before: that is not to go out by itself in the next run.
            if let Some(stage) = row.stage_to_keep().filter(|_| row.durable) {
                fx.push(Effect::keep(Write::SetStage { chat, nonce, stage, known: row.known }));
            }
            tell(row, || Outcome::Refused(refusal), fx);
        }
    }
    state.touch();
    pump(state, chat, fx);
}

/// Tells the store how far rows are that have come further, or fallen back.
pub(in crate::state) fn keep(state: &mut State, fx: &mut Effects) {
    if !state.has_store {
        return;
    }
    for account in state.core.accounts.iter_mut().filter(|account| account.keeps_drafts) {
        let id = account.id;
        let changed = account.outbox.busy().into_iter().flat_map(|chat| {
            let rows = account.outbox.of(chat).iter();
            let changed = rows.filter(|row| row.kept.is_some());
            let changed =
                changed.filter_map(|row| Some((row.outgoing.nonce, row.stage_to_keep()?, row.kept.as_ref()?)));
            changed.filter(|(_, stage, kept)| stage != *kept).map(move |(nonce, stage, _)| (chat, nonce, stage))
        });
        let changed: Vec<_> = changed.collect();
        for (chat, nonce, stage) in changed {
            let Some(row) = account.outbox.find_mut(chat, nonce) else { continue };
            row.kept = Some(stage.clone());
            fx.push(Effect::keep(Write::SetStage { chat: ChatKey::new(id, chat), nonce, stage, known: row.known }));
        }
    }
}

/// Looks up what still has to go out from earlier runs.
pub(in crate::state) fn ask_kept(state: &mut State, fx: &mut Effects) {
    state.recall.awaits_outbox += 1;
    fx.push(Effect::Store(StoreOp::Read(TICKET, Query::Outbox)));
}

/// It is here, or why it is not: then it stays where it is, for another run.
pub(in crate::state) fn found(state: &mut State, found: Result<Option<Found>, String>, fx: &mut Effects) {
    state.recall.awaits_outbox = state.recall.awaits_outbox.saturating_sub(1);
    match found {
        Ok(Some(Found::Outbox(rows))) => restore(state, rows),
        Ok(_) => {}
        Err(why) => state.notice(format!("What was still to be sent could not be looked up: {why}"), true, fx),
    }
    // What was written since has waited for it.
    let accounts: Vec<AccountId> = state.core.accounts.iter().map(|account| account.id).collect();
    for account in accounts {
        start_healing(state, account, fx);
        pump_all(state, account, fx);
        gone::listed(state, account, fx);
    }
}

/// Rows of earlier runs, oldest first. They stand before what was written since. One that was in flight when its run ended is in doubt: history decides.
fn restore(state: &mut State, rows: Vec<OutboxRow>) {
    let mut found: BTreeMap<ChatKey, Vec<Pending>> = BTreeMap::new();
    for row in rows {
        let Some(account) = state.core.account(row.chat.account) else { continue };
        let known = account.outbox.find(row.chat.chat, row.nonce).is_some();
        if known || account.outbox.dropped.contains(&row.nonce) {
            continue;
        }
        if let OutboxItem::Send(outgoing) = &row.item {
            let pending = restored(&row, outgoing, state.now.mono);
            found.entry(row.chat).or_default().push(pending);
        } else if let Some(account) = state.core.account_mut(row.chat.account) {
            deeds::restore(account, &row);
            super::show_waiting(account, row.chat.chat);
        }
    }
    for (chat, mut rows) in found {
        let Some(account) = state.core.account_mut(chat.account) else { continue };
        let line = account.outbox.chats.entry(chat.chat).or_default();
        rows.append(line);
        *line = rows;
    }
    state.touch();
}

fn restored(row: &OutboxRow, outgoing: &Arc<Outgoing>, now: Mono) -> Pending {
    let lost = "nib ended before the network confirmed the message";
    let (stage, doubt) = match &row.stage {
        OutboxStage::Waiting => (Stage::Queued, None),
        OutboxStage::InFlight => (Stage::Queued, Some(Refusal::ours(RefusalKind::LinkLost, lost))),
        OutboxStage::Unconfirmed => (Stage::Unconfirmed, Some(Refusal::ours(RefusalKind::LinkLost, lost))),
        OutboxStage::Failed(refusal) => (Stage::Failed(refusal.clone()), None),
    };
    Pending {
        outgoing: Arc::clone(outgoing),
        written: row.written,
        stage,
        revision: 0,
        known: row.known,
        blind: false,
        moved: false,
        durable: true,
        kept: Some(row.stage.clone()),
        doubt,
        asked: Mono(0),
        // It may have been on its way until just now.
        lost: now,
        // What was written after it may have gone since.
        stays: row.stage == OutboxStage::Unconfirmed,
        progress: None,
        wait: None,
        delays: 0,
        ticket: None,
    }
}
