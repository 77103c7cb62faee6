//! The list of threads of a forum.

use super::*;
use nib::domain::{ChannelKind, Chat, ChatId, ChatKey, ChatKind, CommunityId, Permissions, ThreadInfo, Wall};
use nib::state::{Action, Event};

const FORUM: ChatId = ChatId::new(170);

fn thread(id: u128, title: &str, newest: u128, unread: u32, info: ThreadInfo) -> Chat {
    let parent = Some(FORUM);
    let community = CommunityId::new(10);
    Chat {
        id: ChatId::new(id),
        kind: ChatKind::Channel { community, kind: ChannelKind::Thread, parent, position: 0, slowmode: 0 },
        name: text(title),
        last_message: Some(message(newest, ADA, 0, "").key),
        unread,
        thread: Some(Box::new(info)),
        ..Chat::default()
    }
}

fn act(state: &mut State, action: Action) {
    tell(state, Event::Act(action));
}

fn full(threads: Vec<Chat>) -> State {
    let mut state = state(timeline(talk(), true));
    let account = state.core.account_mut(ACCOUNT).unwrap();
    account.caps.threads = true;
    account.caps.revives_threads = true;
    let forum = Chat {
        id: FORUM,
        kind: ChatKind::Channel {
            community: CommunityId::new(10),
            kind: ChannelKind::Forum,
            parent: None,
            position: 0,
            slowmode: 0,
        },
        name: text("ideas"),
        topic: Some(text("what nib should do next")),
        overrides: nib::domain::Overrides { allow: Permissions::BEGIN_THREADS, deny: Permissions::SEND },
        ..Chat::default()
    };
    for chat in std::iter::once(forum).chain(threads) {
        tell(&mut state, Event::Update(ACCOUNT, nib::domain::Update::ChannelChanged(Box::new(chat))));
    }
    act(&mut state, Action::OpenChat(ChatKey::new(ACCOUNT, FORUM)));
    state
}

fn some() -> Vec<Chat> {
    let at = |minutes: i64| Some(Wall(NOW - minutes * MINUTE));
    let info = |by, people, minutes| ThreadInfo { by: Some(by), people, active: at(minutes), ..ThreadInfo::default() };
    vec![
        thread(171, "Dark theme on phones", 900, 2, ThreadInfo { joined: true, ..info(ADA, 7, 8) }),
        thread(
            172,
            "Voice in a terminal",
            800,
            0,
            ThreadInfo { locked: true, archived: true, hidden: true, ..info(GRACE, 3, 4_000) },
        ),
        thread(
            173,
            "A title that is so long that no screen which anybody has in front of them shows all of it, 日本語も",
            700,
            0,
            info(LINUS, 1, 1_500),
        ),
        thread(174, "", 600, 0, info(ME, 1, 700_000)),
    ]
}

#[test]
fn the_list_of_threads() {
    for (width, height) in [(120, 30), (80, 24), (40, 12), (30, 8), (24, 6)] {
        let state = sized(full(some()), width, height);
        insta::assert_snapshot!(format!("forum_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn a_forum_without_threads_and_threads_that_cannot_be_read() {
    let state = sized(full(Vec::new()), 80, 16);
    insta::assert_snapshot!("forum_empty", shot(&state, &mut cache(), 80, 16));
    for (id, name) in [(172, "locked"), (175, "archived")] {
        let mut threads = some();
        let info = ThreadInfo { archived: true, hidden: true, people: 1, ..ThreadInfo::default() };
        threads.push(thread(175, "Put away", 500, 0, info));
        let mut state = full(threads);
        act(&mut state, Action::OpenChat(ChatKey::new(ACCOUNT, ChatId::new(id))));
        let state = sized(state, 80, 16);
        insta::assert_snapshot!(format!("thread_{name}"), shot(&state, &mut cache(), 80, 16));
    }
}

#[test]
fn a_long_list_costs_what_shows_and_scrolls_with_its_cursor() {
    let info = |number: u32| ThreadInfo { by: Some(ADA), people: number, ..ThreadInfo::default() };
    let threads = (0..500).map(|n| thread(1_000 + n, &format!("thread {n}"), 5_000 - n, 0, info(n as u32))).collect();
    let mut state = full(threads);
    let mut cache = cache();
    let scene = arrange(&state, &mut cache, 120, 30);
    assert!(scene.rows.len() < 200, "{}", scene.rows.len());
    act(&mut state, Action::MoveLast);
    let words = shot(&state, &mut cache, 120, 30);
    assert!(words.contains("thread 499") && !words.contains("thread 470 "), "{words}");
}

#[test]
fn a_long_title_leaves_room_for_whose_it_is_and_where() {
    for width in [120, 80, 60] {
        let mut state = full(some());
        let mut other = state.core.accounts[0].clone();
        (other.id, other.label) = (AccountId(1), "katnip".to_owned());
        state.core.accounts.push(other);
        act(&mut state, Action::OpenChat(ChatKey::new(ACCOUNT, ChatId::new(173))));
        let label = state.core.accounts[0].label.clone();
        let state = sized(state, width, 24);
        let words = shot(&state, &mut cache(), width, 24);
        let head = words.lines().find(|line| line.contains("A title that is")).unwrap();
        assert!(head.contains(&format!("  {label}   in ideas")), "{words}");
    }
}
