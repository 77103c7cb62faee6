//! Time that passes when the test says so, for everything on one runtime: sessions, servers, the proxy.

use nib::net::session::WallClock;
use std::sync::mpsc::channel;
use std::time::SystemTime;
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

/// The time of day on that clock.
#[derive(Clone)]
pub(super) struct Daytime {
    start: (Instant, SystemTime),
}

impl Daytime {
    pub(super) fn new() -> Self {
        Self { start: (Instant::now(), SystemTime::now()) }
    }

    pub(super) fn wall(&self) -> WallClock {
        let (instant, day) = self.start;
        WallClock::new(move || day + instant.elapsed())
    }
}
