//! From formatted text back to what one would have typed, to edit an own message.
//!
//! Markup cannot say everything that spans can, and neighbouring marks may run together. So some ways of writing are tried, from the
//! lightest to the most careful, and the first that reads back as the same is taken; else the first that at least keeps every character.

use super::read::{fence, parse};
use crate::domain::{RichText, Span, SpanKind};

#[derive(Clone, Copy)]
struct Style {
    italic: &'static str,
    escapes: Escapes,
    marks: bool,
}

/// Where a backslash goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Nowhere,
    WhereNeeded,
    Everywhere,
}

const STYLES: [Style; 4] = [
    Style { italic: "_", escapes: Escapes::WhereNeeded, marks: true },
    Style { italic: "*", escapes: Escapes::WhereNeeded, marks: true },
    Style { italic: "*", escapes: Escapes::Everywhere, marks: true },
    // No marks at all: this always keeps the text.
    Style { italic: "", escapes: Escapes::Everywhere, marks: false },
];

/// The text with its marks, for people to read: nothing in it is escaped, so that it need not read back as the same.
#[must_use]
pub fn with_marks(rich: &RichText) -> String {
    let is_plain = |span: &Span| matches!(span.kind, SpanKind::Link | SpanKind::Mention(_) | SpanKind::Emoji(_));
    if rich.spans.iter().all(is_plain) {
        return rich.text.to_string();
    }
    print(&rich.as_written(), Style { italic: "_", escapes: Escapes::Nowhere, marks: true })
}

/// Markup that reads back as this text. Formatting that markup cannot say is left out; no character of the text ever is.
#[must_use]
pub fn to_markup(rich: &RichText) -> String {
    let rich = &rich.as_written();
    let mut same_text = None;
    for style in STYLES {
        let markup = print(rich, style);
        let back = parse(&markup);
        if back == *rich {
            return markup;
        }
        if same_text.is_none() && back.text == rich.text {
            same_text = Some(markup);
        }
    }
    same_text.unwrap_or_default()
}

/// A span whose text is written as it is.
fn is_leaf(kind: &SpanKind) -> bool {
    matches!(kind, SpanKind::Code | SpanKind::CodeBlock(_) | SpanKind::Link | SpanKind::Mention(_))
}

fn print(rich: &RichText, style: Style) -> String {
    let spans: &[Span] = if style.marks { &rich.spans } else { &[] };
    let mut leaves: Vec<&Span> = Vec::new();
    for span in spans.iter().filter(|span| is_leaf(&span.kind)) {
        if leaves.last().is_none_or(|last| last.end <= span.start) {
            leaves.push(span);
        }
    }
    // A mark that would stand inside a leaf moves to the leaf's end.
    let outside = |at: u32| leaves.iter().find(|leaf| leaf.start < at && at < leaf.end).map_or(at, |leaf| leaf.end);
    let around: Vec<Span> = spans
        .iter()
        .filter(|span| !is_leaf(&span.kind) && !matches!(span.kind, SpanKind::Emoji(_) | SpanKind::Line(_)))
        .map(|span| Span { start: outside(span.start), end: outside(span.end), kind: span.kind.clone() })
        .filter(|span| span.start < span.end)
        .collect();
    let mut points: Vec<u32> =
        around.iter().flat_map(|span| [span.start, span.end]).chain(leaves.iter().map(|leaf| leaf.start)).collect();
    points.push(u32::try_from(rich.text.len()).unwrap_or(u32::MAX));
    points.sort_unstable();
    points.dedup();

    let mut page = Page { text: &rich.text, at: 0, style, markup: String::with_capacity(rich.text.len() + 16) };
    let mut open: Vec<&Span> = Vec::new();
    for point in points {
        page.text_to(point as usize);
        // What ends here may lie below what goes on: that is closed, too, and opened again.
        if let Some(lowest) = open.iter().position(|span| span.end == point) {
            let above = open.split_off(lowest);
            above.iter().rev().for_each(|span| page.close(&span.kind));
            for span in above.into_iter().filter(|span| span.end != point) {
                page.open(&span.kind);
                open.push(span);
            }
        }
        for span in around.iter().filter(|span| span.start == point) {
            page.open(&span.kind);
            open.push(span);
        }
        if let Some(leaf) = leaves.iter().find(|leaf| leaf.start == point) {
            page.leaf(leaf);
        }
    }
    page.markup
}

