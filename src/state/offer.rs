//! What networks offer for signing in: data from the shell, so that nothing here knows a network.

use crate::domain::{AccountId, Caps, Secret};

/// A network, as somebody who signs in needs to know it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NetworkOffer {
    /// Its name in the configuration; accounts bear it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The server that is proposed; empty where one has to be typed.
    pub server: String,
    /// It is many servers that know nothing of each other, each with an account of its own here.
    pub many: bool,
    /// What fields of forms say of the network's own rules.
    pub hints: Hints,
    /// How one gets in, the usual way first.
    pub ways: Vec<SignInWay>,
    /// What it can do, as far as that is the same on all its servers: what holds until one of them has said more.
    pub caps: Caps,
}

/// Rules of a network for what is typed, each a line of help.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hints {
    /// What a new user name may hold.
    pub name: &'static str,
    /// What a new password must be like.
    pub password: &'static str,
    /// What becomes of the password of an account.
    pub kept: &'static str,
    /// What is kept of a sign-in by who stays in.
    pub stay: &'static str,
}

/// A way of signing in, or of making an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignInWay {
    /// With e-mail address and password.
    MailPassword,
    /// With user name and password, of the server alone.
    NamePassword,
    /// By allowing it in a browser.
    Elsewhere,
    /// With a token.
    Token,
    /// An account is made, with an e-mail address.
    SignUpMail,
    /// An account is made, with a user name.
    SignUpName,
    /// With the sign-in that an account has; that account itself: as before.
    Same(AccountId),
}

impl SignInWay {
    /// Whether it makes an account.
    #[must_use]
    pub const fn makes_account(self) -> bool {
        matches!(self, Self::SignUpMail | Self::SignUpName)
    }
}

/// What somebody signs in with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignInProof {
    /// A name and a password.
    Password {
        /// E-mail address or user name.
        login: String,
        /// The password.
        password: Secret,
    },
    /// Nothing yet: it is allowed in a browser.
    Elsewhere,
    /// A token.
    Token(Secret),
    /// What an account signs in with; that account itself: what it has, or was given in the try before.
    Same(AccountId),
    /// The account is to be made.
    SignUp {
        /// The name that others see.
        name: String,
        /// E-mail address or user name.
        login: String,
        /// The password.
        password: Secret,
    },
}
