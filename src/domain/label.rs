//! What an account may be called.

/// Longest label, in characters.
const LONGEST: usize = 64;

/// Why a label cannot be used; `None` if it can. A label stands before `:` in the names of chats and names a file.
#[must_use]
pub fn label_fault(label: &str) -> Option<&'static str> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '/' | '\\' | '"');
    if label.is_empty() {
        Some("a label cannot be empty")
    } else if label.chars().count() > LONGEST {
        Some("a label has at most 64 characters")
    } else if label.contains(bad) {
        Some("a label cannot hold spaces, colons, slashes or quotes")
    } else {
        None
    }
}
