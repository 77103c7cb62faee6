//! What writes: messages, votes, changes of threads, deletions.

use super::{Call, Outcome, place, refuse};
use crate::domain::answer::RefusalKind;
use crate::domain::{ChatId, MessageId, MessageKey, Outgoing, Refusal, Reply, ThreadChange};
use crate::net::originchats::book::Book;
use crate::net::originchats::refusal::unfitting;
use crate::net::originchats::wire::{At, Command, Packet};

pub(super) fn send(outgoing: &Outgoing, book: &Book) -> Result<Box<Call>, Refusal> {
    if !outgoing.attachments.is_empty() {
        return Err(refuse(RefusalKind::Unsupported, "Files cannot be sent to this network yet."));
    }
    let chat = outgoing.chat;
    let command = Command::MessageNew {
        at: place(chat, book)?,
        content: book.with_links(outgoing.text.trim()),
        reply_to: outgoing.reply_to.map(|message| book.names.message_name(message)),
        ping: (outgoing.quiet && outgoing.reply_to.is_some()).then_some(false),
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
