//! The clocks of a session.

use crate::domain::{Mono, Now, Wall};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Where the time of day comes from: the system, unless a test plays a sleep.
#[derive(Clone)]
pub struct WallClock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl WallClock {
    /// One that reads this.
    pub fn new(read: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The time of day.
    #[must_use]
    pub fn read(&self) -> SystemTime {
        (self.0)()
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

/// Reads both clocks.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    start: Instant,
    wall: WallClock,
}

impl Clock {
    /// Its monotonic time begins now.
    pub(super) fn start(wall: WallClock) -> Self {
        Self { start: Instant::now(), wall }
    }

    pub(super) fn now(&self) -> Now {
        let mono = Mono(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX));
        let wall = self.wall.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { mono, wall: Wall(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)) }
    }

    /// The moment on the runtime's clock; one that lies absurdly far ahead becomes one a day ahead.
    pub(super) fn instant(&self, at: Mono) -> Instant {
        let day = Instant::now() + Duration::from_secs(86_400);
        self.start.checked_add(Duration::from_micros(at.0)).map_or(day, |instant| instant.min(day))
    }
}
