//! What concerns messages: sending, pages of history, reactions.

use super::{Call, Outcome, call, message_id, not_here, read, reference};
use crate::domain::answer::RefusalKind;
use crate::domain::{
    ChatId, CleanText, DatedIds, Message, MessageId, MessageKey, Outgoing, Page, Quote, ReactEmoji, Refusal, Reply,
    RequestId,
};
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
    let Composed { text, entities } = match outgoing.verbatim {
        true => Composed::verbatim(&outgoing.text),
        false => encode::compose_with(&outgoing.text, &outgoing.emoji),
    };
    let reply_to = match outgoing.reply_to {
        Some(id) => {
            let message_id = ids::wire(id.0).ok_or_else(not_here)?;
            Some(messages::send_message::ReplyTo { message_id, quote: outgoing.quote.as_ref().map(quoted) })
        }
        None => None,
    };
    let request = messages::SendMessage {
        chat_ref: reference(outgoing.chat)?,
        message: text,
        entities,
        media: upload::references(id, outgoing, config),
        reply_to,
        suppress_embeds: outgoing.no_previews,
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

pub(super) fn history(chat: ChatId, page: Page, limit: u16, config: &OsmiumConfig) -> Result<Call, Refusal> {
    use messages::get_history::Offset;
    let offset = match page {
        Page::Latest => None,
        Page::Before(key) => Some(Offset::Before(message_id(key)?)),
        Page::After(key) => Some(Offset::Since(message_id(key)?)),
        Page::Around(id) => Some(Offset::Around(ids::wire(id.0).ok_or_else(not_here)?)),
        // No message needs to have it: only its place counts.
        Page::At(date) => {
            let ids = DatedIds { epoch: config.snowflake_epoch, shift: config.snowflake_shift };
            Some(Offset::Around(message_id(ids.before(date))?))
        }
    };
    let middle = match offset {
        Some(Offset::Around(id)) => ids::message(id),
        _ => None,
    };
    let request = messages::GetHistory { chat_ref: reference(chat)?, limit: Some(u32::from(limit)), offset };
    Ok(read(request, move |reply, decoder| {
        let received = reply.messages.len();
        let (messages, bundle) = decoder.messages(reply, chat);
        let (reached_start, reached_end) = ends(page, middle, usize::from(limit), received, &messages);
        Reply::History { chat, messages, bundle, reached_start, reached_end }
    }))
}

/// Whether a page reaches the start and the end of the chat: a page with fewer messages than asked for has no more on its side.
/// Around a message each side counts alone, and a side that is one short of half may still go on, since halves may be rounded.
pub(super) fn ends(
    page: Page,
    middle: Option<MessageId>,
    limit: usize,
    received: usize,
    messages: &[Arc<Message>],
) -> (bool, bool) {
    let short = received < limit;
    match page {
        Page::Latest => (short, true),
        Page::Before(_) => (short, false),
        Page::After(_) => (false, short),
        Page::Around(_) | Page::At(_) => {
            let Some(id) = middle else { return (false, false) };
            let older = messages.iter().filter(|message| message.key.id < id).count();
            let newer = messages.iter().filter(|message| message.key.id > id).count();
            let half = limit.saturating_sub(1) / 2;
            (short && older < half, short && newer < half)
        }
    }
}

/// A part that is answered, as the wire has it.
fn quoted(quote: &Quote) -> messages::send_message::reply_to::Quote {
    messages::send_message::reply_to::Quote {
        message: quote.text.text.as_str().to_owned(),
        entities: encode::entities(&quote.text),
        offset: Some(u64::from(quote.offset)),
    }
}

/// One message, from the page around it: there is no call for a single one.
pub(super) fn single(chat: ChatId, message: MessageId) -> Result<Call, Refusal> {
    use messages::get_history::Offset;
    let around = ids::wire(message.0).ok_or_else(not_here)?;
    // With a limit of one, halves might be rounded to nothing.
    let request =
        messages::GetHistory { chat_ref: reference(chat)?, limit: Some(3), offset: Some(Offset::Around(around)) };
    Ok(call(request, move |reply, decoder| {
        let (messages, bundle) = decoder.messages(reply, chat);
        let found = messages.into_iter().find(|found| found.key.id == message);
        let gone = || Refusal::ours(RefusalKind::NotFound, "The message is not there any more.");
        let message = found.ok_or_else(gone)?;
        Ok(Outcome::Done(Reply::Message { message, bundle }))
    }))
}

/// Looks for words in one chat. How many are told at once is not published: there is no more once nothing comes.
pub(super) fn search(chat: ChatId, words: &str, before: Option<MessageKey>) -> Result<Call, Refusal> {
    use messages::search::Offset;
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::ours(RefusalKind::Invalid, "Say what to look for."));
    }
    let offset = before.map(message_id).transpose()?.map(Offset::Before);
    let request = messages::Search { chat_ref: reference(chat)?, query: words.to_owned(), scoped: true, offset };
    Ok(read(request, move |mut reply, decoder| {
        // A search elsewhere than asked for says nothing of this chat.
        reply.messages.retain(|message| decoder.is_about(message, chat));
        let (mut messages, bundle) = decoder.messages(reply, chat);
        messages.retain(|message| before.is_none_or(|before| message.key < before));
        let complete = messages.is_empty();
        Reply::Matches { chat, messages, bundle, complete }
    }))
}

/// Presses a button that tells its bot.
pub(super) fn press(chat: ChatId, message: MessageId, data: Option<&CleanText>) -> Result<Call, Refusal> {
    let request = messages::SubmitInteraction {
        chat_ref: reference(chat)?,
        message_id: ids::wire(message.0).ok_or_else(not_here)?,
        data: data.map(|data| data.as_str().to_owned()),
    };
    Ok(read(request, |reply, _| {
        Reply::Pressed(reply.message.map(CleanText::from_owned).filter(|text| !text.trim().is_empty()))
    }))
}
