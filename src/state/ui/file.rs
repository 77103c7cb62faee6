//! What the user wants done with files, and the list of those that are being saved.

use super::{attach, chooser, compose, message, paste, pasted, tray};
use crate::domain::{ChatKey, Message, Nonce};
use crate::state::State;
use crate::state::action::FileAction;
use crate::state::downloads::{self, Download, Downloads, Wanted};
use crate::state::effect::{Effect, Effects, Outcome};
use crate::state::event::Ticket;
use crate::state::front::{ComposeMode, Overlay, Pane};
use crate::state::outbox;

/// The list of files that are being saved, the newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DownloadList {
    /// The number of the selected one; `None`: the first.
    pub at: Option<u64>,
}

impl DownloadList {
    /// The selected one.
    #[must_use]
    pub fn selected<'a>(&self, downloads: &'a Downloads) -> Option<&'a Download> {
        self.at.and_then(|at| downloads.get(at)).or_else(|| downloads.list.last())
    }
}

/// Enter while what was pasted is looked at: what is written goes after, as it was then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sends {
    verbatim: bool,
    /// The composer's.
    revision: u64,
    mode: ComposeMode,
}

impl Sends {
    pub(super) fn of(pane: &Pane, verbatim: bool) -> Self {
        Self { verbatim, revision: pane.composer.revision(), mode: pane.mode.clone() }
    }

    /// Whether nothing was written or begun since.
    fn holds(&self, pane: &Pane) -> bool {
        (self.revision, &self.mode) == (pane.composer.revision(), &pane.mode)
    }
}

/// The user wants something done with a file.
pub(super) fn wanted(state: &mut State, action: FileAction, fx: &mut Effects) {
    match action {
        FileAction::Attach { path, text } => attach::begin(state, path, text, "", fx),
        FileAction::Add(path) if path.is_empty() => chooser::look(state, "", fx),
        FileAction::Add(path) => {
            let path = attach::words(&path).and_then(|words| words.into_iter().next().filter(|word| !word.is_empty()));
            match path {
                Some(path) => _ = tray::add(state, &path, fx),
                None => state.notice("It goes like this: /add-file PATH", true, fx),
            }
        }
        FileAction::Choose(folder) => chooser::look(state, &folder, fx),
        FileAction::Paste => tray::paste(state, fx),
        FileAction::Rename(number, name) => tray::rename(state, number, &name, fx),
        FileAction::Remove(number) => tray::remove(state, number, fx),
        FileAction::Save(to) => save(state, &to, fx),
        FileAction::Want(wanted) => downloads::want(state, *wanted, fx),
        FileAction::SaveNow(wanted) => downloads::begin(state, *wanted, fx),
        FileAction::Downloads => show(state, fx),
        FileAction::Cancel => match (selected(state), message::pending(state)) {
            (Some(number), _) => cancel(state, number, fx),
            (None, Some((chat, nonce))) if stop_sending(state, chat, nonce, fx) => {}
            _ => state.notice("There is no file here that could be stopped", false, fx),
        },
        FileAction::Stop(number) => cancel(state, number, fx),
        FileAction::GoOn(number) => downloads::accept(state, number, fx),
        FileAction::OpenNow(path) => fx.push(Effect::OpenFile(path)),
    }
}

/// A shell command wants something done with a file. What it saves is told once it is here.
pub(super) fn submitted(state: &mut State, ticket: Ticket, action: FileAction, fx: &mut Effects) {
    match action {
        FileAction::SaveNow(saved) => {
            wanted(state, FileAction::SaveNow(Box::new(Wanted { ticket: Some(ticket), ..*saved })), fx);
        }
        action => {
            wanted(state, action, fx);
            fx.push(Effect::Outcome(ticket, Outcome::Done));
        }
    }
}

/// Text is pasted: if it names files alone, and files may be sent here, they are looked for, and are to go with the next message. Returns whether that is
/// so.
pub(super) fn pasted(state: &mut State, text: &str, fx: &mut Effects) -> bool {
    let paths = pasted::paths(text);
    if !tray::may_take(state) {
        return false;
    }
    let Some(front) = &mut state.front else { return false };
    let Some(chat) = front.pane.chat.filter(|_| front.pane.forum.is_none()) else { return false };
    if paths.is_empty() || !front.pane.composer.is_empty() && front.pane.composer.is_command() {
        return false;
    }
    front.files += 1;
    front.pasted.push((front.files, chat, text.to_owned()));
    fx.push(Effect::LookAt { number: front.files, paths });
    true
}

