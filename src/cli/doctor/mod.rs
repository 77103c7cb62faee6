//! `nib doctor`: looks at everything that can be wrong, and says what to do about what is.
//!
//! Nothing is changed by it. What it prints may be shown to strangers: names, addresses of private servers and places of files are masked, and no
//! secret is ever in it.

mod accounts;
mod files;
mod finding;
mod mask;
mod network;
mod terminal;

use super::Globals;
use super::failure::{Failure, sentence};
use crate::config::accounts::merge;
use crate::config::paths::PathsError;
use crate::config::{Config, Paths, ProxyChoice, SavedAccounts};
use crate::shell::secrets::{Secrets, TOKEN_VARIABLE};
use crate::shell::{block_on, colour};
use clap::Args;
use finding::{Findings, Section};
use mask::Mask;
use std::time::Duration;

/// How long the keyring may take here: it may be asking for its password in a window that nobody sees.
const KEYRING: Duration = Duration::from_secs(10);

/// Options of `nib doctor`.
#[derive(Clone, Copy, Debug, Args)]
pub struct DoctorArgs {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Print names, addresses and places in full; do not publish that
    #[arg(long)]
    unmasked: bool,
}

/// Runs it.
///
/// # Errors
/// There is a problem: exit code 4 if all of them are of the network, else 1.
pub fn run(globals: &Globals, arguments: &DoctorArgs) -> Result<(), Failure> {
    let mut findings = Findings::new(arguments.json);
    findings.ok(Section::Program, "version", program())?;
    let mut mask = Mask::of_environment(arguments.unmasked);
    let paths = match Paths::find(globals.profile.as_deref(), globals.config.as_deref()) {
        Ok(paths) => paths,
        Err(error) => {
            if let PathsError::Profile(name) = &error {
                mask.know(&name.escape_debug().to_string());
            }
            let text = mask.text(&error.to_string());
            findings.problem(Section::Files, "places", text, "set HOME or NIB_HOME to a directory")?;
            return findings.end();
        }
    };
    let (mut config, themes) = Config::of(&paths);
    config.problems.extend(colour::mistakes(&themes));
    let saved = SavedAccounts::look(&paths.accounts_file());
    introduce(&mut mask, &paths, &config, saved.as_ref().ok().and_then(Option::as_ref));
    terminal::look(&mut findings, &config.settings)?;
    configuration(&mut findings, &mask, &paths, &config)?;
    files::look(&mut findings, &mask, &paths)?;
    let secrets = Secrets::new(&paths, config.secrets);
    keyring(&mut findings, &mask, &secrets)?;
    let saved = match saved {
        Ok(Some(saved)) => saved,
        Ok(None) => {
            let text = "the list of accounts cannot be understood".to_owned();
            let next = "run nib accounts, which moves it out of the way, and sign in again with nib login";
            findings.problem(Section::Accounts, "list", text, next)?;
            SavedAccounts::default()
        }
        Err(error) => {
            let text = format!("the list of accounts cannot be read: {}", crate::domain::fault::words(&error));
            findings.problem(Section::Accounts, "list", text, "see to the files named above")?;
            SavedAccounts::default()
        }
    };
    let patients = accounts::look(&mut findings, &mask, &config, &saved, &secrets)?;
    if globals.offline {
        findings.note(Section::Network, "servers", "not asked, as --offline wants".to_owned())?;
        network::clock(&mut findings, &mask, &[])?;
        return findings.end();
    }
    block_on(network::look(globals, &mut findings, &mask, &patients))??;
    findings.end()
}

/// What this program is.
fn program() -> String {
    let mut parts = vec![cfg!(feature = "desktop").then_some("keyring"), cfg!(feature = "demo").then_some("demo")];
    parts.retain(Option::is_some);
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let with = if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(" and ")) };
    format!(
        "nib {}{with}, for {} {}{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        if cfg!(debug_assertions) { ", built for debugging" } else { "" }
    )
}

/// Tells the mask the names that may stand in any sentence: of accounts, servers, proxies and files.
fn introduce(mask: &mut Mask, paths: &Paths, config: &Config, saved: Option<&SavedAccounts>) {
    mask.know_path(&paths.config_file);
    if let Some(file) = &config.ca_file {
        mask.know_path(file);
    }
    if let Some(profile) = &paths.profile {
        mask.know(profile);
    }
    for account in merge(config, saved.unwrap_or(&SavedAccounts::default())) {
        for name in [&account.label, &account.username, &account.display_name] {
            mask.know(name);
        }
        if let Some(server) = &account.server {
            mask.know_host_of(server);
        }
        account.options.trusted_hosts.iter().flatten().for_each(|host| mask.know(host));
    }
    if let ProxyChoice::Named(address) = &config.proxy {
        mask.know_host_of(address.expose());
    }
    for name in ["NIB_SERVER", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        for name in [name.to_owned(), name.to_ascii_lowercase()] {
            if let Ok(address) = std::env::var(name) {
                mask.know_host_of(&address);
            }
        }
    }
}

