//! How many cells text takes: the one place that decides, for wrapping, cutting, cursors and painting.
//!
//! Text is measured by grapheme cluster, since the painter places one cluster per cell (or two); the width of a text is the sum of its clusters.
//! A cluster that holds a control character takes no cell and is not drawn.
//!
//! Terminals disagree about some emoji. What one was found to do about them is [`WidthRules`], in force for the thread that lays out and paints.

use crate::domain::settings::{EmojiStyle, Widths};
use std::cell::Cell;
use std::fmt;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a terminal draws in two cells of what is one picture to Unicode. All true is what Unicode asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WidthRules {
    /// Emoji joined by ZWJ take the place of the first; else each its own.
    pub joined: bool,
    /// The two letters of a flag take a cell each; else two.
    pub flags: bool,
    /// A sign that the emoji selector makes a picture of takes two cells; else the one it takes without.
    pub selector: bool,
    /// The same for keycaps.
    pub keycaps: bool,
    /// A skin tone takes no place of its own; else two cells.
    pub tones: bool,
    /// Letters of Hangul that are written one by one make one sign of two cells; else each takes a cell of its own beside the first.
    pub jamo: bool,
    /// Consonants of Indic scripts that are joined take a cell each; else one for all.
    pub conjuncts: bool,
    /// Signs of which Unicode leaves it open take one cell; else two.
    pub narrow: bool,
    /// Signs that can be text or a picture are drawn as pictures where the selector asks for it; else as text, whatever the terminal does.
    pub pictures: bool,
}

impl Default for WidthRules {
    fn default() -> Self {
        Self::UNICODE
    }
}

impl fmt::Display for WidthRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let other = [
            (self.joined, "joined emoji"),
            (self.flags, "flags"),
            (self.selector, "the emoji selector"),
            (self.keycaps, "keycaps"),
            (self.tones, "skin tones"),
            (self.jamo, "letters of Hangul"),
            (self.conjuncts, "joined consonants"),
            (self.narrow, "signs of open width"),
            (self.pictures, "signs drawn as text"),
        ];
        let other: Vec<&str> = other.into_iter().filter(|(follows, _)| !follows).map(|(_, what)| what).collect();
        if other.is_empty() {
            f.write_str("as in Unicode")
        } else {
            write!(f, "as in Unicode but for {}", other.join(", "))
        }
    }
}

impl WidthRules {
    /// What Unicode asks for.
    pub const UNICODE: Self = Self {
        joined: true,
        flags: true,
        selector: true,
        keycaps: true,
        tones: true,
        jamo: true,
        conjuncts: true,
        narrow: true,
        pictures: true,
    };
    /// Each character by itself.
    pub const PLAIN: Self =
        Self { joined: false, flags: false, selector: false, keycaps: false, tones: false, ..Self::UNICODE };

    /// The rules in force on this thread.
    #[must_use]
    pub fn in_force() -> Self {
        RULES.get()
    }

    /// What the user wants, where that is not what was found out.
    #[must_use]
    pub fn wanted(self, widths: Widths, emoji: EmojiStyle) -> Self {
        let rules = match widths {
            Widths::Auto => self,
            Widths::Unicode => Self::UNICODE,
            Widths::Plain => Self { narrow: self.narrow, ..Self::PLAIN },
        };
        match emoji {
            EmojiStyle::Auto => rules,
            EmojiStyle::Unicode => {
                Self { joined: true, flags: true, selector: true, keycaps: true, tones: true, ..rules }
            }
            EmojiStyle::Text => Self { selector: false, keycaps: false, pictures: false, ..rules },
        }
    }

    /// Measures by these rules from now on, on this thread. What was measured before is to be forgotten. Returns whether anything changes.
    pub fn enforce(self) -> bool {
        RULES.replace(self) != self
    }

    /// Cells of a cluster where these rules are not those of Unicode; `None` where that makes no difference.
    fn cells(self, cluster: &str) -> Option<u16> {
        let letter = |character: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&character);
        let tone = |character: char| ('\u{1f3fb}'..='\u{1f3ff}').contains(&character);
        let special = |character| matches!(character, '\u{200d}' | '\u{fe0f}') || letter(character) || tone(character);
        if !cluster.chars().any(special) {
            let jamo = |character: char| ('\u{1160}'..='\u{11ff}').contains(&character);
            if !self.jamo && cluster.chars().skip(1).any(jamo) {
                let first = cluster.chars().next().and_then(UnicodeWidthChar::width).unwrap_or(0);
                let others = cluster.chars().skip(1).filter(|&character| jamo(character)).count();
                return u16::try_from(first + others).ok();
            }
            let indic = |character: char| ('\u{900}'..='\u{dff}').contains(&character);
            if !self.conjuncts
                && cluster.chars().filter(|&character| indic(character) && character.width() == Some(1)).count() > 1
            {
                return Some(1);
            }
            return (!self.narrow).then(|| u16::try_from(cluster.width_cjk()).unwrap_or(u16::MAX));
        }
        let selector = if cluster.contains('\u{20e3}') { self.keycaps } else { self.selector };
        let (mut cells, mut last, mut after_joiner) = (0_u16, 0, false);
        for (at, character) in cluster.chars().enumerate() {
            let wide = match character {
                '\u{200d}' => {
                    after_joiner = true;
                    continue;
                }
                '\u{fe0f}' => u16::from(selector && last == 1),
                _ if std::mem::take(&mut after_joiner) && self.joined => 0,
                _ if letter(character) => 2 - u16::from(self.flags),
                _ if tone(character) && at > 0 => {
                    if self.tones {
                        0
                    } else {
                        2
                    }
                }
                _ => u16::try_from(character.width().unwrap_or(0)).unwrap_or(0),
            };
            last = wide;
            cells = cells.saturating_add(wide);
        }
        Some(cells)
    }
}

