//! Messages and their reactions.

use super::{Reader, Writer, parts, rest};
use crate::domain::id::EmojiId;
use crate::domain::{
    ChatId, CleanText, Forwarded, LineKind, Message, MessageId, MessageKey, MessageKind, ReactEmoji, Reaction,
    ReplyInfo, RichText, Span, SpanKind, UserId, Wall,
};

/// The form that is written. Those before are read: 1 had the labels of buttons alone, and nothing of where files are.
const VERSION: u8 = 2;
/// Forms that are read.
const READ: std::ops::RangeInclusive<u8> = 1..=VERSION;

/// The body of a message: all of it but its place, its chat, its time, its reactions, and the marks that have columns of their own.
pub(in crate::store) fn message_body(message: &Message) -> Vec<u8> {
    // Named one by one, so that a part that is new is not forgotten here.
    let Message {
        key: _,
        chat: _,
        author,
        at: _,
        edited,
        body,
        kind,
        reply,
        attachments,
        embeds,
        poll,
        reactions: _,
        forwarded,
        pinned: _,
        shown_as,
        buttons,
        used,
        mentions_me: _,
        typed,
    } = message;
    let mut writer = Writer::new(VERSION);
    let kind = match kind {
        MessageKind::Ordinary => 0,
        MessageKind::Join => 1,
        MessageKind::Leave => 2,
        MessageKind::Call => 3,
        MessageKind::Unknown => 4,
    };
    // Most messages are a person's text and nothing else: one byte says so.
    let few = edited.is_none()
        && reply.is_none()
        && forwarded.is_none()
        && shown_as.is_none()
        && poll.is_none()
        && typed.is_none()
        && used.is_none();
    let more = !(few && attachments.is_empty() && embeds.is_empty() && buttons.is_empty());
    writer.byte(kind << 1 | u8::from(more));
    writer.number(author.value());
    rich(&mut writer, body);
    if more {
        writer.maybe(*edited, |writer, at| writer.signed(at.0));
        writer.maybe(reply.as_deref(), |writer, ReplyInfo { to, quote }| {
            writer.maybe(*to, |writer, to| writer.number(to.value()));
            writer.maybe(quote.as_ref(), rich);
        });
        writer.maybe(forwarded.as_deref(), |writer, Forwarded { at }| {
            writer.maybe(*at, |writer, at| writer.signed(at.0));
        });
        writer.maybe_text(shown_as.as_ref());
        writer.list(attachments, parts::attachment);
        writer.list(embeds, rest::embed);
        writer.list(buttons, parts::button);
        writer.maybe(poll.as_deref(), rest::poll);
        writer.maybe_text(typed.as_ref());
        writer.maybe(used.as_deref(), |writer, (who, command)| {
            writer.text(who);
            writer.text(command);
        });
    }
    writer.end()
}

/// Reads a message's body; what has columns of its own is left as it is by default.
pub(in crate::store) fn message(bytes: &[u8], key: MessageKey, chat: ChatId) -> Option<Message> {
    let (version, mut reader) = Reader::new(bytes).filter(|(version, _)| READ.contains(version))?;
    let reader = &mut reader;
    let head = reader.byte()?;
    let mut message = Message {
        key,
        chat,
        kind: match head >> 1 {
            0 => MessageKind::Ordinary,
            1 => MessageKind::Join,
            2 => MessageKind::Leave,
            3 => MessageKind::Call,
            _ => MessageKind::Unknown,
        },
        author: UserId::new(reader.wide()?),
        body: read_rich(reader)?,
        ..Message::default()
    };
    if head & 1 != 0 {
        message.edited = reader.maybe(|reader| reader.signed().map(Wall))?;
        message.reply = reader.maybe(|reader| {
            let to = reader.maybe(|reader| reader.wide().map(MessageId::new))?;
            Some(Box::new(ReplyInfo { to, quote: reader.maybe(read_rich)? }))
        })?;
        message.forwarded = match version {
            1 => reader.flag()?.then(Box::default),
            _ => reader
                .maybe(|reader| Some(Box::new(Forwarded { at: reader.maybe(|reader| reader.signed().map(Wall))? })))?,
        };
        message.shown_as = reader.maybe(Reader::text)?;
        message.attachments = reader.list(|reader| parts::read_attachment(reader, version))?;
        message.embeds = reader.list(|reader| rest::read_embed(reader, version))?;
        message.buttons = match version {
            // Labels without what they do: the page of the network that covers the message tells.
            1 => reader.list(Reader::text).map(|_| Box::default())?,
            _ => reader.list(parts::read_button)?,
        };
        message.poll = reader.maybe(|reader| rest::read_poll(reader).map(Box::new))?;
        message.typed = reader.maybe(Reader::text)?;
        if version > 1 {
            message.used = reader.maybe(|reader| Some(Box::new((reader.text()?, reader.text()?))))?;
        }
    }
    Some(message)
}

