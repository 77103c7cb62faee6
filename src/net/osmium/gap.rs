//! Notices from the numbers of frames that updates were lost.
//!
//! What the server counts is not published, so the numbers must first earn trust, and lose it for the rest of the connection when
//! they turn out not to count frames without gaps. A frame without a number says nothing.

use super::defaults::{GAP_LIMIT, GAP_RESYNC, GAP_TRUST, GAP_WINDOW};
use crate::domain::Mono;

/// Watches the numbers of one connection.
#[derive(Debug, Default)]
pub struct GapWatch {
    last: Option<u32>,
    contiguous: u32,
    trusted: bool,
    off: bool,
    window_frames: u32,
    window_gaps: u32,
    told: Option<Mono>,
    owed: bool,
}

impl GapWatch {
    /// A frame with this number arrived. True when updates were lost and that is to be told now.
    pub fn frame(&mut self, number: u32, now: Mono) -> bool {
        if self.off || number == 0 {
            return false;
        }
        let follows = self.last.is_none_or(|last| last.wrapping_add(1) == number);
        self.last = Some(number);
        if !self.trusted {
            self.contiguous = if follows { self.contiguous + 1 } else { 1 };
            self.trusted = self.contiguous >= GAP_TRUST;
            return false;
        }
        self.window_frames += 1;
        if self.window_frames > GAP_WINDOW {
            self.window_frames = 1;
            self.window_gaps = 0;
        }
        if follows {
            return false;
        }
        self.window_gaps += 1;
        if self.window_gaps > GAP_LIMIT {
            self.off = true;
            self.owed = false;
            tracing::info!(
                "frame numbers have too many gaps to mean lost updates; not watching them on this connection"
            );
            return false;
        }
        self.owed = true;
        self.due(now)
    }

    /// Whether a loss that was noticed is to be told now.
    pub fn due(&mut self, now: Mono) -> bool {
        let due = self.deadline().is_some_and(|at| at <= now);
        if due {
            self.owed = false;
            self.told = Some(now);
        }
        due
    }

    /// When a loss that was noticed may be told.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        self.owed.then(|| self.told.map_or(Mono(0), |told| told.plus(GAP_RESYNC)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> GapWatch {
        let mut watch = GapWatch::default();
        assert!((100..100 + GAP_TRUST).all(|number| !watch.frame(number, Mono(0))));
        watch
    }

    #[test]
    fn numbers_must_earn_trust() {
        let mut watch = GapWatch::default();
        for number in 1..GAP_TRUST {
            assert!(!watch.frame(number, Mono(0)));
        }
        assert!(!watch.frame(900, Mono(0)), "49 frames are not enough");
        assert!(!watch.frame(0, Mono(0)));
        let mut watch = trusted();
        assert!(watch.frame(500, Mono(0)));
    }

    #[test]
    fn a_loss_is_told_at_most_every_half_minute_and_never_forgotten() {
        let mut watch = trusted();
        let start = Mono(7_000_000);
        assert!(watch.frame(500, start));
        assert_eq!(watch.deadline(), None);
        assert!(!watch.frame(600, start));
        assert_eq!(watch.deadline(), Some(start.plus(GAP_RESYNC)));
        assert!(!watch.due(start));
        assert!(watch.due(start.plus(GAP_RESYNC)));
        assert_eq!(watch.deadline(), None);
    }

    #[test]
    fn too_many_gaps_turn_it_off() {
        let mut watch = trusted();
        assert!(watch.frame(500, Mono(0)));
        assert!(!watch.frame(600, Mono(0)));
        assert!(!watch.frame(700, Mono(0)), "the third gap within the window");
        assert_eq!(watch.deadline(), None);
        assert!(!watch.frame(900, Mono(u64::MAX)));
    }

    #[test]
    fn gaps_far_apart_do_not_turn_it_off() {
        let mut watch = trusted();
        let mut number = 1_000;
        for round in 0..5 {
            let now = Mono(0).plus(GAP_RESYNC * (round + 1));
            number += 10;
            assert!(watch.frame(number, now), "round {round}");
            for _ in 0..GAP_WINDOW {
                number += 1;
                assert!(!watch.frame(number, now));
            }
        }
    }
}
