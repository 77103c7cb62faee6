//! The server's errors in neutral words.

use super::rpc::ReplyError;
use super::wire::core::RpcError;
use crate::domain::answer::RefusalKind;
use crate::domain::{CleanText, Refusal};

/// The kind of failure behind a code. The codes follow HTTP; one that is not listed anywhere counts by its hundreds.
#[must_use]
pub const fn kind_of(code: u32) -> RefusalKind {
    match code {
        401 => RefusalKind::NotSignedIn,
        403 => RefusalKind::Forbidden,
        404 | 410 => RefusalKind::NotFound,
        409 => RefusalKind::Conflict,
        429 => RefusalKind::RateLimited,
        408 | 504 => RefusalKind::TimedOut,
        405 | 501 => RefusalKind::Unsupported,
        500..=599 => RefusalKind::ServerFault,
        _ => RefusalKind::Invalid,
    }
}

/// The server's words on one line, or ours where it gave none.
#[must_use]
pub fn words(error: &RpcError) -> CleanText {
    let text = CleanText::line(&error.error_message);
    if !text.trim().is_empty() {
        return text;
    }
    CleanText::ours(match kind_of(error.error_code) {
        RefusalKind::NotSignedIn => "The server says that you are not signed in.",
        RefusalKind::Forbidden => "The server does not allow it.",
        RefusalKind::NotFound => "The server does not have it.",
        RefusalKind::Conflict => "It is in conflict with what is there.",
        RefusalKind::RateLimited => "Too many requests; wait a moment and try again.",
        RefusalKind::ServerFault => "The server has a fault; try again later.",
        RefusalKind::TimedOut => "The server took too long; try again.",
        RefusalKind::Unsupported => "The server cannot do that.",
        RefusalKind::Invalid | RefusalKind::LinkLost => "The server found the request wrong.",
    })
}

/// The refusal behind an answer that is not the reply.
#[must_use]
pub fn of_error(error: ReplyError) -> Refusal {
    match error {
        ReplyError::Refused(error) => Refusal {
            kind: kind_of(error.error_code),
            code: error.error_code,
            text: words(&error),
            ..Refusal::default()
        },
        unexpected @ (ReplyError::Missing { .. } | ReplyError::Mismatched { .. }) => Refusal {
            kind: RefusalKind::ServerFault,
            text: CleanText::line(&sentence(&unexpected.to_string())),
            ..Refusal::default()
        },
    }
}

/// Begins with a capital letter and ends with a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_kinds() {
        for (code, kind) in [
            (400, RefusalKind::Invalid),
            (401, RefusalKind::NotSignedIn),
            (403, RefusalKind::Forbidden),
            (404, RefusalKind::NotFound),
            (409, RefusalKind::Conflict),
            (429, RefusalKind::RateLimited),
            (500, RefusalKind::ServerFault),
            (503, RefusalKind::ServerFault),
            (0, RefusalKind::Invalid),
            (77_777, RefusalKind::Invalid),
        ] {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }

    #[test]
    fn the_server_has_the_word_if_it_has_one() {
        let with = |message: &str| {
            of_error(ReplyError::Refused(RpcError { error_code: 403, error_message: message.to_owned() }))
        };
        assert_eq!(with("slow\u{1b}[2J\ndown").text.as_str(), "slow[2J down");
        assert_eq!(with(" \n").text.as_str(), "The server does not allow it.");
        assert_eq!(with("x").code, 403);
        assert!(of_error(ReplyError::Missing { method: "m" }).text.starts_with("The server answered m"));
    }
}
