//! The files that go with the next message, in rows above the composer.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::style::Role;
use crate::domain::{Upload, size};
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::ui::tray::{Held, Trouble};

/// Most rows; more files are counted.
const ROWS: usize = 4;

/// The rows, or none.
pub(super) fn rows(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    room: usize,
    most: usize,
) -> Vec<Line> {
    let Some(chat) = context.front.pane.chat else { return Vec::new() };
    let files = context.front.trays.of(chat);
    let more = context.glyphs.more;
    let most = most.min(ROWS);
    if files.is_empty() || most == 0 {
        return Vec::new();
    }
    let bytes: u64 = files.iter().filter_map(|held| held.file.as_ref()).map(Upload::size).sum();
    let row = |(at, held): (usize, &Held)| {
        let mut line = Line::with(&format!("{} ", at + 1), Role::Faint);
        let (told, role) = match (&held.file, &held.trouble) {
            (_, Some(Trouble::Unread(_))) => ("cannot be sent as it is".to_owned(), Role::Warn),
            (_, Some(Trouble::Changed)) => ("has changed since".to_owned(), Role::Warn),
            (Some(file), None) => (size(file.size()), Role::Dim),
            (None, None) => (format!("being read{more}"), Role::Dim),
        };
        line.push_cut(&held.name, room.saturating_sub(told.chars().count() + 4), more, Role::Accent);
        line.push("  ", Role::Text);
        line.push(&told, role);
        line
    };
    let all = || files.iter().enumerate();
    let mut lines: Vec<Line> = if files.len() <= most {
        all().map(row).collect()
    } else {
        // The last one shows where there is room, since it is the one that a key removes.
        let (first, last) = (most.saturating_sub(2), most.min(2) - 1);
        let hidden = files.len() - first - last;
        let counted = Line::with(&format!("and {hidden} more"), Role::Dim);
        all().take(first).map(row).chain([counted]).chain(all().skip(first + hidden).map(row)).collect()
    };
    // What there is room for is said before anything is sent.
    let caps = account.caps;
    let mut limits = Line::with(&format!("{} of {}, {}", files.len(), caps.max_files, size(bytes)), Role::Faint);
    limits.push(&format!("; each up to {}", size(caps.max_file)), Role::Faint);
    let key = cache.keys.key(Keys::Composer, "remove-file");
    let keys = key.map(|key| Line::with(&format!("   {key} removes the last"), Role::Dim)).unwrap_or_default();
    if let Some(last) = lines.last_mut() {
        let free = room.saturating_sub(last.width() + 2);
        if limits.width() + keys.width() <= free {
            limits.append(&keys);
        }
        if limits.width() <= free {
            last.push_right(&limits, room);
        }
    }
    lines.into_iter().map(|line| line.cut(room, more)).collect()
}
