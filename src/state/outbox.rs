//! Messages on their way out: typed, durable, sent, and paired with their echo.

use crate::domain::{ChatId, MessageKey, Outgoing, Refusal, RequestId, Wall};
use std::collections::HashMap;
use std::sync::Arc;

/// Own messages that are not yet the network's, by chat, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outbox {
    /// By chat; no empty lists.
    pub chats: HashMap<ChatId, Vec<Pending>>,
}

/// A message on its way out.
#[derive(Clone, PartialEq, Debug)]
pub struct Pending {
    /// What is sent.
    pub outgoing: Arc<Outgoing>,
    /// When it was written.
    pub written: Wall,
    /// How far it is.
    pub stage: Stage,
    /// Grows with each change; a cache of its drawing is valid for one revision.
    pub revision: u32,
}

/// How far a message on its way out is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not yet durable.
    Committing,
    /// Waits for the connection, or for the one before it.
    Queued,
    /// Handed to the session.
    InFlight(RequestId),
    /// The network has it; its echo has not come yet.
    Sent(MessageKey),
    /// The network does not take it; waits for the user.
    Failed(Refusal),
    /// The connection was lost before the answer: it may or may not have arrived. Waits for the user.
    Unconfirmed,
}

impl Outbox {
    /// What is on its way in a chat, oldest first.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> &[Pending] {
        self.chats.get(&chat).map_or(&[], Vec::as_slice)
    }
}
