//! Formatted text as Markdown and as HTML. Whatever was said stays text: marks come from spans alone.
//!
//! A text is cut into blocks (lines, headings, quotes, code), and each block into bits: marks that open and close in order, and text between them.

use crate::domain::rich::LineKind;
use crate::domain::{RichText, Span, SpanKind, markup};
use std::ops::Range;

/// Addresses that may become links: others could do something.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// A part of a text that stands by itself.
enum Block<'a> {
    /// Some lines.
    Lines(Range<usize>),
    /// Lines with the same part of their own.
    Marked(LineKind, Vec<Range<usize>>),
    /// Code, with its language; hidden where it is a spoiler.
    Code { language: Option<&'a str>, text: &'a str, hidden: bool },
}

/// A mark or text.
enum Bit<'a> {
    Text(&'a str),
    Open(&'a Span),
    /// Whether it ends there, or only makes way for one that ends below it.
    Close(&'a Span, bool),
}

/// Whether an address may become a link.
fn leads(address: &str) -> bool {
    let starts = |scheme: &str| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let is_clean = !address.contains(|character: char| character.is_whitespace() || character.is_control());
    is_clean && SCHEMES.into_iter().any(starts)
}

/// Where a span leads, if it is a link that may be one.
fn address<'a>(text: &'a str, span: &'a Span) -> Option<&'a str> {
    let address = match &span.kind {
        SpanKind::Link => text.get(span.start as usize..span.end as usize)?,
        SpanKind::MaskedLink(address) => address,
        SpanKind::Instead { written, .. } => written,
        _ => return None,
    };
    leads(address).then_some(address)
}

fn blocks(rich: &RichText) -> Vec<Block<'_>> {
    let text: &str = &rich.text;
    let mut blocks = Vec::new();
    let mut at = 0;
    for span in rich.spans.iter() {
        let (start, end) = (span.start as usize, span.end as usize);
        let SpanKind::CodeBlock(language) = &span.kind else { continue };
        let Some(code) = text.get(start..end).filter(|_| start >= at) else { continue };
        lines(rich, at..start, &mut blocks);
        let covers =
            |other: &&Span| matches!(other.kind, SpanKind::Spoiler) && other.start < span.end && span.start < other.end;
        blocks.push(Block::Code {
            language: language.as_deref(),
            text: code,
            hidden: rich.spans.iter().any(|other| covers(&other)),
        });
        at = end;
    }
    lines(rich, at..text.len(), &mut blocks);
    blocks
}

/// Cuts what stands between blocks of code into lines with a part of their own and others.
fn lines<'a>(rich: &'a RichText, within: Range<usize>, blocks: &mut Vec<Block<'a>>) {
    let Some(text) = rich.text.get(within.clone()) else { return };
    let trimmed = text.trim_matches('\n');
    let mut at = within.start + (text.len() - text.trim_start_matches('\n').len());
    if trimmed.trim().is_empty() {
        return;
    }
    for line in trimmed.split('\n') {
        let range = at..at + line.len();
        at = range.end + 1;
        let part = rich.spans.iter().find_map(|span| match span.kind {
            SpanKind::Line(kind) if span.start as usize == range.start => Some(kind),
            _ => None,
        });
        match (part, blocks.last_mut()) {
            (None, Some(Block::Lines(lines))) if lines.end + 1 == range.start => lines.end = range.end,
            // What separates parts is no line of its own.
            (None, Some(Block::Marked(..))) if line.trim().is_empty() => {}
            (None, _) => blocks.push(Block::Lines(range)),
            (Some(kind), Some(Block::Marked(same, ranges))) if *same == kind && kind != LineKind::Heading => {
                ranges.push(range);
            }
            (Some(kind), _) => blocks.push(Block::Marked(kind, vec![range])),
        }
    }
}

