//! Files.

use super::super::{Action, Context, FileAction};

table! {
    "attach" "PATH [TEXT]" &[Context::Composer], true, crate::state::ui::attach::parse, "Send a file, with a text if you like";
    "save" "[PATH]" &[Context::Messages], true, |rest| Some(Action::File(FileAction::Save(rest.to_owned()))), "Save the files of this message, in the folder for downloads or at a place you name";
    "downloads" "" &[Context::Everywhere], true, plain!(Action::File(FileAction::Downloads)), "Show the files that are being saved and those that were";
    "cancel-file" "" &[Context::Downloads, Context::Messages], true, plain!(Action::File(FileAction::Cancel)), "Stop sending or saving this file; one that stopped goes out of the list";
}
