//! Puts a scene into the terminal's cells.
//!
//! A grapheme cluster is never cut in half: one that does not fit is not drawn, and one that an overlay covers half of gives way to a space.

use super::theme::Theme;
use crate::layout::width::{WidthRules, clusters, grapheme_width, is_plain, width};
use crate::layout::{Fill, Hit, Placed, Scene};
use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use std::num::NonZeroU16;

/// What stands in cells that such a cluster covers: equal to no other, so that they are drawn when it goes.
const COVERED: &str = "";
/// Most characters of a cluster that are drawn. The longest that are pictures of their own have ten.
const LONGEST: usize = 16;

/// Draws a scene on a frame and places its cursor.
pub fn paint(scene: &Scene, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    paint_buffer(scene, theme, frame.buffer_mut(), area);
    if let Some((x, y)) = scene.cursor
        && x < area.width
        && y < area.height
    {
        frame.set_cursor_position((area.x + x, area.y + y));
    }
}

/// Draws a scene into an area of a buffer; what does not fit is left out. Cells of the area are expected to be blank.
pub fn paint_buffer(scene: &Scene, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    let base = theme.base();
    if base.bg.is_some() {
        buffer.set_style(area, base);
    }
    for row in &scene.rows {
        if row.x < area.width && row.y < area.height {
            draw(row, theme, buffer, area);
        }
    }
    if !scene.links.is_empty() {
        link(scene, buffer, area);
    }
}

/// Tells the terminal where links lead: each cell by itself, since any of them may be drawn anew alone.
fn link(scene: &Scene, buffer: &mut Buffer, area: Rect) {
    for row in scene.rows.iter().filter(|row| row.y < area.height) {
        let Some(line) = row.line() else { continue };
        let mut cell = row.x;
        for (text, style) in line.runs() {
            let from = cell;
            cell = cell.saturating_add(u16::try_from(width(text)).unwrap_or(u16::MAX));
            let Some(spot) = style.spot else { continue };
            for x in from..cell.min(row.x.saturating_add(row.width)).min(area.width) {
                // What lies on top is no part of the message.
                let Some(Hit::Spot(_, target, under)) = scene.hit(x, row.y) else { continue };
                let known = scene.links.iter().position(|(of, at, _)| under == spot && (*of, *at) == (target, spot));
                let Some((number, address)) = known.and_then(|at| Some((at, &scene.links.get(at)?.2))) else { break };
                let Some(cell) = buffer.cell_mut((area.x + x, area.y + row.y)) else { continue };
                let symbol = cell.symbol();
                let cells = NonZeroU16::new(grapheme_width(symbol));
                let (Some(cells), false) = (cells, symbol == COVERED || symbol.contains('\u{1b}')) else { continue };
                let linked = format!("\u{1b}]8;id=nib{number};{address}\u{1b}\\{symbol}\u{1b}]8;;\u{1b}\\");
                cell.set_symbol(&linked).set_diff_option(CellDiffOption::ForcedWidth(cells));
            }
        }
    }
}

fn draw(row: &Placed, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let Some(line) = row.line() else { return };
    let y = area.y + row.y;
    let mut x = area.x + row.x;
    let end = area.x + row.x.saturating_add(row.width).min(area.width);
    let pictures = WidthRules::in_force().pictures;
    if row.fill != Fill::Keep {
        halve(buffer, x, y, area, theme);
        let style = theme.fill(row.fill);
        for column in x..end {
            if let Some(cell) = buffer.cell_mut((column, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
    for (text, meaning) in line.runs() {
        let style = theme.style(meaning, row.fill);
        if is_plain(text) {
            for at in 0..text.len() {
                if x >= end {
                    return;
                }
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    cell.set_symbol(text.get(at..=at).unwrap_or(" ")).set_style(style);
                }
                x += 1;
            }
            continue;
        }
        let mut full = false;
        clusters(text, |_, cluster, cells| {
            if cells == 0 {
                return true;
            }
            if end - x < cells {
                full = true;
                return false;
            }
            // A joiner at the end joins nothing here, and in some terminals whatever is drawn next.
            let cluster = tamed(cluster).trim_end_matches('\u{200d}');
            let plain;
            let cluster = if pictures || !cluster.contains('\u{fe0f}') {
                cluster
            } else {
                plain = cluster.replace('\u{fe0f}', "");
                plain.as_str()
            };
            let mut forced = None;
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_symbol(cluster).set_style(style);
                // The library measures by Unicode alone, and some terminals keep a sign in each cell of what is joined.
                let joined = cells > 1 && cluster.chars().nth(1).is_some() && !cluster.contains('\u{fe0f}');
                forced = NonZeroU16::new(cells).filter(|_| joined || cell.cell_width() != cells);
                cell.set_diff_option(forced.map_or(CellDiffOption::None, CellDiffOption::ForcedWidth));
            }
            // The terminal draws the cluster over these. Where it draws two signs, the second is in them, and they are no blanks.
            for hidden in x + 1..x + cells {
                if let Some(cell) = buffer.cell_mut((hidden, y)) {
                    cell.set_symbol(if forced.is_some() { COVERED } else { " " }).set_style(style);
                }
            }
            x += cells;
            true
        });
        if full {
            return;
        }
    }
}

/// A cluster with as many characters as people write in one: nobody can tell apart what is piled up beyond that, and all of it would go to the terminal
/// whenever the cell is drawn.
fn tamed(cluster: &str) -> &str {
    if cluster.len() <= LONGEST {
        return cluster;
    }
    match cluster.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            cluster.get(..end).filter(|part| grapheme_width(part) == grapheme_width(cluster)).unwrap_or("?")
        }
        None => cluster,
    }
}

/// A wide cluster of which a part is about to be covered from `x` on gives way to spaces.
fn halve(buffer: &mut Buffer, x: u16, y: u16, area: Rect, theme: &Theme) {
    let mut start = x;
    while start > area.x {
        start -= 1;
        let Some(cell) = buffer.cell((start, y)) else { return };
        if cell.symbol() == COVERED {
            continue;
        }
        if cell.symbol().len() > 1 && grapheme_width(cell.symbol()) > x - start {
            for column in start..x {
                if let Some(cell) = buffer.cell_mut((column, y)) {
                    cell.reset();
                    cell.set_style(theme.base());
                }
            }
        }
        return;
    }
}
