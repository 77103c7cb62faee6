//! What people type on this network as formatted text.

use crate::domain::{RichText, markup};

/// Reads what was typed.
#[must_use]
pub fn read(content: &str) -> RichText {
    markup::parse(content)
}
