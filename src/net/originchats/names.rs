//! Names of one connection and the ids they got: there and back, bounded.
//!
//! The network keys channels, people and roles by name. A name and its id stay together until the name is forgotten: a channel that is renamed
//! keeps its id for the rest of the connection. Where two names would share an id, the second gets another one.
//!
//! Events name channels and threads, too, and some may be inventions: only what lists tell takes a place here.
//!
//! People may get other names. Where a server tells what they keep through all of them, they keep their id, on the next connection, too.
//!
//! No list tells threads that are not shown, reactions and odd messages anew. They never get another name, so one connection leaves them to the next.

use super::ids::{self, Kind};
use super::wire::{At, Place};
use crate::domain::id::EmojiId;
use crate::domain::{ChatId, FileId, Id, MessageId, RoleId, UserId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Most people that are known by name.
const PEOPLE: usize = 50_000;
/// Most channels.
const CHANNELS: usize = 5_000;
/// Most threads.
const THREADS: usize = 20_000;
/// Most roles.
const ROLES: usize = 2_000;
/// Most custom emoji.
const EMOJI: usize = 10_000;
/// Most messages whose id is no UUID: old imports and bridges.
const ODD_MESSAGES: usize = 20_000;

/// Names of one kind.
#[derive(Debug)]
struct Keys {
    kind: Kind,
    most: usize,
    ids: HashMap<Box<str>, u128>,
    names: HashMap<u128, Box<str>>,
    /// Oldest first; may hold ids that are gone.
    order: VecDeque<u128>,
}

impl Keys {
    fn new(kind: Kind, most: usize) -> Self {
        Self { kind, most, ids: HashMap::new(), names: HashMap::new(), order: VecDeque::new() }
    }

    fn id(&mut self, name: &str) -> u128 {
        let id = self.id_of(name);
        if !self.ids.contains_key(name) {
            self.put(name, id);
        }
        id
    }

    /// The id that a name has, or would get.
    fn id_of(&self, name: &str) -> u128 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        // A second name for an id is either a renamed channel's old name or a hash that was looked for.
        let free = (0..u8::MAX).map(|turn| ids::of_name(self.kind, name, turn)).find(|id| !self.names.contains_key(id));
        free.unwrap_or_else(|| ids::of_name(self.kind, name, u8::MAX))
    }

    /// An id has another name from now on. Gives the id that had the name, and has none now.
    fn rename(&mut self, id: u128, to: &str) -> Option<u128> {
        let other = self.ids.get(to).copied().filter(|other| *other != id);
        other.into_iter().for_each(|other| self.forget(other));
        self.forget(id);
        self.put(to, id);
        other
    }

    fn put(&mut self, name: &str, id: u128) {
        self.ids.insert(name.into(), id);
        self.names.insert(id, name.into());
        self.order.push_back(id);
        while self.names.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(oldest);
        }
        if self.order.len() > self.most * 2 {
            self.order.retain(|id| self.names.contains_key(id));
        }
    }

    fn forget(&mut self, id: u128) {
        if let Some(name) = self.names.remove(&id)
            && self.ids.get(&name) == Some(&id)
        {
            self.ids.remove(&name);
        }
    }

    fn name(&self, id: u128) -> Option<&str> {
        self.names.get(&id).map(|name| &**name)
    }
}

/// A thread as the wire knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct ThreadKey {
    wire: Box<str>,
    forum: Option<ChatId>,
}

/// Names that are the same on the next connection.
#[derive(Debug)]
struct Lasting {
    emoji: Keys,
    odd_messages: Keys,
    threads: HashMap<ChatId, ThreadKey>,
    thread_order: VecDeque<ChatId>,
    /// Whether the server is one for direct chats, once its channels have shown it.
    direct: Option<bool>,
    /// People by what they keep through all names, with the name they have.
    persons: HashMap<Box<str>, (UserId, Box<str>)>,
}

/// Who is meant by a name and what its bearer keeps through all names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Met {
    /// Somebody who was known by it, or is by now.
    Known,
    /// Somebody who had another name; with who was taken for them by this one.
    Renamed(UserId, Option<UserId>),
}

impl Default for Lasting {
    fn default() -> Self {
        Self {
            emoji: Keys::new(Kind::Emoji, EMOJI),
            odd_messages: Keys::new(Kind::Message, ODD_MESSAGES),
            threads: HashMap::new(),
            thread_order: VecDeque::new(),
            persons: HashMap::new(),
            direct: None,
        }
    }
}

/// What one connection of an account leaves to the next. While one stands it has it all.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Lasting>>);

