//! Frames of the server: what each command brings, under its name.

use super::embeds::Results;
use super::json::{Fields, Json, Raw};
use super::mend::mended;
use super::objects::{Channel, Message, Person, Place, Role, Status, Thread, Unread, Voice};
use super::slash;
use crate::domain::{CleanText, SlashCommand};

/// A frame of the server.
#[derive(Clone, PartialEq, Debug)]
pub struct Incoming {
    /// What the request it answers was marked with.
    pub listener: Option<Raw>,
    /// The command, as the server spells it.
    pub command: Raw,
    /// What it brings.
    pub packet: Packet,
}

/// A frame that holds no command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// No JSON, or no object.
    #[error("no JSON object")]
    NoObject,
    /// An object without a command.
    #[error("no command")]
    NoCommand,
}

/// The first frame of a server.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Handshake {
    /// The server's name.
    pub name: Option<Raw>,
    /// User name of its owner.
    pub owner: Option<Raw>,
    /// Longest message in code points.
    pub max_length: Option<u32>,
    /// What a validator is made for.
    pub validator_key: Option<Raw>,
    /// What the server can do. `None`: it does not say.
    pub capabilities: Option<Vec<Raw>>,
    /// `rotur`, `cracked` or `cracked-only`.
    pub auth_mode: Option<Raw>,
    /// Longest upload in bytes, and the kinds that are taken, as patterns. `None`: files are not taken.
    pub uploads: Option<(u64, Vec<Raw>)>,
    /// Fields that only newer servers send.
    pub newer: bool,
}

/// A page of messages, whatever was asked.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Page {
    /// Where.
    pub place: Place,
    /// Oldest first, but for pinned ones.
    pub messages: Vec<Message>,
    /// How many there were, with those that cannot be read.
    pub count: usize,
    /// How many messages lie before the first, in replies about the surroundings of a message.
    pub start: Option<i64>,
    /// Whether the first is the oldest of all; newer servers only.
    pub at_start: Option<bool>,
}

/// What a frame brings.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the fields are those of the objects they hold")]
pub enum Packet {
    /// The greeting.
    Handshake(Box<Handshake>),
    /// Signed in; `Ready` follows.
    AuthSuccess,
    /// The sign-in was refused. `reason` is a code word of newer servers.
    AuthError { text: Raw, reason: Option<Raw> },
    /// Who signed in.
    Ready(Box<Person>),
    /// The server is there.
    Ping,
    /// It answers.
    Pong,
    /// A request was refused.
    Error { text: Raw, source: Option<Raw> },
    /// Too much was said. Milliseconds.
    RateLimit { text: Option<Raw>, millis: Option<i64> },
    /// The server is about to close.
    Disconnect { reason: Option<Raw> },
    /// A message was written.
    MessageNew { place: Place, message: Box<Message> },
    /// A message was changed.
    MessageEdit { place: Place, id: Raw, message: Option<Box<Message>> },
    /// A message was deleted.
    MessageDelete { place: Place, id: Raw },
    /// A message was pinned or let go.
    MessagePin { place: Place, id: Raw, pinned: bool },
    /// A reaction came or went.
    Reaction { place: Place, id: Raw, emoji: Raw, from: Option<Raw>, add: bool },
    /// One message.
    OneMessage { place: Place, message: Box<Message> },
    /// Some messages.
    Page(Box<Page>),
    /// Somebody types. `stops`: no longer.
    Typing { place: Place, user: Raw, stops: bool },
    /// Everybody.
    Users(Vec<Person>),
    /// Everybody who is there; one line for each connection.
    UsersOnline(Vec<Person>),
    /// Somebody came for the first time.
    UserJoin(Box<Person>),
    /// Somebody is there.
    UserConnect(Box<Person>),
    /// Somebody is not there any more.
    UserDisconnect { user: Raw },
    /// Somebody left, or was thrown out.
    UserLeave { user: Raw },
    /// What somebody is called, with what they keep through all names where that is told. An empty nickname means the user name.
    Called { keeps: Option<Raw>, user: Raw, nickname: Option<Raw> },
    /// Whether somebody is there.
    Status { user: Raw, status: Status },
    /// The answer to setting one's own; also sent to everybody by mistake.
    StatusSet { status: Option<Status> },
    /// The roles of somebody.
    UserRoles { user: Raw, roles: Vec<Raw>, color: Option<Raw> },
    /// All roles.
    Roles(Vec<Role>),
    /// All channels that may be seen.
    Channels(Vec<Channel>),
    /// One channel; `was` is the name it had.
    Channel { channel: Box<Channel>, was: Option<Raw> },
    /// A channel is gone.
    ChannelDelete { name: Raw },
    /// A thread, in whatever event or reply. `forum` where told beside it.
    Thread { thread: Box<Thread>, forum: Option<Raw> },
    /// A thread is gone.
    ThreadDelete { id: Raw },
    /// Read states by channel.
    Unreads(Vec<(Raw, Unread)>),
    /// One read mark, moved by whomever. Without a count.
    ReadMark { place: Place, last_read: Option<Raw> },
    /// One read state.
    UnreadCount { place: Place, unread: Unread },
    /// Somebody came into a voice channel, or changed there.
    VoiceChanged { channel: Raw, who: Voice },
    /// Somebody left a voice channel.
    VoiceLeft { channel: Raw, user: Raw },
    /// Everybody in a voice channel.
    VoiceState { channel: Raw, who: Vec<Voice> },
    /// Somebody voted, a poll was ended, or how it stands was asked. `message` is told by events only; `chosen` is what `user` chose.
    Poll { place: Place, message: Option<Raw>, user: Option<Raw>, chosen: Option<Vec<Raw>>, results: Results },
    /// The server's own emoji: their ids and names.
    Emoji(Vec<(Raw, Raw)>),
    /// Commands of the server: all of them, or some that came or changed.
    Commands { commands: Vec<SlashCommand>, all: bool },
    /// Commands that are no more.
    CommandsGone(Vec<CleanText>),
    /// What the server is called now.
    Server { name: Option<Raw> },
    /// Known, and of no use to nib yet.
    Passed,
    /// A command that nib does not know.
    Unknown,
    /// A command that nib knows, without what it is about.
    Hollow,
}

