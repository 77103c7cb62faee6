//! The composer: the text being written, wrapped, with its cursor; or why nothing can be written.
//!
//! Only lines near the cursor are wrapped, so that a long paste costs no more than what shows of it.

use super::glyphs::Glyphs;
use super::line::Line;
use super::scene::{Area, Scene};
use super::style::{Role, Style};
use super::width::{prefix, width};
use super::wrap::{Breaking, Styled, expand_tabs, rows};
use crate::state::ui::composer::Composer;
use crate::state::ui::field::Field;

/// The rows of the composer that show, and the cursor among them.
pub(super) struct Written {
    pub(super) lines: Vec<Line>,
    pub(super) column: u16,
    pub(super) row: u16,
}

/// Wraps what is written around the cursor: at most `most` rows, `cells` wide each.
pub(super) fn wrap(composer: &Composer, cells: usize, most: usize) -> Written {
    let cells = cells.max(1);
    let (text, at) = (composer.as_str(), composer.cursor());
    let (before_it, after_it) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before_it.rfind('\n').map_or(0, |end| end + 1);
    let end = after_it.find('\n').map_or(text.len(), |end| at + end);
    let of_cursor = text.get(start..end).unwrap_or_default();
    let (mut shown, row, column) = line_with_cursor(of_cursor, at - start, cells);
    let mut row = row;
    // Lines around that of the cursor, as far as they may show.
    let mut before = Vec::new();
    let lines_before = text.get(..start).and_then(|text| text.strip_suffix('\n'));
    for text in lines_before.into_iter().flat_map(|text| text.rsplit('\n')) {
        if before.len() + row >= most {
            break;
        }
        let mut drawn = plain(text, cells);
        drawn.append(&mut before);
        before = drawn;
    }
    for text in text.get(end + 1..).into_iter().flat_map(|text| text.split('\n')) {
        if shown.len() >= row + most {
            break;
        }
        shown.append(&mut plain(text, cells));
    }
    row += before.len();
    before.append(&mut shown);
    let all = before.len();
    let first = if all <= most { 0 } else { row.saturating_sub(most / 2).min(all - most) };
    let lines = before.into_iter().skip(first).take(most).collect();
    Written { lines, column, row: u16::try_from(row - first).unwrap_or(0) }
}

fn plain(text: &str, cells: usize) -> Vec<Line> {
    line_with_cursor(text, 0, cells).0
}

/// The rows of one line, and where the cursor stands in them.
fn line_with_cursor(text: &str, byte: usize, cells: usize) -> (Vec<Line>, usize, u16) {
    let expanded;
    let mut cursor = byte;
    let text = if text.contains('\t') {
        let mut column = 0;
        cursor = expand_tabs(text.get(..byte).unwrap_or_default(), &mut column).len();
        expanded = expand_tabs(text, &mut 0);
        &expanded
    } else {
        text
    };
    let mut parts = Vec::new();
    rows(text, cells, cells, Breaking::Words, &mut parts);
    let runs = [(text.len(), Style::default())];
    let styled = Styled { text, runs: &runs };
    let mut lines = Vec::with_capacity(parts.len() + 1);
    for part in &parts {
        let mut line = Line::new();
        styled.draw(part.clone(), cells, &mut line);
        lines.push(line);
    }
    let mut row = parts.iter().position(|part| cursor < part.end).unwrap_or(parts.len().saturating_sub(1));
    let start = parts.get(row).map_or(0, |part| part.start);
    let mut column = width(text.get(start..cursor).unwrap_or_default());
    if column >= cells {
        // The cursor stands after the last cell: at the beginning of the next row, or on the edge where spaces hang over it.
        if cursor == text.len() && !text.ends_with(' ') {
            lines.push(Line::new());
            row += 1;
            column = 0;
        } else {
            column = cells - 1;
        }
    }
    (lines, row, u16::try_from(column).unwrap_or(0))
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
    line.push_measured(shown, used, Style::of(Role::Text));
    scene.put(area, line);
    Some((area.x + u16::try_from(column).unwrap_or(0).min(area.width - 1), area.y))
}

#[cfg(test)]
mod tests {
    use super::line_with_cursor;

    fn at(text: &str, byte: usize, cells: usize) -> (usize, u16) {
        let (_, row, column) = line_with_cursor(text, byte, cells);
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
    }
}
