//! The scripted people of the sample's servers: what they do goes the way of what clients ask for.
//!
//! One director for all servers, since people talk to one person at a time wherever they are. A channel of a community is a channel of the server with
//! that number; what is private is on the last server.

use super::sample::wire_name;
use super::serve::{Running, now};
use super::server::Posted;
use crate::demo::people::{Deed, Director, Heard, Place};
use crate::demo::world::model::{Presence, World};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Messages whose ids are remembered.
const REMEMBERED: usize = 512;

/// Who and where, in the words of the wire.
pub(super) struct Cast {
    /// User names.
    people: Vec<String>,
    /// Channels of the servers by community.
    channels: Vec<Vec<String>>,
    /// Chats of the last server: who is in them, and the name.
    chats: Vec<(Vec<usize>, String)>,
    /// Members of the groups.
    groups: Vec<Vec<usize>>,
    /// Handles of the director, and the ids of the messages behind them.
    handles: VecDeque<(u64, String)>,
    next: u64,
}

impl Cast {
    /// The cast of the world that the servers were made from.
    pub(super) fn of(world: &World, direct: &super::World) -> Self {
        let names = |community: &crate::demo::world::model::Community| {
            community.channels.iter().map(|channel| wire_name(&channel.name)).collect()
        };
        let chats = direct.channels.iter().filter(|channel| channel.kind == "chat");
        Self {
            people: world.people.iter().map(|person| person.username.clone()).collect(),
            channels: world.communities.iter().map(names).collect(),
            // People of the last server are those of the world, in the same order.
            chats: chats.map(|channel| (channel.between.clone(), channel.name.clone())).collect(),
            groups: world.groups.iter().map(|group| group.members.clone()).collect(),
            handles: VecDeque::new(),
            next: 1,
        }
    }

    /// Takes in the chats that were begun since.
    fn learn(&mut self, channels: &[super::world::Channel]) {
        for channel in channels.iter().filter(|channel| channel.kind == "chat") {
            if self.chats.iter().all(|(_, known)| *known != channel.name) {
                self.chats.push((channel.between.clone(), channel.name.clone()));
            }
        }
    }

    fn person(&self, name: &str) -> Option<usize> {
        self.people.iter().position(|known| known == name)
    }

    /// Server and channel of a place.
    fn place(&self, place: Place) -> Option<(usize, &str)> {
        let last = self.channels.len();
        let private = |wanted: &[usize]| {
            let chat = self.chats.iter().find(|(between, _)| between.as_slice() == wanted);
            chat.map(|(_, name)| (last, name.as_str()))
        };
        match place {
            Place::Channel { community, channel } => {
                Some((community, self.channels.get(community)?.get(channel)?.as_str()))
            }
            Place::Direct { one, other } => private(&[one, other]),
            Place::Group(group) => private(self.groups.get(group)?),
        }
    }

    /// The place of a channel of a server.
    fn place_of(&self, server: usize, name: &str) -> Option<Place> {
        if let Some(channels) = self.channels.get(server) {
            let channel = channels.iter().position(|known| known == name)?;
            return Some(Place::Channel { community: server, channel });
        }
        let (between, _) = self.chats.iter().find(|(_, known)| known == name)?;
        match between.as_slice() {
            [one, other] => Some(Place::direct(*one, *other)),
            members => self.groups.iter().position(|group| group.as_slice() == members).map(Place::Group),
        }
    }

    fn handle(&mut self, id: &str) -> u64 {
        if let Some((handle, _)) = self.handles.iter().find(|(_, known)| known == id) {
            return *handle;
        }
        let handle = self.next;
        self.next += 1;
        self.handles.push_back((handle, id.to_owned()));
        if self.handles.len() > REMEMBERED {
            self.handles.pop_front();
        }
        handle
    }

    fn id(&self, handle: u64) -> Option<&str> {
        self.handles.iter().find(|(known, _)| *known == handle).map(|(_, id)| id.as_str())
    }

    /// What the director is told of a message; nothing of those that it knows nothing of, such as threads.
    fn heard(&mut self, server: usize, place: &str, author: &str, posted: &Posted) -> Option<Heard> {
        let id = posted.message["id"].as_str()?;
        let text = posted.message["content"].as_str()?;
        let named = |name: &Value| name.as_str().and_then(|name| self.person(name));
        let mentions = posted.message["pings"]["users"].as_array().into_iter().flatten().filter_map(named).collect();
        let reply_to_author = named(&posted.message["reply_to"]["user"]);
        let (author, place) = (self.person(author)?, self.place_of(server, place)?);
        Some(Heard { author, place, message: self.handle(id), text: text.to_owned(), mentions, reply_to_author })
    }

