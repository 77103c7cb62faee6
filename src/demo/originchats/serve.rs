//! The thin shell: listens, shakes hands, moves frames between sockets and the server; and the account service on a port of its own.

use super::Options;
use super::server::{ConnectionId, Output, Server};
use crate::demo::accept::accept;
use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// How long a client may take for a handshake, or to ask the account service.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest frame that is taken: as the real server.
const MAX_FRAME: usize = 4 << 20;
/// Frames that may wait for one client before it counts as too slow.
const QUEUE: usize = 1_024;
/// Connections at most.
const MAX_CONNECTIONS: usize = 256;
/// Longest question to the account service.
const MAX_QUESTION: usize = 8 << 10;

/// A running server with its account service; both end when this is dropped.
pub struct Running {
    address: SocketAddr,
    service: SocketAddr,
    server: Arc<Mutex<Server>>,
    _tasks: JoinSet<()>,
}

impl Running {
    /// Where the server is, as it is dialled.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Somebody types a code at the account service's address. Returns whether there is such a code and somebody of that name.
    #[must_use]
    pub fn allow(&self, code: &str, name: &str) -> bool {
        locked(&self.server).service.allow(code, name)
    }

    /// Where the account service is, without a slash at the end.
    #[must_use]
    pub fn account_service(&self) -> String {
        format!("http://{}", self.service)
    }
}

/// The server and the clients that hear it.
#[derive(Clone)]
struct Hub {
    server: Arc<Mutex<Server>>,
    queues: Arc<Mutex<HashMap<ConnectionId, mpsc::Sender<String>>>>,
    /// Somebody came: the next ping may be earlier.
    came: Arc<Notify>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a command leaves whole values behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

impl Hub {
    /// Does something with the server, and tells its clients what came of it, in order.
    fn with(&self, act: impl FnOnce(&mut Server, f64) -> Vec<Output>) {
        let mut server = locked(&self.server);
        let outputs = act(&mut server, now());
        let mut queues = locked(&self.queues);
        for output in outputs {
            match output {
                Output::Send(id, text) => {
                    let full = queues.get(&id).is_some_and(|queue| queue.try_send(text).is_err());
                    if full {
                        queues.remove(&id);
                    }
                }
                Output::Close(id) => drop(queues.remove(&id)),
            }
        }
    }
}

/// Starts a server on the current runtime.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(options: Options) -> std::io::Result<Running> {
    let listener = TcpListener::bind(options.listen).await?;
    let service_listener = TcpListener::bind(SocketAddr::new(options.listen.ip(), 0)).await?;
    let (address, service) = (listener.local_addr()?, service_listener.local_addr()?);
    let hub = Hub { server: Arc::new(Mutex::new(Server::new(options))), queues: Arc::default(), came: Arc::default() };
    let server = Arc::clone(&hub.server);
    let mut tasks = JoinSet::new();
    tasks.spawn(ping(hub.clone()));
    let asked = hub.clone();
    tasks.spawn(accept(service_listener, MAX_CONNECTIONS, move |stream| answer(stream, asked.clone())));
    tasks.spawn(accept(listener, MAX_CONNECTIONS, move |stream| attend(stream, hub.clone())));
    Ok(Running { address, service, server, _tasks: tasks })
}

/// Pings each client every so often.
async fn ping(hub: Hub) {
    loop {
        let next = locked(&hub.server).next_ping();
        match next {
            Some(at) => {
                let wait = Duration::from_secs_f64((at - now()).clamp(0.0, 3_600.0));
                tokio::select! {
                    () = tokio::time::sleep(wait) => hub.with(Server::tick),
                    () = hub.came.notified() => {}
                }
            }
            None => hub.came.notified().await,
        }
    }
}

/// Serves one client to the end.
async fn attend(stream: TcpStream, hub: Hub) {
    let config = WebSocketConfig::default().max_message_size(Some(MAX_FRAME)).max_frame_size(Some(MAX_FRAME));
    let handshake = tokio_tungstenite::accept_async_with_config(stream, Some(config));
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, handshake).await else { return };
    let (mut sink, mut source) = stream.split();
    let (queue, mut queued) = mpsc::channel(QUEUE);
    let mut named = None;
    hub.with(|server, now| {
        let (id, outputs) = server.connect(now);
        locked(&hub.queues).insert(id, queue);
        named = Some(id);
        outputs
    });
    let Some(id) = named else { return };
    let _leave = Leave { hub: &hub, id };
    hub.came.notify_one();
    loop {
        tokio::select! {
            text = queued.recv() => {
                // Nothing more: thrown out, or too slow.
                let Some(text) = text else { break };
                if sink.send(Message::text(text)).await.is_err() {
                    break;
                }
            }
            heard = source.next() => match heard {
                Some(Ok(Message::Text(text))) => hub.with(|server, now| server.receive(id, &text, now)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                // Bytes are dropped without a word.
                Some(Ok(_)) => {}
            },
        }
    }
    let _ = tokio::time::timeout(PATIENCE, sink.close()).await;
}

/// Tells the server that a client has gone, however its task ends.
struct Leave<'hub> {
    hub: &'hub Hub,
    id: ConnectionId,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        locked(&self.hub.queues).remove(&self.id);
        self.hub.with(|server, now| server.disconnect(self.id, now));
    }
}

/// Answers one question to the account service: `GET /generate_validator?key=…` with the token as a bearer, or `GET /link/…?code=…`.
async fn answer(mut stream: TcpStream, hub: Hub) {
    let Ok(Some(question)) = tokio::time::timeout(PATIENCE, question(&mut stream)).await else { return };
    let target = question.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let value = |name: &str| {
        let found = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.map(unescaped).unwrap_or_default()
    };
    let bearer = question.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().strip_prefix("Bearer ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let (status, body) = if question.starts_with("GET ") && path == "/generate_validator" {
        locked(&hub.server).service.generate(bearer.unwrap_or_default(), &value("key"), now())
    } else if let Some(about) = path.strip_prefix("/link/").filter(|_| question.starts_with("GET ")) {
        locked(&hub.server).service.link(about, &value("code"))
    } else {
        (404, r#"{"error": "Not found"}"#.to_owned())
    };
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// The head of a question, to its empty line.
async fn question(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 1_024];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        if bytes.len() > MAX_QUESTION {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Text in percent form as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
