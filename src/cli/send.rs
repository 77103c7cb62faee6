//! `nib send`: one message, from the command line or standard input, with files.

use super::failure::{Failure, with_next_step};
use super::print::Meter;
use super::session::{Listens, PATIENCE, with_client, with_kept};
use super::{Globals, numbers, print};
use crate::domain::{CleanText, Id, MessageId, Upload, fault, markup, size};
use crate::shell::files::{self, FileError};
use crate::shell::owner::{Ask, ChatTold, Client};
use clap::Args;
use serde_json::json;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::time::Duration;

/// Most bytes that are taken from standard input. A message is far smaller; this bounds what a wrong pipe can do.
const MOST_INPUT: u64 = 1 << 20;
/// What is said where there was no connection.
const NOT_HANDED_OVER: &str = "nothing was sent; with --queue it is kept until it can be";
/// Characters of a file's name that are shown while it is sent.
const NAME_SHOWN: usize = 40;

/// Options of `nib send`.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// Where to: community/channel, @username, group:NAME, self or an id; ACCOUNT: in front chooses an account
    chat: String,
    /// What to say; from standard input when left out and that is no terminal
    #[arg(allow_hyphen_values = true)]
    text: Option<String>,
    /// Send this file with it, by its path or file:// address, or - for standard input; may be given several times
    #[arg(long, value_name = "PATH")]
    attach: Vec<PathBuf>,
    /// What the file from standard input is called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Answer the message with this id
    #[arg(long, value_name = "ID")]
    reply_to: Option<String>,
    /// Send the text as a block of code in this language
    #[arg(long, value_name = "LANG")]
    code_block: Option<String>,
    /// Do not wait until it is sent: keep it, to be sent by the nib that is open, or by the next one
    #[arg(long)]
    pub(super) queue: bool,
    /// Give up after so many seconds in which nothing goes on; what has not gone out by then is taken back
    #[arg(long, value_name = "SECONDS", value_parser = numbers::whole::<u64>(1..=3_600), conflicts_with = "queue")]
    wait: Option<u64>,
    /// Print the message's id as a JSON object
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// There is nothing to send, a file cannot be read, the chat is not known, or the network refuses; see `with_client` for the rest.
pub fn run(globals: &Globals, arguments: &SendArgs) -> Result<(), Failure> {
    let reply_to = arguments.reply_to.as_deref().map(message_id).transpose()?;
    let attachments = attached(&arguments.attach, arguments.name.as_deref())?;
    let text = text(arguments)?;
    let send = |chat: &ChatTold| Ask::Send {
        chat: chat.chat.clone(),
        text: text.clone(),
        reply_to: reply_to.map(|id| id.to_string()),
        files: Vec::new(),
        queue: arguments.queue,
    };
    if arguments.queue {
        return with_kept(globals, &[&arguments.chat], async |client: &mut Client| {
            let chat = client.find_to_write(&arguments.chat, PATIENCE).await?;
            client.queue(send(&chat), attachments, PATIENCE).await?;
            if !arguments.json {
                return Ok(());
            }
            let object = json!({ "v": 1, "account": &*chat.account, "chat": &*chat.name, "queued": true });
            print::line(&object.to_string()).map_err(|failure| although("kept", failure))
        });
    }
    let wait = arguments.wait.map(Duration::from_secs);
    let mut handed_over = false;
    let outcome = with_client(globals, &[&arguments.chat], Listens::ToAnswers, wait, async |client: &mut Client| {
        let chat = client.find_to_write(&arguments.chat, wait.unwrap_or(PATIENCE)).await?;
        let what = match attachments.as_slice() {
            [file] => CleanText::line(&file.name).chars().take(NAME_SHOWN).collect(),
            files => format!("{} files", files.len()),
        };
        let mut meter = Meter::new();
        handed_over = true;
        let sent = client.send(send(&chat), attachments.clone(), wait.unwrap_or(PATIENCE), |done, total| {
            let share = done.saturating_mul(100).checked_div(total).unwrap_or(100);
            meter.tell(&format!("Sending {what}: {share}% of {}", size(total)));
        });
        let id = sent.await?;
        drop(meter);
        if !arguments.json {
            return Ok(());
        }
        let object = json!({ "v": 1, "account": &*chat.account, "chat": &*chat.name, "id": id });
        print::line(&object.to_string()).map_err(|failure| although("sent", failure))
    });
    match outcome {
        Err(Failure::Network(text)) if !handed_over => Err(Failure::Network(with_next_step(&text, NOT_HANDED_OVER))),
        outcome => outcome,
    }
}

