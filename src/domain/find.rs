//! Words that are looked for in messages: whether a text has them, and where.
//!
//! Every word has to be there as it is written, signs are nothing but signs. A word begins where one begins in the text; each but the last, and the last
//! one where a space follows it, is a whole one. Scripts without spaces between words are looked for letter by letter. Accents never count, and
//! capitals where one was typed. What the full-text index of the store finds holds all that is found here.

use super::message::Message;
use super::text::CleanText;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Words that are looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Sought {
    typed: CleanText,
    words: Vec<Word>,
    /// A capital was typed: it counts.
    capitals: bool,
    stamp: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Word {
    /// Without accents, and without capitals where they do not count.
    text: String,
    /// It has to end where a word of the text ends.
    whole: bool,
}

impl Sought {
    /// What was typed; `None` where that is nothing but spaces.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        let capitals = typed.chars().any(char::is_uppercase);
        let open = !typed.ends_with(char::is_whitespace);
        let mut words: Vec<Word> = typed
            .split_whitespace()
            .map(|word| Word { text: folded(word, capitals), whole: true })
            .filter(|word| !word.text.is_empty())
            .collect();
        words.last_mut()?.whole = !open;
        let mut hasher = DefaultHasher::new();
        (&words, capitals).hash(&mut hasher);
        Some(Self { typed: CleanText::line(typed), words, capitals, stamp: hasher.finish() })
    }

    /// As it was typed, on one line.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// A number that is another one for other words.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Whether an index of words can find it: there is a letter or a digit in it.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.words.iter().any(|word| word.text.contains(char::is_alphanumeric))
    }

    /// Whether a message has all of the words, in its text and the names of its files.
    #[must_use]
    pub fn is_in(&self, message: &Message) -> bool {
        let mut texts = vec![folded(&message.body.text, self.capitals)];
        texts.extend(message.attachments.iter().map(|file| folded(&file.name, self.capitals)));
        self.words.iter().all(|word| texts.iter().any(|text| word.next(text, 0).is_some()))
    }

    /// Where a text has any of the words, ascending and apart.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut map = Vec::with_capacity(text.len() + 1);
        let mut plain = String::with_capacity(text.len());
        for (at, letter) in text.char_indices() {
            if let Some(letter) = fold(letter, self.capitals) {
                plain.push(letter);
                map.resize(plain.len(), at);
            }
        }
        map.push(text.len());
        let mut found: Vec<Range<usize>> = Vec::new();
        for word in &self.words {
            let mut from = 0;
            while let Some(at) = word.next(&plain, from) {
                from = at + word.text.len();
                if let (Some(start), Some(end)) = (map.get(at), map.get(from)) {
                    found.push(*start..*end);
                }
            }
        }
        found.sort_unstable_by_key(|place| (place.start, place.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for place in found {
            match apart.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => apart.push(place),
            }
        }
        apart
    }
}

impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What people look for is nobody's business.
        f.debug_struct("Sought").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

impl Word {
    /// Where it stands next in a folded text, from there on.
    fn next(&self, text: &str, mut from: usize) -> Option<usize> {
        let first = self.text.chars().next()?;
        let last = self.text.chars().next_back()?;
        loop {
            let at = from + text.get(from..)?.find(self.text.as_str())?;
            let end = at + self.text.len();
            let before = text.get(..at)?.chars().next_back();
            let after = text.get(end..)?.chars().next();
            let begins = !joins(first) || !before.is_some_and(joins);
            let ends = !self.whole || !joins(last) || !after.is_some_and(joins);
            if begins && ends {
                return Some(at);
            }
            // A word that does not fit where it stands does not fit before the next one begins.
            let rest = text.get(at..)?;
            let skipped = match joins(first) {
                true => rest.find(|letter| !joins(letter))?,
                false => first.len_utf8(),
            };
            from = at + skipped.max(first.len_utf8());
        }
    }
}

/// Whether a letter is a part of the word that its neighbour belongs to.
fn joins(letter: char) -> bool {
    let private = matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    (letter.is_alphanumeric() || private) && !stands_alone(letter)
}

