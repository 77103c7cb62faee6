//! Signing in: with what somebody gave, or with what another account has.

use super::{Finished, Sessions, refused};
use crate::domain::{AccountId, Admission, Secret};
use crate::net::Credentials;
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::networks::Network;
use crate::state::Event;

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub enum Proof {
    /// This.
    With(Credentials),
    /// What an account has; for that account itself what it had, or was given in the try before.
    Same(AccountId),
}

/// How somebody wants to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// To which network.
    pub network: Network,
    /// The server's address, as it was written.
    pub server: String,
    /// With what.
    pub proof: Proof,
    /// What the server wants besides.
    pub admission: Admission,
    /// Whether the token is saved.
    pub keep: bool,
}

/// What is being tried for an account.
pub(super) struct Try {
    /// The account as it is if the network takes it.
    pub(super) setup: AccountSetup,
    /// Whether the token is saved then.
    pub(super) keep: bool,
}

impl Sessions {
    /// Begins to sign in with what the user gave, or to make the account. One that is not known yet becomes so.
    pub fn sign_in(&mut self, account: AccountId, wish: SignIn) -> Option<Event> {
        let before = self.tries.remove(&account);
        self.disconnect(account);
        let SignIn { network, server, proof, admission, keep } = wish;
        let login = match &proof {
            Proof::With(Credentials::Password { login, .. } | Credentials::SignUp { login, .. }) => login.as_str(),
            Proof::With(Credentials::Token(_) | Credentials::Elsewhere) | Proof::Same(_) => "",
        };
        let other = match proof {
            Proof::Same(other) => self.setups.get(&other).cloned().map(|setup| (setup, self.at_hand(other))),
            Proof::With(_) => None,
        };
        let another = other.as_ref().map(|(other, _)| other).filter(|other| other.id != account);
        // It gets its name when its token is kept: only then is known who it is.
        let new = || AccountSetup::new(account, network.key(), "", "", TokenSource::Saved);
        let mut setup = self.setups.entry(account).or_insert_with(new).clone();
        self.names.entry(account).or_default();
        // What was given in the try before is for the server of that try.
        let owner =
            if self.held.contains_key(&account) { before.as_ref().map(|tried| &tried.setup) } else { Some(&setup) };
        let is_this = |owner: &AccountSetup| {
            owner.account.network == network.key() && network.is_same_server(owner.server(), &server)
        };
        let of_this_server = owner.is_some_and(is_this);
        network.key().clone_into(&mut setup.account.network);
        // A sign-in that is shared is shown to nobody but who keeps the account. One that was never taken before has nothing of its own.
        match another {
            _ if network.account_service().is_none() => setup.account.account_service = None,
            Some(other) => setup.account.account_service.clone_from(&other.account.account_service),
            None if setup.account.label.is_empty() => {
                setup.account.account_service.clone_from(&self.ways.account_service);
            }
            None => {}
        }
        login.clone_into(&mut setup.login);
        // The network's own server is none to be noted: however one signs in, it is the same account.
        setup.account.server = network.kept(&server);
        self.tries.insert(account, Try { setup, keep });
        let (other, at_hand) = match (proof, other) {
            (Proof::With(credentials), _) => return self.start(account, credentials, &admission),
            (Proof::Same(_), None) => return Some(refused(account, "there is no such account", None)),
            (Proof::Same(_), Some(other)) => other,
        };
        let wish = self.wish(account);
        let (as_it_was, label) = (other.id == account && of_this_server, other.account.label.clone());
        let shared = move |token: Secret| match network.for_any_server(&token) {
            _ if as_it_was => Ok(token),
            Some(token) => Ok(token),
            None => Err(format!("the sign-in of \"{}\" is for its own server alone", label)),
        };
        if let Some(token) = at_hand {
            return self.finished(Finished::Shared(account, wish, admission, shared(token)));
        }
        self.read(other, move |token| Finished::Shared(account, wish, admission, token.and_then(shared)));
        None
    }

    /// An account's token, as far as it is known without asking anything that may take time.
    fn at_hand(&self, account: AccountId) -> Option<Secret> {
        let given = match self.setups.get(&account).map(|setup| &setup.token) {
            Some(TokenSource::Given(token)) => Some(token),
            Some(TokenSource::Saved | TokenSource::Forgotten) | None => None,
        };
        self.held.get(&account).or(given).or(self.kept.get(&account)).cloned()
    }

    /// Remembers a token for the next try, in case that this one fails for another reason.
    pub fn hold_token(&mut self, account: AccountId, token: Secret) {
        self.held.insert(account, token);
    }
}
