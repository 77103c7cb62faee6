//! Going to chats, panes and places, and scrolling.

use super::super::{Action as A, Context, Going, Listing};
use super::ANYWHERE;

/// Where a chat is before one.
const IN_CHAT: &[Context] = &[Context::Composer, Context::Messages];
/// Where one goes from one message that was found to the next.
const FINDING: &[Context] = &[Context::Messages, Context::Find];

table! {
    "jump" "" ANYWHERE, true, plain!(A::Jump), "Jump to a chat by name, unread ones first";
    "next-unread" "" ANYWHERE, true, plain!(A::NextUnread), "Open the next chat with unread messages, mentions first";
    "previous-chat" "" ANYWHERE, true, plain!(A::PreviousChat), "Open the chat above";
    "next-chat" "" ANYWHERE, true, plain!(A::NextChat), "Open the chat below";
    "open" "CHAT" ANYWHERE, true, |rest| (!rest.is_empty()).then(|| A::Open(rest.to_owned())), "Open a chat: community/channel, @username, group:NAME, self or an id";
    "page-up" "" ANYWHERE, true, plain!(A::ScrollPages(-1)), "Scroll up a page";
    "page-down" "" ANYWHERE, true, plain!(A::ScrollPages(1)), "Scroll down a page";
    "scroll" "[ROWS]" ANYWHERE, true, count!(1, A::ScrollRows), "Scroll by rows";
    "scroll-start" "" ANYWHERE, true, plain!(A::ScrollStart), "Scroll to the oldest message here";
    "scroll-end" "" ANYWHERE, true, plain!(A::ScrollEnd), "Scroll to the newest message";
    "focus-next" "" ANYWHERE, true, plain!(A::FocusNext), "Move to the next pane";
    "focus-previous" "" ANYWHERE, true, plain!(A::FocusPrevious), "Move to the previous pane";
    "focus-messages" "" &[Context::Composer, Context::Sidebar, Context::Members], true, plain!(A::FocusMessages), "Move to the messages";
    "focus-composer" "" &[Context::Messages, Context::Sidebar, Context::Members], true, plain!(A::FocusComposer), "Move to the composer";
    "focus-sidebar" "" &[Context::Messages, Context::Forum, Context::Composer], true, plain!(A::FocusSidebar), "Move to the sidebar";
    "focus-members" "" ANYWHERE, true, plain!(A::FocusMembers), "Move to the list of members";
    "toggle-members" "" ANYWHERE, true, plain!(A::ToggleMembers), "Show or hide who is in this chat";
    "toggle-sidebar" "" ANYWHERE, true, plain!(A::ToggleSidebar), "Show or hide the sidebar";
    "mark-read" "" ANYWHERE, true, plain!(A::MarkRead), "Mark this chat read";
    "go" "" ANYWHERE, true, plain!(A::Going(Going::Choose)), "Choose where to go from a list of all of that, with its keys";
    "go-back" "" ANYWHERE, true, plain!(A::Going(Going::Back)), "Go back to where you were before: a chat, a message, a day";
    "go-on" "" ANYWHERE, true, plain!(A::Going(Going::On)), "Go forward again, after going back";
    "go-to-unread" "" IN_CHAT, true, plain!(A::Going(Going::Unread)), "Go to the first message that you have not read";
    "go-to-mention" "" IN_CHAT, true, plain!(A::Going(Going::Mention)), "Go to the last message before this one that mentions you";
    "pins" "" IN_CHAT, true, plain!(A::Going(Going::Listed(Listing::Pins))), "List the pinned messages of this chat, to go there";
    "files" "" IN_CHAT, true, plain!(A::Going(Going::Listed(Listing::Files))), "List the files that were shared in this chat, to go there or save them";
    "links" "" IN_CHAT, true, plain!(A::Going(Going::Listed(Listing::Links))), "List the links that were shared in this chat, to go there or open them";
    "act-on" "" &[Context::List], false, plain!(A::Going(Going::Use)), "In lists of pinned messages, files and links: let go of it, save it, open it";
    "date" "[DAY]" IN_CHAT, true, |rest| Some(A::Going(Going::Date(rest.to_owned()))), "Go to a day: 2026-03-01, yesterday, monday, 3 days ago";
    "find" "[WORDS]" ANYWHERE, true, |rest| Some(A::Going(Going::Find(rest.to_owned()))), "Find words in this chat";
    "find-next" "" FINDING, true, plain!(A::Going(Going::Found { older: true })), "Go to the next older message that was found";
    "find-previous" "" FINDING, true, plain!(A::Going(Going::Found { older: false })), "Go to the next newer message that was found";
}
