//! What a call sends, read piece by piece, and how much of it has gone.

use crate::net::http::{HttpBody, HttpId, Piece, base64};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::sync::mpsc::Sender;

/// Bytes of a file that are read at once; three of them are four in base 64.
const CHUNK: usize = 48 << 10;

/// A call, and how many bytes of a file have gone with it.
pub(super) type Sent = (HttpId, u64);

/// How many bytes of files were sent, and who is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Moved {
    /// Sent and not looked at.
    since: Arc<AtomicU64>,
    told: Option<(HttpId, Sender<Sent>)>,
}

impl Moved {
    /// One of a call, who is told the sum each time.
    pub(super) fn told(id: HttpId, told: Sender<Sent>) -> Self {
        Self { since: Arc::default(), told: Some((id, told)) }
    }

    /// Whether anything was sent since this was asked last.
    pub(super) fn went_on(&self) -> bool {
        self.since.swap(0, Ordering::Relaxed) > 0
    }

    fn add(&self, bytes: usize, of_files: u64) {
        self.since.fetch_add(bytes as u64, Ordering::Relaxed);
        if let Some((id, told)) = &self.told {
            // Whoever does not keep up hears the next sum.
            let _ = told.try_send((*id, of_files));
        }
    }
}

/// A body that is read while it is sent.
#[derive(Debug)]
pub(super) struct Streamed {
    left: u64,
    pieces: VecDeque<Bytes>,
    /// Which of them are written in base 64, and which are a file's.
    kinds: VecDeque<(bool, bool)>,
    moved: Moved,
    of_files: u64,
}

impl Streamed {
    pub(super) fn new(body: Option<HttpBody>, moved: Moved) -> Self {
        let pieces = body.map(|body| body.pieces).unwrap_or_default();
        let left = pieces.iter().map(|piece| piece.length() as u64).sum();
        let kinds = pieces.iter().map(|piece| (matches!(piece, Piece::Base64(_)), !matches!(piece, Piece::Text(_))));
        let kinds = kinds.collect();
        let bytes = pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => Bytes::from(text.expose().to_owned()),
            Piece::Raw(bytes) | Piece::Base64(bytes) => bytes,
        });
        Self { left, pieces: bytes.collect(), kinds, moved, of_files: 0 }
    }

    fn next(&mut self) -> Option<Bytes> {
        loop {
            let bytes = self.pieces.front_mut()?;
            let (encoded, of_file) = self.kinds.front().copied()?;
            if bytes.is_empty() {
                self.pieces.pop_front();
                self.kinds.pop_front();
                continue;
            }
            let chunk = bytes.split_to(CHUNK.min(bytes.len()));
            let length = chunk.len();
            let chunk = if encoded { Bytes::from(base64(&chunk)) } else { chunk };
            self.left = self.left.saturating_sub(chunk.len() as u64);
            if of_file {
                self.of_files += length as u64;
                self.moved.add(length, self.of_files);
            }
            return Some(chunk);
        }
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
