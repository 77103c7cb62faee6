//! What waits to go out. The files of a message are not in its body: they have rows or files of their own.

use super::message::{emoji, read_emoji, read_rich, rich};
use super::{Reader, Writer};
use crate::domain::id::EmojiId;
use crate::domain::kept::{OutboxItem, OutboxStage};
use crate::domain::{EmojiUse, MessageId, MessageKey, Nonce, Outgoing, Quote, Refusal, RefusalKind, SortKey, Upload};
use std::sync::Arc;
use std::time::Duration;

/// The form that is written. The first one is read: it had no quotes, and knew no emoji of the network and no marks that go back.
const VERSION: u8 = 2;
/// Forms that are read.
const READ: std::ops::RangeInclusive<u8> = 1..=VERSION;
/// What names the targets of rows: it must stay the same for as long as any are there.
const TARGETS: u8 = 1;

const KINDS: [RefusalKind; 10] = [
    RefusalKind::Unsupported,
    RefusalKind::Invalid,
    RefusalKind::NotSignedIn,
    RefusalKind::Forbidden,
    RefusalKind::NotFound,
    RefusalKind::Conflict,
    RefusalKind::RateLimited,
    RefusalKind::ServerFault,
    RefusalKind::TimedOut,
    RefusalKind::LinkLost,
];

/// The body of something that waits, without chat, nonce and files.
pub(in crate::store) fn item_body(item: &OutboxItem) -> Vec<u8> {
    let mut writer = Writer::new(VERSION);
    match item {
        OutboxItem::Send(outgoing) => {
            let Outgoing {
                chat: _,
                nonce: _,
                text,
                verbatim,
                reply_to,
                quiet,
                quote,
                no_previews,
                emoji,
                attachments: _,
            } = &**outgoing;
            writer.byte(0);
            writer.text(text);
            writer.flag(*verbatim);
            writer.maybe(*reply_to, |writer, to| writer.number(to.value()));
            writer.flag(*quiet);
            writer.maybe(quote.as_ref(), self::quote);
            writer.flag(*no_previews);
            writer.list(emoji, |writer, EmojiUse { name, id, standin }| {
                writer.text(name);
                writer.number(id.value());
                writer.text(standin);
            });
        }
        OutboxItem::Edit { message, text } => {
            writer.byte(1);
            key(&mut writer, message);
            writer.text(text);
        }
        OutboxItem::Delete { messages } => {
            writer.byte(2);
            writer.list(messages, key);
        }
        OutboxItem::React { message, emoji: with, add } => {
            writer.byte(3);
            key(&mut writer, message);
            emoji(&mut writer, with);
            writer.flag(*add);
        }
        OutboxItem::MarkRead { upto, back } => {
            writer.byte(4);
            key(&mut writer, upto);
            writer.flag(*back);
        }
    }
    writer.end()
}

/// Reads what waits. A message gets its chat, its nonce and its files.
pub(in crate::store) fn item(
    bytes: &[u8],
    chat: crate::domain::ChatId,
    nonce: Nonce,
    attachments: Vec<Upload>,
) -> Option<OutboxItem> {
    let (version, mut reader) = Reader::new(bytes).filter(|(version, _)| READ.contains(version))?;
    let reader = &mut reader;
    let newer = version > 1;
    Some(match reader.byte()? {
        0 => OutboxItem::Send(Arc::new(Outgoing {
            chat,
            nonce,
            text: reader.string()?,
            verbatim: reader.flag()?,
            reply_to: reader.maybe(|reader| reader.wide().map(MessageId::new))?,
            quiet: reader.flag()?,
            quote: if newer { reader.maybe(read_quote)? } else { None },
            no_previews: newer && reader.flag()?,
            emoji: if newer { reader.list(read_use)? } else { Box::default() },
            attachments,
        })),
        1 => OutboxItem::Edit { message: read_key(reader)?, text: reader.string()? },
        2 => OutboxItem::Delete { messages: reader.list(read_key)?.into_vec() },
        3 => OutboxItem::React { message: read_key(reader)?, emoji: read_emoji(reader)?, add: reader.flag()? },
        4 => OutboxItem::MarkRead { upto: read_key(reader)?, back: newer && reader.flag()? },
        _ => return None,
    })
}

/// What it acts on, if a newer one on the same takes its place: one edit of a message, one wish about one reaction, one read mark of a chat.
pub(in crate::store) fn target(item: &OutboxItem) -> Option<Vec<u8>> {
    let mut writer = Writer::new(TARGETS);
    match item {
        OutboxItem::Send(_) => return None,
        OutboxItem::Edit { message, .. } => {
            writer.byte(1);
            key(&mut writer, message);
        }
        OutboxItem::Delete { messages } => {
            writer.byte(2);
            writer.list(messages, key);
        }
        OutboxItem::React { message, emoji: with, .. } => {
            writer.byte(3);
            key(&mut writer, message);
            emoji(&mut writer, with);
        }
        OutboxItem::MarkRead { .. } => writer.byte(4),
    }
    Some(writer.end())
}

