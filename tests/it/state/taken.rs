//! What effects ask for, and answers to it.

use nib::domain::kept::{Draft, OutboxRow, OutboxStage, Write};
use nib::domain::*;
use nib::state::{Effect, Effects, StoreOp};
use std::sync::Arc;

/// The messages that effects send.
pub(super) fn sends(effects: &Effects) -> Vec<(RequestId, Arc<Outgoing>)> {
    let send = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::Send(outgoing), .. } => Some((*id, Arc::clone(outgoing))),
        _ => None,
    };
    effects.iter().filter_map(send).collect()
}

/// What is written to the store.
pub(super) fn writes(effects: &Effects) -> Vec<&Write> {
    fn of(effect: &Effect) -> Option<&Write> {
        match effect {
            Effect::Store(StoreOp::Write(write)) => Some(write),
            _ => None,
        }
    }
    effects.iter().filter_map(of).collect()
}

/// A draft on its way to the store.
pub(super) fn drafted(chat: ChatKey, text: String) -> Effect {
    Effect::keep(Write::Draft { chat, draft: Box::new(Draft::plain(text)) })
}

/// Rows that the store is to answer: those it is to make durable, and those it is to know as in flight.
pub(super) fn committing(effects: &Effects) -> Vec<(ChatKey, Nonce)> {
    let row = |write: &&Write| match *write {
        Write::PutOutbox(row) => Some((row.chat, row.nonce)),
        Write::SetStage { chat, nonce, stage: OutboxStage::InFlight, .. } => Some((*chat, *nonce)),
        _ => None,
    };
    writes(effects).iter().filter_map(row).collect()
}

/// The rows that are to be made durable.
pub(super) fn kept_rows(effects: &Effects) -> Vec<&OutboxRow> {
    fn of(write: &Write) -> Option<&OutboxRow> {
        match write {
            Write::PutOutbox(row) => Some(row),
            _ => None,
        }
    }
    writes(effects).into_iter().filter_map(of).collect()
}

/// The requests that effects make.
pub(super) fn requests(effects: &Effects) -> Vec<Request> {
    let request = |effect: &Effect| match effect {
        Effect::Net { request, .. } => Some(request.clone()),
        _ => None,
    };
    effects.iter().filter_map(request).collect()
}

pub(super) fn refusal(kind: RefusalKind) -> Refusal {
    Refusal { kind, text: CleanText::ours("no"), ..Refusal::default() }
}

pub(super) fn sent(id: u128) -> Result<Reply, Refusal> {
    Ok(Reply::Sent { message: MessageId::new(id), order: SortKey(id), at: None })
}
