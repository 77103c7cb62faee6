//! What a user can intend, and the one registry of it.
//!
//! Keys, `/` commands, pickers and the command line all produce an [`Action`]. Each has a stable kebab-case name, an argument grammar and a
//! help line in [`REGISTRY`]; help, the keymap and completion are made from there, so that nothing can be in one and not in another.

mod account;
mod context;
mod edit;

pub use account::AccountAction;
pub use context::Context;
pub use edit::TextEdit;

use super::front::{Hit, PaneId, Target};
use crate::domain::{AccountId, ChatKey, CommunityId, MessageId, MessageKey, Page, Presence, Upload};

/// What a user intends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// End the program.
    Quit,
    /// Quit without asking: what the question leads to.
    QuitNow,
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back until continued.
    Suspend,
    /// Do what belongs to something on the screen: open it, choose it, put the cursor on it.
    Point(Hit),
    /// Open the link with these words in a message.
    PointLink(PaneId, Target, String),
    /// Scroll what lies there; negative is up.
    Wheel(Hit, i32),
    /// Make the list of chats so many columns wide.
    SidebarWidth {
        /// How many.
        columns: u16,
        /// Whether it is kept for later runs.
        keep: bool,
    },
    /// Draw with another theme; without a name, choose one from a list that shows each as it is reached.
    Theme(String),
    /// Read the configuration, the keys and the themes anew.
    Reload,
    /// Show what can be done here, with the keys in force.
    Help,
    /// Jump to a chat by a fuzzy name, unread ones first.
    Jump,
    /// Open the next chat with unread messages: mentions first, then personal ones, then in the order of the sidebar.
    NextUnread,
    /// Open the chat above in the sidebar.
    PreviousChat,
    /// Open the chat below in the sidebar.
    NextChat,
    /// Open a chat.
    OpenChat(ChatKey),
    /// Open a chat by its written name (`community/channel`, `@username`, `group:NAME`, `self`, an id).
    Open(String),
    /// Move the focus to the next pane.
    FocusNext,
    /// Move the focus to the previous pane.
    FocusPrevious,
    /// Focus the composer.
    FocusComposer,
    /// Focus the messages, with the cursor on the newest.
    FocusMessages,
    /// Focus the sidebar; on a narrow screen, show it.
    FocusSidebar,
    /// Focus the list of members; where there is no room beside the messages, show it on top.
    FocusMembers,
    /// Show or hide the list of members.
    ToggleMembers,
    /// Close what lies on top; leave edit or reply; let go of the messages.
    Cancel,
    /// Clear the composer; when it is empty, name the key that quits.
    Clear,
    /// Scroll by pages; negative is up.
    ScrollPages(i32),
    /// Scroll by rows; negative is up.
    ScrollRows(i32),
    /// Scroll to the beginning of what is in memory.
    ScrollStart,
    /// Scroll to the newest message.
    ScrollEnd,
    /// Move the message cursor, the sidebar's cursor or a list's selection; negative is up.
    Move(i32),
    /// Move it to the first.
    MoveFirst,
    /// Move it to the last.
    MoveLast,
    /// Open, accept or follow what the cursor is on.
    Accept,
    /// To another community in the sidebar; negative is up.
    StepCommunity(isize),
    /// Begin a command, beside whatever stands in the composer.
    Command,
    /// Fold or unfold the category or community under the cursor.
    Fold,
    /// Answer the message under the cursor.
    Reply,
    /// Change the own message under the cursor.
    Edit,
    /// Change the last own message.
    EditLast,
    /// Write what is in the composer in the user's editor.
    EditInEditor,
    /// Delete the message under the cursor, after asking.
    Delete,
    /// Delete these messages, without asking: what the question leads to.
    DeleteNow(ChatKey, Vec<MessageKey>),
    /// React to the message under the cursor; without an emoji, choose one.
    React(String),
    /// Copy the text of the message under the cursor.
    CopyText,
    /// Copy the id of the message under the cursor.
    CopyId,
    /// Open the first link of the message under the cursor.
    OpenLink,
    /// Open an address, without asking: what the question leads to.
    OpenNow(String),
    /// Go to the message that the one under the cursor answers.
    GoToReplied,
    /// Go to the first message of a day, or of a moment of it; without one, ask for it.
    GoToDate(String),
    /// Send the failed message under the cursor, or the oldest failed one here, again.
    Retry,
    /// Give up the failed message under the cursor; its text goes back to the composer.
    Discard,
    /// Begin a thread in the open forum; without a title, ask for it.
    BeginThread(String),
    /// Give the thread under the cursor, or the open one, another title; without one, ask for it.
    RenameThread(String),
    /// Lock the thread, or open it again.
    LockThread,
    /// Put the thread away, or bring it back.
    ArchiveThread,
    /// Take part in the thread, or no longer.
    JoinThread,
    /// Delete the thread, after asking.
    DeleteThread,
    /// Delete a thread, without asking: what the question leads to.
    DeleteThreadNow(ChatKey),
    /// Go to the forum of the open thread.
    OpenForum,
    /// Whether the answer that is being written calls the one who is answered: the other way round.
    TogglePing,
    /// Choose this answer of the poll under the cursor, counted from one.
    Vote(usize),
    /// Begin a poll: the question and its answers.
    Poll(String, Vec<String>),
    /// End the poll under the cursor, after asking.
    EndPoll,
    /// End a poll, without asking: what the question leads to.
    EndPollNow(ChatKey, MessageId),
    /// Mark this chat read.
    MarkRead,
    /// Show or hide the sidebar.
    ToggleSidebar,
    /// Dial now.
    Reconnect,
    /// Show the sign-in form.
    SignIn,
    /// Show the form for a new account.
    SignUp,
    /// Leave for the demo, with a world of its own.
    Demo,
    /// The same without asking: what the question leads to.
    DemoNow,
    /// Do something with an account.
    Account(AccountAction),
    /// Follow an invite; its code or link. Without one, ask for it.
    Join(String),
    /// Write to a person by user name; without one, ask for it.
    Write(String),
    /// Show who somebody is, by user name; without one, whom the cursor is on.
    Who(String),
    /// Be seen like this by others.
    Status(Presence),
    /// The same, saying something beside it; an empty text says nothing more.
    StatusText(Presence, String),
    /// Be called like this in the community of the open chat; without a name, as usual.
    Nick(String),
    /// What is worth a notification in the open chat, or in the whole community that it is in.
    Notify {
        /// How much.
        level: crate::domain::NotifyLevel,
        /// Of the whole community.
        whole: bool,
    },
    /// Leave the community or group of the open chat, after asking.
    Leave,
    /// Leave a community, without asking: what the question leads to.
    LeaveCommunity(AccountId, CommunityId),
    /// Leave a group, without asking.
    LeaveGroup(ChatKey),
    /// Send what is in the composer, or run it if it is a command.
    Send,
    /// Send a file that the shell reads, with a text if there is one.
    Attach {
        /// Where it is.
        path: String,
        /// What goes with it.
        text: String,
    },
    /// Begin a new line.
    NewLine,
    /// Type text at the cursor of whatever takes text.
    Insert(String),
    /// Paste text at the cursor of whatever takes text.
    Paste(String),
    /// Move or delete in whatever takes text.
    Text(TextEdit),
    /// Send a message to a chat that need not be open. For the command line.
    SendTo {
        /// Where.
        chat: ChatKey,
        /// What.
        text: String,
        /// Send as is, without reading markup.
        verbatim: bool,
        /// What it answers.
        reply_to: Option<MessageId>,
        /// Files that go with it.
        attachments: Vec<Upload>,
    },
    /// Fetch a page of history. For the command line.
    Fetch {
        /// Of which chat.
        chat: ChatKey,
        /// Which part.
        page: Page,
        /// At most so many.
        limit: u16,
    },
}

