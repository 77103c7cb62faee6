//! The status line, and the line across the top when the connection blocks something.

use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::names::{Names, presence_mark, presence_words};
use super::pane::under_cursor;
use super::scene::{Area, Scene};
use super::style::{Role, Style};
use super::time::length;
use super::width::{prefix, width as line_width};
use super::wrap;
use crate::domain::parts::hidden_address;
use crate::domain::{LinkPhase, Mono, Wall};
use crate::state::Account;
use crate::state::action::{Context as Keys, MessageAction};
use crate::state::front::{Region, Target, Tier};
use crate::state::offered::{Offer, offer};
use crate::state::outbox::Stage;
use crate::state::ui::sidebar::SidebarRow;

/// Cells that the keys keep beside words about what is under the cursor.
const LAST_HINTS: usize = 22;
/// Columns that the address of a link may take.
const ADDRESS: usize = 48;
/// Between two hints.
const GAP: &str = "   ";

/// What is hinted at for the message under the cursor, those first that are wanted most.
const HINTED: &[(&MessageAction, &str)] = &[
    (&MessageAction::Reply, "reply"),
    (&MessageAction::React(String::new()), "react"),
    (&MessageAction::Edit, "edit"),
    (&MessageAction::Delete, "delete"),
    (&MessageAction::CopyText, "copy"),
    (&MessageAction::OpenLink, "open link"),
    (&MessageAction::Reveal, "show hidden"),
    (&MessageAction::Press(None), "press"),
    (&MessageAction::GoToReplied, "go to original"),
    (&MessageAction::Forward(String::new()), "pass on"),
    (&MessageAction::Menu, "more"),
];

fn seconds_until(context: Context<'_>, at: Mono) -> u64 {
    u64::try_from(at.since(context.state.now.mono).as_millis().div_ceil(1_000)).unwrap_or(0)
}

/// One line across the top when the open chat's account is not connected.
pub(super) fn banner(context: Context<'_>, cache: &LayoutCache, width: usize) -> Option<Line> {
    let account = context.state.shown_account(context.front)?;
    let key = |action| cache.keys.key(Keys::Everywhere, action);
    let part = |line: &mut Line, words: &str, role| {
        if !words.is_empty() {
            line.push(&format!(" {} ", context.glyphs.between), Role::Faint);
            line.push(words, role);
        }
    };
    let mut line = Line::new();
    let told = super::account::label(context, account);
    // Where there are several accounts, this is about one of them.
    let begin = |line: &mut Line, mark: &str, alone: &str, of_several: &str| match &told {
        None => line.push(&format!("{} {alone}", context.glyphs.offline), Style::of(Role::Error).bold()),
        Some(label) => {
            line.push(&format!("{mark} "), Role::Error);
            line.append(label);
            line.push(&format!(" {of_several}"), Style::of(Role::Error).bold());
        }
    };
    match &account.link {
        LinkPhase::Offline { reason, retry_at, .. } => {
            begin(&mut line, context.glyphs.offline, "Offline", "is offline");
            let tries = seconds_until(context, *retry_at);
            let when = if tries == 0 { "trying again".to_owned() } else { format!("next try in {}", length(tries)) };
            part(&mut line, &when, Role::Text);
            if let Some(key) = key("reconnect").filter(|_| tries > 0) {
                part(&mut line, &format!("{key} tries now"), Role::Dim);
            }
            let why = reason.trim().trim_end_matches('.');
            if line.width() + 12 < width {
                part(&mut line, why, Role::Dim);
            }
        }
        LinkPhase::SignedOut { reason } if account.was_signed_in() => {
            begin(&mut line, context.glyphs.failed, "Signed out", "is signed out");
            part(
                &mut line,
                &format!("{} signs in", key("sign-in").or(key("reconnect")).unwrap_or("/sign-in")),
                Role::Text,
            );
            part(&mut line, reason.trim().trim_end_matches('.'), Role::Dim);
        }
        LinkPhase::SignedOut { .. }
        | LinkPhase::Idle
        | LinkPhase::Connecting
        | LinkPhase::Syncing
        | LinkPhase::Online => return None,
    }
    Some(line.cut(width.saturating_sub(usize::from(width > 20)), context.glyphs.more))
}

/// Most rows that a notice takes.
const NOTICE_ROWS: usize = 3;

