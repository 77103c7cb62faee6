//! Clients that send frames over plain TCP, four bytes of length before each, the first the most significant: a guess, since nobody has published how
//! the network does it. The port is the same; the first byte tells, since no frame that is taken is so long that it were not zero.

use bytes::Bytes;
use futures_util::sink::{Sink, unfold as write_with};
use futures_util::stream::{Stream, StreamExt, unfold as read_with};
use std::io;
use std::pin::Pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

/// What a client says, and what is said to it.
pub(super) type Source = Pin<Box<dyn Stream<Item = Result<Message, SocketError>> + Send>>;
pub(super) type Outlet = Pin<Box<dyn Sink<Message, Error = SocketError> + Send>>;

/// Whether a client that begins with this byte frames its messages so.
pub(super) const fn begins_with(first: u8) -> bool {
    first == 0
}

/// Both directions of a connection. A frame beyond `most` bytes is a fault, and nothing is read after one.
pub(super) fn split(stream: TcpStream, most: usize) -> (Outlet, Source) {
    let (read, write) = stream.into_split();
    let source = read_with(Some(BufReader::new(read)), move |reader| async move {
        let mut reader = reader?;
        match frame(&mut reader, most).await {
            Ok(frame) => Some((Ok(Message::Binary(frame)), Some(reader))),
            // Gone, between two frames or in one: there is nobody to tell.
            Err(SocketError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let outlet = write_with(write, |mut write, message| async move {
        put(&mut write, message).await?;
        Ok::<_, SocketError>(write)
    });
    // Whoever takes leave reads once more after the end.
    (Box::pin(outlet), Box::pin(source.fuse()))
}

async fn frame(reader: &mut BufReader<OwnedReadHalf>, most: usize) -> Result<Bytes, SocketError> {
    let size = usize::try_from(reader.read_u32().await?).unwrap_or(usize::MAX);
    if size > most {
        return Err(CapacityError::MessageTooLong { size, max_size: most }.into());
    }
    let mut frame = vec![0; size];
    reader.read_exact(&mut frame).await?;
    Ok(Bytes::from(frame))
}

async fn put(write: &mut OwnedWriteHalf, message: Message) -> io::Result<()> {
    match message {
        Message::Binary(frame) => {
            let size = u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            let mut bytes = Vec::with_capacity(4 + frame.len());
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend_from_slice(&frame);
            write.write_all(&bytes).await
        }
        // There is no way to say why.
        Message::Close(_) => write.shutdown().await,
        _ => Ok(()),
    }
}
