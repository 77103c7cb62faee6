//! What a server begins with: its name, roles, people, channels, a history.

use super::server::User;
use super::service::ServiceAccount;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Everything that is there before anybody connects. Made by hand, or as the small one that recordings were made with ([`World::lab`]).
#[derive(Clone, Debug)]
pub struct World {
    pub(super) name: String,
    /// User name of who owns it.
    pub(super) owner: String,
    /// Role objects by name.
    pub(super) roles: Value,
    pub(super) people: Vec<User>,
    pub(super) channels: Vec<Channel>,
    /// Who has read what: person, place, and the newest message read.
    pub(super) reads: Vec<(String, String, String)>,
    /// Its own emoji by their ids, as the wire tells them.
    pub(super) emoji: Value,
}

impl World {
    /// A server with the usual roles and nothing else.
    #[must_use]
    pub fn new(name: &str, owner: &str) -> Self {
        let (name, owner) = (name.to_owned(), owner.to_owned());
        Self {
            name,
            owner,
            roles: roles(),
            people: Vec::new(),
            channels: Vec::new(),
            reads: Vec::new(),
            emoji: json!({}),
        }
    }

    /// The small server of the recordings, with so many messages in the channel called `history`.
    #[must_use]
    pub fn lab(history: usize) -> Self {
        Self { channels: channels(history), ..Self::new("Loopback Lab", "alice") }
    }

    /// Adds emoji of its own.
    #[must_use]
    pub fn with_emoji(mut self, names: &[&str]) -> Self {
        for (id, name) in names.iter().enumerate() {
            self.emoji[id.to_string()] = json!({"name": name, "fileName": format!("{id}.png")});
        }
        self
    }

    /// Adds somebody with an account of the account service.
    #[must_use]
    pub fn with_person(mut self, account: &ServiceAccount, roles: &[&str]) -> Self {
        self.people.push(User {
            id: account.id.clone(),
            name: account.name.clone(),
            nickname: None,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            status: json!({"status": "online", "text": ""}),
            password: None,
            acting: false,
        });
        self
    }

    /// What was read: the newest message, by person and place.
    pub(super) fn read_marks(&self) -> HashMap<(usize, String), String> {
        let known = |who: &str| self.people.iter().position(|user| user.name == who);
        let marks = self.reads.iter();
        marks.filter_map(|(who, place, upto)| Some(((known(who)?, place.clone()), upto.clone()))).collect()
    }

    /// Somebody has read a channel up to a message.
    #[must_use]
    pub fn with_read(mut self, name: &str, place: &str, upto: &str) -> Self {
        self.reads.push((name.to_owned(), place.to_owned(), upto.to_owned()));
        self
    }

    /// Adds a direct chat of two people who are here already.
    #[must_use]
    pub fn with_direct(mut self, name: &str, people: [&str; 2]) -> Self {
        let between = people.iter().filter_map(|wanted| self.people.iter().position(|known| known.name == *wanted));
        let between = between.collect();
        let rights = json!({"view": people, "send": people, "react": people});
        self.channels.push(Channel { between, ..Channel::new("chat", name, json!({ "permissions": rights })) });
        self
    }

    /// Adds a text channel that everybody reads and writes, with these messages, oldest first.
    #[must_use]
    pub fn with_text(mut self, name: &str, messages: Vec<Value>) -> Self {
        let open = json!({"view": ["user"], "send": ["user"], "delete": ["owner"], "pin": ["owner"]});
        self.channels.push(Channel { messages, ..Channel::new("text", name, json!({ "permissions": open })) });
        self
    }
}

/// A new id.
pub(super) fn uuid(random: &mut fastrand::Rng) -> String {
    as_uuid(random.u128(..))
}

/// An id of this number.
pub(super) fn as_uuid(number: u128) -> String {
    let number = number & !(0xf << 76) | 4 << 76;
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// A message as servers store it.
#[must_use]
pub fn message(id: &str, user: &str, content: &str, seconds: f64) -> Value {
    json!({"user": user, "content": content, "timestamp": seconds, "id": id, "pinned": false, "type": "message", "interaction": null})
}

/// A channel, forum or gap.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// What lists tell of it, but for what depends on the moment.
    pub(super) shape: Map<String, Value>,
    pub(super) messages: Vec<Value>,
    pub(super) threads: Vec<Thread>,
    /// For voice channels: places in `users` of those inside, and whether their microphone is off.
    pub(super) inside: Vec<(usize, bool)>,
    /// For direct chats: places in `users` of those whose chat it is.
    pub(super) between: Vec<usize>,
}

/// A thread of a forum.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) shape: Value,
    pub(super) messages: Vec<Value>,
}

impl Thread {
    pub(super) fn id(&self) -> &str {
        self.shape["id"].as_str().unwrap_or_default()
    }

