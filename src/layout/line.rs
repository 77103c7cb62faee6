//! One row of styled text that knows its width.

use super::bidi;
use super::style::Style;
use super::width::{prefix, width};
use crate::state::front::Spot;

/// A stretch of a line in one style.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// Bytes of text.
    pub bytes: usize,
    /// How it looks.
    pub style: Style,
}

/// Styled text on one row. Runs cover the text exactly; `width` is the cells it takes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    text: String,
    runs: Vec<Run>,
    width: usize,
}

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line with text in one style.
    #[must_use]
    pub fn with(text: &str, style: impl Into<Style>) -> Self {
        let mut line = Self::new();
        line.push(text, style);
        line
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Cells it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Its stretches of one style, from the left.
    pub fn runs(&self) -> impl Iterator<Item = (&str, Style)> {
        let mut at = 0;
        self.runs.iter().map(move |run| {
            let start = at;
            at += run.bytes;
            (self.text.get(start..at).unwrap_or_default(), run.style)
        })
    }

    /// Adds text.
    pub fn push(&mut self, text: &str, style: impl Into<Style>) {
        self.push_measured(text, width(text), style.into());
    }

    /// Adds text whose width is known.
    pub fn push_measured(&mut self, text: &str, cells: usize, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        self.width += cells;
        match self.runs.last_mut() {
            Some(last) if last.style == style => last.bytes += text.len(),
            _ => self.runs.push(Run { bytes: text.len(), style }),
        }
    }

    /// Adds one text several times.
    pub fn repeat(&mut self, text: &str, times: usize, style: impl Into<Style>) {
        let style = style.into();
        for _ in 0..times {
            self.push(text, style);
        }
    }

    /// Adds as much of a text as fits into `cells`, with the mark at its end when something is left out. Returns whether all of it fits.
    pub fn push_cut(&mut self, text: &str, cells: usize, mark: &str, style: impl Into<Style>) -> bool {
        let style = style.into();
        let (all, used) = prefix(text, cells);
        if all.len() == text.len() {
            self.push_measured(all, used, style);
            return true;
        }
        let mark_cells = width(mark);
        if mark_cells > cells {
            self.push_measured(all, used, style);
        } else {
            let (start, used) = prefix(text, cells - mark_cells);
            let kept = start.trim_end_matches(' ');
            self.push_measured(kept, used - (start.len() - kept.len()), style);
            self.push_measured(mark, mark_cells, style);
        }
        false
    }

    /// The same for one line by itself, such as a name, in the order in which it is read.
    pub fn push_read(&mut self, text: &str, cells: usize, mark: &str, style: impl Into<Style>) {
        if !bidi::is_needed(text) {
            self.push_cut(text, cells, mark, style);
            return;
        }
        let mut short = Self::new();
        short.push_cut(text, cells, mark, Style::default());
        self.push(&bidi::line(short.text()), style);
    }

    /// Adds spaces until the line is so wide.
    pub fn pad_to(&mut self, cells: usize, style: impl Into<Style>) {
        const BLANKS: &str = "                                                                ";
        let style = style.into();
        while self.width < cells {
            let some = (cells - self.width).min(BLANKS.len());
            self.push_measured(BLANKS.get(..some).unwrap_or(" "), some, style);
        }
    }

    /// Adds another line.
    pub fn append(&mut self, other: &Self) {
        for (text, style) in other.runs() {
            self.push(text, style);
        }
    }

    /// Adds a line so that it ends at column `right`, if one space stays free before it. Returns whether it did.
    pub fn push_right(&mut self, other: &Self, right: usize) -> bool {
        let free = self.width + usize::from(self.width > 0) + other.width <= right;
        if free && other.width > 0 {
            self.pad_to(right - other.width, Style::default());
            self.append(other);
        }
        free
    }

    /// The line as a part of a message that does something when it is clicked, but for parts that do something else.
    #[must_use]
    pub fn at(mut self, spot: Spot) -> Self {
        for run in &mut self.runs {
            run.style.spot.get_or_insert(spot);
        }
        self
    }

    /// What a click on one of its cells does.
    #[must_use]
    pub fn spot(&self, cell: usize) -> Option<Spot> {
        let mut at = 0;
        for (text, style) in self.runs() {
            at += width(text);
            if cell < at {
                return style.spot;
            }
        }
        None
    }

    /// The line without the spaces at its start.
    #[must_use]
    pub fn without_indent(self) -> Self {
        let mut line = Self::new();
        for (text, style) in self.runs() {
            line.push(if line.width == 0 { text.trim_start_matches(' ') } else { text }, style);
        }
        line
    }

    /// The line cut to so many cells, with the mark at its end when something is left out.
    #[must_use]
    pub fn cut(self, cells: usize, mark: &str) -> Self {
        if self.width <= cells {
            return self;
        }
        let mark_cells = width(mark);
        let room = cells.saturating_sub(mark_cells);
        let mut line = Self::new();
        let mut last = Style::default();
        for (text, style) in self.runs() {
            let (part, used) = prefix(text, room - line.width);
            line.push_measured(part, used, style);
            last = style;
            if part.len() < text.len() {
                break;
            }
        }
        if mark_cells <= cells {
            line.push_measured(mark, mark_cells, last);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::layout::style::Role;

    #[test]
    fn cuts_say_so() {
        let mut line = Line::new();
        assert!(!line.push_cut("a topic about 日本", 15, "…", Role::Dim));
        assert_eq!((line.text(), line.width()), ("a topic about…", 14));
        assert_eq!(Line::with("日本語", Role::Text).cut(3, "…").text(), "日…");
        assert_eq!(Line::with("日本語", Role::Text).cut(0, "…").text(), "");
    }

    #[test]
    fn the_right_end_needs_room() {
        let time = Line::with("14:02", Role::Faint);
        let mut name = Line::with("ada", Role::Text);
        assert!(name.push_right(&time, 12));
        assert_eq!(name.text(), "ada    14:02");
        assert!(!Line::with("ada", Role::Text).push_right(&time, 8));
    }
}
