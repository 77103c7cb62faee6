//! Looking at folders, and at what the clipboard holds, where nobody waits.

use super::files::expanded;
use crate::domain::{CleanText, Upload, fault, size};
use crate::state::ui::chooser::Folder;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Most entries of a folder that are listed.
const ENTRIES: usize = 5_000;
/// How long a program may take to give what the clipboard holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Programs that give the picture of the clipboard, as PNG, and what each is told.
const PROGRAMS: &[(&str, &[&str])] = if cfg!(target_os = "macos") {
    &[("pngpaste", &["-"])]
} else {
    &[
        ("wl-paste", &["--no-newline", "--type", "image/png"]),
        ("xclip", &["-selection", "clipboard", "-target", "image/png", "-out"]),
    ]
};

/// What is in a folder: folders first, then files, by name; what is hidden is left out unless it is wanted, too.
///
/// # Errors
/// A sentence: it cannot be read.
pub fn list(written: &str, hidden: bool) -> Result<Folder, String> {
    let shown = |path: &Path| CleanText::line(&path.to_string_lossy());
    let path = if written.is_empty() { PathBuf::from(".") } else { expanded(written) };
    let path = std::fs::canonicalize(&path)
        .map_err(|error| format!("\"{}\" cannot be looked at: {}", shown(&path), fault::words(&error)))?;
    let found = std::fs::read_dir(&path)
        .map_err(|error| format!("\"{}\" cannot be looked at: {}", shown(&path), fault::words(&error)))?;
    let mut entries: Vec<(String, String, Option<u64>)> = Vec::new();
    for entry in found.flatten().take(ENTRIES * 4) {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What has no name in letters cannot be named to anybody.
        let Some(whole) = entry.path().to_str().map(str::to_owned) else { continue };
        // A link is what it leads to.
        let Ok(facts) = std::fs::metadata(entry.path()) else { continue };
        if !hidden && name.starts_with('.') || !(facts.is_dir() || facts.is_file()) {
            continue;
        }
        entries.push((name, whole, facts.is_file().then_some(facts.len())));
    }
    entries.sort_by_cached_key(|(name, _, bytes)| (bytes.is_some(), name.to_lowercase()));
    entries.truncate(ENTRIES);
    let parent = path.parent().and_then(Path::to_str).map(str::to_owned);
    Ok(Folder { path: path.to_string_lossy().into_owned(), parent, entries })
}

/// Whether all of these are ordinary files.
#[must_use]
pub fn are_files(paths: &[String]) -> bool {
    !paths.is_empty() && paths.iter().all(|path| expanded(path).is_file())
}

/// The picture that the clipboard holds.
///
/// # Errors
/// A sentence: no program gives it, there is none, or it is too large.
pub fn clipboard(most: u64) -> Result<Upload, String> {
    let mut started = false;
    for (program, arguments) in PROGRAMS {
        let child = Command::new(program)
            .args(*arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else { continue };
        started = true;
        let bytes = output(child, most);
        if bytes.len() as u64 > most {
            return Err(format!("the picture of the clipboard is too large: at most {} can be sent", size(most)));
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Upload::new("picture.png", bytes.into()));
        }
    }
    let names: Vec<&str> = PROGRAMS.iter().map(|(program, _)| *program).collect();
    Err(match started {
        true => "the clipboard holds no picture".to_owned(),
        false => format!("no program gives what the clipboard holds; install {}", names.join(" or ")),
    })
}

/// What a program says, as far as it is taken; one that takes too long is ended.
fn output(mut child: Child, most: u64) -> Vec<u8> {
    let Some(said) = child.stdout.take() else { return Vec::new() };
    let (done, read) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = said.take(most.saturating_add(1)).read_to_end(&mut bytes);
        let _ = done.send(bytes);
    });
    let bytes = read.recv_timeout(PATIENCE).unwrap_or_default();
    let _ = child.kill();
    let _ = child.wait();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_what_is_hidden_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.txt", "A.txt", ".hidden"] {
            std::fs::write(folder.path().join(name), "abc").unwrap();
        }
        std::fs::create_dir(folder.path().join("zoo")).unwrap();
        let listed = list(folder.path().to_str().unwrap(), false).unwrap();
        let names: Vec<(&str, Option<u64>)> =
            listed.entries.iter().map(|(name, _, size)| (name.as_str(), *size)).collect();
        assert_eq!(names, [("zoo", None), ("A.txt", Some(3)), ("b.txt", Some(3))]);
        let all = list(folder.path().to_str().unwrap(), true).unwrap();
        assert_eq!(all.entries.iter().filter(|(name, ..)| name == ".hidden").count(), 1);
        assert!(listed.parent.is_some() && listed.entries[0].1.ends_with("/zoo"));
        let why = list("/nowhere/at/all", true).unwrap_err();
        assert_eq!(why, "\"/nowhere/at/all\" cannot be looked at: there is no such file");
        let file = listed.entries[1].1.clone();
        assert!(are_files(std::slice::from_ref(&file)) && !are_files(&[]) && !are_files(&[file, listed.path]));
    }
}
