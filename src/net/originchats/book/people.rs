//! People: who they are here, whether they are there, which roles they hold.

use super::{Book, color};
use crate::domain::{
    Bundle, ChatId, CleanText, Member, MemberListEntry, Presence, Role as NeutralRole, User, UserId, VoiceParticipant,
};
use crate::net::originchats::defaults::REMEMBERED;
use crate::net::originchats::names::Met;
use crate::net::originchats::wire::{Person, Raw, Role, Status, Voice};
use std::collections::HashSet;

/// Who writes for the server itself, for webhooks and for commands. In no list of people.
const SYSTEM: &str = "originchats";
/// What the user names of this server's own accounts begin with.
const OWN: &str = "usr:local_";
/// Most roles that are kept.
const ROLES: usize = 500;

/// Somebody, as far as anything told.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Known {
    name: Raw,
    nickname: Raw,
    pub(super) roles: Vec<Raw>,
    color: Option<u32>,
    status: Option<Status>,
}

impl Book {
    /// Takes in what was told of somebody; what was not told stays.
    pub(super) fn know(&mut self, person: Person) -> UserId {
        let id = self.names.user(person.name.wire());
        if !self.people.contains_key(&id) {
            self.people_order.push_back(id);
            if self.people.len() >= REMEMBERED
                && let Some(oldest) = self.people_order.pop_front()
            {
                self.people.remove(&oldest);
                self.online.remove(&oldest);
            }
        }
        let known = self.people.entry(id).or_default();
        known.name = person.name;
        if let Some(nickname) = person.nickname {
            known.nickname = nickname;
        }
        if let Some(roles) = person.roles {
            if id == self.me {
                self.my_roles.clone_from(&roles);
            }
            known.roles = roles;
        }
        if let Some(told) = person.color {
            known.color = told.as_ref().and_then(color);
        }
        if person.status.is_some() {
            known.status = person.status;
        }
        id
    }

    /// Takes in the list of everybody: who is not in it is no member any more. Gives those of whom something else was told than before, and those gone.
    pub(in crate::net::originchats) fn know_all(&mut self, people: Vec<Person>) -> (Vec<UserId>, Vec<UserId>) {
        self.people_told = true;
        let (mut changed, mut here) = (Vec::new(), HashSet::from([self.me]));
        for person in people.into_iter().take(REMEMBERED) {
            let before = self.names.known_user(person.name.wire()).and_then(|id| self.people.get(&id)).cloned();
            let id = self.know(person);
            here.insert(id);
            if before.as_ref() != self.people.get(&id) {
                changed.push(id);
            }
        }
        let gone = self.people_order.iter().copied().filter(|id| !here.contains(id)).collect();
        self.people.retain(|id, _| here.contains(id));
        self.people_order.retain(|id| here.contains(id));
        self.online.retain(|id| here.contains(id));
        (changed, gone)
    }

    /// Takes in the list of everybody who is there.
    pub(in crate::net::originchats) fn know_online(&mut self, people: Vec<Person>) {
        self.online_told = true;
        self.online.clear();
        for person in people.into_iter().take(REMEMBERED) {
            let id = self.know(person);
            self.online.insert(id);
        }
        self.online.insert(self.me);
    }

    /// Whether the list of everybody came already.
    #[must_use]
    pub fn knows_people(&self) -> bool {
        self.people_told
    }

    /// What somebody is called from now on. Gives those who are somebody else or nobody any more.
    pub(super) fn called(&mut self, keeps: Option<&Raw>, user: Raw, nickname: Option<Raw>) -> (UserId, Option<UserId>) {
        let mut gone = None;
        match keeps.map(|keeps| self.names.person(keeps.wire(), user.wire())) {
            Some(Met::Renamed(id, other)) => {
                if id == self.me {
                    self.my_name = user.wire().to_lowercase();
                }
                gone = other.filter(|other| *other != self.me);
                gone.into_iter().for_each(|other| self.forget(other));
            }
            // Somebody who had another name, and nobody knows which: the lists do.
            Some(Met::Known) => self.stale |= self.people_told && !self.is_listed(user.wire()),
            None => {}
        }
        (self.know(Person { name: user, nickname, ..Person::default() }), gone)
    }

