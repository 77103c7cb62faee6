//! Paths for commands that take files: what is in the folder that is being named, as the shell lists it.

use super::{Candidate, Word, ranked, word};
use crate::domain::{CleanText, size};
use crate::state::State;
use crate::state::effect::{Effect, Effects};
use crate::state::ui::arguments::Argument;
use crate::state::ui::attach;
use crate::state::ui::chooser::Folder;

/// The folder that was listed for what is being typed.
#[derive(Clone, Debug, Default)]
pub(in crate::state::ui) struct Listed {
    /// The number of the question; 0: none was asked.
    number: u64,
    /// The folder as it was written.
    folder: String,
    /// What is in it, by name, and the size of files.
    entries: Vec<(String, Option<u64>)>,
}

/// A path that is being typed: its folder as it is written, with a slash at its end, and the beginning of a name.
fn parts(typed: &str, quoted: bool) -> (String, String) {
    let path = if quoted { attach::begun(typed) } else { typed.to_owned() };
    let at = path.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, name) = path.split_at(at);
    (folder.to_owned(), name.to_owned())
}

/// What fits, as far as it is known.
pub(super) fn fitting(listed: &Listed, typed: &str, quoted: bool) -> Vec<Candidate> {
    let (folder, name) = parts(typed, quoted);
    if quoted && attach::is_over(typed) {
        return Vec::new();
    }
    if folder.is_empty() && name == "~" {
        return vec![Candidate { label: "~/".to_owned(), put: "~/".to_owned(), ..Candidate::default() }];
    }
    if listed.number == 0 || listed.folder != folder {
        return Vec::new();
    }
    let hidden = name.starts_with('.');
    let fits = |(entry, _): &&(String, Option<u64>)| entry.starts_with('.') == hidden;
    let all = listed.entries.iter().filter(fits).map(|(entry, bytes)| {
        let path = format!("{folder}{entry}{}", if bytes.is_none() { "/" } else { "" });
        let put = match (quoted, bytes) {
            (true, Some(_)) => format!("{} ", attach::quoted(&path)),
            // Its quotes are open: it goes on.
            (true, None) => attach::quoted(&path).trim_end_matches('"').to_owned(),
            (false, _) => path,
        };
        let label = if bytes.is_none() { format!("{entry}/") } else { entry.clone() };
        Candidate { label, detail: bytes.map(size).unwrap_or_default(), put, ..Candidate::default() }
    });
    ranked(&name, all)
}

/// Has the folder listed that is being named, unless it was.
pub(super) fn ask(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let account = front.pane.chat.and_then(|chat| state.core.account(chat.account));
    let composer = &front.pane.composer;
    let word = account.and_then(|account| word(account, composer.as_str(), composer.cursor()));
    let Some(Word::Argument(_, typed, Argument::Path { quoted })) = word else {
        front.pane.writing.listed = Listed::default();
        return;
    };
    let (folder, name) = parts(typed, quoted);
    let listed = &mut front.pane.writing.listed;
    if folder.is_empty() && name == "~" || listed.number > 0 && listed.folder == folder {
        return;
    }
    front.files += 1;
    *listed = Listed { number: front.files, folder: folder.clone(), entries: Vec::new() };
    fx.push(Effect::ListFolder { number: front.files, path: folder, hidden: true });
}

/// A folder was listed. Returns whether it was for this.
pub(in crate::state) fn listed(state: &mut State, number: u64, folder: &Result<Folder, String>) -> bool {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.writing.listed.number == number) else {
        return false;
    };
    // Where nothing can be looked at nothing is offered: the command says why.
    if let Ok(folder) = folder {
        // What cannot be shown as it is cannot be chosen by what is shown.
        let shown = |name: &str| *CleanText::line(name) == *name && !name.contains(['\n', '\t']);
        let entries = folder.entries.iter().filter(|(name, ..)| shown(name));
        front.pane.writing.listed.entries = entries.map(|(name, _, bytes)| (name.clone(), *bytes)).collect();
    }
    super::again(state);
    true
}
