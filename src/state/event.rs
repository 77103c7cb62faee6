//! Everything that can wake the program: a closed list, so that every cause of work is visible.

use super::action::Action;
use super::front::{PaneId, Visible};
use super::ui::chooser::Folder;
use crate::domain::download::Told;
use crate::domain::{
    AccountId, Answer, ChatKey, CodeKey, LinkEvent, Progress, RequestId, Settings, Tokens, Update, Upload, kept,
};
use std::sync::Arc;

/// What the reducer is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The program starts: connect what is to be connected.
    Started,
    /// The user wants something.
    Act(Action),
    /// A shell command wants something, and what became of it: answered with one `Effect::Outcome` of this ticket.
    Submit(Ticket, Action),
    /// A message that a shell command sent is not wanted any more: it goes unless the network has it, or may have it.
    Withdraw(ChatKey, crate::domain::Nonce),
    /// The terminal has a new size in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The terminal says whether it has the focus.
    Focused(bool),
    /// An account's connection.
    Link(AccountId, LinkEvent),
    /// A fact from an account's network.
    Update(AccountId, Update),
    /// A reply from an account's network.
    Answer(AccountId, Answer),
    /// How far a request is whose reply is still to come.
    Progress(AccountId, Progress),
    /// A request could not be handed to its session: no session, or its queue is full.
    NotTaken(AccountId, RequestId),
    /// The store did what it was asked.
    Stored(StoreReply),
    /// A file was read for the message with this number, or why it was not: a sentence for the user.
    FileRead(u64, Result<Upload, String>),
    /// What is in the folder of this look, or why nobody knows: a sentence for the user.
    FolderListed(u64, Result<Folder, String>),
    /// Whether all paths of this look are files.
    LookedAt(u64, bool),
    /// A step with the file of this number was done, or why it was not.
    Saved(u64, Told),
    /// The parts of a block of code are told apart; none where its language is not known.
    Coloured(CodeKey, Tokens),
    /// The user's editor was left, with this text; or why there is none: a sentence for the user.
    Edited(u64, Result<String, String>),
    /// An armed timer rang.
    Timer(Timer),
    /// The screen was laid out; what follows from it is data. Never asks for another frame by itself.
    Arranged(PaneId, Visible),
    /// Settings were read anew.
    Settings(Arc<Settings>),
    /// Something that the shell was to do did not work; a sentence for the user.
    Failed(String),
    /// A token was saved or forgotten, or why it was not.
    TokenKept {
        /// Whose.
        account: AccountId,
        /// What the account is called from now on, if it is saved.
        label: Option<String>,
        /// That is an account that was there already; its sign-in is renewed.
        renewed: bool,
        /// And it is live in this run: that one goes on, with this sign-in.
        same: Option<SamePerson>,
        /// A sentence if the user should know something.
        note: Option<String>,
    },
    /// The program is asked to end by a signal: keep what was typed and go.
    Terminate,
}

/// Two accounts of this run turned out to be one person's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SamePerson {
    /// The account that goes on.
    pub other: AccountId,
    /// The one that was just signed in to is in the list by itself: it stays there, signed out.
    pub stays: bool,
}

/// Pairs a submitted action with its outcome. Given out by whoever submits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ticket(pub u64);

/// What the store answers. Where there is none, the shell answers at once.
#[derive(Clone, PartialEq, Debug)]
pub enum StoreReply {
    /// What was looked up, or why it was not found: a sentence for the user. `None` if nothing is kept at all.
    Found(kept::Ticket, Result<Option<kept::Found>, String>),
    /// An outbox row is durable: now, and only now, it may be sent. Or why it is not: a sentence for the user.
    OutboxCommitted(ChatKey, crate::domain::Nonce, Result<(), String>),
    /// The draft of a chat that was told last is kept, or why it is not: a sentence for the user.
    DraftKept(ChatKey, Result<(), String>),
    /// What became of all that is kept.
    Noted {
        /// A sentence that the user has to see.
        sentence: String,
        /// Whether what the store takes from now on outlasts this run.
        outlasts: bool,
        /// Whether what is kept can be read.
        readable: bool,
    },
}

/// Timers: armed by effects, told back when they ring. Arming one that is armed moves it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timer {
    /// Somebody's typing is to be forgotten.
    TypingExpires,
    /// Own typing is to be ended.
    TypingIdle,
    /// A notice is to go.
    NoticeExpires,
    /// Retry what a network asked to wait for.
    OutboxRetry,
    /// The read mark may be told again.
    ReadMark,
    /// The date changes: day lines read differently.
    Midnight,
    /// What is being typed is to be kept.
    Draft,
    /// Where somebody reads is to be kept.
    Place,
    /// Nothing was typed for a moment: who is named is looked for.
    Complete,
    /// A countdown on screen moves by a second.
    Countdown,
    /// What is told to others before nib leaves has taken long enough.
    Leave,
    /// A file that was lost on its way is to be gone on with.
    Download,
}
