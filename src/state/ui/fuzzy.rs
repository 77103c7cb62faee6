//! How what is typed is found in names: one order for all lists that narrow.

use nucleo_matcher::chars::{normalize, to_lower_case};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::cmp::Reverse;

/// Something typed that is looked for in many names.
pub(super) struct Fuzzy {
    /// All of it, and its words, as names are compared.
    query: String,
    words: Vec<String>,
    /// Marks over letters count only where some were typed.
    marks: bool,
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// How a name fits, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum How {
    /// It is what was typed.
    Whole,
    /// It begins so.
    Begins,
    /// Words of it begin so.
    Words,
    /// It holds what was typed.
    Within,
    /// What stands beside the name holds it, and the name nothing of it.
    Beside,
    /// The letters are in the name in this order, with others between them.
    Scattered,
}

/// How something fits; what fits better is less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Fit {
    /// How its best name does.
    pub(super) how: How,
    /// How long that name is.
    pub(super) length: usize,
    /// How close together and how near to beginnings of words the letters are; told where nothing better decides.
    pub(super) score: Reverse<u32>,
}

impl Fuzzy {
    /// Looks for these words. Signs are what they are, not a language to search with.
    pub(super) fn new(words: &str) -> Self {
        let pattern = Pattern::new(words, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let marks = words.chars().any(|letter| normalize(letter) != letter);
        let words: Vec<String> = words.split_whitespace().map(|word| folded(word, marks)).collect();
        let matcher = Matcher::new(Config::DEFAULT.match_paths());
        Self { query: words.join(" "), words, marks, pattern, matcher, buffer: Vec::new() }
    }

    /// How something fits that is called so; `None`: not at all. Each word typed may be of one of the names, or of what stands beside them.
    pub(super) fn fit(&mut self, names: &[&str], beside: &[&str]) -> Option<Fit> {
        let own: Vec<String> = names.iter().map(|name| folded(name, self.marks)).collect();
        let best = |typed: &str| own.iter().filter_map(|name| how(name, typed)).min();
        let of_all = best(&self.query).filter(|(how, _)| *how <= How::Begins);
        let fits = of_all.or_else(|| {
            let beside: Vec<String> = beside.iter().map(|text| folded(text, self.marks)).collect();
            let mut worst = None;
            for word in &self.words {
                match best(word) {
                    Some(found) => worst = worst.max(Some(found)),
                    None if beside.iter().any(|text| text.contains(word.as_str())) => {}
                    None => return None,
                }
            }
            Some(worst.unwrap_or((How::Beside, 0)))
        });
        match fits {
            Some((how, length)) if how <= How::Begins => Some(Fit { how, length, score: Reverse(0) }),
            Some((how, length)) => {
                let score = names.iter().filter_map(|name| self.score(name)).max();
                Some(Fit { how, length, score: Reverse(score.unwrap_or_default()) })
            }
            None => self.scattered(names),
        }
    }

    /// How texts fit in which no more than the letters are to be found, in their order.
    pub(super) fn scattered(&mut self, texts: &[&str]) -> Option<Fit> {
        let score = texts.iter().filter_map(|text| self.score(text)).max()?;
        Some(Fit { how: How::Scattered, length: 0, score: Reverse(score) })
    }

    fn score(&mut self, text: &str) -> Option<u32> {
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

/// Text as it is compared: letters in one case, and without marks unless those count.
fn folded(text: &str, marks: bool) -> String {
    let plain = |letter: char| if marks { letter } else { normalize(letter) };
    text.chars().map(|letter| to_lower_case(plain(letter))).collect()
}

/// A name without the mark before it, and without the end of an emoji or a folder. Names may begin and end with signs.
fn bare(name: &str) -> &str {
    let is_mark = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.' | '+');
    name.trim_start_matches(is_mark).trim_end_matches([':', '/'])
}

/// How one name fits, in one piece.
fn how(name: &str, typed: &str) -> Option<(How, usize)> {
    let own = bare(name);
    let length = own.chars().count();
    if own == typed || name == typed {
        return Some((How::Whole, length));
    }
    if own.starts_with(typed) || name.starts_with(typed) {
        return Some((How::Begins, length));
    }
    let mut found = name.match_indices(typed).map(|(at, _)| name.get(..at).and_then(|before| before.chars().last()));
    let (first, begins) = (found.next()?, |before: Option<char>| !before.is_some_and(char::is_alphanumeric));
    let word = begins(first) || found.any(begins);
    Some((if word { How::Words } else { How::Within }, length))
}

#[cfg(test)]
mod tests {
    use super::{Fuzzy, How};

    fn how(typed: &str, names: &[&str], beside: &[&str]) -> Option<How> {
        Fuzzy::new(typed).fit(names, beside).map(|fit| fit.how)
    }

    #[test]
    fn names_fit_better_the_more_of_them_was_typed() {
        assert_eq!(how("tada", &["🎉 party popper", "tada"], &[]), Some(How::Whole));
        assert_eq!(how("party", &["🎉 party popper", "tada"], &[]), Some(How::Begins));
        assert_eq!(how("pop", &["🎉 party popper", "tada"], &[]), Some(How::Words));
        assert_eq!(how("pop party", &["🎉 party popper"], &[]), Some(How::Words));
        assert_eq!(how("opp", &["🎉 party popper"], &[]), Some(How::Within));
        assert_eq!(how("tada", &["🇹🇦 flag: Tristan da Cunha"], &[]), Some(How::Scattered));
        assert_eq!(how("tada", &["🎈 balloon"], &[]), None);
        assert_eq!(how("cafe", &["#Café"], &[]), Some(How::Whole));
        assert_eq!(how("café", &["#cafe"], &[]), None);
    }

    #[test]
    fn what_stands_beside_a_name_narrows_and_comes_after_it() {
        assert_eq!(how("pix", &["pixels"], &["Pixel Garden"]), Some(How::Begins));
        assert_eq!(how("pix", &["general"], &["Pixel Garden"]), Some(How::Beside));
        assert_eq!(how("pixel gen", &["general"], &["Pixel Garden"]), Some(How::Begins));
        assert!(Fuzzy::new("gen").fit(&["general"], &[]) < Fuzzy::new("gen").fit(&["agenda"], &[]));
    }
}
