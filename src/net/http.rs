//! Calls to web services beside the connection, as data: an adapter asks for one, whoever drives it makes it and brings the answer.

use crate::domain::{CleanText, Secret};
use bytes::Bytes;
use std::fmt;
use std::time::Duration;

/// The longest answer that is taken where nothing else is said, in bytes.
const LONGEST_ANSWER: usize = 256 << 10;
/// How long a question may take from its first byte to its last, and how long nothing may move while something is sent.
const PATIENCE: Duration = Duration::from_secs(15);

/// Names a call within one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HttpId(pub u32);

/// A call that is to be made: a `GET`, or with a body a `POST`. Redirects are not followed: the secret is for the named host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpCall {
    /// Its name.
    pub id: HttpId,
    /// Where to; `https://`, or `http://` on this machine.
    pub url: String,
    /// Goes into the `Authorization` header as a bearer token.
    pub bearer: Option<Secret>,
    /// Only so many bytes from this one on are wanted: of a file.
    pub range: Option<(u64, u32)>,
    /// What is sent.
    pub body: Option<HttpBody>,
    /// The longest answer that is taken, in bytes.
    pub most: usize,
    /// How long it may take; with a body, how long nothing may move.
    pub patience: Duration,
}

impl HttpCall {
    /// A question with a short answer.
    #[must_use]
    pub const fn get(id: HttpId, url: String, bearer: Option<Secret>) -> Self {
        Self { id, url, bearer, range: None, body: None, most: LONGEST_ANSWER, patience: PATIENCE }
    }
}

/// What a call sends, piece by piece, so that a large file is not held twice.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpBody {
    /// Its MIME type.
    pub kind: String,
    /// In order.
    pub pieces: Vec<Piece>,
}

/// A piece of what a call sends.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is; may hold a secret.
    Text(Secret),
    /// As it is; counts as a file's.
    Raw(Bytes),
    /// In base 64; counts as a file's, by what it was.
    Base64(Bytes),
}

impl Piece {
    /// Bytes of a file.
    #[must_use]
    pub const fn of_file(&self) -> usize {
        match self {
            Self::Text(_) => 0,
            Self::Raw(bytes) | Self::Base64(bytes) => bytes.len(),
        }
    }

    /// Bytes on the wire.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.expose().len(),
            Self::Raw(bytes) => bytes.len(),
            Self::Base64(bytes) => bytes.len().div_ceil(3) * 4,
        }
    }
}

/// Bytes in base 64.
#[must_use]
pub fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let part = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            written.push(if place > three.len() { b'=' } else { letter });
        }
    }
    written
}

/// `Debug` tells no more than the host: what follows it may be a code that opens an account.
impl fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.split('/').nth(2).unwrap_or_default();
        f.debug_struct("HttpCall").field("id", &self.id).field("host", &host).finish_non_exhaustive()
    }
}

/// What came back. `Debug` tells its size alone, since it may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// What it says; cut off at the call's limit.
    pub body: Bytes,
    /// It said more than that.
    pub cut: bool,
    /// Where what it says begins in the whole, and how long the whole is, where it is told.
    pub range: Option<(u64, Option<u64>)>,
}

impl HttpReply {
    /// A whole answer.
    #[must_use]
    pub const fn whole(status: u16, body: Bytes) -> Self {
        Self { status, body, cut: false, range: None }
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}

/// What came of a call: a reply of whatever status, or why there is none, in words.
pub type HttpOutcome = Result<HttpReply, CleanText>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_as_everybody_writes_it() {
        for (plain, written) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(plain.as_bytes()), written.as_bytes());
            assert_eq!(Piece::Base64(Bytes::from_static(plain.as_bytes())).length(), written.len());
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), b"+//+");
    }
}
