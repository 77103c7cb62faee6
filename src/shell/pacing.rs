//! When to draw: what a key changed at once, what the network changed at most once in 16 ms, nothing when nothing changed.
//!
//! Pure: it is told the time. A frame that is due later is a moment to wake up for, and the only one this room adds.

use crate::domain::Mono;
use std::time::Duration;

/// Least time between two frames that keys ask for.
pub const KEY_GAP: Duration = Duration::from_millis(2);

/// Least time between a frame that the network asks for and the one before it.
pub const NETWORK_GAP: Duration = Duration::from_millis(16);

/// How long a frame waits for what is just being made durable and is to be in it. A disk is seldom slower.
pub const HOLD: Duration = Duration::from_millis(30);

/// What made the screen out of date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The user: a key, a paste, a new size, the focus.
    Key,
    /// Anything else.
    Network,
}

/// Decides when the next frame is due.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    last: Option<Mono>,
    due: Option<Mono>,
    /// Frames wait until then.
    held: Option<Mono>,
}

impl Pacer {
    /// Asks for a frame. An earlier one that was asked for stays.
    pub fn ask(&mut self, cause: Cause, now: Mono) {
        let gap = match cause {
            Cause::Key => KEY_GAP,
            Cause::Network => NETWORK_GAP,
        };
        let due = self.last.map_or(now, |last| last.plus(gap).max(now));
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }

    /// Something that is to be in the next frame is on its way, or not any more. Frames wait for it, but not for long.
    pub fn hold(&mut self, holds: bool, now: Mono) {
        self.held = if holds { self.held.or_else(|| Some(now.plus(HOLD))) } else { None };
    }

    /// When the next frame is due, if one was asked for.
    #[must_use]
    pub fn due(&self) -> Option<Mono> {
        self.due.map(|due| due.max(self.held.unwrap_or(due)))
    }

    /// Whether a frame is to be drawn now.
    #[must_use]
    pub fn is_due(&self, now: Mono) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Mono) {
        self.last = Some(now);
        self.due = None;
    }

    /// No frame is to be drawn, whatever was asked for.
    pub fn forget(&mut self) {
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn the_first_frame_is_due_at_once() {
        let mut pacer = Pacer::default();
        assert!(!pacer.is_due(Mono(5)));
        pacer.ask(Cause::Network, Mono(5));
        assert!(pacer.is_due(Mono(5)));
        pacer.drawn(Mono(5));
        assert_eq!(pacer.due(), None);
    }

    #[test]
    fn a_flood_draws_once_in_sixteen_milliseconds_and_keys_go_first() {
        let mut pacer = Pacer::default();
        let mut frames = 0;
        for step in 0..1_000 {
            let now = Mono(step * MS / 10);
            pacer.ask(Cause::Network, now);
            if pacer.is_due(now) {
                pacer.drawn(now);
                frames += 1;
            }
        }
        assert_eq!(frames, 7, "100 ms of flood: at 0, 16, .., 96 ms");
        pacer.drawn(Mono(200 * MS));
        pacer.ask(Cause::Network, Mono(201 * MS));
        pacer.ask(Cause::Key, Mono(201 * MS));
        assert_eq!(pacer.due(), Some(Mono(202 * MS)));
    }

    #[test]
    fn frames_wait_for_what_is_made_durable_and_not_for_long() {
        let mut pacer = Pacer::default();
        pacer.ask(Cause::Key, Mono(0));
        pacer.hold(true, Mono(0));
        pacer.hold(true, Mono(5 * MS));
        assert!(!pacer.is_due(Mono(5 * MS)));
        pacer.hold(false, Mono(6 * MS));
        assert!(pacer.is_due(Mono(6 * MS)));
        pacer.drawn(Mono(6 * MS));
        pacer.ask(Cause::Key, Mono(50 * MS));
        pacer.hold(true, Mono(50 * MS));
        assert_eq!(pacer.due(), Some(Mono(80 * MS)), "a slow disk does not stop the screen");
        pacer.drawn(Mono(80 * MS));
        pacer.ask(Cause::Key, Mono(90 * MS));
        pacer.hold(true, Mono(90 * MS));
        assert!(pacer.is_due(Mono(90 * MS)), "nor does it make every frame late");
    }

    #[test]
    fn a_key_after_a_pause_draws_at_once_and_a_burst_every_two_milliseconds() {
        let mut pacer = Pacer::default();
        pacer.drawn(Mono(0));
        pacer.ask(Cause::Key, Mono(50 * MS));
        assert!(pacer.is_due(Mono(50 * MS)));
        pacer.drawn(Mono(50 * MS));
        pacer.ask(Cause::Key, Mono(50 * MS + 100));
        pacer.ask(Cause::Network, Mono(50 * MS + 200));
        assert_eq!(pacer.due(), Some(Mono(52 * MS)), "what the network asks for does not delay what a key asked for");
    }
}
