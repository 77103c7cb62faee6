//! What the server pushes: each of its events in neutral words.

use super::Book;
use crate::domain::{Bundle, ChatId, Message as Neutral, Nonce, ReactEmoji, Update, UserId, VoiceParticipant};
use crate::net::NetEvent;
use crate::net::originchats::server::Generation;
use crate::net::originchats::wire::{Message, Packet, Person, Place, Raw, Status};
use std::sync::Arc;

/// Most messages that are asked for at a time because they were changed.
const CHANGED: usize = 20;
/// Most people in one voice channel.
const ROOM: usize = 200;

/// Whether it may change a list of members.
pub const fn is_about_people(event: &NetEvent) -> bool {
    use Update::{MemberChanged, MemberJoined, MemberRemoved, PresenceChanged, RolesChanged, UserChanged};
    matches!(
        event,
        NetEvent::Update(
            MemberChanged(_)
                | MemberJoined { .. }
                | MemberRemoved { .. }
                | PresenceChanged(_)
                | RolesChanged { .. }
                | UserChanged(_)
        )
    )
}

/// What a frame means beside being an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// It answers a request of ours.
    pub answer: bool,
    /// It answers one that is not waited for any more.
    pub is_late: bool,
    /// The nonce of an own message that it is the echo of.
    pub nonce: Option<Nonce>,
}

