//! Polls: messages with a question, and what was voted.

use super::server::{ConnectionId, Done, Fault, Server, User};
use super::world::{Channel, uuid};
use serde_json::{Value, json};

/// A poll. Stored messages tell its question and its answers, not its name.
pub(super) struct Poll {
    id: String,
    message: String,
    channel: String,
    thread: Option<String>,
    question: String,
    options: Vec<Value>,
    several: bool,
    expires: Value,
    by: usize,
    made: f64,
    ended: Option<f64>,
    /// Places in `users` and names of answers.
    votes: Vec<(usize, String)>,
}

impl Poll {
    fn is_over(&self, now: f64) -> bool {
        self.ended.is_some() || self.expires.as_f64().is_some_and(|expires| expires <= now)
    }
}

/// The polls that the messages of a world tell. Nobody has voted in them.
pub(super) fn told_in(channels: &[Channel], users: &[User], seed: u64) -> Vec<Poll> {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x9011);
    let mut found = Vec::new();
    for channel in channels {
        for message in &channel.messages {
            let embeds = message["embeds"].as_array().into_iter().flatten();
            for poll in embeds.map(|embed| &embed["poll"]).filter(|poll| poll.is_object()) {
                let by = users.iter().position(|user| message["user"] == user.name.as_str());
                let (Some(by), Some(id)) = (by, message["id"].as_str()) else { continue };
                found.push(Poll {
                    id: uuid(&mut random),
                    message: id.to_owned(),
                    channel: channel.name.clone(),
                    thread: None,
                    question: poll["question"].as_str().unwrap_or_default().to_owned(),
                    options: poll["options"].as_array().cloned().unwrap_or_default(),
                    several: poll["allow_multiselect"] == true,
                    expires: poll["expires_at"].clone(),
                    by,
                    made: message["timestamp"].as_f64().unwrap_or_default(),
                    ended: None,
                    votes: Vec::new(),
                });
            }
        }
    }
    found
}

impl Server {
    pub(super) fn polls(&mut self, id: ConnectionId, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        if name == "poll_create" {
            return self.poll_create(user, packet);
        }
        let named = |poll: &Poll| match packet["poll_id"].as_str() {
            Some(wanted) => poll.id == wanted,
            None => packet["message_id"] == poll.message.as_str(),
        };
        let place = self.polls.iter().position(named).ok_or(Fault::Error("Poll not found"))?;
        let (now, owner) = (self.now, self.owns(user));
        let Some(poll) = self.polls.get_mut(place) else { return Err(Fault::Error("Poll not found")) };
        match name {
            "poll_get" => {
                let told = json!({"id": poll.id, "message_id": poll.message, "channel": poll.channel, "thread_id": poll.thread,
                    "question": poll.question, "options": poll.options, "allow_multiselect": poll.several, "expires_at": poll.expires,
                    "created_at": poll.made, "ended": poll.ended.is_some(), "ended_at": poll.ended,
                    "user_votes": poll.votes.iter().filter(|(by, _)| *by == user).map(|(_, option)| option).collect::<Vec<_>>()});
                let by = poll.by;
                let mut reply = json!({"cmd": name, "poll": told});
                reply["poll"]["created_by"] = json!(self.name_of(by));
                Ok(Done::Reply(reply))
            }
            "poll_results" => {
                let message = poll.message.clone();
                let results = self.results(place, Some(user));
                let id = results["poll_id"].clone();
                Ok(Done::Reply(json!({"cmd": name, "poll_id": id, "message_id": message, "results": results})))
            }
            "poll_vote" => {
                let wanted = chosen(packet);
                if poll.is_over(now) {
                    return Err(Fault::Error("Poll has ended"));
                }
                if wanted.is_empty() || wanted.iter().any(|id| poll.options.iter().all(|option| option["id"] != **id)) {
                    return Err(Fault::Error("Invalid option"));
                }
                if wanted.len() > 1 && !poll.several {
                    return Err(Fault::Error("This poll does not allow multiple selections"));
                }
                poll.votes.retain(|(by, _)| *by != user);
                poll.votes.extend(wanted.iter().map(|option| (user, option.clone())));
                let mut event = self.event(place, "poll_vote_update");
                event["user"] = json!(self.name_of(user));
                event["option_ids"] = json!(wanted);
                let channel = event["channel"].as_str().map(str::to_owned);
                self.tell_all(&event, channel.as_deref(), None);
                let (id, results) = (event["poll_id"].clone(), event["results"].clone());
                Ok(Done::Reply(json!({"cmd": name, "poll_id": id, "option_ids": wanted, "results": results})))
            }
            _ => {
                if poll.by != user && !owner {
                    return Err(Fault::Error("You do not have permission to end this poll"));
                }
                poll.ended = Some(now);
                let event = self.event(place, "poll_end");
                let channel = event["channel"].as_str().map(str::to_owned);
                self.tell_all(&event, channel.as_deref(), Some(id));
                // Who ended it hears it as an event, too, before the answer.
                self.say(id, &event);
                Ok(Done::Reply(json!({"cmd": name, "poll_id": event["poll_id"], "results": event["results"]})))
            }
        }
    }