thread_local! {
    static RULES: Cell<WidthRules> = const { Cell::new(WidthRules::UNICODE) };
}

/// Cells of one grapheme cluster: 0, 1, 2, or rarely more.
#[must_use]
pub fn grapheme_width(cluster: &str) -> u16 {
    if let [byte] = cluster.as_bytes() {
        return u16::from((b' '..=b'~').contains(byte));
    }
    if cluster.chars().any(char::is_control) {
        return 0;
    }
    let rules = RULES.get();
    if rules != WidthRules::UNICODE
        && let Some(cells) = rules.cells(cluster)
    {
        return cells;
    }
    u16::try_from(cluster.width()).unwrap_or(u16::MAX)
}

/// Whether every byte is a printable ASCII character, so that bytes, characters and cells are the same.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // In chunks without a way out in the middle, so that one instruction looks at many bytes.
    text.as_bytes().chunks(32).all(|bytes| bytes.iter().fold(true, |all, byte| all & (b' '..=b'~').contains(byte)))
}

/// Cells of a text on one line.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    let mut cells = 0;
    clusters(text, |_, _, width| {
        cells += usize::from(width);
        true
    });
    cells
}

/// Calls `each` with the byte offset, the cluster and its cells, until it returns false.
///
/// Between two characters of ASCII a cluster always ends (but between the two of a line end, which has no place in a line), so that the
/// rules of Unicode have to be asked only where other characters are near.
pub fn clusters<'a>(text: &'a str, mut each: impl FnMut(usize, &'a str, u16) -> bool) {
    if is_plain(text) {
        for at in 0..text.len() {
            if !each(at, text.get(at..=at).unwrap_or_default(), 1) {
                return;
            }
        }
        return;
    }
    let bytes = text.as_bytes();
    let printable = |at: usize| bytes.get(at).is_some_and(|byte| (b' '..=b'~').contains(byte));
    // Whether a cluster that begins with this byte is that byte.
    let alone = |at: usize| printable(at) && (at + 1 == bytes.len() || printable(at + 1));
    let mut at = 0;
    while at < bytes.len() {
        if alone(at) {
            if !each(at, text.get(at..=at).unwrap_or_default(), 1) {
                return;
            }
            at += 1;
            continue;
        }
        let end = (at + 1..bytes.len()).find(|&end| alone(end)).map_or(bytes.len(), |end| end + 1);
        for (offset, cluster) in text.get(at..end).unwrap_or_default().grapheme_indices(true) {
            if !each(at + offset, cluster, grapheme_width(cluster)) {
                return;
            }
        }
        at = end;
    }
}

/// The longest beginning of a text that takes at most `cells`, and the cells it takes.
#[must_use]
pub fn prefix(text: &str, cells: usize) -> (&str, usize) {
    if text.len() <= cells && is_plain(text) {
        return (text, text.len());
    }
    let (mut end, mut used) = (0, 0);
    clusters(text, |at, cluster, width| {
        let fits = used + usize::from(width) <= cells;
        if fits {
            used += usize::from(width);
            end = at + cluster.len();
        }
        fits
    });
    (text.get(..end).unwrap_or_default(), used)
}

/// The longest end of a text that takes at most `cells`, and the cells it takes.
#[must_use]
pub fn suffix(text: &str, cells: usize) -> (&str, usize) {
    let (mut start, mut used) = (text.len(), 0);
    for (at, cluster) in text.grapheme_indices(true).rev() {
        let width = usize::from(grapheme_width(cluster));
        if used + width > cells {
            break;
        }
        used += width;
        start = at;
    }
    (text.get(start..).unwrap_or_default(), used)
}

#[cfg(test)]
mod tests {
    use super::{EmojiStyle, WidthRules, Widths, clusters, grapheme_width, prefix, suffix, width};
    use proptest::prelude::*;
    use ratatui::buffer::CellWidth;

