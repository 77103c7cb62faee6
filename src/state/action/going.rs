//! Where a user can go.

/// A place to go to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Going {
    /// The first message of a day, or of a moment of it; without one, ask for it.
    Date(String),
    /// Messages of the open chat that have these words; without them, ask for them.
    Find(String),
    /// The next message that was found.
    Found {
        /// An older one, else a newer one.
        older: bool,
    },
}
