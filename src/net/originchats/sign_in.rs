//! From a greeted connection to a signed-in one, as a machine that is fed answers and says what to do next.
//!
//! An account of the service: a proof for this server's key is fetched from the service and shown to the server. The token itself goes to
//! the service and nowhere else. An account of the server alone: name and password go to the server; since it gives no token, they are kept
//! in the token's place. Nothing here prints a secret.

use super::defaults::OriginConfig;
use super::linking::{self, Linking};
use super::server::{Accounts, Generation, KeyCheck, Server};
use super::wire::{Command, Raw};
use crate::domain::{CleanText, Mono, Secret, SignInPart};
use crate::net::Credentials;
use crate::net::http::HttpReply;
use std::time::Duration;

/// What a kept name and password begin with where others keep a token. No token holds a colon.
const OWN_ACCOUNT: &str = "local:";
/// What a kept password of a server begins with, which stands before the token, in percent form and with a colon behind it.
const SERVER_PASSWORD: &str = "server:";

/// What to do next.
#[derive(Clone, PartialEq)]
pub enum Next {
    /// Fetch this address, and bring the answer.
    Fetch {
        /// Where.
        url: String,
        /// With what.
        token: Option<Secret>,
    },
    /// Say this, and bring the answer.
    Say(Command),
    /// Nothing; something is still to come.
    Wait,
    /// Tell the user where to allow the sign-in, and wait for [`SignIn::due`].
    Confirm {
        /// Where.
        address: CleanText,
        /// What to type there.
        code: CleanText,
        /// How long the code is good for.
        expires: Duration,
    },
    /// It was allowed: this is the token, to be told; then what comes next.
    Allowed {
        /// What the account service gave.
        token: Secret,
        /// What comes next.
        next: Box<Self>,
    },
    /// Wait for [`SignIn::due`].
    Later,
    /// The server does not take this sign-in, now or later.
    Refused {
        /// Why, in words, and what to do next.
        reason: CleanText,
        /// What the reason is about.
        about: Option<SignInPart>,
    },
    /// A passing fault.
    Fault(CleanText),
    /// The other side is no such server.
    Broken(CleanText),
}

/// The sign-in of one connection.
#[derive(Debug)]
pub struct SignIn {
    credentials: Credentials,
    key: Option<Raw>,
    linking: Option<Linking>,
    generation: Generation,
    invite: Option<Secret>,
    server_password: Option<Secret>,
    /// How often a proof was shown.
    shown: u32,
    /// What the account keeps through all names, as the proof says.
    person: Option<String>,
}

impl SignIn {
    /// A sign-in with these credentials.
    #[must_use]
    pub fn new(credentials: Credentials, config: &OriginConfig) -> Self {
        let (credentials, server_password) = kept(credentials);
        Self {
            credentials,
            key: None,
            linking: None,
            generation: Generation::Listed,
            invite: config.invite.clone(),
            server_password: config.server_password.clone().or(server_password),
            shown: 0,
            person: None,
        }
    }

    /// What the account keeps through all names, where the account service told it.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// What to keep for the next sign-in.
    #[must_use]
    pub fn token(&self) -> Secret {
        let own = match &self.credentials {
            Credentials::Token(token) => token.clone(),
            // Nobody is signed in before there is a token.
            Credentials::Elsewhere => return Secret::default(),
            Credentials::Password { login, password, .. } | Credentials::SignUp { login, password, .. } => {
                Secret::new(format!("{OWN_ACCOUNT}{}:{}", login.trim(), password.expose()))
            }
        };
        match &self.server_password {
            Some(password) => Secret::new(format!("{SERVER_PASSWORD}{}:{}", escaped(password.expose()), own.expose())),
            None => own,
        }
    }