/// The body of how far something is.
pub(in crate::store) fn stage_body(stage: &OutboxStage) -> Vec<u8> {
    let mut writer = Writer::new(VERSION);
    match stage {
        OutboxStage::Waiting => writer.byte(0),
        OutboxStage::InFlight => writer.byte(1),
        OutboxStage::Unconfirmed => writer.byte(2),
        OutboxStage::Failed(refusal) => {
            writer.byte(3);
            let kind = KINDS.iter().position(|kind| *kind == refusal.kind).unwrap_or_default();
            writer.count(kind);
            writer.number(refusal.code);
            writer.text(&refusal.text);
            writer.maybe_text(refusal.trace.as_ref());
            writer.maybe(refusal.retry_after, |writer, after| {
                writer.number(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
            });
        }
    }
    writer.end()
}

/// Reads how far something is.
pub(in crate::store) fn stage(bytes: &[u8]) -> Option<OutboxStage> {
    // The same in all forms.
    let (_, mut reader) = Reader::new(bytes).filter(|(version, _)| READ.contains(version))?;
    let reader = &mut reader;
    Some(match reader.byte()? {
        0 => OutboxStage::Waiting,
        1 => OutboxStage::InFlight,
        2 => OutboxStage::Unconfirmed,
        3 => OutboxStage::Failed(Refusal {
            kind: KINDS.get(reader.number::<usize>()?).copied().unwrap_or_default(),
            code: reader.number()?,
            text: reader.text()?,
            trace: reader.maybe(Reader::text)?,
            retry_after: reader.maybe(|reader| reader.number().map(Duration::from_millis))?,
        }),
        _ => return None,
    })
}

pub(super) fn quote(writer: &mut Writer, Quote { text, offset }: &Quote) {
    rich(writer, text);
    writer.number(*offset);
}

pub(super) fn read_quote(reader: &mut Reader<'_>) -> Option<Quote> {
    Some(Quote { text: read_rich(reader)?, offset: reader.number()? })
}

fn read_use(reader: &mut Reader<'_>) -> Option<EmojiUse> {
    Some(EmojiUse { name: reader.string()?, id: EmojiId::new(reader.wide()?), standin: reader.text()? })
}

pub(super) fn key(writer: &mut Writer, key: &MessageKey) {
    writer.number(key.order.0);
    writer.number(key.id.value());
}

pub(super) fn read_key(reader: &mut Reader<'_>) -> Option<MessageKey> {
    Some(MessageKey { order: SortKey(reader.wide()?), id: MessageId::new(reader.wide()?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChatId, CleanText, ReactEmoji, RichText};

    fn at(number: u128) -> MessageKey {
        MessageKey { order: SortKey(number), id: MessageId::new(number + 1) }
    }

    fn all() -> Vec<OutboxItem> {
        let emoji = ReactEmoji::Unicode(CleanText::new("👍"));
        vec![
            OutboxItem::Send(Arc::new(Outgoing {
                chat: ChatId::new(5),
                nonce: Nonce(6),
                text: "**hey**\n".to_owned(),
                verbatim: true,
                reply_to: Some(MessageId::new(u128::MAX)),
                quiet: true,
                quote: Some(Quote { text: RichText::plain(CleanText::new("of it")), offset: 3 }),
                no_previews: true,
                emoji: [EmojiUse { name: "crab".to_owned(), id: EmojiId::new(8), standin: CleanText::new("🦀") }]
                    .into(),
                attachments: Vec::new(),
            })),
            OutboxItem::Edit { message: at(9), text: "other".to_owned() },
            OutboxItem::Delete { messages: vec![at(1), at(2)] },
            OutboxItem::React { message: at(9), emoji: emoji.clone(), add: true },
            OutboxItem::React { message: at(9), emoji: ReactEmoji::Unicode(CleanText::new("👎")), add: true },
            OutboxItem::MarkRead { upto: at(3), back: true },
        ]
    }

    #[test]
    fn what_waits_comes_back() {
        for told in all() {
            let body = item_body(&told);
            assert_eq!(item(&body, ChatId::new(5), Nonce(6), Vec::new()).as_ref(), Some(&told));
            assert!((0..body.len()).all(|cut| item(&body[..cut], ChatId::new(5), Nonce(6), Vec::new()).is_none()));
        }
    }

    #[test]
    fn what_waits_since_the_first_form_is_read() {
        let mut writer = Writer::new(1);
        writer.byte(0);
        writer.text("hey");
        writer.flag(false);
        writer.flag(false);
        writer.flag(true);
        let outgoing = Outgoing {
            chat: ChatId::new(5),
            nonce: Nonce(6),
            text: "hey".to_owned(),
            quiet: true,
            ..Outgoing::default()
        };
        let read = |body: Vec<u8>| item(&body, ChatId::new(5), Nonce(6), Vec::new());
        assert_eq!(read(writer.end()), Some(OutboxItem::Send(Arc::new(outgoing))));
        let mut writer = Writer::new(1);
        writer.byte(4);
        key(&mut writer, &at(3));
        assert_eq!(read(writer.end()), Some(OutboxItem::MarkRead { upto: at(3), back: false }));
        let mut writer = Writer::new(1);
        writer.byte(2);
        assert_eq!(stage(&writer.end()), Some(OutboxStage::Unconfirmed));
    }

    #[test]
    fn targets_tell_what_replaces_what() {
        let targets: Vec<_> = all().iter().filter_map(target).collect();
        let mut distinct = targets.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((targets.len(), distinct.len()), (5, 5));
        let again = OutboxItem::Edit { message: at(9), text: "again".to_owned() };
        assert_eq!(target(&again), Some(targets[0].clone()));
    }

    #[test]
    fn stages_come_back() {
        let refusal = Refusal {
            kind: RefusalKind::RateLimited,
            code: 429,
            text: CleanText::new("slow down"),
            trace: Some(CleanText::new("t-1")),
            retry_after: Some(Duration::from_millis(1_500)),
        };
        for told in
            [OutboxStage::Waiting, OutboxStage::InFlight, OutboxStage::Unconfirmed, OutboxStage::Failed(refusal)]
        {
            assert_eq!(stage(&stage_body(&told)), Some(told));
        }
    }
}
