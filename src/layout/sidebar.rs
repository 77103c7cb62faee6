//! The tree of accounts, channels and direct chats.

use super::account;
use super::arrange::Context;
use super::cache::LayoutCache;
use super::glyphs::Glyphs;
use super::line::Line;
use super::names::{Names, chat_mark, chat_name};
use super::scene::{Area, Fill, Hit, Scene};
use super::style::{Role, Style};
use super::time::short;
use super::width::width as label_width;
use crate::domain::{ChannelKind, Chat, ChatId, CleanText, NotifyLevel};
use crate::state::front::Region;
use crate::state::ui::sidebar::SidebarRow;
use crate::state::unread::{self, Counts};
use crate::state::{Account, levels};

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
    for (y, (index, row)) in (area.y..).zip(sidebar.rows.iter().enumerate().skip(top).take(height)) {
        let place = Area { y, height: 1, ..area };
        scene.hits.push((place, Hit::Sidebar(index)));
        let selected = focused && index == sidebar.cursor;
        let chosen = match row {
            SidebarRow::Chat { chat, .. } => Some(*chat) == open,
            // It stands for what is folded away in it.
            SidebarRow::Account { account, open: false } => open.is_some_and(|open| open.account == *account),
            _ => false,
        };
        let line = draw(context, *row, usize::from(area.width), selected, chosen);
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
fn draw(context: Context<'_>, row: SidebarRow, width: usize, selected: bool, chosen: bool) -> Line {
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
        SidebarRow::Account { account, open } => match core.account(account) {
            Some(account) => return heading(context, account, open, width, line),
            None => Line::new(),
        },
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
        SidebarRow::Category { chat, depth, folded } => {
            line.pad_to(1 + 2 * usize::from(depth), Role::Text);
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

/// Cells that an account's label keeps, whatever stands beside it.
const LABEL: usize = 8;

/// The row of an account: how its connection is, what it is called, and at the right the one thing that it has to say: what is unread and not told by
/// rows below, else how the connection is, else who is signed in, and which network it is of where that differs.
fn heading(context: Context<'_>, account: &Account, open: bool, width: usize, mut line: Line) -> Line {
    let glyphs = context.glyphs;
    // With a rail, one that has nothing of the chosen community shows no rows and is not folded for that.
    let folded = account.disabled || context.front.folded_accounts.contains(&account.id);
    let fold = match (open, folded) {
        (true, _) => glyphs.open,
        (false, true) => glyphs.folded,
        (false, false) => glyphs.between,
    };
    line.push(fold, Role::Faint);
    line.push(" ", Role::Text);
    let (mark, style) = account::mark(account, glyphs);
    line.push(mark, style);
    line.push(" ", Role::Text);
    let label = CleanText::line(&account.label);
    let look = account::style(account);
    line.push(&label, if account.disabled { look } else { look.bold() });
    let counts = if open { Counts::default() } else { account.total };
    let mut aside = badge(counts.unread, counts.mentions);
    if aside.width() == 0 {
        // It is said in full elsewhere: at the account's own chats, and where the cursor is on it.
        let kept = LABEL.min(label_width(&label)) + 5;
        let room = width.saturating_sub(2 + kept);
        let (who, network) = (account::who(account), context.state.network_told(account));
        let both = who.zip(network).map(|(who, network)| Line::with(&format!("{who}  {network}"), Role::Faint));
        let both = both.filter(|both| both.width() + label_width(&label) + 7 <= width);
        let network = network.filter(|network| label_width(network) + label_width(&label) + 7 <= width);
        aside = match (account::words(account), both, network.or(who)) {
            (Some((words, role)), ..) => Line::with(words, role),
            (None, Some(both), _) => both,
            (None, None, Some(one)) => Line::with(one, Role::Faint),
            (None, None, None) => Line::new(),
        };
        aside = if room < 4 { Line::new() } else { aside.cut(room, glyphs.more) };
    }
    counted(line, &aside, width, glyphs.more)
}

/// A chat's mark and name; returns what is counted of it: unread messages, else who is in the voice room.
fn name(context: Context<'_>, account: &Account, chat: &Chat, chosen: bool, line: &mut Line) -> Line {
    if chat.is_forum() && !account.thread_ids(chat.id).is_empty() {
        let glyphs = context.glyphs;
        let folded = context.front.folded.contains(&account.key(chat.id));
        line.push(if folded { glyphs.folded } else { glyphs.open }, Role::Faint);
        line.push(" ", Role::Text);
    }
    let (mark, mark_style) = chat_mark(account, chat, context.glyphs);
    line.push(mark, mark_style);
    line.push(" ", Role::Text);
    let told = match levels::chosen(account, chat) {
        Some(_) => unread::weight(account, chat),
        None => Counts { unread: chat.unread, mentions: chat.mentions },
    };
    let unread = told.unread > 0 || told.mentions > 0;
    let style = match (unread, chosen) {
        (true, _) => Style::of(Role::Unread).bold(),
        (false, true) => Style::of(Role::Title).bold(),
        (false, false) if levels::chosen(account, chat) == Some(NotifyLevel::Nothing) => Style::of(Role::Dim),
        (false, false) if chat.can_open() => Style::of(Role::Text),
        (false, false) => Style::of(Role::Faint),
    };
    line.push(&chat_name(account, chat), style);
    let inside = account.rooms.get(&chat.id).map_or(0, Vec::len);
    if !unread && inside > 0 {
        let mark = if chat.channel_kind() == Some(ChannelKind::Voice) { "" } else { context.glyphs.voice };
        return Line::with(format!("{mark} {inside}").trim_start(), Role::Faint);
    }
    badge(told.unread, told.mentions)
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
