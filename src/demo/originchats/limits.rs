//! Limits on writing: 60 things in a minute, 10 in ten seconds, then nothing for half a minute.

use std::collections::VecDeque;

/// In a minute.
const MINUTE: usize = 60;
/// In ten seconds.
const BURST: usize = 10;
/// Seconds of silence after too much.
const COOLDOWN: f64 = 30.0;

/// What somebody has said lately.
#[derive(Default)]
pub(super) struct Limiter {
    said: VecDeque<f64>,
    quiet_until: f64,
}

impl Limiter {
    /// Counts one thing more, or says why not and for how many milliseconds.
    pub(super) fn count(&mut self, now: f64) -> Result<(), (String, u64)> {
        if now < self.quiet_until {
            let left = self.quiet_until - now;
            return Err((format!("You are in cooldown for {left:.1} more seconds"), millis(left)));
        }
        self.said.retain(|at| now - at < 60.0);
        if self.said.len() >= MINUTE {
            let wait = self.said.front().map_or(0.0, |first| 60.0 - (now - first));
            return Err((format!("Rate limit exceeded. Wait {wait:.1} seconds"), millis(wait)));
        }
        if self.said.iter().filter(|at| now - **at < 10.0).count() >= BURST {
            self.quiet_until = now + COOLDOWN;
            return Err(("Burst limit exceeded. You're in cooldown for 30 seconds".to_owned(), millis(COOLDOWN)));
        }
        self.said.push_back(now);
        Ok(())
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).max(0.0) as u64
}
