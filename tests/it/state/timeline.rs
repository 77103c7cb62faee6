//! Timelines against a model of a server: pushes in order, pages late and in any order, connections lost in between.

use nib::domain::kept::{Seek, Stored, StoredMessage};
use nib::domain::timeline::FetchNumber;
use nib::domain::{CleanText, Message, MessageId, MessageKey, Page, RichText, SortKey, Timeline};
use proptest::prelude::*;
use std::sync::Arc;

fn key(id: u64) -> MessageKey {
    MessageKey { order: SortKey(u128::from(id)), id: MessageId::new(u128::from(id)) }
}

fn message(id: u64, version: u32) -> Arc<Message> {
    let body = RichText::plain(CleanText::new(&format!("{id} v{version}")));
    Arc::new(Message { key: key(id), body, ..Message::default() })
}

#[derive(Clone, Debug)]
enum Step {
    Create,
    CreateSwapped,
    Edit(usize),
    Delete(usize),
    Repeat(u64),
    Ask(u8, usize),
    Deliver(usize),
    Lose,
    Trim(usize),
    TrimNewest(usize),
    Look(u8, usize),
    Find(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => Just(Step::Create),
        1 => Just(Step::CreateSwapped),
        2 => (0..40usize).prop_map(Step::Edit),
        2 => (0..40usize).prop_map(Step::Delete),
        1 => (1..40u64).prop_map(Step::Repeat),
        5 => (0..4u8, 0..40usize).prop_map(|(kind, at)| Step::Ask(kind, at)),
        5 => (0..4usize).prop_map(Step::Deliver),
        1 => Just(Step::Lose),
        1 => (1..10usize).prop_map(Step::Trim),
        1 => (1..10usize).prop_map(Step::TrimNewest),
        4 => (0..4u8, 0..40usize).prop_map(|(kind, at)| Step::Look(kind, at)),
        4 => (0..4usize).prop_map(Step::Find),
    ];
    prop::collection::vec(step, 0..80)
}

struct Flight {
    fetch: FetchNumber,
    page: Page,
    messages: Vec<Arc<Message>>,
    start: bool,
    end: bool,
}

/// What was stored when the store was looked into.
struct Look {
    number: FetchNumber,
    seek: Seek,
    stored: Stored,
}

struct World {
    server: Vec<Arc<Message>>,
    /// What earlier runs have kept, with its holes. What is told in this run changes it.
    kept: Vec<StoredMessage>,
    looks: Vec<Look>,
    next: u64,
    timeline: Timeline,
    flights: Vec<Flight>,
    lost: bool,
}

const LIMIT: usize = 3;

impl World {
    /// A server with a history, some of which earlier runs have kept.
    fn new(history: u64, kept: u64) -> Self {
        let server: Vec<_> = (1..=history).map(|id| message(id, 0)).collect();
        let is_kept = |at: usize| kept >> at & 1 == 1;
        let stored = |(at, message): (usize, &Arc<Message>)| {
            let gap_before = at > 0 && !is_kept(at - 1);
            is_kept(at).then(|| StoredMessage { message: Arc::clone(message), gap_before })
        };
        let kept = server.iter().enumerate().filter_map(stored).collect();
        let (flights, looks) = (Vec::new(), Vec::new());
        Self { server, kept, looks, next: history + 1, timeline: Timeline::default(), flights, lost: false }
    }

