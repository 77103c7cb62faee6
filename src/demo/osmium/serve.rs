//! The thin shell: listens, shakes hands, moves frames between sockets and the hub.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use super::frame::MAX_INBOUND;
use super::hub::{Hub, Outbound, Socket, wall_clock};
use super::running::Running;
use super::script::{self, Cast};
use super::server::{ConnectionId, Server};
use super::{Options, StartError, tcp};
use crate::demo::accept::accept;
use crate::demo::people::Director;
use crate::demo::world::generate;

/// How long a client may take for the WebSocket handshake, and for the farewell.
const PATIENCE: Duration = Duration::from_secs(10);
/// Frames beyond this size end the connection; smaller ones that are still too large are refused one by one.
const MAX_READ: usize = 4 * MAX_INBOUND;
/// Connections at most.
const MAX_CONNECTIONS: usize = 1_024;
/// Bytes waiting for a client beyond which its requests are not read until it has read answers.
const MAX_UNREAD: usize = 4 * 1_048_576;

/// Starts a server on the current runtime; it ends when [`Running`] is dropped or stopped.
///
/// # Errors
/// Fails when the address cannot be listened on or the world is empty.
pub async fn start(mut options: Options) -> Result<Running, StartError> {
    let address = options.listen;
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let local = listener.local_addr().map_err(listen)?;
    let now = wall_clock();
    let world = match options.world.take() {
        Some(world) => world,
        None => generate(options.seed, options.at.unwrap_or(now)),
    };
    let hub = Hub::new(Server::of_world(&options, &world, now)?, options.queue);
    let mut tasks = JoinSet::new();
    if options.people > 0 {
        let director = Director::new(&world, options.seed, options.people);
        script::spawn(&mut tasks, &hub, director, Cast::of(&world));
    }
    let clients = hub.clone();
    tasks.spawn(accept(listener, MAX_CONNECTIONS, move |stream| attend(stream, clients.clone())));
    Ok(Running::new(hub, local, tasks))
}

/// Serves one client to the end, whichever way it speaks.
async fn attend(stream: TcpStream, hub: Hub) {
    let mut first = [0];
    let Ok(Ok(1)) = tokio::time::timeout(PATIENCE, stream.peek(&mut first)).await else { return };
    if tcp::begins_with(first[0]) {
        let (mut sink, mut source) = tcp::split(stream, MAX_READ);
        let (id, socket, queue) = hub.connect();
        let _leave = Leave { hub: &hub, id };
        // An outlet that has failed takes nothing more, and who has gone waits for no farewell.
        if converse(&mut sink, &mut source, &hub, id, &socket, queue).await == Over::Ours {
            let farewell = async {
                let _ = sink.send(Message::Close(None)).await;
                while source.next().await.is_some_and(|next| next.is_ok()) {}
            };
            part(&socket, farewell).await;
        }
        return;
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_READ))
        .max_frame_size(Some(MAX_READ))
        .read_buffer_size(16 * 1024);
    let handshake = accept_hdr_async_with_config(stream, dated, Some(config));
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, handshake).await else { return };
    let (id, socket, queue) = hub.connect();
    let _leave = Leave { hub: &hub, id };
    let (mut sink, mut source) = stream.split();
    if converse(&mut sink, &mut source, &hub, id, &socket, queue).await == Over::Cut {
        return;
    }
    // Answers a farewell of the client, if that is what ended it.
    let _ = tokio::time::timeout(PATIENCE, sink.close()).await;
    // What the client still sends is read and thrown away: closing with unread input would reset the connection, and the
    // client might never see why it was closed.
    let Ok(stream) = sink.reunite(source) else { return };
    let mut stream = stream.into_inner();
    let farewell = async {
        let _ = stream.shutdown().await;
        let mut scrap = vec![0; 16 * 1024];
        while stream.read(&mut scrap).await.is_ok_and(|length| length > 0) {}
    };
    part(&socket, farewell).await;
}

/// Says what time it is, as web servers do.
// The library hands over a refusal as it is, however large.
#[allow(clippy::result_large_err, clippy::unnecessary_wraps, reason = "what the handshake calls")]
fn dated(_: &Request, mut answer: Response) -> Result<Response, ErrorResponse> {
    let now = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = now.parse() {
        answer.headers_mut().insert("date", date);
    }
    Ok(answer)
}

/// How a conversation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Over {
    /// The connection was cut.
    Cut,
    /// The client has gone, or one direction has failed.
    Theirs,
    /// We have closed it, and the client may still be there.
    Ours,
}

