//! One pane: the chat's heading, its messages, who types, and the composer.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::composer;
use super::glyphs::Glyphs;
use super::line::Line;
use super::message::Setting;
use super::names::{Names, chat_mark, chat_name, presence_words};
use super::scene::{Area, Fill, Hit, Scene};
use super::sidebar::badge;
use super::style::{Role, Style};
use super::time::{count, length};
use super::timeline;
use crate::domain::{ChannelKind, Chat, ChatKind, CleanText, LinkPhase, MessageKey, ThreadInfo, UserId};
use crate::state::action::Context as Keys;
use crate::state::front::{ComposeMode, Pane, Region, Target, Tier, Visible};
use crate::state::pins::Pins;
use crate::state::unread::{self, Counts};
use crate::state::{Account, ComposerState, composer_state, levels, slow};
use std::borrow::Cow;

/// Of how many characters on a text is long where the network does not say how long one may be.
const LONG: usize = 2_000;
/// How many characters before the end what is left is told.
const LAST: usize = 200;

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
    let named = pane.mode != ComposeMode::New;
    let tiny = context.tier == Tier::Tiny;
    let mode_row = if named && area.height > 2 { inset(area.take_bottom(1)) } else { Area::default() };
    let above = between(context, cache, account, names, usize::from(area.width.saturating_sub(gutter + right)));
    // A row of its own, even while it is empty: nothing moves when somebody begins to type.
    let roomy = if tiny { above.is_some() && area.height > 5 } else { area.height > 3 };
    let between_row = if roomy { inset(area.take_bottom(1)) } else { Area::default() };
    if let Some((line, below)) = above {
        if below {
            scene.hits.push((between_row, Hit::NewBelow(pane.id)));
        }
        scene.put(between_row, line);
    }
    if named {
        scene.put(mode_row, mode(context, cache, account, names, usize::from(mode_row.width)));
    }
    let revealed = pane.cursor.filter(|_| context.front.region == Region::Messages);
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
        revealed,
        online: account.link == LinkPhase::Online,
        recall: &context.state.recall,
        kept_only: context.state.offline,
        opening: pane.epoch,
        now: context.state.now.wall,
        wait: wait.as_deref(),
    };
    timeline::place(pane, setting, account.outbox.shown(chat.id), (calendar, blocks), area, gutter, scene)
}

/// The chat's name, what it is about, and at the right how many messages are pinned; where no list of chats shows, what is unread in all others.
fn head(context: Context<'_>, account: &Account, chat: &Chat, room: usize) -> Line {
    let glyphs = context.glyphs;
    let (mark, mark_style) = chat_mark(account, chat, glyphs);
    let mut line = Line::with(mark, mark_style);
    line.push(" ", Role::Text);
    let label = super::account::label(context, account);
    // Who one is here comes before what the chat is about, and is said whole however long the name is; so is, where it can be, what a thread is part of.
    let labelled = label.as_ref().map_or(0, |label| label.width() + 2);
    let of = chat.thread.as_deref().map(|thread| of_thread(account, chat, thread));
    let beside = of.as_deref().map_or(0, |of| (super::width::width(of) + 3).min(room / 3));
    let most = room.saturating_sub(line.width() + labelled + beside).max(8);
    line.push_cut(&chat_name(account, chat), most, glyphs.more, Style::of(Role::Title).bold());
    if let Some(label) = label {
        line.push("  ", Role::Text);
        line.append(&label);
    }
    let pinned = account.pins.get(&chat.id).map_or(0, Pins::count);
    let pinned =
        if pinned > 0 { Line::with(&format!("{} pinned", count(pinned as u64)), Role::Dim) } else { Line::new() };
    let threads = account.thread_ids(chat.id).len();
    let pinned = match threads {
        _ if !chat.is_forum() => pinned,
        1 => Line::with("1 thread", Role::Dim),
        _ => Line::with(&format!("{} threads", count(threads as u64)), Role::Dim),
    };
    let chosen = Line::with(levels::words(account, chat), Role::Dim);
    let pinned = match (chosen.width(), pinned.width()) {
        (0, _) => pinned,
        (_, 0) => chosen,
        _ => {
            let mut both = chosen;
            both.push("  ", Role::Dim);
            both.append(&pinned);
            both
        }
    };
    let aside = if context.front.shows_sidebar() { pinned } else { elsewhere(context, account, chat, pinned) };
    // Above the times of messages; the name goes first where there is no room for both.
    let end = room.min(MEASURE);
    let fits = aside.width() > 0 && line.width() + 2 + aside.width() <= end;
    let room = if fits { end - aside.width() - 2 } else { room };
    let about: Option<Cow<'_, str>> = match &chat.kind {
        ChatKind::Direct { peer } => Some(there(account, *peer, glyphs)),
        _ if chat.channel_kind() == Some(ChannelKind::Voice) => Some(inside(account, chat).into()),
        _ if of.is_some() => of.map(Cow::Owned),
        _ => chat.topic.as_deref().map(Cow::Borrowed),
    };
    if let Some(about) = about.filter(|about| !about.is_empty())
        && line.width() + 8 < room
    {
        line.push("   ", Role::Dim);
        line.push_cut(&about, room - line.width(), glyphs.more, Role::Dim);
    } else if let ChatKind::Group { members, .. } = &chat.kind
        && !members.is_empty()
    {
        line.push(&format!("   {} people", members.len()), Role::Dim);
    }
    let mut line = line.cut(room, glyphs.more);
    if fits {
        line.push_right(&aside, end);
    }
    line
}

