//! Which rows of a chat's messages show: from the anchor until the pane is full.
//!
//! The cost of a frame follows the rows on screen, never the history: positions are found by binary search, neighbours by walking a few
//! screens at most. An anchor names a message and a row relative to the first row of its content, so that nothing moves when neighbours come
//! or go and with them the decorations above it.

use super::cache::{Block, LayoutCache};
use super::links;
use super::message::{Item, Piece, Setting, centred, heading};
use super::scene::{Area, Content, Fill, Hit, Placed, Scene};
use super::style::{Role, Style};
use super::time::Calendar;
use crate::domain::{MessageKey, Permissions};
use crate::layout::cache::Blocks;
use crate::layout::line::Line;
use crate::state::front::{Anchor, Pane, ScrollIntent, Target, Visible};
use crate::state::outbox::Pending;

/// An anchor's row that stands for the first row of a message's content. Smaller ones lie above it; 0 is the message's very first row.
const CONTENT: i64 = 8;
/// Left of a message that is selected.
const PICKED: &str = "x";
/// Most rows that one intent scrolls by.
const FARTHEST: i64 = 10_000;

/// A row of an item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    item: usize,
    row: usize,
}

/// The rows of one pane, found by walking.
struct Walk<'a, 'c> {
    setting: Setting<'a>,
    pending: &'a [Pending],
    divider: Option<MessageKey>,
    calendar: &'c mut Calendar,
    blocks: &'c mut Blocks,
    loaded: usize,
}

