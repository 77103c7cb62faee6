//! `communities`: roles, everybody's bits, and the overrides of channels.

use crate::net::osmium::wire;
use wire::communities as api;
use wire::core::rpc_result::Result as Answer;

use super::super::ids::Id;
use super::super::permissions::{ADMINISTRATOR, ALL, MODIFY_CHANNEL, MODIFY_ROLES, Override, holds};
use super::super::present;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{Channel, ChatKey, Community, Role};
use super::communities::checked_name;

/// Roles of one community at most.
const MAX_ROLES: usize = 250;

impl Server {
    /// All roles, strongest first, and everybody's bits.
    pub(crate) fn get_roles(&mut self, caller: Caller, request: &api::GetRoles) -> Reply {
        let community = self.state.community(caller.user, request.community_id)?;
        let mut roles: Vec<&Role> = community.roles.values().collect();
        roles.sort_by_key(|role| (std::cmp::Reverse(role.priority), role.id));
        Ok(Some(Answer::CommunityRoles(api::CommunityRoles {
            roles: roles.into_iter().map(|role| present::role(community.id, role)).collect(),
            default_permissions: community.default_permissions,
        })))
    }

    /// Makes a role. There is no event for roles; clients read them again.
    pub(crate) fn create_role(&mut self, caller: Caller, request: &api::CreateRole) -> Reply {
        let role = Role {
            id: 0,
            name: checked_name(&request.name)?,
            permissions: request.permissions & ALL,
            priority: request.priority,
            color: request.color & 0xff_ff_ff,
            separated: request.separated,
            public: request.public,
        };
        self.put_role(caller, request.community_id, role)
    }

    /// Replaces every field of a role.
    pub(crate) fn edit_role(&mut self, caller: Caller, request: &api::EditRole) -> Reply {
        let role = Role {
            id: request.id,
            name: checked_name(&request.name)?,
            permissions: request.permissions & ALL,
            priority: request.priority,
            color: request.color & 0xff_ff_ff,
            separated: request.separated,
            public: request.public,
        };
        self.put_role(caller, request.community_id, role)
    }

    fn put_role(&mut self, caller: Caller, community_id: Id, mut role: Role) -> Reply {
        let community = self.state.governed(caller.user, community_id, MODIFY_ROLES, "edit roles")?;
        let old = community.roles.get(&role.id);
        if role.id != 0 && old.is_none() {
            return Err(Refusal::missing("role"));
        }
        let strongest = old.map_or(role.priority, |old| old.priority.max(role.priority));
        let before = old.map_or(0, |old| old.permissions);
        let changed = before ^ role.permissions;
        check_grant(community, caller.user, strongest, changed)?;
        if role.id == 0 {
            if community.roles.len() >= MAX_ROLES {
                return Err(Refusal::too_often(format!("A community has at most {MAX_ROLES} roles here.")));
            }
            role.id = self.state.mint.next(self.now);
        }
        self.changing_rights(community_id, |server| {
            if let Some(community) = server.state.communities.get_mut(&community_id) {
                community.roles.insert(role.id, role);
            }
        });
        Ok(None)
    }

    /// Deletes a role; its members and the channels lose it.
    pub(crate) fn delete_role(&mut self, caller: Caller, request: &api::DeleteRole) -> Reply {
        let community = self.state.governed(caller.user, request.community_id, MODIFY_ROLES, "delete roles")?;
        let Some(role) = community.roles.get(&request.id) else { return Err(Refusal::missing("role")) };
        check_grant(community, caller.user, role.priority, 0)?;
        let (community_id, role) = (request.community_id, request.id);
        self.changing_rights(community_id, |server| {
            if let Some(community) = server.state.communities.get_mut(&community_id) {
                community.roles.remove(&role);
                for member in community.members.values_mut() {
                    member.roles.remove(&role);
                }
            }
            for channel in server.state.channels.values_mut().filter(|channel| channel.community == community_id) {
                channel.overrides.remove(&role);
            }
        });
        Ok(None)
    }

    /// Sets everybody's bits.
    pub(crate) fn edit_default_permissions(&mut self, caller: Caller, request: &api::EditDefaultPermissions) -> Reply {
        let community = self.state.governed(caller.user, request.community_id, MODIFY_ROLES, "edit roles")?;
        let wanted = request.permissions & ALL;
        check_grant(community, caller.user, 0, community.default_permissions ^ wanted)?;
        let community_id = request.community_id;
        self.changing_rights(community_id, |server| {
            if let Some(community) = server.state.communities.get_mut(&community_id) {
                community.default_permissions = wanted;
            }
        });
        Ok(None)
    }

    /// Runs a change of rights and tells everybody what became different for them.
    pub(crate) fn changing_rights(&mut self, community_id: Id, run: impl FnOnce(&mut Self)) {
        let before = self.visible_channels(community_id);
        run(self);
        self.tell_visibility(community_id, &before);
        self.refresh_lists(|_, changed| changed == community_id);
    }

