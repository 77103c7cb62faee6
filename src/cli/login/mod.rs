//! `nib login`: sign in, from prompts or from a script, and keep the token.

mod follow;
mod proof;

use super::failure::Failure;
use super::{Globals, print, prompt};
use crate::config::SavedAccounts;
use crate::config::accounts::{NETWORKS, label_fault, service_fault};
use crate::domain::{AccountId, Secret};
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::host::Host;
use crate::shell::networks::Network;
use crate::shell::sessions::{Proof, SignIn};
use crate::shell::signals::Ending;
use crate::shell::startup::Startup;
use clap::Args;
use std::convert::Infallible;
use std::io::IsTerminal;
use std::time::Duration;

/// How long the server may take for the sign-in once the connection stands, and again after a code.
const PATIENCE: Duration = Duration::from_secs(30);

/// Options of `nib login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Which network
    #[arg(long, value_name = "NETWORK", env = "NIB_NETWORK", default_value = NETWORKS[0], value_parser = clap::builder::PossibleValuesParser::new(NETWORKS))]
    network: String,
    /// The server's address, when it is not the network's own: wss://, ws:// or tcp://host:port; on OriginChats a host will do
    #[arg(long, value_name = "URL", env = "NIB_SERVER")]
    server: Option<String>,
    /// The e-mail address of the account
    #[arg(long, value_name = "E", conflicts_with_all = ["username", "token_stdin"])]
    email: Option<String>,
    /// The user name, where the network signs in with one: on OriginChats of an account that is the server's own
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
    /// Allow it in a browser, with a code that is shown here; without other options what OriginChats does on a terminal
    #[arg(long, conflicts_with_all = ["email", "username", "password_stdin", "token_stdin", "code", "same_as", "register"])]
    link: bool,
    /// Use the sign-in of this account for another server of its network; without other options nib does so when there is one
    #[arg(long, value_name = "ACCOUNT", conflicts_with_all = ["email", "username", "password_stdin", "token_stdin", "code", "register"])]
    same_as: Option<String>,
    /// Make the account, with --username and a new password, where a server has accounts of its own
    #[arg(long, conflicts_with_all = ["email", "token_stdin", "code"])]
    register: bool,
    /// Read an invite code for the server from the next line of standard input
    #[arg(long)]
    invite_stdin: bool,
    /// Read the server's own password from the next line of standard input, behind everything else
    #[arg(long)]
    server_password_stdin: bool,
    /// Who keeps the account, if not the network's own service; also NIB_ACCOUNT_SERVICE
    #[arg(long, value_name = "URL")]
    account_service: Option<String>,
    /// What to call the account
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
}

/// Takes a code off the command line at once, so that nothing prints it with the other options.
fn secret(written: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(written.trim().to_owned()))
}

