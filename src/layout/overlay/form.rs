//! A form: a label and a field in each row, what is wrong below the field it is about, and below all the help of the field with the cursor.
//! Secrets show as dots.

use super::{keys_line, panel, row};
use crate::domain::CleanText;
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::composer::field;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Hit, Scene};
use crate::layout::style::{Attributes, Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::ui::form::{FieldKind, Form, FormField, FormPurpose, Input};

/// Columns of the names of fields.
const NAMES: u16 = 12;
/// Columns of the bar between a name and its field.
const BAR: u16 = 2;
/// Columns inside a form.
const COLUMNS: u16 = 58;
/// Rows inside a form at most, where nothing is wrong in it.
const ROWS: u16 = 12;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, form: &Form, screen: Area, scene: &mut Scene) {
    let (title, does) = words(&form.purpose);
    // Where there are several accounts, whose sign-in it is.
    let of = match form.purpose {
        FormPurpose::SignIn(id) => context.state.core.listed().find(|account| account.id == id),
        _ => None,
    };
    let of = of.and_then(|account| context.state.core.told_apart(account.id));
    let title =
        &of.map_or_else(|| title.to_owned(), |label| CleanText::line(&format!("{title} to {label}")).to_string());
    let several = form.fields.iter().filter(|field| !field.fixed).count() > 1;
    let mut wanted = Vec::new();
    if form.working.is_none() {
        wanted.push((Keys::Form, "accept", does));
        if several {
            wanted.push((Keys::Form, "move 1", "next field"));
        }
    }
    wanted.push((Keys::Form, "cancel", leaving(form)));
    // Room for one thing that is wrong and two lines below, so that nothing moves when something is said, and for more where the screen has it.
    let usual = u16::try_from(form.fields.len()).unwrap_or(ROWS).saturating_add(5).min(ROWS);
    let guess = usize::from(screen.width.saturating_sub(if screen.width > 40 { 8 } else { 4 }).clamp(1, COLUMNS));
    let beside = if guess >= 30 { usize::from(NAMES + BAR) } else { 0 };
    let wrong: usize = form.fields.iter().map(|field| error(context, field, guess - beside).len()).sum();
    let needed = form.fields.len() + wrong + said(context, form, guess, false).len() + 1;
    let rows = usual.max(u16::try_from(needed).unwrap_or(usual));
    let inside = panel(context, title, &keys_line(keys, &wanted), COLUMNS, rows, screen, scene);
    let columns = usize::from(inside.width).max(1);
    let names = if inside.width >= 30 { NAMES } else { inside.width / 3 };
    let indent = if inside.width >= 30 { names + BAR } else { 0 };

    let low = inside.height < 8;
    let below = said(context, form, columns, low);
    let errors: Vec<Vec<Line>> =
        form.fields.iter().map(|field| error(context, field, columns - usize::from(indent))).collect();
    let height = usize::from(inside.height);
    let shown = |from: usize, to: usize| (from..to).map(|at| 1 + errors[at].len()).sum::<usize>();
    let all = shown(0, form.fields.len());
    let space = |rows: usize| usize::from(height > rows + below.len() + 1);
    // In a low terminal the field with the cursor comes before all, then what is said, then the fields around it.
    let at = form.at.min(form.fields.len().saturating_sub(1));
    let kept = below.len().min(height.saturating_sub(shown(at, at + 1)));
    let room = height - kept;
    let first = if all <= room { 0 } else { (0..=at).find(|&from| shown(from, at + 1) <= room).unwrap_or(at) };
    let top = u16::try_from(space(all)).unwrap_or(0);
    let mut y = top;
    let end = u16::try_from(room).unwrap_or(0);
    for (index, one) in form.fields.iter().enumerate().skip(first) {
        if y >= end {
            break;
        }
        let focused = index == at && !one.fixed && form.working.is_none();
        scene.hits.push((row(inside, y), Hit::Item(index)));
        draw(context, one, focused, (names, row(inside, y)), scene);
        y += 1;
        for line in &errors[index] {
            if y >= end {
                break;
            }
            let mut place = row(inside, y);
            place.take_left(indent);
            scene.put(place, line.clone());
            y += 1;
        }
    }
    y = (y + u16::from(usize::from(y) + below.len() < height))
        .min(inside.height.saturating_sub(u16::try_from(kept).unwrap_or(0)));
    for (line, y) in below.into_iter().zip(y..inside.height) {
        scene.put(row(inside, y), line);
    }
}

