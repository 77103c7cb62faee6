//! The embedded server for tests of the binary: in this process, so that a test can hold it, cut it off, stop it and start it again.

use super::pty::PATIENCE;
use nib::demo::osmium::{DemoAccount, Options, Running, StartError, start};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;
use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Runtime};

/// A server in which nobody acts by script.
pub(crate) struct Server {
    runtime: Runtime,
    running: Option<Running>,
    /// Its port while it does not run.
    place: Option<TcpSocket>,
    address: SocketAddr,
    pub(crate) url: String,
    accounts: Vec<DemoAccount>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let running = listen(&runtime, SocketAddr::from((Ipv4Addr::LOCALHOST, lasting_port())));
        let (address, url, accounts) = (running.address, running.url.clone(), running.accounts.clone());
        Self { runtime, running: Some(running), place: None, address, url, accounts }
    }

    /// Ends it; all connections are cut. Nobody listens in its place meanwhile.
    pub(crate) fn stop(&mut self) {
        let running = self.running.take().expect("a server that runs");
        self.runtime.block_on(running.stop());
        self.place = Some(kept(self.address));
    }

    /// Starts another one where it was. It knows the same people and tokens, and nothing of what was written since.
    pub(crate) fn start_again(&mut self) {
        self.place = None;
        self.running = Some(listen(&self.runtime, self.address));
    }

    /// Listens where it was, without a word to anybody: who comes can be counted. Nobody is waited for.
    pub(crate) fn listen_in_place(&mut self) -> TcpListener {
        let place = self.place.take().expect("a server that does not run");
        let _runtime = self.runtime.enter();
        place.listen(16).and_then(tokio::net::TcpListener::into_std).expect("a listener")
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("a server that runs")
    }

    /// Somebody by user name.
    pub(crate) fn account(&self, username: &str) -> &DemoAccount {
        self.accounts.iter().find(|account| account.username == username).expect("somebody of the demo")
    }

    /// Somebody's environment for one run.
    pub(crate) fn environment<'a>(&'a self, username: &str) -> [(&'a str, &'a str); 2] {
        [("NIB_TOKEN", self.account(username).token.as_str()), ("NIB_SERVER", self.url.as_str())]
    }
}

/// A port at which nobody listens, and which nobody else gets.
pub(crate) fn kept(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("a socket");
    once_free(|| socket.bind(address));
    socket
}

/// Takes a port that was given up. A program that another test starts has our sockets for a moment, until it has become itself.
fn once_free<T>(mut take: impl FnMut() -> io::Result<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        match take() {
            Ok(taken) => return taken,
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < end => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A free port below those that the system gives to whoever connects, so that none of them is in a server's place when it comes back.
pub(crate) fn lasting_port() -> u16 {
    const PORTS: Range<u32> = 12_000..32_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Programs that run at the same time begin in different places.
    let first = std::process::id().wrapping_mul(97);
    let mut tried = PORTS.map(|_| {
        let number = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % (PORTS.end - PORTS.start);
        u16::try_from(PORTS.start + number).expect("a port")
    });
    tried.find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()).expect("a free port")
}

fn listen(runtime: &Runtime, listen: SocketAddr) -> Running {
    once_free(|| {
        let started = runtime.block_on(start(Options { people: 0, listen, ..Options::default() }));
        started.map_err(|error| match error {
            StartError::Listen { source, .. } => source,
            other => io::Error::other(other),
        })
    })
}
