//! What is left of messages that were deleted while they were in memory: how many, and whose they were. It is of this run.

use crate::domain::{ChatId, MessageId, UserId};
use std::collections::VecDeque;

/// Most places that are remembered for one account; the oldest go first.
const KEPT: usize = 512;
/// Most people who are named.
pub const NAMED: usize = 3;

/// Messages that are gone from one place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gone {
    /// How many.
    pub count: u32,
    /// Whose they were, as far as there is room. No network tells who deleted them.
    pub by: Vec<UserId>,
}

impl Gone {
    fn add(&mut self, count: u32, by: &[UserId]) {
        self.count = self.count.saturating_add(count);
        for one in by {
            if self.by.len() < NAMED && !self.by.contains(one) {
                self.by.push(*one);
            }
        }
    }
}

/// Where messages are gone from in the chats of an account.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stones(VecDeque<((ChatId, MessageId), Gone)>);

impl Stones {
    /// What is gone right after a message.
    #[must_use]
    pub fn after(&self, chat: ChatId, message: MessageId) -> Option<&Gone> {
        self.0.iter().find(|(at, _)| *at == (chat, message)).map(|(_, gone)| gone)
    }

    /// A message is gone; `before`: the one before it in memory. What was gone after it comes along.
    pub(super) fn add(&mut self, chat: ChatId, before: Option<MessageId>, gone: MessageId, by: UserId) {
        let after = self.0.iter().position(|(at, _)| *at == (chat, gone)).and_then(|at| self.0.remove(at));
        let Some(before) = before else { return };
        if self.after(chat, before).is_none() {
            self.0.push_back(((chat, before), Gone::default()));
        }
        if let Some((_, stone)) = self.0.iter_mut().find(|(at, _)| *at == (chat, before)) {
            stone.add(1, &[by]);
            if let Some((_, after)) = after {
                stone.add(after.count, &after.by);
            }
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_moves_to_the_one_before() {
        let (chat, id, user) = (ChatId::new(1), MessageId::new, UserId::new);
        let mut stones = Stones::default();
        stones.add(chat, Some(id(2)), id(3), user(7));
        stones.add(chat, Some(id(1)), id(2), user(8));
        assert_eq!(stones.after(chat, id(2)), None);
        assert_eq!(stones.after(chat, id(1)), Some(&Gone { count: 2, by: vec![user(8), user(7)] }));
        assert_eq!(stones.after(ChatId::new(2), id(1)), None);
        stones.add(chat, None, id(1), user(8));
        assert_eq!(stones, Stones::default());
        for number in 0..2_000 {
            stones.add(chat, Some(id(number * 2)), id(number * 2 + 1), user(number));
        }
        assert_eq!(stones.0.len(), KEPT);
    }
}
