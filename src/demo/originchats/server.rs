//! The server without its sockets: connections, signing in, and who hears what.

use super::capabilities::CAPABILITIES;
use super::chat::At;
use super::door::{Door, Refused};
use super::files::Stored;
use super::limits::Limiter;
use super::polls::Poll;
use super::service::AccountService;
use super::world::{Channel, World};
use super::{Accounts, Options};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Seconds between two pings.
const PING: f64 = 30.0;
/// Names a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub u64);

/// What is to be done at a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Say this.
    Send(ConnectionId, String),
    /// Close it.
    Close(ConnectionId),
}

/// Somebody who is or was here.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) nickname: Option<String>,
    pub(super) roles: Vec<String>,
    pub(super) status: Value,
    /// The password of an account of this server alone.
    pub(super) password: Option<String>,
    /// Is there without a connection, by script.
    pub(super) acting: bool,
}

struct Connection {
    key: String,
    /// Place in `users`.
    user: Option<usize>,
    next_ping: f64,
}

/// A message that somebody wrote, for those who act by script.
pub(super) struct Posted {
    pub(super) at: At,
    pub(super) user: usize,
    pub(super) message: Value,
}

/// What a command came to.
pub(super) enum Done {
    /// An answer to who asked.
    Reply(Value),
    /// The same to everybody who sees the channel, or to everybody; who asked hears it last.
    Global(Value, Option<String>),
}

