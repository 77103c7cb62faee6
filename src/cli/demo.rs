//! `nib demo`: servers of its own in this process, and the chat signed in to them. Nothing of the user's profile is read or written.

use super::failure::Failure;
use super::{Globals, numbers, print};
use crate::config::accounts::NETWORKS;
use crate::config::{Config, Paths, SecretsChoice};
use crate::demo::originchats::{self, LABELS, Together, start_sample};
use crate::demo::osmium::{DemoAccount, Mail, OWN_DOMAIN, Options, Running, StartError, description, start};
use crate::domain::{AccountId, Secret, fault};
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::home::ThrowawayHome;
use crate::shell::input::Input;
use crate::shell::networks::Network;
use crate::shell::signals::{Ending, may_read};
use crate::shell::startup::{Startup, StartupError};
use crate::shell::{block_on, run, terminal};
use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::sync::mpsc;

/// Accounts listed for people; the rest is in the JSON.
const LISTED: usize = 8;

/// What `nib demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Run the servers alone, for any client, until Ctrl-C
    #[arg(long)]
    serve_only: bool,
    /// Where the Osmium server listens, and the others at the ports behind it or at free ones; port 0 takes free ones
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = numbers::address)]
    listen: SocketAddr,
    /// What the world is made from; the same number makes the same world
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    seed: u64,
    /// How many people act by script
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = numbers::whole::<usize>(0..=u64::MAX))]
    people: usize,
    /// The moment the world counts back from, for example 2026-11-19T14:10Z; without a zone the local one
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    at: Option<Timestamp>,
    /// Show one network alone
    #[arg(long, value_name = "NETWORK", value_parser = clap::builder::PossibleValuesParser::new(NETWORKS))]
    network: Option<String>,
    /// Print addresses and accounts as one line of JSON
    #[arg(long, requires = "serve_only")]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no terminal, the address cannot be listened on, or the terminal went away.
pub fn run(globals: &Globals, arguments: &DemoArgs) -> Result<(), Failure> {
    let options = Options {
        seed: arguments.seed,
        at: arguments.at.map(Timestamp::as_millisecond),
        people: arguments.people,
        listen: arguments.listen,
        ..Options::default()
    };
    let shown = |network: &str| arguments.network.as_deref().is_none_or(|only| only == network);
    let networks = Networks { osmium: shown(NETWORKS[0]), originchats: shown(NETWORKS[1]) };
    if arguments.serve_only {
        return block_on(serve(options, networks, arguments.json))?;
    }
    in_terminal(globals, options, networks, None)
}

/// The demo as it is without options, for who tries it from the welcome page: with what is typed from there on. The log goes on where it is.
///
/// # Errors
/// There is no terminal, or it went away.
pub fn show(globals: &Globals, input: Option<Input>) -> Result<(), Failure> {
    let networks = Networks { osmium: true, originchats: true };
    in_terminal(&Globals { open: None, ..globals.clone() }, Options::default(), networks, input)
}

/// Which networks are shown.
#[derive(Clone, Copy, Debug)]
struct Networks {
    osmium: bool,
    originchats: bool,
}

/// The servers of the demo.
struct Servers {
    osmium: Option<Running>,
    originchats: Option<Together>,
}

impl Servers {
    async fn start(options: Options, networks: Networks) -> Result<Self, Failure> {
        let (seed, at, people, listen) = (options.seed, options.at, options.people, options.listen);
        let mut behind = listen;
        if networks.osmium && listen.port() != 0 {
            behind.set_port(listen.port().checked_add(5).map_or(0, |_| listen.port() + 1));
        }
        // Neither waits for the other: what takes time is to make the worlds.
        let osmium = async {
            match networks.osmium {
                true => start(options).await.map(Some).map_err(|error| no_server(&error)),
                false => Ok(None),
            }
        };
        let originchats = async {
            match networks.originchats {
                true => {
                    let started = start_sample(seed, at, people, behind, networks.osmium).await;
                    started.map(Some).map_err(|(at, why)| cannot_listen(at, &why))
                }
                false => Ok(None),
            }
        };
        if listen.port() != 0 {
            // Nobody is to be given the port that was asked for.
            return Ok(Self { osmium: osmium.await?, originchats: originchats.await? });
        }
        let (osmium, originchats) = tokio::try_join!(osmium, originchats)?;
        Ok(Self { osmium, originchats })
    }
}

