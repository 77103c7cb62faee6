//! What the shell knows of accounts that the core need not: the kind of network, and where the token comes from.

use super::networks::{Network, NoAddress};
use crate::config;
use crate::domain::kept::AccountKey;
use crate::domain::{AccountId, CleanText, NotifyLevel, Secret, UserId};
use crate::net::dial::ServerAddress;
use crate::state::AccountSpec;

/// Where an account's token comes from and goes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum TokenSource {
    /// Where the configuration says that tokens are kept.
    #[default]
    Saved,
    /// Given for this run only (`NIB_TOKEN`, the demo); never saved. A newer token replaces it.
    Given(Secret),
    /// It was given for this run only, and is forgotten; so is a newer one, with the run.
    Forgotten,
}

/// An account as the shell knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountSetup {
    /// Which.
    pub id: AccountId,
    /// What is saved and configured of it.
    pub account: config::Account,
    /// Where its token comes from.
    pub token: TokenSource,
    /// What was typed to sign in, last in this run.
    pub login: String,
}

impl AccountSetup {
    /// An account of a network that nothing is saved of yet. An empty server is the network's own.
    #[must_use]
    pub fn new(id: AccountId, network: &str, label: &str, server: &str, token: TokenSource) -> Self {
        let account = config::Account {
            label: label.to_owned(),
            network: network.to_owned(),
            server: Some(server.to_owned()).filter(|server| !server.is_empty()),
            account_service: None,
            user_id: String::new(),
            username: String::new(),
            display_name: String::new(),
            colour: None,
            disabled: false,
            folded: false,
            notify: std::collections::BTreeMap::new(),
            options: config::AccountOptions::default(),
        };
        Self { id, account, token, login: String::new() }
    }

    /// Its network; `None` for one that only another nib knows.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        Network::named(&self.account.network)
    }

    /// The server's address: the account's, or the network's own. Empty where neither names one.
    #[must_use]
    pub fn server(&self) -> &str {
        self.account.server.as_deref().or(self.network().map(Network::server)).unwrap_or_default()
    }

    /// Where to connect to, and how.
    ///
    /// # Errors
    /// No server is named, its address is none, or nobody here knows the network.
    pub fn way(&self) -> Result<(Network, ServerAddress), NoAddress> {
        let network = self.network().ok_or_else(|| NoAddress::Network(CleanText::line(&self.account.network)))?;
        Ok((network, network.address(self.server())?))
    }

    /// What names it in the store, once it is known who is signed in.
    #[must_use]
    pub fn key(&self, user: UserId) -> AccountKey {
        AccountKey { network: self.account.network.clone(), server: self.server().to_owned(), user }
    }

    /// The account as the core is to know it.
    #[must_use]
    pub fn spec(&self) -> AccountSpec {
        let keeps_drafts = self.token == TokenSource::Saved;
        AccountSpec {
            id: self.id,
            label: self.account.label.clone(),
            server: self.server().to_owned(),
            network: self.account.network.clone(),
            keeps_drafts,
            colour: self.account.colour,
            disabled: self.account.disabled,
            folded: self.account.folded,
            levels: self.account.notify.iter().filter_map(level).collect(),
            me: self.account.user_id.parse().map(UserId).unwrap_or_default(),
        }
    }
}

/// A choice as it was kept; one that only another nib knows is left out.
fn level((name, word): (&String, &String)) -> Option<(String, NotifyLevel)> {
    Some((name.clone(), NotifyLevel::named(word)?))
}
