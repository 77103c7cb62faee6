//! Where the letters of a row stand that is being written, whichever way they are read, and what a cell of it stands for.
//!
//! What begins at the right stands at the right edge: so its letters stay where they are while more is typed, as those of the other way do.

use crate::layout::bidi::{self, Levels};
use crate::layout::line::Line;
use crate::layout::style::Style;
use crate::layout::width::{clusters, width};
use crate::layout::wrap::Styled;
use std::ops::Range;

/// A row of a line of text, its letters (those that are drawn as one) from left to right as they are drawn.
pub(super) struct Order<'t> {
    text: Styled<'t>,
    part: Range<usize>,
    levels: Option<&'t Levels>,
    cells: usize,
    /// The column where each begins, and its byte in the line. Blanks that hang over the edge are outside of the row.
    letters: Vec<(i32, usize)>,
    /// The column where the next letter would go: before all others where the line begins at the right.
    next: i32,
}

impl<'t> Order<'t> {
    /// That of a part of a line, in a row of so many cells. `levels`: none where all goes from left to right.
    pub(super) fn of(text: Styled<'t>, part: Range<usize>, levels: Option<&'t Levels>, cells: usize) -> Self {
        let row = text.text.get(part.clone()).unwrap_or_default();
        let mut letters = Vec::new();
        let mut column = 0;
        let mut put = |at: usize, wide: u16| {
            letters.push((column, at));
            column += i32::from(wide);
        };
        match levels {
            None => clusters(row, |at, _, wide| {
                put(part.start + at, wide);
                true
            }),
            Some(levels) => {
                let drawn = bidi::visual(text.text, part.clone(), levels);
                drawn.into_iter().for_each(|(at, wide, _)| put(at, wide));
            }
        }
        let mut order = Self { text, part, levels, cells, letters, next: column };
        if order.is_rtl() {
            // The blanks at its end are at its left.
            let hanging = row.len() - row.trim_end_matches(' ').len();
            let shift = i32::try_from(order.pad()).unwrap_or(i32::MAX) - i32::try_from(hanging).unwrap_or(i32::MAX);
            order.letters.iter_mut().for_each(|(column, _)| *column += shift);
            order.next = shift - 1;
        }
        order
    }

    fn is_rtl(&self) -> bool {
        self.levels.is_some_and(Levels::is_rtl)
    }

    /// The cells before the first drawn letter.
    fn pad(&self) -> usize {
        if !self.is_rtl() {
            return 0;
        }
        let row = self.text.text.get(self.part.clone()).unwrap_or_default();
        self.cells.saturating_sub(width(row.trim_end_matches(' ')))
    }

    /// The row as it is drawn.
    pub(super) fn line(&self) -> Line {
        let mut line = Line::new();
        let pad = self.pad();
        line.pad_to(pad, Style::default());
        let cells = self.cells - pad;
        match self.levels {
            None => self.text.draw(self.part.clone(), cells, &mut line),
            Some(levels) => {
                bidi::draw((self.text.text, 0), self.part.clone(), self.text.runs, levels, cells, &mut line);
            }
        }
        line
    }

    /// The column of the letter that has this byte, or where the next one would go; below 0, or beyond the cells, where that is over the edge.
    pub(super) fn column(&self, byte: usize) -> i32 {
        if byte >= self.part.end {
            return self.next;
        }
        let before = self.letters.iter().filter(|(_, at)| *at <= byte);
        before.max_by_key(|(_, at)| *at).map_or(self.next, |(column, _)| *column)
    }

    /// Whether a column is over the edge at which the line goes on.
    pub(super) fn is_beyond(&self, column: i32) -> bool {
        column < 0 || usize::try_from(column).is_ok_and(|column| column >= self.cells)
    }

    /// The last column before that edge.
    pub(super) fn last_column(&self) -> usize {
        if self.is_rtl() { 0 } else { self.cells.saturating_sub(1) }
    }

