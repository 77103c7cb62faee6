//! A question before something that cannot be taken back; the safe answer is selected first.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Hit, Scene};
use crate::layout::style::{Attributes, Role, Style};
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
    let inside =
        panel(context, if question.choices.len() > 2 { "How?" } else { "Sure?" }, &hint, 52, rows + 2, screen, scene);
    let shown = rows.min(inside.height.saturating_sub(1));
    for (at, line) in (0..shown).zip(lines) {
        scene.put(row(inside, at), line.cut(usize::from(inside.width), context.glyphs.more));
    }
    let chosen = Style::of(Role::Accent).bold().and(Attributes::REVERSE);
    let other = Style::of(Role::Dim);
    // Brackets say which is chosen where reverse video does not show.
    let buttons = |space: &str| {
        let mut line = Line::new();
        let mut ends = Vec::new();
        for (index, choice) in question.choices.iter().enumerate() {
            if index > 0 {
                line.push(space, Role::Text);
                line.push(space, Role::Text);
            }
            let (open, close, style) = if index == question.selected { ("[", "]", chosen) } else { (" ", " ", other) };
            line.push(&format!("{open}{space}{}{space}{close}", choice.words), style);
            ends.push(line.width());
        }
        (line, ends)
    };
    let (mut line, mut ends) = buttons(" ");
    if line.width() > usize::from(inside.width) {
        (line, ends) = buttons("");
    }
    let mut area = row(inside, inside.height.saturating_sub(1));
    scene.put(area, line.cut(usize::from(inside.width), context.glyphs.more));
    let mut start = 0;
    for (index, end) in ends.into_iter().enumerate() {
        let place = area.take_left(u16::try_from(end - start).unwrap_or(u16::MAX).min(area.width));
        scene.hits.push((place, Hit::Item(index)));
        start = end;
    }
}
