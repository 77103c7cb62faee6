//! A dial that notes what it meets on the way, for people who look for a fault.

use super::{Dial, Socket, dial_noting};
use crate::domain::{CleanText, DownReason};
use crate::net::dial::{Proxies, ServerAddress};
use futures_util::{SinkExt, StreamExt};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// What a dial met on its way, as far as it came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// The proxy that it went through, as `host:port`.
    pub proxy: Option<String>,
    /// How many addresses the name stands for, of the older and of the newer kind: those of the proxy, where there is one.
    pub addresses: (usize, usize),
    /// How long it took to be connected, the name's look-up included.
    pub connected: Option<Duration>,
    /// The version of the encryption, such as `TLS 1.3`.
    pub encryption: Option<&'static str>,
    /// Who signed the server's certificate, by its own word.
    pub issuer: Option<CleanText>,
    /// How long it took until messages could be exchanged.
    pub open: Option<Duration>,
    /// The server's time of day, as it said when it opened the WebSocket, and ours when that came, both in milliseconds since the Unix epoch.
    pub time: Option<(i64, i64)>,
    /// How long a ping and its answer took. Only WebSockets have them.
    pub latency: Option<Duration>,
}

/// Dials a server, pings it once, and parts. The facts say how far it came, the reason why no further.
pub async fn examine(
    server: ServerAddress,
    ca_file: Option<PathBuf>,
    proxies: Proxies,
    limit: Duration,
) -> (Facts, Result<(), DownReason>) {
    let end = Instant::now() + limit;
    let mut facts = Facts::default();
    let way = Dial { server, ca_file, proxies, limit };
    let outcome = match dial_noting(way, &mut facts).await {
        Ok(mut socket) => {
            facts.latency = timeout_at(end, ping(&mut socket)).await.ok().flatten();
            // Whether the server takes leave in time does not matter here.
            let _ = timeout_at(end, socket.close()).await;
            Ok(())
        }
        Err(reason) => Err(reason),
    };
    (facts, outcome)
}

/// How long a ping takes; `None` if it is not answered, or there is none.
async fn ping(socket: &mut Socket) -> Option<Duration> {
    if !socket.has_pings() {
        return None;
    }
    let sent = Instant::now();
    socket.send(Message::Ping(Bytes::from_static(b"nib"))).await.ok()?;
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Pong(_)) {
            return Some(sent.elapsed());
        }
    }
    None
}