fn configuration(findings: &mut Findings, mask: &Mask, paths: &Paths, config: &Config) -> Result<(), Failure> {
    const HERE: Section = Section::Configuration;
    let file = mask.path(&paths.config_file);
    if let Some(profile) = &paths.profile {
        findings.ok(HERE, "profile", mask.word(profile))?;
    }
    match (config.exists, paths.config_file_named) {
        (true, _) => findings.ok(HERE, "file", file)?,
        (false, false) => findings.ok(HERE, "file", format!("there is none at {file}; the defaults hold"))?,
        // Told below, among the mistakes.
        (false, true) => {}
    }
    for mistake in &config.problems {
        let text = mask.mistake(&mistake.to_string());
        if mistake.warning {
            findings.note(HERE, "mistake", text)?;
        } else {
            findings.problem(HERE, "mistake", text, "correct it with nib config edit")?;
        }
    }
    let proxy = match &config.proxy {
        ProxyChoice::Direct => "none, whatever the environment says".to_owned(),
        ProxyChoice::Named(_) => "the one that is configured".to_owned(),
        ProxyChoice::Environment => {
            let named = |name: &&str| {
                let names = [(*name).to_owned(), name.to_ascii_lowercase()];
                names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
            };
            let set: Vec<&str> =
                ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].into_iter().filter(named).collect();
            if set.is_empty() { "none".to_owned() } else { format!("what the environment says in {}", set.join(", ")) }
        }
    };
    findings.ok(HERE, "proxy", proxy)?;
    if let Some(file) = &config.ca_file {
        match crate::net::tls::client_config(Some(file)) {
            Ok(_) => findings.ok(HERE, "certificates", format!("those of {} are trusted, too", mask.path(file)))?,
            Err(error) => findings.problem(
                HERE,
                "certificates",
                mask.text(&error.to_string()),
                "name a file of certificates in PEM form, or none",
            )?,
        }
    }
    if std::env::var_os(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
        let text = format!("{TOKEN_VARIABLE} is set: its account is the only one of a run");
        findings.note(HERE, "environment", text)?;
    }
    Ok(())
}

fn keyring(findings: &mut Findings, mask: &Mask, secrets: &Secrets) -> Result<(), Failure> {
    const HERE: Section = Section::Keyring;
    let store = match std::env::consts::OS {
        "macos" => "the keychain",
        "windows" => "the credential manager",
        _ => "the secret service",
    };
    let asked = secrets.clone();
    // A keyring that waits for its password is left to itself.
    let answer = within(KEYRING, move || asked.keyring());
    let must = secrets.choice() == crate::config::SecretsChoice::Keyring;
    let instead = "tokens are kept in files that only you can read";
    match answer {
        Some(None) => findings.ok(HERE, "store", format!("not used: {instead}")),
        Some(Some(Ok(()))) => findings.ok(HERE, "store", format!("{store} answers, and keeps the tokens")),
        Some(Some(Err(error))) if must => {
            // What the service says may name anything.
            let error = mask.text(&error.to_string());
            let next = "start a keyring, or write secrets = \"file\" in the configuration";
            findings.problem(
                HERE,
                "store",
                sentence(&format!("the keyring that is asked for cannot be used: {error}")),
                next,
            )
        }
        Some(Some(Err(error))) => {
            let error = mask.text(&error.to_string());
            findings.note(HERE, "store", format!("{store} cannot be used ({error}): {instead}"))
        }
        None => {
            let next = "unlock it, or write secrets = \"file\" in the configuration";
            let text = format!("{store} did not answer within {} s", KEYRING.as_secs());
            findings.problem(HERE, "store", text, next)
        }
    }
}

/// Does something that may take for ever on a thread of its own, and waits for a while. `None`: it took too long, and is left behind.
fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, hear) = std::sync::mpsc::channel();
    // Nobody listens any more when the time is over.
    let work = move || drop(tell.send(work()));
    std::thread::Builder::new().name("doctor".to_owned()).spawn(work).ok()?;
    hear.recv_timeout(limit).ok()
}
