//! What people do of their own accord: go on with a conversation, react, come and go, talk, think better of it.

use super::director::Director;
use super::{Deed, Place};
use crate::demo::world::lexicon::Memory;
use crate::demo::world::model::Presence;

impl Director {
    /// Begins one thing.
    pub(super) fn begin(&mut self, now: u64) {
        let first = self.thread.is_none() && self.recent.is_empty();
        let begun = match self.dice.below(100) {
            0..62 => self.talk(now),
            _ if first => self.talk(now),
            62..80 => self.react(now),
            80..88 => self.come_or_go(now),
            88..94 => self.voice(now),
            94..97 => self.hesitate(now),
            _ => self.write_first(now),
        };
        if begun.is_none() && self.talk(now).is_none() {
            self.come_or_go(now);
        }
    }

    /// The next line of the running conversation, or the first one of another.
    fn talk(&mut self, now: u64) -> Option<()> {
        if self.thread.as_ref().is_none_or(|thread| thread.said.len() >= thread.lines.len()) {
            self.thread = self.repertoire.open(&self.library, &self.people, &self.stages, self.focus, &mut self.dice);
        }
        let thread = self.thread.as_mut()?;
        let line = thread.said.len();
        let (person, source, answers) = thread.lines.get(line)?.clone();
        let reply_to = answers.and_then(|answered| thread.said.get(answered).copied().flatten());
        let place = thread.place;
        if self.busy_until(person).is_some() {
            return None;
        }
        self.thread.as_mut()?.said.push(None);
        self.utter(person, place, &source, reply_to, now, Some(line));
        Some(())
    }

    /// Somebody reacts to one of the newest messages of a channel or group.
    fn react(&mut self, now: u64) -> Option<()> {
        let back = self.dice.early(self.recent.len().min(10));
        let recent = self.recent.iter().rev().nth(back)?.clone();
        let others: Vec<usize> = match recent.place {
            Place::Channel { .. } => {
                let stage = self.stages.iter().find(|stage| stage.place == recent.place)?;
                stage.members.iter().copied().filter(|member| *member != recent.author).collect()
            }
            Place::Direct { .. } | Place::Group(_) => return None,
        };
        let person = *self.dice.pick(&others)?;
        let emoji = self.emoji(&recent.text)?.to_owned();
        self.plan(now, Deed::React { person, place: recent.place, message: recent.message, emoji }).then_some(())
    }

    /// Somebody changes between online, idle and offline; more are there than not.
    fn come_or_go(&mut self, now: u64) -> Option<()> {
        let away = self.actors.iter().filter(|actor| actor.presence != Presence::Online).count();
        let return_first = away * 3 > self.actors.len();
        let suits = |presence: Presence| !return_first || presence != Presence::Online;
        let talking = |person: usize| {
            let thread = self.thread.as_ref();
            self.busy_until(person).is_some()
                || thread.is_some_and(|thread| thread.lines.iter().any(|line| line.0 == person))
        };
        let able: Vec<usize> = (self.actors.iter().enumerate())
            .filter(|(_, actor)| suits(actor.presence) && (return_first || !talking(actor.person)))
            .map(|(index, _)| index)
            .collect();
        let chosen = *self.dice.pick(&able)?;
        let leaves = self.dice.chance(40);
        let actor = self.actors.get_mut(chosen)?;
        let presence = match actor.presence {
            Presence::Online if leaves => Presence::Offline,
            Presence::Online => Presence::Idle,
            Presence::Idle | Presence::Offline => Presence::Online,
        };
        actor.presence = presence;
        let person = actor.person;
        // Whoever leaves also leaves the voice channel.
        let left = if presence == Presence::Offline { actor.voice.take() } else { None };
        if let Some((place, _)) = left {
            self.plan(now, Deed::LeaveVoice { person, place });
        }
        self.plan(now, Deed::Presence { person, presence }).then_some(())
    }

    /// Somebody enters or leaves a voice channel, or turns the microphone off or on.
    fn voice(&mut self, now: u64) -> Option<()> {
        let chosen = self.dice.below(self.actors.len());
        let person = self.actors.get(chosen)?.person;
        let rooms: Vec<Place> =
            self.rooms.iter().filter(|room| room.members.contains(&person)).map(|room| room.place).collect();
        let (room, leaves) = (self.dice.pick(&rooms).copied(), self.dice.chance(40));
        let actor = self.actors.get_mut(chosen)?;
        let deed = match actor.voice {
            None if actor.presence == Presence::Offline => return None,
            None => {
                let place = room?;
                actor.voice = Some((place, false));
                Deed::JoinVoice { person, place }
            }
            Some((place, _)) if leaves => {
                actor.voice = None;
                Deed::LeaveVoice { person, place }
            }
            Some((place, muted)) => {
                actor.voice = Some((place, !muted));
                Deed::Mute { person, place, muted: !muted }
            }
        };
        self.plan(now, deed).then_some(())
    }

    /// Somebody types for a while and sends nothing.
    fn hesitate(&mut self, now: u64) -> Option<()> {
        let place = self.focus.or_else(|| self.thread.as_ref().map(|thread| thread.place))?;
        let members = self.stages.iter().find(|stage| stage.place == place).map(|stage| stage.members.clone())?;
        let online = |person: &usize| {
            self.actors.iter().any(|actor| actor.person == *person && actor.presence == Presence::Online)
        };
        let able: Vec<usize> =
            members.into_iter().filter(|person| online(person) && self.busy_until(*person).is_none()).collect();
        let person = *self.dice.pick(&able)?;
        let until = now + self.dice.between(2_500, 6_000);
        self.plan(now, Deed::Typing { person, place, on: true });
        self.plan(until, Deed::Typing { person, place, on: false }).then_some(())
    }

    /// Somebody writes to "you" in private, unless they still wait for an answer to the last time.
    fn write_first(&mut self, now: u64) -> Option<()> {
        let able: Vec<usize> = (self.actors.iter())
            .filter(|actor| actor.presence == Presence::Online && !self.waiting.contains(&actor.person))
            .map(|actor| actor.person)
            .collect();
        let person = *self.dice.pick(&able).filter(|person| self.busy_until(**person).is_none())?;
        let dialogues = &self.library.topic("live-dm")?.dialogues;
        let line = self.dice.pick(dialogues)?.turns.first()?.text.clone();
        let source = self.library.lexicon.fill(&line, &mut Memory::default(), &mut self.dice);
        self.waiting.insert(person);
        self.write(person, Place::direct(0, person), &source, None, now);
        Some(())
    }
}
