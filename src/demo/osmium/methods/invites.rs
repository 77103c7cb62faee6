//! `chats` and `auth`: invites to communities, groups and friendship.

use crate::net::osmium::wire;
use wire::auth as api;
use wire::core::rpc_result::Result as Answer;

use super::super::ids::Id;
use super::super::permissions::{MODIFY_COMMUNITY, holds};
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{ChatKey, Invite, InviteTarget};
use super::members::millis;

/// Invites that one person can have open.
const MAX_INVITES: usize = 100;

impl Server {
    /// Makes an invite to what the chat belongs to: a community, a group, or the caller's friendship.
    pub(crate) fn create_chat_invite(&mut self, caller: Caller, request: &wire::chats::CreateChatInvite) -> Reply {
        let target = self.invite_target(caller, request.chat_ref)?;
        if self.state.invites.values().filter(|invite| invite.creator == caller.user).count() >= MAX_INVITES {
            return Err(Refusal::too_often("You have too many invites; delete some first."));
        }
        let code = self.state.fresh_code("invite");
        let expires_at = request.expires_at.filter(|at| *at != 0).and_then(|at| i64::try_from(millis(at)).ok());
        let uses_left = request.max_uses.filter(|uses| *uses != 0);
        let invite = Invite { code: code.clone(), creator: caller.user, target, expires_at, uses_left };
        self.state.invites.insert(code.clone(), invite);
        Ok(Some(Answer::CreatedInvite(api::CreatedInvite { code })))
    }

    fn invite_target(&self, caller: Caller, reference: Option<wire::refs::ChatRef>) -> Result<InviteTarget, Refusal> {
        Ok(match self.state.resolve(caller.user, reference)? {
            ChatKey::Channel(community, _) => InviteTarget::Community(community),
            ChatKey::Group(group) => InviteTarget::Group(group),
            ChatKey::Direct(..) | ChatKey::Saved(_) => InviteTarget::Person(caller.user),
        })
    }

    /// The invites to what a chat belongs to: all of them for those who may edit the community, else the caller's own.
    pub(crate) fn list_chat_invites(&mut self, caller: Caller, request: &wire::chats::ListChatInvites) -> Reply {
        let target = self.invite_target(caller, request.chat_ref)?;
        let all = match target {
            InviteTarget::Community(id) => {
                holds(self.state.community(caller.user, id)?.rights(caller.user), MODIFY_COMMUNITY)
            }
            InviteTarget::Group(id) => self.state.group(caller.user, id)?.owner == caller.user,
            InviteTarget::Person(_) => false,
        };
        let invites = self
            .state
            .invites
            .values()
            .filter(|invite| invite.target == target && (all || invite.creator == caller.user))
            .take(MAX_INVITES)
            .map(|invite| self.preview(invite, caller.user))
            .collect();
        Ok(Some(Answer::InviteList(api::InviteList { invites })))
    }

    /// Deletes an invite of one's own, or any of a community that one may edit or a group that one owns.
    pub(crate) fn delete_chat_invite(&mut self, caller: Caller, request: &wire::chats::DeleteChatInvite) -> Reply {
        let Some(invite) = self.state.invites.get(&request.code) else { return Err(Refusal::missing("invite")) };
        let governs = match invite.target {
            InviteTarget::Community(id) => self
                .state
                .communities
                .get(&id)
                .is_some_and(|community| holds(community.rights(caller.user), MODIFY_COMMUNITY)),
            InviteTarget::Group(id) => self.state.groups.get(&id).is_some_and(|group| group.owner == caller.user),
            InviteTarget::Person(_) => false,
        };
        if invite.creator != caller.user && !governs {
            return Err(Refusal::forbidden("You are not allowed to delete this invite."));
        }
        self.state.invites.remove(&request.code);
        Ok(None)
    }

    /// Where an invite leads; also for those who are not signed in (`viewer` 0).
    pub(crate) fn lookup_invite(&mut self, viewer: Id, request: &api::LookupInvite) -> Reply {
        let preview = self.preview(self.open_invite(&request.code)?, viewer);
        Ok(Some(Answer::InvitePreview(Box::new(preview))))
    }

    fn open_invite(&self, code: &str) -> Result<&Invite, Refusal> {
        let code = code.trim().rsplit('/').next().unwrap_or_default();
        self.state
            .invites
            .get(code)
            .filter(|invite| invite.expires_at.is_none_or(|at| at > self.now) && invite.uses_left != Some(0))
            .ok_or_else(|| Refusal::missing("invite"))
    }

    fn preview(&self, invite: &Invite, viewer: Id) -> api::InvitePreview {
        use api::invite_preview::TargetInfo;
        let (target_id, target_type, target_info) = match invite.target {
            InviteTarget::Community(id) => {
                let community = self.state.communities.get(&id);
                let info = community.map(|one| TargetInfo::Community(self.community_for(one, viewer)));
                (id, api::InviteType::Community, info)
            }
            InviteTarget::Group(id) => {
                let group = self.state.groups.get(&id);
                (id, api::InviteType::Group, group.map(|one| TargetInfo::Chat(self.group_for(one, viewer))))
            }
            InviteTarget::Person(id) => (id, api::InviteType::User, self.user(id).map(TargetInfo::User)),
        };
        api::InvitePreview {
            code: invite.code.clone(),
            creator_id: invite.creator,
            target_id,
            target_type: target_type as i32,
            expires_at: invite.expires_at.and_then(|at| u64::try_from(at).ok()),
            creator: self.user(invite.creator),
            target_info,
        }
    }

    /// Follows an invite. Being there already uses nothing up.
    pub(crate) fn use_invite(&mut self, caller: Caller, request: &api::UseInvite) -> Reply {
        let invite = self.open_invite(&request.code)?.clone();
        let there = match invite.target {
            InviteTarget::Community(id) => self.state.community(caller.user, id).is_ok(),
            InviteTarget::Group(id) => self.state.group(caller.user, id).is_ok(),
            InviteTarget::Person(id) => id == caller.user,
        };
        if there {
            return Ok(None);
        }
        match invite.target {
            InviteTarget::Community(id) => self.join(caller.user, id)?,
            InviteTarget::Group(id) => self.join_group(caller.user, id)?,
            InviteTarget::Person(id) => self.befriend(caller.user, id)?,
        }
        if let Some(invite) = self.state.invites.get_mut(&invite.code) {
            invite.uses_left = invite.uses_left.map(|uses| uses.saturating_sub(1));
        }
        Ok(None)
    }
}
