//! The sample world as three servers with one account service: a garden, a tea house, and the server of direct chats.

use super::server::User;
use super::service::{AccountService, ServiceAccount};
use super::world::{Channel, Thread, World};
use crate::demo::world::dice::Dice;
use crate::demo::world::garden::{Forum, Garden, generate};
use crate::demo::world::model::{self, ChannelKind, Millis, Post, PostKind, Presence};
use serde_json::{Map, Value, json};

/// The account that the garden keeps by itself, and its password.
pub const GUEST: (&str, &str) = ("guest", "demo-guest");

/// The worlds of the three servers, and who has an account.
pub(super) struct Sample {
    /// What they are made from.
    pub(super) garden: Garden,
    /// In the order of the communities, then the server of direct chats.
    pub(super) worlds: [World; 3],
    /// "You" first.
    pub(super) accounts: Vec<ServiceAccount>,
}

/// The sample of a seed, counting back from `at`.
pub(super) fn sample(seed: u64, at: Millis) -> Sample {
    let garden = generate(seed, at);
    let mut dice = Dice::new(seed).fork(23);
    let accounts: Vec<ServiceAccount> = (garden.people.iter())
        .map(|one| {
            let name = &one.person.username;
            let id = format!("USR:{:016x}{:016x}", dice.next(), dice.next());
            ServiceAccount::new(name, &id, &format!("demo-{name}"))
        })
        .collect();
    let mut maker = Maker { garden: &garden, accounts: &accounts, dice };
    let mut first = maker.community(0);
    maker.extras(&mut first, at);
    let (second, direct) = (maker.community(1), maker.direct());
    Sample { worlds: [first, second, direct], garden, accounts }
}

/// The address of an account service with these accounts.
pub(super) fn service(seed: u64, accounts: &[ServiceAccount]) -> AccountService {
    AccountService::of(seed, accounts.to_vec())
}

struct Maker<'a> {
    garden: &'a Garden,
    accounts: &'a [ServiceAccount],
    dice: Dice,
}

/// A name as the wire has it: channels are called by it.
pub(super) fn wire_name(name: &str) -> String {
    name.replace(' ', "-")
}

