//! Pages of history: asked for once per edge, taken in, kept within bounds.

use super::front::{Anchor, Front, Pane, ScrollIntent, Target};
use super::requests::{Edge, Purpose};
use super::ui::destination::{self, Became, Destination};
use super::{Account, Effects, State, former, keep, messages, outbox, people, pins, polls, recall, roster, slow};
use crate::domain::timeline::FetchNumber;
use crate::domain::{
    AccountId, Bundle, ChatId, ChatKey, Message, MessageId, MessageKey, Page, Priority, Refusal, RefusalKind, Request,
    Timeline, UserId,
};
use std::sync::Arc;

/// Messages kept of a chat that is not open.
const BACKGROUND: usize = 200;
/// How far a timeline may outgrow its bound before it is cut, so that cutting is rare.
const SLACK: usize = 64;

/// Most messages of a chat that are asked about before the network has shown that it has the chat.
const MISSING: usize = 8;

/// Asks for a page for a chat's timeline: the store, and the network for what is not stored.
pub(super) fn fetch(state: &mut State, chat: ChatKey, page: Page, priority: Priority, fx: &mut Effects) {
    // What cannot be had is not asked for: the pane says why it is empty.
    let is_shut = state.core.chat(chat).is_some_and(|(_, known)| known.is_forum() || known.is_hidden());
    if !is_shut && !recall::page(state, chat, page, fx) {
        ask_network(state, chat, page, priority, fx);
    }
}

/// Asks the network for a page, unless it is under way, or was asked for in vain.
pub(super) fn ask_network(state: &mut State, chat: ChatKey, page: Page, priority: Priority, fx: &mut Effects) {
    let limit = state.settings.page.max(1);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let (edge, _) = Edge::of(page);
    if !account.is_signed_in()
        || account.requests.is_fetching(chat.chat, edge)
        || account.requests.is_stuck(chat.chat, page)
    {
        return;
    }
    let fetch = account.timelines.entry(chat.chat).or_default().open_fetch();
    let request = Request::FetchHistory { chat: chat.chat, page, limit };
    let purpose = Purpose::History { chat: chat.chat, fetch, page };
    let Some(id) = state.ask(chat.account, request, priority, purpose, fx) else { return };
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.edges.insert((chat.chat, edge), id);
    }
    state.touch();
}

/// The user goes to the open chat: asks for its newest page if it is not there, or may not be the newest, also where that was refused before.
pub(super) fn refresh_open(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    try_again(state, chat);
    newest(state, chat, fx);
}

/// What was asked for a chat in vain may be asked for again.
pub(super) fn try_again(state: &mut State, chat: ChatKey) {
    if let Some(account) = state.core.account_mut(chat.account) {
        account.requests.stuck.retain(|(of, ..)| *of != chat.chat);
    }
}

/// Asks for the newest page of a chat if it is not there, or may not be the newest.
fn newest(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let current = timeline_of(&state.core.accounts, chat);
    if current.is_none_or(|timeline| !timeline.is_loaded() || timeline.gap_after()) {
        fetch(state, chat, Page::Latest, Priority::User, fx);
    }
    confirm(state, fx);
}

/// Asks for what the open chat missed, when the user did nothing for it; where that marks it read, not before somebody reads it.
pub(super) fn catch_up(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    let marks = state.core.account(chat.account).is_some_and(|account| account.caps.fetch_marks_read);
    let loaded = timeline_of(&state.core.accounts, chat).is_some_and(Timeline::is_loaded);
    let looks = state.front.as_ref().is_some_and(Front::looks_at_end);
    let waits = marks && loaded && !looks;
    if let Some(front) = &mut state.front {
        front.pane.catch_up = waits;
    }
    if waits {
        return;
    }
    newest(state, chat, fx);
    // What shows may have waited for the connection since it was laid out.
    let visible = state.front.as_ref().and_then(|front| front.pane.visible.as_ref());
    let wanted = visible.filter(|visible| visible.chat == Some(chat)).map(|it| (it.wants_before, it.wants_after));
    let (before, after) = wanted.unwrap_or_default();
    let last = timeline_of(&state.core.accounts, chat).and_then(Timeline::last).map(|entry| entry.message.key);
    if let Some(key) = before {
        fetch(state, chat, Page::Before(key), Priority::Visible, fx);
    }
    if let Some(key) = after.filter(|after| last != Some(*after)) {
        fetch(state, chat, Page::After(key), Priority::Visible, fx);
    }
}

/// What came of a page.
pub(super) struct Came {
    pub(super) messages: Vec<Arc<Message>>,
    pub(super) bundle: Bundle,
    pub(super) reached_start: bool,
    pub(super) reached_end: bool,
}

