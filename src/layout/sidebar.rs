//! The community rail, and the tree of channels and direct chats.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::glyphs::Glyphs;
use super::line::Line;
use super::names::{Names, chat_mark, chat_name};
use super::scene::{Area, Fill, Hit, Scene};
use super::style::{Attributes, Role, Style};
use super::time::short;
use super::width::{grapheme_width, width};
use crate::domain::{ChannelKind, Chat, ChatId};
use crate::state::Account;
use crate::state::front::Region;
use crate::state::ui::sidebar::SidebarRow;
use unicode_segmentation::UnicodeSegmentation;

/// Places the tree, scrolled so that its cursor shows, or else the open chat.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, area: Area, scene: &mut Scene) {
    let sidebar = &context.front.sidebar;
    let height = usize::from(area.height);
    if area.is_empty() {
        return;
    }
    let focused = context.front.region == Region::Sidebar && context.front.overlays.is_empty();
    let open = context.front.pane.chat;
    let at = if focused {
        Some(sidebar.cursor)
    } else {
        sidebar.rows.iter().position(|row| matches!(row, SidebarRow::Chat { chat, .. } if Some(*chat) == open))
    };
    let top = cache.sidebar.place(at, sidebar.rows.len(), height, sidebar.wheeled);
    let base = if context.tier == crate::state::front::Tier::Wide { 1 } else { 0 };
    for (y, (index, row)) in (area.y..).zip(sidebar.rows.iter().enumerate().skip(top).take(height)) {
        let place = Area { y, height: 1, ..area };
        scene.hits.push((place, Hit::Sidebar(index)));
        let selected = focused && index == sidebar.cursor;
        let chosen = matches!(row, SidebarRow::Chat { chat, .. } if Some(*chat) == open);
        let line = draw(context, *row, usize::from(area.width), base, selected, chosen);
        scene.put_filled(place, if selected { Fill::Selected } else { Fill::Keep }, line);
    }
    if sidebar.rows.is_empty() {
        let words = if context.state.core.accounts.is_empty() { "no account yet" } else { "no chats yet" };
        let mut line = Line::with(" ", Role::Dim);
        line.push(words, Role::Dim);
        scene.put(area, line.cut(usize::from(area.width), context.glyphs.more));
    }
}