    fn is_listed(&self, name: &str) -> bool {
        self.names.known_user(name).is_some_and(|id| self.people.contains_key(&id))
    }

    /// Somebody is there or not any more.
    pub(super) fn set_online(&mut self, id: UserId, online: bool) {
        if online && self.online.len() < REMEMBERED {
            self.online.insert(id);
        } else if !online {
            self.online.remove(&id);
        }
    }

    /// Lists say of those who are away that they are offline; who comes is not that any more.
    pub(super) fn came_back(&mut self, id: UserId) {
        if let Some(status) = self.people.get_mut(&id).and_then(|known| known.status.as_mut())
            && matches!(status.status.wire(), "offline" | "invisible")
        {
            status.status = Raw::from("online");
        }
    }

    /// Somebody left.
    pub(super) fn forget(&mut self, id: UserId) {
        self.people.remove(&id);
        self.people_order.retain(|known| *known != id);
        self.online.remove(&id);
    }

    /// Whether somebody is there, and what they say. `None`: nobody told.
    pub(super) fn presence(&self, id: UserId) -> (Option<Presence>, Option<CleanText>) {
        let status = self.people.get(&id).and_then(|known| known.status.as_ref());
        let text = status.and_then(|status| status.text.as_ref()).map(Raw::line).filter(|text| !text.trim().is_empty());
        if !self.online_told && !self.online.contains(&id) {
            return (None, text);
        }
        let presence = match status.map(|status| status.status.wire()) {
            _ if !self.online.contains(&id) => Presence::Offline,
            Some("idle") => Presence::Idle,
            Some("dnd") => Presence::Busy,
            Some("offline" | "invisible") => Presence::Offline,
            _ => Presence::Online,
        };
        (Some(presence), text)
    }

    fn nickname(&self, id: UserId) -> Option<CleanText> {
        self.people.get(&id).map(|known| known.nickname.line()).filter(|name| !name.trim().is_empty())
    }

    /// Somebody in neutral words, known or not.
    #[must_use]
    pub fn user(&self, id: UserId) -> User {
        let known = self.people.get(&id);
        let key = self.names.user_name(id).unwrap_or_default();
        let username = match known {
            Some(known) => known.name.line(),
            // No list tells it, and ids know names in lower case only.
            None if key == SYSTEM => CleanText::ours("originChats"),
            None => CleanText::line(key),
        };
        let (presence, activity) = self.presence(id);
        User {
            id,
            name: self.nickname(id).unwrap_or_else(|| plain_name(&username)),
            username: Some(username).filter(|name| !name.is_empty()),
            presence,
            activity,
            bot: key == SYSTEM,
            color: known.and_then(|known| known.color),
        }
    }

    /// What this server knows of somebody.
    pub(super) fn member(&mut self, id: UserId) -> Option<Member> {
        let known = self.people.get(&id)?;
        let roles = known.roles.clone();
        let nickname = self.nickname(id);
        let roles = roles.iter().map(|role| self.names.role(role.wire())).collect();
        Some(Member { user: id, community: self.community, nickname, roles })
    }

    /// Some people with what this server knows of them.
    pub(in crate::net::originchats) fn members(&mut self, ids: &[UserId]) -> Bundle {
        let users = ids.iter().map(|&id| self.user(id)).collect();
        let members = ids.iter().filter_map(|&id| self.member(id)).collect();
        Bundle { users, members, ..Bundle::default() }
    }

    /// Everybody known.
    pub(in crate::net::originchats) fn everybody(&mut self) -> Bundle {
        let ids: Vec<UserId> = self.people_order.iter().copied().collect();
        self.members(&ids)
    }

