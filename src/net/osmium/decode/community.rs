//! Communities, roles, members, member lists and voice rooms.

use super::people::{color, username};
use super::{Decoder, line, optional_line, permissions};
use crate::domain::{Community, CommunityId, Id, Member, MemberListEntry, Permissions, Role, RoleId, VoiceParticipant};
use crate::net::osmium::ids;
use crate::net::osmium::wire::{
    communities, settings, types, updates, updates::member_list_entry::Entry,
    updates::member_list_entry_divider::Inner, voice,
};

impl Decoder {
    /// A community, in service.
    pub fn community(&mut self, wire: types::Community) -> Option<Community> {
        let id = self.community_id(wire.id)?;
        Some(Community {
            id,
            name: line(wire.name),
            username: username(wire.username),
            owner: wire.owner,
            permissions: if wire.owner { Permissions::ALL } else { permissions(wire.permissions) },
            available: true,
        })
    }

    /// A community's id; counts those that cannot be real.
    pub(super) fn community_id(&mut self, wire: u64) -> Option<CommunityId> {
        let id = ids::community(wire);
        if id.is_none() {
            self.skipped.count("community without an id");
        }
        id
    }

    /// All communities and their counts. One that is out of service and not described comes last, without a name.
    pub fn communities(&mut self, wire: communities::Communities) -> (Vec<Community>, Vec<(CommunityId, u32, u32)>) {
        let mut all: Vec<Community> = wire.communities.into_iter().filter_map(|one| self.community(one)).collect();
        let down: std::collections::BTreeSet<CommunityId> =
            wire.unavailable.into_iter().filter_map(|id| self.community_id(id)).collect();
        for community in &mut all {
            community.available = !down.contains(&community.id);
        }
        let described: std::collections::BTreeSet<CommunityId> = all.iter().map(|community| community.id).collect();
        all.extend(down.difference(&described).map(|&id| Community { id, ..Community::default() }));
        let counts = wire
            .community_user_info
            .into_iter()
            .filter_map(|info| {
                Some((self.community_id(info.community_id)?, info.unread_count, info.unread_mention_count))
            })
            .collect();
        (all, counts)
    }

    /// The order that the user gave the communities.
    pub fn community_order(&mut self, wire: settings::UserSettings) -> Vec<CommunityId> {
        let ids = wire.community_order.unwrap_or_default().community_ids;
        ids.into_iter().filter_map(|id| self.community_id(id)).collect()
    }

    /// A role.
    pub fn role(&mut self, wire: types::CommunityRole) -> Option<Role> {
        let Some(id) = role_id(wire.id) else {
            self.skipped.count("role without an id");
            return None;
        };
        Some(Role {
            id,
            name: line(wire.name),
            priority: wire.priority,
            color: color(wire.color),
            separated: wire.separated,
        })
    }

    /// A member of a community. `community` stands in where the object does not name one.
    pub fn member(&mut self, wire: types::CommunityMember, community: u64) -> Option<Member> {
        let community = self.community_id(if wire.community_id == 0 { community } else { wire.community_id })?;
        let Some(user) = ids::user(wire.id) else {
            self.skipped.count("member without an id");
            return None;
        };
        Some(Member {
            user,
            community,
            nickname: optional_line(wire.nickname),
            roles: wire.role_ids.into_iter().filter_map(role_id).collect(),
        })
    }

    /// Several members; malformed ones are left out.
    pub fn members(&mut self, wire: Vec<types::CommunityMember>, community: u64) -> Vec<Member> {
        wire.into_iter().filter_map(|member| self.member(member, community)).collect()
    }

    /// The lines of a member list, in order.
    pub fn member_list(&mut self, wire: Vec<updates::MemberListEntry>) -> Vec<MemberListEntry> {
        wire.into_iter()
            .filter_map(|entry| {
                let line = self.member_list_entry(entry);
                if line.is_none() {
                    self.skipped.count("member list entry");
                }
                line
            })
            .collect()
    }

    fn member_list_entry(&mut self, wire: updates::MemberListEntry) -> Option<MemberListEntry> {
        match wire.entry? {
            Entry::User(entry) => {
                Some(MemberListEntry::Member { user: self.user(entry.user?)?, nickname: optional_line(entry.nickname) })
            }
            Entry::Divider(divider) => match divider.inner? {
                Inner::Online(online) => Some(MemberListEntry::Section { online, count: divider.member_count }),
                Inner::RoleId(role) => {
                    Some(MemberListEntry::Role { role: role_id(role)?, count: divider.member_count })
                }
            },
        }
    }

    /// Somebody in a voice room.
    pub fn voice_participant(&mut self, wire: &voice::RoomParticipant) -> Option<VoiceParticipant> {
        let Some(user) = ids::user(wire.user_id) else {
            self.skipped.count("voice participant without an id");
            return None;
        };
        Some(VoiceParticipant {
            user,
            muted: wire.muted,
            deafened: wire.deafened,
            video: wire.video_available || wire.screen_available,
        })
    }

    /// Everybody in a voice room; a missing room is an empty one. One person may be in it with several devices and is listed once.
    pub fn voice_room(&mut self, wire: Option<voice::RoomState>) -> Vec<VoiceParticipant> {
        let mut people: Vec<VoiceParticipant> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for participant in wire.unwrap_or_default().participants {
            if let Some(person) = self.voice_participant(&participant)
                && seen.insert(person.user)
            {
                people.push(person);
            }
        }
        people
    }
}

fn role_id(wire: u64) -> Option<RoleId> {
    (wire != 0).then_some(RoleId(Id(u128::from(wire))))
}