/// What is unread in all chats but this one, in place of what the list of chats would say; else `calm`.
fn elsewhere(context: Context<'_>, account: &Account, chat: &Chat, calm: Line) -> Line {
    let here = unread::weight(account, chat);
    let sum = |of: fn(&Counts) -> u32| {
        context.state.core.accounts.iter().map(|one| of(&one.total)).fold(0, u32::saturating_add)
    };
    let badge = badge(
        sum(|counts| counts.unread).saturating_sub(here.unread),
        sum(|counts| counts.mentions).saturating_sub(here.mentions),
    );
    if badge.width() > 0 { badge } else { calm }
}

/// Whether the other person is there, and what they say they do.
fn there(account: &Account, peer: UserId, glyphs: &Glyphs) -> Cow<'static, str> {
    let words = presence_words(account, peer);
    let activity = account.users.get(&peer).and_then(|user| user.activity.as_deref());
    match activity.filter(|activity| !activity.is_empty() && account.is_signed_in()) {
        Some(activity) => format!("{words} {} {activity}", glyphs.between).into(),
        None => words.into(),
    }
}

/// Who talks in a voice channel. What is written there is a chat like any other.
fn inside(account: &Account, chat: &Chat) -> String {
    let count = account.rooms.get(&chat.id).map_or(0, Vec::len);
    let who = if count == 0 { "nobody".to_owned() } else { count.to_string() };
    format!("{who} inside; no sound here")
}

/// What is to be known of a thread beside its title.
fn of_thread(account: &Account, chat: &Chat, thread: &ThreadInfo) -> String {
    let forum = chat.parent().and_then(|forum| account.chats.get(&forum)).map_or("", |forum| &forum.name);
    let state = match (thread.locked, thread.archived) {
        (true, _) => "locked, ",
        (false, true) => "archived, ",
        (false, false) => "",
    };
    let people = if thread.people == 1 { "one person".to_owned() } else { format!("{} people", thread.people) };
    format!("{state}in {forum}, {people}")
}

