//! What is to be done in a browser: the address, and the code that is typed there.

use super::form::wrapped;
use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Attributes, Role, Style};
use crate::state::action::Context as Keys;
use crate::state::ui::form::{Confirm, Form};

/// Columns that address and code stand in from the left, where there is room.
const INDENT: usize = 3;

pub(super) fn place(
    context: Context<'_>,
    cache: &LayoutCache,
    (form, confirm): (&Form, &Confirm),
    screen: Area,
    scene: &mut Scene,
) {
    let wanted = [
        (Keys::Form, "copy-text", "copy code"),
        (Keys::Form, "open-link", "open address"),
        (Keys::Form, "cancel", "cancel"),
    ];
    let inside = panel(context, "Allow it in a browser", &keys_line(&cache.keys, &wanted), 58, 12, screen, scene);
    let columns = usize::from(inside.width).max(1);
    let indent = if columns > 30 { INDENT } else { 0 };
    let shifted = |lines: Vec<Line>| {
        lines.into_iter().map(move |line| {
            let mut shifted = Line::with(&" ".repeat(indent), Role::Text);
            shifted.append(&line);
            shifted
        })
    };
    let mut parts: Vec<Vec<Line>> = Vec::new();
    if let Some(told) = &form.told {
        parts.push(wrapped(&told.text, Role::Text, columns));
    }
    // Where the sentence, the address, the words before the code, the code and the rest stand.
    let at = parts.len();
    parts.push(wrapped("Open this address in a browser, sign in there,", Role::Text, columns));
    parts.push(shifted(wrapped(&confirm.address, Role::Link, columns - indent)).collect());
    parts.push(wrapped("and type this code:", Role::Text, columns));
    parts.push(shifted(vec![code(&confirm.code, columns - indent)]).collect());
    let until = cache.calendar.time(confirm.until).map_or_else(String::new, |time| format!("Good until {time}. "));
    let doing = form.working.map_or_else(String::new, |doing| format!("nib is {doing}{}", context.glyphs.more));
    parts.push(wrapped(&format!("{until}{doing}"), Role::Dim, columns));

    let height = usize::from(inside.height);
    let all: usize = parts.iter().map(Vec::len).sum();
    // Air where there is room for it; where there is not even room for all, the code is what must not be missing, then the address.
    let air = usize::from(height >= all + parts.len() - 1);
    let mut lines = Vec::new();
    if all > height {
        let order = [at + 3, at + 1, at + 4, at + 2, at];
        let mut left = height;
        let kept: Vec<usize> = order
            .into_iter()
            .filter(|index| {
                let fits = parts.get(*index).is_some_and(|part| part.len() <= left);
                left -= if fits { parts.get(*index).map_or(0, Vec::len) } else { 0 };
                fits
            })
            .collect();
        let mut index = 0;
        parts.retain(|_| {
            index += 1;
            kept.contains(&(index - 1))
        });
    }
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 && air > 0 {
            lines.push(Line::new());
        }
        lines.extend(part);
    }
    for (line, y) in lines.into_iter().zip(0..inside.height) {
        scene.put(row(inside, y), line);
    }
}

/// A code with air between its characters, so that none is mistaken for its neighbour's part.
fn code(code: &str, columns: usize) -> Line {
    let spaced: Vec<String> = code.chars().map(String::from).collect();
    let spaced = format!(" {} ", spaced.join(" "));
    let text = if spaced.chars().count() <= columns { spaced } else { code.to_owned() };
    Line::with(&text, Style::of(Role::Accent).bold().and(Attributes::REVERSE))
}
