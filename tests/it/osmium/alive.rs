//! Staying connected, noticing that the other side is gone, and noticing that something was lost.

use super::{ADA, Peer, password};
use nib::domain::{LinkEvent, Request};
use nib::net::osmium::wire::core::{ServerMessage, client_message::Message, rpc_result, server_message};
use nib::net::osmium::wire::updates;
use nib::net::{Adapter as _, Close, Frame, Out};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_idle_connection_sends_the_known_bytes_every_half_minute() {
    let mut peer = Peer::signed_in();
    let mut out = Out::default();
    let first = peer.adapter.deadline().unwrap();
    assert_eq!(first, peer.now.mono.plus(30 * SECOND));
    peer.adapter.tick(peer.now.plus(30 * SECOND), &mut out);
    assert_eq!(out.frames, [Frame::Binary(bytes::Bytes::from_static(&[0x08, 0x01]))]);
    peer.now = peer.now.plus(30 * SECOND);
    peer.adapter.heard(peer.now);
    for _ in 0..20 {
        peer.pass(30 * SECOND);
        peer.adapter.heard(peer.now);
        let sent = peer.sent();
        assert!(matches!(&sent[..], [only] if only.id == 1 && only.message.is_none()), "{sent:?}");
    }
    assert_eq!(peer.closed(), None, "pongs keep it alive");
}

#[test]
fn whatever_is_sent_puts_the_keepalive_off() {
    let mut peer = Peer::signed_in();
    peer.pass(20 * SECOND);
    let (id, _) = peer.asked(1, &Request::FetchCommunities);
    peer.reply(id, rpc_result::Result::Communities(Default::default()));
    peer.pass(29 * SECOND);
    assert!(peer.sent().is_empty());
    peer.pass(SECOND);
    assert_eq!(peer.sent().len(), 1);
}

#[test]
fn silence_is_questioned_and_then_fatal() {
    let mut peer = Peer::signed_in();
    peer.pass(49 * SECOND);
    assert!(peer.sent().iter().all(|frame| frame.message.is_none()));
    peer.pass(SECOND);
    let (id, question) = peer.sent_one();
    assert!(matches!(question, Message::ChatsGetChat(_)));
    // Any answer will do, even a refusal.
    peer.refuse(id, 404, "");
    peer.events();
    peer.pass(70 * SECOND);
    assert_eq!(peer.closed(), None);
    peer.pass(5 * SECOND);
    assert_eq!(peer.closed(), Some(&Close::Quiet));
    assert_eq!(peer.adapter.deadline(), None);
}

#[test]
fn a_server_that_never_pushes_but_answers_stays_connected() {
    let mut peer = Peer::signed_in();
    for _ in 0..600 {
        peer.pass(SECOND);
        for frame in peer.sent() {
            if frame.message.is_some() {
                peer.answer(frame.id, None, None);
            }
        }
    }
    assert_eq!(peer.closed(), None);
}

#[test]
fn looking_for_a_code_is_not_silence() {
    use nib::net::osmium::wire::auth::{MfaChallenge, SignInResult, sign_in_result};
    let mut peer = Peer::greeted(password(None));
    let (id, _) = peer.sent_one();
    let challenge = MfaChallenge { totp: true, ..Default::default() };
    let result = SignInResult { result: Some(sign_in_result::Result::MfaChallenge(challenge)) };
    peer.reply(id, rpc_result::Result::SignInResult(result));
    peer.pass(3_600 * SECOND);
    assert_eq!(peer.closed(), None);
    assert_eq!(peer.sent().len(), 120, "and the server hears from us");
}

fn numbered(peer: &mut Peer, id: u32) {
    let typing = updates::UpdateUserRelationshipDeleted { other_user_id: ADA };
    let update = updates::Update { update: Some(updates::update::Update::UpdateUserRelationshipDeleted(typing)) };
    peer.receive(&ServerMessage { id, message: Some(server_message::Message::Update(update)) });
}

fn losses(peer: &mut Peer) -> usize {
    let missed = |event: &nib::net::NetEvent| *event == nib::net::NetEvent::Link(LinkEvent::Missed);
    peer.events().iter().filter(|event| missed(event)).count()
}

#[test]
fn a_gap_in_trusted_numbers_is_told_once_per_half_minute() {
    let mut peer = Peer::signed_in();
    (1..=50).for_each(|id| numbered(&mut peer, id));
    assert_eq!(losses(&mut peer), 0);
    numbered(&mut peer, 60);
    assert_eq!(losses(&mut peer), 1);
    numbered(&mut peer, 70);
    assert_eq!(losses(&mut peer), 0);
    peer.pass(29 * SECOND);
    assert_eq!(losses(&mut peer), 0);
    peer.pass(SECOND);
    assert_eq!(losses(&mut peer), 1, "the second one is told when its time comes");
}

#[test]
fn numbers_that_do_not_count_frames_mean_nothing() {
    let mut peer = Peer::signed_in();
    (1..500).for_each(|id| numbered(&mut peer, id * 3));
    (1..500).for_each(|_| numbered(&mut peer, 0));
    assert_eq!(losses(&mut peer), 0);
}
