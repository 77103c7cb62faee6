//! `nib demo`: a server of its own in this process, and the chat signed in to it. Nothing of the user's profile is read or written.

use super::failure::Failure;
use super::{Globals, print};
use crate::config::{Config, Paths, SecretsChoice};
use crate::demo::osmium::{DemoAccount, OWN_DOMAIN, Options, Running, StartError, description_json, start};
use crate::domain::{AccountId, Secret, fault};
use crate::shell::accounts::{AccountSetup, TokenSource};
use crate::shell::home::ThrowawayHome;
use crate::shell::input::Input;
use crate::shell::networks::Network;
use crate::shell::signals::Ending;
use crate::shell::startup::{Startup, StartupError};
use crate::shell::{block_on, run, terminal};
use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::net::SocketAddr;

/// Accounts listed for people; the rest is in the JSON.
const LISTED: usize = 8;

/// What `nib demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Run the server alone, for any client, until Ctrl-C
    #[arg(long)]
    serve_only: bool,
    /// Where the server listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What the world is made from; the same number makes the same world
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many people act by script
    #[arg(long, value_name = "N", default_value_t = 6)]
    people: usize,
    /// The moment the world counts back from, for example 2026-11-19T14:10Z; without a zone the local one
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    at: Option<Timestamp>,
    /// Print address and accounts as one line of JSON
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
    if arguments.serve_only {
        return block_on(serve(options, arguments.json))?;
    }
    in_terminal(globals, options, None)
}

/// The demo as it is without options, for who tries it from the welcome page: with what is typed from there on. The log goes on where it is.
///
/// # Errors
/// There is no terminal, or it went away.
pub fn show(globals: &Globals, input: Option<Input>) -> Result<(), Failure> {
    in_terminal(&Globals { open: None, ..globals.clone() }, Options::default(), input)
}

fn in_terminal(globals: &Globals, options: Options, input: Option<Input>) -> Result<(), Failure> {
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
    block_on(chat(options, startup, input))?
}

async fn chat(options: Options, mut startup: Startup, mut input: Option<Input>) -> Result<(), Failure> {
    let server = start(options).await.map_err(|error| no_server(&error))?;
    let you = server.accounts.first().ok_or_else(|| Failure::Failed("the demo's world is empty".to_owned()))?;
    let token = TokenSource::Given(Secret::new(you.token.clone()));
    startup.accounts = vec![AccountSetup::new(AccountId(0), "osmium", &you.username, &server.url, token)];
    startup.propose(Network::Osmium, &server.url);
    let ended = run::chat(startup, &mut input).await;
    server.stop().await;
    ended?;
    Ok(())
}

async fn serve(options: Options, json: bool) -> Result<(), Failure> {
    let server = start(options).await.map_err(|error| no_server(&error))?;
    let mut ending = Ending::listen()?;
    print::line(&if json { description_json(&server) } else { description(&server) })?;
    loop {
        tokio::select! {
            mail = server.next_mail() => {
                print::tell(&format!("Mail to {}: your token is {}", mail.to, mail.token));
            }
            () = ending.asked() => break,
        }
    }
    server.stop().await;
    Ok(())
}

/// Why the server does not start, with what the system says of it.
fn no_server(error: &StartError) -> Failure {
    Failure::Failed(match error {
        StartError::Listen { address, source } => {
            let why = fault::words(source);
            format!("the demo server cannot listen on {address}: {why}; choose another address with --listen")
        }
        StartError::Empty => error.to_string(),
    })
}

/// Where the server is and how to sign in, for people.
fn description(server: &Running) -> String {
    let people: Vec<&DemoAccount> =
        server.accounts.iter().filter(|account| !account.bot && account.totp_secret.is_none()).collect();
    let wide = people.iter().take(LISTED).map(|account| account.email.len()).max().unwrap_or(0);
    let mut text = format!(
        "The demo server listens at {} (and {}). Ctrl-C ends it.\n\nSign in with any of these:\n\n",
        server.url,
        server.tcp_url()
    );
    for account in people.iter().take(LISTED) {
        text.push_str(&format!("  {:wide$}  {}\n", account.email, account.password));
    }
    let more = server.accounts.len().saturating_sub(people.len().min(LISTED));
    text.push_str(&format!("\n{more} more, bots among them, with --json.\n"));
    text.push_str(&format!(
        "\nOr make an account. An address at {OWN_DOMAIN} is taken at once; for any other the server asks for a token, which is printed here\n\
         in place of a mail. A new account is empty; these invites lead somewhere:\n\n"
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
