//! Why a request is not answered: the code and the sentence of an `RPCError`.

use crate::net::osmium::wire::core::rpc_result;

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The documented code: 400, 401, 403, 404, 409, 429 or 500.
    pub(crate) code: u32,
    /// What is wrong, in words.
    pub(crate) text: String,
}

/// What a method gives back: a member of the result, or nothing for methods whose answer is empty.
pub(crate) type Reply = Result<Option<rpc_result::Result>, Refusal>;

impl Refusal {
    fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// 400: the request makes no sense.
    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::new(400, text)
    }

    /// 401: nobody is signed in, or the credentials are wrong.
    pub(crate) fn unknown_caller(text: impl Into<String>) -> Self {
        Self::new(401, text)
    }

    /// 403: signed in, but not allowed.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, text)
    }

    /// 404: there is no such thing, or the caller may not know of it.
    pub(crate) fn missing(what: &str) -> Self {
        Self::new(404, format!("There is no such {what}, or you cannot see it."))
    }

    /// 409: it collides with something that exists.
    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self::new(409, text)
    }

    /// 429: too often.
    pub(crate) fn too_often(text: impl Into<String>) -> Self {
        Self::new(429, text)
    }
}
