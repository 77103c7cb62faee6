//! `communities`: members, member lists, removing and coming back.

use crate::net::osmium::wire;
use wire::communities as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;
use wire::updates::{MemberListEntry, MemberListEntryDivider, MemberListEntryUser};

use super::super::ids::{self, Id};
use super::super::permissions::{ADMINISTRATOR, MODIFY_COMMUNITY, MODIFY_ROLES, REMOVE_MEMBERS, holds};
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, MAX_LISTS, Server};
use super::super::state::{ChatKey, Community};

/// Members asked for in one request at most.
const MAX_IDS: usize = 200;
/// People in one member list at most.
const MAX_LISTED: usize = 1_000;

impl Server {
    /// Roles and nicknames of members; ids of others are left out.
    pub(crate) fn get_members(&mut self, caller: Caller, request: &api::GetMembers) -> Reply {
        if request.member_ids.len() > MAX_IDS {
            return Err(Refusal::malformed(format!("Ask for at most {MAX_IDS} members at once.")));
        }
        let community = self.state.community(caller.user, request.community_id)?;
        let members: Vec<_> = request.member_ids.iter().filter_map(|id| self.member(community, *id)).collect();
        let users = self.users(members.iter().map(|member| member.id));
        Ok(Some(Answer::Members(api::Members { members, users })))
    }

    /// Who can see a channel, in sections. From then on the connection is told when the list changes.
    pub(crate) fn get_channel_members(&mut self, caller: Caller, request: &api::GetChannelMembers) -> Reply {
        let watched = (request.community_id, request.channel_id);
        let key = ChatKey::Channel(watched.0, watched.1);
        if !self.state.sees(caller.user, key) {
            return Err(Refusal::missing("channel"));
        }
        if let Some(connection) = self.connections.get_mut(&caller.connection) {
            connection.lists.retain(|one| *one != watched);
            connection.lists.push(watched);
            if connection.lists.len() > MAX_LISTS {
                connection.lists.remove(0);
            }
        }
        Ok(Some(Answer::MemberList(api::MemberList { entries: self.member_list(watched.0, watched.1) })))
    }

    /// The member list of a channel: online members by their strongest separated role, other online members, the rest.
    pub(crate) fn member_list(&self, community_id: Id, channel_id: Id) -> Vec<MemberListEntry> {
        use wire::updates::{member_list_entry::Entry, member_list_entry_divider::Inner};
        let Some(community) = self.state.communities.get(&community_id) else { return Vec::new() };
        let key = ChatKey::Channel(community_id, channel_id);
        let mut sections: Vec<(Inner, Vec<Id>)> = Vec::new();
        let mut separated: Vec<_> = community.roles.values().filter(|role| role.separated).collect();
        separated.sort_by_key(|role| (std::cmp::Reverse(role.priority), role.id));
        sections.extend(separated.iter().map(|role| (Inner::RoleId(role.id), Vec::new())));
        sections.push((Inner::Online(true), Vec::new()));
        sections.push((Inner::Online(false), Vec::new()));
        let last = sections.len() - 1;
        for (id, member) in &community.members {
            if !self.state.sees(*id, key) {
                continue;
            }
            let place = if self.status(*id).status.is_none() {
                last
            } else {
                separated.iter().position(|role| member.roles.contains(&role.id)).unwrap_or(last - 1)
            };
            if let Some((_, people)) = sections.get_mut(place) {
                people.push(*id);
            }
        }
        let mut entries = Vec::new();
        for (inner, mut people) in sections.into_iter().filter(|(_, people)| !people.is_empty()) {
            people.sort_by_cached_key(|id| {
                (self.state.people.get(id).map(|person| person.name.to_lowercase()).unwrap_or_default(), *id)
            });
            let member_count = u32::try_from(people.len()).unwrap_or(u32::MAX);
            let divider = MemberListEntryDivider { member_count, inner: Some(inner) };
            entries.push(MemberListEntry { entry: Some(Entry::Divider(divider)) });
            let room = MAX_LISTED.saturating_sub(entries.len());
            entries.extend(people.into_iter().take(room).map(|id| MemberListEntry {
                entry: Some(Entry::User(MemberListEntryUser {
                    user: self.user(id),
                    nickname: community.members.get(&id).and_then(|member| member.nickname.clone()),
                })),
            }));
        }
        entries
    }

    /// Changes a nickname or the set of roles.
    pub(crate) fn edit_member(&mut self, caller: Caller, request: api::EditMember) -> Reply {
        let community = self.state.community(caller.user, request.community_id)?;
        let Some(member) = community.members.get(&request.member_id) else { return Err(Refusal::missing("member")) };
        let nickname = match request.nickname.map(|name| name.trim().to_owned()) {
            None => member.nickname.clone(),
            Some(name) if name.is_empty() => None,
            Some(name) => Some(super::communities::checked_name(&name)?),
        };
        if nickname != member.nickname && request.member_id != caller.user {
            let allowed = holds(community.rights(caller.user), MODIFY_COMMUNITY);
            if !allowed || !outranks(community, caller.user, request.member_id) {
                return Err(Refusal::forbidden("You are not allowed to rename this member."));
            }
        }
        let roles = match request.role_ids {
            None => member.roles.clone(),
            Some(given) => given.role_ids.into_iter().collect(),
        };
        let changed: Vec<Id> = roles.symmetric_difference(&member.roles).copied().collect();
        if !changed.is_empty() && !holds(community.rights(caller.user), MODIFY_ROLES) {
            return Err(Refusal::forbidden("You are not allowed to assign roles in this community."));
        }
        for id in changed {
            let Some(role) = community.roles.get(&id) else { return Err(Refusal::missing("role")) };
            if role.priority >= community.rank(caller.user) {
                return Err(Refusal::forbidden("You can only assign roles below your own."));
            }
            if role.permissions & ADMINISTRATOR != 0 && !holds(community.rights(caller.user), ADMINISTRATOR) {
                return Err(Refusal::forbidden("Only administrators can assign a role of administrators."));
            }
        }
        let before = self.visible_channels(request.community_id);
        if let Some(community) = self.state.communities.get_mut(&request.community_id)
            && let Some(member) = community.members.get_mut(&request.member_id)
        {
            member.nickname = nickname;
            member.roles = roles;
        }
        self.tell_member(request.community_id, request.member_id);
        self.tell_visibility(request.community_id, &before);
        Ok(None)
    }