struct Page<'a> {
    text: &'a str,
    /// How much of the text is written.
    at: usize,
    style: Style,
    markup: String,
}

impl Page<'_> {
    fn open(&mut self, kind: &SpanKind) {
        self.markup.push_str(if matches!(kind, SpanKind::MaskedLink(_)) { "[" } else { self.mark(kind) });
    }

    fn close(&mut self, kind: &SpanKind) {
        if let SpanKind::MaskedLink(address) = kind {
            self.markup.push_str("](");
            self.markup.push_str(address);
            self.markup.push(')');
        } else {
            self.markup.push_str(self.mark(kind));
        }
    }

    fn mark(&self, kind: &SpanKind) -> &'static str {
        match kind {
            SpanKind::Bold => "**",
            SpanKind::Italic => self.style.italic,
            SpanKind::Underline => "__",
            SpanKind::Strike => "~~",
            SpanKind::Spoiler => "||",
            SpanKind::Code
            | SpanKind::CodeBlock(_)
            | SpanKind::Link
            | SpanKind::MaskedLink(_)
            | SpanKind::Mention(_)
            | SpanKind::Emoji(_)
            | SpanKind::Instead { .. }
            | SpanKind::Line(_) => "",
        }
    }

    fn leaf(&mut self, leaf: &Span) {
        let end = leaf.end as usize;
        let text = self.text.get(self.at..end).unwrap_or_default();
        match &leaf.kind {
            SpanKind::Code => {
                self.markup.push('`');
                self.markup.push_str(text);
                self.markup.push('`');
            }
            SpanKind::CodeBlock(language) => {
                let fence = fence(text);
                self.markup.push_str(&fence);
                self.markup.push_str(language.as_deref().unwrap_or_default());
                self.markup.push('\n');
                self.markup.push_str(text);
                self.markup.push('\n');
                self.markup.push_str(&fence);
            }
            _ => self.markup.push_str(text),
        }
        self.at = end;
    }

    /// Writes literal text up to `end`, with a backslash before what would be read as markup.
    fn text_to(&mut self, end: usize) {
        let Some(part) = self.text.get(self.at..end) else { return };
        let (from, to) = (self.at, end);
        for (at, character) in part.char_indices() {
            let needs = match self.style.escapes {
                Escapes::Nowhere => false,
                Escapes::WhereNeeded => self.needs_escape(character, from + at, from, to),
                Escapes::Everywhere => character.is_ascii_punctuation(),
            };
            if needs {
                self.markup.push('\\');
            }
            self.markup.push(character);
        }
        self.at = end;
    }

    fn needs_escape(&self, character: char, at: usize, from: usize, to: usize) -> bool {
        let before = self.text.get(..at).and_then(|text| text.chars().next_back());
        let after = self.text.get(at + character.len_utf8()..).and_then(|text| text.chars().next());
        let border = at == from || at + character.len_utf8() == to;
        let word = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
        let blank = |neighbour: Option<char>| neighbour.is_none_or(char::is_whitespace);
        match character {
            '\\' => border || after.is_some_and(|after| after.is_ascii_punctuation()),
            '`' | '[' => true,
            '*' => !(blank(before) && blank(after)),
            '_' => !(word(before) && word(after)),
            '~' | '|' => border || before == Some(character) || after == Some(character),
            '@' => !word(before) && after.is_some_and(|after| after.is_ascii_alphanumeric() || after == '_'),
            ':' => {
                self.text.get(at..).is_some_and(|rest| rest.starts_with("://"))
                    && self.text.get(..at).is_some_and(|text| text.ends_with("http") || text.ends_with("https"))
            }
            _ => false,
        }
    }
}
