//! The configuration file, from raw to resolved, and where nib keeps its files.
//!
//! Every value is read by itself: a bad one is told with path, line and column, its default holds, and everything else in the file takes effect.
//! Nothing here prints; the command line prints what [`report`] says.

pub mod accounts;
pub mod edit;
pub mod error;
pub mod files;
mod options;
pub mod paths;
mod raw;
pub mod report;
mod resolve;
pub mod saved;
pub mod themes;

pub use accounts::{Account, AccountOptions};
pub use error::{ConfigError, Place};
pub use paths::{Paths, PathsError};
pub use saved::{SavedAccount, SavedAccounts, Standing};
pub use themes::{ThemeFile, Themes};

use crate::domain::{Secret, Settings};
use crate::input::Keymap;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The commented default configuration: every key with its default.
pub const DEFAULT_TEXT: &str = include_str!("../../assets/config.toml");

/// How long a connection may take to come about, unless the file says otherwise.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many bytes of the disk history may take, unless the file says otherwise.
pub const STORE_BUDGET: u64 = 2 << 30;

/// Where tokens are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SecretsChoice {
    /// The system keyring, or files where there is none.
    #[default]
    Auto,
    /// The system keyring only.
    Keyring,
    /// Files only.
    File,
}

impl SecretsChoice {
    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// Which proxy stands before servers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ProxyChoice {
    /// The one that the environment names, if any.
    #[default]
    Environment,
    /// None, whatever the environment says.
    Direct,
    /// This one. Its address may hold a password.
    Named(Secret),
}

/// What is in force, and what could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// The file it was read from, whether or not it exists.
    pub path: PathBuf,
    /// Whether that file exists.
    pub exists: bool,
    /// What the core and the screen read.
    pub settings: Settings,
    /// The default keys with the user's over them.
    pub keymap: Keymap,
    /// How long a connection may take to come about: name, socket, encryption and handshake together.
    pub connect_timeout: Duration,
    /// Where tokens are kept.
    pub secrets: SecretsChoice,
    /// How many bytes of the disk history may take.
    pub store_budget: u64,
    /// Which proxy stands before servers.
    pub proxy: ProxyChoice,
    /// A file of certificates to trust beside the usual ones, in PEM form.
    pub ca_file: Option<PathBuf>,
    /// What is set for accounts, by label.
    pub accounts: BTreeMap<String, AccountOptions>,
    /// A proxy is or may be named in what could not be read. To go without it could show the user to whom they hide from.
    pub proxy_lost: bool,
    /// Every mistake, in the order of the file.
    pub problems: Vec<ConfigError>,
    /// The line on which an option was set; what is not here is a default.
    lines: BTreeMap<String, usize>,
}

/// What a configuration says that holds from the start of a run to its end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fixed {
    proxy: ProxyChoice,
    ca_file: Option<PathBuf>,
    secrets: SecretsChoice,
    store_budget: u64,
    connect_timeout: Duration,
    accounts: BTreeMap<String, AccountOptions>,
}

impl Fixed {
    /// What is set for the account of a label.
    #[must_use]
    pub fn account(&self, label: &str) -> Option<&AccountOptions> {
        self.accounts.get(label)
    }
}

impl Config {
    /// What of it holds from the start of a run to its end.
    #[must_use]
    pub fn fixed(&self) -> Fixed {
        Fixed {
            proxy: self.proxy.clone(),
            ca_file: self.ca_file.clone(),
            secrets: self.secrets,
            store_budget: self.store_budget,
            connect_timeout: self.connect_timeout,
            accounts: self.accounts.clone(),
        }
    }

    /// Everything as it is without a file.
    #[must_use]
    pub fn defaults(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            exists: false,
            settings: Settings::default(),
            keymap: Keymap::default(),
            connect_timeout: CONNECT_TIMEOUT,
            secrets: SecretsChoice::default(),
            store_budget: STORE_BUDGET,
            proxy: ProxyChoice::default(),
            ca_file: None,
            proxy_lost: false,
            accounts: BTreeMap::new(),
            problems: Vec::new(),
            lines: BTreeMap::new(),
        }
    }

    /// Reads what these paths name: the configuration, and before it the user's themes, so that their names are known.
    #[must_use]
    pub fn of(paths: &Paths) -> (Self, Themes) {
        let themes = Themes::load(&paths.themes_dir());
        let mut config = Self::read(&paths.config_file, paths.config_file_named, themes.names());
        config.problems.extend(themes.problems.iter().cloned());
        (config, themes)
    }

    /// Reads a file. One that cannot be read is a problem and leaves the defaults; so is one that is not there if `required`.
    #[must_use]
    pub fn load(path: &Path, required: bool) -> Self {
        Self::read(path, required, Settings::default().themes)
    }

    fn read(path: &Path, required: bool, themes: Vec<String>) -> Self {
        let mut config = Self::defaults(path);
        config.settings.themes = themes;
        match raw::read_file(path) {
            Ok(Some(bytes)) => config.fill(&bytes),
            Ok(None) if required => {
                config.proxy_lost = true;
                config.problems.push(ConfigError::of_file(path, "there is no such file"));
            }
            Ok(None) => {}
            Err(message) => {
                config.exists = true;
                config.proxy_lost = true;
                config.problems.push(ConfigError::of_file(path, &message));
            }
        }
        config
    }

    /// Reads a text as if it were that file. Touches no disk.
    #[must_use]
    pub fn from_text(text: &str, path: &Path) -> Self {
        let mut config = Self::defaults(path);
        config.fill(text.as_bytes());
        config
    }

    fn fill(&mut self, bytes: &[u8]) {
        self.exists = true;
        resolve::resolve(self, &raw::Source::new(bytes));
    }

    /// Whether something in the file has no effect because it is wrong. Warnings alone are none.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| !problem.warning)
    }

    /// The line on which an option was set, such as `theme` or `accounts.home.server`; `None` for a default.
    #[must_use]
    pub fn line_of(&self, option: &str) -> Option<usize> {
        self.lines.get(option).copied()
    }
}
