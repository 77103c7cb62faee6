//! Themes by name: those built in, and the user's own, one file each in the directory `themes` beside the configuration.
//!
//! Only names and texts are dealt with here; what a theme looks like is the view's business.

use super::ConfigError;
use super::raw::read_file;
use crate::domain::settings::THEMES;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most files that are read.
const MOST: usize = 200;

/// A theme's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// The user's own themes. One with the name of a built-in one takes its place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Themes {
    files: BTreeMap<String, ThemeFile>,
    /// What could not be read.
    pub problems: Vec<ConfigError>,
}

impl Themes {
    /// Reads the files of a directory. One that does not exist holds none.
    #[must_use]
    pub fn load(directory: &Path) -> Self {
        let mut themes = Self::default();
        let Ok(entries) = std::fs::read_dir(directory) else { return themes };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths.into_iter().take(MOST) {
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|name| is_name(name)) else {
                themes
                    .problems
                    .push(ConfigError::of_file(&path, "the name of a theme is made of letters, digits, - and _"));
                continue;
            };
            match read_file(&path).map(|bytes| bytes.map(String::from_utf8)) {
                Ok(Some(Ok(text))) => _ = themes.files.insert(name.to_owned(), ThemeFile { path, text }),
                Ok(Some(Err(_))) => themes.problems.push(ConfigError::of_file(&path, "is not text in UTF-8")),
                // Gone since the directory was listed.
                Ok(None) => {}
                Err(message) => themes.problems.push(ConfigError::of_file(&path, &message)),
            }
        }
        themes
    }

    /// The names of all themes: those built in, then the user's own.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let own = self.files.keys().map(String::as_str).filter(|name| !THEMES.contains(name));
        THEMES.into_iter().chain(own).map(str::to_owned).collect()
    }

    /// The user's file for a name, if there is one.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&ThemeFile> {
        self.files.get(name)
    }

    /// Every file with its name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &ThemeFile)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_names_and_bad_ones_are_told() {
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("mine.toml", &b"x"[..]),
            ("dark.toml", b"y"),
            ("a b.toml", b""),
            ("bad.toml", b"\xff"),
            ("notes.txt", b""),
        ] {
            std::fs::write(directory.path().join(name), bytes).unwrap();
        }
        let themes = Themes::load(directory.path());
        let names = themes.names();
        let (built_in, own) = names.split_at(THEMES.len());
        assert_eq!(built_in, THEMES);
        assert_eq!(own, ["mine"]);
        assert_eq!(themes.file("dark").unwrap().text, "y");
        assert_eq!(themes.problems.len(), 2, "{:?}", themes.problems);
        assert_eq!(Themes::load(&directory.path().join("none")), Themes::default());
    }
}