/// The body of reactions; `None` for none, so that most rows hold nothing.
pub(in crate::store) fn reactions_body(reactions: &[Reaction]) -> Option<Vec<u8>> {
    if reactions.is_empty() {
        return None;
    }
    let mut writer = Writer::new(VERSION);
    writer.list(reactions, |writer, Reaction { emoji: with, count, mine, by }| {
        emoji(writer, with);
        writer.number(*count);
        writer.flag(*mine);
        writer.list(by, |writer, user| writer.number(user.value()));
    });
    Some(writer.end())
}

/// Reads reactions.
pub(in crate::store) fn reactions(bytes: &[u8]) -> Option<Box<[Reaction]>> {
    // The same in all forms.
    let (_, mut reader) = Reader::new(bytes).filter(|(version, _)| READ.contains(version))?;
    reader.list(|reader| {
        Some(Reaction {
            emoji: read_emoji(reader)?,
            count: reader.number()?,
            mine: reader.flag()?,
            by: reader.list(|reader| reader.wide().map(UserId::new))?,
        })
    })
}

pub(super) fn emoji(writer: &mut Writer, emoji: &ReactEmoji) {
    match emoji {
        ReactEmoji::Unicode(text) => {
            writer.byte(0);
            writer.text(text);
        }
        ReactEmoji::Custom(id) => {
            writer.byte(1);
            writer.number(id.value());
        }
    }
}

pub(super) fn read_emoji(reader: &mut Reader<'_>) -> Option<ReactEmoji> {
    match reader.byte()? {
        0 => reader.text().map(ReactEmoji::Unicode),
        1 => reader.wide().map(|id| ReactEmoji::Custom(EmojiId::new(id))),
        _ => None,
    }
}

pub(super) fn rich(writer: &mut Writer, rich: &RichText) {
    writer.text(&rich.text);
    let mut before = 0;
    writer.list(&rich.spans, |writer, span| {
        // Sorted by start: the distance to the one before is short.
        writer.number(span.start.wrapping_sub(before));
        writer.number(span.end.wrapping_sub(span.start));
        before = span.start;
        span_kind(writer, &span.kind);
    });
}

pub(super) fn read_rich(reader: &mut Reader<'_>) -> Option<RichText> {
    let raw = reader.string()?;
    let length = raw.len();
    let text = CleanText::from_owned(raw);
    let intact = text.len() == length;
    let mut before = 0u32;
    let mut spans = reader
        .list(|reader| {
            let start = before.checked_add(reader.number()?)?;
            let end = start.checked_add(reader.number()?)?;
            before = start;
            Some(Span { start, end, kind: read_span_kind(reader)? })
        })?
        .into_vec();
    // Somebody else wrote here: the text counts, its formatting does not.
    spans.retain(|span| intact && span.start < span.end && text.get(span.start as usize..span.end as usize).is_some());
    Some(RichText { text, spans: spans.into() })
}

