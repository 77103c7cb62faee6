//! Sending a file from the composer: the shell reads it, and it becomes a message in the chat where it was asked for.
//!
//! Until it has, the line that was typed is kept here; it comes back to the composer when the file cannot be read or sent.

use super::{compose, drafts, open, tray};
use crate::domain::kept::{self, DraftReply};
use crate::domain::{ChatKey, MessageKey, Outgoing, Quote, Upload};
use crate::state::action::{Action, FileAction};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{ComposeMode, Front};
use crate::state::outbox::{self, Draft};
use crate::state::{State, history, permit, slow, typing};

/// Most files that are read at once.
const READING: usize = 8;
/// The action's name, as it is written.
const NAME: &str = "attach";

/// A file that is being read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reading {
    /// Names it towards the shell.
    number: u64,
    chat: ChatKey,
    path: String,
    text: String,
    reply: Option<MessageKey>,
    /// The answer does not call whoever is answered.
    quiet: bool,
    /// The part that is answered.
    quote: Option<Quote>,
    /// Whether previews of links are wanted, where that was said.
    previews: Option<bool>,
    /// What was typed for it; empty when it was asked for by a key.
    line: String,
}

impl Reading {
    /// For which chat.
    pub(super) const fn chat(&self) -> ChatKey {
        self.chat
    }

    /// Whether something was typed for it, which is a draft again when it comes to nothing.
    pub(super) const fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    fn notice(&self) -> String {
        format!("Reading {}", crate::domain::CleanText::line(&self.path))
    }
}

/// The first word of a text and what follows it. As in a shell, quotes hold a path with spaces together, and a backslash takes what follows as it is;
/// before a letter or digit it stays, since some systems separate folders with it. `None`: a quote is open.
fn first_word(rest: &str) -> Option<(String, &str)> {
    let (path, rest, open) = word(rest);
    (!open).then_some((path, rest))
}

/// What a path that is being typed says, whether or not its quotes are closed.
pub(super) fn begun(text: &str) -> String {
    word(text).0
}

/// Whether something follows a path that is being typed, be it a blank.
pub(super) fn is_over(text: &str) -> bool {
    !word(text).1.is_empty()
}

/// The first word, what follows it, and whether a quote is open.
fn word(rest: &str) -> (String, &str, bool) {
    let mut path = String::new();
    let mut quote = None;
    let mut characters = rest.char_indices().peekable();
    let mut end = rest.len();
    while let Some((at, character)) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => match characters.next_if(|&(_, next)| !next.is_alphanumeric()) {
                Some((_, escaped)) => path.push(escaped),
                None => path.push('\\'),
            },
            ('"' | '\'', None) => quote = Some(character),
            (closing, Some(opening)) if closing == opening => quote = None,
            (space, None) if space.is_whitespace() => {
                end = at;
                break;
            }
            (other, _) => path.push(other),
        }
    }
    (path, rest.get(end..).unwrap_or_default(), quote.is_some())
}

/// All words of a text, read like that; `None`: a quote is open.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = first_word(rest)?;
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

/// Reads what follows the action's name: a path, then perhaps a text.
pub(in crate::state) fn parse(rest: &str) -> Option<Action> {
    let (path, text) = first_word(rest)?;
    let text = text.trim().to_owned();
    (!path.is_empty()).then_some(Action::File(FileAction::Attach { path, text }))
}

/// A message as it was typed: with the command, when it has a file that was named by one.
pub(in crate::state) fn line_of(outgoing: &Outgoing) -> String {
    match outgoing.attachments.as_slice() {
        [file] if !file.path.is_empty() => {
            format!("/{NAME} {} {}", quoted(&file.path), outgoing.text).trim_end().to_owned()
        }
        _ => compose::escaped(&outgoing.text),
    }
}

/// A path such that [`parse`] reads it as it is.
pub(super) fn quoted(path: &str) -> String {
    if path.contains(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '\\')) {
        format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        path.to_owned()
    }
}

/// Has a file read for the open chat. `line`: what was typed for it; it leaves the composer once nothing stands against the file.
pub(super) fn begin(state: &mut State, path: String, text: String, line: &str, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let too_many = (front.reading.len() >= READING).then_some("Too many files are being read; wait a moment");
    let hindrance =
        too_many.or_else(|| permit::refusal_to_attach(state, chat)).or_else(|| compose::signed_out(state, chat));
    if let Some(reason) = hindrance.map(str::to_owned).or_else(|| slow::too_early(state, chat)) {
        return state.notice(reason, true, fx);
    }
    let most = state.core.account(chat.account).map_or(0, |account| account.caps.max_file);
    let Some(front) = &mut state.front else { return };
    let reply = match front.pane.mode {
        ComposeMode::Reply(message) => Some(message),
        ComposeMode::New | ComposeMode::Edit { .. } => None,
    };
    let quiet = reply.is_some() && front.pane.quiet;
    let quote = front.pane.quote.as_ref().filter(|(of, _)| Some(*of) == reply).map(|(_, quote)| quote.clone());
    if reply.is_some() {
        (front.pane.mode, front.pane.quiet, front.pane.quote) = (ComposeMode::New, false, None);
    }
    let previews = front.pane.writing.previews.take();
    front.files += 1;
    let (number, path_read, line_read) = (front.files, path.clone(), line.to_owned());
    let reading = Reading { number, chat, path: path_read, text, reply, quiet, quote, previews, line: line_read };
    fx.push(Effect::ReadFile { number: reading.number, path, most });
    let notice = reading.notice();
    front.reading.push(reading);
    if !line.is_empty() {
        compose::take_line(state);
        drafts::leave(state);
    }
    typing::end(state, fx);
    state.notice(notice, false, fx);
}

