//! Encrypted connections: good certificates work, all others are told in words. The certificates are made for the test that shows them.

use super::support::{Core, Peer, Server, config, roles};
use crate::authority::{Authority, Sort};
use nib::domain::{DownReason, Reply};
use std::path::Path;

/// What the user is told of a server with a certificate of this sort.
async fn told(authority: &Authority, sort: Sort, roots: Option<&Path>) -> DownReason {
    let server = Server::bind().await;
    let mut config = config(&format!("wss://127.0.0.1:{}", server.port()));
    config.ca_file = roots.map(Path::to_owned);
    let mut core = Core::start(config);
    let tcp = server.accept_raw().await;
    let shaken = authority.acceptor(sort).accept(tcp).await;
    // The server's side of the handshake may be over before the client looks at the certificate.
    let reason = core.down().await;
    drop(shaken);
    reason
}

#[tokio::test]
async fn a_trusted_certificate_works_by_name_and_by_both_kinds_of_number() {
    let authority = Authority::new();
    for (host, listen) in [("127.0.0.1", "127.0.0.1:0"), ("localhost", "127.0.0.1:0"), ("[::1]", "[::1]:0")] {
        let server = Server::at(listen).await;
        let mut config = config(&format!("wss://{host}:{}", server.port()));
        config.ca_file = Some(authority.file());
        let mut core = Core::start(config);
        let stream = authority.acceptor(Sort::Good).accept(server.accept_raw().await).await.unwrap();
        let mut peer = Peer::over(stream).await;
        assert_eq!(peer.hear().await, "hello old");
        peer.say("welcome new").await;
        let read = core.ask(roles(1));
        let (number, _) = peer.asked().await;
        peer.say(&format!("ok {number}")).await;
        assert_eq!(core.answer().await, (read, Ok(Reply::Done)));
    }
}

#[tokio::test]
async fn every_bad_certificate_is_refused_in_words() {
    let authority = Authority::new();
    let stranger = "its certificate comes from nobody this computer trusts; ca_file can name more roots";
    for (sort, trusted, words) in [
        (Sort::Good, false, stranger),
        (Sort::OtherName, true, "its certificate is for another name: other.example"),
        (Sort::Expired, true, "its certificate has expired"),
        (Sort::NotYet, true, "its certificate is not valid yet; check this computer's clock"),
        (Sort::SelfSigned, true, stranger),
        (Sort::Authority, true, "its certificate is that of an authority; the server needs one of its own"),
        (Sort::Impostor, true, "its certificate is damaged or forged"),
    ] {
        let roots = authority.file();
        let reason = told(&authority, sort, trusted.then_some(&*roots)).await;
        assert!(matches!(reason, DownReason::Tls { .. }), "{reason:?}");
        let said = reason.to_string();
        assert!(said.starts_with("the connection to 127.0.0.1:") && said.contains(words), "{sort:?}: {said}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_told() {
    use tokio::io::AsyncWriteExt;
    let server = Server::bind().await;
    let mut core = Core::start(config(&format!("wss://127.0.0.1:{}", server.port())));
    let mut tcp = server.accept_raw().await;
    tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    let said = core.down().await.to_string();
    assert!(said.contains("it does not speak TLS; its address may have to begin with ws://"), "{said}");

    let server = Server::bind().await;
    let mut core = Core::start(config(&format!("wss://127.0.0.1:{}", server.port())));
    drop(server.accept_raw().await);
    let said = core.down().await.to_string();
    assert!(said.contains("instead of encrypting it"), "{said}");
}

#[tokio::test]
async fn a_file_of_roots_that_is_none_is_told_with_its_path() {
    let authority = Authority::new();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (path, words) in [
        (authority.file().with_file_name("no-such.pem"), "there is no such file"),
        (authority.file().parent().unwrap().to_owned(), "it is a directory"),
        (authority.file_of("empty.pem", ""), "it holds no certificate in PEM form"),
        (authority.file_of("words.pem", "not a certificate\n"), "it holds no certificate in PEM form"),
        (authority.file_of("broken.pem", broken), "a certificate in it is damaged"),
        (authority.file_of("half.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"), "a certificate in it is damaged"),
    ] {
        let server = Server::bind().await;
        let mut config = config(&format!("wss://127.0.0.1:{}", server.port()));
        config.ca_file = Some(path.clone());
        let mut core = Core::start(config);
        let _tcp = server.accept_raw().await;
        let said = core.down().await.to_string();
        assert!(said.contains(path.to_str().unwrap()) && said.contains(words), "{said}");
        assert!(said.ends_with("; check ca_file in the configuration"), "{said}");
    }
}
