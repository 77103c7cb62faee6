//! Messages from the store: at once when a chat is opened, before the network when it is scrolled or jumped to.

use super::{Asked, PEOPLE, Why, ask, ask_people, edge_of, remember};
use crate::domain::kept::{Anchor as Place, Query, Seek, Stored};
use crate::domain::timeline::{Absorbed, FetchNumber};
use crate::domain::{ChatKey, MessageKey, Page, Priority, SpanKind, Timeline, UserId, Wall};
use crate::state::front::{Anchor, Target};
use crate::state::requests::Edge;
use crate::state::ui::destination;
use crate::state::{Effects, State, history, outbox};

/// Most places noted at which the store has nothing.
const DRY: usize = 500;

/// A chat was opened: what is stored of it is looked up, where somebody read if that is to be gone on with.
pub(in crate::state) fn opened(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let resumes = state.recall.resumes;
    let Some(front) = &mut state.front else { return };
    let loaded = history::timeline_of(&state.core.accounts, chat).is_some_and(Timeline::is_loaded);
    // What was not read comes before what was being read, but for a new start.
    let goes_on = resumes || front.pane.divider.is_none();
    if loaded {
        if let Some(place) = front.places.of(chat).filter(|_| goes_on) {
            go_on(state, chat, place);
        }
        return;
    }
    if !state.recall.on || state.core.chat(chat).is_none_or(|(_, known)| known.is_forum() || known.is_hidden()) {
        return;
    }
    state.recall.dry.retain(|(of, _), _| *of != chat);
    let epoch = front.pane.epoch;
    match front.places.known(chat) {
        _ if !goes_on => look(state, chat, Seek::Newest, Why::Scroll, fx),
        None => ask(state, Query::Anchor(chat), Asked::Place(chat, epoch), fx),
        Some(place) => resume(state, chat, epoch, place, fx),
    }
}

/// Where somebody read is known: messages around that are looked up, else the newest.
pub(super) fn resume(state: &mut State, chat: ChatKey, epoch: u32, place: Option<Place>, fx: &mut Effects) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat) && front.pane.epoch == epoch)
    else {
        return;
    };
    front.places.learn(chat, place);
    match place {
        Some(place) => look(state, chat, Seek::Around(place.message.id), Why::Resume(place, epoch), fx),
        None => look(state, chat, Seek::Newest, Why::Scroll, fx),
    }
}

/// A page is wanted. Returns whether the store is asked for it first.
pub(in crate::state) fn page(state: &mut State, chat: ChatKey, page: Page, fx: &mut Effects) -> bool {
    if !state.recall.on {
        return false;
    }
    let (edge, key) = Edge::of(page);
    if state.recall.is_asked(chat, edge) {
        return edge != Edge::Latest;
    }
    if key.is_some() && state.recall.dry.get(&(chat, edge)).copied() == key {
        return false;
    }
    let (seek, why) = match page {
        Page::Latest => (Seek::Newest, Why::Scroll),
        Page::Before(key) => (Seek::Before(key), Why::Scroll),
        Page::After(key) => (Seek::After(key), Why::Scroll),
        Page::Around(message) => (Seek::Around(message), Why::Jump),
        // What is stored may lack what lies around that moment.
        Page::At(_) => return false,
    };
    look(state, chat, seek, why, fx);
    // What is stored says nothing of what came since.
    edge != Edge::Latest
}

/// A day is wanted. Returns whether the store is asked for it.
pub(in crate::state) fn date(state: &mut State, chat: ChatKey, at: Wall, fx: &mut Effects) -> bool {
    if state.recall.on {
        look(state, chat, Seek::Date(at), Why::Jump, fx);
    }
    state.recall.on
}

fn look(state: &mut State, chat: ChatKey, seek: Seek, why: Why, fx: &mut Effects) {
    let around = matches!(seek, Seek::Around(_) | Seek::Date(_));
    let limit = u32::from(state.settings.page.max(1)) * if around { 2 } else { 1 };
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let number = account.timelines.entry(chat.chat).or_default().open_recall();
    ask(state, Query::Messages { chat, seek, limit }, Asked::Page { chat, number, seek, why }, fx);
}

