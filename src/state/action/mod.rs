//! What a user can intend, and the one registry of it.
//!
//! Keys, `/` commands, pickers and the command line all produce an [`Action`]. Each has a stable kebab-case name, an argument grammar and a
//! help line in [`REGISTRY`]; help, the keymap and completion are made from there, so that nothing can be in one and not in another.

mod account;
mod compose;
mod context;
mod edit;
mod file;
mod going;
mod message;
mod registry;

pub use account::AccountAction;
pub use compose::{ComposeAction, PasteAs};
pub use context::Context;
pub use edit::TextEdit;
pub use file::FileAction;
pub use going::{Going, Listing};
pub use message::MessageAction;
pub use registry::{ActionError, ActionInfo, REGISTRY, find, parse};

use super::front::Hit;
use crate::domain::{AccountId, ChatKey, CommunityId, MessageId, Page, Presence, Upload};

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
    /// Open an address, without asking: what the question leads to.
    OpenNow(String),
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
    /// Begin a poll: the question and its answers.
    Poll(String, Vec<String>),
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
    /// Do something with the message under the cursor, or the newest one.
    Message(MessageAction),
    /// Go somewhere.
    Going(Going),
    /// Do something with what is being written.
    Compose(ComposeAction),
    /// Do something with a file.
    File(FileAction),
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