fn in_terminal(globals: &Globals, options: Options, networks: Networks, input: Option<Input>) -> Result<(), Failure> {
    // Nobody could read mails here.
    let options = Options { verifies: false, ..options };
    terminal::check(std::env::var("TERM").ok().as_deref())?;
    let home = ThrowawayHome::new()
        .map_err(|error| Failure::Failed(format!("the demo finds no place for its files: {}", fault::words(&error))))?;
    let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).map_err(StartupError::Paths)?;
    globals.start_log(&paths)?;
    // Tokens of whoever signs in or up here stay with the rest of the files: nothing is for the system's keyring.
    let secrets = SecretsChoice::File;
    let mut startup = Startup { open: globals.open.clone(), secrets, ..Startup::bare(paths) };
    // Only a file that was named: what the user's own profile says is none of the demo's business.
    if let Some(file) = &globals.config {
        startup.paths.config_file.clone_from(file);
        startup.paths.config_file_named = true;
        let (config, themes) = Config::of(&startup.paths);
        startup.configure(config);
        startup.secrets = secrets;
        startup.themes = themes;
    }
    block_on(chat(options, networks, startup, input))?
}

async fn chat(
    options: Options,
    networks: Networks,
    mut startup: Startup,
    mut input: Option<Input>,
) -> Result<(), Failure> {
    let servers = Servers::start(options, networks).await?;
    let first = servers.originchats.as_ref().and_then(|together| together.servers.first());
    if let Some(server) = first {
        startup.propose(Network::OriginChats, &server.url());
    }
    if let Some(server) = &servers.osmium {
        let you = server.accounts.first().ok_or_else(|| Failure::Failed("the demo's world is empty".to_owned()))?;
        let token = TokenSource::Given(Secret::new(you.token.clone()));
        startup.accounts.push(AccountSetup::new(AccountId(0), NETWORKS[0], &you.username, &server.url, token));
        startup.propose(Network::Osmium, &server.url);
    }
    if let Some(together) = &servers.originchats {
        startup.ways.account_service = Some(together.service.url());
        let you = together.accounts.first().map(|account| account.token.clone()).unwrap_or_default();
        for (label, server) in LABELS.iter().zip(&together.servers) {
            let id = AccountId(u16::try_from(startup.accounts.len()).unwrap_or_default());
            let token = TokenSource::Given(Secret::new(you.clone()));
            let mut setup = AccountSetup::new(id, NETWORKS[1], label, &server.url(), token);
            setup.account.account_service = Some(together.service.url());
            startup.accounts.push(setup);
        }
    }
    let ended = run::chat(startup, &mut input).await;
    if let Some(server) = servers.osmium {
        server.stop().await;
    }
    ended?;
    Ok(())
}

async fn serve(options: Options, networks: Networks, json: bool) -> Result<(), Failure> {
    let servers = Servers::start(options, networks).await?;
    let mut ending = Ending::listen()?;
    print::line(&if json { described(&servers).to_string() } else { words(&servers) })?;
    let mut typed = typed_lines();
    loop {
        tokio::select! {
            mail = next_mail(servers.osmium.as_ref()) => {
                print::tell(&format!("Mail to {}: your token is {}", mail.to, mail.token));
            }
            asked = next_code(servers.originchats.as_ref()) => {
                print::tell(&format!("Somebody wants to sign in. To let them in, type: allow {asked} NAME"));
            }
            Some(line) = typed.recv() => {
                if let Some(said) = servers.originchats.as_ref().and_then(|together| allowed(together, &line)) {
                    print::tell(&said);
                }
            }
            () = ending.asked() => break,
        }
    }
    if let Some(server) = servers.osmium {
        server.stop().await;
    }
    Ok(())
}

/// What is typed where the servers run, line by line. A thread reads it: nobody waits for it at the end.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(8);
    if !may_read() {
        return lines;
    }
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

async fn next_mail(server: Option<&Running>) -> Mail {
    match server {
        Some(server) => server.next_mail().await,
        None => std::future::pending().await,
    }
}

async fn next_code(together: Option<&Together>) -> String {
    match together {
        Some(together) => together.service.service.next_code().await,
        None => std::future::pending().await,
    }
}

/// Lets a program in, if that is what the line says; what came of it.
fn allowed(together: &Together, line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (verb, code, name) = (words.next()?, words.next(), words.next());
    Some(match (verb, code, name) {
        ("allow", Some(code), Some(name)) if together.service.service.allow(&code.to_uppercase(), name) => {
            format!("Allowed as {name}.")
        }
        ("allow", Some(_), Some(_)) => "There is no such code, or nobody of that name.".to_owned(),
        _ => "Type: allow CODE NAME".to_owned(),
    })
}

/// Why the server does not start, with what the system says of it.
fn no_server(error: &StartError) -> Failure {
    Failure::Failed(match error {
        StartError::Listen { address, source } => return cannot_listen(*address, source),
        StartError::Empty => error.to_string(),
    })
}

