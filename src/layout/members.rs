//! Who is in the open chat: beside the messages, or on top where there is no room.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::names::{Names, presence_mark};
use super::scene::{Area, Fill, Hit, Scene};
use super::style::{Role, Style};
use super::time::count;
use crate::domain::{Presence, RoleId};
use crate::state::Account;
use crate::state::front::Region;
use crate::state::members::{self, MemberRow};

/// Columns from which on a row has room for more than a name.
const ROOMY: usize = 40;

/// Columns of the list beside the messages; 0 when it does not show.
pub(super) fn columns(context: Context<'_>, width: u16) -> u16 {
    let shows = context.front.shows_members() && members::listed(context.state).is_some();
    if shows { (width / 7).clamp(18, 28) } else { 0 }
}

/// Places the list. The cost follows the rows on screen, however long the list is.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, area: Area, on_top: bool, scene: &mut Scene) {
    let Some(chat) = context.front.pane.chat.filter(|_| !area.is_empty()) else { return };
    scene.hits.push((area, Hit::Members));
    let more = context.glyphs.more;
    let width = usize::from(area.width);
    let say = |words: &str, scene: &mut Scene| {
        let mut line = Line::with(" ", Role::Dim);
        line.push(words, Role::Dim);
        scene.put(area, line.cut(width, more));
    };
    let shown = &context.front.members;
    let (account, list) = match members::open_list(context.state) {
        Some((account, list)) if !list.rows.is_empty() => (account, list),
        Some((_, list)) => return say(list.refused.as_deref().unwrap_or("nobody"), scene),
        None => {
            let online = context.state.core.account(chat.account).is_some_and(Account::is_signed_in);
            return say(&if online { format!("loading{more}") } else { "not connected".to_owned() }, scene);
        }
    };
    let focused = on_top || context.front.region == Region::Members && context.front.overlays.is_empty();
    if cache.members_of.replace(chat) != Some(chat) {
        cache.members.restart();
    }
    let at = focused.then_some(shown.cursor);
    let top = cache.members.place(at, list.rows.len(), usize::from(area.height), shown.wheeled);
    let names = Names::in_chat(account, chat.chat);
    for (y, (index, row)) in (area.y..area.bottom()).zip(list.rows.iter().enumerate().skip(top)) {
        let place = Area { y, height: 1, ..area };
        let selected = focused && index == shown.cursor && row.user().is_some();
        if row.user().is_some() {
            scene.hits.push((place, Hit::Member(index)));
        }
        let mut line = Line::with(if selected { context.glyphs.bar } else { " " }, Role::Accent);
        draw(context, names, row, width.saturating_sub(1), &mut line);
        scene.put_filled(place, if selected { Fill::Selected } else { Fill::Keep }, line);
    }
}

/// One row: a heading with its count, or somebody.
fn draw(context: Context<'_>, names: Names<'_>, row: &MemberRow, width: usize, line: &mut Line) {
    let more = context.glyphs.more;
    let heading = |line: &mut Line, words: &str, number: u32| {
        let number = format!(" {}", count(u64::from(number)));
        line.push_cut(words, width.saturating_sub(number.len() + 1), more, Style::of(Role::Dim).bold());
        line.push(&number, Role::Dim);
    };
    match row {
        MemberRow::Section { online, count } => heading(line, if *online { "ONLINE" } else { "OFFLINE" }, *count),
        MemberRow::Role { role, count } => {
            let known = role_of(names, *role);
            heading(line, &known.map_or_else(|| "ROLE".to_owned(), |role| role.name.to_uppercase()), *count);
        }
        MemberRow::Member { user, name, nickname, role } => {
            let (mark, mark_style) = presence_mark(names.account, *user, context.glyphs);
            line.push(mark, mark_style);
            line.push(" ", Role::Text);
            let known = names.account.users.get(user);
            let away = names.account.presence(*user).unwrap_or(Presence::Offline) == Presence::Offline;
            let style = match names.style(*user) {
                _ if away => Role::Dim.into(),
                // Which roles somebody has is not told with the list, but in whose section they stand is.
                Style { role: Role::Person { slot, tint: None }, .. } => {
                    Role::Person { slot, tint: role.and_then(|role| role_of(names, role)?.color) }.into()
                }
                style => Style::of(style.role),
            };
            let member = names.community.and_then(|community| names.account.members.get(&(community, *user)));
            let shown = if *nickname && member.is_none() { name } else { names.known(*user).unwrap_or(name) };
            let room = (width + 1).saturating_sub(line.width() + 1);
            line.push_cut(shown, room, more, style);
            if known.is_some_and(|known| known.bot) && line.width() + 5 <= width {
                line.push("  bot", Role::Faint);
            }
            if width >= ROOMY {
                let username = known.and_then(|known| known.username.as_deref()).map(|name| format!("@{name}"));
                let activity = known.and_then(|known| known.activity.as_deref()).filter(|_| !away);
                for part in username.as_deref().into_iter().chain(activity) {
                    if line.width() + 6 < width {
                        line.push("  ", Role::Dim);
                        line.push_cut(part, width - line.width(), more, Role::Dim);
                    }
                }
            }
        }
    }
}

fn role_of<'a>(names: Names<'a>, role: RoleId) -> Option<&'a crate::domain::Role> {
    names.account.roles.get(&names.community?)?.get(&role)
}
