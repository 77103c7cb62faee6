//! Writing, changing, deleting, pinning, reacting, typing.

use super::server::{Done, Fault, Posted, Server};
use super::world::Channel;
use serde_json::{Value, json};

/// A channel, or a thread of one, by their places.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) channel: usize,
    pub(super) thread: Option<usize>,
}

impl Server {
    /// Where a request leads.
    pub(super) fn at(&self, packet: &Value) -> Result<At, Fault> {
        if let Some(id) = packet["thread_id"].as_str() {
            let place = self.channels.iter().enumerate().find_map(|(channel, known)| {
                let thread = known.threads.iter().position(|thread| thread.id() == id)?;
                Some(At { channel, thread: Some(thread) })
            });
            return place.ok_or(Fault::Error("Thread not found"));
        }
        let Some(name) = packet["channel"].as_str() else { return Err(Fault::Error("Channel or thread_id required")) };
        let channel = self.channels.iter().position(|known| known.name == name);
        channel.map(|channel| At { channel, thread: None }).ok_or(Fault::Error("Channel not found"))
    }

    pub(super) fn messages(&self, at: At) -> &[Value] {
        let channel = self.channels.get(at.channel);
        match at.thread {
            None => channel.map_or(&[], |channel| channel.messages.as_slice()),
            Some(thread) => {
                channel.and_then(|channel| channel.threads.get(thread)).map_or(&[], |thread| thread.messages.as_slice())
            }
        }
    }

    pub(super) fn messages_mut(&mut self, at: At) -> Option<&mut Vec<Value>> {
        let channel = self.channels.get_mut(at.channel)?;
        match at.thread {
            None => Some(&mut channel.messages),
            Some(thread) => channel.threads.get_mut(thread).map(|thread| &mut thread.messages),
        }
    }

    pub(super) fn allows(&self, at: At, what: &str, user: usize) -> bool {
        let (channel, user) = (self.channels.get(at.channel), self.users.get(user));
        channel.zip(user).is_some_and(|(channel, user)| channel.allows(what, user))
    }

    fn limit(&mut self, user: usize) -> Result<(), Fault> {
        let now = self.now;
        let Some(limiters) = &mut self.limiters else { return Ok(()) };
        limiters.entry(user).or_default().count(now).map_err(|(reason, length)| Fault::Limit(reason, length))
    }

    pub(super) fn name_of(&self, user: usize) -> String {
        self.users.get(user).map(|user| user.name.clone()).unwrap_or_default()
    }

    /// Names the place in an event about it.
    pub(super) fn placed(&self, mut packet: Value, at: At) -> (Value, Option<String>) {
        let channel = self.channels.get(at.channel);
        let name = channel.map(|channel| channel.name.clone());
        packet["channel"] = json!(name);
        if let Some(thread) = at.thread.and_then(|thread| channel?.threads.get(thread)) {
            packet["thread_id"] = json!(thread.id());
        }
        (packet, name)
    }

    pub(super) fn message_new(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let content = packet["content"].as_str();
        let somewhere = packet["channel"].is_string() || packet["thread_id"].is_string();
        let (true, Some(content)) = (somewhere, content) else {
            return Err(Fault::Error("Missing fields: channel or thread_id, content or attachments"));
        };
        let content = content.trim();
        let has_files = packet["attachments"].as_array().is_some_and(|files| !files.is_empty());
        if content.is_empty() && !has_files {
            return Err(Fault::Error("Message content or attachments cannot be empty"));
        }
        if content.chars().count() > 2_000 {
            return Err(Fault::Error("Message too long. Maximum length is 2000 characters"));
        }
        if self.users.get(user).is_none_or(|user| user.roles.is_empty()) {
            return Err(Fault::Error("User roles not found"));
        }
        // What is malformed costs nothing; what is refused from here on does.
        self.limit(user)?;
        let at = self.at(packet)?;
        let is_written = self.channels.get(at.channel).is_some_and(Channel::is_written);
        if !self.allows(at, "send", user) {
            return Err(Fault::Error("You do not have permission to send messages in this channel"));
        }
        if at.thread.is_none() && !is_written {
            return Err(Fault::Error("Cannot send messages in this channel type"));
        }
        let reply_to = match packet["reply_to"].as_str() {
            None => None,
            Some(id) => {
                let answered = self.messages(at).iter().find(|message| message["id"] == id);
                let answered = answered.ok_or(Fault::Error("The message you're trying to reply to was not found"))?;
                Some(json!({"id": id, "user": answered["user"]}))
            }
        };
        if let Some(thread) = at.thread.and_then(|thread| self.channels.get_mut(at.channel)?.threads.get_mut(thread)) {
            if thread.is("locked") {
                return Err(Fault::Error("This thread is locked"));
            }
            thread.shape["archived"] = json!(false);
        }
        let id = self.uuid();
        let mut message = json!({"user": self.name_of(user), "content": content, "timestamp": self.now, "id": id, "pinned": false,
            "type": "message", "interaction": null});
        if let Some(ping) = packet["ping"].as_bool() {
            message["ping"] = json!(ping);
        }
        if has_files {
            message["attachments"] = json!(self.attached(user, &packet["attachments"]).map_err(Fault::Said)?);
        }
        if self.takes_commands(at) {
            return self.carry_out(user, &message);
        }
        let replies = match &reply_to {
            Some(reply) if packet["ping"] != false => json!([reply["user"]]),
            _ => json!([]),
        };
        if let Some(reply) = reply_to {
            message["reply_to"] = reply;
        }
        if let Some(messages) = self.messages_mut(at) {
            messages.push(message.clone());
        }
        message["pings"] = pings(content, replies);
        self.posted(Posted { at, user, message: message.clone() });
        let (mut event, channel) = self.placed(json!({"cmd": "message_new", "message": message}), at);
        if at.thread.is_none() {
            event["thread_id"] = Value::Null;
        }
        Ok(Done::Global(event, channel))
    }

