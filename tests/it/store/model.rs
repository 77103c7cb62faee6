//! History against a model: whatever comes in whatever order, what is stored is true as far as it was told.
//!
//! A server writes, changes and deletes; a connection comes and goes; pages are asked for and arrive late, out of order, in a state of any moment in
//! between. `NIB_STORE_CASES` says how many schedules.

use super::*;
use nib::domain::Page;
use nib::store::{Stamp, Stamps};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug)]
enum Step {
    Create(u8),
    Edit(usize),
    Delete(usize),
    Drop,
    Connect,
    Ask { kind: u8, near: usize, limit: u8, early: bool },
    Arrive(usize),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1u8..8).prop_map(Step::Create),
        3 => any::<usize>().prop_map(Step::Edit),
        3 => any::<usize>().prop_map(Step::Delete),
        1 => Just(Step::Drop),
        2 => Just(Step::Connect),
        6 => (0u8..4, any::<usize>(), 1u8..9, any::<bool>()).prop_map(|(kind, near, limit, early)| Step::Ask { kind, near, limit, early }),
        6 => any::<usize>().prop_map(Step::Arrive),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..70)
}

/// A page on its way.
struct Asked {
    page: Page,
    limit: usize,
    stamp: Stamp,
    /// Its content, if the server looked at once.
    content: Option<Content>,
}

type Content = (Vec<Arc<Message>>, bool, bool);

struct World {
    /// Messages by number, with how often each was changed.
    server: BTreeMap<u128, u32>,
    next: u128,
    connected: bool,
    stamps: Stamps,
    asked: Vec<Asked>,
    /// What was told over the connection: versions, and deletions.
    told: BTreeMap<u128, u32>,
    deleted: BTreeSet<u128>,
    /// Identities do not sort as places do.
    wild: bool,
    open: Option<Open>,
    file: PathBuf,
}

impl World {
    fn key(&self, number: u128) -> MessageKey {
        let id = if self.wild { u128::MAX / 2 - number * 0x9e37_79b9_7f4a_7c15 } else { number };
        MessageKey { order: SortKey(number), id: MessageId::new(id) }
    }

    fn message(&self, number: u128, version: u32) -> Arc<Message> {
        let plain = message(number, &format!("{version}"));
        Arc::new(Message { key: self.key(number), ..Message::clone(&plain) })
    }

    fn nth(&self, near: usize) -> Option<u128> {
        self.server.keys().nth(near % self.server.len().max(1)).copied()
    }

    fn write(&mut self, write: Write) -> Absorbed {
        self.open.as_mut().unwrap().write(write).unwrap()
    }