    /// A deed as what is asked of a server.
    fn packet(&self, deed: &Deed) -> Option<(usize, Value)> {
        let at = |place: &Place| self.place(*place);
        Some(match deed {
            Deed::Typing { place, on: true, .. } => {
                let (server, channel) = at(place)?;
                (server, json!({"cmd": "typing", "channel": channel}))
            }
            Deed::Say { place, text, reply_to, .. } => {
                let (server, channel) = at(place)?;
                let answered = reply_to.and_then(|handle| self.id(handle));
                (server, json!({"cmd": "message_new", "channel": channel, "content": text, "reply_to": answered}))
            }
            Deed::React { place, message, emoji, .. } => {
                let (server, channel) = at(place)?;
                let id = self.id(*message)?;
                (server, json!({"cmd": "message_react_add", "channel": channel, "id": id, "emoji": emoji}))
            }
            Deed::Edit { place, message, text, .. } => {
                let (server, channel) = at(place)?;
                (server, json!({"cmd": "message_edit", "channel": channel, "id": self.id(*message)?, "content": text}))
            }
            _ => return None,
        })
    }
}

/// Plays the script on these servers until the task is aborted. Sleeps until the next deed is due or somebody has written something; without a
/// client the world stands still.
pub(super) async fn play(servers: Vec<Arc<Running>>, stirred: Arc<Notify>, mut director: Director, mut cast: Cast) {
    let start = now();
    let mut released = BTreeSet::new();
    loop {
        let at = millis(now() - start);
        let mut watched = BTreeSet::new();
        for (number, server) in servers.iter().enumerate() {
            let is_last = number + 1 == servers.len();
            let (posted, present) = server.with(|server, _| {
                if is_last {
                    cast.learn(&server.channels);
                }
                let posted = server.take_posted();
                let words = posted.into_iter().filter_map(|posted| {
                    let place = server.channels.get(posted.at.channel)?.name.clone();
                    let author = server.users.get(posted.user)?.name.clone();
                    posted.at.thread.is_none().then_some((place, author, posted))
                });
                let words: Vec<_> = words.collect();
                let names = server.present().filter_map(|at| Some(server.users.get(at)?.name.clone()));
                ((words, names.collect::<Vec<_>>()), Vec::new())
            });
            for (place, author, posted) in &posted {
                if let Some(heard) = cast.heard(number, place, author, posted) {
                    director.heard(&heard, at);
                }
            }
            watched.extend(present);
        }
        for person in watched.iter().filter_map(|name| cast.person(name)) {
            if released.insert(person) {
                director.release(person);
            }
        }
        if watched.is_empty() {
            stirred.notified().await;
            continue;
        }
        let deeds = director.act(at);
        let some = !deeds.is_empty();
        for deed in deeds {
            perform(&servers, &cast, &deed);
        }
        if some {
            continue;
        }
        match director.next_at() {
            None => stirred.notified().await,
            Some(due) => {
                // At least a millisecond, so that a deed that is due but not done cannot keep the task busy.
                let wait = Duration::from_millis(due.saturating_sub(at).max(1));
                tokio::select! {
                    () = stirred.notified() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
    }
}

fn perform(servers: &[Arc<Running>], cast: &Cast, deed: &Deed) {
    let Some(name) = cast.people.get(deed.person()) else { return };
    match deed {
        Deed::Presence { presence, .. } => {
            let there = *presence != Presence::Offline;
            for server in servers {
                server.with(|server, now| ((), server.appear(name, there, now)));
                if there {
                    let status = if *presence == Presence::Idle { "idle" } else { "online" };
                    let packet = json!({"cmd": "status_set", "status": status});
                    server.with(|server, now| ((), server.play(name, &packet, now).1));
                }
            }
        }
        Deed::JoinVoice { place, .. } | Deed::LeaveVoice { place, .. } | Deed::Mute { place, .. } => {
            let Some((number, channel)) = cast.place(*place) else { return };
            let muted = match deed {
                Deed::LeaveVoice { .. } => None,
                Deed::Mute { muted, .. } => Some(*muted),
                _ => Some(false),
            };
            if let Some(server) = servers.get(number) {
                server.with(|server, now| ((), server.voice(name, channel, muted, now)));
            }
        }
        _ => {
            let Some((number, packet)) = cast.packet(deed) else { return };
            if let Some(server) = servers.get(number) {
                let answer = server.with(|server, now| server.play(name, &packet, now));
                if answer.as_ref().is_some_and(|answer| answer["cmd"] == "error") {
                    tracing::debug!(command = %packet["cmd"], "a scripted deed was refused");
                }
            }
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0).max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_stay_with_their_messages_and_are_bounded() {
        let world = World::default();
        let mut cast = Cast::of(&world, &super::super::World::new("", ""));
        let first = cast.handle("a");
        assert_eq!((cast.handle("a"), cast.id(first)), (first, Some("a")));
        for number in 0..REMEMBERED {
            cast.handle(&number.to_string());
        }
        assert_eq!((cast.id(first), cast.handles.len()), (None, REMEMBERED));
    }
}
