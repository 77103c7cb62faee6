//! What the server's objects hold, as far as nib uses it. Each is read with nothing refused but an object without its key.

use super::embeds::Embed;
use super::json::{Fields, Json, Raw};

/// Most entries of a short list inside an object: roles of a person, reactions, embeds, options. A bound against hostile ones.
pub(super) const SHORT: usize = 200;
/// Most participants of a thread.
const PARTICIPANTS: usize = 1_000;

/// Where something is: in a channel, or in a thread of one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Place {
    /// The channel's name; with a thread, the forum's, where told.
    pub channel: Option<Raw>,
    /// The thread's id.
    pub thread: Option<Raw>,
}

impl Place {
    /// The place that an event or reply names.
    pub fn of(fields: &mut Fields) -> Self {
        Self { channel: fields.filled("channel"), thread: fields.filled("thread_id") }
    }
}

/// A message, stored or live.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Message {
    /// A UUID, or whatever the server uses.
    pub id: Raw,
    /// User name of the author.
    pub user: Raw,
    /// What was typed.
    pub content: Raw,
    /// Seconds since the Unix epoch.
    pub timestamp: Option<f64>,
    /// Pinned.
    pub pinned: bool,
    /// Changed since it was sent.
    pub edited: bool,
    /// When, in seconds since the Unix epoch; newer servers only.
    pub edited_at: Option<f64>,
    /// The command and the user that made the server write it.
    pub interaction: Option<(Raw, Raw)>,
    /// Id of the message it answers, and its author.
    pub reply_to: Option<(Option<Raw>, Option<Raw>)>,
    /// Whether a reply calls the one it answers. Missing means yes.
    pub ping: Option<bool>,
    /// Emoji and who reacted with it, in the server's order.
    pub reactions: Vec<(Raw, Vec<Raw>)>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Embeds.
    pub embeds: Vec<Embed>,
    /// The name that a webhook or an alias shows.
    pub shown_as: Option<Raw>,
    /// Whom it calls; told for live messages only.
    pub pings: Option<Pings>,
    /// Where it is, in lists of messages from everywhere.
    pub place: Place,
}

/// Whom a message calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pings {
    /// User names, as typed.
    pub users: Vec<Raw>,
    /// Role names; role ids on newer servers.
    pub roles: Vec<Raw>,
    /// Authors of the messages answered.
    pub replies: Vec<Raw>,
}

impl Message {
    /// A message; `None` without an id.
    pub fn of(mut fields: Fields) -> Option<Self> {
        let id = fields.filled("id")?;
        let reply_to = fields.take("reply_to").and_then(|reply| match reply {
            Json::Object(mut reply) => Some((reply.filled("id"), reply.filled("user"))),
            other => other.raw().map(|id| (Some(id), None)),
        });
        let named = |fields: &mut Fields, field| fields.object(field).and_then(|mut from| from.filled("name"));
        let reactions = fields.object("reactions").map(Fields::entries).into_iter().flatten().take(SHORT);
        Some(Self {
            id,
            place: Place::of(&mut fields),
            user: fields.raw("user").unwrap_or_default(),
            content: fields.raw("content").unwrap_or_default(),
            timestamp: fields.float("timestamp"),
            pinned: fields.flag("pinned"),
            edited: fields.flag("edited") || fields.has("edited_at"),
            edited_at: fields.float("edited_at"),
            interaction: fields.object("interaction").map(|mut interaction| {
                let mut part = |name| interaction.raw(name).unwrap_or_default();
                (part("command"), part("username"))
            }),
            reply_to,
            ping: fields.peek("ping").and_then(Json::flag),
            reactions: reactions
                .map(|(emoji, users)| (emoji, strings(users.list().unwrap_or_default())))
                .filter(|(emoji, users)| !emoji.is_empty() && !users.is_empty())
                .collect(),
            attachments: fields.objects("attachments").into_iter().take(SHORT).map(Attachment::of).collect(),
            embeds: fields.objects("embeds").into_iter().take(SHORT).map(Embed::of).collect(),
            shown_as: named(&mut fields, "webhook").or_else(|| named(&mut fields, "alias")),
            pings: fields.object("pings").map(|mut pings| Pings {
                users: pings.raws("users"),
                roles: pings.raws("roles"),
                replies: pings.raws("replies"),
            }),
        })
    }

    /// The messages of a list; what is none is left out.
    pub fn list(values: Vec<Json>) -> Vec<Self> {
        values.into_iter().filter_map(Json::fields).filter_map(Self::of).collect()
    }
}

