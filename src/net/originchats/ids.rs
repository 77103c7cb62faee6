//! Ids of nib from keys of the wire: a UUID as it is, a name by the first 128 bits of its SHA-256.
//!
//! Pure and stable over runs and versions, since others keep these ids. The way back from a hash is in [`super::names`].

use sha2::{Digest, Sha256};

/// What a name names; part of what is hashed, so that a channel and a person of one name differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A server.
    Server,
    /// A channel, separator or forum.
    Channel,
    /// A thread whose id is no UUID.
    Thread,
    /// A person, by the user name.
    User,
    /// A person, by what the account service or the server keeps through all names.
    Person,
    /// A role.
    Role,
    /// A message whose id is no UUID.
    Message,
    /// A custom emoji.
    Emoji,
    /// A file whose id is no UUID.
    File,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Channel => "channel",
            Self::Thread => "thread",
            Self::User => "user",
            Self::Person => "person",
            Self::Role => "role",
            Self::Message => "message",
            Self::Emoji => "emoji",
            Self::File => "file",
        }
    }
}

/// The id of a name. `turn` gives another one where two names would share the first.
#[must_use]
pub fn of_name(kind: Kind, name: &str, turn: u8) -> u128 {
    let mut hash = Sha256::new();
    hash.update(kind.word());
    hash.update([0, turn]);
    hash.update(name);
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}

/// The number of a UUID in its usual dress: lower case, five groups. `None` for anything else, and for the one that is all zeros.
#[must_use]
pub fn of_uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut number: u128 = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match byte {
            b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
            _ if matches!(at, 8 | 13 | 18 | 23) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    (number != 0).then_some(number)
}

/// The usual dress of a UUID.
#[must_use]
pub fn uuid(number: u128) -> String {
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
