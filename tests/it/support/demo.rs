//! The embedded server for tests of the binary: in this process, so that a test can hold it, cut it off, stop it and start it again.

use nib::demo::osmium::{DemoAccount, Options, Running, start};
use std::net::{Ipv4Addr, SocketAddr};
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
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = listen(&runtime, free);
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
    socket.set_reuseaddr(true).and_then(|()| socket.bind(address)).expect("a port");
    socket
}

fn listen(runtime: &Runtime, listen: SocketAddr) -> Running {
    runtime.block_on(start(Options { people: 0, listen, ..Options::default() })).expect("a server")
}
