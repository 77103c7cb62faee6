//! `nib read`: the newest messages of a chat, or those before one.

use super::days::Days;
use super::failure::{Failure, with_next_step};
use super::quoting::Quoting;
use super::send::message_id;
use super::session::{Listens, PATIENCE, with_client, with_kept};
use super::{Globals, numbers, output, print};
use crate::domain::MessageId;
use crate::shell::owner::{ChatTold, Client, KeptFrom, MessageTold};
use clap::Args;
use serde_json::Value;

/// Most messages that are asked for at once.
const PAGE: u16 = 100;
/// The same of what is kept.
const KEPT_PAGE: u32 = 500;

/// Options of `nib read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Which chat: community/channel, @username, group:NAME, self or an id; ACCOUNT: in front chooses an account
    chat: String,
    /// How many messages
    #[arg(long, value_name = "N", default_value_t = 50, allow_negative_numbers = true, value_parser = numbers::whole::<u32>(1..=100_000))]
    limit: u32,
    /// Only messages older than the one with this id
    #[arg(long, value_name = "ID", conflicts_with = "until")]
    before: Option<String>,
    #[command(flatten)]
    days: Days,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Runs it. The read mark stays where it is; where the network moves it, it is put back.
///
/// # Errors
/// The chat is not known, or the network refuses; see `with_client` for the rest.
pub fn run(globals: &Globals, arguments: &ReadArgs) -> Result<(), Failure> {
    arguments.days.check()?;
    let before = arguments.before.as_deref().map(message_id).transpose()?;
    if globals.offline {
        return kept(globals, arguments, before);
    }
    with_client(globals, &[&arguments.chat], Listens::ToAnswers, None, async |client: &mut Client| {
        let chat = client.find(&arguments.chat, PATIENCE).await?;
        if chat.is_forum() {
            return forum(client, &chat, arguments.json).await;
        }
        warn_of_mark(&chat);
        let mut pages: Vec<Vec<MessageTold>> = Vec::new();
        let mut wanted = arguments.limit as usize;
        let mut before = before.map(|id| id.to_string());
        let days = &arguments.days;
        while wanted > 0 {
            let limit = u16::try_from(wanted).unwrap_or(PAGE).min(PAGE);
            let mut page = client.history(&chat.chat, (before.as_deref(), days.until), limit, PATIENCE).await?;
            let first = page.messages.iter().take_while(|message| days.is_before(message)).count();
            page.reached_start |= first > 0;
            page.messages.drain(..first);
            page.messages.retain(|message| !days.is_after(message));
            let surplus = page.messages.len().saturating_sub(wanted);
            page.messages.drain(..surplus);
            let Some(oldest) = page.messages.first() else { break };
            before = Some(oldest.id.to_string());
            wanted -= page.messages.len();
            pages.push(page.messages);
            if page.reached_start {
                break;
            }
        }
        show(pages, arguments.json)
    })
}

/// The same from what is kept, without any connection.
fn kept(globals: &Globals, arguments: &ReadArgs, before: Option<MessageId>) -> Result<(), Failure> {
    with_kept(globals, &[&arguments.chat], async |client: &mut Client| {
        let chat = client.find(&arguments.chat, PATIENCE).await?;
        if chat.is_forum() {
            return forum(client, &chat, arguments.json).await;
        }
        let days = &arguments.days;
        let mut from = match before {
            None => days.end(client, &chat.chat, PATIENCE).await?,
            Some(id) => {
                let at = client.kept(&chat.chat, KeptFrom::Around(id.to_string()), 1, PATIENCE).await?;
                let at = at.messages.into_iter().find(|message| *message.id == id.to_string());
                let Some(at) = at else {
                    return Err(Failure::Failed(format!("the message {id} is not kept here")));
                };
                KeptFrom::Before(at.place)
            }
        };
        let mut pages: Vec<Vec<MessageTold>> = Vec::new();
        let mut wanted = arguments.limit;
        let mut missing = false;
        while wanted > 0 {
            let mut page = client.kept(&chat.chat, from, wanted.min(KEPT_PAGE), PATIENCE).await?;
            if pages.is_empty() && before.is_none() && days.until.is_none() {
                let unsent = std::mem::take(&mut page.unsent).into_iter();
                pages.push(unsent.filter(|message| !days.is_before(message)).collect());
            }
            let Some(oldest) = page.messages.first() else { break };
            missing |= page.messages.iter().skip(1).any(|message| message.gap_before);
            // Whether something is missing before the oldest matters where more was wanted.
            wanted = wanted.saturating_sub(u32::try_from(page.messages.len()).unwrap_or(wanted));
            missing |= wanted > 0 && oldest.gap_before;
            from = KeptFrom::Before(oldest.place.clone());
            let early = page.messages.iter().take_while(|message| days.is_before(message)).count();
            let older = page.older && early == 0;
            page.messages.drain(..early);
            pages.push(page.messages);
            if !older {
                break;
            }
        }
        show(pages, arguments.json)?;
        if missing {
            let text = format!("parts of \"{}\" are missing here: nib has not seen them", chat.name);
            print::tell(&with_next_step(&text, "read without --offline to ask the server"));
        }
        Ok(())
    })
}

/// Says where a read mark cannot be put back: nothing was read before, as far as is known.
fn warn_of_mark(chat: &ChatTold) {
    if chat.loses_mark {
        print::tell(&format!(
            "\"{}\" may count as read now: its server marks what is fetched, and where nothing was read before there is no mark to put back.",
            chat.name
        ));
    }
}

/// A forum has no messages of its own: names its threads, as they are read.
async fn forum(client: &mut Client, forum: &ChatTold, as_json: bool) -> Result<(), Failure> {
    let threads = client.threads(&forum.chat, PATIENCE).await?;
    let name = &forum.name;
    print::tell(&match threads.is_empty() {
        true => format!("\"{name}\" is a forum, and has no threads yet."),
        false => format!("\"{name}\" is a forum: its messages are in its threads, which are:"),
    });
    for thread in threads {
        if as_json {
            print::line(&output::chat_object(&thread).to_string())?;
        } else {
            print::line(&thread.name)?;
        }
    }
    Ok(())
}

/// Prints pages, of which the newest came first.
fn show(pages: Vec<Vec<MessageTold>>, as_json: bool) -> Result<(), Failure> {
    let zone = jiff::tz::TimeZone::system();
    let (mut quoting, mut shown) = (Quoting::default(), false);
    for mut message in pages.into_iter().rev().flatten() {
        quoting.fill(&mut message);
        quoting.learn(&message);
        if as_json {
            print::line(&Value::Object(output::message_object(&message)).to_string())?;
        } else {
            if message.gap_before && shown {
                print::line(&format!("[{}]", output::HOLE))?;
            }
            print::line(&output::message_line(&message, &zone))?;
        }
        shown = true;
    }
    Ok(())
}
