//! Where the server meets its connections: one lock around the server, and a bounded queue for each connection.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc, watch};

use super::frame::encode;
use super::methods::PATIENCE;
use super::server::{ConnectionId, Output, Server};

/// Bytes that may wait for one connection.
const MAX_QUEUED_BYTES: usize = 16 * 1_048_576;

/// What a connection's writer does next.
#[derive(Debug)]
pub(crate) enum Outbound {
    /// Sends a binary frame.
    Frame(Bytes),
    /// Closes with a code and a reason.
    Close(u16, String),
}

/// The near end of a connection's queue.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    /// Its queue.
    pub(crate) frames: mpsc::Sender<Outbound>,
    /// Bytes waiting in it.
    pub(crate) queued: Arc<AtomicUsize>,
    /// Ends the connection at once.
    pub(crate) cut: Arc<Notify>,
    /// Said when something was taken out of the queue.
    pub(crate) drained: Arc<Notify>,
    /// Said at the same moments, for a flood.
    pub(crate) roomier: Arc<Notify>,
}

/// What the lock guards.
#[derive(Debug)]
struct Inner {
    server: Server,
    sockets: BTreeMap<ConnectionId, Socket>,
}

/// The server and its connections, shared by all tasks.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    inner: Arc<Mutex<Inner>>,
    /// Wakes the script when somebody wrote something or signed in.
    pub(crate) written: Arc<Notify>,
    /// Says that a mail was written.
    pub(crate) posted: Arc<Notify>,
    /// While true nothing is read from any connection.
    pub(crate) frozen: Arc<watch::Sender<bool>>,
    queue: usize,
}

/// The wall clock in Unix milliseconds.
pub(crate) fn wall_clock() -> i64 {
    i64::try_from(crate::demo::time_of_day().as_millis()).unwrap_or(i64::MAX)
}

impl Hub {
    /// A hub around a server; `queue` bounds the frames that wait for one connection.
    pub(crate) fn new(server: Server, queue: usize) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner { server, sockets: BTreeMap::new() })),
            written: Arc::new(Notify::new()),
            posted: Arc::new(Notify::new()),
            frozen: Arc::new(watch::Sender::new(false)),
            queue: queue.max(1),
        }
    }

    // A panic while the lock is held would be a bug of this server; serving on is better than taking every client down.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client has connected: its id, its socket's near end and the queue to write from.
    pub(crate) fn connect(&self) -> (ConnectionId, Socket, mpsc::Receiver<Outbound>) {
        let (frames, queue) = mpsc::channel(self.queue);
        let queued = Arc::default();
        let socket = Socket { frames, queued, cut: Arc::default(), drained: Arc::default(), roomier: Arc::default() };
        let mut inner = self.lock();
        let id = inner.server.connect();
        inner.sockets.insert(id, socket.clone());
        (id, socket, queue)
    }

    /// A client has gone.
    pub(crate) fn disconnect(&self, id: ConnectionId) {
        let mut inner = self.lock();
        inner.sockets.remove(&id);
        let outputs = inner.server.disconnect(id, wall_clock());
        inner.deliver(outputs);
    }

    /// A frame has come in.
    pub(crate) fn receive(&self, id: ConnectionId, frame: &[u8]) {
        let mut inner = self.lock();
        let waiting = inner.server.waiting.len();
        let outputs = inner.server.handle_frame(id, frame, wall_clock());
        inner.deliver(outputs);
        self.wake_script(&inner);
        if inner.server.waiting.len() > waiting {
            let hub = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(PATIENCE.unsigned_abs())).await;
                hub.with(Server::expire);
            });
        }
    }

    /// A text frame has come in, which this protocol does not have.
    pub(crate) fn receive_text(&self, id: ConnectionId, size: usize) {
        let mut inner = self.lock();
        let (_, outputs) = inner.server.with(wall_clock(), |server| {
            server.reject(id, None, &format!("A text frame of {size} bytes; only binary frames are used."));
        });
        inner.deliver(outputs);
    }

    /// Runs something on the server and delivers what follows from it.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&mut Server) -> T) -> T {
        let mut inner = self.lock();
        let (value, outputs) = inner.server.with(wall_clock(), run);
        inner.deliver(outputs);
        self.wake_script(&inner);
        value
    }

    fn wake_script(&self, inner: &Inner) {
        if !inner.server.state.mails.is_empty() {
            self.posted.notify_one();
        }
        if inner.server.listening && (inner.server.arrived || !inner.server.written.is_empty()) {
            self.written.notify_one();
        }
    }

    /// The near ends of all connections.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        self.lock().sockets.values().cloned().collect()
    }
}

impl Inner {
    /// Puts frames into queues. A connection whose queue is full is cut; that may tell others that somebody has gone.
    fn deliver(&mut self, outputs: Vec<Output>) {
        let mut pending = outputs;
        while !pending.is_empty() {
            let mut slow = Vec::new();
            for output in std::mem::take(&mut pending) {
                let (id, outbound) = match output {
                    Output::Send(id, message) => match encode(&message) {
                        Some(frame) => (id, Outbound::Frame(frame)),
                        None => continue,
                    },
                    Output::Close(id, code, reason) => (id, Outbound::Close(code, reason)),
                };
                let closing = matches!(outbound, Outbound::Close(..));
                let Some(socket) = self.sockets.get(&id) else { continue };
                if !socket.offer(outbound) {
                    socket.cut.notify_one();
                    slow.push(id);
                    self.sockets.remove(&id);
                } else if closing {
                    self.sockets.remove(&id);
                }
            }
            for id in slow {
                tracing::debug!(connection = id, "closed a connection that reads too slowly");
                pending.extend(self.server.disconnect(id, wall_clock()));
            }
        }
    }
}

impl Socket {
    /// Puts something into the queue; false when there is no room.
    pub(crate) fn offer(&self, outbound: Outbound) -> bool {
        let size = match &outbound {
            Outbound::Frame(frame) => frame.len(),
            Outbound::Close(..) => 0,
        };
        if self.queued.load(Ordering::Relaxed) + size > MAX_QUEUED_BYTES {
            return false;
        }
        // Counted before it is queued, so that the writer never subtracts first.
        self.queued.fetch_add(size, Ordering::Relaxed);
        let taken = self.frames.try_send(outbound).is_ok();
        if !taken {
            self.queued.fetch_sub(size, Ordering::Relaxed);
        }
        taken
    }
}