/// What a form is called, and what going on does in it.
const fn words(purpose: &FormPurpose) -> (&'static str, &'static str) {
    match purpose {
        FormPurpose::SignIn(_) => ("Sign in", "go on"),
        FormPurpose::SignUp(_) => ("A new account", "go on"),
        FormPurpose::Join { found: None, .. } => ("Join", "look it up"),
        FormPurpose::Join { found: Some(_), .. } => ("Join", "join"),
        FormPurpose::Rename(_) => ("Another label", "rename"),
        FormPurpose::Command => ("Command", "do it"),
        FormPurpose::Day => ("Go to a day", "go there"),
        FormPurpose::Write => ("Write to somebody", "go on"),
        FormPurpose::Thread(_) => ("A new thread", "begin it"),
        FormPurpose::ThreadTitle(_) => ("Another title", "rename"),
        FormPurpose::File { .. } => ("Another name for the file", "rename"),
    }
}

/// What Esc does: it takes one step back at a time.
fn leaving(form: &Form) -> &'static str {
    match form.working {
        Some(_) => "cancel",
        None if form.field(FieldKind::Code).is_some() => "back",
        None => "close",
    }
}

/// One row: the label, a bar, and what was typed or chosen.
fn draw(context: Context<'_>, one: &FormField, focused: bool, (names, mut place): (u16, Area), scene: &mut Scene) {
    let glyphs = context.glyphs;
    let label = place.take_left(names);
    let style = if focused { Style::of(Role::Text).bold() } else { Style::of(Role::Dim) };
    scene.put(label, Line::with(one.label, style).cut(usize::from(label.width.saturating_sub(1)), glyphs.more));
    let bar = place.take_left(BAR.min(place.width));
    let (mark, role) = if focused { (glyphs.composer, Role::Accent) } else { (glyphs.upright, Role::Faint) };
    scene.put(bar, Line::with(mark, role));
    match &one.input {
        Input::Text(text) => {
            let cursor = field(text, focused, place, glyphs, scene);
            if focused {
                scene.cursor = cursor;
            }
        }
        Input::Choice { options, chosen } => {
            scene.put(place, choice(context, options, *chosen, focused, usize::from(place.width)));
        }
    }
}

/// What there is to choose from: all where there is room, else as many around the chosen one as there is room for.
fn choice(context: Context<'_>, options: &[String], chosen: usize, focused: bool, width: usize) -> Line {
    let more = context.glyphs.more;
    let line = |from: usize, to: usize| {
        let mut line = Line::new();
        if from > 0 {
            line.push(&format!("{more} "), Role::Dim);
        }
        for (at, option) in options.iter().enumerate().take(to).skip(from) {
            line.push(if at > from { "  " } else { "" }, Role::Text);
            // Brackets say which is chosen where reverse video does not show.
            match (at == chosen, focused) {
                (true, true) => {
                    line.push(&format!("[{option}]"), Style::of(Role::Accent).bold().and(Attributes::REVERSE));
                }
                (true, false) => line.push(&format!("[{option}]"), Role::Text),
                (false, _) => line.push(option, Role::Dim),
            }
        }
        if to < options.len() {
            line.push(&format!("  {more}"), Role::Dim);
        }
        line
    };
    let (mut from, mut to) = (chosen, chosen + 1);
    loop {
        if to < options.len() && line(from, to + 1).width() <= width {
            to += 1;
        } else if from > 0 && line(from - 1, to).width() <= width {
            from -= 1;
        } else {
            return line(from, to).cut(width, more);
        }
    }
}

/// What is wrong with a field, or else what is to be known of what stands in it.
fn error(context: Context<'_>, field: &FormField, columns: usize) -> Vec<Line> {
    match (&field.error, field.warning()) {
        (Some(text), _) => wrapped(&format!("{} {text}", context.glyphs.failed), Role::Error, columns),
        (None, Some(text)) => wrapped(text, Role::Warn, columns),
        (None, None) => Vec::new(),
    }
}

/// What stands below the fields: what is being done, what was found out, or the help of the field with the cursor.
fn said(context: Context<'_>, form: &Form, columns: usize, low: bool) -> Vec<Line> {
    let mut lines = match &form.told {
        Some(told) if told.bad => wrapped(&format!("{} {}", context.glyphs.failed, told.text), Role::Error, columns),
        Some(told) => wrapped(&told.text, Role::Text, columns),
        None => Vec::new(),
    };
    if let Some(doing) = form.working {
        lines.extend(wrapped(&format!("{doing}{}", context.glyphs.more), Role::Dim, columns));
    } else if lines.is_empty()
        && let Some(field) = form.fields.get(form.at)
        // Where there is little room, what is wrong says enough.
        && !(low && field.error.is_some())
    {
        lines.extend(wrapped(field.help, Role::Dim, columns));
    }
    lines
}

pub(super) fn wrapped(text: &str, role: Role, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    Styled { text, runs: &[(text.len(), Style::of(role))] }.wrap(0, columns.max(1), Breaking::Words, &mut lines);
    lines
}
