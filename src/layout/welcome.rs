//! What shows while no chat is open: how things stand, and what can be done, each with its key.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::scene::{Area, Fill, Hit, Scene};
use super::style::{Role, Style};
use crate::state::action::Context as Keys;
use crate::state::front::{Region, Tier};
use crate::state::ui::welcome::{Standing, offers, standing};

pub(super) fn place(context: Context<'_>, cache: &LayoutCache, area: Area, scene: &mut Scene) {
    let front = context.front;
    let offers = offers(context.state);
    let at = front.offer.min(offers.len().saturating_sub(1));
    let focused = front.overlays.is_empty() && front.region != Region::Sidebar;
    let key = |action: &str| cache.keys.key(Keys::Welcome, action).or_else(|| cache.keys.key(Keys::Everywhere, action));
    let width = usize::from(area.width);
    let height = usize::from(area.height);
    let more = context.glyphs.more;
    // The words say what there is; the keys can be done without.
    let roomy = width >= 30;

    let keyed: Vec<(String, &str)> = offers
        .iter()
        .map(|offer| (key(offer.action).map_or_else(|| format!("/{}", offer.action), str::to_owned), offer.words))
        .collect();
    let column = keyed.iter().map(|(key, _)| key.len()).max().unwrap_or(0) + 2;
    let list: Vec<Line> = keyed
        .iter()
        .enumerate()
        .map(|(index, (key, words))| {
            let selected = focused && index == at;
            let mut line = Line::with(if selected { context.glyphs.bar } else { " " }, Role::Accent);
            line.push(" ", Role::Text);
            if roomy {
                line.push(key, Role::Dim);
                line.pad_to(2 + column, Role::Text);
            }
            line.push(words, if selected { Style::of(Role::Text).bold() } else { Style::of(Role::Text) });
            line
        })
        .collect();

    // On the smallest screens there is no status line: what went wrong is said here.
    let notice = front.notice.as_ref().filter(|_| context.tier == Tier::Tiny);
    let (words, role) = match notice {
        Some(notice) => (notice.text.as_str(), if notice.bad { Role::Error } else { Role::Text }),
        None => (sentence(standing(context.state)), Role::Dim),
    };
    let title = Line::with("nib", Style::of(Role::Title).bold());
    let mut head = match height.saturating_sub(list.len()) {
        0 if notice.is_none() => Vec::new(),
        0 | 1 => vec![Line::with(words, role)],
        2 | 3 => vec![Line::with(words, role), Line::new()],
        _ => vec![title, Line::new(), Line::with(words, role), Line::new()],
    };
    let room = height.saturating_sub(head.len());
    let top = (at + 1).saturating_sub(room);
    let wide = head.iter().chain(&list).map(Line::width).max().unwrap_or(0) + 2;
    let left = u16::try_from(width.saturating_sub(wide) / 2).unwrap_or(0);
    let rows = u16::try_from(head.len() + list.len().min(room)).unwrap_or(0);
    let mut y = area.y + area.height.saturating_sub(rows) / 3;
    let place = |y: u16, x: u16| Area { x: area.x + x, y, width: area.width.saturating_sub(x), height: 1 };
    // The words stand above the words of the list, behind its bar.
    let indent = u16::from(area.width >= 24) * 2;
    for line in head.drain(..) {
        scene.put(place(y, left + indent), line.cut(width.saturating_sub(usize::from(left + indent)), more));
        y += 1;
    }
    for (index, line) in list.into_iter().enumerate().skip(top).take(room) {
        let mut row = place(y, left);
        row.width = row.width.min(u16::try_from(wide).unwrap_or(row.width));
        scene.hits.push((row, Hit::Item(index)));
        let fill = if focused && index == at { Fill::Selected } else { Fill::Keep };
        scene.put_filled(row, fill, line.cut(usize::from(row.width), more));
        y += 1;
    }
}

const fn sentence(standing: Standing) -> &'static str {
    match standing {
        Standing::Stranger => "You are not signed in anywhere.",
        Standing::SignedOut => "You are signed out.",
        Standing::Offline => "nib is offline, and no chat is kept here yet.",
        Standing::Arriving => "One moment.",
        Standing::Fetching => "Fetching your chats.",
        Standing::Empty => "Nothing here yet.",
        Standing::Between => "No chat is open.",
    }
}
