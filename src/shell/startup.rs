//! What a run starts from: accounts, settings, keys, places. The chat and every shell command are made from the same.

use super::accounts::{AccountSetup, TokenSource};
use super::clock::{Clock, seed};
use super::engine::Engine;
use super::networks::{Network, NoAddress};
use super::old_drafts;
use super::owner::Lock;
use super::secrets::{TOKEN_VARIABLE, environment_token};
use super::sessions::{Sessions, Ways};
use super::vault::Vault;
use crate::config::paths::PathsError;
use crate::config::saved::SavedError;
use crate::config::{self, Config, Fixed, Paths, ProxyChoice, SavedAccounts, SecretsChoice, Themes};
use crate::domain::{AccountId, Secret, Settings};
use crate::input::Keymap;
use crate::layout::{KeyHint, KeyHints};
use crate::net::dial::{BadAddress, BadProxy, Proxies};
use crate::state::action::Context;
use crate::state::{Event, NetworkOffer, State};
use crate::store::{Options, Replies, Store, Unusable};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// The environment variable that names the network of `NIB_TOKEN`.
pub const NETWORK_VARIABLE: &str = "NIB_NETWORK";
/// The environment variable that names the service which keeps the accounts, for new ones.
pub const SERVICE_VARIABLE: &str = "NIB_ACCOUNT_SERVICE";

