//! The first network's side of a schedule: a community with some channels and a direct chat, and what somebody else does there.

use super::schedule::{Deed, Far};
use nib::demo::osmium::{Options, Running, start};
use nib::demo::world::model::{Channel, ChannelKind, Community, Direct, Member, Person, Post, Presence, World};
use nib::domain::{AccountId, Secret};
use nib::net::osmium::wire;
use nib::shell::accounts::{AccountSetup, TokenSource};
use std::net::{Ipv4Addr, SocketAddr};
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;

const PLOTS: [&str; 4] = ["plot-one", "plot-two", "plot-three", "plot-four"];
/// 2026-03-01T12:00:00Z in milliseconds.
const AT: i64 = 1_772_366_400_000;
/// What everybody may do: see, write, react.
const EVERYBODY: u64 = 2 | 4 | 4096;

pub(super) struct Osmium {
    running: Running,
    seed: u64,
}

fn post(author: usize, at: usize, text: String) -> Post {
    Post { author, at: AT - 60_000 * (1_000 - at as i64), text, ..Post::default() }
}

fn channel(number: usize, name: &str) -> Channel {
    Channel {
        posts: (0..number * 20).map(|at| post(at % 2, at, format!("old {number} {at}"))).collect(),
        unread: number * 2,
        ..Channel::new(name, ChannelKind::Text)
    }
}

fn world() -> World {
    let person = |name: &str| Person {
        name: name.to_owned(),
        username: name.to_lowercase(),
        bio: String::new(),
        bot: false,
        presence: Presence::Offline,
        color: None,
    };
    let member = |person| Member { person, roles: Vec::new(), nickname: None };
    World {
        at: AT,
        people: ["Robin", "Zed"].map(person).into(),
        communities: vec![Community {
            name: "Faults".to_owned(),
            username: None,
            owner: 1,
            default_permissions: EVERYBODY,
            roles: Vec::new(),
            members: vec![member(0), member(1)],
            channels: PLOTS.into_iter().enumerate().map(|(number, name)| channel(number, name)).collect(),
        }],
        directs: vec![Direct { peer: 1, posts: vec![post(1, 1, "psst".to_owned())], unread: 0 }],
        ..World::default()
    }
}

