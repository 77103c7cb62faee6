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

/// The time of day on that clock, as the client sees it.
#[derive(Clone)]
pub(super) struct Daytime {
    start: (Instant, SystemTime),
    /// By how many seconds it is ahead of what it would be.
    ahead: Arc<AtomicI64>,
}

impl Daytime {
    pub(super) fn new() -> Self {
        Self { start: (Instant::now(), SystemTime::now()), ahead: Arc::default() }
    }

    /// The computer slept for so many seconds, in which nothing of it went on; or its clock was set, backwards, too.
    pub(super) fn leap(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(super) fn wall(&self) -> WallClock {
        let ((instant, day), ahead) = (self.start, Arc::clone(&self.ahead));
        WallClock::new(move || {
            let ahead = ahead.load(Ordering::SeqCst);
            let by = Duration::from_secs(ahead.unsigned_abs());
            day + instant.elapsed() + if ahead > 0 { by } else { Duration::ZERO }
                - if ahead < 0 { by } else { Duration::ZERO }
        })
    }
}
