//! Weaves dialogues of the library into the history of a place: who speaks, when, what it says, who reacted.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::lexicon::Memory;
use super::library::{Library, Profile};
use super::markup;
use super::model::{FileData, Millis, Post, PostKind, Span};
use super::script::{Dialogue, Speaker, Topic, Turn};
use super::times::{self, MINUTE};

/// What the history of one place should be like.
pub(crate) struct Brief<'a> {
    /// Topics that are talked about.
    pub about: &'a [&'a str],
    /// Topic whose first dialogue is the newest here.
    pub ending: Option<&'a str>,
    /// Roughly how many messages.
    pub posts: usize,
    /// When the newest was written.
    pub until: Millis,
    /// Days that the history spans.
    pub days: u64,
    /// Hours that the evenings here are ahead of UTC.
    pub utc_offset: i64,
    /// Who may speak, most talkative first; without "you" and bots.
    pub cast: Vec<usize>,
    /// Whether "you" sometimes take the part of somebody.
    pub joined_by_you: bool,
    /// Whether every dialogue is told once in the written order, whatever `posts` says.
    pub(crate) in_order: bool,
    /// Lines about people coming and going.
    pub system: Vec<(PostKind, usize)>,
}

/// Makes histories out of the library.
pub(crate) struct Weaver<'a> {
    library: &'a Library,
    people: &'a [Profile],
    files: &'a [FileData],
    dice: Dice,
    /// For each topic its dialogues and how many of them were told, so that none comes twice before all came once.
    bags: BTreeMap<&'a str, Bag<'a>>,
    /// A number that grows with every dialogue.
    serial: u64,
    /// Texts stay as they are written, for networks whose messages are markup.
    verbatim: bool,
}

#[derive(Default)]
struct Bag<'a> {
    order: Vec<&'a Dialogue>,
    told: usize,
}

impl<'a> Bag<'a> {
    fn next(&mut self, topic: &'a Topic, dice: &mut Dice) -> Option<&'a Dialogue> {
        if self.order.is_empty() && self.told == 0 {
            self.order = topic.dialogues.iter().collect();
            dice.shuffle(&mut self.order);
        } else if self.told >= self.order.len() {
            // Each half is shuffled by itself: what was told last does not come first again.
            self.order.retain(|dialogue| !dialogue.once);
            let half = self.order.len() / 2;
            let (first, second) = self.order.split_at_mut(half);
            dice.shuffle(first);
            dice.shuffle(second);
            self.told = 0;
        }
        let dialogue = self.order.get(self.told).copied();
        self.told += 1;
        dialogue
    }
}

/// A dialogue with its speakers, at times relative to its beginning; replies count from its first post.
struct Piece {
    posts: Vec<Post>,
}

impl Piece {
    fn length(&self) -> Millis {
        self.posts.last().map_or(0, |post| post.at)
    }
}

impl<'a> Weaver<'a> {
    /// A weaver that draws from `dice`.
    pub(crate) fn new(library: &'a Library, people: &'a [Profile], files: &'a [FileData], dice: Dice) -> Self {
        Self { library, people, files, dice, bags: BTreeMap::new(), serial: 1_200, verbatim: false }
    }

    /// The same, with texts as they are written.
    pub(crate) fn verbatim(self) -> Self {
        Self { verbatim: true, ..self }
    }

    /// The history of one place, oldest first, nothing later than `brief.until`.
    pub(crate) fn weave(&mut self, brief: &Brief<'_>) -> Vec<Post> {
        let mut pieces: Vec<Piece> = Vec::new();
        if brief.in_order {
            let library = self.library;
            for topic in brief.about.iter().filter_map(|name| library.topic(name)) {
                for dialogue in &topic.dialogues {
                    pieces.push(self.perform(dialogue, topic.language.as_deref(), brief));
                }
            }
        }
        let mut written = 0;
        while written < brief.posts && !brief.in_order {
            let Some((topic, dialogue)) = self.draw(brief.about) else { break };
            let piece = self.perform(dialogue, topic.language.as_deref(), brief);
            written += piece.posts.len();
            pieces.push(piece);
        }
        for &(kind, author) in &brief.system {
            let place = self.dice.below(pieces.len());
            pieces.insert(place, system(kind, author));
        }
        let ending = brief.ending.and_then(|name| self.library.topic(name)).and_then(|topic| topic.dialogues.first());
        if let Some(dialogue) = ending {
            let piece = self.perform(dialogue, None, brief);
            pieces.push(piece);
        }
        self.lay_out(pieces, brief)
    }

    /// Puts pieces on the calendar from the newest to the oldest; the last one ends at `brief.until`.
    fn lay_out(&mut self, mut pieces: Vec<Piece>, brief: &Brief<'_>) -> Vec<Post> {
        let mut starts = times::starts(&mut self.dice, pieces.len(), brief.until, brief.days, brief.utc_offset);
        let mut limit = brief.until;
        for (index, piece) in pieces.iter_mut().enumerate().rev() {
            let latest = limit - piece.length();
            let wished = starts.pop().unwrap_or(latest);
            // The newest piece is moved to the very end, so that every place is as fresh as its plan says.
            let start = if limit == brief.until && index > 0 { latest } else { wished.min(latest) };
            for post in &mut piece.posts {
                post.at += start;
                post.edited = post.edited.map(|edited| (edited + start).min(brief.until));
            }
            limit = start - i64::try_from(self.dice.between(2, 9)).unwrap_or(2) * MINUTE;
        }
        let mut posts: Vec<Post> = Vec::new();
        for piece in pieces {
            let base = posts.len();
            posts.extend(piece.posts.into_iter().map(|mut post| {
                post.reply_to = post.reply_to.map(|answered| answered + base);
                post
            }));
        }
        posts
    }