/// What was pasted was looked at: it is files, or text after all.
pub(in crate::state) fn looked(state: &mut State, number: u64, files: bool, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(at) = front.pasted.iter().position(|(asked, ..)| *asked == number) else { return };
    let (_, chat, text) = front.pasted.remove(at);
    if front.pane.chat != Some(chat) {
        front.pane.composer.keep(&text);
        let sentence = "The chat into which this was pasted is not open any more; to put it here";
        return state.notice_of(sentence.to_owned(), Some("yank"), true, fx);
    }
    let went_on = front.sends.take_if(|sends| !sends.holds(&front.pane)).is_some();
    let shown = front.overlays.len();
    if files {
        if let Err(why) = tray::add_all(state, &pasted::paths(&text), &text, fx) {
            let to_be_sent = state.front.as_mut().is_some_and(|front| front.sends.take().is_some());
            let why = if to_be_sent || went_on { format!("Not sent. {why}") } else { why };
            return state.notice(why, true, fx);
        }
    } else {
        paste::pasted(state, &text, fx);
    }
    if went_on {
        return state.notice_of("Not sent, since you went on writing; to send it".to_owned(), Some("send"), true, fx);
    }
    let Some(front) = &mut state.front else { return };
    // What was pasted belongs to it.
    let revision = front.pane.composer.revision();
    front.sends.iter_mut().for_each(|sends| sends.revision = revision);
    // A question that the paste leads to comes first.
    if front.overlays.len() > shown {
        front.sends = None;
    } else if front.pasted.is_empty()
        && let Some(sends) = front.sends.take()
    {
        compose::send(state, sends.verbatim, fx);
    }
}

/// Saves all files of the message under the cursor.
fn save(state: &mut State, to: &str, fx: &mut Effects) {
    let Some((chat, message)) = message::message(state).filter(|(_, message)| !message.attachments.is_empty()) else {
        return state.notice("There is no file in this message", true, fx);
    };
    let live = |state: &State| state.downloads.live().count();
    let before = live(state);
    for file in &message.attachments {
        downloads::want(state, Wanted::of(chat.account, file, to, false), fx);
    }
    let begun = live(state).saturating_sub(before);
    if begun > 1 {
        state.notice_of(format!("Saving {begun} files"), Some("downloads"), false, fx);
    }
}

/// Saves one file of a message.
pub(super) fn save_one(state: &mut State, chat: ChatKey, message: &Message, number: u16, fx: &mut Effects) {
    if let Some(file) = message.attachments.get(usize::from(number)) {
        downloads::want(state, Wanted::of(chat.account, file, "", false), fx);
    }
}

/// Saves the first file of a message, and opens it when it is here.
pub(super) fn open_first(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    if let Some(file) = message.attachments.first() {
        downloads::want(state, Wanted::of(chat.account, file, "", true), fx);
    }
}

/// Stops a message whose files are on their way. Returns whether it is one.
pub(super) fn stop_sending(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let stops = outbox::stop(state, chat, nonce, fx);
    if stops {
        state.notice("Stopping it; nobody has seen anything of it unless it is sent already", false, fx);
    }
    stops
}

/// Shows the list, or says that nothing is in it.
fn show(state: &mut State, fx: &mut Effects) {
    if state.downloads.list.is_empty() {
        return state.notice_of("No file is being saved; on a message with a file".to_owned(), Some("save"), false, fx);
    }
    if let Some(front) = &mut state.front {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::Downloads(_)));
        front.overlays.push(Overlay::Downloads(DownloadList::default()));
    }
    state.touch();
}

fn list(state: &State) -> Option<DownloadList> {
    match state.front.as_ref()?.overlays.last()? {
        Overlay::Downloads(list) => Some(*list),
        _ => None,
    }
}

fn selected(state: &State) -> Option<u64> {
    list(state)?.selected(&state.downloads).map(|one| one.number)
}

fn select(state: &mut State, at: Option<u64>) {
    if let Some(Overlay::Downloads(list)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) {
        list.at = at;
        state.touch();
    }
}

/// Stops one; what goes out of the list hands the selection to its neighbour, and the last one closes it.
fn cancel(state: &mut State, number: u64, fx: &mut Effects) {
    let place = state.downloads.list.iter().position(|one| one.number == number);
    downloads::cancel(state, number, fx);
    if let Some(front) = &mut state.front
        && state.downloads.list.is_empty()
    {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::Downloads(_)));
    }
    if state.downloads.get(number).is_none()
        && let Some(place) = place
    {
        let all = &state.downloads.list;
        let next = place.checked_sub(1).and_then(|before| all.get(before)).or_else(|| all.get(place));
        select(state, next.map(|one| one.number));
    }
}

/// Enter in the list: opens what is here, and goes on with what stopped.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    if let Some(number) = selected(state) {
        downloads::accept(state, number, fx);
    }
}

/// The selection moves; the newest stands first.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(now) = selected(state) else { return };
    let all = &state.downloads.list;
    let at = all.iter().rev().position(|one| one.number == now).unwrap_or(0);
    let to = at.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(all.len().saturating_sub(1));
    let to = all.iter().rev().nth(to).map(|one| one.number);
    select(state, to);
}

/// The one at this place is selected.
pub(super) fn point(state: &mut State, index: usize) {
    let at = state.downloads.list.iter().rev().nth(index).map(|one| one.number);
    select(state, at);
}
