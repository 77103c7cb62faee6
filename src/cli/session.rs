//! What commands that talk to a network share: find the core or start it, wait until it is in sync, and end in order.

use super::failure::{Failure, sentence};
use super::{Globals, print};
use crate::config::accounts::Account;
use crate::shell::gone::gone;
use crate::shell::owner::{Client, Stay, is_of_profile};
use crate::shell::secrets::TOKEN_VARIABLE;
use crate::shell::signals::Ending;
use crate::shell::startup::Startup;
use std::time::Duration;

/// How long a command waits for each answer, and for being in sync once the connection stands.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How often a command that only asks begins anew with another core when the one that it spoke to is gone.
const TRIES: u32 = 3;

/// What a command wants to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Listens {
    /// Everything as it happens, until it is ended.
    ToEverything,
    /// Answers to what it asks; networks need not send the rest.
    ToAnswers,
}

/// Runs a command on the core with all accounts in sync that are there; the others are told of. `chats`: names that the command is about; when each names
/// its account, no other account is connected. `wait`: for how long, where the user said. When the core was another process's and is gone, the command begins anew with another: it says so with
/// [`Failure::OwnerGone`], and only while nothing it did would be done twice.
///
/// # Errors
/// There is no account, none of them is there, or the command fails.
pub(super) fn with_client(
    globals: &Globals,
    chats: &[&str],
    listens: Listens,
    wait: Option<Duration>,
    mut command: impl AsyncFnMut(&mut Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut startup = globals.startup_with_notes()?;
    only_named(&mut startup, chats);
    only_enabled(&mut startup, chats)?;
    startup.ways.quiet = listens == Listens::ToAnswers;
    let patience = wait.unwrap_or(startup.connect_timeout + PATIENCE);
    let mut stay = if listens == Listens::ToEverything { Stay::Long } else { Stay::Short };
    crate::shell::block_on(async {
        let mut tries = 0;
        let mut ending = None;
        loop {
            tries += 1;
            let mut client = tokio::select! {
                client = Client::reach(startup.clone(), stay) => client,
                ended = ended(&mut ending) => return ended,
            };
            let mut outcome = tokio::select! {
                online = client.online(patience) => online.map_err(Failure::from),
                ended = ended(&mut ending) => return ended,
            };
            client.notes().iter().for_each(|note| print::tell(&sentence(note)));
            if outcome.is_ok() {
                if tries == 1 {
                    client.absent().iter().cloned().map(Failure::from).for_each(|why| why.tell());
                }
                if listens == Listens::ToEverything && ending.is_none() {
                    ending = Some(Ending::listen()?);
                }
                outcome = tokio::select! {
                    outcome = command(&mut client) => outcome,
                    ended = ended(&mut ending) => ended,
                };
            }
            client.close().await;
            match outcome {
                Err(Failure::OwnerGone { heir, .. }) if tries < TRIES || stay != Stay::Short => {
                    stay = match stay {
                        Stay::Short => Stay::Short,
                        Stay::Long | Stay::MadeWay if heir => Stay::MadeWay,
                        Stay::Long | Stay::MadeWay => Stay::Long,
                    };
                }
                outcome => return outcome,
            }
        }
    })?
}

/// Runs a command on what is kept, without any connection. `chats`: names that the command is about.
///
/// # Errors
/// The profile is another process's that cannot be asked, nothing is kept, or the command fails.
pub(super) fn with_kept(
    globals: &Globals,
    chats: &[&str],
    command: impl AsyncFnOnce(&mut Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut startup = globals.startup_with_notes()?;
    if !is_of_profile(&startup) {
        let text = format!("nothing is kept of an account that {TOKEN_VARIABLE} names; unset it");
        return Err(Failure::Usage(text));
    }
    only_named(&mut startup, chats);
    crate::shell::block_on(async {
        let mut client = Client::keeper(startup).await?;
        let known = match chats.is_empty() {
            // What is about the whole needs no account.
            true => Ok(()),
            false => client.known(PATIENCE).await.map_err(Failure::from),
        };
        let outcome = match known {
            Ok(()) => command(&mut client).await,
            Err(failure) => Err(failure),
        };
        let notes = client.notes();
        let is_refused = client.is_refused();
        client.close().await;
        if is_refused {
            // Whatever the command made of finding nothing.
            return Err(Failure::Failed(notes.join("; ")));
        }
        notes.iter().for_each(|note| print::tell(&sentence(note)));
        outcome
    })?
}

/// Resolves when a command that goes on for ever is ended: by the user, or since nobody reads what it prints.
async fn ended(ending: &mut Option<Ending>) -> Result<(), Failure> {
    match ending {
        Some(ending) => tokio::select! {
            () = gone() => Err(Failure::ReaderGone),
            () = ending.asked() => Ok(()),
        },
        None => std::future::pending().await,
    }
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
