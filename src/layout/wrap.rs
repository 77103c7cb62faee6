//! Where lines break.
//!
//! Rows are ranges of the text that follow each other without a hole, so that a cursor can be found in them. Words stay whole where they fit;
//! longer ones, and addresses, break between grapheme clusters; between wide characters a line may break anywhere. Spaces at the end of a row hang over
//! its edge and are not drawn. No drawn row is wider than asked, even when one cluster alone would be: then a replacement stands for it.

use super::bidi::{self, Levels};
use super::line::Line;
use super::style::Style;
use super::width::{clusters, grapheme_width, is_plain, width};
use std::ops::Range;

/// Most rows that one text is wrapped into.
pub const MOST: usize = 2_000;

/// What may be torn apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breaking {
    /// Only words that do not fit a row.
    Words,
    /// Everything, anywhere: code.
    Anywhere,
}

/// The rows of one line of text (without line feeds): the first at most `first` cells wide, the others `rest`. Both count at least as 1. Never empty.
pub fn rows(text: &str, first: usize, rest: usize, breaking: Breaking, found: &mut Vec<Range<usize>>) {
    let rest = rest.max(1);
    let mut limit = first.max(1);
    if text.len() <= limit && is_plain(text) {
        found.push(0..text.len());
        return;
    }
    let mut start = 0;
    let mut used = 0;
    // Where the row may end instead, and the cells before that.
    let mut chance: Option<(usize, usize)> = None;
    let mut after_wide = false;
    clusters(text, |at, cluster, cells| {
        let cells = usize::from(cells);
        let words = breaking == Breaking::Words;
        if words && at > start && (after_wide || cells == 2) && !closes(cluster) {
            chance = Some((at, used));
        }
        if used + cells > limit && at > start && !(words && cluster == " ") {
            match chance.take() {
                Some((end, before)) if end > start && used - before + cells <= rest => {
                    found.push(start..end);
                    start = end;
                    used -= before;
                }
                _ => {
                    found.push(start..at);
                    start = at;
                    used = 0;
                }
            }
            limit = rest;
        }
        used += cells;
        after_wide = cells == 2;
        if words && cluster == " " {
            chance = Some((at + cluster.len(), used));
        }
        true
    });
    found.push(start..text.len());
}

/// Whether a wide character must not begin a row.
fn closes(cluster: &str) -> bool {
    matches!(cluster, "、" | "。" | "，" | "．" | "！" | "？" | "：" | "；" | "」" | "』" | "）" | "】" | "》" | "ー")
}

/// Cells by which later rows of a list item are indented: the width of its bullet or number, or 0.
#[must_use]
pub fn hanging(text: &str) -> usize {
    let body = text.trim_start_matches(' ');
    let indent = text.len() - body.len();
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let mark = if body.starts_with("- ") || body.starts_with("* ") || body.starts_with("> ") {
        2
    } else if body.starts_with("• ") {
        return (indent + 2).min(12);
    } else if (1..=3).contains(&digits) && matches!(body.get(digits..digits + 2), Some(". " | ") ")) {
        digits + 2
    } else {
        return 0;
    };
    (indent + mark).min(12)
}

/// Text in stretches of one style: each ends at its byte, the last at the end of the text.
#[derive(Clone, Copy, Debug)]
pub struct Styled<'a> {
    /// What it says.
    pub text: &'a str,
    /// Ends and styles, ascending.
    pub runs: &'a [(usize, Style)],
}

impl Styled<'_> {
    /// Adds a part of it to a line, at most `cells` wide, without the spaces at its end.
    pub fn draw(&self, part: Range<usize>, cells: usize, line: &mut Line) {
        let text = self.text.get(part.clone()).unwrap_or_default().trim_end_matches(' ');
        let end = part.start + text.len();
        let room = line.width() + cells;
        let mut from = part.start;
        let first = self.runs.partition_point(|&(end, _)| end <= from);
        for &(run_end, style) in self.runs.get(first..).unwrap_or_default() {
            let to = run_end.min(end);
            if from >= to {
                break;
            }
            let piece = self.text.get(from..to).unwrap_or_default();
            from = to;
            let wide = width(piece);
            if line.width() + wide <= room {
                line.push_measured(piece, wide, style);
                continue;
            }
            // Only where one cluster is wider than the row, or a style starts inside one.
            clusters(piece, |_, cluster, cells| {
                let cells = usize::from(cells);
                if line.width() + cells <= room {
                    line.push_measured(cluster, cells, style);
                } else if line.width() < room {
                    line.push_measured("?", usize::from(grapheme_width("?")), style);
                }
                true
            });
        }
    }

    /// Wraps it: `indent` spaces before each row, rows `cells` wide with the indent. Returns whether all of it was drawn: no more than
    /// [`MOST`] rows are, since nobody reads more of one message on a screen.
    pub fn wrap(&self, indent: usize, cells: usize, breaking: Breaking, lines: &mut Vec<Line>) -> bool {
        let most = lines.len() + MOST;
        let indent = if indent < cells { indent } else { 0 };
        let room = cells - indent;
        let mut found = Vec::new();
        let mut start = 0;
        for text in self.text.split('\n') {
            let hang = if breaking == Breaking::Words { hanging(text).min(room / 2) } else { 0 };
            rows(text, room, room - hang, breaking, &mut found);
            let levels =
                bidi::is_needed(text).then(|| Levels::of(text, start, self.runs, breaking == Breaking::Anywhere));
            let first = lines.len();
            for (number, part) in found.drain(..).enumerate() {
                if lines.len() >= most {
                    return false;
                }
                let hang = if number == 0 { 0 } else { hang };
                let mut line = Line::new();
                line.pad_to(indent + hang, Style::default());
                match &levels {
                    None => self.draw(start + part.start..start + part.end, room - hang, &mut line),
                    Some(levels) => bidi::draw((text, start), part, self.runs, levels, room - hang, &mut line),
                }
                lines.push(line);
            }
            if levels.is_some_and(|levels| levels.is_rtl()) {
                flush(indent, lines.get_mut(first..).unwrap_or_default());
            }
            start += text.len() + 1;
        }
        true
    }
}

