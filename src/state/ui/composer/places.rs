//! Places in a text: graphemes, words, lines. All are bytes between graphemes.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// Where the grapheme before a place begins; the place itself at the start of the text.
pub(crate) fn left(text: &str, at: usize) -> usize {
    GraphemeCursor::new(at, text.len(), true).prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// Where the grapheme after a place ends; the place itself at the end of the text.
pub(crate) fn right(text: &str, at: usize) -> usize {
    GraphemeCursor::new(at, text.len(), true).next_boundary(text, 0).ok().flatten().unwrap_or(text.len())
}

/// Whether a place is between two graphemes.
fn is_between(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

/// The last place between graphemes that is not after this one.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if is_between(text, at) { at } else { left(text, at) }
}

/// The first place between graphemes that is not before this one.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    if is_between(text, at) { at } else { right(text, at) }
}

/// Where the line of a place begins.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Where the line of a place ends, before its line end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |end| at + end)
}

/// The place in a line that is so many graphemes after its start, or its end.
pub(crate) fn column(text: &str, line: usize, column: usize) -> usize {
    let end = line_end(text, line);
    let line_text = text.get(line..end).unwrap_or_default();
    line_text.grapheme_indices(true).nth(column).map_or(end, |(at, _)| line + at)
}

/// How many graphemes stand before a place in its line.
pub(crate) fn graphemes_before(text: &str, at: usize) -> usize {
    text.get(line_start(text, at)..at).unwrap_or_default().graphemes(true).count()
}

/// The grapheme at a place.
pub(crate) fn grapheme(text: &str, at: usize) -> &str {
    text.get(at..right(text, at)).unwrap_or_default()
}

/// Whether a grapheme is part of a word.
pub(crate) fn is_word(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '_')
}

/// The start of the word at or before a place.
pub(crate) fn word_left(text: &str, at: usize) -> usize {
    let mut at = at;
    let mut inside = false;
    while at > 0 {
        let before = left(text, at);
        let word = is_word(grapheme(text, before));
        if inside && !word {
            break;
        }
        inside |= word;
        at = before;
    }
    at
}

/// The end of the word at or after a place.
pub(crate) fn word_right(text: &str, at: usize) -> usize {
    let mut at = at;
    let mut inside = false;
    while at < text.len() {
        let word = is_word(grapheme(text, at));
        if inside && !word {
            break;
        }
        inside |= word;
        at = right(text, at);
    }
    at
}
