//! From records to wire messages, as one viewer sees them.

use std::collections::BTreeSet;

use crate::net::osmium::wire;
use wire::types::user_status::Status;

use super::ids::Id;
use super::server::Server;
use super::state::{Channel, ChatKey, Community, Group, Message, ReactionKey, Role};

/// How many people a reaction names at most.
const PREVIEWED: usize = 5;

impl Server {
    /// A photo by the id of its file; small pictures are their own preview.
    pub(crate) fn photo(&self, file: Option<Id>) -> Option<wire::types::ChatPhoto> {
        let stored = self.state.files.get(&file?)?;
        let preview = if stored.bytes.len() <= 4_096 { stored.bytes.clone() } else { bytes::Bytes::new() };
        Some(wire::types::ChatPhoto { file_id: stored.facts.file_id, preview })
    }

    /// Somebody's presence as others see it.
    pub(crate) fn status(&self, user: Id) -> wire::types::UserStatus {
        use crate::demo::world::model::Presence;
        let person = self.state.people.get(&user);
        let status = if self.connected(user) {
            match person.map_or(0, |person| person.chosen) {
                chosen if chosen == Status::Invisible as i32 => None,
                chosen => Some(chosen),
            }
        } else {
            match self.state.played_presence(user) {
                Presence::Online => Some(Status::Online as i32),
                Presence::Idle => Some(Status::Idle as i32),
                Presence::Offline => None,
            }
        };
        let activities = match (status, person) {
            (Some(_), Some(person)) => person.activities.clone(),
            _ => Vec::new(),
        };
        wire::types::UserStatus { status, activities }
    }

    /// An account.
    pub(crate) fn user(&self, id: Id) -> Option<wire::types::User> {
        let person = self.state.people.get(&id)?;
        Some(wire::types::User {
            id,
            name: person.name.clone(),
            username: (!person.username.is_empty()).then(|| person.username.clone()),
            status: Some(self.status(id)),
            photo: self.photo(person.photo),
            bot: person.bot,
            icon: person.icon,
            color: person.color,
        })
    }

    /// Several accounts, unknown ids left out.
    pub(crate) fn users(&self, ids: impl IntoIterator<Item = Id>) -> Vec<wire::types::User> {
        let ids: BTreeSet<Id> = ids.into_iter().collect();
        ids.into_iter().filter_map(|id| self.user(id)).collect()
    }

    /// A community as a member sees it.
    pub(crate) fn community_for(&self, community: &Community, viewer: Id) -> wire::types::Community {
        let prefs = self.state.people.get(&viewer).and_then(|person| person.community_prefs.get(&community.id));
        wire::types::Community {
            id: community.id,
            owner: community.owner == viewer,
            name: community.name.clone(),
            photo: self.photo(community.photo),
            permissions: community.rights(viewer),
            notif_prefs: prefs.copied().unwrap_or(wire::types::NotifPrefs::All as i32),
            username: community.username.clone(),
        }
    }

    /// A member's roles and nickname.
    pub(crate) fn member(&self, community: &Community, user: Id) -> Option<wire::types::CommunityMember> {
        let member = community.members.get(&user)?;
        Some(wire::types::CommunityMember {
            id: user,
            community_id: community.id,
            role_ids: member.roles.iter().copied().collect(),
            nickname: member.nickname.clone(),
        })
    }

    /// A conversation in one person's list.
    pub(crate) fn conversation(&self, key: ChatKey, viewer: Id) -> wire::types::Conversation {
        let chat = self.state.chat(key);
        let own_id = match key {
            ChatKey::Channel(_, id) | ChatKey::Group(id) => id,
            ChatKey::Direct(one, other) => {
                if viewer == one {
                    other
                } else {
                    one
                }
            }
            ChatKey::Saved(owner) => owner,
        };
        let prefs = self.state.people.get(&viewer).and_then(|person| person.chat_prefs.get(&key)).copied();
        let inherited = match key {
            ChatKey::Channel(..) => wire::types::NotifPrefs::Default as i32,
            _ => wire::types::NotifPrefs::All as i32,
        };
        wire::types::Conversation {
            chat_ref: Some(key.seen_by(viewer)),
            last_message_id: chat.last().map_or(own_id, |message| message.id),
            last_read_message_id: chat.read_by(viewer),
            unread_count: chat.unread(viewer),
            draft: None,
            permissions: self.overrides_for(key, viewer),
            notif_prefs: prefs.unwrap_or(inherited),
            unread_mentions_count: u32::try_from(chat.unread_mentions(viewer).len()).unwrap_or(u32::MAX),
        }
    }

    /// The overrides of a channel, resolved for one viewer.
    pub(crate) fn overrides_for(&self, key: ChatKey, viewer: Id) -> Option<wire::types::PermissionOverrides> {
        let ChatKey::Channel(community, channel) = key else { return None };
        let community = self.state.communities.get(&community)?;
        let channel = self.state.channels.get(&channel)?;
        let resolved = self.state.override_for(community, channel, viewer);
        Some(wire::types::PermissionOverrides { pos: resolved.pos, neg: resolved.neg })
    }

