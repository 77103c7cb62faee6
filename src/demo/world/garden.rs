//! The sample world of the second network: a garden where people make small games, a tea house, and private conversations.
//!
//! Made from the same library by the same weaver as the other one, with other people but for some, and with texts as they are written: messages of
//! that network are markup.

use super::dice::Dice;
use super::history::{Brief, Weaver};
use super::library::{self, Library, Profile};
use super::model::{Millis, Post, World};
use super::plan::{
    ChannelPlan, CommunityPlan, DirectPlan, EVERYBODY, GroupPlan, MODERATION, heading, lately, notices, text, voice,
};
use super::times::MINUTE;
use super::{Places, speaks};

/// A place for threads, which takes the place of the text channel of that name.
pub(crate) struct Forum {
    /// Index of the community.
    pub(crate) community: usize,
    /// Index of its channel.
    pub(crate) channel: usize,
    /// In no order.
    pub(crate) threads: Vec<Thread>,
}

/// A thread.
pub(crate) struct Thread {
    /// What it is called.
    pub(crate) title: &'static str,
    /// Nobody may write.
    pub(crate) locked: bool,
    /// Put away.
    pub(crate) archived: bool,
    /// How many of the newest messages are unread.
    pub(crate) unread: usize,
    /// Oldest first; the first is by whoever began it.
    pub(crate) posts: Vec<Post>,
}

/// The whole of it.
pub(crate) struct Garden {
    /// Who and where; texts of posts are markup.
    pub(crate) world: World,
    /// The same people with their languages.
    pub(crate) people: Vec<Profile>,
    /// Forums among its channels.
    pub(crate) forums: Vec<Forum>,
}

/// Only those with the role of that index write here.
const fn bench(name: &'static str, topic: &'static str) -> ChannelPlan {
    text(name, topic, &[], 0)
}

const COMMUNITIES: &[CommunityPlan] = &[
    CommunityPlan {
        name: "Pixel Garden",
        username: None,
        owner: "fern",
        permissions: EVERYBODY,
        roles: &[
            ("gardener", MODERATION, 0x002e_8b57, true, &["fern", "moss", "tilda"]),
            ("artist", 0, 0x00ff_7f50, true, &["juno", "bao", "robin", "yuki", "lumi"]),
            ("coder", 0, 0x0046_82b4, true, &["otto", "ada", "tomas", "sol"]),
        ],
        nicknames: &[("tilda", "tilda (away from keyboard)"), ("yuki", "ゆきだるま"), ("kip", "Kip 📦")],
        without_every: 0,
        utc_offset: 1,
        channels: &[
            text("welcome", "Say hello, take a plot", &["garden-hello"], 22),
            lately(notices("news", 0, &["garden-news"], 8), 900, 1),
            heading("sep-making"),
            lately(
                text("general", "Anything that grows", &["garden-talk", "garden-hello", "smalltalk", "food"], 240),
                6,
                5,
            ),
            lately(text("pixels", "One bit at a time", &["garden-pixels"], 80), 25, 3),
            text("sound", "Loops, trackers, field recordings", &["garden-sound", "music"], 50),
            lately(text("code", "What broke today", &["garden-code"], 70), 48, 0),
            lately(text("showcase", "Finished or not", &["garden-show"], 30), 130, 2),
            heading("sep-forums"),
            bench("ideas", "What the garden should grow next"),
            bench("help", "One thread for each knot"),
            heading("sep-voice"),
            voice("studio", &[("otto", false), ("juno", true), ("sol", false)]),
            voice("quiet corner", &[]),
        ],
    },
    CommunityPlan {
        name: "Tea House",
        username: None,
        owner: "mara",
        permissions: EVERYBODY,
        roles: &[("host", MODERATION, 0x00b8_860b, true, &["mara", "wren"])],
        nicknames: &[],
        without_every: 2,
        utc_offset: 1,
        channels: &[
            lately(text("hearth", "Come in, sit down", &["garden-tea", "smalltalk", "food"], 90), 35, 2),
            text("books", "What lies on the table", &["garden-books"], 30),
            text("tea log", "A line for each pot", &["garden-log"], 12),
            heading("sep"),
            voice("porch", &[("mei", false)]),
        ],
    },
];

const DIRECTS: &[DirectPlan] = &[
    ("fern", &["garden-dm-fern"], 12, 90, 1),
    ("juno", &["garden-dm-juno", "dm"], 18, 21, 2),
    ("ada", &["garden-dm-ada", "dm"], 14, 600, 0),
    ("tilda", &["dm"], 10, 4_000, 0),
];

const GROUPS: &[GroupPlan] =
    &[("garden party", "fern", &["fern", "juno", "otto", "moss", "bao"], &["garden-party", "garden-talk"], 30, 64, 1)];

/// Forum, title, topic with its posts, minutes since the newest, unread, locked, archived.
type ThreadPlan = (&'static str, &'static str, &'static str, i64, usize, bool, bool);

const THREADS: &[ThreadPlan] = &[
    ("ideas", "Dark theme on phones", "garden-idea-phones", 18, 2, false, false),
    ("ideas", "A clock in the voice room", "garden-idea-voice", 2_900, 0, false, false),
    ("ideas", "A map of the garden", "garden-idea-map", 310, 1, false, false),
    ("ideas", "Rename #code to #compost", "garden-idea-names", 9_100, 0, true, false),
    ("help", "Black page after the export", "garden-help-export", 140, 0, false, false),
    ("help", "Tablet without pressure", "garden-help-tablet", 14_500, 0, false, true),
    ("help", "Two players after a merge", "garden-help-merge", 1_700, 0, false, false),
];

/// The world that `seed` gives, counting back from `at`.
pub(crate) fn generate(seed: u64, at: Millis) -> Garden {
    let library = Library::load();
    let people = library::gardeners();
    let dice = Dice::new(seed).fork(11);
    let mut weaver = Weaver::new(&library, &people, &[], dice.fork(1)).verbatim();
    let mut chance = dice.fork(2);
    let places = Places { communities: COMMUNITIES, directs: DIRECTS, groups: GROUPS };
    let mut world = places.fill(&people, at, &mut weaver, &mut chance);
    world.people = people.iter().map(|profile| profile.person.clone()).collect();
    let mut forums: Vec<Forum> = Vec::new();
    let cast: Vec<usize> = (0..people.len()).filter(|&person| speaks(&people, person)).collect();
    for &(name, title, topic, quiet, unread, locked, archived) in THREADS {
        let posts = weaver
            .weave(&Brief { in_order: true, ..super::private(&[topic], 0, at - quiet * MINUTE, 9, cast.clone()) });
        let place = world.communities.iter().enumerate().find_map(|(community, known)| {
            Some((community, known.channels.iter().position(|channel| channel.name == name)?))
        });
        let Some((community, channel)) = place else { continue };
        let thread = Thread { title, locked, archived, unread: unread.min(posts.len()), posts };
        match forums.iter_mut().find(|known| (known.community, known.channel) == (community, channel)) {
            Some(forum) => forum.threads.push(thread),
            None => forums.push(Forum { community, channel, threads: vec![thread] }),
        }
    }
    Garden { world, people, forums }
}
