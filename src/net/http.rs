//! Calls to web services beside the connection, as data: an adapter asks for one, whoever drives it makes it and brings the answer.

use crate::domain::{CleanText, Secret};
use bytes::Bytes;
use std::fmt;

/// Names a call within one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HttpId(pub u32);

/// A `GET` that is to be made. Redirects are not followed: the secret is for the named host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpCall {
    /// Its name.
    pub id: HttpId,
    /// Where to; `https://`, or `http://` on this machine.
    pub url: String,
    /// Goes into the `Authorization` header as a bearer token.
    pub bearer: Option<Secret>,
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
    /// What it says; cut off at the driver's limit.
    pub body: Bytes,
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}

/// What came of a call: a reply of whatever status, or why there is none, in words.
pub type HttpOutcome = Result<HttpReply, CleanText>;
