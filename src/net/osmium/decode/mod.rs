//! The server's objects in neutral words.
//!
//! Total: what is malformed or unknown is counted in [`Skipped`] and left out, or shown as a neutral placeholder, and never an error.
//! Text is taken by value, so that clean text, which is nearly all of it, is not copied.

mod chat;
mod community;
mod invite;
mod message;
mod people;
mod permissions;
mod update;

pub use permissions::{overrides, permissions};

use super::defaults::OsmiumConfig;
use super::ids;
use super::skipped::Skipped;
use super::time;
use super::wire::core::Initialized;
use super::wire::refs::ChatRef;
use crate::domain::{ChatId, CleanText, Wall};
use crate::net::Entrypoint;

/// Translates for one connection.
#[derive(Debug)]
pub struct Decoder {
    /// The own user id; 0 until signed in.
    pub me: u64,
    /// The own session id; 0 while not known.
    pub session: u64,
    /// Our clock, to judge dates by.
    pub now: Wall,
    /// What was left out.
    pub skipped: Skipped,
    epoch: i64,
    shift: u32,
}

impl Decoder {
    /// A decoder that reads dates as the configuration says.
    #[must_use]
    pub fn new(config: &OsmiumConfig) -> Self {
        Self {
            me: 0,
            session: 0,
            now: Wall(0),
            skipped: Skipped::default(),
            epoch: config.snowflake_epoch,
            shift: config.snowflake_shift,
        }
    }

    /// When the object with this id was made, if that can be true.
    #[must_use]
    pub fn date_of(&self, id: u64) -> Option<Wall> {
        time::of_snowflake(id, self.epoch, self.shift, self.now)
    }

    /// Where else the server says that it is. Its literal addresses are not used: certificates are for names.
    pub fn entrypoints(&mut self, wire: &Initialized, into: &mut Vec<Entrypoint>) {
        for place in wire.entrypoints.iter().flat_map(|all| &all.entrypoints) {
            match u16::try_from(place.port) {
                Ok(port) if !place.hostname.is_empty() => into.push(Entrypoint { host: place.hostname.clone(), port }),
                _ => self.skipped.count("entrypoint"),
            }
        }
    }

    /// The chat that a reference names; counts those that name none.
    pub(super) fn chat_id(&mut self, reference: Option<&ChatRef>) -> Option<ChatId> {
        let chat = reference.and_then(|reference| ids::chat_of(reference, self.me));
        if chat.is_none() {
            self.skipped.count("chat reference");
        }
        chat
    }

    /// The chat that something by `author` happened in.
    ///
    /// Whose id stands in the reference to a direct chat is not published. Seen from us it should be the other person's; where
    /// it is ours and somebody else acts, the chat is the one with that person.
    pub(super) fn chat_with(&mut self, reference: Option<&ChatRef>, author: u64) -> Option<ChatId> {
        use super::wire::refs::chat_ref::Ref;
        if let Some(ChatRef { r#ref: Some(Ref::User(user)) }) = reference
            && user.user_id == self.me
            && author != 0
        {
            return ids::direct(author, self.me);
        }
        self.chat_id(reference)
    }

    /// Whether a message says to be of this chat, or does not say where it is.
    pub(super) fn is_about(&mut self, message: &super::wire::types::Message, chat: ChatId) -> bool {
        message.chat_ref.is_none() || self.chat_with(message.chat_ref.as_ref(), message.author_id) == Some(chat)
    }
}

/// A single line of remote text, without copying when it is clean.
pub(super) fn line(raw: String) -> CleanText {
    let text = CleanText::from_owned(raw);
    if text.contains(['\n', '\t']) { CleanText::line(&text) } else { text }
}

/// A single line of remote text that may be missing; empty counts as missing.
pub(super) fn optional_line(raw: Option<String>) -> Option<CleanText> {
    raw.filter(|raw| !raw.is_empty()).map(line)
}
