//! How long the way to the server and back takes, told sparingly.

use std::time::Duration;

/// Smaller changes than this are not worth a report.
const SMALLEST: Duration = Duration::from_millis(20);

/// The round-trip time of a connection, as it was told last.
#[derive(Debug, Default)]
pub(super) struct Latency {
    told: Option<Duration>,
}

impl Latency {
    /// A ping and its pong took so long. Gives it back if it is to be told: the first of a connection, and later ones that differ by a quarter.
    pub(super) fn measured(&mut self, took: Duration) -> Option<Duration> {
        let worth = |before: Duration| took.abs_diff(before) > (before / 4).max(SMALLEST);
        if self.told.is_some_and(|before| !worth(before)) {
            return None;
        }
        self.told = Some(took);
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_told() {
        let mut latency = Latency::default();
        let mut told = |millis| latency.measured(Duration::from_millis(millis)).map(|took| took.as_millis());
        assert_eq!(told(40), Some(40));
        assert_eq!([41, 60, 20].map(&mut told), [None; 3], "too small a change");
        assert_eq!(told(61), Some(61));
        assert_eq!(told(900), Some(900));
        assert_eq!([700, 1_100].map(&mut told), [None; 2], "less than a quarter");
    }
}
