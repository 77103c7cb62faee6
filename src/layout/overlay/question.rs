//! A question before something that cannot be taken back; the safe answer is selected first.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Hit, Scene};
use crate::layout::style::{Attributes, Role, Style};
use crate::layout::width::width;
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::front::Question;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, question: &Question, screen: Area, scene: &mut Scene) {
    let hint = keys_line(keys, &[(Keys::Question, "accept", "choose"), (Keys::Question, "cancel", "cancel")]);
    let cells = 52.min(usize::from(screen.width.saturating_sub(4)).max(1));
    let mut lines = Vec::new();
    let text = question.text.as_str();
    Styled { text, runs: &[(text.len(), Style::default())] }.wrap(0, cells, Breaking::Words, &mut lines);
    let rows = u16::try_from(lines.len()).unwrap_or(8).min(8);
    let mut choices = packed(question, cells);
    let below = u16::try_from(choices.len()).unwrap_or(1);
    let title = if question.choices.len() > 2 { "How?" } else { "Sure?" };
    let inside = panel(context, title, &hint, 52, rows + 1 + below, screen, scene);
    // Where there is no room for all rows of choices, that of the selected one.
    if inside.height <= below {
        choices.retain(|row| row.iter().any(|choice| choice.index == question.selected));
    }
    let below = u16::try_from(choices.len()).unwrap_or(1);
    let shown = rows.min(inside.height.saturating_sub(below));
    for (at, line) in (0..shown).zip(lines) {
        scene.put(row(inside, at), line.cut(usize::from(inside.width), context.glyphs.more));
    }
    for (at, choices) in (inside.height.saturating_sub(below)..).zip(choices) {
        let mut area = row(inside, at);
        let mut line = Line::new();
        let mut ends = Vec::new();
        for choice in choices {
            line.push(&choice.gap, Role::Text);
            line.push(&choice.words, choice.style);
            ends.push((choice.index, line.width()));
        }
        scene.put(area, line.cut(usize::from(inside.width), context.glyphs.more));
        let mut start = 0;
        for (index, end) in ends {
            let place = area.take_left(u16::try_from(end - start).unwrap_or(u16::MAX).min(area.width));
            scene.hits.push((place, Hit::Item(index)));
            start = end;
        }
    }
}

/// A choice in its row.
struct Packed {
    index: usize,
    /// Blanks before it.
    gap: String,
    words: String,
    style: Style,
}

impl Packed {
    fn width(&self) -> usize {
        width(&self.gap) + width(&self.words)
    }
}

/// The choices in rows: in one where they fit, close together if need be.
fn packed(question: &Question, cells: usize) -> Vec<Vec<Packed>> {
    let choice = |index: usize, words: &str, space: &str| {
        // Brackets say which is chosen where reverse video does not show.
        let (open, close, style) = if index == question.selected {
            ("[", "]", Style::of(Role::Accent).bold().and(Attributes::REVERSE))
        } else {
            (" ", " ", Style::of(Role::Dim))
        };
        let gap = if index > 0 { space.repeat(2) } else { String::new() };
        Packed { index, gap, words: format!("{open}{space}{words}{space}{close}"), style }
    };
    let all = |space: &str| -> Vec<Packed> {
        question.choices.iter().enumerate().map(|(index, known)| choice(index, known.words, space)).collect()
    };
    for space in [" ", ""] {
        let row = all(space);
        if row.iter().map(Packed::width).sum::<usize>() <= cells {
            return vec![row];
        }
    }
    let mut rows: Vec<Vec<Packed>> = Vec::new();
    let mut used = 0;
    for mut next in all(" ") {
        match rows.last_mut().filter(|_| used + next.width() <= cells) {
            Some(row) => {
                used += next.width();
                row.push(next);
            }
            None => {
                next.gap.clear();
                used = next.width();
                rows.push(vec![next]);
            }
        }
    }
    rows
}