    fn look(&mut self, seek: Seek) {
        let all = &self.kept;
        let (from, to) = match seek {
            Seek::Newest | Seek::Date(_) => (all.len().saturating_sub(LIMIT), all.len()),
            Seek::Before(key) => {
                let to = all.partition_point(|entry| entry.message.key < key);
                (to.saturating_sub(LIMIT), to)
            }
            Seek::After(key) => {
                let from = all.partition_point(|entry| entry.message.key <= key);
                (from, (from + LIMIT).min(all.len()))
            }
            Seek::Around(id) => match all.iter().position(|entry| entry.message.key.id == id) {
                Some(at) => (at.saturating_sub(1), (at + 2).min(all.len())),
                None => (0, 0),
            },
        };
        let stored = Stored {
            entries: all[from..to].to_vec(),
            older: from > 0,
            newer: to < all.len(),
            // The next one that is kept says it; after the last one anything may be missing.
            gap_after: all.get(to).is_none_or(|next| next.gap_before),
            aim: None,
            people: Vec::new(),
        };
        let number = self.timeline.open_recall();
        self.looks.push(Look { number, seek, stored });
    }

    fn find(&mut self, at: usize) {
        if !self.looks.is_empty() {
            let at = at % self.looks.len();
            let look = self.looks.remove(at);
            self.timeline.recall(look.number, look.seek, &look.stored);
        }
    }

    fn create(&mut self) -> Arc<Message> {
        let created = message(self.next, 0);
        self.next += 1;
        self.server.push(Arc::clone(&created));
        created
    }

    fn ask(&mut self, page: Page) {
        let all = &self.server;
        let (from, to) = match page {
            Page::Latest | Page::At(_) => (all.len().saturating_sub(LIMIT), all.len()),
            Page::Before(key) => {
                let to = all.partition_point(|message| message.key < key);
                (to.saturating_sub(LIMIT), to)
            }
            Page::After(key) => {
                let from = all.partition_point(|message| message.key <= key);
                (from, (from + LIMIT).min(all.len()))
            }
            Page::Around(id) => match all.iter().position(|message| message.key.id == id) {
                Some(at) => (at.saturating_sub(1), (at + 2).min(all.len())),
                None => (0, 0),
            },
        };
        let found = !matches!(page, Page::Around(_)) || from < to;
        let fetch = self.timeline.open_fetch();
        let messages = all[from..to].to_vec();
        self.flights.push(Flight { fetch, page, messages, start: found && from == 0, end: found && to == all.len() });
    }

