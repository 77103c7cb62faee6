//! Identifiers: 16 bytes, `Copy`, unique within one account.
//!
//! A network maps its own ids into them without loss: a 64-bit snowflake or a UUID as it is, a name by a 128-bit hash with the wire key
//! kept beside the entity. Identity is never display text, and message ids need not sort: order is a [`SortKey`] beside the id.

use std::collections::HashMap;
use std::fmt;

/// A map by identifiers. Its hash is quick rather than strong: it is keyed anew for each map, nobody outside sees it, and every list is bounded.
pub type IdMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// An opaque identifier of 128 bits. Shown as a decimal number when it fits 64 bits, else as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u128);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::try_from(self.0) {
            Ok(small) => write!(f, "{small}"),
            Err(_) => write!(f, "{:032x}", self.0),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Id {
    type Err = std::num::ParseIntError;

    /// Reads what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 32 {
            u128::from_str_radix(text, 16).map(Id)
        } else {
            text.parse::<u64>().map(|n| Id(u128::from(n)))
        }
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub Id);

        impl $name {
            /// The identifier with the given number.
            #[must_use]
            pub const fn new(value: u128) -> Self {
                Self(Id(value))
            }

            /// The number behind the identifier.
            #[must_use]
            pub const fn value(self) -> u128 {
                self.0.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

ids! {
    /// A person or bot.
    UserId;
    /// A conversation of any kind: channel, category, direct, group or saved messages.
    ChatId;
    /// A community (server, guild).
    CommunityId;
    /// A message; unique within its account.
    MessageId;
    /// A role of a community.
    RoleId;
    /// A stored file.
    FileId;
    /// A custom emoji.
    EmojiId;
    /// A sign-in of one device.
    SessionId;
    /// A voice room.
    RoomId;
}

/// An account that nib is signed in to; small, given out in the order of the configuration, stable for one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct AccountId(pub u16);

/// A chat of one account: the key of everything that concerns a conversation across accounts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ChatKey {
    /// The account.
    pub account: AccountId,
    /// The chat within it.
    pub chat: ChatId,
}

impl ChatKey {
    /// The key of a chat of an account.
    #[must_use]
    pub const fn new(account: AccountId, chat: ChatId) -> Self {
        Self { account, chat }
    }
}

/// Position of a message in its chat: total and stable, given by the network's adapter, comparable only within one chat.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SortKey(pub u128);

/// Pairs an own send with its echo. Unique over all runs with overwhelming probability (64 random bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Nonce(pub u64);

/// Names a request of the core, so that its answer finds its way back. Unique within one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct RequestId(pub u64);
