//! The composer: the text being written, wrapped, with its cursor; or why nothing can be written.
//!
//! Each row is drawn in the order in which it is read, as messages are; the cursor moves in the order in which it was typed.
//! Only lines near the cursor are wrapped, so that a long paste costs no more than what shows of it.

mod order;

use super::bidi::{self, Levels};
use super::glyphs::Glyphs;
use super::line::Line;
use super::markup::Active;
use super::scene::{Area, Scene};
use super::style::{Role, Style};
use super::width::{prefix, width};
use super::wrap::{Breaking, Styled, expand_tabs, rows};
use crate::domain::SpanKind;
use crate::domain::markup::{self, Dialect, Look};
use crate::state::ui::composer::{Composer, places};
use crate::state::ui::field::Field;
use order::Order;
use std::ops::Range;

/// Longest text, in bytes, of which it is shown how it will look: longer ones are sent nowhere, and a frame has no time to read them.
const LOOKED_AT: usize = 16 * 1024;

/// The rows of the composer that show, and the cursor among them.
pub(super) struct Written {
    pub(super) rows: Vec<Row>,
    pub(super) column: u16,
    pub(super) row: u16,
}

/// A row of it.
pub(super) struct Row {
    pub(super) line: Line,
    /// Where each cell that can be pointed at begins, and the byte of the text that stands there; the last for all cells behind.
    pub(super) places: Vec<(u16, usize)>,
}

/// What is written, with its looks: where each ends, as bytes.
#[derive(Default)]
struct Text<'a> {
    text: &'a str,
    runs: Vec<(usize, Style)>,
    /// Blocks of code, sorted.
    blocks: Vec<Range<usize>>,
}

/// Wraps what is written around the cursor: at most `most` rows, `cells` wide each. `dialect`: how it will be read; none: it is shown as it is.
pub(super) fn wrap(composer: &Composer, dialect: Option<Dialect>, cells: usize, most: usize) -> Written {
    let cells = cells.max(1);
    let (text, at) = (composer.as_str(), composer.cursor());
    let (before_it, after_it) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before_it.rfind('\n').map_or(0, |end| end + 1);
    let end = after_it.find('\n').map_or(text.len(), |end| at + end);
    let dialect = dialect.filter(|_| text.len() <= LOOKED_AT && !composer.is_command());
    let whole = dialect.map_or(Text { text, ..Text::default() }, |dialect| looked(text, dialect));
    let (mut shown, row, column) = whole.line_with_cursor(start..end, at, cells);
    let mut row = row;
    // Lines around that of the cursor, as far as they may show.
    let mut before: Vec<Row> = Vec::new();
    let mut line_end = start.checked_sub(1);
    while let Some(end) = line_end.filter(|_| before.len() + row < most) {
        let start = places::line_start(text, end);
        let mut drawn = whole.line_with_cursor(start..end, start, cells).0;
        drawn.append(&mut before);
        before = drawn;
        line_end = start.checked_sub(1);
    }
    let mut line_start = end + 1;
    while line_start <= text.len() && shown.len() < row + most {
        let end = places::line_end(text, line_start);
        shown.append(&mut whole.line_with_cursor(line_start..end, line_start, cells).0);
        line_start = end + 1;
    }
    row += before.len();
    before.append(&mut shown);
    let all = before.len();
    let first = if all <= most { 0 } else { row.saturating_sub(most / 2).min(all - most) };
    let rows = before.into_iter().skip(first).take(most).collect();
    Written { rows, column, row: u16::try_from(row - first).unwrap_or(0) }
}

/// All that a text is at once, as marks begin and end.
#[derive(Default)]
struct Together {
    active: Active,
    blocks: i32,
    marks: i32,
}

impl Together {
    /// Something begins to hold (1), or holds no more (-1).
    fn step(&mut self, look: &Look, step: i32) {
        match look {
            Look::Mark => self.marks += step,
            Look::As(kind) => {
                self.active.count(kind, false, step);
                self.blocks += if matches!(kind, SpanKind::CodeBlock(_)) { step } else { 0 };
            }
        }
    }

    /// The look of what all of it holds for.
    fn style(&self) -> Style {
        if self.marks > 0 {
            return Style::of(Role::Faint);
        }
        let style = self.active.style(Style::default(), self.blocks > 0);
        if self.active.hides() { Style { role: Role::Spoiler, ..style } } else { style }
    }
}

