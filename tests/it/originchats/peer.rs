//! The adapter with a scripted server at its other end.

use nib::domain::{LinkEvent, Mono, Now, Refusal, Reply, Request, RequestId, Secret, Update, Wall};
use nib::net::http::{HttpCall, HttpReply};
use nib::net::originchats::{OriginAdapter, OriginConfig};
use nib::net::{Adapter, Close, Credentials, Frame, NetEvent, Out};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;

/// A little after the recording.
pub(crate) const START: Now = Now { mono: Mono(5_000_000), wall: Wall(1_795_300_000_000) };

pub(crate) const URL: &str = "wss://chat.example.org";

pub(crate) struct Peer {
    pub(crate) adapter: OriginAdapter,
    pub(crate) now: Now,
    pub(crate) out: Out,
}

pub(crate) fn token() -> Credentials {
    Credentials::Token(Secret::new("rotur-token".to_owned()))
}

pub(crate) fn password(login: &str, password: &str) -> Credentials {
    Credentials::Password { login: login.to_owned(), password: Secret::new(password.to_owned()), code: None }
}

/// What the middle generation says first.
pub(crate) fn listed() -> Value {
    static GREETING: LazyLock<Value> = LazyLock::new(|| {
        let recorded = super::recorded();
        recorded.iter().find(|row| row.packet["cmd"] == "handshake").unwrap().packet.clone()
    });
    GREETING.clone()
}

/// What an old server says first.
pub(crate) fn old() -> Value {
    super::recorded_old()[0].packet.clone()
}

/// What a newer server says first, as far as clients of it tell.
pub(crate) fn newer() -> Value {
    let mut greeting = listed();
    greeting["val"]["validator_key"] = json!("originChats-wss://chat.example.org-a1-b2");
    greeting["val"]["signing_url"] = json!("https://chat.example.org");
    greeting["val"]["server_time"] = json!(1_795_300_000.5);
    greeting
}

pub(crate) fn ready(name: &str, roles: &[&str]) -> Value {
    let status = json!({"status": "online", "text": ""});
    json!({"cmd": "ready", "user": {"username": name, "roles": roles, "status": status, "cracked": false}, "validator": "x"})
}

impl Peer {
    /// Where the configuration does not say it, the server is none for direct chats.
    pub(crate) fn with(mut config: OriginConfig, credentials: Credentials) -> Self {
        config.direct = config.direct.or(Some(false));
        Self::undecided(config, credentials)
    }

    pub(crate) fn undecided(config: OriginConfig, credentials: Credentials) -> Self {
        let adapter = OriginAdapter::new(config, credentials, START);
        let mut peer = Self { adapter, now: START, out: Out::default() };
        peer.adapter.open(peer.now, &mut peer.out);
        peer
    }

    /// Opened; the server has not greeted.
    pub(crate) fn opened(credentials: Credentials) -> Self {
        Self::with(OriginConfig::new(URL), credentials)
    }

    /// Greeted; what follows depends on the credentials.
    pub(crate) fn greeted(greeting: &Value, credentials: Credentials) -> Self {
        let mut peer = Self::opened(credentials);
        peer.hear(greeting);
        peer
    }

    /// Signed in with a token as `bob` with these roles.
    pub(crate) fn signed_in_as(greeting: &Value, roles: &[&str]) -> Self {
        Self::signed_in_named(greeting, "bob", roles)
    }

    pub(crate) fn signed_in_named(greeting: &Value, name: &str, roles: &[&str]) -> Self {
        Self::signed_in_with(OriginConfig::new(URL), greeting, name, roles)
    }

    /// The same on another connection of the account when the configuration is that of the one before.
    pub(crate) fn signed_in_with(config: OriginConfig, greeting: &Value, name: &str, roles: &[&str]) -> Self {
        let mut peer = Self::with(config, token());
        peer.hear(greeting);
        let call = peer.call();
        peer.reply_to(&call, 200, &json!({"validator": "USR:b0b,00ff"}));
        assert_eq!(peer.said_one()["cmd"], "auth");
        peer.hear(&json!({"cmd": "auth_success", "val": "Authentication successful"}));
        peer.hear(&ready(name, roles));
        assert!(matches!(peer.links()[..], [LinkEvent::SignedIn { .. }]));
        peer
    }

    pub(crate) fn signed_in() -> Self {
        Self::signed_in_as(&listed(), &["user"])
    }

    /// Signed in, and the recorded lists are known: channels, people, roles, read states.
    pub(crate) fn synced() -> Self {
        let mut peer = Self::signed_in();
        peer.sync();
        peer
    }

