//! Servers at the other end, without sockets: one that answers as it was recorded, and the embedded one.

use super::rig::{parameter, reply};
use crate::originchats::recorded;
use nib::demo::originchats::{ConnectionId, Output, Server};
use nib::domain::{Mono, Now};
use nib::net::http::{HttpCall, HttpReply};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Whoever is at the other end of a connection.
pub(super) trait Far {
    /// What the account signs in with.
    fn token(&self) -> String;
    /// The account connects; what is said at once.
    fn connect(&mut self, now: Now) -> Vec<String>;
    /// The account says something.
    fn hear(&mut self, text: &str, now: Now);
    /// What is said since the last look.
    fn heard(&mut self) -> Vec<String>;
    /// The account service is asked something.
    fn call(&mut self, call: &HttpCall, now: Now) -> HttpReply;
    /// The connection is gone.
    fn left(&mut self);
    /// When something happens by itself next.
    fn next(&self) -> Option<Mono> {
        None
    }
    /// Time has passed.
    fn tick(&mut self, now: Now) {
        let _ = now;
    }
}

/// The first answer that was recorded to each command that was asked with a listener.
static ANSWERS: LazyLock<HashMap<String, Value>> = LazyLock::new(|| {
    let mut answers = HashMap::new();
    for row in recorded().into_iter().filter(|row| row.from_server && row.packet["listener"].is_string()) {
        let command = row.packet["cmd"].as_str().unwrap_or_default().to_owned();
        answers.entry(command).or_insert(row.packet);
    }
    answers
});

/// The recorded page of a place that was asked for, or the recorded empty one.
static PAGES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let pages = recorded().into_iter().filter(|row| row.from_server && row.packet["cmd"] == "messages_get");
    pages.map(|row| row.packet).collect()
});

fn page(asked: &Value) -> Value {
    let same = |page: &&Value| page["channel"] == asked["channel"] && page["thread_id"] == asked["thread_id"];
    // Before the first message that was recorded there was nothing in `general`.
    let has_any = asked["start"].as_i64().unwrap_or_default() == 0 && asked["channel"] != "general";
    let found = PAGES.iter().find(|page| has_any && same(page));
    let empty = || PAGES.iter().find(|page| page["messages"].as_array().is_some_and(Vec::is_empty)).unwrap();
    let mut page = found.unwrap_or_else(empty).clone();
    page["channel"] = asked["channel"].clone();
    if asked["thread_id"].is_string() {
        page["thread_id"] = asked["thread_id"].clone();
    }
    page
}

/// What a server that was recorded answers; nothing where it is not asked for an answer.
pub(super) fn recorded_answer(asked: &Value) -> Option<Value> {
    let command = asked["cmd"].as_str().unwrap_or_default();
    let mut answer = match command {
        "messages_get" => page(asked),
        // The newest message of a channel is never read this way, so there is nothing around it.
        "messages_around" => {
            json!({"cmd": command, "channel": asked["channel"], "thread_id": null, "messages": [], "range": {"start": 0, "end": 0}})
        }
        _ => match ANSWERS.get(command) {
            Some(answer) => answer.clone(),
            None if asked["listener"].is_string() => {
                json!({"cmd": "error", "src": command, "val": format!("Unknown command: {command}")})
            }
            None => return None,
        },
    };
    // The recorded answer is about some place and message; the one that was asked for is meant.
    for about in ["channel", "thread_id", "id"] {
        if asked[about].is_string() && answer[about].is_string() {
            answer[about] = asked[about].clone();
        }
    }
    answer["listener"] = asked["listener"].clone();
    Some(answer)
}

/// A server that answers as one was recorded; what else it says comes from the test.
pub(super) struct Recording {
    greeting: Value,
    /// What it says to a proof.
    pub(super) admits: Vec<Value>,
    waiting: Vec<String>,
    /// Everything that it was asked.
    pub(super) asked: Vec<Value>,
    /// It answers nothing any more.
    pub(super) swallows: bool,
}

