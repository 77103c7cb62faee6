//! The director: knows who acts, keeps what is about to happen in order of time, and answers what is heard.
//!
//! Invariants: at most [`MAX_PENDING`] deeds wait, everything remembered is bounded, nobody types two messages at once, and
//! the same world, seed and calls give the same deeds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::answers::Answers;
use super::stage::{self, Repertoire, Room, Stage, Thread};
use super::{Deed, Heard, Place};
use crate::demo::world::dice::Dice;
use crate::demo::world::lexicon::Memory;
use crate::demo::world::library::{self, Library, Profile};
use crate::demo::world::markup;
use crate::demo::world::model::{Presence, Span, World};

/// Deeds that wait at most; what would be more is not planned.
const MAX_PENDING: usize = 96;

/// Messages that are remembered to react to, and own ones whose handle is awaited.
const MAX_REMEMBERED: usize = 48;

/// Milliseconds between two initiatives of one person, on average.
const LEISURE: u64 = 52_000;

/// Decides what the scripted people do.
#[derive(Clone, Debug)]
pub struct Director {
    pub(super) dice: Dice,
    pub(super) library: Library,
    pub(super) people: Vec<Profile>,
    /// What is said stays as it is written, without formatting beside it.
    verbatim: bool,
    answers: Answers,
    pub(super) actors: Vec<Actor>,
    pub(super) stages: Vec<Stage>,
    pub(super) rooms: Vec<Room>,
    groups: Vec<Vec<usize>>,
    pending: BTreeMap<(u64, u64), Deed>,
    planned: u64,
    initiative: u64,
    pub(super) repertoire: Repertoire,
    pub(super) thread: Option<Thread>,
    pub(super) recent: VecDeque<Recent>,
    spoken: VecDeque<Spoken>,
    pub(super) focus: Option<Place>,
    /// Actors who wrote to somebody first and wait for an answer.
    pub(super) waiting: BTreeSet<usize>,
}

/// A person who acts.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) person: usize,
    pub(super) presence: Presence,
    /// The voice channel they are in, and whether muted.
    pub(super) voice: Option<(Place, bool)>,
}

/// A message that can be reacted to.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    pub(super) place: Place,
    pub(super) message: u64,
    pub(super) author: usize,
    pub(super) text: String,
}

/// A message of an actor that the server has not reported yet.
#[derive(Clone, Debug)]
struct Spoken {
    person: usize,
    place: Place,
    text: String,
    /// The line of the running conversation that it is.
    line: Option<usize>,
    /// What it is to be corrected to.
    correction: Option<(String, Vec<Span>)>,
}

impl Director {
    /// A director for the first `count` people after "you"; bots never act.
    pub fn new(world: &World, seed: u64, count: usize) -> Self {
        Self::of(world, library::people(), seed, count)
    }

    /// The same, for people whose messages are markup as it is written.
    pub(crate) fn verbatim(world: &World, people: Vec<Profile>, seed: u64, count: usize) -> Self {
        Self { verbatim: true, ..Self::of(world, people, seed, count) }
    }

    fn of(world: &World, profiles: Vec<Profile>, seed: u64, count: usize) -> Self {
        let voice = |person: usize| {
            world.communities.iter().enumerate().find_map(|(community, entry)| {
                entry.channels.iter().enumerate().find_map(|(channel, item)| {
                    let (_, muted) = item.inside.iter().find(|(inside, _)| *inside == person)?;
                    Some((Place::Channel { community, channel }, *muted))
                })
            })
        };
        let people = world.people.iter().enumerate().skip(1).filter(|(_, person)| !person.bot).take(count);
        let actors: Vec<Actor> = people
            .map(|(index, person)| Actor { person: index, presence: person.presence, voice: voice(index) })
            .collect();
        let (stages, rooms) = stage::find(world, &actors.iter().map(|actor| actor.person).collect::<Vec<_>>());
        let mut dice = Dice::new(seed).fork(7);
        let initiative = dice.between(600, 2_000);
        Self {
            dice,
            library: Library::load(),
            people: profiles,
            verbatim: false,
            answers: Answers::load(),
            actors,
            stages,
            rooms,
            groups: world.groups.iter().map(|group| group.members.clone()).collect(),
            pending: BTreeMap::new(),
            planned: 0,
            initiative,
            repertoire: Repertoire::default(),
            thread: None,
            recent: VecDeque::new(),
            spoken: VecDeque::new(),
            focus: None,
            waiting: BTreeSet::new(),
        }
    }