    fn deliver(&mut self, at: usize) {
        if self.flights.is_empty() {
            return;
        }
        let at = at % self.flights.len();
        let mut flight = self.flights.remove(at);
        flight.messages.reverse();
        self.timeline.absorb(flight.fetch, flight.page, flight.messages, flight.start, flight.end);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Create => {
                let created = self.create();
                assert!(self.timeline.push(created));
            }
            Step::CreateSwapped => {
                let (first, second) = (self.create(), self.create());
                self.timeline.push(second);
                self.timeline.push(first);
            }
            Step::Edit(at) if !self.server.is_empty() => {
                let at = at % self.server.len();
                let version = self.server[at].body.text.rsplit('v').next().unwrap().parse::<u32>().unwrap() + 1;
                let id = u64::try_from(self.server[at].key.id.value()).unwrap();
                self.server[at] = message(id, version);
                self.timeline.replace(&self.server[at], true);
                if let Some(kept) = self.kept.iter_mut().find(|kept| kept.message.key == self.server[at].key) {
                    kept.message = Arc::clone(&self.server[at]);
                }
            }
            Step::Delete(at) if !self.server.is_empty() => {
                let gone = self.server.remove(at % self.server.len());
                self.timeline.remove(gone.key.id);
                if let Some(at) = self.kept.iter().position(|kept| kept.message.key == gone.key) {
                    let gap = self.kept.remove(at).gap_before;
                    if let Some(next) = self.kept.get_mut(at) {
                        next.gap_before |= gap;
                    }
                }
            }
            Step::Edit(_) | Step::Delete(_) => {}
            Step::Repeat(id) => {
                // Told twice: only what is known, or known to be deleted, can be.
                let known = self.timeline.key_of(MessageId::new(u128::from(id))).is_some();
                let deleted = id < self.next && !self.server.iter().any(|message| message.key == key(id));
                if known || deleted && !self.lost {
                    assert!(!self.timeline.push(message(id, 0)) || self.lost);
                }
            }
            Step::Ask(kind, at) => {
                let at = at % self.timeline.len().max(1);
                let known = self.timeline.get(at).map(|entry| entry.message.key);
                match (kind, known) {
                    (0, _) | (_, None) => self.ask(Page::Latest),
                    (1, Some(key)) => self.ask(Page::Before(key)),
                    (2, Some(key)) => self.ask(Page::After(key)),
                    _ => self.ask(Page::Around(MessageId::new(u128::try_from(at).unwrap() + 1))),
                }
            }
            Step::Deliver(at) => self.deliver(at),
            Step::Lose => {
                // While nobody listens, something is written, changed and deleted; what was asked is never answered.
                self.timeline.mark_stale();
                for flight in std::mem::take(&mut self.flights) {
                    self.timeline.close_fetch(flight.fetch);
                }
                self.create();
                self.create();
                let middle = self.server.len() / 2;
                self.server.remove(middle);
                self.server.pop();
                self.create();
                self.lost = true;
            }
            Step::Look(kind, at) => {
                let known = self.timeline.get(at % self.timeline.len().max(1)).map(|entry| entry.message.key);
                self.look(match (kind, known) {
                    (0, _) | (_, None) => Seek::Newest,
                    (1, Some(key)) => Seek::Before(key),
                    (2, Some(key)) => Seek::After(key),
                    (_, Some(_)) => Seek::Around(key(u64::try_from(at).unwrap()).id),
                });
            }
            Step::Find(at) => self.find(at),
            Step::Trim(keep) => _ = self.timeline.trim(keep, None),
            Step::TrimNewest(keep) => {
                if let Some(first) = self.timeline.first().map(|entry| entry.message.key) {
                    self.timeline.trim_newest(keep, first);
                }
            }
        }
        self.check();
    }

    fn missing(&self, after: Option<MessageKey>, before: Option<MessageKey>) -> bool {
        self.server.iter().any(|message| {
            after.is_none_or(|after| message.key > after) && before.is_none_or(|before| message.key < before)
        })
    }

    fn check(&self) {
        let keys: Vec<MessageKey> = self.timeline.iter().map(|entry| entry.message.key).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "sorted, without duplicates");
        for (index, entry) in self.timeline.iter().enumerate() {
            assert_eq!(self.timeline.key_of(entry.message.key.id), Some(entry.message.key));
            let before = index.checked_sub(1).map(|index| keys[index]);
            if !entry.gap_before {
                assert!(
                    !self.missing(before, Some(entry.message.key)),
                    "a hole is lost before {:?}",
                    entry.message.key
                );
            }
            if !self.lost {
                assert!(self.server.contains(&entry.message), "old or deleted: {:?}", entry.message.body.text);
            }
        }
        if !self.timeline.gap_after() {
            assert!(
                !self.missing(keys.last().copied(), None) || keys.is_empty() && !self.timeline.has_start(),
                "the end is not the end"
            );
        }
        assert!(!self.timeline.has_start() || keys.first().is_none_or(|first| !self.missing(None, Some(*first))));
    }

    /// Everything is answered and every hole filled: then all of it is known.
    fn settle(&mut self) {
        while !self.flights.is_empty() {
            self.deliver(0);
        }
        while !self.looks.is_empty() {
            self.find(0);
            self.check();
        }
        self.ask(Page::Latest);
        self.deliver(0);
        for _ in 0..200 {
            let hole = self.timeline.iter().rev().find(|entry| entry.gap_before).map(|entry| entry.message.key);
            match hole {
                Some(key) => self.ask(Page::Before(key)),
                None if self.timeline.gap_after() || !self.timeline.has_start() => self.ask(Page::Latest),
                None => break,
            }
            self.deliver(0);
            self.check();
        }
        assert!(
            self.timeline.iter().all(|entry| !entry.gap_before) && !self.timeline.gap_after(),
            "holes that nothing fills"
        );
        for message in &self.server {
            assert!(self.timeline.message(message.key.id).is_some(), "{:?} is missing", message.key);
        }
        if !self.lost {
            assert_eq!(self.timeline.len(), self.server.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn converges_whatever_comes_in_whatever_order(history in 0..12u64, kept in 0..4096u64, steps in steps()) {
        let mut world = World::new(history, kept);
        for step in steps {
            world.step(step);
        }
        world.settle();
    }
}

#[test]
fn a_late_page_brings_back_neither_deletion_nor_edit_nor_reaction() {
    let mut timeline = Timeline::default();
    let late = timeline.open_fetch();
    timeline.push(message(4, 0));
    timeline.remove(key(2).id);
    timeline.replace(&message(3, 7), false);
    timeline.replace(&message(4, 9), false);
    let page = (1..=4).map(|id| message(id, 0)).collect();
    let absorbed = timeline.absorb(late, Page::Latest, page, true, true);
    assert_eq!(absorbed.added, 2);
    let texts: Vec<String> = timeline.iter().map(|entry| entry.message.body.text.to_string()).collect();
    assert_eq!(texts, ["1 v0", "3 v7", "4 v9"]);
    assert!(timeline.has_start() && !timeline.gap_after());
}

#[test]
fn nothing_after_a_deleted_message_leaves_the_hole_before_it() {
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, (1..=4).map(|id| message(id, 0)).collect(), true, true);
    timeline.trim_newest(2, key(1));
    timeline.push(message(5, 0));
    let fetch = timeline.open_fetch();
    timeline.remove(key(5).id);
    timeline.absorb(fetch, Page::After(key(5)), Vec::new(), false, true);
    assert!(timeline.gap_after(), "3 and 4 are still missing");
}

#[test]
fn a_page_that_reaches_the_start_shows_what_before_it_is_gone() {
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, (1..=5).map(|id| message(id, 0)).collect(), true, true);
    timeline.mark_stale();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, (3..=5).map(|id| message(id, 0)).collect(), true, true);
    let ids = |timeline: &Timeline| timeline.iter().map(|entry| entry.message.key.id.value()).collect::<Vec<_>>();
    assert_eq!(ids(&timeline), [3, 4, 5]);
    assert!(timeline.has_start());
    timeline.mark_stale();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Before(key(5)), Vec::new(), true, false);
    assert_eq!(ids(&timeline), [5], "nothing is before it");
    assert!(timeline.has_start());
}