/// A page came.
pub(super) fn came(state: &mut State, chat: ChatKey, number: FetchNumber, page: Page, came: Came, fx: &mut Effects) {
    let (edge, _) = Edge::of(page);
    let window = state.settings.window;
    let now = state.now;
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(chat.account) else { return };
    account.requests.edges.remove(&(chat.chat, edge));
    roster::put_bundle(account, came.bundle);
    let Some(mut timeline) = account.timelines.remove(&chat.chat) else { return };
    let told: Vec<Arc<Message>> = came
        .messages
        .into_iter()
        .filter(|message| message.chat == chat.chat)
        .map(|message| messages::marked(account, Some(&timeline), message))
        .collect();
    let authors: Vec<UserId> = told.iter().map(|message| message.author).collect();
    let uncounted = polls::uncounted(&told);
    let found = !matches!(page, Page::Around(id) if told.iter().all(|message| message.key.id != id));
    let messages = if account.outbox.chats.contains_key(&chat.chat) { told.clone() } else { Vec::new() };
    let differing = former::differing(account, &timeline, &told);
    let result = timeline.absorb(number, page, told, came.reached_start, came.reached_end);
    let newest = timeline.last().map(|entry| entry.message.key);
    let is_end = !timeline.gap_after() && (newest.is_some() || timeline.has_start());
    // Something was missed while the newest page was under way.
    let behind = page == Page::Latest && timeline.gap_after();
    for (message, before) in differing {
        // Unless it is from before what was told since.
        if timeline.message(message.key.id).is_some_and(|known| known.body.text == message.body.text) {
            account.former.add(&message, &before);
        }
    }
    account.timelines.insert(chat.chat, timeline);
    outbox::show_waiting(account, chat.chat);
    if result.changed || result.void || behind {
        account.requests.loosen(chat.chat, edge);
    } else {
        account.requests.note_stuck(chat.chat, page);
    }
    let_missing_go(account, chat.chat, stamp);
    if let Some(newest) = newest {
        let (_, moved) = roster::note_newest(account, chat.chat, newest);
        account.order.dirty |= moved;
    }
    if is_end {
        roster::know_newest(account, chat.chat, newest);
    }
    outbox::confirm_known(account, chat.chat);
    outbox::find_unconfirmed(account, chat.chat, &messages, fx);
    slow::learn(account, chat.chat, now);
    let community = account.chats.get(&chat.chat).and_then(crate::domain::Chat::community);
    trim(account, state.front.as_mut(), chat.chat, window);
    people::ask_unknown(state, chat.account, community, &authors, fx);
    polls::ask(state, chat, &uncounted, fx);
    if let Some(front) = &mut state.front
        && front.pane.chat == Some(chat)
    {
        keep_valid(front, &state.core.accounts, chat);
        to_unread(front, &state.core.accounts);
    }
    // It is asked for again. A chat that was left meanwhile is when it is opened.
    if (behind || result.void && page == Page::Latest)
        && state.front.as_ref().is_some_and(|front| front.pane.chat == Some(chat))
    {
        catch_up(state, fx);
        if result.void && state.front.as_ref().is_some_and(|front| !front.pane.catch_up) {
            fetch(state, chat, page, Priority::User, fx);
        }
    }
    destination::came(state, chat, page, if found { Became::Here } else { Became::Gone }, fx);
    confirm(state, fx);
    outbox::pump(state, chat, fx);
    state.touch();
}

/// Asks whether what is in memory of the open chat still is as it was when something may have been missed: what shows first, then the rest.
pub(super) fn confirm(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let Some(timeline) = account.timelines.get(&chat.chat).filter(|timeline| timeline.is_doubtful()) else {
        return;
    };
    // The newest page comes first; where it has to wait, so does the rest.
    if timeline.gap_after() && (front.pane.catch_up || front.looks_at_end()) {
        return;
    }
    let visible = front.pane.visible.as_ref().filter(|visible| visible.chat == Some(chat));
    let shown = visible.and_then(|visible| visible.first.zip(visible.last));
    // The newest page is asked for elsewhere, and not wherever somebody reads.
    let may_ask = |page| page != Page::Latest && !account.requests.is_stuck(chat.chat, page);
    match timeline.to_confirm(shown, may_ask) {
        None => {}
        Some((page, true)) => ask_network(state, chat, page, Priority::Visible, fx),
        Some((page, false)) => ask_network(state, chat, page, Priority::Background, fx),
    }
}

