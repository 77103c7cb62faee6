//! Files.

use super::super::{Action, Context, FileAction};

/// A number of a file, if one stands first, and the name after it.
fn rename(rest: &str) -> Option<Action> {
    let (first, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some(Action::File(match first.parse() {
        Ok(number) => FileAction::Rename(Some(number), name.trim().to_owned()),
        Err(_) => FileAction::Rename(None, rest.to_owned()),
    }))
}

fn remove(rest: &str) -> Option<Action> {
    let number = if rest.is_empty() { None } else { Some(rest.parse().ok()?) };
    Some(Action::File(FileAction::Remove(number)))
}

table! {
    "attach" "PATH [TEXT]" &[Context::Composer], true, crate::state::ui::attach::parse, "Send a file, with a text if you like";
    "add-file" "[PATH]" &[Context::Composer], true, |rest| Some(Action::File(FileAction::Add(rest.to_owned()))), "Have a file go with your next message; without a path, choose some";
    "paste-file" "" &[Context::Composer], true, plain!(Action::File(FileAction::Paste)), "Have the picture of the clipboard go with your next message";
    "rename-file" "[NUMBER] [NAME]" &[Context::Composer], true, rename, "Send a file under another name";
    "remove-file" "[NUMBER]" &[Context::Composer], true, remove, "Take a file out of your next message";
    "save" "[PATH]" &[Context::Messages], true, |rest| Some(Action::File(FileAction::Save(rest.to_owned()))), "Save the files of this message, in the folder for downloads or at a place you name";
    "downloads" "" &[Context::Everywhere], true, plain!(Action::File(FileAction::Downloads)), "Show the files that are being saved and those that were";
    "cancel-file" "" &[Context::Downloads, Context::Messages], true, plain!(Action::File(FileAction::Cancel)), "Stop sending or saving this file; one that stopped goes out of the list";
}
