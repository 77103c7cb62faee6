//! Reading messages and marking them read, with the stumbles of the real server.

use super::chat::At;
use super::server::{ConnectionId, Done, Fault, Server};
use serde_json::{Value, json};

/// Most messages of one page.
const MOST: usize = 200;

fn number(value: &Value, otherwise: usize) -> usize {
    match value.as_i64() {
        Some(number) => usize::try_from(number).unwrap_or(0),
        None => otherwise,
    }
}

impl Server {
    pub(super) fn read(&mut self, id: ConnectionId, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        let at = self.at(packet)?;
        let is_written = self.channels.get(at.channel).is_some_and(super::world::Channel::is_written);
        if !self.allows(at, "view", user) || at.thread.is_none() && !is_written {
            return Err(Fault::Bare("Access denied to this channel"));
        }
        if let Some(thread) = at.thread.and_then(|thread| self.channels.get(at.channel)?.threads.get(thread)) {
            if thread.is("locked") {
                return Err(Fault::Error("This thread is locked"));
            }
            if thread.is("archived") {
                return Err(Fault::Error("This thread is archived"));
            }
        }
        let messages = self.messages(at);
        let place = |id: &Value| messages.iter().position(|message| message["id"] == *id);
        let reply = match name {
            "messages_get" => return self.page(id, user, at, packet),
            "thread_messages" => {
                let to = match &packet["start"] {
                    Value::String(_) => place(&packet["start"]).unwrap_or(messages.len()),
                    start => messages.len().saturating_sub(number(start, 0)),
                };
                let limit = number(&packet["limit"], 100).clamp(1, MOST);
                let page = messages.get(to.saturating_sub(limit)..to).unwrap_or_default();
                json!({"cmd": name, "thread_id": packet["thread_id"], "messages": page})
            }
            "messages_around" => {
                let found = place(&packet["around"]).ok_or(Fault::Error("Message not found"))?;
                let bound = |side: &str| number(&packet["bounds"][side], 50).min(MOST);
                // The last line of the file has no end, so the newest message is never read this way.
                let end = messages.len().saturating_sub(1);
                let from = found.saturating_sub(bound("below")).min(end);
                let to = (found + 1 + bound("above")).min(end);
                let page = messages.get(from..to).unwrap_or_default();
                let (reply, _) = self.placed(
                    json!({"cmd": name, "thread_id": null, "messages": page, "range": {"start": from, "end": to}}),
                    at,
                );
                reply
            }
            "message_get" => {
                let found = place(&packet["id"]).ok_or(Fault::Error("Message not found"))?;
                let (reply, _) = self.placed(json!({"cmd": name, "message": messages.get(found)}), at);
                reply
            }
            "messages_pinned" => {
                let pinned: Vec<&Value> = messages.iter().rev().filter(|message| message["pinned"] == true).collect();
                json!({"cmd": name, "channel": packet["channel"], "messages": pinned})
            }
            "messages_search" => {
                let query = packet["query"].as_str().unwrap_or_default().to_lowercase();
                let hit = |message: &&Value| {
                    message["content"].as_str().is_some_and(|text| text.to_lowercase().contains(&query))
                };
                let results: Vec<&Value> = messages.iter().rev().filter(hit).take(30).collect();
                json!({"cmd": name, "channel": packet["channel"], "query": packet["query"], "results": results})
            }
            _ => {
                let replies: Vec<&Value> =
                    messages.iter().filter(|message| message["reply_to"]["id"] == packet["id"]).take(50).collect();
                json!({"cmd": name, "channel": packet["channel"], "message_id": packet["id"], "replies": replies})
            }
        };
        Ok(Done::Reply(reply))
    }

    /// A page by count, which marks everything read.
    fn page(&mut self, id: ConnectionId, user: usize, at: At, packet: &Value) -> Result<Done, Fault> {
        if packet["start"].is_string() {
            return Err(Fault::Stumbled);
        }
        let start = number(&packet["start"], 0);
        let limit = match number(&packet["limit"], 100) {
            0 => 100,
            limit => limit.min(MOST),
        };
        let messages = self.messages(at);
        let to = messages.len().saturating_sub(start);
        let page = messages.get(to.saturating_sub(limit)..to).unwrap_or_default().to_vec();
        let newest = messages.last().map(|message| message["id"].clone());
        let range = json!({"start": start, "end": start + limit});
        let (reply, _) = self.placed(json!({"cmd": "messages_get", "messages": page, "range": range}), at);
        if let Some(newest) = newest {
            self.mark_read(user, at, &newest);
            let update = self.read_mark("unreads_update", at, &newest);
            self.tell_own(user, &update, None);
        }
        let _ = id;
        Ok(Done::Reply(reply))
    }

    fn place_name(&self, at: At) -> String {
        let channel = self.channels.get(at.channel);
        match at.thread.and_then(|thread| channel?.threads.get(thread)) {
            Some(thread) => format!("thread/{}", thread.id()),
            None => channel.map(|channel| channel.name.clone()).unwrap_or_default(),
        }
    }

    fn mark_read(&mut self, user: usize, at: At, message: &Value) {
        let place = self.place_name(at);
        self.reads.insert((user, place), message.as_str().unwrap_or_default().to_owned());
    }

    /// A thread is named alone, a channel alone.
    fn read_mark(&self, name: &str, at: At, message: &Value) -> Value {
        let (mut mark, _) = self.placed(json!({"cmd": name, "last_read": message}), at);
        if at.thread.is_some()
            && let Some(fields) = mark.as_object_mut()
        {
            fields.remove("channel");
        }
        mark
    }

    fn unread(&self, user: usize, at: At) -> Value {
        let messages = self.messages(at);
        let last = self.reads.get(&(user, self.place_name(at)));
        let read = last.and_then(|id| messages.iter().position(|message| message["id"] == id.as_str()));
        let count = messages.len() - read.map_or(0, |at| at + 1);
        json!({"last_read": last, "unread_count": count, "total_messages": messages.len()})
    }

    pub(super) fn unreads(&mut self, id: ConnectionId, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        if name == "unreads_get" {
            let text = |at: &At| {
                let channel = self.channels.get(at.channel);
                channel.is_some_and(super::world::Channel::is_written) && self.allows(*at, "view", user)
            };
            let places = (0..self.channels.len()).map(|channel| At { channel, thread: None }).filter(text);
            let all: serde_json::Map<String, Value> =
                places.map(|at| (self.place_name(at), self.unread(user, at))).collect();
            return Ok(Done::Reply(json!({"cmd": name, "unreads": all})));
        }
        let at = self.at(packet)?;
        if !self.allows(at, "view", user) {
            return Err(Fault::Bare("Access denied to this channel"));
        }
        if name == "unreads_count" {
            let mut reply = self.read_mark(name, at, &Value::Null);
            let unread = self.unread(user, at);
            for part in ["last_read", "unread_count", "total_messages"] {
                reply[part] = unread[part].clone();
            }
            return Ok(Done::Reply(reply));
        }
        let newest = self.messages(at).last().map(|message| message["id"].clone());
        let wanted = Some(packet["message_id"].clone()).filter(Value::is_string).or(newest);
        let upto = wanted.ok_or(Fault::Error("Message not found"))?;
        self.mark_read(user, at, &upto);
        let update = self.read_mark("unreads_update", at, &upto);
        self.tell_own(user, &update, Some(id));
        Ok(Done::Reply(self.read_mark(name, at, &upto)))
    }
}