/// A file was read, or why it was not.
pub(in crate::state) fn read(state: &mut State, number: u64, file: Result<Upload, String>, fx: &mut Effects) {
    let Some(file) = tray::read(state, number, file, fx) else { return };
    let Some(front) = &mut state.front else { return };
    let Some(at) = front.reading.iter().position(|reading| reading.number == number) else { return };
    let reading = front.reading.remove(at);
    front.notice.take_if(|notice| notice.text == reading.notice());
    state.touch();
    let chat = reading.chat;
    let written = match file {
        Ok(file) => {
            let attachments = vec![Upload { path: reading.path.clone(), ..file }];
            let (text, reply_to) = (reading.text.clone(), reading.reply.map(|message| message.id));
            let (quiet, quote) = (reading.quiet, reading.quote.clone());
            let no_previews = !reading.previews.unwrap_or(state.settings.previews);
            let draft = Draft { text, reply_to, quiet, quote, no_previews, attachments, ..Draft::default() };
            outbox::write(state, chat, draft, fx).map_err(|refusal| refusal.text.to_string())
        }
        Err(sentence) => Err(sentence),
    };
    match written {
        Ok(_) => {
            drafts::settle(state, chat, fx);
            if let Some(front) = &mut state.front
                && front.pane.chat == Some(chat)
            {
                front.pane.divider = None;
                open::to_bottom(&mut front.pane);
                history::refresh_open(state, fx);
            }
        }
        Err(reason) => {
            give_back(state, reading, fx);
            state.notice(format!("Not sent: {reason}"), true, fx);
        }
    }
}

/// Files that are not read yet are not sent in these chats: what was typed for them is a draft again.
pub(in crate::state) fn give_up(state: &mut State, of: impl Fn(ChatKey) -> bool, fx: &mut Effects) {
    let readings = state.front.as_mut().map(|front: &mut Front| std::mem::take(&mut front.reading));
    let (gone, kept): (Vec<_>, Vec<_>) = readings.unwrap_or_default().into_iter().partition(|reading| of(reading.chat));
    if let Some(front) = &mut state.front {
        front.reading = kept;
    }
    gone.into_iter().for_each(|reading| give_back(state, reading, fx));
}

fn give_back(state: &mut State, reading: Reading, fx: &mut Effects) {
    if reading.line.is_empty() {
        return;
    }
    let Reading { chat, line, reply, quiet, quote, previews, .. } = reading;
    let reply = reply.map(|message| DraftReply { message, quiet, quote });
    compose::give_back_all(state, chat, kept::Draft { reply, previews, ..kept::Draft::plain(line) }, fx);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attach(path: &str, text: &str) -> Option<Action> {
        Some(Action::File(FileAction::Attach { path: path.to_owned(), text: text.to_owned() }))
    }

    #[test]
    fn a_path_is_read_as_a_shell_reads_it() {
        for (written, expected) in [
            ("a.png", attach("a.png", "")),
            ("~/a.png  look *here*\nand there", attach("~/a.png", "look *here*\nand there")),
            ("'my cat.png' hm, 'quoted'", attach("my cat.png", "hm, 'quoted'")),
            ("\"a \\\"b\\\".txt\"", attach("a \"b\".txt", "")),
            (r"my\ cat\ \(1\).png text", attach("my cat (1).png", "text")),
            (r"C:\Users\ada\cat.png", attach(r"C:\Users\ada\cat.png", "")),
            ("it\"'\"s.txt", attach("it's.txt", "")),
            ("", None),
            ("'open", None),
            ("\"\"", None),
        ] {
            assert_eq!(parse(written), expected, "{written}");
        }
    }

    #[test]
    fn what_is_given_back_reads_the_same_again() {
        for path in ["a.png", "my cat.png", r"C:\x\n y", "it's \"so\".txt", "tab\tbed"] {
            let file = Upload { path: path.to_owned(), ..Upload::default() };
            let outgoing = Outgoing { text: "look".to_owned(), attachments: vec![file], ..Outgoing::default() };
            let line = line_of(&outgoing);
            assert_eq!(parse(line.strip_prefix("/attach ").unwrap()), attach(path, "look"), "{line}");
        }
    }
}