    /// Asks for the channels and answers every step with what was recorded.
    pub(crate) fn sync(&mut self) -> nib::domain::Bundle {
        let community = self.community();
        self.want(900, &Request::FetchChannels(community));
        self.answer_with_recorded();
        match self.answers().pop().unwrap() {
            (900, Ok(Reply::Channels { bundle, .. })) => bundle,
            other => panic!("no channels: {other:?}"),
        }
    }

    pub(crate) fn community(&mut self) -> nib::domain::CommunityId {
        let kept = std::mem::take(&mut self.out.events);
        self.want(901, &Request::FetchCommunityOrder);
        let order = match self.answers().pop() {
            Some((901, Ok(Reply::CommunityOrder(order)))) => order,
            other => panic!("no order: {other:?}"),
        };
        self.out.events = kept;
        order[0]
    }

    /// Answers what is asked with the first recorded reply of that name, until nothing more is asked.
    pub(crate) fn answer_with_recorded(&mut self) {
        let recorded = super::recorded();
        loop {
            let said = self.said();
            if said.is_empty() {
                return;
            }
            for asked in said {
                let reply = recorded.iter().find(|row| {
                    row.from_server && row.packet["cmd"] == asked["cmd"] && row.packet["listener"].is_string()
                });
                let mut reply = reply.unwrap_or_else(|| panic!("nothing recorded for {asked}")).packet.clone();
                reply["listener"] = asked["listener"].clone();
                self.hear(&reply);
            }
        }
    }

    pub(crate) fn hear(&mut self, packet: &Value) {
        self.raw(&packet.to_string());
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.adapter.frame(Frame::Text(text.to_owned()), self.now, &mut self.out);
    }

    pub(crate) fn want(&mut self, id: u64, request: &Request) {
        self.adapter.request(RequestId(id), request, self.now, &mut self.out);
    }

    /// Wants something and gives what was said for it.
    pub(crate) fn asked(&mut self, id: u64, request: &Request) -> Value {
        self.want(id, request);
        self.said_one()
    }

    /// Answers a request that was said.
    pub(crate) fn answer(&mut self, asked: &Value, mut reply: Value) {
        reply["listener"] = asked["listener"].clone();
        self.hear(&reply);
    }

    /// What was said since the last look.
    pub(crate) fn said(&mut self) -> Vec<Value> {
        let frames = std::mem::take(&mut self.out.frames);
        let packet = |frame| match frame {
            Frame::Text(text) => serde_json::from_str(&text).unwrap(),
            Frame::Binary(_) => panic!("said bytes"),
        };
        frames.into_iter().map(packet).collect()
    }

    pub(crate) fn said_one(&mut self) -> Value {
        let mut said = self.said();
        assert_eq!(said.len(), 1, "{said:?}");
        said.pop().unwrap()
    }

    /// The one call beside the connection since the last look.
    pub(crate) fn call(&mut self) -> HttpCall {
        assert_eq!(self.out.calls.len(), 1, "{:?}", self.out.close);
        self.out.calls.pop().unwrap()
    }

    pub(crate) fn reply_to(&mut self, call: &HttpCall, status: u16, body: &Value) {
        let reply = HttpReply::whole(status, body.to_string().into_bytes().into());
        self.adapter.http(call.id, Ok(reply), self.now, &mut self.out);
    }

    pub(crate) fn events(&mut self) -> Vec<NetEvent> {
        std::mem::take(&mut self.out.events)
    }

    pub(crate) fn links(&mut self) -> Vec<LinkEvent> {
        let mut links = crate::passing::links(self.events());
        links.retain(|link| !matches!(link, LinkEvent::Named(_)));
        links
    }

    pub(crate) fn updates(&mut self) -> Vec<Update> {
        let update = |event| match event {
            NetEvent::Update(update) => Some(update),
            _ => None,
        };
        self.events().into_iter().filter_map(update).collect()
    }

    pub(crate) fn answers(&mut self) -> Vec<(u64, Result<Reply, Refusal>)> {
        crate::passing::answers(self.events())
    }

    /// The one answer since the last look.
    pub(crate) fn answered(&mut self) -> Result<Reply, Refusal> {
        let mut answers = self.answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.pop().unwrap().1
    }

    pub(crate) fn closed(&self) -> Option<&Close> {
        self.out.close.as_ref()
    }

    pub(crate) fn skipped(&self, kind: &str) -> u64 {
        self.adapter.skipped().iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count)
    }

    /// Lets time pass as a session does.
    pub(crate) fn pass(&mut self, duration: Duration) {
        crate::passing::pass(&mut self.adapter, &mut self.now, duration, &mut self.out);
    }
}
