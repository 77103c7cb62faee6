//! Who is typing where, for a limited time.

use crate::domain::{ChatId, Mono, UserId};
use std::collections::HashMap;

/// People who type, by chat; no empty lists.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Typing {
    /// By chat, in the order in which they began.
    pub chats: HashMap<ChatId, Vec<Typist>>,
}

/// Somebody who types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Typist {
    /// Who.
    pub user: UserId,
    /// When they count as having stopped.
    pub until: Mono,
}

impl Typing {
    /// Who types in a chat.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> &[Typist] {
        self.chats.get(&chat).map_or(&[], Vec::as_slice)
    }
}