impl Maker<'_> {
    fn uuid(&mut self) -> String {
        let (high, low) = (self.dice.next(), self.dice.next());
        let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
        format!("{a:08x}-{b:04x}-4{c:03x}-8{:03x}-{:012x}", low >> 48 & 0xfff, low & 0xffff_ffff_ffff)
    }

    fn name(&self, person: usize) -> &str {
        self.accounts.get(person).map_or("", |account| account.name.as_str())
    }

    fn user(&self, person: usize, roles: Vec<String>, nickname: Option<String>) -> Option<User> {
        const WORDS: [(&str, &str); 4] =
            [("fern", "planting"), ("juno", "drawing, slowly"), ("otto", "one more loop"), ("moss", "photosynthesis")];
        let (account, profile) = (self.accounts.get(person)?, self.garden.people.get(person)?);
        let words = WORDS.iter().find(|(who, _)| *who == account.name).map_or("", |(_, words)| words);
        let status = if profile.person.presence == Presence::Idle { "idle" } else { "online" };
        Some(User {
            id: account.id.clone(),
            name: account.name.clone(),
            nickname,
            roles,
            status: json!({"status": status, "text": words}),
            password: None,
            acting: person != 0 && profile.person.presence != Presence::Offline,
        })
    }

    /// Messages of a place, oldest first; lines about people who come and go are told otherwise on this network.
    fn messages(&mut self, posts: &[Post]) -> Vec<Value> {
        let ids: Vec<String> = posts.iter().map(|_| self.uuid()).collect();
        let ordinary = posts.iter().zip(&ids).filter(|(post, _)| post.kind == PostKind::Ordinary);
        ordinary.map(|(post, id)| self.message(post, id, posts, &ids)).collect()
    }

    fn message(&self, post: &Post, id: &str, posts: &[Post], ids: &[String]) -> Value {
        let mut told = super::message(id, self.name(post.author), &post.text, seconds(post.at));
        told["pinned"] = json!(post.pinned);
        if post.edited.is_some() {
            told["edited"] = json!(true);
        }
        if let Some((answered, id)) = post.reply_to.and_then(|to| posts.get(to).zip(ids.get(to))) {
            told["reply_to"] = json!({"id": id, "user": self.name(answered.author)});
        }
        if !post.reactions.is_empty() {
            let who = |people: &[usize]| people.iter().map(|person| json!(self.name(*person))).collect::<Value>();
            let all = post.reactions.iter().map(|(emoji, people)| (emoji.clone(), who(people)));
            told["reactions"] = Value::Object(all.collect());
        }
        told
    }

    /// One community as a server.
    fn community(&mut self, index: usize) -> World {
        let garden = self.garden;
        let Some(source) = garden.world.communities.get(index) else { return World::new("", "") };
        let mut world = World::new(&source.name, self.name(source.owner));
        world.roles = roles(world.roles, source);
        world.people = (source.members.iter())
            .filter_map(|member| {
                let held = member.roles.iter().filter_map(|role| source.roles.get(*role));
                let owner = (member.person == source.owner).then(|| "owner".to_owned());
                let held = owner.into_iter().chain(held.map(|role| role.name.clone()));
                self.user(member.person, held.chain(["user".to_owned()]).collect(), member.nickname.clone())
            })
            .collect();
        let keepers = |channel: &model::Channel| -> Vec<String> {
            let named = channel.overrides.iter().filter_map(|(role, ..)| source.roles.get(*role));
            ["owner".to_owned()].into_iter().chain(named.map(|role| role.name.clone())).collect()
        };
        let strong = source.roles.first().map_or("owner", |role| role.name.as_str());
        for (place, channel) in source.channels.iter().enumerate() {
            let writers = if channel.deny_everyone == 0 { vec!["user".to_owned()] } else { keepers(channel) };
            let rights = json!({"view": ["user"], "send": writers, "delete": ["owner", strong], "pin": ["owner", strong], "create_thread": ["user"]});
            let forum = garden.forums.iter().find(|forum| (forum.community, forum.channel) == (index, place));
            let made = self.channel(channel, &rights, forum, &mut world);
            world.channels.push(made);
        }
        world
    }

    fn channel(
        &mut self,
        source: &model::Channel,
        rights: &Value,
        forum: Option<&Forum>,
        world: &mut World,
    ) -> Channel {
        let name = wire_name(&source.name);
        let kind = match (source.kind, forum) {
            (_, Some(_)) => "forum",
            (ChannelKind::Category, _) => "separator",
            (ChannelKind::Voice, _) => "voice",
            (ChannelKind::Text | ChannelKind::Announcement, _) => "text",
        };
        let mut shape = json!({ "permissions": rights });
        if kind == "separator" {
            shape["size"] = json!(20);
        }
        if let Some(topic) = &source.topic {
            shape["description"] = json!(topic);
        }
        if name != source.name {
            shape["display_name"] = json!(source.name);
        }
        let messages = self.messages(&source.posts);
        let inside = source.inside.iter().filter_map(|(person, muted)| {
            let who = self.name(*person);
            Some((world.people.iter().position(|user| user.name == who)?, *muted))
        });
        let inside = inside.collect();
        let threads = forum
            .into_iter()
            .flat_map(|forum| &forum.threads)
            .map(|thread| self.thread(thread, &name, world))
            .collect();
        world.reads.extend(self.read(&name, &messages, source.unread));
        Channel { messages, threads, inside, ..Channel::new(kind, &name, shape) }
    }

    /// What "you" have read of a place.
    fn read(&self, place: &str, messages: &[Value], unread: usize) -> Option<(String, String, String)> {
        let newest = messages.len().checked_sub(unread + 1).and_then(|at| messages.get(at))?;
        Some((self.name(0).to_owned(), place.to_owned(), newest["id"].as_str()?.to_owned()))
    }

    fn thread(&mut self, source: &crate::demo::world::garden::Thread, forum: &str, world: &mut World) -> Thread {
        let messages = self.messages(&source.posts);
        let mut people: Vec<&Value> = messages.iter().map(|message| &message["user"]).collect();
        people.sort_by_key(|name| name.as_str());
        people.dedup();
        let id = self.uuid();
        let first = messages.first();
        let shape = json!({"id": id, "name": source.title, "parent_channel": forum, "created_by": first.map(|first| &first["user"]),
            "created_at": first.map(|first| &first["timestamp"]), "locked": source.locked, "archived": source.archived,
            "participants": people, "last_message": null, "last_message_id": null});
        world.reads.extend(self.read(&format!("thread/{id}"), &messages, source.unread));
        Thread { shape, messages }
    }

    /// The server of direct chats: each chat is seen by those in it alone.
    fn direct(&mut self) -> World {
        let garden = self.garden;
        let mut world = World::new("Direct chats", "fern");
        let everybody = (0..garden.people.len()).filter_map(|person| self.user(person, vec!["user".to_owned()], None));
        world.people = everybody.collect();
        let mut number = 400;
        let mut chat = |maker: &mut Self, between: Vec<usize>, title: Option<&str>, posts: &[Post], unread| {
            let names: Vec<&str> = between.iter().map(|person| maker.name(*person)).collect();
            let mut shape = json!({"permissions": {"view": names, "send": names, "react": names}, "icon": null});
            if let Some(title) = title {
                shape["display_name"] = json!(title);
            }
            let (name, messages) = (number.to_string(), maker.messages(posts));
            number += 1;
            world.reads.extend(maker.read(&name, &messages, unread));
            world.channels.push(Channel { messages, between, ..Channel::new("chat", &name, shape) });
        };
        for direct in &garden.world.directs {
            chat(self, vec![0, direct.peer], None, &direct.posts, direct.unread);
        }
        for group in &garden.world.groups {
            chat(self, group.members.clone(), Some(&group.name), &group.posts, group.unread);
        }
        let rights = json!({"view": ["user"], "send": ["user"]});
        world.channels.push(Channel::new("text", "cmds", json!({"permissions": rights, "description": "dm add NAME"})));
        // The livelier a chat, the further up.
        let newest =
            |channel: &Channel| channel.messages.last().and_then(|last| last["timestamp"].as_f64()).unwrap_or(0.0);
        world.channels.sort_by(|one, other| newest(other).total_cmp(&newest(one)));
        world
    }

    /// What people of this network have that those of the other have not: embeds, polls, emoji of their own, an account of the server alone.
    fn extras(&mut self, world: &mut World, at: Millis) {
        let minutes = |ago: i64| seconds(at - ago * 60_000);
        let mut put = |maker: &mut Self, channel: &str, ago: i64, user: &str, content: &str, more: Value| {
            let mut told = super::message(&maker.uuid(), user, content, minutes(ago));
            if let (Some(fields), Value::Object(more)) = (told.as_object_mut(), more) {
                fields.extend(more);
            }
            if let Some(known) = world.channels.iter_mut().find(|known| known.name == channel) {
                let place =
                    known.messages.partition_point(|one| one["timestamp"].as_f64() <= told["timestamp"].as_f64());
                known.messages.insert(place, told);
            }
        };
        let emoji = |id: u8| format!("originChats://pixel-garden/emojis/{id}");
        let hook = self.uuid();
        put(
            self,
            "showcase",
            400,
            "originChats",
            "",
            json!({
                "webhook": {"id": hook, "name": "Build shed", "avatar": null},
                "embeds": [{"type": "rich", "title": "Snail post 0.4", "url": "https://garden.example/snail-post", "color": 0x2e_8b57,
                    "description": "Letters can be late now. **14** new stamps, and the rain falls on both sides of the window.",
                    "author": {"name": "juno"}, "fields": [{"name": "Size", "value": "6 MB", "inline": true}, {"name": "Plays in", "value": "any browser", "inline": true}],
                    "footer": {"text": "built in 41 s"}}],
                "reactions": {emoji(1): ["otto", "bao", "fern"], "🐌": ["moss", "ada"]},
            }),
        );
        put(
            self,
            "general",
            95,
            "fern",
            "",
            json!({"embeds": [{"type": "poll", "poll": {"question": "What do we plant for the summer jam?",
            "options": [{"id": "0", "text": "One room, again", "emoji": "🚪"}, {"id": "1", "text": "Only sound", "emoji": "🎧"}, {"id": "2", "text": "Something with frogs", "emoji": "🐸"}],
            "allow_multiselect": false, "expires_at": null}}]}),
        );
        put(
            self,
            "general",
            92,
            "bao",
            "frogs. it was always going to be frogs",
            json!({"reactions": {emoji(1): ["juno", "sol", "robin"]}}),
        );
        put(
            self,
            "general",
            60,
            "originChats",
            "Nickname set to **Kip 📦**",
            json!({"interaction": {"command": "nick", "username": "kip"}}),
        );
        put(
            self,
            "pixels",
            26,
            "juno",
            "New palette in the shed:\n- moss `#3c5a3c`\n- milk `#f4efe6`\n- rust `#b7472a`\n||and one that I do not show yet||",
            json!({"pinned": true}),
        );
        world.emoji =
            json!({"0": {"name": "sprout", "fileName": "0.png"}, "1": {"name": "frog_hat", "fileName": "1.png"}});
        let (name, password) = GUEST;
        let id = format!("USR:local_{name}");
        world.people.push(User {
            name: id.clone(),
            id,
            nickname: Some(name.to_owned()),
            roles: vec!["user".to_owned()],
            status: json!({"status": "online", "text": ""}),
            password: Some(password.to_owned()),
            acting: false,
        });
    }
}

