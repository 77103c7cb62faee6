//! Formatted text as one would type it, so that changing a message keeps its formatting.

use crate::domain::{RichText, SpanKind};

/// The text with its spans written as markup. Spans that cross each other are left out but for the first.
pub(super) fn written(body: &RichText) -> String {
    let mut marks: Vec<(usize, bool, usize, String)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (rank, span) in body.spans.iter().enumerate() {
        let (start, end) = (span.start as usize, span.end as usize);
        open.retain(|until| *until > start);
        if open.iter().any(|until| end > *until) {
            continue;
        }
        let (before, after) = match &span.kind {
            SpanKind::Bold => ("**".to_owned(), "**".to_owned()),
            SpanKind::Italic => ("*".to_owned(), "*".to_owned()),
            SpanKind::Underline => ("__".to_owned(), "__".to_owned()),
            SpanKind::Strike => ("~~".to_owned(), "~~".to_owned()),
            SpanKind::Spoiler => ("||".to_owned(), "||".to_owned()),
            SpanKind::Code => ("`".to_owned(), "`".to_owned()),
            SpanKind::CodeBlock(language) => (format!("```{}\n", language.as_deref().unwrap_or_default()), "\n```".to_owned()),
            SpanKind::MaskedLink(address) => ("[".to_owned(), format!("]({address})")),
            SpanKind::Link | SpanKind::Mention(_) | SpanKind::Emoji(_) => continue,
        };
        open.push(end);
        marks.push((start, true, rank, before));
        marks.push((end, false, usize::MAX - rank, after));
    }
    // Where several marks meet, those that end come first, the innermost before the outer ones; then those that begin, the outermost first.
    marks.sort_by_key(|(at, begins, rank, _)| (*at, *begins, *rank));
    let mut text = String::with_capacity(body.text.len() + marks.len() * 2);
    let mut done = 0;
    for (at, _, _, mark) in marks {
        text.push_str(body.text.get(done..at).unwrap_or_default());
        text.push_str(&mark);
        done = at;
    }
    text.push_str(body.text.get(done..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::domain::{RichText, SpanKind};

    #[test]
    fn formatting_is_written_as_it_is_typed() {
        let spans = vec![(0, 9, SpanKind::Bold), (5, 4, SpanKind::Italic), (10, 4, SpanKind::Code)];
        let body = RichText::from_utf16("very bold code end".to_owned(), spans);
        assert_eq!(written(&body), "**very *bold*** `code` end");
        let crossing = RichText::from_utf16("abcdef".to_owned(), vec![(0, 4, SpanKind::Bold), (2, 4, SpanKind::Italic)]);
        assert_eq!(written(&crossing), "**abcd**ef");
    }
}