/// The marks of a stretch, clipped to it. None begins or ends inside of code.
fn marks(rich: &RichText, within: &Range<usize>) -> Vec<Span> {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (from, to) = (number(within.start), number(within.end));
    let is_inline =
        |span: &&Span| !matches!(span.kind, SpanKind::CodeBlock(_) | SpanKind::Line(_) | SpanKind::Emoji(_));
    let clipped = rich.spans.iter().filter(is_inline).filter_map(|span| {
        let (start, end) = (span.start.max(from), span.end.min(to));
        (start < end).then(|| Span { start, end, kind: span.kind.clone() })
    });
    let mut marks: Vec<Span> = clipped.filter_map(|span| trimmed(&rich.text, span)).collect();
    // Code beside code is one piece: where two meet, the signs that end one and begin the other would be read as something else.
    let mut code: Vec<(u32, u32)> =
        marks.iter().filter(|span| span.kind == SpanKind::Code).map(|span| (span.start, span.end)).collect();
    code.sort_unstable();
    code.dedup_by(|next, before| {
        let touches = next.0 <= before.1;
        if touches {
            before.1 = before.1.max(next.1);
        }
        touches
    });
    marks.retain(|span| span.kind != SpanKind::Code);
    marks.extend(code.iter().map(|&(start, end)| Span { start, end, kind: SpanKind::Code }));
    for mark in marks.iter_mut().filter(|span| span.kind != SpanKind::Code) {
        for &(start, end) in &code {
            if start < mark.start && mark.start < end {
                mark.start = end;
            }
            if start < mark.end && mark.end < end {
                mark.end = end;
            }
        }
    }
    marks.retain(|span| span.start < span.end);
    marks.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    marks
}

/// Without the space at the ends, which no mark is about.
fn trimmed(text: &str, span: Span) -> Option<Span> {
    if matches!(span.kind, SpanKind::Code) {
        return Some(span);
    }
    let part = text.get(span.start as usize..span.end as usize)?;
    let cut = |rest: &str| u32::try_from(part.len() - rest.len()).unwrap_or_default();
    let (start, end) = (span.start + cut(part.trim_start()), span.end - cut(part.trim_end()));
    (start < end).then_some(Span { start, end, ..span })
}

fn bits<'a>(text: &'a str, marks: &'a [Span], within: &Range<usize>) -> Vec<Bit<'a>> {
    let mut points: Vec<usize> = marks.iter().flat_map(|span| [span.start as usize, span.end as usize]).collect();
    points.push(within.end);
    points.sort_unstable();
    points.dedup();
    let (mut bits, mut open, mut at) = (Vec::new(), Vec::<&Span>::new(), within.start);
    for point in points {
        if let Some(part) = text.get(at..point).filter(|part| !part.is_empty()) {
            bits.push(Bit::Text(part));
        }
        at = point;
        // What ends here may lie below what goes on: that is closed, too, and opened again.
        if let Some(lowest) = open.iter().position(|span| span.end as usize == point) {
            let above = open.split_off(lowest);
            bits.extend(above.iter().rev().map(|span| Bit::Close(span, span.end as usize == point)));
            let goes_on = above.into_iter().filter(|span| span.end as usize != point);
            for span in goes_on {
                bits.push(Bit::Open(span));
                open.push(span);
            }
        }
        for span in marks.iter().filter(|span| span.start as usize == point) {
            bits.push(Bit::Open(span));
            open.push(span);
        }
    }
    bits
}

/// Formatted text as HTML: whole elements, one after the other.
pub(super) fn html(rich: &RichText) -> String {
    let mut page = String::new();
    for block in blocks(rich) {
        match block {
            Block::Lines(range) => page.push_str(&format!("<p>{}</p>", inline_html(rich, range))),
            Block::Marked(kind, ranges) => {
                let (open, close) = match kind {
                    LineKind::Heading => ("<p class=\"heading\">", "</p>"),
                    LineKind::Quote => ("<blockquote>", "</blockquote>"),
                    LineKind::Small => ("<p><small>", "</small></p>"),
                };
                let lines: Vec<String> =
                    ranges.into_iter().map(|range| inline_html(rich, without_mark(&rich.text, kind, range))).collect();
                page.push_str(&format!("{open}{}{close}", lines.join("\n")));
            }
            Block::Code { language, text, hidden } => {
                let hidden = if hidden { " class=\"spoiler\" tabindex=\"0\"" } else { "" };
                let language = language.map(|name| format!(" class=\"language-{}\"", escaped_html(name)));
                let language = language.unwrap_or_default();
                page.push_str(&format!("<pre{hidden}><code{language}>{}</code></pre>", escaped_html(text)));
            }
        }
    }
    page
}

