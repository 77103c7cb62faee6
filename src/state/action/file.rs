//! What a user can intend with files.

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
}