impl<'a> Walk<'a, '_> {
    fn len(&self) -> usize {
        self.loaded + self.pending.len()
    }

    fn item(&self, index: usize) -> Option<Item<'a>> {
        match index.checked_sub(self.loaded) {
            None => self.setting.timeline.and_then(|timeline| timeline.get(index)).map(Item::Message),
            Some(index) => self.pending.get(index).map(Item::Pending),
        }
    }

    fn key(&self, index: usize) -> Option<MessageKey> {
        Some(self.item(index)?.message()?.key)
    }

    /// The index of a target, or of what is nearest to where it was.
    fn nearest(&self, target: Target) -> usize {
        let index = match target {
            Target::Message(key) => self.setting.timeline.map_or(0, |timeline| timeline.index_near(key)),
            Target::Pending(nonce) => {
                let at = self.pending.iter().position(|pending| pending.outgoing.nonce == nonce);
                at.map_or(self.len(), |at| self.loaded + at)
            }
        };
        index.min(self.len().saturating_sub(1))
    }

    fn block(&mut self, index: usize) -> Block {
        let Some(item) = self.item(index) else { return Block::default() };
        let before = index.checked_sub(1).and_then(|before| self.item(before));
        let past = |item: Option<Item<'_>>| {
            item.and_then(|item| item.message()).map(|message| Some(message.key) > self.divider)
        };
        let divided = self.divider.is_some() && past(Some(item)) == Some(true) && past(before) == Some(false);
        let piece = Piece::new(item, before, divided, &self.setting, self.calendar);
        let stamp = piece.stamp(&self.setting);
        let (account, target) = (self.setting.account.id, item.target());
        if let Some(block) = self.blocks.find(account, target, stamp) {
            return block;
        }
        let block = piece.rows(&self.setting, self.calendar);
        self.blocks.keep(account, target, stamp, block.clone());
        block
    }

    fn rows(&mut self, index: usize) -> usize {
        self.block(index).lines.len().max(1)
    }

    /// So many rows up, or as far as there are rows.
    fn up(&mut self, from: Place, mut rows: usize) -> Place {
        let mut place = from;
        while rows > place.row {
            let Some(above) = place.item.checked_sub(1) else { return Place { item: 0, row: 0 } };
            rows -= place.row;
            place = Place { item: above, row: self.rows(above) };
        }
        place.row -= rows;
        place
    }

    /// So many rows down, or to the last row.
    fn down(&mut self, from: Place, mut rows: usize) -> Place {
        let mut place = from;
        loop {
            let left = self.rows(place.item).saturating_sub(place.row + 1);
            if rows <= left {
                place.row += rows;
                return place;
            }
            if place.item + 1 >= self.len() {
                place.row += left;
                return place;
            }
            rows -= left + 1;
            place = Place { item: place.item + 1, row: 0 };
        }
    }

    /// The first row of the view that ends with this row of this item.
    fn ending(&mut self, last: Place, height: usize) -> Place {
        self.up(last, height.saturating_sub(1))
    }

    /// The first row of the view that ends with the newest row.
    fn bottom(&mut self, height: usize) -> Place {
        let item = self.len().saturating_sub(1);
        let row = self.rows(item) - 1;
        self.ending(Place { item, row }, height)
    }

    fn anchored(&mut self, anchor: Anchor, bottom: Place) -> Place {
        let Anchor::Top { target, row } = anchor else { return bottom };
        let item = self.nearest(target);
        let block = self.block(item);
        let rows = block.lines.len().max(1);
        let first = Place { item, row: 0 };
        if row == 0 {
            return first;
        }
        let row = i64::from(row) - CONTENT + i64::try_from(block.lead).unwrap_or(0);
        match usize::try_from(row) {
            Ok(row) => Place { item, row: row.min(rows - 1) },
            Err(_) => self.up(first, usize::try_from(-row).unwrap_or(0)),
        }
    }

    fn scrolled(&mut self, top: Place, intent: ScrollIntent, height: usize, bottom: Place) -> Place {
        match intent {
            ScrollIntent::Rows(rows) => self.by(top, i64::from(rows)),
            ScrollIntent::Pages(pages) => {
                let page = i64::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
                self.by(top, i64::from(pages).saturating_mul(page))
            }
            ScrollIntent::Start => Place { item: 0, row: 0 },
            ScrollIntent::End => bottom,
            ScrollIntent::Unread => self.unread().map_or(bottom, |first| self.up(first, 1)),
            ScrollIntent::Show(target) => {
                let item = self.nearest(target);
                let rows = self.rows(item);
                let first = Place { item, row: 0 };
                if rows >= height || first < top {
                    return first;
                }
                let lowest = self.ending(Place { item, row: rows - 1 }, height);
                top.max(lowest)
            }
            ScrollIntent::Center(target) => {
                let item = self.nearest(target);
                let above = height.saturating_sub(self.rows(item)) / 2;
                self.up(Place { item, row: 0 }, above)
            }
        }
    }

    /// The first message that was not read, if it is in memory: what stands before it was read, or nothing does.
    fn unread(&self) -> Option<Place> {
        let (divider, timeline) = (self.divider?, self.setting.timeline?);
        let near = timeline.index_near(divider);
        let item = if self.key(near)? > divider { near } else { near + 1 };
        (item < self.loaded && (item > 0 || timeline.has_start())).then_some(Place { item, row: 0 })
    }

    fn by(&mut self, top: Place, rows: i64) -> Place {
        let rows = rows.clamp(-FARTHEST, FARTHEST);
        let steps = usize::try_from(rows.unsigned_abs()).unwrap_or(0);
        if rows < 0 { self.up(top, steps) } else { self.down(top, steps) }
    }

    fn anchor(&mut self, top: Place, bottom: Place, follows: bool) -> Anchor {
        // Where more is below than is in memory, its end is not what a reader who came down to it follows.
        let more = self.setting.timeline.is_some_and(crate::domain::Timeline::has_newer);
        if top >= bottom && (follows || !more) {
            return Anchor::Bottom;
        }
        let lead = self.block(top.item).lead;
        let row = i64::try_from(top.row)
            .unwrap_or(i64::MAX)
            .saturating_sub(i64::try_from(lead).unwrap_or(0))
            .saturating_add(CONTENT);
        let row = u16::try_from(row.max(1)).unwrap_or(u16::MAX);
        self.item(top.item).map_or(Anchor::Bottom, |item| Anchor::Top { target: item.target(), row })
    }

    /// What history is wanted above a view that begins with this item, when two screens are to be in memory.
    fn wants_before(&self, first: usize, height: usize) -> Option<MessageKey> {
        let timeline = self.setting.timeline?;
        // A message rarely has one row only, so that a screenful of them is about two screens.
        let reach = first.min(self.loaded.saturating_sub(1)).saturating_sub(height.max(8));
        (reach..=first)
            .rev()
            .filter_map(|index| timeline.get(index))
            .find(|entry| entry.gap_before)
            .map(|entry| entry.message.key)
    }

    /// What is missing on screen or just below it.
    fn wants_after(&self, first: usize, last: usize, height: usize) -> Option<MessageKey> {
        let timeline = self.setting.timeline?;
        // What is known to be there is to be in memory before somebody gets there.
        let reach = last + if timeline.has_newer() { height.max(8) } else { 0 };
        let hole = (first + 1..=last.saturating_add(1))
            .find(|&index| timeline.get(index).is_some_and(|entry| entry.gap_before));
        match hole {
            Some(index) => self.key(index - 1),
            None if timeline.gap_after() && reach + 1 >= self.loaded => timeline.last().map(|entry| entry.message.key),
            None => None,
        }
    }
}

