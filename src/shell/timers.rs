//! Armed timers. At most one for each [`Timer`]; without any there is nothing to wake up for.

use crate::domain::Mono;
use crate::state::Timer;
use std::collections::BTreeMap;

/// What rings when.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    armed: BTreeMap<Timer, Mono>,
}

impl Timers {
    /// Arms a timer, or moves it.
    pub fn arm(&mut self, timer: Timer, at: Mono) {
        self.armed.insert(timer, at);
    }

    /// Disarms a timer.
    pub fn disarm(&mut self, timer: Timer) {
        self.armed.remove(&timer);
    }

    /// When the next one rings.
    #[must_use]
    pub fn next(&self) -> Option<Mono> {
        self.armed.values().min().copied()
    }

    /// Takes the earliest of those that are due; of equal ones the first in the order of [`Timer`].
    pub fn take_due(&mut self, now: Mono) -> Option<Timer> {
        let (&timer, _) = self.armed.iter().filter(|&(_, at)| *at <= now).min_by_key(|&(timer, at)| (*at, *timer))?;
        self.armed.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_in_order_and_once() {
        let mut timers = Timers::default();
        timers.arm(Timer::OutboxRetry, Mono(30));
        timers.arm(Timer::ReadMark, Mono(10));
        timers.arm(Timer::Countdown, Mono(20));
        assert_eq!(timers.next(), Some(Mono(10)));
        assert_eq!(timers.take_due(Mono(9)), None);
        assert_eq!(timers.take_due(Mono(25)), Some(Timer::ReadMark));
        assert_eq!(timers.take_due(Mono(25)), Some(Timer::Countdown));
        assert_eq!(timers.take_due(Mono(25)), None);
        assert_eq!(timers.next(), Some(Mono(30)));
    }

    #[test]
    fn arming_again_moves_and_disarming_forgets() {
        let mut timers = Timers::default();
        timers.arm(Timer::Midnight, Mono(10));
        timers.arm(Timer::Midnight, Mono(50));
        assert_eq!(timers.take_due(Mono(40)), None);
        timers.disarm(Timer::Midnight);
        assert_eq!(timers.next(), None);
        assert_eq!(timers.take_due(Mono(60)), None);
    }
}
