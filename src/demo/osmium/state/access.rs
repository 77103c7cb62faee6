//! Who may see and do what: from an account and a chat reference to the conversation and the bits in effect.

use crate::net::osmium::wire;

use super::super::ids::Id;
use super::super::permissions::{self, Override, holds};
use super::super::refusal::Refusal;
use super::entities::{Channel, Community, Group};
use super::{Chat, ChatKey, State};

impl State {
    /// The conversation that `viewer` means, if it exists and they may see it.
    pub(crate) fn resolve(&self, viewer: Id, reference: Option<wire::refs::ChatRef>) -> Result<ChatKey, Refusal> {
        use wire::refs::chat_ref::Ref;
        let Some(target) = reference.and_then(|reference| reference.r#ref) else {
            return Err(Refusal::malformed("The request names no chat."));
        };
        let key = match target {
            Ref::User(user) => ChatKey::between(viewer, user.user_id),
            Ref::Channel(channel) => ChatKey::Channel(self.community_of(&channel), channel.channel_id),
            Ref::Group(group) => ChatKey::Group(group.group_id),
            Ref::Self_(_) => ChatKey::Saved(viewer),
        };
        if self.sees(viewer, key) { Ok(key) } else { Err(Refusal::missing("chat")) }
    }

    /// A channel reference without its community still finds the channel.
    fn community_of(&self, reference: &wire::refs::ChannelRef) -> Id {
        match self.channels.get(&reference.channel_id) {
            Some(channel) if reference.community_id == 0 => channel.community,
            _ => reference.community_id,
        }
    }

    /// Whether somebody may see a conversation.
    pub(crate) fn sees(&self, viewer: Id, key: ChatKey) -> bool {
        match key {
            ChatKey::Direct(one, other) => {
                (viewer == one || viewer == other) && self.people.contains_key(&one) && self.people.contains_key(&other)
            }
            ChatKey::Saved(owner) => viewer == owner,
            ChatKey::Group(id) => self.groups.get(&id).is_some_and(|group| group.members.contains_key(&viewer)),
            ChatKey::Channel(community, id) => {
                self.channels.get(&id).is_some_and(|channel| channel.community == community)
                    && holds(self.rights(viewer, key), permissions::VIEW_CHANNEL)
            }
        }
    }

    /// The bits somebody has in a conversation; 0 for strangers.
    pub(crate) fn rights(&self, viewer: Id, key: ChatKey) -> u64 {
        match key {
            ChatKey::Direct(..) | ChatKey::Saved(_) => permissions::PRIVATE,
            ChatKey::Group(id) => match self.groups.get(&id).and_then(|group| group.members.get(&viewer)) {
                Some(own) => own.unwrap_or(permissions::PRIVATE),
                None => 0,
            },
            ChatKey::Channel(community, id) => {
                let (Some(community), Some(channel)) = (self.communities.get(&community), self.channels.get(&id))
                else {
                    return 0;
                };
                if !community.members.contains_key(&viewer) {
                    return 0;
                }
                self.override_for(community, channel, viewer).over(community.rights(viewer))
            }
        }
    }

    /// What a channel adds and takes away for one member.
    pub(crate) fn override_for(&self, community: &Community, channel: &Channel, viewer: Id) -> Override {
        let source = match channel.parent.and_then(|parent| self.channels.get(&parent)) {
            Some(parent) if channel.synced => &parent.overrides,
            _ => &channel.overrides,
        };
        let everybody = source.get(&0).copied().unwrap_or_default();
        let Some(member) = community.members.get(&viewer) else { return everybody };
        member.roles.iter().filter_map(|role| source.get(role)).fold(everybody, |joined, one| joined.join(*one))
    }

    /// Fails with 403 unless somebody has a bit in a conversation; `what` completes "You are not allowed to …".
    pub(crate) fn require(&self, viewer: Id, key: ChatKey, bit: u64, what: &str) -> Result<(), Refusal> {
        if holds(self.rights(viewer, key), bit) {
            Ok(())
        } else {
            Err(Refusal::forbidden(format!("You are not allowed to {what} here.")))
        }
    }

    /// A community the caller is a member of.
    pub(crate) fn community(&self, viewer: Id, id: Id) -> Result<&Community, Refusal> {
        self.communities
            .get(&id)
            .filter(|community| community.members.contains_key(&viewer))
            .ok_or_else(|| Refusal::missing("community"))
    }

    /// A community in which the caller has a bit.
    pub(crate) fn governed(&mut self, viewer: Id, id: Id, bit: u64, what: &str) -> Result<&mut Community, Refusal> {
        let community = self
            .communities
            .get_mut(&id)
            .filter(|community| community.members.contains_key(&viewer))
            .ok_or_else(|| Refusal::missing("community"))?;
        if holds(community.rights(viewer), bit) {
            Ok(community)
        } else {
            Err(Refusal::forbidden(format!("You are not allowed to {what} in this community.")))
        }
    }

    /// A group the caller is in.
    pub(crate) fn group(&self, viewer: Id, id: Id) -> Result<&Group, Refusal> {
        self.groups
            .get(&id)
            .filter(|group| group.members.contains_key(&viewer))
            .ok_or_else(|| Refusal::missing("group"))
    }

    /// A chat's record; an empty one where nothing was ever written.
    pub(crate) fn chat(&self, key: ChatKey) -> &Chat {
        static EMPTY: Chat = Chat::EMPTY;
        self.chats.get(&key).unwrap_or(&EMPTY)
    }

    /// The channels of a community in display order: by position, then by id.
    pub(crate) fn channels_of(&self, community: Id) -> Vec<&Channel> {
        let mut channels: Vec<&Channel> =
            self.channels.values().filter(|channel| channel.community == community).collect();
        channels.sort_by_key(|channel| (channel.position, channel.id));
        channels
    }

    /// Whether two people know each other: a common community or group, a conversation, or a relation.
    pub(crate) fn know_each_other(&self, one: Id, other: Id) -> bool {
        one == other
            || self
                .communities
                .values()
                .any(|place| place.members.contains_key(&one) && place.members.contains_key(&other))
            || self.groups.values().any(|place| place.members.contains_key(&one) && place.members.contains_key(&other))
            || self.people.get(&one).is_some_and(|person| {
                person.relations.contains_key(&other) || person.chats.contains(&ChatKey::between(one, other))
            })
    }

    /// Whether `by` has blocked `other`.
    pub(crate) fn blocks(&self, by: Id, other: Id) -> bool {
        let blocked = wire::types::RelationshipStatus::Blocked as i32;
        self.people.get(&by).is_some_and(|person| person.relations.get(&other) == Some(&blocked))
    }
}

impl Community {
    /// The bits somebody has in the community itself.
    pub(crate) fn rights(&self, viewer: Id) -> u64 {
        let Some(member) = self.members.get(&viewer) else { return 0 };
        if viewer == self.owner {
            return permissions::ALL;
        }
        let bits = member
            .roles
            .iter()
            .filter_map(|role| self.roles.get(role))
            .fold(self.default_permissions, |bits, role| bits | role.permissions);
        if bits & permissions::ADMINISTRATOR != 0 { permissions::ALL } else { bits }
    }

    /// The priority of a member's strongest role; owners are above everybody.
    pub(crate) fn rank(&self, user: Id) -> u32 {
        if user == self.owner {
            return u32::MAX;
        }
        let Some(member) = self.members.get(&user) else { return 0 };
        member.roles.iter().filter_map(|role| self.roles.get(role)).map(|role| role.priority).max().unwrap_or(0)
    }
}
