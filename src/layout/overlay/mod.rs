//! What lies on top: one centred panel with a thin frame, drawn over whatever is there without moving it.

mod accounts;
mod confirm;
mod details;
mod downloads;
mod form;
mod help;
mod members;
mod note;
mod person;
mod picker;
mod question;
mod waiting;

use super::arrange::Context;
use super::cache::{KeyHints, LayoutCache};
use super::line::Line;
use super::scene::{Area, Fill, Hit, Scene};
use super::status::{pair, whole_hints};
use super::style::{Role, Style};
use crate::state::action::{Context as Keys, Listing};
use crate::state::front::{Overlay, PickKind};
use crate::state::ui::chooser;

/// Places the uppermost overlay. Those below are hidden by it, as it is the one that has the keyboard.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, screen: Area, scene: &mut Scene) {
    scene.cursor = None;
    scene.hits.push((screen, Hit::Outside));
    if let Some(Overlay::Members) = context.front.overlays.last() {
        return members::place(context, cache, screen, scene);
    }
    let keys = &cache.keys;
    match context.front.overlays.last() {
        Some(Overlay::Pick(pick)) => {
            cache.calendar.set_twelve_hours(context.state.settings.twelve_hours);
            let typed = pick.picker.query.text();
            let opens = matches!(pick.kind, PickKind::Attach { .. }) && chooser::is_path(typed);
            let nothing =
                if opens { "nothing here fits; what you typed can be opened as a path" } else { picker::NOTHING };
            let list = (&pick.picker, nothing);
            picker::place(context, (&cache.keys, &cache.calendar), list, words(&pick.kind), screen, scene);
        }
        Some(Overlay::Help { query, scroll, contexts }) => {
            help::place(context, keys, query, *scroll, contexts, screen, scene)
        }
        Some(Overlay::Question(question)) => question::place(context, keys, question, screen, scene),
        Some(Overlay::Form(form)) => match &form.entry.confirm {
            Some(confirm) => confirm::place(context, cache, (form, confirm), screen, scene),
            None => form::place(context, keys, form, screen, scene),
        },
        Some(Overlay::Note(note)) => note::place(context, keys, note, screen, scene),
        Some(Overlay::Waiting(waiting)) => waiting::place(context, keys, waiting, screen, scene),
        Some(Overlay::Accounts(list)) => accounts::place(context, keys, list, screen, scene),
        Some(Overlay::Downloads(list)) => downloads::place(context, keys, list, screen, scene),
        Some(Overlay::Person(card)) => person::place(context, keys, card, screen, scene),
        Some(Overlay::Details(details)) => details::place(context, cache, details, screen, scene),
        Some(Overlay::Members) | None => {}
    }
}

/// What a list is called, what choosing in it does, what else can be done there, and how many columns it takes.
fn words(kind: &PickKind) -> (&str, &'static str, &'static str, u16) {
    let (title, does, other) = match kind {
        PickKind::Jump => ("Jump to a chat", "open", ""),
        PickKind::Themes => ("Colours", "use and keep", ""),
        PickKind::History => ("What you sent", "write it again", ""),
        PickKind::React { .. } => ("React", "react", ""),
        PickKind::Open { .. } => ("Where to", "open", ""),
        PickKind::Copy { .. } => ("Copy", "copy", ""),
        PickKind::Menu { message: None, .. } => ("With the messages", "do", ""),
        PickKind::Menu { .. } => ("With this message", "do", ""),
        PickKind::Forward { .. } => ("Pass on to", "pass on", ""),
        PickKind::Quote { .. } => ("Answer which part", "answer", ""),
        PickKind::Buttons { .. } => ("Buttons", "press", ""),
        PickKind::Answers { .. } => ("Answers", "vote", ""),
        PickKind::Go => ("Go to", "go", ""),
        PickKind::Listed { what: Listing::Pins, .. } => ("Pinned messages", "go there", "let go"),
        PickKind::Listed { what: Listing::Files, .. } => ("Files", "go there", "save"),
        PickKind::Listed { what: Listing::Links, .. } => ("Links", "go there", "open"),
        PickKind::Attach { folder } => (folder.as_str(), "open or attach", ""),
    };
    // Whole sentences, and what people wrote.
    let columns = if matches!(kind, PickKind::Go | PickKind::Listed { .. }) { 84 } else { 60 };
    (title, does, other, columns)
}

