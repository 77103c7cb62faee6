//! `communities`: the communities themselves, and who belongs to them.

use std::collections::BTreeMap;

use crate::net::osmium::wire;
use wire::communities as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::{self, MODIFY_COMMUNITY};
use super::super::post::Draft;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{Channel, ChatKey, Community, Member};
use super::auth::MAX_NAME;

/// Communities that one person can own here.
const MAX_OWNED: usize = 100;

impl Server {
    /// The caller's communities with what is unread in each, in the order they chose, others after by id.
    pub(crate) fn get_communities(&mut self, caller: Caller) -> Reply {
        let order =
            self.state.people.get(&caller.user).map(|person| person.community_order.clone()).unwrap_or_default();
        let mut own: Vec<&Community> =
            self.state.communities.values().filter(|community| community.members.contains_key(&caller.user)).collect();
        own.sort_by_key(|community| {
            (order.iter().position(|id| *id == community.id).unwrap_or(usize::MAX), community.id)
        });
        let mut answer = api::Communities::default();
        for community in own {
            answer.communities.push(self.community_for(community, caller.user));
            let mut info = api::CommunityUserInfo { community_id: community.id, ..Default::default() };
            for channel in self.state.channels_of(community.id) {
                let key = ChatKey::Channel(community.id, channel.id);
                if self.state.sees(caller.user, key) {
                    let chat = self.state.chat(key);
                    info.unread_count = info.unread_count.saturating_add(chat.unread(caller.user));
                    let mentions = u32::try_from(chat.unread_mentions(caller.user).len()).unwrap_or(u32::MAX);
                    info.unread_mention_count = info.unread_mention_count.saturating_add(mentions);
                }
            }
            answer.community_user_info.push(info);
        }
        Ok(Some(Answer::Communities(answer)))
    }

    /// Makes a community with one text channel; the caller owns it.
    pub(crate) fn create_community(&mut self, caller: Caller, request: &api::CreateCommunity) -> Reply {
        let name = checked_name(&request.name)?;
        if self.state.communities.values().filter(|one| one.owner == caller.user).count() >= MAX_OWNED {
            return Err(Refusal::too_often(format!("Nobody can own more than {MAX_OWNED} communities here.")));
        }
        let id = self.state.mint.next(self.now);
        let channel = self.state.mint.next(self.now);
        let settings = api::CommunitySettings {
            system_messages: Some(api::community_settings::SystemMessages {
                channel_id: Some(channel),
                join_messages: Some(true),
            }),
            ..Default::default()
        };
        self.state.communities.insert(
            id,
            Community {
                id,
                name,
                username: None,
                owner: caller.user,
                default_permissions: permissions::DEFAULT,
                roles: BTreeMap::new(),
                members: BTreeMap::from([(caller.user, Member::default())]),
                removed: BTreeMap::new(),
                photo: None,
                emoji: Vec::new(),
                settings,
            },
        );
        self.state.channels.insert(channel, Channel::new(channel, id, "general".to_owned()));
        self.state.chats.entry(ChatKey::Channel(id, channel)).or_default();
        self.tell_community(id);
        self.tell_channel(channel);
        Ok(None)
    }

    /// Changes the name or public name.
    pub(crate) fn edit_community(&mut self, caller: Caller, request: api::EditCommunity) -> Reply {
        let name = request.name.as_deref().map(checked_name).transpose()?;
        let username = request.username.map(|name| name.trim().trim_start_matches('@').to_owned());
        if let Some(wanted) = username.as_deref().filter(|wanted| !wanted.is_empty()) {
            checked_username(wanted)?;
            let taken = self.state.communities.values().any(|one| {
                one.id != request.community_id
                    && one.username.as_deref().is_some_and(|had| had.eq_ignore_ascii_case(wanted))
            });
            if taken {
                return Err(Refusal::conflict("Another community has this public name."));
            }
        }
        let community = self.state.governed(caller.user, request.community_id, MODIFY_COMMUNITY, "edit anything")?;
        if let Some(name) = name {
            community.name = name;
        }
        if let Some(username) = username {
            community.username = Some(username).filter(|name| !name.is_empty());
        }
        self.tell_community(request.community_id);
        Ok(None)
    }

    /// Sets or removes the picture.
    pub(crate) fn edit_community_photo(&mut self, caller: Caller, request: api::EditPhoto) -> Reply {
        self.state.governed(caller.user, request.community_id, MODIFY_COMMUNITY, "edit anything")?;
        let photo = request.file.map(|file| self.finish_photo(caller.user, file)).transpose()?;
        self.state.governed(caller.user, request.community_id, MODIFY_COMMUNITY, "edit anything")?.photo = photo;
        self.tell_community(request.community_id);
        Ok(None)
    }

    /// Reads the settings, or changes those that are given.
    pub(crate) fn edit_community_settings(&mut self, caller: Caller, request: api::EditSettings) -> Reply {
        let community =
            self.state.governed(caller.user, request.community_id, MODIFY_COMMUNITY, "see or edit settings")?;
        if let Some(given) = request.settings {
            if prost::Message::encoded_len(&given) > 8_192 {
                return Err(Refusal::malformed("The settings are too long."));
            }
            let kept = &mut community.settings;
            kept.system_messages = given.system_messages.or(kept.system_messages.take());
            kept.discovery_listing = given.discovery_listing.or(kept.discovery_listing.take());
            kept.default_notif_prefs = given.default_notif_prefs.or(kept.default_notif_prefs);
        }
        Ok(Some(Answer::CommunitySettings(community.settings.clone())))
    }

