//! The row above the composer: who types, what lies below the view, and what stands against sending.

use super::MEASURE;
use crate::domain::{ChatId, LinkPhase, MessageKey};
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::line::Line;
use crate::layout::names::Names;
use crate::layout::style::{Role, Style};
use crate::layout::time::count;
use crate::state::action::Context as Keys;
use crate::state::front::{Anchor, ComposeMode, Pane, Region};
use crate::state::ui::arguments;
use crate::state::ui::vi::Mode;
use crate::state::{Account, ComposerState, composer_state, pace, slow};

/// Of how many characters on a text is long where the network does not say how long one may be.
const LONG: usize = 2_000;
/// How many characters before the end what is left is told.
const LAST: usize = 200;

/// The row above the composer: who types, and at the right what is new below, or that something is. `stands`: where the view does, and the last
/// message of which all shows. Returns also whether the end can be gone to from it.
pub(super) fn between(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    names: Names<'_>,
    stands: (Anchor, Option<MessageKey>),
    room: usize,
) -> Option<(Line, bool)> {
    let (pane, glyphs) = (&context.front.pane, context.glyphs);
    let chat = pane.chat?.chat;
    // Where a row of its own says what sending will do, it is there.
    let vi = vi_mode(context, pane).filter(|_| pane.mode == ComposeMode::New).unwrap_or_default();
    if context.front.region == Region::Composer
        && let Some(form) = arguments::form(account, pane.composer.as_str(), pane.composer.cursor())
    {
        let kept = if vi.width() > 0 { vi.width() + 2 } else { 0 };
        let mut line = super::complete::form(&form, glyphs.more, room.saturating_sub(kept));
        line.push_right(&vi, room.min(MEASURE));
        return Some((line, false));
    }
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
    let behind = account.timelines.get(&chat).is_some_and(|timeline| {
        timeline.is_loaded() && (timeline.gap_after() || pane.catch_up) && !timeline.is_empty()
    });
    if stored > 0 {
        // What was just written is nowhere else on screen.
        let what = if stored == 1 { "your message is".to_owned() } else { format!("{stored} messages of yours are") };
        line.push_cut(&format!("{what} being stored{}", glyphs.more), room, glyphs.more, Role::Dim);
    } else if let Some(typing) = &typing {
        line.push_cut(typing, room, glyphs.more, Role::Dim);
    } else if behind && account.link == LinkPhase::Online {
        line.push_cut(&format!("catching up{}", glyphs.more), room, "", Role::Dim);
    }
    let (below, more) = (new_below(account, pane, chat, stands), stands.0 != Anchor::Bottom);
    let mut told = Line::new();
    if !pane.composer.is_empty() {
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
            _ => told = counted(context, account, pane),
        }
    }
    if below > 0 {
        told.push(if told.width() > 0 { "  " } else { "" }, Role::Dim);
        told.push(&format!("{} new below", count(u64::from(below))), Style::of(Role::Unread).bold());
        told.push(&to_end(cache), Role::Dim);
    }
    if vi.width() > 0 {
        let mut whole = vi;
        whole.push(if told.width() > 0 { "  " } else { "" }, Role::Dim);
        whole.append(&told);
        told = whole;
    }
    if below == 0 && more {
        // Who sees the last row takes it for the newest, otherwise.
        told.push(if told.width() > 0 { "  " } else { "" }, Role::Dim);
        told.push(&format!("more below{}", to_end(cache)), Role::Dim);
    }
    if told.width() > 0 {
        if line.width() == 0 && below > 0 {
            let strokes = room.min(MEASURE).saturating_sub(told.width() + 2);
            line.repeat(glyphs.rule, strokes, Role::Faint);
            line.push(if strokes > 0 { " " } else { "" }, Role::Faint);
            line.append(&told);
        } else if !line.push_right(&told, room.min(MEASURE)) {
            line = told;
        }
        line = line.cut(room, glyphs.more);
    }
    (line.width() > 0).then_some((line, below > 0 || more))
}

/// The key that goes to the end, behind what says that something is there.
fn to_end(cache: &LayoutCache) -> String {
    cache.keys.key(Keys::Everywhere, "scroll-end").map(|key| format!("  {key}")).unwrap_or_default()
}

/// How many messages below the view are new: came since it left the end, or were not read before.
fn new_below(account: &Account, pane: &Pane, chat: ChatId, (anchor, last): (Anchor, Option<MessageKey>)) -> u32 {
    let known = account.chats.get(&chat).filter(|_| anchor != Anchor::Bottom);
    let (Some(known), Some(timeline)) = (known, account.timelines.get(&chat)) else { return pane.new_below };
    let after = |key: Option<MessageKey>| {
        let index = key.map_or(0, |key| timeline.index_near(key));
        index + usize::from(key.is_some() && timeline.get(index).map(|entry| entry.message.key) <= key)
    };
    let seen = last.map_or(0, |_| after(last).saturating_sub(after(known.last_read.or(pane.divider))));
    pane.new_below.max(known.unread.saturating_sub(u32::try_from(seen).unwrap_or(u32::MAX)))
}

/// With keys as in vi, that letters are commands.
pub(super) fn vi_mode(context: Context<'_>, pane: &Pane) -> Option<Line> {
    let words = match pane.writing.vi.mode {
        _ if !context.state.settings.vi || context.front.region != Region::Composer => return None,
        Mode::Insert => return None,
        Mode::Normal => "normal",
        Mode::Lines(_) => "lines",
    };
    Some(Line::with(words, Role::Accent))
}

/// What is to be known of the message before it goes: how long it is, how much may be written, whether its links get previews.
fn counted(context: Context<'_>, account: &Account, pane: &Pane) -> Line {
    let now = context.state.now.mono;
    let mut parts = Vec::new();
    if let (true, wanted) = pane.writing.previews(context.state.settings.previews) {
        parts.push(Line::with(if wanted { "with previews" } else { "no previews" }, Role::Accent));
    }
    if let Some((more, until)) = pace::left(account, now) {
        let role = if more == 0 { Role::Warn } else { Role::Dim };
        let left = slow::left(until, now);
        let words =
            if more == 0 { format!("none may go for {left}") } else { format!("{more} may still go within {left}") };
        parts.push(Line::with(&words, role));
    }
    parts.extend(length_of(account, pane));
    let mut line = Line::new();
    for part in parts {
        line.push(if line.width() > 0 { "  " } else { "" }, Role::Dim);
        line.append(&part);
    }
    line
}

/// How long a long text is, or how much more may be written.
fn length_of(account: &Account, pane: &Pane) -> Option<Line> {
    let length = pane.composer.length();
    match account.caps.max_length.or(account.told_length).map(|most| most as usize) {
        Some(most) if length > most => {
            Some(Line::with(&format!("{} too many", count((length - most) as u64)), Role::Error))
        }
        Some(most) if length + LAST > most => Some(Line::with(&format!("{} left", most - length), Role::Dim)),
        None if length > LONG => Some(Line::with(&format!("{} characters", count(length as u64)), Role::Dim)),
        Some(_) | None => None,
    }
}