/// How a text will look: marks dim, what they mark as it will be. Letters that are drawn as one have one look.
fn looked(text: &str, dialect: Dialect) -> Text<'_> {
    let looks = markup::looks(text, dialect);
    if looks.is_empty() {
        return Text { text, ..Text::default() };
    }
    let is_block = |look: &Look| matches!(look, Look::As(SpanKind::CodeBlock(_)));
    let blocks = looks.iter().filter(|(_, look)| is_block(look)).map(|(part, _)| part.clone()).collect();
    let mut ends: Vec<usize> = looks.iter().flat_map(|(part, _)| [part.start, part.end]).collect();
    ends.extend([0, text.len()]);
    ends.iter_mut().for_each(|end| *end = places::floor(text, *end));
    ends.sort_unstable();
    ends.dedup();
    let mut runs = Vec::with_capacity(ends.len());
    // What holds where the next stretch begins. Looks come sorted by their start; each begins once and ends once, however many hold at a time.
    let mut together = Together::default();
    let mut ending: Vec<&(Range<usize>, Look)> = looks.iter().collect();
    ending.sort_by_key(|(part, _)| part.end);
    let (mut beginning, mut ending) = (looks.iter().peekable(), ending.into_iter().peekable());
    for stretch in ends.windows(2) {
        let &[start, end] = stretch else { continue };
        while let Some(look) = beginning.next_if(|(part, _)| part.start <= start) {
            together.step(&look.1, 1);
        }
        while let Some(look) = ending.next_if(|(part, _)| part.end <= start) {
            together.step(&look.1, -1);
        }
        runs.push((end, together.style()));
    }
    Text { text, runs, blocks }
}

impl Text<'_> {
    /// Whether a line is in a block of code, which goes from left to right whatever is in it.
    fn is_code(&self, line: &Range<usize>) -> bool {
        self.blocks.iter().any(|block| block.start <= line.start && line.end <= block.end)
    }

    /// The rows of one line, and where the cursor stands in them.
    fn line_with_cursor(&self, line: Range<usize>, cursor: usize, cells: usize) -> (Vec<Row>, usize, u16) {
        let text = self.text.get(line.clone()).unwrap_or_default();
        let (drawn, tabs) = without_tabs(text);
        let drawn_at = |typed: usize| typed + moved(&tabs, typed, |tab| tab.0);
        let typed_at = |drawn: usize| {
            let typed = drawn - moved(&tabs, drawn, |tab| tab.0 + tab.1).min(drawn);
            // All blanks that a tab is are that tab.
            let next = tabs.partition_point(|tab| tab.0 + tab.1 <= drawn);
            tabs.get(next).map_or(typed, |tab| typed.min(tab.0 - 1))
        };
        let cursor = drawn_at(cursor.saturating_sub(line.start));
        let first = self.runs.partition_point(|&(end, _)| end <= line.start);
        let mut runs: Vec<(usize, Style)> = Vec::new();
        for &(end, style) in self.runs.get(first..).unwrap_or_default() {
            runs.push((drawn_at(end.min(line.end) - line.start), style));
            if end >= line.end {
                break;
            }
        }
        if runs.last().is_none_or(|(end, _)| *end < drawn.len()) {
            runs.push((drawn.len(), Style::default()));
        }
        let mut parts = Vec::new();
        rows(&drawn, cells, cells, Breaking::Words, &mut parts);
        let levels = bidi::is_needed(&drawn).then(|| Levels::of(&drawn, 0, &runs, self.is_code(&line)));
        let order =
            |part: &Range<usize>| Order::of(Styled { text: &drawn, runs: &runs }, part.clone(), levels.as_ref(), cells);
        let mut found = Vec::with_capacity(parts.len() + 1);
        for (number, part) in parts.iter().enumerate() {
            let order = order(part);
            let end = (number + 1 == parts.len()).then_some(line.end);
            found.push(Row { line: order.line(), places: order.places(|at| line.start + typed_at(at), end) });
        }
        let mut row = parts.iter().position(|part| cursor < part.end).unwrap_or(parts.len().saturating_sub(1));
        let order = order(parts.get(row).unwrap_or(&(0..0)));
        let mut column = usize::try_from(order.column(cursor)).unwrap_or(0);
        if order.is_beyond(order.column(cursor)) {
            column = order.last_column();
            // The cursor stands after the last cell: at the beginning of the next row, or on the edge where spaces hang over it.
            if cursor == drawn.len() && !drawn.ends_with(' ') {
                column = cells - 1 - column;
                found.push(Row { line: Line::new(), places: vec![(0, line.end)] });
                row += 1;
            }
        }
        (found, row, u16::try_from(column).unwrap_or(0))
    }
}

/// A line with blanks in place of tabs, and where these stand in it: the byte after each, as typed, and how many bytes longer all is from there on.
fn without_tabs(text: &str) -> (String, Vec<(usize, usize)>) {
    let (mut drawn, mut column, mut tabs, mut longer) = (String::with_capacity(text.len()), 0, Vec::new(), 0);
    let mut at = 0;
    for piece in text.split_inclusive('\t') {
        let piece_drawn = expand_tabs(piece, &mut column);
        at += piece.len();
        if piece.ends_with('\t') {
            longer += piece_drawn.len() - piece.len();
            tabs.push((at, longer));
        }
        drawn.push_str(&piece_drawn);
    }
    (drawn, tabs)
}

/// By how much a place is moved by the tabs before it.
fn moved(tabs: &[(usize, usize)], place: usize, of: impl Fn(&(usize, usize)) -> usize) -> usize {
    let count = tabs.partition_point(|tab| of(tab) <= place);
    count.checked_sub(1).and_then(|last| tabs.get(last)).map_or(0, |tab| tab.1)
}

