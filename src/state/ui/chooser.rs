//! Choosing files from folders: a list that narrows, in which folders open and files go with the next message.

use super::field::Field;
use super::picker::{PickItem, Picker};
use super::{complete, tray};
use crate::domain::{CleanText, size};
use crate::state::State;
use crate::state::action::{Action, FileAction};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{Front, Overlay, PickKind};

/// What is in a folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Folder {
    /// Its whole path.
    pub path: String,
    /// The folder that it is in, if any.
    pub parent: Option<String>,
    /// What is in it: its name, its whole path, and its size; of folders none.
    pub entries: Vec<(String, String, Option<u64>)>,
}

/// Has a folder listed, to choose from: this one, else the one that was looked at last, else the one that nib was started in.
pub(super) fn look(state: &mut State, path: &str, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    front.files += 1;
    front.folder.0 = front.files;
    let path = if path.is_empty() { front.folder.1.clone() } else { path.to_owned() };
    fx.push(Effect::ListFolder { number: front.files, path, hidden: false });
}

/// Whoever waits for a folder does something else: it does not come over that.
pub(super) fn forget(front: &mut Front) {
    front.folder.0 = 0;
}

/// A folder was listed, or why it was not.
pub(in crate::state) fn listed(state: &mut State, number: u64, folder: Result<Folder, String>, fx: &mut Effects) {
    if complete::listed(state, number, &folder) {
        return;
    }
    let Some(front) = state.front.as_mut().filter(|front| front.folder.0 == number) else { return };
    let folder = match folder {
        Ok(folder) => folder,
        Err(sentence) => {
            // Next time it begins where there is something.
            front.folder.1.clear();
            return state.notice(sentence, true, fx);
        }
    };
    front.folder.1.clone_from(&folder.path);
    let item = |label, detail, action: FileAction| PickItem::plain(label, detail, Action::File(action));
    let up =
        folder.parent.map(|parent| item("..".to_owned(), "the folder above".to_owned(), FileAction::Choose(parent)));
    let entries = folder.entries.into_iter().map(|(name, path, bytes)| {
        let name = CleanText::line(&name);
        match bytes {
            None => item(format!("{name}/"), String::new(), FileAction::Choose(path)),
            Some(bytes) => item(name.to_string(), size(bytes), FileAction::Add(path)),
        }
    });
    let picker = Picker::new(up.into_iter().chain(entries).collect(), "");
    let kind = PickKind::Attach { folder: CleanText::line(&folder.path).to_string() };
    match front.overlays.last_mut() {
        Some(Overlay::Pick(pick)) if matches!(pick.kind, PickKind::Attach { .. }) => {
            (pick.kind, pick.picker) = (kind, picker);
        }
        Some(_) => return,
        None => front.overlays.push(Overlay::pick(kind, picker)),
    }
    state.touch();
}

/// What stands behind a file that goes with the next message.
const MARK: &str = "  attached";

/// Marks the files in the list that go with the next message, and no others: one may turn out to be none, and be taken out again.
pub(super) fn keep_marks(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let Some(Overlay::Pick(pick)) = front.overlays.last_mut() else { return };
    let (PickKind::Attach { .. }, Some(chat)) = (&pick.kind, front.pane.chat) else { return };
    let mut changed = false;
    for item in &mut pick.picker.items {
        let Action::File(FileAction::Add(path)) = &item.action else { continue };
        let goes = front.trays.place_of(chat, path).is_some();
        if goes != item.detail.ends_with(MARK) {
            changed = true;
            match item.detail.strip_suffix(MARK) {
                Some(bare) => item.detail = bare.to_owned(),
                None => item.detail.push_str(MARK),
            }
        }
    }
    if changed {
        state.touch();
    }
}

/// Whether what is typed to narrow the list is a path, which Enter opens.
#[must_use]
pub fn is_path(typed: &str) -> bool {
    typed.trim().starts_with(['/', '~'])
}

/// What is selected is chosen: folders open, files are added and the list stays, so that several can be; one that is added already is taken out. A path
/// that was typed is one, too.
pub(super) fn choose(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Pick(pick)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    let typed = pick.picker.query.text().trim().to_owned();
    let at = pick.picker.selected;
    let chosen = pick.picker.shown.get(at).map(|shown| shown.item);
    let Some(item) = chosen.and_then(|at| pick.picker.items.get(at)) else {
        if is_path(&typed) {
            look(state, &typed, fx);
        }
        return;
    };
    match item.action.clone() {
        Action::File(FileAction::Choose(folder)) => look(state, &folder, fx),
        Action::File(FileAction::Add(path)) => {
            if tray::take_out(state, &path, fx) {
                return;
            }
            if tray::add(state, &path, fx)
                && let Some(Overlay::Pick(pick)) = state.front.as_mut().and_then(|front| front.overlays.last_mut())
            {
                // The next one is looked for anew.
                pick.picker.query = Field::new();
                pick.picker.narrow();
                pick.picker.selected = pick.picker.shown.iter().position(|one| Some(one.item) == chosen).unwrap_or(0);
                let name = CleanText::line(path.rsplit(['/', '\\']).next().unwrap_or(&path));
                state.notice(
                    format!("\"{name}\" goes with the next message; choose more, or go on with Esc"),
                    false,
                    fx,
                );
            }
        }
        _ => {}
    }
    state.touch();
}
