//! Data on standard output, line by line.

use super::failure::Failure;
use std::io::{self, Write};

/// Writes a line and flushes it, so that a reader at the other end of a pipe has it at once.
///
/// # Errors
/// The reader is gone ([`Failure::ReaderGone`]), or the output cannot be written.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// Writes text that has its own line ends.
///
/// # Errors
/// As [`line()`].
pub fn text(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// Writes bytes as they are.
///
/// # Errors
/// As [`line()`].
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Writes a sentence for people to standard error. Nobody could be told if that fails.
pub fn tell(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
