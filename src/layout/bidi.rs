//! Text that is written from right to left, in the order in which a terminal that knows nothing of it draws it right.
//!
//! Which way each part goes is found for a whole paragraph (by its first strong letter, as in UAX #9); rows are reordered after they are broken. Names,
//! links and code are isolated: what stands around them changes nothing in them, and they nothing around them. Where nothing is written that way, it
//! costs a look at the bytes.

use super::line::Line;
use super::style::{Role, Style};
use super::width::clusters;
use std::cell::Cell;
use std::ops::Range;
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

thread_local! {
    static REORDERS: Cell<bool> = const { Cell::new(true) };
}

/// Whether rows are reordered from now on, on this thread: not where the terminal does that by itself. Returns whether anything changes.
pub fn enforce(reorders: bool) -> bool {
    REORDERS.replace(reorders) != reorders
}

/// The beginning of what must not reach around it, and its end. They are in a copy alone: clean text has none.
const ISOLATE: char = '\u{2068}';
const END: char = '\u{2069}';

/// Whether something is to be reordered in a text.
#[must_use]
pub fn is_needed(text: &str) -> bool {
    // Every letter written from right to left begins with such a byte, and so does much else.
    text.as_bytes().iter().any(|byte| *byte >= 0xd6)
        && REORDERS.get()
        && text.chars().any(|letter| {
            letter >= '\u{590}' && matches!(bidi_class(letter), BidiClass::R | BidiClass::AL | BidiClass::AN)
        })
}

/// Which way each byte of a paragraph goes.
pub(super) struct Levels {
    levels: Vec<Level>,
    base: Level,
}

impl Levels {
    /// Those of a paragraph (without line feeds) in stretches of one style, which begin at `start` in the text that the runs belong to.
    /// `code`: it goes from left to right, whatever is in it.
    pub(super) fn of(text: &str, start: usize, runs: &[(usize, Style)], code: bool) -> Self {
        // A copy in which names, links and code are isolated, and where each of its bytes is from.
        let mut copy = String::with_capacity(text.len() + 16);
        let mut from: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        let first = runs.partition_point(|&(end, _)| end <= start);
        for &(end, style) in runs.get(first..).unwrap_or_default() {
            let to = end.saturating_sub(start).min(text.len());
            let Some(piece) = text.get(at..to).filter(|piece| !piece.is_empty()) else { continue };
            let isolated = !code && is_isolated(style);
            if isolated {
                copy.push(ISOLATE);
            }
            from.push((at, copy.len()));
            copy.push_str(piece);
            if isolated {
                copy.push(END);
            }
            at = to;
        }
        let base = code.then(Level::ltr);
        let info = BidiInfo::new(&copy, base);
        let mut levels = vec![base.unwrap_or(Level::ltr()); text.len()];
        for (number, &(at, copied)) in from.iter().enumerate() {
            let end = from.get(number + 1).map_or(text.len(), |&(next, _)| next);
            for (offset, level) in levels.get_mut(at..end).unwrap_or_default().iter_mut().enumerate() {
                if let Some(found) = info.levels.get(copied + offset) {
                    *level = *found;
                }
            }
        }
        let base = info.paragraphs.first().map_or(Level::ltr(), |paragraph| paragraph.level);
        Self { levels, base }
    }

    /// Whether the paragraph begins at the right.
    pub(super) fn is_rtl(&self) -> bool {
        self.base.is_rtl()
    }

    fn at(&self, byte: usize) -> Level {
        self.levels.get(byte).copied().unwrap_or(self.base)
    }
}

/// Whether what stands around a stretch of this style is another's business.
fn is_isolated(style: Style) -> bool {
    matches!(style.role, Role::Link | Role::Mention | Role::Mentioned | Role::Code | Role::Person { .. } | Role::Me)
}

/// The clusters of a row of a paragraph in the order in which they are drawn, each with its place in the paragraph, its cells, and what to draw.
pub(super) fn visual<'t>(text: &'t str, row: Range<usize>, levels: &Levels) -> Vec<(usize, u16, &'t str)> {
    let mut found: Vec<(usize, u16, &str, Level)> = Vec::new();
    clusters(text.get(row.clone()).unwrap_or_default(), |at, cluster, cells| {
        found.push((row.start + at, cells, cluster, levels.at(row.start + at)));
        true
    });
    // Blanks at the end of a row go the way of the paragraph.
    for (.., cluster, level) in found.iter_mut().rev() {
        if !cluster.trim().is_empty() {
            break;
        }
        *level = levels.base;
    }
    let highest = found.iter().map(|(.., level)| level.number()).max().unwrap_or(0);
    for level in (1..=highest).rev() {
        let mut at = 0;
        while at < found.len() {
            let end = found[at..].iter().position(|(.., of)| of.number() < level).map_or(found.len(), |end| at + end);
            if let Some(part) = found.get_mut(at..end) {
                part.reverse();
            }
            at = end + 1;
        }
    }
    let drawn = |(at, cells, cluster, level): (usize, u16, &'t str, Level)| {
        (at, cells, if level.is_rtl() { mirrored(cluster) } else { cluster })
    };
    found.into_iter().map(drawn).collect()
}

