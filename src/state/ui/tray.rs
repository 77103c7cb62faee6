//! Files that go with the next message: chosen one by one, looked at before anything is sent, and kept with their chat while others are open.

use super::{attach, chooser, compose, drafts, file_name};
use crate::domain::kept::DraftFile;
use crate::domain::{ChatKey, CleanText, LinkPhase, Outgoing, Source, Upload, size};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{ComposeMode, Front, Overlay};
use crate::state::{State, permit};
use std::collections::HashMap;

/// Most files of all trays, and most bytes: they are held in memory.
pub(super) const MOST: usize = 50;
const MOST_BYTES: u64 = 256_000_000;
/// Most files that are named when they are let go.
const NAMED: usize = 3;

/// The files that go with the next message of each chat.
#[derive(Clone, Debug, Default)]
pub struct Trays {
    chats: HashMap<ChatKey, Vec<Held>>,
    /// Grows with each change.
    revision: u64,
}

/// A file that goes with the next message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Names it towards the shell.
    number: u64,
    /// Where it was chosen, as the list of files names it; empty where it was not.
    path: String,
    /// What it is called; one line.
    pub name: String,
    /// What is in it; `None` while it is read, and where it could not be read again.
    pub file: Option<Upload>,
    /// Why it cannot be sent.
    pub trouble: Option<Trouble>,
    /// What a later run needs to read it again; nothing does for what lies nowhere.
    kept: Option<DraftFile>,
    /// An earlier run chose it, and it is read again: not asked for yet, or asked for.
    again: Option<bool>,
}

/// Why a file that an earlier run chose cannot be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It could not be read, or may not be sent: a sentence.
    Unread(String),
    /// It is another than the one that was chosen.
    Changed,
}

impl Held {
    fn new(number: u64, name: String, kept: Option<DraftFile>) -> Self {
        let path = kept.as_ref().map(|file| file.path.clone()).unwrap_or_default();
        Self { number, path, name, file: None, trouble: None, kept, again: None }
    }

    /// One that was read.
    fn fill(&mut self, file: Upload) {
        self.name.clone_from(&file.name);
        self.kept = file.source.as_ref().map(|Source { path, modified }| DraftFile {
            path: path.clone(),
            name: file.name.clone(),
            size: file.size(),
            modified: *modified,
        });
        self.file = Some(file);
    }

    /// Whether what was read is what was chosen, as far as can be told without reading all of it twice.
    fn is_same(&self, file: &Upload) -> bool {
        let Some(DraftFile { size, modified, .. }) = self.kept else { return true };
        let now = file.source.as_ref().and_then(|source| source.modified);
        size == 0 || size == file.size() && modified.zip(now).is_none_or(|(then, now)| then == now)
    }
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

    /// Grows with each change.
    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }

    /// The chats that have some.
    pub(super) fn chats(&self) -> impl Iterator<Item = ChatKey> {
        self.chats.keys().copied()
    }

    /// What later runs need of those of a chat.
    pub(super) fn kept(&self, chat: ChatKey) -> Vec<DraftFile> {
        self.of(chat).iter().filter_map(|held| held.kept.clone()).collect()
    }

    /// The names of those that nothing can read again once this run has ended. `keeps`: whether a chat's files outlast it.
    pub(super) fn unkept<'a>(&'a self, keeps: impl Fn(ChatKey) -> bool) -> Vec<&'a str> {
        let mut chats: Vec<_> = self.chats.iter().collect();
        chats.sort_unstable_by_key(|(chat, _)| **chat);
        let lost = |(chat, files): (&ChatKey, &'a Vec<Held>)| {
            let keeps = keeps(*chat);
            files.iter().filter(move |held| !keeps || held.kept.is_none())
        };
        chats.into_iter().flat_map(lost).map(|held| held.name.as_str()).collect()
    }

    fn hold(&mut self, chat: ChatKey, held: Held) {
        self.revision += 1;
        self.chats.entry(chat).or_default().push(held);
    }

    fn bytes(&self) -> u64 {
        self.chats.values().flatten().filter_map(|held| held.file.as_ref()).map(Upload::size).sum()
    }

    fn find(&mut self, number: u64) -> Option<(ChatKey, usize)> {
        self.chats
            .iter()
            .find_map(|(chat, files)| files.iter().position(|held| held.number == number).map(|at| (*chat, at)))
    }

    /// The place of a file of a chat that was chosen under this path.
    pub(super) fn place_of(&self, chat: ChatKey, path: &str) -> Option<usize> {
        self.of(chat).iter().position(|held| held.path == path)
    }

    fn take(&mut self, chat: ChatKey, at: usize) -> Option<Held> {
        self.revision += 1;
        let files = self.chats.get_mut(&chat)?;
        let held = (at < files.len()).then(|| files.remove(at));
        if files.is_empty() {
            self.chats.remove(&chat);
        }
        held
    }

    /// All of a chat are gone from it: they were sent.
    pub(super) fn clear(&mut self, chat: ChatKey) {
        self.revision += 1;
        self.chats.remove(&chat);
    }
}

