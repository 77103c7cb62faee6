//! From an address to an open connection, and what went wrong in words where there is none.
//!
//! All addresses of a name are tried: the next one starts when the one before fails, or after [`STAGGER`] without an answer, and the
//! first that connects wins. `ws://` and `tcp://` to another machine are allowed, since tunnels and home networks need them, and are logged as a warning.

mod address;
mod examine;
mod issuer;
mod proxy;
pub(crate) mod reason;
mod socket;
mod tcp;

pub use address::{BadAddress, ServerAddress};
pub use examine::{Facts, examine};
pub use proxy::{BadProxy, Proxies};
pub(crate) use socket::Socket;

use crate::domain::DownReason;
use crate::net::tls;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::http::header::{DATE, USER_AGENT};
use tungstenite::protocol::WebSocketConfig;

/// How long one address of a name is alone before the next is tried beside it.
pub const STAGGER: Duration = Duration::from_millis(300);
/// The longest frame that is taken from a server, in bytes.
pub const LONGEST_FRAME: usize = 16 << 20;

/// A byte stream, encrypted or not.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for T {}

/// Everything that a dial needs.
#[derive(Clone, Debug)]
pub(crate) struct Dial {
    pub(crate) server: ServerAddress,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) proxies: Proxies,
    /// For everything together: name, socket, encryption, handshake.
    pub(crate) limit: Duration,
}

/// Dials.
pub(crate) async fn dial(dial: Dial) -> Result<Socket, DownReason> {
    dial_noting(dial, &mut Facts::default()).await
}

/// Dials, and notes how far it came.
async fn dial_noting(dial: Dial, facts: &mut Facts) -> Result<Socket, DownReason> {
    let Dial { server, ca_file, proxies, limit } = dial;
    let start = tokio::time::Instant::now();
    let deadline = start + limit;
    let seconds = limit.as_secs().max(1);
    let tcp = tokio::time::timeout_at(deadline, reach(&server, &proxies, facts))
        .await
        .map_err(|_| reason::unreachable(&server, &format!("no answer within {seconds} s")))??;
    facts.connected = Some(start.elapsed());
    let shake_hands = async {
        let stream = encrypted(&server, ca_file, tcp, facts).await?;
        shake_hands(&server, stream, facts).await
    };
    let socket = tokio::time::timeout_at(deadline, shake_hands).await.map_err(|_| {
        reason::not_a_server(&server, &format!("it takes the connection and then says nothing for {seconds} s"))
    })??;
    facts.open = Some(start.elapsed());
    Ok(socket)
}

/// Opens a stream of bytes to a server, without saying anything on it. The limit is the caller's.
pub(crate) async fn open_stream(dial: &Dial) -> Result<Box<dyn ByteStream>, DownReason> {
    let facts = &mut Facts::default();
    let tcp = reach(&dial.server, &dial.proxies, facts).await?;
    encrypted(&dial.server, dial.ca_file.clone(), tcp, facts).await
}

/// A way for bytes to the server: directly, or through the proxy that stands before it.
async fn reach(server: &ServerAddress, proxies: &Proxies, facts: &mut Facts) -> Result<TcpStream, DownReason> {
    let Some(proxy) = proxies.to(server) else {
        return connect(server, server.host(), server.port(), "", facts).await;
    };
    let (host, port) = proxy::place(&proxy);
    facts.proxy = Some(format!("{host}:{port}"));
    let socket = connect(server, &host, port, &format!("the proxy {host}:{port}: "), facts).await?;
    proxy::through(&proxy, socket, server).await
}

/// Connects to a host. `whose` begins what is said of a fault.
async fn connect(
    server: &ServerAddress,
    host: &str,
    port: u16,
    whose: &str,
    facts: &mut Facts,
) -> Result<TcpStream, DownReason> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(found) => found.collect(),
        Err(error) => return Err(reason::of_name(server, whose, &error)),
    };
    let newer = addresses.iter().filter(|address| address.is_ipv6()).count();
    facts.addresses = (addresses.len() - newer, newer);
    let tcp = first_of(&addresses).await.map_err(|error| match error {
        Some(error) => reason::of_connect(server, whose, &error),
        None => reason::unreachable(server, &format!("{whose}its name stands for no address")),
    })?;
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, "small frames may be delayed");
    }
    // What the other side has not got when the connection is given up it must not get later: it may be said again on the next one. Who parts in good form
    // waits until everything is there.
    if let Err(error) = tcp.set_zero_linger() {
        tracing::debug!(%error, "what was said last may arrive after the end of the connection");
    }
    Ok(tcp)
}

