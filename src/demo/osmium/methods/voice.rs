//! `voice` and the public catalogue: rooms can be looked at; there is no sound in the demo.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;
use wire::voice as api;

use super::super::ids::Id;
use super::super::permissions::{CONNECT_VOICE, REMOVE_MEMBERS};
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{Channel, ChatKey, Participant};

/// Listings of one answer at most.
const MAX_LISTINGS: usize = 50;

impl Server {
    /// Where to connect for a chat's voice room. The endpoint leads nowhere: the demo has no media server, and a
    /// participant appears only once they have connected to one.
    pub(crate) fn request_room(&mut self, caller: Caller, request: &api::RequestRoom) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        self.state.require(caller.user, key, CONNECT_VOICE, "enter voice rooms")?;
        let room_id = match key {
            ChatKey::Channel(_, id) => {
                let voice = wire::types::ChannelType::Voice as i32;
                if self.state.channels.get(&id).is_none_or(|channel| channel.kind != voice) {
                    return Err(Refusal::malformed("This is no voice channel."));
                }
                id
            }
            ChatKey::Group(id) | ChatKey::Saved(id) => id,
            ChatKey::Direct(one, other) => one ^ other,
        };
        let token = self.state.fresh_code("room");
        let endpoint = "wss://voice.demo.invalid".to_owned();
        let chat_ref = Some(key.seen_by(caller.user));
        Ok(Some(Answer::RoomInfo(api::RoomInfo { room_id, chat_ref, endpoint, token })))
    }

    /// The rooms of a community in which somebody is, as far as the caller may see them.
    pub(crate) fn get_room_states(&mut self, caller: Caller, request: &wire::communities::GetRoomStates) -> Reply {
        use wire::communities::room_states::RoomState;
        let community = self.state.community(caller.user, request.community_id)?;
        let rooms = self.rooms(caller.user, Some(community.id));
        let people: Vec<Id> = rooms.iter().flat_map(|room| room.inside.iter().map(|one| one.user)).collect();
        let answer = wire::communities::RoomStates {
            room_states: rooms
                .iter()
                .map(|room| RoomState { channel_id: room.id, state: Some(room_state(room)) })
                .collect(),
            members: people.iter().filter_map(|id| self.member(community, *id)).collect(),
            users: self.users(people),
        };
        Ok(Some(Answer::RoomStates(answer)))
    }

    /// The rooms of all communities of the caller.
    pub(crate) fn get_all_room_states(&mut self, caller: Caller) -> Reply {
        let room_states = self
            .rooms(caller.user, None)
            .into_iter()
            .map(|room| api::global_room_states::Entry {
                chat_ref: Some(ChatKey::Channel(room.community, room.id).seen_by(caller.user)),
                state: Some(room_state(room)),
            })
            .collect();
        Ok(Some(Answer::GlobalRoomStates(api::GlobalRoomStates { room_states })))
    }

    fn rooms(&self, viewer: Id, community: Option<Id>) -> Vec<&Channel> {
        self.state
            .channels
            .values()
            .filter(|channel| !channel.inside.is_empty())
            .filter(|channel| community.is_none_or(|id| channel.community == id))
            .filter(|channel| self.state.sees(viewer, ChatKey::Channel(channel.community, channel.id)))
            .collect()
    }

    /// Takes somebody out of a voice room: oneself, or others where one may remove members.
    pub(crate) fn disconnect_user(&mut self, caller: Caller, request: &api::DisconnectUser) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let ChatKey::Channel(_, id) = key else { return Err(Refusal::missing("voice room")) };
        if request.user_id != caller.user {
            self.state.require(caller.user, key, REMOVE_MEMBERS, "disconnect others")?;
        }
        let Some(channel) = self.state.channels.get_mut(&id) else { return Err(Refusal::missing("channel")) };
        let before = channel.inside.len();
        channel.inside.retain(|one| one.user != request.user_id);
        if channel.inside.len() != before {
            self.tell_room(id);
        }
        Ok(None)
    }

    /// Tells everybody who sees a voice channel who is in it.
    pub(crate) fn tell_room(&mut self, id: Id) {
        let Some(channel) = self.state.channels.get(&id) else { return };
        let (key, state) = (ChatKey::Channel(channel.community, id), room_state(channel));
        self.tell_viewers(key, |_, user| {
            let chat_ref = Some(key.seen_by(user));
            Change::RoomState(api::UpdateRoomState { chat_ref, state: Some(state.clone()) })
        });
    }

    /// The communities that let themselves be found, by id; `after` is the last one seen.
    pub(crate) fn get_discoverable_communities(
        &mut self,
        request: &wire::discovery::GetDiscoverableCommunities,
    ) -> Reply {
        let limit = (request.limit as usize).clamp(1, MAX_LISTINGS);
        let found: Vec<(Id, Id, wire::discovery::DiscoveryListingInfo)> = self
            .state
            .communities
            .range(request.after.map_or(0, |after| after.saturating_add(1))..)
            .filter_map(|(id, community)| {
                let listing = community.settings.discovery_listing.as_ref().filter(|one| one.listed)?;
                Some((*id, community.owner, listing.listing.clone().unwrap_or_default()))
            })
            .take(limit)
            .collect();
        let mut listings = Vec::new();
        for (id, owner, info) in found {
            let invite_code = self.standing_invite(id, owner);
            let Some(community) = self.state.communities.get(&id) else { continue };
            listings.push(wire::discovery::DiscoveryCommunityListing {
                community_id: id,
                name: community.name.clone(),
                photo: self.photo(community.photo),
                invite_code,
                short_description: info.short_description,
                long_description: info.long_description,
                categories: info.categories,
            });
        }
        Ok(Some(Answer::DiscoveryCommunities(wire::discovery::DiscoveryCommunities { listings })))
    }

    /// The invite of a listed community; made when it is asked for first.
    fn standing_invite(&mut self, community: Id, owner: Id) -> String {
        use super::super::state::{Invite, InviteTarget, secrets};
        let code = secrets::hex(self.state.seed, &format!("listing {community:x}"), 16);
        self.state.invites.entry(code.clone()).or_insert_with(|| Invite {
            code: code.clone(),
            creator: owner,
            target: InviteTarget::Community(community),
            expires_at: None,
            uses_left: None,
        });
        code
    }
}

fn room_state(channel: &Channel) -> api::RoomState {
    let participants = channel.inside.iter().map(|one| participant(channel.id, *one)).collect();
    api::RoomState { room_id: channel.id, participants }
}

/// Somebody in a room, as they travel.
pub(crate) fn participant(room_id: Id, one: Participant) -> api::RoomParticipant {
    api::RoomParticipant {
        room_id,
        session_id: format!("demo-{:x}", one.user),
        user_id: one.user,
        muted: one.muted,
        ..Default::default()
    }
}