/// Why a command came to nothing.
pub(super) enum Fault {
    /// A refusal that names the command.
    Error(&'static str),
    /// A refusal that does not.
    Bare(&'static str),
    /// The same with words of the moment.
    Said(String),
    /// Too much was said.
    Limit(String, u64),
    /// The server stumbled and says nothing.
    Stumbled,
}

impl Fault {
    /// What is said of it, if anything.
    pub(super) fn told(self, command: &str) -> Option<Value> {
        Some(match self {
            Self::Error(words) => json!({"cmd": "error", "src": command, "val": words}),
            Self::Said(words) => json!({"cmd": "error", "src": command, "val": words}),
            Self::Bare(words) => json!({"cmd": "error", "val": words}),
            Self::Limit(reason, length) => json!({"cmd": "rate_limit", "reason": reason, "length": length}),
            Self::Stumbled => return None,
        })
    }
}

/// A server.
pub struct Server {
    pub(super) accounts: Accounts,
    pub(super) name: String,
    owner: String,
    door: Option<Door>,
    /// Where it is reached.
    address: String,
    /// The account service that it asks.
    pub service: AccountService,
    pub(super) random: fastrand::Rng,
    pub(super) now: f64,
    pub(super) users: Vec<User>,
    pub(super) channels: Vec<Channel>,
    pub(super) roles: Value,
    /// The newest message read, by person and place.
    pub(super) reads: HashMap<(usize, String), String>,
    /// Of those who write; none where nobody is to wait.
    pub(super) limiters: Option<HashMap<usize, Limiter>>,
    pub(super) polls: Vec<Poll>,
    pub(super) emoji: Value,
    pub(super) files: Vec<Stored>,
    connections: BTreeMap<ConnectionId, Connection>,
    next: u64,
    out: Vec<Output>,
    /// Messages that the script has not heard of; nothing while nobody acts by script.
    unheard: Option<Vec<Posted>>,
}

impl Server {
    /// A server that nobody is connected to.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let Options { seed, accounts, history, world, service, door, limits, .. } = options;
        let world = world.unwrap_or_else(|| World::lab(history));
        let reads = world.read_marks();
        let World { name, owner, roles, people: users, channels, emoji, .. } = world;
        Self {
            accounts,
            name,
            owner,
            door,
            address: String::new(),
            service: service.unwrap_or_else(|| AccountService::new(seed ^ 0x5e)),
            random: fastrand::Rng::with_seed(seed),
            now: 0.0,
            polls: super::polls::told_in(&channels, &users, seed),
            users,
            channels,
            roles,
            reads,
            limiters: limits.then(HashMap::new),
            emoji,
            files: Vec::new(),
            connections: BTreeMap::new(),
            next: 1,
            out: Vec::new(),
            unheard: None,
        }
    }

    /// Where it is reached, which servers of the newer generation name in their keys.
    pub fn called(&mut self, address: String) {
        self.address = address;
    }

    /// Somebody connects; `now` in seconds since the Unix epoch.
    pub fn connect(&mut self, now: f64) -> (ConnectionId, Vec<Output>) {
        self.now = now;
        let id = ConnectionId(self.next);
        self.next += 1;
        let number = self.draw();
        let place = self.door.as_ref().map(|door| door.poses_as.as_ref().unwrap_or(&self.address));
        let key =
            place.map_or_else(|| format!("originChats-{number:032x}"), |at| format!("originChats-{at}-{number:032x}"));
        let mode = match self.accounts {
            Accounts::Service => "rotur",
            Accounts::Both => "cracked",
            Accounts::Own => "cracked-only",
        };
        let server = json!({"name": self.name, "owner": {"name": self.owner}});
        let limits = json!({"post_content": 2000, "search_results": 30});
        let attachments = self.uploads();
        let greeting = json!({"server": server, "limits": limits, "attachments": attachments, "version": "1.1.0", "validator_key": key,
            "capabilities": CAPABILITIES, "permissions": ["administrator", "manage_messages", "manage_threads", "send_messages"], "auth_mode": mode});
        self.connections.insert(id, Connection { key, user: None, next_ping: now + PING });
        self.say(id, &json!({"cmd": "handshake", "val": greeting}));
        (id, std::mem::take(&mut self.out))
    }

    /// A connection is gone.
    pub fn disconnect(&mut self, id: ConnectionId, now: f64) -> Vec<Output> {
        self.now = now;
        if let Some(user) = self.connections.remove(&id).and_then(|connection| connection.user)
            && !self.is_connected(user)
            && let Some(name) = self.users.get(user).map(|user| user.name.clone())
        {
            self.tell_all(&json!({"cmd": "user_disconnect", "username": name}), None, None);
        }
        std::mem::take(&mut self.out)
    }

    /// When [`Server::tick`] has something to do.
    #[must_use]
    pub fn next_ping(&self) -> Option<f64> {
        self.connections.values().map(|connection| connection.next_ping).min_by(f64::total_cmp)
    }

    /// Time has passed.
    pub fn tick(&mut self, now: f64) -> Vec<Output> {
        self.now = now;
        let due: Vec<ConnectionId> = self
            .connections
            .iter_mut()
            .filter(|(_, connection)| connection.next_ping <= now)
            .map(|(id, connection)| {
                connection.next_ping = now + PING;
                *id
            })
            .collect();
        for id in due {
            self.say(id, &json!({"cmd": "ping"}));
        }
        std::mem::take(&mut self.out)
    }

    /// A frame came. What is no JSON object is dropped without a word.
    pub fn receive(&mut self, id: ConnectionId, text: &str, now: f64) -> Vec<Output> {
        self.now = now;
        let Ok(packet @ Value::Object(_)) = serde_json::from_str::<Value>(text) else { return Vec::new() };
        let Some(user) = self.connections.get(&id).map(|connection| connection.user) else { return Vec::new() };
        match user {
            None => self.before_sign_in(id, &packet),
            Some(user) => self.command(id, user, &packet),
        }
        std::mem::take(&mut self.out)
    }

    fn before_sign_in(&mut self, id: ConnectionId, packet: &Value) {
        let outcome = match packet["cmd"].as_str() {
            Some("auth") => self.auth(id, packet),
            Some("login") => self.login(packet),
            Some("register") => self.register(packet),
            _ => Err("Authentication required".into()),
        };
        match outcome {
            Err(refused) => self.say(id, &refused.told()),
            Ok((user, new)) => self.signed_in(id, user, new),
        }
    }

    fn let_in(&self, name: &str, known: bool, packet: &Value) -> Result<(), Refused> {
        self.door.as_ref().map_or(Ok(()), |door| door.check(name, known, packet))
    }

    fn auth(&mut self, id: ConnectionId, packet: &Value) -> Result<(usize, bool), Refused> {
        if self.accounts == Accounts::Own {
            return Err("Rotur authentication is disabled. Use login or register commands.".into());
        }
        let proof = packet["validator"].as_str().unwrap_or_default();
        let key = self.connections.get(&id).map(|connection| connection.key.clone()).unwrap_or_default();
        let (name, account) = self.service.validate(&key, proof, self.now).ok_or("Invalid authentication")?;
        let known = self.users.iter().position(|user| user.id == account);
        self.let_in(&name, known.is_some(), packet)?;
        Ok(match known {
            Some(user) => (user, false),
            None => (self.add(account, name, None, None), true),
        })
    }

    fn credentials(&self, packet: &Value) -> Result<(String, String), Refused> {
        if self.accounts == Accounts::Service {
            return Err("Authentication required".into());
        }
        let part = |name: &str| packet[name].as_str().unwrap_or_default().to_owned();
        let (name, password) = (part("username").to_lowercase(), part("password"));
        if name.is_empty() || password.is_empty() {
            Err("Username and password required".into())
        } else {
            Ok((name, password))
        }
    }

    fn login(&mut self, packet: &Value) -> Result<(usize, bool), Refused> {
        let (name, password) = self.credentials(packet)?;
        let id = format!("USR:local_{name}");
        let (at, user) = self.users.iter().enumerate().find(|(_, user)| user.id == id).ok_or("User not found")?;
        if user.password.as_deref() != Some(password.as_str()) {
            return Err("Invalid password".into());
        }
        self.let_in(&name, true, packet)?;
        Ok((at, false))
    }

    fn register(&mut self, packet: &Value) -> Result<(usize, bool), Refused> {
        let (name, password) = self.credentials(packet)?;
        if !(2..=32).contains(&name.chars().count()) {
            return Err("Username must be 2-32 characters".into());
        }
        if !(4..=72).contains(&password.chars().count()) {
            return Err("Password must be 4-72 characters".into());
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err("Username can only contain letters, numbers, hyphens, and underscores".into());
        }
        let id = format!("USR:local_{name}");
        if self.users.iter().any(|user| user.id == id) {
            return Err("Username already taken".into());
        }
        self.let_in(&name, false, packet)?;
        Ok((self.add(id.clone(), id, Some(name), Some(password)), true))
    }

    fn add(&mut self, id: String, name: String, nickname: Option<String>, password: Option<String>) -> usize {
        let roles =
            if name == self.owner { vec!["owner".to_owned(), "user".to_owned()] } else { vec!["user".to_owned()] };
        let status = json!({"status": "online", "text": ""});
        self.users.push(User { id, name, nickname, roles, status, password, acting: false });
        self.users.len() - 1
    }

    fn signed_in(&mut self, id: ConnectionId, at: usize, new: bool) {
        let first = !self.is_connected(at);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.user = Some(at);
        let Some(user) = self.users.get(at) else { return };
        let mut told = json!({"roles": user.roles, "username": user.name, "status": user.status, "cracked": user.password.is_some()});
        if let Some(nickname) = &user.nickname {
            told["nickname"] = json!(nickname);
            told["pfp_url"] = Value::Null;
        }
        let event = json!({"username": user.name, "roles": user.roles, "color": self.color(at)});
        let token = format!("{:043x}", self.draw());
        self.say(id, &json!({"cmd": "auth_success", "val": "Authentication successful"}));
        self.say(id, &json!({"cmd": "ready", "user": told, "validator": token}));
        if new {
            self.tell_all(&json!({"cmd": "user_join", "user": event}), None, None);
        }
        if first {
            self.tell_all(&json!({"cmd": "user_connect", "user": event}), None, None);
        }
    }

    fn command(&mut self, id: ConnectionId, user: usize, packet: &Value) {
        let name = packet["cmd"].as_str().unwrap_or_default().to_owned();
        let listener = packet["listener"].as_str();
        let outcome = self.run(id, user, &name, packet);
        let marked = |mut reply: Value| {
            if let Some(listener) = listener {
                reply["listener"] = json!(listener);
            }
            reply
        };
        let reply = match outcome {
            Ok(Done::Reply(reply)) => reply,
            Ok(Done::Global(mut packet, channel)) => {
                packet["global"] = json!(true);
                self.tell_all(&packet, channel.as_deref(), Some(id));
                packet
            }
            Err(fault) => match fault.told(&name) {
                Some(told) => told,
                None => return,
            },
        };
        self.say(id, &marked(reply));
    }

    pub(super) fn run(&mut self, id: ConnectionId, user: usize, name: &str, packet: &Value) -> Result<Done, Fault> {
        match name {
            "ping" => Ok(Done::Reply(json!({"cmd": "pong", "val": "pong"}))),
            "message_new" => self.message_new(user, packet),
            "message_edit" => self.message_edit(user, packet),
            "message_delete" => self.message_delete(user, packet),
            "message_pin" | "message_unpin" => self.message_pin(user, packet, name),
            "message_react_add" | "message_react_remove" => self.message_react(user, packet, name),
            "typing" => self.typing(user, packet),
            "message_get" | "messages_get" | "messages_around" | "messages_pinned" | "messages_search"
            | "message_replies" | "thread_messages" => self.read(id, user, name, packet),
            "unreads_get" | "unreads_count" | "unreads_ack" => self.unreads(id, user, name, packet),
            "pings_get" => Ok(self.pings(user, packet)),
            "slash_call" => self.slash_call(user, packet),
            "slash_list" => Ok(super::slash::list()),
            "poll_create" | "poll_vote" | "poll_results" | "poll_get" | "poll_end" => {
                self.polls(id, user, name, packet)
            }
            "thread_create" | "thread_get" | "thread_update" | "thread_delete" | "thread_join" | "thread_leave" => {
                self.threads(user, name, packet)
            }
            _ => self.people(id, user, name, packet),
        }
    }

    /// Somebody wrote.
    pub(super) fn posted(&mut self, posted: Posted) {
        if let Some(unheard) = &mut self.unheard {
            unheard.push(posted);
        }
    }

    /// What was written since the last look; from the first look on it is remembered.
    pub(super) fn take_posted(&mut self) -> Vec<Posted> {
        self.unheard.replace(Vec::new()).unwrap_or_default()
    }

    /// Places in `users` of those with a connection.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> {
        self.connections.values().filter_map(|connection| connection.user)
    }

