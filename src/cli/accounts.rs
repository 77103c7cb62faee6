//! `nib accounts`: who is signed in where. Asks no server.

use super::failure::Failure;
use super::{Globals, print};
use clap::Args;
use serde_json::json;

/// Options of `nib accounts`.
#[derive(Debug, Args)]
pub struct AccountsArgs {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Runs it. No account is no failure: there is nothing to list.
///
/// # Errors
/// The list of accounts cannot be read.
pub fn run(globals: &Globals, arguments: &AccountsArgs) -> Result<(), Failure> {
    let startup = globals.startup_with_notes()?;
    if startup.accounts.is_empty() && !arguments.json {
        print::tell("There is no account yet; sign in with \"nib login\".");
    }
    for setup in &startup.accounts {
        let account = &setup.account;
        if arguments.json {
            let object = json!({
                "v": 1, "account": account.label, "disabled": account.disabled, "network": account.network, "server": setup.server(),
                "user": { "id": account.user_id, "username": account.username, "name": account.display_name },
            });
            print::line(&object.to_string())?;
        } else {
            let who = if account.username.is_empty() {
                account.display_name.clone()
            } else {
                format!("@{}", account.username)
            };
            let disabled = if account.disabled { "  disabled" } else { "" };
            print::line(&format!("{}  {who}  {}  {}{disabled}", account.label, account.network, setup.server()))?;
        }
    }
    Ok(())
}
