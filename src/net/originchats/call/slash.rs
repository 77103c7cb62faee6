//! Commands of the server: which there are, and calling them.

use super::{Call, Outcome, place, refuse};
use crate::domain::answer::RefusalKind;
use crate::domain::slash::flag;
use crate::domain::{ChatId, CleanText, Refusal, Reply, SlashCommand, SlashKind};
use crate::net::originchats::book::Book;
use crate::net::originchats::refusal::unfitting;
use crate::net::originchats::wire::{Command, Packet};
use serde_json::Value;
use std::collections::BTreeMap;

/// All commands.
pub(super) fn list() -> Box<Call> {
    Call::new(Command::SlashList, |packet, book| {
        let Packet::Commands { commands, .. } = packet else { return Err(unfitting()) };
        book.know_commands(commands.clone(), true);
        Ok(Outcome::Done(Reply::Commands(commands)))
    })
}

/// Calls a command. Where they were not told yet, they are asked for first: servers mind of what kind an argument is.
pub(super) fn call(
    chat: ChatId,
    name: &str,
    arguments: &[(String, String)],
    book: &mut Book,
) -> Result<Box<Call>, Refusal> {
    channel(chat, book)?;
    if book.slash_told || !book.server.can("slash_list") {
        return said(chat, name, arguments, book);
    }
    let (name, arguments) = (name.to_owned(), arguments.to_vec());
    let mut first = Call::new(Command::SlashList, move |packet, book| {
        if let Packet::Commands { commands, .. } = packet {
            book.know_commands(commands, true);
        }
        Ok(Outcome::Again(said(chat, &name, &arguments, book)?))
    });
    first.lenient = true;
    Ok(first)
}

/// Sets the own nickname, with whatever the server calls that argument.
pub(super) fn nickname(chat: ChatId, name: &str, book: &Book) -> Result<Box<Call>, Refusal> {
    channel(chat, book)?;
    let nick = book.slash.get(&CleanText::ours(NICK)).and_then(|nick| nick.options.first());
    let argument = nick.map_or("nickname", |option| option.name.as_str()).to_owned();
    said(chat, NICK, &[(argument, name.trim().to_owned())], book)
}

/// The command that changes a nickname.
const NICK: &str = "nick";

/// The channel that a command is called in.
fn channel(chat: ChatId, book: &Book) -> Result<String, Refusal> {
    let at = place(chat, book)?;
    at.channel.filter(|_| at.thread_id.is_none() && book.has_messages(chat)).ok_or_else(|| {
        let text = "Servers of this network take commands in a text channel only; open one and try again.";
        refuse(RefusalKind::Unsupported, text)
    })
}

fn said(chat: ChatId, name: &str, arguments: &[(String, String)], book: &Book) -> Result<Box<Call>, Refusal> {
    let command = book.slash.get(&CleanText::new(name));
    let args: BTreeMap<String, Value> = arguments
        .iter()
        .map(|(argument, typed)| Ok((argument.clone(), value(command, argument, typed)?)))
        .collect::<Result<_, Refusal>>()?;
    Ok(Call::done(Command::SlashCall { channel: channel(chat, book)?, command: name.to_owned(), args }))
}

/// An argument as its kind is written on the wire; as text where the kind is not known.
fn value(command: Option<&SlashCommand>, argument: &str, typed: &str) -> Result<Value, Refusal> {
    let option = command.and_then(|command| command.options.iter().find(|option| *option.name == *argument));
    let text = || Value::from(typed);
    let Some(option) = option else { return Ok(text()) };
    let number = typed.trim();
    let value = match option.kind {
        SlashKind::Text | SlashKind::Person => Some(text()),
        SlashKind::Choice(_) => option.kind.fault(typed).is_none().then(|| Value::from(number)),
        SlashKind::Whole => number.parse::<i64>().ok().map(Value::from),
        SlashKind::Number => number.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        SlashKind::Flag => flag(number).map(Value::from),
    };
    value.ok_or_else(|| {
        let fault = option.kind.fault(typed).unwrap_or("It does not fit.");
        let text = CleanText::line(&format!("{argument}: {fault}"));
        Refusal { kind: RefusalKind::Invalid, text, ..Refusal::default() }
    })
}
