//! What was told in this run of messages without telling the whole of them, or of those that are not stored, so that a page that was asked for before does
//! not bring back what it knew then.
//!
//! It is bounded. When something has to be forgotten, pages that were asked for before are void.

use crate::domain::message::Tally;
use crate::domain::{Message, MessageId, ReactEmoji, Reaction, UserId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Most deletions remembered.
const GRAVES: usize = 16_384;
/// Most messages of which news are remembered.
const NEWS: usize = 1_024;

/// Most changes of reactions remembered of one message.
const TOGGLES: usize = 64;

/// A message of a chat, by the chat's row.
type Name = (i64, MessageId);

#[derive(Default)]
pub(super) struct Memory {
    graves: HashMap<Name, i64>,
    grave_order: VecDeque<Name>,
    news: HashMap<Name, News>,
    news_order: VecDeque<Name>,
    /// Pages asked for up to here are void.
    blind: i64,
    /// For each chat, pages asked for up to here are void.
    cut: HashMap<i64, i64>,
}

/// News of a message.
#[derive(Clone, Default)]
pub(super) struct News {
    pub(super) at: i64,
    pub(super) message: Option<(Arc<Message>, bool)>,
    pub(super) reactions: Option<Box<[Reaction]>>,
    /// Who reacted with what or took it back since, and whether that is oneself.
    pub(super) toggles: Vec<(ReactEmoji, UserId, bool, bool)>,
    pub(super) pinned: Option<bool>,
    pub(super) tally: Option<Tally>,
}

impl News {
    /// Somebody reacted, or took it back: of one person and emoji the last word counts. False: there is no room to remember it.
    #[must_use]
    pub(super) fn toggle(&mut self, emoji: &ReactEmoji, by: UserId, mine: bool, add: bool) -> bool {
        self.toggles.retain(|(of, who, ..)| (of, *who) != (emoji, by));
        let room = self.toggles.len() < TOGGLES;
        if room {
            self.toggles.push((emoji.clone(), by, mine, add));
        }
        room
    }
}

impl Memory {
    /// Whether a page of a chat that was asked for then can be used.
    pub(super) fn is_void(&self, chat: i64, asked: i64) -> bool {
        asked <= self.blind || self.cut.get(&chat).is_some_and(|cut| asked <= *cut)
    }

    /// Something was told then that could not be kept: pages asked for up to there would pass over it.
    pub(super) fn blind(&mut self, at: i64) {
        self.blind = self.blind.max(at);
    }

    /// Stored history of a chat was given up: what pages asked for before know may be older than what went.
    pub(super) fn cut(&mut self, chat: i64, at: i64) {
        self.cut.insert(chat, at);
    }

    /// A message was deleted.
    pub(super) fn bury(&mut self, chat: i64, message: MessageId, at: i64) {
        self.news.remove(&(chat, message));
        if self.graves.insert((chat, message), at).is_none() {
            self.grave_order.push_back((chat, message));
        }
        while self.grave_order.len() > GRAVES
            && let Some(oldest) = self.grave_order.pop_front()
        {
            if let Some(at) = self.graves.remove(&oldest) {
                self.blind = self.blind.max(at);
            }
        }
    }

    /// When a message was deleted.
    pub(super) fn buried(&self, chat: i64, message: MessageId) -> Option<i64> {
        if self.graves.is_empty() { None } else { self.graves.get(&(chat, message)).copied() }
    }

    /// Something was told of a message. What was told of it before `missed` is out of date: something may have been missed since.
    pub(super) fn note(
        &mut self,
        chat: i64,
        message: MessageId,
        (at, missed): (i64, i64),
        note: impl FnOnce(&mut News),
    ) {
        let name = (chat, message);
        if self.graves.contains_key(&name) {
            return;
        }
        let news = self.news.entry(name).or_insert_with(|| {
            self.news_order.push_back(name);
            News::default()
        });
        if news.at <= missed {
            *news = News::default();
        }
        news.at = at;
        note(news);
        while self.news_order.len() > NEWS
            && let Some(oldest) = self.news_order.pop_front()
        {
            if let Some(news) = self.news.remove(&oldest) {
                self.blind = self.blind.max(news.at);
            }
        }
    }

    /// The whole of a message was told.
    pub(super) fn told_whole(&mut self, chat: i64, message: MessageId) {
        if let Some(news) = self.news.get_mut(&(chat, message)) {
            *news = News::default();
        }
    }

    /// What was told of a message after a moment.
    pub(super) fn news(&self, chat: i64, message: MessageId, since: i64) -> Option<&News> {
        if self.news.is_empty() { None } else { self.news.get(&(chat, message)).filter(|news| news.at > since) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_makes_older_pages_void() {
        let mut memory = Memory::default();
        let name = |number: usize| MessageId::new(number as u128);
        for number in 0..GRAVES {
            memory.bury(1, name(number), number as i64 + 1);
        }
        assert!(!memory.is_void(1, 1));
        memory.bury(1, name(GRAVES), GRAVES as i64 + 1);
        assert!(memory.is_void(1, 1) && memory.is_void(2, 1) && !memory.is_void(1, 2));
        assert_eq!(memory.buried(1, name(0)), None);
        assert_eq!(memory.buried(1, name(1)), Some(2));

        let mut memory = Memory::default();
        for number in 0..=NEWS {
            memory.note(1, name(number), (10 + number as i64, 0), |news| news.pinned = Some(true));
        }
        assert!(memory.is_void(1, 10) && !memory.is_void(1, 11));
        assert!(memory.news(1, name(5), 14).is_some() && memory.news(1, name(5), 15).is_none());
    }

    #[test]
    fn what_was_cut_is_void_in_its_chat_alone() {
        let mut memory = Memory::default();
        memory.cut(3, 7);
        assert!(memory.is_void(3, 7) && !memory.is_void(3, 8) && !memory.is_void(4, 7));
    }
}
