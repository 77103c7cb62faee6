//! The demo's stand-in for mail, and the verification of addresses that depends on it.
//!
//! How a server verifies the address of a new account is not published but for the names in the schema. Here: a sign-up with an address
//! outside [`OWN_DOMAIN`] and without a token is refused with 403, and a mail with a token goes to the address; the same sign-up with the token
//! makes the account. A token is good for one address, until the next one is sent there, for an hour at most and for a few tries.

use super::refusal::{Refusal, Reply};
use super::server::Server;
use crate::net::osmium::wire::auth as api;

/// Addresses of this domain are the demo's own: they need no verification.
pub const OWN_DOMAIN: &str = "demo.example";

/// How long a token is good, in milliseconds.
const LIFE: i64 = 60 * 60_000;
/// Wrong tokens before the right one is void.
const TRIES: u8 = 5;
/// Addresses that may wait for their verification.
const MAX_WAITING: usize = 256;
/// Mails that nobody has fetched; the oldest goes first.
const MAX_MAILS: usize = 64;

/// A mail, as far as the demo writes any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The token in it.
    pub token: String,
}

/// An address that waits for its verification.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    token: String,
    expires_at: i64,
    tries: u8,
    /// The token came back: the next sign-up with this address needs none.
    verified: bool,
}

impl Server {
    /// Lets a sign-up with this address pass, or refuses it and sends a mail.
    pub(crate) fn check_address(&mut self, email: &str, token: Option<&str>) -> Result<(), Refusal> {
        let own = email.rsplit_once('@').is_some_and(|(_, domain)| domain == OWN_DOMAIN);
        if own || !self.quirks.verifies {
            return Ok(());
        }
        if self.state.waiting.get(email).is_some_and(|waiting| waiting.verified) {
            return Ok(());
        }
        let Some(token) = token.map(str::trim).filter(|token| !token.is_empty()) else {
            self.send_token(email);
            return Err(Refusal::forbidden(
                "Verify the address first: sign up again with the token that was sent to it.",
            ));
        };
        self.take_token(email, token)
    }

    fn take_token(&mut self, email: &str, token: &str) -> Result<(), Refusal> {
        let wall = self.wall();
        let waiting = self.state.waiting.get_mut(email).filter(|one| one.expires_at > wall && one.tries > 0);
        let right = waiting.is_some_and(|waiting| {
            let right = waiting.token == token.to_lowercase();
            waiting.tries -= u8::from(!right);
            waiting.verified |= right;
            right
        });
        if right { Ok(()) } else { Err(Refusal::forbidden("The verification token is wrong or too old.")) }
    }

    fn send_token(&mut self, email: &str) {
        let wall = self.wall();
        self.state.waiting.retain(|_, one| one.expires_at > wall);
        if self.state.waiting.len() >= MAX_WAITING {
            let next = self.state.waiting.iter().min_by_key(|(_, one)| one.expires_at).map(|(email, _)| email.clone());
            if let Some(next) = next {
                self.state.waiting.remove(&next);
            }
        }
        let mut token = self.state.fresh_code("mail");
        token.truncate(8);
        let waiting = Waiting { token: token.clone(), expires_at: wall + LIFE, tries: TRIES, verified: false };
        self.state.waiting.insert(email.to_owned(), waiting);
        if self.state.mails.len() >= MAX_MAILS {
            self.state.mails.pop_front();
        }
        self.state.mails.push_back(Mail { to: email.to_owned(), token });
    }

    /// The oldest mail that was not fetched.
    pub fn next_mail(&mut self) -> Option<Mail> {
        self.state.mails.pop_front()
    }

    /// The account is made: what waited for it is done.
    pub(crate) fn settle_address(&mut self, email: &str) {
        self.state.waiting.remove(email);
    }

    /// Verifies an address before its sign-up.
    pub(crate) fn verify_email(&mut self, request: &api::VerifyEmail) -> Reply {
        self.take_token(&request.email.trim().to_lowercase(), request.code.trim())?;
        Ok(None)
    }

    /// Sends the mail once more, where one is waited for. Whether that is so is nobody else's business: the answer is always the same.
    pub(crate) fn resend_email_verification(&mut self, request: &api::ResendEmailVerification) -> Reply {
        let email = request.email.as_deref().unwrap_or_default().trim().to_lowercase();
        if self.state.waiting.contains_key(&email) {
            self.send_token(&email);
        }
        Ok(None)
    }
}