/// One line by itself, such as a name, in the order in which it is drawn.
#[must_use]
pub fn line(text: &str) -> std::borrow::Cow<'_, str> {
    if !is_needed(text) {
        return text.into();
    }
    let levels = Levels::of(text, 0, &[(text.len(), Style::default())], false);
    visual(text, 0..text.len(), &levels).into_iter().map(|(.., cluster)| cluster).collect::<String>().into()
}

/// Adds a row of a paragraph to a line, in the order in which it is drawn; at most `cells` wide.
pub(super) fn draw(
    (text, start): (&str, usize),
    row: Range<usize>,
    runs: &[(usize, Style)],
    levels: &Levels,
    cells: usize,
    line: &mut Line,
) {
    let shown = text.get(row.clone()).unwrap_or_default().trim_end_matches(' ');
    let room = line.width() + cells;
    for (at, wide, cluster) in visual(text, row.start..row.start + shown.len(), levels) {
        let run = runs.partition_point(|&(end, _)| end <= start + at);
        let style = runs.get(run).map_or(Style::default(), |(_, style)| *style);
        if line.width() + usize::from(wide) <= room {
            line.push_measured(cluster, usize::from(wide), style);
        } else if line.width() < room {
            line.push_measured("?", 1, style);
        }
    }
}

/// What stands for a sign where it is read from the right.
fn mirrored(cluster: &str) -> &str {
    const PAIRS: [(&str, &str); 11] = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("<", ">"),
        ("«", "»"),
        ("‹", "›"),
        ("≤", "≥"),
        ("「", "」"),
        ("『", "』"),
        ("（", "）"),
        ("《", "》"),
    ];
    let other = |(one, two): &(&'static str, &'static str)| match cluster {
        _ if cluster == *one => Some(*two),
        _ if cluster == *two => Some(*one),
        _ => None,
    };
    PAIRS.iter().find_map(other).unwrap_or(cluster)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::wrap::{Breaking, Styled};
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn drawn(text: &str, marks: &[(&str, Role)], cells: usize) -> Vec<String> {
        let mut runs = Vec::new();
        for (piece, role) in marks {
            let at = text.find(piece).unwrap();
            runs.push((at, Style::default()));
            runs.push((at + piece.len(), Style::of(*role)));
        }
        runs.push((text.len(), Style::default()));
        let mut lines = Vec::new();
        Styled { text, runs: &runs }.wrap(0, cells, Breaking::Words, &mut lines);
        lines.iter().map(|line| line.text().to_owned()).collect()
    }

    #[test]
    fn words_stand_as_they_are_read() {
        assert_eq!(drawn("say שלום now", &[], 40), ["say םולש now"]);
        assert_eq!(drawn("שלום (hello) 12", &[], 40), ["12 (hello) םולש"]);
        assert_eq!(drawn("plain", &[], 40), ["plain"]);
        assert_eq!(line("מרים"), "םירמ");
        assert_eq!(line("日本語"), "日本語");
    }

    #[test]
    fn rows_are_broken_before_they_are_reordered_and_stand_at_one_right_edge() {
        assert_eq!(drawn("אחת שתיים שלוש", &[], 10), ["םייתש תחא", "     שולש"]);
    }

    #[test]
    fn names_links_and_code_stay_whole_where_they_stand() {
        let url = "https://example.org/a-1";
        assert_eq!(drawn(&format!("ראה {url} עכשיו"), &[(url, Role::Link)], 60), [format!("וישכע {url} האר")]);
        // Without isolation the number would join the name.
        assert_eq!(drawn("@מרים 12 files", &[("@מרים", Role::Mentioned)], 40), ["םירמ@ 12 files"]);
        assert_eq!(drawn("מרים joined", &[("מרים", Role::Me)], 40), ["םירמ joined"]);
    }

    #[test]
    fn a_terminal_that_does_it_by_itself_gets_it_as_it_is() {
        assert!(enforce(false));
        assert_eq!(drawn("say שלום now", &[], 40), ["say שלום now"]);
        assert!(enforce(true));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_too_wide(text in "([a-z ]|[אבגד ]|[עربي]|[()\\[\\]]|[0-9]|日|👍🏽|e\\u{301}){0,40}", cells in 2usize..20) {
            let rows = drawn(&text, &[], cells);
            let sorted = |text: &str| {
                let mirrored = |sign: &str| sign.replace([')', ']'], "").replace(['(', '['], "");
                let mut all: Vec<String> = text.graphemes(true).map(mirrored).collect();
                all.retain(|sign| !sign.trim().is_empty());
                all.sort();
                all
            };
            prop_assert_eq!(sorted(&rows.concat()), sorted(&text));
            for row in rows {
                prop_assert!(crate::layout::width::width(&row) <= cells);
            }
        }
    }
}
