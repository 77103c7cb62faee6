//! What writes: messages, votes, changes of threads, deletions.

use super::{Call, Outcome, place, refuse};
use crate::domain::answer::RefusalKind;
use crate::domain::{ChatId, EmojiUse, MessageId, MessageKey, Outgoing, Refusal, Reply, ThreadChange, Update};
use crate::net::originchats::book::Book;
use crate::net::originchats::refusal::unfitting;
use crate::net::originchats::wire::{At, Command, Packet, Uploaded};

/// Says a message; `uploads`: what the server calls its files, which it has by then.
///
/// # Errors
/// It cannot be said on this network, or not all of its files are there.
pub fn send(outgoing: &Outgoing, uploads: Vec<String>, book: &Book) -> Result<Box<Call>, Refusal> {
    if outgoing.attachments.len() != uploads.len() {
        return Err(refuse(RefusalKind::Invalid, "Not all files of the message are on the server."));
    }
    if outgoing.quote.is_some() {
        return Err(refuse(RefusalKind::Unsupported, "Answers of this network cannot quote a part."));
    }
    let chat = outgoing.chat;
    let command = Command::MessageNew {
        at: place(chat, book)?,
        content: content(&outgoing.text, &outgoing.emoji, book),
        reply_to: outgoing.reply_to.map(|message| book.names.message_name(message)),
        ping: (outgoing.quiet && outgoing.reply_to.is_some()).then_some(false),
        attachments: uploads.into_iter().map(|id| Uploaded { id }).collect(),
    };
    let mut call = Call::new(command, move |packet, book| match packet {
        Packet::MessageNew { message, .. } => {
            let sent = book.message(*message, chat);
            Ok(Outcome::Done(Reply::Sent { message: sent.key.id, order: sent.key.order, at: sent.at }))
        }
        _ => Err(unfitting()),
    });
    call.nonce = Some(outgoing.nonce);
    Ok(call)
}

/// What a message says on the wire; channels and the server's own emoji, which are typed by name, are addresses there.
pub(super) fn content(text: &str, emoji: &[EmojiUse], book: &Book) -> String {
    book.with_emoji(&book.with_links(text.trim()), emoji)
}

/// A call that tells how a poll stands.
pub(super) fn poll(chat: ChatId, message: MessageId, command: Command) -> Box<Call> {
    Call::new(command, move |packet, book| match packet {
        Packet::Poll { chosen, results, .. } => {
            let tally = book.tally(&results, chosen.as_deref());
            Ok(Outcome::Done(Reply::Poll { chat, message, tally }))
        }
        _ => Err(unfitting()),
    })
}

pub(super) fn thread_change(thread_id: String, change: &ThreadChange) -> Command {
    let update =
        |name, locked, archived| Command::ThreadUpdate { thread_id: thread_id.clone(), name, locked, archived };
    match change {
        ThreadChange::Rename(title) => update(Some(title.trim().to_owned()), None, None),
        ThreadChange::Lock(locked) => update(None, Some(*locked), None),
        ThreadChange::Archive(archived) => update(None, None, Some(*archived)),
        ThreadChange::Join(true) => Command::ThreadJoin { thread_id },
        ThreadChange::Join(false) => Command::ThreadLeave { thread_id },
        ThreadChange::Delete => Command::ThreadDelete { thread_id },
    }
}

/// Deletes one message after the other. What is gone already is as good as deleted.
pub(super) fn delete(at: At, mut messages: Vec<MessageKey>, book: &Book) -> Result<Box<Call>, Refusal> {
    let nothing = || refuse(RefusalKind::Invalid, "There is nothing to delete.");
    let message = messages.pop().ok_or_else(nothing)?;
    let command = Command::MessageDelete { at: at.clone(), id: book.names.message_name(message.id) };
    Ok(Call::new(command, move |_, book| match messages.is_empty() {
        true => Ok(Outcome::Done(Reply::Done)),
        false => Ok(Outcome::Again(delete(at, messages, book)?)),
    }))
}

/// Pins a message, or lets it go.
pub(super) fn pin(chat: ChatId, message: MessageKey, pinned: bool, book: &Book) -> Result<Box<Call>, Refusal> {
    let (at, id) = (place(chat, book)?, book.names.message_name(message.id));
    if at.thread_id.is_some() {
        return Err(refuse(RefusalKind::Unsupported, "Messages in threads of this network cannot be pinned."));
    }
    Ok(Call::done(if pinned { Command::MessagePin { at, id } } else { Command::MessageUnpin { at, id } }))
}

/// Moves the read mark. Back, how much is unread then is asked for: it cannot be counted here.
pub(super) fn mark_read(chat: ChatId, upto: MessageKey, back: bool, book: &Book) -> Result<Box<Call>, Refusal> {
    let at = place(chat, book)?;
    let command = Command::UnreadsAck { at: at.clone(), message_id: book.names.message_name(upto.id) };
    if !back || !book.server.can("unreads_count") {
        return Ok(Call::done(command));
    }
    Ok(Call::new(command, move |_, _| {
        Ok(Outcome::Again(Call::new(Command::UnreadsCount { at }, move |packet, book| {
            let Packet::UnreadCount { unread, .. } = packet else { return Err(unfitting()) };
            let (count, pings) = (unread.count, unread.pings);
            book.count_unread(chat, unread);
            let moved = Update::ReadMarkMoved { chat, upto, unread: Some(count), mentions: pings, back: true };
            Ok(Outcome::DoneAfter(Box::new(moved), Reply::Done))
        })))
    }))
}

/// Messages that call oneself: the server tells them from everywhere, newest first.
pub(super) fn mentions(chat: ChatId, book: &Book) -> Result<Box<Call>, Refusal> {
    place(chat, book)?;
    if !book.server.can("pings_get") {
        return Err(refuse(RefusalKind::Unsupported, "This server does not tell who was mentioned where."));
    }
    Ok(Call::new(Command::PingsGet { limit: PINGS, offset: 0 }, move |packet, book| {
        let Packet::Page(page) = packet else { return Err(unfitting()) };
        let here = page.messages.iter().filter(|message| book.names.chat(&message.place) == Some(chat));
        let ids: Vec<_> = here.map(|message| message.id.clone()).collect();
        let messages = ids.iter().map(|id| book.message_id(id)).collect();
        Ok(Outcome::Done(Reply::Mentions { chat, messages }))
    }))
}

/// Most messages that are asked for at once of those that call oneself: what servers give.
const PINGS: u16 = 100;

/// Looks for words in one channel. The server tells the newest that match and no others.
pub(super) fn search(chat: ChatId, words: &str, before: Option<MessageKey>, book: &Book) -> Result<Box<Call>, Refusal> {
    let at = place(chat, book)?;
    let query = words.trim().to_owned();
    if query.is_empty() {
        return Err(refuse(RefusalKind::Invalid, "Say what to look for."));
    }
    let (None, Some(channel), true) = (at.thread_id, at.channel, book.server.can("messages_search")) else {
        return Err(refuse(RefusalKind::Unsupported, "Servers of this network look for words in text channels only."));
    };
    Ok(Call::new(Command::MessagesSearch { channel, query }, move |packet, book| {
        let Packet::Page(page) = packet else { return Err(unfitting()) };
        let (mut messages, bundle) = book.page(page.messages, chat);
        messages.retain(|message| before.is_none_or(|before| message.key < before));
        // It tells so many and cannot be asked for those before them: whether there are is not known.
        let complete = messages.is_empty() && before.is_none();
        Ok(Outcome::Done(Reply::Matches { chat, messages, bundle, complete }))
    }))
}
