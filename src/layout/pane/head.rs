//! The heading of a chat: its name, what it is about, and what is to be known of it at a glance.

use super::MEASURE;
use crate::domain::{ChannelKind, Chat, ChatKind, ThreadInfo, UserId};
use crate::layout::arrange::Context;
use crate::layout::glyphs::Glyphs;
use crate::layout::line::Line;
use crate::layout::names::{chat_mark, chat_name, presence_words};
use crate::layout::sidebar::badge;
use crate::layout::style::{Role, Style};
use crate::layout::time::count;
use crate::state::pins::Pins;
use crate::state::unread::{self, Counts};
use crate::state::{Account, levels};
use std::borrow::Cow;

/// The chat's name, what it is about, and at the right how many messages are pinned; where no list of chats shows, what is unread in all others.
pub(super) fn head(context: Context<'_>, account: &Account, chat: &Chat, room: usize) -> Line {
    let glyphs = context.glyphs;
    let (mark, mark_style) = chat_mark(account, chat, glyphs);
    let mut line = Line::with(mark, mark_style);
    line.push(" ", Role::Text);
    let label = crate::layout::account::label(context, account);
    // Who one is here comes before what the chat is about, and is said whole however long the name is; so is, where it can be, what a thread is part of.
    let labelled = label.as_ref().map_or(0, |label| label.width() + 2);
    let of = chat.thread.as_deref().map(|thread| of_thread(account, chat, thread));
    let beside = of.as_deref().map_or(0, |of| (crate::layout::width::width(of) + 3).min(room / 3));
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
