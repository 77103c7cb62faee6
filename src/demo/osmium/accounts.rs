//! The accounts of a demo, as they are told to whoever wants to sign in.

use super::state::{Invite, InviteTarget, State};
use super::totp::{self, base32};

/// An account of the demo. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Its id.
    pub id: u64,
    /// Display name.
    pub name: String,
    /// User name without the `@`.
    pub username: String,
    /// Address to sign in with; empty for bots.
    pub email: String,
    /// Password to sign in with; empty for bots.
    pub password: String,
    /// A token that signs in at once.
    pub token: String,
    /// Secret of the one-time codes in base32, for accounts with a second factor.
    pub totp_secret: Option<String>,
    /// Recovery codes, for accounts with a second factor.
    pub recovery_codes: Vec<String>,
    /// Whether it is a bot.
    pub bot: bool,
    totp_key: Option<Vec<u8>>,
}

impl DemoAccount {
    /// The one-time code of a moment in Unix milliseconds, for accounts with a second factor.
    #[must_use]
    pub fn one_time_code(&self, now: i64) -> Option<String> {
        self.totp_key.as_deref().map(|secret| totp::code(secret, now))
    }
}

/// An invite that the world has from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoInvite {
    /// Its code.
    pub code: String,
    /// What it leads to.
    pub name: String,
}

/// The invites of the sample world: to its communities, then to its groups.
pub(crate) fn invites(state: &State) -> Vec<DemoInvite> {
    let named = |invite: &Invite| match invite.target {
        InviteTarget::Community(id) => state.communities.get(&id).map(|one| (0, id, one.name.clone())),
        InviteTarget::Group(id) => state.groups.get(&id).map(|one| (1, id, one.name.clone())),
        InviteTarget::Person(_) => None,
    };
    let mut invites: Vec<_> =
        state.invites.values().filter_map(|invite| Some((named(invite)?, invite.code.clone()))).collect();
    invites.sort();
    invites.into_iter().map(|((_, _, name), code)| DemoInvite { code, name }).collect()
}

/// The accounts of the sample world: people in its order, then bots.
pub(crate) fn accounts(state: &State) -> Vec<DemoAccount> {
    let mut accounts: Vec<DemoAccount> = state
        .cast
        .iter()
        .filter_map(|id| state.people.get(id))
        .map(|person| DemoAccount {
            id: person.id,
            name: person.name.clone(),
            username: person.username.clone(),
            email: person.email.clone(),
            password: person.password.clone(),
            token: state
                .logins
                .values()
                .find(|login| login.user == person.id)
                .map(|login| login.token.clone())
                .unwrap_or_default(),
            totp_secret: person.totp.as_deref().map(base32),
            recovery_codes: person.recovery.iter().map(|(code, _)| code.clone()).collect(),
            bot: person.bot,
            totp_key: person.totp.clone(),
        })
        .collect();
    accounts.sort_by_key(|account| account.bot);
    accounts
}
