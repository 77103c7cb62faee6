//! Writing and sending.

use super::super::{Action as A, ComposeAction, Context};

table! {
    "clear" "" &[Context::Composer], false, plain!(A::Clear), "Clear the composer";
    "send" "" &[Context::Composer], false, plain!(A::Send), "Send the message";
    "new-line" "" &[Context::Composer], false, plain!(A::NewLine), "Begin a new line";
    "edit-last" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::EditLast)), "Change your last message";
    "edit-in-editor" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::EditInEditor)), "Write in your editor: what VISUAL or EDITOR names";
    "toggle-ping" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::TogglePing)), "Answer with or without calling the other";
    "history-previous" "" &[Context::Composer], false, plain!(A::Compose(ComposeAction::HistoryPrevious)), "What you sent before this";
    "history-next" "" &[Context::Composer], false, plain!(A::Compose(ComposeAction::HistoryNext)), "What you sent after this";
    "history" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::History)), "Look through what you sent in this run";
    "poll" "QUESTION | ANSWER | ANSWER" &[Context::Composer], true, crate::state::polls::parse, "Ask a question with answers to choose from";
}
