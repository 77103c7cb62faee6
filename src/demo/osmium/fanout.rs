//! Which connection receives which update.
//!
//! An update about a chat goes to every connection of everybody who may see that chat, but not to connections that
//! asked for none. Nobody published the real rule; the schema has no way to subscribe to single channels.

use crate::net::osmium::wire;
use wire::updates::update::Update as Change;

use super::ids::Id;
use super::server::{ConnectionId, Server};
use super::state::ChatKey;

impl Server {
    /// The connections that take updates, with their people.
    pub(crate) fn listeners(&self) -> Vec<(ConnectionId, Id)> {
        self.connections
            .iter()
            .filter(|(_, one)| !one.silent)
            .filter_map(|(id, one)| one.login.map(|(user, _)| (*id, user)))
            .collect()
    }

    /// Sends an update made for each person to the connections of those for whom there is one.
    pub(crate) fn tell(&mut self, make: impl Fn(&Self, Id) -> Option<Change>) {
        for (connection, user) in self.listeners() {
            if let Some(change) = make(self, user) {
                self.push(connection, change);
            }
        }
    }

    /// Sends an update to everybody who may see a chat.
    pub(crate) fn tell_viewers(&mut self, key: ChatKey, make: impl Fn(&Self, Id) -> Change) {
        self.tell(|server, user| server.state.sees(user, key).then(|| make(server, user)));
    }

    /// Sends an update to all connections of one person, except perhaps one.
    pub(crate) fn tell_person(&mut self, person: Id, except: Option<ConnectionId>, change: &Change) {
        for (connection, user) in self.listeners() {
            if user == person && Some(connection) != except {
                self.push(connection, change.clone());
            }
        }
    }

    /// Sends an update to the members of a community.
    pub(crate) fn tell_members(&mut self, community: Id, make: impl Fn(&Self, Id) -> Option<Change>) {
        self.tell(|server, user| {
            let known = server.state.communities.get(&community)?;
            if known.members.contains_key(&user) { make(server, user) } else { None }
        });
    }

    /// Tells those who know a person that their presence has changed, and refreshes open member lists.
    pub(crate) fn tell_presence(&mut self, person: Id) {
        let status = self.status(person);
        self.tell(|server, user| {
            (user != person && server.state.know_each_other(user, person)).then(|| {
                Change::UserStatus(wire::updates::UpdateUserStatus { user_id: person, status: Some(status.clone()) })
            })
        });
        self.refresh_lists(|server, community| {
            server.state.communities.get(&community).is_some_and(|known| known.members.contains_key(&person))
        });
    }

    /// Tells those who know a person, and that person, that the account has changed.
    pub(crate) fn tell_user(&mut self, person: Id) {
        self.tell(|server, user| {
            if !server.state.know_each_other(user, person) {
                return None;
            }
            let user = server.user(person)?;
            Some(Change::User(wire::updates::UpdateUser { user_id: person, user: Some(user) }))
        });
    }

    /// Sends fresh member lists of the communities that `concerned` names to the connections that look at one.
    pub(crate) fn refresh_lists(&mut self, concerned: impl Fn(&Self, Id) -> bool) {
        for (connection, user) in self.listeners() {
            let watched = self.connections.get(&connection).map(|one| one.lists.clone()).unwrap_or_default();
            for (community_id, channel_id) in watched {
                if concerned(self, community_id) && self.state.sees(user, ChatKey::Channel(community_id, channel_id)) {
                    let entries = self.member_list(community_id, channel_id);
                    let update =
                        wire::updates::UpdateMemberList { community_id: Some(community_id), channel_id, entries };
                    self.push(connection, Change::MemberList(update));
                }
            }
        }
    }

    /// Tells the members of a community what it is now.
    pub(crate) fn tell_community(&mut self, community: Id) {
        self.tell_members(community, |server, user| server.community_change(community, user));
    }

    /// The update that describes a community to one member.
    pub(crate) fn community_change(&self, community: Id, viewer: Id) -> Option<Change> {
        let known = self.state.communities.get(&community)?;
        Some(Change::Community(wire::updates::UpdateCommunity {
            community_id: community,
            community: Some(self.community_for(known, viewer)),
        }))
    }

    /// Tells everybody who may see a chat that a message is now different.
    pub(crate) fn tell_message(&mut self, key: ChatKey, id: Id) {
        self.tell_viewers_of(key, |server, user| {
            let found = server.state.chat(key).get(id)?;
            let message = super::present::message(found, key, user);
            Some(Change::Message(wire::updates::UpdateMessage { message: Some(message) }))
        });
    }

    /// Like [`Server::tell_viewers`] where there may be nothing to say.
    pub(crate) fn tell_viewers_of(&mut self, key: ChatKey, make: impl Fn(&Self, Id) -> Option<Change>) {
        self.tell(|server, user| if server.state.sees(user, key) { make(server, user) } else { None });
    }
}
