//! Writing and sending.

use super::super::{Action as A, ComposeAction, Context};
use super::ANYWHERE;

table! {
    "clear" "" &[Context::Composer], false, plain!(A::Clear), "Clear the composer";
    "send" "" &[Context::Composer], false, plain!(A::Send), "Send the message";
    "send-verbatim" "" &[Context::Composer], false, plain!(A::Compose(ComposeAction::SendVerbatim)), "Send as it is, without reading markup or commands";
    "new-line" "" &[Context::Composer], false, plain!(A::NewLine), "Begin a new line";
    "edit-last" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::EditLast)), "Change your last message";
    "edit-in-editor" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::EditInEditor)), "Write in your editor: what VISUAL or EDITOR names";
    "toggle-ping" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::TogglePing)), "Answer with or without calling the other";
    "history-previous" "" &[Context::Composer], false, plain!(A::Compose(ComposeAction::HistoryPrevious)), "What you sent before this";
    "history-next" "" &[Context::Composer], false, plain!(A::Compose(ComposeAction::HistoryNext)), "What you sent after this";
    "history" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::History)), "Look through what you sent in this run";
    "toggle-previews" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::TogglePreviews)), "Send with or without previews of links";
    "me" "TEXT" &[Context::Composer], true, |rest| (!rest.is_empty()).then(|| A::Compose(ComposeAction::Me(rest.to_owned()))), "Say what you do";
    "shrug" "[TEXT]" &[Context::Composer], true, |rest| Some(A::Compose(ComposeAction::Shrug(rest.to_owned()))), "Say it with a shrug";
    "msg" "CHAT TEXT" ANYWHERE, true, |rest| crate::state::ui::typed::to_whom(rest).map(|(chat, text)| A::Compose(ComposeAction::Msg(chat, text))), "Send a message to another chat; quotes hold a name with blanks";
    "complete" "" &[Context::Completion], false, plain!(A::Compose(ComposeAction::Complete)), "Put what is offered in the place of the word";
    "server" "NAME [ARGUMENTS]" &[Context::Composer], true, |rest| (!rest.is_empty()).then(|| A::Compose(ComposeAction::Server(rest.to_owned()))), "Run a command of the server";
    "vi" "" &[Context::Composer], true, plain!(A::Compose(ComposeAction::ViKeys)), "Keys as in vi, on or off: i a o, h j k l w b e 0 ^ $ f t gg G, d c y p, V, u Ctrl-R, ., counts";
    "poll" "QUESTION | ANSWER | ANSWER" &[Context::Composer], true, crate::state::polls::parse, "Ask a question with answers to choose from";
}
