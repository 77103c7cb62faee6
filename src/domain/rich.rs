//! Text with formatting spans.

use super::emoji::EmojiUse;
use super::id::{ChatId, EmojiId, UserId};
use super::text::CleanText;

/// Clean text and its formatting. Spans are sorted by start, lie on character boundaries within the text, are not empty, and may overlap and nest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RichText {
    /// What it says.
    pub text: CleanText,
    /// How it looks; empty for most messages.
    pub spans: Box<[Span]>,
}

/// A stretch of text with a meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The meaning.
    pub kind: SpanKind,
}

/// What a stretch of text means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SpanKind {
    /// Strong.
    Bold,
    /// Emphasised.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
    /// A block of code, with its language if told.
    CodeBlock(Option<CleanText>),
    /// Hidden until asked for.
    Spoiler,
    /// The text itself is the address.
    Link,
    /// The text leads to another address.
    MaskedLink(CleanText),
    /// A mention of a person; the id where the network tells it.
    Mention(Option<UserId>),
    /// A custom emoji; the text is its stand-in.
    Emoji(EmojiId),
    /// Words in place of what is written otherwise: a link to a chat, a picture that has a name.
    Instead {
        /// What is written.
        written: CleanText,
        /// The chat that it leads to.
        chat: Option<ChatId>,
    },
    /// A whole line with a part of its own, its mark at its start included.
    Line(LineKind),
}

/// What part a line plays.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LineKind {
    /// A heading.
    Heading,
    /// Somebody else's words.
    Quote,
    /// A remark in small letters.
    Small,
}

/// Where a place is after parts of a text were replaced: each with its start and end before and after, ascending.
#[must_use]
pub fn moved(moves: &[(usize, usize, usize, usize)], point: u32) -> u32 {
    let point = point as usize;
    let to = match moves.iter().rev().find(|(start, ..)| *start <= point) {
        None => point,
        Some(&(_, end, from, _)) if point < end => from,
        Some(&(_, end, _, to)) => to + (point - end),
    };
    u32::try_from(to).unwrap_or(u32::MAX)
}

/// Where these emoji stand in a text, between colons, as bytes; one after the other.
pub fn emoji_in<'a>(text: &'a str, emoji: &'a [EmojiUse]) -> impl Iterator<Item = (usize, usize, &'a EmojiUse)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if emoji.is_empty() {
            return None;
        }
        loop {
            let start = at + text.get(at..)?.find(':')?;
            let rest = text.get(start + 1..)?;
            let end = start + 1 + rest.find(':')?;
            match emoji.iter().find(|one| text.get(start + 1..end) == Some(one.name.as_str())) {
                Some(one) => {
                    at = end + 1;
                    return Some((start, end + 1, one));
                }
                // This colon may begin the next one.
                None => at = end,
            }
        }
    })
}

impl RichText {
    /// Text without formatting.
    #[must_use]
    pub fn plain(text: CleanText) -> Self {
        Self { text, spans: Box::default() }
    }

    /// The part between two bytes with its formatting; `None` where they split a character or lie outside.
    #[must_use]
    pub fn part(&self, part: std::ops::Range<usize>) -> Option<Self> {
        let text = self.text.get(part.clone())?;
        let (from, to) = (u32::try_from(part.start).ok()?, u32::try_from(part.end).ok()?);
        let inside = self.spans.iter().map(|span| Span {
            start: span.start.clamp(from, to) - from,
            end: span.end.clamp(from, to) - from,
            kind: span.kind.clone(),
        });
        let spans = inside.filter(|span| span.start < span.end).collect();
        Some(Self { text: CleanText::new(text), spans })
    }

