//! How many cells text takes: the one place that decides, for wrapping, cutting, cursors and painting.
//!
//! Text is measured by grapheme cluster, since the painter places one cluster per cell (or two); the width of a text is the sum of its clusters.
//! Half-width katakana voiced sound marks count one cell each, as terminals draw them. A cluster that holds a control character takes no cell
//! and is not drawn.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells of one grapheme cluster: 0, 1, 2, or rarely more.
#[must_use]
pub fn grapheme_width(cluster: &str) -> u16 {
    if let [byte] = cluster.as_bytes() {
        return u16::from((b' '..=b'~').contains(byte));
    }
    let mut marks = 0;
    for character in cluster.chars() {
        if character.is_control() {
            return 0;
        }
        marks += usize::from(matches!(character, '\u{ff9e}' | '\u{ff9f}'));
    }
    u16::try_from(cluster.width() + marks).unwrap_or(u16::MAX)
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
    use super::{clusters, grapheme_width, prefix, suffix, width};
    use proptest::prelude::*;
    use ratatui::buffer::CellWidth;

    #[test]
    fn clusters_are_never_cut() {
        assert_eq!(prefix("ab日本", 3), ("ab", 2));
        assert_eq!(prefix("👩‍👩‍👧x", 2), ("👩‍👩‍👧", 2));
        assert_eq!(suffix("ab日本", 3), ("本", 2));
        assert_eq!(prefix("plain", 9), ("plain", 5));
    }

    proptest! {
        #[test]
        fn agrees_with_the_cells_of_the_terminal_library(text in "[a-zé日本ｶﾞ👍🏽🇩🇪❤️\\u{200d}\\u{301}]{0,12}") {
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