/// Messages were found, or none.
pub(super) fn came(
    state: &mut State,
    (chat, number, seek, why): (ChatKey, FetchNumber, Seek, Why),
    mut stored: Option<Stored>,
    fx: &mut Effects,
) {
    let window = state.settings.window;
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let community = account.chats.get(&chat.chat).and_then(crate::domain::Chat::community);
    let Some(timeline) = account.timelines.get_mut(&chat.chat) else { return };
    let result = match &stored {
        Some(stored) => timeline.recall(number, seek, stored),
        None => {
            timeline.close_fetch(number);
            Absorbed::default()
        }
    };
    let joined = joins(timeline, seek);
    outbox::show_waiting(account, chat.chat);
    history::trim(account, state.front.as_mut(), chat.chat, window);
    if let Some(stored) = stored.as_mut() {
        // Who wrote is known at once, so that no name has to make way for another.
        remember(state, chat.account, std::mem::take(&mut stored.people));
        ask_people(state, chat.account, community, people(stored), fx);
    }
    // Where nothing was found, that is said now.
    state.touch();
    match (seek, why) {
        // Only the network knows what is missing there.
        (Seek::Before(key) | Seek::After(key), _) if !result.changed || !joined => {
            only_network(state, chat, seek, key, fx);
        }
        (_, Why::Resume(place, epoch)) => {
            let here = history::timeline_of(&state.core.accounts, chat)
                .is_some_and(|timeline| timeline.index_of(place.message).is_some());
            let same = |front: &&crate::state::Front| front.pane.chat == Some(chat) && front.pane.epoch == epoch;
            match state.front.as_ref().filter(same) {
                Some(_) if here => go_on(state, chat, place),
                Some(_) => look(state, chat, Seek::Newest, Why::Scroll, fx),
                None => {}
            }
        }
        _ => {}
    }
    destination::stored(state, chat, seek, fx);
    if let Some(front) = &mut state.front
        && front.pane.chat == Some(chat)
    {
        history::keep_valid(front, &state.core.accounts, chat);
        history::to_unread(front, &state.core.accounts);
    }
}

/// Whether nothing is missing at the place that a page was asked for by.
fn joins(timeline: &Timeline, seek: Seek) -> bool {
    let index = |key| timeline.index_of(key);
    match seek {
        Seek::Before(key) => index(key).and_then(|at| timeline.get(at)).is_some_and(|entry| !entry.gap_before),
        Seek::After(key) => index(key).and_then(|at| timeline.get(at + 1)).is_some_and(|entry| !entry.gap_before),
        Seek::Newest | Seek::Around(_) | Seek::Date(_) => true,
    }
}

fn only_network(state: &mut State, chat: ChatKey, seek: Seek, key: MessageKey, fx: &mut Effects) {
    if state.recall.dry.len() >= DRY {
        state.recall.dry.clear();
    }
    state.recall.dry.insert((chat, edge_of(seek)), key);
    let page = if matches!(seek, Seek::After(_)) { Page::After(key) } else { Page::Before(key) };
    history::ask_network(state, chat, page, Priority::Visible, fx);
}

/// The view stands where it was left, unless it has been moved since.
fn go_on(state: &mut State, chat: ChatKey, place: Place) {
    let here = history::timeline_of(&state.core.accounts, chat)
        .is_some_and(|timeline| timeline.index_of(place.message).is_some());
    let Some(front) = state.front.as_mut().filter(|front| here && front.pane.chat == Some(chat)) else { return };
    let pane = &mut front.pane;
    if pane.anchor != Anchor::Bottom || pane.intent.is_some() || pane.destination.is_some() {
        return;
    }
    let row = u16::try_from(place.row).unwrap_or_default();
    pane.anchor = Anchor::Top { target: Target::Message(place.message), row };
    pane.to_unread = false;
    pane.intent_number = pane.intent_number.wrapping_add(1);
    pane.new_below = state.core.chat(chat).map_or(0, |(_, known)| known.unread);
    state.touch();
}

/// Who wrote, and who is named.
fn people(stored: &Stored) -> Vec<UserId> {
    let mut all: Vec<UserId> = Vec::new();
    for message in stored.entries.iter().map(|entry| &entry.message) {
        all.push(message.author);
        all.extend(message.body.spans.iter().filter_map(|span| match span.kind {
            SpanKind::Mention(user) => user,
            _ => None,
        }));
        if all.len() >= PEOPLE {
            break;
        }
    }
    all
}
