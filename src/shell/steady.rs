//! Cells stay where they are, whatever the terminal makes of what stands in them.
//!
//! Terminals know different versions of Unicode. One drops a character that it does not know, another draws it narrower than told: then what stood there
//! before would show through, and the rest of the row would move. Whatever not every terminal is sure to know is drawn over blanks, and the place of what
//! follows is told.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellDiffOption, CellWidth};
use ratatui::layout::{Position, Size};
use std::cell;

/// What draws through another, cell by cell.
pub(super) struct Steady<B> {
    inner: B,
    /// Columns of the terminal when a frame was begun last.
    columns: cell::Cell<u16>,
}

impl<B: Backend> Steady<B> {
    pub(super) const fn new(inner: B) -> Self {
        Self { inner, columns: cell::Cell::new(u16::MAX) }
    }
}

/// Whether every terminal knows a character, and draws it as wide as it is: what has been in fonts and tables for decades.
const fn is_known(character: char) -> bool {
    matches!(character,
        '\u{20}'..='\u{7e}'
        | '\u{a0}'..='\u{ac}'
        | '\u{ae}'..='\u{24f}'
        | '\u{391}'..='\u{3a1}'
        | '\u{3a3}'..='\u{3c9}'
        | '\u{400}'..='\u{45f}'
        | '\u{2010}'..='\u{2027}'
        | '\u{2190}'..='\u{2193}'
        | '\u{2500}'..='\u{25fc}'
        | '\u{25ff}'
        | '\u{3001}'..='\u{3003}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fa5}'
        | '\u{ac00}'..='\u{d7a3}')
}

/// The cell drawn over blanks, and the place of the next one told; `None` where nothing can go wrong.
fn steadied(x: u16, y: u16, cell: &Cell, columns: u16) -> Option<Cell> {
    if cell.symbol().chars().all(is_known) {
        return None;
    }
    let cells = match cell.diff_option {
        CellDiffOption::ForcedWidth(cells) => cells.get(),
        _ => cell.cell_width(),
    };
    let to = |column: u16| format!("\u{1b}[{};{}H", u32::from(y) + 1, u32::from(column) + 1);
    let after = x.saturating_add(cells);
    // At the end of a row there is no next one.
    let next = if after < columns { to(after) } else { String::new() };
    let blanks = " ".repeat(usize::from(after.min(columns).saturating_sub(x)));
    let symbol = format!("{blanks}{}{}{next}", to(x), cell.symbol());
    let mut steady = cell.clone();
    steady.set_symbol(&symbol);
    Some(steady)
}

impl<B: Backend> Backend for Steady<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let columns = self.columns.get();
        let cells: Vec<(u16, u16, &Cell)> = content.collect();
        let steady: Vec<Option<Cell>> = cells.iter().map(|(x, y, cell)| steadied(*x, *y, cell, columns)).collect();
        let drawn = cells.iter().zip(&steady).map(|((x, y, cell), steady)| (*x, *y, steady.as_ref().unwrap_or(cell)));
        self.inner.draw(drawn)
    }

    fn append_lines(&mut self, count: u16) -> Result<(), Self::Error> {
        self.inner.append_lines(count)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.size().inspect(|size| self.columns.set(size.width))
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::steadied;
    use ratatui::buffer::Cell;

    fn drawn(symbol: &'static str, x: u16) -> Option<String> {
        steadied(x, 4, &Cell::new(symbol), 80).map(|cell| cell.symbol().to_owned())
    }

    #[test]
    fn what_terminals_may_not_know_is_drawn_over_blanks_and_the_next_place_is_told() {
        assert_eq!(drawn("🫫", 9).as_deref(), Some("  \u{1b}[5;10H🫫\u{1b}[5;12H"));
        assert_eq!(drawn("\u{378}", 9).as_deref(), Some(" \u{1b}[5;10H\u{378}\u{1b}[5;11H"));
        assert_eq!(drawn("🫫", 78).as_deref(), Some("  \u{1b}[5;79H🫫"), "nothing follows");
        // Wide only since they are emoji.
        assert!(drawn("◽", 9).is_some() && drawn("◾", 9).is_some());
        for known in ["a", "é", "│", "◼", "◿", "字", "한", "ß", "…"] {
            assert_eq!(drawn(known, 9), None, "{known}");
        }
    }
}
