//! Time as the core sees it: handed in, never read.

use std::time::Duration;

/// How much two clocks may disagree between two looks at them before the time in between counts as slept.
const LEAP: Duration = Duration::from_secs(5);
/// By what part of the time passed clocks may drift apart by themselves: far more than a network's time service is allowed to slew.
const DRIFT: i128 = 1_000;

/// Monotonic time: microseconds since an arbitrary start of this run. For timers and expiry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Mono(pub u64);

impl Mono {
    /// The moment `duration` later; saturates.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }

    /// The moment `duration` earlier, or the start of this run if that is later.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }

    /// How long since `earlier`; zero if that lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// Wall-clock time: milliseconds since the Unix epoch, UTC. For showing and for files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Wall(pub i64);

/// Both clocks, read once by the shell for each event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Now {
    /// For timers.
    pub mono: Mono,
    /// For showing.
    pub wall: Wall,
}

impl Now {
    /// Both clocks `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self { mono: self.mono.plus(duration), wall: Wall(self.wall.0.saturating_add(millis)) }
    }

    /// Whether the computer slept since `earlier`, or its clock was set: the time of day moved on and the monotonic clock, which stands still in
    /// sleep on Linux and macOS, did not go along. What others expected of this side meanwhile may be void.
    #[must_use]
    pub fn leapt(self, earlier: Self) -> bool {
        let mono = i128::from(self.mono.0) - i128::from(earlier.mono.0);
        let wall = (i128::from(self.wall.0) - i128::from(earlier.wall.0)) * 1_000;
        (wall - mono).unsigned_abs() > LEAP.as_micros() + (mono / DRIFT).unsigned_abs()
    }

    /// Whether a moment that was waited for lies so far back that the program did not run in between: the computer slept where the monotonic
    /// clock goes on meanwhile, or the program was stopped.
    #[must_use]
    pub fn overslept(self, due: Mono) -> bool {
        self.mono.since(due) > LEAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(mono: u64, wall: i64) -> Now {
        Now { mono: Mono(mono), wall: Wall(wall) }
    }

    proptest! {
        #[test]
        fn clocks_that_go_together_never_leap(
            start in (0..u64::MAX / 2, -1_000_000_000_000_i64..2_000_000_000_000),
            steps in prop::collection::vec((0..86_400_000_u64, -999_i64..999, -4_000_i64..4_000), 1..40),
        ) {
            let mut now = at(start.0, start.1);
            for (millis, drift, jitter) in steps {
                let mono = now.mono.0 + millis * 1_000;
                // Slewed by up to a thousandth, and read a little sooner or later than the other clock.
                let wall = now.wall.0 + millis as i64 + millis as i64 * drift / 1_000_000 + jitter;
                let next = at(mono, wall);
                prop_assert!(!next.leapt(now));
                now = next;
            }
        }

        #[test]
        fn a_sleep_is_noticed_at_the_next_look(
            start in (0..u64::MAX / 2, -1_000_000_000_000_i64..2_000_000_000_000),
            awake in 0..600_000_u64,
            asleep in 10_000..1_000_000_000_i64,
            back in any::<bool>(),
        ) {
            let before = at(start.0, start.1);
            let slept = if back { -asleep } else { asleep };
            let after = at(start.0 + awake * 1_000, start.1 + awake as i64 + slept);
            prop_assert!(after.leapt(before));
            prop_assert!(!after.leapt(after));
        }

        #[test]
        fn any_clocks_are_survived(a in any::<(u64, i64)>(), b in any::<(u64, i64)>()) {
            let (a, b) = (at(a.0, a.1), at(b.0, b.1));
            prop_assert_eq!(a.leapt(a), false);
            _ = (a.leapt(b), b.leapt(a), a.overslept(b.mono));
        }
    }

    #[test]
    fn waking_late_is_told_from_being_busy() {
        let now = at(60_000_000, 0);
        assert!(!now.overslept(Mono(60_000_001)) && !now.overslept(Mono(56_000_000)));
        assert!(now.overslept(Mono(54_000_000)));
    }
}
