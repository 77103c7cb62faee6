//! `nib chats`: what there is to read and write, with what is unread.

use super::failure::Failure;
use super::session::{Listens, with_host};
use super::{Globals, output, print};
use crate::domain::{ChannelKind, Chat, ChatKey};
use crate::shell::host::Host;
use crate::state::names::{chat_name, chat_title};
use crate::state::{Account, Core};
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
/// See `with_host`.
pub fn run(globals: &Globals, arguments: &ChatsArgs) -> Result<(), Failure> {
    with_host(globals, &[], Listens::ToAnswers, async |host: &mut Host| {
        let core = &host.state().core;
        for account in &core.accounts {
            for chat in account.openable() {
                if arguments.unread && chat.unread == 0 && chat.mentions == 0 {
                    continue;
                }
                let key = ChatKey::new(account.id, chat.id);
                let (name, title) = (chat_name(core, key), chat_title(core, key));
                if arguments.json {
                    print::line(&output::chat_object(account, chat, &name, &title).to_string())?;
                } else {
                    print::line(&row(core, account, chat, &name))?;
                }
            }
        }
        Ok(())
    })
}

fn row(core: &Core, account: &Account, chat: &Chat, name: &str) -> String {
    let several = core.accounts.len() > 1;
    let account = if several { format!("{}  ", account.label) } else { String::new() };
    let voice = if chat.channel_kind() == Some(ChannelKind::Voice) { "  (voice)" } else { "" };
    let unread = match (chat.unread, chat.mentions) {
        (0, 0) => String::new(),
        (unread, 0) => format!("  {unread} unread"),
        (unread, 1) => format!("  {unread} unread, 1 mention"),
        (unread, mentions) => format!("  {unread} unread, {mentions} mentions"),
    };
    format!("{account}{name}{voice}{unread}")
}
