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

/// Writes colours of the palette as terminals of 16 colours know them. The library writes each as one of 256, of which such a terminal makes blinking.
pub fn to_sixteen(bytes: &mut Vec<u8>) {
    if !bytes.windows(4).any(|part| matches!(part, b"8;5;")) {
        return;
    }
    let mut written = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some(start) = rest.windows(2).position(|part| part == b"\x1b[") {
        let (before, sequence) = rest.split_at(start + 2);
        written.extend_from_slice(before);
        let end = sequence.iter().position(|byte| !matches!(byte, 0x20..=0x3f)).unwrap_or(sequence.len());
        let (inner, after) = sequence.split_at(end);
        match (std::str::from_utf8(inner), after.first()) {
            (Ok(inner), Some(b'm')) => written.extend_from_slice(sixteen(inner).as_bytes()),
            _ => written.extend_from_slice(inner),
        }
        rest = after;
    }
    written.extend_from_slice(rest);
    *bytes = written;
}

/// The parameters of a style with `38;5;N` and `48;5;N` as 16 colours have them.
fn sixteen(parameters: &str) -> String {
    let mut fields = parameters.split(';').peekable();
    let mut written: Vec<String> = Vec::new();
    while let Some(field) = fields.next() {
        let base = match field {
            "38" => 30,
            "48" => 40,
            _ => 0,
        };
        if base == 0 || fields.next_if_eq(&"5").is_none() {
            written.push(field.to_owned());
            continue;
        }
        match fields.next().and_then(|number| number.parse::<u16>().ok()) {
            Some(number @ 0..=7) => written.push((base + number).to_string()),
            Some(number @ 8..=15) => written.push((base + 52 + number).to_string()),
            // No theme for 16 colours has others.
            _ => written.push((base + 9).to_string()),
        }
    }
    written.join(";")
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
    fn sixteen_colours_are_written_as_such_terminals_know_them() {
        for (before, after) in [
            ("a\x1b[38;5;6mb\x1b[0m", "a\x1b[36mb\x1b[0m"),
            ("\x1b[38;5;12;48;5;1;1m8;5;3", "\x1b[94;41;1m8;5;3"),
            ("\x1b[48;5;9m\x1b[38;5;200m", "\x1b[101m\x1b[39m"),
            ("\x1b[38;2;1;2;3m8;5;", "\x1b[38;2;1;2;3m8;5;"),
            ("\x1b[3;5H\x1b[38;5;2", "\x1b[3;5H\x1b[38;5;2"),
            ("plain", "plain"),
        ] {
            let mut bytes = before.as_bytes().to_vec();
            to_sixteen(&mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), after);
        }
    }

    #[test]
    fn the_clipboard_is_encoded_and_bounded() {
        assert_eq!(clipboard("hi\x07").unwrap(), b"\x1b]52;c;aGkH\x1b\\");
        assert!(clipboard(&"x".repeat(CLIPBOARD_LIMIT + 1)).is_err());
    }
}