/// Why a run cannot start. Reads as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// There is no place for files.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// The list of accounts cannot be used.
    #[error(transparent)]
    Accounts(#[from] SavedError),
    /// `NIB_NETWORK` names no network.
    #[error("there is no network called \"{0}\"; NIB_NETWORK is one of: {known}", known = config::accounts::NETWORKS.join(", "))]
    Network(String),
    /// The configuration cannot be read where it may name a proxy: going without could show what is to be hidden.
    #[error(
        "the configuration may name a proxy that cannot be read, and nib does not connect without it; correct this first: {0}"
    )]
    Config(String),
    /// A proxy is named and cannot be understood.
    #[error("{place} does not name a proxy: {bad}")]
    Proxy {
        /// Where it is named.
        place: String,
        /// Why it is none.
        bad: BadProxy,
    },
    /// `NIB_SERVER` is no address.
    #[error("NIB_SERVER is no server's address: {0}")]
    Server(#[from] NoAddress),
    /// `NIB_ACCOUNT_SERVICE` is no address of such a service.
    #[error("{SERVICE_VARIABLE} is not {0}")]
    Service(&'static str),
}

/// What a run starts from.
#[derive(Clone, Debug)]
pub struct Startup {
    /// In the order of their ids, which count from 0.
    pub accounts: Vec<AccountSetup>,
    /// What the core and the screen read.
    pub settings: Arc<Settings>,
    /// Which key does what.
    pub keymap: Keymap,
    /// Where files lie.
    pub paths: Paths,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// Where tokens are kept.
    pub secrets: SecretsChoice,
    /// How many bytes of the disk history may take.
    pub budget: u64,
    /// The chat to open first, by its written name.
    pub open: Option<String>,
    /// Sentences for the user about what could not be read.
    pub notes: Vec<String>,
    /// The user's own themes.
    pub themes: Themes,
    /// Whether choices made on screen are kept in the configuration.
    pub keeps_choices: bool,
    /// What stands between here and all servers.
    pub ways: Ways,
    /// What was configured at the start and holds until the end.
    pub fixed: Fixed,
    /// What forms offer for signing in.
    pub networks: Vec<NetworkOffer>,
    /// Whether the chat may be left for the demo.
    pub has_demo: bool,
    /// The profile's lock, where this process is its owner.
    pub owned: Option<Arc<Lock>>,
    /// Nothing is to be dialled.
    pub offline: bool,
}

impl Startup {
    /// The defaults, with files in these places and no account.
    #[must_use]
    pub fn bare(paths: Paths) -> Self {
        Self {
            accounts: Vec::new(),
            settings: Arc::default(),
            keymap: Keymap::default(),
            paths,
            connect_timeout: config::CONNECT_TIMEOUT,
            secrets: SecretsChoice::default(),
            budget: config::STORE_BUDGET,
            open: None,
            notes: Vec::new(),
            themes: Themes::default(),
            keeps_choices: false,
            ways: Ways::default(),
            fixed: Fixed::default(),
            networks: Network::ALL.map(Network::offer).into(),
            has_demo: false,
            owned: None,
            offline: false,
        }
    }

    /// What the user has set and saved. With `NIB_TOKEN` its account is the only one of this run.
    ///
    /// # Errors
    /// There is no place for files, or the list of accounts cannot be read. Mistakes in the configuration are notes.
    pub fn load(profile: Option<&str>, config_file: Option<&Path>) -> Result<Self, StartupError> {
        let paths = Paths::find(profile, config_file)?;
        paths.create()?;
        Self::gather(paths, SavedAccounts::load)
    }

    /// The same for who only wants to look: no directory is made, and a list of accounts that makes no sense stays where it is and counts as empty.
    ///
    /// # Errors
    /// As for [`Startup::load`].
    pub fn look(profile: Option<&str>, config_file: Option<&Path>) -> Result<Self, StartupError> {
        Self::gather(Paths::find(profile, config_file)?, |file| match SavedAccounts::look(file) {
            Ok(saved) => Ok((saved.unwrap_or_default(), None)),
            Err(source) => Err(SavedError::Read { path: file.to_owned(), source }),
        })
    }

    fn gather(
        paths: Paths,
        saved: impl FnOnce(&Path) -> Result<(SavedAccounts, Option<String>), SavedError>,
    ) -> Result<Self, StartupError> {
        let (config, themes) = Config::of(&paths);
        let mut startup = Self { themes, keeps_choices: true, ..Self::bare(paths) };
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        startup.ways = ways(&config)?;
        startup.ways.account_service = account_service()?;
        if let Some(token) = environment_token() {
            startup.accounts.push(given(token, startup.ways.account_service.clone())?);
        } else {
            let (saved, note) = saved(&startup.paths.accounts_file())?;
            startup.notes.extend(note);
            let ids = (0..).map(AccountId);
            let accounts = ids.zip(config::accounts::merge(&config, &saved));
            startup.accounts = accounts
                .map(|(id, account)| AccountSetup { id, account, token: TokenSource::Saved, login: String::new() })
                .collect();
        }
        if let Some(server) = variable("NIB_SERVER") {
            startup.propose(named_network()?, &server);
        }
        startup.configure(config);
        Ok(startup)
    }

    /// Takes settings and keys from a configuration; what is wrong with it becomes notes.
    pub fn configure(&mut self, config: Config) {
        self.notes.extend(config.problems.iter().map(ToString::to_string));
        self.fixed = config.fixed();
        self.settings = Arc::new(config.settings);
        self.keymap = config.keymap;
        self.connect_timeout = config.connect_timeout;
        self.secrets = config.secrets;
        self.budget = config.store_budget;
    }

    /// Lets forms propose a network, and a server of it, before others.
    pub fn propose(&mut self, network: Network, server: &str) {
        if let Some(at) = self.networks.iter().position(|offer| offer.key == network.key()) {
            let offer = self.networks.remove(at);
            self.networks.insert(0, NetworkOffer { server: server.to_owned(), ..offer });
        }
    }

    /// Opens the store of the profile, for its owner alone; `unusable`: what becomes of one that cannot be used. `None` for others, where nothing is to be kept, and where the system gives no thread for it,
    /// which becomes a note.
    pub fn open_store(&mut self, unusable: Unusable) -> Option<(Store, Replies)> {
        if !self.keeps_choices || self.owned.is_none() {
            return None;
        }
        let options = Options { budget: self.budget, unusable, ..Options::new(self.paths.store_file()) };
        match Store::start(options) {
            Ok(open) => Some(open),
            Err(why) => {
                self.notes.push(format!("nothing is kept after this run: {why}"));
                None
            }
        }
    }

    /// The core and what carries out its effects; `front`: with a user interface; `store`: where things are kept. To be called on the runtime.
    #[must_use]
    pub fn engine(self, front: bool, store: Option<(Store, Replies)>) -> Engine {
        let clock = Clock::with(self.ways.wall.clone());
        let specs = self.accounts.iter().map(AccountSetup::spec).collect();
        let vault = self.vault();
        let mut state = State::new(self.settings, specs, front, self.ways.seed.unwrap_or_else(seed), clock.now());
        state.networks = self.networks;
        state.has_demo = self.has_demo;
        state.offline = self.offline;
        if let Some(front) = &mut state.front {
            front.wish = self.open;
        }
        // Of a run with a token of its own, the accounts of the list are not known.
        let is_listed = self.accounts.iter().all(|setup| setup.token == TokenSource::Saved);
        let file = self.paths.drafts_file();
        // Commands leave accounts out that they are not about; whose drafts the file has, only the chat can tell.
        let old =
            if front && store.is_some() && is_listed { old_drafts::load(&file, &self.accounts) } else { Ok(None) };
        let sessions = Sessions::new(Handle::current(), self.accounts, vault, self.ways, self.connect_timeout);
        let mut engine = Engine::new(state, clock, sessions, store);
        if let Some(lock) = self.owned {
            engine.own(&self.paths, lock);
        }
        match old {
            Ok(Some(drafts)) => engine.keeping().adopt(drafts, file),
            Ok(None) => {}
            Err(sentence) => engine.feed(Event::Failed(sentence), &mut ()),
        }
        engine
    }

    /// Where accounts and tokens are kept, for commands that deal with them without signing in.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault::new(&self.paths, self.secrets)
    }
}

