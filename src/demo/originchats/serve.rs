//! The thin shell: listens, shakes hands, moves frames between sockets and the server.

use super::files_http;
use super::server::{ConnectionId, Output, Server};
use super::service_http::{self, RunningService};
use super::{AccountService, Options};
use crate::demo::accept::{accept, listen};
use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// How long a client may take for a handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest frame that is taken: as the real server.
const MAX_FRAME: usize = 4 << 20;
/// Frames that may wait for one client before it counts as too slow.
const QUEUE: usize = 1_024;
/// Connections at most.
const MAX_CONNECTIONS: usize = 256;

/// A running server, with an account service of its own where it was given none; both end when this is dropped.
pub struct Running {
    address: SocketAddr,
    hub: Hub,
    service: AccountService,
    own: Option<RunningService>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Where the server is, as it is dialled.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Somebody types a code at the account service's address. Returns whether there is such a code and somebody of that name.
    #[must_use]
    pub fn allow(&self, code: &str, name: &str) -> bool {
        self.service.allow(code, name)
    }

    /// Where its own account service is, without a slash at the end; nowhere, if it shares one.
    #[must_use]
    pub fn account_service(&self) -> String {
        self.own.as_ref().map(RunningService::url).unwrap_or_default()
    }

    /// Does something with the server itself, and tells its clients what came of it.
    pub fn with<T>(&self, act: impl FnOnce(&mut Server, f64) -> (T, Vec<Output>)) -> T {
        self.hub.with(act)
    }

    /// Cuts all connections without a word, as a crash would. The server goes on listening.
    pub fn drop_connections(&self) {
        locked(&self.hub.queues).clear();
    }

    /// Ends the server; all connections are cut, and nobody listens any more.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The server and the clients that hear it.
#[derive(Clone)]
pub(super) struct Hub {
    server: Arc<Mutex<Server>>,
    queues: Arc<Mutex<HashMap<ConnectionId, mpsc::Sender<String>>>>,
    /// Somebody came: the next ping may be earlier.
    came: Arc<Notify>,
    /// For those who act by script: a client came or said something.
    stirred: Arc<Notify>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a command leaves whole values behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn now() -> f64 {
    crate::demo::time_of_day().as_secs_f64()
}

impl Hub {
    /// Does something with the server, and tells its clients what came of it, in order.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Server, f64) -> (T, Vec<Output>)) -> T {
        let mut server = locked(&self.server);
        let (done, outputs) = act(&mut server, now());
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
        done
    }
}

/// Starts a server on the current runtime.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(options: Options) -> std::io::Result<Running> {
    let listener = listen(options.listen, options.elsewhere).await?;
    let address = listener.local_addr()?;
    let own = match options.service {
        Some(_) => None,
        None => Some(
            service_http::start(
                AccountService::new(options.seed ^ 0x5e),
                SocketAddr::new(options.listen.ip(), 0),
                false,
            )
            .await?,
        ),
    };
    let service = options.service.clone().or_else(|| own.as_ref().map(|own| own.service.clone()));
    let stirred = options.stirred.clone().unwrap_or_default();
    let mut server = Server::new(Options { service, ..options });
    server.called(format!("ws://{address}"));
    let service = server.service.clone();
    let hub = Hub { server: Arc::new(Mutex::new(server)), queues: Arc::default(), came: Arc::default(), stirred };
    let mut tasks = JoinSet::new();
    tasks.spawn(ping(hub.clone()));
    let heard = hub.clone();
    tasks.spawn(accept(listener, MAX_CONNECTIONS, move |stream| attend(stream, heard.clone())));
    Ok(Running { address, hub, service, own, tasks })
}

/// Pings each client every so often.
async fn ping(hub: Hub) {
    loop {
        let next = locked(&hub.server).next_ping();
        match next {
            Some(at) => {
                let wait = Duration::from_secs_f64((at - now()).clamp(0.0, 3_600.0));
                tokio::select! {
                    () = tokio::time::sleep(wait) => hub.with(|server, now| ((), server.tick(now))),
                    () = hub.came.notified() => {}
                }
            }
            None => hub.came.notified().await,
        }
    }
}

/// Serves one client to the end.
async fn attend(stream: TcpStream, hub: Hub) {
    let asks = tokio::time::timeout(PATIENCE, files_http::is_question(&stream)).await;
    if asks.unwrap_or_default() {
        return files_http::answer(stream, &hub).await;
    }
    let config = WebSocketConfig::default().max_message_size(Some(MAX_FRAME)).max_frame_size(Some(MAX_FRAME));
    let handshake = tokio_tungstenite::accept_async_with_config(stream, Some(config));
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, handshake).await else { return };
    let (mut sink, mut source) = stream.split();
    let (queue, mut queued) = mpsc::channel(QUEUE);
    let id = hub.with(|server, now| {
        let (id, outputs) = server.connect(now);
        locked(&hub.queues).insert(id, queue);
        (id, outputs)
    });
    let _leave = Leave { hub: &hub, id };
    hub.came.notify_one();
    hub.stirred.notify_one();
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
                Some(Ok(Message::Text(text))) => {
                    hub.with(|server, now| ((), server.receive(id, &text, now)));
                    hub.stirred.notify_one();
                }
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
        self.hub.with(|server, now| ((), server.disconnect(self.id, now)));
    }
}