    /// The person with a user name, if known. The bare name of an account of this server alone will do.
    pub(in crate::net::originchats) fn find(&mut self, name: &str) -> Option<User> {
        let name = name.trim().trim_start_matches('@');
        [name.to_owned(), format!("{OWN}{name}")].iter().find_map(|name| {
            let id = self.names.known_user(name)?;
            self.people.contains_key(&id).then(|| self.user(id))
        })
    }

    /// Takes in all roles.
    pub(in crate::net::originchats) fn know_roles(&mut self, mut roles: Vec<Role>) {
        roles.truncate(ROLES);
        roles.sort_by_key(|role| role.position.unwrap_or(i64::MAX));
        for role in &roles {
            match &role.id {
                Some(uuid) => self.names.role_with_uuid(role.name.wire(), uuid.wire()),
                None => self.names.role(role.name.wire()),
            };
        }
        self.roles = roles;
    }

    /// All roles, the strongest first.
    pub(in crate::net::originchats) fn neutral_roles(&mut self) -> Vec<NeutralRole> {
        let count = u32::try_from(self.roles.len()).unwrap_or(u32::MAX);
        let names = &mut self.names;
        (0..)
            .zip(&self.roles)
            .map(|(place, role): (u32, _)| NeutralRole {
                id: names.role(role.name.wire()),
                name: role.name.line(),
                priority: count.saturating_sub(place),
                color: role.color.as_ref().and_then(color),
                separated: role.hoisted,
            })
            .collect()
    }

    /// Those who can see a channel: roles with a section of their own by strength, then the others who are there, then the others.
    pub(in crate::net::originchats) fn member_list(&mut self, chat: ChatId) -> Vec<MemberListEntry> {
        let mut sections: Vec<Vec<User>> = vec![Vec::new(); self.roles.len() + 2];
        let (rest, offline) = (self.roles.len(), self.roles.len() + 1);
        for id in &self.people_order {
            let Some(known) = self.people.get(id).filter(|known| self.sees(chat, known)) else { continue };
            let user = self.user(*id);
            let hoisted = self.roles.iter().position(|role| role.hoisted && known.roles.contains(&role.name));
            let section = match user.presence {
                Some(Presence::Offline) | None => offline,
                Some(_) => hoisted.unwrap_or(rest),
            };
            if let Some(section) = sections.get_mut(section) {
                section.push(user);
            }
        }
        let mut entries = Vec::new();
        for (at, mut users) in sections.into_iter().enumerate().filter(|(_, users)| !users.is_empty()) {
            users.sort_by_cached_key(|user| user.name.to_lowercase());
            let count = u32::try_from(users.len()).unwrap_or(u32::MAX);
            entries.push(match self.roles.get(at) {
                Some(role) => MemberListEntry::Role { role: self.names.role(role.name.wire()), count },
                None => MemberListEntry::Section { online: at == rest, count },
            });
            entries.extend(
                users.into_iter().map(|user| MemberListEntry::Member { nickname: self.nickname(user.id), user }),
            );
        }
        entries
    }

    /// Somebody in a voice channel.
    pub(super) fn participant(&mut self, voice: &Voice) -> VoiceParticipant {
        if let Some(keeps) = &voice.keeps {
            // Lists tell whose name is another one now.
            self.stale |= matches!(self.names.person(keeps.wire(), voice.user.wire()), Met::Renamed(..));
        }
        VoiceParticipant { user: self.names.user(voice.user.wire()), muted: voice.muted, ..VoiceParticipant::default() }
    }
}

/// A user name as people say it.
fn plain_name(username: &CleanText) -> CleanText {
    match username.get(..OWN.len()) {
        Some(start) if start.eq_ignore_ascii_case(OWN) => {
            CleanText::line(username.get(OWN.len()..).unwrap_or_default())
        }
        _ => username.clone(),
    }
}
