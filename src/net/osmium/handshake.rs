//! From an open connection to a signed-in one, as a machine that is fed answers and says what to do next.
//!
//! Greeting, then the saved token, or e-mail and password with a second proof where the account has one. A server that does not know
//! the newer sign-in (#104) is asked the older one (#2), once. A new account is made with one request (#3); where the server wants its
//! address verified, the same request is made again with the token from the mail. Nothing here prints a secret.

use super::defaults::{CHALLENGE_RESTARTS, OsmiumConfig};
use super::refusal::words;
use super::rpc::{Method, ReplyError};
use super::wire::auth::{
    Authorization, Authorize, CompleteSignIn, LegacySignIn, MfaChallenge, SignIn, SignInResult, SignUp,
};
use super::wire::auth::{complete_sign_in::Proof, sign_in_result};
use super::wire::core::{Initialize, RpcError, client_message, rpc_result};
use crate::domain::{CleanText, Secret, SignInPart};
use crate::net::Credentials;

/// What was asked, and so what the answer has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The greeting.
    Initialize,
    /// A saved token.
    Authorize,
    /// E-mail and password.
    SignIn,
    /// The same, with the code, for older servers.
    LegacySignIn,
    /// The second proof.
    CompleteSignIn,
    /// A new account.
    SignUp,
}

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Ask this, and bring the answer.
    Ask(Step, client_message::Message),
    /// Wait for a code from the user.
    WaitForCode {
        /// A recovery code is taken, too.
        recovery: bool,
        /// The one before was wrong.
        wrong: bool,
    },
    /// Wait for the token that was sent to the new account's address.
    WaitForToken {
        /// The one before was wrong.
        wrong: bool,
    },
    /// Done.
    SignedIn(Authorization),
    /// The server does not take this sign-in, now or later.
    Refused {
        /// The server's code, 0 if there was none.
        code: u32,
        /// Why, in words.
        reason: CleanText,
        /// What the reason is about.
        about: Option<SignInPart>,
    },
    /// A passing fault.
    Fault(CleanText),
    /// The other side does not speak the protocol.
    Broken(CleanText),
}

/// The sign-in of one connection.
#[derive(Debug)]
pub struct Handshake {
    credentials: Credentials,
    /// A code that was given and not yet used.
    code: Option<Secret>,
    /// The challenge that a code is wanted for; `None` with the older sign-in.
    challenge: Option<MfaChallenge>,
    waiting: bool,
    legacy: bool,
    wrong_codes: u32,
}

