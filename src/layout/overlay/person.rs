//! The card of a person.

use super::{keys_line, panel, row};
use crate::domain::update::Relationship;
use crate::domain::{ChatKind, CommunityId, UserId};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::names::{Names, presence_mark, presence_words};
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::ui::person::{Card, Told};

/// Most names that one line of the card lists; the rest is counted.
const NAMED: usize = 40;
/// Columns of the words before a list of names.
pub(super) const LABEL: usize = 11;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, card: &Card, screen: Area, scene: &mut Scene) {
    let Some(account) = context.state.core.account(card.account) else { return };
    let names = Names { account, community: card.community };
    let own = card.user == account.me;
    let saved = || account.chats.values().any(|chat| chat.kind == ChatKind::Saved);
    let accept = match own {
        _ if card.looked_for.is_some() => None,
        true => saved().then_some((Keys::Person, "accept", "your saved messages")),
        false => Some((Keys::Person, "accept", "write")),
    };
    let rest = [(Keys::Person, "move -1|move 1", "scroll"), (Keys::Person, "cancel", "close")];
    let hints: Vec<_> = accept.into_iter().chain(rest).collect();
    let hint = keys_line(keys, &hints);
    let columns = 56;
    let cells = usize::from((columns + 4).min(screen.width).saturating_sub(4).max(1));
    let cells = if screen.width > 40 { cells.min(usize::from(screen.width - 8)) } else { cells };
    let lines = lines(context, account, names, card, cells);
    // The height depends on the screen alone, so that the panel stands still when the profile comes.
    let rows = screen.height.saturating_sub(4).clamp(3, 16);
    let looked_for = card.looked_for.as_ref().map(|name| format!("@{name}"));
    let title = looked_for.as_deref().unwrap_or_else(|| names.person(card.user));
    let inside = panel(context, title, &hint, columns, rows, screen, scene);
    let height = usize::from(inside.height);
    let top = card.scroll.min(lines.len().saturating_sub(height));
    for (at, line) in (0..inside.height).zip(lines.into_iter().skip(top)) {
        scene.put(row(inside, at), line.cut(usize::from(inside.width), context.glyphs.more));
    }
}

fn lines(context: Context<'_>, account: &Account, names: Names<'_>, card: &Card, cells: usize) -> Vec<Line> {
    let more = context.glyphs.more;
    let user = account.users.get(&card.user);
    let mut lines = Vec::new();
    if card.looked_for.is_some() {
        match &card.profile {
            Told::Refused(why) => wrapped(why, Role::Warn, cells, &mut lines),
            Told::Loading | Told::Nothing | Told::Profile(_) => {
                lines.push(Line::with(&format!("looking for them{more}"), Role::Dim));
            }
        }
        return lines;
    }
    let (mark, style) = presence_mark(account, card.user, context.glyphs);
    let mut first = Line::with(mark, style);
    first.push(" ", Role::Text);
    first.push(presence_words(account, card.user), Role::Text);
    if let Some(activity) = user.and_then(|user| user.activity.as_deref()).filter(|_| account.is_signed_in()) {
        first.push("  ", Role::Dim);
        first.push_cut(activity, cells.saturating_sub(first.width()), more, Role::Dim);
    }
    lines.push(first);
    let mut second = Line::new();
    if let Some(username) = user.and_then(|user| user.username.as_deref()) {
        second.push(&format!("@{username}"), Role::Text);
    }
    let mut add = |words: &str, role| {
        second.push(if second.width() > 0 { "  " } else { "" }, Role::Text);
        second.push(words, role);
    };
    if user.is_some_and(|user| user.bot) {
        add("bot", Role::Dim);
    }
    if card.user == account.me {
        add("you", Role::Me);
    }
    match account.relationships.get(&card.user) {
        Some(Relationship::Friend) => add("friend", Role::Ok),
        Some(Relationship::Incoming) => add("wants to be your friend", Role::Warn),
        Some(Relationship::Outgoing) => add("you asked to be friends", Role::Dim),
        Some(Relationship::Blocked) => add("blocked by you", Role::Error),
        Some(Relationship::Suggested) | None => {}
    }
    if second.width() > 0 {
        lines.push(second);
    }
    here(account, names, card, cells, &mut lines);
    match &card.profile {
        Told::Nothing => {}
        Told::Loading => {
            lines.push(Line::new());
            lines.push(Line::with(&format!("loading{more}"), Role::Dim));
        }
        Told::Refused(why) => {
            lines.push(Line::new());
            wrapped(&format!("No profile: {why}"), Role::Warn, cells, &mut lines);
        }
        Told::Profile(profile) => {
            if let Some(bio) = profile.bio.as_deref().filter(|bio| !bio.trim().is_empty()) {
                lines.push(Line::new());
                for line in bio.trim().lines() {
                    wrapped(line, Role::Text, cells, &mut lines);
                }
            }
            let gap = lines.len();
            let place = |id: &CommunityId| account.community(*id).map(|known| (&*known.name, Role::Text.into()));
            listed("both in", &profile.communities, place, "community", "communities", cells, &mut lines);
            let friend = |id: &UserId| names.known(*id).map(|name| (name, Style::of(names.style(*id).role)));
            listed("both know", &profile.friends, friend, "friend", "friends", cells, &mut lines);
            if lines.len() > gap {
                lines.insert(gap, Line::new());
            }
        }
    }
    lines
}