    /// What is to be done at connections since the last look.
    pub(super) fn take_out(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.out)
    }

    /// Says something to one connection.
    pub(super) fn say(&mut self, id: ConnectionId, packet: &Value) {
        self.out.push(Output::Send(id, packet.to_string()));
    }

    /// Says something to everybody who is signed in and sees the channel, but to one.
    pub(super) fn tell_all(&mut self, packet: &Value, channel: Option<&str>, except: Option<ConnectionId>) {
        let seen_by = |user: &User| {
            let channel = channel.and_then(|name| self.channels.iter().find(|channel| channel.name == name));
            channel.is_none_or(|channel| channel.allows("view", user))
        };
        let hears =
            |connection: &Connection| connection.user.and_then(|user| self.users.get(user)).is_some_and(seen_by);
        let text = packet.to_string();
        let to = self.connections.iter().filter(|(id, connection)| Some(**id) != except && hears(connection));
        self.out.extend(to.map(|(id, _)| Output::Send(*id, text.clone())));
    }

    /// Says something to the connections of one person, but to one.
    pub(super) fn tell_own(&mut self, user: usize, packet: &Value, except: Option<ConnectionId>) {
        let own =
            |(id, connection): &(&ConnectionId, &Connection)| connection.user == Some(user) && Some(**id) != except;
        let ids: Vec<ConnectionId> = self.connections.iter().filter(own).map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| self.say(id, packet));
    }

    /// Whether somebody has a connection, or is there by script.
    pub(super) fn is_connected(&self, user: usize) -> bool {
        self.users.get(user).is_some_and(|user| user.acting)
            || self.connections.values().any(|connection| connection.user == Some(user))
    }

    /// Places in `users` of those who are there, one for each connection.
    pub(super) fn connected(&self) -> Vec<usize> {
        let acting = self.users.iter().enumerate().filter(|(_, user)| user.acting).map(|(at, _)| at);
        self.connections.values().filter_map(|connection| connection.user).chain(acting).collect()
    }

    /// Forgets somebody; what they wrote stays.
    pub(super) fn leave(&mut self, user: usize) {
        self.users.get_mut(user).into_iter().for_each(|user| user.roles.clear());
    }

    /// A new id.
    pub(super) fn uuid(&mut self) -> String {
        super::world::as_uuid(self.draw())
    }

    /// A number that no other life of the server draws: with the same seed, too, no id may be given twice.
    fn draw(&mut self) -> u128 {
        self.random.u128(..) ^ fastrand::Rng::with_seed(self.now.to_bits()).u128(..)
    }
}
