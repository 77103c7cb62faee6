//! What commands print: JSON objects for programs, lines for people.
//!
//! JSON is a contract: one object per line, `"v":1`, ids as strings, times RFC 3339 in UTC, fields only ever added. All remote text is
//! clean by type, so a line cannot move the reader's cursor; line ends inside a message are indented so that it cannot pass for another one.

use crate::shell::owner::{ChatTold, FileTold, MessageTold};
use serde_json::{Map, Value, json};

/// The version of every object.
const VERSION: u32 = 1;

/// A time in milliseconds since 1970 as RFC 3339 in UTC; `null` when unknown or out of range.
fn time(at: Option<i64>) -> Value {
    at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok()).map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// A chat: account, id, name (a valid CHAT), kind, title, unread, mentions.
#[must_use]
pub fn chat_object(chat: &ChatTold) -> Value {
    json!({
        "v": VERSION, "account": &*chat.account, "id": &*chat.id, "name": &*chat.name, "kind": &*chat.kind, "title": &*chat.title,
        "unread": chat.unread, "mentions": chat.mentions,
    })
}

fn attachment(file: &FileTold) -> Value {
    json!({ "id": &*file.id, "name": &*file.name, "mimetype": &*file.mimetype, "size": file.size })
}

/// A message: account, chat, id, author, time, text, `reply_to`, edited, attachments; and `kind` for lines of the system.
#[must_use]
pub fn message_object(message: &MessageTold) -> Map<String, Value> {
    let value = json!({
        "v": VERSION,
        "account": &*message.account,
        "chat": &*message.chat_name,
        "id": &*message.id,
        "author": { "id": &*message.author.id, "name": &*message.author.name },
        "time": time(message.time),
        "text": &*message.text,
        "reply_to": message.reply_to.as_deref(),
        "edited": time(message.edited),
        "attachments": message.files.iter().map(attachment).collect::<Vec<_>>(),
        "kind": &*message.kind,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// One line of `tail`: the object with its `type` in front.
#[must_use]
pub fn tail_object(kind: &str, mut object: Map<String, Value>) -> Value {
    object.insert("type".to_owned(), Value::String(kind.to_owned()));
    object.entry("v").or_insert_with(|| json!(VERSION));
    Value::Object(object)
}

/// When a message was sent, as people read it; as many spaces where that is not known.
#[must_use]
pub fn when(message: &MessageTold, zone: &jiff::tz::TimeZone) -> String {
    message.time.and_then(|at| jiff::Timestamp::from_millisecond(at).ok()).map_or_else(
        || "                ".to_owned(),
        |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// What is said in the place of a text where a line of the system has none.
#[must_use]
pub fn instead(message: &MessageTold) -> Option<&'static str> {
    match &*message.kind {
        "join" => Some("joined"),
        "leave" => Some("left"),
        "call" => Some("called"),
        _ => None,
    }
}

/// A message as people read it: time, name, text; later lines indented.
#[must_use]
pub fn message_line(message: &MessageTold, zone: &jiff::tz::TimeZone) -> String {
    let when = when(message, zone);
    let name = &message.author.name;
    let mut text = message.text.replace('\n', "\n    ");
    for file in &message.files {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("[{}]", file.name));
    }
    let text = match instead(message) {
        Some(instead) if text.is_empty() => instead.to_owned(),
        _ => text,
    };
    let edited = if message.edited.is_some() { " (edited)" } else { "" };
    format!("{when}  {name}  {text}{edited}")
}
