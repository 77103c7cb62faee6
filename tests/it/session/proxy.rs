//! Connections through proxies: both kinds carry a chat, and each way of not getting through is told in words.

use super::support::{Core, Server, config, roles, soon};
use nib::domain::{DownReason, Reply};
use nib::net::dial::Proxies;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A core whose server is reached through this proxy.
fn core(server: &Server, proxy: &str) -> Core {
    let mut config = config(&format!("ws://localhost:{}", server.port()));
    config.proxies = Proxies::named(proxy).unwrap();
    Core::start(config)
}

pub(super) async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    (listener, place)
}

pub(super) async fn accept(listener: &TcpListener) -> TcpStream {
    soon("a connection to the proxy", listener.accept()).await.unwrap().0
}

/// What a client sends to an HTTP proxy, up to the empty line.
pub(super) async fn head(tcp: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon("a request to the proxy", tcp.read_u8()).await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn bytes<const N: usize>(tcp: &mut TcpStream) -> [u8; N] {
    let mut read = [0; N];
    soon("a request to the proxy", tcp.read_exact(&mut read)).await.unwrap();
    read
}

/// The client's side of a SOCKS5 handshake with user name and password (RFC 1928, RFC 1929): the host and port that it asks for.
pub(super) async fn socks(tcp: &mut TcpStream, user: &[u8], password: &[u8]) -> (String, u16) {
    let [version, methods] = bytes(tcp).await;
    assert_eq!(version, 5);
    for _ in 0..methods {
        bytes::<1>(tcp).await;
    }
    tcp.write_all(&[5, 2]).await.unwrap();
    for (at, expected) in [user, password].into_iter().enumerate() {
        if at == 0 {
            assert_eq!(bytes(tcp).await, [1]);
        }
        let [length] = bytes(tcp).await;
        let mut said = vec![0; usize::from(length)];
        tcp.read_exact(&mut said).await.unwrap();
        assert_eq!(said, expected);
    }
    tcp.write_all(&[1, 0]).await.unwrap();
    // Connect, to a name: the proxy looks it up.
    assert_eq!(bytes(tcp).await, [5, 1, 0, 3]);
    let [length] = bytes(tcp).await;
    let mut host = vec![0; usize::from(length)];
    tcp.read_exact(&mut host).await.unwrap();
    (String::from_utf8(host).unwrap(), u16::from_be_bytes(bytes(tcp).await))
}

/// Carries bytes both ways, and plays the server's side of a sign-in and a request through it.
async fn carries(mut core: Core, server: &Server, mut near: TcpStream) {
    let mut far = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let carrying = tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
    let mut peer = server.accept().await;
    assert_eq!(peer.hear().await, "hello old");
    peer.say("welcome new").await;
    let read = core.ask(roles(1));
    let (number, _) = peer.asked().await;
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
    carrying.abort();
}

#[tokio::test]
async fn a_socks_proxy_carries_a_chat() {
    let (server, (listener, place)) = (Server::bind().await, bind().await);
    let core = core(&server, &format!("socks5://robin:secret@{place}"));
    let mut near = accept(&listener).await;
    assert_eq!(socks(&mut near, b"robin", b"secret").await, ("localhost".to_owned(), server.port()));
    near.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 9]).await.unwrap();
    carries(core, &server, near).await;
}

#[tokio::test]
async fn an_http_proxy_carries_a_chat() {
    let (server, (listener, place)) = (Server::bind().await, bind().await);
    let core = core(&server, &format!("http://robin:secret@{place}"));
    let mut near = accept(&listener).await;
    let head = head(&mut near).await;
    assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port())), "{head}");
    // "robin:secret" in base 64.
    assert!(head.contains("Proxy-Authorization: Basic cm9iaW46c2VjcmV0\r\n"), "{head}");
    near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    carries(core, &server, near).await;
}

fn told(reason: &DownReason, words: &[&str]) {
    let said = reason.to_string();
    assert!(matches!(reason, DownReason::Unreachable { .. }), "{reason:?}");
    assert!(words.iter().all(|word| said.contains(word)) && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_proxy_that_opens_no_way_is_told() {
    let server = Server::bind().await;
    for (answer, words) in [
        ("HTTP/1.1 407 No\r\n\r\n", "it asks for another user name and password"),
        ("HTTP/1.1 403 No\r\n\r\n", "it refuses to connect there"),
        ("SSH-2.0\r\n\r\n", "it refuses to connect there"),
        ("", "it ends the connection"),
    ] {
        let (listener, place) = bind().await;
        let mut core = core(&server, &format!("http://robin:secret@{place}"));
        let mut near = accept(&listener).await;
        head(&mut near).await;
        near.write_all(answer.as_bytes()).await.unwrap();
        drop(near);
        told(&core.down().await, &[&place, words]);
    }
    let (listener, place) = bind().await;
    let mut core = core(&server, &format!("socks5://robin:secret@{place}"));
    let mut near = accept(&listener).await;
    socks(&mut near, b"robin", b"secret").await;
    // Not allowed by the rules of the proxy.
    near.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    told(&core.down().await, &[&place, "opens no way"]);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let server = Server::bind().await;
    let (listener, place) = bind().await;
    drop(listener);
    told(&core(&server, &format!("socks5://{place}")).down().await, &["the proxy", &place, "nobody answers there"]);
    assert!(server.nobody_waits(), "nothing goes round the proxy");
}
