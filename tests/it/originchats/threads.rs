//! Threads of forums: what is told of them, and what is asked.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use serde_json::{Value, json};

/// The recorded frames about threads that one client heard, in order.
fn heard_by(conn: &str) -> Vec<Value> {
    let rows = super::recorded().into_iter();
    let about = |row: &super::Recorded| row.from_server && row.conn == conn && row.step.ends_with("14 forum threads");
    rows.filter(about).map(|row| row.packet).collect()
}

fn told(peer: &mut Peer) -> Vec<(String, ThreadInfo)> {
    let told = |update| match update {
        Update::ChannelChanged(chat) => chat.thread.map(|thread| (chat.name.to_string(), *thread)),
        _ => None,
    };
    peer.updates().into_iter().filter_map(told).collect()
}

#[test]
fn the_recorded_life_of_a_thread_is_told_step_by_step() {
    let mut peer = Peer::signed_in_named(&listed(), "carol", &["user"]);
    peer.sync();
    let mut seen = Vec::new();
    let mut gone = 0;
    for mut packet in heard_by("carol") {
        // As somebody else's doing: nobody waits for it here.
        packet.as_object_mut().unwrap().remove("listener");
        peer.hear(&packet);
        let updates = peer.updates();
        gone += updates.iter().filter(|update| matches!(update, Update::ChatRemoved(_))).count();
        for update in updates {
            if let Update::ChannelChanged(chat) = update
                && let Some(info) = chat.thread
            {
                let state = (chat.name.to_string(), info.people, info.locked, info.archived, info.hidden, info.joined);
                assert!(info.by.is_some() && info.active.is_some());
                seen.push(state);
            }
        }
    }
    let state =
        |name: &str, people, locked, archived| (name.to_owned(), people, locked, archived, locked || archived, false);
    seen.dedup();
    assert_eq!(
        seen,
        [
            state("My first thread", 1, false, false),
            state("My first thread", 2, false, false),
            state("My first thread", 1, false, false),
            state("Renamed", 1, false, false),
            state("Renamed", 1, true, false),
            state("Renamed", 1, false, true),
            // Somebody wrote in it.
            state("Renamed", 1, false, false),
        ]
    );
    assert_eq!(gone, 1);
}

#[test]
fn a_thread_is_begun_changed_and_left_in_the_words_of_the_wire() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let forum = chat_of(&bundle, "help");
    let asked = peer.asked(1, &Request::BeginThread { forum, title: " My first thread ".to_owned() });
    assert_eq!(asked["cmd"], "thread_create");
    assert_eq!((&asked["channel"], &asked["name"]), (&json!("help"), &json!("My first thread")));
    let reply = heard_by("bob").into_iter().find(|packet| packet["cmd"] == "thread_create").unwrap();
    peer.answer(&asked, reply);
    let answer = peer.answered().unwrap();
    let Reply::Chat(bundle) = answer else { panic!("{answer:?}") };
    let thread = &bundle.chats[0];
    assert_eq!((thread.parent(), thread.channel_kind()), (Some(forum), Some(ChannelKind::Thread)));
    let info = thread.thread.as_deref().unwrap();
    assert!(info.joined && info.people == 1 && !info.hidden);
    let id = "e3408580-571f-4bb9-85ee-0f39b79119b5";
    for (change, wanted) in [
        (ThreadChange::Rename("x ".to_owned()), json!({"cmd": "thread_update", "thread_id": id, "name": "x"})),
        (ThreadChange::Lock(true), json!({"cmd": "thread_update", "thread_id": id, "locked": true})),
        (ThreadChange::Archive(false), json!({"cmd": "thread_update", "thread_id": id, "archived": false})),
        (ThreadChange::Join(true), json!({"cmd": "thread_join", "thread_id": id})),
        (ThreadChange::Join(false), json!({"cmd": "thread_leave", "thread_id": id})),
        (ThreadChange::Delete, json!({"cmd": "thread_delete", "thread_id": id})),
    ] {
        let mut asked = peer.asked(2, &Request::ChangeThread { thread: thread.id, change });
        asked.as_object_mut().unwrap().remove("listener");
        assert_eq!(asked, wanted);
    }
}

#[test]
fn a_locked_thread_takes_rights_away_and_gives_them_back() {
    let mut peer = Peer::synced();
    let frames = heard_by("bob");
    let thread = |packet: &&Value| packet["thread"].is_object();
    for packet in frames.iter().filter(thread) {
        let mut packet = packet.clone();
        packet.as_object_mut().unwrap().remove("listener");
        let locked = packet["thread"]["locked"] == true;
        peer.hear(&packet);
        let rights = peer.updates().into_iter().find_map(|update| match update {
            Update::OverridesChanged { overrides, .. } => Some(overrides),
            _ => None,
        });
        let overrides = rights.expect("rights are told with it");
        assert_eq!(overrides.allow.allows(Permissions::SEND), !locked, "{packet}");
    }
}

#[test]
fn hostile_threads_leave_a_valid_list() {
    let mut peer = Peer::synced();
    let people: Vec<String> = (0..5_000).map(|number| format!("p{number}")).collect();
    let odd = [
        json!({"cmd": "thread_create", "thread": {"id": "x", "name": "\u{1b}[31mred\nline", "parent_channel": "help", "participants": people}}),
        json!({"cmd": "thread_create", "thread": {"id": 7, "name": null, "parent_channel": "help", "participants": "all", "locked": "yes"}}),
        json!({"cmd": "thread_create", "thread": {"id": "y", "parent_channel": "nowhere"}}),
        json!({"cmd": "thread_update", "thread": {}}),
        json!({"cmd": "thread_update", "thread": []}),
    ];
    for packet in odd {
        peer.hear(&packet);
    }
    let told = told(&mut peer);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].0, "[31mred line");
    assert_eq!(told[0].1.people, 1_000);
    assert_eq!(peer.skipped("thread of an unknown forum"), 1);
    peer.want(3, &Request::BeginThread { forum: ChatId::new(99), title: "x".to_owned() });
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::NotFound);
}