/// The notice with its mark, broken into rows that leave a cell free at each edge. What does not fit is cut behind a word.
fn notice(context: Context<'_>, cache: &LayoutCache, width: usize) -> Vec<Line> {
    let Some(notice) = &context.front.notice else { return Vec::new() };
    let glyphs = context.glyphs;
    let (mark, role) =
        if notice.bad { (format!("{} ", glyphs.failed), Role::Error) } else { (String::new(), Role::Text) };
    let mut text = notice.text.replace(['\n', '\t'], " ");
    if let Some(action) = notice.key {
        let keys: Vec<&str> = Keys::ALL.iter().filter_map(|place| cache.keys.key(*place, action)).take(1).collect();
        text.push_str(&keys.first().map_or(", and none is bound to it".to_owned(), |key| format!(": {key}")));
    }
    let indent = line_width(&mark);
    let room = width.saturating_sub(2 + indent).max(1);
    let mut parts = Vec::new();
    wrap::rows(&text, room, room, wrap::Breaking::Words, &mut parts);
    let mut lines: Vec<Line> = Vec::new();
    for (number, part) in parts.iter().take(NOTICE_ROWS).enumerate() {
        let mut line = Line::with(if number == 0 { mark.as_str() } else { "" }, role);
        line.pad_to(indent, role);
        let words = text.get(part.clone()).unwrap_or_default().trim_end_matches(' ');
        if number + 1 == NOTICE_ROWS && parts.len() > NOTICE_ROWS {
            // Room for the mark, by whole words where there are several.
            let mut kept = words;
            while line_width(kept) + line_width(glyphs.more) > room {
                match kept.rfind(' ') {
                    Some(end) => kept = kept.get(..end).unwrap_or_default(),
                    None => break,
                }
            }
            line.push_cut(&format!("{kept}{}", glyphs.more), room, glyphs.more, role);
        } else {
            line.push(words, role);
        }
        lines.push(line);
    }
    lines
}

/// Whether something is offered for what is typed: its keys go before what is told, unless that names a key for a while, as for taking something back.
fn completes(context: Context<'_>) -> bool {
    let stays = context.front.notice.as_ref().is_some_and(|notice| notice.key.is_some());
    context.front.region == Region::Composer && context.front.pane.completion.is_some() && !stays
}

/// How many rows the status line takes: more than one only for a notice that does not fit, and never more than a third of the screen.
pub(super) fn height(context: Context<'_>, cache: &LayoutCache, width: u16, height: u16) -> u16 {
    let rows = if completes(context) { 1 } else { notice(context, cache, usize::from(width)).len().max(1) };
    u16::try_from(rows).unwrap_or(1).min(height / 3).max(1)
}

/// Places the status line: who and where at the left, keys or a notice from column `split` on. A long notice has it for itself.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, area: Area, split: u16, scene: &mut Scene) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let glyphs = context.glyphs;
    let mut line = Line::with(" ", Role::Text);
    // On narrow screens what the cursor is on comes before who one is.
    let gives_way = context.tier <= Tier::Narrow && account_under_cursor(context).is_some();
    let shown = context.state.shown_account(context.front).filter(|account| account.was_signed_in() && !gives_way);
    if let Some(account) = shown {
        line.append(&who(context, account));
    }
    let told = if completes(context) { Vec::new() } else { notice(context, cache, width) };
    let start = usize::from(split).max(line.width() + 2) + usize::from(split > 0);
    if told.len() > 1 || told.first().is_some_and(|first| start + first.width() > width) {
        for (row, told) in (0..area.height).zip(&told) {
            let mut line = Line::with(" ", Role::Text);
            line.append(told);
            let line = line.cut(width.saturating_sub(1), glyphs.more);
            scene.put(Area { y: area.y + row, height: 1, ..area }, line);
        }
        return;
    }
    line = line.cut(start.saturating_sub(1).min(width), glyphs.more);
    line.pad_to(start.min(width), Role::Text);
    let room = width.saturating_sub(line.width() + 1);
    match told.first() {
        Some(told) => line.append(told),
        None => line.append(&whole_hints(&hints(context, cache, room), room)),
    }
    scene.put(area, line);
}

