//! A server that runs: where it is, whom it knows, and handles for tests and measurements.

use std::net::SocketAddr;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::accounts::{DemoAccount, DemoInvite};
use super::hub::{Hub, Outbound};
use super::ids::Id;
use super::mail::Mail;
use super::post::Draft;
use super::refusal::Refusal;
use super::server::Caller;
use crate::net::osmium::wire;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    /// Its address, for example `ws://127.0.0.1:40123`.
    pub url: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// "You" first, then the other people, then the bots.
    pub accounts: Vec<DemoAccount>,
    /// Invites to its communities and groups.
    pub invites: Vec<DemoInvite>,
    pub(super) hub: Hub,
    tasks: JoinSet<()>,
}

impl Running {
    pub(crate) fn new(hub: Hub, address: SocketAddr, tasks: JoinSet<()>) -> Self {
        let (accounts, invites) = hub.with(|server| (server.accounts(), server.invites()));
        Self { url: format!("ws://{address}"), address, accounts, invites, hub, tasks }
    }

    /// Its address for clients that frame messages over plain TCP: the same port.
    #[must_use]
    pub fn tcp_url(&self) -> String {
        format!("tcp://{}", self.address)
    }

    /// Ends the server; all connections are cut.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    /// The oldest mail that was not fetched; waits for the next one. Safe to drop and call again.
    pub async fn next_mail(&self) -> Mail {
        loop {
            if let Some(mail) = self.hub.with(super::server::Server::next_mail) {
                return mail;
            }
            self.hub.posted.notified().await;
        }
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.hub.sockets().len()
    }

    /// How many frames could not be decoded so far.
    #[must_use]
    pub fn garbage(&self) -> u64 {
        self.hub.with(|server| server.garbage)
    }

    /// Cuts all connections without a word, as a crash would. The server goes on listening.
    pub fn drop_connections(&self) {
        for socket in self.hub.sockets() {
            socket.cut.notify_one();
        }
    }

    /// Stops or resumes reading from all connections: while stopped, requests and pings stay unanswered.
    pub fn freeze(&self, frozen: bool) {
        self.hub.frozen.send_replace(frozen);
    }

    /// Sends raw bytes as a frame to all connections.
    pub fn inject(&self, bytes: &[u8]) {
        for socket in self.hub.sockets() {
            socket.offer(Outbound::Frame(Bytes::copy_from_slice(bytes)));
        }
    }

    /// Sends an update to all connections of an account.
    pub fn push(&self, username: &str, change: &Change) {
        self.hub.with(|server| {
            if let Some(id) = server.state.by_username(username).map(|person| person.id) {
                server.tell_person(id, None, change);
            }
        });
    }

    /// Ends all sessions of an account, its standing token included.
    pub fn revoke(&self, username: &str) {
        self.hub.with(|server| {
            let Some(user) = server.state.by_username(username).map(|person| person.id) else { return };
            let own: Vec<Id> =
                server.state.logins.values().filter(|login| login.user == user).map(|login| login.id).collect();
            for login in own {
                server.end_login(login);
            }
        });
    }

    /// Writes a message as somebody; fails with the server's sentence where that person could not.
    ///
    /// # Errors
    /// The sentence says why.
    pub fn say(&self, username: &str, chat: wire::refs::ChatRef, text: &str) -> Result<u64, String> {
        self.hub.with(|server| {
            let author = server.state.by_username(username).map(|person| person.id);
            let author = author.ok_or_else(|| format!("There is nobody called {username}."))?;
            let say = |refusal: Refusal| refusal.text;
            let key = server.state.resolve(author, Some(chat)).map_err(say)?;
            server.post(author, key, Draft { text: text.to_owned(), ..Draft::default() }).map_err(say)
        })
    }

    /// Puts somebody into a voice room with their microphone off or on, or takes them out.
    ///
    /// # Errors
    /// The sentence says why not.
    pub fn voice(&self, username: &str, chat: wire::refs::ChatRef, muted: Option<bool>) -> Result<(), String> {
        self.hub.with(|server| {
            let user = server.state.by_username(username).map(|person| person.id);
            let user = user.ok_or_else(|| format!("There is nobody called {username}."))?;
            let say = |refusal: Refusal| refusal.text;
            let key = server.state.resolve(user, Some(chat)).map_err(say)?;
            server.play_voice(user, key, muted).map_err(say)
        })
    }

    /// Does something as somebody who has no connection open for it, and tells everybody whom it concerns; fails with the server's sentence.
    ///
    /// # Errors
    /// The sentence says why.
    pub fn ask(&self, username: &str, request: Request) -> Result<Option<Answer>, String> {
        self.hub.with(|server| {
            let user = server.state.by_username(username).map(|person| person.id);
            let user = user.ok_or_else(|| format!("There is nobody called {username}."))?;
            server.dispatch_for(Caller { connection: 0, user, login: 0 }, request).map_err(|refusal| refusal.text)
        })
    }

    /// The reference of a channel by community and channel name.
    #[must_use]
    pub fn channel(&self, community: &str, channel: &str) -> Option<wire::refs::ChatRef> {
        self.hub.with(|server| {
            let community = server.state.communities.values().find(|one| one.name == community)?.id;
            let found = server.state.channels_of(community).into_iter().find(|one| one.name == channel)?;
            let reference = wire::refs::ChannelRef { community_id: community, channel_id: found.id };
            Some(wire::refs::ChatRef { r#ref: Some(wire::refs::chat_ref::Ref::Channel(reference)) })
        })
    }
}

/// What `demo --serve-only --json` prints first: the address, the accounts and the invites.
#[must_use]
pub fn description(running: &Running) -> Value {
    let accounts: Vec<Value> = running
        .accounts
        .iter()
        .map(|account| {
            let mut one = json!({
                "name": account.name,
                "email": account.email,
                "password": account.password,
                "token": account.token,
            });
            if let Some(fields) = one.as_object_mut() {
                if let Some(secret) = &account.totp_secret {
                    fields.insert("totp_secret".to_owned(), json!(secret));
                    fields.insert("recovery_codes".to_owned(), json!(account.recovery_codes));
                }
                if account.bot {
                    fields.insert("bot".to_owned(), json!(true));
                }
            }
            one
        })
        .collect();
    let invite = |invite: &DemoInvite| json!({ "code": invite.code, "name": invite.name });
    let invites: Vec<Value> = running.invites.iter().map(invite).collect();
    json!({ "v": 1, "url": running.url, "tcp": running.tcp_url(), "accounts": accounts, "invites": invites })
}