/// Files for chats that are gone go with them, and that is said. Those of an account that is put away, or comes back, wait as its drafts do.
pub(in crate::state) fn keep(state: &mut State, fx: &mut Effects) {
    chooser::keep_marks(state);
    let Some(front) = state.front.as_mut().filter(|front| !front.trays.chats.is_empty()) else { return };
    let core = &state.core;
    let is_gone = |chat: &ChatKey, files: &[Held]| {
        let Some(account) = core.account(chat.account) else { return true };
        // Of those of an earlier run it is not known before its network has told.
        let found = files.iter().any(|held| held.again.is_some());
        let left = !found && matches!(account.link, LinkPhase::SignedOut { .. });
        !account.chats.contains_key(&chat.chat) && (account.knows_all_chats() || left)
    };
    let mut names: Vec<String> = Vec::new();
    front.trays.chats.retain(|chat, files| {
        let gone = is_gone(chat, files);
        names.extend(files.iter().filter(|_| gone).map(|held| format!("\"{}\"", held.name)));
        !gone
    });
    if names.is_empty() {
        return;
    }
    front.trays.revision += 1;
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
    let kept = DraftFile { path: path.to_owned(), name: name.clone(), size: 0, modified: None };
    let asked = hold(state, name, Some(kept), fx);
    if let Some((number, most)) = asked {
        fx.push(Effect::ReadFile { number, path: path.to_owned(), most });
    }
    asked.is_some()
}

/// Whether files may go with the next message here, as far as that does not depend on how many do.
pub(super) fn may_take(state: &State) -> bool {
    let chat = state.front.as_ref().and_then(|front| front.pane.chat);
    chat.is_some_and(|chat| {
        permit::refusal_to_attach(state, chat).or_else(|| compose::signed_out(state, chat)).is_none()
    })
}

/// Files that were pasted as a text are to go with the next message here. Those that may not are text after all, and a sentence says why.
pub(super) fn add_all(state: &mut State, paths: &[String], text: &str, fx: &mut Effects) -> Result<(), String> {
    for (at, path) in paths.iter().enumerate() {
        let Err(why) = room(state) else {
            add(state, path, fx);
            continue;
        };
        let rest = paths.iter().skip(at).map(|path| attach::quoted(path)).collect::<Vec<_>>().join("\n");
        compose::insert(state, if at == 0 { text } else { &rest }, fx);
        return Err(why);
    }
    Ok(())
}

/// The picture that the clipboard holds is to go with the next message here.
pub(super) fn paste(state: &mut State, fx: &mut Effects) {
    if let Some((number, most)) = hold(state, "picture.png".to_owned(), None, fx) {
        fx.push(Effect::ReadClipboard { number, most });
    }
}

/// A file that is here already is to go with the next message here; a sentence if it may not.
pub(super) fn put(state: &mut State, file: Upload) -> Result<(), String> {
    let (number, most) = place_for(state, file.name.clone(), None)?;
    if file.size() > most {
        let front = state.front.as_mut();
        front.and_then(|front| front.trays.find(number).and_then(|(chat, at)| front.trays.take(chat, at)));
        return Err(format!("\"{}\" is too large: at most {} are taken here", file.name, size(most)));
    }
    taken(state, number, Ok(file)).unwrap_or(Ok(()))
}

