//! What follows when roles or overrides change: channels appear, disappear or become read-only.

use std::collections::{BTreeMap, BTreeSet};

use crate::net::osmium::wire;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::Override;
use super::super::present;
use super::super::server::Server;
use super::super::state::ChatKey;

/// For each connected member: rights in the community, and the overrides of each channel they see.
pub(crate) type Visible = BTreeMap<Id, (u64, BTreeMap<Id, Override>)>;

impl Server {
    /// What the connected members of a community see; taken before a change.
    pub(crate) fn visible_channels(&self, community_id: Id) -> Visible {
        let Some(community) = self.state.communities.get(&community_id) else { return Visible::new() };
        let people: BTreeSet<Id> = self.listeners().into_iter().map(|(_, user)| user).collect();
        let channels = self.state.channels_of(community_id);
        people
            .into_iter()
            .filter(|user| community.members.contains_key(user))
            .map(|user| {
                let seen = channels
                    .iter()
                    .filter(|channel| self.state.sees(user, ChatKey::Channel(community_id, channel.id)))
                    .map(|channel| (channel.id, self.state.override_for(community, channel, user)))
                    .collect();
                (user, (community.rights(user), seen))
            })
            .collect()
    }

    /// Tells each connected member what became different for them since `before`.
    pub(crate) fn tell_visibility(&mut self, community_id: Id, before: &Visible) {
        let after = self.visible_channels(community_id);
        for (user, (rights, seen)) in &after {
            let Some((old_rights, old_seen)) = before.get(user) else { continue };
            if rights != old_rights
                && let Some(change) = self.community_change(community_id, *user)
            {
                self.tell_person(*user, None, &change);
            }
            for id in old_seen.keys().filter(|id| !seen.contains_key(id)) {
                let channel = Some(wire::refs::ChannelRef { community_id, channel_id: *id });
                let change = Change::ChannelDeleted(wire::updates::UpdateChannelDeleted { channel });
                self.tell_person(*user, None, &change);
            }
            for (id, now) in seen {
                if old_seen.get(id) == Some(now) {
                    continue;
                }
                let key = ChatKey::Channel(community_id, *id);
                if !old_seen.contains_key(id)
                    && let Some(channel) = self.state.channels.get(id)
                {
                    let channel = Some(present::channel(channel));
                    let change = Change::Channel(wire::updates::UpdateChannel { channel });
                    self.tell_person(*user, None, &change);
                }
                let change = Change::ConversationPermissions(wire::updates::UpdateConversationPermissions {
                    chat_ref: Some(key.seen_by(*user)),
                    permissions: Some(wire::types::PermissionOverrides { pos: now.pos, neg: now.neg }),
                });
                self.tell_person(*user, None, &change);
            }
        }
    }
}