    /// Deletes a community; only its owner can.
    pub(crate) fn delete_community(&mut self, caller: Caller, request: &api::DeleteCommunity) -> Reply {
        let id = request.community_id;
        if self.state.community(caller.user, id)?.owner != caller.user {
            return Err(Refusal::forbidden("Only the owner can delete a community."));
        }
        self.tell_members(id, |_, _| {
            Some(Change::CommunityDeleted(wire::updates::UpdateCommunityDeleted { community_id: id }))
        });
        self.state.communities.remove(&id);
        let channels: Vec<Id> = self.state.channels_of(id).into_iter().map(|channel| channel.id).collect();
        for channel in channels {
            self.state.channels.remove(&channel);
            self.state.chats.remove(&ChatKey::Channel(id, channel));
        }
        Ok(None)
    }

    /// Leaves a community; its owner cannot.
    pub(crate) fn leave_community(&mut self, caller: Caller, request: &api::LeaveCommunity) -> Reply {
        if self.state.community(caller.user, request.community_id)?.owner == caller.user {
            return Err(Refusal::forbidden("The owner cannot leave a community, only delete it."));
        }
        self.part(caller.user, request.community_id);
        Ok(None)
    }

    /// Takes somebody out of a community and tells them and the rest.
    pub(crate) fn part(&mut self, user: Id, community_id: Id) {
        let Some(community) = self.state.communities.get_mut(&community_id) else { return };
        if community.members.remove(&user).is_none() {
            return;
        }
        let gone = Change::CommunityDeleted(wire::updates::UpdateCommunityDeleted { community_id });
        self.tell_person(user, None, &gone);
        self.tell_members(community_id, |_, _| {
            Some(Change::CommunityMemberDeleted(wire::updates::UpdateCommunityMemberDeleted {
                community_id,
                member_id: user,
            }))
        });
        self.refresh_lists(|_, changed| changed == community_id);
    }

    /// Takes somebody into a community and tells them and the rest; nothing happens to members.
    pub(crate) fn join(&mut self, user: Id, community_id: Id) -> Result<(), Refusal> {
        let now = u64::try_from(self.now).unwrap_or(0);
        let Some(community) = self.state.communities.get_mut(&community_id) else {
            return Err(Refusal::missing("community"));
        };
        if community.members.contains_key(&user) {
            return Ok(());
        }
        if let Some((until, _)) = community.removed.get(&user) {
            if *until == 0 || *until > now {
                return Err(Refusal::forbidden("You were removed from this community and cannot come back yet."));
            }
            community.removed.remove(&user);
        }
        community.members.insert(user, Member::default());
        let greeting = community.settings.system_messages.filter(|lines| lines.join_messages.unwrap_or(false));
        for channel in self.state.channels_of(community_id).into_iter().map(|channel| channel.id).collect::<Vec<_>>() {
            // What was written before somebody came is not unread to them.
            if let Some(chat) = self.state.chats.get_mut(&ChatKey::Channel(community_id, channel)) {
                chat.mark(user, Id::MAX);
            }
        }
        if let Some(change) = self.community_change(community_id, user) {
            self.tell_person(user, None, &change);
        }
        self.tell_members(community_id, |server, viewer| {
            if viewer == user {
                return None;
            }
            let community = server.state.communities.get(&community_id)?;
            Some(Change::CommunityMemberCreated(Box::new(wire::updates::UpdateCommunityMemberCreated {
                community_id,
                member_id: user,
                member: server.member(community, user),
                user: server.user(user),
            })))
        });
        self.refresh_lists(|_, changed| changed == community_id);
        if let Some(channel) = greeting.and_then(|lines| lines.channel_id) {
            let name = self.state.people.get(&user).map(|person| person.name.clone()).unwrap_or_default();
            let kind = wire::types::message::MessageType::Join as i32;
            let draft = Draft { text: format!("{name} joined."), kind, ..Draft::default() };
            let key = ChatKey::Channel(community_id, channel);
            if self.state.chats.contains_key(&key) {
                self.post(user, key, draft)?;
            }
        }
        Ok(())
    }
}

/// A name without spaces around it, neither empty nor too long.
pub(crate) fn checked_name(given: &str) -> Result<String, Refusal> {
    let name = given.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Refusal::malformed(format!("A name has one to {MAX_NAME} characters.")));
    }
    Ok(name.to_owned())
}

/// A user name or public name: 2 to 32 ASCII letters, digits, `_`, `-` and `.`.
pub(crate) fn checked_username(name: &str) -> Result<(), Refusal> {
    let fits = (2..=32).contains(&name.len())
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.'));
    if fits {
        Ok(())
    } else {
        Err(Refusal::malformed("A user name has 2 to 32 letters, digits, underscores, hyphens or dots."))
    }
}
