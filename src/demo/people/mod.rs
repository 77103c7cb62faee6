//! The scripted people of the demo: they come and go, talk, react, correct themselves and answer whoever is really there.
//!
//! [`Director`] is pure and deterministic: it is told the time and what was written, and says what people do. It knows no network;
//! places and people are indices of the [`World`](super::world::model::World), messages are handles that the server chose.

mod answers;
mod director;
mod live;
mod stage;

pub use director::Director;

use super::world::model::{Presence, Span};

/// Somewhere to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A channel of a community.
    Channel {
        /// Index into the world's communities.
        community: usize,
        /// Index into the community's channels.
        channel: usize,
    },
    /// The conversation of two people.
    Direct {
        /// The one with the smaller index.
        one: usize,
        /// The one with the larger index.
        other: usize,
    },
    /// A group, by its index in the world.
    Group(usize),
}

impl Place {
    /// The conversation of two people, whichever is named first.
    pub fn direct(one: usize, other: usize) -> Self {
        Self::Direct { one: one.min(other), other: one.max(other) }
    }
}

/// Something that a scripted person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Somebody comes online, goes idle or leaves.
    Presence {
        /// Who.
        person: usize,
        /// What they are from now on.
        presence: Presence,
    },
    /// Somebody begins or stops typing.
    Typing {
        /// Who.
        person: usize,
        /// Where.
        place: Place,
        /// Whether they type from now on.
        on: bool,
    },
    /// Somebody writes a message. The server reports it back through [`Director::heard`], with the handle it got.
    Say {
        /// Who.
        person: usize,
        /// Where.
        place: Place,
        /// Plain text.
        text: String,
        /// Its formatting.
        spans: Vec<Span>,
        /// Handle of the message it answers.
        reply_to: Option<u64>,
    },
    /// Somebody reacts.
    React {
        /// Who.
        person: usize,
        /// Where.
        place: Place,
        /// Handle of the message.
        message: u64,
        /// With what.
        emoji: String,
    },
    /// Somebody corrects a message of theirs.
    Edit {
        /// Who.
        person: usize,
        /// Where.
        place: Place,
        /// Handle of the message.
        message: u64,
        /// The new text.
        text: String,
        /// The new formatting.
        spans: Vec<Span>,
    },
    /// Somebody enters a voice channel.
    JoinVoice {
        /// Who.
        person: usize,
        /// The voice channel.
        place: Place,
    },
    /// Somebody leaves a voice channel.
    LeaveVoice {
        /// Who.
        person: usize,
        /// The voice channel.
        place: Place,
    },
    /// Somebody in a voice channel turns their microphone off or on.
    Mute {
        /// Who.
        person: usize,
        /// The voice channel.
        place: Place,
        /// Whether it is off from now on.
        muted: bool,
    },
}

impl Deed {
    /// Who does it.
    pub fn person(&self) -> usize {
        match self {
            Self::Presence { person, .. }
            | Self::Typing { person, .. }
            | Self::Say { person, .. }
            | Self::React { person, .. }
            | Self::Edit { person, .. }
            | Self::JoinVoice { person, .. }
            | Self::LeaveVoice { person, .. }
            | Self::Mute { person, .. } => *person,
        }
    }
}

/// A message that was written, by a real person or by a scripted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who wrote it.
    pub author: usize,
    /// Where.
    pub place: Place,
    /// The server's handle of it.
    pub message: u64,
    /// What it says.
    pub text: String,
    /// Who is mentioned.
    pub mentions: Vec<usize>,
    /// The author of the message that it answers.
    pub reply_to_author: Option<usize>,
}