    /// When [`Director::act`] has something to do, in milliseconds since the start; nothing if nobody acts.
    pub fn next_at(&self) -> Option<u64> {
        let pending = self.pending.first_key_value().map(|((at, _), _)| *at);
        let initiative = (!self.actors.is_empty()).then_some(self.initiative);
        pending.into_iter().chain(initiative).min()
    }

    /// What people do now. A call that comes late gives what is due and at most one new initiative.
    pub fn act(&mut self, now: u64) -> Vec<Deed> {
        if !self.actors.is_empty() && now >= self.initiative {
            self.begin(now);
            let usual = (LEISURE / self.actors.len() as u64).clamp(900, 26_000);
            self.initiative = now + self.dice.between(usual * 6 / 10, usual * 14 / 10);
        }
        let later = self.pending.split_off(&(now.saturating_add(1), 0));
        std::mem::replace(&mut self.pending, later).into_values().collect()
    }

    /// Tells the director about a message, whoever wrote it.
    pub fn heard(&mut self, what: &Heard, now: u64) {
        if self.actors.is_empty() {
            return;
        }
        self.recent.push_back(Recent {
            place: what.place,
            message: what.message,
            author: what.author,
            text: what.text.clone(),
        });
        if self.recent.len() > MAX_REMEMBERED {
            self.recent.pop_front();
        }
        match self.acts(what.author) {
            true => self.confirmed(what, now),
            false => self.answer(what, now),
        }
    }

    /// Takes `person` out of the script, because somebody real has signed in as them.
    pub fn release(&mut self, person: usize) {
        self.actors.retain(|actor| actor.person != person);
        self.pending.retain(|_, deed| deed.person() != person);
        self.spoken.retain(|spoken| spoken.person != person);
        self.stages.iter_mut().for_each(|stage| stage.members.retain(|member| *member != person));
        self.rooms.iter_mut().for_each(|room| room.members.retain(|member| *member != person));
        self.thread = None;
    }

    fn acts(&self, person: usize) -> bool {
        self.actors.iter().any(|actor| actor.person == person)
    }

    /// Plans a deed; refused when too many wait already.
    pub(super) fn plan(&mut self, at: u64, deed: Deed) -> bool {
        if self.pending.len() >= MAX_PENDING {
            return false;
        }
        self.planned += 1;
        self.pending.insert((at, self.planned), deed);
        true
    }

    /// When `person` will have done with what they type, if they type or are about to.
    pub(super) fn busy_until(&self, person: usize) -> Option<u64> {
        let types = |deed: &Deed| matches!(deed, Deed::Say { .. } | Deed::Typing { .. }) && deed.person() == person;
        self.pending.iter().rev().find(|(_, deed)| types(deed)).map(|((at, _), _)| *at)
    }

    /// Whether `person` is about to write in this place.
    fn answering(&self, person: usize, place: Place) -> bool {
        let says =
            |deed: &Deed| matches!(deed, Deed::Say { person: who, place: at, .. } if *who == person && *at == place);
        self.pending.values().any(says)
    }

    /// Plans presence, typing and a message, each in its time; returns when it will be said.
    pub(super) fn write(&mut self, person: usize, place: Place, source: &str, reply_to: Option<u64>, from: u64) -> u64 {
        self.utter(person, place, source, reply_to, from, None)
    }

    /// Like [`Director::write`], for line `line` of the running conversation.
    pub(super) fn utter(
        &mut self,
        person: usize,
        place: Place,
        source: &str,
        reply_to: Option<u64>,
        from: u64,
        line: Option<usize>,
    ) -> u64 {
        let mut start = from;
        if let Some(actor) = self.actors.iter_mut().find(|actor| actor.person == person)
            && actor.presence != Presence::Online
        {
            actor.presence = Presence::Online;
            self.plan(start, Deed::Presence { person, presence: Presence::Online });
            start += 1_200;
        }
        let (text, spans) = self.compile(source);
        let length = text.chars().count() as u64;
        let end = start + (900 + length * self.dice.between(35, 60)).min(8_000);
        let (said, said_spans, correction) = match self.dice.chance(25).then(|| misspell(source)).flatten() {
            Some(wrong) => {
                let (wrong, wrong_spans) = self.compile(&wrong);
                (wrong, wrong_spans, Some((text, spans)))
            }
            None => (text, spans, None),
        };
        if self.pending.len() + 3 > MAX_PENDING {
            return end;
        }
        self.plan(start, Deed::Typing { person, place, on: true });
        self.plan(end, Deed::Typing { person, place, on: false });
        self.plan(end, Deed::Say { person, place, text: said.clone(), spans: said_spans, reply_to });
        self.spoken.push_back(Spoken { person, place, text: said, line, correction });
        if self.spoken.len() > MAX_REMEMBERED {
            self.spoken.pop_front();
        }
        end
    }