/// Places one line of text; with the focus it is scrolled so that the cursor shows. Returns the cursor's place.
pub(super) fn field(
    field: &Field,
    focused: bool,
    area: Area,
    glyphs: &Glyphs,
    scene: &mut Scene,
) -> Option<(u16, u16)> {
    if area.is_empty() {
        return None;
    }
    let before = if focused { field.text().get(..field.cursor()).unwrap_or_default() } else { "" };
    let (hidden, hidden_before);
    let (text, before) = if field.is_secret() {
        hidden = glyphs.secret.repeat(field.text().chars().count());
        hidden_before = glyphs.secret.repeat(before.chars().count());
        (hidden.as_str(), hidden_before.as_str())
    } else {
        (field.text(), before)
    };
    let room = usize::from(area.width);
    let (start, column) = if width(before) < room {
        (0, width(before))
    } else {
        let (end, used) = super::width::suffix(before, room.saturating_sub(1));
        (before.len() - end.len(), used)
    };
    let (shown, used) = prefix(text.get(start..).unwrap_or_default(), room);
    let mut line = Line::new();
    let mut column = i32::try_from(column).unwrap_or(0);
    if bidi::is_needed(text) {
        let runs = [(text.len(), Style::of(Role::Text))];
        let levels = Levels::of(text, 0, &runs, false);
        let part = start..start + shown.len();
        let order = Order::of(Styled { text, runs: &runs }, part, Some(&levels), room);
        column = order.column(before.len());
        line = order.line();
    } else {
        line.push_measured(shown, used, Style::of(Role::Text));
    }
    scene.put(area, line);
    Some((area.x + u16::try_from(column).unwrap_or(0).min(area.width - 1), area.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, byte: usize, cells: usize) -> (usize, u16) {
        let whole = Text { text, ..Text::default() };
        let (_, row, column) = whole.line_with_cursor(0..text.len(), byte, cells);
        (row, column)
    }

    #[test]
    fn the_cursor_is_where_the_next_character_goes() {
        assert_eq!(at("", 0, 5), (0, 0));
        assert_eq!(at("ab", 2, 5), (0, 2));
        assert_eq!(at("abcde", 5, 5), (1, 0));
        assert_eq!(at("one two", 4, 5), (1, 0));
        assert_eq!(at("日本語", 6, 5), (1, 0));
        assert_eq!(at("日本語", 3, 5), (0, 2));
        assert_eq!(at("one  ", 5, 4), (0, 3), "spaces hang over the edge");
        assert_eq!(at("\tb", 1, 9), (0, 4));
        assert_eq!(at("a\tb\tc", 4, 20), (0, 8));
    }

    /// The looks of what is typed, run by run.
    fn looks(typed: &str) -> Vec<(String, Style)> {
        let mut composer = Composer::default();
        composer.set_text(typed);
        let written = wrap(&composer, Some(Dialect::NIB), 40, 8);
        written.rows.iter().flat_map(|row| row.line.runs().map(|(text, style)| (text.to_owned(), style))).collect()
    }

    #[test]
    fn what_is_typed_looks_as_it_will_and_marks_are_faint() {
        use crate::layout::style::Attributes;
        let (faint, plain) = (Style::of(Role::Faint), Style::default());
        let bold = plain.and(Attributes::BOLD);
        let want = [("a ", plain), ("**", faint), ("b", bold), ("**", faint), (" c", plain)];
        assert_eq!(looks("a **b** c"), want.map(|(text, style)| (text.to_owned(), style)));
        assert_eq!(looks("a ** b"), [("a ** b".to_owned(), plain)]);
        assert_eq!(looks("/me **a**"), [("/me **a**".to_owned(), plain)], "a command is none of it");
    }

    #[test]
    fn looks_change_neither_text_nor_cursor() {
        for text in
            ["**a\u{301}**\u{301} b", "\t**b**\n`c\td`", "||日本|| _👩\u{200d}🔬_", "a **b** [c](https://d.e) @f \\*"]
        {
            let mut composer = Composer::default();
            composer.set_text(text);
            let mut places = vec![text.len()];
            while composer.cursor() > 0 {
                for cells in [3, 8, 40] {
                    let plain = wrap(&composer, None, cells, 50);
                    let looked = wrap(&composer, Some(Dialect::NIB), cells, 50);
                    assert_eq!((plain.row, plain.column), (looked.row, looked.column), "{text:?}");
                    let drawn = |written: &Written| {
                        written.rows.iter().map(|row| row.line.text().to_owned()).collect::<Vec<_>>()
                    };
                    assert_eq!(drawn(&plain), drawn(&looked), "{text:?}");
                }
                composer.edit(crate::state::action::TextEdit::Left);
                places.push(composer.cursor());
            }
        }
    }

    #[test]
    fn every_place_can_be_pointed_at() {
        let mut composer = Composer::default();
        composer.set_text("a\tb 日\ncd");
        let written = wrap(&composer, None, 20, 8);
        let places: Vec<_> = written.rows.iter().map(|row| row.places.clone()).collect();
        assert_eq!(places, [vec![(0, 0), (1, 1), (4, 2), (5, 3), (6, 4), (8, 7)], vec![(0, 8), (1, 9), (2, 10)]]);
    }
}
