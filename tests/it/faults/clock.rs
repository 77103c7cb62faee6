//! Time that passes when the test says so, for everything on one runtime: sessions, servers, the proxy.

use nib::net::session::WallClock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, SystemTime};
use tokio::runtime::Builder;
use tokio::time::Instant;

/// Runs a test in which no time passes by itself.
pub(super) fn standing<T>(test: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        // As long as a thread is busy, the clock does not leap to the next timer by itself: something may be on its way through a socket.
        let (end, ended) = channel::<()>();
        let _busy = tokio::task::spawn_blocking(move || ended.recv());
        let done = test.await;
        drop(end);
        done
    })
}

/// The time of day on that clock, which a test may set.
#[derive(Clone)]
pub(super) struct Daytime {
    start: (Instant, SystemTime),
    /// So many milliseconds later than it is, or earlier.
    set: Arc<AtomicI64>,
}

impl Daytime {
    pub(super) fn new() -> Self {
        Self { start: (Instant::now(), SystemTime::now()), set: Arc::default() }
    }

    /// Somebody sets the clock.
    pub(super) fn set(&self, by: i64) {
        self.set.fetch_add(by, Ordering::SeqCst);
    }

    pub(super) fn wall(&self) -> WallClock {
        let Self { start: (instant, day), set } = self.clone();
        WallClock::new(move || {
            let (now, by) = (day + instant.elapsed(), set.load(Ordering::SeqCst));
            let by_how_much = Duration::from_millis(by.unsigned_abs());
            if by < 0 { now - by_how_much } else { now + by_how_much }
        })
    }
}
