//! Channels, forums with their threads, gaps, direct chats: the server's list as chats with their read state.

use super::{Book, order};
use crate::domain::{
    Bundle, ChannelKind, Chat, ChatId, ChatKind, CleanText, MessageKey, ReadState, ThreadInfo, UserId, VoiceParticipant,
};
use crate::net::originchats::defaults::{COMMANDS, THREADS};
use crate::net::originchats::names::named_thread;
use crate::net::originchats::wire::{Channel, Raw, Thread, Unread};
use std::collections::HashSet;

/// Most channels of one server.
const CHANNELS: usize = 2_000;

impl Book {
    /// Takes in all channels in the server's order.
    pub(in crate::net::originchats) fn know_channels(&mut self, channels: Vec<Channel>) {
        self.channels_told = true;
        let before = std::mem::take(&mut self.channels);
        self.voice.clear();
        for channel in channels.into_iter().take(CHANNELS) {
            let id = self.names.channel(channel.name.wire());
            // Of two with one name the first counts.
            if self.channels.iter().all(|(known, _)| *known != id) {
                self.put_channel(id, channel);
            }
        }
        let here: HashSet<ChatId> = self.channels.iter().map(|(id, _)| *id).collect();
        self.lacks = before.iter().any(|(id, _)| !here.contains(id));
        self.decide();
    }

    /// Where nobody said whether the server is one for direct chats, its channels do: people's, and what belongs to them, and nothing else. One with
    /// nothing in it may still be either.
    fn decide(&mut self) {
        if !self.server.undecided || self.server.direct {
            return;
        }
        let is_theirs = |channel: &Channel| channel.kind.wire() == "chat";
        let goes_along = |channel: &Channel| channel.kind.wire() == "separator" || channel.name.wire() == COMMANDS;
        let mut channels = self.channels.iter().map(|(_, channel)| channel);
        if !channels.clone().all(|channel| is_theirs(channel) || goes_along(channel)) {
            self.names.show_direct(false);
        } else if channels.any(is_theirs) {
            self.names.show_direct(true);
            (self.server.direct, self.turned) = (true, true);
        }
    }

    /// Whether the list of channels came already.
    #[must_use]
    pub fn knows_channels(&self) -> bool {
        self.channels_told
    }

    fn put_channel(&mut self, id: ChatId, mut channel: Channel) {
        if let Some(voices) = channel.voice.take() {
            let participants = voices.iter().map(|voice| self.participant(voice)).collect();
            self.voice.insert(id, participants);
        }
        channel.threads.sort_by_key(|thread| std::cmp::Reverse(order(thread.last_message.or(thread.created_at))));
        channel.threads.truncate(THREADS);
        if let Some(key) = self.newest(channel.last_message_id.as_ref(), channel.last_message) {
            self.remember(key);
        }
        for thread in &channel.threads {
            self.names.thread(thread.id.wire(), Some(id));
        }
        match self.channels.iter_mut().find(|(known, _)| *known == id) {
            Some((_, known)) => *known = channel,
            None => self.channels.push((id, channel)),
        }
    }

    /// One channel was made or changed. An event that leaves out what only lists tell leaves it as it was.
    pub(super) fn changed_channel(&mut self, mut channel: Channel, was: Option<&Raw>) -> ChatId {
        let name = channel.name.wire();
        let id = match was {
            Some(was) => self.names.rename_channel(was.wire(), name),
            None => self.names.channel(name),
        };
        if let Some((_, known)) = self.channels.iter().find(|(known, _)| *known == id) {
            if channel.threads.is_empty() {
                channel.threads.clone_from(&known.threads);
            }
            if channel.people.is_empty() {
                channel.people.clone_from(&known.people);
            }
            channel.last_message = channel.last_message.or(known.last_message);
            channel.last_message_id = channel.last_message_id.or_else(|| known.last_message_id.clone());
        }
        self.put_channel(id, channel);
        if self.channels_told {
            self.decide();
        }
        id
    }

    /// A channel is gone, and its threads with it. Gives the chats that went.
    pub(super) fn forget_channel(&mut self, name: &Raw) -> Vec<ChatId> {
        let Some(id) = self.names.known_channel(name.wire()) else { return Vec::new() };
        let Some(at) = self.channels.iter().position(|(known, _)| *known == id) else { return Vec::new() };
        let (_, channel) = self.channels.remove(at);
        let mut gone = vec![id];
        for thread in &channel.threads {
            let thread = named_thread(thread.id.wire());
            self.names.forget_thread(thread);
            gone.push(thread);
        }
        self.names.forget_channel(name.wire());
        self.voice.remove(&id);
        self.unreads.remove(&id);
        gone
    }

