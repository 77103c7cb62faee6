//! What people do who have no connection: they are there, leave, talk and listen by script, and everybody else hears of it as of anybody.

use super::server::{Done, Output, Server, User};
use super::world::Channel;
use serde_json::{Value, json};

/// Names no connection: what is said to it is said to nobody.
const NOBODY: super::ConnectionId = super::ConnectionId(0);

impl Server {
    fn place_of(&self, name: &str) -> Option<usize> {
        self.users.iter().position(|user| user.name == name)
    }

    /// Somebody does what a client could ask for. Returns the answer that the client would have got; nothing, if there is nobody of that name or the
    /// server stumbles over it.
    pub fn play(&mut self, name: &str, packet: &Value, now: f64) -> (Option<Value>, Vec<Output>) {
        self.now = now;
        let Some(user) = self.place_of(name) else { return (None, Vec::new()) };
        let command = packet["cmd"].as_str().unwrap_or_default().to_owned();
        let answer = match self.run(NOBODY, user, &command, packet) {
            Ok(Done::Reply(reply)) => Some(reply),
            Ok(Done::Global(mut packet, channel)) => {
                packet["global"] = json!(true);
                self.tell_all(&packet, channel.as_deref(), None);
                Some(packet)
            }
            Err(fault) => fault.told(&command),
        };
        (answer, self.take_out())
    }

    /// A text channel is made, told to be otherwise (`shape`: its name for people, who may do what), or deleted (no shape) by script. Who sees it is told.
    pub fn build(&mut self, name: &str, shape: Option<&Value>, now: f64) -> Vec<Output> {
        self.now = now;
        let known = self.channels.iter().position(|channel| channel.name == name);
        let (command, at) = match (known, shape) {
            (Some(at), Some(_)) => ("channel_update", at),
            (None, Some(_)) => {
                self.channels.push(Channel::new("text", name, json!({})));
                ("channel_create", self.channels.len() - 1)
            }
            (Some(at), None) => {
                self.tell_all(&json!({"cmd": "channel_delete", "name": name, "global": true}), Some(name), None);
                self.channels.remove(at);
                self.reads.retain(|(_, place), _| place != name);
                return self.take_out();
            }
            (None, None) => return Vec::new(),
        };
        if let (Some(channel), Some(shape)) = (self.channels.get_mut(at), shape.and_then(Value::as_object)) {
            channel.shape.extend(shape.clone());
        }
        let viewers = 0..self.users.len();
        let told = viewers.flat_map(|user| self.visible_channels(user)).find(|channel| channel["name"] == name);
        if let Some(told) = told {
            self.tell_all(&json!({"cmd": command, "channel": told, "global": true}), Some(name), None);
        }
        self.take_out()
    }

    /// Somebody comes or goes by script. Who has a connection as well stays while it stands.
    pub fn appear(&mut self, name: &str, there: bool, now: f64) -> Vec<Output> {
        self.now = now;
        let Some(at) = self.place_of(name) else { return Vec::new() };
        let before = self.is_connected(at);
        let Some(user) = self.users.get_mut(at) else { return Vec::new() };
        user.acting = there;
        let after = self.is_connected(at);
        let told = match (before, after, self.users.get(at)) {
            (false, true, Some(User { name, roles, .. })) => {
                json!({"cmd": "user_connect", "user": {"username": name, "roles": roles, "color": self.color(at)}})
            }
            (true, false, Some(User { name, .. })) => json!({"cmd": "user_disconnect", "username": name}),
            _ => return Vec::new(),
        };
        self.tell_all(&told, None, None);
        self.take_out()
    }

    /// Somebody enters a voice channel with their microphone off or on, turns it off or on there, or leaves (`None`).
    pub fn voice(&mut self, name: &str, channel: &str, muted: Option<bool>, now: f64) -> Vec<Output> {
        self.now = now;
        let Some(at) = self.place_of(name) else { return Vec::new() };
        let place = self.channels.iter_mut().find(|known| known.name == channel && known.kind == "voice");
        let Some(Channel { inside, .. }) = place else { return Vec::new() };
        let known = inside.iter().position(|(user, _)| *user == at);
        let event = match (known, muted) {
            (None, Some(muted)) => {
                inside.push((at, muted));
                "voice_user_joined"
            }
            (Some(place), Some(muted)) => {
                inside.iter_mut().skip(place).take(1).for_each(|one| one.1 = muted);
                "voice_user_updated"
            }
            (Some(place), None) => {
                inside.remove(place);
                self.tell_all(
                    &json!({"cmd": "voice_user_left", "channel": channel, "username": name}),
                    Some(channel),
                    None,
                );
                return self.take_out();
            }
            (None, None) => return Vec::new(),
        };
        let user = self.heard(at, muted.unwrap_or_default());
        self.tell_all(&json!({"cmd": event, "channel": channel, "user": user}), Some(channel), None);
        self.take_out()
    }

    /// One who is in a voice channel, as others are told.
    fn heard(&self, at: usize, muted: bool) -> Value {
        let Some(user) = self.users.get(at) else { return Value::Null };
        json!({"id": user.id, "username": user.name, "muted": muted, "peer_id": format!("{}_{at}", user.name)})
    }

    /// Everybody in a voice channel, as lists tell it.
    pub(super) fn inside(&self, channel: &Channel) -> Value {
        channel.inside.iter().map(|(at, muted)| self.heard(*at, *muted)).collect()
    }

    /// What somebody has read of a text channel or thread: the id of the newest message read. For tests of clients.
    #[must_use]
    pub fn read_by(&self, name: &str, place: &str) -> Option<&str> {
        self.reads.get(&(self.place_of(name)?, place.to_owned())).map(String::as_str)
    }
}
