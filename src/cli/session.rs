//! What commands that talk to a network share: start the core, wait until it is in sync, find the chat, and end in order.

use super::Globals;
use super::failure::Failure;
use crate::config::accounts::Account;
use crate::domain::{ChatKey, Refusal};
use crate::shell::host::Host;
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

/// Runs a command on the core with all accounts in sync. `chats`: names that the command is about; when each names its account, no other account is
/// connected. Where there are none, accounts that are refused or cannot connect are told and left out.
///
/// # Errors
/// There is no account, one that is needed is refused or cannot connect, or the command fails.
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
        // Which chat a name leads to is known only with all accounts; what lists everything does without some.
        let online = if chats.is_empty() {
            host.some_online(patience).await
        } else {
            host.online(patience).await.map(|()| Vec::new())
        };
        let outcome = match online {
            Ok(failed) => {
                failed.into_iter().for_each(|error| Failure::from(error).tell());
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