impl Packet {
    /// A copy of what tells something besides being an answer; nothing of replies that do not, which may be large.
    #[must_use]
    pub fn clone_event(&self) -> Option<Self> {
        let only_answers = matches!(
            self,
            Self::Page(_)
                | Self::OneMessage { .. }
                | Self::Users(_)
                | Self::UsersOnline(_)
                | Self::Roles(_)
                | Self::Channels(_)
                | Self::Emoji(_)
                | Self::Commands { .. }
                | Self::Unreads(_)
                | Self::UnreadCount { .. }
        );
        (!only_answers).then(|| self.clone())
    }
}

/// Reads a frame.
///
/// # Errors
/// [`Unreadable`] when there is no command in it.
pub fn read(text: &str) -> Result<Incoming, Unreadable> {
    let json = serde_json::from_str::<Json>(text).or_else(|_| serde_json::from_str(&mended(text)));
    let mut fields = json.ok().and_then(Json::fields).ok_or(Unreadable::NoObject)?;
    // The seed document says `type` for some; no server seen does.
    let command = fields.filled("cmd").or_else(|| fields.filled("type")).ok_or(Unreadable::NoCommand)?;
    let listener = fields.filled("listener");
    let packet = packet(command.wire(), fields);
    Ok(Incoming { listener, command, packet })
}

