//! How what is typed is found in names.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Something typed that is looked for in many texts.
pub(super) struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Fuzzy {
    /// Looks for these words. Signs are what they are, not a language to search with.
    pub(super) fn new(words: &str) -> Self {
        let pattern = Pattern::new(words, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT.match_paths()), buffer: Vec::new() }
    }

    /// How well a text fits; `None`: not at all.
    pub(super) fn score(&mut self, text: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher)
    }

    /// Indices of the characters that fit, ascending.
    pub(super) fn matched(&mut self, text: &str) -> Vec<u32> {
        let mut matched = Vec::new();
        self.pattern.indices(Utf32Str::new(text, &mut self.buffer), &mut self.matcher, &mut matched);
        matched.sort_unstable();
        matched.dedup();
        matched
    }
}
