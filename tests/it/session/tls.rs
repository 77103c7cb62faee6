//! Encrypted connections: good certificates work, all others are told in words.

use super::support::{Core, Peer, Server, config, roles};
use nib::domain::{DownReason, Reply};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/tls").join(name)
}

fn acceptor(certificate: &str) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap()))
}

/// What the user is told of a server with this certificate.
async fn told(certificate: &str, host: &str, trust: bool) -> DownReason {
    let server = Server::bind().await;
    let mut config = config(&format!("wss://{host}:{}", server.port()));
    config.ca_file = trust.then(|| file("root.pem"));
    let mut core = Core::start(config);
    let tcp = server.accept_raw().await;
    let shaken = acceptor(certificate).accept(tcp).await;
    // The server's side of the handshake may be over before the client looks at the certificate.
    let reason = core.down().await;
    drop(shaken);
    reason
}

#[tokio::test]
async fn a_trusted_certificate_works() {
    for host in ["127.0.0.1", "localhost"] {
        let server = Server::bind().await;
        let mut config = config(&format!("wss://{host}:{}", server.port()));
        config.ca_file = Some(file("root.pem"));
        let mut core = Core::start(config);
        let stream = acceptor("good.pem").accept(server.accept_raw().await).await.unwrap();
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
async fn a_bad_certificate_is_told_in_words() {
    for (certificate, trust, words) in [
        ("good.pem", false, "nobody this computer trusts"),
        ("other.pem", true, "for another name"),
        ("expired.pem", true, "has expired"),
    ] {
        let reason = told(certificate, "127.0.0.1", trust).await;
        assert!(matches!(reason, DownReason::Tls { .. }), "{reason:?}");
        let said = reason.to_string();
        assert!(said.starts_with("the connection to 127.0.0.1:") && said.contains(words), "{said}");
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
async fn a_missing_file_of_roots_is_told() {
    let server = Server::bind().await;
    let mut config = config(&format!("wss://127.0.0.1:{}", server.port()));
    config.ca_file = Some(file("no-such.pem"));
    let said = Core::start(config).down().await.to_string();
    assert!(said.contains("no-such.pem"), "{said}");
}