/// The network has a chat: of messages in doubt that it does not have, it is certain now that they are gone.
fn let_missing_go(account: &mut Account, chat: ChatId, stamp: crate::domain::kept::Stamp) {
    let Some(mut gone) = account.requests.missing.remove(&chat) else { return };
    let Some(timeline) = account.timelines.get_mut(&chat) else { return };
    gone.retain(|message| timeline.is_in_doubt(*message));
    for message in &gone {
        timeline.remove(*message);
    }
    account.quotes.deleted(chat, &gone);
    keep::deleted(account, chat, &gone, stamp);
}

/// What was asked for by a message is not there. Where that one is in doubt: whether it is because the message is gone, or the chat, the next page shows.
/// Returns whether that says all there is to say: not where a message is here that is not looked for, and nothing is known to have become of it.
fn is_missing(account: &mut Account, chat: ChatId, page: Page, refusal: &Refusal, seek: Option<MessageId>) -> bool {
    let named = match page {
        Page::Latest | Page::At(_) => None,
        Page::Before(key) | Page::After(key) => Some(key.id),
        Page::Around(message) => Some(message),
    };
    let Some(message) = named.filter(|message| refusal.kind == RefusalKind::NotFound && seek != Some(*message)) else {
        return false;
    };
    let timeline = account.timelines.get(&chat);
    if timeline.is_some_and(|timeline| timeline.is_in_doubt(message)) {
        account.requests.missing.entry(chat).or_default().push(message);
        account.requests.loosen(chat, Edge::Latest);
        return true;
    }
    // It was deleted while the question was under way.
    timeline.is_none_or(|timeline| timeline.key_of(message).is_none())
}

/// A page did not come.
pub(super) fn refused(
    state: &mut State,
    chat: ChatKey,
    number: FetchNumber,
    page: Page,
    refusal: &Refusal,
    fx: &mut Effects,
) {
    let (edge, _) = Edge::of(page);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    account.requests.edges.remove(&(chat.chat, edge));
    // Not asked again until the chat is opened anew or the connection stands again: a refusal must not become a loop.
    account.requests.note_stuck(chat.chat, page);
    if let Some(timeline) = account.timelines.get_mut(&chat.chat) {
        timeline.close_fetch(number);
    }
    let open = state.front.as_ref().map(|front| &front.pane).filter(|pane| pane.chat == Some(chat));
    let wanted = open.and_then(|pane| pane.destination).and_then(Destination::message);
    let missing = is_missing(account, chat.chat, page, refusal, wanted);
    let waiting = account.requests.missing.get(&chat.chat).map_or(0, Vec::len);
    // Where the pane says why nothing can be read, nothing else has to.
    let news =
        account.is_signed_in() && !missing && account.chats.get(&chat.chat).is_none_or(|known| !known.is_hidden());
    let told = news && open.is_some();
    if told {
        state.notice(format!("History could not be fetched: {}", refusal.text), true, fx);
    }
    let open = state.front.as_ref().map(|front| &front.pane).filter(|pane| pane.chat == Some(chat));
    if waiting > 0 && open.is_some_and(|pane| !pane.catch_up) {
        ask_network(state, chat, Page::Latest, Priority::Visible, fx);
    }
    let gone = refusal.kind == RefusalKind::NotFound;
    destination::came(state, chat, page, if gone { Became::Gone } else { Became::Refused(told) }, fx);
    if missing && waiting < MISSING {
        confirm(state, fx);
    }
    outbox::pump(state, chat, fx);
    state.touch();
}

/// The view of a chat just opened goes to what was not read, once the newest messages are here.
pub(super) fn to_unread(front: &mut Front, accounts: &[Account]) {
    let Some(chat) = front.pane.chat else { return };
    // The first of what was not read may be stored, and then nothing has to be waited for.
    let divider = front.pane.divider;
    let stored = |timeline: &Timeline| {
        timeline.last().is_some_and(|last| Some(last.message.key) > divider)
            && timeline.first().is_some_and(|first| Some(first.message.key) <= divider)
    };
    let here = timeline_of(accounts, chat)
        .is_some_and(|timeline| timeline.is_loaded() && (!timeline.gap_after() || stored(timeline)));
    if here && std::mem::take(&mut front.pane.to_unread) && front.pane.anchor == Anchor::Bottom {
        front.pane.scroll(ScrollIntent::Unread);
    }
}

/// The timeline of a chat.
pub(super) fn timeline_of(accounts: &[Account], chat: ChatKey) -> Option<&Timeline> {
    accounts.iter().find(|account| account.id == chat.account)?.timelines.get(&chat.chat)
}

