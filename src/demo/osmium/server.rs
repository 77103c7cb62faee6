//! The server without its sockets: frames and the time go in, frames come out. It reads no clock and does no I/O, so
//! that every rule can be tested by calling it.
//!
//! Invariants: nothing is sent to a connection between Initialize and its answer; every request is answered once, also
//! one with id 0; the ids of a connection's frames count from 1 without a gap.

use std::collections::{BTreeMap, BTreeSet};

use crate::net::osmium::wire;
use wire::core::{ClientMessage, RpcError, RpcResult, ServerMessage, rpc_result, server_message};
use wire::updates::update::Update as Change;

use super::accounts::{DemoAccount, DemoInvite, accounts, invites};
use super::frame::{Inbound, classify};
use super::ids::Id;
use super::methods::Waiting;
use super::post::Written;
use super::refusal::Refusal;
use super::state::{Device, State};
use super::{Options, StartError};
use crate::demo::world::{generate, model::World};

/// Identifies an open connection.
pub type ConnectionId = u64;

/// Undecodable frames after which a connection is closed.
const MAX_GARBAGE: u32 = 16;

/// What the server wants done with a connection.
#[derive(Debug)]
pub enum Output {
    /// Send this frame.
    Send(ConnectionId, Box<ServerMessage>),
    /// Send what is queued, then close with this WebSocket code and reason.
    Close(ConnectionId, u16, String),
}

/// Who makes a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// Over which connection.
    pub(crate) connection: ConnectionId,
    /// Signed in as whom.
    pub(crate) user: Id,
    /// With which sign-in.
    pub(crate) login: Id,
}

/// An open connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    /// What the client said at Initialize; nothing before it.
    pub(crate) device: Option<Device>,
    /// Whether it asked for no updates.
    pub(crate) silent: bool,
    /// Account and sign-in once authorized.
    pub(crate) login: Option<(Id, Id)>,
    /// Channels whose member list it looks at; bounded by [`MAX_LISTS`].
    pub(crate) lists: Vec<(Id, Id)>,
    /// Frames sent so far.
    sent: u32,
    /// Errors sent so far; part of trace ids.
    errors: u32,
    /// Frames that could not be decoded.
    garbage: u32,
}

/// Member lists that one connection can watch; the oldest is forgotten first.
pub(crate) const MAX_LISTS: usize = 16;

/// How this server differs from its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quirks {
    /// The newer sign-in (#104, #105) is answered 400, as by a server that does not know it.
    pub(crate) legacy_sign_in_only: bool,
    /// A message sent twice with the same nonce is created once.
    pub(crate) dedupe_nonce: bool,
    /// Updates that a request causes go out before its answer.
    pub(crate) updates_first: bool,
    /// New accounts need a token from a mail.
    pub(crate) verifies: bool,
}

/// What goes out, before it has an id.
#[derive(Debug)]
enum Outgoing {
    Result(ConnectionId, RpcResult),
    Update(ConnectionId, Change),
    Close(ConnectionId, u16, String),
}

/// The server.
#[derive(Debug)]
pub struct Server {
    /// Everything it knows.
    pub(crate) state: State,
    /// Open connections.
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    /// Differences from the defaults.
    pub(crate) quirks: Quirks,
    /// Nonces seen, newest last, for [`Quirks::dedupe_nonce`]; bounded.
    pub(crate) nonces: std::collections::VecDeque<((Id, Id), Id)>,
    /// World time of the start, in Unix milliseconds.
    pub(crate) started: i64,
    /// World time minus wall time, in milliseconds.
    offset: i64,
    /// World time of the current call, in Unix milliseconds.
    pub(crate) now: i64,
    outgoing: Vec<Outgoing>,
    last_connection: ConnectionId,
    /// Undecodable frames of all connections so far.
    pub(crate) garbage: u64,
    /// Whether somebody has signed in since the script looked last.
    pub(crate) arrived: bool,
    /// Whether scripted people listen.
    pub(crate) listening: bool,
    /// What was written since the script looked last; bounded.
    pub(crate) written: Vec<Written>,
    /// Presses of buttons that wait for their bots, by what the bots are told; bounded.
    pub(crate) waiting: BTreeMap<Id, Waiting>,
    /// The id of the request that is being answered.
    pub(crate) asking: u32,
    /// Its answer comes later.
    pub(crate) postponed: bool,
}