fn inline_html(rich: &RichText, within: Range<usize>) -> String {
    let marks = marks(rich, &within);
    let mut page = String::new();
    // A link in a link is none.
    let mut links = 0_u32;
    for bit in bits(&rich.text, &marks, &within) {
        match bit {
            Bit::Text(text) => page.push_str(&escaped_html(text)),
            Bit::Open(span) => {
                if let Some(address) = address(&rich.text, span) {
                    links += 1;
                    if links == 1 {
                        page.push_str(&format!("<a href=\"{}\" rel=\"noreferrer\">", escaped_html(address)));
                    }
                } else {
                    page.push_str(match &span.kind {
                        SpanKind::Spoiler => "<span class=\"spoiler\" tabindex=\"0\">",
                        SpanKind::Mention(_) => "<span class=\"mention\">",
                        kind => element(kind).0,
                    });
                }
            }
            Bit::Close(span, ends) => {
                if address(&rich.text, span).is_some() {
                    links = links.saturating_sub(1);
                    if links == 0 {
                        page.push_str("</a>");
                    }
                } else {
                    // An address that leads nowhere here is said all the same.
                    if let SpanKind::MaskedLink(address) = &span.kind
                        && ends
                    {
                        page.push_str(&format!(" ({})", escaped_html(address)));
                    }
                    page.push_str(match &span.kind {
                        SpanKind::Spoiler | SpanKind::Mention(_) => "</span>",
                        kind => element(kind).1,
                    });
                }
            }
        }
    }
    page
}

/// The element that a mark is in HTML, which Markdown knows, too.
const fn element(kind: &SpanKind) -> (&'static str, &'static str) {
    match kind {
        SpanKind::Bold => ("<strong>", "</strong>"),
        SpanKind::Italic => ("<em>", "</em>"),
        SpanKind::Underline => ("<u>", "</u>"),
        SpanKind::Strike => ("<s>", "</s>"),
        SpanKind::Code => ("<code>", "</code>"),
        _ => ("", ""),
    }
}

