//! Embedded servers of the second network with the account service that they share, in this process, for tests of the binary.

use super::pty::PATIENCE;
use super::shell::{Call, Home};
use nib::demo::originchats::{AccountService, Accounts, Options, Running, RunningService, start, start_service};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::runtime::{Builder, Runtime};

/// Servers and their account service.
pub(crate) struct Lab {
    runtime: Runtime,
    service: RunningService,
    pub(crate) servers: Vec<Arc<Running>>,
}

impl Lab {
    /// A server for each of these kinds of accounts.
    pub(crate) fn start(accounts: &[Accounts]) -> Self {
        let options = accounts.iter().map(|&accounts| Options { accounts, ..Options::default() });
        Self::with(options)
    }

    /// A server for each of these options; each with a world of its own, and all with one account service.
    pub(crate) fn with(options: impl IntoIterator<Item = Options>) -> Self {
        Self::of(AccountService::new(7), options)
    }

    /// The same with an account service of these accounts.
    pub(crate) fn of(service: AccountService, options: impl IntoIterator<Item = Options>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = runtime.block_on(start_service(service, here, false)).expect("a port");
        let servers = options.into_iter().zip(1..).map(|(options, seed)| {
            let options = Options { seed, service: Some(service.service.clone()), ..options };
            Arc::new(runtime.block_on(start(options)).expect("a port"))
        });
        let servers = servers.collect();
        Self { runtime, service, servers }
    }

    /// Where the account service is.
    pub(crate) fn service(&self) -> String {
        self.service.url()
    }

    /// A command that knows where the account service is.
    pub(crate) fn nib(&self, home: &Home, arguments: &[&str]) -> Call {
        home.nib(arguments).env("NIB_ACCOUNT_SERVICE", self.service())
    }

    /// A sign-in at one of the servers.
    pub(crate) fn login(&self, home: &Home, server: usize, more: &[&str]) -> Call {
        let url = self.servers[server].url();
        let arguments = ["login", "--network", "originchats", "--server", &url];
        self.nib(home, &[&arguments, more].concat())
    }

    /// Somebody waits for the next code that is given out, and allows it.
    pub(crate) fn allow_next(&self, name: &str) -> String {
        let next = async { tokio::time::timeout(PATIENCE, self.service.service.next_code()).await };
        let code = self.runtime.block_on(next).expect("a code is asked for");
        assert!(self.service.service.allow(&code, name));
        code
    }

    /// Nothing happens at one of the servers until the result is dropped.
    pub(crate) fn hold(&self, server: usize) -> Held {
        let (free, freed) = channel::<()>();
        let (begun, begins) = channel();
        let running = Arc::clone(&self.servers[server]);
        std::thread::spawn(move || {
            running.with(|_, _| {
                _ = begun.send(());
                // Ends when the other side is dropped.
                _ = freed.recv();
                ((), Vec::new())
            });
        });
        begins.recv().expect("it is held");
        Held { _free: free }
    }

    /// Ends one of the servers.
    pub(crate) fn stop(&mut self, server: usize) {
        let running = Arc::into_inner(self.servers.remove(server)).expect("nobody holds it");
        self.runtime.block_on(running.stop());
    }
}

/// A server that stands still.
pub(crate) struct Held {
    _free: Sender<()>,
}