    /// Whether other servers take the same sign-in: not that of an account of this server alone.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.credentials, Credentials::Token(_))
    }

    /// The server has greeted.
    pub fn greeted(&mut self, server: &Server, config: &OriginConfig) -> Next {
        self.generation = server.generation;
        match (&self.credentials, server.accounts) {
            (Credentials::Token(_) | Credentials::Elsewhere, Accounts::Own) => refused(
                "This server takes only accounts of its own. Sign in with a name and a password of this server, or make an account on it.",
                Some(SignInPart::Login),
            ),
            (Credentials::Password { .. } | Credentials::SignUp { .. }, Accounts::Service) => refused(
                "This server has no accounts of its own. Sign in with your account of the network instead of a name and a password.",
                Some(SignInPart::Login),
            ),
            (Credentials::Token(_) | Credentials::Elsewhere, Accounts::Service | Accounts::Both) => {
                match server.check_key(config) {
                    KeyCheck::Unnamed if !config.unnamed_keys => refused(
                        "This server's key does not say whose it is, so that it could use your sign-in elsewhere. Set unnamed_keys = true for this account if you trust it.",
                        Some(SignInPart::Server),
                    ),
                    KeyCheck::Ours | KeyCheck::Unnamed => {
                        self.key = Some(server.key.clone());
                        if self.credentials == Credentials::Elsewhere {
                            self.link(config)
                        } else {
                            self.fetch_proof(config)
                        }
                    }
                    KeyCheck::Another(place) => Next::Refused {
                        reason: CleanText::line(&format!(
                            "This server wants you to sign in as if it were another one ({place}), so nothing was sent to it. Check its address; if it is right, tell its owner.",
                        )),
                        about: Some(SignInPart::Server),
                    },
                    KeyCheck::Missing => Next::Broken(CleanText::ours("it greets without a key to sign in with")),
                }
            }
            (Credentials::Password { login, password, .. }, _) => {
                let (username, password) = (login.trim().to_owned(), password.expose().to_owned());
                Next::Say(Command::Login { username, password })
            }
            (Credentials::SignUp { login, password, .. }, _) => {
                let (username, password) = (login.trim().to_owned(), password.expose().to_owned());
                Next::Say(Command::Register { username, password })
            }
        }
    }

    /// Where a proof for the server's key is asked for, and with what; `None` for accounts of the server alone.
    #[must_use]
    pub fn proof_of(&self, server: &Server, config: &OriginConfig) -> Option<(String, Secret)> {
        let Credentials::Token(token) = &self.credentials else { return None };
        // Only for a key that it signed in with.
        self.key.as_ref().filter(|key| **key == server.key)?;
        Some((proof_address(server.key.wire(), config), token.clone()))
    }

    fn fetch_proof(&self, config: &OriginConfig) -> Next {
        match (&self.credentials, &self.key) {
            (Credentials::Token(token), Some(key)) => {
                Next::Fetch { url: proof_address(key.wire(), config), token: Some(token.clone()) }
            }
            _ => Next::Broken(CleanText::ours("it greets without a key to sign in with")),
        }
    }

    fn link(&mut self, config: &OriginConfig) -> Next {
        let (linking, url) = Linking::begin(config);
        self.linking = Some(linking);
        Next::Fetch { url, token: None }
    }

    /// When to go on by itself; `None` while something else is awaited.
    #[must_use]
    pub fn due(&self) -> Option<Mono> {
        self.linking.as_ref().and_then(Linking::due)
    }

    /// The moment has come.
    pub fn go_on(&mut self, config: &OriginConfig, now: Mono) -> Next {
        match self.linking.as_mut().map(|linking| linking.go_on(config, now)) {
            Some(next) => self.linked(next, config),
            None => Next::Wait,
        }
    }

    fn linked(&mut self, next: linking::Next, config: &OriginConfig) -> Next {
        match next {
            linking::Next::Fetch(url) => Next::Fetch { url, token: None },
            linking::Next::Show { address, code, expires } => Next::Confirm { address, code, expires },
            linking::Next::Wait => Next::Later,
            linking::Next::Linked(token) => {
                self.linking = None;
                self.credentials = Credentials::Token(token.clone());
                Next::Allowed { token, next: Box::new(self.fetch_proof(config)) }
            }
            linking::Next::GivenUp => {
                refused("Nobody allowed the sign-in in time. Begin again when you are at your browser.", None)
            }
            linking::Next::Fault(reason) => Next::Fault(reason),
        }
    }

    /// The account service answered.
    pub fn fetched(&mut self, outcome: Result<HttpReply, CleanText>, config: &OriginConfig, now: Mono) -> Next {
        if let Some(linking) = &mut self.linking {
            let next = linking.fetched(outcome, config, now);
            return self.linked(next, config);
        }
        let reply = match outcome {
            Ok(reply) => reply,
            Err(why) => return Next::Fault(CleanText::line(&format!("the account service cannot be reached: {why}"))),
        };
        #[derive(serde::Deserialize)]
        struct Body {
            validator: Option<String>,
            code: Option<String>,
        }
        let body = serde_json::from_slice(&reply.body).unwrap_or(Body { validator: None, code: None });
        match (reply.status, body.validator) {
            (200, Some(validator)) if !validator.is_empty() => self.show(validator),
            (401 | 403, _) if body.code.as_deref() == Some("account_blocked") => refused(
                "Your account is blocked by the account service, so that no server will take it. Ask the service why.",
                Some(SignInPart::Standing),
            ),
            (401 | 403, _) => refused(
                "The account service does not take this sign-in, or no longer. Sign in again.",
                Some(SignInPart::Login),
            ),
            (429, _) => Next::Fault(CleanText::ours("the account service was asked too often")),
            (status, _) => Next::Fault(CleanText::line(&format!("the account service answers with {status}"))),
        }
    }

    fn show(&mut self, validator: String) -> Next {
        self.shown += 1;
        // Older services name the account itself, which is no more than a name.
        self.person = validator.split_once(',').map(|(person, _)| person.to_owned()).filter(|id| id.contains(':'));
        // Older servers know nothing of these, and get no secret that is not for them.
        let for_newer = |secret: &Option<Secret>| secret.clone().filter(|_| self.generation == Generation::Newer);
        Next::Say(Command::Auth {
            validator,
            invite_code: for_newer(&self.invite).map(|code| code.expose().trim().to_uppercase()),
            server_password: for_newer(&self.server_password).map(|password| password.expose().to_owned()),
        })
    }

    /// The server refused the sign-in.
    pub fn refused(&mut self, text: &Raw, reason: Option<&Raw>, config: &OriginConfig) -> Next {
        if let Some((sentence, about)) = reason.and_then(|reason| access(reason.wire(), self.server_password.is_some()))
        {
            return refused(sentence, about);
        }
        let own = matches!(self.credentials, Credentials::Password { .. } | Credentials::SignUp { .. });
        match text.wire() {
            words if !own && is_unproven(words) => {
                // A service that knows only the newest proof of an account forgets one that is fetched for two servers at once.
                if self.shown < 2 {
                    self.fetch_proof(config)
                } else {
                    Next::Fault(CleanText::ours("it could not check who you are"))
                }
            }
            "Authentication required" => Next::Wait,
            other => match known(other) {
                Some((sentence, about)) => refused(sentence, about),
                None if text.line().trim().is_empty() => {
                    refused("The server does not take your sign-in and does not say why.", None)
                }
                None => {
                    let reason = CleanText::line(&format!("The server does not take your sign-in: {}", text.line()));
                    Next::Refused { reason, about: None }
                }
            },
        }
    }
}

