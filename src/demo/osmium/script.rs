//! The scripted people on this server: their deeds go through the same functions as requests, so that what they may do and
//! who is told is decided by the same code.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::demo::people::{Deed, Director, Heard, Place};
use crate::demo::world::model::World;
use crate::net::osmium::wire;
use wire::updates::update::Update as Change;

use super::hub::Hub;
use super::ids::{Id, Sort, fixed};
use super::permissions::CONNECT_VOICE;
use super::post::{Draft, Written};
use super::refusal::Refusal;
use super::server::Server;
use super::state::load::entity;
use super::state::{ChatKey, Participant, ReactionKey};

/// Which of the world's people and places are which of the server's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cast {
    people: Vec<Id>,
    indices: BTreeMap<Id, usize>,
    channels: Vec<Vec<ChatKey>>,
    groups: Vec<ChatKey>,
    places: BTreeMap<ChatKey, Place>,
}

impl Cast {
    /// The cast of a world, with the ids that loading it gives.
    pub(crate) fn of(world: &World) -> Self {
        let people: Vec<Id> = (0..world.people.len()).map(|index| fixed(Sort::Person, index)).collect();
        let mut cast = Self { indices: people.iter().enumerate().map(|(index, id)| (*id, index)).collect(), people, ..Self::default() };
        let mut first = 0;
        for (community, source) in world.communities.iter().enumerate() {
            let id = fixed(Sort::Community, community);
            let keys: Vec<ChatKey> = (0..source.channels.len())
                .map(|channel| ChatKey::Channel(id, fixed(Sort::Channel, first + channel)))
                .collect();
            first += source.channels.len();
            cast.places
                .extend(keys.iter().enumerate().map(|(channel, key)| (*key, Place::Channel { community, channel })));
            cast.channels.push(keys);
        }
        for group in 0..world.groups.len() {
            let key = ChatKey::Group(fixed(Sort::Group, group));
            cast.places.insert(key, Place::Group(group));
            cast.groups.push(key);
        }
        cast
    }

    fn person(&self, index: usize) -> Option<Id> {
        self.people.get(index).copied()
    }

    fn key(&self, place: Place) -> Option<ChatKey> {
        match place {
            Place::Channel { community, channel } => self.channels.get(community)?.get(channel).copied(),
            Place::Direct { one, other } => Some(ChatKey::between(self.person(one)?, self.person(other)?)),
            Place::Group(group) => self.groups.get(group).copied(),
        }
    }

    fn place(&self, key: ChatKey) -> Option<Place> {
        match key {
            ChatKey::Direct(one, other) => Some(Place::direct(*self.indices.get(&one)?, *self.indices.get(&other)?)),
            ChatKey::Channel(..) | ChatKey::Group(_) => self.places.get(&key).copied(),
            ChatKey::Saved(_) => None,
        }
    }

    /// What the script is told of a message; nothing of those by or to accounts and places that it does not know.
    fn heard(&self, server: &Server, written: &Written) -> Option<Heard> {
        let chat = server.state.chat(written.key);
        let message = chat.get(written.message)?;
        let index = |id: &Id| self.indices.get(id).copied();
        Some(Heard {
            author: index(&message.author)?,
            place: self.place(written.key)?,
            message: message.id,
            text: message.text.clone(),
            mentions: message.mentions.iter().filter_map(index).collect(),
            reply_to_author: message.reply_to.and_then(|id| chat.get(id)).and_then(|target| index(&target.author)),
        })
    }
}

