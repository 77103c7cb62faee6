//! `nib send`: one message, from the command line or standard input.

use super::failure::Failure;
use super::session::{PATIENCE, find, refused, with_host};
use super::{Globals, print};
use crate::domain::{Id, MessageId};
use crate::shell::host::Host;
use crate::state::Action;
use crate::state::effect::Outcome;
use crate::state::names::chat_name;
use clap::Args;
use serde_json::json;
use std::io::{IsTerminal, Read};

/// Most bytes that are taken from standard input. A message is far smaller; this bounds what a wrong pipe can do.
const MOST_INPUT: u64 = 1 << 20;

/// Options of `nib send`.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// Where to: community/channel, @username, group:NAME, self or an id; ACCOUNT: in front chooses an account
    chat: String,
    /// What to say; from standard input when left out
    #[arg(allow_hyphen_values = true)]
    text: Option<String>,
    /// Answer the message with this id
    #[arg(long, value_name = "ID")]
    reply_to: Option<String>,
    /// Send the text as a block of code in this language
    #[arg(long, value_name = "LANG")]
    code_block: Option<String>,
    /// Print the message's id as a JSON object
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// There is nothing to send, the chat is not known, or the network refuses; see `with_host` for the rest.
pub fn run(globals: &Globals, arguments: &SendArgs) -> Result<(), Failure> {
    let text = text(arguments)?;
    let reply_to = arguments.reply_to.as_deref().map(message_id).transpose()?;
    with_host(globals, &[&arguments.chat], async |host: &mut Host| {
        let chat = find(host, &arguments.chat).await?;
        let ticket = host.submit(Action::SendTo { chat, text, verbatim: false, reply_to, attachments: Vec::new() });
        match host.outcome(ticket, PATIENCE * 4).await? {
            Outcome::Sent { message, .. } if arguments.json => {
                let name = chat_name(&host.state().core, chat);
                let account =
                    host.state().core.account(chat.account).map(|account| account.label.as_str()).unwrap_or_default();
                print::line(
                    &json!({ "v": 1, "account": account, "chat": name, "id": message.id.to_string() }).to_string(),
                )
            }
            Outcome::Refused(refusal) => Err(refused(&refusal)),
            _ => Ok(()),
        }
    })
}

/// What is to be sent.
fn text(arguments: &SendArgs) -> Result<String, Failure> {
    let mut text = match &arguments.text {
        Some(text) => text.clone(),
        None => from_input()?,
    };
    if let Some(language) = &arguments.code_block {
        // A fence longer than any run of backticks inside cannot be closed by the text itself.
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        text = format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'));
    }
    if text.trim().is_empty() {
        return Err(Failure::Usage("there is nothing to send; give a text, or pipe one in".to_owned()));
    }
    Ok(text)
}

fn from_input() -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::Usage("there is nothing to send; give a text, or pipe one in".to_owned()));
    }
    let mut bytes = Vec::new();
    input
        .lock()
        .take(MOST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Failed(format!("standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Failure::Usage("standard input is too long for a message; send it in parts".to_owned()));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Usage("standard input is not UTF-8 text; send it in parts".to_owned()))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Reads the id of a message.
///
/// # Errors
/// It is no id.
pub fn message_id(written: &str) -> Result<MessageId, Failure> {
    let id: Id = written.trim().parse().map_err(|_| Failure::Usage(format!("\"{written}\" is no message id")))?;
    Ok(MessageId(id))
}
