//! What a user can intend with what is being written.

/// Something with what is being written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ComposeAction {
    /// Change the last own message.
    EditLast,
    /// Write what is in the composer in the user's editor.
    EditInEditor,
    /// Whether the answer that is being written calls the one who is answered: the other way round.
    TogglePing,
}
