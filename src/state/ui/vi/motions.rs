//! Where motions of vi lead.

use super::Motion;
use crate::state::ui::composer::{Composer, places};

/// A count at the start of letters; a zero alone is none.
pub(super) fn counted(keys: &str) -> (Option<usize>, &str) {
    if keys.starts_with('0') {
        return (None, keys);
    }
    let digits = keys.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = keys.split_at(digits);
    (number.parse().ok(), rest)
}

/// Where one text becomes another; `None` where they are the same.
pub(super) fn parting(before: &str, after: &str) -> Option<usize> {
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other);
    let at = same.map(|(letter, _)| letter.len_utf8()).sum();
    (before != after).then_some(at)
}

/// The cursor stands on a letter, not behind the last one.
pub(super) fn stay_on_a_letter(composer: &mut Composer) {
    let (text, at) = (composer.as_str(), composer.cursor());
    if at == places::line_end(text, at) && at > places::line_start(text, at) {
        composer.go(places::left(text, at));
    }
}

/// The first letter of a line that is no blank.
pub(super) fn first_letter(text: &str, start: usize) -> usize {
    let end = places::line_end(text, start);
    let line = text.get(start..end).unwrap_or_default();
    line.find(|letter: char| !letter.is_whitespace()).map_or(end, |at| start + at)
}

pub(super) fn nth_line(text: &str, number: usize) -> usize {
    let mut start = 0;
    for _ in 1..number {
        let end = places::line_end(text, start);
        if end == text.len() {
            break;
        }
        start = end + 1;
    }
    start
}

/// Blank, part of a word, or a sign.
fn kind(text: &str, at: usize) -> u8 {
    let grapheme = places::grapheme(text, at);
    match grapheme.chars().next() {
        None => 0,
        Some(letter) if letter.is_whitespace() => 0,
        Some(_) if places::is_word(grapheme) => 1,
        Some(_) => 2,
    }
}

pub(super) fn next_word(text: &str, at: usize) -> usize {
    let (mut at, of) = (at, kind(text, at));
    while at < text.len() && of != 0 && kind(text, at) == of {
        at = places::right(text, at);
    }
    while at < text.len() && kind(text, at) == 0 {
        at = places::right(text, at);
    }
    at
}

pub(super) fn word_start(text: &str, at: usize) -> usize {
    let mut at = at;
    while at > 0 && kind(text, places::left(text, at)) == 0 {
        at = places::left(text, at);
    }
    let of = kind(text, places::left(text, at));
    while at > 0 && kind(text, places::left(text, at)) == of {
        at = places::left(text, at);
    }
    at
}

pub(super) fn word_end(text: &str, at: usize) -> usize {
    let mut at = places::right(text, at);
    while at < text.len() && kind(text, at) == 0 {
        at = places::right(text, at);
    }
    let of = kind(text, at);
    while at < text.len() && places::right(text, at) < text.len() && kind(text, places::right(text, at)) == of {
        at = places::right(text, at);
    }
    at.min(places::left(text, text.len()))
}

/// A letter in the line, so many times from the cursor; on it, or before it.
pub(super) fn found(text: &str, at: usize, letter: char, forward: bool, before: bool, times: usize) -> Option<Motion> {
    let (start, end) = (places::line_start(text, at), places::line_end(text, at));
    if forward {
        let from = places::right(text, at).min(end);
        let to = text.get(from..end)?.match_indices(letter).nth(times - 1).map(|(found, _)| from + found)?;
        return Motion::on(if before { places::left(text, to) } else { to });
    }
    let to = text.get(start..at)?.rmatch_indices(letter).nth(times - 1).map(|(found, _)| start + found)?;
    Motion::to(if before { places::right(text, to) } else { to })
}

/// Puts what was cut or copied last behind the cursor, or before it; whole lines as lines.
pub(super) fn put(composer: &mut Composer, behind: bool) {
    let Some(text) = composer.last_cut().filter(|text| !text.is_empty()).map(str::to_owned) else { return };
    let (whole, at) = (composer.as_str(), composer.cursor());
    if let Some(lines) = text.strip_suffix('\n') {
        let (place, put, first) = match behind {
            true => {
                let end = places::line_end(whole, at);
                (end, format!("\n{lines}"), end + 1)
            }
            false => {
                let start = places::line_start(whole, at);
                (start, format!("{lines}\n"), start)
            }
        };
        composer.change(place..place, &put);
        composer.go(first);
    } else {
        let end = places::line_end(whole, at);
        let place = if behind && at < end { places::right(whole, at) } else { at };
        composer.change(place..place, &text);
        composer.go(places::left(composer.as_str(), place + text.len()));
    }
}
