//! The socket of one connection: what goes out waits in a queue, what came in is taken in gulps. Never waits in one direction for the other.

use crate::net::Frame;
use crate::net::dial::Socket;
use futures_util::{Sink, Stream};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Bytes, Message};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

/// How many messages one gulp takes at most.
const GULP_MESSAGES: usize = 256;
/// After so many bytes a gulp ends.
const GULP_BYTES: usize = 1 << 20;

/// Something that came in.
#[derive(Debug)]
pub(super) enum Incoming {
    Frame(Frame),
    Pong(Bytes),
    /// A ping; it is answered by itself.
    Ping,
    Close(Option<CloseFrame>),
}

/// Why nothing more will come in.
#[derive(Debug)]
pub(super) enum Ended {
    Over,
    Fault(tungstenite::Error),
}

/// One open connection.
pub(super) struct Wire {
    socket: Socket,
    outgoing: VecDeque<Message>,
    /// Something was written that may not have left yet.
    unflushed: bool,
    /// What came in and was not looked at.
    pub(super) incoming: Vec<Incoming>,
    pub(super) ended: Option<Ended>,
}

impl Wire {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket, outgoing: VecDeque::new(), unflushed: false, incoming: Vec::new(), ended: None }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.outgoing.push_back(match frame {
            Frame::Binary(bytes) => Message::Binary(bytes),
            Frame::Text(text) => Message::Text(text.into()),
        });
    }

    pub(super) fn ping(&mut self, payload: [u8; 8]) {
        self.outgoing.push_back(Message::Ping(Bytes::copy_from_slice(&payload)));
    }

    /// Whether a ping is answered by the other side's transport; else the adapter has to ask something.
    pub(super) fn has_pings(&self) -> bool {
        self.socket.has_pings()
    }

    /// How many frames wait to be written.
    pub(super) fn backlog(&self) -> usize {
        self.outgoing.len()
    }

    /// Writes what the socket takes and, if asked to read, waits until something came in or the socket ended. Dropping the future loses nothing.
    pub(super) async fn moved(&mut self, read: bool) {
        std::future::poll_fn(|context| self.poll(context, read)).await;
    }

    /// Takes what is there already.
    pub(super) fn glance(&mut self) {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let _ = self.poll(&mut context, true);
    }

    fn poll(&mut self, context: &mut Context<'_>, read: bool) -> Poll<()> {
        if self.ended.is_some() {
            return Poll::Ready(());
        }
        // What the other side said before it went away is still read.
        let fault = self.write(context).err();
        let mut bytes = 0;
        while read && self.incoming.len() < GULP_MESSAGES && bytes < GULP_BYTES {
            match Pin::new(&mut self.socket).poll_next(context) {
                Poll::Ready(Some(Ok(message))) => {
                    bytes += message.len();
                    self.incoming.push(match message {
                        Message::Binary(bytes) => Incoming::Frame(Frame::Binary(bytes)),
                        Message::Text(text) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                        Message::Ping(_) => Incoming::Ping,
                        Message::Pong(payload) => Incoming::Pong(payload),
                        Message::Close(frame) => Incoming::Close(frame),
                        // Raw frames are never read.
                        Message::Frame(_) => continue,
                    });
                }
                Poll::Ready(Some(Err(error))) => self.ended = Some(Ended::Fault(error)),
                Poll::Ready(None) => self.ended = Some(Ended::Over),
                Poll::Pending => break,
            }
            if self.ended.is_some() {
                break;
            }
        }
        if let Some(error) = fault {
            self.ended.get_or_insert(Ended::Fault(error));
        }
        if self.incoming.is_empty() && self.ended.is_none() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Writes as much as the socket takes.
    fn write(&mut self, context: &mut Context<'_>) -> Result<(), tungstenite::Error> {
        let mut socket = Pin::new(&mut self.socket);
        while !self.outgoing.is_empty() {
            match socket.as_mut().poll_ready(context)? {
                Poll::Pending => return Ok(()),
                Poll::Ready(()) => {
                    if let Some(message) = self.outgoing.pop_front() {
                        socket.as_mut().start_send(message)?;
                        self.unflushed = true;
                    }
                }
            }
        }
        if self.unflushed && socket.poll_flush(context)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }

    /// Parts in good form: what waits is written, a close frame sent, and the other side's awaited, all within the limit.
    pub(super) async fn part(mut self, limit: Duration) {
        if self.ended.is_some() {
            return;
        }
        self.outgoing.push_back(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })));
        let parting = async {
            while self.ended.is_none() {
                self.incoming.clear();
                self.moved(true).await;
            }
        };
        if tokio::time::timeout(limit, parting).await.is_err() {
            tracing::debug!("the server did not close its side in time");
        }
    }

    /// The other side has closed: lets the reply to its close frame leave.
    pub(super) async fn take_leave(mut self, limit: Duration) {
        self.outgoing.clear();
        let leaving = async {
            while self.ended.is_none() {
                self.incoming.clear();
                self.moved(true).await;
            }
        };
        let _ = tokio::time::timeout(limit, leaving).await;
    }
}
