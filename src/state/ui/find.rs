//! Finding words in the open chat: what is typed, what has it, and going from one to the next.
//!
//! What is in memory is looked through at each letter, then what the store keeps; the network is asked once the words stand. The view goes along with
//! typing among messages that are here; others are loaded once the user goes to one. Nothing goes on from the other end by itself.

mod search;

use super::destination::{Arrival, Destination};
use super::field::Field;
use super::{open, trail};
use crate::domain::{ChatKey, MessageId, MessageKey, Sought, Timeline};
use crate::state::action::TextEdit;
use crate::state::effect::Effects;
use crate::state::front::{Anchor, Front, Region, ScrollIntent, Target};
use crate::state::{State, history};
use std::collections::BTreeSet;

pub(in crate::state) use search::{answered, stored};

/// Most messages that are remembered as found; beyond that the oldest are left out.
const MOST: usize = 20_000;

/// Words that are looked for in a chat.
#[derive(Clone, Debug)]
pub struct Find {
    /// What is typed, or was.
    pub field: Field,
    /// It is still being typed.
    pub typing: bool,
    /// What it means; `None` while there is nothing of it.
    pub sought: Option<Sought>,
    /// The message that is shown, counted from the newest that was found, and how many were.
    pub place: (usize, usize),
    chat: ChatKey,
    /// Grows with each change of the words.
    number: u64,
    found: BTreeSet<MessageKey>,
    /// The one that is shown.
    at: Option<MessageKey>,
    /// It is being loaded.
    going: bool,
    /// The view goes along with what is typed.
    follows: bool,
    /// Up to where the chat's memory was looked through.
    seen: Seen,
    search: search::Search,
    from: Origin,
}

/// What of a timeline is another when it holds something else: its revision, how many messages it has, and the first and the last of them.
type Seen = (u32, usize, Option<MessageKey>, Option<MessageKey>);

/// Where the user was before.
#[derive(Clone, Copy, Debug)]
struct Origin {
    region: Region,
    cursor: Option<Target>,
    anchor: Anchor,
    /// Messages up to there come first.
    key: Option<MessageKey>,
}

impl Find {
    /// Whether something is still being looked through, so that more may come.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.search.is_under_way() || self.going
    }

    /// Whether all there is was looked through.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.search.is_complete()
    }

    fn count(&mut self) {
        self.place = (self.at.map_or(0, |at| self.found.range(at..).count()), self.found.len());
    }

    /// Messages are gone, loaded or not.
    pub(in crate::state) fn deleted(&mut self, deleted: &[MessageId]) {
        self.found.retain(|key| !deleted.contains(&key.id));
        self.count();
    }

    /// Takes in what was found elsewhere than in memory.
    fn add(&mut self, found: impl Iterator<Item = MessageKey>) {
        self.found.extend(found);
        while self.found.len() > MOST {
            self.found.pop_first();
            self.search.left_out();
        }
    }
}

fn find_of(state: &mut State) -> Option<&mut Find> {
    state.front.as_mut()?.pane.find.as_mut()
}

/// The user wants to find something: these words, or those that are about to be typed.
pub(super) fn wanted(state: &mut State, words: &str, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if !front.overlays.is_empty() {
        return;
    }
    let Some(chat) = front.pane.chat.filter(|_| front.pane.forum.is_none()) else {
        return state.notice("No chat is open in which words could be found", true, fx);
    };
    if words.is_empty() && front.pane.find.as_ref().is_some_and(|find| find.typing) {
        return step(state, true, fx);
    }
    // Where one was before can be gone back to, also after one has stayed with what was found.
    if front.pane.find.is_none() {
        trail::leave(state);
    }
    let Some(front) = &mut state.front else { return };
    let mut field = Field::new();
    field.insert(words);
    front.pane.find = Some(begun(front, chat, field));
    front.region = Region::Messages;
    renew(state, fx);
    if !words.is_empty() {
        stay(state, fx);
    }
}

fn begun(front: &Front, chat: ChatKey, field: Field) -> Find {
    let visible = front.pane.visible.as_ref().filter(|visible| visible.chat == Some(chat));
    let cursor = match front.pane.cursor {
        Some(Target::Message(key)) if front.region == Region::Messages => Some(key),
        _ => None,
    };
    let bottom = front.pane.anchor == Anchor::Bottom;
    let key = cursor.or_else(|| visible.filter(|_| !bottom).and_then(|visible| visible.last));
    let from = Origin { region: front.region, cursor: front.pane.cursor, anchor: front.pane.anchor, key };
    Find {
        field,
        typing: true,
        sought: None,
        place: (0, 0),
        chat,
        number: 0,
        found: BTreeSet::new(),
        at: None,
        going: false,
        follows: true,
        seen: Seen::default(),
        search: search::Search::default(),
        from,
    }
}