/// What somebody is in the community of the open chat.
fn here(account: &Account, names: Names<'_>, card: &Card, cells: usize, lines: &mut Vec<Line>) {
    let Some(community) = card.community else { return };
    let Some(member) = account.members.get(&(community, card.user)) else { return };
    let gap = lines.len();
    if member.nickname.is_some()
        && let Some(user) = account.users.get(&card.user)
    {
        let name = [(&*user.name, names.style(card.user))];
        listed("named", &name, |one| Some(*one), "", "", cells, lines);
    }
    let mut roles: Vec<_> = account
        .roles
        .get(&community)
        .map(|roles| member.roles.iter().filter_map(|role| roles.get(role)).collect())
        .unwrap_or_default();
    roles.sort_by_key(|role: &&crate::domain::Role| (std::cmp::Reverse(role.priority), role.id));
    let look = |role: &&crate::domain::Role| match role.color {
        Some(tint) => Role::Person { slot: 0, tint: Some(tint) },
        None => Role::Text,
    };
    let role = |role: &&crate::domain::Role| {
        // The names live as long as the account, the list of them does not.
        account.roles.get(&community)?.get(&role.id).map(|known| (&*known.name, Style::of(look(role))))
    };
    listed("roles", &roles, role, "role", "roles", cells, lines);
    if lines.len() > gap {
        lines.insert(gap, Line::new());
    }
}

/// Names after a word that says what they are, wrapped under each other; those that are not known are counted.
pub(super) fn listed<'a, T>(
    label: &str,
    all: &[T],
    name: impl Fn(&T) -> Option<(&'a str, Style)>,
    one: &str,
    many: &str,
    cells: usize,
    lines: &mut Vec<Line>,
) {
    if all.is_empty() {
        return;
    }
    let known: Vec<(&str, Style)> = all.iter().filter_map(name).take(NAMED).collect();
    let rest = all.len() - known.len();
    let what = if rest == 1 { one } else { many };
    let counted = match (rest, known.is_empty()) {
        (0, _) => String::new(),
        (_, true) => format!("{rest} {what}"),
        (_, false) => format!("{rest} more"),
    };
    let indent = if cells >= 30 { LABEL } else { 0 };
    let mut line = Line::with(label, Role::Dim);
    if indent == 0 {
        lines.push(std::mem::take(&mut line));
    }
    line.pad_to(indent, Role::Text);
    let parts = known.into_iter().chain((rest > 0).then_some((counted.as_str(), Role::Dim.into())));
    let mut first = true;
    for (part, style) in parts {
        let mut piece = Line::new();
        piece.push_cut(part, cells.saturating_sub(indent), "…", style);
        if !first && line.width() + 2 + piece.width() > cells {
            if line.width() < cells {
                line.push(",", Role::Dim);
            }
            lines.push(std::mem::take(&mut line));
            line.pad_to(indent, Role::Text);
        } else if !first {
            line.push(", ", Role::Dim);
        }
        line.append(&piece);
        first = false;
    }
    lines.push(line);
}

pub(super) fn wrapped(text: &str, role: Role, cells: usize, lines: &mut Vec<Line>) {
    Styled { text, runs: &[(text.len(), role.into())] }.wrap(0, cells, Breaking::Words, lines);
}