    /// A thread was made or changed. Gives its chat, if its forum is known.
    pub(super) fn changed_thread(&mut self, thread: Thread, forum: Option<&Raw>) -> Option<ChatId> {
        let forum = thread.forum.as_ref().or(forum)?;
        let forum = self.names.known_channel(forum.wire())?;
        let id = self.names.thread(thread.id.wire(), Some(forum));
        let (_, channel) = self.channels.iter_mut().find(|(known, _)| *known == forum)?;
        match channel.threads.iter_mut().find(|known| known.id == thread.id) {
            Some(known) => *known = thread,
            None => {
                channel.threads.insert(0, thread);
                channel.threads.truncate(THREADS);
            }
        }
        Some(id)
    }

    /// A thread is gone.
    pub(super) fn forget_thread(&mut self, id: &Raw) -> ChatId {
        let chat = named_thread(id.wire());
        for (_, channel) in &mut self.channels {
            channel.threads.retain(|thread| thread.id != *id);
        }
        self.names.forget_thread(chat);
        self.unreads.remove(&chat);
        chat
    }

    /// Takes in all read states.
    pub(in crate::net::originchats) fn know_unreads(&mut self, all: Vec<(Raw, Unread)>) {
        self.unreads.clear();
        for (channel, unread) in all.into_iter().take(CHANNELS + THREADS) {
            // Newer servers may tell those of threads, too.
            let chat = match channel.wire().strip_prefix("thread/") {
                Some(thread) => named_thread(thread),
                None => self.names.named_channel(channel.wire()),
            };
            self.unreads.insert(chat, unread);
        }
    }

    /// Everything up to a message is read in a chat.
    pub(super) fn read(&mut self, chat: ChatId, upto: MessageKey) -> Option<u32> {
        let newest = self.newest_of(chat);
        let all = newest.is_none_or(|newest| newest <= upto);
        // A read state that was never told begins where everything is read: else its count is not known.
        let room = self.unreads.len() < CHANNELS + THREADS;
        let unread = match self.unreads.get_mut(&chat) {
            Some(unread) => unread,
            None if all && room => self.unreads.entry(chat).or_default(),
            None if all => return Some(0),
            None => return None,
        };
        unread.last_read = Some(Raw::from(self.names.message_name(upto.id).as_str()));
        if all {
            unread.count = 0;
            unread.pings = None;
        }
        all.then_some(0)
    }

    /// The read mark was moved, perhaps back; so much is unread now.
    pub(in crate::net::originchats) fn count_unread(&mut self, chat: ChatId, unread: Unread) {
        if self.unreads.len() < CHANNELS + THREADS || self.unreads.contains_key(&chat) {
            self.unreads.insert(chat, unread);
        }
    }

    /// The read mark that a fetch of the chat has to leave as it is; `None`: it may move, there is none, or everything is read.
    pub(in crate::net::originchats) fn mark_to_keep(&self, chat: ChatId, unseen: bool) -> Option<Raw> {
        let keeps = (unseen || self.server.keep_marks) && self.server.can("unreads_ack");
        self.unreads.get(&chat).filter(|_| keeps)?.last_read.clone()
    }

    /// The read mark was put back.
    pub(in crate::net::originchats) fn keep_mark(&mut self, chat: ChatId, mark: Raw) {
        if let Some(unread) = self.unreads.get_mut(&chat) {
            unread.last_read = Some(mark);
        }
    }

    /// A message was written: its chat is that lively now. Returns whether an archived thread came back by it.
    pub(super) fn wrote(&mut self, chat: ChatId, id: &Raw, seconds: Option<f64>) -> bool {
        let mut revived = false;
        let forum = self.names.forum_of(chat);
        for (known, channel) in &mut self.channels {
            if *known == chat {
                channel.last_message = seconds;
                channel.last_message_id = Some(id.clone());
            } else if Some(*known) == forum {
                let thread = channel.threads.iter_mut().find(|thread| named_thread(thread.id.wire()) == chat);
                if let Some(thread) = thread {
                    thread.last_message = seconds;
                    thread.last_message_id = Some(id.clone());
                    // Writing revives what was archived.
                    revived |= std::mem::take(&mut thread.archived);
                }
            }
        }
        revived
    }

