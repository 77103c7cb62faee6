//! What is known of a message.

use super::person::{LABEL, listed, wrapped};
use super::{keys_line, panel, row};
use crate::domain::{Message, MessageKind, ReactEmoji, Reaction, size};
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::line::Line;
use crate::layout::names::Names;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::time::{Calendar, count};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::former::Version;
use crate::state::ui::details::Details;

/// Most of one kind that are listed.
const MOST: usize = 500;

pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, details: &Details, screen: Area, scene: &mut Scene) {
    let chat = details.chat;
    let Some(account) = context.state.core.account(chat.account) else { return };
    let keys = [(Keys::Person, "move -1|move 1", "scroll"), (Keys::Person, "cancel", "close")];
    let hint = keys_line(&cache.keys, &keys);
    let columns = 64;
    let rows = screen.height.saturating_sub(4).clamp(3, 20);
    let inside = panel(context, "This message", &hint, columns, rows, screen, scene);
    let cells = usize::from(inside.width).max(1);
    let known = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(details.message));
    let mut lines = Vec::new();
    match known {
        Some(message) => {
            cache.calendar.set_twelve_hours(context.state.settings.twelve_hours);
            let names = Names::in_chat(account, chat.chat);
            tell(message, names, &cache.calendar, cells, context.glyphs.more, &mut lines);
            let former: Vec<&Version> = account.former.of(chat.chat, details.message).take(MOST).collect();
            said_before(message, &former, &cache.calendar, cells, &mut lines);
        }
        None => lines.push(Line::with("It is not here any more.", Role::Dim)),
    }
    let height = usize::from(inside.height);
    let top = details.scroll.min(lines.len().saturating_sub(height));
    for (at, line) in (0..inside.height).zip(lines.into_iter().skip(top)) {
        scene.put(row(inside, at), line.cut(usize::from(inside.width), context.glyphs.more));
    }
}

/// A word for what it is, and what it is beside it, in as many rows as that takes.
fn fact(label: &str, told: &str, style: impl Into<Style>, cells: usize, lines: &mut Vec<Line>) {
    let indent = if cells >= 30 { LABEL } else { 0 };
    let mut first = Line::with(label, Role::Dim);
    if indent == 0 {
        lines.push(std::mem::take(&mut first));
    }
    let mut rows = Vec::new();
    let room = cells.saturating_sub(indent).max(1);
    Styled { text: told, runs: &[(told.len(), style.into())] }.wrap(0, room, Breaking::Words, &mut rows);
    for part in rows {
        let mut line = std::mem::take(&mut first);
        line.pad_to(indent, Role::Text);
        line.append(&part);
        lines.push(line);
    }
}

