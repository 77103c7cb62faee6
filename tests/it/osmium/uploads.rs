//! Messages with files: what is sent for them, in which order, and how they end.

use super::{CHANNEL, COMMUNITY, MESSAGE, Peer};
use bytes::Bytes;
use nib::domain::answer::RefusalKind;
use nib::domain::{ChatId, CleanText, CommunityId, Nonce, Outgoing, Progress, Refusal, Reply, Request, Upload};
use nib::net::NetEvent;
use nib::net::osmium::wire::core::{RpcError, client_message::Message, rpc_result};
use nib::net::osmium::wire::media::file_metadata::{Metadata, MetadataFile, MetadataImage};
use nib::net::osmium::wire::media::{MediaRef, MediaRefUploadedFile, UploadFilePart, UploadedFileRef, media_ref::Ref};
use nib::net::osmium::wire::messages::{self, SendMessage};
use nib::net::osmium::{OsmiumConfig, defaults};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

const PART: usize = 512 * 1024;

fn bytes(length: usize) -> Bytes {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect::<Vec<u8>>().into()
}

fn file(name: &str, length: usize) -> Upload {
    Upload::new(name, bytes(length))
}

fn send(files: Vec<Upload>) -> Request {
    let chat = ChatId::new(u128::from(COMMUNITY) << 64 | u128::from(CHANNEL));
    Request::Send(Arc::new(Outgoing {
        chat,
        nonce: Nonce(0xfeed),
        text: "*look*".to_owned(),
        attachments: files,
        ..Outgoing::default()
    }))
}

/// The parts among what was sent since the last look, with the ids that they are answered by. Nothing else was sent.
fn parts(peer: &mut Peer) -> Vec<(u32, UploadFilePart)> {
    let part = |frame: super::ClientMessage| match frame.message {
        Some(Message::MediaUploadFilePart(part)) => (frame.id, part),
        other => panic!("no part: {other:?}"),
    };
    peer.sent().into_iter().map(part).collect()
}

fn progress(peer: &mut Peer) -> Vec<(u64, u64, u64)> {
    let told = |event| match event {
        NetEvent::Progress(Progress { request, done, total }) => Some((request.0, done, total)),
        NetEvent::Link(_) => None,
        other => panic!("{other:?}"),
    };
    peer.events().into_iter().filter_map(told).collect()
}

