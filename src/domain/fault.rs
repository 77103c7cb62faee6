//! What the system says of a fault, as people read it.

use std::io::{Error, ErrorKind};

/// The reason in words, to stand behind a colon: without the number that only programs read.
#[must_use]
pub fn words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "you have no right to it".to_owned(),
        ErrorKind::AlreadyExists => "it is there already".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is no directory".to_owned(),
        ErrorKind::AddrInUse => "something listens there already".to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "there is no space left".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "it lies where nothing can be written".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => plain(error),
    }
}

/// The system's own words, without their number and with a small letter in front.
#[must_use]
pub fn plain(error: &Error) -> String {
    let said = error.to_string();
    let said = said.split(" (os error").next().unwrap_or_default().trim_end_matches('.');
    let mut letters = said.chars();
    // A word in capitals stays one.
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_speaks_without_numbers() {
        for (code, said) in [
            (2, "there is no such file"),
            (13, "you have no right to it"),
            (28, "there is no space left"),
            (98, "something listens there already"),
            (24, "too many open files"),
            (5, "input/output error"),
        ] {
            if cfg!(target_os = "linux") {
                assert_eq!(words(&Error::from_raw_os_error(code)), said);
            }
        }
        assert_eq!(plain(&Error::other("TLS is off")), "TLS is off");
        assert_eq!(plain(&Error::other("")), "");
    }
}
