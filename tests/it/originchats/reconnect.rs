//! What one connection knew and the next one is not told again.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::*;
use nib::net::originchats::OriginConfig;
use serde_json::json;
use std::sync::Arc;

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";
const THREAD: &str = "3d4b6a34-6e0b-4c7e-9d3e-0f2d4ad0c111";

fn send(chat: ChatId) -> Request {
    Request::Send(Arc::new(Outgoing { chat, nonce: Nonce(7), text: "waited".to_owned(), ..Outgoing::default() }))
}

#[test]
fn names_that_no_list_tells_are_left_to_the_next_connection() {
    let config = OriginConfig::new(URL);
    let signed_in = || Peer::signed_in_with(config.clone(), &listed(), "bob", &["user"]);
    let mut peer = signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    let forum = bundle.chats.iter().find(|chat| chat.is_forum()).unwrap();
    let thread = json!({"id": THREAD, "name": "New", "parent_channel": forum.wire.as_str()});
    peer.hear(&json!({"cmd": "thread_create", "thread": thread, "channel": forum.wire.as_str()}));
    peer.events();
    peer.hear(
        &json!({"cmd": "message_new", "channel": "general", "message": message("imported-17", "ada", "old", 1.7e9)}),
    );
    peer.hear(&json!({"cmd": "message_react_add", "channel": "general", "id": "imported-17", "emoji": "originChats://a.b/emojis/4", "from": "ada"}));
    peer.hear(&json!({"cmd": "message_new", "channel": forum.wire.as_str(), "thread_id": THREAD, "message": message(ID, "ada", "x", 1.7e9)}));
    let updates = peer.updates();
    let [
        Update::MessageCreated { message: odd, .. },
        Update::ReactionToggled { emoji, .. },
        Update::MessageCreated { message: in_thread, .. },
    ] = &updates[..]
    else {
        panic!("{updates:?}")
    };
    drop(peer);
    let mut peer = signed_in();
    peer.sync();
    let react = Request::React { chat: general, message: odd.key, emoji: emoji.clone(), add: true };
    let asked = peer.asked(1, &react);
    assert_eq!((&asked["id"], &asked["emoji"]), (&json!("imported-17"), &json!("originChats://a.b/emojis/4")));
    assert_eq!(peer.asked(2, &send(in_thread.chat))["thread_id"], THREAD);
}