fn stored(entries: &[(u64, bool)], older: bool, gap_after: bool) -> Stored {
    let entry = |&(id, gap_before): &(u64, bool)| StoredMessage { message: message(id, 0), gap_before };
    Stored { entries: entries.iter().map(entry).collect(), older, gap_after, ..Stored::default() }
}

#[test]
fn what_is_stored_fills_holes_and_changes_nothing_that_was_told() {
    let mut timeline = Timeline::default();
    let look = timeline.open_recall();
    timeline.remove(key(3).id);
    timeline.replace(&message(4, 9), true);
    timeline.push(message(8, 1));
    let found = stored(&[(1, true), (2, false), (3, false), (4, false), (6, true), (7, false)], true, true);
    assert_eq!(timeline.recall(look, Seek::Newest, &found).added, 5);
    let told: Vec<(String, bool)> =
        timeline.iter().map(|entry| (entry.message.body.text.to_string(), entry.gap_before)).collect();
    let told: Vec<(&str, bool)> = told.iter().map(|(text, gap)| (text.as_str(), *gap)).collect();
    assert_eq!(
        told,
        [("1 v0", true), ("2 v0", false), ("4 v9", false), ("6 v0", true), ("7 v0", false), ("8 v1", true)]
    );
    assert!(timeline.is_loaded() && !timeline.has_start());
    // The network's newest page wins over what was stored at the end, and joins it.
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, [4, 6, 8].map(|id| message(id, 10)).to_vec(), false, true);
    let ids: Vec<u128> = timeline.iter().map(|entry| entry.message.key.id.value()).collect();
    assert_eq!(ids, [1, 2, 4, 6, 8]);
    assert!(timeline.iter().skip(1).all(|entry| !entry.gap_before) && !timeline.gap_after());
}

