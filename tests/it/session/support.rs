//! A small chat protocol, a server that a test plays by hand, and a core that listens.
//!
//! The client says `hello CREDENTIAL`; the server answers `welcome TOKEN` or `refuse`. The client asks `ask NUMBER WHAT`; the server
//! answers `ok NUMBER` or `no NUMBER KIND`. The server may say `fact NUMBER` and `places HOST:PORT …` at any time. Everything else is skipped and counted.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use nib::domain::answer::RefusalKind;
use nib::domain::{
    AccountId, Answer, Caps, CleanText, CommunityId, DownReason, LinkEvent, Mono, Now, Outgoing, Priority, Refusal,
    Reply, Request, RequestId, Secret, Update, User,
};
use nib::net::session::{BATCHES, Batch, MakeAdapter, SessionConfig, SessionHandle, spawn};
use nib::net::{Adapter, Close, Credentials, Entrypoint, Frame, NetEvent, Out};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long anything that must happen may take.
const SOON: Duration = Duration::from_secs(20);

pub(crate) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(SOON, future).await.unwrap_or_else(|_| panic!("{what} did not happen in time"))
}

/// An adapter of that protocol.
pub(crate) struct Plain {
    credentials: Credentials,
    patience: Duration,
    asked: BTreeMap<u64, Mono>,
    skipped: [(&'static str, u64); 1],
}

impl Plain {
    pub(crate) fn new(credentials: Credentials, patience: Duration) -> Self {
        Self { credentials, patience, asked: BTreeMap::new(), skipped: [("frame", 0)] }
    }
}

fn say(out: &mut Out, text: String) {
    out.frames.push(Frame::Binary(Bytes::from(text)));
}

fn refuse(out: &mut Out, id: u64, kind: RefusalKind) {
    let outcome = Err(Refusal { kind, text: CleanText::ours("No."), ..Refusal::default() });
    out.events.push(NetEvent::Answer(Answer { request: RequestId(id), outcome }));
}

impl Adapter for Plain {
    fn open(&mut self, _: Now, out: &mut Out) {
        let (Credentials::Token(secret)
        | Credentials::Password { password: secret, .. }
        | Credentials::SignUp { password: secret, .. }) = &self.credentials
        else {
            return;
        };
        say(out, format!("hello {}", secret.expose()));
    }

    fn frame(&mut self, frame: Frame, _: Now, out: &mut Out) {
        let text = match &frame {
            Frame::Binary(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Frame::Text(text) => text,
        };
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let (number, kind) = rest.split_once(' ').unwrap_or((rest, ""));
        match (word, number.parse::<u64>()) {
            ("welcome", _) => out.events.push(NetEvent::Link(LinkEvent::SignedIn {
                me: User::default(),
                session: None,
                token: Secret::new(rest.to_owned()),
                caps: Caps::default(),
            })),
            ("refuse", _) => {
                let reason = CleanText::ours("Not you.");
                out.events.push(NetEvent::Link(LinkEvent::Refused { code: 401, reason, about: None }));
                out.close = Some(Close::Refused);
            }
            ("ok", Ok(id)) => {
                if self.asked.remove(&id).is_some() {
                    out.events.push(NetEvent::Answer(Answer { request: RequestId(id), outcome: Ok(Reply::Done) }));
                }
            }
            ("no", Ok(id)) => {
                if self.asked.remove(&id).is_some() {
                    let kind = if kind == "fault" { RefusalKind::ServerFault } else { RefusalKind::Forbidden };
                    refuse(out, id, kind);
                }
            }
            ("fact", Ok(fact)) => {
                out.events.push(NetEvent::Update(Update::CommunityRemoved(CommunityId::new(u128::from(fact)))));
            }
            ("places", _) => out.entrypoints.extend(rest.split(' ').filter_map(|place| {
                let (host, port) = place.split_once(':')?;
                Some(Entrypoint { host: host.to_owned(), port: port.parse().ok()? })
            })),
            ("panic", _) => panic!("a fault that a test asked for"),
            ("break", _) => out.close = Some(Close::Broken(CleanText::ours("it said break"))),
            _ => self.skipped[0].1 += 1,
        }
    }

    fn request(&mut self, id: RequestId, request: &Request, now: Now, out: &mut Out) {
        self.asked.insert(id.0, now.mono.plus(self.patience));
        let what = match request {
            Request::Send(outgoing) => format!("send {}", outgoing.text),
            Request::FetchRoles(community) => format!("roles {community}"),
            Request::FetchMembers(community, ids) => format!("members {community} {ids:?}"),
            other => panic!("no test asks for {other:?}"),
        };
        say(out, format!("ask {} {what}", id.0));
    }

    fn deadline(&self) -> Option<Mono> {
        self.asked.values().min().copied()
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        let late: Vec<u64> = self.asked.iter().filter(|&(_, &at)| at <= now.mono).map(|(&id, _)| id).collect();
        for id in late {
            self.asked.remove(&id);
            refuse(out, id, RefusalKind::TimedOut);
        }
    }

    fn skipped(&self) -> &[(&'static str, u64)] {
        &self.skipped
    }
}

/// Where clients connect to.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) accepted: std::cell::Cell<usize>,
}

impl Server {
    pub(crate) async fn bind() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub(crate) async fn at(address: &str) -> Self {
        Self { listener: TcpListener::bind(address).await.unwrap(), accepted: std::cell::Cell::new(0) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// Quick to lose and to find a connection, and the token `old`.
    pub(crate) fn config(&self) -> SessionConfig {
        config(&format!("ws://127.0.0.1:{}", self.port()))
    }

    pub(crate) async fn accept_raw(&self) -> TcpStream {
        let (tcp, _) = soon("a connection", self.listener.accept()).await.unwrap();
        self.accepted.set(self.accepted.get() + 1);
        tcp
    }

    pub(crate) async fn accept(&self) -> Peer<TcpStream> {
        Peer::over(self.accept_raw().await).await
    }

    /// Accepts, and signs the client in with a new token.
    pub(crate) async fn welcome(&self, hello: &str) -> Peer<TcpStream> {
        let mut peer = self.accept().await;
        assert_eq!(peer.hear().await, hello);
        peer.say("welcome new").await;
        peer
    }

    /// Whether nobody has dialled that was not accepted.
    pub(crate) fn nobody_waits(&self) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        self.listener.poll_accept(&mut context).is_pending()
    }
}

pub(crate) fn config(server: &str) -> SessionConfig {
    let credentials = Credentials::Token(Secret::new("old".to_owned()));
    let mut config = SessionConfig::new(server.parse().unwrap(), credentials, 1);
    config.timing.first_delay = Duration::from_millis(5);
    config.timing.most_delay = Duration::from_millis(20);
    config.timing.farewell = Duration::from_millis(200);
    config
}

/// The server's end of a connection.
pub(crate) struct Peer<S>(pub(crate) WebSocketStream<S>);

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Peer<S> {
    pub(crate) async fn over(stream: S) -> Self {
        Self(soon("the handshake", tokio_tungstenite::accept_async(stream)).await.unwrap())
    }

    /// The next message that is no ping or pong; `None` when the client closed or went away.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            match soon("a message", self.0.next()).await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    pub(crate) async fn hear(&mut self) -> String {
        match self.next().await {
            Some(Message::Binary(bytes)) => String::from_utf8(bytes.to_vec()).unwrap(),
            other => panic!("{other:?} instead of a frame"),
        }
    }

    /// The next request: its number and what it asks.
    pub(crate) async fn asked(&mut self) -> (u64, String) {
        let text = self.hear().await;
        let rest = text.strip_prefix("ask ").unwrap_or_else(|| panic!("{text:?} instead of a request"));
        let (number, what) = rest.split_once(' ').unwrap();
        (number.parse().unwrap(), what.to_owned())
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.0.send(Message::Binary(Bytes::copy_from_slice(text.as_bytes()))).await.unwrap();
    }
}

/// A session and what its core was told.
pub(crate) struct Core {
    pub(crate) session: SessionHandle,
    pub(crate) batches: mpsc::Receiver<Batch>,
    events: VecDeque<NetEvent>,
    next_id: u64,
}

impl Core {
    pub(crate) fn start(config: SessionConfig) -> Self {
        Self::start_with(config, Duration::from_secs(20))
    }

    /// With how long the adapter waits for answers.
    pub(crate) fn start_with(config: SessionConfig, patience: Duration) -> Self {
        let make = Box::new(move |credentials| Box::new(Plain::new(credentials, patience)) as Box<dyn Adapter>);
        Self::start_adapter(config, make)
    }

    /// With another adapter.
    pub(crate) fn start_adapter(config: SessionConfig, make: MakeAdapter) -> Self {
        let (sender, batches) = mpsc::channel(BATCHES);
        let session = spawn(&tokio::runtime::Handle::current(), AccountId(0), config, make, sender);
        Self { session, batches, events: VecDeque::new(), next_id: 1000 }
    }

    pub(crate) fn ask(&mut self, request: Request) -> RequestId {
        self.next_id += 1;
        let id = RequestId(self.next_id);
        self.session.request(id, request, Priority::User).unwrap();
        id
    }

    /// The next event; `None` when the session is over and has told everything.
    pub(crate) async fn event(&mut self) -> Option<NetEvent> {
        while self.events.is_empty() {
            let batch = soon("an event", self.batches.recv()).await?;
            assert!(!batch.events.is_empty() && batch.events.len() <= nib::net::session::BATCH_EVENTS);
            self.events.extend(batch.events);
        }
        self.events.pop_front()
    }

    /// Everything until the session is over.
    pub(crate) async fn rest(&mut self) -> Vec<NetEvent> {
        soon("the end", async {
            let mut all = Vec::new();
            while let Some(event) = self.event().await {
                all.push(event);
            }
            all
        })
        .await
    }

    pub(crate) async fn signed_in(&mut self) {
        soon("the sign-in", async {
            loop {
                match self.event().await.expect("the session goes on") {
                    NetEvent::Link(LinkEvent::SignedIn { .. }) => return,
                    NetEvent::Link(_) => {}
                    other => panic!("{other:?} before the sign-in"),
                }
            }
        })
        .await
    }

    /// Why the connection went down next.
    pub(crate) async fn down(&mut self) -> DownReason {
        soon("the loss", async {
            loop {
                if let NetEvent::Link(LinkEvent::Down { reason, .. }) = self.event().await.expect("the session goes on")
                {
                    return reason;
                }
            }
        })
        .await
    }

    /// The next answer, with everything else skipped.
    pub(crate) async fn answer(&mut self) -> (RequestId, Result<Reply, RefusalKind>) {
        soon("an answer", async {
            loop {
                if let NetEvent::Answer(answer) = self.event().await.expect("the session goes on") {
                    return (answer.request, answer.outcome.map_err(|refusal| refusal.kind));
                }
            }
        })
        .await
    }
}

pub(crate) fn roles(number: u128) -> Request {
    Request::FetchRoles(CommunityId::new(number))
}

pub(crate) fn send(text: &str) -> Request {
    Request::Send(Arc::new(Outgoing { text: text.to_owned(), ..Outgoing::default() }))
}
