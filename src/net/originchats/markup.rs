//! What people type on this network as formatted text.
//!
//! The network's web client reads nearly what nib is typed into. What differs: a backslash is only a backslash, a single star or underscore
//! marks only between blanks, `__x__` is bold, names end where servers end them, `@&name` calls
//! a role, and lines that begin with `#` to `######`, `-#` or `>` are headings, remarks and quotes. No character of the text is taken out for
//! those. To change an own message, what was typed is kept beside it.

use super::defaults::SPANS_LIMIT;
use crate::domain::RichText;
use crate::domain::markup::{self, Dialect};

/// How this network reads.
pub const DIALECT: Dialect = Dialect {
    escapes: false,
    underline: false,
    shy: true,
    lines: true,
    roles: true,
    ascii_names: true,
    verbatim: false,
};

/// Reads what was typed. Total.
#[must_use]
pub fn read(content: &str) -> RichText {
    let RichText { text, spans } = markup::read(content, DIALECT);
    let mut spans = spans.into_vec();
    spans.truncate(SPANS_LIMIT);
    RichText { text, spans: spans.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, LineKind, SpanKind};
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
