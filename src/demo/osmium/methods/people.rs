//! `users` and `friends`: looking people up, relations between them.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::friends::change_relationship::RelationshipChangeType as Step;
use wire::types::RelationshipStatus as Status;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};

/// Relations of one person at most.
const MAX_RELATIONS: usize = 2_000;

impl Server {
    /// Somebody by user name.
    pub(crate) fn lookup_username(&mut self, request: &wire::users::LookupUsername) -> Reply {
        let Some(id) = self.state.by_username(&request.username).map(|person| person.id) else {
            return Err(Refusal::missing("account"));
        };
        Ok(Some(Answer::UserDetails(wire::users::UserDetails { user: self.user(id) })))
    }

    /// What somebody says about themselves, and whom and what the caller has in common with them.
    pub(crate) fn get_profile(&mut self, caller: Caller, request: &wire::users::GetProfile) -> Reply {
        let id = request.r#ref.map_or(caller.user, |reference| reference.user_id);
        let Some(person) = self.state.people.get(&id) else { return Err(Refusal::missing("account")) };
        let mut profile = wire::users::Profile {
            r#ref: Some(wire::refs::UserRef { user_id: id }),
            bio: person.bio.clone(),
            banner: self.photo(person.banner),
            theme_color: person.theme_color,
            show_banner_in_voice: person.banner_in_voice,
            ..Default::default()
        };
        if request.include_mutuals && id != caller.user {
            let friend = Status::Friend as i32;
            let common = |place: &&super::super::state::Community| {
                place.members.contains_key(&id) && place.members.contains_key(&caller.user)
            };
            profile.mutual_communities = self.state.communities.values().filter(common).map(|one| one.id).collect();
            let own = self.state.people.get(&caller.user).map(|one| &one.relations);
            let is_mine = |other: &Id| own.is_some_and(|own| own.get(other) == Some(&friend));
            let theirs = person.relations.iter().filter(|(_, status)| **status == friend);
            profile.mutual_friends = theirs.map(|(other, _)| *other).filter(is_mine).collect();
        }
        Ok(Some(Answer::Profile(profile)))
    }

    /// The caller's friends, requests and blocked people.
    pub(crate) fn get_relationships(&mut self, caller: Caller) -> Reply {
        let Some(person) = self.state.people.get(&caller.user) else { return Ok(None) };
        let relationships: Vec<_> = person
            .relations
            .iter()
            .map(|(user_id, status)| wire::types::Relationship { user_id: *user_id, status: *status })
            .collect();
        let users = self.users(person.relations.keys().copied());
        Ok(Some(Answer::Relationships(wire::friends::Relationships { relationships, users })))
    }

    /// Takes a step between the caller and somebody. Declining and cancelling are the same step as ending a friendship.
    pub(crate) fn change_relationship(&mut self, caller: Caller, request: &wire::friends::ChangeRelationship) -> Reply {
        let other = request.user.map_or(0, |user| user.user_id);
        if other == caller.user {
            return Err(Refusal::malformed("That is you."));
        }
        if !self.state.people.contains_key(&other) {
            return Err(Refusal::missing("account"));
        }
        let now = self.relation(caller.user, other);
        match Step::try_from(request.change) {
            Ok(Step::RequestFriend) => match now {
                Some(Status::Friend | Status::FriendRequestOutgoing) => {}
                Some(Status::FriendRequestIncoming) => self.befriend(caller.user, other)?,
                Some(Status::Blocked) => return Err(Refusal::conflict("You have blocked this person.")),
                _ if self.state.blocks(other, caller.user) => {
                    return Err(Refusal::forbidden("This person does not take requests from you."));
                }
                _ => {
                    self.check_room(caller.user)?;
                    self.check_room(other)?;
                    self.relate(caller.user, other, Some(Status::FriendRequestOutgoing));
                    self.relate(other, caller.user, Some(Status::FriendRequestIncoming));
                }
            },
            Ok(Step::AcceptFriend) => match now {
                Some(Status::Friend) => {}
                Some(Status::FriendRequestIncoming) => self.befriend(caller.user, other)?,
                _ => return Err(Refusal::missing("friend request")),
            },
            Ok(Step::RemoveFriend) => match now {
                Some(Status::Blocked) => return Err(Refusal::conflict("You have blocked this person.")),
                _ => self.part_ways(caller.user, other),
            },
            Ok(Step::Block) => {
                self.check_room(caller.user)?;
                self.part_ways(caller.user, other);
                self.relate(caller.user, other, Some(Status::Blocked));
            }
            Ok(Step::Unblock) => {
                if now == Some(Status::Blocked) {
                    self.relate(caller.user, other, None);
                }
            }
            Ok(Step::Invalid) | Err(_) => return Err(Refusal::malformed("There is no such step between people.")),
        }
        Ok(None)
    }

    fn check_room(&self, user: Id) -> Result<(), Refusal> {
        if self.state.people.get(&user).is_some_and(|person| person.relations.len() >= MAX_RELATIONS) {
            return Err(Refusal::too_often("One of you has too many relations."));
        }
        Ok(())
    }

    fn relation(&self, one: Id, other: Id) -> Option<Status> {
        let status = self.state.people.get(&one)?.relations.get(&other)?;
        Status::try_from(*status).ok()
    }

    /// Makes two people friends; fails where one has blocked the other.
    pub(crate) fn befriend(&mut self, one: Id, other: Id) -> Result<(), Refusal> {
        if self.state.blocks(one, other) || self.state.blocks(other, one) {
            return Err(Refusal::forbidden("One of you has blocked the other."));
        }
        self.check_room(one)?;
        self.check_room(other)?;
        self.relate(one, other, Some(Status::Friend));
        self.relate(other, one, Some(Status::Friend));
        Ok(())
    }

    /// Ends what two people are to each other; what one has blocked stays blocked.
    fn part_ways(&mut self, one: Id, other: Id) {
        self.relate(one, other, None);
        if self.relation(other, one) != Some(Status::Blocked) {
            self.relate(other, one, None);
        }
    }

    fn relate(&mut self, one: Id, other: Id, status: Option<Status>) {
        let Some(person) = self.state.people.get_mut(&one) else { return };
        let status = status.map(|status| status as i32);
        let before = match status {
            Some(status) => person.relations.insert(other, status),
            None => person.relations.remove(&other),
        };
        if before == status {
            return;
        }
        let change = match status {
            Some(status) => {
                // A new acquaintance: the client may not know the account yet.
                if let Some(user) = self.user(other) {
                    let change = Change::User(wire::updates::UpdateUser { user_id: other, user: Some(user) });
                    self.tell_person(one, None, &change);
                }
                let relationship = Some(wire::types::Relationship { user_id: other, status });
                Change::UpdateUserRelationship(wire::updates::UpdateUserRelationship { relationship })
            }
            None => Change::UpdateUserRelationshipDeleted(wire::updates::UpdateUserRelationshipDeleted {
                other_user_id: other,
            }),
        };
        self.tell_person(one, None, &change);
    }
}
