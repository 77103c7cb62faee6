//! Where scripted people may talk, and which conversation they have there next.

use std::collections::VecDeque;

use super::Place;
use crate::demo::world::dice::Dice;
use crate::demo::world::lexicon::Memory;
use crate::demo::world::library::{Library, Profile};
use crate::demo::world::model::{ChannelKind, World};
use crate::demo::world::script::{Dialogue, Speaker};

/// Conversations that are not told again soon.
const REMEMBERED: usize = 160;

/// A channel that scripted people talk in.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// The channel.
    pub(crate) place: Place,
    topics: &'static [&'static str],
    /// Scripted people who may talk here.
    pub(crate) members: Vec<usize>,
    /// How busy it is.
    weight: u64,
}

/// A voice channel.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// The channel.
    pub(crate) place: Place,
    /// Scripted people who may enter.
    pub(crate) members: Vec<usize>,
}

/// A conversation that is going on.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// Where.
    pub(crate) place: Place,
    /// Who says what (in markup), and which earlier line it answers.
    pub(crate) lines: Vec<(usize, String, Option<usize>)>,
    /// Handles of the lines that were said; absent until the server reports them.
    pub(crate) said: Vec<Option<u64>>,
}

/// Channels and voice channels that `actors` may use.
pub(crate) fn find(world: &World, actors: &[usize]) -> (Vec<Stage>, Vec<Room>) {
    let (mut stages, mut rooms) = (Vec::new(), Vec::new());
    for (community, entry) in world.communities.iter().enumerate() {
        let joined = |person: &usize| entry.members.iter().any(|member| member.person == *person);
        let members: Vec<usize> = actors.iter().copied().filter(joined).collect();
        for (channel, item) in entry.channels.iter().enumerate() {
            let place = Place::Channel { community, channel };
            let open = item.deny_everyone == 0;
            match item.kind {
                ChannelKind::Text if open && item.slowmode.is_none() => {
                    let (topics, weight) = (item.topics, item.posts.len() as u64);
                    stages.push(Stage { place, topics, members: members.clone(), weight });
                }
                ChannelKind::Voice if open => rooms.push(Room { place, members: members.clone() }),
                _ => {}
            }
        }
    }
    (stages, rooms)
}

/// Chooses conversations and remembers which were told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repertoire {
    told: VecDeque<(usize, usize)>,
}

impl Repertoire {
    /// The next conversation, in `focus` or elsewhere; none if nobody has anything to say to anybody.
    pub(crate) fn open(
        &mut self,
        library: &Library,
        people: &[Profile],
        stages: &[Stage],
        focus: Option<Place>,
        dice: &mut Dice,
    ) -> Option<Thread> {
        for _ in 0..6 {
            let focused = stages.iter().find(|stage| Some(stage.place) == focus).filter(|_| dice.chance(55));
            let busiest = stages.iter().max_by_key(|stage| stage.weight).filter(|_| dice.chance(40));
            let any = stages.get(dice.weighted(stages.iter().map(|stage| stage.weight)));
            let Some(stage) = focused.or(busiest).or(any) else { continue };
            if let Some(thread) = self.on(stage, library, people, dice) {
                return Some(thread);
            }
        }
        None
    }

    fn on(&mut self, stage: &Stage, library: &Library, people: &[Profile], dice: &mut Dice) -> Option<Thread> {
        // Shapes are for reading: nobody types two hundred signs without a space.
        let topics: Vec<&str> = stage.topics.iter().copied().filter(|topic| *topic != "shapes").collect();
        let wanted = dice.pick(&topics)?;
        let (number, topic) = library.topics.iter().enumerate().find(|(_, topic)| topic.name == *wanted)?;
        let language = topic.language.as_deref().unwrap_or("en");
        let speaks = |person: &usize| people.get(*person).is_some_and(|profile| profile.languages.contains(&language));
        let mut cast: Vec<usize> = stage.members.iter().copied().filter(speaks).collect();
        let fits = |(index, dialogue): (usize, &Dialogue)| {
            let possible = speakable(dialogue) && dialogue.strangers() <= cast.len();
            (possible && !self.told.contains(&(number, index))).then_some(index)
        };
        let fresh: Vec<usize> = topic.dialogues.iter().enumerate().filter_map(fits).collect();
        let chosen = *dice.pick(&fresh)?;
        let dialogue = topic.dialogues.get(chosen)?;
        self.told.push_back((number, chosen));
        if self.told.len() > REMEMBERED {
            self.told.pop_front();
        }
        dice.shuffle(&mut cast);
        let named = |&person: &usize| {
            people.get(person).map(|profile| (profile.person.name.clone(), profile.person.username.clone()))
        };
        let mut memory = Memory::of(cast.iter().filter_map(named).collect());
        let mut lines = Vec::with_capacity(dialogue.turns.len());
        for turn in &dialogue.turns {
            let Speaker::Somebody(letter) = turn.speaker else { return None };
            lines.push((*cast.get(letter)?, library.lexicon.fill(&turn.text, &mut memory, dice), turn.answers));
        }
        Some(Thread { place: stage.place, said: Vec::with_capacity(lines.len()), lines })
    }
}

/// Whether a dialogue can be had live: only by unnamed people, and without attachments.
fn speakable(dialogue: &Dialogue) -> bool {
    let plain = |turn: &crate::demo::world::script::Turn| {
        matches!(turn.speaker, Speaker::Somebody(_)) && turn.files.is_empty() && !turn.call
    };
    !dialogue.once && !dialogue.turns.is_empty() && dialogue.turns.iter().all(plain)
}
