//! What a user can intend with files.

use crate::state::downloads::Wanted;

/// Something with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileAction {
    /// Send a file that the shell reads, with a text if there is one.
    Attach {
        /// Where it is.
        path: String,
        /// What goes with it.
        text: String,
    },
    /// Have a file go with the next message; without a path, choose some.
    Add(String),
    /// Show what is in this folder, to choose from.
    Choose(String),
    /// Have the picture of the clipboard go with the next message.
    Paste,
    /// Call a file of the next message something else: that of this number, else the last one. Without a name, ask for it.
    Rename(Option<usize>, String),
    /// Take a file out of the next message: that of this number, else the last one.
    Remove(Option<usize>),
    /// Save the files of the message under the cursor: in this folder or, if it is one file, under this name. Without either, in the folder for downloads.
    Save(String),
    /// Save a file, as the key for that does: what choosing one leads to.
    Want(Box<Wanted>),
    /// Save a file without asking: what the question leads to.
    SaveNow(Box<Wanted>),
    /// Show what is being saved and what was.
    Downloads,
    /// Stop what is under the cursor; what stopped before goes out of the list.
    Cancel,
    /// The same with the file of this number that is being saved.
    Stop(u64),
    /// Go on with the file of this number that stopped or failed; open one that is here.
    GoOn(u64),
    /// Open a file that was saved, without asking: what the question leads to.
    OpenNow(String),
}
