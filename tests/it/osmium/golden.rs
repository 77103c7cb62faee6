//! Frames of every kind, written without our schema, and what nib makes of them.

use super::{CHANNEL, COMMUNITY, Peer};
use nib::domain::request::Page;
use nib::domain::{ChatId, CommunityId, Request, UserId};
use nib::net::Adapter as _;
use nib::net::osmium::wire;
use prost::Message as _;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const UPDATES: &str = include_str!("../data/golden/updates.txt");
const REPLIES: &str = include_str!("../data/golden/replies.txt");

fn frames(table: &'static str) -> Vec<(&'static str, Vec<u8>)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(name, hex)| (name, bytes(hex))).collect()
}

pub(super) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Every golden frame as a whole `ServerMessage`.
pub(super) fn all() -> Vec<Vec<u8>> {
    let replies = frames(REPLIES).into_iter().map(|(_, member)| reply_frame(3, &member));
    frames(UPDATES).into_iter().map(|(_, frame)| frame).chain(replies).collect()
}

fn reply_frame(id: u8, member: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x1a];
    prost::encoding::encode_varint(member.len() as u64 + 2, &mut frame);
    frame.extend([0x08, id]);
    frame.extend(member);
    frame
}

/// The members of a oneof, from the compiled schema.
fn members(package: &str, message: &str, oneof: &str) -> BTreeSet<String> {
    let set = prost_types::FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap();
    let of_package = set.file.iter().filter(|file| file.package() == package);
    let found = of_package.flat_map(|file| &file.message_type).find(|found| found.name() == message).unwrap();
    let index = found.oneof_decl.iter().position(|found| found.name() == oneof).unwrap();
    let inside = found.field.iter().filter(|field| field.oneof_index == Some(i32::try_from(index).unwrap()));
    inside.map(|field| field.name().to_owned()).collect()
}

#[test]
fn every_update_has_its_frame() {
    let golden: BTreeSet<String> = frames(UPDATES).into_iter().map(|(name, _)| name.to_owned()).collect();
    let schema = members("osmium.client.updates", "Update", "update");
    assert_eq!(golden, schema);
    assert_eq!(golden.len(), 27);
}

#[test]
fn every_update_is_translated() {
    let mut told = String::new();
    for (name, frame) in frames(UPDATES) {
        let mut peer = Peer::signed_in();
        peer.raw(&frame);
        let updates = peer.updates();
        assert_eq!(updates.len(), 1, "{name}");
        writeln!(told, "## {name}, skipped {:?}\n{:#?}\n", peer.adapter.skipped(), updates[0]).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn replies_are_translated() {
    let chat = ChatId::new(u128::from(COMMUNITY) << 64 | u128::from(CHANNEL));
    let group = ChatId::new(2 << 64 | 185_431_857_561_600_005);
    let community = CommunityId::new(u128::from(COMMUNITY));
    let outgoing = nib::domain::Outgoing { chat, text: "x".to_owned(), ..Default::default() };
    let mut told = String::new();
    for (name, member) in frames(REPLIES) {
        let request = match name {
            "communities" => Request::FetchCommunities,
            "channels" => Request::FetchChannels(community),
            "chats" => Request::FetchChats,
            "messages" => Request::FetchHistory { chat, page: Page::Latest, limit: 50 },
            "sent_message" => Request::Send(std::sync::Arc::new(outgoing.clone())),
            "chat" => Request::FetchChat(chat),
            "community_roles" => Request::FetchRoles(community),
            "members" => Request::FetchMembers(community, vec![UserId::new(5)]),
            "member_list" => Request::FetchMemberList(chat),
            "chat_members" => Request::FetchMemberList(group),
            "room_states" => Request::FetchVoiceRooms(community),
            "user_details" => Request::LookupUsername("@ada".to_owned()),
            other => panic!("{other}"),
        };
        let mut peer = Peer::signed_in();
        let (id, _) = peer.asked(900, &request);
        assert_eq!(id, 3, "greeting and sign-in come first");
        peer.raw(&reply_frame(3, &member));
        let answers = peer.answers();
        assert_eq!(answers.len(), 1, "{name}");
        writeln!(told, "## {name}, skipped {:?}\n{:#?}\n", peer.adapter.skipped(), answers[0].1).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn bytes_seen_on_the_wire() {
    let mut peer = Peer::signed_in();
    // An empty result with server id 11 for request 3: what both known servers answer to a call without a reply.
    let (id, _) = peer.asked(5, &Request::SetTyping { chat: ChatId::new(3 << 64), typing: true });
    assert_eq!(id, 3);
    peer.raw(&bytes("080b1a020803"));
    assert_eq!(peer.answers(), [(5, Ok(nib::domain::Reply::Done))]);
    // The same for a request without an id, which nib never sends.
    peer.raw(&bytes("1a00"));
    assert_eq!(peer.skipped("answer without a request"), 1);
    assert!(peer.events().is_empty());
}
