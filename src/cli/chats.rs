//! `nib chats`: what there is to read and write, with what is unread.

use super::failure::Failure;
use super::session::with_host;
use super::{Globals, output, print};
use crate::domain::{ChannelKind, Chat, ChatKey, ChatKind};
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
    with_host(globals, &[], async |host: &mut Host| {
        let core = &host.state().core;
        for account in &core.accounts {
            for chat in listed(account) {
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

/// The chats of an account that can be opened: channels by community and position, then the others by activity.
fn listed(account: &Account) -> Vec<&Chat> {
    let mut chats: Vec<&Chat> =
        account.chats.values().filter(|chat| chat.can_open() && account.is_listed(chat)).collect();
    let place = |chat: &Chat| match &chat.kind {
        ChatKind::Channel { community, position, parent, .. } => {
            let community = account.communities.iter().position(|known| known.id == *community).unwrap_or(usize::MAX);
            let above = parent.and_then(|parent| account.chats.get(&parent)).map_or(0, |parent| match parent.kind {
                ChatKind::Channel { position, .. } => u64::from(position) + 1,
                _ => 0,
            });
            (community, above, u64::from(*position))
        }
        _ => (usize::MAX, u64::MAX, 0),
    };
    chats.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| b.last_message.cmp(&a.last_message)).then_with(|| a.id.cmp(&b.id))
    });
    chats
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