#[test]
fn what_is_stored_beyond_a_known_end_has_gone() {
    let mut timeline = Timeline::default();
    let look = timeline.open_recall();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, [4, 6].map(|id| message(id, 0)).to_vec(), true, true);
    let found = stored(&[(1, false), (4, false), (5, false), (6, false), (7, false)], false, true);
    assert!(!timeline.recall(look, Seek::Newest, &found).changed);
    assert_eq!(timeline.len(), 2);
}

#[test]
fn stored_pages_join_the_place_that_they_were_asked_for_by() {
    let mut timeline = Timeline::default();
    let look = timeline.open_recall();
    timeline.recall(look, Seek::Newest, &stored(&[(5, false), (6, false)], true, true));
    let look = timeline.open_recall();
    timeline.recall(look, Seek::Before(key(5)), &stored(&[(3, false), (4, false)], true, false));
    assert!(timeline.iter().skip(1).all(|entry| !entry.gap_before) && timeline.first().unwrap().gap_before);
    let look = timeline.open_recall();
    timeline.recall(look, Seek::After(key(6)), &stored(&[(7, false), (9, true)], true, true));
    let gaps: Vec<bool> = timeline.iter().map(|entry| entry.gap_before).collect();
    assert_eq!(gaps, [true, false, false, false, false, true]);
    // The chat begins where nothing older is stored and nothing is missing.
    let look = timeline.open_recall();
    timeline.recall(look, Seek::Before(key(3)), &stored(&[], false, false));
    assert!(timeline.has_start() && timeline.gap_after());
}

#[test]
fn what_was_deleted_unseen_goes_with_the_next_page() {
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, (1..=5).map(|id| message(id, 0)).collect(), true, true);
    timeline.mark_stale();
    assert!(timeline.gap_after());
    let fetch = timeline.open_fetch();
    timeline.push(message(7, 0));
    timeline.absorb(fetch, Page::Latest, [1, 2, 4, 6].map(|id| message(id, 0)).to_vec(), true, true);
    let ids: Vec<u128> = timeline.iter().map(|entry| entry.message.key.id.value()).collect();
    assert_eq!(ids, [1, 2, 4, 6, 7]);
    assert!(timeline.iter().all(|entry| !entry.gap_before) && !timeline.gap_after());
}

#[test]
fn too_many_deletions_to_remember_void_the_pages_under_way() {
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    for id in 1..5_000 {
        timeline.remove(key(id).id);
    }
    let absorbed = timeline.absorb(fetch, Page::Latest, vec![message(1, 0)], true, true);
    assert!(absorbed.void && timeline.is_empty() && !timeline.is_loaded());
}

#[test]
fn a_mention_stays_one_and_reactions_stay_unless_told() {
    let mut timeline = Timeline::default();
    let mut first = (*message(1, 0)).clone();
    first.mentions_me = true;
    first.reactions = vec![nib::domain::Reaction {
        emoji: nib::domain::ReactEmoji::Unicode(CleanText::ours("+")),
        count: 2,
        mine: false,
        by: Box::default(),
    }]
    .into();
    timeline.push(Arc::new(first.clone()));
    let before = timeline.last().unwrap().revision;
    timeline.replace(&message(1, 1), false);
    let now = timeline.last().unwrap();
    assert!(now.message.mentions_me && now.message.reactions == first.reactions && now.revision != before);
    timeline.replace(&message(1, 2), true);
    assert!(timeline.last().unwrap().message.reactions.is_empty());
}