    /// A message was deleted: where it was the newest, nobody says which is now, until the list is fetched again.
    pub(super) fn deleted(&mut self, id: &Raw) {
        for (_, channel) in &mut self.channels {
            if channel.last_message_id.as_ref() == Some(id) {
                (channel.last_message_id, channel.last_message) = (None, None);
            }
            for thread in channel.threads.iter_mut().filter(|thread| thread.last_message_id.as_ref() == Some(id)) {
                (thread.last_message_id, thread.last_message) = (None, None);
            }
        }
    }

    fn newest(&mut self, id: Option<&Raw>, seconds: Option<f64>) -> Option<MessageKey> {
        Some(MessageKey { order: order(Some(seconds?)), id: self.names.message(id?.wire()) })
    }

    fn newest_of(&mut self, chat: ChatId) -> Option<MessageKey> {
        let (id, seconds) = match self.channels.iter().find(|(known, _)| *known == chat) {
            Some((_, channel)) => (channel.last_message_id.clone(), channel.last_message),
            None => {
                let forum = self.names.forum_of(chat)?;
                let wire = self.names.at(chat)?.thread_id?;
                let (_, channel) = self.channels.iter().find(|(known, _)| *known == forum)?;
                let thread = channel.threads.iter().find(|thread| thread.id.wire() == wire)?;
                (thread.last_message_id.clone(), thread.last_message)
            }
        };
        self.newest(id.as_ref(), seconds)
    }

    /// Whether a chat has messages of its own; forums, voice channels and gaps have none.
    #[must_use]
    pub fn has_messages(&self, chat: ChatId) -> bool {
        match self.channels.iter().find(|(known, _)| *known == chat) {
            Some((_, channel)) => !matches!(channel.kind.wire(), "voice" | "forum" | "separator" | "category"),
            None => true,
        }
    }

    /// Why a thread can be neither read nor written, if that is so.
    #[must_use]
    pub fn is_locked(&self, chat: ChatId) -> bool {
        let wire = self.names.at(chat).and_then(|at| at.thread_id);
        wire.is_some_and(|wire| {
            let threads = self.channels.iter().flat_map(|(_, channel)| &channel.threads);
            threads.filter(|thread| thread.id.wire() == wire).any(|thread| thread.locked)
        })
    }

    /// One chat that is known.
    pub(in crate::net::originchats) fn chat(&mut self, id: ChatId) -> Option<Chat> {
        let forum = self.names.forum_of(id).unwrap_or(id);
        let place = self.channels.iter().position(|(known, _)| *known == forum)?;
        self.chats_at(place).into_iter().find(|chat| chat.id == id)
    }

    /// All chats of the community, forums followed by their threads; on a server of direct chats those.
    pub(in crate::net::originchats) fn chats(&mut self) -> Vec<Chat> {
        (0..self.channels.len()).flat_map(|place| self.chats_at(place)).collect()
    }

    fn chats_at(&mut self, place: usize) -> Vec<Chat> {
        let Some((id, channel)) = self.channels.get(place).cloned() else { return Vec::new() };
        let mut chats = vec![self.as_chat(id, &channel, place)];
        for (at, thread) in channel.threads.iter().enumerate() {
            let chat = self.thread_as_chat(thread, id, &channel, at);
            chats.push(chat);
        }
        chats
    }

    fn as_chat(&mut self, id: ChatId, channel: &Channel, place: usize) -> Chat {
        let name = channel.display_name.as_ref().unwrap_or(&channel.name).line();
        let kind = match channel.kind.wire() {
            "text" | "" => ChannelKind::Text,
            "voice" => ChannelKind::Voice,
            "forum" => ChannelKind::Forum,
            "separator" => ChannelKind::Separator,
            "category" => ChannelKind::Category,
            "chat" if self.server.direct => {
                // The other person is named by what is shown; a name that no person has is a group's.
                let peer = self.names.user(&name);
                let kind = if self.is_person_like(&name) {
                    ChatKind::Direct { peer }
                } else {
                    ChatKind::Group { owner: false, members: self.in_group(channel) }
                };
                return self.with_state(id, channel, Chat { kind, name, ..Chat::default() });
            }
            "chat" => ChannelKind::Text,
            _ => {
                self.skipped.count("kind of channel");
                ChannelKind::Unknown
            }
        };
        let position = u32::try_from(place).unwrap_or(u32::MAX);
        let kind =
            ChatKind::Channel { community: self.community, kind, parent: None, position, slowmode: channel.slowmode };
        self.with_state(id, channel, Chat { kind, name, overrides: self.overrides(channel), ..Chat::default() })
    }

