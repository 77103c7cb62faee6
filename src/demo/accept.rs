//! Takes clients in, for every embedded server alike.

use std::future::Future;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long to wait after a connection could not be taken.
const RETRY: Duration = Duration::from_millis(100);

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
