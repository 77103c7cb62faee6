//! What somebody signs in with: from options, standard input, questions, or another account.

use super::LoginArgs;
use crate::cli::failure::Failure;
use crate::cli::{print, prompt};
use crate::domain::{Admission, Secret, fault};
use crate::net::Credentials;
use crate::shell::accounts::AccountSetup;
use crate::shell::networks::Network;
use crate::shell::vault::Vault;
use std::io::{BufRead, IsTerminal};
use tokio::task::spawn_blocking;

/// Whether a password is typed or read.
pub(super) fn asks_for_password(arguments: &LoginArgs, network: Network) -> bool {
    match network {
        Network::Osmium => !arguments.token_stdin,
        Network::OriginChats => arguments.username.is_some(),
    }
}

/// What to sign in with, and what the server wants besides. `known`: the accounts that there are, for a sign-in that one of them has.
///
/// # Errors
/// Something is missing, cannot be read, or nobody is there to be asked.
pub(super) async fn ask(
    arguments: &LoginArgs,
    network: Network,
    setup: &AccountSetup,
    known: &[AccountSetup],
    vault: &Vault,
) -> Result<(Credentials, Admission), Failure> {
    let mut credentials = from_input(arguments, network)?;
    let next = |wanted: bool, what: &str| -> Result<Option<Secret>, Failure> {
        if wanted { line(what)?.ok_or_else(|| missing(what)).map(Some) } else { Ok(None) }
    };
    let admission = Admission {
        invite: next(arguments.invite_stdin, "invite code")?,
        password: next(arguments.server_password_stdin, "server's password")?,
    };
    if credentials.is_none() {
        credentials = match network {
            Network::Osmium => None,
            Network::OriginChats => elsewhere(arguments, network, setup, known, vault).await?,
        };
    }
    match credentials {
        Some(credentials) => Ok((credentials, admission)),
        None => Ok((typed(arguments, network).await?, admission)),
    }
}

/// A line of standard input; `None` where it ends or the line is empty.
fn line(what: &str) -> Result<Option<Secret>, Failure> {
    let mut text = String::new();
    match std::io::stdin().lock().read_line(&mut text) {
        Ok(_) => {
            let secret = Secret::new(text.trim_end_matches(['\n', '\r']).to_owned());
            zeroize::Zeroize::zeroize(&mut text);
            Ok(Some(secret).filter(|secret| !secret.is_empty()))
        }
        Err(error) => {
            Err(Failure::Failed(format!("the {what} cannot be read from standard input: {}", fault::words(&error))))
        }
    }
}

fn missing(what: &str) -> Failure {
    Failure::Usage(format!("there is no {what} on standard input"))
}

/// What standard input is said to hold.
fn from_input(arguments: &LoginArgs, network: Network) -> Result<Option<Credentials>, Failure> {
    if arguments.token_stdin {
        return Ok(Some(Credentials::Token(line("token")?.ok_or_else(|| missing("token"))?)));
    }
    if !arguments.password_stdin {
        return Ok(None);
    }
    let login = arguments.email.clone().or_else(|| arguments.username.clone());
    let login = login.ok_or_else(|| Failure::Usage("--password-stdin needs --email or --username".to_owned()))?;
    let password = line("password")?.ok_or_else(|| missing("password"))?;
    if arguments.register {
        return Ok(Some(Credentials::SignUp { name: login.clone(), login, password }));
    }
    // Where there are second factors, no server wants anything more.
    let more = network == Network::OriginChats || arguments.invite_stdin || arguments.server_password_stdin;
    let second = if more { None } else { line("code")? };
    Ok(Some(Credentials::Password { login, password, code: arguments.code.clone().or(second) }))
}

/// A sign-in that is there already or that is allowed elsewhere; `None` where a password is to be asked for.
async fn elsewhere(
    arguments: &LoginArgs,
    network: Network,
    setup: &AccountSetup,
    known: &[AccountSetup],
    vault: &Vault,
) -> Result<Option<Credentials>, Failure> {
    if arguments.username.is_some() {
        return Ok(None);
    }
    if arguments.link {
        return Ok(Some(Credentials::Elsewhere));
    }
    let of_service = |other: &&AccountSetup| {
        other.network() == Some(network) && other.account.account_service == setup.account.account_service
    };
    if let Some(label) = &arguments.same_as {
        let other = known.iter().find(|other| other.account.label == *label);
        let other = other.ok_or_else(|| Failure::SignIn(format!("there is no account \"{label}\"")))?;
        if !of_service(&other) {
            return Err(Failure::Usage(format!("\"{label}\" is of another network or account service")));
        }
        return match shared(network, other, vault).await? {
            Ok(token) => Ok(Some(Credentials::Token(token))),
            Err(reason) => Err(Failure::SignIn(format!("the sign-in of \"{label}\" cannot be used: {reason}"))),
        };
    }
    // Who names an account that is there wants another sign-in for it than it has.
    let is_new = known.iter().all(|other| other.account.label != setup.account.label);
    let mut found: Vec<(&AccountSetup, Secret)> = Vec::new();
    for other in known.iter().filter(of_service).filter(|_| is_new) {
        if let Ok(token) = shared(network, other, vault).await?
            && found.iter().all(|(one, _)| one.account.username != other.account.username)
        {
            found.push((other, token));
        }
    }
    match found.as_slice() {
        [] if std::io::stdin().is_terminal() => Ok(Some(Credentials::Elsewhere)),
        [] => Err(Failure::Usage(
            "there is no terminal to ask on; use --link, --token-stdin, or --username and --password-stdin".to_owned(),
        )),
        [(other, token)] => {
            let label = &other.account.label;
            print::tell(&format!("Using the sign-in of \"{label}\"; with --link nib takes another."));
            Ok(Some(Credentials::Token(token.clone())))
        }
        several => {
            let labels: Vec<&str> = several.iter().map(|(other, _)| other.account.label.as_str()).collect();
            let labels = labels.join(", ");
            Err(Failure::Usage(format!(
                "several accounts could be meant; choose one with --same-as ({labels}), or a new one with --link"
            )))
        }
    }
}

/// The sign-in of an account, as another server takes it; the inner error says why there is none.
async fn shared(network: Network, other: &AccountSetup, vault: &Vault) -> Result<Result<Secret, String>, Failure> {
    let (vault, other) = (vault.clone(), other.clone());
    let loaded = spawn_blocking(move || vault.load(&other)).await;
    let loaded = loaded.map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(loaded
        .and_then(|token| network.for_any_server(&token).ok_or_else(|| "it is for its own server alone".to_owned())))
}

/// What somebody types.
async fn typed(arguments: &LoginArgs, network: Network) -> Result<Credentials, Failure> {
    if !std::io::stdin().is_terminal() {
        let options = match network {
            Network::Osmium => "use --email and --password-stdin, or --token-stdin",
            Network::OriginChats => "add --password-stdin",
        };
        return Err(Failure::Usage(format!("there is no terminal to ask on; {options}")));
    }
    let login = match arguments.email.clone().or_else(|| arguments.username.clone()) {
        Some(login) => login,
        None => prompt::line("E-mail: ").await?,
    };
    if arguments.register {
        let password = prompt::secret("New password: ").await?;
        if prompt::secret("The same again: ").await? != password {
            return Err(Failure::Usage("the two are not the same".to_owned()));
        }
        return Ok(Credentials::SignUp { name: login.clone(), login, password });
    }
    let password = prompt::secret("Password: ").await?;
    Ok(Credentials::Password { login, password, code: arguments.code.clone() })
}
