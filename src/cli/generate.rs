//! `nib completions` and `nib man`: what shells and `man` read, made from the same definitions as the help.

use super::failure::Failure;
use super::{Cli, print};
use crate::domain::fault;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::path::{Path, PathBuf};

/// Options of `nib completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to write them for
    shell: Shell,
}

/// Options of `nib man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write one page for nib and one for each command into this directory
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// Prints the completions of a shell.
///
/// # Errors
/// The output cannot be written.
pub fn completions(arguments: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "nib", &mut script);
    print::bytes(&script)
}

/// Prints the page of nib itself, or writes all of them into a directory, which is made if need be.
///
/// # Errors
/// The output or the directory cannot be written.
pub fn man(arguments: &ManArgs) -> Result<(), Failure> {
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        return print::bytes(&page);
    };
    write_pages(directory).map_err(|error| {
        Failure::Failed(format!("the pages cannot be written to {}: {}", directory.display(), fault::words(&error)))
    })
}

fn write_pages(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    clap_mangen::generate_to(Cli::command(), directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_every_command() {
        let directory = tempfile::tempdir().unwrap();
        write_pages(&directory.path().join("man1")).unwrap();
        for command in Cli::command().get_subcommands() {
            let page = directory.path().join("man1").join(format!("nib-{}.1", command.get_name()));
            let text = std::fs::read_to_string(&page).unwrap();
            assert!(text.contains(".SH SYNOPSIS"), "{}", page.display());
        }
    }
}
