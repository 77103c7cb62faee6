//! What becomes of messages after they were written: changes that are not told whole, and who may change what.

use super::calls::{chat_of, key, message};
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use serde_json::{Value, json};

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";
const OTHER: &str = "cecbfa9e-cf01-4e91-beb8-82049660f91c";

/// The channels of a server that lists these.
fn channels(peer: &mut Peer, list: &Value) -> Vec<Chat> {
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    while let Some(asked) = peer.said().first() {
        let told = if asked["cmd"] == "channels_get" { list.clone() } else { json!([]) };
        peer.answer(asked, json!({"cmd": asked["cmd"], "val": told}));
    }
    let Some((1, Ok(Reply::Channels { bundle, .. }))) = peer.answers().pop() else { panic!("no channels") };
    bundle.chats
}

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
        channels(&mut peer, &list).iter().map(|chat| Permissions(chat.overrides.deny.0 & both.0)).collect()
    };
    let (none, delete) = (Permissions::NONE, Permissions::DELETE_OWN);
    for greeting in [listed(), newer(), old()] {
        assert_eq!(taken(&greeting, &["user"]), [none, both, none, delete, delete]);
    }
    assert_eq!(taken(&listed(), &["staff", "user"])[1], delete);
    assert_eq!(taken(&newer(), &["owner"]), [none; 5]);
}

#[test]
fn threads_are_changed_by_who_began_them_and_by_who_keeps_order() {
    let thread =
        |id: u32, by: &str| json!({"id": format!("t{id}"), "name": "t", "created_by": by, "participants": ["bob"]});
    let list = json!([{"name": "f", "type": "forum", "threads": [thread(1, "BOB"), thread(2, "alice")]}]);
    let roles = json!({"cmd": "roles_list", "roles": {
        "staff": {"permissions": ["manage_threads"]}, "chief": {"permissions": {"administrator": true}}, "user": {"permissions": []},
    }});
    let rights = |roles_held: &[&str]| -> Vec<[bool; 3]> {
        let mut peer = Peer::signed_in_as(&listed(), roles_held);
        peer.hear(&roles);
        peer.events();
        let chats = channels(&mut peer, &list);
        let threads = chats.iter().filter(|chat| chat.thread.is_some());
        threads
            .map(|chat| {
                let held = Permissions::NONE.with(chat.overrides);
                let stays = chat.overrides.deny.0 & Permissions::LEAVE_THREAD.0 != 0;
                [held.allows(Permissions::CHANGE_THREAD), held.allows(Permissions::LOCK_THREAD), stays]
            })
            .collect()
    };
    assert_eq!(rights(&["user"]), [[true, false, true], [false, false, false]]);
    for keeps_order in ["staff", "chief", "owner"] {
        assert_eq!(rights(&[keeps_order, "user"]), [[true, true, true], [true, true, false]], "{keeps_order}");
    }
}

#[test]
fn cards_are_shown_without_the_marks_that_are_typed_for_them() {
    let mut peer = Peer::synced();
    let mut told = message(ID, "alice", "", 1.7e9);
    told["embeds"] = json!([{"type": "rich", "title": "The **garden**", "description": "**14** plants, `wet`\n~~dry~~ 1 * 2",
        "fields": [{"name": "__Who__", "value": "*ada*"}]}]);
    peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": told}));
    let Some(Update::MessageCreated { message, .. }) = peer.updates().pop() else { panic!("no message") };
    let card = &message.embeds[0];
    assert_eq!(card.title.as_deref(), Some("The garden"));
    assert_eq!(card.description.as_deref(), Some("14 plants, wet\ndry 1 * 2"));
    assert_eq!((card.fields[0].name.as_str(), card.fields[0].value.as_str()), ("Who", "ada"));
}

#[test]
fn several_messages_are_deleted_one_after_the_other() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let messages = vec![key(ID, 1), key(OTHER, 2)];
    let first = peer.asked(1, &Request::Delete { chat: chat_of(&bundle, "general"), messages });
    peer.answer(&first, json!({"cmd": "message_delete", "id": first["id"], "channel": "general", "global": true}));
    let second = peer.said_one();
    let mut ids = [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()];
    ids.sort_unstable();
    assert_eq!(ids, [OTHER, ID]);
    assert!(matches!(peer.updates()[..], [Update::MessagesDeleted { .. }]));
    peer.answer(&second, json!({"cmd": "message_delete", "id": second["id"], "channel": "general", "global": true}));
    assert_eq!(peer.answered(), Ok(Reply::Done));
}

#[test]
fn what_is_gone_already_keeps_nothing_else_from_being_deleted() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    let gone = |asked: &Value| json!({"cmd": "error", "src": "message_delete", "val": "Message not found or cannot be deleted", "listener": asked["listener"]});
    let first = peer.asked(1, &Request::Delete { chat, messages: vec![key(ID, 1), key(OTHER, 2)] });
    peer.answer(&first, gone(&first));
    let second = peer.said_one();
    assert_ne!(first["id"], second["id"]);
    peer.answer(&second, json!({"cmd": "message_delete", "id": second["id"], "channel": "general", "global": true}));
    assert_eq!(peer.answered(), Ok(Reply::Done));
    // That a channel is gone says nothing of its messages.
    let first = peer.asked(2, &Request::Delete { chat, messages: vec![key(ID, 1), key(OTHER, 2)] });
    peer.answer(
        &first,
        json!({"cmd": "error", "src": "message_delete", "val": "Channel not found", "listener": first["listener"]}),
    );
    assert_eq!(peer.answered().map_err(|refusal| refusal.kind), Err(RefusalKind::NotFound));
}