/// The words are other ones now.
fn renew(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    front.finds += 1;
    find.number = front.finds;
    find.sought = Sought::new(find.field.text());
    find.found.clear();
    (find.at, find.going, find.follows, find.seen) = (None, false, true, Seen::default());
    front.pane.destination = None;
    find.search = search::Search::default();
    look_through(state);
    pick(state);
    search::ask_store(state, fx);
    state.touch();
}

/// Text is typed into the words.
pub(super) fn typed(state: &mut State, text: &str, fx: &mut Effects) {
    if let Some(find) = find_of(state) {
        find.field.insert(text);
        renew(state, fx);
    }
}

/// The words are edited.
pub(super) fn edit(state: &mut State, edit: TextEdit, fx: &mut Effects) {
    let Some(find) = find_of(state) else { return };
    match find.field.edit(edit) {
        true => renew(state, fx),
        false => state.touch(),
    }
}

/// The words stand: the user stays at what is shown, and the network is asked, too.
pub(super) fn stay(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    if find.sought.is_none() {
        let last = std::mem::take(&mut front.find_last);
        if last.is_empty() {
            return leave(state, fx);
        }
        find.field.insert(&last);
        front.find_last = last;
        renew(state, fx);
    }
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    find.typing = false;
    front.find_last = find.field.text().to_owned();
    let at = find.at;
    match at {
        Some(key) => go(state, key, fx),
        None => {
            let Some(find) = find_of(state) else { return };
            find.search.wants = Some(true);
        }
    }
    search::ask_network(state, fx);
    search::go_on(state, fx);
    state.touch();
}

/// Finding ends, and the user is where they were before.
pub(super) fn leave(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = front.pane.find.take() else { return };
    let Origin { region, cursor, anchor, .. } = find.from;
    front.pane.destination = None;
    front.region = region;
    front.pane.cursor = cursor;
    match anchor {
        Anchor::Bottom => open::to_bottom(&mut front.pane),
        Anchor::Top { target, row } => {
            front.pane.anchor = anchor;
            front.pane.intent = None;
            front.pane.intent_number = front.pane.intent_number.wrapping_add(1);
            let gone = match target {
                Target::Message(key) => history::timeline_of(&state.core.accounts, find.chat)
                    .is_none_or(|timeline| timeline.index_of(key).is_none())
                    .then_some(key),
                Target::Pending(_) => None,
            };
            if let Some(key) = gone {
                trail::to_message(state, find.chat, (key.id, Some(key)), Arrival::View(row), fx);
            }
        }
    }
    state.touch();
}

/// Lets go of what was found, where one is. Returns whether there was something.
pub(super) fn let_go(state: &mut State) -> bool {
    let Some(front) = &mut state.front else { return false };
    let was = front.pane.find.take().is_some();
    if was {
        state.touch();
    }
    was
}

/// To the next one that was found: an older one, or a newer one.
pub(super) fn step(state: &mut State, older: bool, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if !front.overlays.is_empty() {
        return;
    }
    let Some(find) = &mut front.pane.find else {
        let last = front.find_last.clone();
        wanted(state, &last, fx);
        if !older {
            turn_round(state, fx);
        }
        return;
    };
    (find.search.row, find.search.wants, find.follows) = (0, None, false);
    advance(state, older, fx);
}

/// Finding begins at what is nearest before where one is; whoever wants what is newer goes on from there.
fn turn_round(state: &mut State, fx: &mut Effects) {
    let Some(find) = find_of(state).filter(|find| !find.typing && find.from.key.is_some()) else { return };
    match find.at {
        Some(at) if Some(at) <= find.from.key => advance(state, false, fx),
        Some(_) => {}
        None => find.search.wants = find.search.wants.map(|_| false),
    }
}

fn advance(state: &mut State, older: bool, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    let cursor = match front.pane.cursor {
        Some(Target::Message(key)) if front.region == Region::Messages && !find.going => Some(key),
        _ => None,
    };
    // Whoever moved the cursor goes on from there.
    let base = if find.at.is_some() { cursor.or(find.at) } else { find.from.key };
    let next = match (base, older) {
        // The first one is the nearest before where one was, else the nearest after.
        (Some(base), true) if find.at.is_none() => {
            find.found.range(..=base).next_back().or_else(|| find.found.range(base..).next()).copied()
        }
        (Some(base), true) => find.found.range(..base).next_back().copied(),
        (Some(base), false) => {
            find.found.range((std::ops::Bound::Excluded(base), std::ops::Bound::Unbounded)).next().copied()
        }
        (None, true) => find.found.last().copied(),
        (None, false) => None,
    };
    match next {
        Some(key) => go(state, key, fx),
        None => search::beyond(state, older, fx),
    }
}

