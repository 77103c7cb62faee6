//! Changing the configuration: by hand in the user's editor, for which it is made with every option switched off if there is none; or one option
//! at a time, for choices made while nib runs.

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

/// What a new configuration begins with: every option with its default, and none of them in force, so that later defaults hold.
#[must_use]
pub fn template() -> String {
    let lines = DEFAULT_TEXT.lines().skip_while(|line| line.starts_with('#'));
    let heading = "# nib's configuration. Every option stands here with its default, switched off: take the # away from what you change.\n";
    lines.fold(heading.to_owned(), |text, line| {
        let off = if line.is_empty() || line.starts_with('#') { "" } else { "#" };
        text + off + line + "\n"
    })
}

/// Removes a configuration file that holds nothing but what it began with.
pub fn discard(paths: &Paths) {
    if std::fs::read_to_string(&paths.config_file).is_ok_and(|text| text == template())
        && let Err(error) = std::fs::remove_file(&paths.config_file)
    {
        tracing::info!(%error, "the new configuration file stays");
    }
}

/// Makes the configuration file from the template if there is none; tells whether it was made.
///
/// # Errors
/// It, or the directory it lies in, cannot be made.
pub fn prepare(paths: &Paths) -> io::Result<bool> {
    if let Some(parent) = paths.config_file.parent() {
        files::create_private_dir(parent)?;
    }
    files::create_if_absent(&paths.config_file, template().as_bytes())
}

/// Why an option could not be set in the file. Reads after the file's name.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file cannot be read or written.
    #[error("cannot be changed: {}", crate::domain::fault::words(.0))]
    Io(#[from] io::Error),
    /// The file breaks the grammar: what would be written cannot be told.
    #[error("cannot be changed while it has mistakes; nib config check lists them")]
    Mistakes,
}

/// Sets a top-level option to a word or a number, and leaves everything else in the file as it is, comments too. A file that is not there is made; one that
/// is a link stays one.
///
/// # Errors
/// The file cannot be read, understood or written; it is as it was.
pub fn set_option(file: &Path, name: &str, value: impl Into<toml_edit::Value>) -> Result<(), EditError> {
    let real = match file.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => file.to_owned(),
        Err(error) => return Err(error.into()),
    };
    let text = match std::fs::read_to_string(&real) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|_| EditError::Mistakes)?;
    let mut item: toml_edit::Value = value.into();
    // What stands around the value, a comment behind it for example, is the user's.
    match document.get_mut(name).and_then(toml_edit::Item::as_value_mut) {
        Some(old) => {
            *item.decor_mut() = old.decor().clone();
            *old = item;
        }
        None => _ = document.insert(name, toml_edit::Item::Value(item)),
    }
    if let Some(parent) = real.parent() {
        files::create_private_dir(parent)?;
    }
    Ok(files::write_private(&real, document.to_string().as_bytes())?)
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

    #[test]
    fn an_option_is_set_and_nothing_else_changes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        set_option(&file, "theme", "dusk").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "theme = \"dusk\"\n");
        let before = "# mine\nascii = true\ntheme = 'dark' # at night\n\n[keys.everywhere]\n\"ctrl-g\" = \"jump\"\n";
        std::fs::write(&file, before).unwrap();
        set_option(&file, "theme", "paper").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before.replace("'dark'", "\"paper\""));
        std::fs::write(&file, "# mine\n[keys.everywhere]\n\"ctrl-g\" = \"jump\"\n").unwrap();
        set_option(&file, "theme", "paper").unwrap();
        let config = crate::config::Config::load(&file, true);
        assert_eq!((config.settings.theme.as_str(), config.problems.len()), ("paper", 0));
        std::fs::write(&file, "theme = \n").unwrap();
        assert!(matches!(set_option(&file, "theme", "paper"), Err(EditError::Mistakes)));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "theme = \n");
    }

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
