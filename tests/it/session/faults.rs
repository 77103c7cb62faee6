//! Servers that are not there, are no servers, break the protocol, or fall silent.

use super::support::{Core, Server, config, roles, soon};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use nib::domain::{DownReason, LinkEvent, Reply};
use nib::net::NetEvent;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// What the user is told when the server answers the handshake with these bytes and closes.
async fn told_after(answer: &[u8]) -> String {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut tcp = server.accept_raw().await;
    let mut request = [0; 4096];
    let length = tcp.read(&mut request).await.unwrap();
    assert!(request[..length].starts_with(b"GET / HTTP/1.1\r\n"));
    tcp.write_all(answer).await.unwrap();
    tcp.shutdown().await.unwrap();
    let reason = core.down().await;
    assert!(matches!(reason, DownReason::NotAServer { .. }), "{reason:?}");
    reason.to_string()
}

#[tokio::test]
async fn what_answers_but_is_no_chat_server_is_told_in_words() {
    for (answer, words) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"[..],
            "it answers HTTP 200 (OK) instead of opening a WebSocket",
        ),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "it answers HTTP 404 (Not Found)"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "it agrees to a WebSocket and then does not open one"),
        (b"\x15\x03\x03\x00\x02\x02\x16", "its answer is not HTTP; its address may have to begin with wss://"),
        (b"220 mail.example.org ESMTP\r\n", "its answer is not HTTP"),
        (b"\xff\xfe\x00\x1b[2Jgarbage\r\n\r\n", "its answer is not HTTP"),
        (b"", "it ended the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\nConte", "it ended the connection without an answer"),
    ] {
        let told = told_after(answer).await;
        assert!(told.contains(words), "{told}");
        assert!(!told.contains('\x1b'));
    }
}

#[tokio::test]
async fn a_server_that_wants_rest_gets_it() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut tcp = server.accept_raw().await;
    let mut request = [0; 4096];
    assert!(tcp.read(&mut request).await.unwrap() > 0);
    tcp.write_all(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\n\r\n").await.unwrap();
    let down = soon("the loss", async {
        loop {
            if let Some(NetEvent::Link(LinkEvent::Down { reason, retry_in })) = core.event().await {
                return (reason, retry_in);
            }
        }
    });
    let (reason, retry_in) = down.await;
    assert!(matches!(reason, DownReason::Busy { .. }), "{reason:?}");
    assert_eq!(retry_in, Duration::from_secs(120), "far more than the usual wait");
    // Who does not want to wait need not.
    core.session.probe();
    server.welcome("hello old").await;
}

#[tokio::test]
async fn nobody_there_is_told_and_tried_again() {
    // Taken, so that nobody else gets it, and not listened at.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = nobody.local_addr().unwrap().port();
    let mut core = Core::start(config(&format!("ws://127.0.0.1:{port}")));
    for _ in 0..3 {
        assert_eq!(core.down().await.to_string(), format!("no connection to 127.0.0.1:{port}: nobody answers there"));
    }
}

#[tokio::test]
async fn a_name_without_a_host_is_told() {
    let mut core = Core::start(config("ws://nobody.invalid:1"));
    let reason = core.down().await;
    assert!(matches!(reason, DownReason::Unreachable { .. }), "{reason:?}");
    assert!(reason.to_string().contains("nobody.invalid:1"), "{reason}");
}

#[tokio::test]
async fn a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.dial = Duration::from_millis(50);
    let mut core = Core::start(config);
    let _tcp = server.accept_raw().await;
    let told = core.down().await.to_string();
    assert!(told.contains("says nothing"), "{told}");
    let _again = server.accept_raw().await;
}

#[tokio::test]
async fn a_connection_without_a_sign_of_life_counts_as_dead() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.ping = Duration::from_millis(20);
    config.timing.silence = Duration::from_millis(80);
    let mut core = Core::start(config);
    // It never reads, so that it answers no ping.
    let peer = server.welcome("hello old").await;
    core.signed_in().await;
    assert_eq!(core.down().await, DownReason::Quiet);
    drop(peer);
    server.welcome("hello new").await;
    core.signed_in().await;
}

#[tokio::test]
async fn a_line_that_is_dead_in_one_way_alone_is_dead_however_much_comes_the_other_way() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.ping = Duration::from_millis(20);
    config.timing.silence = Duration::from_millis(300);
    let silence = config.timing.silence;
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    // The answer to the first has left when the second is here.
    for _ in 0..2 {
        let Some(Ok(Message::Ping(_))) = soon("a ping", peer.0.next()).await else { panic!("no ping") };
    }
    // From now on nothing that the client says is heard, while the server goes on telling.
    let begun = Instant::now();
    let telling = async {
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        for number in 0_u64.. {
            pace.tick().await;
            if peer.0.send(Message::text(format!("fact {number}"))).await.is_err() {
                break;
            }
        }
        std::future::pending::<DownReason>().await
    };
    let reason = tokio::select! { reason = core.down() => reason, reason = telling => reason };
    assert_eq!(reason, DownReason::Quiet);
    assert!(begun.elapsed() >= silence - Duration::from_millis(40), "{:?}", begun.elapsed());
    server.welcome("hello new").await;
    core.signed_in().await;
}

