//! Where nib keeps its files.
//!
//! `NIB_HOME` puts everything into one directory; a profile keeps a whole set of files apart, below `profiles/NAME` in each place.

use super::files;
use crate::domain::fault;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The environment variable that puts everything into one directory.
pub const HOME_VARIABLE: &str = "NIB_HOME";

/// The environment variable that names the profile.
pub const PROFILE_VARIABLE: &str = "NIB_PROFILE";

/// Longest name of a profile, in bytes.
const LONGEST_PROFILE: usize = 64;

/// Why there is no place for files.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// The system does not say.
    #[error("the system names no home directory; set NIB_HOME to a directory for nib's files")]
    NoHome,
    /// The name of the profile would leave its place.
    #[error("a profile cannot be called \"{}\"; use letters, digits, \"-\" and \"_\", at most 64", .0.escape_debug())]
    Profile(String),
    /// A directory cannot be made.
    #[error("{} cannot be made: {}", path.display(), fault::words(source))]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where files lie. Nothing is made before [`Paths::create`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// For the configuration.
    pub config: PathBuf,
    /// For accounts, tokens where there is no keyring, and messages.
    pub data: PathBuf,
    /// For the log.
    pub state: PathBuf,
    /// For what can be fetched again.
    pub cache: PathBuf,
    /// The configuration file.
    pub config_file: PathBuf,
    /// Whether the configuration file was named on the command line, and so must exist.
    pub config_file_named: bool,
    /// Whether `NIB_HOME` puts everything into one directory; then nothing is kept outside of it unless asked for.
    pub one_directory: bool,
    /// The profile; `None` is the usual one.
    pub profile: Option<String>,
}

impl Paths {
    /// The places that the environment and the command line name. A profile given here comes before `NIB_PROFILE`.
    ///
    /// # Errors
    /// There is no home directory, or the profile cannot be called so.
    pub fn find(profile: Option<&str>, config_file: Option<&Path>) -> Result<Self, PathsError> {
        let home = std::env::var_os(HOME_VARIABLE);
        let variable = std::env::var_os(PROFILE_VARIABLE).map(|name| name.to_string_lossy().into_owned());
        Self::resolve(home.as_deref(), profile.or(variable.as_deref()), config_file)
    }

    /// The places for a home directory, the system's own without one.
    ///
    /// # Errors
    /// There is no home directory, or the profile cannot be called so.
    pub fn resolve(
        home: Option<&OsStr>,
        profile: Option<&str>,
        config_file: Option<&Path>,
    ) -> Result<Self, PathsError> {
        let home = home.filter(|home| !home.is_empty());
        let roots = match home {
            Some(home) => {
                let home = std::path::absolute(home).map_err(|_| PathsError::NoHome)?;
                ["config", "data", "state", "cache"].map(|name| home.join(name))
            }
            None => system_roots().ok_or(PathsError::NoHome)?,
        };
        let profile = profile.filter(|name| !name.is_empty());
        if let Some(name) = profile.filter(|name| !is_profile(name)) {
            return Err(PathsError::Profile(name.to_owned()));
        }
        let [config, data, state, cache] =
            roots.map(|root| profile.map_or(root.clone(), |name| root.join("profiles").join(name)));
        Ok(Self {
            config_file: config_file.map_or_else(|| config.join("config.toml"), Path::to_owned),
            config_file_named: config_file.is_some(),
            config,
            data,
            state,
            cache,
            one_directory: home.is_some(),
            profile: profile.map(str::to_owned),
        })
    }

    /// Makes the directories, for the user alone.
    ///
    /// # Errors
    /// One cannot be made.
    pub fn create(&self) -> Result<(), PathsError> {
        for path in [&self.config, &self.data, &self.state, &self.cache] {
            files::create_private_dir(path).map_err(|source| PathsError::Directory { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// The user's own themes.
    #[must_use]
    pub fn themes_dir(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The list of accounts.
    #[must_use]
    pub fn accounts_file(&self) -> PathBuf {
        self.data.join("accounts.toml")
    }

    /// What was written and not sent.
    #[must_use]
    pub fn drafts_file(&self) -> PathBuf {
        self.data.join("drafts.json")
    }

    /// The store: messages, chats, and what waits to be sent.
    #[must_use]
    pub fn store_file(&self) -> PathBuf {
        self.data.join("store.db")
    }

    /// Tokens, where there is no keyring.
    #[must_use]
    pub fn secrets_dir(&self) -> PathBuf {
        self.data.join("secrets")
    }

    /// The log.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.state.join("nib.log")
    }
}

fn is_profile(name: &str) -> bool {
    name.len() <= LONGEST_PROFILE && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(feature = "app")]
fn system_roots() -> Option<[PathBuf; 4]> {
    let system = directories::ProjectDirs::from("", "", "nib")?;
    let state = system.state_dir().unwrap_or_else(|| system.data_local_dir());
    Some([system.config_dir(), system.data_dir(), state, system.cache_dir()].map(Path::to_owned))
}

#[cfg(not(feature = "app"))]
fn system_roots() -> Option<[PathBuf; 4]> {
    None
}
