//! Servers that are none: each takes one connection and answers it in its own wrong way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocket};
use tokio_tungstenite::tungstenite::{Message, accept};

/// What one does with whoever connects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stranger {
    /// Takes the connection and says nothing.
    Silent,
    /// Closes the connection.
    Gone,
    /// Says this, whatever it is asked.
    Says(&'static [u8]),
    /// Reads the request, and answers with this.
    Answers(&'static str),
    /// Opens a WebSocket and sends this.
    Sends(Frames),
}

/// What is sent on an open WebSocket.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frames {
    Text(&'static str),
    Binary(&'static [u8]),
    Close(u16, &'static str),
    /// Nothing: the connection is dropped.
    Drop,
}

impl Stranger {
    /// Its port. It goes when it has served.
    pub(crate) fn listen(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a connection");
            self.serve(stream);
        });
        port
    }

    fn serve(self, mut stream: TcpStream) {
        match self {
            Self::Gone => return,
            Self::Silent => {}
            Self::Says(bytes) => stream.write_all(bytes).expect("it listens"),
            Self::Answers(text) => {
                request(&mut stream);
                stream.write_all(text.as_bytes()).expect("it listens");
            }
            Self::Sends(frames) => return frames.send(accept(stream).expect("a handshake")),
        }
        if !matches!(self, Self::Silent) {
            _ = stream.shutdown(Shutdown::Write);
        }
        // What it still says is read, so that closing does not cut off what was said to it.
        _ = std::io::copy(&mut stream, &mut std::io::sink());
    }
}

impl Frames {
    fn send(self, mut socket: WebSocket<TcpStream>) {
        let sent = match self {
            Self::Drop => return,
            Self::Text(text) => socket.send(Message::text(text)),
            Self::Binary(bytes) => socket.send(Message::binary(bytes)),
            Self::Close(code, reason) => {
                socket.close(Some(CloseFrame { code: CloseCode::from(code), reason: reason.into() }))
            }
        };
        sent.expect("it listens");
        // Until it has parted.
        while socket.read().is_ok() {}
    }
}

/// Reads to the end of a request.
fn request(stream: &mut TcpStream) {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("a request");
        read.extend_from_slice(&byte);
    }
}
