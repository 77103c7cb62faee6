//! The file as text: its lines, and what of it is TOML.
//!
//! A slip of grammar costs the line it is on, not the file. The parser alone stops or guesses there, so the lines that break the grammar are
//! blanked, one slip after the other, until the rest parses; all other bytes stay where they are, and so do their places.

use super::error::Place;
use crate::domain::fault;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::Path;
use toml::de::DeTable;

/// Largest configuration that is read, in bytes.
const LARGEST: u64 = 1 << 18;

/// Most slips that are looked for; a file with more is no configuration.
const MOST_SLIPS: usize = 20;

/// How many lines before the one where the parser stumbled may be the cause: a bracket or quote left open is noticed late.
const LOOK_BACK: usize = 40;

/// The bytes of a file; `None` if there is none.
///
/// # Errors
/// A sentence why it cannot be read.
pub(super) fn read_file(path: &Path) -> Result<Option<Vec<u8>>, String> {
    // Looked at before it is opened: whoever opens a pipe waits for its other end.
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        return Err("cannot be read: it is no ordinary file".to_owned());
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {}", fault::words(&error))),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read: {}", fault::words(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than {LARGEST} bytes; a configuration is text of a few pages"));
    }
    Ok(Some(bytes))
}

/// A text and where its lines begin.
pub(super) struct Source {
    text: String,
    line_starts: Vec<usize>,
    /// The first byte that is not UTF-8, as a place in `text`.
    foreign: Option<usize>,
}

/// A mistake in the grammar.
pub(super) struct Slip {
    /// Where, in bytes.
    pub(super) at: Range<usize>,
    /// What.
    pub(super) message: String,
}

impl Source {
    /// Bytes that are not UTF-8 are replaced, and told by [`Source::parse`].
    pub(super) fn new(bytes: &[u8]) -> Self {
        let foreign = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
        let text = String::from_utf8_lossy(bytes).into_owned();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, line_starts, foreign }
    }

    /// Whether a line seems to set this option, as far as that can be told of a text that may break the grammar.
    pub(super) fn names(&self, option: &str) -> bool {
        self.text.lines().any(|line| line.trim_start().trim_start_matches(['"', '\'']).starts_with(option))
    }

    /// The text with what breaks the grammar blanked, which parses, and the slips.
    pub(super) fn sound(&self) -> (String, Vec<Slip>) {
        let mut slips = Vec::new();
        if let Some(at) = self.foreign {
            slips.push(Slip { at: at..at, message: "this byte is not UTF-8 text; save the file as UTF-8".to_owned() });
        }
        let mut text = self.text.clone();
        while let Some(slip) = first_slip(&text) {
            let at = slip.at.start;
            slips.push(slip);
            let next = (slips.len() < MOST_SLIPS).then(|| self.without_cause(&text, at)).flatten();
            let Some(next) = next else {
                slips.push(Slip { at: at..at, message: "there are too many mistakes to read on".to_owned() });
                let before = text.get(..self.range(self.line(at)).start).unwrap_or_default();
                return (if first_slip(before).is_none() { before.to_owned() } else { String::new() }, slips);
            };
            text = next;
        }
        (text, slips)
    }

    /// The text without the line that made the parser stumble at `at`: among that line and those before it, the one without which the
    /// parser gets furthest; of equals, the closest. `None` if there is nothing left to leave out.
    fn without_cause(&self, text: &str, at: usize) -> Option<String> {
        let stumbled = self.line(at);
        let mut best: Option<(usize, String)> = None;
        let candidates =
            (1..=stumbled).rev().filter(|&line| !text.get(self.range(line)).unwrap_or_default().trim().is_empty());
        for line in candidates.take(LOOK_BACK) {
            let shorter = blanked(text, self.statement(text, line));
            let reached = first_slip(&shorter).map_or(usize::MAX, |slip| slip.at.start);
            if best.as_ref().is_none_or(|(furthest, _)| reached > *furthest) {
                best = Some((reached, shorter));
            }
            if reached == usize::MAX {
                break;
            }
        }
        best.map(|(_, text)| text)
    }

    /// A line; with the heading of a table, what belongs to the table, since it would belong to another without it.
    fn statement(&self, text: &str, line: usize) -> Range<usize> {
        let is_heading =
            |line: usize| text.get(self.range(line)).is_some_and(|line| line.trim_start().starts_with('['));
        let last = match is_heading(line) {
            true => (line + 1..=self.line_starts.len()).take_while(|&line| !is_heading(line)).last().unwrap_or(line),
            false => line,
        };
        self.range(line).start..self.range(last).end
    }

    fn range(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        start..self.line_starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= at)
    }

    /// Line and column of a byte.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.line(at);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1;
        Place { line, column }
    }
}

fn first_slip(text: &str) -> Option<Slip> {
    let error = DeTable::parse(text).err()?;
    let at = error.span().unwrap_or(0..0);
    Some(Slip { at, message: error.message().replace('\n', ", ").replace('`', "") })
}

/// The text with spaces in place of all in a range but the ends of lines.
fn blanked(text: &str, range: Range<usize>) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let blank: String =
        text.get(range).unwrap_or_default().bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    format!("{before}{blank}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let source = Source::new("ä = 1\nöx = 2\n".as_bytes());
        assert_eq!(source.place(0), Place { line: 1, column: 1 });
        assert_eq!(source.place(3), Place { line: 1, column: 3 });
        assert_eq!(source.place(9), Place { line: 2, column: 2 });
        assert_eq!(source.place(15), Place { line: 3, column: 1 });
        assert_eq!(Source::new(b"").place(0), Place { line: 1, column: 1 });
    }

    #[test]
    fn a_foreign_byte_is_told_and_the_rest_is_read() {
        let source = Source::new(b"theme = \"dark\"\n# caf\xe9\nascii = true\n");
        let (text, slips) = source.sound();
        assert_eq!(DeTable::parse(&text).unwrap().get_ref().len(), 2);
        assert_eq!(slips.len(), 1);
        assert_eq!(source.place(slips[0].at.start), Place { line: 2, column: 6 });
    }

    #[test]
    fn the_cause_is_left_out_and_nothing_else() {
        for (text, left) in [
            ("a\nb = 1\nc = 2\n", "b = 1\nc = 2"),
            ("a = [1,\nb = 1\nc = 2\n", "b = 1\nc = 2"),
            ("b = 1\na = \"\"\"x\nc = 2\n", "b = 1\nc = 2"),
            ("b = 1\nb = 2\nc = 3\n", "b = 1\nc = 3"),
            ("b = 1\n[x\ny = 1\n[z]\nc = 3\n", "b = 1\n[z]\nc = 3"),
            ("[x]\ny = 1\n[x]\ny = 2\n[z]\nc = 3\n", "[x]\ny = 1\n[z]\nc = 3"),
            ("= 1\n= 2\nc = 3", "c = 3"),
            ("a = \"x\nb = 'y\nc = 3", "c = 3"),
        ] {
            let (sound, slips) = Source::new(text.as_bytes()).sound();
            assert_eq!(sound.len(), text.len());
            let kept: Vec<&str> = sound.lines().filter(|line| !line.trim().is_empty()).collect();
            assert_eq!(kept.join("\n"), left, "{text}");
            assert!(!slips.is_empty());
        }
    }

    #[test]
    fn after_too_many_slips_what_stands_before_holds() {
        let (sound, slips) = Source::new(format!("a = 1\n{}b = 1\n", "= 1\n".repeat(1000)).as_bytes()).sound();
        assert_eq!((sound.trim_end(), slips.len()), ("a = 1", MOST_SLIPS + 1));
    }
}