/// Credentials with a name and password that were kept in a token's place taken out of it, and the server's password that was kept before them.
fn kept(credentials: Credentials) -> (Credentials, Option<Secret>) {
    let Credentials::Token(token) = &credentials else { return (credentials, None) };
    let (server_password, rest) = parted(token);
    let credentials = match rest.strip_prefix(OWN_ACCOUNT).and_then(|kept| kept.split_once(':')) {
        Some((login, password)) => {
            Credentials::Password { login: login.to_owned(), password: Secret::new(password.to_owned()), code: None }
        }
        None => Credentials::Token(Secret::new(rest.to_owned())),
    };
    (credentials, server_password)
}

/// The server's password that is kept before a token, if one is, and the rest.
fn parted(token: &Secret) -> (Option<Secret>, &str) {
    let whole = token.expose();
    match whole.strip_prefix(SERVER_PASSWORD).and_then(|kept| kept.split_once(':')) {
        Some((password, rest)) => (Some(Secret::new(unescaped(password))), rest),
        None => (None, whole),
    }
}

/// Where a proof for a key is asked for.
fn proof_address(key: &str, config: &OriginConfig) -> String {
    format!("{}/generate_validator?key={}", config.account_service, escaped(key))
}

/// What of a kept sign-in other servers take, too: the token of the account service. `None` for an account of one server.
#[must_use]
pub fn for_any_server(kept: &Secret) -> Option<Secret> {
    let (_, rest) = parted(kept);
    (!rest.is_empty() && !rest.starts_with(OWN_ACCOUNT)).then(|| Secret::new(rest.to_owned()))
}