/// An entry of the registry.
#[derive(Clone, Copy, Debug)]
pub struct ActionInfo {
    /// Stable kebab-case name.
    pub name: &'static str,
    /// What may or must follow the name; empty for nothing. Square brackets mean that it may be left out.
    pub arguments: &'static str,
    /// One sentence: what it does.
    pub help: &'static str,
    /// Where it works. Help shows it there.
    pub contexts: &'static [Context],
    /// Whether it makes sense as a `/` command.
    pub command: bool,
    make: fn(&str) -> Option<Action>,
}

/// Why a written action could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActionError {
    /// No such name.
    #[error("there is no action called \"{name}\"{}", .near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default())]
    Unknown {
        /// What was written.
        name: String,
        /// The closest name there is.
        near: Option<&'static str>,
    },
    /// The name is right, what follows is not.
    #[error("\"{name}\" goes like this: {name} {arguments}")]
    Arguments {
        /// The action.
        name: &'static str,
        /// Its grammar.
        arguments: &'static str,
    },
}

const ANYWHERE: &[Context] = &[Context::Everywhere];
const OFFERS: &[Context] = &[Context::Welcome, Context::Everywhere];
const LISTED: &[Context] = &[Context::Accounts, Context::Everywhere];
const PEOPLE: &[Context] = &[Context::Messages, Context::Everywhere];
const COMMANDS: &[Context] =
    &[Context::Messages, Context::Forum, Context::Sidebar, Context::Members, Context::Everywhere];