impl Book {
    /// What a frame tells; nothing for replies that are only replies.
    pub fn event(&mut self, packet: Packet, context: Context) -> Vec<NetEvent> {
        let updates = match packet {
            Packet::MessageNew { place, message } => self.message_new(&place, *message, context.nonce),
            Packet::MessageEdit { place, id, message } => {
                self.message_edit(&place, &id, message.map(|message| *message))
            }
            Packet::MessageDelete { place, id } => {
                let message = self.names.message(id.wire());
                self.deleted(&id);
                self.of_chat(&place, |chat| Update::MessagesDeleted { chat, messages: vec![message] })
            }
            Packet::MessagePin { place, id, pinned } => {
                let message = self.names.message(id.wire());
                self.of_chat(&place, |chat| Update::MessagePinned { chat, message, pinned })
            }
            Packet::Reaction { place, id, emoji, from, add } => {
                let Some(from) = from else { return self.hollow() };
                let (message, by) = (self.names.message(id.wire()), self.names.user(from.wire()));
                let emoji: ReactEmoji = self.emoji(&emoji);
                self.of_chat(&place, |chat| Update::ReactionToggled { chat, message, emoji, by, add })
            }
            Packet::Poll { place, message, user, chosen, results } => {
                // Answers name no place, and some no message; whoever asked knows both.
                let Some(message) = message.filter(|_| place != Place::default()) else { return Vec::new() };
                let mine = chosen.filter(|_| user.is_some_and(|user| self.names.user(user.wire()) == self.me));
                let (message, tally) = (self.names.message(message.wire()), self.tally(&results, mine.as_deref()));
                self.of_chat(&place, |chat| Update::PollChanged { chat, message, tally })
            }
            Packet::Typing { place, user, stops } => {
                let user = self.names.user(user.wire());
                if user == self.me {
                    return Vec::new();
                }
                self.of_chat(&place, |chat| Update::Typing { chat, user, typing: !stops, busy: false })
            }
            Packet::ReadMark { place, last_read } => self.read_mark(&place, last_read.as_ref()),
            Packet::UserJoin(person) => self.joined(*person),
            Packet::UserConnect(person) => self.came(*person),
            Packet::UserDisconnect { user } => {
                let id = self.names.user(user.wire());
                self.set_online(id, false);
                vec![self.presence_update(id)]
            }
            Packet::UserLeave { user } => {
                let id = self.names.user(user.wire());
                self.forget(id);
                vec![Update::MemberRemoved { community: self.community, user: id }]
            }
            Packet::Called { keeps, user, nickname } => {
                let (id, gone) = self.called(keeps.as_ref(), user, nickname);
                let gone = gone.map(|user| Update::MemberRemoved { community: self.community, user });
                gone.into_iter().chain(self.person_updates(id)).collect()
            }
            Packet::Status { user, status } => self.status(user, status),
            Packet::StatusSet { status } if context.answer => match status {
                Some(status) => {
                    let me = Raw::from(self.my_name.as_str());
                    self.status(me, status)
                }
                None => Vec::new(),
            },
            // Sent to everybody by mistake when somebody becomes invisible: nobody knows whose it is.
            Packet::StatusSet { .. } => {
                self.skipped.count("status of nobody");
                Vec::new()
            }
            Packet::UserRoles { user, roles, color } => self.user_roles(user, roles, color),
            Packet::Roles(roles) if !context.answer => {
                self.know_roles(roles);
                let roles = self.neutral_roles();
                let mut updates = vec![Update::RolesChanged { community: self.community, roles }];
                updates.extend(self.rights_updates());
                updates
            }
            Packet::Channel { channel, was } => {
                let id = self.changed_channel(*channel, was.as_ref());
                self.chat_updates(id)
            }
            Packet::ChannelDelete { name } => self.forget_channel(&name).into_iter().map(Update::ChatRemoved).collect(),
            Packet::Thread { thread, forum } => match self.changed_thread(*thread, forum.as_ref()) {
                Some(id) => self.chat_updates(id),
                None => {
                    // The list of channels will bring it.
                    self.skipped.count("thread of an unknown forum");
                    Vec::new()
                }
            },
            Packet::ThreadDelete { id } => vec![Update::ChatRemoved(self.forget_thread(&id))],
            Packet::VoiceChanged { channel, who } => {
                let chat = self.names.named_channel(channel.wire());
                let participant = self.participant(&who);
                let mut room = self.voice_of(chat);
                room.retain(|known| known.user != participant.user);
                room.push(participant);
                room.truncate(ROOM);
                self.voice_room(chat, room)
            }
            Packet::VoiceLeft { channel, user } => {
                let (chat, user) = (self.names.named_channel(channel.wire()), self.names.user(user.wire()));
                let mut room = self.voice_of(chat);
                room.retain(|known| known.user != user);
                self.voice_room(chat, room)
            }
            Packet::VoiceState { channel, who } => {
                let chat = self.names.named_channel(channel.wire());
                let room = who.iter().map(|voice| self.participant(voice)).collect();
                self.voice_room(chat, room)
            }
            Packet::Server { name } => {
                self.renamed(name.map(|name| name.line()));
                vec![Update::CommunityChanged(Box::new(self.as_community()))]
            }
            Packet::Channels(_) if context.is_late => {
                self.skipped.count("list after its time");
                Vec::new()
            }
            // Somebody edited the server's files: the list may lack things, and be torn. Everything is asked anew.
            Packet::Channels(_) if !context.answer => {
                self.stale = true;
                Vec::new()
            }
            Packet::Users(people) if !context.answer => {
                let (changed, gone) = self.know_all(people);
                let community = self.community;
                let gone = gone.into_iter().map(|user| Update::MemberRemoved { community, user });
                gone.chain(changed.into_iter().flat_map(|id| self.person_updates(id))).collect()
            }
            Packet::Commands { commands, all: false } => {
                self.know_commands(commands.clone(), false);
                vec![Update::CommandsChanged { added: commands, gone: Vec::new() }]
            }
            Packet::CommandsGone(gone) => {
                gone.iter().for_each(|name| _ = self.slash.remove(name));
                vec![Update::CommandsChanged { added: Vec::new(), gone }]
            }
            Packet::Unknown => {
                self.skipped.count("command");
                Vec::new()
            }
            Packet::Hollow => return self.hollow(),
            Packet::Handshake(_)
            | Packet::AuthSuccess
            | Packet::AuthError { .. }
            | Packet::Ready(_)
            | Packet::Ping
            | Packet::Pong
            | Packet::Error { .. }
            | Packet::RateLimit { .. }
            | Packet::Disconnect { .. }
            | Packet::OneMessage { .. }
            | Packet::Page(_)
            | Packet::Users(_)
            | Packet::UsersOnline(_)
            | Packet::Roles(_)
            | Packet::Channels(_)
            | Packet::Emoji(_)
            | Packet::Commands { .. }
            | Packet::Unreads(_)
            | Packet::UnreadCount { .. }
            | Packet::Passed => Vec::new(),
        };
        updates.into_iter().map(NetEvent::Update).collect()
    }

    fn hollow(&mut self) -> Vec<NetEvent> {
        self.skipped.count("event without its content");
        Vec::new()
    }

    fn of_chat(&mut self, place: &Place, update: impl FnOnce(ChatId) -> Update) -> Vec<Update> {
        match self.names.chat(place) {
            Some(chat) => vec![update(chat)],
            None => {
                self.skipped.count("event without a place");
                Vec::new()
            }
        }
    }

    fn message_new(&mut self, place: &Place, mut message: Message, nonce: Option<Nonce>) -> Vec<Update> {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of our time fit")]
        let now = self.now.0 as f64 / 1_000.0;
        message.timestamp = message.timestamp.or(Some(now));
        let Some(chat) = self.names.chat(place) else {
            self.skipped.count("event without a place");
            return Vec::new();
        };
        let revived = self.wrote(chat, &message.id, message.timestamp);
        let mut updates = if revived { self.chat_updates(chat) } else { Vec::new() };
        let message: Neutral = self.message(message, chat);
        let author = (!self.people.contains_key(&message.author)).then(|| Box::new(self.user(message.author)));
        if let Some(unread) = self.unreads.get_mut(&chat) {
            unread.count = unread.count.saturating_add(u32::from(message.author != self.me));
            unread.pings = unread.pings.map(|pings| pings.saturating_add(u32::from(message.mentions_me)));
        }
        updates.push(Update::MessageCreated { message: Arc::new(message), unread: None, author, nonce });
        updates
    }

