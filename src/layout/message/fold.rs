//! Very long messages: their beginning shows, and a row says how much more there is.
//!
//! A text is cut to what can show before anything is made of it, so that a message of any length costs what its rows cost.

use super::Setting;
use super::body::indented;
use crate::domain::RichText;
use crate::layout::line::Line;
use crate::layout::style::{Role, Style};
use crate::layout::time::count;
use crate::layout::wrap::MOST;
use crate::state::action::Context;
use crate::state::front::{Spot, Target};

/// A message that is longer by no more rows than this is not folded: the row that says so would gain little.
const SLACK: usize = 4;
/// Bytes that a cell may take.
const CELL: usize = 4;
/// A text of no more bytes and lines beyond those that show is not cut, so that its rows can be counted.
const COUNTED: (usize, usize) = (8_192, 500);

/// How many rows of a text show, and how much of it is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fold {
    rows: usize,
    /// Whether it is the reader's wish, and not that nothing of any length can show.
    folded: bool,
}

impl Fold {
    /// What holds for a message.
    pub(super) fn of(setting: &Setting<'_>, target: Target) -> Self {
        let folded = setting.fold > 0 && !setting.opened.is_unfolded(target);
        Self { rows: if folded { setting.fold } else { MOST }, folded }
    }

    /// The part of a text that can show, and how many bytes of it are left; `None` where all of it can.
    pub(super) fn cut(self, rich: &RichText, width: usize) -> Option<(RichText, usize)> {
        let text = rich.text.as_str();
        let rows = self.rows + COUNTED.1;
        let mut end = self.rows.saturating_mul(width.max(1)).saturating_mul(CELL).saturating_add(COUNTED.0);
        if text.len() <= rows {
            return None;
        }
        let start = text.as_bytes().get(..end.min(text.len())).unwrap_or_default();
        if let Some((at, _)) = start.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(rows) {
            end = at;
        }
        if end >= text.len() {
            return None;
        }
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Some((rich.part(0..end)?, text.len() - end))
    }

    /// Takes away rows that are too many, from the first row of the text on, and says so. `left`: bytes of the text that were not made rows of.
    pub(super) fn close(self, first: usize, left: usize, setting: &Setting<'_>, lines: &mut Vec<Line>) {
        let rows = lines.len().saturating_sub(first);
        if !self.folded {
            if left > 0 {
                lines.push(indented(Line::with("the rest of this message is too long to show", Role::Dim), setting));
            }
            return;
        }
        if rows <= self.rows + SLACK && left == 0 {
            return;
        }
        let more = rows.saturating_sub(self.rows);
        lines.truncate(first + self.rows.min(rows));
        let words = match (left, more) {
            (0, more) => format!("{} more rows", count(more as u64)),
            (left, _) if left < 2_000 => "some more rows".to_owned(),
            (left, _) => format!("{} more kilobytes", count(left.div_ceil(1_000) as u64)),
        };
        let mut line = Line::with(setting.glyphs.more, Role::Dim);
        line.push(" ", Role::Dim);
        line.push(&words, Style::of(Role::Link));
        if let Some(key) = setting.keys.key(Context::Messages, "unfold") {
            line.push(&format!("  {key} shows them"), Role::Dim);
        }
        lines.push(indented(line.at(Spot::More), setting));
    }
}
