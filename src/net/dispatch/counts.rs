//! How many calls there were, for people who look for a fault.

use crate::domain::{Answer, RefusalKind};

/// Calls by what became of them. What is not counted anywhere else is still under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Made, repetitions included.
    pub sent: u64,
    /// Answered with what was asked for.
    pub answered: u64,
    /// Answered with a refusal.
    pub refused: u64,
    /// Not answered in time.
    pub timed_out: u64,
    /// Under way when the connection was lost.
    pub lost: u64,
    /// Answered when nobody waited any more. Counted by the adapter.
    pub late: u64,
}

impl Counts {
    pub(super) fn answered(&mut self, answer: &Answer) {
        match &answer.outcome {
            Ok(_) => self.answered += 1,
            Err(refusal) if refusal.kind == RefusalKind::TimedOut => self.timed_out += 1,
            Err(_) => self.refused += 1,
        }
    }
}
