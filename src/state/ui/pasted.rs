//! Pasted text that names files.

use super::attach;
use super::tray::MOST;

/// Pasted text that names files alone, as file managers and terminals give it: one on each line, or quoted as in a shell.
#[must_use]
pub(super) fn paths(text: &str) -> Vec<String> {
    let is_path =
        |path: &str| path.starts_with('/') && path.len() > 1 || path.starts_with("~/") || path.starts_with("file:///");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST || text.len() > 16_384 {
        return Vec::new();
    }
    let mut named = Vec::new();
    for line in lines {
        match attach::words(line) {
            Some(words) if !words.is_empty() && words.iter().all(|word| is_path(word)) => named.extend(words),
            // A name with blanks, without quotes.
            _ if is_path(line) => named.push(line.to_owned()),
            _ => return Vec::new(),
        }
    }
    named.truncate(MOST);
    named
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn pastes_that_name_files_alone_are_seen() {
        for (text, wanted) in [
            ("/a/b.txt", vec!["/a/b.txt"]),
            ("'/a/my cat.png' /b.txt ", vec!["/a/my cat.png", "/b.txt"]),
            ("/a/my\\ cat.png\n~/x", vec!["/a/my cat.png", "~/x"]),
            ("file:///a%20b/c\r\nfile:///d\r\n", vec!["file:///a%20b/c", "file:///d"]),
            ("/a/it's mine.txt", vec!["/a/it's mine.txt"]),
            ("see /a/b.txt", vec![]),
            ("/", vec![]),
            ("/help me\nwith this", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(paths(text), wanted, "{text:?}");
        }
    }
}
