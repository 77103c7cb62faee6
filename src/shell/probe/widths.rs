//! How wide the terminal draws what terminals disagree about, measured by where its cursor stands after it.
//!
//! The samples are drawn concealed, on a row that is drawn again right after in the same synchronised update.

use crate::layout::width::WidthRules;

/// What is measured: a family joined by ZWJ, a flag, a heart with the selector for emoji, a keycap, a thumb with a skin tone, a syllable of
/// Hangul written letter by letter, two joined consonants of Devanagari, a sign of open width.
const TEXTS: [&str; SAMPLES] = [
    "👩\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "❤\u{fe0f}",
    "1\u{fe0f}\u{20e3}",
    "👍\u{1f3fd}",
    "\u{1112}\u{1161}\u{11ab}",
    "क्ष",
    "±",
];

/// How many are.
pub(super) const SAMPLES: usize = 8;

/// Draws each at the start of a row and asks where the cursor is. `row` is counted from 0; without one, the row where the cursor stands.
pub(super) fn questions(row: Option<u16>) -> Vec<u8> {
    let place = row.map_or_else(|| "\r".to_owned(), |row| format!("\x1b[{};1H", u32::from(row) + 1));
    let mut bytes = b"\x1b7\x1b[8m".to_vec();
    for text in TEXTS {
        bytes.extend_from_slice(format!("{place}{text}\x1b[6n").as_bytes());
    }
    bytes.extend_from_slice(format!("\x1b[0m{place}\x1b[K\x1b8").as_bytes());
    bytes
}

/// What follows from the columns where the cursor stood, counted from 1. `None` when there are more or fewer than there were questions, or when
/// they cannot be.
pub(super) fn rules(columns: &[u16]) -> Option<WidthRules> {
    let &[family, flag, heart, keycap, thumb, syllable, joined, open] = columns else { return None };
    let cells = |column: u16| column.checked_sub(1).filter(|cells| (1..=8).contains(cells));
    Some(WidthRules {
        joined: cells(family)? == 2,
        flags: cells(flag)? == 2,
        selector: cells(heart)? == 2,
        keycaps: cells(keycap)? == 2,
        tones: cells(thumb)? == 2,
        jamo: cells(syllable)? == 2,
        conjuncts: cells(joined)? == 2,
        narrow: cells(open)? == 1,
        pictures: true,
    })
}
