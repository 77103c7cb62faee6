//! `nib read`: the newest messages of a chat, or those before one.

use super::failure::Failure;
use super::send::message_id;
use super::session::{Listens, PATIENCE, find_there, refused, with_host};
use super::{Globals, output, print};
use crate::domain::{Chat, ChatKey, Message, MessageKey, Page, SortKey};
use crate::shell::host::Host;
use crate::state::Action;
use crate::state::effect::Outcome;
use crate::state::names::{chat_name, chat_title};
use clap::Args;
use serde_json::Value;
use std::sync::Arc;

/// Most messages that are asked for at once.
const PAGE: u16 = 100;

/// Options of `nib read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Which chat: community/channel, @username, group:NAME, self or an id; ACCOUNT: in front chooses an account
    chat: String,
    /// How many messages
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only messages older than the one with this id
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Runs it. The read mark stays where it is; where the network moves it, it is put back.
///
/// # Errors
/// The chat is not known, or the network refuses; see `with_host` for the rest.
pub fn run(globals: &Globals, arguments: &ReadArgs) -> Result<(), Failure> {
    // The order is the network's; asking for a page takes the id alone.
    let before = arguments.before.as_deref().map(message_id).transpose()?;
    let mut page = before.map_or(Page::Latest, |id| Page::Before(MessageKey { order: SortKey::default(), id }));
    with_host(globals, &[&arguments.chat], Listens::ToAnswers, async |host: &mut Host| {
        let chat = find_there(host, &arguments.chat).await?;
        if host.state().core.chat(chat).is_some_and(|(_, known)| known.is_forum()) {
            return forum(host, chat, arguments.json);
        }
        warn_of_mark(host, chat);
        let mut pages: Vec<Vec<Arc<Message>>> = Vec::new();
        let mut wanted = arguments.limit as usize;
        while wanted > 0 {
            let limit = u16::try_from(wanted).unwrap_or(PAGE).min(PAGE);
            let ticket = host.submit(Action::Fetch { chat, page, limit });
            let (mut messages, reached_start) = match host.outcome(ticket, PATIENCE).await? {
                Outcome::History { messages, reached_start, .. } => (messages, reached_start),
                Outcome::Refused(refusal) => return Err(refused(&refusal)),
                _ => break,
            };
            let surplus = messages.len().saturating_sub(wanted);
            messages.drain(..surplus);
            let Some(oldest) = messages.first() else { break };
            page = Page::Before(oldest.key);
            wanted -= messages.len();
            pages.push(messages);
            if reached_start {
                break;
            }
        }
        show(host, chat, pages.into_iter().rev().flatten(), arguments.json)
    })
}

/// Says where a read mark cannot be put back: nothing was read before, as far as is known.
fn warn_of_mark(host: &Host, chat: ChatKey) {
    let core = &host.state().core;
    let Some((account, known)) = core.chat(chat) else { return };
    if account.caps.fetch_marks_read && known.unread > 0 && known.last_read.is_none() {
        print::tell(&format!(
            "\"{}\" may count as read now: its server marks what is fetched, and where nothing was read before there is no mark to put back.",
            chat_name(core, chat)
        ));
    }
}

/// A forum has no messages of its own: names its threads, as they are read.
fn forum(host: &Host, forum: ChatKey, as_json: bool) -> Result<(), Failure> {
    let core = &host.state().core;
    let Some(account) = core.account(forum.account) else { return Ok(()) };
    let name = chat_name(core, forum);
    let threads: Vec<&Chat> = account.threads(forum.chat).filter(|thread| thread.can_open()).collect();
    print::tell(&match threads.is_empty() {
        true => format!("\"{name}\" is a forum, and has no threads yet."),
        false => format!("\"{name}\" is a forum: its messages are in its threads, which are:"),
    });
    for thread in threads {
        let key = account.key(thread.id);
        let name = chat_name(core, key);
        if as_json {
            print::line(&output::chat_object(account, thread, &name, &chat_title(core, key)).to_string())?;
        } else {
            print::line(&name)?;
        }
    }
    Ok(())
}

fn show(
    host: &Host,
    chat: ChatKey,
    messages: impl Iterator<Item = Arc<Message>>,
    as_json: bool,
) -> Result<(), Failure> {
    let core = &host.state().core;
    let Some(account) = core.account(chat.account) else { return Ok(()) };
    let name = chat_name(core, chat);
    let zone = jiff::tz::TimeZone::system();
    for message in messages {
        if as_json {
            print::line(&Value::Object(output::message_object(account, &name, &message)).to_string())?;
        } else {
            print::line(&output::message_line(account, &message, &zone))?;
        }
    }
    Ok(())
}
