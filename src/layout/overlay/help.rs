//! What can be done here: the registry's actions with the keys in force, by context, narrowed by typing.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::composer::field;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Scene};
use crate::layout::status::pair;
use crate::layout::style::{Role, Style};
use crate::layout::width::width;
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::{ActionInfo, Context as Keys, REGISTRY};
use crate::state::offered::is_known;
use crate::state::ui::field::Field;

pub(super) fn place(
    context: Context<'_>,
    keys: &KeyHints,
    query: &Field,
    scroll: usize,
    contexts: &[Keys],
    screen: Area,
    scene: &mut Scene,
) {
    let hint = keys_line(keys, &[(Keys::List, "move -1|move 1", "scroll"), (Keys::List, "cancel", "close")]);
    let rows = screen.height.saturating_sub(6).clamp(3, 32);
    let inside = panel(context, "What can be done here", &hint, 76, rows, screen, scene);
    let mut search = row(inside, 0);
    let mark = search.take_left(2.min(search.width));
    scene.put(mark, Line::with(context.glyphs.composer, Role::Accent));
    if query.text().is_empty() {
        scene
            .put(search, Line::with("type to search", Role::Faint).cut(usize::from(search.width), context.glyphs.more));
    }
    scene.cursor = field(query, true, search, context.glyphs, scene);
    let mouse = context.state.settings.mouse;
    let known = |info: &ActionInfo| is_known(context.state, info);
    let room = usize::from(inside.width);
    let lines = lines(keys, known, (query.text(), contexts), mouse, room, context.glyphs.more);
    let space = u16::from(inside.height > 6);
    let height = usize::from(inside.height.saturating_sub(1 + space));
    let top = scroll.min(lines.len().saturating_sub(height));
    for (at, line) in (1 + space..).zip(lines.into_iter().skip(top).take(height)) {
        scene.put(row(inside, at), line);
    }
}

/// What is done without an action of its own.
const ALSO: &[(Keys, &str, &str)] = &[
    (Keys::Composer, "/name", "A command: the action of that name; // sends a line that begins with a slash"),
    (Keys::Composer, "**bold**", "Markup: also *italic*, `code`, ~~struck~~, ||spoiler||, [words](address)"),
    (Keys::Messages, "the cursor", "Opens the spoilers of the message that it is on"),
];

/// What the mouse does.
const MOUSE: &[(&str, &str)] = &[
    ("click", "Open a chat, point at a message, follow a link, choose"),
    ("right button", "Show what can be done with a message"),
    ("wheel", "Scroll what lies under it"),
    ("drag the edge", "Change the width of the list of chats"),
    ("Shift-drag", "Select text, as the terminal does without nib"),
];

/// A key and what it does, on as many rows as that takes. A key that is longer than its column has a row of its own.
fn rows_of(key: &str, help: &str, column: usize, room: usize, more: &str) -> Vec<Line> {
    let mut line = Line::with("  ", Role::Text);
    line.push_cut(key, room.saturating_sub(2), more, Style::of(Role::Text).bold());
    let mut told = Vec::new();
    let style = Style::of(Role::Dim);
    let cells = room.saturating_sub(column).max(1);
    Styled { text: help, runs: &[(help.len(), style)] }.wrap(0, cells, Breaking::Words, &mut told);
    let mut rows = Vec::new();
    if line.width() + 1 > column {
        rows.push(std::mem::take(&mut line));
    }
    for part in told {
        line.pad_to(column, Role::Text);
        line.append(&part);
        rows.push(std::mem::take(&mut line).cut(room, more));
    }
    rows
}