fn strings(values: Vec<Json>) -> Vec<Raw> {
    values.into_iter().filter_map(Json::raw).collect()
}

/// A file of a message.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Attachment {
    /// A UUID.
    pub id: Raw,
    /// Its name.
    pub name: Raw,
    /// Its MIME type.
    pub mime_type: Raw,
    /// Bytes.
    pub size: u64,
    /// Pixels; 0 when not told.
    pub width: u32,
    /// Pixels; 0 when not told.
    pub height: u32,
    /// Where it is: a path of this server, or a whole address.
    pub url: Option<Raw>,
    /// Until when it is kept, in seconds since the Unix epoch.
    pub expires_at: Option<f64>,
}

impl Attachment {
    fn of(mut fields: Fields) -> Self {
        Self {
            id: fields.raw("id").unwrap_or_default(),
            name: fields.raw("name").unwrap_or_default(),
            mime_type: fields.raw("mime_type").unwrap_or_default(),
            size: fields.int("size").and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            width: fields.count("width").unwrap_or(0),
            height: fields.count("height").unwrap_or(0),
            url: fields.filled("url"),
            expires_at: fields.float("expires_at"),
        }
    }
}

/// Lists of role names by what they allow. `None`: the server told no list for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Access(Vec<(Raw, Vec<Raw>)>);

impl Access {
    fn of(fields: Fields) -> Self {
        let list = |value: Json| match value {
            Json::List(roles) => Some(strings(roles.into_iter().take(SHORT).collect())),
            other => other.raw().map(|role| vec![role]),
        };
        Self(fields.entries().take(SHORT).filter_map(|(what, roles)| Some((what, list(roles)?))).collect())
    }

    /// The list for one thing.
    #[must_use]
    pub fn list(&self, what: &str) -> Option<&[Raw]> {
        self.0.iter().find(|(known, _)| known.wire() == what).map(|(_, roles)| roles.as_slice())
    }
}

/// A channel, separator or forum.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Channel {
    /// Its key; may change.
    pub name: Raw,
    /// `text`, `voice`, `forum`, `separator`, `chat`, …
    pub kind: Raw,
    /// What is shown in place of the key.
    pub display_name: Option<Raw>,
    /// What it is about.
    pub description: Option<Raw>,
    /// Who may do what. `None`: not told at all.
    pub access: Option<Access>,
    /// When its newest message was sent.
    pub last_message: Option<f64>,
    /// Id of its newest message.
    pub last_message_id: Option<Raw>,
    /// Who is inside.
    pub voice: Option<Vec<Voice>>,
    /// Threads of a forum.
    pub threads: Vec<Thread>,
    /// Seconds to wait between two messages.
    pub slowmode: u32,
    /// Names of those whose channel it is, where told.
    pub people: Vec<Raw>,
}

impl Channel {
    /// A channel; `None` without a name.
    pub fn of(mut fields: Fields) -> Option<Self> {
        Some(Self {
            name: fields.filled("name")?,
            kind: fields.raw("type").unwrap_or_default(),
            display_name: fields.filled("display_name"),
            description: fields.filled("description"),
            access: fields.object("permissions").map(Access::of),
            last_message: fields.float("last_message"),
            last_message_id: fields.filled("last_message_id"),
            voice: fields.take("voice_state").and_then(Json::list).map(Voice::list),
            threads: fields.objects("threads").into_iter().filter_map(Thread::of).collect(),
            slowmode: fields.count("slowmode").unwrap_or(0),
            people: strings(fields.list("participants").into_iter().take(SHORT).collect()),
        })
    }
}

/// A thread of a forum.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Thread {
    /// A UUID.
    pub id: Raw,
    /// Its heading.
    pub name: Raw,
    /// Name of its forum.
    pub forum: Option<Raw>,
    /// User name of who began it.
    pub by: Option<Raw>,
    /// User names of those who take part.
    pub people: Vec<Raw>,
    /// Cannot be read or written.
    pub locked: bool,
    /// Cannot be read until somebody writes.
    pub archived: bool,
    /// When it was made.
    pub created_at: Option<f64>,
    /// When its newest message was sent.
    pub last_message: Option<f64>,
    /// Id of its newest message.
    pub last_message_id: Option<Raw>,
}