#[allow(clippy::cast_precision_loss, reason = "a moment of these centuries fits")]
fn seconds(at: Millis) -> f64 {
    at as f64 / 1_000.0
}

/// The usual roles, with those of the community between the strong ones and everybody's.
fn roles(usual: Value, source: &model::Community) -> Value {
    let Value::Object(mut all) = usual else { return usual };
    for (at, role) in source.roles.iter().enumerate() {
        let color = if role.color == 0 { Value::Null } else { json!(format!("#{:06X}", role.color)) };
        let permissions = if role.permissions == 0 { json!([]) } else { json!(["manage_messages", "manage_threads"]) };
        let mut told = Map::new();
        let id = format!("{:08x}-0000-4000-8000-{:012x}", at + 1, role.color);
        for (name, value) in [
            ("id", json!(id)),
            ("description", json!("")),
            ("color", color),
            ("hoisted", json!(role.separated)),
            ("permissions", permissions),
            ("self_assignable", json!(false)),
            ("category", Value::Null),
            ("position", json!(at + 3)),
        ] {
            told.insert(name.to_owned(), value);
        }
        all.insert(role.name.clone(), Value::Object(told));
    }
    if let Some(everybody) = all.get_mut("user") {
        everybody["position"] = json!(source.roles.len() + 3);
    }
    Value::Object(all)
}