impl Server {
    /// A server for these options, started at `now` (wall clock, Unix milliseconds).
    ///
    /// # Errors
    /// Fails when the world has nobody in it.
    pub fn build(options: &Options, now: i64) -> Result<Self, StartError> {
        let at = options.at.unwrap_or(now);
        match &options.world {
            Some(world) => Self::of_world(options, world, now),
            None => Self::of_world(options, &generate(options.seed, at), now),
        }
    }

    /// A server for a world, whichever the options name.
    pub(crate) fn of_world(options: &Options, world: &World, now: i64) -> Result<Self, StartError> {
        let at = options.at.unwrap_or(now);
        if world.people.is_empty() {
            return Err(StartError::Empty);
        }
        let quirks = Quirks {
            legacy_sign_in_only: options.legacy_sign_in_only,
            dedupe_nonce: options.dedupe_nonce,
            updates_first: options.updates_first,
            verifies: options.verifies,
        };
        Ok(Self::new(State::load(world, options.seed), at, now, quirks))
    }

    /// The accounts of the world: people in its order, "you" first, then bots.
    #[must_use]
    pub fn accounts(&self) -> Vec<DemoAccount> {
        accounts(&self.state)
    }

    /// The invites that the world has from its start.
    #[must_use]
    pub fn invites(&self) -> Vec<DemoInvite> {
        invites(&self.state)
    }

    /// A server for a state whose world counts back from `at`, started at `now` (wall clock, Unix milliseconds).
    fn new(state: State, at: i64, now: i64, quirks: Quirks) -> Self {
        Self {
            state,
            connections: BTreeMap::new(),
            quirks,
            nonces: std::collections::VecDeque::new(),
            started: at,
            offset: at - now,
            now: at,
            outgoing: Vec::new(),
            last_connection: 0,
            garbage: 0,
            arrived: false,
            listening: false,
            written: Vec::new(),
            waiting: BTreeMap::new(),
            asking: 0,
            postponed: false,
        }
    }

    /// World time for a moment of the wall clock.
    pub(crate) fn world_time(&self, now: i64) -> i64 {
        now + self.offset
    }

    /// The wall clock of the current call; one-time codes go by it.
    pub(crate) fn wall(&self) -> i64 {
        self.now - self.offset
    }

    /// A client has connected.
    pub fn connect(&mut self) -> ConnectionId {
        self.last_connection += 1;
        self.connections.insert(self.last_connection, Connection::default());
        self.last_connection
    }

    /// A client has gone.
    pub fn disconnect(&mut self, connection: ConnectionId, now: i64) -> Vec<Output> {
        self.now = self.world_time(now);
        self.forget(connection);
        self.drain()
    }

