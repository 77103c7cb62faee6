//! Every way in which a connection does not come about, with the sentence that is said of it and the exit code: of the real binary, over real sockets.

use super::server::{Server, kept};
use super::shell::Home;
use super::strangers::{Frames, Stranger};
use std::net::{Ipv4Addr, SocketAddr};

const EMAIL: &str = "robin@demo.example";
const PASSWORD: &str = "demo-robin";
const CHECK: &str = "Check the server's address and your network, then try again.";
const AGAIN: &str = "Try again in a moment.";
/// What is said besides where a message was to be sent.
const NOTHING: &str = "Nothing was sent; with --queue it is kept until it can be.";

/// Signs in to an address, and compares the whole of what is said; `HERE` stands for the place.
#[track_caller]
fn said(home: &Home, address: &str, place: &str, expected: &str) {
    let done = home.log_in(address, EMAIL, PASSWORD).failed(4, &[]);
    assert_eq!(done.err.trim_end(), expected.replace("HERE", place), "{address}");
    assert!(!done.err.contains(PASSWORD));
}

#[track_caller]
fn of_stranger(scheme: &str, stranger: Stranger, expected: &str) {
    let port = stranger.listen();
    let place = format!("127.0.0.1:{port}");
    said(&Home::new(), &format!("{scheme}://{place}"), &place, expected);
}

#[test]
fn web_servers_and_portals() {
    let no_server = "HERE does not answer like a chat server: it answers HTTP";
    for (answer, expected) in [
        (
            "200 OK\r\nContent-Type: text/html\r\n",
            format!("{no_server} 200 (OK) instead of opening a WebSocket. {CHECK}"),
        ),
        (
            "302 Found\r\nLocation: http://portal.hotel.example/login?from=nib\r\n",
            format!(
                "{no_server} 302 (Found) and sends nib to portal.hotel.example, where a token must not follow. {CHECK}"
            ),
        ),
        (
            "307 Temporary Redirect\r\nLocation: /elsewhere\r\n",
            format!(
                "{no_server} 307 (Temporary Redirect) and sends nib elsewhere, where a token must not follow. {CHECK}"
            ),
        ),
        (
            "301 Moved Permanently\r\nLocation: https://you:pass@evil.example/\r\n",
            format!(
                "{no_server} 301 (Moved Permanently) and sends nib elsewhere, where a token must not follow. {CHECK}"
            ),
        ),
        ("401 Unauthorized\r\n", format!("{no_server} 401 (Unauthorized) and does not let you in from here. {CHECK}")),
        ("403 Forbidden\r\n", format!("{no_server} 403 (Forbidden) and does not let you in from here. {CHECK}")),
        ("404 Not Found\r\n", format!("{no_server} 404 (Not Found): there is no chat server at that path. {CHECK}")),
        (
            "407 Proxy Authentication Required\r\n",
            format!(
                "{no_server} 407 (Proxy Authentication Required): a proxy on the way wants a user name and password; \
                 name it in the configuration. {CHECK}"
            ),
        ),
        (
            "511 Network Authentication Required\r\n",
            format!(
                "{no_server} 511 (Network Authentication Required): this network has a sign-in page; open it in a \
                 browser first. {CHECK}"
            ),
        ),
        ("418 Teapot\r\n", format!("{no_server} 418 (I'm a teapot) instead of opening a WebSocket. {CHECK}")),
        ("999 Ha\r\n", format!("{no_server} 999 instead of opening a WebSocket. {CHECK}")),
    ] {
        let answer = format!("HTTP/1.1 {answer}Content-Length: 0\r\n\r\n");
        of_stranger("ws", Stranger::Answers(answer.leak()), &expected);
    }
}

#[test]
fn servers_that_take_nobody_for_now() {
    let busy = "HERE takes nobody just now: it answers HTTP";
    for (answer, expected) in [
        ("429 Too Many Requests\r\n", format!("{busy} 429 (Too Many Requests): it is asked too often. {AGAIN}")),
        (
            "429 Too Many Requests\r\nRetry-After: 30\r\n",
            format!("{busy} 429 (Too Many Requests): it is asked too often, and wants 30 s of rest. {AGAIN}"),
        ),
        ("502 Bad Gateway\r\n", format!("{busy} 502 (Bad Gateway): it is out of order. {AGAIN}")),
        (
            "503 Service Unavailable\r\nRetry-After: 99999999999\r\n",
            format!("{busy} 503 (Service Unavailable): it is out of order, and wants 600 s of rest. {AGAIN}"),
        ),
        (
            "503 Service Unavailable\r\nRetry-After: soon\r\n",
            format!("{busy} 503 (Service Unavailable): it is out of order. {AGAIN}"),
        ),
        (
            "503 Service Unavailable\r\nRetry-After: Sat, 13 Jul 4024 15:09:59 GMT\r\n",
            format!("{busy} 503 (Service Unavailable): it is out of order, and wants 600 s of rest. {AGAIN}"),
        ),
    ] {
        let answer = format!("HTTP/1.1 {answer}Content-Length: 0\r\n\r\n");
        of_stranger("ws", Stranger::Answers(answer.leak()), &expected);
    }
}