impl Osmium {
    pub(super) async fn start(seed: u64) -> Self {
        Self { running: Self::run(seed, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await, seed }
    }

    async fn run(seed: u64, listen: SocketAddr) -> Running {
        // Answers may come before the echo or after it.
        let options = Options {
            seed,
            at: Some(AT),
            people: 0,
            listen,
            world: Some(world()),
            updates_first: seed.is_multiple_of(2),
            ..Options::default()
        };
        start(options).await.expect("a port")
    }

    fn chat(&self, which: usize) -> Option<wire::refs::ChatRef> {
        match PLOTS.get(which) {
            Some(plot) => self.running.channel("Faults", plot),
            None => {
                let robin = wire::refs::UserRef { user_id: self.running.accounts[0].id };
                Some(wire::refs::ChatRef { r#ref: Some(wire::refs::chat_ref::Ref::User(robin)) })
            }
        }
    }

    fn ask(&self, request: Request) -> Option<Answer> {
        self.running.ask("zed", request).ok().flatten()
    }

    /// Slow mode comes and goes.
    fn slow(&self, dice: &mut fastrand::Rng) {
        let Some(wire::refs::chat_ref::Ref::Channel(plot)) =
            self.chat(dice.usize(..PLOTS.len())).and_then(|chat| chat.r#ref)
        else {
            return;
        };
        self.ask(Request::CommunitiesEditChannel(wire::communities::EditChannel {
            channel: Some(plot),
            slowmode_seconds: Some(dice.u32(..3) * 4),
            ..Default::default()
        }));
    }

    fn build(&self, what: u32, dice: &mut fastrand::Rng) {
        use wire::communities::{CreateChannel, DeleteChannel, EditChannel};
        let Some(wire::refs::chat_ref::Ref::Channel(place)) = self.chat(0).and_then(|chat| chat.r#ref) else { return };
        let shed = |number: u32| self.running.channel("Faults", &format!("shed-{number}"));
        let number = dice.u32(..3);
        let there = shed(number).and_then(|chat| chat.r#ref);
        let request = match (what % 3, there) {
            (_, None) => Request::CommunitiesCreateChannel(CreateChannel {
                community_id: place.community_id,
                name: format!("shed-{number}"),
                ..CreateChannel::default()
            }),
            (0, Some(wire::refs::chat_ref::Ref::Channel(shed))) => {
                Request::CommunitiesDeleteChannel(DeleteChannel { channel: Some(shed) })
            }
            (_, Some(wire::refs::chat_ref::Ref::Channel(shed))) => Request::CommunitiesEditChannel(EditChannel {
                channel: Some(shed),
                name: Some(format!("shed-{}", 3 + dice.u32(..3))),
                ..EditChannel::default()
            }),
            _ => return,
        };
        self.ask(request);
    }
}

impl Far for Osmium {
    fn address(&self) -> SocketAddr {
        self.running.address
    }

    fn setup(&self, address: SocketAddr) -> AccountSetup {
        let token = TokenSource::Given(Secret::new(self.running.accounts[0].token.clone()));
        AccountSetup::new(AccountId(0), "osmium", "test", &format!("ws://{address}"), token)
    }

    fn play(&self, deed: &Deed, dice: &mut fastrand::Rng) {
        use wire::messages::{DeleteMessage, EditMessage, GetHistory};
        use wire::reactions::{AddReaction, ReactionEmoji, reaction_emoji::Emoji};
        let Some(chat) = self.chat(dice.usize(..=PLOTS.len())) else { return };
        let chat_ref = Some(chat);
        let history = GetHistory { chat_ref, limit: Some(40), ..GetHistory::default() };
        let page = match self.ask(Request::MessagesGetHistory(history)) {
            Some(Answer::Messages(page)) => page.messages,
            _ => Vec::new(),
        };
        let zed = self.running.accounts[1].id;
        let mut some = |mine: bool| {
            let fit: Vec<u64> =
                page.iter().filter(|message| !mine || message.author_id == zed).map(|one| one.message_id).collect();
            (!fit.is_empty()).then(|| fit[dice.usize(..fit.len())])
        };
        let request = match deed {
            Deed::Say(text) => return drop(self.running.say("zed", chat, text)),
            Deed::Edit(text) => some(true).map(|message_id| {
                Request::MessagesEditMessage(EditMessage {
                    chat_ref,
                    message_id,
                    message: Some(text.clone()),
                    ..Default::default()
                })
            }),
            Deed::Delete => {
                some(true).map(|id| Request::MessagesDeleteMessage(DeleteMessage { chat_ref, message_ids: vec![id] }))
            }
            Deed::React(emoji) => some(false).map(|message_id| {
                let emoji = Some(ReactionEmoji { emoji: Some(Emoji::UnicodeEmoji((*emoji).to_owned())) });
                Request::ReactionsAddReaction(AddReaction { chat_ref, message_id, emoji })
            }),
            Deed::Build(what) => return self.build(*what, dice),
        };
        if let Some(request) = request {
            self.ask(request);
        }
    }

    fn cut(&self) {
        self.running.drop_connections();
    }

    fn elsewhere(&self, text: &str, dice: &mut fastrand::Rng) {
        if let Some(chat) = self.chat(dice.usize(..PLOTS.len())) {
            // Slow mode may be in the way.
            let _ = self.running.say("robin", chat, text);
        }
    }

    fn hamper(&self, dice: &mut fastrand::Rng) {
        self.slow(dice);
    }

    async fn roll_back(self) -> Self {
        let address = self.running.address;
        self.running.stop().await;
        Self { running: Self::run(self.seed, address).await, seed: self.seed }
    }
}