/// Connects to the first address that answers. `None`: there was no address. Else the fault of the first that failed, which is the one
/// the system prefers.
async fn first_of(addresses: &[SocketAddr]) -> Result<TcpStream, Option<io::Error>> {
    let mut left = addresses.iter().copied().enumerate();
    let mut tries = FuturesUnordered::new();
    let mut fault: Option<(usize, io::Error)> = None;
    loop {
        if let Some((rank, address)) = left.next() {
            tries.push(async move { (rank, TcpStream::connect(address).await) });
        } else if tries.is_empty() {
            return Err(fault.map(|(_, error)| error));
        }
        let more = left.len() > 0;
        let settled = tokio::select! {
            settled = tries.next() => settled,
            () = tokio::time::sleep(STAGGER), if more => None,
        };
        match settled {
            Some((_, Ok(tcp))) => return Ok(tcp),
            Some((rank, Err(error))) if fault.as_ref().is_none_or(|&(other, _)| rank < other) => {
                fault = Some((rank, error));
            }
            Some(_) | None => {}
        }
    }
}

/// The stream, encrypted where the server's address says so.
async fn encrypted(
    server: &ServerAddress,
    ca_file: Option<PathBuf>,
    tcp: TcpStream,
    facts: &mut Facts,
) -> Result<Box<dyn ByteStream>, DownReason> {
    Ok(if server.is_encrypted() {
        let config = tokio::task::spawn_blocking(move || tls::client_config(ca_file.as_deref()))
            .await
            .map_err(|_| DownReason::Internal)?
            .map_err(|error| reason::unreachable(server, &error.to_string()))?;
        let name = ServerName::try_from(server.host().trim_end_matches('.').to_owned())
            .map_err(|_| reason::unsafe_link(server, "no certificate can be for such a name"))?;
        let encrypted = tokio_rustls::TlsConnector::from(config).connect(name, tcp).await;
        let encrypted = encrypted.map_err(|error| reason::of_tls(server, &error))?;
        let (_, tls) = encrypted.get_ref();
        facts.encryption = match tls.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
            Some(rustls::ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
            _ => None,
        };
        facts.issuer = tls.peer_certificates().and_then(|chain| issuer::issuer(chain.first()?));
        Box::new(encrypted)
    } else {
        if !server.is_loopback() {
            tracing::warn!(%server, "this connection is not encrypted: everybody on the way can read it");
        }
        Box::new(tcp)
    })
}

async fn shake_hands(
    server: &ServerAddress,
    stream: Box<dyn ByteStream>,
    facts: &mut Facts,
) -> Result<Socket, DownReason> {
    if !server.is_websocket() {
        let (incoming, outgoing) = tcp::messages(stream);
        return Ok(Socket::Tcp(incoming, outgoing));
    }
    let fault = |error: tungstenite::Error| reason::of_handshake(server, &error);
    let mut request = server.to_string().into_client_request().map_err(fault)?;
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(concat!("nib/", env!("CARGO_PKG_VERSION"))));
    let config = WebSocketConfig::default()
        .read_buffer_size(64 << 10)
        .write_buffer_size(8 << 10)
        .max_message_size(Some(LONGEST_FRAME))
        .max_frame_size(Some(LONGEST_FRAME));
    let (socket, answer) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await.map_err(fault)?;
    let ours = jiff::Timestamp::now().as_millisecond();
    let date = answer.headers().get(DATE).and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?.trim()).ok());
    facts.time = date.map(|date| (date.timestamp().as_millisecond(), ours));
    Ok(Socket::Web(Box::new(socket)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// A port that was free a moment ago.
    async fn nobody() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
    }

    #[tokio::test]
    async fn the_first_address_that_answers_wins() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let somebody = listener.local_addr().unwrap();
        // One that refuses, and one of the addresses kept for documentation, which at best never answers.
        let silent = SocketAddr::from(([192, 0, 2, 1], 9));
        let tcp = first_of(&[nobody().await, silent, somebody]).await.unwrap();
        assert_eq!(tcp.peer_addr().unwrap(), somebody);
    }

    #[tokio::test]
    async fn a_name_with_numbers_of_both_kinds_is_reached_by_the_one_that_lives() {
        if let Err(error) = TcpListener::bind("[::1]:0").await {
            eprintln!("NOT TESTED: addresses of both kinds, since [::1] cannot be listened at here: {error}");
            return;
        }
        for (dead, alive) in [("127.0.0.1:0", "[::1]:0"), ("[::1]:0", "127.0.0.1:0")] {
            let listener = TcpListener::bind(alive).await.unwrap();
            let dead = TcpListener::bind(dead).await.unwrap().local_addr().unwrap();
            let tcp = first_of(&[dead, listener.local_addr().unwrap()]).await.unwrap();
            assert_eq!(tcp.peer_addr().unwrap(), listener.local_addr().unwrap());
        }
    }

    #[tokio::test]
    async fn when_none_answers_the_first_one_s_fault_is_told() {
        let fault = first_of(&[nobody().await, nobody().await]).await.unwrap_err().unwrap();
        assert_eq!(fault.kind(), io::ErrorKind::ConnectionRefused);
        assert!(first_of(&[]).await.unwrap_err().is_none());
    }
}
