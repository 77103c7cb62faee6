//! Files that go with the next message: chosen one by one, looked at before anything is sent, and kept with their chat while others are open.

use super::{attach, compose, file_name};
use crate::domain::{ChatKey, CleanText, LinkPhase, Outgoing, Upload, size};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{ComposeMode, Front, Overlay};
use crate::state::{State, permit};
use std::collections::HashMap;

/// Most files of all trays, and most bytes: they are held in memory.
const MOST: usize = 50;
const MOST_BYTES: u64 = 256_000_000;
/// Most files that are named when they are let go.
const NAMED: usize = 3;

/// The files that go with the next message of each chat.
#[derive(Clone, Debug, Default)]
pub struct Trays {
    chats: HashMap<ChatKey, Vec<Held>>,
}

/// A file that goes with the next message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Names it towards the shell.
    number: u64,
    /// What it is called; one line.
    pub name: String,
    /// What is in it; `None` while it is read.
    pub file: Option<Upload>,
}

impl Trays {
    /// Those of a chat, in the order in which they are sent.
    #[must_use]
    pub fn of(&self, chat: ChatKey) -> &[Held] {
        self.chats.get(&chat).map_or(&[], Vec::as_slice)
    }

    /// How many there are in all chats.
    #[must_use]
    pub fn count(&self) -> usize {
        self.chats.values().map(Vec::len).sum()
    }

    fn bytes(&self) -> u64 {
        self.chats.values().flatten().filter_map(|held| held.file.as_ref()).map(Upload::size).sum()
    }

    fn find(&mut self, number: u64) -> Option<(ChatKey, usize)> {
        self.chats
            .iter()
            .find_map(|(chat, files)| files.iter().position(|held| held.number == number).map(|at| (*chat, at)))
    }

    fn take(&mut self, chat: ChatKey, at: usize) -> Option<Held> {
        let files = self.chats.get_mut(&chat)?;
        let held = (at < files.len()).then(|| files.remove(at));
        if files.is_empty() {
            self.chats.remove(&chat);
        }
        held
    }

    /// All of a chat are gone from it: they were sent.
    pub(super) fn clear(&mut self, chat: ChatKey) {
        self.chats.remove(&chat);
    }
}

/// Files for chats that are gone go with them, and that is said. Those of an account that is put away, or comes back, wait as its drafts do.
pub(in crate::state) fn keep(state: &mut State, fx: &mut Effects) {
    let Some(front) = state.front.as_mut().filter(|front| !front.trays.chats.is_empty()) else { return };
    let core = &state.core;
    let is_gone = |chat: &ChatKey| {
        let Some(account) = core.account(chat.account) else { return true };
        let left = matches!(account.link, LinkPhase::SignedOut { .. });
        !account.chats.contains_key(&chat.chat) && (account.knows_all_chats() || left)
    };
    let mut names: Vec<String> = Vec::new();
    front.trays.chats.retain(|chat, files| {
        let gone = is_gone(chat);
        names.extend(files.iter().filter(|_| gone).map(|held| format!("\"{}\"", held.name)));
        !gone
    });
    if names.is_empty() {
        return;
    }
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let sentence = format!("Not sent, since their chat is not here any more: {}{more}", names.join(", "));
    if let Some(Overlay::Note(note)) = front.overlays.last_mut() {
        note.sentence = format!("{}. {sentence}", note.sentence.trim_end_matches('.'));
        return state.touch();
    }
    // What was just said of the chat is said, too.
    match front.notice.take().filter(|notice| notice.until > state.now.mono) {
        Some(notice) => state.notice_of(format!("{sentence}. {}", notice.text), notice.key, true, fx),
        None => state.notice(sentence, true, fx),
    }
}

/// The open chat, if files may go there, with how many more and how large they may be; else a sentence.
fn room(state: &State) -> Result<(ChatKey, u64), String> {
    let front = state.front.as_ref().ok_or_else(String::new)?;
    let chat = front.pane.chat.filter(|_| front.pane.forum.is_none()).ok_or("Open a chat first")?;
    if let Some(reason) = permit::refusal_to_attach(state, chat).or_else(|| compose::signed_out(state, chat)) {
        return Err(reason.to_owned());
    }
    let caps = state.core.account(chat.account).map(|account| account.caps).unwrap_or_default();
    if front.trays.of(chat).len() >= caps.max_files as usize {
        return Err(format!("A message takes at most {} files here", caps.max_files));
    }
    if front.trays.count() >= MOST {
        return Err("Too many files wait to be sent; send or remove some".to_owned());
    }
    Ok((chat, caps.max_file))
}