/// Plays the script until the task is aborted. Sleeps until the next deed is due or somebody has written something.
pub(crate) async fn play(hub: Hub, mut director: Director, cast: Cast) {
    loop {
        let (now, heard) = hub.with(|server| {
            let written = std::mem::take(&mut server.written);
            let heard: Vec<Heard> = written.iter().filter_map(|one| cast.heard(server, one)).collect();
            (server.now, heard)
        });
        for one in &heard {
            director.heard(one, now);
        }
        let deeds = director.act(now);
        if !deeds.is_empty() {
            hub.with(|server| {
                for deed in deeds {
                    server.perform(&cast, deed);
                }
            });
            continue;
        }
        match director.next_at() {
            None => hub.written.notified().await,
            Some(due) => {
                let wait = Duration::from_millis(u64::try_from(due - now).unwrap_or(0).max(1));
                tokio::select! {
                    () = hub.written.notified() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
    }
}

impl Server {
    /// Does what a scripted person does. Nobody acts by script while somebody is really signed in as them.
    pub(crate) fn perform(&mut self, cast: &Cast, deed: Deed) {
        let Some(user) = cast.person(deed.person()) else { return };
        if self.connected(user) {
            return;
        }
        if let Err(refusal) = self.try_deed(cast, user, deed) {
            tracing::debug!(code = refusal.code, text = refusal.text, "a scripted deed was refused");
        }
    }

    fn try_deed(&mut self, cast: &Cast, user: Id, deed: Deed) -> Result<(), Refusal> {
        let at = |server: &Self, place| {
            let key = cast.key(place).ok_or_else(|| Refusal::missing("place"))?;
            if server.state.sees(user, key) { Ok(key) } else { Err(Refusal::missing("place")) }
        };
        match deed {
            Deed::Presence { presence, .. } => {
                let person = self.state.people.get_mut(&user).ok_or_else(|| Refusal::missing("account"))?;
                if person.played != presence {
                    person.played = presence;
                    self.tell_presence(user);
                }
                Ok(())
            }
            Deed::Typing { place, on, .. } => {
                let key = at(self, place)?;
                self.type_in(user, key, on, None);
                Ok(())
            }
            Deed::Say { place, text, spans, reply_to, .. } => {
                let key = at(self, place)?;
                let entities = spans.iter().map(entity).collect();
                // What was answered may be gone by now; the words are said all the same.
                let reply_to = reply_to.filter(|id| self.state.chat(key).get(*id).is_some());
                self.post(user, key, Draft { text, entities, reply_to, ..Draft::default() }).map(|_| ())
            }
            Deed::React { place, message, emoji, .. } => {
                let key = at(self, place)?;
                self.react(user, key, message, ReactionKey::Unicode(emoji))
            }
            Deed::Edit { place, message, text, spans, .. } => {
                let key = at(self, place)?;
                let mut changed =
                    self.state.chat(key).get(message).cloned().ok_or_else(|| Refusal::missing("message"))?;
                if changed.author != user {
                    return Err(Refusal::forbidden("Scripted people edit their own messages only."));
                }
                changed.text = text;
                changed.entities = spans.iter().map(entity).collect();
                self.rewrite(key, changed)
            }
            Deed::JoinVoice { place, .. } => self.play_voice(user, at(self, place)?, Some(false)),
            Deed::LeaveVoice { place, .. } => self.play_voice(user, at(self, place)?, None),
            Deed::Mute { place, muted, .. } => {
                let key = at(self, place)?;
                let inside = |id| {
                    let channel = self.state.channels.get(&id);
                    channel.is_some_and(|channel| channel.inside.iter().any(|one| one.user == user))
                };
                match key {
                    ChatKey::Channel(_, id) if inside(id) => self.play_voice(user, key, Some(muted)),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Puts somebody into a voice room with their microphone on or off, or takes them out.
    fn play_voice(&mut self, user: Id, key: ChatKey, muted: Option<bool>) -> Result<(), Refusal> {
        self.state.require(user, key, CONNECT_VOICE, "enter voice rooms")?;
        let ChatKey::Channel(_, id) = key else { return Err(Refusal::missing("voice room")) };
        let Some(channel) = self.state.channels.get_mut(&id) else { return Err(Refusal::missing("voice room")) };
        let before = channel.inside.clone();
        match (channel.inside.iter_mut().find(|one| one.user == user), muted) {
            (Some(one), Some(muted)) => one.muted = muted,
            (None, Some(muted)) => channel.inside.push(Participant { user, muted }),
            (_, None) => channel.inside.retain(|one| one.user != user),
        }
        if channel.inside == before {
            return Ok(());
        }
        match muted {
            // A room that was empty is not known to anybody yet; a leaving participant can only be told by the whole.
            None => self.tell_room(id),
            Some(_) if before.is_empty() => self.tell_room(id),
            Some(muted) => {
                let participant = super::methods::participant(id, Participant { user, muted });
                self.tell_viewers(key, |_, viewer| {
                    Change::RoomParticipant(wire::voice::UpdateRoomParticipant {
                        chat_ref: Some(key.seen_by(viewer)),
                        participant: Some(participant.clone()),
                    })
                });
            }
        }
        Ok(())
    }
}

/// Lets the script run beside the server.
pub(crate) fn spawn(tasks: &mut tokio::task::JoinSet<()>, hub: &Hub, director: Director, cast: Cast) {
    hub.with(|server| server.listening = true);
    tasks.spawn(play(hub.clone(), director, cast));
}
