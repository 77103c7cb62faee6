//! A field of a form: what is typed or chosen in it, what is said of it.

use super::field::Field;
use crate::state::action::TextEdit;

/// What a field is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// Which network.
    Network,
    /// The server's address.
    Server,
    /// How to sign in.
    Way,
    /// A token.
    Token,
    /// The server's own password.
    ServerPassword,
    /// The name that others see.
    Name,
    /// E-mail address or user name.
    Login,
    /// The password.
    Password,
    /// Whether the sign-in outlives this run.
    Stay,
    /// A second proof, or the token from a mail.
    Code,
    /// The code or link of an invite.
    Invite,
    /// Somebody's user name.
    Username,
    /// A command with what follows it.
    Command,
    /// A day, or a moment of it.
    Day,
    /// What an account is called.
    Label,
    /// What a thread is called.
    Title,
    /// What a file is called where it goes.
    File,
}

/// One field.
#[derive(Clone, PartialEq, Debug)]
pub struct FormField {
    /// What it is for.
    pub kind: FieldKind,
    /// Its name on screen.
    pub label: &'static str,
    /// One line: what is to be typed here, and what becomes of it.
    pub help: &'static str,
    /// What is said when nothing was typed.
    pub missing: &'static str,
    /// What was typed or chosen.
    pub input: Input,
    /// It is settled and cannot be changed just now.
    pub fixed: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a field takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// A line of text, which may be a secret.
    Text(Field),
    /// One of a few words.
    Choice {
        /// The words.
        options: Vec<String>,
        /// Which of them.
        chosen: usize,
    },
}

impl FormField {
    /// What stands in it makes way for the first letter that is typed.
    pub(super) fn rest(&mut self) {
        if let Input::Text(field) = &mut self.input {
            *field = Field::kept(field.text());
        }
    }

    /// A field for a line of text.
    #[must_use]
    pub const fn text(
        kind: FieldKind,
        label: &'static str,
        field: Field,
        help: &'static str,
        missing: &'static str,
    ) -> Self {
        Self { kind, label, help, missing, input: Input::Text(field), fixed: false, error: None }
    }

    /// A field for one of a few words, the first of them chosen.
    #[must_use]
    pub const fn choice(kind: FieldKind, label: &'static str, options: Vec<String>, help: &'static str) -> Self {
        Self { kind, label, help, missing: "", input: Input::Choice { options, chosen: 0 }, fixed: false, error: None }
    }

    /// The same with another word chosen.
    #[must_use]
    pub fn choosing(mut self, at: usize) -> Self {
        if let Input::Choice { chosen, .. } = &mut self.input {
            *chosen = at;
        }
        self
    }

    /// Which word is chosen; the first of a field without words.
    #[must_use]
    pub const fn chosen_index(&self) -> usize {
        match &self.input {
            Input::Choice { chosen, .. } => *chosen,
            Input::Text(_) => 0,
        }
    }

    /// Puts a text in place of what was typed.
    pub fn set(&mut self, text: &str) {
        if let Input::Text(field) = &mut self.input {
            field.edit(TextEdit::End);
            field.edit(TextEdit::KillToStart);
            field.insert(text);
            self.error = None;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match &self.input {
            // Spaces may be a password.
            Input::Text(field) if field.is_secret() => field.text().is_empty(),
            Input::Text(field) => field.text().trim().is_empty(),
            Input::Choice { .. } => false,
        }
    }

    /// What is to be known of what stands in it, though nothing is wrong with it.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        match &self.input {
            Input::Text(field) if self.kind == FieldKind::Server && is_open_to_all(field.text()) => {
                Some("The way to it is not encrypted: everybody on the way can read along, the sign-in as well.")
            }
            _ => None,
        }
    }
}

/// Whether an address names a way without encryption to another computer.
fn is_open_to_all(address: &str) -> bool {
    let address = address.trim().to_lowercase();
    let Some(rest) = ["ws://", "http://", "tcp://"].iter().find_map(|scheme| address.strip_prefix(scheme)) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_number = |host: &str| host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let here = matches!(host, "localhost" | "::1") || host.starts_with("127.") && is_number(host);
    !host.is_empty() && !here
}

#[cfg(test)]
mod tests {
    use super::is_open_to_all;

    #[test]
    fn only_ways_without_encryption_to_other_computers_are_warned_of() {
        for open in [
            "ws://chat.example.org",
            " HTTP://10.0.0.1:5613/ ",
            "tcp://host:1",
            "ws://[2001:db8::1]:9",
            "ws://127.example.org",
        ] {
            assert!(is_open_to_all(open), "{open}");
        }
        for fine in [
            "",
            "chats.example.org",
            "wss://chat.example.org",
            "ws://127.0.0.1:5613",
            "ws://localhost",
            "ws://[::1]:9",
            "ws://",
            "https://x",
        ] {
            assert!(!is_open_to_all(fine), "{fine}");
        }
    }
}
