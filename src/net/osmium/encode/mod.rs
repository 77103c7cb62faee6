//! What was typed, as the wire wants it.

mod entities;

pub use entities::entities;

use super::wire::types::MessageEntity;
use crate::domain::{EmojiUse, markup};

/// Text ready to be sent. Text on this network never holds markup: formatting travels beside it.
#[derive(Clone, PartialEq, Debug)]
pub struct Composed {
    /// The text.
    pub text: String,
    /// Its formatting.
    pub entities: Vec<MessageEntity>,
}

impl Composed {
    /// Exactly what was typed.
    #[must_use]
    pub fn verbatim(typed: &str) -> Self {
        Self { text: typed.to_owned(), entities: Vec::new() }
    }
}

/// Reads the markup of what was typed, with the network's own emoji where their names stand.
#[must_use]
pub fn compose_with(typed: &str, emoji: &[EmojiUse]) -> Composed {
    let rich = markup::parse(typed).with_emoji(emoji);
    Composed { entities: entities(&rich), text: rich.text.as_str().to_owned() }
}

/// Reads the markup of what was typed.
#[must_use]
pub fn compose(typed: &str) -> Composed {
    compose_with(typed, &[])
}
