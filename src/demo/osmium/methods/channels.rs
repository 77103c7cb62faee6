//! `communities`: channels and categories.

use std::collections::{BTreeMap, BTreeSet};

use crate::net::osmium::wire;
use wire::communities as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::MODIFY_CHANNEL;
use super::super::present;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{Channel, ChatKey};
use super::communities::checked_name;

/// Channels of one community at most.
const MAX_CHANNELS: usize = 500;
/// Last messages handed out with the channels, in encoded bytes; the rest is left out.
const MAX_LAST_BYTES: usize = 524_288;

impl Channel {
    /// A text channel that follows its category.
    pub(crate) fn new(id: Id, community: Id, name: String) -> Self {
        Self {
            id,
            community,
            name,
            kind: wire::types::ChannelType::Text as i32,
            position: 0,
            parent: None,
            topic: None,
            slowmode: None,
            explicit: false,
            highlighted: None,
            region: None,
            overrides: BTreeMap::new(),
            synced: true,
            inside: Vec::new(),
        }
    }
}

impl Server {
    /// The channels the caller may see, and the categories that hold one of them or that they may see themselves.
    pub(crate) fn get_channels(&mut self, caller: Caller, request: &api::GetChannels) -> Reply {
        let community = self.state.community(caller.user, request.community_id)?.id;
        let all = self.state.channels_of(community);
        let seen = |channel: &Channel| self.state.sees(caller.user, ChatKey::Channel(community, channel.id));
        let category = wire::types::ChannelType::Category as i32;
        let parents: BTreeSet<Id> = all
            .iter()
            .filter(|channel| channel.kind != category && seen(channel))
            .filter_map(|channel| channel.parent)
            .collect();
        let mut answer = api::Channels::default();
        let mut bytes = 0;
        for channel in all.into_iter().filter(|channel| seen(channel) || parents.contains(&channel.id)) {
            let key = ChatKey::Channel(community, channel.id);
            answer.channels.push(present::channel(channel));
            answer.conversations.push(self.conversation(key, caller.user));
            if let Some(last) = self.state.chat(key).last() {
                let message = present::message(last, key, caller.user);
                bytes += prost::Message::encoded_len(&message);
                if bytes <= MAX_LAST_BYTES {
                    answer.messages.push(message);
                }
            }
        }
        Ok(Some(Answer::Channels(answer)))
    }

    /// Makes a channel at the end of its category.
    pub(crate) fn create_channel(&mut self, caller: Caller, request: api::CreateChannel) -> Reply {
        let name = checked_name(&request.name)?;
        let community = self.state.governed(caller.user, request.community_id, MODIFY_CHANNEL, "create channels")?.id;
        let kind = request.r#type;
        if wire::types::ChannelType::try_from(kind).is_err() {
            return Err(Refusal::malformed("There is no such sort of channel."));
        }
        let parent = request.parent_id.filter(|id| *id != 0);
        self.check_parent(community, kind, parent)?;
        let siblings = self.state.channels_of(community);
        if siblings.len() >= MAX_CHANNELS {
            return Err(Refusal::too_often(format!("A community has at most {MAX_CHANNELS} channels here.")));
        }
        let position = siblings.iter().map(|channel| channel.position + 1).max().unwrap_or(0);
        let id = self.state.mint.next(self.now);
        let mut channel = Channel::new(id, community, name);
        channel.kind = kind;
        channel.parent = parent;
        channel.position = position;
        channel.region = request.preferred_region;
        self.state.channels.insert(id, channel);
        self.state.chats.entry(ChatKey::Channel(community, id)).or_default();
        self.tell_channel(id);
        Ok(None)
    }

    fn check_parent(&self, community: Id, kind: i32, parent: Option<Id>) -> Result<(), Refusal> {
        let category = wire::types::ChannelType::Category as i32;
        let Some(parent) = parent else { return Ok(()) };
        let fits =
            self.state.channels.get(&parent).is_some_and(|one| one.community == community && one.kind == category);
        if kind == category || !fits {
            return Err(Refusal::malformed("A channel can only be inside a category of its own community."));
        }
        Ok(())
    }

