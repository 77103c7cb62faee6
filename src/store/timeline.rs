//! Writing history: messages as they are told, changes, deletions.
//!
//! Holes are kept as in the timeline in memory: each message bears whether others may be missing before it, each chat whether its end is known. Each
//! message bears the stamp of its last whole word; what was told of it in part since is remembered (`memory`) and stays. A page changes only what is
//! older than its question.

use super::codec;
use super::db::{ChatState, Db};
use super::error::StoreError;
use super::place::{MAX, Wide, after, before, id, key_at};
use crate::domain::kept::Absorbed;
use crate::domain::kept::Stamp;
use crate::domain::message::Tally;
use crate::domain::{AccountId, ChatKey, Message, MessageId, MessageKey, ReactEmoji, Reaction, UserId};
use rusqlite::{OptionalExtension, params};
use std::sync::Arc;

/// A stored message, without its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) row: i64,
    pub(super) key: MessageKey,
    pub(super) stamp: i64,
    pub(super) gap: bool,
    pub(super) mention: bool,
}

impl Row {
    /// From the columns `row, ord, id, stamp, gap, mention`.
    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            key: key_at(row, 1)?.unwrap_or_default(),
            stamp: row.get(3)?,
            gap: row.get(4)?,
            mention: row.get(5)?,
        })
    }
}

impl Db {
    pub(super) fn push(
        &mut self,
        chat: ChatKey,
        messages: &[Arc<Message>],
        told: Stamp,
    ) -> Result<Absorbed, StoreError> {
        let mut state = self.chat(chat)?;
        let stamp = self.at(told);
        let mut added = 0;
        for message in messages {
            let key = message.key;
            if self.memory.buried(state.row, key.id).is_some() {
                continue;
            }
            let newest = state.last.is_none_or(|last| last < key);
            let surely_new = newest && key.order.0 == key.id.value();
            if !surely_new && self.find(state.row, key.id)?.is_some() {
                continue;
            }
            let gap = if newest {
                !self.end_known(&state) || state.last.is_none() && !state.start_known
            } else {
                self.gap_at(&state, key)?
            };
            let newer = self.with_news(state.row, message, 0);
            self.insert(state.row, newer.as_deref().unwrap_or(message), stamp, gap)?;
            added += 1;
            if newest {
                state.last = Some(key);
                if !self.end_known(&state) {
                    state.end_at = stamp;
                }
            }
        }
        if added > 0 {
            self.raise_last(state.row, state.last)?;
        }
        self.put_chat_state(chat.chat, state)?;
        Ok(Absorbed { added, void: false })
    }

    pub(super) fn change(
        &mut self,
        account: AccountId,
        message: &Arc<Message>,
        with_reactions: bool,
        told: Stamp,
    ) -> Result<(), StoreError> {
        let chat = self.chat(ChatKey::new(account, message.chat))?;
        let stamp = self.at(told);
        let found = self.find(chat.row, message.key.id)?;
        if let Some(found) = found.filter(|_| with_reactions) {
            self.memory.told_whole(chat.row, message.key.id);
            return self.update(&found, message, true, stamp);
        }
        self.memory.note(chat.row, message.key.id, (stamp, self.stale(chat.account)), |news| {
            let kept = news.message.as_ref().is_some_and(|(_, kept)| *kept);
            news.message = Some((Arc::clone(message), with_reactions || kept));
            (news.pinned, news.tally) = (None, None);
            if with_reactions {
                news.reactions = Some(message.reactions.clone());
                news.toggles.clear();
            }
        });
        // Its reactions may be older: the row is not taken for told.
        found.map_or(Ok(()), |found| self.update(&found, message, false, found.stamp))
    }

