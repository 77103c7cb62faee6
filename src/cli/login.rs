//! `nib login`: sign in, from prompts or from a script, and keep the token.

use super::failure::{CHECK_ADDRESS, Failure, SIGN_IN_AGAIN, with_next_step};
use super::{Globals, print, prompt};
use crate::config::SavedAccounts;
use crate::config::accounts::{NETWORKS, label_fault};
use crate::domain::{AccountId, DownReason, LinkEvent, Secret, fault};
use crate::net::dial::ServerAddress;
use crate::net::osmium::defaults;
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::host::Host;
use crate::shell::signals::Ending;
use crate::shell::startup::Startup;
use crate::state::Event;
use clap::Args;
use std::convert::Infallible;
use std::io::{BufRead, IsTerminal};
use std::time::Duration;
use tokio::time::timeout;

/// How long the server may take for the sign-in once the connection stands, and again after a code.
const PATIENCE: Duration = Duration::from_secs(30);

/// Options of `nib login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Which network
    #[arg(long, value_name = "NETWORK", env = "NIB_NETWORK", default_value = NETWORKS[0], value_parser = clap::builder::PossibleValuesParser::new(NETWORKS))]
    network: String,
    /// The server's address, when it is not the network's own: wss://, ws:// or tcp://host:port
    #[arg(long, value_name = "URL", env = "NIB_SERVER")]
    server: Option<String>,
    /// The e-mail address of the account
    #[arg(long, value_name = "E", conflicts_with_all = ["username", "token_stdin"])]
    email: Option<String>,
    /// The user name, where the network signs in with one
    #[arg(long, value_name = "U", conflicts_with = "token_stdin")]
    username: Option<String>,
    /// Read the password from standard input; a second line may hold the code or a recovery code
    #[arg(long, conflicts_with = "token_stdin")]
    password_stdin: bool,
    /// Read a token from standard input instead of signing in with a password
    #[arg(long)]
    token_stdin: bool,
    /// The six digits of the second factor
    #[arg(long, value_name = "TOTP", conflicts_with = "token_stdin", value_parser = secret)]
    code: Option<Secret>,
    /// What to call the account
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
}

/// Takes a code off the command line at once, so that nothing prints it with the other options.
fn secret(written: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(written.trim().to_owned()))
}

/// What to sign in with.
enum Proof {
    Token(Secret),
    Password { login: String, password: Secret, code: Option<Secret> },
}

/// Runs it.
///
/// # Errors
/// Something needed was not given, the sign-in is refused, or the server cannot be reached.
pub fn run(globals: &Globals, arguments: &LoginArgs) -> Result<(), Failure> {
    let given = [("--email", &arguments.email), ("--username", &arguments.username)];
    if let Some((option, _)) =
        given.iter().find(|(_, given)| given.as_deref().is_some_and(|text| text.trim().is_empty()))
    {
        return Err(Failure::Usage(format!("{option} is empty; give who signs in, or leave it out to be asked")));
    }
    let server = server(arguments)?;
    let mut startup = globals.startup_with_notes()?;
    let label = label(arguments, &startup)?;
    let known =
        label.as_ref().and_then(|label| startup.accounts.iter().position(|setup| setup.account.label == *label));
    let id = known.map_or(AccountId(0), |index| startup.accounts[index].id);
    let mut setup = match known {
        Some(index) => startup.accounts[index].clone(),
        None => {
            let name = label.unwrap_or_default();
            AccountSetup::new(id, &arguments.network, &name, "", TokenSource::Saved)
        }
    };
    // Without an address an account that is known keeps its own: its password is for that server alone.
    if let Some(server) = server {
        setup.account.server = Some(server).filter(|server| server != defaults::URL);
    }
    setup.account.network.clone_from(&arguments.network);
    setup.token = TokenSource::Saved;
    let address = setup.server().to_owned();
    if address.parse::<ServerAddress>().is_ok_and(|server| !server.is_encrypted() && !server.is_loopback()) {
        print::tell(&format!(
            "The connection to {address} is not encrypted: everybody on the way can read your password."
        ));
    }
    startup.accounts = vec![setup];
    let patience = startup.connect_timeout + PATIENCE;
    let sign_in = async {
        let proof = proof(arguments).await?;
        let mut host = Host::idle(startup);
        host.watch();
        match proof {
            Proof::Token(token) => host.sign_in_token(id, token),
            Proof::Password { login, password, code } => host.sign_in(id, address.clone(), login, password, code),
        }
        let outcome = follow(&mut host, id, &address, patience, !arguments.password_stdin).await;
        host.close().await;
        outcome
    };
    crate::shell::block_on(async {
        // A signal must not leave a terminal behind that hides what is typed.
        let mut ending = Ending::listen()?;
        tokio::select! {
            outcome = sign_in => outcome,
            () = ending.asked() => Err(prompt::given_up()),
        }
    })?
}