fn packet(command: &str, mut fields: Fields) -> Packet {
    match command {
        "handshake" => fields.object("val").map_or(Packet::Hollow, handshake),
        "auth_success" => Packet::AuthSuccess,
        "auth_error" => Packet::AuthError { text: either(&mut fields, "message"), reason: fields.filled("reason") },
        "ready" => person(fields.object("user")).map_or(Packet::Hollow, Packet::Ready),
        "ping" => Packet::Ping,
        "pong" => Packet::Pong,
        "error" => Packet::Error { text: either(&mut fields, "message"), source: fields.filled("src") },
        "rate_limit" => {
            let millis = fields.int("length").or_else(|| fields.int("wait_time"));
            Packet::RateLimit { text: fields.filled("reason"), millis }
        }
        "disconnect" => Packet::Disconnect { reason: fields.filled("reason") },
        "unreads_get" => unreads(fields),
        "roles_list" => roles(fields),
        "slash_list" | "slash_add" => {
            Packet::Commands { commands: slash::commands(fields.list("commands")), all: command == "slash_list" }
        }
        "slash_remove" => Packet::CommandsGone(slash::names(fields.list("commands"))),
        // For bots, and what they are answered.
        "slash_call" | "slash_register" | "slash_response" => Packet::Passed,
        "server_update" | "server_info" => Packet::Server { name: fields.filled("name") },
        "emoji_get_all" | "emoji_list" => {
            let all = fields.object("emojis").or_else(|| fields.object("val")).unwrap_or_default();
            let named = |(id, value): (Raw, Json)| Some((id, value.fields()?.filled("name")?));
            Packet::Emoji(all.entries().filter_map(named).collect())
        }
        "users_list" => Packet::Users(people(fields)),
        "users_online" => Packet::UsersOnline(people(fields)),
        "channels_get" => {
            let list = fields.take("val").or_else(|| fields.take("channels")).and_then(Json::list).unwrap_or_default();
            Packet::Channels(list.into_iter().filter_map(Json::fields).filter_map(Channel::of).collect())
        }
        _ if command.starts_with("message") || command.starts_with("reaction") => about_messages(command, fields),
        _ if command.starts_with("thread") => about_threads(command, fields),
        _ if command.starts_with("channel") => about_channels(command, fields),
        _ if command.starts_with("voice") => about_voice(command, fields),
        "typing" => {
            let stops = fields.int("duration") == Some(0);
            let place = Place::of(&mut fields);
            let user = fields.filled("user").or_else(|| fields.filled("username"));
            user.map_or(Packet::Hollow, |user| Packet::Typing { place, user, stops })
        }
        "pings_get" => Packet::Page(Box::new(page(fields, "messages"))),
        "unreads_update" | "unreads_ack" => {
            Packet::ReadMark { place: Place::of(&mut fields), last_read: fields.filled("last_read") }
        }
        "unreads_count" => Packet::UnreadCount { place: Place::of(&mut fields), unread: Unread::of(&mut fields) },
        _ => about_people(command, fields),
    }
}

fn handshake(mut fields: Fields) -> Packet {
    let mut server = fields.object("server").unwrap_or_default();
    let owner = match server.take("owner") {
        Some(Json::Object(mut owner)) => owner.filled("name"),
        other => other.and_then(Json::raw),
    };
    let uploads = fields.object("attachments").filter(|uploads| uploads.flag("enabled")).map(|mut uploads| {
        let most = uploads.int("max_size").and_then(|most| u64::try_from(most).ok()).unwrap_or(0);
        (most, uploads.raws("allowed_types"))
    });
    Packet::Handshake(Box::new(Handshake {
        uploads,
        name: server.filled("name"),
        owner,
        max_length: fields.object("limits").and_then(|limits| limits.count("post_content")),
        newer: fields.has("signing_url") || fields.has("server_time"),
        validator_key: fields.filled("validator_key"),
        capabilities: fields
            .take("capabilities")
            .and_then(Json::list)
            .map(|names| names.into_iter().filter_map(Json::raw).collect()),
        auth_mode: fields.filled("auth_mode"),
    }))
}

