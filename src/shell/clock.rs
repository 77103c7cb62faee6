//! The only place that reads clocks.

use crate::domain::{Mono, Now, Wall};
use crate::net::session::WallClock;
use jiff::tz::TimeZone;
use std::time::{Duration, Instant, SystemTime};

/// Turns the system's clocks into the core's. `Mono(0)` is the moment it was made.
#[derive(Clone, Debug)]
pub struct Clock {
    /// On the runtime's clock, which is the one that sessions go by.
    start: tokio::time::Instant,
    wall: WallClock,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self::with(WallClock::default())
    }

    /// A clock that starts now, with the time of day from elsewhere.
    #[must_use]
    pub fn with(wall: WallClock) -> Self {
        Self { start: tokio::time::Instant::now(), wall }
    }

    /// Both clocks.
    #[must_use]
    pub fn now(&self) -> Now {
        Now { mono: self.mono(), wall: self.wall() }
    }

    /// The monotonic clock alone.
    #[must_use]
    pub fn mono(&self) -> Mono {
        Mono::default().plus(self.start.elapsed())
    }

    /// The zone that the system is in.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::system()
    }

    /// The moment of a monotonic time, for sleeping until then.
    #[must_use]
    pub fn instant(&self, at: Mono) -> Instant {
        // A timer armed for the end of time is as good as one for next year.
        let after = Duration::from_micros(at.0).min(self.start.elapsed() + Duration::from_secs(31_536_000));
        (self.start + after).into_std()
    }

    fn wall(&self) -> Wall {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Wall(match self.wall.read().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => millis(before.duration()).saturating_neg(),
        })
    }
}

/// A number that no other run has, for the seed of the core's random numbers.
#[must_use]
pub fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // The standard library keys its hash maps from the system's randomness; that is all that is needed here.
    RandomState::new().hash_one(std::process::id())
}