/// Shows one that was found, and loads what is around it where it is not here.
fn go(state: &mut State, key: MessageKey, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    let chat = find.chat;
    find.at = Some(key);
    find.count();
    let here = is_here(&state.core.accounts, chat, key);
    find.going = !here;
    if here {
        front.pane.destination = None;
        show(front, key);
    } else {
        trail::to_message(state, chat, (key.id, None), Arrival::Noted, fx);
    }
    state.touch();
}

fn is_here(accounts: &[crate::state::Account], chat: ChatKey, key: MessageKey) -> bool {
    history::timeline_of(accounts, chat).is_some_and(|timeline| timeline.index_of(key).is_some())
}

fn show(front: &mut Front, key: MessageKey) {
    let target = Target::Message(key);
    let in_view = front.pane.intent.is_none()
        && front.pane.visible.as_ref().is_some_and(|visible| {
            visible.first.zip(visible.last).is_some_and(|(first, last)| first < key && key <= last)
        });
    front.region = Region::Messages;
    front.pane.cursor = Some(target);
    front.pane.scroll(if in_view { ScrollIntent::Show(target) } else { ScrollIntent::Center(target) });
}

/// While the words are typed, the view goes to the one that is nearest before where one was, else to the one after it, among those that are here.
fn pick(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = front.pane.find.as_mut().filter(|find| find.typing && find.follows) else { return };
    let accounts = &state.core.accounts;
    let here = |key: &&MessageKey| is_here(accounts, find.chat, **key);
    let before = |from: MessageKey| find.found.range(..=from).rev();
    let from = find.from.key.or_else(|| find.found.last().copied());
    let nearest = from.and_then(|from| {
        let older = before(from).find(here).or_else(|| find.found.range(from..).find(here));
        older.or_else(|| before(from).next()).or_else(|| find.found.range(from..).next())
    });
    let nearest = nearest.copied();
    let shown = nearest.filter(|key| is_here(accounts, find.chat, *key));
    find.at = nearest;
    find.count();
    match shown {
        Some(key) => show(front, key),
        None => front.pane.cursor = find.from.cursor,
    }
}

/// Looks through what is in memory: what it has now, and has no longer.
fn look_through(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    let (Some(sought), Some(timeline)) = (&find.sought, history::timeline_of(&state.core.accounts, find.chat)) else {
        return find.count();
    };
    let (before, _, _, _) = std::mem::replace(&mut find.seen, seen(timeline));
    // Another timeline counts anew.
    let before = if before > timeline.revision() { 0 } else { before };
    find.found.retain(|key| !timeline.is_deleted(key.id));
    let mut fresh = Vec::new();
    for entry in timeline.iter().filter(|entry| entry.revision > before) {
        match sought.is_in(&entry.message) {
            true => fresh.push(entry.message.key),
            false => _ = find.found.remove(&entry.message.key),
        }
    }
    find.add(fresh.into_iter());
    find.at = find.at.filter(|at| find.found.contains(at) || find.going);
    find.count();
}

fn seen(timeline: &Timeline) -> Seen {
    let key = |entry: Option<&crate::domain::Entry>| entry.map(|entry| entry.message.key);
    (timeline.revision(), timeline.len(), key(timeline.first()), key(timeline.last()))
}

/// What was found follows what is in memory; finding ends with the chat that it was in.
pub(in crate::state) fn keep(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let Some(find) = &mut front.pane.find else { return };
    if front.pane.chat != Some(find.chat) || front.pane.forum.is_some() {
        front.pane.find = None;
        return state.touch();
    }
    // Whoever went elsewhere has typed all.
    let left = find.typing && front.region != Region::Messages && front.overlays.is_empty();
    if left {
        find.typing = false;
        front.find_last = find.field.text().to_owned();
    }
    let told = history::timeline_of(&state.core.accounts, find.chat).map_or_else(Seen::default, seen);
    let changed = find.sought.is_some() && told != find.seen;
    let wanted = front.pane.destination.and_then(Destination::message);
    // Whoever refused it has said why.
    let arrived = find.going && wanted != find.at.map(|at| at.id);
    if left && find.sought.is_none() {
        front.pane.find = None;
    }
    if changed {
        look_through(state);
    }
    if let (true, Some(find)) = (arrived, find_of(state)) {
        find.going = false;
    }
    if changed || left || arrived {
        state.touch();
    }
}

/// The network does not have a message: it is none of those that were found.
pub(super) fn gone(state: &mut State, chat: ChatKey, message: MessageId) {
    if let Some(find) = find_of(state).filter(|find| find.chat == chat) {
        find.deleted(&[message]);
        state.touch();
    }
}