/// Draws a panel of at most so many inner columns and rows, with a title and a line of keys in its frame; returns the inside.
/// Where there is no room for a frame, the inside is the whole screen.
fn panel(
    context: Context<'_>,
    title: &str,
    hint: &Line,
    columns: u16,
    rows: u16,
    screen: Area,
    scene: &mut Scene,
) -> Area {
    let glyphs = context.glyphs;
    if screen.width < 16 || screen.height < 5 {
        for row in 0..screen.height {
            scene.put_filled(Area { y: screen.y + row, height: 1, ..screen }, Fill::Clear, Line::new());
        }
        scene.hits.push((screen, Hit::Panel));
        return screen;
    }
    let width = (columns + 4).min(screen.width - if screen.width > 40 { 4 } else { 0 });
    let height = (rows + 2).min(screen.height - if screen.height > 12 { 2 } else { 0 });
    // A little above the middle, where the eye is.
    let area = Area::new(screen.x + (screen.width - width) / 2, screen.y + (screen.height - height) / 3, width, height);
    scene.hits.push((area, Hit::Panel));
    let frame = Style::of(Role::Faint);
    let [upper_left, upper_right, lower_left, lower_right] = glyphs.corners;
    let inner = usize::from(width) - 2;
    let edge = |left: &str, right: &str, label: &Line| {
        let mut line = Line::with(left, frame);
        if label.width() > 0 && label.width() + 4 <= inner {
            line.push(glyphs.rule, frame);
            line.push(" ", frame);
            line.append(label);
            line.push(" ", frame);
        }
        while line.width() < inner + 1 {
            line.push(glyphs.rule, frame);
        }
        line.push(right, frame);
        line
    };
    let title = Line::with(title, Style::of(Role::Title).bold()).cut(inner.saturating_sub(4), glyphs.more);
    scene.put_filled(Area { height: 1, ..area }, Fill::Clear, edge(upper_left, upper_right, &title));
    for row in 1..height - 1 {
        let mut line = Line::with(glyphs.upright, frame);
        line.pad_to(inner + 1, Style::default());
        line.push(glyphs.upright, frame);
        scene.put_filled(Area { y: area.y + row, height: 1, ..area }, Fill::Clear, line);
    }
    let bottom = Area { y: area.y + height - 1, height: 1, ..area };
    scene.put_filled(bottom, Fill::Clear, edge(lower_left, lower_right, &whole_hints(hint, inner.saturating_sub(4))));
    Area::new(area.x + 2, area.y + 1, width - 4, height - 2)
}

/// A line of keys: each key, or two for actions with a bar between them, with what it does; those without a key are left out.
fn keys_line(keys: &KeyHints, wanted: &[(Keys, &str, &str)]) -> Line {
    let mut line = Line::new();
    for &(place, action, words) in wanted {
        let mut found = action.split('|').filter_map(|action| keys.key(place, action));
        if let Some(key) = found.next() {
            line.push(if line.width() > 0 { "   " } else { "" }, Role::Text);
            line.push(&found.next().map_or_else(|| key.to_owned(), |other| pair(key, other)), Role::Text);
            line.push(" ", Role::Dim);
            line.push(words, Role::Dim);
        }
    }
    line
}

/// One row of an area.
fn row(area: Area, at: u16) -> Area {
    if at < area.height { Area { y: area.y + at, height: 1, ..area } } else { Area::default() }
}
