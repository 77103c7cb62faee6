//! Limits on how much may be asked at once and over time.

use crate::domain::{Mono, Priority};
use std::collections::VecDeque;
use std::time::Duration;

/// How many calls a network takes in a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// So many calls; 0 counts as 1. A quarter of them is kept for what the user waits for.
    pub calls: u32,
    /// In any span of this length.
    pub window: Duration,
}

/// What the dispatch of one account holds to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Calls that may be unanswered at once.
    pub in_flight: usize,
    /// How many more of them the user's own may be.
    pub user_extra: usize,
    /// Requests that may wait or be unanswered altogether; more are refused. The last eighth is kept for what the user waits for.
    pub requests: usize,
    /// The network's own limit over time, where it has one.
    pub budget: Option<Budget>,
    /// Limits on writing alone: sending, changing what was sent, and telling that one types. All of them hold at once. Typing is not told where that
    /// would leave less than half of one.
    pub writing: [Option<Budget>; 2],
}

impl Default for Limits {
    /// Eight at once, four more for the user, 512 altogether, no budget.
    fn default() -> Self {
        Self { in_flight: 8, user_extra: 4, requests: 512, budget: None, writing: [None; 2] }
    }
}

impl Limits {
    pub(super) fn slots(&self, priority: Priority) -> usize {
        self.in_flight.max(1) + if priority == Priority::User { self.user_extra } else { 0 }
    }

    pub(super) fn places(&self, priority: Priority) -> usize {
        self.requests - if priority == Priority::User { 0 } else { self.requests / 8 }
    }
}

/// Counts calls against a [`Budget`]: a window that slides exactly, so that no span of its length ever holds too many.
#[derive(Debug)]
pub(super) struct Meter {
    budget: Budget,
    /// When the newest calls were made, oldest first; never more than the budget has.
    made: VecDeque<Mono>,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, made: VecDeque::new() }
    }

    fn calls(&self) -> usize {
        usize::try_from(self.budget.calls.max(1)).unwrap_or(usize::MAX)
    }

    /// When a call of this priority may be made.
    pub(super) fn free_at(&self, priority: Priority) -> Mono {
        let kept = if priority == Priority::User { 0 } else { self.calls() / 4 };
        let may = self.calls() - kept;
        let in_the_way = self.made.len().checked_sub(may).and_then(|at| self.made.get(at));
        in_the_way.map_or(Mono(0), |made| made.plus(self.budget.window))
    }

    /// When the next call may be made, with nothing kept for anybody.
    pub(super) fn next_at(&self) -> Mono {
        self.free_at(Priority::User)
    }

    /// Whether less than half of the budget is used just now.
    pub(super) fn is_ample(&self, now: Mono) -> bool {
        let used = self.made.iter().filter(|made| made.plus(self.budget.window) > now).count();
        used * 2 < self.calls()
    }

    /// A call is made.
    pub(super) fn count(&mut self, now: Mono) {
        self.made.push_back(now);
        while self.made.len() > self.calls() {
            self.made.pop_front();
        }
    }

    /// A call was refused for the limit itself: the network does not count it.
    pub(super) fn uncount(&mut self) {
        self.made.pop_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_frees_when_its_oldest_call_leaves_it() {
        let mut meter = Meter::new(Budget { calls: 4, window: Duration::from_secs(1) });
        let at = |millis: u64| Mono(millis * 1000);
        for millis in [0, 100, 200] {
            assert!(meter.free_at(Priority::Background) <= at(millis));
            meter.count(at(millis));
        }
        assert_eq!(meter.free_at(Priority::Background), at(1000), "a quarter is kept for the user");
        assert!(meter.free_at(Priority::User) <= at(200));
        meter.count(at(300));
        assert_eq!(meter.free_at(Priority::User), at(1000));
        meter.count(at(1000));
        assert_eq!(meter.free_at(Priority::User), at(1100));
        assert_eq!(meter.free_at(Priority::Visible), at(1200));
    }

    #[test]
    fn a_budget_of_nothing_still_lets_one_through() {
        let mut meter = Meter::new(Budget { calls: 0, window: Duration::from_secs(1) });
        assert_eq!(meter.free_at(Priority::Background), Mono(0));
        meter.count(Mono(5));
        assert_eq!(meter.free_at(Priority::User), Mono(1_000_005));
    }
}
