//! Bytes that mean harm: nothing panics, nothing grows without bound, nothing unclean comes out.

use super::{Peer, golden, token};
use nib::domain::request::Page;
use nib::domain::{ChatId, CommunityId, Request};
use nib::net::osmium::wire::core::{ServerMessage, server_message};
use nib::net::osmium::wire::refs::{ChatRef, RefSelf, chat_ref::Ref};
use nib::net::osmium::wire::{types, updates};
use nib::net::{Adapter as _, Close, Frame, Out};
use proptest::prelude::*;
use prost::Message as _;
use std::time::Duration;

/// A connection with one question of each kind open, so that any reply finds somebody.
fn asking() -> Peer {
    let mut peer = Peer::signed_in();
    let community = CommunityId::new(100);
    let chat = ChatId::new(100 << 64 | 7);
    for (id, request) in (0..).zip([
        Request::FetchHistory { chat, page: Page::Latest, limit: 50 },
        Request::FetchChats,
        Request::FetchCommunities,
        Request::FetchCommunityOrder,
        Request::FetchChannels(community),
        Request::FetchRoles(community),
        Request::FetchPinned(chat),
        Request::FetchMemberList(chat),
        Request::FetchVoiceRooms(community),
        Request::FetchChat(chat),
        Request::LookupUsername("x".to_owned()),
    ]) {
        peer.want(id, &request);
    }
    peer.sent();
    peer
}

/// Whether everything that was told can be shown: `Debug` of clean text escapes nothing but line feeds, tabs, quotes and backslashes.
fn assert_clean(peer: &mut Peer) {
    let shown = format!("{:?}", peer.events());
    assert!(!shown.chars().any(|character| character.is_control()));
    assert!(!shown.contains("\\u{1b}") && !shown.contains("\\u{202e}") && !shown.contains("\\u{9b}"), "{shown}");
}

proptest! {
    #[test]
    fn any_bytes(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8)) {
        for mut peer in [Peer::opened(token()), Peer::greeted(token()), asking()] {
            frames.iter().for_each(|frame| peer.raw(frame));
            peer.pass(Duration::from_secs(40));
            assert_clean(&mut peer);
        }
    }

    #[test]
    fn frames_that_were_tampered_with(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        request in 0u8..14,
    ) {
        let frames = golden::all();
        let mut frame = frames[which.index(frames.len())].clone();
        for (at, byte) in changes {
            let at = at.index(frame.len());
            frame[at] = byte;
        }
        if cut.index(4) == 0 {
            frame.truncate(cut.index(frame.len() + 1));
        }
        // Replies name the request they belong to in their fourth byte.
        if frame.first() == Some(&0x1a) && frame.len() > 4 {
            frame[4] = request;
        }
        let mut peer = asking();
        peer.raw(&frame);
        assert_clean(&mut peer);
    }

    #[test]
    fn hostile_text_comes_out_clean(text in "[a\\x00-\\x1f\\x7f-\\u{9f}\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}😀]{0,40}", start in 0u32..50, length in any::<u32>()) {
        let mut peer = Peer::signed_in();
        let entity = |entity| types::MessageEntity { start_index: start, length, entity: Some(entity) };
        let message = types::Message {
            chat_ref: Some(ChatRef { r#ref: Some(Ref::Self_(RefSelf {})) }),
            message_id: 9,
            message: text.clone(),
            entities: vec![
                entity(types::message_entity::Entity::Bold(true)),
                entity(types::message_entity::Entity::TextUrl(types::message_entity::TextUrlEntity { url: text.clone() })),
                entity(types::message_entity::Entity::Pre(types::message_entity::PreEntity { language: Some(text.clone()) })),
            ],
            ..Default::default()
        };
        let author = types::User { id: 5, name: text.clone(), username: Some(text.clone()), ..Default::default() };
        peer.push(updates::update::Update::MessageCreated(updates::UpdateMessageCreated {
            message: Some(message),
            author: Some(author),
            ..Default::default()
        }));
        let shown = format!("{:?}", peer.updates());
        prop_assert!(!shown.contains("\\u{"), "{shown}");
    }
}

#[test]
fn every_golden_frame_cut_at_every_byte_and_with_every_byte_changed() {
    for frame in golden::all() {
        for at in 0..frame.len() {
            let mut peer = asking();
            peer.raw(&frame[..at]);
            let mut changed = frame.clone();
            for value in [0x00, 0x01, 0x7f, 0x80, 0xff, changed[at] ^ 0x20] {
                changed[at] = value;
                peer.raw(&changed);
            }
            assert_clean(&mut peer);
        }
    }
}

#[test]
fn a_peer_that_only_sends_rubbish_is_left() {
    let mut peer = Peer::signed_in();
    for _ in 0..15 {
        peer.raw(&[0xff]);
        assert_eq!(peer.closed(), None);
    }
    peer.raw(&[0xff]);
    assert!(matches!(peer.closed(), Some(Close::Broken(_))));
    assert_eq!(peer.skipped("unreadable frame"), 16);
}

#[test]
fn text_frames_are_never_used() {
    let mut peer = Peer::opened(token());
    let mut out = Out::default();
    peer.adapter.frame(Frame::Text("hello".to_owned()), peer.now, &mut out);
    assert!(matches!(out.close, Some(Close::Broken(_))));
    let mut peer = Peer::signed_in();
    let mut out = Out::default();
    peer.adapter.frame(Frame::Text("hello".to_owned()), peer.now, &mut out);
    assert_eq!((out.close, peer.skipped("text frame")), (None, 1));
}

#[test]
fn a_message_full_of_formatting_does_not_stall() {
    let entity = |at: u32| types::MessageEntity {
        start_index: at % 300_000,
        length: 9,
        entity: Some(types::message_entity::Entity::Bold(true)),
    };
    let message = types::Message {
        chat_ref: Some(ChatRef { r#ref: Some(Ref::Self_(RefSelf {})) }),
        message_id: 9,
        message: "é".repeat(300_000),
        entities: (0..40_000).map(|at| entity(at * 7)).collect(),
        ..Default::default()
    };
    let created = updates::UpdateMessageCreated { message: Some(message), ..Default::default() };
    let update = updates::Update { update: Some(updates::update::Update::MessageCreated(created)) };
    let frame = ServerMessage { id: 0, message: Some(server_message::Message::Update(update)) }.encode_to_vec();
    assert!(frame.len() < 1 << 20, "within what a frame may hold");
    let mut peer = Peer::signed_in();
    let started = std::time::Instant::now();
    peer.raw(&frame);
    assert!(started.elapsed() < Duration::from_secs(1), "took {:?}", started.elapsed());
    assert_eq!(peer.updates().len(), 1);
}