/// Who is signed in where, and how the connection is.
fn who(context: Context<'_>, account: &Account) -> Line {
    let glyphs = context.glyphs;
    let more = glyphs.more;
    let (mark, style, words) = match &account.link {
        LinkPhase::Idle if context.state.offline => (glyphs.offline, Role::Faint, "offline".to_owned()),
        LinkPhase::Idle => (glyphs.offline, Role::Faint, "not connected".to_owned()),
        LinkPhase::Connecting => (glyphs.pending, Role::Warn, format!("connecting{more}")),
        LinkPhase::Syncing | LinkPhase::Online if account.silent_since.is_some() => {
            let since = account.silent_since.map_or(0, |since| context.state.now.mono.since(since).as_secs());
            (glyphs.pending, Role::Warn, format!("no answer for {}", length(since)))
        }
        LinkPhase::Syncing => (glyphs.pending, Role::Warn, format!("syncing{more}")),
        LinkPhase::Online => {
            let seen = presence_words(account, account.me);
            let words = account
                .latency
                .map_or_else(|| seen.to_owned(), |latency| format!("{seen} {} ms", latency.as_millis().min(99_999)));
            let (mark, style) = presence_mark(account, account.me, glyphs);
            (mark, style.role, words)
        }
        LinkPhase::Offline { .. } => (glyphs.offline, Role::Error, "offline".to_owned()),
        LinkPhase::SignedOut { .. } => (glyphs.offline, Role::Error, "signed out".to_owned()),
    };
    let mut line = Line::with(mark, style);
    let told = super::account::label(context, account);
    // Where the label says who it is, it is said once.
    let name = Names { account, community: None }.person(account.me);
    let known = account.users.contains_key(&account.me);
    let doubled = *name == *account.label || told.is_some() && super::account::who(account).is_none();
    let same = known && doubled;
    if known && (told.is_none() || !same) {
        line.push(" ", Role::Text);
        line.push_cut(name, 16, more, Style::of(Role::Me));
    }
    if !account.label.is_empty() && (told.is_some() || !same) {
        line.push(if line.width() > 1 { "  " } else { " " }, Role::Text);
        let look = if told.is_some() { super::account::style(account) } else { Role::Dim.into() };
        line.push_cut(&crate::domain::CleanText::line(&account.label), 16, more, look);
    }
    line.push("  ", Role::Text);
    line.push(&words, Role::Dim);
    line
}

