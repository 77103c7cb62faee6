//! What commands print: JSON objects for programs, lines for people.
//!
//! JSON is a contract: one object per line, `"v":1`, ids as strings, times RFC 3339 in UTC, fields only ever added. All remote text is
//! clean by type, so a line cannot move the reader's cursor; line ends inside a message are indented so that it cannot pass for another one.

use crate::domain::{Attachment, ChannelKind, Chat, ChatKind, Message, MessageKind, UserId, Wall};
use crate::state::Account;
use crate::state::names::person;
use serde_json::{Map, Value, json};

/// The version of every object.
const VERSION: u32 = 1;

/// A time as RFC 3339 in UTC; `null` when unknown or out of range.
fn time(at: Option<Wall>) -> Value {
    at.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok())
        .map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// The stable word for a kind of chat.
#[must_use]
pub fn kind(chat: &Chat) -> &'static str {
    match &chat.kind {
        ChatKind::Channel { kind, .. } => match kind {
            ChannelKind::Text => "channel",
            ChannelKind::Announcement => "announcement",
            ChannelKind::Voice => "voice",
            ChannelKind::Category => "category",
            ChannelKind::Forum => "forum",
            ChannelKind::Thread => "thread",
            ChannelKind::Separator => "separator",
            ChannelKind::Unknown => "unknown",
        },
        ChatKind::Direct { .. } => "direct",
        ChatKind::Group { .. } => "group",
        ChatKind::Saved => "saved",
    }
}

/// A chat: account, id, name (a valid CHAT), kind, title, unread, mentions.
#[must_use]
pub fn chat_object(account: &Account, chat: &Chat, name: &str, title: &str) -> Value {
    json!({
        "v": VERSION, "account": account.label, "id": chat.wire.as_str(), "name": name, "kind": kind(chat), "title": title,
        "unread": chat.unread, "mentions": chat.mentions,
    })
}

/// What somebody is called in a chat.
#[must_use]
pub fn author_name(account: &Account, chat: Option<&Chat>, user: UserId) -> String {
    person(account, chat.and_then(Chat::community), user)
}

/// Who wrote a message, by the name that it came under: a webhook brings its own.
fn author(account: &Account, message: &Message) -> String {
    let shown = message.shown_as.as_ref().map(ToString::to_string);
    shown.unwrap_or_else(|| author_name(account, account.chats.get(&message.chat), message.author))
}

fn attachment(file: &Attachment) -> Value {
    json!({ "id": file.id.to_string(), "name": file.name.as_str(), "mimetype": file.mimetype.as_str(), "size": file.size })
}

/// A message: account, chat, id, author, time, text, `reply_to`, edited, attachments; and `kind` for lines of the system.
#[must_use]
pub fn message_object(account: &Account, chat_name: &str, message: &Message) -> Map<String, Value> {
    let value = json!({
        "v": VERSION,
        "account": account.label,
        "chat": chat_name,
        "id": message.key.id.to_string(),
        "author": { "id": message.author.to_string(), "name": author(account, message) },
        "time": time(message.at),
        "text": message.body.text.as_str(),
        "reply_to": message.reply.as_ref().and_then(|reply| reply.to).map(|id| id.to_string()),
        "edited": time(message.edited),
        "attachments": message.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "kind": match message.kind {
            MessageKind::Ordinary => "message",
            MessageKind::Join => "join",
            MessageKind::Leave => "leave",
            MessageKind::Call => "call",
            MessageKind::Unknown => "unknown",
        },
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

/// A message as people read it: time, name, text; later lines indented.
#[must_use]
pub fn message_line(account: &Account, message: &Message, zone: &jiff::tz::TimeZone) -> String {
    let when = message.at.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok()).map_or_else(
        || "                ".to_owned(),
        |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
    );
    let name = author(account, message);
    let mut text = message.body.text.replace('\n', "\n    ");
    for file in &message.attachments {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("[{}]", file.name));
    }
    let text = match message.kind {
        MessageKind::Join if text.is_empty() => "joined".to_owned(),
        MessageKind::Leave if text.is_empty() => "left".to_owned(),
        MessageKind::Call if text.is_empty() => "called".to_owned(),
        _ => text,
    };
    let edited = if message.edited.is_some() { " (edited)" } else { "" };
    format!("{when}  {name}  {text}{edited}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CleanText;

    #[test]
    fn a_message_goes_by_the_name_that_it_came_under() {
        let account = Account::default();
        let message = Message { shown_as: Some(CleanText::ours("Build bot")), ..Message::default() };
        assert_eq!(message_object(&account, "cmds", &message)["author"]["name"], "Build bot");
        assert!(message_line(&account, &message, &jiff::tz::TimeZone::UTC).contains("  Build bot  "));
        let plain = Message::default();
        assert_ne!(message_object(&account, "cmds", &plain)["author"]["name"], "Build bot");
    }
}