/// Makes room for a file; its number, and how large it may be.
fn hold(state: &mut State, name: String, kept: Option<DraftFile>, fx: &mut Effects) -> Option<(u64, u64)> {
    place_for(state, name, kept).map_err(|reason| state.notice(reason, true, fx)).ok()
}

fn place_for(state: &mut State, name: String, kept: Option<DraftFile>) -> Result<(u64, u64), String> {
    let (chat, most) = room(state)?;
    let front = state.front.as_mut().ok_or_else(String::new)?;
    front.files += 1;
    let number = front.files;
    front.trays.hold(chat, Held::new(number, name, kept));
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
    let Some((chat, _)) = state.front.as_mut().and_then(|front| front.trays.find(number)) else { return Some(file) };
    if let Some(Err(sentence)) = taken(state, number, file) {
        state.notice(format!("Not attached: {sentence}"), true, fx);
    }
    if let Some(front) = state.front.as_mut().filter(|front| front.pane.chat != Some(chat)) {
        drafts::put(front, chat, fx);
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
    let held = front.trays.chats.get_mut(&chat).and_then(|files| files.get_mut(at))?;
    let before = held.kept.clone();
    let result = match checked {
        Ok(file) if held.again.is_none() => {
            held.fill(file);
            Ok(())
        }
        // One of an earlier run stays in sight, whatever became of it.
        Ok(file) if held.is_same(&file) => {
            held.fill(called(file, &held.name));
            Ok(())
        }
        Ok(_) => {
            held.trouble = Some(Trouble::Changed);
            Ok(())
        }
        Err(sentence) if held.again.is_some() => {
            held.trouble = Some(Trouble::Unread(sentence));
            Ok(())
        }
        Err(sentence) => {
            front.trays.take(chat, at);
            Err(sentence)
        }
    };
    front.trays.revision += u64::from(front.trays.of(chat).get(at).is_none_or(|held| held.kept != before));
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

const NONE: &str = "There is no such file here";
const EMPTY: &str = "No file goes with your next message; to add one";

/// There is no file of this number; without one, none at all.
fn none(state: &mut State, number: Option<usize>, fx: &mut Effects) {
    match number {
        Some(_) => state.notice(NONE, true, fx),
        None => state.notice_of(EMPTY.to_owned(), Some("add-file"), false, fx),
    }
}

/// A file does not go with the next message after all.
pub(super) fn remove(state: &mut State, number: Option<usize>, fx: &mut Effects) {
    let Some((chat, at)) = state.front.as_ref().and_then(|front| place(front, number)) else {
        return none(state, number, fx);
    };
    let held = state.front.as_mut().and_then(|front| front.trays.take(chat, at));
    let name = held.map(|held| held.name).unwrap_or_default();
    state.notice(format!("\"{name}\" is not sent; it stays where it is on the disk"), false, fx);
}

/// The same for one that was chosen under this path in the open chat. Returns whether there is one.
pub(super) fn take_out(state: &mut State, path: &str, fx: &mut Effects) -> bool {
    let place = state.front.as_ref().and_then(|front| front.trays.place_of(front.pane.chat?, path));
    if let Some(at) = place {
        remove(state, Some(at + 1), fx);
    }
    place.is_some()
}

/// A file is called something else where it goes. Without a name it is asked for.
pub(super) fn rename(state: &mut State, number: Option<usize>, name: &str, fx: &mut Effects) {
    let Some((chat, at)) = state.front.as_ref().and_then(|front| place(front, number)) else {
        return none(state, number, fx);
    };
    let held = state.front.as_ref().and_then(|front| front.trays.of(chat).get(at)).cloned();
    let Some(held) = held else { return };
    if name.is_empty() {
        return file_name::ask(state, chat, held.number, &held.name);
    }
    if let Err(why) = call(state, held.number, name) {
        state.notice(why, true, fx);
    }
}

/// A file is called so where it goes; a sentence if it cannot be.
pub(super) fn call(state: &mut State, number: u64, name: &str) -> Result<(), String> {
    let trays = state.front.as_mut().map(|front| &mut front.trays).ok_or_else(|| NONE.to_owned())?;
    let (chat, at) = trays.find(number).ok_or_else(|| NONE.to_owned())?;
    let held = trays.chats.get_mut(&chat).and_then(|files| files.get_mut(at)).ok_or_else(|| NONE.to_owned())?;
    let Some(file) = &held.file else {
        return Err(match held.trouble {
            Some(_) => format!("The file cannot be sent as it is; /remove-file {} takes it out", at + 1),
            None => "The file is still being read; wait a moment".to_owned(),
        });
    };
    let file = called(file.clone(), name);
    held.fill(file);
    trays.revision += 1;
    state.touch();
    Ok(())
}

/// The same file by another name. What it is was seen in it and is not changed by a name.
fn called(file: Upload, name: &str) -> Upload {
    Upload { name: Upload::new(name, file.bytes.clone()).name, ..file }
}

/// The files of a draft of an earlier run go with its message again. They are read when its chat is opened.
pub(super) fn restore(front: &mut Front, chat: ChatKey, files: Vec<DraftFile>) {
    let chosen: Vec<String> = front.trays.of(chat).iter().map(|held| held.path.clone()).collect();
    // All of them are taken in, since the store is told of no others. One may go twice, by two names.
    for file in files.into_iter().filter(|file| !chosen.contains(&file.path)) {
        front.files += 1;
        let name = CleanText::line(&file.name).to_string();
        let held = Held { again: Some(false), ..Held::new(front.files, name, Some(file)) };
        front.trays.hold(chat, held);
    }
}

/// The files of the open chat that an earlier run chose are read, and those that could not be are tried again.
pub(super) fn wake(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    // What is taken here may not be known yet; it is looked at again when the message goes.
    let most = state.core.account(chat.account).map(|account| account.caps.max_file).filter(|most| *most > 0);
    let most = most.unwrap_or(MOST_BYTES);
    for held in front.trays.chats.get_mut(&chat).into_iter().flatten() {
        let failed = held.trouble.take_if(|trouble| matches!(trouble, Trouble::Unread(_))).is_some();
        if !failed && held.again != Some(false) {
            continue;
        }
        held.again = Some(true);
        if let Some(DraftFile { path, .. }) = &held.kept {
            fx.push(Effect::ReadFile { number: held.number, path: path.clone(), most });
        }
    }
}

/// Whether files go with what is sent next here: not with a change of a message.
pub(super) fn goes(front: &Front) -> bool {
    let edits = matches!(front.pane.mode, ComposeMode::Edit { .. });
    !edits && front.pane.chat.is_some_and(|chat| !front.trays.of(chat).is_empty())
}

/// The files that go with the message that is being sent; a sentence if nothing may be sent, or not all of them are read.
pub(super) fn ready(state: &State, chat: ChatKey) -> Result<Vec<Upload>, String> {
    let Some(front) = &state.front else { return Ok(Vec::new()) };
    let refusal = if goes(front) { permit::refusal_to_attach } else { permit::refusal_to_write };
    if let Some(reason) = refusal(state, chat) {
        return Err(reason.to_owned());
    }
    for (at, held) in front.trays.of(chat).iter().enumerate() {
        let (name, number) = (&held.name, at + 1);
        match &held.trouble {
            None => {}
            Some(Trouble::Unread(why)) => {
                return Err(format!("Not sent: {why}; /remove-file {number} takes it out"));
            }
            Some(Trouble::Changed) => {
                let sentence = "is not what it was when you chose it";
                return Err(format!(
                    "Not sent: \"{name}\" {sentence}; /remove-file {number} takes it out, /add-file adds what it is now"
                ));
            }
        }
    }
    let files = front.trays.of(chat).iter().map(|held| held.file.clone());
    files.collect::<Option<Vec<_>>>().ok_or_else(|| "The files are still being read; wait a moment".to_owned())
}

/// A message with files comes back to be changed: those that a line cannot name go with the next one again. Returns what goes to the composer.
pub(super) fn given_back(state: &mut State, chat: ChatKey, outgoing: &Outgoing) -> String {
    let line = attach::line_of(outgoing);
    let named = matches!(outgoing.attachments.as_slice(), [file] if !file.path.is_empty());
    if let Some(front) = state.front.as_mut().filter(|_| !named) {
        for file in outgoing.attachments.iter().filter(|file| !file.bytes.is_empty()) {
            front.files += 1;
            let mut held = Held::new(front.files, file.name.clone(), None);
            held.fill(file.clone());
            front.trays.hold(chat, held);
        }
    }
    line
}