/// Letters of scripts that put no spaces between words.
#[must_use]
pub fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

fn folded(text: &str, capitals: bool) -> String {
    if text.is_ascii() {
        return if capitals { text.to_owned() } else { text.to_ascii_lowercase() };
    }
    text.chars().filter_map(|letter| fold(letter, capitals)).collect()
}

/// A letter without accents, as the index of words has it; `None` for an accent that stands by itself, and for what chooses between looks.
fn fold(letter: char, capitals: bool) -> Option<char> {
    if letter.is_ascii() {
        return Some(if capitals { letter } else { letter.to_ascii_lowercase() });
    }
    if is_accent(letter) || matches!(letter, '\u{fe0e}' | '\u{fe0f}') {
        return None;
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    let plain = bare(if small == 'ς' { 'σ' } else { small });
    Some(if capitals && letter.is_uppercase() { plain.to_uppercase().next().unwrap_or(plain) } else { plain })
}

/// Accents that stand behind their letter, as far as the index of words takes them for such.
fn is_accent(letter: char) -> bool {
    const MASKS: [u32; 2] = [0x0802_9fdf, 0x0003_61f8];
    let at = u32::from(letter).wrapping_sub(0x300);
    MASKS.get((at / 32) as usize).is_some_and(|mask| mask & (1 << (at % 32)) != 0)
}

/// A small letter without its accents: the table of SQLite's tokenizer, so that what is found here is found there.
fn bare(letter: char) -> char {
    let Ok(code) = u16::try_from(u32::from(letter)) else { return letter };
    let Some(key) = code.checked_mul(8).map(|key| key | 7) else {
        return letter;
    };
    let at = BARE.partition_point(|(first, _)| *first <= key).saturating_sub(1);
    match BARE.get(at) {
        Some(&(first, plain)) if plain != '\0' && code <= (first >> 3) + (first & 7) => plain,
        _ => letter,
    }
}

/// Stretches of letters that have one letter without accents, ascending: eight times the first one and how many more there are.
#[rustfmt::skip]
const BARE: [(u16, char); 126] = [
    (0, '\0'), (1797, 'a'), (1848, 'c'), (1859, 'e'), (1891, 'i'), (1928, 'n'), (1940, 'o'), (1995, 'u'), (2024, 'y'), (2040, 'y'),
    (2060, 'a'), (2110, 'c'), (2168, 'd'), (2206, 'e'), (2264, 'e'), (2286, 'g'), (2344, 'h'), (2383, 'i'), (2472, 'j'), (2488, 'k'),
    (2516, 'l'), (2596, 'n'), (2668, 'o'), (2732, 'r'), (2782, 's'), (2842, 't'), (2894, 'u'), (2954, 'u'), (2984, 'w'), (3000, 'y'),
    (3028, 'z'), (3336, 'o'), (3456, 'u'), (3696, 'a'), (3712, 'i'), (3728, 'o'), (3744, 'u'), (3766, 'u'), (3832, 'a'), (3896, 'g'),
    (3912, 'k'), (3928, 'o'), (3944, 'o'), (3968, 'j'), (4008, 'g'), (4040, 'n'), (4056, 'a'), (4106, 'a'), (4138, 'e'), (4170, 'i'),
    (4202, 'o'), (4234, 'r'), (4266, 'u'), (4296, 's'), (4312, 't'), (4344, 'h'), (4408, 'a'), (4424, 'e'), (4442, 'o'), (4472, 'o'),
    (4488, 'o'), (4504, 'y'), (6148, '\0'), (6198, '\0'), (6264, '\0'), (6280, '\0'), (6360, '\0'), (6429, '\0'), (6505, '\0'),
    (6529, '\0'), (61448, 'a'), (61468, 'b'), (61512, 'c'), (61534, 'd'), (61592, 'd'), (61610, 'e'), (61642, 'e'), (61672, 'e'),
    (61688, 'f'), (61704, 'g'), (61726, 'h'), (61784, 'h'), (61800, 'i'), (61816, 'i'), (61836, 'k'), (61880, 'l'), (61896, 'l'),
    (61914, 'l'), (61948, 'm'), (61998, 'n'), (62062, 'o'), (62122, 'p'), (62154, 'r'), (62184, 'r'), (62200, 'r'), (62218, 's'),
    (62252, 's'), (62302, 't'), (62364, 'u'), (62410, 'u'), (62442, 'v'), (62478, 'w'), (62536, 'w'), (62554, 'x'), (62584, 'y'),
    (62604, 'z'), (62640, 'h'), (62648, 't'), (62656, 'w'), (62664, 'y'), (62730, 'a'), (62766, 'a'), (62830, 'a'), (62890, 'a'),
    (62924, 'e'), (62974, 'e'), (63032, 'e'), (63050, 'i'), (63082, 'o'), (63118, 'o'), (63182, 'o'), (63242, 'o'), (63274, 'u'),
    (63310, 'u'), (63368, 'u'), (63390, 'y'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn places(typed: &str, text: &str) -> Vec<String> {
        let sought = Sought::new(typed).unwrap();
        sought.places(text).into_iter().map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn words_are_found_where_they_begin() {
        assert_eq!(places("clou", "a cloud, Cloudburst, discloud"), ["clou", "Clou"]);
        assert_eq!(places("cloud ", "a cloud, Cloudburst"), ["cloud"]);
        assert_eq!(places("two one", "one onetwo two twofold"), ["one", "one", "two"]);
        assert!(Sought::new("  \t").is_none());
    }

    #[test]
    fn capitals_count_where_one_was_typed() {
        assert_eq!(places("ada", "Ada ADA ada"), ["Ada", "ADA", "ada"]);
        assert_eq!(places("Ada", "Ada ADA ada"), ["Ada"]);
        assert_eq!(places("Éa", "éa Éa ea Ea"), ["Éa", "Ea"]);
    }

    #[test]
    fn accents_do_not_count() {
        assert_eq!(places("uber", "Über uber U\u{308}ber"), ["Über", "uber", "U\u{308}ber"]);
        assert_eq!(places("việt", "viet VIỆT"), ["viet", "VIỆT"]);
        assert_eq!(places("λόγος", "ΛΌΓΟΣ"), ["ΛΌΓΟΣ"]);
    }

    #[test]
    fn signs_are_nothing_but_signs() {
        assert_eq!(places("a.b", "a.b axb a b"), ["a.b"]);
        assert_eq!(places(".*", "x.* .*"), [".*", ".*"]);
        assert_eq!(places("c++", "c cc c++"), ["c++"]);
        assert_eq!(places("[z", "[a-z] [z"), ["[z"]);
        assert_eq!(places("aa ", "aaa aa"), ["aa"]);
        assert_eq!(places("a-a ", "ba-a-a"), ["a-a"]);
    }

    #[test]
    fn letters_and_emoji_without_spaces_are_found_anywhere() {
        assert_eq!(places("雲が", "今日は雲が多い"), ["雲が"]);
        assert_eq!(places("go日", "xgo日 go日本"), ["go日"]);
        assert_eq!(places("🎉", "done🎉🎉"), ["🎉🎉"], "neighbours are one place");
        assert_eq!(places("❤", "❤\u{fe0f}"), ["❤\u{fe0f}"]);
        assert!(!Sought::new("🎉 :)").unwrap().has_words() && Sought::new("🎉 a").unwrap().has_words());
    }

    #[test]
    fn what_is_hostile_ends() {
        let text = "a".repeat(200_000);
        assert!(places(&"a".repeat(4_000), &text).len() == 1);
        assert!(places(&format!("{} ", "a".repeat(4_000)), &text).is_empty());
        assert!(places(&format!("{} ", "-a".repeat(1_000)), &"-a".repeat(20_000)).len() == 1);
        assert!(places(&"word ".repeat(800), "word").len() == 1);
    }

    #[test]
    fn what_is_found_is_not_printed() {
        assert!(!format!("{:?}", Sought::new("hunter2").unwrap()).contains("hunter"));
    }
}
