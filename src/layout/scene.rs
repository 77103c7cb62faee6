//! What is to be drawn, where, and what lies under each cell: plain data between the layout and the view.

use super::line::Line;
use crate::state::front::{PaneId, Spot, Target, Visible};
use std::sync::Arc;

pub use crate::state::front::Hit;

/// A rectangle of cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Area {
    /// Leftmost column.
    pub x: u16,
    /// Topmost row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// A rectangle.
    #[must_use]
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// Whether a cell lies in it.
    #[must_use]
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }

    /// Whether no cell lies in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// The first row below it.
    #[must_use]
    pub const fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    /// Takes rows off its top.
    pub fn take_top(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        let taken = Self { height: rows, ..*self };
        self.y += rows;
        self.height -= rows;
        taken
    }

    /// Takes rows off its bottom.
    pub fn take_bottom(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        self.height -= rows;
        Self { y: self.bottom(), height: rows, ..*self }
    }

    /// Takes columns off its right.
    pub fn take_right(&mut self, columns: u16) -> Self {
        let columns = columns.min(self.width);
        self.width -= columns;
        Self { x: self.x + self.width, width: columns, ..*self }
    }

    /// Takes columns off its left.
    pub fn take_left(&mut self, columns: u16) -> Self {
        let columns = columns.min(self.width);
        let taken = Self { width: columns, ..*self };
        self.x += columns;
        self.width -= columns;
        taken
    }
}

/// What a row is painted on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fill {
    /// Whatever is there.
    #[default]
    Keep,
    /// Blank cells, over whatever is there.
    Clear,
    /// The one filled bar: what the keyboard is on in a list.
    Selected,
    /// The message under the cursor; quieter, since it has a bar at its left.
    Marked,
}

/// The text of a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Content {
    /// Made for this frame.
    Own(Line),
    /// One of the rows of a message, shared with the cache.
    Shared(Arc<[Line]>, usize),
}

/// A row of text in its place. Nothing of it is drawn beyond its width.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    /// Column of its first cell.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Cells it may take; those that the text does not take are filled, too.
    pub width: u16,
    /// What it is painted on.
    pub fill: Fill,
    /// What it says.
    pub content: Content,
}

impl Placed {
    /// The text.
    #[must_use]
    pub fn line(&self) -> Option<&Line> {
        match &self.content {
            Content::Own(line) => Some(line),
            Content::Shared(lines, at) => lines.get(*at),
        }
    }
}

/// A whole screen.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scene {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// What follows for each pane; to be told back to the reducer.
    pub visible: Vec<(PaneId, Visible)>,
    /// Column and row of the terminal's cursor; hidden when there is none.
    pub cursor: Option<(u16, u16)>,
    /// The window's title.
    pub title: String,
    /// What is drawn, in this order.
    pub rows: Vec<Placed>,
    /// Where parts of the messages lead, where the terminal is told.
    pub links: Vec<(Target, Spot, String)>,
    /// What lies where; the last that holds a cell is on top.
    pub hits: Vec<(Area, Hit)>,
}

impl Scene {
    /// What lies under a cell.
    #[must_use]
    pub fn hit(&self, x: u16, y: u16) -> Option<Hit> {
        let hit = self.hits.iter().rev().find(|(area, _)| area.contains(x, y)).map(|&(_, hit)| hit)?;
        let Hit::Message(pane, target) = hit else { return Some(hit) };
        Some(self.spot(x, y).map_or(hit, |spot| Hit::Spot(pane, target, spot)))
    }

    /// The part of a message under a cell that does something when it is clicked.
    fn spot(&self, x: u16, y: u16) -> Option<Spot> {
        let placed = self.rows.iter().rev().find(|row| row.y == y && (row.x..row.x + row.width).contains(&x))?;
        placed.line()?.spot(usize::from(x - placed.x))
    }

    /// Places a line on the first row of an area, over what is there.
    pub fn put(&mut self, area: Area, line: Line) {
        self.put_filled(area, Fill::Keep, line);
    }

    /// Places a line on the first row of an area; what does not fit is left out.
    pub fn put_filled(&mut self, area: Area, fill: Fill, line: Line) {
        if !area.is_empty() {
            let line = line.cut(usize::from(area.width), "");
            self.rows.push(Placed { x: area.x, y: area.y, width: area.width, fill, content: Content::Own(line) });
        }
    }
}
