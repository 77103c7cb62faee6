//! A list that narrows while one types.

use super::{keys_line, panel, row};
use crate::domain::CleanText;
use crate::layout::account;
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::composer::field;
use crate::layout::line::Line;
use crate::layout::names::presence_mark;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::style::{Attributes, Role, Style};
use crate::layout::time::{Calendar, short};
use crate::state::action::{Action, Context as Keys};
use crate::state::front::Region;
use crate::state::ui::picker::{PickItem, Picker};

/// What stands where nothing fits what was typed.
pub(super) const NOTHING: &str = "nothing fits";

/// `nothing`: what stands where nothing fits.
pub(super) fn place(
    context: Context<'_>,
    (keys, calendar): (&KeyHints, &Calendar),
    (list, nothing): (&Picker, &str),
    (title, does, other, columns): (&str, &str, &str, u16),
    screen: Area,
    scene: &mut Scene,
) {
    // What is offered beside choosing.
    let offers = list.items.iter().any(|item| item.beside.other.is_some());
    let other = if offers { other } else { "" };
    let does = match (list.shown.is_empty(), nothing == NOTHING) {
        (false, _) => does,
        (true, false) => "open",
        (true, true) => "",
    };
    let hints = [(Keys::List, "accept", does), (Keys::List, "act-on", other), (Keys::List, "cancel", "close")];
    let hints: Vec<_> = hints.into_iter().filter(|(.., words)| !words.is_empty()).collect();
    let hint = keys_line(keys, &hints);
    // The height depends on the screen alone, so that the panel stands still while the list narrows.
    let rows = (screen.height * 3 / 5).clamp(3, 18);
    let inside = panel(context, title, &hint, columns, rows, screen, scene);
    let mut search = row(inside, 0);
    let mark = search.take_left(2.min(search.width));
    scene.put(mark, Line::with(context.glyphs.composer, Role::Accent));
    if list.query.text().is_empty() {
        scene.put(
            search,
            Line::with("type to narrow the list", Role::Faint).cut(usize::from(search.width), context.glyphs.more),
        );
    }
    scene.cursor = field(&list.query, true, search, context.glyphs, scene);
    let space = u16::from(inside.height > 6);
    let nothing = if list.items.is_empty() && !list.note.is_empty() { list.note } else { nothing };
    if list.shown.is_empty() {
        let line = Line::with(nothing, Role::Dim).cut(usize::from(inside.width), context.glyphs.more);
        scene.put(row(inside, 1 + space), line);
        return;
    }
    let note = u16::from(!list.note.is_empty() && inside.height > 4);
    if note > 0 {
        let line = Line::with(list.note, Role::Dim).cut(usize::from(inside.width), context.glyphs.more);
        scene.put(row(inside, inside.height - 1), line);
    }
    let height = usize::from(inside.height.saturating_sub(1 + space + note));
    let top = (list.selected + 1)
        .saturating_sub(height)
        .max(list.selected.saturating_sub(height / 2).min(list.shown.len().saturating_sub(height)));
    for (at, (index, shown)) in (1 + space..).zip(list.shown.iter().enumerate().skip(top).take(height)) {
        let place = row(inside, at);
        let Some(item) = list.items.get(shown.item) else { continue };
        let selected = index == list.selected;
        scene.hits.push((place, Hit::Item(index)));
        let line = entry(context, (keys, calendar), item, &shown.matched, selected, usize::from(place.width));
        scene.put_filled(place, if selected { Fill::Selected } else { Fill::Keep }, line);
    }
}

/// Cells for the label of an account, and for what is unread.
const LABEL: usize = 12;
const COUNT: usize = 5;

/// The keys that go to a place from where one is: one of the messages comes after those that lead to them.
fn place_key(context: Context<'_>, keys: &KeyHints, name: &str) -> Option<String> {
    let here = match context.front.region {
        Region::Messages => Keys::Messages,
        Region::Sidebar => Keys::Sidebar,
        Region::Members => Keys::Members,
        Region::Composer => Keys::Composer,
    };
    if let Some(key) = keys.key(here, name) {
        return Some(key.to_owned());
    }
    let among = keys.key(Keys::Messages, name)?;
    if here != Keys::Composer
        && let Some(first) = keys.key(here, "focus-messages")
    {
        return Some(format!("{first} {among}"));
    }
    let first = keys.key(Keys::Composer, "focus-messages")?;
    // From a list one comes to the composer; there the first one may end inserting, with keys as in vi.
    let mut way = String::new();
    if here != Keys::Composer {
        way.push_str(&format!("{} ", keys.key(here, "cancel")?));
    }
    if context.state.settings.vi && !context.front.pane.writing.vi.commands() {
        way.push_str(&format!("{first} "));
    }
    Some(format!("{way}{first} {among}"))
}

