//! Files and directories: whether they are there, whose they are, and whether others can look into them.

use super::finding::{Findings, Section};
use super::mask::Mask;
use crate::cli::failure::Failure;
use crate::config::Paths;
use crate::domain::fault;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const HERE: Section = Section::Files;

/// What belongs into a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A directory that others may look into.
    Open,
    /// A directory that is best closed.
    Closed,
    /// A file, or a directory of them, that holds secrets: unusable if others can read it.
    Secret,
    /// A file that is best closed.
    File,
}

/// Looks at all of them. Nothing is made, and nothing is changed.
pub(super) fn look(findings: &mut Findings, mask: &Mask, paths: &Paths) -> Result<(), Failure> {
    let places = [
        ("configuration", paths.config.clone(), Kind::Open),
        ("settings", paths.config_file.clone(), Kind::File),
        ("themes", paths.themes_dir(), Kind::Open),
        ("data", paths.data.clone(), Kind::Closed),
        ("accounts", paths.accounts_file(), Kind::File),
        ("tokens", paths.secrets_dir(), Kind::Secret),
        ("state", paths.state.clone(), Kind::Closed),
        ("log", paths.log_file(), Kind::File),
        ("cache", paths.cache.clone(), Kind::Closed),
    ];
    for (about, path, kind) in places {
        place(findings, mask, about, &path, kind)?;
    }
    // Named after accounts: they are counted, and only a bad one is told, without its name.
    let Ok(tokens) = fs::read_dir(paths.secrets_dir()) else { return Ok(()) };
    let mut good = 0;
    for entry in tokens.flatten() {
        let path = entry.path();
        match fault_of(&path, Kind::Secret) {
            Ok(Ok(_)) => good += 1,
            Ok(Err(wrong)) => {
                let next = format!(
                    "run \"chmod 600 {}/*\", and sign in again if others have read it",
                    mask.path(&paths.secrets_dir())
                );
                findings.problem(HERE, "token", format!("a file with a token is not used: {wrong}"), &next)?;
            }
            Err(_) => {}
        }
    }
    findings.ok(HERE, "token files", good.to_string())
}

fn place(findings: &mut Findings, mask: &Mask, about: &str, path: &Path, kind: Kind) -> Result<(), Failure> {
    let shown = mask.path(path);
    match fault_of(path, kind) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            findings.ok(HERE, about, format!("{shown}: not there yet"))
        }
        Err(error) => {
            let text = format!("{shown} cannot be looked at: {}", fault::words(&error));
            findings.problem(HERE, about, text, "give yourself the right to it, or name another place with NIB_HOME")
        }
        Ok(Ok(mode)) => findings.ok(HERE, about, format!("{shown}{mode}")),
        Ok(Err(wrong)) if wrong.starts_with("others") && kind != Kind::Secret => {
            let right = if kind == Kind::File { "600" } else { "700" };
            findings.note(HERE, about, format!("{shown}: {wrong}; \"chmod {right} {shown}\" closes it"))
        }
        Ok(Err(wrong)) => {
            let next = match wrong.split(' ').next() {
                Some("others" | "anybody") => {
                    format!("run \"chmod {} {shown}\"", if path.is_dir() { "700" } else { "600" })
                }
                Some("it") if wrong.contains("belongs") => format!("have it given to you, or remove it: {shown}"),
                _ => format!("run \"chmod u+rwX {shown}\""),
            };
            findings.problem(HERE, about, format!("{shown}: {wrong}"), &next)
        }
    }
}

/// Its mode in words if all is well, else what is wrong.
#[cfg(unix)]
fn fault_of(path: &Path, kind: Kind) -> std::io::Result<Result<String, String>> {
    use rustix::fs::{Access, access};
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path)?;
    let mode = metadata.mode() & 0o777;
    let written = format!(" (mode {mode:04o})");
    if metadata.uid() != rustix::process::getuid().as_raw() {
        return Ok(Err(format!("it belongs to another user{written}")));
    }
    if access(path, Access::READ_OK | Access::WRITE_OK).is_err() {
        return Ok(Err(format!("nib may not read and write it{written}")));
    }
    if mode & 0o022 != 0 {
        return Ok(Err(format!("anybody may write to it, or a group may{written}")));
    }
    if mode & 0o077 != 0 && kind != Kind::Open {
        return Ok(Err(format!("others can read it{written}")));
    }
    Ok(Ok(written))
}

#[cfg(not(unix))]
fn fault_of(path: &Path, _: Kind) -> std::io::Result<Result<String, String>> {
    // They are as private as the user's directory.
    fs::metadata(path).map(|_| Ok(String::new()))
}
