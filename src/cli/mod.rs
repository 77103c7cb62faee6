//! The command line: one file per command. Messages go to standard error, data to standard output; exit codes are in [`failure`].

pub mod accounts;
pub mod chats;
pub mod config;
mod days;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod export;
pub mod failure;
pub mod generate;
pub mod keys;
pub mod login;
pub mod logout;
mod numbers;
pub mod open;
pub mod output;
pub mod print;
mod prompt;
mod quoting;
pub mod read;
pub mod send;
mod session;
pub mod store;
pub mod tail;

use crate::config::Paths;
use crate::shell::startup::{Startup, StartupError};
use crate::shell::{logging, panic};
use clap::error::{ContextKind, ErrorKind};
use clap::{Args, Parser, Subcommand};
use failure::Failure;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// A terminal client for chat networks.
///
/// Without a command nib opens the chat, and offers ways in when there is no account yet.
#[derive(Debug, Parser)]
#[command(name = "nib", version, disable_help_subcommand = true, propagate_version = false, max_term_width = 100)]
#[command(after_help = AFTERWARDS)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What stands below the options.
const AFTERWARDS: &str = "Environment: NIB_TOKEN (with NIB_SERVER and NIB_NETWORK) signs in for one run and stores nothing, \
NIB_ACCOUNT_SERVICE names who keeps accounts of OriginChats, NIB_HOME puts all files \
into one directory, NO_COLOR does without colours.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage or configuration, or no terminal, 3 no account, or the sign-in was refused, 4 network.";

/// Heading of the options that every command takes.
const EVERYWHERE: &str = "Options of every command";

/// What holds for every command.
#[derive(Clone, Debug, Args)]
pub struct Globals {
    /// Use another profile: accounts and settings of its own
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME", env = "NIB_PROFILE")]
    pub profile: Option<String>,
    /// Read the settings from this file
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How much to log: error, warn, info (if left out), debug, trace
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "LEVEL", env = "NIB_LOG")]
    pub log_level: Option<String>,
    /// Log to this file
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Begin in this chat: community/channel, @username, group:NAME, self or an id. Only for the chat itself, and for the demo when it stands before that word
    #[arg(long, value_name = "CHAT")]
    pub open: Option<String>,
    /// Connect to nothing: the chat shows what is kept and lets what is written wait, chats and read print what is kept, doctor asks no server
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub offline: bool,
}

impl Globals {
    /// What the user has set and saved, with the log started.
    ///
    /// # Errors
    /// There is no place for files, the list of accounts cannot be read, or the log cannot be written.
    pub fn startup(&self) -> Result<Startup, Failure> {
        let startup = Startup::load(self.profile.as_deref(), self.config.as_deref())?;
        self.start_log(&startup.paths)?;
        Ok(startup)
    }

    /// The same for commands, which have no screen to show notes on: tells what could not be read, and goes on with the rest.
    ///
    /// # Errors
    /// As [`Globals::startup`].
    pub fn startup_with_notes(&self) -> Result<Startup, Failure> {
        let mut startup = self.startup()?;
        for note in startup.notes.drain(..) {
            print::tell(&note);
        }
        Ok(startup)
    }

    /// Where files lie; nothing is made and nothing is read.
    ///
    /// # Errors
    /// There is no place for files.
    pub fn paths(&self) -> Result<Paths, Failure> {
        Ok(Paths::find(self.profile.as_deref(), self.config.as_deref()).map_err(StartupError::from)?)
    }

