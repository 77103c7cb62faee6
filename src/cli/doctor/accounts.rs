//! Accounts: which there are, and where their tokens come from. No token is looked at longer than it takes to know that it is there.

use super::finding::{Findings, Section};
use super::mask::Mask;
use super::{KEYRING, within};
use crate::cli::failure::{Failure, SIGN_IN_AGAIN};
use crate::config::accounts::merge;
use crate::config::{Config, SavedAccounts};
use crate::domain::AccountId;
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::secrets::{Secrets, TOKEN_VARIABLE, environment_token};
use crate::shell::startup::{account_service, given, named_network};

const HERE: Section = Section::Accounts;

/// An account whose server is to be asked.
pub(super) struct Patient {
    /// What the findings call it.
    pub(super) about: String,
    pub(super) setup: AccountSetup,
    /// Whether there is something to sign in with.
    pub(super) has_token: bool,
}

/// Looks at all of them.
pub(super) fn look(
    findings: &mut Findings,
    mask: &Mask,
    config: &Config,
    saved: &SavedAccounts,
    secrets: &Secrets,
) -> Result<Vec<Patient>, Failure> {
    let server = std::env::var("NIB_SERVER").unwrap_or_default();
    if let Some(token) = environment_token() {
        let setup = match account_service().and_then(|service| given(token, service)) {
            Ok(setup) => setup,
            Err(error) => {
                let text =
                    format!("{TOKEN_VARIABLE} gives a token that leads nowhere: {}", mask.text(&error.to_string()));
                findings.problem(HERE, "account 1", text, "see to the variables NIB_NETWORK and NIB_SERVER")?;
                return Ok(Vec::new());
            }
        };
        let (network, server) = (&setup.account.network, mask.server(setup.server()));
        findings.ok(HERE, "account 1", format!("{TOKEN_VARIABLE} gives the token for {network} at {server}"))?;
        return Ok(vec![Patient { about: "account 1".to_owned(), setup, has_token: true }]);
    }
    let mut patients = Vec::new();
    for (number, account) in merge(config, saved).into_iter().enumerate() {
        let about = format!("account {}", number + 1);
        let id = AccountId(u16::try_from(number).unwrap_or(u16::MAX));
        let setup = AccountSetup { id, account, token: TokenSource::Saved, login: String::new() };
        let who = format!(
            "{}, {} at {}",
            mask.word(&setup.account.label),
            setup.account.network,
            mask.server(setup.server())
        );
        let has_token = match &setup.account.options.token_command {
            Some(command) => {
                let program = command.first().map_or("", String::as_str);
                let program = program.rsplit(['/', '\\']).next().unwrap_or_default();
                findings.ok(HERE, &about, format!("{who}: {program} is asked for its token when it is needed"))?;
                true
            }
            None => saved_token(findings, &about, &who, &setup, secrets)?,
        };
        patients.push(Patient { about, setup, has_token });
    }
    if patients.is_empty() {
        findings.note(HERE, "accounts", "there is none yet; nib login signs in, nib demo needs none".to_owned())?;
        if !server.is_empty() {
            let network = named_network().unwrap_or_default();
            let setup = AccountSetup::new(AccountId(0), network.key(), "", &server, TokenSource::Saved);
            patients.push(Patient { about: "NIB_SERVER".to_owned(), setup, has_token: false });
        }
    }
    Ok(patients)
}

fn saved_token(
    findings: &mut Findings,
    about: &str,
    who: &str,
    setup: &AccountSetup,
    secrets: &Secrets,
) -> Result<bool, Failure> {
    let (asked, label) = (secrets.clone(), setup.account.label.clone());
    match within(KEYRING, move || asked.load(&label).map(|token| token.is_some())) {
        Some(Ok(true)) => {
            let place = if secrets.file(&setup.account.label).exists() { "a file" } else { "the keyring" };
            findings.ok(HERE, about, format!("{who}: its token is kept in {place}"))?;
            return Ok(true);
        }
        Some(Ok(false)) => {
            findings.problem(HERE, about, format!("{who}: no sign-in is saved for it"), SIGN_IN_AGAIN)?
        }
        // The file is named after the account.
        Some(Err(_)) => {
            let text = format!("{who}: its token is there and cannot be used");
            findings.problem(HERE, about, text, "see to the keyring and the files named above")?;
        }
        None => findings.problem(HERE, about, format!("{who}: the keyring does not answer"), "unlock it")?,
    }
    Ok(false)
}