/// One row of the tree.
fn draw(context: Context<'_>, row: SidebarRow, width: usize, base: usize, selected: bool, chosen: bool) -> Line {
    let glyphs = context.glyphs;
    let core = &context.state.core;
    let mut line = Line::new();
    if selected || chosen {
        // Beside the cursor the open chat has a thinner bar, which differs without colours, too.
        let quiet = !selected && context.front.region == Region::Sidebar;
        let (bar, role) = if quiet { (glyphs.upright, Role::Dim) } else { (glyphs.bar, Role::Accent) };
        line.push(bar, role);
    } else {
        line.push(" ", Role::Text);
    }
    let count = match row {
        SidebarRow::Space => Line::new(),
        SidebarRow::Account(account) => {
            let label = core.account(account).map_or("", |account| account.label.as_str());
            line.push(&crate::domain::CleanText::line(label), Style::of(Role::Dim).and(Attributes::UNDERLINE));
            Line::new()
        }
        SidebarRow::Direct(_) => {
            line.push("Direct", Style::of(Role::Dim).bold());
            Line::new()
        }
        SidebarRow::Title { account, community } => {
            let name = core
                .account(account)
                .and_then(|account| account.communities.iter().find(|known| known.id == community));
            line.push(name.map_or("", |community| &community.name), Style::of(Role::Title).bold());
            if name.is_some_and(|community| !community.available) {
                line.push("  out of service", Role::Warn);
            }
            Line::new()
        }
        SidebarRow::Community { account, community, folded } => {
            let account = core.account(account);
            let known = account.and_then(|account| account.communities.iter().find(|known| known.id == community));
            line.push(if folded { glyphs.folded } else { glyphs.open }, Role::Faint);
            line.push(" ", Role::Text);
            line.push(known.map_or("", |community| &community.name), Style::of(Role::Title).bold());
            if known.is_some_and(|community| !community.available) {
                line.push("  out of service", Role::Warn);
            }
            // An open community shows its counts at its channels.
            let shut = |account: &Account| folded || !account.channels_loaded.get(&community).copied().unwrap_or(false);
            let counts = account
                .filter(|account| shut(account))
                .map(|account| account.counts(Some(community)))
                .unwrap_or_default();
            match account.filter(|_| folded && counts.unread == 0 && counts.mentions == 0) {
                Some(account) => voices(account, glyphs, |chat| chat.community() == Some(community)),
                None => badge(counts.unread, counts.mentions),
            }
        }
        SidebarRow::Category { chat, folded } => {
            line.pad_to(1 + 2 * usize::from(base == 0), Role::Text);
            line.push(if folded { glyphs.folded } else { glyphs.open }, Role::Faint);
            line.push(" ", Role::Text);
            let name = core.account(chat.account).and_then(|account| account.chats.get(&chat.chat));
            line.push(name.map_or("", |chat| &chat.name), Role::Dim);
            match core.account(chat.account).filter(|_| folded) {
                Some(account) => voices(account, glyphs, |inside| inside.parent() == Some(chat.chat)),
                None => Line::new(),
            }
        }
        SidebarRow::Chat { chat, depth } => {
            line.pad_to(1 + 2 * usize::from(depth), Role::Text);
            core.account(chat.account)
                .and_then(|account| Some((account, account.chats.get(&chat.chat)?)))
                .map_or_else(Line::new, |(account, chat)| name(context, account, chat, chosen, &mut line))
        }
        SidebarRow::Voice { chat, index } => {
            line.pad_to(7, Role::Text);
            if let Some(account) = core.account(chat.account)
                && let Some(participant) = account.rooms.get(&chat.chat).and_then(|room| room.get(usize::from(index)))
            {
                let heard = match (participant.deafened, participant.muted) {
                    (true, _) => "  deaf",
                    (false, true) => "  muted",
                    (false, false) => "",
                };
                let room = width.saturating_sub(line.width() + heard.len() + 1);
                // How they are there stays in view when the name is long, before that they can be seen.
                let seen = if participant.video && room >= 14 { "  video" } else { "" };
                let room = room.saturating_sub(seen.len()).max(4);
                let name = Names::in_chat(account, chat.chat).person(participant.user);
                line.push_cut(name, room, glyphs.more, Role::Dim);
                line.push(heard, Role::Faint);
                line.push(seen, Role::Faint);
            }
            Line::new()
        }
    };
    counted(line, &count, width, glyphs.more)
}

/// A chat's mark and name; returns what is counted of it: unread messages, else who is in the voice room.
fn name(context: Context<'_>, account: &Account, chat: &Chat, chosen: bool, line: &mut Line) -> Line {
    if chat.is_forum() && account.threads(chat.id).next().is_some() {
        let glyphs = context.glyphs;
        let folded = context.front.folded.contains(&account.key(chat.id));
        line.push(if folded { glyphs.folded } else { glyphs.open }, Role::Faint);
        line.push(" ", Role::Text);
    }
    let (mark, mark_style) = chat_mark(account, chat, context.glyphs);
    line.push(mark, mark_style);
    line.push(" ", Role::Text);
    let unread = chat.unread > 0 || chat.mentions > 0;
    let style = match (unread, chosen) {
        (true, _) => Style::of(Role::Unread).bold(),
        (false, true) => Style::of(Role::Title).bold(),
        (false, false) if chat.can_open() => Style::of(Role::Text),
        (false, false) => Style::of(Role::Faint),
    };
    line.push(&chat_name(account, chat), style);
    let inside = account.rooms.get(&chat.id).map_or(0, Vec::len);
    if !unread && inside > 0 {
        let mark = if chat.channel_kind() == Some(ChannelKind::Voice) { "" } else { context.glyphs.voice };
        return Line::with(format!("{mark} {inside}").trim_start(), Role::Faint);
    }
    badge(chat.unread, chat.mentions)
}

/// How many people are in the voice rooms of these chats, where rows that would show them are folded away.
fn voices(account: &Account, glyphs: &Glyphs, of: impl Fn(&Chat) -> bool) -> Line {
    let known = |id: &ChatId| account.chats.get(id).is_some_and(&of);
    let inside: usize = account.rooms.iter().filter(|(id, _)| known(id)).map(|(_, room)| room.len()).sum();
    if inside == 0 { Line::new() } else { Line::with(&format!("{} {inside}", glyphs.voice), Role::Faint) }
}

