//! Where accounts and their tokens are kept between runs. Everything here may block on a disk or a keyring: call it on a thread of its own.

use super::accounts::AccountSetup;
use super::secrets::Secrets;
use super::startup::StartupError;
use super::token_command;
use crate::config::{AccountOptions, Paths, SavedAccount, SavedAccounts, SecretsChoice, Standing};
use crate::domain::Secret;
use crate::state::Account;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is signed in, as it is saved beside the account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Identity {
    user_id: String,
    username: String,
    display_name: String,
    /// What the server calls itself.
    server_name: String,
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
            server_name: account.server_name.as_ref().map(ToString::to_string).unwrap_or_default(),
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
        match setup.account.options.token_command {
            Some(_) => Err(format!("the configuration has its token command; take [accounts.{label}] out of it")),
            None => Ok(()),
        }
    }

    /// Calls an account something else: its token and its place in the list go along. Returns a sentence if the user should know something.
    ///
    /// # Errors
    /// The list or the token cannot be read or written; a sentence. What was kept is still there under the old label.
    pub fn rename(&self, setup: &AccountSetup, new: &str) -> Result<Option<String>, String> {
        let old = setup.account.label.as_str();
        let _one = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.paths.accounts_file();
        let (mut saved, _) = SavedAccounts::load(&file).map_err(|error| error.to_string())?;
        if saved.find(new).is_some() {
            return Err(format!("there is an account \"{new}\" in the list by now"));
        }
        let keeps = setup.account.options.token_command.is_none();
        let token = if keeps { self.secrets.load_to_move(old).map_err(|error| error.to_string())? } else { None };
        let mut note = None;
        if let Some(token) = &token {
            note = self.secrets.save(new, token).map_err(|error| error.to_string())?.note;
        }
        if saved.rename(old, new)
            && let Err(error) = saved.save(&file)
        {
            // Nobody would look for it there.
            let _ = self.secrets.forget(new);
            return Err(error.to_string());
        }
        if token.is_some()
            && let Err(error) = self.secrets.forget(old)
        {
            note = Some(format!("its token is still kept under the old label, too: {error}"));
        }
        if setup.account.options != AccountOptions::default() {
            note = Some(format!(
                "Renamed. The configuration still says [accounts.{old}]: write {new} there, or it is not heeded from the next start on"
            ));
        }
        Ok(note)
    }

    /// Lets accounts stand among the others like this, and puts them into an order if there is a new one.
    ///
    /// # Errors
    /// The list cannot be read or written; a sentence.
    pub fn arrange(&self, changed: &[Standing], order: Option<&[String]>) -> Result<(), String> {
        let _one = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.paths.accounts_file();
        let (mut saved, _) = SavedAccounts::load(&file).map_err(|error| error.to_string())?;
        let before = saved.clone();
        saved.set_standing(changed);
        if let Some(order) = order {
            saved.arrange(order);
        }
        if saved == before {
            return Ok(());
        }
        self.paths.create().map_err(|error| error.to_string())?;
        saved.save(&file).map_err(|error| error.to_string())
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
            (None, None) if account.label.is_empty() => saved.free_label(&network.label(
                setup.server(),
                &identity.server_name,
                &identity.username,
                &setup.login,
            )),
            (None, _) => saved.free_label(&account.label),
        };
        let renewed = known.is_some() && label != account.label;
        let Identity { user_id, username, display_name, .. } = identity.clone();
        let entry = SavedAccount {
            label: label.clone(),
            network: account.network.clone(),
            server,
            account_service: account.account_service.clone().unwrap_or_default(),
            user_id,
            username,
            display_name,
            // How it stands among the others is not signing in's business.
            ..saved.find(&label).cloned().unwrap_or_default()
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
        let ada = Identity { user_id: "7".to_owned(), username: "ada".to_owned(), ..Identity::default() };
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

    #[test]
    fn a_label_changes_with_its_token_and_others_keep_theirs() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
        let vault = Vault::new(&paths, SecretsChoice::File);
        let token = |text: &str| Secret::new(text.to_owned());
        for (number, label) in ["one", "two", "three"].into_iter().enumerate() {
            let who = Identity { user_id: number.to_string(), ..Identity::default() };
            let _ = vault.keep(&setup(label, "ws://server"), &who, &token(label));
        }
        let standing = |label: &str, colour, disabled| Standing {
            label: label.to_owned(),
            colour: Some(colour),
            disabled: Some(disabled),
            folded: Some(colour == 2),
            ..Standing::default()
        };
        let changed = [standing("three", 2, true), standing("gone", 9, false), standing("one", 1, false)];
        let order = ["three", "gone", "one"].map(str::to_owned);
        vault.arrange(&changed, Some(&order)).unwrap();
        let saved = || SavedAccounts::load(&paths.accounts_file()).unwrap().0.accounts;
        let told =
            || saved().iter().map(|one| (one.label.clone(), one.colour, one.disabled, one.folded)).collect::<Vec<_>>();
        let entry = |label: &str, colour, disabled| (label.to_owned(), colour, disabled, colour == 2);
        assert_eq!(told(), [entry("three", 2, true), entry("one", 1, false), entry("two", 0, false)]);
        assert_eq!(vault.rename(&setup("three", "ws://server"), "drei"), Ok(None));
        assert_eq!(told(), [entry("drei", 2, true), entry("one", 1, false), entry("two", 0, false)]);
        assert_eq!(vault.load(&setup("drei", "ws://server")), Ok(token("three")));
        assert!(vault.load(&setup("three", "ws://server")).is_err());
        // One that is there is not written over.
        assert!(vault.rename(&setup("drei", "ws://server"), "one").unwrap_err().contains("one"));
        assert_eq!(vault.load(&setup("one", "ws://server")), Ok(token("one")));
        // Signing in again changes nothing of how it stands.
        let who = Identity { user_id: "2".to_owned(), username: "ada".to_owned(), ..Identity::default() };
        let kept = vault.keep(&setup("drei", "ws://server"), &who, &token("new"));
        assert_eq!((kept.label.as_deref(), told()[0].clone()), (Some("drei"), entry("drei", 2, true)));
        // What the configuration says under the old label is said.
        let mut configured = setup("two", "ws://server");
        configured.account.options.client_id = Some(3);
        assert!(vault.rename(&configured, "zwei").unwrap().unwrap().contains("[accounts.two]"));
        vault.remove(&setup("zwei", "ws://server")).unwrap();
        assert_eq!(told().len(), 2);
        // Nor is one removed that the configuration brings back.
        configured.account.options.token_command = Some(vec!["pass".to_owned()]);
        "commanded".clone_into(&mut configured.account.label);
        assert!(vault.remove(&configured).unwrap_err().contains("take [accounts.commanded] out of it"));
        assert_eq!(vault.load(&setup("one", "ws://server")), Ok(token("one")));
    }

    #[test]
    #[cfg(unix)]
    fn a_label_stays_while_nobody_knows_where_its_token_is() {
        use crate::shell::keyring::Keyring;
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
        let vault = |keyring: &Keyring| Vault {
            paths: paths.clone(),
            secrets: Secrets::with_keyring(&paths, SecretsChoice::Auto, keyring.clone()),
            list: Arc::default(),
        };
        let ring = Keyring::fake();
        let ada = setup("ada", "ws://server");
        let token = Secret::new("token".to_owned());
        assert_eq!(vault(&ring).keep(&ada, &Identity::default(), &token).note, None);
        let why = vault(&Keyring::absent()).rename(&ada, "home").unwrap_err();
        assert!(why.contains("keyring"), "{why}");
        let (saved, _) = SavedAccounts::load(&paths.accounts_file()).unwrap();
        assert!(saved.find("ada").is_some() && saved.find("home").is_none());
        assert_eq!(vault(&ring).rename(&ada, "home"), Ok(None));
        assert_eq!(vault(&ring).load(&setup("home", "ws://server")), Ok(token));
        assert!(vault(&ring).load(&ada).is_err(), "nothing is left behind");
    }
}
