//! The chat that somebody means by a name, for commands.

use super::words::Trouble;
use crate::domain::answer::RefusalKind;
use crate::domain::{ChatKey, Refusal};
use crate::shell::host::HostError;
use crate::state::effect::Outcome;
use crate::state::names::{ResolveError, resolve_chat};
use crate::state::{Action, Core};

/// What comes of looking for a chat.
pub(super) enum Found {
    /// It is here.
    Here(ChatKey),
    /// The network has to be asked; [`finish`] takes what comes of this.
    Ask(Action),
    /// There is none.
    Nowhere(Trouble),
}

/// Looks for a chat. `absent`: accounts that are not there; what is not found may be on one of them.
/// `offline`: nobody can be asked.
pub(super) fn begin(core: &Core, absent: &[HostError], name: &str, offline: bool) -> Found {
    let error = match resolve_chat(core, name) {
        Ok(chat) => return Found::Here(chat),
        Err(error) => error,
    };
    if let Some(why) = of_absent(absent, name) {
        return Found::Nowhere(why.clone().into());
    }
    if let Some(trouble) = no_account(core, name) {
        return Found::Nowhere(trouble);
    }
    let is_person = name.rsplit(':').next().is_some_and(|last| last.trim().starts_with('@'));
    match error {
        ResolveError::Unknown { .. } if is_person && !offline => Found::Ask(Action::Open(name.to_owned())),
        ResolveError::Unknown { .. } => Found::Nowhere(elsewhere(absent, error.to_string())),
        _ => Found::Nowhere(Trouble::failed(error.to_string())),
    }
}

/// What came of asking the network.
pub(super) fn finish(absent: &[HostError], name: &str, outcome: Outcome) -> Result<ChatKey, Trouble> {
    match outcome {
        Outcome::Chat(chat) => Ok(chat),
        Outcome::Refused(refusal) => match refused(&refusal) {
            Trouble::Failed { text, next: None } => Err(elsewhere(absent, text)),
            other => Err(other),
        },
        _ => Err(elsewhere(absent, format!("there is nobody called \"{name}\""))),
    }
}

/// That it is not found, and where it may be.
fn elsewhere(absent: &[HostError], text: String) -> Trouble {
    let next = Some(format!("it may be in {}, which cannot be asked now", labels(absent)));
    match absent.first() {
        None => Trouble::failed(text),
        Some(HostError::NoAccount | HostError::SignedOut { .. }) => Trouble::SignIn { text, next },
        Some(_) => Trouble::Network { text, next },
    }
}

fn labels(absent: &[HostError]) -> String {
    let labels = absent.iter().filter_map(HostError::account).map(|account| format!("\"{account}\""));
    labels.collect::<Vec<_>>().join(", ")
}

/// Why nothing may be written to a name that does not begin with its account: an account that is absent may know somebody else by it. `None` where all of
/// `accounts` are there.
pub(super) fn unsure(accounts: &[String], absent: &[HostError], name: &str) -> Option<Trouble> {
    let is_absent = |label: &&String| absent.iter().any(|why| why.account() == Some(label.as_str()));
    let here =
        accounts.iter().find(|label| !is_absent(label)).filter(|_| absent.iter().any(|why| why.account().is_some()))?;
    Some(Trouble::Network {
        text: format!("\"{name}\" may be in {}, which cannot be asked now", labels(absent)),
        next: Some(format!("write the account before it, such as {here}:{name}")),
    })
}

/// That what stands in front of a chat is no account, if that is all that is wrong with its name.
fn no_account(core: &Core, name: &str) -> Option<Trouble> {
    let (label, chat) = name.split_once(':')?;
    let is_account = core.accounts.iter().any(|account| account.label.eq_ignore_ascii_case(label));
    // Whoever is not known can be looked up.
    let is_chat =
        chat.trim().starts_with('@') || !matches!(resolve_chat(core, chat), Err(ResolveError::Unknown { .. }));
    (!is_account && is_chat).then(|| not_there(core, label))
}

/// That there is no such account.
pub(super) fn not_there(core: &Core, label: &str) -> Trouble {
    let labels: Vec<&str> = core.listed().map(|account| account.label.as_str()).collect();
    match labels.is_empty() {
        true => HostError::NoAccount.into(),
        false => {
            let text = format!("there is no account \"{label}\"; there are: {}", labels.join(", "));
            Trouble::SignIn { text, next: None }
        }
    }
}

/// Why the account that stands in front of a name is not there.
fn of_absent<'a>(absent: &'a [HostError], name: &str) -> Option<&'a HostError> {
    let label = name.split_once(':')?.0.to_lowercase();
    absent.iter().find(|why| why.account().is_some_and(|account| account.to_lowercase() == label))
}

/// A refusal as a command tells it.
#[must_use]
pub fn refused(refusal: &Refusal) -> Trouble {
    let text = match &refusal.trace {
        Some(trace) => format!("{} (support code {trace})", refusal.text.trim_end_matches('.')),
        None => refusal.text.to_string(),
    };
    match refusal.kind {
        RefusalKind::NotSignedIn => Trouble::SignIn { text, next: None },
        RefusalKind::TimedOut | RefusalKind::LinkLost => Trouble::Network { text, next: None },
        _ => Trouble::failed(text),
    }
}
