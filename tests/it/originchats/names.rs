//! Keys of the wire as ids, and back.

use super::recorded;
use nib::net::originchats::ids::{Kind, of_name, of_uuid, uuid};
use nib::net::originchats::names::{Memory, Met, Names};
use nib::net::originchats::wire::{At, Place};
use proptest::prelude::*;
use std::collections::HashSet;

const THREAD: &str = "e3408580-571f-4bb9-85ee-0f39b79119b5";

fn place(channel: Option<&str>, thread: Option<&str>) -> Place {
    Place { channel: channel.map(Into::into), thread: thread.map(Into::into) }
}

fn at(channel: Option<&str>, thread: Option<&str>) -> Option<At> {
    Some(At { channel: channel.map(str::to_owned), thread_id: thread.map(str::to_owned) })
}

#[test]
fn ids_are_the_same_in_every_run() {
    // Others keep them: a change here loses their drafts and read marks.
    assert_eq!(of_name(Kind::Channel, "general", 0), 274069888299842763808085915773990374740);
    assert_eq!(of_uuid(THREAD), Some(0xe340_8580_571f_4bb9_85ee_0f39_b791_19b5));
}

#[test]
fn a_chat_is_a_channel_or_a_thread() {
    let mut names = Names::default();
    let general = names.channel("general");
    let thread = names.thread(THREAD, None);
    assert_eq!(names.chat(&place(Some("general"), None)), Some(general));
    assert_eq!(names.chat(&place(None, Some(THREAD))), Some(thread));
    assert_eq!(names.at(general), at(Some("general"), None));
    assert_eq!(names.at(thread), at(None, Some(THREAD)), "the forum is not told yet");
    let help = names.channel("help");
    assert_eq!(names.thread(THREAD, Some(help)), thread);
    assert_eq!(names.chat(&place(Some("help"), Some(THREAD))), Some(thread));
    assert_eq!(names.at(thread), at(Some("help"), Some(THREAD)));
    assert_eq!(names.forum_of(thread), names.known_channel("help"));
    assert_eq!(names.chat(&place(None, None)), None);
    names.forget_thread(thread);
    assert_eq!(names.at(thread), None);
}

#[test]
fn a_renamed_channel_keeps_its_id() {
    let mut names = Names::default();
    let room = names.channel("room");
    let hall = names.channel("hall");
    assert_eq!(names.rename_channel("room", "salon"), room);
    assert_eq!((names.at(room), names.known_channel("room")), (at(Some("salon"), None), None));
    assert_ne!(names.channel("room"), room, "another channel may take the name");
    assert_eq!(names.rename_channel("salon", "hall"), room);
    assert_eq!((names.at(hall), names.channel("hall")), (None, room));
    assert_eq!(names.rename_channel("hall", "hall"), room);
    assert_eq!(names.rename_channel("nowhere", "somewhere"), names.channel("somewhere"));
}

#[test]
fn people_differ_in_more_than_case_and_channels_in_case() {
    let mut names = Names::default();
    assert_eq!(names.user("Ada"), names.user("ada"));
    assert_eq!(names.user("USR:local_Dave"), names.user("usr:local_dave"));
    assert_ne!(names.channel("Ada"), names.channel("ada"));
    let ada = names.user("ADA");
    assert_eq!(names.user_name(ada), Some("ada"));
    assert_ne!(of_name(Kind::User, "ada", 0), of_name(Kind::Channel, "ada", 0));
}

#[test]
fn a_role_goes_by_its_name_or_its_uuid() {
    let mut names = Names::default();
    let owner = names.role_with_uuid("owner", THREAD);
    assert_eq!((names.role("owner"), names.role(THREAD)), (owner, owner));
    assert_ne!(names.role("user"), owner);
}

#[test]
fn every_recorded_message_and_emoji_finds_its_way_back() {
    let mut names = Names::default();
    let mut seen = HashSet::new();
    for row in recorded() {
        if let Some(id) = row.packet["message"]["id"].as_str().or(row.packet["last_read"].as_str()) {
            let message = names.message(id);
            assert_eq!(names.message_name(message), id);
            seen.insert(message);
        }
        if let Some(emoji) = row.packet["emoji"].as_str() {
            let id = names.emoji(emoji);
            assert_eq!(names.emoji_name(id), Some(emoji));
        }
    }
    assert_eq!(seen.len(), 35);
}

proptest! {
    #[test]
    fn a_uuid_is_its_number(number in 1u128..) {
        prop_assert_eq!(of_uuid(&uuid(number)), Some(number));
    }

    #[test]
    fn whatever_a_message_is_called_it_is_called_again(id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9A-F-]{36}|\\PC{0,12}") {
        let mut names = Names::default();
        let message = names.message(&id);
        prop_assert_eq!(names.message_name(message), id);
    }
}

#[test]
fn what_events_invent_takes_no_place() {
    let mut names = Names::default();
    let (general, thread) = (names.channel("general"), names.thread(THREAD, None));
    for number in 0..30_000 {
        let invented = number.to_string();
        let chat = names.chat(&place(Some(&invented), None)).unwrap();
        assert_eq!((names.at(chat), names.known_channel(&invented)), (None, None));
        let _ = names.chat(&place(Some("general"), Some(&invented)));
    }
    assert_eq!(names.at(general), at(Some("general"), None));
    assert_eq!(names.at(thread), at(None, Some(THREAD)));
    let invented = names.chat(&place(Some("new"), None));
    assert_eq!(invented, Some(names.channel("new")), "it gets the same id once a list tells it");
}

#[test]
fn who_gets_another_name_stays_the_same_where_that_is_told() {
    let memory = Memory::default();
    let mut names = Names::recalling(memory.clone());
    let ada = names.user("ada");
    assert_eq!(names.person("USR:1", "Ada"), Met::Known);
    let taken = names.user("lovelace");
    assert_eq!(names.person("USR:1", "Lovelace"), Met::Renamed(ada, Some(taken)));
    assert_eq!((names.user("lovelace"), names.known_user("ada"), names.user_name(taken)), (ada, None, None));
    assert_ne!(names.user("ada"), ada, "somebody else may take the name");
    let me = names.myself(Some("USR:2"), "bob");
    drop(names);
    let mut names = Names::recalling(memory);
    assert_eq!((names.user("lovelace"), names.user_name(ada)), (ada, Some("lovelace")));
    // Whatever one is called, in any run.
    assert_eq!(names.myself(Some("USR:2"), "Bobby"), me);
    assert_eq!(Names::default().myself(Some("USR:2"), "robert"), me);
    assert_eq!(names.user("bobby"), me);
    let own = names.myself(Some("USR:local_dave"), "usr:local_dave");
    assert_eq!(own, Names::default().user("USR:local_dave"), "where the name is all there is");
}
