//! Chats: conversations with their read state, joined with the channel, group or person they are about.

use super::{Decoder, line, optional_line, overrides};
use crate::domain::MessageId;
use crate::domain::{
    Bundle, ChannelKind, Chat, ChatId, ChatKind, CleanText, Id, MessageKey, NotifyLevel, SortKey, UserId,
};
use crate::net::osmium::ids;
use crate::net::osmium::wire::{chats, communities, types, types::ChannelType, types::NotifPrefs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Position and identity of a message: ids are made in ascending order, so the id is both.
#[must_use]
pub(in crate::net::osmium) fn key_of(id: u64) -> MessageKey {
    MessageKey { order: SortKey(u128::from(id)), id: MessageId(Id(u128::from(id))) }
}

impl Decoder {
    /// A channel or category without read state.
    pub fn channel(&mut self, wire: types::Channel) -> Option<Chat> {
        let (Some(id), Some(community)) = (ids::channel(wire.community_id, wire.id), ids::community(wire.community_id))
        else {
            self.skipped.count("channel without an id");
            return None;
        };
        let kind = match ChannelType::try_from(wire.r#type) {
            Ok(ChannelType::Text) => ChannelKind::Text,
            Ok(ChannelType::Voice) => ChannelKind::Voice,
            Ok(ChannelType::Category) => ChannelKind::Category,
            Ok(ChannelType::Announcement) => ChannelKind::Announcement,
            Err(_) => {
                self.skipped.count("kind of channel");
                ChannelKind::Unknown
            }
        };
        Some(Chat {
            id,
            wire: wire_name(id),
            kind: ChatKind::Channel {
                community,
                kind,
                parent: wire.parent_id.and_then(|parent| ids::channel(wire.community_id, parent)),
                position: wire.position,
                slowmode: wire.slowmode_seconds.unwrap_or(0),
            },
            name: line(wire.name),
            topic: optional_line(wire.description),
            ..Chat::default()
        })
    }

    /// A group without read state.
    pub fn group(&mut self, wire: types::Group) -> Option<Chat> {
        let Some(id) = ids::group(wire.id) else {
            self.skipped.count("group without an id");
            return None;
        };
        Some(Chat {
            id,
            wire: wire_name(id),
            kind: ChatKind::Group {
                owner: wire.owner,
                members: wire.participant_ids.into_iter().filter_map(ids::user).collect(),
            },
            name: line(wire.name),
            made: SortKey(u128::from(wire.id)),
            ..Chat::default()
        })
    }

    /// Direct chats, groups, saved messages, and channels if there are any among them.
    pub fn chats(&mut self, wire: chats::Chats) -> Bundle {
        let mut known = BTreeMap::new();
        known.extend(wire.groups.into_iter().filter_map(|group| self.group(group)).map(|chat| (chat.id, chat)));
        known.extend(wire.channels.into_iter().filter_map(|channel| self.channel(channel)).map(|chat| (chat.id, chat)));
        let chats = self.conversations(wire.chats, &mut known);
        Bundle { users: self.users(wire.users), members: Vec::new(), chats, messages: self.previews(wire.messages) }
    }

    /// The channels of a community. Those without a conversation, such as categories, are listed, too.
    pub fn channels(&mut self, wire: communities::Channels) -> Bundle {
        let order: Vec<Chat> = wire.channels.into_iter().filter_map(|channel| self.channel(channel)).collect();
        let mut known: BTreeMap<ChatId, Chat> = order.iter().map(|chat| (chat.id, chat.clone())).collect();
        let mut chats = self.conversations(wire.conversations, &mut known);
        // What is left has no conversation. The order of the wire is kept for them; the position sorts in the end.
        chats.extend(order.into_iter().filter(|chat| known.remove(&chat.id).is_some()));
        Bundle { users: Vec::new(), members: Vec::new(), chats, messages: self.previews(wire.messages) }
    }

    /// One chat and what came with it.
    pub fn chat(&mut self, wire: chats::Chat) -> Bundle {
        let mut known = BTreeMap::new();
        known.extend(wire.group.and_then(|group| self.group(group)).map(|chat| (chat.id, chat)));
        known.extend(wire.channel.and_then(|channel| self.channel(channel)).map(|chat| (chat.id, chat)));
        let chats = self.conversations(wire.chat.into_iter().collect(), &mut known);
        Bundle {
            users: self.users(wire.users),
            members: Vec::new(),
            chats,
            messages: self.previews(wire.message.into_iter().collect()),
        }
    }

    /// Saved messages, before anything was saved.
    #[must_use]
    pub fn saved() -> Chat {
        let id = ids::saved();
        Chat { id, wire: wire_name(id), kind: ChatKind::Saved, ..Chat::default() }
    }

    /// Joins conversations with what is known of their chats, which are taken out of `known`. A conversation about a channel or
    /// group that is not described is left out, since its name would be lost.
    fn conversations(&mut self, wire: Vec<types::Conversation>, known: &mut BTreeMap<ChatId, Chat>) -> Vec<Chat> {
        let mut seen = BTreeSet::new();
        let mut chats = Vec::with_capacity(wire.len());
        for conversation in wire {
            let Some(id) = self.chat_id(conversation.chat_ref.as_ref()) else { continue };
            if !seen.insert(id) {
                continue;
            }
            let described = known.remove(&id).or_else(|| match ids::reference_of(id)?.r#ref? {
                crate::net::osmium::wire::refs::chat_ref::Ref::User(user) => Some(Chat {
                    id,
                    wire: wire_name(id),
                    kind: ChatKind::Direct { peer: UserId::new(u128::from(user.user_id)) },
                    ..Chat::default()
                }),
                crate::net::osmium::wire::refs::chat_ref::Ref::Self_(_) => Some(Self::saved()),
                crate::net::osmium::wire::refs::chat_ref::Ref::Channel(_)
                | crate::net::osmium::wire::refs::chat_ref::Ref::Group(_) => None,
            });
            let Some(mut chat) = described else {
                self.skipped.count("conversation about something not described");
                continue;
            };
            self.read_state(&mut chat, conversation);
            chats.push(chat);
        }
        chats
    }

    fn read_state(&mut self, chat: &mut Chat, wire: types::Conversation) {
        chat.unread = wire.unread_count;
        chat.mentions = wire.unread_mentions_count;
        chat.last_read = (wire.last_read_message_id != 0).then(|| key_of(wire.last_read_message_id));
        // An empty chat has its own id in place of its newest message's.
        let own = if chat.kind == ChatKind::Saved { self.me } else { ids::lower(chat.id) };
        let newest = wire.last_message_id;
        chat.last_message = (newest != 0 && newest != own).then(|| key_of(newest));
        chat.overrides = overrides(wire.permissions);
        chat.notify = match NotifPrefs::try_from(wire.notif_prefs) {
            Ok(NotifPrefs::All) => NotifyLevel::All,
            Ok(NotifPrefs::Mentions) => NotifyLevel::Mentions,
            Ok(NotifPrefs::None) => NotifyLevel::Nothing,
            Ok(NotifPrefs::Default) => NotifyLevel::Default,
            Err(_) => {
                self.skipped.count("notification level");
                NotifyLevel::Default
            }
        };
    }

    fn previews(&mut self, wire: Vec<types::Message>) -> Vec<Arc<crate::domain::Message>> {
        wire.into_iter().filter_map(|message| self.message(message, None)).map(Arc::new).collect()
    }
}

/// The id as people write it.
fn wire_name(chat: ChatId) -> CleanText {
    match ids::lower(chat) {
        0 => CleanText::ours("self"),
        id => CleanText::from_owned(id.to_string()),
    }
}
