//! Messages over plain TCP: the same protocol, four bytes of length before each message.

use super::proxy::{accept, bind, head, socks};
use super::support::{Core, Server, config, roles, soon};
use nib::domain::{DownReason, LinkEvent, Reply};
use nib::net::NetEvent;
use nib::net::dial::Proxies;
use nib::net::session::SessionConfig;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn at(server: &Server) -> SessionConfig {
    config(&format!("tcp://127.0.0.1:{}", server.port()))
}

async fn hear(tcp: &mut TcpStream) -> String {
    let length = soon("a length", tcp.read_u32()).await.unwrap();
    let mut text = vec![0; length as usize];
    soon("a message", tcp.read_exact(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

async fn say(tcp: &mut TcpStream, text: &str) {
    tcp.write_u32(u32::try_from(text.len()).unwrap()).await.unwrap();
    tcp.write_all(text.as_bytes()).await.unwrap();
}

/// Plays the server's side of a sign-in and a request.
async fn talk(core: &mut Core, tcp: &mut TcpStream) {
    assert_eq!(hear(tcp).await, "hello old");
    say(tcp, "welcome new").await;
    let read = core.ask(roles(1));
    let asked = hear(tcp).await;
    let number = asked.split(' ').nth(1).unwrap();
    // In pieces, as a network may deliver it.
    let mut answer = u32::try_from(number.len() + 3).unwrap().to_be_bytes().to_vec();
    answer.extend(format!("ok {number}").bytes());
    for piece in answer.chunks(3) {
        tcp.write_all(piece).await.unwrap();
        tcp.flush().await.unwrap();
    }
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
}

#[tokio::test]
async fn requests_and_answers_cross_and_parting_is_an_end_of_the_stream() {
    let server = Server::bind().await;
    let mut core = Core::start(at(&server));
    let mut tcp = server.accept_raw().await;
    talk(&mut core, &mut tcp).await;
    // Nothing but what was asked for has come: there are no pings here.
    core.session.stop();
    let mut rest = Vec::new();
    soon("the end", tcp.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn before_the_sign_in_nothing_can_be_asked_and_silence_means_nothing() {
    let server = Server::bind().await;
    let mut config = at(&server);
    config.timing.ping = Duration::from_millis(5);
    config.timing.answer = Duration::from_millis(10);
    config.timing.silence = Duration::from_millis(40);
    config.timing.probe = Duration::from_millis(10);
    let mut core = Core::start(config);
    let mut tcp = server.accept_raw().await;
    assert_eq!(hear(&mut tcp).await, "hello old");
    core.session.probe();
    // Many times what a connection has that can be asked: the user looks for a code.
    let meanwhile = async {
        loop {
            match core.event().await {
                Some(NetEvent::Link(LinkEvent::Connecting)) => {}
                other => return other,
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_millis(600), meanwhile).await;
    assert!(told.is_err(), "{told:?}");
    say(&mut tcp, "welcome new").await;
    core.signed_in().await;
    assert!(server.nobody_waits());
}

#[tokio::test]
async fn an_end_a_half_message_and_one_that_is_too_long_are_told_and_dialled_again() {
    for (bytes, told) in [
        (&b""[..], "the server closed the connection"),
        (&[0, 0], "the server closed the connection: in the middle of a message"),
        (&[0, 0, 0, 9, b'h', b'a'], "the server closed the connection: in the middle of a message"),
    ] {
        let server = Server::bind().await;
        let mut core = Core::start(at(&server));
        let mut tcp = server.accept_raw().await;
        assert_eq!(hear(&mut tcp).await, "hello old");
        tcp.write_all(bytes).await.unwrap();
        drop(tcp);
        assert_eq!(core.down().await.to_string(), told);
        talk(&mut core, &mut server.accept_raw().await).await;
    }
    for bytes in [&[1, 0, 0, 1, 0][..], b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x16"] {
        let server = Server::bind().await;
        let mut core = Core::start(at(&server));
        let mut tcp = server.accept_raw().await;
        tcp.write_all(bytes).await.unwrap();
        let reason = core.down().await;
        assert!(matches!(reason, DownReason::NotAServer { .. }), "{reason:?}");
        let said = reason.to_string();
        assert!(
            said.ends_with("a message that is too long; its address may have to begin with wss:// or ws://"),
            "{said}"
        );
        drop(tcp);
        talk(&mut core, &mut server.accept_raw().await).await;
    }
}

#[tokio::test]
async fn both_kinds_of_proxies_carry_it() {
    for kind in ["socks5", "http"] {
        let (server, (listener, place)) = (Server::bind().await, bind().await);
        let mut config = config(&format!("tcp://localhost:{}", server.port()));
        config.proxies = Proxies::named(&format!("{kind}://robin:secret@{place}")).unwrap();
        let mut core = Core::start(config);
        let mut near = accept(&listener).await;
        if kind == "http" {
            let head = head(&mut near).await;
            assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port())), "{head}");
            near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        } else {
            assert_eq!(socks(&mut near, b"robin", b"secret").await, ("localhost".to_owned(), server.port()));
            near.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 9]).await.unwrap();
        }
        let mut far = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        let carrying = tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        talk(&mut core, &mut server.accept_raw().await).await;
        carrying.abort();
    }
}