/// All names of one connection.
#[derive(Debug)]
pub struct Names {
    channels: Keys,
    people: Keys,
    roles: Keys,
    lasting: Lasting,
    /// Where what lasts goes in the end.
    memory: Memory,
    /// Newer servers name roles by their ids in some places.
    role_uuids: HashMap<Box<str>, RoleId>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            channels: Keys::new(Kind::Channel, CHANNELS),
            people: Keys::new(Kind::User, PEOPLE),
            roles: Keys::new(Kind::Role, ROLES),
            lasting: Lasting::default(),
            memory: Memory::default(),
            role_uuids: HashMap::new(),
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        *self.memory.0.lock().unwrap_or_else(PoisonError::into_inner) = std::mem::take(&mut self.lasting);
    }
}

impl Names {
    /// Those that the connection before has left here.
    #[must_use]
    pub fn recalling(memory: Memory) -> Self {
        let lasting = std::mem::take(&mut *memory.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut names = Self::default();
        for (user, name) in lasting.persons.values() {
            names.people.put(name, user.value());
        }
        (names.lasting, names.memory) = (lasting, memory);
        names
    }

    /// Whether the server is one for direct chats, as its channels have shown.
    #[must_use]
    pub fn shown_direct(&self) -> Option<bool> {
        self.lasting.direct
    }

    /// Its channels show whether the server is one for direct chats.
    pub fn show_direct(&mut self, direct: bool) {
        self.lasting.direct = Some(direct);
    }

    /// The chat of a channel. Names of channels are case-sensitive.
    pub fn channel(&mut self, name: &str) -> ChatId {
        ChatId::new(self.channels.id(name))
    }

    /// The chat of a channel that an event names, known or not: it takes no place.
    #[must_use]
    pub fn named_channel(&self, name: &str) -> ChatId {
        ChatId::new(self.channels.id_of(name))
    }

    /// The chat of a channel that is known.
    #[must_use]
    pub fn known_channel(&self, name: &str) -> Option<ChatId> {
        self.channels.ids.get(name).copied().map(ChatId::new)
    }

    /// A channel has another name from now on, and keeps its id. A channel that had the name already is another one and is forgotten.
    pub fn rename_channel(&mut self, from: &str, to: &str) -> ChatId {
        let Some(&id) = self.channels.ids.get(from).filter(|_| from != to) else { return self.channel(to) };
        self.channels.rename(id, to);
        ChatId::new(id)
    }

    /// A channel is gone.
    pub fn forget_channel(&mut self, name: &str) {
        if let Some(&id) = self.channels.ids.get(name) {
            self.channels.forget(id);
        }
    }

    /// The chat of a thread, in this forum if told.
    pub fn thread(&mut self, id: &str, forum: Option<ChatId>) -> ChatId {
        let chat = named_thread(id);
        match self.lasting.threads.get_mut(&chat) {
            Some(known) => known.forum = forum.or(known.forum),
            None => {
                self.lasting.threads.insert(chat, ThreadKey { wire: id.into(), forum });
                self.lasting.thread_order.push_back(chat);
                if self.lasting.threads.len() > THREADS
                    && let Some(oldest) = self.lasting.thread_order.pop_front()
                {
                    self.lasting.threads.remove(&oldest);
                }
            }
        }
        chat
    }

    /// The forum of a thread that is known.
    #[must_use]
    pub fn forum_of(&self, thread: ChatId) -> Option<ChatId> {
        self.lasting.threads.get(&thread)?.forum
    }

    /// A thread is gone.
    pub fn forget_thread(&mut self, thread: ChatId) {
        if self.lasting.threads.remove(&thread).is_some() {
            self.lasting.thread_order.retain(|known| *known != thread);
        }
    }

    /// The chat that an event is about, known or not; `None` when it names none.
    #[must_use]
    pub fn chat(&self, place: &Place) -> Option<ChatId> {
        let thread = place.thread.as_ref().map(|thread| named_thread(thread.wire()));
        thread.or_else(|| place.channel.as_ref().map(|name| self.named_channel(name.wire())))
    }

    /// How the wire names a chat; `None` for one that is not known.
    #[must_use]
    pub fn at(&self, chat: ChatId) -> Option<At> {
        match self.lasting.threads.get(&chat) {
            Some(thread) => {
                let channel = thread.forum.and_then(|forum| self.channels.name(forum.value())).map(str::to_owned);
                Some(At { channel, thread_id: Some(thread.wire.to_string()) })
            }
            None => self.channels.name(chat.value()).map(|name| At { channel: Some(name.to_owned()), thread_id: None }),
        }
    }

    /// Somebody. Names of people differ in more than case.
    pub fn user(&mut self, name: &str) -> UserId {
        UserId::new(self.people.id(&name.to_lowercase()))
    }

    /// Somebody, if the name is known: what is only mentioned takes no place.
    #[must_use]
    pub fn known_user(&self, name: &str) -> Option<UserId> {
        self.people.ids.get(name.to_lowercase().as_str()).copied().map(UserId::new)
    }

    /// Who goes by a name, told with what they keep through all names.
    pub fn person(&mut self, keeps: &str, name: &str) -> Met {
        let name: Box<str> = name.to_lowercase().into();
        let has_room = self.lasting.persons.len() < PEOPLE;
        match self.lasting.persons.get_mut(keeps) {
            Some((_, known)) if *known == name => Met::Known,
            Some((user, known)) => {
                known.clone_from(&name);
                Met::Renamed(*user, self.people.rename(user.value(), &name).map(UserId::new))
            }
            None => {
                let user = self.user(&name);
                if has_room {
                    self.lasting.persons.insert(keeps.into(), (user, name));
                }
                Met::Known
            }
        }
    }

    /// Oneself: by what one keeps through all names where the sign-in told that, so that one is the same in every run.
    pub fn myself(&mut self, keeps: Option<&str>, name: &str) -> UserId {
        let name = name.to_lowercase();
        if let Some(keeps) = keeps.filter(|keeps| keeps.to_lowercase() != name) {
            let user = UserId::new(ids::of_name(Kind::Person, keeps, 0));
            self.people.rename(user.value(), &name);
            self.lasting.persons.insert(keeps.into(), (user, name.into()));
            return user;
        }
        self.user(&name)
    }

    /// The user name of somebody, in lower case.
    #[must_use]
    pub fn user_name(&self, user: UserId) -> Option<&str> {
        self.people.name(user.value())
    }

    /// A role, by its name or, where that was told before, its UUID.
    pub fn role(&mut self, name: &str) -> RoleId {
        match self.role_uuids.get(name) {
            Some(&role) => role,
            None => RoleId::new(self.roles.id(name)),
        }
    }

    /// A role and its UUID.
    pub fn role_with_uuid(&mut self, name: &str, uuid: &str) -> RoleId {
        let role = RoleId::new(self.roles.id(name));
        if self.role_uuids.len() < ROLES || self.role_uuids.contains_key(uuid) {
            self.role_uuids.insert(uuid.into(), role);
        }
        role
    }

    /// A message.
    pub fn message(&mut self, id: &str) -> MessageId {
        MessageId::new(ids::of_uuid(id).unwrap_or_else(|| self.lasting.odd_messages.id(id)))
    }

    /// How the wire names a message.
    #[must_use]
    pub fn message_name(&self, message: MessageId) -> String {
        self.lasting.odd_messages.name(message.value()).map_or_else(|| ids::uuid(message.value()), str::to_owned)
    }

    /// A custom emoji, or any reaction that cannot be shown as it is.
    pub fn emoji(&mut self, wire: &str) -> EmojiId {
        EmojiId::new(self.lasting.emoji.id(wire))
    }

    /// How the wire names a custom emoji.
    #[must_use]
    pub fn emoji_name(&self, emoji: EmojiId) -> Option<&str> {
        self.lasting.emoji.name(emoji.value())
    }
}

/// The chat of a thread.
#[must_use]
pub fn named_thread(id: &str) -> ChatId {
    ChatId::new(ids::of_uuid(id).unwrap_or_else(|| ids::of_name(Kind::Thread, id, 0)))
}

/// A file.
#[must_use]
pub fn file(id: &str) -> FileId {
    FileId(Id(ids::of_uuid(id).unwrap_or_else(|| ids::of_name(Kind::File, id, 0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_share_an_id_do_not() {
        let mut keys = Keys::new(Kind::User, 10);
        let first = ids::of_name(Kind::User, "ada", 0);
        // As if somebody had found a name with the same hash.
        keys.put("mallory", first);
        let ada = keys.id("ada");
        assert_ne!(ada, first);
        assert_eq!((keys.name(ada), keys.name(first)), (Some("ada"), Some("mallory")));
        assert_eq!(keys.id("ada"), ada);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut keys = Keys::new(Kind::User, 10);
        let ids: Vec<u128> = (0..1_000).map(|number| keys.id(&number.to_string())).collect();
        assert_eq!((keys.names.len(), keys.ids.len()), (10, 10));
        assert!(keys.order.len() <= 20);
        assert_eq!(keys.name(ids[999]), Some("999"));
        assert_eq!(keys.name(ids[0]), None);
        assert_eq!(keys.id("0"), ids[0], "the same again after it was forgotten");
    }
}