/// What is read from the right stands at one right edge: that of its widest row.
fn flush(indent: usize, lines: &mut [Line]) {
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    for line in lines.iter_mut().filter(|line| line.width() < widest) {
        let row = std::mem::take(line).without_indent();
        line.pad_to(widest.saturating_sub(row.width()).max(indent), Style::default());
        line.append(&row);
    }
}

/// Tabs as spaces up to the next multiple of four columns of their line.
#[must_use]
pub fn expand_tabs(text: &str, column: &mut usize) -> String {
    let mut expanded = String::with_capacity(text.len() + 8);
    for piece in text.split_inclusive(['\t', '\n']) {
        let body = piece.trim_end_matches(['\t', '\n']);
        expanded.push_str(body);
        *column += width(body);
        match piece.as_bytes().last() {
            Some(b'\t') => {
                let spaces = 4 - *column % 4;
                *column += spaces;
                expanded.extend(std::iter::repeat_n(' ', spaces));
            }
            Some(b'\n') => {
                *column = 0;
                expanded.push('\n');
            }
            _ => {}
        }
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::style::Role;
    use proptest::prelude::*;

    fn wrapped(text: &str, indent: usize, cells: usize) -> Vec<String> {
        let mut lines = Vec::new();
        Styled { text, runs: &[(text.len(), Role::Text.into())] }.wrap(indent, cells, Breaking::Words, &mut lines);
        lines.iter().map(|line| line.text().to_owned()).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrapped("one two three", 0, 8), ["one two", "three"]);
        assert_eq!(wrapped("one two  three", 2, 9), ["  one two", "  three"]);
        assert_eq!(wrapped("see https://example.org/x", 0, 10), ["see", "https://ex", "ample.org/", "x"]);
        assert_eq!(wrapped("a\n\nb", 0, 8), ["a", "", "b"]);
    }

    #[test]
    fn list_items_hang() {
        assert_eq!(wrapped("- one two three", 0, 9), ["- one two", "  three"]);
        assert_eq!(wrapped("10. one two", 0, 8), ["10. one", "    two"]);
    }

    #[test]
    fn wide_characters_are_never_cut() {
        assert_eq!(wrapped("日本語です", 0, 5), ["日本", "語で", "す"]);
        assert_eq!(wrapped("ab日本。", 0, 6), ["ab日", "本。"]);
        assert_eq!(wrapped("日", 0, 1), ["?"]);
    }

    #[test]
    fn there_is_an_end() {
        let text = "word ".repeat(10_000);
        let mut lines = Vec::new();
        assert!(!Styled { text: &text, runs: &[(text.len(), Style::default())] }.wrap(
            0,
            4,
            Breaking::Words,
            &mut lines
        ));
        assert_eq!(lines.len(), MOST);
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(expand_tabs("a\tb\n\tc", &mut 0), "a   b\n    c");
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide(text in "[a-z é日本👍🏽👩‍👧\\-\n\t]{0,60}", indent in 0usize..6, cells in 1usize..20, anywhere: bool) {
            let text = expand_tabs(&text, &mut 0);
            let breaking = if anywhere { Breaking::Anywhere } else { Breaking::Words };
            let middle = (text.len() / 2..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            let runs = [(middle, Style::of(Role::Text)), (text.len(), Style::of(Role::Code))];
            let mut lines = Vec::new();
            Styled { text: &text, runs: &runs }.wrap(indent, cells, breaking, &mut lines);
            prop_assert!(lines.len() >= text.split('\n').count());
            for line in &lines {
                prop_assert!(line.width() <= cells, "{:?} in {cells}", line.text());
            }
        }

        #[test]
        fn nothing_but_spaces_is_lost(text in "([a-z é日本]|👍🏽){0,60}", cells in 2usize..20) {
            let mut found = Vec::new();
            rows(&text, cells, cells, Breaking::Words, &mut found);
            let mut at = 0;
            for part in &found {
                prop_assert_eq!(part.start, at);
                at = part.end;
            }
            prop_assert_eq!(at, text.len());
            let drawn: String = wrapped(&text, 0, cells).concat();
            prop_assert_eq!(drawn.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
