//! The pure core: events in, effects out. No I/O, no clock, no randomness, no network's name.
//!
//! [`reduce`] is the only writer of [`State`]. The same events with the same clocks and the same seed give the same state and the same effects.

pub mod action;
pub mod core;
pub mod effect;
pub mod event;
pub mod front;
pub mod outbox;
pub mod requests;
pub mod typing;
pub mod ui;

pub use self::core::{Account, Core};
pub use action::Action;
pub use effect::{Effect, Effects, StoreOp};
pub use event::{Event, StoreReply, Timer};
pub use front::Front;

use crate::domain::{Now, Settings};
use std::sync::Arc;

/// The whole truth.
#[derive(Clone, Debug)]
pub struct State {
    /// What is known.
    pub core: Core,
    /// The terminal's user interface; `None` for a shell command.
    pub front: Option<Front>,
    /// What the user chose.
    pub settings: Arc<Settings>,
    /// The wall clock of the last event, for times on screen.
    pub now: Now,
    /// Grows whenever something that may be visible changed; equal numbers need no new frame.
    pub revision: u64,
    /// Random numbers; seeded by the shell, so that a run can be replayed.
    pub random: fastrand::Rng,
}
