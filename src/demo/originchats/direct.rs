//! Direct chats that are begun with a line in the channel for commands, on servers that have one.

use super::chat::At;
use super::server::{Done, Fault, Server};
use super::world::Channel;
use serde_json::{Value, json};

/// The channel that takes commands.
const COMMANDS: &str = "cmds";

impl Server {
    /// Whether this place takes commands in place of messages.
    pub(super) fn takes_commands(&self, at: At) -> bool {
        at.thread.is_none() && self.channels.get(at.channel).is_some_and(|channel| channel.name == COMMANDS)
    }

    /// Carries out a line. Both people are told all their channels anew; the line itself is told to nobody else.
    pub(super) fn carry_out(&mut self, user: usize, message: &Value) -> Result<Done, Fault> {
        let content = message["content"].as_str().unwrap_or_default();
        let reply =
            Done::Reply(json!({"cmd": "message_new", "message": message, "channel": COMMANDS, "thread_id": null}));
        let Some(name) = content.strip_prefix("dm add ") else { return Ok(reply) };
        let name = name.trim().trim_start_matches('@').to_lowercase();
        let other = self.users.iter().position(|known| known.name.to_lowercase() == name && !known.roles.is_empty());
        let Some(other) = other.filter(|other| *other != user) else {
            return Err(Fault::Said(format!("User {name} does not exist")));
        };
        let is_theirs = |channel: &Channel| {
            channel.between.len() == 2 && channel.between.contains(&user) && channel.between.contains(&other)
        };
        if !self.channels.iter().any(is_theirs) {
            let numbers = self.channels.iter().filter_map(|channel| channel.name.parse::<u32>().ok());
            let number = numbers.max().unwrap_or(399).saturating_add(1).to_string();
            let names = [self.name_of(user), self.name_of(other)];
            let shape = json!({"permissions": {"view": names, "send": names, "react": names}, "icon": null});
            // At the end: others are known by their places.
            self.channels.push(Channel { between: vec![user, other], ..Channel::new("chat", &number, shape) });
        }
        for who in [other, user] {
            let channels = json!({"cmd": "channels_get", "val": self.visible_channels(who)});
            self.tell_own(who, &channels, None);
        }
        Ok(reply)
    }
}