/// Answers every part until the message itself is sent; gives the parts and the message.
fn upload(peer: &mut Peer) -> (Vec<UploadFilePart>, u32, SendMessage) {
    let mut taken = Vec::new();
    loop {
        let sent = peer.sent();
        assert!(!sent.is_empty(), "nothing more comes");
        for frame in sent {
            match frame.message.unwrap() {
                Message::MediaUploadFilePart(part) => {
                    taken.push(part);
                    peer.answer(frame.id, None, None);
                }
                Message::MessagesSendMessage(message) => return (taken, frame.id, message),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn reference(media: &MediaRef) -> (&MediaRefUploadedFile, &UploadedFileRef) {
    let Some(Ref::Uploaded(uploaded)) = &media.r#ref else { panic!("{media:?}") };
    (uploaded, uploaded.file.as_ref().unwrap())
}

#[test]
fn a_file_goes_up_in_equal_parts_with_a_shorter_last_one_and_then_the_message_names_it() {
    let mut peer = Peer::signed_in();
    let mut picture =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0crc!\0\0\0\x01IDAT".to_vec();
    picture.extend_from_slice(&bytes(2 * PART));
    let whole = Bytes::from(picture);
    peer.want(9, &send(vec![Upload::new("cat.png", whole.clone())]));
    assert_eq!(progress(&mut peer), [(9, 0, whole.len() as u64)]);
    let (sent, id, message) = upload(&mut peer);

    assert_eq!(sent.iter().map(|part| part.part).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(sent.iter().map(|part| part.data.len()).collect::<Vec<_>>(), [PART, PART, whole.len() - 2 * PART]);
    assert_eq!(sent.iter().flat_map(|part| part.data.to_vec()).collect::<Vec<_>>(), whole);
    let upload_id = sent[0].upload_id;
    assert!(upload_id != 0 && sent.iter().all(|part| part.upload_id == upload_id));

    let (uploaded, named) = reference(&message.media[0]);
    assert_eq!(*named, UploadedFileRef { id: upload_id, name: "cat.png".to_owned(), part_count: 3 });
    assert_eq!((uploaded.filename.as_deref(), uploaded.mimetype.as_str()), (Some("cat.png"), "image/png"));
    let size = MetadataImage { width: 640, height: 480, preview: None, animated: false };
    assert_eq!(uploaded.metadata.as_ref().unwrap().metadata, Some(Metadata::Image(size)));
    assert_eq!((message.message.as_str(), message.entities.len(), message.client_id), ("look", 1, Some(0xfeed)));

    let total = whole.len() as u64;
    assert_eq!(
        progress(&mut peer),
        [(9, PART as u64, total), (9, 2 * PART as u64, total), (9, total, total)],
        "told with every part"
    );
    peer.reply(id, rpc_result::Result::SentMessage(messages::SentMessage { message_id: MESSAGE }));
    let answers = peer.answers();
    assert!(matches!(&answers[..], [(9, Ok(Reply::Sent { .. }))]), "{answers:?}");
    assert!(peer.sent().is_empty());
}

#[test]
fn sizes_at_the_edges_make_no_part_too_many() {
    for (length, expected) in [(0, vec![0]), (1, vec![1]), (PART, vec![PART]), (PART + 1, vec![PART, 1])] {
        let mut peer = Peer::signed_in();
        peer.want(1, &send(vec![file("x.bin", length)]));
        let (sent, _, message) = upload(&mut peer);
        assert_eq!(sent.iter().map(|part| part.data.len()).collect::<Vec<_>>(), expected);
        let (uploaded, named) = reference(&message.media[0]);
        assert_eq!(named.part_count as usize, expected.len());
        assert_eq!(uploaded.metadata.as_ref().unwrap().metadata, Some(Metadata::File(MetadataFile {})));
    }
}

#[test]
fn several_files_have_names_of_their_own_and_keep_their_order() {
    let mut peer = Peer::signed_in();
    let request = send(vec![file("a.txt", 10), file("b.mp4", PART + 5), file("a.txt", 10)]);
    peer.want(1, &request);
    let (sent, _, message) = upload(&mut peer);
    let ids: Vec<u64> = message.media.iter().map(|media| reference(media).1.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3);
    let of = |id: u64| sent.iter().filter(|part| part.upload_id == id).map(|part| part.data.len()).collect::<Vec<_>>();
    assert_eq!(ids.iter().map(|&id| of(id)).collect::<Vec<_>>(), [vec![10], vec![PART, 5], vec![10]]);
    let names: Vec<&str> = message.media.iter().map(|media| reference(media).1.name.as_str()).collect();
    assert_eq!(names, ["a.txt", "b.mp4", "a.txt"]);

    // A second try of the same message has nothing to do with what the first one left.
    let mut again = Peer::signed_in();
    again.want(2, &request);
    let (_, _, second) = upload(&mut again);
    assert_eq!(second.client_id, message.client_id);
    assert!(second.media.iter().all(|media| !ids.contains(&reference(media).1.id)));
}

#[test]
fn a_few_parts_are_under_way_at_once_and_fewer_when_the_network_is_slow() {
    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", 40 * PART)]));
    let mut open = Vec::new();
    let mut widest = 0;
    for _ in 0..20 {
        open.extend(parts(&mut peer));
        widest = widest.max(open.len());
        peer.pass(Duration::from_millis(20));
        peer.answer(open.remove(0).0, None, None);
    }
    assert_eq!(widest, defaults::UPLOAD_WINDOW);
    for _ in 0..15 {
        open.extend(parts(&mut peer));
        peer.pass(Duration::from_millis(1_500));
        peer.answer(open.remove(0).0, None, None);
    }
    open.extend(parts(&mut peer));
    assert_eq!(open.len(), 1);
    assert!(peer.answers().is_empty());
}

#[test]
fn other_requests_go_their_way_meanwhile_and_parts_are_answered_in_any_order() {
    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", 6 * PART)]));
    let first = parts(&mut peer);
    peer.answer(first[0].0, None, None);
    let open = parts(&mut peer);
    assert_eq!(open.len(), 2);
    let (asked, _) = peer.asked(2, &Request::FetchRoles(CommunityId::new(u128::from(COMMUNITY))));
    peer.answer(open[1].0, None, None);
    peer.reply(asked, rpc_result::Result::CommunityRoles(Default::default()));
    let answers = peer.answers();
    assert!(matches!(&answers[..], [(2, Ok(Reply::Roles { .. }))]), "{answers:?}");
    let (mut sent, _, message) = {
        peer.answer(open[0].0, None, None);
        upload(&mut peer)
    };
    sent.extend([first[0].1.clone(), open[0].1.clone(), open[1].1.clone()]);
    sent.sort_by_key(|part| part.part);
    assert_eq!(sent.iter().flat_map(|part| part.data.to_vec()).collect::<Vec<_>>(), bytes(6 * PART));
    assert_eq!(reference(&message.media[0]).1.part_count, 6);
}

#[test]
fn a_refused_part_ends_it_with_the_server_s_reason() {
    let mut peer = Peer::signed_in();
    peer.want(7, &send(vec![file("x.bin", 9 * PART)]));
    let first = parts(&mut peer);
    peer.answer(first[0].0, None, None);
    let open = parts(&mut peer);
    progress(&mut peer);
    let error = RpcError { error_code: 413, error_message: "Too\nlarge for you.".to_owned() };
    peer.answer(open[0].0, Some(rpc_result::Result::Error(error)), Some("t-1"));
    let refusal = Refusal {
        kind: RefusalKind::Invalid,
        code: 413,
        text: CleanText::new("Too large for you."),
        trace: Some(CleanText::new("t-1")),
        retry_after: None,
    };
    assert_eq!(peer.answers(), [(7, Err(refusal))]);
    assert!(peer.sent().is_empty());
    peer.answer(open[1].0, None, None);
    peer.pass(Duration::from_secs(70));
    assert!(peer.answers().is_empty(), "answered once");
    assert!(
        peer.sent().iter().all(|frame| !matches!(
            frame.message,
            Some(Message::MediaUploadFilePart(_) | Message::MessagesSendMessage(_))
        )),
        "nothing more of it is sent"
    );
}

#[test]
fn a_passing_refusal_is_waited_out_and_the_same_part_sent_again() {
    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", PART + 9)]));
    let refused = parts(&mut peer).remove(0);
    peer.refuse(refused.0, 429, "slowly");
    assert!(peer.sent().is_empty());
    peer.pass(Duration::from_millis(999));
    assert!(peer.sent().is_empty());
    peer.pass(Duration::from_millis(1));
    let again = parts(&mut peer).remove(0);
    assert_eq!(again.1, refused.1);
    assert_ne!(again.0, refused.0);
    peer.answer(again.0, None, None);
    let (sent, ..) = upload(&mut peer);
    assert_eq!(sent.len(), 1);

    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", PART)]));
    for wait in [1, 2] {
        let part = parts(&mut peer).remove(0);
        peer.refuse(part.0, 500, "not now");
        peer.pass(Duration::from_secs(wait));
    }
    let part = parts(&mut peer).remove(0);
    peer.refuse(part.0, 500, "not now");
    let answers = peer.answers();
    assert!(
        matches!(&answers[..], [(1, Err(refusal))] if refusal.kind == RefusalKind::ServerFault && &*refusal.text == "not now"),
        "{answers:?}"
    );
}

#[test]
fn a_part_that_is_not_answered_ends_it_and_what_waits_behind_it_is_not_late_before() {
    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", 3 * PART)]));
    let part = parts(&mut peer).remove(0);
    let (asked, _) = peer.asked(2, &Request::FetchRoles(CommunityId::new(u128::from(COMMUNITY))));
    progress(&mut peer);
    // The server is there, and slow.
    let speak = |peer: &mut Peer| {
        peer.push(nib::net::osmium::wire::updates::update::Update::MessageDeleted(Default::default()))
    };
    peer.pass(Duration::from_secs(45));
    speak(&mut peer);
    assert!(peer.answers().is_empty(), "20 s are over, but the part fills the line");
    peer.pass(Duration::from_millis(14_999));
    assert!(peer.answers().is_empty());
    peer.pass(Duration::from_millis(1));
    let answers = peer.answers();
    assert!(matches!(&answers[..], [(1, Err(refusal))] if refusal.kind == RefusalKind::TimedOut), "{answers:?}");
    speak(&mut peer);
    peer.pass(Duration::from_secs(19));
    peer.reply(asked, rpc_result::Result::CommunityRoles(Default::default()));
    assert!(matches!(&peer.answers()[..], [(2, Ok(_))]), "its time began when the part's was over");
    peer.answer(part.0, None, None);
    assert!(peer.answers().is_empty());
    let sent = peer.sent();
    let more = |frame: &super::ClientMessage| {
        matches!(frame.message, Some(Message::MediaUploadFilePart(_) | Message::MessagesSendMessage(_)))
    };
    assert!(!sent.iter().any(more), "{sent:?}");
}

#[test]
fn the_message_itself_may_be_refused_after_its_files_were_taken() {
    let mut peer = Peer::signed_in();
    peer.want(1, &send(vec![file("x.bin", 5)]));
    let (_, id, _) = upload(&mut peer);
    peer.refuse(id, 403, "No files here.");
    let answers = peer.answers();
    assert!(matches!(&answers[..], [(1, Err(refusal))] if &*refusal.text == "No files here."), "{answers:?}");
}

#[test]
fn what_is_too_much_is_said_before_anything_is_sent() {
    let mut peer = Peer::signed_in_with(OsmiumConfig { upload_limit: 1_000_000, ..OsmiumConfig::default() });
    for (files, words) in [
        (
            vec![file("small.txt", 5), file("large.iso", 1_000_001)],
            "\"large.iso\" is too large: at most 1.0 MB can be sent.",
        ),
        ((0..11).map(|_| file("x", 1)).collect(), "A message takes at most 10 files."),
    ] {
        peer.want(1, &send(files));
        assert!(peer.sent().is_empty());
        let answers = peer.answers();
        assert!(
            matches!(&answers[..], [(1, Err(refusal))] if refusal.kind == RefusalKind::Invalid && &*refusal.text == words),
            "{answers:?}"
        );
    }
}

#[test]
fn nothing_of_a_file_is_kept_once_it_is_taken() {
    let mut peer = Peer::signed_in();
    let content = bytes(3 * PART);
    peer.want(1, &send(vec![Upload::new("x.bin", content.clone())]));
    assert!(!content.is_unique(), "shared, not copied");
    upload(&mut peer);
    assert!(content.is_unique());
}

#[derive(Clone, Debug)]
enum Turn {
    Take(usize),
    Refuse(usize, u32),
    Wait(u64),
    Ask,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        8 => (0..9usize).prop_map(Turn::Take),
        2 => (0..9usize, prop::sample::select(vec![429, 500, 503])).prop_map(|(at, code)| Turn::Refuse(at, code)),
        1 => Just(Turn::Refuse(0, 403)),
        3 => (0..4_000u64).prop_map(Turn::Wait),
        1 => Just(Turn::Ask),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_files_arrive_whole_or_not_at_all(
        sizes in prop::collection::vec(0..90usize, 1..4),
        turns in prop::collection::vec(turn(), 0..120),
    ) {
        let config = OsmiumConfig { upload_part: 16, ..OsmiumConfig::default() };
        let mut peer = Peer::signed_in_with(config);
        let files: Vec<Upload> = sizes.iter().map(|&size| file("x.bin", size)).collect();
        peer.want(1, &send(files.clone()));
        let mut open: Vec<(u32, UploadFilePart)> = Vec::new();
        let mut others = Vec::new();
        let mut taken: BTreeMap<(u64, u32), Bytes> = BTreeMap::new();
        let mut message = None;
        let mut outcomes = Vec::new();
        // After the drawn turns everything is taken, so that it comes to an end.
        for turn in turns.into_iter().chain((0..200).map(|_| Turn::Take(0))).chain([Turn::Wait(5_000)]).chain((0..200).map(|_| Turn::Take(0))) {
            match turn {
                Turn::Take(at) if !open.is_empty() => {
                    let (id, part) = open.remove(at % open.len());
                    taken.insert((part.upload_id, part.part), part.data);
                    peer.answer(id, None, None);
                }
                Turn::Refuse(at, code) if !open.is_empty() => {
                    let (id, _) = open.remove(at % open.len());
                    peer.refuse(id, code, "no");
                }
                Turn::Wait(millis) => {
                    others.drain(..).for_each(|id| peer.reply(id, rpc_result::Result::CommunityRoles(Default::default())));
                    peer.pass(Duration::from_millis(millis));
                }
                Turn::Ask => {
                    peer.want(2, &Request::FetchRoles(CommunityId::new(u128::from(COMMUNITY))));
                }
                Turn::Take(_) | Turn::Refuse(..) => {}
            }
            for frame in peer.sent() {
                match frame.message {
                    Some(Message::MediaUploadFilePart(part)) => open.push((frame.id, part)),
                    Some(Message::MessagesSendMessage(request)) => {
                        prop_assert!(message.is_none(), "sent twice");
                        prop_assert!(open.is_empty(), "before every part was taken");
                        message = Some(request);
                        peer.reply(frame.id, rpc_result::Result::SentMessage(messages::SentMessage { message_id: MESSAGE }));
                    }
                    Some(Message::CommunitiesGetRoles(_)) => others.push(frame.id),
                    other => prop_assert!(other.is_none(), "{other:?}"),
                }
            }
            prop_assert!(open.len() <= defaults::UPLOAD_WINDOW);
            outcomes.extend(peer.answers().into_iter().filter(|(id, _)| *id == 1));
        }
        prop_assert!(open.is_empty());
        prop_assert_eq!(outcomes.len(), 1, "{:?}", outcomes);
        prop_assert_eq!(message.is_some(), outcomes[0].1.is_ok(), "sent, or answered with a reason");
        if let Some(message) = message {
            for (media, file) in message.media.iter().zip(&files) {
                let named = reference(media).1;
                let whole: Vec<u8> = (0..named.part_count).flat_map(|part| taken[&(named.id, part)].to_vec()).collect();
                prop_assert_eq!(&whole[..], &file.bytes[..]);
            }
        }
    }
}
