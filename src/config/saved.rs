//! The list of accounts that nib is signed in to: written by signing in, read at the start. No secret is in it.

use super::files;
use crate::domain::fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const HEADING: &str = "# The accounts that nib is signed in to. Written by nib; tokens are kept elsewhere.\n\n";

/// An account that nib is signed in to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SavedAccount {
    /// What the user calls it; unique.
    pub label: String,
    /// Its network.
    pub network: String,
    /// The server's address; empty for the network's own.
    #[serde(default)]
    pub server: String,
    /// The service that keeps the network's accounts beside its servers; empty for the network's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account_service: String,
    /// The user's id, as the network's adapter writes it.
    #[serde(default)]
    pub user_id: String,
    /// The user's name.
    #[serde(default)]
    pub username: String,
    /// The user's shown name; may be empty.
    #[serde(default)]
    pub display_name: String,
    /// Its colour of those for people, counted from 1; 0 where none was chosen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub colour: u8,
    /// It is not to be connected.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// Its rows in the sidebar are folded away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub folded: bool,
    /// What is worth a notification in chats and communities, in the words of the core.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notify: BTreeMap<String, String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What changed of how an account stands among the others; `None` stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Which, by its label.
    pub label: String,
    /// As in [`SavedAccount::colour`].
    pub colour: Option<u8>,
    /// It is not to be connected.
    pub disabled: Option<bool>,
    /// Its rows in the sidebar are folded away.
    pub folded: Option<bool>,
    /// What changed of [`SavedAccount::notify`]; `None` is as usual again.
    pub notify: BTreeMap<String, Option<String>>,
    /// The account itself, if it stands in the configuration alone: the list gets it then.
    pub configured: Option<Box<SavedAccount>>,
}

impl Standing {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.colour.is_none() && self.disabled.is_none() && self.folded.is_none() && self.notify.is_empty()
    }
}

/// Every account that nib is signed in to, in the user's order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SavedAccounts {
    /// One after the other.
    #[serde(default, rename = "account", skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<SavedAccount>,
}

/// Why the list of accounts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It cannot be read.
    #[error("{} cannot be read: {}", path.display(), fault::words(source))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("{} cannot be written: {}", path.display(), fault::words(source))]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl SavedAccounts {
    /// Reads the list. A file that makes no sense is moved aside, never overwritten: the sentence says where it is now.
    ///
    /// # Errors
    /// The file is there and cannot be read, or not moved aside.
    pub fn load(path: &Path) -> Result<(Self, Option<String>), SavedError> {
        let read_error = |source| SavedError::Read { path: path.to_owned(), source };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Self::default(), None)),
            Err(error) => return Err(read_error(error)),
        };
        if let Some(saved) = Self::read(&bytes) {
            return Ok((saved, None));
        }
        let aside = files::set_aside(path).map_err(read_error)?;
        let note = format!(
            "The list of accounts could not be understood; it is now {}. Sign in again with nib login.",
            aside.display()
        );
        Ok((Self::default(), Some(note)))
    }

    /// Reads the list and touches nothing; `None`: it is there and makes no sense.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn look(path: &Path) -> io::Result<Option<Self>> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(Self::default())),
            read => read?,
        };
        Ok(Self::read(&bytes))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().and_then(|text| toml::from_str::<Self>(text).ok()).filter(Self::is_sound)
    }

    /// Labels can be told apart and stand where labels stand.
    fn is_sound(&self) -> bool {
        let mut labels: Vec<&str> = self.accounts.iter().map(|account| account.label.as_str()).collect();
        labels.sort_unstable();
        let count = labels.len();
        labels.dedup();
        labels.len() == count && labels.iter().all(|label| super::accounts::label_fault(label).is_none())
    }

    /// Writes the list, whole or not at all, readable by the user alone.
    ///
    /// # Errors
    /// It cannot be written; the old list is still there.
    pub fn save(&self, path: &Path) -> Result<(), SavedError> {
        let write_error = |source| SavedError::Write { path: path.to_owned(), source };
        let text = toml::to_string_pretty(self).map_err(|error| write_error(io::Error::other(error)))?;
        files::write_private(path, format!("{HEADING}{text}").as_bytes()).map_err(write_error)
    }

    /// The account of a label.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<&SavedAccount> {
        self.accounts.iter().find(|account| account.label == label)
    }

    /// Adds an account, or replaces the one of the same label in its place.
    pub fn put(&mut self, account: SavedAccount) {
        match self.accounts.iter_mut().find(|other| other.label == account.label) {
            Some(other) => *other = account,
            None => self.accounts.push(account),
        }
    }

    /// Removes an account; tells whether there was one.
    pub fn remove(&mut self, label: &str) -> bool {
        let before = self.accounts.len();
        self.accounts.retain(|account| account.label != label);
        self.accounts.len() != before
    }

    /// Lets accounts stand like this. What is not said, which another run may have changed, stays.
    pub fn set_standing(&mut self, changed: &[Standing]) {
        for standing in changed {
            if let Some(configured) = standing.configured.as_ref().filter(|_| self.find(&standing.label).is_none()) {
                self.accounts.push(SavedAccount { label: standing.label.clone(), ..(**configured).clone() });
            }
            if let Some(account) = self.accounts.iter_mut().find(|account| account.label == standing.label) {
                account.colour = standing.colour.unwrap_or(account.colour);
                account.disabled = standing.disabled.unwrap_or(account.disabled);
                account.folded = standing.folded.unwrap_or(account.folded);
                for (name, level) in &standing.notify {
                    match level {
                        Some(level) => _ = account.notify.insert(name.clone(), level.clone()),
                        None => _ = account.notify.remove(name),
                    }
                }
            }
        }
    }

    /// Puts accounts into this order. Those that are not named, which another run may have added, follow.
    pub fn arrange(&mut self, order: &[String]) {
        let place = |label: &str| order.iter().position(|one| one == label).unwrap_or(usize::MAX);
        self.accounts.sort_by_key(|account| place(&account.label));
    }

    /// Calls an account something else; tells whether there was one.
    pub fn rename(&mut self, label: &str, new: &str) -> bool {
        let found = self.accounts.iter_mut().find(|account| account.label == label);
        found.map(|account| new.clone_into(&mut account.label)).is_some()
    }

    /// A label that is free and fit: the wanted one, or it with a number.
    #[must_use]
    pub fn free_label(&self, wanted: &str) -> String {
        let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '/' | '\\' | '"');
        let base: String = wanted.chars().filter(|&c| !bad(c)).take(56).collect();
        let base = if base.is_empty() { "account".to_owned() } else { base };
        let numbered = (2_u32..).map(|number| format!("{base}-{number}"));
        std::iter::once(base.clone()).chain(numbered).find(|label| self.find(label).is_none()).unwrap_or(base)
    }
}