/// One entry: its label with what matched, its detail, and its counts at the right.
fn entry(
    context: Context<'_>,
    (keys, calendar): (&KeyHints, &Calendar),
    item: &PickItem,
    matched: &[u32],
    selected: bool,
    width: usize,
) -> Line {
    let more = context.glyphs.more;
    let mut line = Line::with(if selected { context.glyphs.bar } else { " " }, Role::Accent);
    line.push(" ", Role::Text);
    let unread = item.unread > 0 || item.mentions > 0;
    let base = if unread { Style::of(Role::Unread).bold() } else { Style::of(Role::Text) };
    let hit = Style::of(Role::Accent).bold().and(Attributes::UNDERLINE);
    let mut label = Line::new();
    // Where it is, which is cut before what it is called.
    let mut of_place = None;
    if let Some((account, user)) = item.person
        && let Some(account) = context.state.core.account(account)
    {
        let (mark, style) = presence_mark(account, user, context.glyphs);
        label.push(mark, style);
        label.push(" ", Role::Text);
    }
    let mut next = 0;
    let mut start = 0;
    for (number, (at, character)) in item.label.char_indices().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        while matched.get(next).is_some_and(|&known| known < number) {
            next += 1;
        }
        if at == item.beside.place && at > 0 {
            label.push(item.label.get(start..at).unwrap_or_default(), base);
            start = at;
            of_place = Some(std::mem::take(&mut label));
        }
        if matched.get(next) == Some(&number) {
            // Widths are those of whole clusters: only a match that is one by itself is set apart.
            label.push(item.label.get(start..at).unwrap_or_default(), base);
            label.push(item.label.get(at..at + character.len_utf8()).unwrap_or_default(), hit);
            start = at + character.len_utf8();
        }
    }
    label.push(item.label.get(start..).unwrap_or_default(), base);
    let mut count = Line::new();
    if item.mentions > 0 {
        count.push(&format!("@ {}", short(item.mentions)), Style::of(Role::Mention).bold());
    } else if item.unread > 0 {
        count.push(&short(item.unread), Style::of(Role::Unread).bold());
    }
    // What is done with a key elsewhere names it.
    let name = match &item.action {
        Action::Message(action) => action.name(),
        _ => None,
    };
    if let Some(key) = item.beside.named.and_then(|name| place_key(context, keys, name)) {
        count.push(&key, Role::Dim);
    } else if let Some(key) = name.and_then(|name| keys.key(Keys::Messages, name)) {
        count.push(key, Role::Dim);
    }
    if let Some(at) = item.beside.at.filter(|_| width >= 36)
        && let Some(near) = calendar.near(at, context.state.now.wall)
    {
        count.push(&near, Role::Dim);
    }
    // Of which account it is stands in a column of its own, beside the counts.
    let mut of = Line::new();
    if let Some((account, label)) = &item.account
        && width >= 24
    {
        let look = context.state.core.account(*account).map_or_else(Style::default, account::style);
        of.push_cut(&CleanText::line(label), LABEL.min(width / 4), more, look);
        if width >= 40 {
            of.pad_to(LABEL, Role::Text);
        }
        let mut with = Line::with(" ", Role::Text);
        with.append(&of);
        if width >= 40 || count.width() > 0 {
            with.pad_to(with.width() + COUNT - count.width().min(COUNT), Role::Text);
        }
        with.append(&count);
        count = with;
    }
    let room = width.saturating_sub(count.width() + usize::from(count.width() > 0));
    if let Some(mut place) = of_place {
        let left = room.saturating_sub(line.width() + label.width());
        if place.width() > left {
            // What is left of it shows that something was: a channel alone would read like a command.
            place = place.cut(left.max(1), more);
        }
        line.append(&place);
    }
    line.append(&label);
    let mut line = line.cut(room, more);
    if !item.detail.is_empty() && line.width() + 6 < room {
        line.push("  ", Role::Dim);
        line.push_cut(&item.detail, room - line.width(), more, Role::Dim);
    }
    line.push_right(&count, width);
    line
}