fn span_kind(writer: &mut Writer, kind: &SpanKind) {
    let tag = match kind {
        SpanKind::Bold => 0,
        SpanKind::Italic => 1,
        SpanKind::Underline => 2,
        SpanKind::Strike => 3,
        SpanKind::Code => 4,
        SpanKind::CodeBlock(None) => 5,
        SpanKind::CodeBlock(Some(_)) => 6,
        SpanKind::Spoiler => 7,
        SpanKind::Link => 8,
        SpanKind::MaskedLink(_) => 9,
        SpanKind::Mention(None) => 10,
        SpanKind::Mention(Some(_)) => 11,
        SpanKind::Emoji(_) => 12,
        SpanKind::Line(LineKind::Heading) => 13,
        SpanKind::Line(LineKind::Quote) => 14,
        SpanKind::Line(LineKind::Small) => 15,
        SpanKind::Instead { .. } => 16,
    };
    writer.byte(tag);
    match kind {
        SpanKind::CodeBlock(Some(text)) | SpanKind::MaskedLink(text) => writer.text(text),
        SpanKind::Mention(Some(user)) => writer.number(user.value()),
        SpanKind::Emoji(id) => writer.number(id.value()),
        SpanKind::Instead { written, chat } => {
            writer.text(written);
            writer.maybe(*chat, |writer, chat| writer.number(chat.value()));
        }
        _ => {}
    }
}

