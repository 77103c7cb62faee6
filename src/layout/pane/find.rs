//! The row that says what is looked for, and how much of it was found.

use super::MEASURE;
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::composer::field;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::time::count;
use crate::state::action::Context as Keys;
use crate::state::ui::find::Find;

/// Cells that the words keep beside what is said of them.
const WORDS: usize = 12;

/// Places the row.
pub(super) fn place(context: Context<'_>, cache: &LayoutCache, find: &Find, row: Area, scene: &mut Scene) {
    if row.is_empty() {
        return;
    }
    let room = usize::from(row.width).min(MEASURE);
    let label = Line::with("find ", Role::Accent);
    let keys = cache.keys.key(
        if find.typing { Keys::Find } else { Keys::Messages },
        if find.typing { "cancel" } else { "focus-composer" },
    );
    let mut told = told(context, find);
    let hint =
        keys.map(|key| format!("   {key} {}", if find.typing { "goes back" } else { "ends it" })).unwrap_or_default();
    let hint = Line::with(&hint, Role::Dim);
    if label.width() + WORDS + told.width() + hint.width() <= room {
        told.append(&hint);
    }
    let told = told.cut(room.saturating_sub(label.width() + WORDS / 2), context.glyphs.more);
    let words = room.saturating_sub(label.width() + told.width() + 2);
    let width = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
    let mut left = row;
    scene.put(left.take_left(width(label.width())), label);
    let line = left.take_left(width(words));
    if find.typing {
        let cursor = field(&find.field, context.front.overlays.is_empty(), line, context.glyphs, scene);
        scene.cursor = cursor.filter(|_| context.front.overlays.is_empty());
    } else {
        let text = crate::domain::CleanText::line(find.field.text());
        scene.put(line, Line::with(&text, Role::Text).cut(words, context.glyphs.more));
    }
    let x = row.x + width(room.saturating_sub(told.width()));
    scene.put(Area { x, width: width(told.width()), ..row }, told);
}

/// Which of how many is shown.
fn told(context: Context<'_>, find: &Find) -> Line {
    let more = context.glyphs.more;
    let (at, of) = find.place;
    let mut line = Line::new();
    if find.sought.is_none() {
        return line;
    }
    match (at, of) {
        (_, 0) if find.is_searching() => {}
        (_, 0) => line.push("nothing found", Role::Warn),
        (0, of) => line.push(&format!("{} found", count(of as u64)), Role::Text),
        (at, of) => line.push(&format!("{} of {}", count(at as u64), count(of as u64)), Style::of(Role::Text)),
    }
    let rest = match (find.is_searching(), find.is_complete()) {
        (true, _) => format!("searching{more}"),
        (false, true) => String::new(),
        (false, false) => "so far".to_owned(),
    };
    if !rest.is_empty() {
        line.push(if line.width() > 0 { " " } else { "" }, Role::Dim);
        line.push(&rest, Role::Dim);
    }
    line
}
