//! `nib config`: where the configuration is, what is in force, what is wrong with it.

use super::failure::Failure;
use super::{Globals, print};
use crate::config::report::{self, Report};
use crate::config::{Config, ConfigError, Paths, edit};
use crate::domain::fault;
use crate::net::tls;
use crate::shell::colour;
use clap::Subcommand;
use std::io::IsTerminal;
use std::process::{Command, ExitStatus};

/// What to do with the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print where the file is
    Path,
    /// Print everything in force, with where each value comes from
    Show,
    /// List every mistake with its line and column
    Check,
    /// Open the file in your editor, then check it
    Edit,
}

/// Runs it.
///
/// # Errors
/// The configuration has mistakes (exit code 2), there is no place for it, or the editor cannot be run.
pub fn run(globals: &Globals, command: ConfigCommand) -> Result<(), Failure> {
    let paths = Paths::find(globals.profile.as_deref(), globals.config.as_deref())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let load = || {
        let (mut config, themes) = Config::of(&paths);
        config.problems.extend(colour::mistakes(&themes));
        if let Some(Err(error)) = config.ca_file.as_deref().map(|file| tls::client_config(Some(file))) {
            config.problems.push(ConfigError::of_file(&paths.config_file, &error.to_string()));
        }
        config
    };
    match command {
        ConfigCommand::Path => tell(&report::path(&paths)),
        ConfigCommand::Show => tell(&report::show(&load())),
        ConfigCommand::Check => tell(&report::check(&load())),
        ConfigCommand::Edit => {
            if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
                let text = "not a terminal: an editor needs one; \"nib config path\" says where the file is";
                return Err(Failure::Usage(text.to_owned()));
            }
            let made = edit::prepare(&paths)
                .map_err(|error| Failure::Failed(format!("{}: {error}", paths.config_file.display())))?;
            let (visual, editor) = (std::env::var_os("VISUAL"), std::env::var_os("EDITOR"));
            let editor = edit::command(visual.as_deref(), editor.as_deref(), &paths.config_file);
            let name = editor.program.to_string_lossy().into_owned();
            let status = Command::new(&editor.program).args(&editor.arguments).status();
            if made && !status.as_ref().is_ok_and(ExitStatus::success) {
                // As if nothing had been asked for, unless something was written.
                edit::discard(&paths);
            }
            let status = status.map_err(|error| {
                Failure::Failed(format!(
                    "the editor \"{name}\" cannot be started: {}; set EDITOR to another program",
                    fault::words(&error)
                ))
            })?;
            if !status.success() {
                return Err(Failure::Failed(format!("the editor \"{name}\" ended with {status}")));
            }
            tell(&report::check(&load()))
        }
    }
}

fn tell(report: &Report) -> Result<(), Failure> {
    print::text(&report.out)?;
    if report.status == 0 {
        if !report.err.is_empty() {
            print::tell(report.err.trim_end());
        }
        return Ok(());
    }
    Err(Failure::Reported { text: report.err.trim_end().to_owned(), code: report.status })
}
