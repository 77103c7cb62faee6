//! Listens and takes clients in, for every embedded server alike.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long to wait after a connection could not be taken.
const RETRY: Duration = Duration::from_millis(100);

/// Listens there; where somebody else does and another port will do, at one that is free.
pub(super) async fn listen(at: SocketAddr, elsewhere: bool) -> io::Result<TcpListener> {
    match TcpListener::bind(at).await {
        Err(error) if elsewhere && error.kind() == ErrorKind::AddrInUse => {
            TcpListener::bind(SocketAddr::new(at.ip(), 0)).await
        }
        bound => bound,
    }
}

/// Takes clients in until the task is aborted, at most so many at a time; what is done for them ends with this.
pub(super) async fn accept<T>(listener: TcpListener, most: usize, attend: impl Fn(TcpStream) -> T)
where
    T: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((stream, _)) if connections.len() < most => {
                    let _ = stream.set_nodelay(true);
                    connections.spawn(attend(stream));
                }
                Ok(_) => tracing::debug!("refused a connection beyond the limit"),
                Err(error) => {
                    // Out of file descriptors, most likely. Nothing tells when there are some again.
                    tracing::debug!(%error, "cannot take a connection");
                    tokio::time::sleep(RETRY).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
