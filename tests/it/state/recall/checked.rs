//! Whatever is kept of earlier runs, and wherever somebody goes: once everything is answered, what shows is what the network has. On the way there after a
//! lost connection nothing flickers.
//!
//! The real reducer, the real store, the real layout; a server that answers everything truly. `NIB_CHECKED` says how many stories.

use super::*;
use nib::layout::{LayoutCache, arrange};
use nib::state::action::MessageAction;
use nib::state::front::{Anchor, PaneId, Target, Visible};
use nib::store::{Command, Options, Replies, Store};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const SIZE: (u16, u16) = (90, 20);
/// Messages in a page of history.
const PAGE: u16 = 12;
const GENERAL: u128 = 11;

/// What the user or others do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Pages(i32),
    Rows(i32),
    Start,
    End,
    /// The user goes to the message that one of those on screen answers.
    Jump(i32),
    /// The user looks at another chat and comes back.
    Away,
    Say,
    Change(usize),
    Delete(usize),
    /// The connection is lost; so many things happen; it stands again.
    Lose(u8),
    Quit,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (-3..4i32).prop_map(Step::Pages),
        3 => (-30..30i32).prop_map(Step::Rows),
        1 => Just(Step::Start),
        2 => Just(Step::End),
        3 => (-8..0i32).prop_map(Step::Jump),
        1 => Just(Step::Away),
        2 => Just(Step::Say),
        2 => any::<usize>().prop_map(Step::Change),
        2 => any::<usize>().prop_map(Step::Delete),
        2 => (0..9u8).prop_map(Step::Lose),
        2 => Just(Step::Quit),
    ]
}

/// How the server treats a place that is not there any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manners {
    /// Numbers are places, with or without a message.
    Lenient,
    /// There is no page around a message that is not there.
    Strict,
}

pub(super) struct World {
    script: Script,
    cache: LayoutCache,
    told: Option<Visible>,
    store: Option<(Store, Replies)>,
    folder: tempfile::TempDir,
    /// By number: how often it was changed.
    truth: BTreeMap<u128, u32>,
    next: u128,
    manners: Manners,
    /// Effects to be carried out, the oldest first.
    due: VecDeque<Effect>,
    /// How many pages were asked of the network.
    pub(super) asked: usize,
    online: bool,
    /// Every frame since the connection was lost, while it is looked at.
    frames: Option<Vec<Frame>>,
    /// What was wrong with frames.
    flicker: Option<String>,
}

/// What stood on the screen.
#[derive(Clone, PartialEq, Debug)]
struct Frame {
    anchor: Anchor,
    numbers: BTreeSet<u128>,
}