/// The row above the composer: who types, and at the right what is new below.
fn between(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    names: Names<'_>,
    room: usize,
) -> Option<(Line, bool)> {
    let (pane, glyphs) = (&context.front.pane, context.glyphs);
    let chat = pane.chat?.chat;
    let mut line = Line::new();
    let typists: Vec<&str> = account
        .typing
        .of(chat)
        .iter()
        .filter(|typist| typist.user != account.me && account.is_signed_in())
        .take(3)
        .map(|typist| names.person(typist.user))
        .collect();
    let typing = match typists[..] {
        [] => None,
        [one] => Some(format!("{one} is typing")),
        [one, other] => Some(format!("{one} and {other} are typing")),
        _ => Some("several people are typing".to_owned()),
    };
    // As a rule the next frame has them.
    let stored = account.outbox.of(chat).len() - account.outbox.shown(chat).len();
    let behind = account
        .timelines
        .get(&chat)
        .is_some_and(|timeline| timeline.is_loaded() && timeline.gap_after() && !timeline.is_empty());
    if let Some(typing) = &typing {
        line.push_cut(typing, room, glyphs.more, Role::Dim);
    } else if stored > 0 {
        let what = if stored == 1 { "your message is".to_owned() } else { format!("{stored} messages of yours are") };
        line.push_cut(&format!("{what} being stored{}", glyphs.more), room, "", Role::Dim);
    } else if behind && account.link == LinkPhase::Online {
        line.push_cut(&format!("catching up{}", glyphs.more), room, "", Role::Dim);
    }
    let below = pane.new_below > 0;
    let mut told = Line::new();
    if below {
        told.push(&format!("{} new below", count(u64::from(pane.new_below))), Style::of(Role::Unread).bold());
        if let Some(key) = cache.keys.key(Keys::Everywhere, "scroll-end") {
            told.push(&format!("  {key}"), Role::Dim);
        }
    } else if !pane.composer.is_empty() {
        // While the composer is empty its hint says so.
        match composer_state(context.state) {
            ComposerState::Slow(until) => {
                told.push(&format!("slow mode {}", slow::left(until, context.state.now.mono)), Role::Warn);
            }
            ComposerState::Limited(until, moderated) => {
                told.push(&slow::limit_sentence(until, moderated, context.state.now.mono), Role::Warn);
            }
            ComposerState::Held(until) => {
                told.push(&slow::held_sentence(until, context.state.now.mono), Role::Warn);
            }
            ComposerState::ReadOnly(why) => told.push(why, Role::Warn),
            _ => told = length_of(account, pane).unwrap_or_default(),
        }
    }
    if told.width() > 0 {
        if line.width() == 0 && below {
            let strokes = room.min(MEASURE).saturating_sub(told.width() + 2);
            line.repeat(glyphs.rule, strokes, Role::Faint);
            line.push(if strokes > 0 { " " } else { "" }, Role::Faint);
            line.append(&told);
        } else if !line.push_right(&told, room.min(MEASURE)) {
            line = told;
        }
        line = line.cut(room, glyphs.more);
    }
    (line.width() > 0).then_some((line, below))
}

/// How long a long text is, or how much more may be written.
fn length_of(account: &Account, pane: &Pane) -> Option<Line> {
    let length = pane.composer.length();
    match account.caps.max_length.map(|most| most as usize) {
        Some(most) if length > most => {
            Some(Line::with(&format!("{} too many", count((length - most) as u64)), Role::Error))
        }
        Some(most) if length + LAST > most => Some(Line::with(&format!("{} left", most - length), Role::Dim)),
        None if length > LONG => Some(Line::with(&format!("{} characters", count(length as u64)), Role::Dim)),
        Some(_) | None => None,
    }
}

/// The row that says what sending will do.
fn mode(context: Context<'_>, cache: &LayoutCache, account: &Account, names: Names<'_>, room: usize) -> Line {
    let (pane, glyphs) = (&context.front.pane, context.glyphs);
    let message = |key: &MessageKey| {
        pane.chat.and_then(|chat| account.timelines.get(&chat.chat)).and_then(|timeline| timeline.message(key.id))
    };
    let mut line = Line::new();
    match &pane.mode {
        ComposeMode::New => {}
        ComposeMode::Reply(key) => {
            line.push(if pane.quiet { "answering without a ping " } else { "answering " }, Role::Accent);
            if let Some(message) = message(key) {
                let name = message.shown_as.as_deref().unwrap_or_else(|| names.person(message.author));
                line.push(name, names.style(message.author));
                line.push("  ", Role::Dim);
                line.push(&super::markup::one_line(&message.body, glyphs, room), Role::Quote);
            } else {
                line.push("a message that is not loaded", Role::Dim);
            }
        }
        ComposeMode::Edit { .. } => line.push("changing your message", Role::Accent),
    }
    let leave = cache.keys.key(Keys::Composer, "cancel").or_else(|| cache.keys.key(Keys::Composer, "focus-messages"));
    let hint = leave.map(|key| Line::with(&format!("{key} leaves it"), Role::Dim)).unwrap_or_default();
    let line = line.cut(room.saturating_sub(hint.width() + 2), glyphs.more);
    let mut whole = line;
    whole.push_right(&hint, room.min(MEASURE));
    whole.cut(room, glyphs.more)
}