/// After messages went: anchor, cursor and mode point at something that is still there.
pub(super) fn keep_valid(front: &mut Front, accounts: &[Account], chat: ChatKey) {
    if front.pane.chat != Some(chat) {
        return;
    }
    let Some(account) = accounts.iter().find(|account| account.id == chat.account) else { return };
    let timeline = account.timelines.get(&chat.chat);
    let next_to = |key: MessageKey| {
        let timeline = timeline?;
        let at = timeline.index_near(key).min(timeline.len().checked_sub(1)?);
        timeline.get(at).map(|entry| Target::Message(entry.message.key))
    };
    let valid = |target: Target| match target {
        Target::Message(key) => timeline.is_some_and(|timeline| timeline.index_of(key).is_some()),
        Target::Pending(nonce) => account.outbox.find(chat.chat, nonce).is_some(),
    };
    let repaired = |target: Target| match target {
        Target::Message(key) => next_to(key),
        Target::Pending(_) => timeline.and_then(Timeline::last).map(|entry| Target::Message(entry.message.key)),
    };
    if let Some(cursor) = front.pane.cursor.filter(|cursor| !valid(*cursor)) {
        front.pane.cursor = repaired(cursor);
    }
    if let Anchor::Top { target, .. } = front.pane.anchor
        && !valid(target)
    {
        front.pane.anchor = match repaired(target) {
            Some(target) if matches!(target, Target::Message(_)) => Anchor::Top { target, row: 0 },
            _ => Anchor::Bottom,
        };
    }
    if let Some(ScrollIntent::Show(target) | ScrollIntent::Center(target)) = front.pane.intent
        && !valid(target)
    {
        front.pane.intent = None;
    }
}

/// Keeps a timeline within its bound: the oldest go, but never what is on screen; far up in the history the newest go instead.
pub(super) fn trim(account: &mut Account, front: Option<&mut Front>, chat: ChatId, window: usize) {
    let key = account.key(chat);
    let Some(timeline) = account.timelines.get_mut(&chat) else { return };
    let pane = front.map(|front| &mut front.pane).filter(|pane| pane.chat == Some(key));
    let Some(pane) = pane else {
        if timeline.len() > BACKGROUND.min(window) + SLACK {
            timeline.trim(BACKGROUND.min(window), None);
        }
        return;
    };
    let window = window.max(50);
    if timeline.len() <= window + SLACK {
        return;
    }
    cut(timeline, pane, window);
    pane.selected.retain(|selected| timeline.index_of(*selected).is_some());
}

/// Cuts the timeline of the open chat around what is on screen.
fn cut(timeline: &mut Timeline, pane: &Pane, window: usize) {
    let Anchor::Top { target, .. } = pane.anchor else {
        timeline.trim(window, None);
        return;
    };
    let top = match target {
        Target::Message(key) => Some(key),
        Target::Pending(_) => None,
    };
    let cursor = match pane.cursor {
        Some(Target::Message(key)) => Some(key),
        _ => None,
    };
    // A page of what lies above the view stays, so that a little scrolling needs no fetch.
    let oldest = [top, cursor].into_iter().flatten().min();
    let margin = oldest
        .and_then(|key| timeline.get(timeline.index_near(key).saturating_sub(window / 4)))
        .map(|entry| entry.message.key);
    timeline.trim(window, margin.or(oldest));
    if timeline.len() > window + SLACK {
        let shown = pane.visible.as_ref().and_then(|visible| visible.last);
        let newest = [top, cursor, shown].into_iter().flatten().max();
        if let Some(newest) = newest {
            timeline.trim_newest(window, newest);
        }
    }
}

/// Drops the timelines of chats that were not visited lately. `kept`: those that were, of all accounts.
pub(super) fn drop_unvisited(accounts: &mut [Account], kept: &[ChatKey]) {
    for account in accounts {
        let id = account.id;
        let busy = &account.requests.edges;
        account
            .timelines
            .retain(|chat, _| kept.contains(&ChatKey::new(id, *chat)) || busy.keys().any(|(of, _)| of == chat));
        account.pins.retain(|chat, _| account.timelines.contains_key(chat));
    }
}

/// The connection is gone: whatever is in memory may no longer be the newest, and what was in vain may be tried again.
pub(super) fn mark_stale(state: &mut State, account: AccountId) {
    if let Some(account) = state.core.account_mut(account) {
        for timeline in account.timelines.values_mut() {
            timeline.mark_stale();
        }
        account.requests.stuck.clear();
        account.requests.missing.clear();
        pins::mark_stale(account);
        account.quotes.mark_stale();
    }
}
