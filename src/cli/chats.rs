//! `nib chats`: what there is to read and write, with what is unread.

use super::failure::Failure;
use super::session::{Listens, PATIENCE, with_client, with_kept};
use super::{Globals, output, print};
use crate::shell::owner::{ChatTold, Client};
use clap::Args;

/// Options of `nib chats`.
#[derive(Debug, Args)]
pub struct ChatsArgs {
    /// Only chats with unread messages
    #[arg(long)]
    unread: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// See `with_client`.
pub fn run(globals: &Globals, arguments: &ChatsArgs) -> Result<(), Failure> {
    if globals.offline {
        // Every account is meant, and none is to be named.
        return with_kept(globals, &[""], async |client: &mut Client| list(client, arguments).await);
    }
    with_client(globals, &[], Listens::ToAnswers, None, async |client: &mut Client| list(client, arguments).await)
}

async fn list(client: &mut Client, arguments: &ChatsArgs) -> Result<(), Failure> {
    let several = client.accounts().len() > 1;
    for chat in client.chats(PATIENCE).await? {
        if arguments.unread && chat.unread == 0 && chat.mentions == 0 {
            continue;
        }
        if arguments.json {
            print::line(&output::chat_object(&chat).to_string())?;
        } else {
            print::line(&row(&chat, several))?;
        }
    }
    Ok(())
}

fn row(chat: &ChatTold, several: bool) -> String {
    let account = if several { format!("{}  ", chat.account) } else { String::new() };
    let voice = if &*chat.kind == "voice" { "  (voice)" } else { "" };
    let unread = match (chat.unread, chat.mentions) {
        (0, 0) => String::new(),
        (unread, 0) => format!("  {unread} unread"),
        (unread, 1) => format!("  {unread} unread, 1 mention"),
        (unread, mentions) => format!("  {unread} unread, {mentions} mentions"),
    };
    format!("{account}{}{voice}{unread}", chat.name)
}
