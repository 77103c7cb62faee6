//! What markup means on a network, as data; and how what is typed will look there.

use super::read::{Reading, place, reading};
use crate::domain::{LineKind, RichText, Span, SpanKind};
use std::ops::Range;

/// What differs between networks in what is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// A backslash takes the meaning of the punctuation after it; else it is a character like any other.
    pub escapes: bool,
    /// Two underscores underline; else they mean bold.
    pub underline: bool,
    /// Single stars and underscores mean something only between blanks and other marks.
    pub shy: bool,
    /// Lines that begin with `#` to `######`, `-#` or `>` are headings, remarks and quotes. No character of theirs is taken out.
    pub lines: bool,
    /// `@&name` calls a role.
    pub roles: bool,
    /// Names after an `@` are made of ASCII letters, digits and underscores alone.
    pub ascii_names: bool,
    /// What is typed can be sent with its marks as they are.
    pub verbatim: bool,
}

impl Dialect {
    /// How nib is typed into where a network says nothing else.
    pub const NIB: Self = Self {
        escapes: true,
        underline: true,
        shy: false,
        lines: false,
        roles: false,
        ascii_names: false,
        verbatim: true,
    };
}

impl Default for Dialect {
    fn default() -> Self {
        Self::NIB
    }
}

/// How a part of what is typed will look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// It is a mark that will not be there, or that says how something else looks.
    Mark,
    /// It will look like this.
    As(SpanKind),
}

/// Reads what was typed. Total; what is not markup stays as typed, and the text is made clean.
#[must_use]
pub fn read(typed: &str, dialect: Dialect) -> RichText {
    let Reading { raw, spans, .. } = reading(typed, dialect);
    finish(place(raw, spans), dialect)
}

/// How parts of what is typed will look, as bytes of it, sorted by their start; they may overlap and nest. The text has to be clean: then nothing is taken
/// out of it but marks.
#[must_use]
pub fn looks(typed: &str, dialect: Dialect) -> Vec<(Range<usize>, Look)> {
    let Reading { raw, spans, parts } = reading(typed, dialect);
    let rich = finish(place(raw, spans), dialect);
    let mut looks = Vec::with_capacity(rich.spans.len() * 2);
    let mut end = 0;
    for &(_, at, length) in &parts {
        if at > end {
            looks.push((end..at, Look::Mark));
        }
        end = at + length;
    }
    if end < typed.len() {
        looks.push((end..typed.len(), Look::Mark));
    }
    // Where a byte of the text was typed: the first of a span, and the last.
    let typed_at = |point: usize| {
        let index = parts.partition_point(|&(start, ..)| start <= point).checked_sub(1)?;
        let &(start, at, length) = parts.get(index)?;
        Some(at + (point - start).min(length))
    };
    for Span { start, end, kind } in rich.spans {
        let first = typed_at(start as usize);
        let last = (end as usize).checked_sub(1).and_then(typed_at);
        if let (Some(first), Some(last)) = (first, last) {
            looks.push((first..last + 1, Look::As(kind)));
        }
    }
    looks.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    looks
}

/// What a network reads beside marks in pairs.
fn finish(rich: RichText, dialect: Dialect) -> RichText {
    if !(dialect.lines || dialect.roles || dialect.ascii_names) {
        return rich;
    }
    let RichText { text, spans } = rich;
    let mut spans: Vec<Span> = spans.into_vec();
    let code: Vec<(u32, u32)> = spans
        .iter()
        .filter(|span| matches!(span.kind, SpanKind::Code | SpanKind::CodeBlock(_)))
        .map(|span| (span.start, span.end))
        .collect();
    if dialect.ascii_names {
        for span in spans.iter_mut().filter(|span| matches!(span.kind, SpanKind::Mention(_))) {
            span.end = span.start + 1 + name(text.get(span.start as usize + 1..));
        }
        spans.retain(|span| !matches!(span.kind, SpanKind::Mention(_)) || span.end > span.start + 1);
    }
    // Where code ends is looked for from here on; both go upwards.
    let mut from = 0;
    let mut in_code = |at: u32| {
        while code.get(from).is_some_and(|&(_, end)| end <= at) {
            from += 1;
        }
        code.get(from).is_some_and(|&(start, _)| start <= at)
    };
    let mut added = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        if dialect.lines
            && let (Ok(first), Ok(last)) = (u32::try_from(start), u32::try_from(end))
            && let Some(kind) = kind_of(line)
            && !in_code(first)
        {
            added.push(Span { start: first, end: last, kind: SpanKind::Line(kind) });
        }
        for (at, _) in line.match_indices("@&").filter(|_| dialect.roles) {
            let Ok(at) = u32::try_from(start + at) else { break };
            let length = name(text.get(at as usize + 2..));
            if length > 0 && !in_code(at) {
                added.push(Span { start: at, end: at + 2 + length, kind: SpanKind::Mention(None) });
            }
        }
        start = end + 1;
    }
    spans.extend(added);
    spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    RichText { text, spans: spans.into() }
}

