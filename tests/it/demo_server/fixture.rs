//! A small world in which every rule has a place: a hidden channel, a slow one, one where few may write.

use nib::demo::osmium::Options;
use nib::demo::world::model::{
    Channel, ChannelKind, Community, Direct, FileData, Group, Member, Person, Post, Presence, Role, Span, Style, World,
};

/// 2026-03-01T12:00:00Z in milliseconds.
pub(super) const AT: i64 = 1_772_366_400_000;

/// Posts in the channel `general`.
pub(super) const POSTS: usize = 130;

const VIEW: u64 = 2;
const SEND: u64 = 4;
const DEFAULT: u64 = VIEW | SEND | 8 | 32 | 256 | 4096;

fn person(name: &str, bot: bool) -> Person {
    Person {
        name: name.to_owned(),
        username: name.to_lowercase(),
        bio: format!("I am {name}."),
        bot,
        presence: Presence::Offline,
        color: None,
    }
}

fn post(author: usize, minutes_ago: i64, text: &str) -> Post {
    Post { author, at: AT - minutes_ago * 60_000, text: text.to_owned(), ..Post::default() }
}

/// People: 0 You, 1 Ada (owner), 2 Bob (staff), 3 Eve (plain, second factor), 4 Robo (bot), 5 Zoe (outsider).
pub(super) fn world() -> World {
    let mut general = Channel::new("general", ChannelKind::Text);
    general.parent = Some(0);
    general.posts =
        (0..POSTS).map(|index| post(1 + index % 2, (POSTS - index) as i64, &format!("post {index}"))).collect();
    general.unread = 5;
    let last = POSTS - 1;
    general.posts[last].text = "hey @you look".to_owned();
    general.posts[last].spans = vec![Span { start: 4, length: 4, style: Style::Mention }];
    general.posts[last].reactions = vec![("👍".to_owned(), vec![0, 1])];
    general.posts[10].pinned = true;
    general.posts[10].files = vec![0];
    let mut staff = Channel::new("staff", ChannelKind::Text);
    staff.deny_everyone = VIEW;
    staff.overrides = vec![(0, VIEW, 0)];
    staff.posts = vec![post(1, 50, "secret plan"), post(2, 40, "quiet")];
    let mut slow = Channel::new("slow", ChannelKind::Text);
    slow.slowmode = Some(30);
    let mut news = Channel::new("news", ChannelKind::Announcement);
    news.deny_everyone = SEND;
    news.overrides = vec![(0, SEND, 0)];
    let mut voice = Channel::new("lounge", ChannelKind::Voice);
    voice.inside = vec![(1, false), (2, true)];
    let member = |person, roles: &[usize]| Member { person, roles: roles.to_vec(), nickname: None };
    let role =
        Role { name: "Staff".to_owned(), permissions: 64 | 128 | 16 | 1024 | 2048, color: 0xff_88_00, separated: true };
    World {
        at: AT,
        people: vec![
            person("You", false),
            person("Ada", false),
            person("Bob", false),
            person("Eve", false),
            person("Robo", true),
            person("Zoe", false),
        ],
        communities: vec![Community {
            name: "Garden".to_owned(),
            username: Some("garden".to_owned()),
            owner: 1,
            default_permissions: DEFAULT,
            roles: vec![role],
            members: vec![member(0, &[]), member(1, &[]), member(2, &[0]), member(3, &[]), member(4, &[])],
            channels: vec![Channel::new("Talk", ChannelKind::Category), general, staff, slow, news, voice],
        }],
        directs: vec![Direct { peer: 1, posts: vec![post(1, 9, "psst"), post(0, 8, "yes?")], unread: 0 }],
        groups: vec![Group {
            name: "Three".to_owned(),
            owner: 1,
            members: vec![0, 1, 2],
            posts: vec![post(2, 7, "tea?")],
            unread: 1,
        }],
        saved: vec![post(0, 6, "milk, bread")],
        files: vec![FileData {
            name: "leaf.bin".to_owned(),
            mimetype: "application/octet-stream".to_owned(),
            size: None,
            bytes: (0..700_000_u32).map(|index| (index % 251) as u8).collect(),
        }],
    }
}

/// A server of that world in which nobody acts by script.
pub(super) fn options() -> Options {
    Options { seed: 7, at: Some(AT), people: 0, world: Some(world()), ..Options::default() }
}