    pub(super) fn is(&self, flag: &str) -> bool {
        self.shape[flag] == true
    }

    /// What is told of it: the shape and its newest message.
    pub(super) fn told(&self) -> Value {
        let mut told = self.shape.clone();
        let newest = self.messages.last();
        told["last_message"] = newest.map_or(Value::Null, |message| message["timestamp"].clone());
        told["last_message_id"] = newest.map_or(Value::Null, |message| message["id"].clone());
        told
    }
}

impl Channel {
    pub(super) fn new(kind: &'static str, name: &str, mut shape: Value) -> Self {
        shape["type"] = json!(kind);
        shape["name"] = json!(name);
        let shape = shape.as_object().cloned().unwrap_or_default();
        Self {
            name: name.to_owned(),
            kind,
            shape,
            messages: Vec::new(),
            threads: Vec::new(),
            inside: Vec::new(),
            between: Vec::new(),
        }
    }

    /// Whether people write in it as in a text channel.
    pub(super) fn is_written(&self) -> bool {
        matches!(self.kind, "text" | "chat")
    }

    /// Whether somebody may do something: the first of their roles that the list names decides, or else their name.
    pub(super) fn allows(&self, what: &str, user: &User) -> bool {
        let roles = &user.roles;
        let Some(list) = self.shape.get("permissions").and_then(|all| all.get(what)).and_then(Value::as_array) else {
            return match what {
                "react" | "edit_own" | "delete_own" => roles.iter().any(|role| role == "user"),
                "pin" => roles.iter().any(|role| role == "owner"),
                _ => false,
            };
        };
        for role in roles.iter().chain([&user.name]) {
            let named = |name: &str| list.iter().any(|entry| entry == name);
            if named(&format!("!{role}")) {
                return false;
            }
            if named(role) {
                return true;
            }
        }
        false
    }
}

/// The roles, the strongest first.
fn roles() -> Value {
    let role = |id: &str, description: &str, color: Value, hoisted: bool, permissions: Value, position: u8| {
        json!({"id": id, "description": description, "color": color, "hoisted": hoisted, "permissions": permissions,
            "self_assignable": false, "category": null, "position": position})
    };
    let all = json!(["administrator"]);
    let moderate = json!(["manage_messages", "manage_threads"]);
    let talk = json!(["send_messages"]);
    json!({
        "owner": role("b81333eb-d8ed-4541-b0ab-5bf539137e7d", "Owns the server.", json!("#9400D3"), true, all.clone(), 0),
        "admin": role("9df52d64-a37a-4513-b0cf-d311b18621d6", "Runs the server.", json!("#FF0000"), true, all, 1),
        "moderator": role("0b5a7f5e-3c58-4a0e-8b29-5f6d2b8a9c11", "Keeps order.", json!("#FFFF00"), true, moderate, 2),
        "user": role("5d0c3c4a-7e1f-4d55-9b0f-2f7b7a1e6d22", "Everybody.", Value::Null, false, talk, 3),
    })
}

/// The channels; `history` messages in the one of that name.
fn channels(history: usize) -> Vec<Channel> {
    let open = json!({"view": ["user"], "send": ["user"], "delete": ["owner", "admin", "moderator"], "pin": ["owner", "moderator"]});
    let mut past = Channel::new(
        "text",
        "history",
        json!({"display_name": "Old history", "description": "Messages of last year", "permissions": open}),
    );
    past.messages = (0..history).map(old_message).collect();
    vec![
        Channel::new("text", "general", json!({"description": "General chat", "permissions": open})),
        past,
        Channel::new(
            "text",
            "announcements",
            json!({"description": "read only", "permissions": {"view": ["user"], "send": ["owner"]}}),
        ),
        Channel::new("text", "staff", json!({"permissions": {"view": ["owner"], "send": ["owner"]}})),
        Channel::new("separator", "sep1", json!({"size": 10, "permissions": {"view": ["user"]}})),
        Channel::new(
            "forum",
            "help",
            json!({"description": "forum", "permissions": {"view": ["user"], "send": ["user"], "create_thread": ["user"]}}),
        ),
        Channel::new(
            "voice",
            "lounge",
            json!({"description": "voice", "permissions": {"view": ["user"], "send": ["user"]}}),
        ),
    ]
}

fn old_message(number: usize) -> Value {
    let user = if number.is_multiple_of(2) { "alice" } else { "bob" };
    let needle = if number.is_multiple_of(50) { " needle" } else { "" };
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let timestamp = 1_760_000_000.0 + 60.25 * number as f64;
    let id = format!("00000000-0000-0000-0000-{:012x}", number + 1);
    message(&id, user, &format!("old message {number:03}{needle}"), timestamp)
}
