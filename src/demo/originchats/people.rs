//! Lists of people, roles and channels; who is there.

use super::server::{ConnectionId, Done, Fault, Server};
use serde_json::{Value, json};

impl Server {
    /// The colour of the first of somebody's roles.
    pub(super) fn color(&self, user: usize) -> Value {
        let role = self.users.get(user).and_then(|user| user.roles.first());
        role.map_or(Value::Null, |role| self.roles[role.as_str()]["color"].clone())
    }

    fn is_hidden(&self, user: usize) -> bool {
        self.users.get(user).is_some_and(|user| user.status["status"] == "invisible")
    }

    pub(super) fn people(&mut self, id: ConnectionId, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        match name {
            "channels_get" => Ok(Done::Reply(json!({"cmd": name, "val": self.visible_channels(user)}))),
            "users_list" => {
                let everybody =
                    (0..self.users.len()).filter(|at| self.users.get(*at).is_some_and(|user| !user.roles.is_empty()));
                let there = self.connected();
                let rows: Vec<Value> = everybody
                    .filter_map(|at| {
                        let mut row = self.row(at)?;
                        row["cracked"] = json!(self.users.get(at)?.password.is_some());
                        row["pfp"] = Value::Null;
                        if !there.contains(&at) || self.is_hidden(at) {
                            row["status"]["status"] = json!("offline");
                        }
                        Some(row)
                    })
                    .collect();
                Ok(Done::Reply(json!({"cmd": name, "users": rows})))
            }
            "users_online" => {
                let rows: Vec<Value> = self
                    .connected()
                    .into_iter()
                    .filter(|at| !self.is_hidden(*at))
                    .filter_map(|at| self.row(at))
                    .collect();
                Ok(Done::Reply(json!({"cmd": name, "users": rows})))
            }
            "emoji_get_all" => Ok(Done::Reply(json!({"cmd": name, "emojis": self.emoji}))),
            "roles_list" => Ok(Done::Reply(json!({"cmd": name, "roles": self.roles}))),
            "server_info" => Ok(Done::Reply(json!({"cmd": name, "name": self.name, "icon": "", "banner": ""}))),
            "status_set" => self.status_set(id, user, packet),
            "status_get" => {
                let known = self.users.iter().find(|known| packet["user"] == known.name.as_str());
                let known = known.ok_or(Fault::Error("User not found"))?;
                Ok(Done::Reply(json!({"cmd": "status", "username": known.name, "status": known.status})))
            }
            "rate_limit_reset" => {
                if !self.users.get(user).is_some_and(|user| user.roles.iter().any(|role| role == "owner")) {
                    return Err(Fault::Bare("Access denied: 'owner' role required"));
                }
                let at = self.users.iter().position(|known| packet["user"] == known.name.as_str());
                let at = at.ok_or(Fault::Error("User not found"))?;
                if let Some(limiters) = &mut self.limiters {
                    limiters.entry(at).or_default().reset();
                }
                let said = format!("Rate limit reset for user {}", packet["user"].as_str().unwrap_or_default());
                Ok(Done::Reply(json!({"cmd": name, "user": packet["user"], "val": said})))
            }
            "user_leave" => {
                let who = self.users.get(user).map(|user| user.name.clone()).unwrap_or_default();
                self.tell_all(&json!({"cmd": name, "username": who}), None, None);
                self.leave(user);
                Ok(Done::Reply(json!({"cmd": name, "user": who, "val": "User left server"})))
            }
            "" => Err(Fault::Bare("Unknown command: None")),
            other => Err(Fault::Said(format!("Unknown command: {other}"))),
        }
    }

    fn row(&self, at: usize) -> Option<Value> {
        let user = self.users.get(at)?;
        Some(
            json!({"username": user.name, "nickname": user.nickname, "roles": user.roles, "color": self.color(at), "status": user.status}),
        )
    }

    pub(super) fn visible_channels(&self, user: usize) -> Vec<Value> {
        let viewer = self.users.get(user);
        let seen = self.channels.iter().filter(|channel| viewer.is_some_and(|viewer| channel.allows("view", viewer)));
        seen.map(|channel| {
            let mut told = channel.shape.clone();
            match channel.kind {
                "text" | "chat" => {
                    // A chat of two is called after the other.
                    let other = channel.between.iter().find(|one| **one != user).filter(|_| channel.between.len() == 2);
                    if let Some(other) = other.and_then(|other| self.users.get(*other)) {
                        told.insert("display_name".to_owned(), json!(other.name));
                    }
                    let newest = channel.messages.last();
                    let part = |name: &str| newest.map_or(Value::Null, |message| message[name].clone());
                    told.insert("last_message".to_owned(), part("timestamp"));
                    told.insert("last_message_id".to_owned(), part("id"));
                }
                "forum" => {
                    told.insert("threads".to_owned(), channel.threads.iter().map(super::world::Thread::told).collect());
                }
                "voice" => {
                    told.insert("voice_state".to_owned(), self.inside(channel));
                }
                _ => {}
            }
            Value::Object(told)
        })
        .collect()
    }

    fn status_set(&mut self, id: ConnectionId, at: usize, packet: &Value) -> Result<Done, Fault> {
        let status = packet["status"].as_str().unwrap_or_default();
        if !["online", "idle", "dnd", "offline", "invisible"].contains(&status) {
            return Err(Fault::Error("Invalid status. Must be one of: online, idle, dnd, offline, invisible"));
        }
        let was_hidden = self.is_hidden(at);
        let told = json!({"status": status, "text": packet["text"].as_str().unwrap_or_default()});
        let Some(user) = self.users.get_mut(at) else { return Err(Fault::Error("User not found")) };
        user.status = told.clone();
        let (who, roles) = (user.name.clone(), user.roles.clone());
        if status == "invisible" {
            self.tell_all(&json!({"cmd": "user_disconnect", "username": who}), None, Some(id));
            return Ok(Done::Global(json!({"cmd": "status_set", "status": told}), None));
        }
        if was_hidden {
            let user = json!({"username": who, "roles": roles, "color": self.color(at)});
            self.tell_all(&json!({"cmd": "user_connect", "user": user}), None, Some(id));
        }
        Ok(Done::Global(json!({"cmd": "status_get", "username": who, "status": told}), None))
    }
}
