//! Typing that means something by itself: `s/old/new/` for the last message, and texts with a name.

use crate::domain::markup::{self, Dialect};
use crate::domain::{CleanText, RichText};
use regex::{Captures, NoExpand, Regex, RegexBuilder};

/// Most bytes that a compiled expression takes.
const LIMIT: usize = 1 << 18;

/// Words to be put in place of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Substitution {
    old: String,
    new: String,
    /// Everywhere, not only where it is found first.
    all: bool,
    /// Large and small letters are the same.
    loose: bool,
}

impl Substitution {
    /// Reads `s/old/new/`, perhaps with `g` and `i` behind it; a backslash takes the meaning of a slash. Without the last slash the new words are one, so
    /// that neither `s/o to you` nor a sentence with a slash is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("s/").filter(|rest| !rest.contains('\n'))?;
        let mut parts = vec![String::new()];
        let mut letters = rest.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('/') => parts.last_mut()?.push('/'),
                    Some(other) => parts.last_mut()?.extend(['\\', other]),
                    None => parts.last_mut()?.push('\\'),
                },
                '/' => parts.push(String::new()),
                other => parts.last_mut()?.push(other),
            }
        }
        if let [_, new] = parts.as_slice()
            && !new.is_empty()
            && !new.contains(char::is_whitespace)
        {
            parts.push(String::new());
        }
        let [old, new, flags] = <[String; 3]>::try_from(parts).ok()?;
        let known = flags.chars().all(|flag| matches!(flag, 'g' | 'i'));
        (!old.is_empty() && known).then(|| Self { old, new, all: flags.contains('g'), loose: flags.contains('i') })
    }

    /// A text with it done. What is looked for is looked for as it stands; only where that is nowhere, as a regular expression. `None`: it is nowhere.
    pub(super) fn apply(&self, text: &str) -> Option<String> {
        let plain = self.build(&regex::escape(&self.old))?;
        let count = usize::from(!self.all);
        if plain.is_match(text) {
            return Some(plain.replacen(text, count, NoExpand(&self.new)).into_owned());
        }
        let expression = self.build(&self.old).filter(|expression| expression.is_match(text))?;
        Some(expression.replacen(text, count, |found: &Captures<'_>| self.filled(found)).into_owned())
    }

    fn build(&self, expression: &str) -> Option<Regex> {
        RegexBuilder::new(expression).case_insensitive(self.loose).size_limit(LIMIT).dfa_size_limit(LIMIT).build().ok()
    }

    /// The new words, with what was found for `&` and parts of it for `\1` to `\9`.
    fn filled(&self, found: &Captures<'_>) -> String {
        let part = |number: usize| found.get(number).map_or("", |part| part.as_str());
        let mut filled = String::new();
        let mut letters = self.new.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '&' => filled.push_str(part(0)),
                '\\' => match letters.next() {
                    Some(digit @ '1'..='9') => filled.push_str(part(digit as usize - '0' as usize)),
                    Some(other) => filled.push(other),
                    None => filled.push('\\'),
                },
                other => filled.push(other),
            }
        }
        filled
    }
}

/// A text in slanted letters, as what somebody does.
pub(super) fn done_by_me(text: &str) -> String {
    let mark = if text.contains('_') { '*' } else { '_' };
    format!("{mark}{text}{mark}")
}

/// A text with a shrug behind it.
pub(super) fn shrugged(text: &str, dialect: Dialect) -> String {
    let shrug = "¯\\_(ツ)_/¯";
    let shrug = if dialect.escapes { literally(shrug) } else { shrug.to_owned() };
    if text.is_empty() { shrug } else { format!("{text} {shrug}") }
}

/// A text as it is to be typed so that no mark in it means anything.
pub(super) fn literally(text: &str) -> String {
    markup::to_markup(&RichText::plain(CleanText::new(text)))
}

/// A chat's name and the rest; quotes hold a name with blanks together.
pub(in crate::state) fn to_whom(written: &str) -> Option<(String, String)> {
    let (name, rest) = match written.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => written.split_once(char::is_whitespace)?,
    };
    let (name, rest) = (name.trim(), rest.trim());
    (!name.is_empty() && !rest.is_empty()).then(|| (name.to_owned(), rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(command: &str, text: &str) -> Option<String> {
        Substitution::parse(command).and_then(|substitution| substitution.apply(text))
    }

    #[test]
    fn words_take_the_place_of_others() {
        for (command, text, want) in [
            ("s/teh/the/", "teh cat teh", Some("the cat teh")),
            ("s/teh/the/g", "teh cat teh", Some("the cat the")),
            ("s/TEH/the/i", "teh", Some("the")),
            ("s/./!/", "a.b", Some("a!b")),
            ("s/c++/$1 & \\1/", "c++", Some("$1 & \\1")),
            ("s/(\\w+) (\\w+)/\\2 \\1/", "one two", Some("two one")),
            ("s/[aeiou]/<&>/g", "yes no", Some("y<e>s n<o>")),
            ("s/a\\/b/c/", "a/b", Some("c")),
            ("s/ÄPFEL/Birnen/i", "äpfel", Some("Birnen")),
            ("s/x//", "axb", Some("ab")),
            ("s/liek/like", "I liek it", Some("I like it")),
            ("s/I liek/we\\/you", "I liek it", Some("we/you it")),
            ("s/nothing/x/", "abc", None),
            ("s/(/x/", "abc", None),
        ] {
            assert_eq!(done(command, text).as_deref(), want, "{command}");
        }
        for no in [
            "s/o to you",
            "s/he/they are nice",
            "s/a/",
            "s//b",
            "s//b/",
            "s/a/b/x",
            "s/a\nb/c/",
            "see/a/b/",
            "s/a/b/c/",
        ] {
            assert_eq!(Substitution::parse(no), None, "{no}");
        }
    }

    #[test]
    fn a_hostile_expression_takes_no_time() {
        let started = std::time::Instant::now();
        let text = "a".repeat(4_000);
        assert_eq!(done("s/(a*)*b/x/", &text), None);
        assert_eq!(done("s/(a{1000}){1000}b/x/", &text), None, "too large to be built");
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn a_shrug_arrives_whole() {
        let dialect = Dialect { escapes: false, shy: true, ..Dialect::NIB };
        for dialect in [Dialect::NIB, dialect] {
            let rich = markup::read(&shrugged("well", dialect), dialect);
            assert_eq!((rich.text.as_str(), rich.spans.len()), ("well ¯\\_(ツ)_/¯", 0));
        }
        assert_eq!(markup::parse(&done_by_me("waves a_b")).spans.len(), 1);
    }

    #[test]
    fn a_name_may_have_blanks() {
        let read = |written| to_whom(written);
        let two = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(read("@ada hi there"), two("@ada", "hi there"));
        assert_eq!(read("\"group:pens and ink\" hi"), two("group:pens and ink", "hi"));
        assert_eq!((read("@ada"), read("\"a b\""), read("\"a b")), (None, None, None));
    }
}
