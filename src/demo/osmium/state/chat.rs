//! One conversation: its messages, who has read how far, who was mentioned where.

use std::collections::{BTreeMap, BTreeSet};

use crate::net::osmium::wire;

use super::super::ids::Id;

/// Messages kept of one conversation; a demo that is left running does not grow without end.
const MAX_MESSAGES: usize = 250_000;
/// How many of the oldest are forgotten at once, so that forgetting costs nothing per message.
const FORGOTTEN: usize = 25_000;

/// What somebody reacted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReactionKey {
    /// An emoji of Unicode.
    Unicode(String),
    /// A custom emoji.
    Custom(Id),
}

/// A message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    /// Its id, which carries its time.
    pub(crate) id: Id,
    /// Who wrote it.
    pub(crate) author: Id,
    /// What it says.
    pub(crate) text: String,
    /// Formatting.
    pub(crate) entities: Vec<wire::types::MessageEntity>,
    /// Attachments and embeds.
    pub(crate) media: Vec<wire::media::MessageMedia>,
    /// The message it answers.
    pub(crate) reply_to: Option<Id>,
    /// The quoted part of that message.
    pub(crate) quote: Option<wire::types::message::message_reply_info::Quote>,
    /// When it was edited last, in Unix milliseconds.
    pub(crate) edited: Option<i64>,
    /// A value of `Message.MessageType`; 0 is an ordinary message.
    pub(crate) kind: i32,
    /// When the forwarded original was written, in Unix milliseconds.
    pub(crate) forwarded: Option<i64>,
    /// Whether it is pinned.
    pub(crate) pinned: bool,
    /// What a bot adds: another name, buttons.
    pub(crate) bot_info: Option<wire::types::message::MessageBotInfo>,
    /// Reactions in the order of their first appearance, each with who reacted, first one first.
    pub(crate) reactions: Vec<(ReactionKey, Vec<Id>)>,
    /// Who is mentioned: named in the text, or answered.
    pub(crate) mentions: Vec<Id>,
}

/// A conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    /// Messages, oldest first.
    pub(crate) messages: Vec<Message>,
    /// The newest message each person has read.
    pub(crate) read: BTreeMap<Id, Id>,
    /// Messages that mention a person.
    pub(crate) mentions: BTreeMap<Id, BTreeSet<Id>>,
    /// When each person wrote last, in Unix milliseconds; kept for slow mode only.
    pub(crate) written: BTreeMap<Id, i64>,
}

/// Which part of a history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The newest messages, newest first.
    Latest,
    /// Those strictly older than an id, newest first.
    Before(Id),
    /// Those strictly newer than an id, oldest first.
    Since(Id),
    /// About half before and half after an id, oldest first, the message itself included.
    Around(Id),
}

impl Chat {
    /// A conversation in which nothing was ever written.
    pub(crate) const EMPTY: Self =
        Self { messages: Vec::new(), read: BTreeMap::new(), mentions: BTreeMap::new(), written: BTreeMap::new() };

    fn index_after(&self, id: Id) -> usize {
        self.messages.partition_point(|message| message.id <= id)
    }

    fn index_of(&self, id: Id) -> Option<usize> {
        self.messages.binary_search_by_key(&id, |message| message.id).ok()
    }

    /// The message with an id.
    pub(crate) fn get(&self, id: Id) -> Option<&Message> {
        self.index_of(id).and_then(|index| self.messages.get(index))
    }

    /// The message with an id, to change it.
    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut Message> {
        let index = self.index_of(id)?;
        self.messages.get_mut(index)
    }

    /// The newest message.
    pub(crate) fn last(&self) -> Option<&Message> {
        self.messages.last()
    }

    /// Appends a message, which must be newer than all others, and moves its author's read mark to it.
    pub(crate) fn push(&mut self, message: Message) {
        for user in &message.mentions {
            self.mentions.entry(*user).or_default().insert(message.id);
        }
        self.read.insert(message.author, message.id);
        self.messages.push(message);
        if self.messages.len() > MAX_MESSAGES {
            self.forget(FORGOTTEN);
        }
    }

    /// Takes the oldest messages away.
    fn forget(&mut self, count: usize) {
        self.messages.drain(..count.min(self.messages.len()));
        let first = self.messages.first().map_or(Id::MAX, |message| message.id);
        for ids in self.mentions.values_mut() {
            *ids = ids.split_off(&first);
        }
    }

    /// Takes a message away; true if it was there.
    pub(crate) fn remove(&mut self, id: Id) -> bool {
        let Some(index) = self.index_of(id) else { return false };
        let message = self.messages.remove(index);
        for user in &message.mentions {
            if let Some(ids) = self.mentions.get_mut(user) {
                ids.remove(&id);
            }
        }
        true
    }