impl World {
    pub(super) fn new(history: u128, manners: Manners) -> Self {
        let truth = (1..=history).map(|number| (number, 0)).collect();
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            script: Script::fresh(true),
            cache: LayoutCache::new(jiff::tz::TimeZone::UTC),
            told: None,
            store: None,
            folder,
            truth,
            next: history + 1,
            manners,
            due: VecDeque::new(),
            asked: 0,
            online: true,
            frames: None,
            flicker: None,
        };
        world.begin();
        world
    }

    /// A run begins, with what the ones before have kept.
    fn begin(&mut self) {
        let settings = Arc::new(Settings { page: PAGE, window: 60, ..Settings::default() });
        self.script = Script::fresh(true);
        self.script.store = false;
        self.script.state = saved(settings, self.script.now);
        self.script.state.front.as_mut().unwrap().wish = Some("Rust/general".to_owned());
        self.store = Some(Store::start(Options::new(self.folder.path().join("store.db"))).unwrap());
        self.told = None;
        self.event(Event::Resized { width: SIZE.0, height: SIZE.1 });
        self.event(Event::Focused(true));
        self.event(Event::Started);
        self.settle();
        self.link();
        self.settle();
        self.script.state.front.as_mut().unwrap().wish = None;
        self.act(Action::OpenChat(chat(GENERAL)));
        self.settle();
    }

    fn link(&mut self) {
        self.event(Event::Link(HOME, signed_in()));
    }

    fn event(&mut self, event: Event) {
        self.due.extend(self.script.event(event));
    }

    fn act(&mut self, action: Action) {
        self.look();
        self.event(Event::Act(action));
        self.look();
    }

    /// Lays out and tells what came of it.
    fn look(&mut self) {
        for _ in 0..8 {
            let scene = arrange(&self.script.state, &mut self.cache, SIZE.0, SIZE.1);
            let (_, visible) = scene.visible[0].clone();
            if self.told.as_ref() == Some(&visible) {
                return;
            }
            self.told = Some(visible.clone());
            self.event(Event::Arranged(PaneId(0), visible));
            self.note_frame();
        }
    }

    fn note_frame(&mut self) {
        let Some(visible) = self.told.as_ref().filter(|_| self.frames.is_some()) else { return };
        let anchor = visible.anchor;
        let numbers = self.shown().into_iter().map(|(number, _)| number).collect();
        self.frames.as_mut().expect("they are noted").push(Frame { anchor, numbers });
    }

    /// While what was missed comes in, nothing goes and comes again, and what somebody reads does not move.
    fn judge_frames(&mut self) {
        let frames = self.frames.take().unwrap_or_default();
        let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return };
        let stays: BTreeSet<u128> = first.numbers.intersection(&last.numbers).copied().collect();
        let reads = match first.anchor {
            Anchor::Top { target: Target::Message(key), .. } => Some(key.id.value()),
            _ => None,
        };
        let reads = reads.filter(|number| self.truth.contains_key(number));
        // Where so much has gone that the rest fits below, the view ends with it.
        let newest = self.truth.last_key_value().map(|(number, _)| *number);
        let fits = |frame: &Frame| {
            let both = [reads, newest].into_iter().flatten().all(|number| frame.numbers.contains(&number));
            frame.anchor == Anchor::Bottom && both
        };
        for frame in &frames {
            if !stays.is_subset(&frame.numbers) {
                self.flicker = Some(format!("something went and came again: {frames:?}"));
            }
            if reads.is_some() && frame.anchor != first.anchor && !fits(frame) {
                self.flicker = Some(format!("what was read has moved: {frames:?}"));
            }
        }
    }

    fn message(&self, number: u128, version: u32) -> Arc<Message> {
        let author = if number.is_multiple_of(4) { ME } else { ADA };
        let mut message = said(chat(GENERAL), number, author, &format!("n{number} v{version}"));
        message.edited = (version > 0).then_some(Wall(i64::from(version)));
        let to = Some(number * 7 % 97 + 1).filter(|to| *to < number);
        message.reply = to.map(|to| Box::new(ReplyInfo { to: Some(key(to).id), ..ReplyInfo::default() }));
        Arc::new(message)
    }

    /// What the server has to say to a question.
    fn reply(&self, request: &Request) -> Result<Reply, Refusal> {
        let (Request::FetchHistory { chat: of, page, limit } | Request::PeekHistory { chat: of, page, limit }) =
            request
        else {
            return Script::reply(request).ok_or_else(|| refusal(RefusalKind::Unsupported));
        };
        if *of != ChatId::new(GENERAL) {
            return Script::reply(request).ok_or_else(|| refusal(RefusalKind::Unsupported));
        }
        let numbers: Vec<u128> = self.truth.keys().copied().collect();
        let limit = usize::from(*limit);
        let place = |number: u128| {
            if self.manners == Manners::Strict && !self.truth.contains_key(&number) {
                return Err(refusal(RefusalKind::NotFound));
            }
            Ok(numbers.partition_point(|known| *known < number))
        };
        let (from, to) = match page {
            Page::Latest | Page::At(_) => (numbers.len().saturating_sub(limit), numbers.len()),
            Page::Before(key) => {
                let to = place(key.id.value())?;
                (to.saturating_sub(limit), to)
            }
            Page::After(key) => {
                let number = key.id.value();
                let from = place(number)? + usize::from(self.truth.contains_key(&number));
                (from, (from + limit).min(numbers.len()))
            }
            Page::Around(id) => {
                let at = place(id.value())?;
                (at.saturating_sub(limit / 2), (at + limit / 2 + 1).min(numbers.len()))
            }
        };
        let (from, to) = (from.min(to), to);
        Ok(Reply::History {
            chat: *of,
            messages: numbers[from..to].iter().map(|number| self.message(*number, self.truth[number])).collect(),
            bundle: Bundle::default(),
            reached_start: from == 0 && !matches!(page, Page::After(_)),
            reached_end: to == numbers.len() && !matches!(page, Page::Before(_)),
        })
    }

    /// Carries out what is due, one after the other, with a frame after each.
    fn settle(&mut self) {
        let mut turns = 0;
        self.look();
        while let Some(effect) = self.due.pop_front() {
            turns += 1;
            assert!(turns < 3_000, "it goes on and on: {effect:?}");
            match effect {
                Effect::Net { id, request, .. } => {
                    self.asked += usize::from(matches!(request, Request::FetchHistory { .. }));
                    let outcome = if self.online { self.reply(&request) } else { Err(refusal(RefusalKind::LinkLost)) };
                    self.event(Event::Answer(HOME, Answer { request: id, outcome }));
                }
                Effect::Store(StoreOp::Read(ticket, query)) => {
                    let Some(nib::store::Reply::Found(ticket, found)) =
                        self.tell(Command::Read(ticket, query), |reply| matches!(reply, nib::store::Reply::Found(..)))
                    else {
                        panic!("no answer");
                    };
                    self.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found.unwrap())))));
                }
                Effect::Store(StoreOp::Write(write)) => _ = self.tell(Command::Write(None, *write), |_| true),
                _ => {}
            }
            self.look();
        }
    }

    fn tell(&mut self, command: Command, is_it: impl Fn(&nib::store::Reply) -> bool) -> Option<nib::store::Reply> {
        let (store, replies) = self.store.as_mut().unwrap();
        let answers = matches!(command, Command::Read(..));
        store.send_blocking(command).expect("taken");
        answers.then(|| std::iter::from_fn(|| replies.blocking_recv()).find(is_it).expect("a reply"))
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Pages(pages) => self.act(Action::ScrollPages(pages)),
            Step::Rows(rows) => self.act(Action::ScrollRows(rows)),
            Step::Start => self.act(Action::ScrollStart),
            Step::End => self.act(Action::ScrollEnd),
            Step::Jump(by) => {
                self.act(Action::FocusMessages);
                self.act(Action::Move(by));
                self.act(Action::Message(MessageAction::GoToReplied));
            }
            Step::Away => {
                self.act(Action::OpenChat(chat(12)));
                self.settle();
                self.act(Action::OpenChat(chat(GENERAL)));
            }
            Step::Say | Step::Change(_) | Step::Delete(_) => self.happen(step),
            Step::Lose(deeds) => {
                self.online = false;
                self.event(Event::Link(
                    HOME,
                    LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) },
                ));
                self.settle();
                self.meanwhile(deeds);
                self.frames = Some(Vec::new());
                self.note_frame();
                self.link();
                self.settle();
                self.judge_frames();
            }
            Step::Quit => {
                self.act(Action::Quit);
                self.settle();
                let (store, replies) = self.store.take().unwrap();
                drop(store.close(replies));
                self.due.clear();
                self.online = false;
                self.meanwhile(20);
                self.begin();
            }
        }
        self.settle();
    }

    /// Things happen that nobody tells.
    fn meanwhile(&mut self, deeds: u8) {
        self.online = false;
        for deed in 0..deeds {
            let near = usize::from(deed) * 31 + self.truth.len();
            match deed % 3 {
                0 => self.happen(Step::Change(near)),
                1 => self.happen(Step::Delete(near * 3)),
                _ => self.happen(Step::Say),
            }
        }
        self.online = true;
    }

    /// Something happens at the server; it is told where somebody listens.
    fn happen(&mut self, step: Step) {
        let nth = |truth: &BTreeMap<u128, u32>, near: usize| truth.keys().nth(near % truth.len().max(1)).copied();
        let update = match step {
            Step::Change(near) => {
                let Some(number) = nth(&self.truth, near) else { return };
                let version = self.truth[&number] + 1;
                self.truth.insert(number, version);
                Update::MessageChanged { message: self.message(number, version), reactions: true }
            }
            Step::Delete(near) => {
                let Some(number) = nth(&self.truth, near) else { return };
                self.truth.remove(&number);
                Update::MessagesDeleted { chat: ChatId::new(GENERAL), messages: vec![key(number).id] }
            }
            _ => {
                let number = self.next;
                self.next += 1;
                self.truth.insert(number, 0);
                let message = self.message(number, 0);
                Update::MessageCreated { message, unread: None, author: None, nonce: None }
            }
        };
        if self.online {
            self.event(Event::Update(HOME, update));
        }
    }

    pub(super) fn timeline(&self) -> &Timeline {
        &self.script.state.core.accounts[0].timelines[&ChatId::new(GENERAL)]
    }

    /// What shows: the numbers from the first to the last message on screen, with their texts.
    fn shown(&self) -> Vec<(u128, String)> {
        let visible = self.told.as_ref().unwrap();
        let Some((first, last)) = visible.first.zip(visible.last.or(visible.first)) else { return Vec::new() };
        let inside = self.timeline().iter().filter(|entry| (first..=last).contains(&entry.message.key));
        inside.map(|entry| (entry.message.key.id.value(), entry.message.body.text.to_string())).collect()
    }

    /// What shows is what the server has: every message, no other, and no hole.
    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(&self.flicker, &None);
        let shown = self.shown();
        if let (Some((first, _)), Some((last, _))) = (shown.first(), shown.last()) {
            let there: Vec<(u128, String)> = self
                .truth
                .range(*first..=*last)
                .map(|(number, version)| (*number, format!("n{number} v{version}")))
                .collect();
            prop_assert_eq!(&shown, &there, "asked {}", self.asked);
        } else {
            prop_assert!(self.truth.is_empty(), "nothing shows");
        }
        Ok(())
    }
}

/// How many stories.
fn stories() -> u32 {
    std::env::var("NIB_CHECKED").ok().and_then(|count| count.parse().ok()).unwrap_or(24)
}

#[test]
fn what_is_gone_goes_also_where_the_network_knows_no_place_that_is_gone() {
    use Step::{Change, Lose, Pages, Quit, Rows, Say};
    let stories: [(u128, &[Step]); 2] =
        [(14, &[Say, Quit, Rows(-8), Quit]), (17, &[Pages(-2), Lose(0), Change(0), Quit, Pages(0), Pages(0)])];
    for (history, steps) in stories {
        let mut world = World::new(history, Manners::Strict);
        for step in steps {
            world.step(*step);
        }
        world.check().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: stories(), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_shows_is_what_the_network_has(history in 1..160u128, strict: bool, steps in prop::collection::vec(step(), 1..40)) {
        let manners = if strict { Manners::Strict } else { Manners::Lenient };
        let mut world = World::new(history, manners);
        world.check()?;
        for step in steps {
            world.step(step);
                world.check()?;
        }
    }
}
