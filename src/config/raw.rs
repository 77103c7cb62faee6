//! The file as text: its lines, and what of it is TOML. A slip of grammar costs its own lines, not the file.

use super::error::Place;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::DeTable;

/// Largest configuration that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The bytes of a file; `None` if there is none.
///
/// # Errors
/// A sentence why it cannot be read.
pub(super) fn read_file(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
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

    /// Everything that could be read, and the slips.
    pub(super) fn parse(&self) -> (Spanned<DeTable<'_>>, Vec<Slip>) {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        let mut slips: Vec<Slip> = errors
            .iter()
            .map(|error| Slip { at: error.span().unwrap_or(0..0), message: error.message().replace('\n', ", ").replace('`', "") })
            .collect();
        if let Some(at) = self.foreign {
            slips.push(Slip { at: at..at, message: "this byte is not UTF-8 text; save the file as UTF-8".to_owned() });
        }
        (table, slips)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let source = Source::new("ä = 1\nöx = 2\n".as_bytes());
        assert_eq!(source.place(0), Place { line: 1, column: 1 });
        assert_eq!(source.place(3), Place { line: 1, column: 3 });
        assert_eq!(source.place(9), Place { line: 2, column: 2 });
        assert_eq!(source.place(14), Place { line: 3, column: 1 });
        assert_eq!(Source::new(b"").place(0), Place { line: 1, column: 1 });
    }

    #[test]
    fn a_foreign_byte_is_told_and_the_rest_is_read() {
        let source = Source::new(b"theme = \"dark\"\n# caf\xe9\nascii = true\n");
        let (table, slips) = source.parse();
        assert_eq!(table.get_ref().len(), 2);
        assert_eq!(slips.len(), 1);
        assert_eq!(source.place(slips[0].at.start), Place { line: 2, column: 6 });
    }
}
