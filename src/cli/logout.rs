//! `nib logout`: end the session at the server and forget the token.

use super::failure::{Failure, with_next_step};
use super::{Globals, print};
use crate::domain::answer::RefusalKind;
use crate::domain::{Refusal, Request, UserId};
use crate::shell::accounts::AccountSetup;
use crate::shell::host::{Host, HostError};
use crate::shell::startup::Startup;
use crate::shell::{keeping, owner};
use clap::Args;
use std::time::Duration;

/// How long the server may take to end the session, before the token is forgotten all the same.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options of `nib logout`.
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Which account; needed when there are several
    account: Option<String>,
}

/// Runs it. The token is forgotten even when the server cannot be told.
///
/// # Errors
/// There is no such account, several could be meant, the chat is open with it, or the token cannot be removed.
pub fn run(globals: &Globals, arguments: &LogoutArgs) -> Result<(), Failure> {
    let mut startup = globals.startup_with_notes()?;
    let setup = choose(&startup, arguments.account.as_deref())?;
    let (id, label) = (setup.id, setup.account.label.clone());
    let (vault, store_file) = (startup.vault(), startup.paths.store_file());
    let paths = startup.paths.clone();
    startup.accounts = vec![setup.clone()];
    // Whoever signs out of a disabled account wants its session ended, too.
    startup.accounts.iter_mut().for_each(|setup| setup.account.disabled = false);
    crate::shell::block_on(async {
        // An open chat would go on keeping what is forgotten here.
        let _lock = owner::hold(&paths, &label).await?;
        let mut host = Host::start(startup);
        let told = match host.online(PATIENCE).await {
            Ok(()) => match host.request(id, Request::SignOut, PATIENCE).await.map(|answer| answer.outcome) {
                // The server may close the connection with the session before it answers.
                Ok(Ok(_) | Err(Refusal { kind: RefusalKind::LinkLost, .. })) => Ok(()),
                Ok(Err(refusal)) => Err(refusal.text.to_string()),
                Err(error) => Err(error.to_string()),
            },
            // A token that the server does not take any more has no session to end.
            Err(HostError::SignedOut { .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        host.close().await;
        let gone = tokio::task::spawn_blocking(move || {
            vault.remove(&setup)?;
            let Ok(user) = setup.account.user_id.parse().map(UserId) else { return Ok(()) };
            keeping::forget_account(store_file, setup.key(user))
                .map_err(|why| format!("the token is forgotten, but what is kept of this account cannot be: {why}"))
        });
        gone.await.map_err(|error| Failure::Failed(error.to_string()))?.map_err(Failure::Failed)?;
        if let Err(reason) = told {
            let happened = format!("the server could not be told: {reason}");
            print::tell(&with_next_step(&happened, "the session may go on there until you end it from another client"));
        }
        print::line(&format!("Signed out of \"{label}\". The token is forgotten."))
    })?
}

fn choose(startup: &Startup, wanted: Option<&str>) -> Result<AccountSetup, Failure> {
    let labels = || startup.accounts.iter().map(|setup| setup.account.label.as_str()).collect::<Vec<_>>().join(", ");
    match (wanted, startup.accounts.as_slice()) {
        (_, []) => Err(HostError::NoAccount.into()),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Failure::Usage(format!("there are several accounts; say which: {}", labels()))),
        (Some(label), all) => all
            .iter()
            .find(|setup| setup.account.label == label)
            .cloned()
            .ok_or_else(|| Failure::SignIn(format!("there is no account \"{label}\"; there are: {}", labels()))),
    }
}