/// The whole list: for each context a heading and its actions.
fn lines(
    keys: &KeyHints,
    known: impl Fn(&ActionInfo) -> bool,
    (query, contexts): (&str, &[Keys]),
    mouse: bool,
    room: usize,
    more: &str,
) -> Vec<Line> {
    let query = query.trim().to_lowercase();
    let mut lines = Vec::new();
    let mut places: Vec<Keys> = contexts.to_vec();
    if !places.contains(&Keys::Everywhere) {
        places.push(Keys::Everywhere);
    }
    let column = if room >= 70 {
        27
    } else if room >= 50 {
        22
    } else {
        14
    }
    .min(room / 2);
    for place in places {
        let mut found = Vec::new();
        for info in REGISTRY.iter().filter(|info| info.contexts.contains(&place) && known(info)) {
            let mut shown = keys.told(place, info.name);
            if shown.is_empty() {
                shown = keys.told(Keys::Everywhere, info.name);
            }
            if place == Keys::Everywhere {
                // Where one is, it may have a shorter key.
                let here = contexts.iter().filter(|context| **context != Keys::Everywhere);
                let more: Vec<&str> = here.flat_map(|context| keys.told(*context, info.name)).collect();
                shown.extend(more.into_iter().filter(|key| !shown.contains(key)).collect::<Vec<_>>());
            }
            let key = if shown.is_empty() && info.command {
                format!("/{} {}", info.name, info.arguments).trim_end().to_owned()
            } else {
                match &shown[..] {
                    [one, other] if is_there_and_back(one, other) => pair(one, other),
                    _ => shown.join(", "),
                }
            };
            let fits = query.is_empty()
                || [info.name, info.help, &key].iter().any(|text| text.to_lowercase().contains(&query));
            if !fits || key.is_empty() {
                continue;
            }
            found.extend(rows_of(&key, info.help, column, room, more));
        }
        let also = ALSO.iter().filter(|(at, does, told)| {
            *at == place && [does, told].iter().any(|text| text.to_lowercase().contains(&query))
        });
        found.extend(also.flat_map(|(_, does, told)| rows_of(does, told, column, room, more)));
        if !found.is_empty() {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            lines.push(Line::with(heading(place), Style::of(Role::Title).bold()));
            lines.append(&mut found);
        }
    }
    let fits = |told: &str| told.to_lowercase().contains(&query);
    let shown = MOUSE.iter().filter(|(does, told)| mouse && (fits("mouse") || fits(does) || fits(told)));
    let mut found: Vec<Line> = shown.flat_map(|(does, told)| rows_of(does, told, column, room, more)).collect();
    if !found.is_empty() {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.push(Line::with("With the mouse", Style::of(Role::Title).bold()));
        lines.append(&mut found);
    }
    if lines.is_empty() {
        lines.push(Line::with("nothing fits", Role::Dim));
    }
    debug_assert!(lines.iter().all(|line| line.width() == width(line.text())));
    lines
}

/// Whether two keys are one and its opposite, with the same keys held.
fn is_there_and_back(one: &str, other: &str) -> bool {
    const PAIRS: [[&str; 2]; 4] = [["Up", "Down"], ["Left", "Right"], ["PgUp", "PgDn"], ["Home", "End"]];
    let split = |key: &str| key.rfind('-').map_or(0, |at| at + 1);
    let ((held, key), (also, opposite)) = (one.split_at(split(one)), other.split_at(split(other)));
    held == also && PAIRS.contains(&[key, opposite])
}

const fn heading(place: Keys) -> &'static str {
    match place {
        Keys::Everywhere => "Everywhere",
        Keys::Composer => "While writing",
        Keys::Completion => "While a word is completed",
        Keys::Messages => "On a message",
        Keys::Find => "While words to find are typed",
        Keys::Sidebar => "In the list of chats",
        Keys::Members => "In the list of members",
        Keys::Accounts => "In the list of accounts",
        Keys::Downloads => "In the list of saved files",
        Keys::Person => "On a person",
        Keys::Forum => "In a forum's list of threads",
        Keys::Welcome => "Where no chat is open",
        Keys::List => "In a list",
        Keys::Form => "In a form",
        Keys::Question => "At a question",
    }
}
