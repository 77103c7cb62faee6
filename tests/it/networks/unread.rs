//! A server that marks read whatever it is asked for: nothing is marked that the user has not opened.

use super::rig::Rig;
use super::servers::Embedded;
use nib::demo::originchats::{AccountService, Options, Server, ServiceAccount, World, message};
use nib::domain::*;
use nib::state::Action;
use nib::state::action::TextEdit;
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;

pub(crate) const CHANNELS: usize = 500;
pub(crate) const WRITERS: usize = 40;
/// Who has the accounts.
pub(crate) const ME: &str = "robin";

pub(crate) fn channel(number: usize) -> String {
    format!("channel-{number:03}")
}

fn account(name: &str) -> ServiceAccount {
    ServiceAccount::new(name, &format!("USR:{name}"), &format!("tok-{name}"))
}

pub(crate) fn writer(number: usize) -> String {
    format!("writer{number}")
}

/// A server with 500 channels, in each of which a few messages wait; some were read a while ago.
pub(crate) fn busy_server(begin: f64) -> Options {
    let mut world = World::new("Busy", "writer0");
    let mut accounts = vec![account(ME)];
    accounts.extend((0..WRITERS).map(|number| account(&writer(number))));
    for one in &accounts {
        let roles: &[&str] = if one.name == writer(0) { &["owner", "user"] } else { &["user"] };
        world = world.with_person(one, roles);
    }
    for number in 0..CHANNELS {
        let id = |which: usize| format!("00000000-0000-4000-8000-{:06x}{which:06x}", number + 1);
        let text =
            |which: usize| if which == 1 && number.is_multiple_of(7) { "hey @robin" } else { "what was said before" };
        let count = 2 + number % 5;
        let said = |which: usize| {
            let when = begin - 86_400.0 + (number * 10 + which) as f64;
            message(&id(which), &writer(which % WRITERS), text(which), when)
        };
        world = world.with_text(&channel(number), (0..count).map(said).collect());
        if number.is_multiple_of(3) {
            world = world.with_read(ME, &channel(number), &id(0));
        }
    }
    Options { world: Some(world), service: Some(AccountService::of(1, accounts)), ..Options::default() }
}

/// How many messages of a channel the server counts as unread.
fn told(rig: &mut Rig<Embedded>, name: &str) -> u32 {
    let now = rig.now;
    let asked = json!({"cmd": "unreads_count", "channel": name});
    let count = rig.lines[1].far.play(ME, &asked, now).unwrap();
    u32::try_from(count["unread_count"].as_u64().unwrap()).unwrap()
}

/// The open chat, if it is one of the busy server.
fn note_open(rig: &Rig<Embedded>, opened: &mut HashSet<String>) {
    let open = rig.state.front.as_ref().and_then(|front| front.pane.chat);
    if let Some((_, chat)) = open.filter(|chat| chat.account == AccountId(1)).and_then(|chat| rig.state.core.chat(chat))
    {
        opened.insert(chat.wire.to_string());
    }
}

#[test]
fn an_hour_of_messages_marks_nothing_read_that_was_not_opened() {
    let begin = super::rig::START.wall.0 as f64 / 1_000.0;
    let quiet = Embedded::new(Server::new(Options::default()), "tok-bob");
    let busy = Embedded::new(Server::new(busy_server(begin)), "tok-robin");
    let mut rig = Rig::new(vec![("quiet", quiet), ("busy", busy)], (120, 30));
    rig.advance(Duration::from_secs(5));
    rig.open(0, "general");
    let unread: u32 = rig.account(1).chats.values().map(|chat| chat.unread).sum();
    assert!(unread > 1_500 && rig.account(1).chats.values().filter(|chat| chat.unread > 0).count() == CHANNELS);
    let mut random = fastrand::Rng::with_seed(11);
    let mut opened = HashSet::new();
    let mut written = 0;
    // Every few seconds somebody writes; now and then the user does something, or the line is lost.
    while rig.now.mono < super::rig::START.mono.plus(Duration::from_secs(3_600)) {
        rig.advance(Duration::from_millis(random.u64(500..4_000)));
        let name = channel(random.usize(..CHANNELS));
        let who = writer(random.usize(..WRITERS));
        let now = rig.now;
        let packet = match random.u8(..12) {
            0 => json!({"cmd": "typing", "channel": name}),
            _ => {
                json!({"cmd": "message_new", "channel": name, "content": if random.bool() { "more" } else { "and @robin too" }})
            }
        };
        let answer = rig.lines[1].far.play(&who, &packet, now).unwrap();
        assert_ne!(answer["cmd"], "error", "{answer}");
        written += usize::from(answer["cmd"] == "message_new");
        let action = match random.u8(..60) {
            // These open something.
            0 => Some(Action::NextUnread),
            1 => Some(Action::NextChat),
            // These do not.
            2 => Some(Action::Jump),
            3 => Some(Action::Insert("channel".to_owned())),
            4 => Some(Action::Move(random.i32(-9..9))),
            5 => Some(Action::Cancel),
            6 => Some(Action::FocusSidebar),
            7 => Some(Action::FocusMessages),
            8 => Some(Action::ScrollPages(random.i32(-3..3))),
            9 => Some(Action::ToggleMembers),
            10 => Some(Action::Reconnect),
            11 => Some(Action::Fold),
            12 => Some(Action::Text(TextEdit::Down)),
            13 => Some(Action::ScrollStart),
            14 => Some(Action::ScrollEnd),
            15 => Some(Action::FocusComposer),
            _ => None,
        };
        if let Some(action) = action {
            rig.act(action);
            note_open(&rig, &mut opened);
        }
        match random.u16(..400) {
            0 => rig.down(1, DownReason::Closed(None)),
            1 => rig.down(0, DownReason::Quiet),
            2 => rig.open(0, "general"),
            _ => {}
        }
        note_open(&rig, &mut opened);
    }
    rig.advance(Duration::from_secs(30));
    note_open(&rig, &mut opened);
    rig.check();
    assert!(written > 1_000, "{written}");
    assert!(!opened.is_empty() && opened.len() < CHANNELS / 4, "{}", opened.len());
    // What nib asked for.
    for (account, request) in &rig.asked {
        let about = match request {
            Request::FetchHistory { chat, .. } | Request::MarkRead { chat, .. } if *account == AccountId(1) => chat,
            _ => continue,
        };
        let wire = rig.account(1).chats[about].wire.to_string();
        assert!(opened.contains(&wire), "{request:?} for {wire}, which nobody opened");
    }
    // What the server made of it.
    for number in 0..CHANNELS {
        let name = channel(number);
        let read = rig.lines[1].far.server.read_by(ME, &name).map(str::to_owned);
        let before = number.is_multiple_of(3).then(|| format!("00000000-0000-4000-8000-{:06x}{:06x}", number + 1, 0));
        let here = rig.chat(1, &name).unread;
        if opened.contains(&name) {
            assert!(read.is_some() && read != before, "{name} was opened");
            continue;
        }
        assert_eq!(read, before, "{name} was not opened");
        assert_eq!(here, told(&mut rig, &name), "{name}");
    }
    let total: u32 = rig.account(1).chats.values().map(|chat| chat.unread).sum();
    let community = rig.account(1).communities[0].id;
    assert_eq!(rig.account(1).counts(Some(community)).unread, total);
}