#[test]
fn what_is_no_web_server_at_all() {
    let no_server = "HERE does not answer like a chat server:";
    for (scheme, stranger, expected) in [
        ("ws", Stranger::Gone, format!("{no_server} it ended the connection without an answer. {CHECK}")),
        (
            "ws",
            Stranger::Says(b"SSH-2.0-OpenSSH_9.9\r\n"),
            format!("{no_server} its answer is not HTTP; its address may have to begin with wss://. {CHECK}"),
        ),
        (
            "ws",
            Stranger::Says(b"\x15\x03\x03\x00\x02\x02\x16"),
            format!("{no_server} its answer is not HTTP; its address may have to begin with wss://. {CHECK}"),
        ),
        (
            "wss",
            Stranger::Says(b"220 mail.example.org ESMTP\r\n"),
            format!("{no_server} it does not speak TLS; its address may have to begin with ws://. {CHECK}"),
        ),
        (
            "wss",
            Stranger::Gone,
            format!(
                "{no_server} it ended the connection instead of encrypting it; its address may have to begin with ws://. {CHECK}"
            ),
        ),
        (
            "ws",
            Stranger::Sends(Frames::Binary(b"\xff\xff\xff\xff garbage")),
            format!("{no_server} it sends something that cannot be read. {CHECK}"),
        ),
        (
            "ws",
            Stranger::Answers("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
            format!("{no_server} it agrees to a WebSocket and then does not open one. {CHECK}"),
        ),
    ] {
        of_stranger(scheme, stranger, &expected);
    }
}

#[test]
fn closed_with_a_code_or_with_words() {
    for (code, reason, words) in [
        (1000, "", ""),
        (1001, "", ": it is going away"),
        (1003, "", ": it did not understand nib"),
        (1008, "", ": something was against its rules"),
        (1009, "", ": a message was too large for it"),
        (1011, "", ": it met a fault of its own"),
        (1012, "", ": it is starting anew"),
        (1013, "", ": it has too much to do"),
        (4004, "", ": its reason has the number 4004, and nib does not know it"),
        (1008, "You are not welcome here", ": You are not welcome here"),
        (1013, "Full house.", ": Full house"),
    ] {
        let port = Stranger::Sends(Frames::Close(code, reason)).listen();
        let address = format!("ws://127.0.0.1:{port}");
        let expected = format!("No sign-in at {address}: the server closed the connection{words}. {AGAIN}");
        said(&Home::new(), &address, "", &expected);
    }
}

#[test]
fn nobody_there_and_no_way_to_there() {
    let nobody = kept(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let place = format!("127.0.0.1:{}", nobody.local_addr().unwrap().port());
    let home = Home::new();
    said(&home, &format!("ws://{place}"), &place, &format!("No connection to HERE: nobody answers there. {CHECK}"));
    // A name that is never given away. Whether it is denied or nobody can be asked depends on the network of the tester.
    let done = home
        .log_in("wss://nobody.invalid", EMAIL, PASSWORD)
        .failed(4, &["No connection to nobody.invalid:443: its name"]);
    assert!(done.err.contains("was not found") || done.err.contains("cannot be looked up just now"), "{done:?}");
    // An address of one link that does not say which.
    let words = "No connection to [fe80::1]:9: that is no address that can be connected to from here.";
    let done = home.log_in("ws://[fe80::1]:9", EMAIL, PASSWORD);
    assert!(done.code() == 4 && done.err.contains(words), "{done:?}");
}

#[test]
fn silence() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), "connect_timeout = 1\n").unwrap();
    for scheme in ["ws", "wss"] {
        let place = format!("127.0.0.1:{}", Stranger::Silent.listen());
        let words = "HERE does not answer like a chat server: it takes the connection and then says nothing for 1 s";
        said(&home, &format!("{scheme}://{place}"), &place, &format!("{words}. {CHECK}"));
    }
}

#[test]
fn proxies_that_open_no_way() {
    let server = Server::start();
    let robin = server.account("robin");
    let asks = "it asks for another user name and password";
    for (stranger, kind, words) in [
        (Stranger::Answers("HTTP/1.1 407 No\r\n\r\n"), "http", asks),
        (Stranger::Answers("HTTP/1.1 403 No\r\n\r\n"), "http", "it refuses to connect there"),
        (Stranger::Answers("HTTP/1.1 502 No\r\n\r\n"), "http", "it refuses to connect there"),
        (Stranger::Gone, "http", "it ends the connection, perhaps for want of a right user name and password"),
        // No method is acceptable to it.
        (Stranger::Says(&[5, 0xff]), "socks5", "it does not take a user name and password in the usual way"),
        // User name and password, which are not right.
        (Stranger::Says(&[5, 2, 1, 1]), "socks5", asks),
        (Stranger::Says(&[5, 2, 1, 0, 5, 1, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it is out of order"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it refuses to connect there"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it has no network to there"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it finds no such server"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "nobody answers it there"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 6, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it gets no answer from there"),
        (Stranger::Says(&[5, 2, 1, 0, 5, 7, 0, 1, 0, 0, 0, 0, 0, 0]), "socks5", "it cannot connect to such an address"),
        (Stranger::Says(b"HTTP/1.1 400 No\r\n\r\n"), "socks5", "it does not answer like a proxy"),
    ] {
        let place = format!("127.0.0.1:{}", stranger.listen());
        let home = Home::new();
        std::fs::create_dir(home.path().join("config")).unwrap();
        let text = format!("proxy = \"{kind}://me:hidden@{place}\"\n");
        std::fs::write(home.path().join("config/config.toml"), text).unwrap();
        let send = home.nib(&["send", "self", "never"]).env("NIB_TOKEN", &robin.token).env("NIB_SERVER", &server.url);
        let done = send.run();
        let host = server.url.strip_prefix("ws://").unwrap();
        let expected = format!("No connection to {host}: the proxy {place} opens no way: {words}. {CHECK} {NOTHING}");
        assert_eq!((done.code(), done.err.trim_end()), (4, expected.as_str()), "{kind} {words}");
    }
    assert_eq!(server.running().connections(), 0, "nothing goes round a proxy");
}