fn cannot_listen(address: SocketAddr, why: &std::io::Error) -> Failure {
    let why = fault::words(why);
    Failure::Failed(format!("the demo server cannot listen on {address}: {why}; choose another address with --listen"))
}

/// What `--json` prints: everything about the Osmium server at the top, as ever, and the others beside it.
fn described(servers: &Servers) -> Value {
    let mut all = servers.osmium.as_ref().map_or_else(|| json!({"v": 1}), description);
    if let Some(together) = &servers.originchats {
        all["originchats"] = together.description();
    }
    all
}

/// Where the servers are and how to sign in, for people.
fn words(servers: &Servers) -> String {
    let osmium = servers.osmium.as_ref().map(osmium_words);
    let originchats = servers.originchats.as_ref().map(originchats_words);
    osmium.into_iter().chain(originchats).collect::<Vec<_>>().join("\n\n")
}

fn originchats_words(together: &Together) -> String {
    let service = together.service.url();
    let mut text = "OriginChats servers, and the service that keeps their accounts:\n\n".to_owned();
    for (label, server) in LABELS.iter().zip(&together.servers) {
        text.push_str(&format!("  {label:<8}  {}\n", server.url()));
    }
    text.push_str(&format!(
        "  accounts  {service}\n\nSign in to them with any of these tokens, from another terminal:\n\n"
    ));
    for account in together.accounts.iter().take(LISTED) {
        text.push_str(&format!("  {}\n", account.token));
    }
    let first = together.servers.first().map(|server| server.url()).unwrap_or_default();
    let (name, password) = originchats::GUEST;
    text.push_str(&format!(
        "\n  nib login --network originchats --server {first} \\\n    --account-service {service} --label garden --token-stdin\n"
    ));
    text.push_str(&format!(
        "\nWith --link in place of --token-stdin it shows a code. Allow it on the page\n{service}/link, or type here: allow CODE NAME\n"
    ));
    text.push_str(&format!(
        "\nThe first server has an account of its own, too: --username {name}, with the\npassword {password}.\n"
    ));
    text.push_str("\nThe third server has direct chats alone.");
    text
}

fn osmium_words(server: &Running) -> String {
    let people: Vec<&DemoAccount> =
        server.accounts.iter().filter(|account| !account.bot && account.totp_secret.is_none()).collect();
    let wide = people.iter().take(LISTED).map(|account| account.email.len()).max().unwrap_or(0);
    let mut text =
        format!("The Osmium server listens at {}\n(and {}). Ctrl-C ends it.\n\n", server.url, server.tcp_url());
    text.push_str("Sign in with any of these, from another terminal:\n\n");
    for account in people.iter().take(LISTED) {
        text.push_str(&format!("  {:wide$}  {}\n", account.email, account.password));
    }
    if let Some(first) = people.first() {
        text.push_str(&format!("\n  nib login --server {} --email {}\n", server.url, first.email));
    }
    let more = server.accounts.len().saturating_sub(people.len().min(LISTED));
    text.push_str(&format!("\n{more} more, bots among them, with --json.\n"));
    text.push_str(&format!(
        "\nOr make an account. An address at {OWN_DOMAIN} is taken at once; for any other\nthe server asks for a token, which is printed here in place of a mail. A new\naccount is empty; these invites lead somewhere:\n\n"
    ));
    for invite in &server.invites {
        text.push_str(&format!("  {}  {}\n", invite.code, invite.name));
    }
    text.trim_end().to_owned()
}

/// Reads a moment: with a zone or offset as it says, without one in the local zone, a date alone as its noon.
fn read_time(text: &str) -> Result<Timestamp, String> {
    read_time_in(text, TimeZone::system())
}

fn read_time_in(text: &str, zone: TimeZone) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(at.timestamp());
    }
    let local: Result<DateTime, _> = match text.parse::<jiff::civil::Date>() {
        Ok(date) if !text.contains(':') => Ok(date.at(12, 0, 0, 0)),
        _ => text.parse(),
    };
    local
        .and_then(|local| local.to_zoned(zone))
        .map(|at| at.timestamp())
        .map_err(|_| "not a moment; write 2026-11-19T14:10Z, 2026-11-19T14:10 or 2026-11-19".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let read = |text: &str| read_time_in(text, zone.clone()).map(|at| at.to_string());
        for (text, want) in [
            ("2026-11-19T14:10Z", "2026-11-19T14:10:00Z"),
            ("2026-11-19T14:10:30+01:00", "2026-11-19T13:10:30Z"),
            ("2026-11-19T14:10", "2026-11-19T12:10:00Z"),
            ("2026-11-19 14:10", "2026-11-19T12:10:00Z"),
            ("2026-11-19", "2026-11-19T10:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(want), "{text}");
        }
        assert!(read("yesterday").is_err());
    }
}