/// A file is to go with the next message here: it is read. Returns whether it is.
pub(super) fn add(state: &mut State, path: &str, fx: &mut Effects) -> bool {
    let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path);
    let name = CleanText::line(name).to_string();
    let asked = hold(state, name, fx);
    if let Some((number, most)) = asked {
        fx.push(Effect::ReadFile { number, path: path.to_owned(), most });
    }
    asked.is_some()
}

/// The picture that the clipboard holds is to go with the next message here.
pub(super) fn paste(state: &mut State, fx: &mut Effects) {
    if let Some((number, most)) = hold(state, "picture.png".to_owned(), fx) {
        fx.push(Effect::ReadClipboard { number, most });
    }
}

/// A file that is here already is to go with the next message here; a sentence if it may not.
pub(super) fn put(state: &mut State, file: Upload) -> Result<(), String> {
    let (number, most) = place_for(state, file.name.clone())?;
    if file.size() > most {
        let front = state.front.as_mut();
        front.and_then(|front| front.trays.find(number).and_then(|(chat, at)| front.trays.take(chat, at)));
        return Err(format!("\"{}\" is too large: at most {} are taken here", file.name, size(most)));
    }
    taken(state, number, Ok(file)).unwrap_or(Ok(()))
}

/// Makes room for a file; its number, and how large it may be.
fn hold(state: &mut State, name: String, fx: &mut Effects) -> Option<(u64, u64)> {
    place_for(state, name).map_err(|reason| state.notice(reason, true, fx)).ok()
}

fn place_for(state: &mut State, name: String) -> Result<(u64, u64), String> {
    let (chat, most) = room(state)?;
    let front = state.front.as_mut().ok_or_else(String::new)?;
    front.files += 1;
    let number = front.files;
    front.trays.chats.entry(chat).or_default().push(Held { number, name, file: None });
    state.touch();
    Ok((number, most))
}

/// A file was read, or why it was not. Returns what is not a tray's.
pub(in crate::state) fn read(
    state: &mut State,
    number: u64,
    file: Result<Upload, String>,
    fx: &mut Effects,
) -> Option<Result<Upload, String>> {
    if state.front.as_mut().and_then(|front| front.trays.find(number)).is_none() {
        return Some(file);
    }
    if let Some(Err(sentence)) = taken(state, number, file) {
        state.notice(format!("Not attached: {sentence}"), true, fx);
    }
    None
}

/// What was read takes its place in the tray, or leaves it with a sentence; `None`: it has none.
fn taken(state: &mut State, number: u64, file: Result<Upload, String>) -> Option<Result<(), String>> {
    let (chat, at) = state.front.as_mut()?.trays.find(number)?;
    let caps = state.core.account(chat.account).map(|account| account.caps).unwrap_or_default();
    let front = state.front.as_mut()?;
    let waiting = front.trays.bytes();
    let checked = file.and_then(|file| {
        if !caps.file_types.takes(&file.mimetype) {
            let kinds = caps.file_types.words();
            return Err(format!("\"{}\" is of a kind that is not taken here; only {kinds}", file.name));
        }
        if waiting.saturating_add(file.size()) > MOST_BYTES {
            return Err(format!("the files are too large together: at most {} can wait", size(MOST_BYTES)));
        }
        Ok(file)
    });
    let result = match checked {
        Ok(file) => {
            if let Some(held) = front.trays.chats.get_mut(&chat).and_then(|files| files.get_mut(at)) {
                held.name.clone_from(&file.name);
                held.file = Some(file);
            }
            Ok(())
        }
        Err(sentence) => {
            front.trays.take(chat, at);
            Err(sentence)
        }
    };
    state.touch();
    Some(result)
}

/// The place of a file of the open chat: that of this number counted from one, else the last.
fn place(front: &Front, number: Option<usize>) -> Option<(ChatKey, usize)> {
    let chat = front.pane.chat?;
    let count = front.trays.of(chat).len();
    let at = number.unwrap_or(count).checked_sub(1).filter(|at| *at < count)?;
    Some((chat, at))
}

const NONE: &str = "There is no such file; add-file adds one";

/// A file does not go with the next message after all.
pub(super) fn remove(state: &mut State, number: Option<usize>, fx: &mut Effects) {
    let Some((chat, at)) = state.front.as_ref().and_then(|front| place(front, number)) else {
        return state.notice(NONE, false, fx);
    };
    let held = state.front.as_mut().and_then(|front| front.trays.take(chat, at));
    let name = held.map(|held| held.name).unwrap_or_default();
    state.notice(format!("\"{name}\" is not sent; it stays where it is on the disk"), false, fx);
}

