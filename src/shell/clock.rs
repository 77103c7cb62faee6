//! The only place that reads clocks.

use crate::domain::{Mono, Now, Wall};
use std::time::{Duration, Instant, SystemTime};

/// Turns the system's clocks into the core's. `Mono(0)` is the moment it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Both clocks.
    #[must_use]
    pub fn now(&self) -> Now {
        Now { mono: self.mono(), wall: wall() }
    }

    /// The monotonic clock alone.
    #[must_use]
    pub fn mono(&self) -> Mono {
        Mono::default().plus(self.start.elapsed())
    }

    /// Seconds that local time is ahead of UTC now.
    #[must_use]
    pub fn utc_offset(&self) -> i32 {
        jiff::Timestamp::from_millisecond(wall().0)
            .map_or(0, |now| jiff::tz::TimeZone::system().to_offset(now).seconds())
    }

    /// The moment of a monotonic time, for sleeping until then.
    #[must_use]
    pub fn instant(&self, at: Mono) -> Instant {
        // A timer armed for the end of time is as good as one for next year.
        let after = Duration::from_micros(at.0).min(self.start.elapsed() + Duration::from_secs(31_536_000));
        self.start + after
    }
}

fn wall() -> Wall {
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Wall(match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => millis(before.duration()).saturating_neg(),
    })
}

/// A number that no other run has, for the seed of the core's random numbers.
#[must_use]
pub fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // The standard library keys its hash maps from the system's randomness; that is all that is needed here.
    RandomState::new().hash_one(std::process::id())
}