    fn look(&self, page: Page, limit: usize) -> Content {
        let all: Vec<u128> = self.server.keys().copied().collect();
        let (from, to) = match page {
            Page::Latest | Page::At(_) => (all.len().saturating_sub(limit), all.len()),
            Page::Before(key) => {
                let end = all.partition_point(|number| self.key(*number) < key);
                (end.saturating_sub(limit), end)
            }
            Page::After(key) => {
                let start = all.partition_point(|number| self.key(*number) <= key);
                (start, (start + limit).min(all.len()))
            }
            Page::Around(id) => match all.iter().position(|number| self.key(*number).id == id) {
                Some(at) => (at.saturating_sub(limit / 2), (at + limit.div_ceil(2)).min(all.len())),
                None => return (Vec::new(), false, false),
            },
        };
        let messages = all[from..to].iter().map(|number| self.message(*number, self.server[number])).collect();
        (messages, from == 0, to == all.len())
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Create(count) => {
                for _ in 0..count {
                    // Not every number is used, as on a network.
                    self.next += 1 + self.next % 3;
                    self.server.insert(self.next, 0);
                    if self.connected {
                        let (messages, told) = (vec![self.message(self.next, 0)], self.stamps.told());
                        self.told.insert(self.next, 0);
                        self.write(Write::Push { chat: CHAT, messages, told });
                    }
                }
            }
            Step::Edit(near) => {
                let Some(number) = self.nth(near) else { return };
                let version = self.server[&number] + 1;
                self.server.insert(number, version);
                if self.connected {
                    self.told.insert(number, version);
                    let (message, told) = (self.message(number, version), self.stamps.told());
                    self.write(Write::Change { account: ME, message, with_reactions: near.is_multiple_of(2), told });
                }
            }
            Step::Delete(near) => {
                let Some(number) = self.nth(near) else { return };
                self.server.remove(&number);
                if self.connected {
                    self.deleted.insert(number);
                    let (messages, told) = (vec![self.key(number).id], self.stamps.told());
                    self.write(Write::Delete { chat: CHAT, messages, told });
                }
            }
            Step::Drop => {
                if self.connected {
                    self.missed();
                }
                self.connected = false;
            }
            Step::Connect => self.connect(),
            // Nobody asks where nobody answers. What was asked before arrives once there is a connection again, or never.
            Step::Ask { .. } | Step::Arrive(_) if !self.connected => {}
            Step::Ask { kind, near, limit, early } => {
                let near = self.nth(near).map(|number| self.key(number));
                let page = match (kind, near) {
                    (0, _) | (_, None) => Page::Latest,
                    (1, Some(key)) => Page::Before(key),
                    (2, Some(key)) => Page::After(key),
                    (_, Some(key)) => Page::Around(key.id),
                };
                let (limit, stamp) = (usize::from(limit), self.stamps.ask());
                let content = early.then(|| self.look(page, limit));
                self.asked.push(Asked { page, limit, stamp, content });
            }
            Step::Arrive(which) if !self.asked.is_empty() => {
                let asked = self.asked.remove(which % self.asked.len());
                self.arrive(asked);
            }
            Step::Arrive(_) => {}
            Step::Reopen => {
                self.open.take().unwrap().close();
                self.open = Some(Open::at(&self.file));
                // Nothing that was asked for in one run arrives in another.
                self.asked.clear();
                self.stamps = Stamps::default();
                self.connected = false;
            }
        }
    }

    fn connect(&mut self) {
        self.connected = true;
    }

    fn missed(&mut self) {
        let at = self.stamps.missed();
        self.write(Write::Missed { account: ME, at });
    }

    fn arrive(&mut self, asked: Asked) {
        // A page that only now comes about brings what was never told: as good as told.
        let (messages, reached_start, reached_end) =
            asked.content.unwrap_or_else(|| self.look(asked.page, asked.limit));
        let page =
            Write::Page { chat: CHAT, asked: asked.stamp, page: asked.page, messages, reached_start, reached_end };
        self.write(page);
    }

    /// What must be true after every step.
    fn check(&mut self) {
        let stored = self.open.as_mut().unwrap().messages(Seek::Newest, 5_000);
        let mut before: Option<MessageKey> = None;
        let exists = |from: Option<MessageKey>, to: Option<MessageKey>| {
            self.server
                .keys()
                .map(|number| self.key(*number))
                .find(|key| from.is_none_or(|from| *key > from) && to.is_none_or(|to| *key < to))
        };
        for entry in &stored.entries {
            let (key, number) = (entry.message.key, entry.message.key.order.0);
            let version: u32 = entry.message.body.text.parse().unwrap();
            assert_eq!(key, self.key(number));
            assert!(!self.deleted.contains(&number), "{number} was resurrected");
            assert!(self.told.get(&number).is_none_or(|told| version >= *told), "{number} is older than what was told");
            assert!(before.is_none_or(|before| before < key), "in order");
            if !entry.gap_before {
                assert_eq!(exists(before, Some(key)), None, "no hole is told before {number}");
            }
            before = Some(key);
        }
        if self.connected && !stored.gap_after {
            assert_eq!(exists(before, None), None, "no hole is told at the end");
        }
        assert!(!stored.older && !stored.newer);
        let Ok(Found::Holes(holes)) = self.open.as_mut().unwrap().read(Query::Holes { chat: CHAT, limit: 5_000 })
        else {
            panic!("holes")
        };
        let gaps = stored.entries.iter().filter(|entry| entry.gap_before).count() + usize::from(stored.gap_after);
        assert_eq!(holes.len(), gaps);
    }

    /// Everything is asked for once more, page by page: what is stored is what the server has.
    fn settle(&mut self) {
        self.connect();
        let mut page = Page::Latest;
        loop {
            let stamp = self.stamps.ask();
            let content = self.look(page, 5);
            let (oldest, done) = (content.0.first().map(|message| message.key), content.1);
            self.arrive(Asked { page, limit: 5, stamp, content: Some(content) });
            match oldest {
                Some(oldest) if !done => page = Page::Before(oldest),
                _ => break,
            }
        }
        let stored = self.open.as_mut().unwrap().messages(Seek::Newest, 5_000);
        let read: BTreeMap<u128, u32> = stored
            .entries
            .iter()
            .map(|entry| (entry.message.key.order.0, entry.message.body.text.parse().unwrap()))
            .collect();
        assert_eq!(read, self.server);
        assert!(!stored.gap_after && stored.entries.iter().all(|entry| !entry.gap_before), "no hole is left");
    }
}

#[test]
fn whatever_comes_in_whatever_order_what_is_stored_is_true() {
    let cases = std::env::var("NIB_STORE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(40);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&(steps(), any::<bool>()), |(steps, wild)| {
        let (_folder, file) = home();
        let mut world = World {
            server: BTreeMap::new(),
            next: 0,
            connected: false,
            stamps: Stamps::default(),
            asked: Vec::new(),
            told: BTreeMap::new(),
            deleted: BTreeSet::new(),
            wild,
            open: Some(Open::at(&file)),
            file,
        };
        for step in steps {
            world.step(step);
            world.check();
        }
        world.settle();
        world.check();
        let open = world.open.as_mut().unwrap();
        assert_eq!(open.care(Care::Check), Ok(Seen::Check(Vec::new())));
        world.open.take().unwrap().close();
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}
