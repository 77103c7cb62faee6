//! The sign-in form: server, e-mail, password, and a code when one is asked for.

use super::field::Field;
use crate::domain::AccountId;

/// The form.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SignInForm {
    /// Which account is being signed in.
    pub account: AccountId,
    /// The server's address.
    pub server: Field,
    /// E-mail address or user name.
    pub login: Field,
    /// The password.
    pub password: Field,
    /// A TOTP or recovery code.
    pub code: Field,
    /// Which field has the cursor.
    pub at: SignInField,
    /// What is going on.
    pub stage: SignInStage,
    /// Why the last try failed, in words.
    pub refusal: Option<String>,
}

/// A field of the form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SignInField {
    /// The server's address.
    Server,
    /// E-mail address or user name.
    #[default]
    Login,
    /// The password.
    Password,
    /// A TOTP or recovery code.
    Code,
}

/// What is going on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SignInStage {
    /// Being filled in.
    #[default]
    Editing,
    /// Waiting for the server.
    Working,
    /// The server wants a code.
    Code {
        /// A recovery code is taken, too.
        recovery: bool,
    },
}
