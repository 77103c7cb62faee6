//! What the server pushes: each of its kinds by name, so that a new one does not compile until somebody has thought about it.

use super::chat::key_of;
use super::{Decoder, overrides};
use crate::domain::{Nonce, SessionId, Update};
use crate::net::osmium::ids;
use crate::net::osmium::wire::chats::TypingAction;
use crate::net::osmium::wire::updates::{self, update::Update as Wire};
use std::sync::Arc;

impl Decoder {
    /// An update in neutral words; `None` when there is nothing in it that nib can use, which is counted.
    pub fn update(&mut self, wire: updates::Update) -> Option<Update> {
        let Some(wire) = wire.update else {
            self.skipped.count("kind of update");
            return None;
        };
        match wire {
            Wire::MessageCreated(update) => self.message_created(update),
            Wire::Message(update) => {
                let message = self.whole(update.message).and_then(|message| self.message(message, None))?;
                Some(Update::MessageChanged { message: Arc::new(message), reactions: false })
            }
            Wire::MessageDeleted(update) => Some(Update::MessagesDeleted {
                chat: self.chat_id(update.chat_ref.as_ref())?,
                messages: self.message_ids(update.message_ids),
            }),
            Wire::MessageReactions(update) => {
                let chat = self.chat_id(update.chat_ref.as_ref())?;
                let reactions = self.whole(update.reactions)?;
                let message = self.whole(ids::message(reactions.message_id))?;
                Some(Update::ReactionsChanged { chat, message, reactions: self.reactions(reactions.reaction_fields) })
            }
            Wire::ChatTyping(update) => {
                let busy = update.action.is_some_and(|action| action != TypingAction::Typing as i32);
                let chat = self.chat_with(update.chat_ref.as_ref(), update.user_id)?;
                let user = self.whole(ids::user(update.user_id))?;
                Some(Update::Typing { chat, user, typing: update.typing, busy })
            }
            Wire::ConversationLastRead(update) => Some(Update::ReadMarkMoved {
                chat: self.chat_id(update.chat_ref.as_ref())?,
                upto: key_of(update.last_read_message_id),
                unread: update.unread_count,
                mentions: update.unread_mentions_count,
                back: false,
            }),
            Wire::ConversationPermissions(update) => Some(Update::OverridesChanged {
                chat: self.chat_id(update.chat_ref.as_ref())?,
                overrides: overrides(update.permissions),
            }),
            Wire::Channel(update) => {
                let channel = self.whole(update.channel)?;
                self.channel(channel).map(|chat| Update::ChannelChanged(Box::new(chat)))
            }
            Wire::ChannelDeleted(update) => {
                let channel = self.whole(update.channel)?;
                self.whole(ids::channel(channel.community_id, channel.channel_id)).map(Update::ChatRemoved)
            }
            Wire::Chat(update) => {
                let chat = self.whole(update.chat)?;
                Some(Update::ChatChanged(Box::new(self.chat(chat))))
            }
            Wire::Group(update) => {
                let group = self.whole(update.group)?;
                let chat = Box::new(self.group(group)?);
                Some(Update::GroupChanged { chat, users: self.users(update.users) })
            }
            Wire::Community(update) => {
                let mut community = self.whole(update.community)?;
                if community.id == 0 {
                    community.id = update.community_id;
                }
                self.community(community).map(|community| Update::CommunityChanged(Box::new(community)))
            }
            Wire::CommunityDeleted(update) => self.community_id(update.community_id).map(Update::CommunityRemoved),
            Wire::CommunityUnavailable(update) => {
                self.community_id(update.community_id).map(Update::CommunityUnavailable)
            }
            Wire::CommunityMember(update) => {
                let mut member = self.whole(update.member)?;
                if member.id == 0 {
                    member.id = update.member_id;
                }
                self.member(member, update.community_id).map(|member| Update::MemberChanged(Box::new(member)))
            }
            Wire::CommunityMemberCreated(update) => self.member_joined(*update),
            Wire::CommunityMemberDeleted(update) => Some(Update::MemberRemoved {
                community: self.community_id(update.community_id)?,
                user: self.whole(ids::user(update.member_id))?,
            }),
            Wire::MemberList(update) => {
                // Without a community the list belongs to a group.
                let chat = match update.community_id.filter(|&community| community != 0) {
                    Some(community) => ids::channel(community, update.channel_id),
                    None => ids::group(update.channel_id),
                };
                let chat = self.whole(chat)?;
                Some(Update::MemberListChanged { chat, entries: self.member_list(update.entries) })
            }
            Wire::UserStatus(update) => self.presence(vec![update]),
            Wire::UserStatusBatch(update) => self.presence(update.updates),
            Wire::User(update) => {
                let mut user = self.whole(update.user)?;
                if user.id == 0 {
                    user.id = update.user_id;
                }
                self.user(user).map(|user| Update::UserChanged(Box::new(user)))
            }
            Wire::UpdateUserRelationship(update) => {
                let relationship = self.whole(update.relationship)?;
                let user = self.whole(ids::user(relationship.user_id))?;
                let relationship = self.relationship(relationship.status)?;
                Some(Update::RelationshipChanged { user, relationship })
            }
            Wire::UpdateUserRelationshipDeleted(update) => {
                let user = self.whole(ids::user(update.other_user_id))?;
                Some(Update::RelationshipChanged { user, relationship: None })
            }
            Wire::SessionDeleted(update) => Some(Update::SessionEnded {
                session: SessionId::new(u128::from(update.session_id)),
                own: update.session_id != 0 && update.session_id == self.session,
            }),
            Wire::RoomState(update) => Some(Update::VoiceRoomChanged {
                chat: self.chat_id(update.chat_ref.as_ref())?,
                participants: self.voice_room(update.state),
            }),
            Wire::RoomParticipant(update) => {
                let chat = self.chat_id(update.chat_ref.as_ref())?;
                let participant = self.whole(update.participant)?;
                self.voice_participant(&participant)
                    .map(|participant| Update::VoiceParticipantChanged { chat, participant })
            }
            Wire::Interaction(update) => Some(Update::Interaction {
                user: self.whole(ids::user(update.user_id))?,
                message: self.whole(ids::message(update.message_id))?,
            }),
        }
    }

