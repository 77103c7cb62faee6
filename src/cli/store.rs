//! `nib store`: what nib keeps on this machine.

use super::failure::{Failure, with_next_step};
use super::session::with_kept;
use super::{Globals, print};
use crate::domain::size;
use crate::shell::owner::Client;
use clap::{Args, Subcommand};
use serde_json::json;

/// What to do with it.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Look through all of it for damage
    Check(JsonArgs),
    /// Give unused space back to the disk
    Compact(JsonArgs),
    /// Print where it lies
    Path(JsonArgs),
    /// Forget all that is kept of an account, with its drafts and what waits to be sent; the account itself stays
    Forget(ForgetArgs),
}

/// How it is told.
#[derive(Debug, Args)]
pub struct JsonArgs {
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Options of `nib store forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// What nib calls the account
    account: String,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// It is damaged, or another process has it and cannot do that.
pub fn run(globals: &Globals, command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Path(arguments) => path(globals, arguments.json),
        StoreCommand::Check(arguments) => with_kept(globals, &[], async |client: &mut Client| {
            let faults = client.check().await?;
            if arguments.json {
                print::line(&json!({ "v": 1, "faults": faults }).to_string())?;
            } else if faults.is_empty() {
                print::line("Nothing is wrong with it.")?;
            }
            if faults.is_empty() {
                return Ok(());
            }
            let text = format!("what nib keeps is damaged: {}", faults.join("; "));
            let next = "with the next start of nib it is moved aside, and what you wrote is saved from it";
            Err(Failure::Failed(with_next_step(&text, next)))
        }),
        StoreCommand::Compact(arguments) => with_kept(globals, &[], async |client: &mut Client| {
            let (before, after) = client.compact().await?;
            if arguments.json {
                return print::line(&json!({ "v": 1, "before": before, "after": after }).to_string());
            }
            print::line(&format!("{} before, {} now.", size(before), size(after)))
        }),
        StoreCommand::Forget(arguments) => with_kept(globals, &[], async |client: &mut Client| {
            let some = client.forget(&arguments.account).await?;
            if arguments.json {
                return print::line(&json!({ "v": 1, "account": arguments.account, "forgotten": some }).to_string());
            }
            print::line(&match some {
                true => format!("All that was kept of \"{}\" is forgotten.", arguments.account),
                false => format!("Nothing was kept of \"{}\".", arguments.account),
            })
        }),
    }
}

fn path(globals: &Globals, as_json: bool) -> Result<(), Failure> {
    let file = globals.paths()?.store_file();
    if as_json {
        return print::line(&json!({ "v": 1, "path": file.to_string_lossy() }).to_string());
    }
    print::line(&file.display().to_string())
}
