//! Escape sequences for what lies outside the window's cells: title, clipboard, notification.
//!
//! Everything put into one is stripped of control characters first, so that no text can end the sequence and start another.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

/// Longest text for the clipboard in bytes; terminals drop much longer ones, some with the rest of the output.
pub const CLIPBOARD_LIMIT: usize = 74_994;

/// Longest title or notification in characters.
const LINE_LIMIT: usize = 200;

/// The window's title (OSC 2).
#[must_use]
pub fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", plain(text)).into_bytes()
}

/// A notification (OSC 9) with a bell, for terminals that do not know it.
#[must_use]
pub fn notification(title: &str, body: &str) -> Vec<u8> {
    format!("\x1b]9;{}: {}\x07\x07", plain(title), plain(body)).into_bytes()
}

/// Text for the clipboard (OSC 52).
///
/// # Errors
/// The text is too long; the sentence says by how much.
pub fn clipboard(text: &str) -> Result<Vec<u8>, String> {
    if text.len() > CLIPBOARD_LIMIT {
        return Err(format!("not copied: {} bytes are more than a terminal takes ({CLIPBOARD_LIMIT})", text.len()));
    }
    let mut sequence = String::with_capacity(text.len() * 4 / 3 + 16);
    CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence).map_err(|_| "not copied".to_owned())?;
    Ok(sequence.into_bytes())
}

/// One line without control characters, cut to a length that no terminal minds.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .take(LINE_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_sequence() {
        assert_eq!(title("a\x07\x1b]0;b\u{9c}\nc"), b"\x1b]2;a]0;b c\x07");
        assert_eq!(notification("ada", "hi\x1b[2J"), b"\x1b]9;ada: hi[2J\x07\x07");
        assert_eq!(title(&"x".repeat(1_000)).len(), LINE_LIMIT + 5);
    }

    #[test]
    fn the_clipboard_is_encoded_and_bounded() {
        assert_eq!(clipboard("hi\x07").unwrap(), b"\x1b]52;c;aGkH\x1b\\");
        assert!(clipboard(&"x".repeat(CLIPBOARD_LIMIT + 1)).is_err());
    }
}
