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
    /// The person was found to be that of another account of the list, whose sign-in is renewed.
    pub renewed: bool,
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
        // One without a name was never kept.
        let loaded = match setup.account.label.as_str() {
            "" => Ok(None),
            label => self.secrets.load(label),
        };
        match loaded {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err("no sign-in is saved for it".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Saves an account and its token. One that gets its token from a command keeps none.
    #[must_use]
    pub fn keep(&self, setup: &AccountSetup, identity: &Identity, token: &Secret) -> Kept {
        let (label, renewed) = match self.put(setup, identity) {
            Ok(put) => put,
            Err(error) => return Kept { note: Some(format!("the sign-in is not kept: {error}")), ..Kept::default() },
        };
        let note = if setup.account.options.token_command.is_some() {
            None
        } else {
            match self.secrets.save(&label, token) {
                Ok(saved) => saved.note,
                Err(error) => Some(format!("the sign-in is not kept: {error}")),
            }
        };
        Kept { label: Some(label), renewed, note }
    }

    /// Forgets an account's token. The account stays in the list: it can be signed in to again.
    #[must_use]
    pub fn forget(&self, setup: &AccountSetup) -> Kept {
        if setup.account.label.is_empty() {
            return Kept::default();
        }
        let forgotten = self.secrets.forget(&setup.account.label);
        let note = forgotten.err().map(|error| format!("the sign-in is not forgotten: {error}"));
        Kept { note, ..Kept::default() }
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

    /// Writes the account into the list and returns the label it has there: another one if its own belongs to another account, or if the same person
    /// is in the list already. Tells whether the latter was found out only now.
    fn put(&self, setup: &AccountSetup, identity: &Identity) -> Result<(String, bool), StartupError> {
        self.paths.create()?;
        let _one = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let account = &setup.account;
        let (mut saved, _) = SavedAccounts::load(&self.paths.accounts_file())?;
        let mut server = account.server.clone().unwrap_or_default();
        let network = setup.network().unwrap_or_default();
        let is_same = |server: &str| network.is_same_server(server, setup.server());
        let same = |other: &SavedAccount| other.network == account.network && is_same(&other.server);
        let known = saved
            .accounts
            .iter()
            .find(|other| same(other) && !other.user_id.is_empty() && other.user_id == identity.user_id);
        let label = match (known, saved.find(&account.label)) {
            // The same person again: it keeps the name and the address it has.
            (Some(known), _) => {
                server.clone_from(&known.server);
                known.label.clone()
            }
            (None, Some(other)) if same(other) => account.label.clone(),
            // Nobody chose one.
            (None, None) if account.label.is_empty() => {
                saved.free_label(&network.label(setup.server(), &identity.username, &setup.login))
            }
            (None, _) => saved.free_label(&account.label),
        };
        let renewed = known.is_some() && label != account.label;
        let Identity { user_id, username, display_name } = identity.clone();
        let entry = SavedAccount {
            label: label.clone(),
            network: account.network.clone(),
            server,
            account_service: account.account_service.clone().unwrap_or_default(),
            user_id,
            username,
            display_name,
        };
        if saved.find(&label) != Some(&entry) {
            saved.put(entry);
            saved.save(&self.paths.accounts_file())?;
        }
        Ok((label, renewed))
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
        assert_eq!(kept, Kept { label: Some("ada".to_owned()), renewed: false, note: None });
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

    #[test]
    fn one_person_is_one_account_however_the_server_is_written() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
        let vault = Vault::new(&paths, SecretsChoice::File);
        let ada = Identity { user_id: "7".to_owned(), username: "ada".to_owned(), display_name: String::new() };
        let keep = |label: &str, server: &str, who: &Identity, token: &str| {
            let setup = AccountSetup { login: "typed@demo.example".to_owned(), ..setup(label, server) };
            vault.keep(&setup, who, &Secret::new(token.to_owned()))
        };
        assert_eq!(
            keep("", "ws://one:80", &ada, "1"),
            Kept { label: Some("ada".to_owned()), renewed: false, note: None }
        );
        for (number, server) in ["WS://one", "ws://ONE:80/", " ws://one/"].into_iter().enumerate() {
            let kept = keep(["", "again", "ada@demo.example"][number], server, &ada, "2");
            assert_eq!((kept.label.as_deref(), kept.renewed), (Some("ada"), true), "{server}");
        }
        let (saved, _) = SavedAccounts::load(&paths.accounts_file()).unwrap();
        assert_eq!((saved.accounts.len(), saved.accounts[0].server.as_str()), (1, "ws://one:80"));
        assert_eq!(vault.load(&setup("ada", "ws://one")), Ok(Secret::new("2".to_owned())));
        // Another server, and somebody without a user name.
        assert_eq!(keep("", "wss://one", &ada, "3").label.as_deref(), Some("ada-2"));
        let other = Identity { user_id: "8".to_owned(), ..Identity::default() };
        assert_eq!(keep("", "ws://one", &other, "4").label.as_deref(), Some("typed"));
        // What never got a name has no token, and none to be forgotten.
        assert!(vault.load(&setup("", "ws://one")).is_err());
        assert_eq!(vault.forget(&setup("", "ws://one")), Kept::default());
    }
}
