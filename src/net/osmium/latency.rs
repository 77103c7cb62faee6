//! How long the server takes to answer, told sparingly.

use crate::domain::Mono;
use std::time::Duration;

/// At most one report in this time.
const PAUSE: Duration = Duration::from_secs(30);
/// Smaller changes than this are not worth a report.
const SMALLEST: Duration = Duration::from_millis(20);

/// A smoothed round-trip time.
#[derive(Debug, Default)]
pub struct Latency {
    smooth: Option<Duration>,
    told: Option<(Mono, Duration)>,
}

impl Latency {
    /// An answer took so long. Gives the latency to report: the first, and later ones that differ by a quarter, at most every 30 s.
    pub fn measured(&mut self, took: Duration, now: Mono) -> Option<Duration> {
        let smooth = self.smooth.map_or(took, |before| (before * 7 + took) / 8);
        self.smooth = Some(smooth);
        let worth = self
            .told
            .is_none_or(|(at, before)| now.since(at) >= PAUSE && smooth.abs_diff(before) > (before / 4).max(SMALLEST));
        worth.then(|| {
            self.told = Some((now, smooth));
            smooth
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_told() {
        let mut latency = Latency::default();
        let ms = Duration::from_millis;
        assert_eq!(latency.measured(ms(40), Mono(0)), Some(ms(40)));
        assert_eq!(latency.measured(ms(400), Mono(1)), None, "too soon");
        for _ in 0..40 {
            assert_eq!(latency.measured(ms(41), Mono(2)), None);
        }
        assert_eq!(latency.measured(ms(41), Mono(0).plus(ms(40_000))), None, "too small");
        let later = Mono(0).plus(ms(80_000));
        assert!((0..20).any(|_| latency.measured(ms(900), later).is_some()));
    }
}
