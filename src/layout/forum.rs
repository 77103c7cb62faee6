//! The list of threads of an open forum: two rows for each, the one written to last first, and the keys below.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::names::Names;
use super::scene::{Area, Fill, Hit, Scene};
use super::style::{Role, Style};
use super::time::short;
use super::timeline;
use crate::domain::{Chat, ChatId, ChatKey, ThreadInfo};
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::front::{Region, Visible};
use crate::state::ui::forum::may_begin;

/// Fewer rows than these show one row for each thread.
const LOW: u16 = 8;

/// Places the list. The area comes with the columns kept at its left, and with how wide text may be.
pub(super) fn place(
    context: Context<'_>,
    cache: &mut LayoutCache,
    account: &Account,
    forum: &Chat,
    (mut area, gutter, width): (Area, u16, usize),
    scene: &mut Scene,
) -> Visible {
    let pane = &context.front.pane;
    scene.hits.push((area, Hit::Timeline(pane.id)));
    let key = account.key(forum.id);
    let mut told = timeline::hidden(pane);
    (told.at_bottom, told.rows) = (true, area.height);
    if area.height > 3 {
        let row = area.take_bottom(1);
        let keys = hint(context, cache, key);
        let row = Area { x: row.x + gutter, width: row.width.saturating_sub(gutter), ..row };
        scene.put(row, super::status::whole_hints(&keys, width));
        area.take_bottom(1);
    }
    let Some(list) = &pane.forum else { return told };
    let each = if area.height < LOW { 1 } else { 2 };
    if cache.forum_of.replace(key) != Some(key) {
        cache.forum.restart();
    }
    let threads = account.thread_ids(forum.id);
    let all = threads.len();
    if all == 0 {
        let words = if account.is_signed_in() { "No threads yet." } else { "Threads come with the connection." };
        let row = Area { x: area.x + gutter, width: area.width.saturating_sub(gutter), height: 1, ..area };
        scene.put(row, Line::with(words, Role::Dim).cut(width, context.glyphs.more));
        return told;
    }
    let at = list.at(account, forum.id);
    let fits = usize::from((area.height / each).max(1));
    let top = cache.forum.place(Some(at), all, fits, list.wheeled);
    let focused = context.front.region != Region::Sidebar
        && context.front.region != Region::Members
        && context.front.overlays.is_empty();
    let mut y = area.y;
    let shown = threads.iter().enumerate().skip(top).take(fits);
    for (index, thread) in shown.filter_map(|(index, id)| Some((index, account.chats.get(id)?))) {
        let selected = index == at;
        scene.hits.push((Area { y, height: each.min(area.bottom() - y), ..area }, Hit::Thread(pane.id, thread.id)));
        let when = thread.thread.as_ref().and_then(|info| info.active);
        let when = when.and_then(|at| cache.calendar.near(at, context.state.now.wall)).unwrap_or_default();
        let rows = [
            Some(title(context, thread, &when, width)),
            (each > 1).then(|| people(context, account, (forum.id, thread), width)),
        ];
        for line in rows.into_iter().flatten().take(usize::from(area.bottom() - y)) {
            let row = Area { y, height: 1, ..area };
            let fill = if selected && focused { Fill::Marked } else { Fill::Keep };
            if gutter > 0 {
                let (bar, role) = match (selected, focused) {
                    (true, true) => (context.glyphs.bar, Role::Accent),
                    (true, false) => (context.glyphs.upright, Role::Faint),
                    (false, _) => (" ", Role::Text),
                };
                scene.put_filled(Area { width: gutter, ..row }, fill, Line::with(bar, role));
            }
            let row = Area { x: row.x + gutter, width: row.width.saturating_sub(gutter), ..row };
            scene.put_filled(row, fill, line);
            y += 1;
        }
    }
    told
}

/// The title; at the right what is new or why it is shut, and when somebody wrote last.
fn title(context: Context<'_>, thread: &Chat, when: &str, width: usize) -> Line {
    let more = context.glyphs.more;
    let unread = thread.unread > 0 || thread.mentions > 0;
    let mut aside = Line::new();
    let locked = thread.thread.as_ref().is_some_and(|info| info.locked);
    if thread.mentions > 0 {
        aside.push(&format!("@ {} new", short(thread.unread)), Style::of(Role::Mention).bold());
    } else if unread {
        aside.push(&format!("{} new", short(thread.unread)), Style::of(Role::Unread).bold());
    } else if locked {
        aside.push("locked", Role::Warn);
    }
    if width >= 48 && !when.is_empty() {
        let column = super::width::width(when).max(16);
        let mut time = Line::new();
        time.pad_to(column - super::width::width(when) + 2, Role::Faint);
        time.push(when, Role::Faint);
        aside.append(&time);
    }
    let room = width.saturating_sub(aside.width() + 2);
    let style = if unread { Style::of(Role::Unread).bold() } else { Style::of(Role::Text) };
    let name = if thread.name.is_empty() { "untitled" } else { &*thread.name };
    let mut line = Line::with(name, style).cut(room.max(8).min(width), more);
    line.push_right(&aside, width);
    line
}

/// Who began it, how many take part, and what else is to be known.
fn people(context: Context<'_>, account: &Account, (forum, thread): (ChatId, &Chat), width: usize) -> Line {
    let glyphs = context.glyphs;
    let mut line = Line::with("  ", Role::Dim);
    let Some(info) = thread.thread.as_deref() else { return line };
    if let Some(by) = info.by {
        let names = Names::in_chat(account, forum);
        line.push_cut(names.person(by), 24.min(width / 2), glyphs.more, names.style(by));
        line.push(&format!(" {} ", glyphs.between), Role::Faint);
    }
    line.push(&facts(info, thread.unread > 0, glyphs.between), Role::Dim);
    line.cut(width, glyphs.more)
}

fn facts(info: &ThreadInfo, unread: bool, between: &str) -> String {
    let mut words = if info.people == 1 { "one person".to_owned() } else { format!("{} people", info.people) };
    let mut add = |held: bool, word: &str| {
        if held {
            words.push_str(&format!(" {between} {word}"));
        }
    };
    add(info.locked && unread, "locked");
    add(info.archived, "archived");
    add(info.joined, "you take part");
    words
}

/// The keys, as far as there are any.
fn hint(context: Context<'_>, cache: &LayoutCache, forum: ChatKey) -> Line {
    let wanted: &[(&str, &str)] = &[("begin-thread", "new thread"), ("accept", "open"), ("focus-sidebar", "back")];
    let begins = may_begin(context.state, forum);
    let mut line = Line::new();
    for (action, words) in wanted.iter().filter(|(action, _)| begins || *action != "begin-thread") {
        if let Some(key) = cache.keys.key(Keys::Forum, action) {
            line.push(if line.width() > 0 { "   " } else { "" }, Role::Text);
            line.push(key, Role::Text);
            line.push(" ", Role::Dim);
            line.push(words, Role::Dim);
        }
    }
    line
}
