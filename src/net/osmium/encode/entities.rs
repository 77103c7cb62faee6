//! Formatting spans as entities of the wire, which count UTF-16 code units.

use crate::domain::{RichText, SpanKind};
use crate::net::osmium::ids;
use crate::net::osmium::wire::types::MessageEntity;
use crate::net::osmium::wire::types::message_entity::{
    CustomEmojiEntity, Entity, PreEntity, SpoilerEntity, TextUrlEntity, UserMentionEntity,
};

/// The entities of a text. A mention is sent by name, which is what all known clients do, as long as its text is one.
#[must_use]
pub fn entities(rich: &RichText) -> Vec<MessageEntity> {
    let mut points: Vec<u32> = rich.spans.iter().flat_map(|span| [span.start, span.end]).collect();
    points.sort_unstable();
    points.dedup();
    let units = utf16_offsets(&rich.text, &points);
    let unit = |byte: u32| points.binary_search(&byte).ok().and_then(|at| units.get(at)).copied().unwrap_or(0);
    rich.spans
        .iter()
        .filter_map(|span| {
            let text = rich.text.get(span.start as usize..span.end as usize)?;
            let start_index = unit(span.start);
            Some(MessageEntity {
                start_index,
                length: unit(span.end).saturating_sub(start_index),
                entity: Some(entity(&span.kind, text)?),
            })
        })
        .collect()
}

fn entity(kind: &SpanKind, text: &str) -> Option<Entity> {
    Some(match kind {
        SpanKind::Bold => Entity::Bold(true),
        SpanKind::Italic => Entity::Italic(true),
        SpanKind::Underline => Entity::Underline(true),
        SpanKind::Strike => Entity::Strikethrough(true),
        SpanKind::Code => Entity::Code(true),
        SpanKind::CodeBlock(language) => {
            Entity::Pre(PreEntity { language: language.as_ref().map(|language| language.as_str().to_owned()) })
        }
        SpanKind::Spoiler => Entity::Spoiler(SpoilerEntity {}),
        SpanKind::Link => Entity::Url(true),
        SpanKind::MaskedLink(url) => Entity::TextUrl(TextUrlEntity { url: url.as_str().to_owned() }),
        SpanKind::Mention(_) if text.starts_with('@') => Entity::Username(true),
        SpanKind::Mention(_) => Entity::UserMention(UserMentionEntity {}),
        SpanKind::Emoji(emoji) => Entity::CustomEmoji(CustomEmojiEntity { emoji_id: ids::wire(emoji.0)? }),
        // The wire has no such thing; the text of the line says it.
        SpanKind::Instead { .. } | SpanKind::Line(_) => return None,
    })
}

/// UTF-16 offsets of ascending byte offsets, in one pass.
fn utf16_offsets(text: &str, points: &[u32]) -> Vec<u32> {
    let mut units = 0;
    let mut chars = text.char_indices().peekable();
    points
        .iter()
        .map(|&point| {
            while let Some(&(at, character)) = chars.peek() {
                if at >= point as usize {
                    break;
                }
                units += if character.len_utf16() == 2 { 2 } else { 1 };
                chars.next();
            }
            units
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::entities;
    use crate::domain::{CleanText, RichText, Span, SpanKind};
    use crate::net::osmium::decode::Decoder;
    use crate::net::osmium::defaults::OsmiumConfig;
    use proptest::prelude::*;

    fn kind() -> impl Strategy<Value = SpanKind> {
        prop_oneof![
            Just(SpanKind::Bold),
            Just(SpanKind::Italic),
            Just(SpanKind::Underline),
            Just(SpanKind::Strike),
            Just(SpanKind::Code),
            Just(SpanKind::Spoiler),
            Just(SpanKind::Link),
            Just(SpanKind::Mention(None)),
            Just(SpanKind::CodeBlock(None)),
            Just(SpanKind::CodeBlock(Some(CleanText::ours("rust")))),
            Just(SpanKind::MaskedLink(CleanText::ours("https://nib.example"))),
            (1..u64::MAX).prop_map(|id| SpanKind::Emoji(crate::domain::id::EmojiId::new(u128::from(id)))),
        ]
    }

    prop_compose! {
        fn rich()(text in "[a é😀日\\n@]{1,30}", spans in prop::collection::vec((0usize..30, 0usize..30, kind()), 0..6)) -> RichText {
            let at: Vec<u32> = text.char_indices().map(|(at, _)| at).chain([text.len()]).map(|at| u32::try_from(at).unwrap()).collect();
            let mut spans: Vec<Span> = spans
                .into_iter()
                .map(|(a, b, kind)| {
                    let (a, b) = (a % at.len(), b % at.len());
                    Span { start: at[a.min(b)], end: at[a.max(b)], kind }
                })
                .filter(|span| span.start < span.end)
                .collect();
            spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
            RichText { text: CleanText::new(&text), spans: spans.into() }
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_is_read(rich in rich()) {
            let sent = entities(&rich);
            let read = Decoder::new(&OsmiumConfig::default()).rich_text(rich.text.as_str().to_owned(), sent);
            prop_assert_eq!(read, rich);
        }
    }

    /// What people type, with every kind of mark and letters of one to four bytes.
    fn typed() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "[a-c é😀日*_~|`@:\\\\]{0,4}",
            Just("**".to_owned()),
            Just("||😀||".to_owned()),
            Just("```rust\n日\n```".to_owned()),
            Just("[é](https://a.b/c)".to_owned()),
            Just(" https://a.b/日 ".to_owned()),
            Just(" @ada_l ".to_owned()),
            Just(":wave:".to_owned()),
            Just(":dot:".to_owned()),
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        /// What is typed becomes entities whose places are characters of the text in UTF-16, and is read back as what the markup means.
        #[test]
        fn typed_markup_becomes_entities_in_their_places(typed in typed()) {
            let emoji = |name: &str, id: u128, standin: &str| crate::domain::EmojiUse {
                name: name.to_owned(),
                id: crate::domain::id::EmojiId::new(id),
                standin: CleanText::new(standin),
            };
            let own = [emoji("wave", 7, "👋🏽"), emoji("dot", 8, "")];
            let sent = super::super::compose_with(&typed, &own);
            let units: Vec<u16> = sent.text.encode_utf16().collect();
            let splits = |at: usize| units.get(at).is_some_and(|unit| (0xdc00..0xe000).contains(unit));
            for entity in &sent.entities {
                let (start, end) = (entity.start_index as usize, (entity.start_index + entity.length) as usize);
                prop_assert!(start < end && end <= units.len(), "{typed:?}: {entity:?}");
                prop_assert!(!splits(start) && !splits(end), "{typed:?}: {entity:?} splits a character");
            }
            let read = Decoder::new(&OsmiumConfig::default()).rich_text(sent.text, sent.entities);
            prop_assert_eq!(read, crate::domain::markup::parse(&typed).with_emoji(&own));
        }
    }

    #[test]
    fn counts_utf16_units() {
        let rich = RichText::from_utf16("😀 hey bold".to_owned(), vec![(7, 4, SpanKind::Bold)]);
        let sent = entities(&rich);
        assert_eq!((sent[0].start_index, sent[0].length), (7, 4));
    }
}
