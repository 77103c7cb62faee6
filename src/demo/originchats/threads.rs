//! Threads of forums.

use super::server::{Done, Fault, Server};
use super::world::Thread;
use serde_json::{Value, json};

impl Server {
    pub(super) fn threads(&mut self, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        if name == "thread_create" {
            return self.thread_create(user, packet);
        }
        let at = self.at(packet)?;
        let Some(place) = at.thread else { return Err(Fault::Error("Thread not found")) };
        if !self.allows(at, "view", user) {
            return Err(Fault::Bare("Access denied to this channel"));
        }
        let who = self.users.get(user).map(|user| user.name.clone()).unwrap_or_default();
        let owns_server = self.users.get(user).is_some_and(|user| user.roles.iter().any(|role| role == "owner"));
        let Some(channel) = self.channels.get_mut(at.channel) else { return Err(Fault::Error("Thread not found")) };
        let forum = channel.name.clone();
        let Some(thread) = channel.threads.get_mut(place) else { return Err(Fault::Error("Thread not found")) };
        let own = thread.shape["created_by"] == who.as_str();
        if name == "thread_get" {
            return Ok(Done::Reply(json!({"cmd": name, "thread": thread.told()})));
        }
        if name == "thread_join" || name == "thread_leave" {
            if let Some(people) = thread.shape["participants"].as_array_mut() {
                // Who began a thread stays in it without a word.
                if name == "thread_leave" && !own {
                    people.retain(|known| *known != who.as_str());
                } else if name == "thread_join" && people.iter().all(|known| *known != who.as_str()) {
                    people.push(json!(who));
                }
            }
            let event = json!({"cmd": name, "thread": thread.told(), "thread_id": packet["thread_id"], "user": who});
            return Ok(Done::Global(event, Some(forum)));
        }
        if !own && !owns_server {
            return Err(Fault::Error("You do not have permission to manage this thread"));
        }
        if name == "thread_delete" {
            channel.threads.remove(place);
            let event = json!({"cmd": name, "thread_id": packet["thread_id"], "channel": forum});
            return Ok(Done::Global(event, Some(forum)));
        }
        if let Some(title) = packet["name"].as_str() {
            thread.shape["name"] = json!(title);
        }
        if let Some(archived) = packet["archived"].as_bool() {
            thread.shape["archived"] = json!(archived);
        }
        // Only who manages threads may lock one; from others it is passed over.
        if let Some(locked) = packet["locked"].as_bool().filter(|_| owns_server) {
            thread.shape["locked"] = json!(locked);
        }
        Ok(Done::Global(json!({"cmd": name, "thread": thread.told()}), Some(forum)))
    }

    fn thread_create(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let at = self.at(packet)?;
        if self.channels.get(at.channel).is_none_or(|channel| channel.kind != "forum") {
            return Err(Fault::Error("Threads can only be created in forum channels"));
        }
        if !self.allows(at, "create_thread", user) {
            return Err(Fault::Error("You do not have permission to create threads in this channel"));
        }
        let title = packet["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
        let title = title.ok_or(Fault::Error("Missing fields: channel, name"))?.to_owned();
        let id = self.uuid();
        let who = self.users.get(user).map(|user| user.name.clone()).unwrap_or_default();
        let now = self.now;
        let Some(channel) = self.channels.get_mut(at.channel) else { return Err(Fault::Error("Channel not found")) };
        let forum = channel.name.clone();
        let shape = json!({"id": id, "name": title, "parent_channel": forum, "created_by": who, "created_at": now, "locked": false,
            "archived": false, "participants": [who], "last_message": null, "last_message_id": null});
        let thread = Thread { shape, messages: Vec::new() };
        let event = json!({"cmd": "thread_create", "thread": thread.told(), "channel": forum});
        channel.threads.push(thread);
        Ok(Done::Global(event, Some(forum)))
    }
}