const TEXT: &[Context] = &[Context::Composer, Context::List, Context::Form];
const THREADS: &[Context] = &[Context::Forum];
const LISTS: &[Context] =
    &[Context::Messages, Context::Forum, Context::Sidebar, Context::Members, Context::Accounts, Context::List];
const CHOICES: &[Context] = &[
    Context::Messages,
    Context::Forum,
    Context::Sidebar,
    Context::Members,
    Context::Accounts,
    Context::Person,
    Context::Welcome,
    Context::List,
    Context::Form,
    Context::Question,
];

macro_rules! registry {
    ($($name:literal $arguments:literal $contexts:expr, $command:literal, $make:expr, $help:literal;)*) => {
        /// Every action that can be named, in the order of the help.
        pub const REGISTRY: &[ActionInfo] = &[$(ActionInfo {
            name: $name, arguments: $arguments, help: $help, contexts: $contexts, command: $command, make: $make,
        },)*];
    };
}

fn notify(written: &str, whole: bool) -> Option<Action> {
    use crate::domain::NotifyLevel;
    let level = if written == "usual" { Some(NotifyLevel::Default) } else { NotifyLevel::named(written) };
    Some(Action::Notify { level: level?, whole })
}

fn status(written: &str) -> Option<Action> {
    let (written, text) = written.split_once(char::is_whitespace).map_or((written, None), |(a, b)| (a, Some(b)));
    let presence = match written {
        "online" => Presence::Online,
        "idle" | "away" => Presence::Idle,
        "dnd" | "busy" => Presence::Busy,
        "invisible" | "offline" => Presence::Offline,
        _ => return None,
    };
    Some(match text.map(str::trim) {
        None => Action::Status(presence),
        // A lone dash takes the words away.
        Some("-") => Action::StatusText(presence, String::new()),
        Some(text) => Action::StatusText(presence, text.to_owned()),
    })
}

/// Takes no argument.
macro_rules! plain {
    ($action:expr) => {
        |rest| rest.is_empty().then_some($action)
    };
}

/// Takes an optional whole number, else this one.
macro_rules! count {
    ($default:expr, $variant:path) => {
        |rest| if rest.is_empty() { Some($variant($default)) } else { rest.parse().ok().map($variant) }
    };
}

/// Takes the label of an account, if any.
macro_rules! account {
    ($variant:ident) => {
        |rest| Some(A::Account(AccountAction::$variant(rest.to_owned())))
    };
}

use Action as A;
use TextEdit as T;

