//! Chat references of the wire and chat ids of nib, each from the other, without a table.
//!
//! The upper half of a [`ChatId`] says what the lower half counts: a community id for a channel, else one of `DIRECT`, `GROUP`
//! and `SAVED`. Community ids are snowflakes; one below 16 cannot be real, is malformed, and would collide. The mapping is injective.

use super::wire::refs::{ChannelRef, ChatRef, GroupRef, RefSelf, UserRef, chat_ref::Ref};
use crate::domain::{ChatId, CommunityId, Id, MessageId, UserId};

const DIRECT: u64 = 1;
const GROUP: u64 = 2;
const SAVED: u64 = 3;
/// Smallest community id that is taken for real.
const FIRST_COMMUNITY: u64 = 16;

const fn join(upper: u64, lower: u64) -> ChatId {
    ChatId::new((upper as u128) << 64 | lower as u128)
}

const fn split(chat: ChatId) -> (u64, u64) {
    #[allow(clippy::cast_possible_truncation, reason = "the halves are taken apart on purpose")]
    ((chat.value() >> 64) as u64, chat.value() as u64)
}

/// The chat that holds notes to oneself.
#[must_use]
pub const fn saved() -> ChatId {
    join(SAVED, 0)
}

/// A channel; `None` when either id cannot be real.
#[must_use]
pub const fn channel(community: u64, channel: u64) -> Option<ChatId> {
    if community < FIRST_COMMUNITY || channel == 0 { None } else { Some(join(community, channel)) }
}

/// The direct chat with a person. With oneself (`me`, 0 while not known) it is the saved messages.
#[must_use]
pub const fn direct(user: u64, me: u64) -> Option<ChatId> {
    match user {
        0 => None,
        user if user == me => Some(saved()),
        user => Some(join(DIRECT, user)),
    }
}

/// A group; `None` when the id cannot be real.
#[must_use]
pub const fn group(group: u64) -> Option<ChatId> {
    if group == 0 { None } else { Some(join(GROUP, group)) }
}

/// A community; `None` when the id cannot be real.
#[must_use]
pub const fn community(id: u64) -> Option<CommunityId> {
    if id < FIRST_COMMUNITY { None } else { Some(CommunityId::new(id as u128)) }
}

/// A person; `None` when the id cannot be real.
#[must_use]
pub const fn user(id: u64) -> Option<UserId> {
    if id == 0 { None } else { Some(UserId::new(id as u128)) }
}

/// A message; `None` for 0, which stands for no message.
#[must_use]
pub const fn message(id: u64) -> Option<MessageId> {
    if id == 0 { None } else { Some(MessageId::new(id as u128)) }
}

/// The chat that a reference names. `me` is the own user id, 0 while not known.
#[must_use]
pub fn chat_of(reference: &ChatRef, me: u64) -> Option<ChatId> {
    match reference.r#ref.as_ref()? {
        Ref::User(user) => direct(user.user_id, me),
        Ref::Channel(place) => channel(place.community_id, place.channel_id),
        Ref::Group(place) => group(place.group_id),
        Ref::Self_(_) => Some(saved()),
    }
}

/// The reference that names a chat; `None` when the id is none of this network.
#[must_use]
pub fn reference_of(chat: ChatId) -> Option<ChatRef> {
    let place = match split(chat) {
        (SAVED, 0) => Ref::Self_(RefSelf {}),
        (_, 0) => return None,
        (DIRECT, user_id) => Ref::User(UserRef { user_id }),
        (GROUP, group_id) => Ref::Group(GroupRef { group_id }),
        (community_id, channel_id) if community_id >= FIRST_COMMUNITY => {
            Ref::Channel(ChannelRef { community_id, channel_id })
        }
        _ => return None,
    };
    Some(ChatRef { r#ref: Some(place) })
}

/// The id of the wire that a chat is called by: of its channel, person or group; 0 for saved messages.
#[must_use]
pub const fn lower(chat: ChatId) -> u64 {
    split(chat).1
}

/// The id of the wire behind one of nib's; `None` when it is none of this network.
#[must_use]
pub fn wire(id: Id) -> Option<u64> {
    u64::try_from(id.0).ok().filter(|&id| id != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference() -> impl Strategy<Value = Ref> {
        let id = prop_oneof![0..40u64, any::<u64>()];
        prop_oneof![
            id.clone().prop_map(|user_id| Ref::User(UserRef { user_id })),
            id.clone().prop_map(|group_id| Ref::Group(GroupRef { group_id })),
            (id.clone(), id)
                .prop_map(|(community_id, channel_id)| Ref::Channel(ChannelRef { community_id, channel_id })),
            Just(Ref::Self_(RefSelf {})),
        ]
    }

    proptest! {
        #[test]
        fn a_chat_names_its_reference_and_no_other(place in reference()) {
            let reference = ChatRef { r#ref: Some(place) };
            if let Some(chat) = chat_of(&reference, 0) {
                prop_assert_eq!(reference_of(chat), Some(reference));
            }
        }

        #[test]
        fn a_reference_names_its_chat_and_no_other(upper in prop_oneof![0..20u64, any::<u64>()], lower in prop_oneof![0..2u64, any::<u64>()]) {
            let chat = join(upper, lower);
            if let Some(reference) = reference_of(chat) {
                prop_assert_eq!(chat_of(&reference, 0), Some(chat));
            }
        }
    }

    #[test]
    fn what_cannot_be_real_has_no_id() {
        assert_eq!(channel(15, 7), None);
        assert_eq!(channel(16, 0), None);
        assert_eq!(direct(0, 0), None);
        assert_eq!(group(0), None);
        assert_eq!(community(3), None);
        assert_eq!(chat_of(&ChatRef { r#ref: None }, 0), None);
        assert_eq!(reference_of(join(0, 9)), None);
        assert_eq!(reference_of(join(3, 9)), None);
    }

    #[test]
    fn a_chat_with_oneself_is_the_saved_messages() {
        assert_eq!(direct(9, 9), Some(saved()));
        assert_ne!(direct(9, 8), Some(saved()));
    }
}