/// Runs it.
///
/// # Errors
/// Something needed was not given, the sign-in is refused, or the server cannot be reached.
pub fn run(globals: &Globals, arguments: &LoginArgs) -> Result<(), Failure> {
    let network = Network::named(&arguments.network).unwrap_or_default();
    fitting(arguments, network)?;
    let server = server(arguments, network)?;
    let mut startup = globals.startup_with_notes()?;
    if let Some(service) = &arguments.account_service {
        if let Some(fault) = service_fault(service) {
            return Err(Failure::Usage(format!("--account-service is {fault}")));
        }
        startup.ways.account_service = Some(service.trim_end_matches('/').to_owned());
    }
    let mut setup = setup(arguments, &startup)?;
    // Without an address an account that is known keeps its own: its password is for that server alone.
    if let Some(server) = server {
        setup.account.server = network.kept(&server);
    }
    if network.server().is_empty() && setup.server().is_empty() {
        let name = network.name();
        return Err(Failure::Usage(format!("{name} has many servers; say which with --server HOST")));
    }
    let address = setup.server().to_owned();
    let (id, way) = (setup.id, setup.way());
    if way.is_ok_and(|(_, server)| !server.is_encrypted() && !server.is_loopback()) {
        let what = if proof::asks_for_password(arguments, network) { "read your password" } else { "read along" };
        print::tell(&format!("The connection to {address} is not encrypted: everybody on the way can {what}."));
    }
    let known = std::mem::replace(&mut startup.accounts, vec![setup.clone()]);
    let patience = startup.connect_timeout + PATIENCE;
    let sign_in = async {
        let vault = startup.vault();
        let (credentials, admission) = proof::ask(arguments, network, &setup, &known, &vault).await?;
        let mut host = Host::idle(startup);
        host.watch();
        let proof = Proof::With(credentials);
        let wish = SignIn { network, server: address.clone(), proof, admission, keep: true };
        let may_ask = !arguments.password_stdin && !arguments.token_stdin && std::io::stdin().is_terminal();
        let outcome = follow::follow(&mut host, id, wish, patience, may_ask).await;
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

/// Whether the options are such as this network has.
fn fitting(arguments: &LoginArgs, network: Network) -> Result<(), Failure> {
    let given = [("--email", &arguments.email), ("--username", &arguments.username)];
    if let Some((option, _)) =
        given.iter().find(|(_, given)| given.as_deref().is_some_and(|text| text.trim().is_empty()))
    {
        return Err(Failure::Usage(format!("{option} is empty; give who signs in, or leave it out to be asked")));
    }
    let name = network.name();
    let foreign = match network {
        Network::Osmium => [
            ("--link", arguments.link),
            ("--same-as", arguments.same_as.is_some()),
            ("--register", arguments.register),
            ("--invite-stdin", arguments.invite_stdin),
            ("--server-password-stdin", arguments.server_password_stdin),
            ("--account-service", arguments.account_service.is_some()),
        ]
        .into_iter()
        .find(|(_, given)| *given),
        Network::OriginChats => [("--email", arguments.email.is_some()), ("--code", arguments.code.is_some())]
            .into_iter()
            .find(|(_, given)| *given),
    };
    match foreign {
        Some(("--register", _)) => Err(Failure::Usage(format!(
            "accounts of {name} are made on screen: run \"nib\" and choose to make an account"
        ))),
        Some((option, _)) => Err(Failure::Usage(format!("{name} has no use for {option}; leave it out"))),
        None if arguments.register && arguments.username.is_none() => {
            Err(Failure::Usage("--register needs --username".to_owned()))
        }
        None => Ok(()),
    }
}

/// The account that is signed in to: the one of the label, else a new one.
fn setup(arguments: &LoginArgs, startup: &Startup) -> Result<AccountSetup, Failure> {
    let label = label(arguments, startup)?;
    let known = startup.accounts.iter().find(|setup| label.as_ref() == Some(&setup.account.label));
    let mut setup = known.cloned().unwrap_or_else(|| {
        let name = label.as_deref().unwrap_or_default();
        let mut setup = AccountSetup::new(AccountId(0), &arguments.network, name, "", TokenSource::Saved);
        if let Some(options) = startup.fixed.account(name) {
            setup.account.server.clone_from(&options.server);
            setup.account.account_service.clone_from(&options.account_service);
            setup.account.options = options.clone();
        }
        setup.account.account_service =
            setup.account.account_service.take().or_else(|| startup.ways.account_service.clone());
        setup
    });
    if arguments.account_service.is_some() {
        setup.account.account_service.clone_from(&startup.ways.account_service);
    }
    setup.account.network.clone_from(&arguments.network);
    setup.token = TokenSource::Saved;
    Ok(setup)
}

fn server(arguments: &LoginArgs, network: Network) -> Result<Option<String>, Failure> {
    // An empty one is a variable that was not set: to go to the network's own server instead would show the password to it.
    let Some(server) = arguments.server.as_deref().map(str::trim) else { return Ok(None) };
    if server.is_empty() {
        return Err(Failure::Usage(crate::net::dial::BadAddress::Empty.to_string()));
    }
    // Not quoted as a whole: it may hold a password.
    network.address(server).map_err(|error| Failure::Usage(error.to_string()))?;
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