    pub(super) fn compile(&self, source: &str) -> (String, Vec<Span>) {
        if self.verbatim {
            return (source.to_owned(), Vec::new());
        }
        markup::compile(source, &|name| self.people.iter().any(|profile| profile.person.username == name))
    }

    /// The server has reported what an actor said: its handle is known now.
    fn confirmed(&mut self, what: &Heard, now: u64) {
        let same =
            |spoken: &Spoken| spoken.person == what.author && spoken.place == what.place && spoken.text == what.text;
        let Some(spoken) = self.spoken.iter().position(same).and_then(|index| self.spoken.remove(index)) else {
            return;
        };
        let thread = self.thread.as_mut().filter(|thread| thread.place == what.place);
        if let Some(handle) = spoken.line.and_then(|line| thread?.said.get_mut(line)) {
            *handle = Some(what.message);
        }
        if let Some((text, spans)) = spoken.correction {
            let at = now + self.dice.between(2_500, 6_000);
            let (person, place, message) = (what.author, what.place, what.message);
            self.plan(at, Deed::Edit { person, place, message, text, spans });
        }
    }

    /// Somebody real has written: those who are meant answer, and sometimes others do.
    fn answer(&mut self, what: &Heard, now: u64) {
        let present = self.listeners(what);
        let meant = |person: &usize| what.mentions.contains(person) || what.reply_to_author == Some(*person);
        let private = matches!(what.place, Place::Direct { .. });
        let mut who: Vec<usize> = present.iter().copied().filter(|person| private || meant(person)).take(2).collect();
        let addressed = !who.is_empty();
        if private {
            self.waiting.retain(|person| !who.contains(person));
        } else {
            self.focus = Some(what.place);
            let likely =
                if self.answers.group(&what.text).is_some_and(|group| group.name == "other") { 35 } else { 65 };
            if !addressed && self.dice.chance(likely) {
                who.extend(self.dice.pick(&present));
            }
        }
        for person in who {
            if self.answering(person, what.place) {
                continue;
            }
            let Some(line) = self.answers.line(&what.text, &mut self.dice) else { continue };
            let name = self.people.get(what.author).map(|one| (one.person.name.clone(), one.person.username.clone()));
            let source = self.library.lexicon.fill(&line, &mut Memory::of(name.into_iter().collect()), &mut self.dice);
            let free = self.busy_until(person).map_or(now, |until| until + 300);
            let start = free.max(now) + self.dice.between(900, 2_400);
            let reply_to = (addressed && !private).then_some(what.message);
            self.write(person, what.place, &source, reply_to, start);
        }
        if let (true, Some(&person)) = (self.dice.chance(30), self.dice.pick(&present)) {
            let Some(emoji) = self.answers.emoji(&what.text, &mut self.dice) else { return };
            let at = now + self.dice.between(1_200, 4_000);
            let (place, message, emoji) = (what.place, what.message, emoji.to_owned());
            self.plan(at, Deed::React { person, place, message, emoji });
        }
    }

    /// Actors who can read what was written.
    fn listeners(&self, what: &Heard) -> Vec<usize> {
        let within = |person: usize| match what.place {
            Place::Direct { one, other } => person == one || person == other,
            Place::Group(group) => self.groups.get(group).is_some_and(|members| members.contains(&person)),
            Place::Channel { .. } => {
                self.stages.iter().any(|stage| stage.place == what.place && stage.members.contains(&person))
            }
        };
        self.actors.iter().map(|actor| actor.person).filter(|&person| person != what.author && within(person)).collect()
    }

    /// An emoji for a message.
    pub(super) fn emoji(&mut self, text: &str) -> Option<&'static str> {
        self.answers.emoji(text, &mut self.dice)
    }
}

/// `source` with one common word misspelt, if it has one outside of code.
fn misspell(source: &str) -> Option<String> {
    const SLIPS: [(&str, &str); 7] = [
        (" the ", " teh "),
        (" and ", " adn "),
        (" that ", " taht "),
        (" with ", " wiht "),
        (" have ", " ahve "),
        (" because ", " becuase "),
        (" not ", " nto "),
    ];
    if source.contains(['`', '@']) || source.contains("http") {
        return None;
    }
    let (right, wrong) = SLIPS.iter().find(|(right, _)| source.contains(right))?;
    Some(source.replacen(right, wrong, 1))
}