    #[test]
    fn clusters_are_never_cut() {
        assert_eq!(prefix("ab日本", 3), ("ab", 2));
        assert_eq!(prefix("👩‍👩‍👧x", 2), ("👩‍👩‍👧", 2));
        assert_eq!(suffix("ab日本", 3), ("本", 2));
        assert_eq!(prefix("plain", 9), ("plain", 5));
    }

    #[test]
    fn voiced_sound_marks_of_half_width_take_a_cell() {
        // The terminal library counts them twice.
        assert_eq!((grapheme_width("ｶ\u{ff9e}"), width("ｶ\u{ff9e}ﾊ\u{ff9f}")), (2, 4));
    }

    #[test]
    fn a_terminal_that_differs_is_followed() {
        let texts = [
            "👩\u{200d}👩\u{200d}👧",
            "🇩🇪",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "👍\u{1f3fd}",
            "🏳\u{fe0f}\u{200d}🌈",
            "日",
            "e\u{301}",
        ];
        let measured = || texts.map(grapheme_width);
        assert_eq!(measured(), [2, 2, 2, 2, 2, 2, 2, 1]);
        // What tmux 3.3 does.
        let tmux = WidthRules { selector: false, keycaps: false, tones: false, ..WidthRules::UNICODE };
        assert!(tmux.enforce() && !tmux.enforce());
        assert_eq!(measured(), [2, 2, 1, 1, 4, 1, 2, 1]);
        assert_eq!(grapheme_width("🧑🏻\u{200d}❤\u{fe0f}\u{200d}🧑🏼"), 6);
        assert_eq!(tmux.to_string(), "as in Unicode but for the emoji selector, keycaps, skin tones");
        // One that knows nothing of pictures made of several.
        WidthRules::PLAIN.enforce();
        assert_eq!(measured(), [6, 4, 1, 1, 4, 3, 2, 1]);
        assert_eq!(grapheme_width(&"👩\u{200d}".repeat(33_000)), u16::MAX);
        assert!(WidthRules::UNICODE.enforce());
        assert_eq!(measured(), [2, 2, 2, 2, 2, 2, 2, 1]);
    }

    #[test]
    fn scripts_that_terminals_disagree_about_are_followed() {
        let texts = ["\u{1112}\u{1161}\u{11ab}", "क्ष", "±", "あ"];
        let measured = || texts.map(grapheme_width);
        assert_eq!(measured(), [2, 2, 1, 2]);
        WidthRules { jamo: false, conjuncts: false, narrow: false, ..WidthRules::UNICODE }.enforce();
        assert_eq!(measured(), [4, 1, 2, 2]);
        WidthRules::UNICODE.enforce();
    }

    #[test]
    fn what_is_wanted_comes_before_what_was_found() {
        let found = WidthRules { selector: false, narrow: false, ..WidthRules::UNICODE };
        let wanted = |widths, emoji| found.wanted(widths, emoji);
        assert_eq!(wanted(Widths::Auto, EmojiStyle::Auto), found);
        assert_eq!(wanted(Widths::Unicode, EmojiStyle::Auto), WidthRules::UNICODE);
        assert_eq!(wanted(Widths::Plain, EmojiStyle::Auto), WidthRules { narrow: false, ..WidthRules::PLAIN });
        assert!(wanted(Widths::Auto, EmojiStyle::Unicode).selector);
        let text = wanted(Widths::Unicode, EmojiStyle::Text);
        assert!(!text.pictures && !text.selector && text.joined);
    }

    proptest! {
        #[test]
        fn agrees_with_the_cells_of_the_terminal_library(text in "[a-zé日本ｶ👍🏽🇩🇪❤️\\u{200d}\\u{301}]{0,12}") {
            use unicode_segmentation::UnicodeSegmentation;
            for cluster in text.graphemes(true) {
                prop_assert_eq!(grapheme_width(cluster), cluster.cell_width(), "{:?}", cluster);
            }
            prop_assert_eq!(width(&text), text.graphemes(true).map(|g| usize::from(g.cell_width())).sum::<usize>());
        }

        #[test]
        fn clusters_are_those_of_unicode(text in "([a-z ]|[é\\u{301}\\u{600}\\u{e33}\\u{200d}\\r\\n\\t]|日本|ｶﾞ|👍🏽|🇩🇪|🇯|❤️|👩‍👧|क्ष){0,14}") {
            use unicode_segmentation::UnicodeSegmentation;
            let mut found = Vec::new();
            clusters(&text, |at, cluster, cells| {
                found.push((at, cluster, cells));
                true
            });
            let all: Vec<_> = text.grapheme_indices(true).map(|(at, cluster)| (at, cluster, grapheme_width(cluster))).collect();
            prop_assert_eq!(found, all);
        }

        #[test]
        fn a_prefix_fits(text in "\\PC{0,20}", cells in 0usize..12) {
            let (start, used) = prefix(&text, cells);
            prop_assert!(used <= cells && text.starts_with(start) && width(start) == used);
            let (end, used) = suffix(&text, cells);
            prop_assert!(used <= cells && text.ends_with(end));
        }
    }
}
