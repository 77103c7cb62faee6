//! What `nib config edit` runs: the user's editor on the configuration, which is made from the commented default if there is none.

use super::{DEFAULT_TEXT, Paths, files};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

/// A program and its arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EditorCommand {
    /// What to run.
    pub program: OsString,
    /// With what; the file comes last.
    pub arguments: Vec<OsString>,
}

/// Makes the configuration file from the commented default if there is none; tells whether it was made.
///
/// # Errors
/// It, or the directory it lies in, cannot be made.
pub fn prepare(paths: &Paths) -> io::Result<bool> {
    if let Some(parent) = paths.config_file.parent() {
        files::create_private_dir(parent)?;
    }
    files::create_if_absent(&paths.config_file, DEFAULT_TEXT.as_bytes())
}

/// The editor that `$VISUAL` or else `$EDITOR` names, else the system's usual one. Both may hold arguments and quotes.
#[must_use]
pub fn command(visual: Option<&OsStr>, editor: Option<&OsStr>, file: &Path) -> EditorCommand {
    let named = [visual, editor].into_iter().flatten().find_map(|written| {
        let mut words = split(&written.to_string_lossy());
        (!words.is_empty()).then(|| (words.remove(0), words))
    });
    let (program, arguments) =
        named.unwrap_or_else(|| (if cfg!(windows) { "notepad" } else { "vi" }.to_owned(), Vec::new()));
    let mut arguments: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
    arguments.push(file.as_os_str().to_owned());
    EditorCommand { program: program.into(), arguments }
}

/// Words at spaces; single and double quotes keep spaces together. A quote left open ends with the text.
fn split(written: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in written.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(visual: Option<&str>, editor: Option<&str>) -> Vec<String> {
        let command = command(visual.map(OsStr::new), editor.map(OsStr::new), Path::new("/a b/config.toml"));
        std::iter::once(command.program).chain(command.arguments).map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn visual_comes_before_editor_and_may_hold_arguments() {
        assert_eq!(shown(Some("code --wait"), Some("nano")), ["code", "--wait", "/a b/config.toml"]);
        assert_eq!(shown(Some("  "), Some("nano")), ["nano", "/a b/config.toml"]);
        assert_eq!(
            shown(Some("'/opt/my editor/ed' -c \"set x\""), None),
            ["/opt/my editor/ed", "-c", "set x", "/a b/config.toml"]
        );
        assert_eq!(shown(None, None).len(), 2);
    }
}