    /// Starts the log: in the file that was asked for, else where logs belong.
    ///
    /// # Errors
    /// The level is not understood or the file cannot be written.
    pub fn start_log(&self, paths: &Paths) -> Result<(), Failure> {
        let path = self.log_file.clone().unwrap_or_else(|| paths.log_file());
        Ok(logging::start(&path, self.log_level.as_deref())?)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try nib with no account: a small world of its own, gone at exit
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    /// Sign in and keep the token
    Login(login::LoginArgs),
    /// End the session and forget the token
    Logout(logout::LogoutArgs),
    /// List accounts
    Accounts(accounts::AccountsArgs),
    /// List chats
    Chats(chats::ChatsArgs),
    /// Send a message
    Send(send::SendArgs),
    /// Print messages of a chat; marks nothing read, or puts the mark back where the network does
    Read(read::ReadArgs),
    /// Print everything as it happens
    Tail(tail::TailArgs),
    /// Write what is kept of a chat to a file: text, JSON lines, Markdown or a page; connects to nothing
    Export(export::ExportArgs),
    /// See to what is kept on this machine
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Show and check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Look for what is wrong, and say what to do; what it prints can be published
    Doctor(doctor::DoctorArgs),
    /// List keys and what they do, your own among them
    Keys(keys::KeysArgs),
    /// Print completions for a shell
    Completions(generate::CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(generate::ManArgs),
}

impl Command {
    /// Whether nothing comes of it without a connection.
    const fn needs_connection(&self) -> bool {
        match self {
            #[cfg(feature = "demo")]
            Self::Demo(_) => true,
            Self::Send(arguments) => !arguments.queue,
            Self::Login(_) | Self::Logout(_) | Self::Tail(_) => true,
            _ => false,
        }
    }
}

/// Parses the command line, does what it says, and tells what became of it.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    panic::install();
    // The hook has said what happened; what is left to do is the exit code.
    let outcome = std::panic::catch_unwind(|| command(cli));
    logging::flush();
    match outcome {
        Ok(Ok(())) | Ok(Err(Failure::ReaderGone)) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            failure.tell();
            ExitCode::from(failure.code())
        }
        Err(_) => ExitCode::FAILURE,
    }
}

/// Help and version are data; everything else is a mistake in what was asked.
fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A reader of the help that is gone is no failure.
        let failed = error.print().is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
        return ExitCode::from(u8::from(failed));
    }
    let text = error.render().to_string();
    let sentence = failure::sentence(text.strip_prefix("error: ").unwrap_or(&text));
    // A word too many is mostly the second one of a text or a name.
    let word = error.get(ContextKind::InvalidArg).map(ToString::to_string).filter(|word| !word.starts_with('-'));
    match word.filter(|_| error.kind() == ErrorKind::UnknownArgument) {
        Some(_) => print::tell(&format!("{sentence}\n\nWhat has several words stands in quotes.")),
        None => print::tell(&sentence),
    }
    ExitCode::from(2)
}

fn command(cli: Cli) -> Result<(), Failure> {
    let on_screen = match &cli.command {
        None => true,
        #[cfg(feature = "demo")]
        Some(Command::Demo(_)) => true,
        Some(_) => false,
    };
    if cli.globals.open.is_some() && !on_screen {
        return Err(Failure::Usage("--open is for the chat and the demo; leave it out here".to_owned()));
    }
    if cli.globals.offline && cli.command.as_ref().is_some_and(Command::needs_connection) {
        let or =
            if matches!(cli.command, Some(Command::Send(_))) { ", or have it kept for later with --queue" } else { "" };
        return Err(Failure::Usage(format!("this needs a connection; leave --offline out{or}")));
    }
    match cli.command {
        None => open::run(&cli.globals),
        #[cfg(feature = "demo")]
        Some(Command::Demo(arguments)) => demo::run(&cli.globals, &arguments),
        Some(Command::Login(arguments)) => login::run(&cli.globals, &arguments),
        Some(Command::Logout(arguments)) => logout::run(&cli.globals, &arguments),
        Some(Command::Accounts(arguments)) => accounts::run(&cli.globals, &arguments),
        Some(Command::Chats(arguments)) => chats::run(&cli.globals, &arguments),
        Some(Command::Send(arguments)) => send::run(&cli.globals, &arguments),
        Some(Command::Read(arguments)) => read::run(&cli.globals, &arguments),
        Some(Command::Tail(arguments)) => tail::run(&cli.globals, &arguments),
        Some(Command::Export(arguments)) => export::run(&cli.globals, &arguments),
        Some(Command::Store(command)) => store::run(&cli.globals, &command),
        Some(Command::Config(command)) => config::run(&cli.globals, command),
        Some(Command::Doctor(arguments)) => doctor::run(&cli.globals, &arguments),
        Some(Command::Keys(arguments)) => keys::run(&cli.globals, &arguments),
        Some(Command::Completions(arguments)) => generate::completions(&arguments),
        Some(Command::Man(arguments)) => generate::man(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_grammar_holds_together() {
        Cli::command().debug_assert();
    }
}
