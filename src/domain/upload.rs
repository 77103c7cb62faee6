//! Files on their way out.

use super::mimetype;
use super::text::CleanText;
use super::time::Wall;
use bytes::Bytes;

/// Longest name of a file, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;
/// Longest ending that survives when a name is cut, with its dot.
const LONGEST_ENDING: usize = 16;
/// What a file without a name is called.
pub(super) const NAMELESS: &str = "file";

/// A file on its way out, whole: the core does no I/O. Copies share what is in it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Upload {
    /// Its name, without a path.
    pub name: String,
    /// Its MIME type.
    pub mimetype: String,
    /// What is in it.
    pub bytes: Bytes,
    /// Where the user said that it is, to say so again when the message comes back to be changed. Never sent; empty if nobody said.
    pub path: String,
    /// Where it was read, to be read there again by a later run. Never sent; none for what lies nowhere.
    pub source: Option<Source>,
}

/// Where a file was read, and what tells whether it is the same when it is read again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its absolute path.
    pub path: String,
    /// When it was changed last, where the system tells.
    pub modified: Option<Wall>,
}

impl Upload {
    /// A file with this name and content; the name is cleaned, the kind is guessed.
    #[must_use]
    pub fn new(name: &str, bytes: Bytes) -> Self {
        let name = clean_name(name, LONGEST_NAME);
        let mimetype = mimetype::guess(&name, &bytes).to_owned();
        Self { name, mimetype, bytes, path: String::new(), source: None }
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("mimetype", &self.mimetype)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A name that others can save under: one line, nothing that hides or reorders text, no separator of paths, at most so many bytes.
pub(super) fn clean_name(raw: &str, most: usize) -> String {
    let clean = CleanText::line(raw).replace(['/', '\\'], "_");
    let clean = clean.trim();
    if clean.chars().all(|character| character == '.') {
        return NAMELESS.to_owned();
    }
    if clean.len() <= most {
        return clean.to_owned();
    }
    let ending = clean.rfind('.').and_then(|at| clean.get(at..)).filter(|ending| ending.len() <= LONGEST_ENDING);
    let ending = ending.unwrap_or_default();
    let mut cut = most.saturating_sub(ending.len());
    while !clean.is_char_boundary(cut) {
        cut -= 1;
    }
    let stem = clean.get(..cut).unwrap_or_default();
    format!("{stem}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_without_paths_and_not_too_long() {
        for (raw, expected) in [
            ("cat.png", "cat.png"),
            ("Grüße an alle.txt", "Grüße an alle.txt"),
            ("two\nlines\x1b[2J.txt", "two lines[2J.txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("a\\b/c.txt", "a_b_c.txt"),
            (" . ", NAMELESS),
            ("..", NAMELESS),
            ("\u{7}", NAMELESS),
        ] {
            assert_eq!(clean_name(raw, LONGEST_NAME), expected, "{raw:?}");
        }
        let long = format!("{}.tar.gz", "ü".repeat(300));
        let name = clean_name(&long, LONGEST_NAME);
        assert!(name.len() <= LONGEST_NAME && name.len() > LONGEST_NAME - 3 && name.ends_with("ü.gz"), "{name}");
        assert_eq!(clean_name(&"x".repeat(300), LONGEST_NAME).len(), LONGEST_NAME);
    }

    #[test]
    fn debug_shows_neither_name_nor_content() {
        let upload = Upload { path: "letters/diary.txt".to_owned(), ..Upload::new("diary.txt", Bytes::from("dear")) };
        let shown = format!("{upload:?}");
        assert_eq!((upload.mimetype.as_str(), upload.size()), ("text/plain", 4));
        assert!(!shown.contains("diary") && !shown.contains("dear"), "{shown}");
    }
}
