//! Keys and what they mean: our own key type, the keymap, and the way from a key to an action.
//!
//! Pure: the keymap is made from text that was read elsewhere, and mistakes come back as [`Problem`]s with their place in that text, never as a
//! refusal of the rest. What a terminal reports becomes a [`Key`] in the shell.

pub mod key;
pub mod keymap;
mod overlay;

pub use key::{Key, KeyCode, KeyError, Modifiers};
pub use keymap::{Bound, Hint, Keymap};

use std::ops::Range;

/// A mistake in a written keymap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// What is wrong and what would be right; starts in lower case, no full stop.
    pub text: String,
    /// Whether the line has an effect all the same.
    pub warning: bool,
}
