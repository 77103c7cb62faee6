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
    /// What was sent before what stands in the composer.
    HistoryPrevious,
    /// What was sent after it.
    HistoryNext,
    /// Choose from what was sent.
    History,
    /// Write this once more.
    Recall(String),
}
