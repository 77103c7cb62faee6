//! Something that the user must have read before typing on.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::gone::Note;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, note: &Note, screen: Area, scene: &mut Scene) {
    let hint = keys_line(keys, &[(Keys::Form, "accept", "go on")]);
    let yank = keys.key(Keys::Composer, "yank");
    let kept = match yank {
        Some(key) => format!("What you were writing there is kept: {key} puts it into the composer."),
        None => "What you were writing there is kept: yank puts it into the composer.".to_owned(),
    };
    let title = if note.yank { "Not here any more" } else { "What is kept" };
    let cells = 52.min(usize::from(screen.width.saturating_sub(4)).max(1));
    let mut lines = Vec::new();
    let mut say = |text: &str, role: Role| {
        let style = Style::of(role);
        Styled { text, runs: &[(text.len(), style)] }.wrap(0, cells, Breaking::Words, &mut lines);
    };
    say(&format!("{}.", note.sentence), Role::Text);
    if note.yank {
        say(&kept, Role::Dim);
    }
    let rows = u16::try_from(lines.len()).unwrap_or(8).min(8);
    let inside = panel(context, title, &hint, 52, rows, screen, scene);
    for (at, line) in (0..inside.height).zip(lines) {
        scene.put(row(inside, at), line.cut(usize::from(inside.width), context.glyphs.more));
    }
}
