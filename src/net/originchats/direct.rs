//! Beginning direct chats, on the servers that have them.
//!
//! Newer ones make a channel with somebody when they are asked to. The others take a line in the channel `cmds`, and tell all channels anew when
//! they have carried it out: after the line they are asked for the channels, a few times at most.

use super::book::Book;
use super::call::{Call, Outcome, refuse};
use super::defaults::COMMANDS;
use super::refusal::unfitting;
use super::wire::{At, Command, Packet};
use crate::domain::answer::RefusalKind;
use crate::domain::{Bundle, ChatKind, Refusal, Reply, UserId};

/// How often the channels are asked for after the line.
const LOOKS: u32 = 3;

/// What it takes first to have a direct chat with somebody.
///
/// # Errors
///
/// A [`Refusal`] when it cannot be had.
pub fn first(user: UserId, book: &mut Book) -> Result<Box<Call>, Refusal> {
    let name = book.names.user_name(user).unwrap_or_default().to_owned();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(refuse(RefusalKind::NotFound, "Nobody has that user name."));
    }
    // The chat may be there and only not be known here.
    Ok(Call::new(Command::ChannelsGet, move |packet, book| {
        let Packet::Channels(channels) = packet else { return Err(unfitting()) };
        book.know_channels(channels);
        if let Some(reply) = with(user, book) {
            return Ok(Outcome::Done(reply));
        }
        Ok(Outcome::Again(if book.server.can("channel_create") { create(user, name) } else { ask(user, &name) }))
    }))
}

/// The chat with somebody, if there is one.
fn with(user: UserId, book: &mut Book) -> Option<Reply> {
    let chat = book.chats().into_iter().find(|chat| chat.kind == ChatKind::Direct { peer: user })?;
    Some(Reply::Chat(Bundle { users: vec![book.user(user)], chats: vec![chat], ..Bundle::default() }))
}

/// Asks for a channel with somebody; where that is refused, the old way is tried.
fn create(user: UserId, name: String) -> Box<Call> {
    let mut call = Call::new(Command::ChannelCreate { user: name.clone() }, move |packet, book| {
        // What it made was taken in with the event; an answer may also tell it under another name.
        let made = match packet {
            Packet::Channel { channel, .. } => Some(book.names.named_channel(channel.name.wire())),
            _ => None,
        };
        let chat = made.and_then(|id| book.chat(id)).filter(|chat| chat.community().is_none());
        match (with(user, book), chat) {
            (Some(reply), _) => Ok(Outcome::Done(reply)),
            (None, Some(chat)) => {
                let users = vec![book.user(user)];
                Ok(Outcome::Done(Reply::Chat(Bundle { users, chats: vec![chat], ..Bundle::default() })))
            }
            (None, None) => Ok(Outcome::Again(ask(user, &name))),
        }
    });
    call.lenient = true;
    call
}

/// Says the line, and looks for the chat.
fn ask(user: UserId, name: &str) -> Box<Call> {
    let at = At { channel: Some(COMMANDS.to_owned()), thread_id: None };
    let command = Command::MessageNew {
        at,
        content: format!("dm add {name}"),
        reply_to: None,
        ping: None,
        attachments: Vec::new(),
    };
    Call::new(command, move |packet, _| match packet {
        Packet::MessageNew { .. } => Ok(Outcome::Again(look(user, LOOKS))),
        _ => Err(unfitting()),
    })
}

fn look(user: UserId, left: u32) -> Box<Call> {
    Call::new(Command::ChannelsGet, move |packet, book| {
        let Packet::Channels(channels) = packet else { return Err(unfitting()) };
        book.know_channels(channels);
        match (with(user, book), left) {
            (Some(reply), _) => Ok(Outcome::Done(reply)),
            (None, 1..) => Ok(Outcome::Again(look(user, left - 1))),
            (None, 0) => {
                let text = "The server made no chat with this person. Check the user name.";
                Err(refuse(RefusalKind::NotFound, text))
            }
        }
    })
}
