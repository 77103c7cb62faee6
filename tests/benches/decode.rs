//! What a message costs on its way in: the bare protobuf decoding, and all of it up to a clean neutral update.

use bytes::Bytes;
use divan::{Bencher, black_box};
use nib::domain::{Mono, Now, Secret, Wall};
use nib::net::osmium::wire::core::{Initialized, RpcResult, ServerMessage, rpc_result, server_message};
use nib::net::osmium::wire::refs::{ChannelRef, ChatRef, chat_ref::Ref};
use nib::net::osmium::wire::{auth, types, updates};
use nib::net::osmium::{OsmiumAdapter, OsmiumConfig};
use nib::net::{Adapter, Credentials, Frame, NetEvent, Out};
use prost::Message as _;

const ID: u64 = 185_851_287_961_600_001;
const NOW: Now = Now { mono: Mono(1), wall: Wall(1_780_086_400_000) };

fn main() {
    divan::main();
}

fn frame(text: &str, entities: Vec<types::MessageEntity>) -> Bytes {
    let place = ChannelRef { community_id: ID - 1_000, channel_id: ID - 999 };
    let message = types::Message {
        chat_ref: Some(ChatRef { r#ref: Some(Ref::Channel(place)) }),
        message_id: ID,
        author_id: ID - 500,
        message: text.to_owned(),
        entities,
        ..Default::default()
    };
    let author = types::User {
        id: ID - 500,
        name: "Ada Lovelace".to_owned(),
        username: Some("ada".to_owned()),
        color: Some(0x33_66_ff),
        ..Default::default()
    };
    let created = updates::UpdateMessageCreated {
        message: Some(message),
        channel_unread_count: 7,
        author: Some(author),
        client_id: None,
    };
    let update = updates::Update { update: Some(updates::update::Update::MessageCreated(created)) };
    ServerMessage { id: 0, message: Some(server_message::Message::Update(update)) }.encode_to_vec().into()
}

/// 192 bytes with the author: the usual message.
fn ascii() -> Bytes {
    let frame = frame(
        "And how does the analytical engine weave its patterns, just as the loom weaves its flowers and leaves?",
        vec![],
    );
    assert_eq!(frame.len(), 192);
    frame
}

fn with_emoji() -> Bytes {
    frame("And how does the engine weave 🧵 its patterns, as the loom weaves flowers? 日本語も。", vec![])
}

fn with_formatting() -> Bytes {
    let bold = |start_index| types::MessageEntity {
        start_index,
        length: 5,
        entity: Some(types::message_entity::Entity::Bold(true)),
    };
    frame(
        "And how does the engine weave 🧵 its patterns, as the loom weaves flowers? 日本語も。",
        (0..4).map(|at| bold(at * 9)).collect(),
    )
}

fn answer(adapter: &mut OsmiumAdapter, req_id: u32, result: rpc_result::Result, out: &mut Out) {
    let result = RpcResult { req_id, trace_id: None, result: Some(result) };
    let frame = ServerMessage { id: 0, message: Some(server_message::Message::Result(result)) };
    adapter.frame(Frame::Binary(frame.encode_to_vec().into()), NOW, out);
}

fn signed_in() -> OsmiumAdapter {
    let credentials = Credentials::Token(Secret::new("token".to_owned()));
    let mut adapter = OsmiumAdapter::new(OsmiumConfig::default(), credentials, NOW);
    let mut out = Out::default();
    adapter.open(NOW, &mut out);
    answer(&mut adapter, 1, rpc_result::Result::Initialized(Initialized::default()), &mut out);
    let user = types::User { id: 9, ..Default::default() };
    let authorization = auth::Authorization { token: "token".to_owned(), user: Some(user), session_id: 1 };
    answer(&mut adapter, 2, rpc_result::Result::Authorization(authorization), &mut out);
    adapter
}

fn bare(bencher: Bencher<'_, '_>, frame: &Bytes) {
    bencher.bench_local(|| ServerMessage::decode(black_box(frame.clone())));
}

fn whole(bencher: Bencher<'_, '_>, frame: &Bytes) {
    let mut adapter = signed_in();
    let mut out = Out::default();
    bencher.bench_local(|| {
        adapter.frame(Frame::Binary(black_box(frame.clone())), NOW, &mut out);
        let event = out.events.pop();
        assert!(matches!(event, Some(NetEvent::Update(_))));
        event
    });
}

#[divan::bench]
fn ascii_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &ascii());
}

#[divan::bench]
fn ascii_to_update(bencher: Bencher<'_, '_>) {
    whole(bencher, &ascii());
}

#[divan::bench]
fn emoji_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &with_emoji());
}

#[divan::bench]
fn emoji_to_update(bencher: Bencher<'_, '_>) {
    whole(bencher, &with_emoji());
}

#[divan::bench]
fn formatting_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &with_formatting());
}

#[divan::bench]
fn formatting_to_update(bencher: Bencher<'_, '_>) {
    whole(bencher, &with_formatting());
}