/// Text as HTML.
pub(super) fn escaped_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Formatted text as Markdown: blocks with a line between them.
pub(super) fn markdown(rich: &RichText) -> String {
    let blocks = blocks(rich).into_iter().map(|block| match block {
        Block::Lines(range) => inline_markdown(rich, range),
        Block::Marked(kind, ranges) => {
            let lines = ranges.into_iter().map(|range| {
                let signs = rich.text.get(range.clone()).unwrap_or_default().chars().take_while(|sign| *sign == '#');
                let signs = signs.count().clamp(1, 6);
                let said = inline_markdown(rich, without_mark(&rich.text, kind, range));
                match kind {
                    LineKind::Heading => format!("{} {said}", "#".repeat(signs)),
                    LineKind::Quote => format!("> {said}"),
                    LineKind::Small => format!("<small>{said}</small>"),
                }
            });
            // In a quote, a line stays a line.
            lines.collect::<Vec<_>>().join("\\\n")
        }
        Block::Code { language, text, hidden } => {
            let fence = markup::fence(text);
            let language = language.unwrap_or_default().replace('`', "");
            let code = format!("{fence}{language}\n{text}\n{fence}");
            if hidden { format!("||\n\n{code}\n\n||") } else { code }
        }
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

fn inline_markdown(rich: &RichText, within: Range<usize>) -> String {
    let text: &str = &rich.text;
    let marks = marks(rich, &within);
    let mut page = Page { text: String::new(), starts: true };
    let (mut code, mut links) = (0_u32, 0_u32);
    for bit in bits(text, &marks, &within) {
        match bit {
            Bit::Text(part) if code > 0 => page.code(part),
            Bit::Text(part) => page.say(part),
            Bit::Open(span) if address(text, span).is_some() => {
                links += 1;
                page.mark(if links == 1 { "[" } else { "" });
            }
            Bit::Close(span, _) if address(text, span).is_some() => {
                links = links.saturating_sub(1);
                if links == 0 {
                    let address = address(text, span).unwrap_or_default();
                    let address = address.replace('\\', "%5C").replace('<', "%3C").replace('>', "%3E");
                    page.mark(&format!("](<{address}>)"));
                }
            }
            Bit::Open(span) if span.kind == SpanKind::Code => code += 1,
            Bit::Close(span, _) if span.kind == SpanKind::Code => code = code.saturating_sub(1),
            Bit::Open(span) => page.mark(sign(text, span, &marks, &within).0),
            Bit::Close(span, ends) => {
                if let SpanKind::MaskedLink(address) = &span.kind
                    && ends
                {
                    page.say(&format!(" ({address})"));
                }
                page.mark(sign(text, span, &marks, &within).1);
            }
        }
    }
    page.text
}

/// How a mark is written in Markdown. Where its signs would not be read as one, an element takes their place.
fn sign(text: &str, span: &Span, marks: &[Span], within: &Range<usize>) -> (&'static str, &'static str) {
    let (sign, element) = match span.kind {
        SpanKind::Bold => ("**", element(&span.kind)),
        SpanKind::Italic => ("*", element(&span.kind)),
        SpanKind::Strike => ("~~", element(&span.kind)),
        SpanKind::Spoiler => return ("||", "||"),
        _ => return element(&span.kind),
    };
    if is_read(text, span, marks, within) { (sign, sign) } else { element }
}

/// Whether signs around a stretch are read as a mark, whatever stands beside them.
fn is_read(text: &str, span: &Span, marks: &[Span], within: &Range<usize>) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    let Some(part) = text.get(start..end) else { return false };
    let before = text.get(within.start..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..within.end).and_then(|text| text.chars().next());
    let open = |side: Option<char>| side.is_none_or(|side| side.is_whitespace() || side.is_ascii_punctuation());
    let word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    let others = || marks.iter().filter(|other| *other != span);
    let crosses = |other: &Span| {
        (other.start < span.start && span.start < other.end && other.end < span.end)
            || (span.start < other.start && other.start < span.end && span.end < other.end)
    };
    let beside = |other: &Span| other.end == span.start || other.start == span.end || crosses(other);
    if others().any(beside) {
        return false;
    }
    let starts = open(before) || (word(part.chars().next()) && !others().any(|other| other.start == span.start));
    let ends = open(after) || (word(part.chars().next_back()) && !others().any(|other| other.end == span.end));
    starts && ends
}

/// Markdown in the making.
struct Page {
    text: String,
    /// At the start of a line.
    starts: bool,
}

impl Page {
    fn mark(&mut self, mark: &str) {
        self.text.push_str(mark);
        self.starts &= mark.is_empty();
    }

    /// Text: every sign that could mean something is escaped ("1." and "1)" with it), and so is space at the start of a line, which would make it code.
    fn say(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '\n' => self.text.push_str("\\\n"),
                ' ' if self.starts => self.text.push_str("&#32;"),
                '\t' if self.starts => self.text.push_str("&#9;"),
                sign if sign.is_ascii_punctuation() => self.text.extend(['\\', sign]),
                other => self.text.push(other),
            }
            self.starts = character == '\n' || self.starts && matches!(character, ' ' | '\t');
        }
    }

    /// Inline code, between more backticks than it holds.
    fn code(&mut self, text: &str) {
        let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
        let ticks = "`".repeat(longest + 1);
        let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
        self.mark(&format!("{ticks}{pad}{}{pad}{ticks}", text.replace('\n', " ")));
    }
}

/// Text as Markdown.
pub(super) fn escaped_markdown(text: &str) -> String {
    let mut page = Page { text: String::new(), starts: true };
    page.say(text);
    page.text
}

/// A line without the signs at its start that give it its part.
fn without_mark(text: &str, kind: LineKind, line: Range<usize>) -> Range<usize> {
    let Some(said) = text.get(line.clone()) else { return line };
    let rest = match kind {
        LineKind::Heading => said.trim_start_matches('#'),
        LineKind::Quote => said.strip_prefix('>').unwrap_or(said),
        LineKind::Small => said.strip_prefix("-#").unwrap_or(said),
    };
    line.end - rest.trim_start().len()..line.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CleanText;

    #[test]
    fn an_address_that_leads_nowhere_is_said_once_however_it_is_crossed() {
        let span = |start, end, kind| Span { start, end, kind };
        let nowhere = SpanKind::MaskedLink(CleanText::line("nowhere"));
        let spans = [span(0, 4, SpanKind::Bold), span(2, 8, nowhere), span(3, 6, SpanKind::Italic)];
        let rich = RichText { text: CleanText::new("abcdefgh"), spans: Box::new(spans) };
        assert_eq!(html(&rich).matches("nowhere").count(), 1);
        assert_eq!(markdown(&rich).matches("nowhere").count(), 1);
    }
}
