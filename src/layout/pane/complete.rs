//! What could stand in place of the word that is being typed, right above the composer; and how a command goes.

use crate::layout::arrange::Context;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::style::{Attributes, Role, Style};
use crate::layout::width::width;
use crate::state::front::Region;
use crate::state::ui::arguments::Form;
use crate::state::ui::complete::Candidate;

/// Most rows.
const ROWS: u16 = 8;

/// Places the list over the last rows of what is above the composer. `left`: where the text of the composer begins.
pub(super) fn place(context: Context<'_>, above: Area, left: u16, scene: &mut Scene) {
    let pane = &context.front.pane;
    let Some(completion) = pane.completion.as_ref().filter(|_| context.front.region == Region::Composer) else {
        return;
    };
    let whole = above;
    let mut above = above;
    above.x = above.x.saturating_add(left.saturating_sub(2));
    above.width = above.width.saturating_sub(left.saturating_sub(2));
    let most = ROWS.min(above.height.saturating_sub(1)).max(1);
    let rows = u16::try_from(completion.shown.len()).unwrap_or(most).min(most);
    if above.is_empty() {
        return;
    }
    let list = above.take_bottom(rows);
    let labels = completion.shown.iter().map(|one| width(&one.label)).max().unwrap_or(0);
    // Something that is not the conversation is set apart from it.
    if above.height > 0 {
        let rule = Area { width: list.width, ..above.take_bottom(1) };
        let mut line = Line::new();
        line.repeat(context.glyphs.rule, usize::from(rule.width), Role::Faint);
        scene.put_filled(rule, Fill::Clear, line);
    }
    // Nor do marks of messages stand beside it.
    for y in list.y.saturating_sub(1).max(whole.y)..list.y + rows {
        let beside = Area { y, width: above.x - whole.x, height: 1, ..whole };
        scene.put_filled(beside, Fill::Clear, Line::new());
    }
    let height = usize::from(rows);
    let top = (completion.selected + 1).saturating_sub(height);
    let column = labels.min(usize::from(list.width) / 2);
    for (at, (index, candidate)) in (0..rows).zip(completion.shown.iter().enumerate().skip(top)) {
        let row = Area { y: list.y + at, height: 1, ..list };
        let selected = index == completion.selected;
        scene.hits.push((row, Hit::Candidate(index)));
        let line = entry(context, candidate, selected, column, usize::from(row.width));
        scene.put_filled(row, if selected { Fill::Selected } else { Fill::Clear }, line);
    }
}

/// One of them: what it is called with what matched, and what it is.
fn entry(context: Context<'_>, candidate: &Candidate, selected: bool, column: usize, room: usize) -> Line {
    let more = context.glyphs.more;
    let mut line = Line::with(if selected { context.glyphs.bar } else { " " }, Role::Accent);
    line.push(" ", Role::Text);
    let hit = Style::of(Role::Accent).bold().and(Attributes::UNDERLINE);
    let mut label = Line::new();
    let mut start = 0;
    for (number, (at, character)) in candidate.label.char_indices().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if candidate.matched.binary_search(&number).is_ok() {
            // Widths are those of whole clusters: only a match that is one by itself is set apart.
            label.push(candidate.label.get(start..at).unwrap_or_default(), Role::Text);
            label.push(candidate.label.get(at..at + character.len_utf8()).unwrap_or_default(), hit);
            start = at + character.len_utf8();
        }
    }
    label.push(candidate.label.get(start..).unwrap_or_default(), Role::Text);
    line.append(&label.cut(room.saturating_sub(3), more));
    if !candidate.detail.is_empty() && line.width() + 6 < room {
        line.pad_to((column + 4).max(line.width() + 2).min(room), Role::Text);
        let left = room.saturating_sub(line.width() + 1);
        line.push_cut(&candidate.detail, left, more, Role::Dim);
    }
    line
}

/// How the command that is being typed goes, in one line.
pub(super) fn form(form: &Form, more: &str, room: usize) -> Line {
    let mut line = Line::with(&form.name, Role::Text);
    for (part, now) in &form.parts {
        line.push(" ", Role::Text);
        let style = if *now { Style::of(Role::Accent).bold() } else { Style::of(Role::Dim) };
        line.push(part, style);
    }
    match form.fault {
        Some(fault) => {
            line.push("  ", Role::Text);
            line.push(fault, Role::Warn);
        }
        None => {
            line.push("  ", Role::Text);
            line.push(&form.about, Role::Faint);
        }
    }
    line.cut(room, more)
}