impl Handshake {
    /// A sign-in with these credentials.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        let code = match &credentials {
            Credentials::Token(_) | Credentials::Elsewhere | Credentials::SignUp { .. } => None,
            Credentials::Password { code, .. } => code.clone(),
        };
        Self { credentials, code, challenge: None, waiting: false, legacy: false, wrong_codes: 0 }
    }

    /// The first thing to ask.
    #[must_use]
    pub fn greet(config: &OsmiumConfig) -> Next {
        let greeting = Initialize {
            client_id: config.client_id,
            device_type: config.device_type.clone(),
            device_version: config.device_version.clone(),
            app_version: config.app_version.clone(),
            no_subscribe: config.no_subscribe,
        };
        Next::Ask(Step::Initialize, greeting.wrap())
    }

    /// The token that was signed in with, if it was one: it stays valid where the server gives none back.
    #[must_use]
    pub fn token(&self) -> Option<&Secret> {
        match &self.credentials {
            Credentials::Token(token) => Some(token),
            Credentials::Password { .. } | Credentials::Elsewhere | Credentials::SignUp { .. } => None,
        }
    }

    /// The sign-in is over: from here on only the token is kept, so that a password is in memory no longer than it must be.
    pub fn forget_password(&mut self, token: &Secret) {
        self.credentials = Credentials::Token(token.clone());
        self.code = None;
    }

    /// Whether a code from the user is waited for.
    #[must_use]
    pub const fn waits_for_code(&self) -> bool {
        self.waiting
    }

    /// The answer to what was asked last.
    pub fn answer(&mut self, step: Step, result: Option<rpc_result::Result>) -> Next {
        match step {
            Step::Initialize => match Initialize::unwrap_reply(result) {
                Ok(_) => self.begin(),
                Err(ReplyError::Refused(error)) => self.fault(words(&error)),
                Err(error) => broken(&error),
            },
            Step::Authorize => match Authorize::unwrap_reply(result) {
                Ok(authorization) => Next::SignedIn(authorization),
                Err(ReplyError::Refused(error)) if matches!(error.error_code, 401 | 403) => refused(&error),
                Err(ReplyError::Refused(error)) => Next::Fault(words(&error)),
                Err(error) => broken(&error),
            },
            Step::SignIn => match SignIn::unwrap_reply(result) {
                Ok(result) => self.signed_in(result),
                Err(ReplyError::Missing { .. }) => self.fall_back(),
                Err(ReplyError::Refused(error)) if error.error_code == 400 => self.fall_back(),
                Err(ReplyError::Refused(error)) => failed(&error),
                Err(error) => broken(&error),
            },
            Step::LegacySignIn => match LegacySignIn::unwrap_reply(result) {
                Ok(authorization) => Next::SignedIn(authorization),
                Err(ReplyError::Refused(error)) => self.legacy_failed(&error),
                Err(error) => broken(&error),
            },
            Step::CompleteSignIn => match CompleteSignIn::unwrap_reply(result) {
                Ok(authorization) => Next::SignedIn(authorization),
                Err(ReplyError::Refused(error)) => self.wrong_code(&error),
                Err(error) => broken(&error),
            },
            Step::SignUp => match SignUp::unwrap_reply(result) {
                Ok(authorization) => Next::SignedIn(authorization),
                Err(ReplyError::Refused(error)) => self.sign_up_failed(&error),
                Err(error) => Next::Refused { code: 0, reason: CleanText::line(&error.to_string()), about: None },
            },
        }
    }

    /// The code that was waited for. `None` when none was.
    pub fn code(&mut self, code: Secret) -> Option<Next> {
        if !self.waiting {
            return None;
        }
        self.waiting = false;
        self.code = Some(code);
        let once_more = self.legacy || matches!(self.credentials, Credentials::SignUp { .. });
        Some(if once_more { self.begin() } else { self.prove() })
    }

    fn begin(&mut self) -> Next {
        match &self.credentials {
            Credentials::Token(token) => {
                Next::Ask(Step::Authorize, Authorize { token: token.expose().to_owned() }.wrap())
            }
            Credentials::Password { login, password, .. } if self.legacy => {
                let totp = self.code.as_ref().map(|code| squeezed(code.expose()));
                let request = LegacySignIn { email: login.clone(), password: password.expose().to_owned(), totp };
                Next::Ask(Step::LegacySignIn, request.wrap())
            }
            Credentials::SignUp { name, login, password } => {
                let request = SignUp {
                    email: Some(login.clone()),
                    password: Some(password.expose().to_owned()),
                    name: name.clone(),
                    email_verification_token: self.code.as_ref().map(|token| token.expose().trim().to_owned()),
                };
                Next::Ask(Step::SignUp, request.wrap())
            }
            Credentials::Elsewhere => Next::Refused {
                code: 0,
                reason: CleanText::ours(
                    "This network signs nobody in elsewhere. Sign in with your e-mail address and password.",
                ),
                about: Some(SignInPart::Login),
            },
            Credentials::Password { login, password, .. } => {
                let request = SignIn { email: login.clone(), password: password.expose().to_owned() };
                Next::Ask(Step::SignIn, request.wrap())
            }
        }
    }

    fn fall_back(&mut self) -> Next {
        if self.legacy {
            return Next::Fault(CleanText::ours("It knows neither the newer nor the older sign-in."));
        }
        self.legacy = true;
        self.begin()
    }

    fn signed_in(&mut self, result: SignInResult) -> Next {
        match result.result {
            Some(sign_in_result::Result::Authorization(authorization)) => Next::SignedIn(authorization),
            Some(sign_in_result::Result::MfaChallenge(challenge)) if challenge.totp || challenge.recovery_codes => {
                let recovery = challenge.recovery_codes;
                self.challenge = Some(challenge);
                if self.wrong_codes > 0 || self.code.is_none() {
                    self.wait(recovery, self.wrong_codes > 0)
                } else {
                    self.prove()
                }
            }
            Some(sign_in_result::Result::MfaChallenge(_)) => Next::Refused {
                code: 0,
                about: None,
                reason: CleanText::ours(
                    "This account asks for a security key, which nib cannot use. Add an authenticator app to the account.",
                ),
            },
            None => Next::Refused {
                code: 0,
                about: None,
                reason: CleanText::ours("The server asks for a proof that this version of nib does not know."),
            },
        }
    }

    fn wait(&mut self, recovery: bool, wrong: bool) -> Next {
        self.code = None;
        self.waiting = true;
        Next::WaitForCode { recovery, wrong }
    }

    /// Sends the code: six digits are a TOTP, anything else is a recovery code where those are taken.
    fn prove(&mut self) -> Next {
        let (Some(challenge), Some(code)) = (self.challenge.take(), self.code.take()) else { return self.begin() };
        let typed = code.expose();
        let squeezed = squeezed(typed);
        let six_digits = squeezed.len() == 6 && squeezed.bytes().all(|byte| byte.is_ascii_digit());
        let proof = if challenge.totp && (six_digits || !challenge.recovery_codes) {
            Proof::Totp(squeezed)
        } else {
            Proof::RecoveryCode(typed.trim().to_owned())
        };
        let request = CompleteSignIn { challenge_id: challenge.challenge_id, proof: Some(proof) };
        Next::Ask(Step::CompleteSignIn, request.wrap())
    }

    /// The code was not taken. Whether a challenge outlives a wrong code is not published, and a dead one answers the same as a
    /// wrong code, so a fresh one is fetched before the user is asked again.
    fn wrong_code(&mut self, error: &RpcError) -> Next {
        if !matches!(error.error_code, 400 | 401 | 404 | 409 | 410) {
            return failed(error);
        }
        self.wrong_codes += 1;
        self.code = None;
        if self.wrong_codes > CHALLENGE_RESTARTS { refused(error) } else { self.begin() }
    }

    /// A fault before anything was asked that counts: tried again, unless an account is to be made, which the user does.
    fn fault(&self, reason: CleanText) -> Next {
        match self.credentials {
            Credentials::SignUp { .. } => Next::Refused { code: 0, reason, about: None },
            Credentials::Token(_) | Credentials::Password { .. } | Credentials::Elsewhere => Next::Fault(reason),
        }
    }

    /// How a server says that it wants an address verified is not published; only its words tell. No refusal of a sign-up is tried again by itself.
    fn sign_up_failed(&mut self, error: &RpcError) -> Next {
        let asks = matches!(error.error_code, 400 | 401 | 403 | 422) && speaks_of_verification(&error.error_message);
        if !asks || self.wrong_codes > CHALLENGE_RESTARTS {
            return refused(error);
        }
        let wrong = self.code.take().is_some();
        self.wrong_codes += u32::from(wrong);
        self.waiting = true;
        Next::WaitForToken { wrong }
    }

    /// The older sign-in says a missing and a wrong code with the code of a wrong password; only its words tell them apart.
    fn legacy_failed(&mut self, error: &RpcError) -> Next {
        let about_code = matches!(error.error_code, 400 | 401 | 403) && speaks_of_code(&error.error_message);
        if !about_code || self.wrong_codes >= CHALLENGE_RESTARTS {
            return failed(error);
        }
        let wrong = self.code.is_some();
        self.wrong_codes += u32::from(wrong);
        self.wait(true, wrong)
    }
}