/// A file is called something else where it goes. Without a name it is asked for.
pub(super) fn rename(state: &mut State, number: Option<usize>, name: &str, fx: &mut Effects) {
    let Some((chat, at)) = state.front.as_ref().and_then(|front| place(front, number)) else {
        return state.notice(NONE, false, fx);
    };
    let held = state.front.as_ref().and_then(|front| front.trays.of(chat).get(at)).cloned();
    let Some(held) = held else { return };
    if name.is_empty() {
        return file_name::ask(state, chat, held.number, &held.name);
    }
    if let Err(why) = call(state, held.number, name) {
        state.notice(why, false, fx);
    }
}

/// A file is called so where it goes; a sentence if it cannot be.
pub(super) fn call(state: &mut State, number: u64, name: &str) -> Result<(), &'static str> {
    let trays = state.front.as_mut().map(|front| &mut front.trays).ok_or(NONE)?;
    let (chat, at) = trays.find(number).ok_or(NONE)?;
    let held = trays.chats.get_mut(&chat).and_then(|files| files.get_mut(at)).ok_or(NONE)?;
    let file = held.file.as_mut().ok_or("The file is still being read; wait a moment")?;
    // What it is was seen in it and is not changed by a name.
    file.name = Upload::new(name, file.bytes.clone()).name;
    held.name.clone_from(&file.name);
    state.touch();
    Ok(())
}

/// Whether files go with what is sent next here: not with a change of a message.
pub(super) fn goes(front: &Front) -> bool {
    let edits = matches!(front.pane.mode, ComposeMode::Edit { .. });
    !edits && front.pane.chat.is_some_and(|chat| !front.trays.of(chat).is_empty())
}

/// The files that go with the message that is being sent; a sentence if nothing may be sent, or not all of them are read.
pub(super) fn ready(state: &State, chat: ChatKey) -> Result<Vec<Upload>, &'static str> {
    let Some(front) = &state.front else { return Ok(Vec::new()) };
    let refusal = if goes(front) { permit::refusal_to_attach } else { permit::refusal_to_write };
    if let Some(reason) = refusal(state, chat) {
        return Err(reason);
    }
    let files = front.trays.of(chat).iter().map(|held| held.file.clone());
    files.collect::<Option<Vec<_>>>().ok_or("The files are still being read; wait a moment")
}

/// A message with files comes back to be changed: those that a line cannot name go with the next one again. Returns what goes to the composer.
pub(super) fn given_back(state: &mut State, chat: ChatKey, outgoing: &Outgoing) -> String {
    let line = attach::line_of(outgoing);
    let named = matches!(outgoing.attachments.as_slice(), [file] if !file.path.is_empty());
    if let Some(front) = state.front.as_mut().filter(|_| !named) {
        for file in outgoing.attachments.iter().filter(|file| !file.bytes.is_empty()) {
            front.files += 1;
            let held = Held { number: front.files, name: file.name.clone(), file: Some(file.clone()) };
            front.trays.chats.entry(chat).or_default().push(held);
        }
    }
    line
}

/// Pasted text that names files alone, as file managers and terminals give it: one on each line, or quoted as in a shell.
#[must_use]
pub(super) fn pasted_paths(text: &str) -> Vec<String> {
    let is_path =
        |path: &str| path.starts_with('/') && path.len() > 1 || path.starts_with("~/") || path.starts_with("file:///");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST || text.len() > 16_384 {
        return Vec::new();
    }
    let mut paths = Vec::new();
    for line in lines {
        match attach::words(line) {
            Some(words) if !words.is_empty() && words.iter().all(|word| is_path(word)) => paths.extend(words),
            // A name with blanks, without quotes.
            _ if is_path(line) => paths.push(line.to_owned()),
            _ => return Vec::new(),
        }
    }
    paths.truncate(MOST);
    paths
}

#[cfg(test)]
mod tests {
    use super::pasted_paths;

    #[test]
    fn pastes_that_name_files_alone_are_seen() {
        for (text, paths) in [
            ("/a/b.txt", vec!["/a/b.txt"]),
            ("'/a/my cat.png' /b.txt ", vec!["/a/my cat.png", "/b.txt"]),
            ("/a/my\\ cat.png\n~/x", vec!["/a/my cat.png", "~/x"]),
            ("file:///a%20b/c\r\nfile:///d\r\n", vec!["file:///a%20b/c", "file:///d"]),
            ("/a/it's mine.txt", vec!["/a/it's mine.txt"]),
            ("see /a/b.txt", vec![]),
            ("/", vec![]),
            ("/help me\nwith this", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(pasted_paths(text), paths, "{text:?}");
        }
    }
}