/// What a pane shows where it has no rows for messages.
pub(super) fn hidden(pane: &Pane) -> Visible {
    Visible { chat: pane.chat, anchor: pane.anchor, intent_number: pane.intent_number, ..Visible::default() }
}

/// Places the messages of a pane. Column 0 of the area is kept for bars and marks; text begins at column `gutter`.
pub(super) fn place(
    pane: &Pane,
    setting: Setting<'_>,
    pending: &[Pending],
    cache: (&mut Calendar, &mut Blocks),
    area: Area,
    gutter: u16,
    scene: &mut Scene,
) -> Visible {
    let height = usize::from(area.height);
    if height == 0 || setting.width == 0 {
        return hidden(pane);
    }
    scene.hits.push((area, Hit::Timeline(pane.id)));
    let (calendar, blocks) = cache;
    let loaded = setting.timeline.map_or(0, crate::domain::Timeline::len);
    let mut walk = Walk { setting, pending, divider: pane.divider, calendar, blocks, loaded };
    let told = Visible { rows: area.height, ..hidden(pane) };
    if walk.len() == 0 {
        empty(&walk.setting, area, gutter, scene);
        let gone = walk.setting.timeline.is_some_and(|timeline| timeline.is_loaded() && !timeline.gap_after());
        return Visible { anchor: Anchor::Bottom, at_bottom: gone, ..told };
    }
    let bottom = walk.bottom(height);
    let mut top = walk.anchored(pane.anchor, bottom).min(bottom);
    if let Some(intent) = pane.intent {
        top = walk.scrolled(top, intent, height, bottom).min(bottom);
    }
    let follows = pane.intent == Some(ScrollIntent::End) || pane.anchor == Anchor::Bottom && pane.intent.is_none();
    let anchor = walk.anchor(top, bottom, follows);

    let mut shown: Vec<(usize, Block, std::ops::Range<usize>)> = Vec::new();
    let (mut left, mut item, mut row) = (height, top.item, top.row);
    while left > 0 && item < walk.len() {
        let block = walk.block(item);
        let end = block.lines.len().min(row + left);
        left -= end.saturating_sub(row).min(left);
        shown.push((item, block, row..end));
        (item, row) = (item + 1, 0);
    }
    // Fewer rows than the pane has: the newest stands just above the composer.
    let mut y = area.y + u16::try_from(left).unwrap_or(0);
    let text = Area { x: area.x + gutter, width: area.width.saturating_sub(gutter), ..area };
    for (index, block, rows) in &shown {
        let Some(item) = walk.item(*index) else { continue };
        let count = u16::try_from(rows.len()).unwrap_or(0);
        let whole = Area { y, height: count, ..area };
        scene.hits.push((whole, Hit::Message(pane.id, item.target())));
        if let Some(message) = item.message().filter(|_| links::are_told()) {
            scene.links.extend(links::of(message).map(|(spot, address)| (item.target(), spot, address)));
        }
        let selected = walk.setting.selected == Some(item.target());
        let picked = matches!(item.target(), Target::Message(key) if pane.selected.contains(&key));
        for row in rows.clone() {
            let content = (block.lead..block.own).contains(&row);
            let marked = (selected || picked) && (content || block.header && row + 1 == block.lead);
            let fill = if marked { Fill::Marked } else { Fill::Keep };
            if gutter > 0 && marked {
                scene.put_filled(
                    Area { y, width: gutter, height: 1, ..area },
                    fill,
                    match picked && row == block.lead {
                        true => Line::with(PICKED, Style::of(Role::Accent).bold()),
                        false => Line::with(if selected { walk.setting.glyphs.bar } else { " " }, Role::Accent),
                    },
                );
            } else if gutter > 0 && row == block.lead && item.message().is_some_and(|message| message.mentions_me) {
                scene.put(Area { y, width: gutter, height: 1, ..area }, Line::with("@", Role::Mention));
            }
            let content = Content::Shared(std::sync::Arc::clone(&block.lines), row);
            scene.rows.push(Placed { x: text.x, y, width: text.width, fill, content });
            y += 1;
        }
    }
    let (first, last) = (top.item, shown.last().map_or(top.item, |&(item, ..)| item));
    let whole_last =
        shown.iter().rev().find(|(item, block, rows)| rows.end >= block.lines.len() && walk.key(*item).is_some());
    let folded = shown.iter().filter(|(_, block, _)| block.folded).filter_map(|(index, ..)| walk.item(*index));
    Visible {
        anchor,
        folded: folded.map(|item| item.target()).collect(),
        first: shown.iter().find_map(|&(item, ..)| walk.key(item)),
        last: whole_last.and_then(|&(item, ..)| walk.key(item)),
        at_bottom: anchor == Anchor::Bottom && walk.setting.timeline.is_some_and(|timeline| !timeline.gap_after()),
        wants_before: walk.wants_before(first, height),
        wants_after: walk.wants_after(first, last, height),
        ..told
    }
}

