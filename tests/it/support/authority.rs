//! An authority that signs certificates for tests, made anew for each test, and encryption in front of a server that has none.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// What is right or wrong with a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// For localhost, 127.0.0.1 and ::1, signed by the authority, valid now.
    Good,
    /// For another name.
    OtherName,
    /// It was valid once.
    Expired,
    /// It will be valid.
    NotYet,
    /// Signed by nobody else.
    SelfSigned,
    /// The authority's own, shown as if it were a server's.
    Authority,
    /// Signed by another authority of the same name.
    Impostor,
}

impl Sort {
    pub(crate) const ALL: [Self; 7] =
        [Self::Good, Self::OtherName, Self::Expired, Self::NotYet, Self::SelfSigned, Self::Authority, Self::Impostor];
}

/// An authority, and the directory in which its certificate lies.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: TempDir,
}

const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

fn params(names: &[&str], called: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, called);
    params
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut own = params(&HERE, "An authority for tests");
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(own, KeyPair::generate().expect("a key")).expect("a certificate");
        let directory = TempDir::new().expect("a directory");
        std::fs::write(directory.path().join("root.pem"), issuer.pem()).expect("a file");
        Self { issuer, directory }
    }

    /// The file that names it.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("root.pem")
    }

    /// A file of roots with this in it.
    pub(crate) fn file_of(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// The end of a server that shows a certificate of this sort.
    pub(crate) fn acceptor(&self, sort: Sort) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let mut leaf = params(if sort == Sort::OtherName { &["other.example"] } else { &HERE }, "A server for tests");
        match sort {
            Sort::Expired => leaf.not_after = date_time_ymd(2021, 1, 1),
            Sort::NotYet => leaf.not_before = date_time_ymd(4000, 1, 1),
            _ => {}
        }
        let der = match sort {
            Sort::SelfSigned => leaf.self_signed(&key).expect("a certificate").der().clone(),
            Sort::Authority => self.issuer.der().clone(),
            Sort::Impostor => leaf.signed_by(&key, &Self::new().issuer).expect("a certificate").der().clone(),
            _ => leaf.signed_by(&key, &self.issuer).expect("a certificate").der().clone(),
        };
        let key = if sort == Sort::Authority { self.issuer.key().serialize_der() } else { key.serialize_der() };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("TLS");
        TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(vec![der], key).expect("a key")))
    }
}

/// Takes encrypted connections and carries what is in them to another place. Ends when dropped.
pub(crate) struct Front {
    _runtime: Runtime,
    pub(crate) address: SocketAddr,
}

impl Front {
    /// Listens at a free port of an address and carries to another.
    pub(crate) fn open(acceptor: TlsAcceptor, listen: SocketAddr, to: SocketAddr) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(listen)).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // One that is refused by the other side has been told so by TLS itself.
                    let Ok(mut near) = acceptor.accept(near).await else { return };
                    let Ok(mut far) = TcpStream::connect(to).await else { return };
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self { _runtime: runtime, address }
    }
}