fn about_messages(command: &str, mut fields: Fields) -> Packet {
    match command {
        "message_new" => {
            let place = Place::of(&mut fields);
            // A poll comes flat, everything else inside `message`.
            let message = fields.object("message").unwrap_or(fields);
            Message::of(message)
                .map_or(Packet::Hollow, |message| Packet::MessageNew { place, message: Box::new(message) })
        }
        "message_get" => {
            let place = Place::of(&mut fields);
            let message = fields.object("message").and_then(Message::of);
            message.map_or(Packet::Hollow, |message| Packet::OneMessage { place, message: Box::new(message) })
        }
        "messages_get" | "messages_around" | "messages_pinned" => Packet::Page(Box::new(page(fields, "messages"))),
        "messages_search" => Packet::Page(Box::new(page(fields, "results"))),
        "message_replies" => Packet::Page(Box::new(page(fields, "replies"))),
        _ => {
            let place = Place::of(&mut fields);
            let Some(id) = fields.filled("id").or_else(|| fields.filled("message_id")) else { return Packet::Hollow };
            let reaction = |fields: &mut Fields, add| {
                let from = fields.filled("from").or_else(|| fields.filled("user"));
                fields.filled("emoji").map(|emoji| (emoji, from, add))
            };
            match command {
                "message_edit" => {
                    let message = fields.object("message").and_then(Message::of).map(Box::new);
                    Packet::MessageEdit { place, id, message }
                }
                "message_delete" => Packet::MessageDelete { place, id },
                // `pinned` tells that it worked, not whether it is pinned.
                "message_pin" => Packet::MessagePin { place, id, pinned: true },
                "message_unpin" => Packet::MessagePin { place, id, pinned: false },
                "message_react_add" | "reaction_add" | "message_react_remove" | "reaction_remove" => {
                    let add = command.ends_with("add");
                    reaction(&mut fields, add).map_or(Packet::Hollow, |(emoji, from, add)| Packet::Reaction {
                        place,
                        id,
                        emoji,
                        from,
                        add,
                    })
                }
                _ => Packet::Unknown,
            }
        }
    }
}

fn about_threads(command: &str, mut fields: Fields) -> Packet {
    match command {
        "thread_messages" => Packet::Page(Box::new(page(fields, "messages"))),
        "thread_delete" => fields.filled("thread_id").map_or(Packet::Hollow, |id| Packet::ThreadDelete { id }),
        "thread_create" | "thread_update" | "thread_get" | "thread_join" | "thread_leave" => {
            let forum = fields.filled("channel");
            let thread = fields.object("thread").and_then(Thread::of);
            thread.map_or(Packet::Hollow, |thread| Packet::Thread { thread: Box::new(thread), forum })
        }
        _ => Packet::Unknown,
    }
}

fn about_channels(command: &str, mut fields: Fields) -> Packet {
    match command {
        "channel_create" | "channel_update" | "channel_get" => {
            let was = fields.filled("current_name");
            let channel = fields.object("channel").or_else(|| fields.object("val")).and_then(Channel::of);
            channel.map_or(Packet::Hollow, |channel| Packet::Channel { channel: Box::new(channel), was })
        }
        "channel_delete" | "channel_kick" => {
            let name = fields.filled("name").or_else(|| fields.filled("channel"));
            name.map_or(Packet::Hollow, |name| Packet::ChannelDelete { name })
        }
        "channel_move" => Packet::Passed,
        _ => Packet::Unknown,
    }
}

fn about_voice(command: &str, mut fields: Fields) -> Packet {
    let Some(channel) = fields.filled("channel") else { return Packet::Hollow };
    match command {
        "voice_user_joined" | "voice_user_updated" => {
            let who = fields.object("user").and_then(Voice::of);
            who.map_or(Packet::Hollow, |who| Packet::VoiceChanged { channel, who })
        }
        "voice_user_left" => {
            fields.filled("username").map_or(Packet::Hollow, |user| Packet::VoiceLeft { channel, user })
        }
        "voice_join" | "voice_state" => Packet::VoiceState { channel, who: Voice::list(fields.list("participants")) },
        "voice_leave" | "voice_mute" | "voice_unmute" => Packet::Passed,
        _ => Packet::Unknown,
    }
}

