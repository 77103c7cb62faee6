//! What `nib config path`, `show` and `check` say. The command line prints it.

use super::options::{OPTIONS, quoted};
use super::resolve::key_option;
use super::{Config, Paths};
use crate::state::action::Context;
use std::fmt::Write;

/// Exit status of a configuration with errors.
const BAD_CONFIGURATION: u8 = 2;

/// What a command says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// The exit status.
    pub status: u8,
}

/// Where the configuration is read from.
#[must_use]
pub fn path(paths: &Paths) -> Report {
    Report { out: format!("{}\n", paths.config_file.display()), ..Report::default() }
}

/// Every mistake with its place.
#[must_use]
pub fn check(config: &Config) -> Report {
    let path = config.path.display();
    let status = if config.has_errors() { BAD_CONFIGURATION } else { 0 };
    if config.problems.is_empty() {
        let out = if config.exists {
            format!("{path}: no mistakes\n")
        } else {
            format!("{path}: there is no such file, the defaults hold\n")
        };
        return Report { out, err: String::new(), status };
    }
    Report { out: String::new(), err: problems(config), status }
}

/// Everything in force, as a configuration that says the same, with where each value comes from. Commands that print tokens are named, their
/// arguments are not.
#[must_use]
pub fn show(config: &Config) -> Report {
    let status = if config.has_errors() { BAD_CONFIGURATION } else { 0 };
    Report { out: effective(config), err: problems(config), status }
}

fn problems(config: &Config) -> String {
    config.problems.iter().fold(String::new(), |mut text, problem| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{problem}");
        text
    })
}

fn effective(config: &Config) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    let origin =
        |option: &str| config.line_of(option).map_or_else(|| "default".to_owned(), |line| format!("line {line}"));
    for entry in OPTIONS {
        lines.push((format!("{} = {}", entry.name, (entry.show)(config)), origin(entry.name)));
    }
    for (label, options) in &config.accounts {
        let from = |name: &str| origin(&format!("accounts.{label}.{name}"));
        lines.push((format!("\n[accounts.{}]", quoted(label)), String::new()));
        let words =
            [("server", &options.server), ("network", &options.network), ("account_service", &options.account_service)];
        for (name, value) in words {
            lines.extend(value.iter().map(|value| (format!("{name} = {}", quoted(value)), from(name))));
        }
        lines.extend(options.client_id.iter().map(|id| (format!("client_id = {id}"), from("client_id"))));
        let colour = options.colour.map(|colour| u16::from(colour) + 1);
        lines.extend(colour.iter().map(|colour| (format!("colour = {colour}"), from("colour"))));
        lines.extend(options.trusted_hosts.iter().map(|hosts| {
            let hosts: Vec<String> = hosts.iter().map(|host| quoted(host)).collect();
            (format!("trusted_hosts = [{}]", hosts.join(", ")), from("trusted_hosts"))
        }));
        let flags = [("unnamed_keys", options.unnamed_keys), ("direct_server", options.direct_server)];
        for (name, value) in flags {
            lines.extend(value.iter().map(|value| (format!("{name} = {value}"), from(name))));
        }
        lines.extend(
            options.token_command.iter().map(|_| ("# token_command = [not shown]".to_owned(), from("token_command"))),
        );
    }
    for context in Context::ALL {
        lines.push((format!("\n[keys.{}]", context.name()), String::new()));
        for bound in config.keymap.bindings().filter(|bound| bound.context == context) {
            let from = origin(&key_option(context.name(), bound.key));
            lines.push((format!("{} = {}", quoted(&bound.key.to_string()), quoted(bound.written)), from));
        }
    }
    let source = if config.exists {
        config.path.display().to_string()
    } else {
        format!("{} does not exist", config.path.display())
    };
    let heading = format!("# {}\n", source.replace(char::is_control, "?"));
    lines.into_iter().fold(heading, |mut text, (line, from)| {
        // Writing to a string cannot fail.
        let _ = if from.is_empty() { writeln!(text, "{line}") } else { writeln!(text, "{line:<40} # {from}") };
        text
    })
}