    /// Who is in a group, where that is told: its people, or else those who see it, if all of them are people and oneself is one of them.
    fn in_group(&mut self, channel: &Channel) -> Box<[UserId]> {
        let told = Some(channel.people.as_slice()).filter(|people| !people.is_empty());
        let names = told.or_else(|| channel.access.as_ref()?.list("view")).unwrap_or_default();
        let people = names.iter().map(|name| Some(self.find(name.wire())?.id)).collect::<Option<Vec<UserId>>>();
        people.filter(|people| people.contains(&self.me)).unwrap_or_default().into()
    }

    fn is_person_like(&self, name: &CleanText) -> bool {
        !name.is_empty() && !name.contains([' ', ','])
    }

    fn with_state(&mut self, id: ChatId, channel: &Channel, chat: Chat) -> Chat {
        let topic = channel.description.as_ref().map(Raw::line).filter(|topic| !topic.trim().is_empty());
        let last_message = self.newest(channel.last_message_id.as_ref(), channel.last_message);
        let chat = Chat { id, wire: channel.name.line(), topic, last_message, ..chat };
        self.with_read_state(chat)
    }

    fn thread_as_chat(&mut self, thread: &Thread, forum: ChatId, channel: &Channel, at: usize) -> Chat {
        let id = self.names.thread(thread.id.wire(), Some(forum));
        let info = ThreadInfo {
            by: thread.by.as_ref().map(|by| self.names.user(by.wire())),
            people: u32::try_from(thread.people.len()).unwrap_or(u32::MAX),
            joined: thread.people.iter().any(|name| name.wire().to_lowercase() == self.my_name),
            locked: thread.locked,
            archived: thread.archived,
            hidden: thread.locked || thread.archived,
            active: self.date(thread.last_message.or(thread.created_at)),
        };
        let kind = ChatKind::Channel {
            community: self.community,
            kind: ChannelKind::Thread,
            parent: Some(forum),
            position: u32::try_from(at).unwrap_or(u32::MAX),
            slowmode: 0,
        };
        let last_message = self.newest(thread.last_message_id.as_ref(), thread.last_message);
        let chat = Chat {
            id,
            wire: thread.id.line(),
            kind,
            name: thread.name.line(),
            last_message,
            made: order(thread.created_at),
            thread: Some(Box::new(info)),
            overrides: self.thread_overrides(Some(channel), thread),
            ..Chat::default()
        };
        self.with_read_state(chat)
    }

    fn with_read_state(&mut self, mut chat: Chat) -> Chat {
        let Some(unread) = self.unreads.get(&chat.id) else {
            chat.read_state = ReadState::Untold;
            return chat;
        };
        if unread.pings.is_none() {
            chat.read_state = ReadState::WithoutMentions;
        }
        chat.unread = unread.count;
        chat.mentions = unread.pings.unwrap_or(0).min(unread.count);
        let read = unread.last_read.clone();
        // The server tells which message was read last, not where it stands: known if it was seen, or is the newest.
        chat.last_read = match read {
            Some(_) if chat.unread == 0 => chat.last_message,
            Some(id) => self.placed(&id),
            None => None,
        };
        chat
    }

    /// All chats as a list brings them, with everybody in them.
    pub(in crate::net::originchats) fn channels_bundle(&mut self) -> Bundle {
        let everybody = self.everybody();
        Bundle { chats: self.chats(), ..everybody }
    }

    /// Who is in which voice channel; empty ones are left out.
    pub(in crate::net::originchats) fn voice_rooms(&self) -> Vec<(ChatId, Vec<VoiceParticipant>)> {
        let mut rooms: Vec<_> =
            self.voice.iter().filter(|(_, room)| !room.is_empty()).map(|(id, room)| (*id, room.clone())).collect();
        rooms.sort_by_key(|(id, _)| *id);
        rooms
    }

    /// Who is in one voice channel now.
    pub(super) fn set_voice(&mut self, chat: ChatId, participants: Vec<VoiceParticipant>) {
        if self.voice.len() < CHANNELS || self.voice.contains_key(&chat) {
            self.voice.insert(chat, participants);
        }
    }

    /// Who is in one voice channel.
    pub(super) fn voice_of(&self, chat: ChatId) -> Vec<VoiceParticipant> {
        self.voice.get(&chat).cloned().unwrap_or_default()
    }
}