/// Carries frames between a client and the hub until one of them has had enough.
async fn converse(
    sink: &mut (impl Sink<Message, Error = SocketError> + Unpin),
    source: &mut (impl Stream<Item = Result<Message, SocketError>> + Unpin),
    hub: &Hub,
    id: ConnectionId,
    socket: &Socket,
    queue: mpsc::Receiver<Outbound>,
) -> Over {
    let written = tokio::select! {
        () = socket.cut.notified() => return Over::Cut,
        written = write(sink, queue, socket) => written.is_ok(),
        reason = read(source, hub, id, socket) => match reason {
            None => false,
            Some((code, reason)) => {
                let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
                let sent = tokio::time::timeout(PATIENCE, sink.send(Message::Close(Some(frame)))).await;
                matches!(sent, Ok(Ok(())))
            }
        },
    };
    if written { Over::Ours } else { Over::Theirs }
}

/// Takes leave of a client, for a while at most.
async fn part(socket: &Socket, farewell: impl Future<Output = ()>) {
    tokio::select! {
        () = socket.cut.notified() => {}
        _ = tokio::time::timeout(PATIENCE, farewell) => {}
    }
}

/// Tells the hub that the client has gone, however its task ends.
struct Leave<'hub> {
    hub: &'hub Hub,
    id: ConnectionId,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.hub.disconnect(self.id);
    }
}

/// Writes what is queued; flushes when the queue is empty. Ends after a close or when the client does not take more.
async fn write(
    sink: &mut (impl Sink<Message, Error = SocketError> + Unpin),
    mut queue: mpsc::Receiver<Outbound>,
    socket: &Socket,
) -> Result<(), SocketError> {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, 64).await > 0 {
        for outbound in batch.drain(..) {
            let (message, last) = match outbound {
                Outbound::Frame(frame) => {
                    socket.queued.fetch_sub(frame.len(), Ordering::Relaxed);
                    (Message::Binary(frame), false)
                }
                Outbound::Close(code, reason) => {
                    let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
                    (Message::Close(Some(frame)), true)
                }
            };
            sink.feed(message).await?;
            if last {
                return sink.flush().await;
            }
        }
        if queue.is_empty() {
            sink.flush().await?;
        }
        socket.drained.notify_one();
        socket.roomier.notify_one();
    }
    Ok(())
}

/// Reads until the client is gone; the reason to give if it is to be closed.
async fn read(
    source: &mut (impl Stream<Item = Result<Message, SocketError>> + Unpin),
    hub: &Hub,
    id: ConnectionId,
    socket: &Socket,
) -> Option<(u16, String)> {
    let mut frozen = hub.frozen.subscribe();
    loop {
        while socket.queued.load(Ordering::Relaxed) > MAX_UNREAD {
            socket.drained.notified().await;
        }
        frozen.wait_for(|frozen| !frozen).await.ok()?;
        let next = tokio::select! { biased;
            // Frozen while waiting: what comes in from now on is left unread.
            _ = frozen.wait_for(|frozen| *frozen) => continue,
            next = source.next() => next?,
        };
        match next {
            Ok(Message::Binary(frame)) => hub.receive(id, &frame),
            // Text is never used by this protocol; it is judged like any frame that cannot be decoded.
            Ok(Message::Text(text)) => hub.receive_text(id, text.len()),
            Ok(Message::Close(_)) => return None,
            Ok(_) => {}
            Err(SocketError::Capacity(_)) => return Some((1009, "The frame is too large.".to_owned())),
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> Hub {
        let options = Options::default();
        let now = wall_clock();
        Hub::new(Server::of_world(&options, &generate(1, now), now).unwrap(), 8)
    }

    /// Both ends of a connection.
    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap());
        let (near, far) = tokio::join!(near, listener.accept());
        (near.unwrap(), far.unwrap().0)
    }

    #[tokio::test]
    async fn a_client_that_goes_without_a_word_is_let_go() {
        for said in [&[0][..], &[0, 0, 0, 0], &[0, 255, 255, 255, 1]] {
            let (mut near, far) = pair().await;
            near.write_all(said).await.unwrap();
            near.shutdown().await.unwrap();
            let attended = tokio::spawn(attend(far, hub()));
            tokio::time::timeout(PATIENCE, attended).await.expect("it ends").expect("without a panic");
        }
    }

    #[tokio::test]
    async fn an_outlet_that_fails_ends_the_conversation_and_is_left_alone() {
        let hub = hub();
        let (id, socket, queue) = hub.connect();
        socket.queued.fetch_add(1, Ordering::Relaxed);
        socket.frames.send(Outbound::Frame(bytes::Bytes::from_static(b"x"))).await.unwrap();
        let broken = |(), _: Message| std::future::ready(Err::<(), _>(SocketError::ConnectionClosed));
        let mut sink = Box::pin(futures_util::sink::unfold((), broken));
        let mut source = futures_util::stream::pending();
        let over = converse(&mut sink, &mut source, &hub, id, &socket, queue).await;
        assert_eq!(over, Over::Theirs);
    }
}
