//! Blocks of code in texts, and what their parts are.

use super::rich::{RichText, SpanKind};
use super::text::CleanText;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// Largest block whose parts are told apart, in bytes.
pub const LARGEST: usize = 16 * 1024;

/// A block of code in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeBlock<'a> {
    /// The bytes of the text that belong to it, with the line feeds that part it from the rest.
    pub whole: Range<usize>,
    /// Where its code begins in the text.
    pub start: usize,
    /// Its code.
    pub code: &'a str,
    /// Its language, if told.
    pub language: Option<&'a CleanText>,
}

impl CodeBlock<'_> {
    /// What its parts are kept under; `None` where they are not told apart: nobody says which language it is, or there is too much of it.
    #[must_use]
    pub fn key(&self) -> Option<CodeKey> {
        let language = self.language.filter(|language| !language.is_empty() && language.len() <= 40)?;
        let fits = !self.code.is_empty() && self.code.len() <= LARGEST;
        fits.then(|| CodeKey::of(language, self.code))
    }
}

/// The blocks of code of a text, in its order. One that begins inside another is none.
pub fn blocks(rich: &RichText) -> impl Iterator<Item = CodeBlock<'_>> {
    let text = rich.text.as_str();
    let mut at = 0;
    rich.spans.iter().filter_map(move |span| {
        let SpanKind::CodeBlock(language) = &span.kind else { return None };
        let whole = span.start as usize..span.end as usize;
        let inner = text.get(whole.clone()).filter(|_| whole.start >= at)?;
        at = whole.end;
        let code = inner.strip_prefix('\n').unwrap_or(inner);
        let start = whole.end - code.len();
        Some(CodeBlock { whole, start, code: code.trim_end_matches('\n'), language: language.as_ref() })
    })
}

/// Names a block of code by what it says and its language.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CodeKey(u64);

impl CodeKey {
    /// The name of this code.
    #[must_use]
    pub fn of(language: &str, code: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (language, code).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What a part of code is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Token {
    /// Nothing that stands out.
    #[default]
    Plain,
    /// A word of the language.
    Keyword,
    /// Text between quotes.
    Literal,
    /// Words for people.
    Comment,
    /// What something is called.
    Name,
    /// A number.
    Number,
    /// A line that was added.
    Added,
    /// A line that was taken away.
    Removed,
}

/// The parts of a block of code: where each ends, ascending, in bytes of the code. What comes after the last is plain.
pub type Tokens = Arc<[(u32, Token)]>;

#[cfg(test)]
mod tests {
    use super::{CodeKey, LARGEST, blocks};
    use crate::domain::{CleanText, RichText, SpanKind};

    fn block(language: Option<&'static str>) -> SpanKind {
        SpanKind::CodeBlock(language.map(CleanText::ours))
    }

    #[test]
    fn blocks_are_told_without_what_parts_them() {
        let text = "see\n\nlet a;\n\nso b";
        let rich = RichText::from_utf16(text.to_owned(), vec![(4, 9, block(Some("rs"))), (6, 3, block(None))]);
        let found: Vec<_> = blocks(&rich).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].code, found[0].start, found[0].whole.clone()), ("let a;", 5, 4..13));
        assert_eq!(found[0].key(), Some(CodeKey::of("rs", "let a;")));
    }

    #[test]
    fn what_is_too_large_or_of_no_language_stays_as_it_is() {
        for (text, language, told) in [
            ("x".repeat(LARGEST), Some("rs"), true),
            ("x".repeat(LARGEST + 1), Some("rs"), false),
            ("x".to_owned(), None, false),
            ("x".to_owned(), Some(""), false),
            ("x".to_owned(), Some("a language that nobody would ever call like this"), false),
        ] {
            let length = u32::try_from(text.len()).unwrap();
            let rich = RichText::from_utf16(text, vec![(0, length, block(language))]);
            assert_eq!(blocks(&rich).next().unwrap().key().is_some(), told, "{length} {language:?}");
        }
    }
}
