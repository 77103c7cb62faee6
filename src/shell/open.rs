//! Opening links and files in the user's program. What is opened is one argument; no shell reads it.

use crate::domain::{CleanText, fault};
use std::process::{Command, Stdio};

/// The program that opens addresses, and what it is told before the address.
const OPENER: (&str, &[&str]) = if cfg!(windows) {
    ("rundll32", &["url.dll,FileProtocolHandler"])
} else if cfg!(target_os = "macos") {
    ("open", &[])
} else {
    ("xdg-open", &[])
};

/// Opens a web address. Only `http` and `https`: anything else could start a program on somebody else's word.
///
/// # Errors
/// A sentence: the address is of another kind, or the program cannot be started.
pub fn open(address: &str) -> Result<(), String> {
    let address = web_address(address).ok_or_else(|| "not opened: only http and https addresses are".to_owned())?;
    start("address", address)
}

/// Opens a file. Its path is whole, so that it cannot be read as an option or an address.
///
/// # Errors
/// A sentence: it is not there any more, or the program cannot be started.
pub fn open_file(path: &str) -> Result<(), String> {
    let found = std::path::Path::new(path);
    if !found.is_absolute() || !found.is_file() {
        return Err(format!("not opened: there is no file \"{}\" any more", CleanText::line(path)));
    }
    start("file", path)
}

fn start(kind: &str, what: &str) -> Result<(), String> {
    let (program, arguments) = OPENER;
    let mut child = Command::new(program)
        .args(arguments)
        .arg(what)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| unstarted(program, kind, what, &error))?;
    // Somebody has to wait for it, or it stays in the process table.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Why a program did not start. One that is not there is not taken for the file that it was to open.
fn unstarted(program: &str, kind: &str, what: &str, error: &std::io::Error) -> String {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "is not installed".to_owned(),
        _ => format!("does not start ({})", fault::words(error)),
    };
    format!("not opened: {program} {why}; the {kind} is {}", CleanText::line(what))
}

/// The address if it is one of the web, without anything that could be read as an option or hold a second line.
fn web_address(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (web && !rest.is_empty() && !address.chars().any(|c| c.is_control() || c.is_whitespace())).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::{unstarted, web_address};

    #[test]
    fn a_program_that_is_not_there_is_not_taken_for_the_file() {
        let missing = std::io::ErrorKind::NotFound.into();
        let told = unstarted("xdg-open", "file", "/there/a.txt", &missing);
        assert_eq!(told, "not opened: xdg-open is not installed; the file is /there/a.txt");
    }

    #[test]
    fn only_web_addresses_are_opened() {
        for good in ["https://example.org/a?b=c#d", "HTTP://example.org"] {
            assert_eq!(web_address(good), Some(good));
        }
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "-h",
            "https://",
            "https://a\nb",
            "ssh://-oProxyCommand=x",
            "mailto:a@b",
        ] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }
}