/// Keys that help here: as many whole ones as fit, those named first before the others. Hints are parted by three spaces.
fn hints(context: Context<'_>, cache: &mut LayoutCache, room: usize) -> Line {
    let mut line = Line::new();
    if !context.front.overlays.is_empty() {
        return line;
    }
    let (keys, calendar, ..) = cache.parts();
    if let Some(told) = account_under_cursor(context) {
        // Where there is little room, the way to all other keys is enough.
        let keys = if room < 2 * LAST_HINTS { LAST_HINTS / 2 } else { LAST_HINTS };
        line.append(&told.cut(room.saturating_sub(keys), context.glyphs.more));
    }
    let selected = context.front.pane.selected.len();
    if selected > 0 && context.front.region == Region::Messages {
        line.push(&format!("{selected} selected"), Style::of(Role::Accent).bold());
    } else if let Some(time) = time_under_cursor(context).and_then(|at| calendar.time(at)) {
        line.push(&time, Role::Faint);
    }
    if let Some(told) = saving(context) {
        line.push(if line.width() > 0 { GAP } else { "" }, Role::Text);
        line.append(&told.cut(room.saturating_sub(LAST_HINTS), context.glyphs.more));
    }
    let mut add = |key: Option<String>, words: &str| {
        if let Some(key) = key {
            line.push(if line.width() > 0 { GAP } else { "" }, Role::Text);
            line.push(&key, Role::Text);
            line.push(" ", Role::Dim);
            line.push(words, Role::Dim);
        }
    };
    let key = |place, action: &str| keys.key(place, action).map(str::to_owned);
    let both = |one: Option<String>, other: Option<String>| one.zip(other).map(|(one, other)| pair(&one, &other));
    match context.front.region {
        Region::Composer | Region::Messages if context.front.pane.chat.is_none() => {
            add(key(Keys::Welcome, "accept"), "choose");
            add(both(key(Keys::Welcome, "move -1"), key(Keys::Welcome, "move 1")), "move");
            add(key(Keys::Everywhere, "quit"), "quit");
        }
        // The list of threads has its keys below it.
        Region::Composer | Region::Messages if context.front.pane.forum.is_some() => {
            add(key(Keys::Everywhere, "jump"), "jump");
        }
        Region::Composer if context.front.pane.completion.is_some() => {
            add(key(Keys::Completion, "complete").or_else(|| key(Keys::Completion, "accept")), "take");
            add(both(key(Keys::Completion, "move -1"), key(Keys::Completion, "move 1")), "choose");
            add(key(Keys::Completion, "cancel"), "close");
        }
        Region::Composer => {
            add(key(Keys::Everywhere, "jump"), "jump");
            add(key(Keys::Composer, "focus-sidebar").filter(|_| !context.front.shows_sidebar()), "list");
            add(key(Keys::Everywhere, "next-unread"), "next unread");
            add(both(key(Keys::Everywhere, "previous-chat"), key(Keys::Everywhere, "next-chat")), "chats");
        }
        Region::Sidebar => {
            let account = match context.front.sidebar.selected() {
                Some(SidebarRow::Account { account, open }) => Some((context.state.core.account(*account), *open)),
                _ => None,
            };
            let out = |account: &Account| matches!(account.link, LinkPhase::SignedOut { .. });
            let signs_in = account.is_some_and(|(account, _)| account.is_some_and(out));
            add(key(Keys::Everywhere, "reconnect").filter(|_| signs_in), "sign in");
            match account {
                Some((_, open)) => add(key(Keys::Sidebar, "accept"), if open { "fold" } else { "unfold" }),
                None => {
                    add(key(Keys::Sidebar, "accept"), "open");
                    add(key(Keys::Sidebar, "fold"), "fold");
                }
            }
            add(key(Keys::Sidebar, "focus-composer").or_else(|| key(Keys::Sidebar, "cancel")), "back");
            let several = context.front.sidebar.rail.iter().filter(|place| place.community().is_some()).count() > 1;
            let steps = both(key(Keys::Sidebar, "previous-community"), key(Keys::Sidebar, "next-community"));
            add(steps.filter(|_| several), "community");
        }
        Region::Members => {
            add(key(Keys::Members, "accept"), "show");
            add(key(Keys::Everywhere, "toggle-members"), "hide");
            add(key(Keys::Members, "focus-composer").or_else(|| key(Keys::Members, "cancel")), "back");
        }
        Region::Messages if context.front.pane.find.as_ref().is_some_and(|find| find.typing) => {
            add(key(Keys::Find, "accept"), "stay here");
            add(both(key(Keys::Find, "find-next"), key(Keys::Find, "find-previous")), "older, newer");
            add(key(Keys::Find, "cancel"), "go back");
            return line;
        }
        Region::Messages => {
            let finds = context.front.pane.find.is_some();
            add(key(Keys::Messages, "find-next").filter(|_| finds), "older");
            add(key(Keys::Messages, "find-previous").filter(|_| finds), "newer");
            let Some((account, target)) = under_cursor(context) else { return line };
            match target {
                Target::Pending(nonce) => {
                    let row = context.front.pane.chat.and_then(|chat| account.outbox.find(chat.chat, nonce));
                    let sends =
                        row.is_some_and(|row| matches!(row.stage, Stage::InFlight(_)) && row.progress.is_some());
                    add(key(Keys::Messages, "cancel-file").filter(|_| sends), "stop");
                    // What is on its way can neither be sent again nor be taken back.
                    if !row.is_some_and(|row| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed)) {
                        return line;
                    }
                    match row.is_some_and(|row| row.needs_change()) {
                        true => add(key(Keys::Messages, "edit"), "change"),
                        false => add(key(Keys::Messages, "retry"), "send again"),
                    }
                    add(key(Keys::Messages, "discard"), "take back");
                }
                // With several it is another thing: what all of them take.
                Target::Message(_) if !context.front.pane.selected.is_empty() => {
                    let Some(chat) = context.front.pane.chat else { return line };
                    let all: Vec<Target> = context.front.pane.selected.iter().copied().map(Target::Message).collect();
                    let offered = |what: &MessageAction| offer(context.state, chat, &all, what) == Offer::Yes;
                    let forward = MessageAction::Forward(String::new());
                    add(key(Keys::Messages, "delete").filter(|_| offered(&MessageAction::Delete)), "delete");
                    add(key(Keys::Messages, "forward").filter(|_| offered(&forward)), "pass on");
                    add(key(Keys::Messages, "copy-text").filter(|_| offered(&MessageAction::CopyText)), "copy");
                    add(key(Keys::Messages, "cancel"), "let go");
                }
                Target::Message(_) => {
                    let Some(chat) = context.front.pane.chat else { return line };
                    let offered = |what| offer(context.state, chat, &[target], what) == Offer::Yes;
                    let message = match target {
                        Target::Message(key) => {
                            account.timelines.get(&chat.chat).and_then(|known| known.message(key.id))
                        }
                        Target::Pending(_) => None,
                    };
                    // Words that hide where they lead say it before they are followed.
                    let leads = message.and_then(|message| hidden_address(message));
                    let leads = leads.map(|address| format!("open {}", prefix(&address, ADDRESS).0));
                    let files = message.is_some_and(|message| !message.attachments.is_empty());
                    for (what, words) in HINTED {
                        let words = match &leads {
                            Some(leads) if matches!(what, MessageAction::OpenLink) => leads.as_str(),
                            _ => words,
                        };
                        let named = what.name().and_then(|name| key(Keys::Messages, name));
                        if **what == MessageAction::CopyText {
                            add(key(Keys::Messages, "save").filter(|_| files), "save");
                        }
                        add(named.filter(|_| offered(what)), words);
                    }
                }
            }
        }
    }
    add(key(Keys::Everywhere, "help"), "help");
    line
}