    /// A group as a member sees it.
    pub(crate) fn group_for(&self, group: &Group, viewer: Id) -> wire::types::Group {
        wire::types::Group {
            id: group.id,
            name: group.name.clone(),
            owner: group.owner == viewer,
            participant_ids: group.members.keys().copied().collect(),
            photo: self.photo(group.photo),
        }
    }

    /// A whole conversation with its newest message and whom it needs.
    pub(crate) fn chat_for(&self, key: ChatKey, viewer: Id) -> wire::chats::Chat {
        let last = self.state.chat(key).last();
        let group = match key {
            ChatKey::Group(id) => self.state.groups.get(&id),
            _ => None,
        };
        let mut people: Vec<Id> = last.map(|message| message.author).into_iter().collect();
        match key {
            ChatKey::Direct(one, other) => people.extend([one, other]),
            ChatKey::Group(_) => people.extend(group.iter().flat_map(|group| group.members.keys().copied())),
            ChatKey::Saved(owner) => people.push(owner),
            ChatKey::Channel(..) => {}
        }
        let channel = match key {
            ChatKey::Channel(_, id) => self.state.channels.get(&id).map(channel),
            _ => None,
        };
        wire::chats::Chat {
            chat: Some(self.conversation(key, viewer)),
            message: last.map(|found| message(found, key, viewer)),
            users: self.users(people),
            group: group.map(|group| self.group_for(group, viewer)),
            channel,
        }
    }

    /// Messages with everything that is needed to show them.
    pub(crate) fn bundle(&self, key: ChatKey, viewer: Id, found: &[&Message]) -> wire::messages::Messages {
        let mut people = BTreeSet::new();
        for one in found {
            people.insert(one.author);
            people.extend(one.mentions.iter().copied());
            people.extend(one.reply_to.and_then(|id| self.state.chat(key).get(id)).map(|target| target.author));
            people.extend(one.reactions.iter().flat_map(|(_, who)| who.iter().take(PREVIEWED).copied()));
        }
        let members = match key {
            ChatKey::Channel(community, _) => match self.state.communities.get(&community) {
                Some(community) => people.iter().filter_map(|id| self.member(community, *id)).collect(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        wire::messages::Messages {
            messages: found.iter().map(|one| message(one, key, viewer)).collect(),
            users: self.users(people),
            members,
            reactions: found.iter().filter(|one| !one.reactions.is_empty()).map(|one| reactions(one, viewer)).collect(),
        }
    }
}

/// A message; nothing but its chat reference depends on the viewer.
pub(crate) fn message(message: &Message, key: ChatKey, viewer: Id) -> wire::types::Message {
    let reply = message
        .reply_to
        .map(|id| wire::types::message::MessageReplyInfo { message_id: Some(id), quote: message.quote.clone() });
    wire::types::Message {
        chat_ref: Some(key.seen_by(viewer)),
        message_id: message.id,
        author_id: message.author,
        message: message.text.clone(),
        reply_to: message.reply_to,
        media: message.media.clone(),
        entities: message.entities.clone(),
        edited_at: message.edited.and_then(|at| u64::try_from(at).ok()),
        r#type: (message.kind != 0).then_some(message.kind),
        forward: message.forwarded.map(|at| wire::types::message::MessageForwardInfo { date: u64::try_from(at).ok() }),
        reply: reply.map(Box::new),
        bot_info: message.bot_info.clone().map(Box::new),
        pinned: message.pinned.then_some(true),
    }
}

/// The complete set of reactions; `me` says whether the viewer is among those who reacted.
pub(crate) fn reactions(message: &Message, viewer: Id) -> wire::reactions::MessageReactions {
    use wire::reactions::reaction_emoji::Emoji;
    let reaction_fields = message
        .reactions
        .iter()
        .map(|(key, who)| wire::reactions::MessageReactionField {
            emoji: Some(wire::reactions::ReactionEmoji {
                emoji: Some(match key {
                    ReactionKey::Unicode(text) => Emoji::UnicodeEmoji(text.clone()),
                    ReactionKey::Custom(id) => Emoji::CustomEmoji(*id),
                }),
            }),
            count: u32::try_from(who.len()).unwrap_or(u32::MAX),
            me: who.contains(&viewer),
            preview_user_ids: who.iter().take(PREVIEWED).copied().collect(),
        })
        .collect();
    wire::reactions::MessageReactions { message_id: message.id, reaction_fields }
}

/// A channel; the same for every viewer.
pub(crate) fn channel(channel: &Channel) -> wire::types::Channel {
    wire::types::Channel {
        id: channel.id,
        community_id: channel.community,
        name: channel.name.clone(),
        r#type: channel.kind,
        position: channel.position,
        parent_id: channel.parent,
        flags: u64::from(channel.explicit),
        highlighted_msg_id: channel.highlighted,
        description: channel.topic.clone(),
        slowmode_seconds: channel.slowmode,
        preferred_region: channel.region.clone(),
    }
}

/// A role.
pub(crate) fn role(community: Id, role: &Role) -> wire::types::CommunityRole {
    wire::types::CommunityRole {
        id: role.id,
        community_id: community,
        name: role.name.clone(),
        permissions: role.permissions,
        priority: role.priority,
        color: role.color,
        separated: role.separated,
        public: role.public,
    }
}