    /// Takes a connection away and tells others if its person is gone with it.
    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        self.waiting.retain(|_, waiting| waiting.by.0 != connection);
        if let Some(gone) = self.connections.remove(&connection)
            && let Some((user, _)) = gone.login
            && !self.connected(user)
        {
            if let Some(person) = self.state.people.get_mut(&user) {
                person.played = crate::demo::world::model::Presence::Offline;
            }
            self.tell_presence(user);
        }
    }

    /// A frame has come in.
    pub fn handle_frame(&mut self, connection: ConnectionId, frame: &[u8], now: i64) -> Vec<Output> {
        self.now = self.world_time(now);
        match classify(frame) {
            Inbound::Keepalive => {}
            Inbound::Request(message) => self.answer(connection, *message),
            Inbound::Rejected { id, reason } => self.reject(connection, id, &reason),
        }
        self.drain()
    }

    /// Refuses a frame that is no request: by its id where there is one, else silently. Too many end the connection.
    pub(crate) fn reject(&mut self, connection: ConnectionId, id: Option<u32>, reason: &str) {
        self.garbage += 1;
        let Some(found) = self.connections.get_mut(&connection) else { return };
        found.garbage += 1;
        let count = found.garbage;
        if let Some(id) = id {
            self.refuse(connection, id, Refusal::malformed(reason));
        }
        if count >= MAX_GARBAGE {
            self.close(connection, 1002, format!("Too many frames that make no sense. {reason}"));
        }
    }

    /// A decoded message has come in.
    pub fn handle(&mut self, connection: ConnectionId, message: ClientMessage, now: i64) -> Vec<Output> {
        self.now = self.world_time(now);
        if message.message.is_some() {
            self.answer(connection, message);
        }
        self.drain()
    }

    /// Runs something that is not a request, for example a scripted deed, and returns what follows from it.
    pub(crate) fn with<T>(&mut self, now: i64, run: impl FnOnce(&mut Self) -> T) -> (T, Vec<Output>) {
        self.now = self.world_time(now);
        let value = run(self);
        (value, self.drain())
    }

    fn answer(&mut self, connection: ConnectionId, message: ClientMessage) {
        let Some(request) = message.message else { return };
        if !self.connections.contains_key(&connection) {
            return;
        }
        let mark = self.outgoing.len();
        self.asking = message.id;
        let reply = self.dispatch(connection, request);
        if std::mem::take(&mut self.postponed) {
            return;
        }
        let place = if self.quirks.updates_first { self.outgoing.len() } else { mark };
        let result = match reply {
            Ok(result) => RpcResult { req_id: message.id, trace_id: None, result },
            Err(refusal) => self.error(connection, message.id, refusal),
        };
        // A connection that the request itself closes still gets its answer first.
        self.outgoing.insert(place.min(self.first_close(connection)), Outgoing::Result(connection, result));
    }

    /// The answer to a request that had to wait.
    pub(crate) fn result(&mut self, (connection, req_id): (ConnectionId, u32), answer: rpc_result::Result) {
        self.outgoing.push(Outgoing::Result(connection, RpcResult { req_id, trace_id: None, result: Some(answer) }));
    }

    fn first_close(&self, connection: ConnectionId) -> usize {
        self.outgoing
            .iter()
            .position(|one| matches!(one, Outgoing::Close(target, ..) if *target == connection))
            .unwrap_or(self.outgoing.len())
    }

    fn refuse(&mut self, connection: ConnectionId, id: u32, refusal: Refusal) {
        let result = self.error(connection, id, refusal);
        self.outgoing.push(Outgoing::Result(connection, result));
    }

    fn error(&mut self, connection: ConnectionId, id: u32, refusal: Refusal) -> RpcResult {
        let count = self.connections.get_mut(&connection).map_or(0, |found| {
            found.errors = found.errors.wrapping_add(1);
            found.errors
        });
        RpcResult {
            req_id: id,
            trace_id: Some(format!("demo-{connection}-{count}")),
            result: Some(rpc_result::Result::Error(RpcError { error_code: refusal.code, error_message: refusal.text })),
        }
    }

    /// Sends an update to one connection.
    pub(crate) fn push(&mut self, connection: ConnectionId, change: Change) {
        self.outgoing.push(Outgoing::Update(connection, change));
    }

    /// Closes a connection after what is queued for it was sent.
    pub(crate) fn close(&mut self, connection: ConnectionId, code: u16, reason: impl Into<String>) {
        self.outgoing.push(Outgoing::Close(connection, code, reason.into()));
    }

    /// Numbers what has gathered. Connections that were closed are forgotten, which may cause more.
    fn drain(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        let mut closed = BTreeSet::new();
        while !self.outgoing.is_empty() {
            for one in std::mem::take(&mut self.outgoing) {
                let (connection, body) = match one {
                    Outgoing::Result(connection, result) => (connection, server_message::Message::Result(result)),
                    Outgoing::Update(connection, change) => {
                        let update = wire::updates::Update { update: Some(change) };
                        (connection, server_message::Message::Update(update))
                    }
                    Outgoing::Close(connection, code, reason) => {
                        if closed.insert(connection) {
                            outputs.push(Output::Close(connection, code, reason));
                            self.forget(connection);
                        }
                        continue;
                    }
                };
                if let Some(found) = self.connections.get_mut(&connection) {
                    found.sent = found.sent.wrapping_add(1);
                    let message = ServerMessage { id: found.sent, message: Some(body) };
                    outputs.push(Output::Send(connection, Box::new(message)));
                }
            }
        }
        outputs
    }

    /// Whether somebody has at least one signed-in connection.
    pub(crate) fn connected(&self, user: Id) -> bool {
        self.connections.values().any(|one| one.login.is_some_and(|(owner, _)| owner == user))
    }
}