    /// The same with the network's own emoji in place of their names between colons, outside of code and addresses.
    #[must_use]
    pub fn with_emoji(self, emoji: &[EmojiUse]) -> Self {
        let closed = |at: usize| {
            let code = |kind: &SpanKind| matches!(kind, SpanKind::Code | SpanKind::CodeBlock(_) | SpanKind::Link);
            self.spans.iter().any(|span| code(&span.kind) && (span.start as usize..span.end as usize).contains(&at))
        };
        let found = emoji_in(&self.text, emoji).filter(|(at, ..)| !closed(*at));
        let (mut text, mut at, mut moves, mut added) = (String::new(), 0, Vec::new(), Vec::new());
        for (start, end, one) in found {
            text.push_str(self.text.get(at..start).unwrap_or_default());
            let from = text.len();
            // Something has to be there to be the emoji.
            text.push_str(if one.standin.is_empty() {
                self.text.get(start..end).unwrap_or_default()
            } else {
                &one.standin
            });
            moves.push((start, end, from, text.len()));
            if let (Ok(start), Ok(end)) = (u32::try_from(from), u32::try_from(text.len())) {
                added.push(Span { start, end, kind: SpanKind::Emoji(one.id) });
            }
            at = end;
        }
        if moves.is_empty() {
            return self;
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        let kept = self.spans.iter().map(|span| Span {
            start: moved(&moves, span.start),
            end: moved(&moves, span.end),
            kind: span.kind.clone(),
        });
        let mut spans: Vec<Span> = kept.chain(added).filter(|span| span.start < span.end).collect();
        spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        Self { text: CleanText::from_owned(text), spans: spans.into() }
    }

    /// The same with names between colons in place of the network's own emoji that have one.
    #[must_use]
    pub fn with_names(&self, name: impl Fn(EmojiId) -> Option<String>) -> Self {
        let (mut text, mut at, mut moves) = (String::new(), 0, Vec::new());
        for span in &self.spans {
            let SpanKind::Emoji(id) = span.kind else { continue };
            let (start, end) = (span.start as usize, span.end as usize);
            let (Some(name), Some(before)) = (name(id), self.text.get(at..start)) else { continue };
            text.push_str(before);
            let from = text.len();
            text.push_str(&format!(":{name}:"));
            moves.push((start, end, from, text.len()));
            at = end;
        }
        if moves.is_empty() {
            return self.clone();
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        let kept = self.spans.iter().filter(|span| !matches!(span.kind, SpanKind::Emoji(_)));
        let kept = kept.map(|span| Span {
            start: moved(&moves, span.start),
            end: moved(&moves, span.end),
            kind: span.kind.clone(),
        });
        Self { text: CleanText::from_owned(text), spans: kept.collect() }
    }

    /// The same with what is written in place of the words that stand for it.
    #[must_use]
    pub fn as_written(&self) -> Self {
        let instead = |span: &&Span| matches!(span.kind, SpanKind::Instead { .. });
        let (mut text, mut at, mut moves, mut links) = (String::new(), 0, Vec::new(), Vec::new());
        for span in self.spans.iter().filter(instead) {
            let (start, end) = (span.start as usize, span.end as usize);
            let (SpanKind::Instead { written, .. }, Some(before)) = (&span.kind, self.text.get(at..start)) else {
                continue;
            };
            text.push_str(before);
            let from = text.len();
            text.push_str(written);
            moves.push((start, end, from, text.len()));
            at = end;
            // A web address is a link by itself.
            if let (true, Ok(start), Ok(end)) =
                (written.starts_with("https://"), u32::try_from(from), u32::try_from(text.len()))
            {
                links.push(Span { start, end, kind: SpanKind::Link });
            }
        }
        if moves.is_empty() {
            return self.clone();
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        let kept = self.spans.iter().filter(|span| !instead(span));
        let spans = kept.map(|span| Span {
            start: moved(&moves, span.start),
            end: moved(&moves, span.end),
            kind: span.kind.clone(),
        });
        let mut spans: Vec<Span> = spans.chain(links).collect();
        spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        Self { spans: spans.into(), text: CleanText::from_owned(text) }
    }

    /// Cleans `raw` and places spans given in UTF-16 code units as `(start, length, kind)`. What lies out of range or splits a
    /// character is clamped to the nearest character inside; what is empty then is dropped. Never fails.
    #[must_use]
    pub fn from_utf16(raw: String, spans: Vec<(u32, u32, SpanKind)>) -> Self {
        if spans.is_empty() {
            return Self::plain(CleanText::from_owned(raw));
        }
        let ends = spans.iter().flat_map(|&(start, length, _)| [(start, true), (start.saturating_add(length), false)]);
        let mut points = bytes_of_utf16(&raw, &ends.collect::<Vec<_>>());
        let text = CleanText::with_offsets(raw, &mut points);
        let mut placed: Vec<Span> = spans
            .into_iter()
            .zip(points.chunks_exact(2))
            .filter_map(|((_, _, kind), ends)| {
                let start = u32::try_from(*ends.first()?).ok()?;
                let end = u32::try_from(*ends.get(1)?).ok()?;
                (start < end).then_some(Span { start, end, kind })
            })
            .collect();
        placed.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        Self { text, spans: placed.into() }
    }
}

/// Byte offsets of UTF-16 offsets, clamped to the text. One inside a surrogate pair moves to the end of the character where the flag
/// is set, else to its start. One pass over the text, however many offsets there are: both may come from somebody who means harm.
fn bytes_of_utf16(text: &str, targets: &[(u32, bool)]) -> Vec<usize> {
    if text.is_ascii() {
        return targets.iter().map(|&(target, _)| (target as usize).min(text.len())).collect();
    }
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_unstable_by_key(|&index| targets[index].0);
    let mut bytes = vec![text.len(); targets.len()];
    let mut order = order.into_iter().peekable();
    let mut units = 0;
    for (at, character) in text.char_indices() {
        let next = units + character.len_utf16();
        while let Some(index) = order.next_if(|&index| (targets[index].0 as usize) < next) {
            let (target, up) = targets[index];
            bytes[index] = if target as usize > units && up { at + character.len_utf8() } else { at };
        }
        units = next;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{RichText, SpanKind};
    use proptest::prelude::*;

    fn marked(raw: &str, start: u32, length: u32) -> Option<String> {
        let rich = RichText::from_utf16(raw.to_owned(), vec![(start, length, SpanKind::Bold)]);
        rich.spans.first().map(|span| rich.text[span.start as usize..span.end as usize].to_owned())
    }

    #[test]
    fn counts_utf16_units() {
        assert_eq!(marked("😀 hey bold", 7, 4).as_deref(), Some("bold"));
        assert_eq!(marked("hey bold", 4, 4).as_deref(), Some("bold"));
        assert_eq!(marked("日本 bold", 3, 4).as_deref(), Some("bold"));
    }

    #[test]
    fn clamps_what_does_not_fit() {
        assert_eq!(marked("short", 2, 400).as_deref(), Some("ort"));
        assert_eq!(marked("short", 9, 1), None);
        assert_eq!(marked("a😀b", 2, 1), None, "the middle of a character holds nothing");
        assert_eq!(marked("abc", 1, u32::MAX).as_deref(), Some("bc"));
    }

    #[test]
    fn follows_removed_characters() {
        assert_eq!(marked("\u{202e}ab bold", 4, 4).as_deref(), Some("bold"));
    }

    proptest! {
        #[test]
        fn spans_are_always_valid(raw in "[a😀é\\x00\\n\\u{202e}]{0,20}", spans in prop::collection::vec((0u32..30, 0u32..30), 0..6)) {
            let rich = RichText::from_utf16(raw, spans.into_iter().map(|(s, l)| (s, l, SpanKind::Bold)).collect());
            prop_assert!(rich.spans.is_sorted_by_key(|span| span.start));
            for span in &rich.spans {
                prop_assert!(span.start < span.end);
                prop_assert!(rich.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}
