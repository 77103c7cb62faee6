//! What becomes of messages after they were written: changes that are not told whole, and who may change what.

use super::calls::message;
use super::peer::*;
use nib::domain::*;
use serde_json::{Value, json};

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

#[test]
fn a_change_that_is_not_told_whole_is_asked_for() {
    let mut peer = Peer::synced();
    let changed = json!({"cmd": "message_edit", "id": ID, "channel": "general", "content": "new", "global": true});
    peer.hear(&changed);
    peer.hear(&changed);
    assert!(peer.updates().is_empty());
    let asked = peer.said();
    let said = (&asked[0]["cmd"], &asked[0]["channel"], &asked[0]["id"]);
    assert_eq!(said, (&json!("message_get"), &json!("general"), &json!(ID)));
    let mut whole = message(ID, "alice", "new", 1.5e9);
    whole["edited"] = json!(true);
    peer.answer(&asked[0], json!({"cmd": "message_get", "channel": "general", "message": whole}));
    let Some(Update::MessageChanged { message, .. }) = peer.updates().pop() else { panic!("not changed") };
    assert_eq!((message.body.text.as_str(), message.edited.is_some()), ("new", true));
    // Gone meanwhile: that is told otherwise, and nobody waits for this answer.
    peer.answer(&asked[1], json!({"cmd": "error", "val": "Message not found"}));
    assert!(peer.events().is_empty());
}

#[test]
fn some_channels_let_nobody_change_or_delete_what_they_wrote() {
    let list = json!([
        {"name": "a", "type": "text", "permissions": {"send": ["user"], "edit_own": ["user"]}},
        {"name": "b", "type": "text", "permissions": {"send": ["user"], "edit_own": ["staff"], "delete_own": ["!user"]}},
        {"name": "c", "type": "text"},
        {"name": "f", "type": "forum", "permissions": {"delete_own": []}, "threads": [{"id": ID, "name": "t"}]},
    ]);
    let both = Permissions::EDIT_OWN.union(Permissions::DELETE_OWN);
    let taken = |greeting: &Value, roles: &[&str]| -> Vec<Permissions> {
        let mut peer = Peer::signed_in_as(greeting, roles);
        let community = peer.community();
        peer.want(1, &Request::FetchChannels(community));
        while let Some(asked) = peer.said().first() {
            let told = if asked["cmd"] == "channels_get" { list.clone() } else { json!([]) };
            peer.answer(asked, json!({"cmd": asked["cmd"], "val": told}));
        }
        let Some((1, Ok(Reply::Channels { bundle, .. }))) = peer.answers().pop() else { panic!("no channels") };
        bundle.chats.iter().map(|chat| Permissions(chat.overrides.deny.0 & both.0)).collect()
    };
    let (none, delete) = (Permissions::NONE, Permissions::DELETE_OWN);
    for greeting in [listed(), newer(), old()] {
        assert_eq!(taken(&greeting, &["user"]), [none, both, none, delete, delete]);
    }
    assert_eq!(taken(&listed(), &["staff", "user"])[1], delete);
    assert_eq!(taken(&newer(), &["owner"]), [none; 5]);
}