/// The composer, taken off the bottom of the area.
fn compose(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    chat: &Chat,
    area: &mut Area,
    gutter: u16,
    scene: &mut Scene,
) {
    let pane = &context.front.pane;
    let glyphs = context.glyphs;
    let focused = context.front.region == Region::Composer && context.front.overlays.is_empty();
    // The bar stands below names, the text below what people wrote.
    let bar = if area.width >= 6 { gutter.max(1) + 2 } else { 0 };
    let spare = u16::from(area.width >= 40);
    let cells = usize::from(area.width.saturating_sub(bar + spare)).max(1);
    let most = context.state.settings.composer_lines.min(area.height / 2).max(1);
    let written = composer::wrap(&pane.composer, cells, usize::from(most));
    let rows = u16::try_from(written.lines.len()).unwrap_or(1).clamp(1, most);
    let place = area.take_bottom(rows);
    scene.hits.push((place, Hit::Composer(pane.id)));
    let refused = refusal(context);
    for (at, line) in (0..place.height).zip(written.lines) {
        let row = Area { y: place.y + at, height: 1, ..place };
        if bar > 0 {
            let style = if focused { Style::of(Role::Accent) } else { Style::of(Role::Faint) };
            scene.put(Area { x: row.x + bar - 2, width: 1, ..row }, Line::with(glyphs.composer, style));
        }
        let text = Area { x: row.x + bar, width: row.width.saturating_sub(bar), ..row };
        if pane.composer.is_empty() {
            let (words, role) = match &refused {
                Some(why) => (why.clone(), Role::Warn),
                None => (hint(context, cache, account, chat), Role::Faint),
            };
            scene.put(text, Line::with(&words, role).cut(cells, glyphs.more));
        } else {
            scene.put_filled(text, Fill::Keep, line);
        }
    }
    if focused && place.height > 0 {
        let x = (place.x + bar + written.column).min(place.x + place.width.saturating_sub(1));
        scene.cursor = Some((x, place.y + written.row.min(place.height - 1)));
    }
}

/// Why nothing can be written here.
fn refusal(context: Context<'_>) -> Option<String> {
    match composer_state(context.state) {
        ComposerState::ReadOnly(why) => Some(why.to_owned()),
        ComposerState::Limited(until, moderated) => {
            Some(slow::limit_sentence(until, moderated, context.state.now.mono))
        }
        ComposerState::Slow(until) => Some(slow::sentence(until, context.state.now.mono)),
        ComposerState::Held(until) => Some(slow::held_sentence(until, context.state.now.mono)),
        ComposerState::SignedOut => Some("sign in to write; what you type stays".to_owned()),
        // On the smallest screens there is no status line: what went wrong is said here.
        _ => context.front.notice.as_ref().filter(|_| context.tier == Tier::Tiny).map(|notice| notice.text.clone()),
    }
}

/// What the empty composer says.
fn hint(context: Context<'_>, cache: &LayoutCache, account: &Account, chat: &Chat) -> String {
    if context.front.region == Region::Messages && context.tier > Tier::Tiny {
        let key = cache.keys.key(Keys::Messages, "focus-composer");
        return key.map_or_else(String::new, |key| format!("{key} to write"));
    }
    let name = chat_name(account, chat);
    match &chat.kind {
        ChatKind::Channel { .. } if chat.thread.as_ref().is_some_and(|thread| thread.archived) => {
            "a message brings the thread back".to_owned()
        }
        ChatKind::Channel { kind: ChannelKind::Thread, .. } => format!("message {name}"),
        ChatKind::Channel { .. } => match slow::pause(account, chat) {
            Some(pause) => format!("message #{name} {} one every {}", context.glyphs.between, length(pause.as_secs())),
            None => format!("message #{name}"),
        },
        ChatKind::Saved => "write a note".to_owned(),
        ChatKind::Direct { .. } | ChatKind::Group { .. } => format!("message {name}"),
    }
}

/// The target of the message cursor, for the status line.
pub(super) fn under_cursor(context: Context<'_>) -> Option<(&Account, Target)> {
    let (account, _) = open(context)?;
    Some((account, context.front.pane.cursor?))
}