fn read_span_kind(reader: &mut Reader<'_>) -> Option<SpanKind> {
    Some(match reader.byte()? {
        0 => SpanKind::Bold,
        1 => SpanKind::Italic,
        2 => SpanKind::Underline,
        3 => SpanKind::Strike,
        4 => SpanKind::Code,
        5 => SpanKind::CodeBlock(None),
        6 => SpanKind::CodeBlock(Some(reader.text()?)),
        7 => SpanKind::Spoiler,
        8 => SpanKind::Link,
        9 => SpanKind::MaskedLink(reader.text()?),
        10 => SpanKind::Mention(None),
        11 => SpanKind::Mention(Some(UserId::new(reader.wide()?))),
        12 => SpanKind::Emoji(EmojiId::new(reader.wide()?)),
        13 => SpanKind::Line(LineKind::Heading),
        14 => SpanKind::Line(LineKind::Quote),
        15 => SpanKind::Line(LineKind::Small),
        16 => {
            SpanKind::Instead { written: reader.text()?, chat: reader.maybe(|reader| reader.wide().map(ChatId::new))? }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{EmbedField, EmbedImage, Poll, PollOption};
    use crate::domain::{Attachment, AttachmentKind, Button, Embed, FileId, FileRef, Press};
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = CleanText> {
        "\\PC{0,12}".prop_map(|raw| CleanText::new(&raw))
    }

    fn kinds() -> impl Strategy<Value = SpanKind> {
        prop_oneof![
            prop::sample::select(vec![
                SpanKind::Bold,
                SpanKind::Italic,
                SpanKind::Underline,
                SpanKind::Strike,
                SpanKind::Code,
                SpanKind::CodeBlock(None),
                SpanKind::Spoiler,
                SpanKind::Link,
                SpanKind::Mention(None),
                SpanKind::Line(LineKind::Heading),
                SpanKind::Line(LineKind::Quote),
                SpanKind::Line(LineKind::Small),
            ]),
            text().prop_map(|text| SpanKind::CodeBlock(Some(text))),
            text().prop_map(SpanKind::MaskedLink),
            (text(), any::<Option<u128>>())
                .prop_map(|(written, chat)| SpanKind::Instead { written, chat: chat.map(ChatId::new) }),
            any::<u128>().prop_map(|id| SpanKind::Mention(Some(UserId::new(id)))),
            any::<u128>().prop_map(|id| SpanKind::Emoji(EmojiId::new(id))),
        ]
    }

    fn rich_text() -> impl Strategy<Value = RichText> {
        ("[a-zé😀 ]{0,30}", prop::collection::vec((0u32..30, 1u32..30, kinds()), 0..5))
            .prop_map(|(raw, spans)| RichText::from_utf16(raw, spans))
    }

    fn files() -> impl Strategy<Value = Attachment> {
        let kind = prop_oneof![
            Just(AttachmentKind::File),
            any::<(u32, u32)>().prop_map(|(width, height)| AttachmentKind::Image { width, height }),
            any::<(u32, u32, u32)>().prop_map(|(width, height, seconds)| AttachmentKind::Video {
                width,
                height,
                seconds
            }),
            any::<u32>().prop_map(|seconds| AttachmentKind::Audio { seconds }),
        ];
        (any::<u128>(), text(), text(), any::<u64>(), kind, any::<Option<i64>>()).prop_map(
            |(id, name, mimetype, size, kind, expires)| Attachment {
                file: FileRef { id: FileId::new(id), address: mimetype.clone() },
                name,
                mimetype,
                size,
                kind,
                expires: expires.map(Wall),
            },
        )
    }

    fn buttons() -> impl Strategy<Value = Button> {
        let does = prop_oneof![
            text().prop_map(Press::Open),
            text().prop_map(Press::Copy),
            prop::option::of(text()).prop_map(Press::Tell)
        ];
        (text(), any::<u8>(), does).prop_map(|(label, row, does)| Button { label, row, does })
    }

    fn messages() -> impl Strategy<Value = Message> {
        let reply = (prop::option::of(any::<u128>()), prop::option::of(rich_text()))
            .prop_map(|(to, quote)| Box::new(ReplyInfo { to: to.map(MessageId::new), quote }));
        let embed = (text(), prop::option::of(text()), prop::option::of(any::<(u32, u32)>()), any::<Option<u32>>())
            .prop_map(|(url, title, pixels, color)| Embed {
                title: title.clone(),
                author: title.clone(),
                image: pixels.map(|(width, height)| {
                    let file = title.clone().map(|address| FileRef { id: FileId::new(u128::from(width)), address });
                    Box::new(EmbedImage { name: url.clone(), width, height, file })
                }),
                fields: title.iter().map(|name| EmbedField { name: name.clone(), value: url.clone() }).collect(),
                color,
                url,
                ..Embed::default()
            });
        let option = (text(), prop::option::of(text()), any::<(u32, bool)>())
            .prop_map(|(id, emoji, (votes, mine))| PollOption { text: id.clone(), id, emoji, votes, mine });
        let poll = (text(), prop::collection::vec(option, 0..3), any::<(bool, bool, bool)>(), any::<Option<i64>>())
            .prop_map(|(question, options, (several, ended, counted), ends)| {
                Box::new(Poll { question, options: options.into(), several, ends: ends.map(Wall), ended, counted })
            });
        let kind = prop::sample::select(vec![MessageKind::Ordinary, MessageKind::Join, MessageKind::Call]);
        let lists = (
            prop::collection::vec(files(), 0..3),
            prop::collection::vec(embed, 0..2),
            prop::collection::vec(buttons(), 0..3),
        );
        let marks = (
            any::<Option<i64>>(),
            prop::option::of(reply),
            prop::option::of(any::<Option<i64>>()),
            prop::option::of(text()),
            prop::option::of(poll),
        );
        (any::<u128>(), rich_text(), kind, marks, lists).prop_map(
            |(author, body, kind, (edited, reply, forwarded, shown_as, poll), (files, embeds, buttons))| Message {
                author: UserId::new(author),
                body,
                kind,
                edited: edited.map(Wall),
                reply,
                forwarded: forwarded.map(|at| Box::new(Forwarded { at: at.map(Wall) })),
                used: shown_as.clone().map(|who| Box::new((who.clone(), who))),
                shown_as: shown_as.clone(),
                attachments: files.into(),
                embeds: embeds.into(),
                buttons: buttons.into(),
                poll,
                typed: shown_as.clone(),
                ..Message::default()
            },
        )
    }

    /// What the first form wrote of a message with everything in it.
    #[test]
    fn a_body_of_the_first_form_is_read() {
        let mut writer = Writer::new(1);
        writer.byte(1);
        writer.number(7u64);
        rich(&mut writer, &RichText::plain(CleanText::new("hi")));
        writer.flag(false);
        writer.flag(false);
        writer.flag(true);
        writer.maybe_text(Some(&CleanText::new("crab")));
        writer.list(&[()], |writer, ()| {
            writer.number(9u64);
            writer.text("a.png");
            writer.text("image/png");
            writer.number(5u64);
            writer.byte(0);
        });
        writer.list(&[()], |writer, ()| {
            writer.text("https://x.example");
            (0..5).for_each(|_| writer.flag(false));
            writer.count(0);
            writer.flag(false);
            writer.flag(true);
            writer.text("b.png");
            writer.number(3u64);
            writer.number(4u64);
        });
        writer.list(&[()], |writer, ()| writer.text("Again"));
        writer.flag(false);
        writer.flag(false);
        let body = writer.end();
        let read = message(&body, MessageKey::default(), ChatId::default()).unwrap();
        assert_eq!(read.forwarded, Some(Box::new(Forwarded { at: None })));
        assert_eq!((&*read.attachments[0].name, read.attachments[0].file.id), ("a.png", FileId::new(9)));
        let image = read.embeds[0].image.as_deref().unwrap();
        assert_eq!((&*image.name, image.width, image.height, &image.file), ("b.png", 3, 4, &None));
        assert_eq!(read.buttons.len(), 0, "a button that does nothing is none");
        assert_eq!((read.used, read.shown_as), (None, Some(CleanText::new("crab"))));
        assert!((0..body.len()).all(|cut| message(&body[..cut], MessageKey::default(), ChatId::default()).is_none()));
    }

    proptest! {
        #[test]
        fn messages_come_back(told in messages()) {
            let body = message_body(&told);
            let read = message(&body, told.key, told.chat);
            prop_assert_eq!(read.as_ref(), Some(&told));
            for cut in 0..body.len() {
                prop_assert_eq!(message(&body[..cut], told.key, told.chat), None, "a body cut short is none");
            }
        }

        #[test]
        fn reactions_come_back(list in prop::collection::vec((text(), any::<u32>(), any::<bool>(), prop::collection::vec(any::<u128>(), 0..4)), 0..4)) {
            let told: Box<[Reaction]> = list.into_iter().map(|(emoji, count, mine, by)| Reaction {
                emoji: if count % 2 == 0 { ReactEmoji::Unicode(emoji) } else { ReactEmoji::Custom(EmojiId::new(u128::from(count))) },
                count, mine, by: by.into_iter().map(UserId::new).collect(),
            }).collect();
            let read = reactions_body(&told).map_or_else(|| Some(Box::default()), |body| reactions(&body));
            prop_assert_eq!(read, Some(told));
        }

        #[test]
        fn any_bytes_make_a_message_or_none(version in READ, bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let body = [&[version][..], &bytes].concat();
            if let Some(read) = message(&body, MessageKey::default(), ChatId::default()) {
                prop_assert_eq!(CleanText::new(&read.body.text), read.body.text);
            }
            let _ = reactions(&body);
        }
    }

    #[test]
    fn an_ordinary_message_costs_few_bytes_beside_its_text() {
        let told = Message {
            author: UserId::new(1 << 60),
            body: RichText::plain(CleanText::new("hello")),
            ..Message::default()
        };
        assert_eq!(message_body(&told).len(), 1 + 1 + 9 + 1 + 5 + 1);
    }
}