#[tokio::test]
async fn a_server_that_only_answers_pings_is_alive() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.ping = Duration::from_millis(40);
    config.timing.silence = Duration::from_millis(400);
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    // Longer than the silence that would kill it.
    for _ in 0..15 {
        match soon("a ping", peer.0.next()).await {
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("{other:?} instead of a ping"),
        }
    }
    core.session.stop();
    let told = core.rest().await;
    let fast =
        |event: &NetEvent| matches!(event, NetEvent::Link(LinkEvent::Latency(took)) if *took < Duration::from_secs(5));
    assert!(told.iter().all(fast), "{told:?}");
}

#[tokio::test]
async fn where_else_the_server_is_is_tried_after_two_dials_in_vain() {
    let (home, other) = (Server::bind().await, Server::bind().await);
    let mut core = Core::start(home.config());
    let mut peer = home.welcome("hello old").await;
    core.signed_in().await;
    peer.say(&format!("places stranger.example:9 127.0.0.1:{}", other.port())).await;
    drop((home, peer));
    assert!(matches!(core.down().await, DownReason::Closed(_)));
    for _ in 0..2 {
        assert!(matches!(core.down().await, DownReason::Unreachable { .. }));
    }
    let peer = other.welcome("hello new").await;
    core.signed_in().await;
    // A sign-in begins anew with the address that the user gave, where nobody is.
    drop(peer);
    core.down().await;
    assert!(matches!(core.down().await, DownReason::Unreachable { .. }));
    assert!(other.nobody_waits());
}

#[tokio::test]
async fn a_close_is_answered_and_its_reason_told() {
    for (frame, told) in [
        (None, "the server closed the connection"),
        (Some((CloseCode::Normal, "")), "the server closed the connection"),
        (Some((CloseCode::Away, "")), "the server closed the connection: it is going away"),
        (Some((CloseCode::Restart, "back \x1b[31msoon")), "the server closed the connection: back [31msoon"),
    ] {
        let server = Server::bind().await;
        let mut core = Core::start(server.config());
        let mut peer = server.welcome("hello old").await;
        core.signed_in().await;
        let frame = frame.map(|(code, reason)| CloseFrame { code, reason: reason.into() });
        peer.0.send(Message::Close(frame)).await.unwrap();
        assert!(matches!(peer.next().await, Some(Message::Close(_))));
        drop(peer);
        assert_eq!(core.down().await.to_string(), told);
        server.welcome("hello new").await;
    }
}

#[tokio::test]
async fn garbage_in_frames_is_skipped_and_the_connection_goes_on() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    peer.0.send(Message::Binary(Bytes::from_static(&[0xff; 1000]))).await.unwrap();
    peer.0.send(Message::Text("what?".into())).await.unwrap();
    peer.0.send(Message::Binary(Bytes::new())).await.unwrap();
    peer.0.send(Message::Ping(Bytes::from_static(b"there?"))).await.unwrap();
    let pong = loop {
        match soon("the pong", peer.0.next()).await {
            Some(Ok(Message::Ping(_))) => {}
            other => break other,
        }
    };
    assert!(matches!(pong, Some(Ok(Message::Pong(bytes))) if &bytes[..] == b"there?"));
    let read = core.ask(roles(1));
    let (number, _) = peer.asked().await;
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
}

#[tokio::test]
async fn a_server_that_breaks_the_websocket_protocol_is_left_and_dialled_again() {
    for (bytes, words) in [
        (&[0xf2, 0x01, 0x00][..], "breaks the rules of WebSockets"),
        (&[0x82, 0x81, 0, 0, 0, 0, 0], "breaks the rules of WebSockets"),
        // A frame of 17 MiB is announced.
        (&[0x82, 127, 0, 0, 0, 0, 1, 0x10, 0, 0], "a message that is too long"),
        (&[0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a message that is too long"),
        (&[0x81, 0x01, 0xff], "not UTF-8"),
    ] {
        let server = Server::bind().await;
        let mut core = Core::start(server.config());
        let mut peer = server.welcome("hello old").await;
        core.signed_in().await;
        peer.0.get_mut().write_all(bytes).await.unwrap();
        let reason = core.down().await;
        assert!(matches!(reason, DownReason::NotAServer { .. }), "{reason:?}");
        assert!(reason.to_string().contains(words), "{reason}");
        server.welcome("hello new").await;
        core.signed_in().await;
    }
}

#[tokio::test]
async fn an_adapter_that_gives_up_leads_to_a_new_dial() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    peer.say("break").await;
    let told = core.down().await.to_string();
    assert!(told.ends_with("does not answer like a chat server: it said break"), "{told}");
    drop(peer);
    server.welcome("hello new").await;
}

#[tokio::test]
async fn a_panic_is_a_lost_connection_and_no_more() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let mut peer = server.welcome("hello old").await;
    let read = core.ask(roles(1));
    peer.asked().await;
    peer.say("panic").await;
    assert_eq!(core.down().await, DownReason::Internal);
    let mut peer = server.welcome("hello new").await;
    let (number, what) = peer.asked().await;
    assert_eq!(what, "roles 1");
    peer.say(&format!("ok {number}")).await;
    assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
}