/// What stands where there is no message.
fn empty(setting: &Setting<'_>, area: Area, gutter: u16, scene: &mut Scene) {
    let text = Area { x: area.x + gutter, width: area.width.saturating_sub(gutter), ..area };
    let chat = setting.account.chats.get(&setting.chat);
    if let Some(thread) = chat.and_then(|chat| chat.thread.as_deref()).filter(|thread| thread.hidden) {
        // That it is locked is said by the composer.
        let words: &[&str] = match (thread.locked, setting.account.caps.revives_threads) {
            (true, _) => &["Nobody can read it until it is unlocked."],
            (false, true) => {
                &["This thread is archived.", "Nobody can read it now. Whoever writes in it brings it back."]
            }
            (false, false) => &["This thread is archived.", "Nobody can read it now."],
        };
        for (y, words) in (area.y + area.height / 2..area.bottom()).zip(words) {
            scene.put(Area { y, height: 1, ..text }, centred(words, setting, Role::Dim.into()));
        }
        return;
    }
    let known = setting.timeline.is_some_and(|timeline| timeline.is_loaded() || timeline.has_start());
    if known {
        let mut lines = Vec::new();
        heading(setting, &mut lines);
        let may_write = chat.is_none_or(|chat| setting.account.may(chat, Permissions::SEND));
        let words = if may_write { "Nothing here yet. Write the first message." } else { "Nothing here yet." };
        lines.push(Line::with(words, Role::Dim).cut(setting.width, setting.glyphs.more));
        let rows = lines.len().min(usize::from(area.height));
        let first = lines.len() - rows;
        for (at, line) in lines.into_iter().skip(first).enumerate() {
            let y = area.bottom() - u16::try_from(rows - at).unwrap_or(1);
            scene.put(Area { y, height: 1, ..text }, line);
        }
        return;
    }
    let more = setting.glyphs.more;
    let words = match setting.online {
        // What is stored is there in a moment.
        _ if setting.recall.is_looking(setting.account.key(setting.chat)) => return,
        true => format!("loading messages{more}"),
        false if setting.kept_only => "nothing of this chat is kept here".to_owned(),
        false => "messages come with the connection".to_owned(),
    };
    scene.put(Area { y: area.y + area.height / 2, height: 1, ..text }, centred(&words, setting, Role::Dim.into()));
}

impl LayoutCache {
    /// The parts that a pane's messages need.
    pub(super) fn parts(&mut self) -> (&super::cache::KeyHints, &mut Calendar, &mut Blocks) {
        (&self.keys, &mut self.calendar, &mut self.blocks)
    }
}