impl Thread {
    /// A thread; `None` without an id.
    pub fn of(mut fields: Fields) -> Option<Self> {
        Some(Self {
            id: fields.filled("id")?,
            name: fields.raw("name").unwrap_or_default(),
            forum: fields.filled("parent_channel"),
            by: fields.filled("created_by"),
            people: strings(fields.list("participants").into_iter().take(PARTICIPANTS).collect()),
            locked: fields.flag("locked"),
            archived: fields.flag("archived"),
            created_at: fields.float("created_at"),
            last_message: fields.float("last_message"),
            last_message_id: fields.filled("last_message_id"),
        })
    }
}

/// Somebody in a voice channel.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Voice {
    /// User name.
    pub user: Raw,
    /// What they keep through all names.
    pub keeps: Option<Raw>,
    /// Microphone off.
    pub muted: bool,
}

impl Voice {
    /// Somebody; `None` without a name.
    pub fn of(mut fields: Fields) -> Option<Self> {
        Some(Self { user: fields.filled("username")?, keeps: fields.filled("id"), muted: fields.flag("muted") })
    }

    /// Everybody of a list.
    pub fn list(values: Vec<Json>) -> Vec<Self> {
        values.into_iter().filter_map(Json::fields).filter_map(Self::of).take(SHORT).collect()
    }
}

/// Whether somebody is there, and what they say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// `online`, `idle`, `dnd`, `offline`, `invisible`.
    pub status: Raw,
    /// What they say.
    pub text: Option<Raw>,
}

impl Status {
    /// A status; a bare string is one, too.
    #[must_use]
    pub fn of(value: Json) -> Option<Self> {
        match value {
            Json::Object(mut fields) => Some(Self { status: fields.filled("status")?, text: fields.filled("text") }),
            other => other.raw().map(|status| Self { status, text: None }),
        }
    }
}

/// Somebody, as a list, an event or `ready` tells. What is `None` was not told.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Person {
    /// User name, the key.
    pub name: Raw,
    /// The name shown. `Some(empty)`: told that there is none.
    pub nickname: Option<Raw>,
    /// Names of the roles held, the strongest first as the server sees it.
    pub roles: Option<Vec<Raw>>,
    /// `#RRGGBB`. `Some(None)`: told that there is none.
    pub color: Option<Option<Raw>>,
    /// Whether they are there.
    pub status: Option<Status>,
    /// An account of this server alone.
    pub cracked: Option<bool>,
}

impl Person {
    /// Somebody; `None` without a name.
    pub fn of(mut fields: Fields) -> Option<Self> {
        let told_nickname = fields.names("nickname");
        let told_color = fields.names("color");
        Some(Self {
            name: fields.filled("username")?,
            nickname: told_nickname.then(|| fields.raw("nickname").unwrap_or_default()),
            roles: fields
                .take("roles")
                .and_then(Json::list)
                .map(|roles| strings(roles.into_iter().take(SHORT).collect())),
            color: told_color.then(|| fields.filled("color")),
            status: fields.take("status").and_then(Status::of),
            cracked: fields.peek("cracked").and_then(Json::flag),
        })
    }
}

/// A role.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Role {
    /// Its key.
    pub name: Raw,
    /// A UUID, where told.
    pub id: Option<Raw>,
    /// `#RRGGBB`.
    pub color: Option<Raw>,
    /// Whether its members have a section of their own.
    pub hoisted: bool,
    /// Lower is stronger.
    pub position: Option<i64>,
    /// What it allows on the whole server.
    pub permissions: Vec<Raw>,
}

impl Role {
    /// The role called `name`, or as it calls itself.
    pub fn of(name: Raw, mut fields: Fields) -> Self {
        let permissions = match fields.take("permissions") {
            Some(Json::List(names)) => strings(names.into_iter().take(SHORT).collect()),
            // With rules about mentions it is an object of flags.
            Some(Json::Object(flags)) => {
                let held = flags.entries().take(SHORT).filter(|(_, value)| value.flag() == Some(true));
                held.map(|(name, _)| name).collect()
            }
            _ => Vec::new(),
        };
        Self {
            id: fields.filled("id"),
            color: fields.filled("color"),
            hoisted: fields.flag("hoisted"),
            position: fields.int("position"),
            permissions,
            name,
        }
    }
}

/// The read state of one channel.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Unread {
    /// Id of the newest message read.
    pub last_read: Option<Raw>,
    /// Messages after it.
    pub count: u32,
    /// Of these, how many call oneself; newer servers only.
    pub pings: Option<u32>,
}

impl Unread {
    /// A read state.
    pub fn of(fields: &mut Fields) -> Self {
        Self {
            last_read: fields.filled("last_read"),
            count: fields.count("unread_count").unwrap_or(0),
            pings: fields.count("ping_count"),
        }
    }
}
