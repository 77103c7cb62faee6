//! The markup that people type, as formatted text and back.
//!
//! `**bold**`, `*italic*` or `_italic_`, `__underline__`, `~~strike~~`, `||spoiler||`, `` `code` ``, fenced blocks with a language
//! (the fence is longer than any inside), `[text](https://address)`, bare addresses, `@name`, and a backslash before punctuation that is meant as itself. What is not closed, or
//! stands where it cannot mean anything (`2 * 3`, `snake_case`), stays as typed. This is how nib is typed into, whatever a network does with it.

mod dialect;
mod print;
mod read;

pub use dialect::{Dialect, Look, looks, read};
pub use print::{to_markup, with_marks};
pub use read::{fence, parse};

#[cfg(test)]
mod tests {
    use super::{parse, to_markup, with_marks};
    use crate::domain::{CleanText, RichText, SpanKind};
    use proptest::prelude::*;

    /// Text and spans as `(marked text, kind)`.
    fn read(typed: &str) -> (String, Vec<(String, SpanKind)>) {
        let rich = parse(typed);
        let marked = rich
            .spans
            .iter()
            .map(|span| (rich.text[span.start as usize..span.end as usize].to_owned(), span.kind.clone()));
        (rich.text.as_str().to_owned(), marked.collect())
    }

    fn one(typed: &str, text: &str, marked: &str, kind: SpanKind) {
        assert_eq!(read(typed), (text.to_owned(), vec![(marked.to_owned(), kind)]), "{typed:?}");
    }

    fn plain(typed: &str, text: &str) {
        assert_eq!(read(typed), (text.to_owned(), vec![]), "{typed:?}");
    }

    #[test]
    fn each_kind_of_mark() {
        one("a **b c** d", "a b c d", "b c", SpanKind::Bold);
        one("*b*", "b", "b", SpanKind::Italic);
        one("_b_", "b", "b", SpanKind::Italic);
        one("__b__", "b", "b", SpanKind::Underline);
        one("~~b~~", "b", "b", SpanKind::Strike);
        one("||b||", "b", "b", SpanKind::Spoiler);
        one("`*b*`", "*b*", "*b*", SpanKind::Code);
        one("```\na\nb\n```", "a\nb", "a\nb", SpanKind::CodeBlock(None));
        one("```rust\nfn a() {}\n```", "fn a() {}", "fn a() {}", SpanKind::CodeBlock(Some(CleanText::ours("rust"))));
        one("```a b```", "a b", "a b", SpanKind::CodeBlock(None));
        one("````\na ``` b\n````", "a ``` b", "a ``` b", SpanKind::CodeBlock(None));
        one("x [b](https://a.b/c_(d)) y", "x b y", "b", SpanKind::MaskedLink(CleanText::ours("https://a.b/c_(d)")));
        one("see https://a.b/c_d_e, ok", "see https://a.b/c_d_e, ok", "https://a.b/c_d_e", SpanKind::Link);
        one("hey @ada_l.", "hey @ada_l.", "@ada_l", SpanKind::Mention(None));
        one("**👩‍🔬 日本**!", "👩‍🔬 日本!", "👩‍🔬 日本", SpanKind::Bold);
    }

    #[test]
    fn marks_nest() {
        let (text, marks) = read("**a _b `c` d_ e**");
        assert_eq!(text, "a b c d e");
        assert_eq!(
            marks,
            [
                ("a b c d e".to_owned(), SpanKind::Bold),
                ("b c d".to_owned(), SpanKind::Italic),
                ("c".to_owned(), SpanKind::Code)
            ]
        );
        let (text, marks) = read("x ***b c*** y *a **b***");
        assert_eq!(text, "x b c y a b");
        let kinds: Vec<_> = marks.iter().map(|(text, kind)| (text.as_str(), kind.clone())).collect();
        let (bold, italic) = (SpanKind::Bold, SpanKind::Italic);
        assert_eq!(kinds, [("b c", italic.clone()), ("b c", bold.clone()), ("a b", italic), ("b", bold)]);
        let (text, marks) = read("**https://a.b/c**");
        assert_eq!(text, "https://a.b/c");
        assert_eq!(marks.len(), 2);
        let (_, marks) = read("_@ada_");
        assert_eq!(marks, [("@ada".to_owned(), SpanKind::Mention(None)), ("@ada".to_owned(), SpanKind::Italic)]);
    }