/// What is being saved, and how far that is.
fn saving(context: Context<'_>) -> Option<Line> {
    let live: Vec<_> = context.state.downloads.live().collect();
    let first = live.first()?;
    let mut line = Line::with("saving ", Role::Dim);
    match live.len() {
        1 => _ = line.push_cut(&first.name, 20, context.glyphs.more, Role::Text),
        several => line.push(&format!("{several} files"), Role::Text),
    }
    let (done, of) = live
        .iter()
        .fold((0_u128, 0_u128), |(done, of), one| (done + u128::from(one.done), of + u128::from(one.wanted.size)));
    if let Some(percent) = (done * 100).checked_div(of) {
        line.push(&format!(" {} %", percent.min(100)), Role::Dim);
    }
    Some(line)
}

/// What the account under the cursor of the sidebar has to say, in full.
fn account_under_cursor(context: Context<'_>) -> Option<Line> {
    let Some(SidebarRow::Account { account, .. }) = context.front.sidebar.selected() else { return None };
    let account = context.state.core.account(*account).filter(|_| context.front.region == Region::Sidebar)?;
    let Some((words, role)) = super::account::words(account) else {
        let who = super::account::who(account);
        let parts = [context.state.network_told(account), who, Some(account.server.as_str())];
        let mut line = Line::new();
        for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
            let between = if line.width() > 0 { format!(" {} ", context.glyphs.between) } else { String::new() };
            line.push(&between, Role::Faint);
            line.push(&crate::domain::CleanText::line(part), Role::Dim);
        }
        return Some(line);
    };
    let mut line = Line::with(words, role);
    if let LinkPhase::SignedOut { reason } | LinkPhase::Offline { reason, .. } = &account.link
        && !reason.trim().is_empty()
    {
        // In another look than keys, which follow as hints of their own.
        line.push(&format!(": {}", reason.trim().trim_end_matches('.')), Role::Dim);
    }
    Some(line)
}

/// When the message under the cursor was written: those below another of the same author show no time of their own.
fn time_under_cursor(context: Context<'_>) -> Option<Wall> {
    if context.front.region != Region::Messages {
        return None;
    }
    let (account, target) = under_cursor(context)?;
    let Target::Message(key) = target else { return None };
    account.timelines.get(&context.front.pane.chat?.chat)?.message(key.id)?.at
}

/// Leaves out whole hints where there is no room for all: those before the last one, which is the way to all others.
pub(super) fn whole_hints(line: &Line, room: usize) -> Line {
    if line.width() <= room {
        return line.clone();
    }
    let mut hints: Vec<Line> = Vec::new();
    for (text, style) in line.runs() {
        if hints.is_empty() || text.starts_with(GAP) {
            hints.push(Line::new());
        }
        if let Some(hint) = hints.last_mut() {
            hint.push(text, style);
        }
    }
    let last = hints.pop().unwrap_or_default();
    let mut kept = Line::new();
    for hint in hints {
        if kept.width() + hint.width() + last.width() <= room {
            kept.append(&hint);
        } else {
            break;
        }
    }
    if kept.width() == 0 {
        return last.without_indent().cut(room, "");
    }
    kept.append(&last);
    kept
}

/// Two keys as one: `Alt-Up/Down`.
pub(super) fn pair(one: &str, other: &str) -> String {
    let start = one.rfind('-').map_or(0, |at| at + 1);
    let same = start > 0 && other.get(..start) == one.get(..start);
    format!("{one}/{}", if same { other.get(start..).unwrap_or_default() } else { other })
}