    pub(super) fn set_reactions(
        &mut self,
        chat: ChatKey,
        message: MessageId,
        reactions: &[Reaction],
        told: Stamp,
    ) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        let at = (self.at(told), self.stale(state.account));
        self.memory.note(state.row, message, at, |news| {
            news.reactions = Some(reactions.into());
            news.toggles.clear();
        });
        let Some(found) = self.find(state.row, message)? else { return Ok(()) };
        self.put_reactions(&found, reactions)
    }

    fn put_reactions(&self, found: &Row, reactions: &[Reaction]) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE messages SET reactions = ? WHERE row = ?")?
            .execute(params![codec::reactions_body(reactions), found.row])?;
        Ok(())
    }

    pub(super) fn toggle_reaction(
        &mut self,
        chat: ChatKey,
        message: MessageId,
        (emoji, by, mine, add): (&ReactEmoji, UserId, bool, bool),
        told: Stamp,
    ) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        let at = (self.at(told), self.stale(state.account));
        let mut room = true;
        self.memory.note(state.row, message, at, |news| room = news.toggle(emoji, by, mine, add));
        if !room {
            self.memory.cut(state.row, at.0);
        }
        let Some(found) = self.find(state.row, message)? else { return Ok(()) };
        let body: Option<Vec<u8>> = self
            .conn
            .prepare_cached("SELECT reactions FROM messages WHERE row = ?")?
            .query_row([found.row], |row| row.get(0))?;
        let mut reactions = body.and_then(|body| codec::reactions(&body)).unwrap_or_default().into_vec();
        if Reaction::toggle(&mut reactions, emoji, by, add, mine) {
            self.put_reactions(&found, &reactions)?;
        }
        Ok(())
    }

    pub(super) fn tally(
        &mut self,
        chat: ChatKey,
        message: MessageId,
        tally: &Tally,
        told: Stamp,
    ) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        let at = (self.at(told), self.stale(state.account));
        self.memory.note(state.row, message, at, |news| news.tally = Some(tally.clone()));
        let Some(found) = self.find(state.row, message)? else { return Ok(()) };
        let body: Vec<u8> = self
            .conn
            .prepare_cached("SELECT body FROM messages WHERE row = ?")?
            .query_row([found.row], |row| row.get(0))?;
        let Some(mut stored) = codec::message(&body, found.key, chat.chat) else { return Ok(()) };
        let Some(poll) = &mut stored.poll else { return Ok(()) };
        poll.count(tally);
        self.conn
            .prepare_cached("UPDATE messages SET body = ? WHERE row = ?")?
            .execute(params![codec::message_body(&stored), found.row])?;
        Ok(())
    }

    pub(super) fn pin(
        &mut self,
        chat: ChatKey,
        message: MessageId,
        pinned: bool,
        told: Stamp,
    ) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        let at = (self.at(told), self.stale(state.account));
        self.memory.note(state.row, message, at, |news| news.pinned = Some(pinned));
        let Some(found) = self.find(state.row, message)? else { return Ok(()) };
        self.conn
            .prepare_cached("UPDATE messages SET pinned = ? WHERE row = ?")?
            .execute(params![pinned, found.row])?;
        Ok(())
    }

    pub(super) fn delete(&mut self, chat: ChatKey, messages: &[MessageId], told: Stamp) -> Result<(), StoreError> {
        let mut state = self.chat(chat)?;
        let stamp = self.at(told);
        for &message in messages {
            self.memory.bury(state.row, message, stamp);
            if let Some(found) = self.find(state.row, message)? {
                self.remove(&mut state, &found)?;
            }
        }
        self.put_chat_state(chat.chat, state)
    }

    /// A stored message by its id.
    pub(super) fn find(&self, chat: i64, message: MessageId) -> Result<Option<Row>, StoreError> {
        // Where order and identity are one number, the place is known. Others have an index of their own.
        let by_place =
            "SELECT row, ord, id, stamp, gap, mention FROM messages WHERE chat = ?1 AND ord = ?2 AND id = ?2";
        let by_id = "SELECT row, ord, id, stamp, gap, mention FROM messages WHERE chat = ?1 AND id = ?2 AND id <> ord";
        for query in [by_place, by_id] {
            let mut find = self.conn.prepare_cached(query)?;
            let found = find.query_row(params![chat, id(message.0)], Row::read).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The first or last stored message from one place to another, both included.
    pub(super) fn edge(
        &self,
        chat: i64,
        lo: MessageKey,
        hi: MessageKey,
        first: bool,
    ) -> Result<Option<Row>, StoreError> {
        let mut find = self.conn.prepare_cached(if first {
            "SELECT row, ord, id, stamp, gap, mention FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) ORDER BY ord, id LIMIT 1"
        } else {
            "SELECT row, ord, id, stamp, gap, mention FROM messages
             WHERE chat = ?1 AND (ord, id) >= (?2, ?3) AND (ord, id) <= (?4, ?5) ORDER BY ord DESC, id DESC LIMIT 1"
        })?;
        Ok(find.query_row(between(chat, lo, hi), Row::read).optional()?)
    }

    /// Whether a message that is put at a place has a hole before it: one that falls into a hole has it on both sides.
    pub(super) fn gap_at(&self, state: &ChatState, key: MessageKey) -> Result<bool, StoreError> {
        Ok(match self.edge(state.row, after(key), MAX, true)? {
            Some(next) => next.gap,
            None => !self.end_known(state) || state.last.is_none() && !state.start_known,
        })
    }

    pub(super) fn insert(&mut self, chat: i64, message: &Message, stamp: i64, gap: bool) -> Result<(), StoreError> {
        let row = self.next_row;
        self.conn
            .prepare_cached(
                "INSERT INTO messages (row, chat, ord, id, at, stamp, gap, pinned, mention, reactions, body)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                row,
                chat,
                Wide(message.key.order.0),
                id(message.key.id.0),
                message.at.map(|at| at.0),
                stamp,
                gap,
                message.pinned,
                message.mentions_me,
                codec::reactions_body(&message.reactions),
                codec::message_body(message),
            ])?;
        self.next_row = row + 1;
        Ok(())
    }

    /// Replaces a stored message. Its place stays, a mention stays one, and reactions unless they are told.
    pub(super) fn update(
        &mut self,
        found: &Row,
        message: &Message,
        with_reactions: bool,
        stamp: i64,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE messages SET at = coalesce(?2, at), stamp = max(stamp, ?3), pinned = ?4, mention = ?5 WHERE row = ?1",
            )?
            .execute(params![
                found.row,
                message.at.map(|at| at.0),
                stamp,
                message.pinned,
                found.mention || message.mentions_me,
            ])?;
        let body = codec::message_body(message);
        let changed = self
            .conn
            .prepare_cached("UPDATE messages SET body = ?2 WHERE row = ?1 AND body <> ?2")?
            .execute(params![found.row, body])?;
        if with_reactions {
            self.conn
                .prepare_cached("UPDATE messages SET reactions = ? WHERE row = ?")?
                .execute(params![codec::reactions_body(&message.reactions), found.row])?;
        }
        if changed > 0 { self.text_changed(found.row) } else { Ok(()) }
    }

    /// Removes a stored message; a hole before it is then before the next one, or at the end.
    pub(super) fn remove(&mut self, state: &mut ChatState, found: &Row) -> Result<(), StoreError> {
        let next = self.edge(state.row, after(found.key), MAX, true)?;
        self.conn.prepare_cached("DELETE FROM messages WHERE row = ?")?.execute([found.row])?;
        self.text_gone(found.row)?;
        match next {
            Some(next) if found.gap => self.set_gap(next.row, true)?,
            Some(_) => {}
            None => {
                state.last = self.edge(state.row, super::place::MIN, before(found.key), false)?.map(|row| row.key);
                if found.gap {
                    state.end_at = 0;
                }
                if state.last.is_none() {
                    state.start_known = !found.gap;
                }
            }
        }
        Ok(())
    }

    pub(super) fn set_gap(&self, row: i64, gap: bool) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE messages SET gap = ? WHERE row = ?")?.execute(params![gap, row])?;
        Ok(())
    }

    /// The newest message of a chat is at least this one.
    pub(super) fn raise_last(&self, chat: i64, last: Option<MessageKey>) -> Result<(), StoreError> {
        let Some(last) = last else { return Ok(()) };
        self.conn
            .prepare_cached(
                "UPDATE chats SET last_ord = ?2, last_id = ?3
                 WHERE row = ?1 AND (last_ord IS NULL OR (last_ord, last_id) < (?2, ?3))",
            )?
            .execute(params![chat, Wide(last.order.0), id(last.id.0)])?;
        Ok(())
    }

    /// The message with what was told of it since a moment; `None` if nothing was.
    pub(super) fn with_news(&self, chat: i64, message: &Arc<Message>, since: i64) -> Option<Arc<Message>> {
        let news = self.memory.news(chat, message.key.id, since)?;
        let mut newer = match &news.message {
            Some((told, with_reactions)) => {
                let mut newer = Message { key: message.key, ..Message::clone(told) };
                newer.at = newer.at.or(message.at);
                newer.mentions_me |= message.mentions_me;
                if !with_reactions {
                    newer.reactions.clone_from(&message.reactions);
                }
                newer
            }
            None => Message::clone(message),
        };
        if let Some(reactions) = &news.reactions {
            newer.reactions.clone_from(reactions);
        }
        if !news.toggles.is_empty() {
            let mut reactions = newer.reactions.to_vec();
            for (emoji, by, mine, add) in &news.toggles {
                Reaction::toggle(&mut reactions, emoji, *by, *add, *mine);
            }
            newer.reactions = reactions.into();
        }
        if let Some(pinned) = news.pinned {
            newer.pinned = pinned;
        }
        if let (Some(tally), Some(poll)) = (&news.tally, &mut newer.poll) {
            poll.count(tally);
        }
        Some(Arc::new(newer))
    }
}

/// The parameters of a stretch of a chat, both ends included.
pub(super) fn between(chat: i64, lo: MessageKey, hi: MessageKey) -> (i64, Wide, Wide, Wide, Wide) {
    (chat, Wide(lo.order.0), id(lo.id.0), Wide(hi.order.0), id(hi.id.0))
}