    /// A channel or thread, anew: what may be done in it changes with it.
    fn chat_updates(&mut self, id: ChatId) -> Vec<Update> {
        let Some(chat) = self.chat(id) else { return Vec::new() };
        if chat.community().is_none() {
            let bundle = Bundle { chats: vec![chat], ..Bundle::default() };
            return vec![Update::ChatChanged(Box::new(bundle))];
        }
        let rights = Update::OverridesChanged { chat: id, overrides: chat.overrides };
        vec![Update::ChannelChanged(Box::new(chat)), rights]
    }

    fn message_edit(&mut self, place: &Place, id: &Raw, message: Option<Message>) -> Vec<Update> {
        let Some(chat) = self.names.chat(place) else {
            self.skipped.count("event without a place");
            return Vec::new();
        };
        let Some(message) = message else {
            // What is told of it is not all of it.
            let id = self.names.message(id.wire());
            if !self.server.can("message_get") || self.changed.len() >= CHANGED {
                self.skipped.count("event without its content");
            } else if !self.changed.contains(&(chat, id)) {
                self.changed.push((chat, id));
            }
            return Vec::new();
        };
        let message = Arc::new(self.message(message, chat));
        vec![Update::MessageChanged { message, reactions: true }]
    }

    fn read_mark(&mut self, place: &Place, last_read: Option<&Raw>) -> Vec<Update> {
        let Some(chat) = self.names.chat(place) else { return Vec::new() };
        let Some(upto) = last_read.and_then(|id| self.placed(id)) else {
            self.skipped.count("read mark at an unknown message");
            return vec![Update::ReadMarkLost(chat)];
        };
        let unread = self.read(chat, upto);
        vec![Update::ReadMarkMoved { chat, upto, unread, mentions: unread, back: false }]
    }

    fn joined(&mut self, person: Person) -> Vec<Update> {
        let id = self.know(person);
        let (member, profile) = (self.member(id), Some(Box::new(self.user(id))));
        vec![Update::MemberJoined { member, community: self.community, user: id, profile }]
    }

    fn came(&mut self, person: Person) -> Vec<Update> {
        let told = person.status.is_some();
        let id = self.know(person);
        self.set_online(id, true);
        if !told {
            self.came_back(id);
        }
        self.person_updates(id)
    }

    /// Somebody, anew.
    fn person_updates(&mut self, id: UserId) -> Vec<Update> {
        let user = Update::UserChanged(Box::new(self.user(id)));
        let member = self.member(id).map(|member| Update::MemberChanged(Box::new(member)));
        std::iter::once(user).chain(member).collect()
    }

    fn presence_update(&self, id: UserId) -> Update {
        let (presence, text) = self.presence(id);
        Update::PresenceChanged(vec![(id, presence.unwrap_or_default(), text)])
    }

    fn status(&mut self, user: Raw, status: Status) -> Vec<Update> {
        // Whose status changes is there; for somebody who hides, an event of its own says that they went.
        let there = !matches!(status.status.wire(), "offline" | "invisible");
        let id = self.know(Person { name: user, status: Some(status), ..Person::default() });
        if there || id == self.me {
            self.set_online(id, true);
        }
        vec![self.presence_update(id)]
    }

    fn user_roles(&mut self, user: Raw, roles: Vec<Raw>, color: Option<Raw>) -> Vec<Update> {
        let id = self.know(Person { name: user, roles: Some(roles), color: Some(color), ..Person::default() });
        let mut updates = self.person_updates(id);
        if id == self.me {
            updates.extend(self.rights_updates());
        }
        updates
    }

    /// What one may do, anew.
    fn rights_updates(&mut self) -> Vec<Update> {
        let mut updates = vec![Update::CommunityChanged(Box::new(self.as_community()))];
        let chats = self.chats().into_iter().filter(|chat| chat.community().is_some());
        updates.extend(chats.map(|chat| Update::OverridesChanged { chat: chat.id, overrides: chat.overrides }));
        updates
    }

    fn voice_room(&mut self, chat: ChatId, participants: Vec<VoiceParticipant>) -> Vec<Update> {
        self.set_voice(chat, participants.clone());
        vec![Update::VoiceRoomChanged { chat, participants }]
    }

    /// Whether a request and its answer can be told from what others do only by what is in them.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.server.generation == Generation::Old
    }
}
