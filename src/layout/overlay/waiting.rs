//! A chat that is on its way, with the end of what is typed meanwhile.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::ui::waiting::Waiting;

/// Rows of what was typed that show.
const TYPED: usize = 3;
/// Characters of what was typed that are looked at for that.
const TAIL: usize = 400;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, waiting: &Waiting, screen: Area, scene: &mut Scene) {
    let leave = if waiting.failed.is_some() { "back" } else { "give up" };
    let hint = keys_line(keys, &[(Keys::Form, "cancel", leave)]);
    let cells = 52.min(usize::from(screen.width.saturating_sub(4)).max(1));
    let mut lines = Vec::new();
    let mut say = |text: &str, role: Role| {
        Styled { text, runs: &[(text.len(), Style::of(role))] }.wrap(0, cells, Breaking::Words, &mut lines);
    };
    match &waiting.failed {
        Some(why) => {
            say(&format!("{} {why}", context.glyphs.failed), Role::Error);
            say("What you type is kept, and goes nowhere.", Role::Dim);
        }
        None => {
            say(&format!("Opening {}{}", waiting.name, context.glyphs.more), Role::Text);
            say("What you type waits here, and stands in its composer then.", Role::Dim);
        }
    }
    let typed = waiting.text.text();
    let tail: String = {
        let skip = typed.chars().count().saturating_sub(TAIL);
        typed.chars().skip(skip).collect()
    };
    let mut rows_typed = Vec::new();
    let runs = [(tail.len(), Style::of(Role::Text))];
    Styled { text: &tail, runs: &runs }.wrap(0, cells.saturating_sub(1).max(1), Breaking::Words, &mut rows_typed);
    let first = rows_typed.len().saturating_sub(TYPED);
    lines.extend(rows_typed.into_iter().skip(first));
    let rows = u16::try_from(lines.len()).unwrap_or(8).min(8);
    let inside = panel(context, "Not here yet", &hint, 52, rows, screen, scene);
    // What is typed comes before what is said about it where there is little room.
    let skip = lines.len().saturating_sub(usize::from(inside.height));
    for (at, line) in (0..inside.height).zip(lines.into_iter().skip(skip)) {
        let place = row(inside, at);
        scene.cursor =
            u16::try_from(line.width()).ok().map(|width| (place.x + width.min(place.width.saturating_sub(1)), place.y));
        scene.put(place, line.cut(usize::from(inside.width), context.glyphs.more));
    }
}