/// Who reads a failure sends again: one of printing must not be taken for one of sending.
fn although(done: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Failed(text) => Failure::Failed(format!("the message was {done}, but {text}")),
        other => other,
    }
}

/// What stands for standard input among the files.
const INPUT: &str = "-";
/// What a file from there is called where nobody says.
const UNNAMED: &str = "input";

/// Reads the files that are to be sent; `name`: what the one from standard input is called.
fn attached(paths: &[PathBuf], name: Option<&str>) -> Result<Vec<Upload>, Failure> {
    let inputs = paths.iter().filter(|path| path.as_os_str() == INPUT).count();
    if inputs > 1 {
        return Err(Failure::Usage("standard input is one file; give --attach - once".to_owned()));
    }
    if inputs == 0 && name.is_some() {
        return Err(Failure::Usage("--name is for the file from standard input; give --attach - with it".to_owned()));
    }
    let mut read = Vec::new();
    let mut left = files::MOST;
    for path in paths {
        if path.as_os_str() == INPUT {
            let file = piped(name.unwrap_or(UNNAMED), left)?;
            left -= file.size().min(left);
            read.push(file);
            continue;
        }
        // As a file manager hands it out; a path that is no text is none of those.
        let named = path.to_str().and_then(files::of_url);
        let file = files::read(named.as_deref().unwrap_or(path), left).map_err(|error| match error {
            error @ FileError::Unreadable(..) => Failure::Failed(error.to_string()),
            FileError::TooLarge(..) if left < files::MOST => {
                Failure::Usage(format!("the files are too large together: at most {} can be sent", size(files::MOST)))
            }
            mistake => Failure::Usage(mistake.to_string()),
        })?;
        left -= file.size().min(left);
        read.push(file);
    }
    Ok(read)
}

/// The file that standard input is.
fn piped(name: &str, most: u64) -> Result<Upload, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::Usage("standard input is a terminal; pipe the file in".to_owned()));
    }
    let mut bytes = Vec::new();
    input
        .lock()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Failed(format!("standard input cannot be read: {}", fault::words(&error))))?;
    match bytes.len() as u64 {
        0 => Err(Failure::Usage("standard input is empty; there is no file in it".to_owned())),
        length if length > most => {
            Err(Failure::Usage(format!("standard input is too large: at most {} can be sent", size(files::MOST))))
        }
        _ => Ok(Upload::new(name, bytes.into())),
    }
}

/// What is to be said; may be nothing when files go without words.
fn text(arguments: &SendArgs) -> Result<String, Failure> {
    let text = match &arguments.text {
        Some(text) => text.clone(),
        // It is a file already.
        None if arguments.attach.iter().any(|path| path.as_os_str() == INPUT) => String::new(),
        None => from_input(!arguments.attach.is_empty())?,
    };
    if text.trim().is_empty() {
        return if arguments.attach.is_empty() { Err(nothing()) } else { Ok(String::new()) };
    }
    let Some(language) = &arguments.code_block else { return Ok(text) };
    if language.contains(|character: char| character.is_whitespace() || character == '`') {
        return Err(Failure::Usage(format!("\"{language}\" is no language; give one word, such as rust")));
    }
    let fence = markup::fence(&text);
    Ok(format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n')))
}

fn nothing() -> Failure {
    Failure::Usage("there is nothing to send; give a text, pipe one in, or attach a file".to_owned())
}

/// Standard input to its end. A terminal is nothing; that is well only where something else is sent.
fn from_input(optional: bool) -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return if optional { Ok(String::new()) } else { Err(nothing()) };
    }
    let mut bytes = Vec::new();
    input
        .lock()
        .take(MOST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Failed(format!("standard input cannot be read: {}", fault::words(&error))))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Failure::Usage(
            "standard input is too long for a message; send it as a file with --attach".to_owned(),
        ));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Usage("standard input is not UTF-8 text; send it as a file with --attach".to_owned()))?;
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
