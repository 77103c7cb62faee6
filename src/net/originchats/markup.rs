//! What people type on this network as formatted text.
//!
//! The network's web client reads nearly what nib is typed into. What differs: a backslash is only a backslash, a single star or underscore
//! marks only between blanks, `__x__` is bold, names end where servers end them, `@&name` calls
//! a role, and lines that begin with `#` to `######`, `-#` or `>` are headings, remarks and quotes. No character of the text is taken out for
//! those. To change an own message, what was typed is kept beside it.

use super::defaults::SPANS_LIMIT;
use crate::domain::{LineKind, RichText, Span, SpanKind, markup};

/// Reads what was typed. Total.
#[must_use]
pub fn read(content: &str) -> RichText {
    let RichText { text, spans } = markup::parse_without_escapes(content);
    let mut spans: Vec<Span> = spans.into_vec();
    let code: Vec<(u32, u32)> = spans
        .iter()
        .filter(|span| matches!(span.kind, SpanKind::Code | SpanKind::CodeBlock(_)))
        .map(|span| (span.start, span.end))
        .collect();
    for span in &mut spans {
        match span.kind {
            SpanKind::Underline => span.kind = SpanKind::Bold,
            SpanKind::Mention(_) => span.end = span.start + 1 + name(text.get(span.start as usize + 1..)),
            _ => {}
        }
    }
    spans.retain(|span| !matches!(span.kind, SpanKind::Mention(_)) || span.end > span.start + 1);
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
        if let (Ok(first), Ok(last)) = (u32::try_from(start), u32::try_from(end))
            && let Some(kind) = kind_of(line)
            && !in_code(first)
        {
            added.push(Span { start: first, end: last, kind: SpanKind::Line(kind) });
        }
        for (at, _) in line.match_indices("@&") {
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
    spans.truncate(SPANS_LIMIT);
    RichText { text, spans: spans.into() }
}

/// Length of the name at the start of a text, as servers find it.
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

    fn marked(typed: &str) -> Vec<(String, SpanKind)> {
        let rich = read(typed);
        let spans = rich.spans.iter();
        spans.map(|span| (rich.text[span.start as usize..span.end as usize].to_owned(), span.kind.clone())).collect()
    }

    #[test]
    fn marks_mean_what_they_mean_on_this_network() {
        for (typed, text, kind) in [
            ("**a**", "a", SpanKind::Bold),
            ("__a__", "a", SpanKind::Bold),
            ("*a*", "a", SpanKind::Italic),
            ("~~a~~", "a", SpanKind::Strike),
            ("||a||", "a", SpanKind::Spoiler),
            ("`a @&b`", "a @&b", SpanKind::Code),
            ("```\n# a\n> b\n```", "# a\n> b", SpanKind::CodeBlock(None)),
            ("[a](https://b.c)", "a", SpanKind::MaskedLink(CleanText::ours("https://b.c"))),
            ("hi @ada-x", "@ada", SpanKind::Mention(None)),
            ("hi @&staff!", "@&staff", SpanKind::Mention(None)),
            ("# Title", "# Title", SpanKind::Line(LineKind::Heading)),
            ("a\n###### Sub\nb", "###### Sub", SpanKind::Line(LineKind::Heading)),
            ("> said", "> said", SpanKind::Line(LineKind::Quote)),
            ("**a\\** b**", "a\\", SpanKind::Bold),
            ("-# by the way", "-# by the way", SpanKind::Line(LineKind::Small)),
        ] {
            assert_eq!(marked(typed), [(text.to_owned(), kind)], "{typed:?}");
        }
        assert_eq!(marked("***a***").len(), 2);
        assert_eq!(marked("`x` @&b").len(), 2);
        for plain in ["#general", "####### a", "# ", ">a", "- # a", "@", "@&", "@-", "a # b", "snake_case"] {
            assert_eq!(marked(plain), [], "{plain:?}");
        }
    }

    #[test]
    fn a_backslash_is_only_a_backslash() {
        for typed in ["¯\\_(ツ)_/¯", "\\.", "C:\\*", "\\\\", "[a\\](b)"] {
            let rich = read(typed);
            assert_eq!((rich.text.as_str(), rich.spans.len()), (typed, 0));
        }
    }

    #[test]
    fn hostile_lengths_take_linear_time() {
        for part in ["@&a", "# \n", "> a\n", "`a`\n# b\n", "@a-"] {
            let typed = part.repeat(200_000 / part.len());
            let started = std::time::Instant::now();
            assert!(read(&typed).spans.len() <= SPANS_LIMIT);
            assert!(started.elapsed().as_secs() < 5, "{part:?} took {:?}", started.elapsed());
        }
    }

    proptest! {
        #[test]
        fn spans_fit(typed in "([a-c #>\\-@&_*`\\n😀]|\\x1b|@&a|```\\n|# ){0,40}") {
            let rich = read(&typed);
            prop_assert!(rich.spans.is_sorted_by_key(|span| span.start));
            for span in &rich.spans {
                prop_assert!(span.start < span.end);
                prop_assert!(rich.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}
