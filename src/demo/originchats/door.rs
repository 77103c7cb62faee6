//! Who is let in: what servers of the newer generation may want besides knowing who comes, and the words and reasons with which they refuse.

use serde_json::{Value, json};

/// A server of the newer generation that does not let in everybody. It names itself in its key.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// The invite code that lets newcomers in.
    pub invite: Option<String>,
    /// A code that was good once.
    pub expired: Option<String>,
    /// The server's own password, told with each sign-in.
    pub password: Option<String>,
    /// Who is banned.
    pub banned: Vec<String>,
    /// The only people who may come in.
    pub listed: Option<Vec<String>>,
    /// Newcomers apply first; these have, and nothing is decided.
    pub applied: Option<Vec<String>>,
    /// The address that its key names in place of its own, as one that passes sign-ins on would.
    pub poses_as: Option<String>,
}

/// Why a sign-in is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Refused {
    words: &'static str,
    reason: Option<&'static str>,
}

impl From<&'static str> for Refused {
    fn from(words: &'static str) -> Self {
        Self { words, reason: None }
    }
}

impl Refused {
    /// As it is told.
    pub(super) fn told(self) -> Value {
        let mut told = json!({"cmd": "auth_error", "val": self.words});
        if let Some(reason) = self.reason {
            told["reason"] = json!(reason);
        }
        told
    }
}

impl Door {
    /// Whether somebody may come in, who was here before or not.
    ///
    /// # Errors
    /// They may not; why.
    pub(super) fn check(&self, name: &str, known: bool, packet: &Value) -> Result<(), Refused> {
        let named = |names: &[String]| names.iter().any(|other| other == name);
        let given = |field: &str| packet[field].as_str().unwrap_or_default().to_owned();
        let refused = |words, reason| Err(Refused { words, reason: Some(reason) });
        if named(&self.banned) {
            return refused("Access denied: You are banned from this server", "banned");
        }
        if self.listed.as_ref().is_some_and(|names| !named(names)) {
            return refused("You are not on the whitelist", "not_whitelisted");
        }
        if let Some(applied) = self.applied.as_ref().filter(|_| !known) {
            return if named(applied) {
                refused("Your application is pending", "application_pending")
            } else {
                refused("An application is required", "application_required")
            };
        }
        match (&self.password, given("server_password")) {
            (Some(_), typed) if typed.is_empty() => return refused("A password is required", "password_required"),
            (Some(password), typed) if *password != typed => {
                return refused("The password is incorrect", "password_incorrect");
            }
            _ => {}
        }
        match (self.invite.as_ref().filter(|_| !known), given("invite_code")) {
            (None, _) => Ok(()),
            (Some(_), code) if code.is_empty() => refused("An invite is required", "invite_required"),
            (Some(invite), code) if *invite == code => Ok(()),
            (Some(_), code) if self.expired.as_ref() == Some(&code) => {
                refused("The invite has expired", "invite_expired")
            }
            (Some(_), _) => refused("The invite is invalid", "invite_invalid"),
        }
    }
}