/// The account of a token from the environment, with its network and server from there, too.
///
/// # Errors
/// There is no such network, or no server to go to.
pub fn given(token: Secret, account_service: Option<String>) -> Result<AccountSetup, StartupError> {
    let network = named_network()?;
    // One that is set to nothing is a mistake: the token is not for the network's own server then.
    let server = std::env::var("NIB_SERVER").ok();
    match server.as_deref() {
        Some(server) if server.trim().is_empty() => return Err(StartupError::Server(BadAddress::Empty.into())),
        named => drop(network.address(named.unwrap_or_default())?),
    }
    let server = server.and_then(|server| network.kept(&server)).unwrap_or_default();
    let token = TokenSource::Given(token);
    let mut setup = AccountSetup::new(AccountId(0), network.key(), TOKEN_VARIABLE, &server, token);
    setup.account.account_service = account_service.filter(|_| network.account_service().is_some());
    Ok(setup)
}

/// The network that the environment names, else the usual one.
///
/// # Errors
/// There is no such network.
pub fn named_network() -> Result<Network, StartupError> {
    match std::env::var(NETWORK_VARIABLE).ok().filter(|name| !name.is_empty()) {
        Some(name) => Network::named(&name).ok_or(StartupError::Network(name)),
        None => Ok(Network::default()),
    }
}

/// The service that the environment names for new accounts.
///
/// # Errors
/// What stands there is no address of one.
pub fn account_service() -> Result<Option<String>, StartupError> {
    let service = std::env::var(SERVICE_VARIABLE).ok().filter(|value| !value.trim().is_empty());
    let service = service.map(|service| service.trim().trim_end_matches('/').to_owned());
    match service.as_deref().and_then(config::accounts::service_fault) {
        Some(fault) => Err(StartupError::Service(fault)),
        None => Ok(service),
    }
}

/// A proxy that is named and cannot be understood ends the run: who names one may depend on not being seen without it.
fn ways(config: &Config) -> Result<Ways, StartupError> {
    if config.proxy_lost {
        let mistakes = config.problems.first().map(ToString::to_string).unwrap_or_default();
        return Err(StartupError::Config(mistakes));
    }
    let proxies = match &config.proxy {
        ProxyChoice::Direct => Proxies::default(),
        ProxyChoice::Named(address) => Proxies::named(address.expose())
            .map_err(|bad| StartupError::Proxy { place: format!("proxy in {}", config.path.display()), bad })?,
        ProxyChoice::Environment => Proxies::from_environment(|name| std::env::var(name).ok())
            .map_err(|(name, bad)| StartupError::Proxy { place: name.to_owned(), bad })?,
    };
    Ok(Ways { ca_file: config.ca_file.clone(), proxies, ..Ways::default() })
}

/// The keys as the layout shows them, the preferred one of each action first.
#[must_use]
pub fn key_hints(keymap: &Keymap) -> KeyHints {
    let hints = Context::ALL.iter().flat_map(|context| keymap.hints(&[*context]));
    let entry = |context, action: &str, key| KeyHint { context, action: action.to_owned(), key };
    KeyHints::new(
        hints.flat_map(|hint| hint.keys.into_iter().map(move |key| entry(hint.context, &hint.written, key))).collect(),
    )
}
