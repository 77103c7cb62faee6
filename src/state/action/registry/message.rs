//! What is done to messages.

use super::super::{Action as A, Context, MessageAction};

const fn select(steps: i32) -> A {
    A::Message(MessageAction::Select(steps))
}

/// With a number counted from one, or without.
fn numbered(written: &str, action: impl FnOnce(Option<u16>) -> MessageAction) -> Option<A> {
    let number = match written {
        "" => None,
        number => Some(number.parse().ok().filter(|number| *number > 0)?),
    };
    Some(A::Message(action(number)))
}

table! {
    "reply" "" &[Context::Messages], false, plain!(A::Message(MessageAction::Reply)), "Answer this message";
    "quote" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Quote)), "Answer a part of this message";
    "edit" "" &[Context::Messages], false, plain!(A::Message(MessageAction::Edit)), "Change this message";
    "delete" "" &[Context::Messages], false, plain!(A::Message(MessageAction::Delete)), "Delete this message";
    "react" "[EMOJI]" &[Context::Messages], true, |rest| Some(A::Message(MessageAction::React(rest.to_owned()))), "React to this message";
    "copy-text" "" &[Context::Messages, Context::Form], false, plain!(A::Message(MessageAction::CopyText)), "Copy the text; in a form the code that it shows";
    "copy-link" "" &[Context::Messages], false, plain!(A::Message(MessageAction::CopyLink)), "Copy the message's id, or an address in it";
    "open-link" "" &[Context::Messages, Context::Form], false, plain!(A::Message(MessageAction::OpenLink)), "Open what the message leads to; in a form the address that it shows";
    "pin" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Pin)), "Pin this message, or let it go";
    "mark-unread" "" &[Context::Messages], true, plain!(A::Message(MessageAction::MarkUnread)), "Mark everything from this message on unread";
    "details" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Details)), "Show all that is known of this message";
    "select" "[STEPS]" &[Context::Messages], false, count!(0, select), "Select this message or let it go; with Shift, those beside it, too";
    "forward" "[CHAT]" &[Context::Messages], true, |rest| Some(A::Message(MessageAction::Forward(rest.to_owned()))), "Pass this message on to another chat";
    "press" "[NUMBER]" &[Context::Messages], true, |rest| numbered(rest, MessageAction::Press), "Press a button of this message";
    "menu" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Menu)), "Show what can be done with this message";
    "go-to-replied" "" &[Context::Messages], false, plain!(A::Message(MessageAction::GoToReplied)), "Go to the message this one answers";
    "take-back" "" &[Context::Everywhere], true, plain!(A::Message(MessageAction::TakeBack)), "Take back a change or deletion that others do not see yet";
    "reveal" "" &[Context::Messages], false, plain!(A::Message(MessageAction::Reveal)), "Show the next spoiler of this message, or hide them again";
    "unfold" "" &[Context::Messages], false, plain!(A::Message(MessageAction::Unfold)), "Show all of a long message, or fold it again";
    "retry" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Retry)), "Send a failed message again";
    "discard" "" &[Context::Messages], true, plain!(A::Message(MessageAction::Discard)), "Take a failed message back into the composer";
    "vote" "[NUMBER]" &[Context::Messages], true, |rest| numbered(rest, MessageAction::Vote), "Vote for an answer of this poll";
    "end-poll" "" &[Context::Messages], true, plain!(A::Message(MessageAction::EndPoll)), "End this poll";
}