    fn message_created(&mut self, wire: updates::UpdateMessageCreated) -> Option<Update> {
        let message = self.whole(wire.message).and_then(|message| self.message(message, None))?;
        let author = wire.author.and_then(|author| self.user(author)).map(Box::new);
        Some(Update::MessageCreated {
            message: Arc::new(message),
            unread: Some(wire.channel_unread_count),
            author,
            nonce: wire.client_id.map(Nonce),
        })
    }

    fn member_joined(&mut self, wire: updates::UpdateCommunityMemberCreated) -> Option<Update> {
        let community = self.community_id(wire.community_id)?;
        let user = self.whole(ids::user(wire.member_id))?;
        let member = wire.member.and_then(|mut member| {
            if member.id == 0 {
                member.id = wire.member_id;
            }
            self.member(member, wire.community_id)
        });
        let profile = wire.user.and_then(|user| self.user(user)).map(Box::new);
        Some(Update::MemberJoined { member, community, user, profile })
    }

    fn presence(&mut self, wire: Vec<updates::UpdateUserStatus>) -> Option<Update> {
        let mut people = Vec::with_capacity(wire.len());
        for one in wire {
            let Some(user) = self.whole(ids::user(one.user_id)) else { continue };
            let (presence, activity) = self.status(one.status);
            people.push((user, presence, activity));
        }
        (!people.is_empty()).then_some(Update::PresenceChanged(people))
    }

    /// The part that an update is about; counts updates without it.
    fn whole<T>(&mut self, part: Option<T>) -> Option<T> {
        if part.is_none() {
            self.skipped.count("update without its content");
        }
        part
    }
}
