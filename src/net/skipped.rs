//! Counts of what was skipped because nib does not know it.
//!
//! The kinds are our own words, few and fixed, so the list is short and bounded. Unknown fields inside known messages are dropped by the
//! decoders before anybody sees them and are therefore not counted.

/// How often something was skipped, by kind.
#[derive(Debug, Default)]
pub struct Skipped(Vec<(&'static str, u64)>);

impl Skipped {
    /// Counts one more of this kind.
    pub fn count(&mut self, kind: &'static str) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => {
                tracing::debug!(kind, "skipped something unknown for the first time on this connection");
                self.0.push((kind, 1));
            }
        }
    }

    /// Kinds and counts, in the order they were first met.
    #[must_use]
    pub fn counts(&self) -> &[(&'static str, u64)] {
        &self.0
    }
}