registry! {
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
    "reconnect" "" ANYWHERE, true, plain!(A::Reconnect), "Connect now instead of waiting";
    "sign-in" "" OFFERS, true, plain!(A::SignIn), "Sign in";
    "sign-up" "" OFFERS, true, plain!(A::SignUp), "Make an account";
    "accounts" "" ANYWHERE, true, plain!(A::Account(AccountAction::List)), "Show your accounts, and what can be done with them";
    "add-account" "" LISTED, true, plain!(A::Account(AccountAction::Add)), "Sign in to one more account";
    "rename-account" "[LABEL]" LISTED, true, account!(Rename), "Call this account something else";
    "disable-account" "[ACCOUNT]" LISTED, true, account!(Disable), "Leave an account unconnected until you want it again";
    "enable-account" "[ACCOUNT]" LISTED, true, account!(Enable), "Connect a disabled account again";
    "sign-out" "[ACCOUNT]" LISTED, true, account!(SignOut), "Sign out of an account; it stays in the list";
    "remove-account" "[ACCOUNT]" LISTED, true, account!(Remove), "Take an account out of nib";
    "move-account" "up|down" LISTED, true, account::moved, "Put this account further up or down";
    "colour-account" "[NUMBER]" LISTED, true, account::colour, "Give this account another colour, 1 to 8 or the next";
    "demo" "" &[Context::Welcome], true, plain!(A::Demo), "Leave for the demo: a small world of its own, gone at exit";
    "join" "[INVITE]" OFFERS, true, |rest| Some(A::Join(rest.to_owned())), "Join a community or group by an invite, its code or link";
    "write" "[@USERNAME]" OFFERS, true, |rest| Some(A::Write(rest.to_owned())), "Write to somebody by user name";
    "who" "[@USERNAME]" PEOPLE, true, |rest| Some(A::Who(rest.to_owned())), "Show who somebody is";
    "status" "online|idle|dnd|invisible [TEXT]" ANYWHERE, true, status, "Choose how others see you; - takes the text away";
    "notify" "all|mentions|none|usual" ANYWHERE, true, |rest| notify(rest, false), "Choose what of this chat is told";
    "notify-community" "all|mentions|none|usual" ANYWHERE, true, |rest| notify(rest, true), "Choose what of this community is told";
    "nick" "[NAME]" ANYWHERE, true, |rest| Some(A::Nick(rest.to_owned())), "Choose what you are called in this community";
    "leave" "" &[Context::Composer, Context::Messages, Context::Sidebar], true, plain!(A::Leave), "Leave this community or group";
    "command" "" COMMANDS, false, plain!(A::Command), "Type a command; what stands in the composer stays";
    "help" "" ANYWHERE, true, plain!(A::Help), "Show what can be done here";
    "redraw" "" ANYWHERE, true, plain!(A::Redraw), "Draw everything anew";
    "theme" "[NAME]" ANYWHERE, true, |rest| Some(A::Theme(rest.to_owned())), "Choose the colours";
    "reload" "" ANYWHERE, true, plain!(A::Reload), "Read the configuration anew";
    "suspend" "" ANYWHERE, true, plain!(A::Suspend), "Stop nib and return to the shell; fg continues";
    "quit" "" ANYWHERE, true, plain!(A::Quit), "Quit";
    "clear" "" &[Context::Composer], false, plain!(A::Clear), "Clear the composer";
    "send" "" &[Context::Composer], false, plain!(A::Send), "Send the message";
    "new-line" "" &[Context::Composer], false, plain!(A::NewLine), "Begin a new line";
    "attach" "PATH [TEXT]" &[Context::Composer], true, super::ui::attach::parse, "Send a file, with a text if you like";
    "edit-last" "" &[Context::Composer], true, plain!(A::EditLast), "Change your last message";
    "edit-in-editor" "" &[Context::Composer], true, plain!(A::EditInEditor), "Write in your editor: what VISUAL or EDITOR names";
    "cancel" "" &[Context::Accounts, Context::Messages, Context::Sidebar, Context::Members, Context::Person, Context::List, Context::Form, Context::Question], false, plain!(A::Cancel), "Close, leave or let go";
    "move" "[STEPS]" CHOICES, false, count!(1, A::Move), "Move up or down";
    "move-first" "" LISTS, false, plain!(A::MoveFirst), "Move the cursor to the first";
    "move-last" "" LISTS, false, plain!(A::MoveLast), "Move the cursor to the last";
    "accept" "" &[Context::Accounts, Context::Forum, Context::Sidebar, Context::Members, Context::Person, Context::Welcome, Context::List, Context::Form, Context::Question], false, plain!(A::Accept), "Open, choose or go on";
    "previous-community" "" &[Context::Sidebar], false, plain!(A::StepCommunity(-1)), "Go to the community before";
    "next-community" "" &[Context::Sidebar], false, plain!(A::StepCommunity(1)), "Go to the next community";
    "fold" "" &[Context::Sidebar], false, plain!(A::Fold), "Fold or unfold";
    "reply" "" &[Context::Messages], false, plain!(A::Reply), "Answer this message";
    "edit" "" &[Context::Messages], false, plain!(A::Edit), "Change this message";
    "delete" "" &[Context::Messages], false, plain!(A::Delete), "Delete this message";
    "react" "[EMOJI]" &[Context::Messages], true, |rest| Some(A::React(rest.to_owned())), "React to this message";
    "copy-text" "" &[Context::Messages, Context::Form], false, plain!(A::CopyText), "Copy the text; in a form the code that it shows";
    "copy-id" "" &[Context::Messages], false, plain!(A::CopyId), "Copy the message's id";
    "open-link" "" &[Context::Messages, Context::Form], false, plain!(A::OpenLink), "Open the first link; in a form the address that it shows";
    "go-to-replied" "" &[Context::Messages], false, plain!(A::GoToReplied), "Go to the message this one answers";
    "date" "[DAY]" &[Context::Composer, Context::Messages], true, |rest| Some(A::GoToDate(rest.to_owned())), "Go to a day: 2026-03-01, yesterday, monday, 3 days ago";
    "retry" "" &[Context::Messages], true, plain!(A::Retry), "Send a failed message again";
    "discard" "" &[Context::Messages], true, plain!(A::Discard), "Take a failed message back into the composer";
    "toggle-ping" "" &[Context::Composer], true, plain!(A::TogglePing), "Answer with or without calling the other";
    "vote" "NUMBER" &[Context::Messages], true, |rest| rest.parse().ok().filter(|at| *at > 0).map(A::Vote), "Vote for an answer of this poll";
    "poll" "QUESTION | ANSWER | ANSWER" &[Context::Composer], true, super::polls::parse, "Ask a question with answers to choose from";
    "end-poll" "" &[Context::Messages], true, plain!(A::EndPoll), "End this poll";
    "begin-thread" "[TITLE]" THREADS, true, |rest| Some(A::BeginThread(rest.to_owned())), "Begin a thread";
    "rename-thread" "[TITLE]" THREADS, true, |rest| Some(A::RenameThread(rest.to_owned())), "Give this thread another title";
    "join-thread" "" THREADS, true, plain!(A::JoinThread), "Take part in this thread, or no longer";
    "lock-thread" "" THREADS, true, plain!(A::LockThread), "Lock this thread, or open it again";
    "archive-thread" "" THREADS, true, plain!(A::ArchiveThread), "Put this thread away, or bring it back";
    "delete-thread" "" THREADS, true, plain!(A::DeleteThread), "Delete this thread";
    "open-forum" "" &[Context::Messages], true, plain!(A::OpenForum), "Go to the forum of this thread";
    "left" "" TEXT, false, plain!(A::Text(T::Left)), "One character left";
    "right" "" TEXT, false, plain!(A::Text(T::Right)), "One character right";
    "up" "" &[Context::Composer], false, plain!(A::Text(T::Up)), "One line up; in an empty composer, change your last message";
    "down" "" &[Context::Composer], false, plain!(A::Text(T::Down)), "One line down";
    "word-left" "" TEXT, false, plain!(A::Text(T::WordLeft)), "One word left";
    "word-right" "" TEXT, false, plain!(A::Text(T::WordRight)), "One word right";
    "line-start" "" TEXT, false, plain!(A::Text(T::Home)), "To the start of the line";
    "line-end" "" TEXT, false, plain!(A::Text(T::End)), "To the end of the line";
    "text-start" "" &[Context::Composer], false, plain!(A::Text(T::TextStart)), "To the start of the text";
    "text-end" "" &[Context::Composer], false, plain!(A::Text(T::TextEnd)), "To the end of the text";
    "backspace" "" TEXT, false, plain!(A::Text(T::Backspace)), "Delete the character before";
    "delete-right" "" TEXT, false, plain!(A::Text(T::Delete)), "Delete the character after";
    "delete-word-left" "" TEXT, false, plain!(A::Text(T::DeleteWordLeft)), "Delete the word before";
    "delete-word-right" "" TEXT, false, plain!(A::Text(T::DeleteWordRight)), "Delete the word after";
    "kill-to-end" "" TEXT, false, plain!(A::Text(T::KillToEnd)), "Cut to the end of the line";
    "kill-to-start" "" TEXT, false, plain!(A::Text(T::KillToStart)), "Cut to the start of the line";
    "yank" "" TEXT, false, plain!(A::Text(T::Yank)), "Put back what was cut";
    "undo" "" &[Context::Composer], false, plain!(A::Text(T::Undo)), "Take back the last change";
    "redo" "" &[Context::Composer], false, plain!(A::Text(T::Redo)), "Make it again";
}

/// The registry entry of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ActionInfo> {
    REGISTRY.iter().find(|info| info.name == name)
}

/// Reads a written action: a name, and after a space what it takes.
///
/// # Errors
/// The name is not known, or what follows does not fit its grammar; both say what would be right.
pub fn parse(written: &str) -> Result<Action, ActionError> {
    let written = written.trim();
    let (name, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let info = find(name).ok_or_else(|| ActionError::Unknown { name: name.to_owned(), near: nearest(name) })?;
    (info.make)(rest.trim()).ok_or(ActionError::Arguments { name: info.name, arguments: info.arguments })
}

/// The name that shares the most with what was written, if it shares enough to be what was meant.
fn nearest(name: &str) -> Option<&'static str> {
    let score = |candidate: &str| {
        let common = name.bytes().zip(candidate.bytes()).take_while(|(a, b)| a == b).count();
        common * 3 + name.split('-').filter(|word| word.len() > 2 && candidate.contains(word)).count() * 4
    };
    REGISTRY
        .iter()
        .map(|info| (score(info.name), info.name))
        .filter(|&(score, _)| score >= 6)
        .max_by_key(|&(score, _)| score)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests;
