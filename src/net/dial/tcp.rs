//! Messages over plain TCP: four bytes of length, the first the most significant, before each.
//!
//! The Osmium papers name TCP beside WebSocket, and nobody has published its framing: this is nib's guess, for servers of one's own. There are no
//! pings, so an adapter asks something instead, and no encryption: it is for this machine, and for ways that are safe otherwise.

use super::LONGEST_FRAME;
use futures_util::sink::{Sink, unfold as write_with};
use futures_util::stream::{Stream, unfold as read_with};
use std::io;
use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

/// What is said of a connection that ends where it may not.
pub(super) const CUT_SHORT: &str = "in the middle of a message";

/// Messages that come in.
pub(super) type Incoming = Pin<Box<dyn Stream<Item = Result<Message, Error>> + Send>>;
/// Messages that go out. A close ends this side's half of the connection; pings do not exist and are left out.
pub(super) type Outgoing = Pin<Box<dyn Sink<Message, Error = Error> + Send>>;

/// The messages of a connection, in both directions.
pub(super) fn messages(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> (Incoming, Outgoing) {
    let (read, write) = tokio::io::split(stream);
    let incoming = read_with(Some(BufReader::new(read)), |reader| async {
        let mut reader = reader?;
        match message(&mut reader).await {
            Ok(Some(message)) => Some((Ok(message), Some(reader))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let outgoing = write_with(write, |mut write, message| async move {
        put(&mut write, message).await?;
        Ok::<_, Error>(write)
    });
    (Box::pin(incoming), Box::pin(outgoing))
}

/// The next message; `None` at an end between two.
async fn message(reader: &mut (impl AsyncRead + Unpin)) -> Result<Option<Message>, Error> {
    let mut length = [0; 4];
    let mut got = 0;
    while got < length.len() {
        match reader.read(&mut length[got..]).await? {
            0 if got == 0 => return Ok(None),
            0 => return Err(cut_short()),
            more => got += more,
        }
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST_FRAME {
        return Err(CapacityError::MessageTooLong { size: length, max_size: LONGEST_FRAME }.into());
    }
    // Grows with what arrives: the length is a promise of the other side.
    let mut bytes = Vec::new();
    reader.take(length as u64).read_to_end(&mut bytes).await?;
    if bytes.len() < length { Err(cut_short()) } else { Ok(Some(Message::Binary(Bytes::from(bytes)))) }
}

fn cut_short() -> Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, CUT_SHORT).into()
}

async fn put(write: &mut (impl AsyncWrite + Unpin), message: Message) -> io::Result<()> {
    let payload = match message {
        Message::Close(_) => return write.shutdown().await,
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
        Message::Binary(_) | Message::Text(_) => message.into_data(),
    };
    let length = u32::try_from(payload.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // In one piece, so that a small message is one packet.
    let mut framed = Vec::with_capacity(4 + payload.len());
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(&payload);
    write.write_all(&framed).await?;
    write.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt, StreamExt};
    use proptest::prelude::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    /// What is read of these bytes when they come in pieces of this size: the messages, and how it ended.
    fn read(bytes: &[u8], piece: usize) -> (Vec<Vec<u8>>, Option<String>) {
        run(async {
            let (near, mut far) = tokio::io::duplex(piece);
            let (mut incoming, outgoing) = messages(near);
            let reading = async move {
                // Both halves go with the end, so that the writer is not left waiting.
                let _outgoing = outgoing;
                let mut all = Vec::new();
                loop {
                    match incoming.next().await {
                        Some(Ok(message)) => all.push(message.into_data().to_vec()),
                        Some(Err(error)) => break (all, Some(error.to_string())),
                        None => break (all, None),
                    }
                }
            };
            let writing = async move {
                // The reader may have had enough.
                let _ = far.write_all(bytes).await;
            };
            tokio::join!(reading, writing).0
        })
    }

    proptest! {
        #[test]
        fn what_one_side_writes_the_other_reads(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
            piece in 1_usize..40,
        ) {
            let bytes = run(async {
                let (near, mut far) = tokio::io::duplex(1 << 20);
                let (_, mut outgoing) = super::messages(near);
                for message in &messages {
                    outgoing.send(Message::Ping(Bytes::new())).await.unwrap();
                    outgoing.send(Message::Binary(Bytes::from(message.clone()))).await.unwrap();
                }
                outgoing.send(Message::Close(None)).await.unwrap();
                let mut bytes = Vec::new();
                far.read_to_end(&mut bytes).await.unwrap();
                bytes
            });
            prop_assert_eq!(read(&bytes, piece), (messages, None));
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), piece in 1_usize..40) {
            let (messages, ended) = read(&bytes, piece);
            let whole: usize = messages.iter().map(|message| message.len() + 4).sum();
            prop_assert!(whole <= bytes.len());
            prop_assert_eq!(ended.is_none(), whole == bytes.len());
        }
    }

    #[test]
    fn half_a_message_and_one_that_is_too_long_are_told() {
        let told = |bytes: &[u8]| read(bytes, 16).1.unwrap_or_default();
        assert!(told(&[0, 0, 1]).contains(CUT_SHORT));
        assert!(told(&[0, 0, 0, 3, b'a', b'b']).contains(CUT_SHORT));
        assert!(told(&[1, 0, 0, 1, 0]).contains("too long"), "a byte more than 16 MiB");
        assert!(told(b"HTTP/1.1 400 Bad Request").contains("too long"));
    }
}
