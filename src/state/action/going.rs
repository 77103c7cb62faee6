//! Where a user can go.

/// A place to go to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Going {
    /// The first message of a day, or of a moment of it; without one, ask for it.
    Date(String),
    /// The place that was left last.
    Back,
    /// The place that was gone back from last.
    On,
}