    /// A message that a request names, and its place.
    fn named(&self, packet: &Value, missing: &'static str) -> Result<(At, usize), Fault> {
        let at = self.at(packet)?;
        let place = self.messages(at).iter().position(|message| message["id"] == packet["id"]);
        place.map(|place| (at, place)).ok_or(Fault::Error(missing))
    }

    pub(super) fn message_edit(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let content = packet["content"].as_str().unwrap_or_default().trim().to_owned();
        if content.is_empty() {
            return Err(Fault::Error("Message content or attachments cannot be empty"));
        }
        self.limit(user)?;
        let (at, place) = self.named(packet, "Message not found")?;
        let name = self.name_of(user);
        let Some(message) = self.messages_mut(at).and_then(|messages| messages.get_mut(place)) else {
            return Err(Fault::Error("Message not found"));
        };
        if message["user"] != name.as_str() {
            return Err(Fault::Error("You do not have permission to edit this message"));
        }
        message["content"] = json!(content);
        message["edited"] = json!(true);
        let mut message = message.clone();
        if at.thread.is_none() {
            message["pings"] = pings(&content, json!([]));
        }
        let event = json!({"cmd": "message_edit", "id": packet["id"], "content": content, "message": message});
        let (event, channel) = self.placed(event, at);
        Ok(Done::Global(event, channel))
    }

    pub(super) fn message_delete(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let (at, place) = self.named(packet, "Message not found or cannot be deleted")?;
        let own = self.messages(at).get(place).is_some_and(|message| message["user"] == self.name_of(user).as_str());
        if !self.allows(at, if own { "delete_own" } else { "delete" }, user) {
            return Err(Fault::Error("You do not have permission to delete this message"));
        }
        let removed = self.messages_mut(at).map(|messages| messages.remove(place)).unwrap_or_default();
        self.forget_files(&removed["attachments"]);
        let (event, channel) = self.placed(json!({"cmd": "message_delete", "id": packet["id"]}), at);
        Ok(Done::Global(event, channel))
    }

    pub(super) fn message_pin(&mut self, user: usize, packet: &Value, name: &str) -> Result<Done, Fault> {
        let (at, place) = self.named(packet, "Message not found")?;
        if !self.allows(at, "pin", user) {
            return Err(Fault::Error("You do not have permission to pin messages in this channel"));
        }
        if let Some(message) = self.messages_mut(at).and_then(|messages| messages.get_mut(place)) {
            message["pinned"] = json!(name == "message_pin");
        }
        // `pinned` tells that it worked.
        let (event, channel) = self.placed(json!({"cmd": name, "id": packet["id"], "pinned": true}), at);
        Ok(Done::Global(event, channel))
    }

    pub(super) fn message_react(&mut self, user: usize, packet: &Value, name: &str) -> Result<Done, Fault> {
        let add = name == "message_react_add";
        let failed = if add { "Failed to add reaction" } else { "Failed to remove reaction" };
        let (at, place) = self.named(packet, failed)?;
        let who = self.name_of(user);
        if !self.allows(at, "react", user) {
            return Err(Fault::Error("You do not have permission to react in this channel"));
        }
        let emoji = packet["emoji"].as_str().filter(|emoji| !emoji.is_empty()).ok_or(Fault::Error(failed))?;
        let message = self.messages_mut(at).and_then(|messages| messages.get_mut(place));
        let fields = message.and_then(Value::as_object_mut).ok_or(Fault::Error(failed))?;
        let reactions = fields.entry("reactions").or_insert_with(|| json!({}));
        let reactions = reactions.as_object_mut().ok_or(Fault::Error(failed))?;
        let people = reactions.entry(emoji).or_insert_with(|| json!([]));
        let people = people.as_array_mut().ok_or(Fault::Error(failed))?;
        let known = people.iter().position(|person| *person == who.as_str());
        match (add, known) {
            (true, None) => people.push(json!(who)),
            (false, Some(at)) => drop(people.remove(at)),
            (true, Some(_)) | (false, None) => return Err(Fault::Error(failed)),
        }
        if people.is_empty() {
            reactions.remove(emoji);
        }
        if reactions.is_empty() {
            fields.remove("reactions");
        }
        let (event, channel) = self.placed(json!({"cmd": name, "id": packet["id"], "emoji": emoji, "from": who}), at);
        Ok(Done::Global(event, channel))
    }

    pub(super) fn typing(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        self.limit(user)?;
        let at = self.at(packet)?;
        if !self.allows(at, "send", user) {
            return Err(Fault::Error("You do not have permission to send messages in this channel"));
        }
        let (mut event, channel) = self.placed(json!({"cmd": "typing", "user": self.name_of(user)}), at);
        if at.thread.is_none() {
            event["thread_id"] = Value::Null;
        }
        Ok(Done::Global(event, channel))
    }
}

/// Whom a text calls: names as typed, known or not.
pub(super) fn pings(content: &str, replies: Value) -> Value {
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for (at, _) in content.match_indices('@') {
        let rest = content.get(at + 1..).unwrap_or_default();
        let (role, rest) = rest.strip_prefix('&').map_or((false, rest), |rest| (true, rest));
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if !name.is_empty() {
            if role { &mut roles } else { &mut users }.push(name);
        }
    }
    json!({"users": users, "roles": roles, "replies": replies})
}