    /// Where each cell that can be pointed at begins, and what stands there (`typed`: for a byte of the line); the last for all cells behind.
    /// `end`: what lies behind the last letter, where that is the end of the line.
    pub(super) fn places(&self, typed: impl Fn(usize) -> usize, end: Option<usize>) -> Vec<(u16, usize)> {
        let mut places: Vec<(u16, usize)> = Vec::with_capacity(self.letters.len() + 1);
        let mut put = |column: i32, typed: usize| {
            if let Ok(column) = u16::try_from(column)
                && places.last().is_none_or(|(_, last)| *last != typed)
            {
                places.push((column, typed));
            }
        };
        // Behind a row that is not the last one is the place before the blank that hangs there.
        let last = self.letters.iter().map(|(_, at)| *at).max();
        let behind = end.or(last.map(&typed));
        if let Some(behind) = behind.filter(|_| self.is_rtl() && self.next >= 0) {
            put(0, behind);
        }
        self.letters.iter().for_each(|(column, at)| put(*column, typed(*at)));
        if let Some(behind) = behind.filter(|_| !self.is_rtl()) {
            put(self.next, behind);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Written, field, wrap};
    use crate::domain::markup::Dialect;
    use crate::layout::glyphs::Glyphs;
    use crate::layout::scene::{Area, Content, Scene};
    use crate::state::action::TextEdit;
    use crate::state::ui::composer::Composer;
    use crate::state::ui::field::Field;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn written(text: &str, lefts: usize, cells: usize) -> Written {
        let mut composer = Composer::default();
        composer.set_text(text);
        (0..lefts).for_each(|_| _ = composer.edit(TextEdit::Left));
        wrap(&composer, Some(Dialect::NIB), cells, 200)
    }

    fn rows(written: &Written) -> Vec<&str> {
        written.rows.iter().map(|row| row.line.text()).collect()
    }

    /// The byte that a cell stands for.
    fn at(written: &Written, row: usize, column: u16) -> Option<usize> {
        let places = &written.rows.get(row)?.places;
        places.iter().take_while(|(start, _)| *start <= column).last().map(|(_, byte)| *byte)
    }

    #[test]
    fn what_is_typed_can_be_read() {
        let hebrew = written("שלום עולם", 0, 12);
        assert_eq!(rows(&hebrew), ["   םלוע םולש"]);
        assert_eq!((hebrew.row, hebrew.column), (0, 2), "the next letter goes to the left");
        assert_eq!(written("שלום עולם", 9, 12).column, 11, "the first letter is the last on the row");
        assert_eq!((at(&hebrew, 0, 11), at(&hebrew, 0, 10)), (Some(0), Some(2)));
        assert_eq!((at(&hebrew, 0, 2), at(&hebrew, 0, 0)), (Some(17), Some(17)), "behind it is its end");
        let mixed = written("say שלום now", 0, 20);
        assert_eq!(rows(&mixed), ["say םולש now"]);
        assert_eq!(mixed.column, 12);
        let columns = [3, 4, 5, 6, 7, 8].map(|letter| written("say שלום now", 12 - letter, 20).column);
        assert_eq!(columns, [3, 7, 6, 5, 4, 8], "from letter to letter, as they were typed");
    }

    #[test]
    fn it_is_broken_where_it_is_read_on() {
        let full = written("אחת שתיים", 0, 5);
        assert_eq!((rows(&full), full.row, full.column), (vec!["  תחא", "םייתש", ""], 2, 4));
        let blank = written("אחת ", 0, 4);
        assert_eq!((rows(&blank), blank.column), (vec![" תחא"], 0));
        let hanging = written("אחת  ", 0, 4);
        assert_eq!((rows(&hanging), hanging.row, hanging.column), (vec![" תחא"], 0, 0));
        assert_eq!(rows(&written("one\nאחת\n`(ב)`\tת", 0, 10)), ["one", "       תחא", " ת   `(ב)`"]);
        assert_eq!(rows(&written("```\nשלום a\n```", 0, 9)), ["```", "םולש a", "```"], "code begins at the left");
    }

    #[test]
    fn words_to_look_for_can_be_read() {
        for (text, cells, want, column) in
            [("שלום", 8, "    םולש", 3), ("שלום עולם", 6, " םלוע ", 0), ("plain", 8, "plain", 5)]
        {
            let mut scene = Scene::default();
            let area = Area { x: 2, y: 1, width: cells, height: 1 };
            let cursor = field(&Field::with(text), true, area, Glyphs::of(false), &mut scene);
            let Some(Content::Own(drawn)) = scene.rows.first().map(|row| &row.content) else { panic!("a row") };
            assert_eq!((drawn.text(), cursor), (want, Some((2 + column, 1))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn each_letter_is_drawn_once_and_can_be_pointed_at(
            text in "([a-z ]|[אבגד ]|[עربي]|[()]|[0-9.,]|日|👍🏽|e\\u{301}|שָׁ|\t|\n|\\*\\*|`){0,40}", cells in 4usize..24,
        ) {
            let end = written(&text, 0, cells);
            let signs = |text: &str| {
                let mirrored = |sign: &str| sign.replace(')', "(");
                let mut all: Vec<String> = text.graphemes(true).map(mirrored).collect();
                all.retain(|sign| !sign.trim().is_empty());
                all.sort();
                all
            };
            prop_assert_eq!(signs(&rows(&end).concat()), signs(&text));
            for (lefts, byte) in (0..).zip(text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>().into_iter().rev()) {
                let drawn = written(&text, lefts, cells);
                prop_assert!(usize::from(drawn.column) < cells);
                for row in &drawn.rows {
                    prop_assert!(row.line.width() <= cells);
                    prop_assert!(row.places.windows(2).all(|two| two[0].0 < two[1].0));
                }
                let seen = drawn.rows.iter().flat_map(|row| &row.places).any(|(column, at)| *at == byte && usize::from(*column) < cells);
                // A blank that hangs over the edge is nowhere; the cursor waits for it at the edge.
                let blank = text[byte..].chars().next().is_none_or(char::is_whitespace);
                prop_assert!(seen || blank, "{byte} is nowhere");
                if seen && !(blank && (drawn.column == 0 || usize::from(drawn.column) + 1 == cells)) {
                    prop_assert_eq!(at(&drawn, drawn.row.into(), drawn.column), Some(byte));
                }
            }
        }
    }
}