/// Waits for the end of the sign-in, asking for a code when the server wants one.
async fn follow(
    host: &mut Host,
    id: AccountId,
    address: &str,
    patience: Duration,
    may_ask: bool,
) -> Result<(), Failure> {
    let mut asked = false;
    loop {
        let event = timeout(patience, host.next()).await.map_err(|_| {
            let happened = format!("{address} did not finish the sign-in within {} s", patience.as_secs());
            Failure::Network(with_next_step(&happened, "try again in a moment"))
        })?;
        match event {
            Event::Link(_, LinkEvent::CodeNeeded { recovery, wrong }) => {
                if !may_ask || !std::io::stdin().is_terminal() {
                    let text = if wrong {
                        "the code is not right; take a new one and run \"nib login\" again"
                    } else {
                        "the account has a second factor; give the code with --code, or on a second line of standard input"
                    };
                    return Err(Failure::SignIn(text.to_owned()));
                }
                if wrong && asked {
                    print::tell("That code is not right.");
                }
                asked = true;
                let what = if recovery { "Code, or a recovery code: " } else { "Code: " };
                let code = prompt::secret(what).await?;
                if !host.sign_in_code(id, code) {
                    return Err(Failure::Network(format!("the connection to {address} was lost; run nib login again")));
                }
            }
            Event::Link(_, LinkEvent::Refused { reason, .. }) => {
                let happened = format!("{address} refused the sign-in: {reason}");
                return Err(Failure::SignIn(with_next_step(&happened, SIGN_IN_AGAIN)));
            }
            Event::Link(_, LinkEvent::Down { reason, .. }) => return Err(down(address, &reason)),
            Event::TokenKept { renewed, note, .. } => {
                let (who, label) = who(host, id);
                let again = if renewed { ", which was there already; its sign-in is renewed" } else { "" };
                print::line(&format!("Signed in to {address} as {who}. nib calls this account \"{label}\"{again}."))?;
                if let Some(note) = note {
                    print::tell(&super::failure::sentence(&note));
                }
                return Ok(());
            }
            _ => {}
        }
    }
}

fn down(address: &str, reason: &DownReason) -> Failure {
    Failure::Network(match reason {
        DownReason::Unreachable { .. } | DownReason::Tls { .. } | DownReason::NotAServer { .. } => {
            with_next_step(&reason.to_string(), CHECK_ADDRESS)
        }
        DownReason::Busy { .. } => with_next_step(&reason.to_string(), "try again in a moment"),
        DownReason::Closed(_) | DownReason::Quiet | DownReason::SignInFault(_) | DownReason::Internal => {
            with_next_step(&format!("no sign-in at {address}: {reason}"), "try again in a moment")
        }
    })
}

fn who(host: &mut Host, id: AccountId) -> (String, String) {
    let label = host.label(id);
    let Some(account) = host.state().core.account(id) else { return (String::new(), label) };
    let name = super::output::author_name(account, None, account.me);
    let username = account.users.get(&account.me).and_then(|me| me.username.as_ref());
    (username.map_or_else(|| name.clone(), |username| format!("{name} (@{username})")), label)
}

fn server(arguments: &LoginArgs) -> Result<Option<String>, Failure> {
    // An empty one is a variable that was not set: to go to the network's own server instead would show the password to it.
    let Some(server) = arguments.server.as_deref().map(str::trim) else { return Ok(None) };
    // Not quoted as a whole: it may hold a password.
    server.parse::<ServerAddress>().map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Some(server.to_owned()))
}

fn label(arguments: &LoginArgs, startup: &Startup) -> Result<Option<String>, Failure> {
    let Some(label) = arguments.label.as_deref() else { return Ok(None) };
    if let Some(fault) = label_fault(label) {
        return Err(Failure::Usage(format!("an account cannot be called \"{label}\": {fault}")));
    }
    let (saved, _) =
        SavedAccounts::load(&startup.paths.accounts_file()).map_err(|error| Failure::Failed(error.to_string()))?;
    if saved.find(label).is_some_and(|known| known.network != arguments.network) {
        return Err(Failure::Usage(format!(
            "there is an account \"{label}\" on another network; choose another name with --label"
        )));
    }
    Ok(Some(label.to_owned()))
}

async fn proof(arguments: &LoginArgs) -> Result<Proof, Failure> {
    let mut lines = std::io::stdin().lock().lines();
    let mut line = |what: &str| match lines.next() {
        Some(Ok(line)) => Ok(Some(Secret::new(line.trim_end_matches('\r').to_owned())).filter(|line| !line.is_empty())),
        Some(Err(error)) => {
            Err(Failure::Failed(format!("the {what} cannot be read from standard input: {}", fault::words(&error))))
        }
        None => Ok(None),
    };
    if arguments.token_stdin {
        let token = line("token")?.ok_or_else(|| Failure::Usage("there is no token on standard input".to_owned()))?;
        return Ok(Proof::Token(token));
    }
    let code = arguments.code.clone();
    let given = arguments.email.clone().or_else(|| arguments.username.clone());
    if arguments.password_stdin {
        let login = given.ok_or_else(|| Failure::Usage("--password-stdin needs --email or --username".to_owned()))?;
        let password =
            line("password")?.ok_or_else(|| Failure::Usage("there is no password on standard input".to_owned()))?;
        let second = line("code")?;
        return Ok(Proof::Password { login, password, code: code.or(second) });
    }
    drop(lines);
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "there is no terminal to ask on; use --email and --password-stdin, or --token-stdin".to_owned(),
        ));
    }
    let login = match given {
        Some(login) => login,
        None => prompt::line("E-mail: ").await?,
    };
    let password = prompt::secret("Password: ").await?;
    Ok(Proof::Password { login, password, code })
}