impl Recording {
    /// With this greeting, for this person.
    pub(super) fn new(greeting: Value, name: &str, roles: &[&str]) -> Self {
        let success = json!({"cmd": "auth_success", "val": "Authentication successful"});
        let admits = vec![success, crate::originchats::peer::ready(name, roles)];
        Self { greeting, admits, waiting: Vec::new(), asked: Vec::new(), swallows: false }
    }
}

impl Far for Recording {
    fn token(&self) -> String {
        "token".to_owned()
    }

    fn connect(&mut self, _: Now) -> Vec<String> {
        self.waiting.clear();
        vec![self.greeting.to_string()]
    }

    fn hear(&mut self, text: &str, _: Now) {
        let asked: Value = serde_json::from_str(text).unwrap();
        let command = asked["cmd"].as_str().unwrap_or_default();
        if command == "auth" {
            self.waiting.extend(self.admits.iter().map(Value::to_string));
        } else if !self.swallows {
            self.waiting.extend(recorded_answer(&asked).map(|answer| answer.to_string()));
        }
        self.asked.push(asked);
    }

    fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.waiting)
    }

    fn call(&mut self, _: &HttpCall, _: Now) -> HttpReply {
        reply(200, r#"{"validator": "USR:b0b,00ff"}"#)
    }

    fn left(&mut self) {
        self.waiting.clear();
    }
}

/// The embedded server, and the one connection of the account to it.
pub(super) struct Embedded {
    pub(super) server: Server,
    token: String,
    connection: Option<ConnectionId>,
    waiting: Vec<String>,
}

fn seconds(now: Now) -> f64 {
    now.wall.0 as f64 / 1_000.0
}

impl Embedded {
    /// The account has this token at the account service of the server.
    pub(super) fn new(server: Server, token: &str) -> Self {
        Self { server, token: token.to_owned(), connection: None, waiting: Vec::new() }
    }

    pub(super) fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            if let Output::Send(id, text) = output
                && Some(id) == self.connection
            {
                self.waiting.push(text);
            }
        }
    }

    /// Somebody does something without a connection.
    pub(super) fn play(&mut self, name: &str, packet: &Value, now: Now) -> Option<Value> {
        let (answer, outputs) = self.server.play(name, packet, seconds(now));
        self.take(outputs);
        answer
    }
}

impl Far for Embedded {
    fn token(&self) -> String {
        self.token.clone()
    }

    fn connect(&mut self, now: Now) -> Vec<String> {
        let (id, outputs) = self.server.connect(seconds(now));
        self.connection = Some(id);
        self.take(outputs);
        std::mem::take(&mut self.waiting)
    }

    fn hear(&mut self, text: &str, now: Now) {
        if let Some(id) = self.connection {
            let outputs = self.server.receive(id, text, seconds(now));
            self.take(outputs);
        }
    }

    fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.waiting)
    }

    fn call(&mut self, call: &HttpCall, now: Now) -> HttpReply {
        let token = call.bearer.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
        let (status, body) = self.server.service.generate(&token, &parameter(call, "key"), seconds(now));
        reply(status, &body)
    }

    fn left(&mut self) {
        if let Some(id) = self.connection.take() {
            let _ = self.server.disconnect(id, 0.0);
        }
        self.waiting.clear();
    }

    fn next(&self) -> Option<Mono> {
        let start = super::rig::START;
        let ping = self.connection.and_then(|_| self.server.next_ping())?;
        let micros = (ping * 1_000.0 - start.wall.0 as f64) * 1_000.0;
        Some(Mono(start.mono.0 + micros.max(0.0) as u64))
    }

    fn tick(&mut self, now: Now) {
        if self.connection.is_some() {
            let outputs = self.server.tick(seconds(now));
            self.take(outputs);
        }
    }
}
