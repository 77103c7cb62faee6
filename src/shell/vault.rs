//! Where accounts and their tokens are kept between runs. Everything here may block on a disk or a keyring: call it on a thread of its own.

use super::accounts::AccountSetup;
use super::secrets::Secrets;
use super::startup::StartupError;
use super::token_command;
use crate::config::{Paths, SavedAccount, SavedAccounts, SecretsChoice};
use crate::domain::Secret;
use crate::state::Account;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is signed in, as it is saved beside the account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Identity {
    user_id: String,
    username: String,
    display_name: String,
}

impl Identity {
    /// Who is signed in to an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let me = account.users.get(&account.me);
        Self {
            user_id: account.me.to_string(),
            username: me.and_then(|me| me.username.as_ref()).map(ToString::to_string).unwrap_or_default(),
            display_name: me.map(|me| me.name.to_string()).unwrap_or_default(),
        }
    }
}

/// What became of keeping or forgetting a token.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// The label that the account is saved by.
    pub label: Option<String>,
    /// A sentence, if the user should know something.
    pub note: Option<String>,
}

/// The list of accounts and their tokens.
#[derive(Clone, Debug)]
pub struct Vault {
    paths: Paths,
    secrets: Secrets,
    /// The list is read, changed and written whole: one at a time.
    list: Arc<Mutex<()>>,
}

impl Vault {
    /// The list and the tokens of these places. Touches nothing yet.
    #[must_use]
    pub fn new(paths: &Paths, secrets: SecretsChoice) -> Self {
        Self { paths: paths.clone(), secrets: Secrets::new(paths, secrets), list: Arc::default() }
    }

    /// An account's token: what its command prints, else what was saved.
    ///
    /// # Errors
    /// There is none, or it cannot be read; a sentence.
    pub fn load(&self, setup: &AccountSetup) -> Result<Secret, String> {
        if let Some(words) = &setup.account.options.token_command {
            return token_command::run(words).map_err(|error| error.to_string());
        }
        match self.secrets.load(&setup.account.label) {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err("no sign-in is saved for it".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Saves an account and its token. One that gets its token from a command keeps none.
    #[must_use]
    pub fn keep(&self, setup: &AccountSetup, identity: &Identity, token: &Secret) -> Kept {
        let label = match self.put(setup, identity) {
            Ok(label) => label,
            Err(error) => return Kept { label: None, note: Some(format!("the sign-in is not kept: {error}")) },
        };
        let note = if setup.account.options.token_command.is_some() {
            None
        } else {
            match self.secrets.save(&label, token) {
                Ok(saved) => saved.note,
                Err(error) => Some(format!("the sign-in is not kept: {error}")),
            }
        };
        Kept { label: Some(label), note }
    }

    /// Forgets an account's token. The account stays in the list: it can be signed in to again.
    #[must_use]
    pub fn forget(&self, setup: &AccountSetup) -> Kept {
        let forgotten = self.secrets.forget(&setup.account.label);
        Kept { label: None, note: forgotten.err().map(|error| format!("the sign-in is not forgotten: {error}")) }
    }

    /// Takes an account out of the list, with its token.
    ///
    /// # Errors
    /// The list or the token cannot be written; a sentence.
    pub fn remove(&self, setup: &AccountSetup) -> Result<(), String> {
        let label = setup.account.label.as_str();
        let _one = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        self.secrets.forget(label).map_err(|error| error.to_string())?;
        let (mut saved, _) = SavedAccounts::load(&self.paths.accounts_file()).map_err(|error| error.to_string())?;
        if saved.remove(label) {
            saved.save(&self.paths.accounts_file()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Writes the account into the list and returns the label it has there: another one if its own belongs to another account.
    fn put(&self, setup: &AccountSetup, identity: &Identity) -> Result<String, StartupError> {
        self.paths.create()?;
        let _one = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let account = &setup.account;
        let (mut saved, _) = SavedAccounts::load(&self.paths.accounts_file())?;
        let server = account.server.clone().unwrap_or_default();
        let same = |other: &SavedAccount| other.network == account.network && other.server == server;
        let known = saved
            .accounts
            .iter()
            .find(|other| same(other) && !other.user_id.is_empty() && other.user_id == identity.user_id);
        let label = match saved.find(&account.label) {
            // Signed in again without a name for it: it keeps the one it has.
            None if account.label.is_empty() && known.is_some() => {
                known.map(|other| other.label.clone()).unwrap_or_default()
            }
            Some(other) if same(other) => account.label.clone(),
            // Nobody chose one: what people are called where they are known.
            None if account.label.is_empty() => saved.free_label(&identity.username),
            _ => saved.free_label(&account.label),
        };
        let Identity { user_id, username, display_name } = identity.clone();
        let entry = SavedAccount {
            label: label.clone(),
            network: account.network.clone(),
            server,
            user_id,
            username,
            display_name,
        };
        if saved.find(&label) != Some(&entry) {
            saved.put(entry);
            saved.save(&self.paths.accounts_file())?;
        }
        Ok(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use crate::shell::accounts::TokenSource;

    fn setup(label: &str, server: &str) -> AccountSetup {
        AccountSetup::new(AccountId(0), "osmium", label, server, TokenSource::Saved)
    }

    #[test]
    fn what_was_kept_is_found_again_and_labels_do_not_collide() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
        let vault = Vault::new(&paths, SecretsChoice::File);
        let token = |text: &str| Secret::new(text.to_owned());
        let one = setup("ada", "ws://one");
        assert!(vault.load(&one).is_err());
        let kept = vault.keep(&one, &Identity::default(), &token("first"));
        assert_eq!(kept, Kept { label: Some("ada".to_owned()), note: None });
        let kept = vault.keep(&setup("ada", "ws://two"), &Identity::default(), &token("second"));
        assert_eq!(kept.label.as_deref(), Some("ada-2"));
        assert_eq!(vault.load(&one), Ok(token("first")));
        assert_eq!(vault.keep(&one, &Identity::default(), &token("third")).label.as_deref(), Some("ada"));
        assert_eq!(SavedAccounts::load(&paths.accounts_file()).unwrap().0.accounts.len(), 2);
        assert_eq!(vault.load(&one), Ok(token("third")));
        assert_eq!(vault.forget(&one), Kept::default());
        assert!(vault.load(&one).is_err());
        vault.remove(&setup("ada-2", "ws://two")).unwrap();
        assert_eq!(SavedAccounts::load(&paths.accounts_file()).unwrap().0.accounts.len(), 1);
    }
}