/// Unread messages, or how many of them are mentions.
pub(super) fn badge(unread: u32, mentions: u32) -> Line {
    if mentions > 0 {
        Line::with(&format!("@ {}", short(mentions)), Style::of(Role::Mention).bold())
    } else if unread > 0 {
        Line::with(&short(unread), Style::of(Role::Unread).bold())
    } else {
        Line::new()
    }
}

/// A row with its count at the right end, one column before the edge.
fn counted(line: Line, count: &Line, width: usize, more: &str) -> Line {
    let right = width.saturating_sub(1);
    if count.width() == 0 || count.width() + 4 > right {
        return line.cut(right, more);
    }
    let mut line = line.cut(right - count.width() - 1, more);
    line.push_right(count, right);
    line
}

/// Places the rail: two letters and a count for each community; below a rule, direct chats.
pub(super) fn rail(context: Context<'_>, area: Area, scene: &mut Scene) {
    let front = context.front;
    let mut y = area.y;
    for &(account_id, community) in &front.sidebar.rail {
        if community.is_none() && y > area.y && y < area.bottom() {
            let mut rule = Line::with(" ", Role::Text);
            rule.repeat(context.glyphs.rule, usize::from(area.width.saturating_sub(2)), Role::Faint);
            scene.put(Area { y, height: 1, ..area }, rule);
            y += 1;
        }
        if y >= area.bottom() {
            return;
        }
        let Some(account) = context.state.core.account(account_id) else { continue };
        let letters = match community {
            Some(id) => {
                let name = account.communities.iter().find(|known| known.id == id).map_or("", |known| &*known.name);
                abbreviation(name)
            }
            None => "@".to_owned(),
        };
        let counts = account.counts(community);
        let shown = match community {
            Some(id) => front.community == Some((account_id, id)),
            None => front.community.is_none(),
        };
        let unread = counts.unread > 0 || counts.mentions > 0;
        let mut line = Line::new();
        line.push(if shown { context.glyphs.bar } else { " " }, Role::Accent);
        let role = if shown || unread { Role::Text } else { Role::Dim };
        line.push(&letters, if unread || shown { Style::of(role).bold() } else { Style::of(role) });
        line.pad_to(3, Role::Text);
        let place = Area { y, height: 1, ..area };
        scene.hits.push((place, Hit::Rail(account_id, community)));
        let mut count = Line::new();
        let down = community.and_then(|id| account.community(id)).is_some_and(|known| !known.available);
        if down {
            count.push(context.glyphs.failed, Role::Warn);
        } else if counts.mentions > 0 {
            count.push(&format!("@{}", counts.mentions.min(9)), Style::of(Role::Mention).bold());
        } else if counts.unread > 0 {
            count.push(&counts.unread.min(99).to_string(), Role::Unread);
        }
        line.push_right(&count, usize::from(area.width));
        scene.put(place, line);
        y += 1;
    }
}

/// Two letters for a name: the initials of its first two words, or the first two letters of its only one.
fn abbreviation(name: &str) -> String {
    let mut words = name.split(|c: char| c.is_whitespace() || c == '-' || c == '_').filter(|word| !word.is_empty());
    let mut letters = String::new();
    let mut cells = 0;
    let (first, second) = (words.next().unwrap_or("?"), words.next());
    let initials = match second {
        Some(second) => first.graphemes(true).take(1).chain(second.graphemes(true).take(1)).collect::<Vec<_>>(),
        None => first.graphemes(true).take(2).collect(),
    };
    for letter in initials {
        let upper = letter.to_uppercase();
        let upper = if width(&upper) == usize::from(grapheme_width(letter)) { upper } else { letter.to_owned() };
        if cells + width(&upper) <= 2 {
            cells += width(&upper);
            letters.push_str(&upper);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::abbreviation;

    #[test]
    fn abbreviations_take_two_cells() {
        assert_eq!(
            ["Rustaceans", "Open Source", "t-a x", "日本", "", "ß"].map(abbreviation),
            ["RU", "OS", "TA", "日", "?", "ß"]
        );
    }
}