fn tell(message: &Message, names: Names<'_>, calendar: &Calendar, cells: usize, more: &str, lines: &mut Vec<Line>) {
    let user = names.account.users.get(&message.author);
    let name = names.person(message.author);
    let username = user.and_then(|user| user.username.as_deref());
    let mut by =
        message.shown_as.as_deref().map_or_else(|| name.to_owned(), |shown| format!("{shown}, sent by {name}"));
    if let Some(username) = username {
        by.push_str(&format!("  @{username}"));
    }
    fact("by", &by, names.style(message.author), cells, lines);
    if let Some(used) = message.used.as_deref() {
        fact("command", &format!("/{} by {}", used.1, used.0), Role::Text, cells, lines);
    }
    match message.at {
        Some(at) => fact("sent", &calendar.exact(at), Role::Text, cells, lines),
        None => fact("sent", "the network does not say when", Role::Dim, cells, lines),
    }
    if let Some(at) = message.edited {
        fact("changed", &calendar.exact(at), Role::Text, cells, lines);
    }
    if let Some(forwarded) = message.forwarded.as_deref() {
        let when = forwarded.at.map_or_else(|| "from elsewhere".to_owned(), |at| calendar.exact(at));
        fact("passed on", &when, Role::Text, cells, lines);
    }
    if let Some(reply) = message.reply.as_deref() {
        let to = reply.to.map_or_else(|| "a message that is gone".to_owned(), |to| format!("message {to}"));
        fact("answers", &to, Role::Text, cells, lines);
    }
    let mut marks = Vec::new();
    marks.extend(message.pinned.then_some("pinned"));
    marks.extend(message.mentions_me.then_some("mentions you"));
    marks.extend(match message.kind {
        MessageKind::Ordinary => None,
        _ => Some("a line of the system"),
    });
    if !marks.is_empty() {
        fact("marks", &marks.join(", "), Role::Text, cells, lines);
    }
    let length = message.body.text.chars().count();
    fact("length", &format!("{} characters", count(length as u64)), Role::Text, cells, lines);
    fact("message", &message.key.id.to_string(), Role::Text, cells, lines);
    fact("author", &message.author.to_string(), Role::Text, cells, lines);
    fact("chat", &message.chat.to_string(), Role::Text, cells, lines);
    for file in message.attachments.iter().take(MOST) {
        let name = if file.name.is_empty() { "unnamed file" } else { &file.name };
        let until = file.expires.map(|at| format!(", kept until {}", calendar.exact(at))).unwrap_or_default();
        fact("file", &format!("{name}  {}  {}{until}", file.mimetype, size(file.size)), Role::Text, cells, lines);
    }
    if !message.reactions.is_empty() {
        lines.push(Line::new());
        lines.push(Line::with("Reactions", Style::of(Role::Title).bold()));
    }
    for reaction in message.reactions.iter().take(MOST) {
        reacted(reaction, names, cells, more, lines);
    }
    if message.reactions.len() > MOST {
        wrapped(&format!("and {} more", message.reactions.len() - MOST), Role::Dim, cells, lines);
    }
}

/// What it said before it was changed, as far as nib has seen that.
fn said_before(message: &Message, former: &[&Version], calendar: &Calendar, cells: usize, lines: &mut Vec<Line>) {
    if former.is_empty() && message.edited.is_none() {
        return;
    }
    lines.push(Line::new());
    lines.push(Line::with("Before it was changed", Style::of(Role::Title).bold()));
    if former.is_empty() {
        return wrapped(
            "It was changed before nib saw it, and no network tells what it said.",
            Role::Dim,
            cells,
            lines,
        );
    }
    for Version { text, until } in former {
        let until = until.map_or_else(|| "earlier".to_owned(), |until| format!("until {}", calendar.exact(until)));
        lines.push(Line::with(&until, Role::Dim));
        text.lines().take(MOST).for_each(|line| wrapped(&line.replace('\t', " "), Role::Text, cells, lines));
    }
}

/// An emoji, by how many, and who of them is known.
fn reacted(reaction: &Reaction, names: Names<'_>, cells: usize, more: &str, lines: &mut Vec<Line>) {
    let emoji = match &reaction.emoji {
        ReactEmoji::Unicode(emoji) => emoji.to_string(),
        ReactEmoji::Custom(id) => match names.account.emoji.get(id) {
            Some(known) => format!(":{}:", known.name.trim_matches(':')),
            None => ":emoji:".to_owned(),
        },
    };
    let mut label = Line::new();
    label.push_cut(&emoji, LABEL - 6, more, Role::Text);
    let label = format!("{} {}", label.text(), reaction.count);
    let people: Vec<_> =
        reaction.by.iter().filter_map(|user| names.known(*user).map(|name| (name, names.style(*user)))).collect();
    let rest = (reaction.count as usize).saturating_sub(people.len());
    match people.is_empty() {
        true => {
            fact(&label, if reaction.mine { "you among them" } else { "nobody that is known" }, Role::Dim, cells, lines)
        }
        false => {
            listed(&label, &people, |one| Some(*one), "", "", cells, lines);
            if rest > 0 {
                fact(
                    "",
                    &format!("and {} whom the network does not name", count(rest as u64)),
                    Role::Dim,
                    cells,
                    lines,
                );
            }
        }
    }
}
