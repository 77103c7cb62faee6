//! How long to wait before dialling again.

use std::time::Duration;

/// Exponential, with full jitter: many clients that lost the same server do not come back at the same moment.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, failures: 0 }
    }

    /// The connection was stable: the next loss counts as the first.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The delay after one more failure.
    pub(super) fn next(&mut self, random: &mut fastrand::Rng) -> Duration {
        let ceiling = self.first.saturating_mul(2_u32.saturating_pow(self.failures)).min(self.most);
        self.failures = self.failures.saturating_add(1);
        Duration::from_micros(random.u64(0..=u64::try_from(ceiling.as_micros()).unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_most_and_starts_over_after_a_reset() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut longest = [Duration::ZERO; 12];
        for _ in 0..200 {
            let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
            for seen in &mut longest {
                *seen = backoff.next(&mut random).max(*seen);
            }
            backoff.reset();
            assert!(backoff.next(&mut random) <= Duration::from_millis(500));
        }
        for (step, seen) in longest.iter().enumerate() {
            let ceiling = Duration::from_millis((500 << step).min(30_000));
            assert!(*seen <= ceiling && *seen > ceiling / 2, "{step}: {seen:?}");
        }
    }

    #[test]
    fn endless_failures_do_not_overflow() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
        assert!((0..1000).all(|_| backoff.next(&mut random) <= Duration::from_secs(30)));
    }
}