fn refused(reason: &'static str, about: Option<SignInPart>) -> Next {
    Next::Refused { reason: CleanText::ours(reason), about }
}

/// The code words of newer servers.
fn access(reason: &str, gave_password: bool) -> Option<(&'static str, Option<SignInPart>)> {
    Some(match reason {
        "banned" => {
            ("You are banned from this server. Only its owner can let you in again.", Some(SignInPart::Standing))
        }
        "invite_required" => {
            ("This server is entered by invite only. Ask a member for an invite code.", Some(SignInPart::Invite))
        }
        "invite_invalid" => {
            ("The server does not know this invite code. Check it, or ask for another.", Some(SignInPart::Invite))
        }
        "invite_expired" => ("This invite code has expired. Ask for another.", Some(SignInPart::Invite)),
        "password_required" if !gave_password => (
            "This server has a password of its own, besides yours. Ask a member for it.",
            Some(SignInPart::ServerPassword),
        ),
        "password_required" | "password_incorrect" => {
            ("The server's own password is not right. Ask a member for it.", Some(SignInPart::ServerPassword))
        }
        "application_required" => (
            "This server wants you to apply first. Do so in its web client, then sign in again.",
            Some(SignInPart::Standing),
        ),
        "application_pending" => (
            "Your application to this server is not decided yet. Sign in again when it is.",
            Some(SignInPart::Standing),
        ),
        "not_whitelisted" => {
            ("Only people on its list may enter this server. Ask its owner to add you.", Some(SignInPart::Standing))
        }
        _ => return None,
    })
}

/// What servers say in words.
fn known(text: &str) -> Option<(&'static str, Option<SignInPart>)> {
    let login = Some(SignInPart::Login);
    let password = Some(SignInPart::Password);
    Some(match text {
        "Access denied: You are banned from this server" => {
            ("You are banned from this server. Only its owner can let you in again.", Some(SignInPart::Standing))
        }
        "User not found" => ("This server has no account of that name. Check the name, or make an account.", login),
        "Invalid password" => ("The password is not right.", password),
        words if is_unproven(words) => ("The server does not take this name and password.", password),
        "This account uses Rotur authentication" => {
            ("This name belongs to an account of the network. Sign in with that instead of a password.", login)
        }
        "Rotur authentication is disabled. Use login or register commands." => {
            ("This server takes only accounts of its own. Sign in with a name and a password of this server.", login)
        }
        "Registration is disabled" => ("This server makes no new accounts.", None),
        "Registration failed" => ("The server could not make the account. Try another name.", login),
        "Username already taken" => ("Somebody has this name already. Choose another.", login),
        "Username and password required" => ("Name and password are both needed.", login),
        "Username must be 2-32 characters" => ("A name has 2 to 32 characters.", login),
        "Password must be 4-72 characters" => ("A password has 4 to 72 characters.", password),
        "Username can only contain letters, numbers, hyphens, and underscores" => {
            ("A name may hold letters, digits, hyphens and underscores only.", login)
        }
        _ => return None,
    })
}

/// Whether the server could not, or would not, find out who one is.
fn is_unproven(words: &str) -> bool {
    words.starts_with("Invalid authentication") || words.starts_with("Authentication failed")
}

/// Everything but letters, digits and `-._~` in percent form.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Text in percent form as it was.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend(byte);
        bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_password_is_kept_before_whatever_signs_in() {
        let config = OriginConfig {
            server_password: Some(Secret::new("ä: 100%,\"".to_owned())),
            ..OriginConfig::new("wss://a")
        };
        let secret = |text: &str| Secret::new(text.to_owned());
        let own = Credentials::Password { login: "dave".to_owned(), password: secret("a:b"), code: None };
        for (credentials, elsewhere) in [(own, None), (Credentials::Token(secret("tok")), Some(secret("tok")))] {
            let token = SignIn::new(credentials.clone(), &config).token();
            assert_eq!(for_any_server(&token), elsewhere);
            let again = SignIn::new(Credentials::Token(token), &OriginConfig::new("wss://a"));
            assert_eq!((again.credentials, again.server_password), (credentials, config.server_password.clone()));
        }
    }
}
