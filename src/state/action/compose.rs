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
    /// Send what is in the composer as it is, without reading markup.
    SendVerbatim,
    /// Whether links in the message get previews: the other way round.
    TogglePreviews,
    /// What was pasted goes in like this.
    PutPaste(PasteAs),
    /// Say what oneself does.
    Me(String),
    /// Say this with a shrug.
    Shrug(String),
    /// Send a message to a chat that need not be open; its written name and the text.
    Msg(String, String),
    /// Put what is offered in the place of the word.
    Complete,
    /// Run a command of the server: its name and what follows.
    Server(String),
    /// Keys as in vi, or no longer, for this run.
    ViKeys,
    /// Choose from what was sent.
    History,
    /// Write this once more.
    Recall(String),
}

/// How what was pasted goes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PasteAs {
    /// As it is.
    Text,
    /// In a block of code.
    Code,
    /// As a file that is sent.
    File,
    /// Not at all.
    Nothing,
}
