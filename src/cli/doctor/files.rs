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
    /// A directory that nib only reads: others may look into it, and it may be the system's.
    Read,
    /// A file that nib must read only, and may be the system's. One's own is best closed.
    Settings,
    /// A directory that others may look into.
    Open,
    /// A directory that is best closed.
    Closed,
    /// A file, or a directory of them, that holds secrets: unusable if others can read it.
    Secret,
    /// A file that is best closed.
    File,
}

impl Kind {
    /// Whether nib can do without writing there.
    fn is_read_only(self) -> bool {
        matches!(self, Self::Read | Self::Settings)
    }
}

/// What is wrong with a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[cfg_attr(not(unix), allow(dead_code, reason = "nothing of it is looked at there"))]
enum Wrong {
    #[error("it belongs to another user")]
    Foreign,
    #[error("nib may not read it")]
    Unreadable,
    #[error("nib may not write it")]
    Unusable,
    #[error("anybody may write to it, or a group may")]
    Writable,
    #[error("others can read it")]
    Visible,
}

/// What is known of a place that is there: its mode in words, and what is wrong with it.
struct Known {
    mode: String,
    wrong: Option<Wrong>,
}

/// Looks at all of them. Nothing is made, and nothing is changed.
pub(super) fn look(findings: &mut Findings, mask: &Mask, paths: &Paths) -> Result<(), Failure> {
    let places = [
        ("configuration", paths.config.clone(), Kind::Open),
        ("settings", paths.config_file.clone(), Kind::Settings),
        ("themes", paths.themes_dir(), Kind::Read),
        ("data", paths.data.clone(), Kind::Closed),
        ("accounts", paths.accounts_file(), Kind::File),
        ("store", paths.store_file(), Kind::File),
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
        match known_of(&path, Kind::Secret) {
            Ok(Known { wrong: None, .. }) => good += 1,
            Ok(Known { wrong: Some(wrong), mode }) => {
                let next = format!(
                    "run \"chmod 600 {}/*\", and sign in again if others have read it",
                    mask.path(&paths.secrets_dir())
                );
                findings.problem(HERE, "token", format!("a file with a token is not used: {wrong}{mode}"), &next)?;
            }
            Err(_) => {}
        }
    }
    findings.ok(HERE, "token files", good.to_string())
}

fn place(findings: &mut Findings, mask: &Mask, about: &str, path: &Path, kind: Kind) -> Result<(), Failure> {
    let shown = mask.path(path);
    let Known { mode, wrong } = match known_of(path, kind) {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return findings.ok(HERE, about, format!("{shown}: not there yet"));
        }
        Err(error) => {
            let text = format!("{shown} cannot be looked at: {}", fault::words(&error));
            let next = "give yourself the right to it, or name another place with NIB_HOME";
            return findings.problem(HERE, about, text, next);
        }
    };
    let Some(wrong) = wrong else { return findings.ok(HERE, about, format!("{shown}{mode}")) };
    let text = format!("{shown}: {wrong}{mode}");
    let closed = if path.is_dir() { "700" } else { "600" };
    match wrong {
        Wrong::Foreign if kind.is_read_only() => findings.note(HERE, about, text),
        Wrong::Visible if kind != Kind::Secret => {
            findings.note(HERE, about, format!("{text}; \"chmod {closed} {shown}\" closes it"))
        }
        Wrong::Visible | Wrong::Writable => {
            findings.problem(HERE, about, text, &format!("run \"chmod {closed} {shown}\""))
        }
        Wrong::Foreign => findings.problem(HERE, about, text, &format!("have it given to you, or remove it: {shown}")),
        Wrong::Unreadable | Wrong::Unusable => {
            findings.problem(HERE, about, text, &format!("run \"chmod u+rwX {shown}\""))
        }
    }
}

/// What is known of a place that is there.
#[cfg(unix)]
fn known_of(path: &Path, kind: Kind) -> std::io::Result<Known> {
    use rustix::fs::{Access, access};
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path)?;
    let mode = metadata.mode() & 0o777;
    let foreign = metadata.uid() != rustix::process::getuid().as_raw();
    let may = |what| access(path, what).is_ok();
    let wrong = if foreign && !kind.is_read_only() {
        Some(Wrong::Foreign)
    } else if !may(Access::READ_OK) {
        Some(Wrong::Unreadable)
    } else if !kind.is_read_only() && !may(Access::WRITE_OK) {
        Some(Wrong::Unusable)
    } else if mode & 0o022 != 0 {
        Some(Wrong::Writable)
    } else if foreign {
        Some(Wrong::Foreign)
    } else if mode & 0o077 != 0 && !matches!(kind, Kind::Open | Kind::Read) {
        Some(Wrong::Visible)
    } else {
        None
    };
    Ok(Known { mode: format!(" (mode {mode:04o})"), wrong })
}

#[cfg(not(unix))]
fn known_of(path: &Path, _: Kind) -> std::io::Result<Known> {
    // They are as private as the user's directory.
    fs::metadata(path).map(|_| Known { mode: String::new(), wrong: None })
}
