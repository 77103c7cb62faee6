//! What concerns messages: sending, pages of history, reactions.

use super::{Call, Outcome, call, message_id, not_here, read, reference};
use crate::domain::answer::RefusalKind;
use crate::domain::{ChatId, Message, Outgoing, Page, ReactEmoji, Refusal, Reply, RequestId};
use crate::net::osmium::defaults::OsmiumConfig;
use crate::net::osmium::encode::{self, Composed};
use crate::net::osmium::wire::{messages, reactions};
use crate::net::osmium::{ids, upload};
use std::sync::Arc;

pub(super) fn emoji_of(emoji: &ReactEmoji) -> Result<reactions::ReactionEmoji, Refusal> {
    use reactions::reaction_emoji::Emoji;
    let emoji = match emoji {
        ReactEmoji::Unicode(text) => Emoji::UnicodeEmoji(text.as_str().to_owned()),
        ReactEmoji::Custom(id) => Emoji::CustomEmoji(ids::wire(id.0).ok_or_else(not_here)?),
    };
    Ok(reactions::ReactionEmoji { emoji: Some(emoji) })
}

/// The message itself. The files that it refers to must be taken before it is sent.
pub(super) fn send(id: RequestId, outgoing: &Outgoing, config: &OsmiumConfig) -> Result<Call, Refusal> {
    upload::check(&outgoing.attachments, config)?;
    let Composed { text, entities } =
        if outgoing.verbatim { Composed::verbatim(&outgoing.text) } else { encode::compose(&outgoing.text) };
    let reply_to = match outgoing.reply_to {
        Some(id) => {
            Some(messages::send_message::ReplyTo { message_id: ids::wire(id.0).ok_or_else(not_here)?, quote: None })
        }
        None => None,
    };
    let request = messages::SendMessage {
        chat_ref: reference(outgoing.chat)?,
        message: text,
        entities,
        media: upload::references(id, outgoing, config),
        reply_to,
        client_id: Some(outgoing.nonce.0),
        ..Default::default()
    };
    Ok(call(request, |reply, decoder| {
        let id = ids::message(reply.message_id);
        // Nobody knows which message it is: as if the answer had not come, so that the history decides.
        let nameless = || Refusal::ours(RefusalKind::TimedOut, "The server took the message but did not name it.");
        let message = id.ok_or_else(nameless)?;
        let order = crate::domain::SortKey(message.value());
        Ok(Outcome::Done(Reply::Sent { message, order, at: decoder.date_of(reply.message_id) }))
    }))
}

pub(super) fn history(chat: ChatId, page: Page, limit: u16) -> Result<Call, Refusal> {
    use messages::get_history::Offset;
    let offset = match page {
        Page::Latest => None,
        Page::Before(key) => Some(Offset::Before(message_id(key)?)),
        Page::After(key) => Some(Offset::Since(message_id(key)?)),
        Page::Around(id) => Some(Offset::Around(ids::wire(id.0).ok_or_else(not_here)?)),
    };
    let request = messages::GetHistory { chat_ref: reference(chat)?, limit: Some(u32::from(limit)), offset };
    Ok(read(request, move |reply, decoder| {
        let received = reply.messages.len();
        let (messages, bundle) = decoder.messages(reply, chat);
        let (reached_start, reached_end) = ends(page, usize::from(limit), received, &messages);
        Reply::History { chat, messages, bundle, reached_start, reached_end }
    }))
}

/// Whether a page reaches the start and the end of the chat: a page with fewer messages than asked for has no more on its side.
/// Around a message each side counts alone, and a side that is one short of half may still go on, since halves may be rounded.
pub(super) fn ends(page: Page, limit: usize, received: usize, messages: &[Arc<Message>]) -> (bool, bool) {
    let short = received < limit;
    match page {
        Page::Latest => (short, true),
        Page::Before(_) => (short, false),
        Page::After(_) => (false, short),
        Page::Around(id) => {
            let older = messages.iter().filter(|message| message.key.id < id).count();
            let newer = messages.iter().filter(|message| message.key.id > id).count();
            let half = limit.saturating_sub(1) / 2;
            (short && older < half, short && newer < half)
        }
    }
}
