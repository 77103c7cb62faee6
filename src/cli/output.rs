//! What commands print: JSON objects for programs, lines for people.
//!
//! JSON is a contract: one object per line, `"v":1`, ids as strings, times RFC 3339 in UTC, fields only ever added. All remote text is
//! clean by type, so a line cannot move the reader's cursor; line ends inside a message are indented so that it cannot pass for another one.

use crate::domain::{markup, size};
use crate::shell::owner::told::{AuthorTold, EmbedTold, OptionTold, PollTold, SpanTold};
use crate::shell::owner::{ChatTold, FileTold, MarkTold, MessageTold};
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

fn author(author: &AuthorTold) -> Value {
    json!({ "id": &*author.id, "name": &*author.name })
}

/// A stretch of a text: where it is in characters of Unicode, what it says, and what that means.
fn entity(text: &str, span: &SpanTold) -> Option<Value> {
    let (start, end) = (span.start as usize, span.end as usize);
    let said = text.get(start..end)?;
    let before = text.get(..start)?.chars().count();
    let mut object = Map::new();
    object.insert("start".to_owned(), json!(before));
    object.insert("end".to_owned(), json!(before + said.chars().count()));
    object.insert("text".to_owned(), json!(said));
    // The kind and what goes with it, by the names under which they are told.
    let Ok(Value::Object(mark)) = serde_json::to_value(&span.mark) else { return None };
    object.extend(mark);
    Some(Value::Object(object))
}

fn embed(embed: &EmbedTold) -> Value {
    json!({ "url": &*embed.url, "title": embed.title.as_deref(), "description": embed.description.as_deref() })
}

fn poll(poll: &PollTold) -> Value {
    let option = |option: &OptionTold| json!({ "text": &*option.text, "votes": option.votes, "mine": option.mine });
    json!({ "question": &*poll.question, "options": poll.options.iter().map(option).collect::<Vec<_>>() })
}

/// A message: account, chat, id, author, time, text, `reply_to`, edited, attachments; what one would type for it, what stretches of its text mean, what it
/// quotes, and what hangs on it; and `kind` for lines of the system.
#[must_use]
pub fn message_object(message: &MessageTold) -> Map<String, Value> {
    let reactions = message.reactions.iter().map(|reaction| {
        json!({ "emoji": &*reaction.emoji, "id": reaction.id.as_deref(), "count": reaction.count, "mine": reaction.mine })
    });
    let known = message.spans.iter().filter(|span| span.mark != MarkTold::Unknown);
    let mut value = json!({
        "v": VERSION,
        "account": &*message.account,
        "chat": &*message.chat_name,
        "id": &*message.id,
        "author": author(&message.author),
        "time": time(message.time),
        "text": &*message.text,
        "markup": message.as_typed(),
        "entities": known.filter_map(|span| entity(&message.text, span)).collect::<Vec<_>>(),
        "reply_to": message.reply_to.as_deref(),
        "quote": message.quote.as_ref().map(|quote| json!({ "author": quote.author.as_ref().map(author), "text": &*quote.text })),
        "edited": time(message.edited),
        "attachments": message.files.iter().map(attachment).collect::<Vec<_>>(),
        "reactions": reactions.collect::<Vec<_>>(),
        "embeds": message.embeds.iter().map(embed).collect::<Vec<_>>(),
        "poll": message.poll.as_ref().map(poll),
        "pinned": message.pinned,
        "forwarded": message.forwarded,
        "kind": &*message.kind,
    });
    if !message.is_sent() {
        value["id"] = Value::Null;
    }
    // Only where there is something to say.
    if let Some(waits) = &message.waits {
        value["waits"] = json!({ "kind": &*waits.kind, "why": waits.why.as_deref() });
    }
    if message.gap_before {
        value["gap_before"] = json!(true);
    }
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What stands where messages are missing.
pub const HOLE: &str = "Messages are missing here: nib has not seen them.";

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

/// A file as people read it: its name, and its size where that is known.
#[must_use]
pub fn file_line(file: &FileTold) -> String {
    match file.size {
        0 => file.name.to_string(),
        bytes => format!("{}, {}", file.name, size(bytes)),
    }
}

/// An answer of a poll as people read it.
#[must_use]
pub fn option_line(option: &OptionTold) -> String {
    let votes = option.votes.map(|votes| format!(" {votes}")).unwrap_or_default();
    let mine = if option.mine { " (yours)" } else { "" };
    format!("{}{votes}{mine}", option.text)
}

/// Reactions as people read them; `None` where there is none.
#[must_use]
pub fn reactions_line(message: &MessageTold) -> Option<String> {
    let reactions = message.reactions.iter().map(|reaction| format!("{} {}", reaction.emoji, reaction.count));
    Some(reactions.collect::<Vec<_>>().join("  ")).filter(|line| !line.is_empty())
}

/// A message as people read it: time, name, text with its marks; what it answers before, and later lines indented.
#[must_use]
pub fn message_line(message: &MessageTold, zone: &jiff::tz::TimeZone) -> String {
    let when = when(message, zone);
    let name = &message.author.name;
    let mut text = String::new();
    if let Some(quote) = &message.quote {
        let whom = quote.author.as_ref().map(|author| format!("{}: ", author.name)).unwrap_or_default();
        text.push_str(&format!("> {whom}{}\n", quote.text));
    }
    match instead(message) {
        Some(instead) if message.text.is_empty() => text.push_str(instead),
        _ => text.push_str(&markup::with_marks(&message.rich())),
    }
    for file in &message.files {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("[{}]", file_line(file)));
    }
    if message.edited.is_some() {
        text.push_str(" (edited)");
    }
    if let Some(waits) = &message.waits {
        text.push_str(&format!(" ({})", waits.words()));
    }
    if let Some(poll) = &message.poll {
        let question = Some(poll.question.to_string()).filter(|question| !question.is_empty());
        let lines = question.into_iter().chain(poll.options.iter().map(|option| format!("- {}", option_line(option))));
        lines.for_each(|line| text.push_str(&format!("\n{line}")));
    }
    if let Some(reactions) = reactions_line(message) {
        text.push_str(&format!("\n[{reactions}]"));
    }
    format!("{when}  {name}  {}", text.replace('\n', "\n    "))
}
