//! The scripted people on this server: their deeds go through the same functions as requests, so that what they may do and
//! who is told is decided by the same code.

use std::collections::{BTreeMap, BTreeSet};
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
        let mut cast = Self {
            indices: people.iter().enumerate().map(|(index, id)| (*id, index)).collect(),
            people,
            ..Self::default()
        };
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
/// The director counts milliseconds from the start of the server.
pub(crate) async fn play(hub: Hub, mut director: Director, cast: Cast) {
    let mut released = BTreeSet::new();
    loop {
        let (now, heard, real) = hub.with(|server| {
            server.arrived = false;
            let written = std::mem::take(&mut server.written);
            let heard: Vec<Heard> = written.iter().filter_map(|one| cast.heard(server, one)).collect();
            let real: BTreeSet<Id> =
                server.connections.values().filter_map(|one| one.login).map(|(user, _)| user).collect();
            (u64::try_from(server.now - server.started).unwrap_or(0), heard, real)
        });
        for index in real.iter().filter_map(|user| cast.indices.get(user)) {
            if released.insert(*index) {
                director.release(*index);
            }
        }
        for one in &heard {
            director.heard(one, now);
        }
        if real.is_empty() {
            // Nobody watches: the world stands still, and nothing wakes up. Coming late costs the director nothing.
            hub.written.notified().await;
            continue;
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
                // At least a millisecond, so that a deed that is due but not done cannot keep the task busy.
                let wait = Duration::from_millis(due.saturating_sub(now).max(1));
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
    pub(super) fn play_voice(&mut self, user: Id, key: ChatKey, muted: Option<bool>) -> Result<(), Refusal> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::osmium::{Options, Output};
    use crate::demo::world::generate;
    use crate::demo::world::model::ChannelKind;
    use wire::core::{ClientMessage, client_message::Message as Request, server_message};

    const AT: i64 = 1_772_366_400_000;

    struct Stage {
        server: Server,
        cast: Cast,
        world: World,
    }

    impl Stage {
        fn new() -> Self {
            let world = generate(1, AT);
            let options = Options { at: Some(AT), ..Options::default() };
            let mut server = Server::of_world(&options, &world, AT).expect("a world with people");
            server.listening = true;
            Self { server, cast: Cast::of(&world), world }
        }

        /// What a connection of "you" is told of a deed.
        fn told(&mut self, deed: Deed) -> Vec<Change> {
            let token = self.server.accounts()[0].token.clone();
            let you = self.server.connect();
            for request in [
                Request::CoreInitialize(wire::core::Initialize::default()),
                Request::AuthAuthorize(wire::auth::Authorize { token }),
            ] {
                let _ = self.server.handle(you, ClientMessage { id: 1, message: Some(request) }, AT);
            }
            let cast = self.cast.clone();
            let ((), outputs) = self.server.with(AT + 1, |server| server.perform(&cast, deed));
            let _ = self.server.disconnect(you, AT + 2);
            outputs
                .into_iter()
                .filter_map(|output| match output {
                    Output::Send(_, message) => match message.message {
                        Some(server_message::Message::Update(update)) => update.update,
                        _ => None,
                    },
                    Output::Close(..) => None,
                })
                .collect()
        }

        /// A member of the first community who is neither "you" nor a bot, and an open text channel there.
        fn speaker(&self) -> (usize, Place) {
            let community = &self.world.communities[0];
            let person = community.members.iter().map(|member| member.person);
            let person = person.into_iter().find(|one| *one != 0 && !self.world.people[*one].bot).expect("a member");
            let open = |one: &crate::demo::world::model::Channel| {
                one.kind == ChannelKind::Text && one.deny_everyone == 0 && one.parent.is_some()
            };
            let channel = community.channels.iter().position(open).expect("an open channel");
            (person, Place::Channel { community: 0, channel })
        }
    }

    #[test]
    fn the_cast_has_the_ids_that_loading_gave() {
        let stage = Stage::new();
        for (community, source) in stage.world.communities.iter().enumerate() {
            for (channel, item) in source.channels.iter().enumerate() {
                let key = stage.cast.key(Place::Channel { community, channel }).expect("a channel");
                let ChatKey::Channel(_, id) = key else { panic!("{key:?}") };
                assert_eq!(stage.server.state.channels.get(&id).map(|found| &found.name), Some(&item.name));
                assert_eq!(stage.cast.place(key), Some(Place::Channel { community, channel }));
            }
        }
        for (index, person) in stage.world.people.iter().enumerate() {
            let id = stage.cast.person(index).expect("a person");
            assert_eq!(stage.server.state.people.get(&id).map(|found| &found.username), Some(&person.username));
        }
    }

    #[test]
    fn what_is_said_is_told_and_heard_back() {
        let mut stage = Stage::new();
        let (person, place) = stage.speaker();
        let say = Deed::Say { person, place, text: "hello all".to_owned(), spans: Vec::new(), reply_to: None };
        let told = stage.told(say);
        let [Change::MessageCreated(created)] = told.as_slice() else { panic!("{told:?}") };
        let message = created.message.as_ref().expect("a message");
        assert_eq!(message.message, "hello all");
        let written = stage.server.written.last().cloned().expect("heard");
        let heard = stage.cast.heard(&stage.server, &written).expect("known to the script");
        assert_eq!((heard.author, heard.place, heard.message), (person, place, message.message_id));
        let edit =
            Deed::Edit { person, place, message: heard.message, text: "hello everybody".to_owned(), spans: Vec::new() };
        let told = stage.told(edit);
        assert!(matches!(told.as_slice(), [Change::Message(_)]), "{told:?}");
        let react = Deed::React { person, place, message: heard.message, emoji: "👋".to_owned() };
        assert!(matches!(stage.told(react).as_slice(), [Change::MessageReactions(_)]));
    }

    #[test]
    fn a_script_cannot_do_what_its_person_may_not() {
        let mut stage = Stage::new();
        let (person, place) = stage.speaker();
        let (stranger, _) = stage
            .world
            .people
            .iter()
            .enumerate()
            .skip(1)
            .find(|(index, _)| stage.world.communities[0].members.iter().all(|member| member.person != *index))
            .unwrap_or((usize::MAX, &stage.world.people[0]));
        let say =
            Deed::Say { person: stranger, place, text: "let me in".to_owned(), spans: Vec::new(), reply_to: None };
        assert!(stage.told(say).is_empty());
        let own = Deed::Say { person, place, text: "mine".to_owned(), spans: Vec::new(), reply_to: None };
        stage.told(own);
        let message = stage.server.written.last().map(|one| one.message).expect("written");
        let foreign =
            stage.world.communities[0].members.iter().map(|one| one.person).find(|one| *one != person && *one != 0);
        let edit = Deed::Edit {
            person: foreign.expect("another"),
            place,
            message,
            text: "yours".to_owned(),
            spans: Vec::new(),
        };
        assert!(stage.told(edit).is_empty());
    }

    #[test]
    fn presence_is_told_once() {
        let mut stage = Stage::new();
        let (person, _) = stage.speaker();
        use crate::demo::world::model::Presence;
        let be = |presence| Deed::Presence { person, presence };
        stage.told(be(Presence::Offline));
        let told = stage.told(be(Presence::Online));
        assert!(matches!(told.as_slice(), [Change::UserStatus(_)]), "{told:?}");
        assert!(stage.told(be(Presence::Online)).is_empty());
    }
}
