//! One pane: the chat's heading, its messages, who types, and the composer.

mod between;
mod complete;
mod compose;
mod find;
mod head;
mod mode;

use self::between::between;
use self::compose::compose;
use self::head::head;
use self::mode::mode;
use super::arrange::Context;
use super::cache::LayoutCache;
use super::message::Setting;
use super::names::{Names, chat_name};
use super::scene::{Area, Hit, Scene};
use super::timeline;
use crate::domain::settings::Deleted;
use crate::domain::{Chat, CleanText, LinkPhase};
use crate::state::front::{ComposeMode, Region, Target, Tier, Visible};
use crate::state::ui::arguments;
use crate::state::{Account, ComposerState, composer_state, slow};

/// Widest column of text: longer lines are hard to read, and times drift away from names.
const MEASURE: usize = 120;

/// The account and chat of the pane.
fn open(context: Context<'_>) -> Option<(&Account, &Chat)> {
    let key = context.front.pane.chat?;
    let account = context.state.core.account(key.account)?;
    Some((account, account.chats.get(&key.chat)?))
}

/// The window's title.
pub(super) fn title(context: Context<'_>) -> String {
    match open(context) {
        Some((account, chat)) => {
            let mark = if chat.community().is_some() && chat.thread.is_none() { "#" } else { "" };
            let between = context.glyphs.between;
            let told = context.state.core.told_apart(account.id);
            let told = told.map(|label| format!(" ({})", CleanText::line(label))).unwrap_or_default();
            format!("{mark}{}{told} {between} nib", chat_name(account, chat))
        }
        None => "nib".to_owned(),
    }
}

/// Places a pane.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, mut area: Area, scene: &mut Scene) -> Visible {
    let pane = &context.front.pane;
    let gutter = u16::from(area.width >= 12);
    let right = u16::from(area.width >= 40);
    let width = usize::from(area.width.saturating_sub(gutter + right)).min(MEASURE);
    let inset = |row: Area| Area { x: row.x + gutter, width: row.width.saturating_sub(gutter), ..row };
    let Some((account, chat)) = open(context) else {
        super::welcome::place(context, cache, area, scene);
        return timeline::hidden(pane);
    };
    let names = Names::in_chat(account, chat.id);
    if context.tier != Tier::Tiny && area.height > 6 {
        let row = inset(area.take_top(1));
        let room = usize::from(row.width.saturating_sub(right));
        scene.put(row, head(context, account, chat, room));
        if area.height >= 20 {
            area.take_top(1);
        }
    }
    if pane.forum.is_some() {
        return super::forum::place(context, cache, account, chat, (area, gutter, width), scene);
    }
    compose(context, cache, account, chat, &mut area, gutter, scene);
    let tray = crate::layout::tray::rows(
        context,
        cache,
        account,
        usize::from(area.width.saturating_sub(gutter + right)).min(MEASURE),
        usize::from(area.height / 3),
    );
    for line in tray.into_iter().rev() {
        scene.put(inset(area.take_bottom(1)), line);
    }
    let over = area;
    let finds =
        pane.find.as_ref().filter(|_| context.front.region == Region::Messages || pane.mode == ComposeMode::New);
    let named = finds.is_some() || pane.mode != ComposeMode::New;
    let tiny = context.tier == Tier::Tiny;
    let mode_row = if named && area.height > 2 { inset(area.take_bottom(1)) } else { Area::default() };
    let room = usize::from(area.width.saturating_sub(gutter + right));
    // A row of its own, even while it is empty: nothing moves when somebody begins to type.
    let roomy = match tiny {
        true => area.height > 5 && between(context, cache, account, names, (pane.anchor, None), room).is_some(),
        false => area.height > 3,
    };
    let between_row = if roomy { inset(area.take_bottom(1)) } else { Area::default() };
    if let Some(find) = finds {
        find::place(context, cache, find, mode_row, scene);
    } else if named {
        scene.put(mode_row, mode(context, cache, account, names, usize::from(mode_row.width)));
    }
    let selected = context.front.pointed();
    let (keys, calendar, blocks) = cache.parts();
    let settings = &context.state.settings;
    let epoch = super::cache::Epoch {
        width: u16::try_from(width).unwrap_or(0),
        twelve_hours: settings.twelve_hours,
        ascii: settings.ascii,
    };
    calendar.set_twelve_hours(settings.twelve_hours);
    blocks.begin(epoch);
    let wait = match composer_state(context.state) {
        ComposerState::Slow(until) | ComposerState::Limited(until, _) | ComposerState::Held(until) => {
            Some(until).filter(|until| *until > context.state.now.mono)
        }
        _ => None,
    };
    let wait = wait.map(|until| slow::left(until, context.state.now.mono));
    let setting = Setting {
        account,
        chat: chat.id,
        timeline: account.timelines.get(&chat.id),
        names,
        glyphs: context.glyphs,
        keys,
        width,
        indent: if width >= 24 { 2 } else { usize::from(width >= 10) },
        selected,
        opened: &pane.opened,
        find: pane.find.as_ref().and_then(|find| find.sought.as_ref()),
        fold: usize::from(settings.fold),
        stones: settings.deleted == Deleted::Stone,
        online: account.link == LinkPhase::Online,
        recall: &context.state.recall,
        colours: &context.state.colours,
        kept_only: context.state.offline,
        opening: pane.epoch,
        now: context.state.now.wall,
        wait: wait.as_deref(),
    };
    let visible =
        timeline::place(pane, setting, account.outbox.shown(chat.id), (calendar, blocks), area, gutter, scene);
    // What lies below is known once it is known where the view stands.
    let stands = (visible.anchor, visible.last);
    if let Some((line, below)) = between(context, cache, account, names, stands, room) {
        if below {
            scene.hits.push((between_row, Hit::NewBelow(pane.id)));
        }
        scene.put(between_row, line);
    }
    // How a command goes stays in sight.
    let formed = arguments::form(account, pane.composer.as_str(), pane.composer.cursor()).is_some();
    complete::place(context, if formed { area } else { over }, gutter.max(1) + 2, scene);
    visible
}

/// The target of the message cursor, for the status line.
pub(super) fn under_cursor(context: Context<'_>) -> Option<(&Account, Target)> {
    let (account, _) = open(context)?;
    Some((account, context.front.pane.cursor?))
}
