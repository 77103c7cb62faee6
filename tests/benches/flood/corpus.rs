//! What is said: lines of 60 to 120 characters by 200 people, the same in every run.

/// How many people write.
pub(crate) const AUTHORS: usize = 200;

const WORDS: &[&str] = &[
    "the",
    "a",
    "of",
    "and",
    "we",
    "it",
    "that",
    "on",
    "with",
    "from",
    "after",
    "before",
    "when",
    "because",
    "build",
    "cache",
    "thread",
    "socket",
    "buffer",
    "window",
    "terminal",
    "message",
    "reader",
    "release",
    "branch",
    "compiler",
    "borrow",
    "lifetime",
    "allocator",
    "frame",
    "queue",
    "latency",
    "profile",
    "server",
    "client",
    "keyboard",
    "screen",
    "scroll",
    "merge",
    "review",
    "test",
    "fails",
    "passes",
    "again",
    "today",
    "tomorrow",
    "slowly",
    "quickly",
    "maybe",
    "never",
    "always",
    "written",
    "measured",
    "looks",
    "good",
    "fine",
    "strange",
    "tiny",
    "huge",
    "exactly",
    "enough",
];
const EMOJI: &[&str] = &["🦀", "🔥", "👀", "🎉", "👩‍🔬", "❤️", "🇯🇵", "👍🏽", "😅", "🧵"];
const CJK: &[&str] = &["日本語の文字", "端末のなか", "测试一下", "鍵盤と画面", "没有问题", "夜に読む"];
const LONG: &[&str] = &[
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "std::collections::hash_map::OccupiedEntry::replace_entry_with",
];

/// A small generator, so that a corpus stays the same for ever.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }
}

/// The user name of one of those who write.
pub(crate) fn author(index: usize) -> String {
    format!("writer{index:03}")
}

/// Who says what.
pub(crate) fn lines(seed: u64, count: usize) -> Vec<(usize, String)> {
    let mut dice = Dice::new(seed);
    (0..count).map(|_| (dice.below(AUTHORS as u64) as usize, line(&mut dice))).collect()
}

/// Half of the lines have 96 characters or more.
fn line(dice: &mut Dice) -> String {
    let share = dice.below(10_000) as f64 / 10_000.0;
    let length = 60 + (share.powf(0.74) * 60.0) as usize;
    let mut text = String::with_capacity(160);
    let mut characters = 0;
    while characters < length {
        let word = match dice.below(100) {
            0..=3 => dice.one(EMOJI),
            4..=5 => dice.one(CJK),
            6 => dice.one(LONG),
            7 => {
                text.push_str("https://example.org/");
                characters += 20;
                dice.one(WORDS)
            }
            _ => dice.one(WORDS),
        };
        text.push_str(word);
        text.push(' ');
        characters += word.chars().count() + 1;
    }
    let end = text.char_indices().nth(length).map_or(text.len(), |(at, _)| at);
    text.truncate(end);
    text.trim_end().to_owned()
}