    /// Tells a community what a member is now.
    pub(crate) fn tell_member(&mut self, community_id: Id, member_id: Id) {
        self.tell_members(community_id, |server, _| {
            let community = server.state.communities.get(&community_id)?;
            let member = server.member(community, member_id);
            Some(Change::CommunityMember(wire::updates::UpdateCommunityMember { community_id, member_id, member }))
        });
        self.refresh_lists(|_, changed| changed == community_id);
    }

    /// Removes members: for a time, or for good where no time or zero is given. A time that has passed is a mere kick.
    pub(crate) fn remove_members(&mut self, caller: Caller, request: &api::RemoveMembers) -> Reply {
        if request.member_ids.len() > MAX_IDS {
            return Err(Refusal::malformed(format!("Remove at most {MAX_IDS} members at once.")));
        }
        if request.reason.as_deref().is_some_and(|text| text.chars().count() > 512) {
            return Err(Refusal::malformed("A reason has at most 512 characters."));
        }
        let community_id = request.community_id;
        let community = self.state.governed(caller.user, community_id, REMOVE_MEMBERS, "remove members")?;
        if !request.member_ids.iter().all(|id| outranks(community, caller.user, *id)) {
            return Err(Refusal::forbidden("You can only remove members below you."));
        }
        let until = millis(request.until.unwrap_or(0));
        let known: Vec<Id> = request.member_ids.clone();
        for id in &known {
            if let Some(community) = self.state.communities.get_mut(&community_id)
                && self.state.people.contains_key(id)
            {
                community.removed.insert(*id, (until, request.reason.clone()));
            }
            self.part(*id, community_id);
        }
        if let Some(since) = request.delete_messages_since {
            let since = ids::at(i64::try_from(millis(since)).unwrap_or(i64::MAX));
            self.remove_written(community_id, &known, since);
        }
        let removed = self.removed_members(community_id, Some(&known));
        Ok(Some(Answer::RemovedMembers(removed)))
    }

    fn remove_written(&mut self, community_id: Id, authors: &[Id], since: Id) {
        let channels: Vec<Id> = self.state.channels_of(community_id).into_iter().map(|channel| channel.id).collect();
        for channel in channels {
            let key = ChatKey::Channel(community_id, channel);
            let gone: Vec<Id> = self
                .state
                .chat(key)
                .messages
                .iter()
                .filter(|message| message.id >= since && authors.contains(&message.author))
                .map(|message| message.id)
                .collect();
            for some in gone.chunks(1_000) {
                self.remove_messages(key, some);
            }
        }
    }

    fn removed_members(&self, community_id: Id, only: Option<&[Id]>) -> api::RemovedMembers {
        let Some(community) = self.state.communities.get(&community_id) else { return api::RemovedMembers::default() };
        let now = u64::try_from(self.now).unwrap_or(0);
        let members = community
            .removed
            .iter()
            .filter(|(id, (until, _))| only.map_or(*until == 0 || *until > now, |only| only.contains(id)))
            .take(MAX_LISTED)
            .map(|(id, (until, reason))| api::removed_members::RemovedMember {
                user_id: *id,
                user: self.user(*id),
                until: (*until != 0).then_some(*until),
                reason: reason.clone(),
            })
            .collect();
        api::RemovedMembers { members }
    }

    /// Who may not come back.
    pub(crate) fn get_removed_members(&mut self, caller: Caller, request: &api::GetRemovedMembers) -> Reply {
        let id = self.state.governed(caller.user, request.community_id, REMOVE_MEMBERS, "see removed members")?.id;
        Ok(Some(Answer::RemovedMembers(self.removed_members(id, None))))
    }

    /// Lets people come back.
    pub(crate) fn unban_members(&mut self, caller: Caller, request: &api::UnbanMembers) -> Reply {
        let community =
            self.state.governed(caller.user, request.community_id, REMOVE_MEMBERS, "let people come back")?;
        for id in &request.member_ids {
            community.removed.remove(id);
        }
        Ok(None)
    }

    /// Brings somebody in without an invite; nothing published says who may, here those who may edit the community.
    pub(crate) fn add_member(&mut self, caller: Caller, request: &api::AddMember) -> Reply {
        let id = self.state.governed(caller.user, request.community_id, MODIFY_COMMUNITY, "add members")?.id;
        if !self.state.people.contains_key(&request.user_id) {
            return Err(Refusal::missing("account"));
        }
        self.join(request.user_id, id)?;
        Ok(None)
    }
}

/// Whether one member may act upon another.
pub(crate) fn outranks(community: &Community, one: Id, other: Id) -> bool {
    one != other && other != community.owner && community.rank(one) > community.rank(other)
        || one == community.owner && one != other
}

/// A moment in milliseconds, given in milliseconds or seconds.
pub(crate) fn millis(given: u64) -> u64 {
    if given > 100_000_000_000 { given } else { given.saturating_mul(1_000) }
}