    /// The next dialogue about one of `about`: larger topics come up more often.
    fn draw(&mut self, about: &[&str]) -> Option<(&'a Topic, &'a Dialogue)> {
        let library = self.library;
        let topics: Vec<&'a Topic> = about.iter().filter_map(|name| library.topic(name)).collect();
        for _ in 0..8 {
            let chosen = self.dice.weighted(topics.iter().map(|topic| topic.dialogues.len() as u64));
            let topic = *topics.get(chosen)?;
            let bag = self.bags.entry(&topic.name).or_default();
            if let Some(dialogue) = bag.next(topic, &mut self.dice) {
                return Some((topic, dialogue));
            }
        }
        None
    }

    fn perform(&mut self, dialogue: &Dialogue, language: Option<&str>, brief: &Brief<'_>) -> Piece {
        let cast = self.cast(dialogue.strangers(), language, brief);
        let named = |&person: &usize| {
            self.people.get(person).map(|profile| (profile.person.name.clone(), profile.person.username.clone()))
        };
        let mut memory = Memory::of(cast.iter().filter_map(named).collect());
        self.serial += self.dice.between(1, 3);
        memory.serial = self.serial;
        let mut posts: Vec<Post> = Vec::with_capacity(dialogue.turns.len());
        let mut clock = 0;
        for turn in &dialogue.turns {
            let author = self.author(turn, &cast);
            let filled = self.library.lexicon.fill(&turn.text, &mut memory, &mut self.dice);
            let (text, spans) = self.compile(&filled);
            if let Some(before) = posts.last() {
                clock += times::gap(&mut self.dice, text.chars().count(), before.author == author);
            }
            clock += i64::from(turn.pause) * MINUTE;
            let edited = (turn.edited || self.dice.chance(2)).then(|| clock + self.seconds(20, 240));
            let reactions = self.reactions(turn, author, brief);
            let files = turn.files.iter().filter_map(|name| self.files.iter().position(|file| &file.name == name));
            posts.push(Post {
                author,
                at: clock,
                text,
                spans,
                reply_to: turn.answers,
                reactions,
                files: files.collect(),
                edited,
                pinned: turn.pinned,
                kind: if turn.call { PostKind::Call } else { PostKind::Ordinary },
            });
        }
        Piece { posts }
    }

    /// Different people for the letters of a dialogue, those who know the language first.
    fn cast(&mut self, wanted: usize, language: Option<&str>, brief: &Brief<'_>) -> Vec<usize> {
        let speaks = |person: &usize| {
            let language = language.unwrap_or("en");
            self.people.get(*person).is_some_and(|profile| profile.languages.contains(&language))
        };
        let (mut able, others): (Vec<usize>, Vec<usize>) = brief.cast.iter().partition(|person| speaks(person));
        if able.len() < wanted {
            able.extend(others);
        }
        let mut cast = Vec::with_capacity(wanted);
        while cast.len() < wanted && !able.is_empty() {
            cast.push(able.remove(self.dice.early(able.len())));
        }
        let you = brief.joined_by_you && language.is_none() && self.dice.chance(14);
        if let Some(place) = you.then(|| self.dice.below(cast.len())).and_then(|index| cast.get_mut(index)) {
            *place = 0;
        }
        cast
    }

    fn author(&self, turn: &Turn, cast: &[usize]) -> usize {
        match &turn.speaker {
            Speaker::You => 0,
            Speaker::Somebody(letter) => cast.get(letter % cast.len().max(1)).copied().unwrap_or(0),
            Speaker::Named(name) => self.find(name).unwrap_or(0),
        }
    }

    fn find(&self, username: &str) -> Option<usize> {
        self.people.iter().position(|profile| profile.person.username == username)
    }

    fn compile(&self, source: &str) -> (String, Vec<Span>) {
        if self.verbatim {
            return (source.to_owned(), Vec::new());
        }
        markup::compile(source, &|name| self.find(name).is_some())
    }

    fn seconds(&mut self, low: u64, high: u64) -> Millis {
        i64::try_from(self.dice.between(low, high)).unwrap_or(0) * 1000
    }

    /// The written reactions, and now and then one that nobody wrote down.
    fn reactions(&mut self, turn: &Turn, author: usize, brief: &Brief<'_>) -> Vec<(String, Vec<usize>)> {
        const USUAL: [&str; 12] = ["👍", "❤️", "😂", "🎉", "👀", "🔥", "🙏", "💯", "😮", "✅", "🦀", "👩‍💻"];
        let mut wanted = turn.reactions.clone();
        if wanted.is_empty() && brief.cast.len() > 2 && self.dice.chance(7) {
            let emoji = USUAL.get(self.dice.early(USUAL.len())).copied().unwrap_or("👍");
            let (count, you) = (self.dice.early(5) + 1, self.dice.chance(20));
            wanted.push((emoji.to_owned(), count, you));
        }
        let mut reactions = Vec::with_capacity(wanted.len());
        for (emoji, count, you) in wanted {
            let mut others: Vec<usize> = brief.cast.iter().copied().filter(|&person| person != author).collect();
            self.dice.shuffle(&mut others);
            let mut who: Vec<usize> = if you { vec![0] } else { Vec::new() };
            who.extend(others);
            who.truncate(count.max(1));
            if !who.is_empty() {
                reactions.push((emoji, who));
            }
        }
        reactions
    }
}

fn system(kind: PostKind, author: usize) -> Piece {
    Piece { posts: vec![Post { author, kind, ..Post::default() }] }
}