    /// How far somebody has read; 0 for nothing.
    pub(crate) fn read_by(&self, user: Id) -> Id {
        self.read.get(&user).copied().unwrap_or(0)
    }

    /// Moves a read mark forward, at most to the newest message; false if that changes nothing.
    pub(crate) fn mark(&mut self, user: Id, id: Id) -> bool {
        let id = id.min(self.last().map_or(0, |message| message.id));
        let mark = self.read.entry(user).or_default();
        let moved = id > *mark;
        *mark = id.max(*mark);
        if moved && let Some(ids) = self.mentions.get_mut(&user) {
            *ids = ids.split_off(&(id + 1));
        }
        moved
    }

    /// How many messages are newer than somebody's read mark.
    pub(crate) fn unread(&self, user: Id) -> u32 {
        u32::try_from(self.messages.len() - self.index_after(self.read_by(user))).unwrap_or(u32::MAX)
    }

    /// The unread messages that mention somebody, oldest first.
    pub(crate) fn unread_mentions(&self, user: Id) -> Vec<Id> {
        let mark = self.read_by(user);
        self.mentions.get(&user).map(|ids| ids.range(mark + 1..).copied().collect()).unwrap_or_default()
    }

    /// A page of the history, at most `limit` messages, in the order documented for its kind.
    pub(crate) fn page(&self, page: Page, limit: usize) -> Vec<&Message> {
        let all = &self.messages;
        match page {
            Page::Latest => all.iter().rev().take(limit).collect(),
            Page::Before(id) => {
                let end = all.partition_point(|message| message.id < id);
                all.iter().take(end).rev().take(limit).collect()
            }
            Page::Since(id) => all.iter().skip(self.index_after(id)).take(limit).collect(),
            Page::Around(id) => {
                let start = all.partition_point(|message| message.id < id).saturating_sub(limit / 2);
                let start = start.min(all.len().saturating_sub(limit));
                all.iter().skip(start).take(limit).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(ids: &[Id]) -> Chat {
        let mut chat = Chat::default();
        for id in ids {
            chat.push(Message { id: *id, author: 1, mentions: vec![2], ..Message::default() });
        }
        chat
    }

    fn ids(messages: &[&Message]) -> Vec<Id> {
        messages.iter().map(|message| message.id).collect()
    }

    #[test]
    fn pages_are_exact_at_their_edges() {
        let chat = chat(&[10, 20, 30, 40, 50]);
        assert_eq!(ids(&chat.page(Page::Latest, 2)), [50, 40]);
        assert_eq!(ids(&chat.page(Page::Before(30), 9)), [20, 10]);
        assert_eq!(ids(&chat.page(Page::Before(35), 1)), [30]);
        assert_eq!(ids(&chat.page(Page::Before(10), 9)), [] as [Id; 0]);
        assert_eq!(ids(&chat.page(Page::Since(30), 9)), [40, 50]);
        assert_eq!(ids(&chat.page(Page::Since(0), 2)), [10, 20]);
        assert_eq!(ids(&chat.page(Page::Around(30), 3)), [20, 30, 40]);
        assert_eq!(ids(&chat.page(Page::Around(50), 3)), [30, 40, 50]);
        assert_eq!(ids(&chat.page(Page::Around(1), 3)), [10, 20, 30]);
    }

    #[test]
    fn a_read_mark_never_goes_back_and_never_beyond_the_newest() {
        let mut chat = chat(&[10, 20, 30]);
        assert_eq!(chat.unread(2), 3);
        assert!(chat.mark(2, 20));
        assert_eq!((chat.unread(2), chat.unread_mentions(2)), (1, vec![30]));
        assert!(!chat.mark(2, 10));
        assert_eq!(chat.unread(2), 1);
        assert!(chat.mark(2, u64::MAX));
        assert_eq!((chat.read_by(2), chat.unread(2)), (30, 0));
        assert!(chat.unread_mentions(2).is_empty());
    }

    #[test]
    fn the_oldest_messages_are_forgotten_together() {
        let mut chat = chat(&[10, 20, 30, 40]);
        chat.forget(2);
        assert_eq!(ids(&chat.page(Page::Since(0), 9)), [30, 40]);
        assert_eq!((chat.unread(2), chat.unread_mentions(2)), (2, vec![30, 40]));
    }

    #[test]
    fn a_removed_message_counts_no_more() {
        let mut chat = chat(&[10, 20, 30]);
        assert!(chat.remove(20));
        assert!(!chat.remove(20));
        assert_eq!((chat.unread(2), chat.unread_mentions(2)), (2, vec![10, 30]));
    }
}
