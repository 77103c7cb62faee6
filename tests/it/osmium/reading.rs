//! How single facts of the wire are read where the wire is ambiguous or malformed.

use super::{ADA, CHANNEL, COMMUNITY, ME, MESSAGE, Peer, SESSION};
use nib::domain::{ChatId, MessageId, MessageKind, Presence, Update, Wall};
use nib::net::osmium::wire::refs::{ChannelRef, ChatRef, RefSelf, UserRef, chat_ref::Ref};
use nib::net::osmium::wire::types::{self, message::MessageReplyInfo};
use nib::net::osmium::wire::updates::{self, update::Update as Wire};

const SAVED: ChatId = ChatId::new(3 << 64);

fn direct(user: u64) -> ChatId {
    ChatId::new(1 << 64 | u128::from(user))
}

fn place(place: Ref) -> Option<ChatRef> {
    Some(ChatRef { r#ref: Some(place) })
}

fn with(user_id: u64) -> Option<ChatRef> {
    place(Ref::User(UserRef { user_id }))
}

fn read(message: types::Message) -> Option<nib::domain::Message> {
    let mut peer = Peer::signed_in();
    peer.push(Wire::MessageCreated(updates::UpdateMessageCreated { message: Some(message), ..Default::default() }));
    match peer.updates().pop() {
        Some(Update::MessageCreated { message, .. }) => Some((*message).clone()),
        None => {
            assert!(!peer.adapter_skipped().is_empty(), "what is left out is counted");
            None
        }
        other => panic!("{other:?}"),
    }
}

impl Peer {
    fn adapter_skipped(&self) -> &[(&'static str, u64)] {
        nib::net::Adapter::skipped(&self.adapter)
    }
}

fn message() -> types::Message {
    types::Message {
        chat_ref: with(ADA),
        message_id: MESSAGE,
        author_id: ADA,
        message: "x".to_owned(),
        ..Default::default()
    }
}

#[test]
fn whose_direct_chat_it_is() {
    let chat =
        |chat_ref, author_id| read(types::Message { chat_ref, author_id, ..message() }).map(|message| message.chat);
    assert_eq!(chat(with(ADA), ADA), Some(direct(ADA)));
    assert_eq!(chat(with(ADA), ME), Some(direct(ADA)));
    assert_eq!(chat(with(ME), ME), Some(SAVED), "to oneself");
    assert_eq!(chat(with(ME), ADA), Some(direct(ADA)), "a reference seen from the other side");
    assert_eq!(chat(place(Ref::Self_(RefSelf {})), ME), Some(SAVED));
    assert_eq!(chat(place(Ref::Channel(ChannelRef { community_id: 3, channel_id: 1 })), ADA), None, "would collide");
    assert_eq!(chat(Some(ChatRef { r#ref: None }), ADA), None);
    assert_eq!(chat(None, ADA), None);
    assert_eq!(read(types::Message { message_id: 0, ..message() }), None);
}

#[test]
fn both_ways_of_saying_what_is_answered() {
    let to = |reply: Option<MessageReplyInfo>, reply_to| {
        let read = read(types::Message { reply: reply.map(Box::new), reply_to, ..message() }).unwrap();
        read.reply.map(|reply| reply.to)
    };
    let newer = |message_id| Some(MessageReplyInfo { message_id, quote: None });
    assert_eq!(to(None, None), None);
    assert_eq!(to(newer(Some(7)), Some(8)), Some(Some(MessageId::new(7))));
    assert_eq!(to(None, Some(8)), Some(Some(MessageId::new(8))));
    assert_eq!(to(newer(None), None), Some(None), "what was answered is gone");
    assert_eq!(to(newer(Some(0)), None), Some(None));
    assert_eq!(to(None, Some(0)), None);
}

#[test]
fn dates_that_cannot_be_true_are_not_shown() {
    let at = |message_id| read(types::Message { message_id, ..message() }).unwrap().at;
    assert_eq!(at(MESSAGE), Some(Wall(1_780_000_000_000)));
    assert_eq!(at(u64::MAX), None);
    let edited = |edited_at| read(types::Message { edited_at, ..message() }).unwrap().edited;
    assert_eq!(edited(None), None);
    assert_eq!(edited(Some(0)), None);
    assert_eq!(edited(Some(1_780_000_001)), Some(Wall(1_780_000_001_000)), "seconds");
    assert_eq!(edited(Some(1_780_000_001_000)), Some(Wall(1_780_000_001_000)), "milliseconds");
    assert_eq!(edited(Some(u64::MAX)), Some(Wall(1_780_000_000_000)), "changed, though nobody knows when");
}

#[test]
fn kinds_of_lines() {
    let kind = |kind| read(types::Message { r#type: kind, ..message() }).unwrap().kind;
    assert_eq!(kind(None), MessageKind::Ordinary);
    assert_eq!(kind(Some(0)), MessageKind::Ordinary);
    assert_eq!(kind(Some(1)), MessageKind::Call);
    assert_eq!(kind(Some(2)), MessageKind::Join);
    assert_eq!(kind(Some(3)), MessageKind::Leave);
    assert_eq!(kind(Some(44)), MessageKind::Unknown);
}

#[test]
fn who_is_there() {
    let mut peer = Peer::signed_in();
    let mut presence = |status: Option<types::UserStatus>| {
        peer.push(Wire::UserStatus(updates::UpdateUserStatus { user_id: ADA, status: status.clone() }));
        let Some(Update::PresenceChanged(people)) = peer.updates().pop() else { panic!() };
        let user = types::User { id: ADA, status, ..Default::default() };
        peer.push(Wire::User(updates::UpdateUser { user_id: ADA, user: Some(user) }));
        let Some(Update::UserChanged(user)) = peer.updates().pop() else { panic!() };
        (people[0].1, user.presence)
    };
    let value = |status| Some(types::UserStatus { status, activities: vec![] });
    assert_eq!(presence(None), (Presence::Offline, None), "a person object may just not say");
    assert_eq!(presence(value(None)), (Presence::Offline, Some(Presence::Offline)));
    assert_eq!(presence(value(Some(0))), (Presence::Online, Some(Presence::Online)));
    assert_eq!(presence(value(Some(1))), (Presence::Idle, Some(Presence::Idle)));
    assert_eq!(presence(value(Some(5))), (Presence::Offline, Some(Presence::Offline)));
    assert_eq!(presence(value(Some(9))), (Presence::Online, Some(Presence::Online)), "there in some way");
    assert_eq!(peer.skipped("presence"), 2);
}

#[test]
fn the_end_of_the_own_session_is_told_apart() {
    let mut peer = Peer::signed_in();
    for (session_id, own) in [(SESSION, true), (SESSION + 1, false)] {
        peer.push(Wire::SessionDeleted(updates::UpdateSessionDeleted { session_id }));
        assert!(matches!(peer.updates().pop(), Some(Update::SessionEnded { own: found, .. }) if found == own));
    }
}

#[test]
fn an_update_without_its_content_is_counted() {
    let mut peer = Peer::signed_in();
    for update in [
        Wire::MessageCreated(Default::default()),
        Wire::Message(Default::default()),
        Wire::Channel(Default::default()),
        Wire::ChannelDeleted(Default::default()),
        Wire::Chat(Default::default()),
        Wire::Group(Default::default()),
        Wire::User(Default::default()),
        Wire::Community(Default::default()),
        Wire::CommunityMember(Default::default()),
        Wire::UpdateUserRelationship(Default::default()),
        Wire::UpdateUserRelationshipDeleted(Default::default()),
        Wire::Interaction(Default::default()),
    ] {
        peer.push(update);
    }
    assert!(peer.events().is_empty());
    assert_eq!(peer.skipped("update without its content"), 12);
}

#[test]
fn what_a_newer_server_says_is_skipped_and_counted() {
    let mut peer = Peer::signed_in();
    // An update with the number 99, and a frame with a member 9.
    peer.raw(&[0x12, 0x03, 0x9a, 0x06, 0x00]);
    peer.raw(&[0x08, 0x01, 0x4a, 0x00]);
    assert_eq!((peer.skipped("kind of update"), peer.skipped("kind of frame")), (1, 1));
    let odd = types::Relationship { user_id: ADA, status: 99 };
    peer.push(Wire::UpdateUserRelationship(updates::UpdateUserRelationship { relationship: Some(odd) }));
    let channel = types::Channel { id: CHANNEL, community_id: COMMUNITY, r#type: 77, ..Default::default() };
    peer.push(Wire::Channel(updates::UpdateChannel { channel: Some(channel) }));
    assert_eq!((peer.skipped("relationship"), peer.skipped("kind of channel")), (1, 1));
    assert_eq!(peer.updates().len(), 1, "the channel is listed");
    assert_eq!(peer.closed(), None);
}