    #[test]
    fn what_is_not_closed_or_means_nothing_stays() {
        for typed in [
            "**a",
            "a**",
            "** a **",
            "****",
            "2 * 3 * 4",
            "2*3*4",
            "snake_case_name",
            "a ~~b",
            "||",
            "`a",
            "``",
            "```",
            "``````",
            "[a](b)",
            "[a](b c)",
            "[]",
            "a@b.c",
            "@",
            "http://",
            "* one\n* two",
            "*a",
            "_",
            "\\a",
        ] {
            plain(typed, typed);
        }
        let (text, marks) = read("*a **b* c");
        assert_eq!((text.as_str(), marks.len()), ("a **b c", 1));
    }

    #[test]
    fn a_backslash_takes_the_meaning() {
        plain("\\*a\\*", "*a*");
        plain("\\\\", "\\");
        plain("\\@ada http\\://a.b", "@ada http://a.b");
        plain("\\[a](https\\://b)", "[a](https://b)");
        plain("**a\\**", "**a**");
    }

    #[test]
    fn typed_text_is_cleaned() {
        one("\u{1b}[2J**b\u{202e}**", "[2Jb", "b", SpanKind::Bold);
    }

    #[test]
    fn printing_is_light() {
        for typed in [
            "snake_case and 2 * 3, a|b",
            "**a _b_** ||c|| `d` https://x.y/z @ada",
            "[a](https://b.c) ~~d~~",
            "C:\\path",
        ] {
            assert_eq!(to_markup(&parse(typed)), typed);
        }
    }

    #[test]
    fn for_people_nothing_is_escaped() {
        for typed in ["**a** [x] 2*3", "see [b](https://c.d) and `e`", "||f||", "a\n```rust\nb\n```", "snake_case [x]"]
        {
            assert_eq!(with_marks(&parse(typed)), typed);
        }
        assert_eq!(with_marks(&RichText::plain(CleanText::new("\\*x\\* [y]"))), "\\*x\\* [y]");
    }

    #[test]
    fn what_was_not_markup_is_not_made_markup() {
        for text in ["**not bold**", "_x_", "`", "[a](https://b.c)", "@ada", "https://a.b", "\\*", "a\\", "||"] {
            let rich = RichText::plain(CleanText::new(text));
            assert_eq!(parse(&to_markup(&rich)), rich, "{text:?} as {:?}", to_markup(&rich));
        }
    }

    #[test]
    fn hostile_lengths_take_linear_time() {
        for part in ["[a](http://", "`", "```", "**", "_a ", "||a", "@", "\\", "*a **b ", "[", "http://("] {
            let typed = part.repeat(200_000 / part.len());
            let started = std::time::Instant::now();
            let rich = parse(&typed);
            assert!(rich.text.len() <= typed.len());
            assert!(started.elapsed().as_secs() < 5, "{part:?} took {:?}", started.elapsed());
        }
    }

    proptest! {
        #[test]
        fn reading_never_fails_and_spans_fit(typed in "[a-c *_~|`\\[\\]()@:/\\\\\\n😀]{0,40}") {
            let rich = parse(&typed);
            prop_assert!(rich.spans.is_sorted_by_key(|span| span.start));
            for span in &rich.spans {
                prop_assert!(span.start < span.end);
                prop_assert!(rich.text.get(span.start as usize..span.end as usize).is_some());
            }
        }

        #[test]
        fn printing_keeps_the_text(typed in "[a-c *_~|`\\[\\]()@:/\\\\\\n😀]{0,30}|([ab ]|\\*\\*|_|__|~~|`b`|\\|\\||```\\na\\n```|@ab|https://a.b/|\\[a\\]\\(https://b\\)){0,12}") {
            let rich = parse(&typed);
            prop_assert_eq!(parse(&to_markup(&rich)).text, rich.text);
        }

        #[test]
        fn simple_formatting_survives(parts in prop::collection::vec(("[a-d]{1,4}", 0usize..9), 1..6)) {
            let typed: Vec<String> = parts.iter().map(|(word, how)| match how {
                0 => format!("**{word}**"), 1 => format!("*{word}*"), 2 => format!("__{word}__"), 3 => format!("~~{word}~~"),
                4 => format!("||{word}||"), 5 => format!("`{word}`"), 6 => format!("@{word}"), 7 => format!("[{word}](https://{word}.b)"),
                _ => format!("https://{word}.c/d"),
            }).collect();
            let rich = parse(&typed.join(" "));
            prop_assert_eq!(rich.spans.len(), parts.len());
            prop_assert_eq!(parse(&to_markup(&rich)), rich);
        }
    }
}