/// A sign-in with a password failed: for good where the server blames what was sent, else in passing.
fn failed(error: &RpcError) -> Next {
    match error.error_code {
        400 | 401 | 403 | 404 | 409 | 410 | 422 => refused(error),
        _ => Next::Fault(words(error)),
    }
}

fn refused(error: &RpcError) -> Next {
    Next::Refused { code: error.error_code, reason: words(error), about: about(error) }
}

fn broken(error: &ReplyError) -> Next {
    Next::Broken(CleanText::line(&error.to_string()))
}

fn squeezed(code: &str) -> String {
    code.chars().filter(|character| !character.is_whitespace()).collect()
}

/// What a refusal is about. The server names no field, so its words decide; where they name several things, the last typed of them.
fn about(error: &RpcError) -> Option<SignInPart> {
    let says = |wanted: &[&str]| speaks_of(&error.error_message, wanted);
    if says(&["password", "passwords"]) {
        Some(SignInPart::Password)
    } else if says(&["email", "mail", "address"]) {
        Some(SignInPart::Login)
    } else if says(&["name", "names"]) {
        Some(SignInPart::Name)
    } else {
        None
    }
}

fn speaks_of_code(message: &str) -> bool {
    speaks_of(message, &["code", "totp", "otp", "2fa", "mfa", "authenticator", "factor"])
}

fn speaks_of_verification(message: &str) -> bool {
    speaks_of(message, &["verify", "verified", "verification", "unverified", "token"])
}

fn speaks_of(message: &str, wanted: &[&str]) -> bool {
    let message = message.to_lowercase();
    message.split(|character: char| !character.is_alphanumeric()).any(|word| wanted.contains(&word))
}
