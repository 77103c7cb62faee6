//! What commands that talk to a network share: start the core, wait until it is in sync, find the chat, and end in order.

use super::Globals;
use super::failure::{Failure, with_next_step};
use crate::config::accounts::Account;
use crate::domain::{ChatKey, Refusal};
use crate::shell::host::{Host, HostError};
use crate::shell::startup::Startup;
use crate::state::Action;
use crate::state::effect::Outcome;
use crate::state::names::{ResolveError, resolve_chat};
use std::time::Duration;

/// How long a command waits for each answer, and for being in sync once the connection stands.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What a command wants to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Listens {
    /// Everything as it happens.
    ToEverything,
    /// Answers to what it asks; networks need not send the rest.
    ToAnswers,
}

/// Runs a command on the core with all accounts in sync that are there; the others are told of. `chats`: names that the command is about; when each names its account, no other account is
/// connected.
///
/// # Errors
/// There is no account, none of them is there, or the command fails.
pub(super) fn with_host(
    globals: &Globals,
    chats: &[&str],
    listens: Listens,
    command: impl AsyncFnOnce(&mut Host) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut startup = globals.startup_with_notes()?;
    only_named(&mut startup, chats);
    only_enabled(&mut startup, chats)?;
    startup.ways.quiet = listens == Listens::ToAnswers;
    let patience = startup.connect_timeout + PATIENCE;
    crate::shell::block_on(async {
        let mut host = Host::start(startup);
        let outcome = match host.online(patience).await {
            Ok(()) => {
                host.absent().iter().cloned().map(Failure::from).for_each(|why| why.tell());
                command(&mut host).await
            }
            Err(error) => Err(Failure::from(error)),
        };
        host.close().await;
        outcome
    })?
}

/// Leaves only the accounts that are named by `ACCOUNT:` in front of every chat, if all chats have one.
fn only_named(startup: &mut Startup, chats: &[&str]) {
    let labels: Option<Vec<&str>> = chats
        .iter()
        .map(|chat| {
            let label = chat.split_once(':')?.0;
            startup.accounts.iter().any(|setup| is(&setup.account, label)).then_some(label)
        })
        .collect();
    if let Some(labels) = labels.filter(|labels| !labels.is_empty()) {
        let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
        startup.accounts.retain(|setup| labels.iter().any(|label| is(&setup.account, label)));
    }
}

/// Leaves out accounts that the user has disabled.
fn only_enabled(startup: &mut Startup, chats: &[&str]) -> Result<(), Failure> {
    let enabled = startup.accounts.iter().any(|setup| !setup.account.disabled);
    let named = |setup: &Account| {
        chats.iter().any(|chat| chat.split_once(':').is_some_and(|(label, _)| is(setup, label))) || !enabled
    };
    let disabled =
        startup.accounts.iter().map(|setup| &setup.account).find(|account| account.disabled && named(account));
    let disabled = disabled.map(|account| account.label.clone());
    startup.accounts.retain(|setup| !setup.account.disabled);
    match disabled {
        Some(label) => Err(Failure::SignIn(format!(
            "the account \"{label}\" is disabled; enable it in nib, with /enable-account {label}"
        ))),
        None => Ok(()),
    }
}

fn is(account: &Account, label: &str) -> bool {
    account.label.to_lowercase() == label.to_lowercase()
}

/// The chat that a name leads to; a user name that is not among the chats is looked up.
///
/// # Errors
/// Nothing or several things are called that: the candidates are named. Or the network does not answer.
pub(super) async fn find(host: &mut Host, name: &str) -> Result<ChatKey, Failure> {
    let error = match resolve_chat(&host.state().core, name) {
        Ok(chat) => return Ok(chat),
        Err(error) => error,
    };
    if let Some(failure) = no_account(host, name) {
        return Err(failure);
    }
    let is_person = name.rsplit(':').next().is_some_and(|last| last.trim().starts_with('@'));
    if !is_person || !matches!(error, ResolveError::Unknown { .. }) {
        return Err(Failure::Failed(error.to_string()));
    }
    let ticket = host.submit(Action::Open(name.to_owned()));
    match host.outcome(ticket, PATIENCE).await? {
        Outcome::Chat(chat) => Ok(chat),
        Outcome::Refused(refusal) => Err(refused(&refusal)),
        _ => Err(Failure::Failed(format!("there is nobody called \"{name}\""))),
    }
}

/// That what stands in front of a chat is no account, if that is all that is wrong with its name.
fn no_account(host: &Host, name: &str) -> Option<Failure> {
    let core = &host.state().core;
    let (label, chat) = name.split_once(':')?;
    let is_account = core.accounts.iter().any(|account| account.label.eq_ignore_ascii_case(label));
    // Whoever is not known can be looked up.
    let is_chat =
        chat.trim().starts_with('@') || !matches!(resolve_chat(core, chat), Err(ResolveError::Unknown { .. }));
    let labels = || core.accounts.iter().map(|account| account.label.as_str()).collect::<Vec<_>>().join(", ");
    (!is_account && is_chat)
        .then(|| Failure::SignIn(format!("there is no account \"{label}\"; there are: {}", labels())))
}

/// A refusal as a command tells it.
#[must_use]
pub(super) fn refused(refusal: &Refusal) -> Failure {
    use crate::domain::answer::RefusalKind;
    let text = match &refusal.trace {
        Some(trace) => format!("{} (support code {trace})", refusal.text.trim_end_matches('.')),
        None => refusal.text.to_string(),
    };
    match refusal.kind {
        RefusalKind::NotSignedIn => Failure::SignIn(text),
        RefusalKind::TimedOut | RefusalKind::LinkLost => Failure::Network(text),
        _ => Failure::Failed(text),
    }
}

/// The same as [`find`], for what may be on an account that is not there: then that is why it is not found.
///
/// # Errors
/// As [`find`]; or the account that is named, or may be meant, is not there.
pub(super) async fn find_there(host: &mut Host, name: &str) -> Result<ChatKey, Failure> {
    let error = match resolve_chat(&host.state().core, name) {
        Ok(chat) => return Ok(chat),
        Err(error) => error,
    };
    if let Some(why) = of_absent(host, name) {
        return Err(why.clone().into());
    }
    let found = find(host, name).await;
    match (found, host.absent().first()) {
        (Err(Failure::Failed(text)), Some(first)) if matches!(error, ResolveError::Unknown { .. }) => {
            let absent: Vec<String> =
                host.absent().iter().filter_map(HostError::account).map(|account| format!("\"{account}\"")).collect();
            let next = format!("it may be in {}, which cannot be asked now", absent.join(", "));
            let text = with_next_step(&text, &next);
            Err(match Failure::from(first.clone()) {
                Failure::SignIn(_) => Failure::SignIn(text),
                _ => Failure::Network(text),
            })
        }
        (found, _) => found,
    }
}

/// Why the account that stands in front of a name is not there.
fn of_absent<'a>(host: &'a Host, name: &str) -> Option<&'a HostError> {
    let label = name.split_once(':')?.0.to_lowercase();
    host.absent().iter().find(|why| why.account().is_some_and(|account| account.to_lowercase() == label))
}