/// Length of the name at the start of a text.
fn name(text: Option<&str>) -> u32 {
    let letters = text.unwrap_or_default().bytes();
    let length = letters.take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What part a line plays by how it begins.
fn kind_of(line: &str) -> Option<LineKind> {
    let (mark, rest) = line.split_once(' ')?;
    if rest.trim().is_empty() {
        return None;
    }
    match mark {
        ">" => Some(LineKind::Quote),
        "-#" => Some(LineKind::Small),
        "#" | "##" | "###" | "####" | "#####" | "######" => Some(LineKind::Heading),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CleanText;
    use proptest::prelude::*;

    const STRICT: Dialect = Dialect {
        escapes: false,
        underline: false,
        shy: true,
        lines: true,
        roles: true,
        ascii_names: true,
        verbatim: false,
    };

    /// What looks how, as `(what was typed, look)`; `None` for marks.
    fn seen(typed: &str, dialect: Dialect) -> Vec<(&str, Option<SpanKind>)> {
        let look = |look: Look| match look {
            Look::Mark => None,
            Look::As(kind) => Some(kind),
        };
        looks(typed, dialect).into_iter().map(|(part, how)| (&typed[part], look(how))).collect()
    }

    #[test]
    fn marks_and_what_they_mark_are_told_apart() {
        use SpanKind::{Bold, Code, CodeBlock, Italic, Mention, Underline};
        assert_eq!(seen("a **b**!", Dialect::NIB), [("**", None), ("b", Some(Bold)), ("**", None)]);
        let nested = [("**", None), ("a _b", Some(Bold)), ("_", None), ("b", Some(Italic)), ("_**", None)];
        assert_eq!(seen("**a _b_**", Dialect::NIB), nested);
        assert_eq!(seen("`*a*`", Dialect::NIB), [("`", None), ("*a*", Some(Code)), ("`", None)]);
        let rust = CodeBlock(Some(CleanText::ours("rust")));
        let block = [("```rust\n", None), ("fn", Some(rust)), ("\n```", None)];
        assert_eq!(seen("```rust\nfn\n```", Dialect::NIB), block);
        assert_eq!(seen("\\*a \\\\", Dialect::NIB), [("\\", None), ("\\", None)]);
        let link = SpanKind::MaskedLink(CleanText::ours("https://b.c"));
        assert_eq!(seen("[a](https://b.c)", Dialect::NIB), [("[", None), ("a", Some(link)), ("](https://b.c)", None)]);
        assert_eq!(seen("@ada_l. **", Dialect::NIB), [("@ada_l", Some(Mention(None)))]);
        assert_eq!(seen("__a__", Dialect::NIB), [("__", None), ("a", Some(Underline)), ("__", None)]);
        assert_eq!(seen("__a__", STRICT), [("__", None), ("a", Some(Bold)), ("__", None)]);
        assert_eq!(seen("\\*a", STRICT), []);
        let line = SpanKind::Line(LineKind::Quote);
        assert_eq!(seen("> **a**", STRICT), [("> **a", Some(line)), ("**", None), ("a", Some(Bold)), ("**", None)]);
    }

    proptest! {
        /// Without its marks, what was typed is what it will say; every part lies on characters.
        #[test]
        fn what_is_left_without_marks_is_the_text(
            typed in "([a-c #>\\-@&_*~|`\\[\\]()\\\\\n😀]|@a|```\n|# |https://a\\.b){0,40}",
            strict in any::<bool>(),
        ) {
            let dialect = if strict { STRICT } else { Dialect::NIB };
            let looks = looks(&typed, dialect);
            let mut left = String::new();
            let mut at = 0;
            for (part, look) in &looks {
                prop_assert!(part.start < part.end && typed.get(part.clone()).is_some(), "{part:?} of {typed:?}");
                if *look == Look::Mark {
                    left.push_str(&typed[at..part.start]);
                    at = part.end;
                }
            }
            left.push_str(&typed[at..]);
            let rich = read(&typed, dialect);
            prop_assert_eq!(left, rich.text.as_str());
            let spans = looks.iter().filter(|(_, look)| *look != Look::Mark).count();
            prop_assert_eq!(spans, rich.spans.len());
        }
    }
}
