//! The list of files that are being saved: how far each is, where it went, and why one is not here.

use super::{keys_line, panel, row};
use crate::domain::{CleanText, size};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::downloads::{Download, Stage};
use crate::state::ui::file::DownloadList;

/// Columns inside the panel where the screen has them.
const COLUMNS: u16 = 84;
/// Cells for how far a file is.
const STATE: usize = 26;
/// Rows for what is said of the selected one.
const SAID: u16 = 3;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, list: &DownloadList, screen: Area, scene: &mut Scene) {
    let downloads = &context.state.downloads;
    let selected = list.selected(downloads);
    let (enter, stop) = match selected.map(|one| &one.stage) {
        Some(Stage::Done(_)) => (Some("open"), "take out"),
        Some(Stage::Stopped | Stage::Failed(_)) => (Some("go on"), "give up"),
        _ => (None, "stop"),
    };
    let mut wanted = Vec::new();
    wanted.extend(enter.map(|does| (Keys::Downloads, "accept", does)));
    wanted.extend([(Keys::Downloads, "cancel-file", stop), (Keys::Downloads, "cancel", "close")]);
    let hint = keys_line(keys, &wanted);
    let count = u16::try_from(downloads.list.len()).unwrap_or(u16::MAX);
    let rows = count.max(1).saturating_add(SAID + 1).min(screen.height.saturating_sub(4)).clamp(3, 18);
    let mut inside = panel(context, "Saved files", &hint, COLUMNS, rows, screen, scene);
    let width = usize::from(inside.width);
    let said = if inside.height > SAID + 1 { inside.take_bottom(SAID) } else { Area::default() };
    let height = usize::from(if said.height > 0 { inside.height.saturating_sub(1) } else { inside.height });
    let at = selected.and_then(|one| downloads.list.iter().rev().position(|other| other.number == one.number));
    let at = at.unwrap_or(0);
    let top = (at + 1).saturating_sub(height);
    for (y, (index, one)) in (0..).zip(downloads.list.iter().rev().enumerate().skip(top).take(height)) {
        let place = row(inside, y);
        scene.hits.push((place, Hit::Item(index)));
        let fill = if index == at { Fill::Selected } else { Fill::Keep };
        scene.put_filled(place, fill, entry(context, one, index == at, width));
    }
    let Some(one) = selected else { return };
    let (words, role) = match &one.stage {
        Stage::Done(path) => (CleanText::line(path).to_string(), Role::Dim),
        Stage::Failed(why) => (CleanText::line(why).to_string(), Role::Warn),
        _ => (from(context, one), Role::Faint),
    };
    let mut lines = Vec::new();
    let runs = [(words.len(), Style::of(role))];
    Styled { text: &words, runs: &runs }.wrap(0, width.max(1), Breaking::Words, &mut lines);
    for (y, line) in (0..said.height).zip(lines) {
        scene.put(row(said, y), line.cut(width, context.glyphs.more));
    }
}

/// Through which account a file comes, where there are several.
fn from(context: Context<'_>, one: &Download) -> String {
    match context.state.core.told_apart(one.wanted.account) {
        Some(label) => format!("from {}", CleanText::line(label)),
        None => String::new(),
    }
}

fn entry(context: Context<'_>, one: &Download, selected: bool, width: usize) -> Line {
    let (glyphs, more) = (context.glyphs, context.glyphs.more);
    let mut line = Line::with(if selected { glyphs.bar } else { " " }, Role::Accent);
    line.push(" ", Role::Text);
    let (words, role) = far(one);
    // The name gives way first, and what is said of it is at the right.
    let room = width.saturating_sub(words.chars().count().min(STATE) + 4);
    line.push_cut(&CleanText::line(&one.name), room, more, Style::default());
    line.push_right(&Line::with(&words, role), width);
    line
}

/// How far a file is, in words.
fn far(one: &Download) -> (String, Role) {
    let of = match one.wanted.size {
        0 => size(one.done),
        told => format!("{} of {}", size(one.done), size(told)),
    };
    let percent = one.percent().filter(|_| one.done > 0);
    let percent = percent.map_or_else(String::new, |percent| format!("  {percent:>3} %"));
    match &one.stage {
        Stage::Done(_) => (size(one.done), Role::Dim),
        Stage::Failed(_) => (format!("not saved{percent}"), Role::Warn),
        Stage::Stopped => (format!("stopped{percent}"), Role::Dim),
        Stage::Waiting => (format!("waits{percent}"), Role::Dim),
        Stage::Beginning | Stage::Running => (format!("{of}{percent}"), Role::Accent),
    }
}