fn about_people(command: &str, mut fields: Fields) -> Packet {
    match command {
        "user_join" => person(fields.object("user")).map_or(Packet::Hollow, Packet::UserJoin),
        "user_connect" => person(fields.object("user")).map_or(Packet::Hollow, Packet::UserConnect),
        "user_disconnect" => named(fields).map_or(Packet::Hollow, |user| Packet::UserDisconnect { user }),
        "user_leave" | "user_kick" => named(fields).map_or(Packet::Hollow, |user| Packet::UserLeave { user }),
        "nickname_remove" | "user_updated" | "user_update" | "nickname_update" => {
            // The whole person, or its name and what is new. Only a nickname that is said to be none is taken away.
            let beside = fields.names("nickname") || fields.names("username");
            let inner = if beside { None } else { fields.object("user") };
            let mut fields = inner.unwrap_or(fields);
            let told = fields.names("nickname") || command == "nickname_remove";
            let nickname = told.then(|| fields.raw("nickname").unwrap_or_default());
            let name = fields.filled("username");
            let keeps = ["user_id", "id", "user"].into_iter().find_map(|field| fields.filled(field));
            match (name, keeps) {
                (Some(_), None) | (None, Some(_)) if nickname.is_none() => Packet::Passed,
                (Some(user), keeps) => Packet::Called { keeps, user, nickname },
                (None, Some(user)) => Packet::Called { keeps: None, user, nickname },
                (None, None) => Packet::Hollow,
            }
        }
        "status_get" | "status" => {
            let status = fields.take("status").and_then(Status::of);
            named(fields).zip(status).map_or(Packet::Hollow, |(user, status)| Packet::Status { user, status })
        }
        "status_set" => Packet::StatusSet { status: fields.take("status").and_then(Status::of) },
        "user_roles_get" | "user_roles_set" => {
            let (roles, color) = (fields.raws("roles"), fields.filled("color"));
            named(fields).map_or(Packet::Hollow, |user| Packet::UserRoles { user, roles, color })
        }
        "poll_vote_update" | "poll_end" | "poll_vote" | "poll_results" => {
            let place = Place::of(&mut fields);
            let chosen = fields.has("option_ids").then(|| fields.raws("option_ids"));
            let (message, user) = (fields.filled("message_id"), fields.filled("user"));
            fields.object("results").map(Results::of).map_or(Packet::Hollow, |results| Packet::Poll {
                place,
                message,
                user,
                chosen,
                results,
            })
        }
        "capabilities" | "poll_create" | "user_ban" | "user_unban" | "user_timeout" => Packet::Passed,
        _ => Packet::Unknown,
    }
}

/// The user name that an event is about. Beside it `user` holds an id, or the whole person.
fn named(mut fields: Fields) -> Option<Raw> {
    fields.filled("username").or_else(|| match fields.take("user") {
        Some(Json::Object(mut person)) => person.filled("username"),
        other => other.and_then(Json::raw).filter(|name| !name.is_empty()),
    })
}

fn person(fields: Option<Fields>) -> Option<Box<Person>> {
    fields.and_then(Person::of).map(Box::new)
}

fn people(mut fields: Fields) -> Vec<Person> {
    let list = fields.take("users").or_else(|| fields.take("val")).and_then(Json::list).unwrap_or_default();
    list.into_iter().filter_map(Json::fields).filter_map(Person::of).collect()
}

/// `val`, or the field that should be its name.
fn either(fields: &mut Fields, name: &str) -> Raw {
    fields.raw("val").or_else(|| fields.raw(name)).unwrap_or_default()
}

fn page(mut fields: Fields, name: &str) -> Page {
    let list = fields.take(name).or_else(|| fields.take("val")).and_then(Json::list).unwrap_or_default();
    Page {
        place: Place::of(&mut fields),
        count: list.len(),
        messages: Message::list(list),
        start: fields.object("range").and_then(|range| range.int("start")),
        at_start: fields.peek("at_start").and_then(Json::flag),
    }
}

fn unreads(mut fields: Fields) -> Packet {
    let all = fields.object("unreads").or_else(|| fields.object("val")).unwrap_or_default();
    let state = |(channel, value): (Raw, Json)| value.fields().map(|mut fields| (channel, Unread::of(&mut fields)));
    Packet::Unreads(all.entries().filter_map(state).collect())
}

fn roles(mut fields: Fields) -> Packet {
    let all = match fields.take("roles").or_else(|| fields.take("val")) {
        Some(Json::Object(all)) => {
            all.entries().filter_map(|(name, role)| Some(Role::of(name, role.fields()?))).collect()
        }
        Some(Json::List(all)) => {
            let named = all.into_iter().filter_map(Json::fields);
            named.filter_map(|mut role| Some(Role::of(role.filled("name")?, role))).collect()
        }
        _ => Vec::new(),
    };
    Packet::Roles(all)
}
