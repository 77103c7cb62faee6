//! An open connection that carries messages, whichever transport is below.

use super::ByteStream;
use super::tcp::{Incoming, Outgoing};
use futures_util::{Sink, Stream};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

/// An open connection.
pub(crate) enum Socket {
    /// A WebSocket.
    Web(Box<WebSocketStream<Box<dyn ByteStream>>>),
    /// Messages with their length in front.
    Tcp(Incoming, Outgoing),
}

impl Socket {
    /// Whether a ping is answered by the other side's transport.
    pub(crate) const fn has_pings(&self) -> bool {
        matches!(self, Self::Web(_))
    }
}

impl Stream for Socket {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Web(socket) => Pin::new(socket.as_mut()).poll_next(context),
            Self::Tcp(incoming, _) => incoming.as_mut().poll_next(context),
        }
    }
}

impl Sink<Message> for Socket {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Web(socket) => Pin::new(socket.as_mut()).poll_ready(context),
            Self::Tcp(_, outgoing) => outgoing.as_mut().poll_ready(context),
        }
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        match self.get_mut() {
            Self::Web(socket) => Pin::new(socket.as_mut()).start_send(message),
            Self::Tcp(_, outgoing) => outgoing.as_mut().start_send(message),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Web(socket) => Pin::new(socket.as_mut()).poll_flush(context),
            Self::Tcp(_, outgoing) => outgoing.as_mut().poll_flush(context),
        }
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Web(socket) => Pin::new(socket.as_mut()).poll_close(context),
            Self::Tcp(_, outgoing) => outgoing.as_mut().poll_close(context),
        }
    }
}
