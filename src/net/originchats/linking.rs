//! Allowing nib to use an account from another device: the account service gives a code, the user types it at the service's address, and the
//! service gives a token, once.
//!
//! A machine that is fed answers and moments. The token is asked for only after the service said that the code was typed.

use super::defaults::{LINK_CODES, LINK_LIFETIME, LINK_PERMISSIONS, OriginConfig};
use crate::domain::{CleanText, Mono, Secret};
use crate::net::http::HttpReply;
use std::time::Duration;

/// Longest code that is believed to be one.
const LONGEST_CODE: usize = 32;

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Fetch this address without a token, and bring the answer.
    Fetch(String),
    /// Tell the user where to type what, for how long; then wait for [`Linking::due`].
    Show {
        /// Where.
        address: CleanText,
        /// What.
        code: CleanText,
        /// How long the code is good for.
        expires: Duration,
    },
    /// Wait for [`Linking::due`].
    Wait,
    /// Allowed.
    Linked(Secret),
    /// Nobody allowed it.
    GivenUp,
    /// A passing fault.
    Fault(CleanText),
}

/// What was asked last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Code,
    Status,
    Token,
}

/// One linking.
#[derive(Debug)]
pub struct Linking {
    asked: Asked,
    code: Secret,
    expires: Mono,
    poll: Option<Mono>,
    /// How many codes were shown.
    shown: u32,
}

#[derive(serde::Deserialize)]
struct Body {
    code: Option<String>,
    expires_in: Option<f64>,
    status: Option<String>,
    token: Option<String>,
}

impl Linking {
    /// A linking, and the first address to fetch.
    #[must_use]
    pub fn begin(config: &OriginConfig) -> (Self, String) {
        let linking = Self { asked: Asked::Code, code: Secret::default(), expires: Mono(0), poll: None, shown: 0 };
        (linking, Self::code_address(config))
    }

    fn code_address(config: &OriginConfig) -> String {
        format!("{}/link/code?name=nib&permissions={LINK_PERMISSIONS}", config.account_service)
    }

    /// When to go on by itself; `None` while an answer is awaited.
    #[must_use]
    pub fn due(&self) -> Option<Mono> {
        self.poll
    }

    /// The moment has come: asks whether it is allowed, or for another code.
    pub fn go_on(&mut self, config: &OriginConfig, now: Mono) -> Next {
        self.poll = None;
        if now < self.expires {
            self.asked = Asked::Status;
            return Next::Fetch(format!("{}/link/status?code={}", config.account_service, self.code.expose()));
        }
        self.another(config)
    }

    fn another(&mut self, config: &OriginConfig) -> Next {
        if self.shown >= LINK_CODES {
            return Next::GivenUp;
        }
        self.asked = Asked::Code;
        Next::Fetch(Self::code_address(config))
    }

    fn wait(&mut self, config: &OriginConfig, now: Mono) -> Next {
        self.poll = Some(now.plus(config.link_poll));
        Next::Wait
    }

    /// The service answered.
    pub fn fetched(&mut self, outcome: Result<HttpReply, CleanText>, config: &OriginConfig, now: Mono) -> Next {
        let reply = match outcome {
            Ok(reply) => reply,
            // The code is good for a while: a moment without the service loses nothing.
            Err(_) if self.asked == Asked::Status => return self.wait(config, now),
            Err(why) => return Next::Fault(CleanText::line(&format!("the account service cannot be reached: {why}"))),
        };
        let nothing = Body { code: None, expires_in: None, status: None, token: None };
        let body: Body = serde_json::from_slice(&reply.body).unwrap_or(nothing);
        match (self.asked, reply.status) {
            (Asked::Code, 200) => self.coded(body, config, now),
            (Asked::Status, 200) if body.status.as_deref() == Some("linked") => {
                self.asked = Asked::Token;
                Next::Fetch(format!("{}/link/user?code={}", config.account_service, self.code.expose()))
            }
            // Not yet; or asked too often, or a passing fault.
            (Asked::Status, _) => self.wait(config, now),
            (Asked::Token, 200) if body.token.as_deref().is_some_and(|token| !token.is_empty()) => {
                Next::Linked(Secret::new(body.token.unwrap_or_default()))
            }
            // Expired between the two questions.
            (Asked::Token, 404) => self.another(config),
            (Asked::Code | Asked::Token, status) => {
                Next::Fault(CleanText::line(&format!("the account service answers with {status}")))
            }
        }
    }

    fn coded(&mut self, body: Body, config: &OriginConfig, now: Mono) -> Next {
        let code = body.code.unwrap_or_default();
        let plain = |code: &str| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if code.is_empty() || code.len() > LONGEST_CODE || !plain(&code) {
            return Next::Fault(CleanText::ours("the account service gives no code"));
        }
        let told = body.expires_in.filter(|seconds| (1.0..=86_400.0).contains(seconds));
        let expires = told.map_or(LINK_LIFETIME, Duration::from_secs_f64);
        self.shown += 1;
        self.expires = now.plus(expires);
        self.poll = Some(now.plus(config.link_poll));
        let shown = CleanText::line(&code);
        self.code = Secret::new(code);
        Next::Show { address: CleanText::line(&config.link_address), code: shown, expires }
    }
}

/// What an account service can be asked by anybody: how a code stands that nobody has.
#[must_use]
pub fn question(service: &str) -> String {
    format!("{}/link/status?code=000000", service.trim_end_matches('/'))
}

/// Whether that was answered as an account service does.
#[must_use]
pub fn is_service(reply: &HttpReply) -> bool {
    let body: Option<serde_json::Value> = serde_json::from_slice(&reply.body).ok();
    body.is_some_and(|body| body["status"].is_string() || body["error"].is_string())
}
