//! The Osmium adapter against a scripted server and a clock that stands still until it is moved.

mod alive;
mod calls;
mod golden;
mod hostile;
mod reading;
mod sign_in;
mod sign_up;
mod uploads;
mod with_server;
mod words;

use nib::domain::{LinkEvent, Mono, Now, Refusal, Reply, Request, RequestId, Secret, Update, Wall};
use nib::net::osmium::rpc::Method;
use nib::net::osmium::wire::core::{
    ClientMessage, Initialized, RpcError, RpcResult, ServerMessage, client_message, rpc_result, server_message,
};
use nib::net::osmium::wire::{auth, types, updates};
use nib::net::osmium::{OsmiumAdapter, OsmiumConfig};
use nib::net::{Adapter, Close, Credentials, Frame, NetEvent, Out};
use prost::Message as _;
use std::time::Duration;

/// Ids of the golden frames; their time is 2026-05-28.
pub(crate) const ME: u64 = 177_462_679_961_600_001;
pub(crate) const ADA: u64 = 177_462_679_961_600_002;
pub(crate) const COMMUNITY: u64 = 181_656_983_961_600_016;
pub(crate) const CHANNEL: u64 = 181_656_983_961_600_017;
pub(crate) const MESSAGE: u64 = 185_851_287_961_600_001;
pub(crate) const SESSION: u64 = 77;
/// A day after the golden frames.
const START: Now = Now { mono: Mono(5_000_000), wall: Wall(1_780_086_400_000) };

/// The adapter with a scripted server at its other end.
pub(crate) struct Peer {
    pub(crate) adapter: OsmiumAdapter,
    pub(crate) now: Now,
    out: Out,
}

pub(crate) fn password(code: Option<&str>) -> Credentials {
    Credentials::Password {
        login: "ada@nib.example".to_owned(),
        password: Secret::new("hunter2hunter2".to_owned()),
        code: code.map(|code| Secret::new(code.to_owned())),
    }
}

pub(crate) fn token() -> Credentials {
    Credentials::Token(Secret::new("saved-token".to_owned()))
}

pub(crate) fn authorization(token: &str) -> auth::Authorization {
    let user = types::User { id: ME, name: "Me".to_owned(), ..Default::default() };
    auth::Authorization { token: token.to_owned(), user: Some(user), session_id: SESSION }
}

impl Peer {
    /// Opened, its greeting not answered.
    pub(crate) fn opened(credentials: Credentials) -> Self {
        Self::opened_with(OsmiumConfig::default(), credentials)
    }

    fn opened_with(config: OsmiumConfig, credentials: Credentials) -> Self {
        let mut peer =
            Self { adapter: OsmiumAdapter::new(config, credentials, START), now: START, out: Out::default() };
        peer.adapter.open(peer.now, &mut peer.out);
        peer
    }

    /// Greeted: the next thing it sent is its sign-in.
    pub(crate) fn greeted(credentials: Credentials) -> Self {
        Self::opened(credentials).greet()
    }

    fn greet(self) -> Self {
        let mut peer = self;
        let (id, message) = peer.sent_one();
        assert!(matches!(message, client_message::Message::CoreInitialize(_)));
        peer.reply(id, rpc_result::Result::Initialized(Initialized::default()));
        peer
    }

    /// Signed in with a token.
    pub(crate) fn signed_in() -> Self {
        Self::signed_in_with(OsmiumConfig::default())
    }

    /// The same with another configuration.
    pub(crate) fn signed_in_with(config: OsmiumConfig) -> Self {
        let mut peer = Self::opened_with(config, token()).greet();
        let (id, message) = peer.sent_one();
        assert!(matches!(message, client_message::Message::AuthAuthorize(_)));
        peer.reply(id, rpc_result::Result::Authorization(authorization("new-token")));
        assert!(matches!(peer.links()[..], [LinkEvent::SignedIn { .. }]));
        peer
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.adapter.frame(Frame::Binary(bytes::Bytes::copy_from_slice(bytes)), self.now, &mut self.out);
    }

    pub(crate) fn receive(&mut self, message: &ServerMessage) {
        self.raw(&message.encode_to_vec());
    }

    pub(crate) fn push(&mut self, update: updates::update::Update) {
        let update = updates::Update { update: Some(update) };
        self.receive(&ServerMessage { id: 0, message: Some(server_message::Message::Update(update)) });
    }

    pub(crate) fn answer(&mut self, id: u32, result: Option<rpc_result::Result>, trace: Option<&str>) {
        let result = RpcResult { req_id: id, trace_id: trace.map(str::to_owned), result };
        self.receive(&ServerMessage { id: 0, message: Some(server_message::Message::Result(result)) });
    }

    pub(crate) fn reply(&mut self, id: u32, result: rpc_result::Result) {
        self.answer(id, Some(result), None);
    }

    pub(crate) fn refuse(&mut self, id: u32, code: u32, words: &str) {
        let error = RpcError { error_code: code, error_message: words.to_owned() };
        self.reply(id, rpc_result::Result::Error(error));
    }

    pub(crate) fn want(&mut self, id: u64, request: &Request) {
        self.adapter.request(RequestId(id), request, self.now, &mut self.out);
    }

    /// Wants something and gives what was sent for it.
    pub(crate) fn asked(&mut self, id: u64, request: &Request) -> (u32, client_message::Message) {
        self.want(id, request);
        self.sent_one()
    }

    /// What was sent since the last look.
    pub(crate) fn sent(&mut self) -> Vec<ClientMessage> {
        std::mem::take(&mut self.out.frames)
            .into_iter()
            .map(|frame| match frame {
                Frame::Binary(bytes) => ClientMessage::decode(bytes).unwrap(),
                Frame::Text(text) => panic!("sent text: {text:?}"),
            })
            .collect()
    }

    pub(crate) fn sent_one(&mut self) -> (u32, client_message::Message) {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        let message = sent.pop().unwrap();
        (message.id, message.message.unwrap())
    }

    /// What was told since the last look.
    pub(crate) fn events(&mut self) -> Vec<NetEvent> {
        std::mem::take(&mut self.out.events)
    }

    pub(crate) fn links(&mut self) -> Vec<LinkEvent> {
        crate::passing::links(self.events())
    }

    pub(crate) fn updates(&mut self) -> Vec<Update> {
        let update = |event| match event {
            NetEvent::Update(update) => update,
            other => panic!("not an update: {other:?}"),
        };
        self.events().into_iter().map(update).collect()
    }

    /// Answers since the last look; whatever else was told is passed over.
    pub(crate) fn answers(&mut self) -> Vec<(u64, Result<Reply, Refusal>)> {
        crate::passing::answers(self.events())
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

/// The reply of a method, as the server wraps it.
pub(crate) fn reply_of<M: Method>(reply: M::Reply) -> Option<rpc_result::Result> {
    M::wrap_reply(reply)
}