    /// A channel whose overrides the caller may change: needs MODIFY_CHANNEL there and MODIFY_ROLES in the community.
    fn ruled_channel(&self, caller: Caller, community_id: Id, channel_id: Id) -> Result<&Channel, Refusal> {
        let key = ChatKey::Channel(community_id, channel_id);
        if !self.state.sees(caller.user, key) {
            return Err(Refusal::missing("channel"));
        }
        self.state.require(caller.user, key, MODIFY_CHANNEL, "change the channel")?;
        if !holds(self.state.community(caller.user, community_id)?.rights(caller.user), MODIFY_ROLES) {
            return Err(Refusal::forbidden("You are not allowed to change who may do what here."));
        }
        self.state.channels.get(&channel_id).ok_or_else(|| Refusal::missing("channel"))
    }

    /// The overrides of a channel, those of its category while it follows that one.
    pub(crate) fn get_channel_overrides(&mut self, caller: Caller, request: &api::GetChannelOverrides) -> Reply {
        let channel = self.ruled_channel(caller, request.community_id, request.channel_id)?;
        let parent = channel.parent.and_then(|parent| self.state.channels.get(&parent));
        let source = parent.filter(|_| channel.synced).unwrap_or(channel);
        let overrides = source.overrides.iter().map(|(role, one)| present_override(channel, *role, *one)).collect();
        let parent_sync = channel.synced && parent.is_some();
        Ok(Some(Answer::ChannelOverrides(api::ChannelOverrides { overrides, parent_sync })))
    }

    /// Sets what a channel allows and denies a role; role 0 stands for everybody. The channel then has rules of its own.
    pub(crate) fn create_channel_override(&mut self, caller: Caller, request: &api::CreateChannelOverride) -> Reply {
        let (community_id, channel_id) = (request.community_id, request.channel_id);
        self.ruled_channel(caller, community_id, channel_id)?;
        let given = request.permissions.unwrap_or_default();
        let wanted = Override { pos: given.pos & ALL & !ADMINISTRATOR, neg: given.neg & ALL & !ADMINISTRATOR };
        let community = self.state.community(caller.user, community_id)?;
        let strength = match community.roles.get(&request.role_id) {
            Some(role) => role.priority,
            None if request.role_id == 0 => 0,
            None => return Err(Refusal::missing("role")),
        };
        check_grant(community, caller.user, strength, wanted.pos | wanted.neg)?;
        let role = request.role_id;
        self.changing_rights(community_id, |server| {
            server.own_rules(channel_id);
            if let Some(channel) = server.state.channels.get_mut(&channel_id) {
                channel.overrides.insert(role, wanted);
            }
        });
        let Some(channel) = self.state.channels.get(&channel_id) else { return Err(Refusal::missing("channel")) };
        let r#override = Some(present_override(channel, role, wanted));
        Ok(Some(Answer::ChannelOverride(api::ChannelOverride { r#override })))
    }

    /// Takes a role's override away.
    pub(crate) fn delete_channel_override(&mut self, caller: Caller, request: &api::DeleteChannelOverride) -> Reply {
        let (community_id, channel_id, role) = (request.community_id, request.channel_id, request.role_id);
        self.ruled_channel(caller, community_id, channel_id)?;
        let community = self.state.community(caller.user, community_id)?;
        check_grant(community, caller.user, community.roles.get(&role).map_or(0, |role| role.priority), 0)?;
        self.changing_rights(community_id, |server| {
            server.own_rules(channel_id);
            if let Some(channel) = server.state.channels.get_mut(&channel_id) {
                channel.overrides.remove(&role);
            }
        });
        Ok(None)
    }

    /// Lets a channel follow its category again.
    pub(crate) fn sync_channel_overrides(&mut self, caller: Caller, request: &api::SyncChannelOverrides) -> Reply {
        let channel_id = request.channel_id;
        if self.ruled_channel(caller, request.community_id, channel_id)?.parent.is_none() {
            return Err(Refusal::malformed("The channel is in no category that it could follow."));
        }
        self.changing_rights(request.community_id, |server| {
            if let Some(channel) = server.state.channels.get_mut(&channel_id) {
                channel.overrides.clear();
                channel.synced = true;
            }
        });
        Ok(None)
    }

    /// Makes a channel that follows its category keep the same rules as its own.
    fn own_rules(&mut self, channel_id: Id) {
        let Some(channel) = self.state.channels.get(&channel_id).filter(|channel| channel.synced) else { return };
        let inherited =
            channel.parent.and_then(|parent| self.state.channels.get(&parent)).map(|one| one.overrides.clone());
        if let Some(channel) = self.state.channels.get_mut(&channel_id) {
            channel.synced = false;
            channel.overrides = inherited.unwrap_or_else(|| channel.overrides.clone());
        }
    }
}

fn present_override(channel: &Channel, role_id: Id, one: Override) -> wire::types::ChannelOverride {
    wire::types::ChannelOverride {
        community_id: channel.community,
        channel_id: channel.id,
        role_id,
        permissions: Some(wire::types::PermissionOverrides { pos: one.pos, neg: one.neg }),
    }
}

/// Nobody touches a role as strong as their own, or a bit they do not have.
fn check_grant(community: &Community, user: Id, strength: u32, bits: u64) -> Result<(), Refusal> {
    if user == community.owner {
        return Ok(());
    }
    if strength >= community.rank(user) {
        return Err(Refusal::forbidden("You can only change roles below your own."));
    }
    if !holds(community.rights(user), bits) {
        return Err(Refusal::forbidden("You can only grant or deny what you are allowed yourself."));
    }
    Ok(())
}