    fn owns(&self, user: usize) -> bool {
        self.users.get(user).is_some_and(|user| user.roles.iter().any(|role| role == "owner"))
    }

    fn event(&self, place: usize, name: &str) -> Value {
        let Some(poll) = self.polls.get(place) else { return Value::Null };
        json!({"cmd": name, "poll_id": poll.id, "message_id": poll.message, "channel": poll.channel, "thread_id": poll.thread,
            "results": self.results(place, None)})
    }

    /// How a poll stands: with who voted for events, with what one chose oneself for who asks.
    fn results(&self, place: usize, asks: Option<usize>) -> Value {
        let Some(poll) = self.polls.get(place) else { return Value::Null };
        let row = |option: &Value| {
            let by: Vec<usize> =
                poll.votes.iter().filter(|(_, id)| option["id"] == id.as_str()).map(|(by, _)| *by).collect();
            let ids = |by: &usize| self.users.get(*by).map(|user| user.id.clone());
            let voters: Vec<String> = by.iter().filter(|_| asks.is_none()).filter_map(ids).collect();
            let mut row = json!({"id": option["id"], "text": option["text"], "emoji": option["emoji"], "votes": by.len(), "voters": voters});
            if let Some(asks) = asks {
                row["voted"] = json!(by.contains(&asks));
            }
            row
        };
        let rows: Vec<Value> = poll.options.iter().map(row).collect();
        json!({"poll_id": poll.id, "question": poll.question, "allow_multiselect": poll.several, "ended": poll.ended.is_some(),
            "ended_at": poll.ended, "total_votes": poll.votes.len(), "results": rows})
    }

    fn poll_create(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let at = self.at(packet)?;
        if !self.allows(at, "send", user) {
            return Err(Fault::Error("You do not have permission to send messages in this channel"));
        }
        let question = packet["question"].as_str().map(str::trim).filter(|question| !question.is_empty());
        let options = packet["options"].as_array().filter(|options| (2..=10).contains(&options.len()));
        let (Some(question), Some(options)) = (question, options) else {
            return Err(Fault::Error("Missing fields: question, options"));
        };
        let named = |(at, option): (usize, &Value)| {
            let mut told = if option.is_object() { option.clone() } else { json!({"text": option}) };
            if told["id"].is_null() {
                told["id"] = json!(at.to_string());
            }
            told
        };
        let question = question.to_owned();
        let options: Vec<Value> = options.iter().enumerate().map(named).collect();
        let hours = packet["duration_hours"].as_f64();
        let expires = hours.map_or(packet["expires_at"].clone(), |hours| json!(self.now + hours * 3_600.0));
        let several = packet["allow_multiselect"] == true;
        let (id, message, now) = (self.uuid(), self.uuid(), self.now);
        let embed = json!({"type": "poll", "title": question, "poll": {"question": question, "options": options,
            "allow_multiselect": several, "expires_at": expires}});
        let stored = json!({"id": message, "user": self.name_of(user), "content": "", "timestamp": now, "embeds": [embed], "pinned": false,
            "type": "message", "interaction": null});
        if let Some(messages) = self.messages_mut(at) {
            messages.push(stored.clone());
        }
        let (place, channel) = self.placed(json!({}), at);
        // Told flat, unlike every other message.
        let flat = json!({"cmd": "message_new", "id": message, "channel": place["channel"], "thread_id": place["thread_id"], "user": stored["user"],
            "content": "", "timestamp": now, "embeds": stored["embeds"], "poll_id": id});
        self.tell_all(&flat, channel.as_deref(), None);
        let reply = json!({"cmd": "poll_create", "poll_id": id, "message_id": message, "channel": place["channel"], "thread_id": place["thread_id"],
            "question": question, "options": options, "allow_multiselect": several, "expires_at": expires});
        let thread = place["thread_id"].as_str().map(str::to_owned);
        let channel = channel.unwrap_or_default();
        let (by, made, ended, votes) = (user, now, None, Vec::new());
        self.polls.push(Poll {
            id,
            message,
            channel,
            thread,
            question,
            options,
            several,
            expires,
            by,
            made,
            ended,
            votes,
        });
        Ok(Done::Reply(reply))
    }
}

/// The answers that a vote names.
fn chosen(packet: &Value) -> Vec<String> {
    let one = packet["option_id"].as_str().map(str::to_owned);
    let many = packet["option_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    one.into_iter().chain(many).collect()
}