    /// Tells everybody who may see a channel what it is now.
    pub(crate) fn tell_channel(&mut self, id: Id) {
        let Some(channel) = self.state.channels.get(&id) else { return };
        let key = ChatKey::Channel(channel.community, id);
        let change = Change::Channel(wire::updates::UpdateChannel { channel: Some(present::channel(channel)) });
        self.tell_viewers(key, |_, _| change.clone());
    }

    /// A channel that the caller sees and may change.
    pub(crate) fn own_channel(
        &mut self,
        caller: Caller,
        reference: Option<wire::refs::ChannelRef>,
    ) -> Result<&mut Channel, Refusal> {
        let reference =
            reference.map(|channel| wire::refs::ChatRef { r#ref: Some(wire::refs::chat_ref::Ref::Channel(channel)) });
        let key = self.state.resolve(caller.user, reference)?;
        self.state.require(caller.user, key, MODIFY_CHANNEL, "change the channel")?;
        match key {
            ChatKey::Channel(_, id) => self.state.channels.get_mut(&id).ok_or_else(|| Refusal::missing("channel")),
            _ => Err(Refusal::missing("channel")),
        }
    }

    /// Changes what is given.
    pub(crate) fn edit_channel(&mut self, caller: Caller, request: api::EditChannel) -> Reply {
        let name = request.name.as_deref().map(checked_name).transpose()?;
        if request.description.as_deref().is_some_and(|text| text.chars().count() > 1_024) {
            return Err(Refusal::malformed("A topic has at most 1024 characters."));
        }
        let (id, community, kind) = {
            let channel = self.own_channel(caller, request.channel)?;
            (channel.id, channel.community, channel.kind)
        };
        let parent = request.parent_id.map(|parent| Some(parent).filter(|parent| *parent != 0));
        if let Some(parent) = parent {
            self.check_parent(community, kind, parent)?;
        }
        let highlighted = request.highlighted_msg_id.map(|wrapped| wrapped.highlighted_msg_id.filter(|id| *id != 0));
        if let Some(Some(message)) = highlighted
            && self.state.chat(ChatKey::Channel(community, id)).get(message).is_none()
        {
            return Err(Refusal::missing("message"));
        }
        let channel = self.own_channel(caller, request.channel)?;
        channel.name = name.unwrap_or_else(|| channel.name.clone());
        channel.position = request.position.unwrap_or(channel.position);
        channel.parent = parent.unwrap_or(channel.parent);
        channel.explicit = request.explicit.unwrap_or(channel.explicit);
        channel.highlighted = highlighted.unwrap_or(channel.highlighted);
        if let Some(topic) = request.description {
            channel.topic = Some(topic).filter(|text| !text.is_empty());
        }
        if let Some(seconds) = request.slowmode_seconds {
            channel.slowmode = Some(seconds.min(86_400)).filter(|seconds| *seconds > 0);
        }
        if let Some(region) = request.preferred_region {
            channel.region = Some(region.chars().take(32).collect::<String>()).filter(|text| !text.is_empty());
        }
        self.tell_channel(id);
        Ok(None)
    }

    /// Deletes a channel; the channels of a deleted category stay, outside of it.
    pub(crate) fn delete_channel(&mut self, caller: Caller, request: &api::DeleteChannel) -> Reply {
        let (id, community) = {
            let channel = self.own_channel(caller, request.channel)?;
            (channel.id, channel.community)
        };
        let key = ChatKey::Channel(community, id);
        self.tell_viewers(key, |_, _| {
            let channel = Some(wire::refs::ChannelRef { community_id: community, channel_id: id });
            Change::ChannelDeleted(wire::updates::UpdateChannelDeleted { channel })
        });
        let freed = self.state.channels.remove(&id);
        self.state.chats.remove(&key);
        let orphans: Vec<Id> =
            self.state.channels.values().filter(|one| one.parent == Some(id)).map(|one| one.id).collect();
        for orphan in orphans {
            if let Some(channel) = self.state.channels.get_mut(&orphan) {
                channel.parent = None;
                if let Some(freed) = freed.as_ref().filter(|_| channel.synced) {
                    // What the category hid must not come to light.
                    channel.overrides.clone_from(&freed.overrides);
                    channel.synced = false;
                }
            }
            self.tell_channel(orphan);
        }
        Ok(None)
    }
}
