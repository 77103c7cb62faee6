//! Side effects as data: what the shell is to do. Executed in order, never awaited there; completion is a later event.

use super::event::{Ticket, Timer};
use super::offer::SignInProof;
use crate::domain::download::Step;
use crate::domain::{
    AccountId, Admission, ChatKey, CleanText, CodeKey, Message, MessageKey, Mono, Priority, Refusal, Request,
    RequestId, Secret, User, Wall, kept,
};
use std::sync::Arc;

/// One side effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Start a session for an account, with its saved sign-in. One that runs already is ended first.
    Connect(AccountId),
    /// Sign in to an account with what the user typed, or make it.
    SignIn {
        /// Which account. One that does not exist yet has the next free number.
        account: AccountId,
        /// The network's key.
        network: String,
        /// The server's address, as it was typed.
        server: String,
        /// With what.
        proof: SignInProof,
        /// What the server wants besides.
        admission: Admission,
        /// Whether the token is kept for later runs.
        keep: bool,
    },
    /// Remember a token for the next try to sign in to an account; it is not known yet whose it is.
    HoldToken(AccountId, Secret),
    /// See to a connection now: ask the server for a sign of life, or dial instead of waiting for the next try.
    Probe(AccountId),
    /// End an account's session.
    Disconnect(AccountId),
    /// Hand a request to an account's session.
    Net {
        /// Which account.
        account: AccountId,
        /// Named so that its answer finds its way back.
        id: RequestId,
        /// What is wanted.
        request: Request,
        /// How urgent.
        priority: Priority,
    },
    /// A request is no longer wanted; its answer, if any, is dropped.
    Cancel(AccountId, RequestId),
    /// A request is to be stopped, if nobody can have seen anything of it; its answer says whether it was.
    Stop(AccountId, RequestId),
    /// Keep an account's token.
    KeepToken(AccountId, Secret),
    /// Forget an account's token.
    ForgetToken(AccountId),
    /// An account is called something else: its token, its drafts and its place in the list go along. Where they cannot, the old label is told back.
    RenameAccount {
        /// Which.
        account: AccountId,
        /// What it is called from now on.
        label: String,
    },
    /// Forget an account with its token and its drafts.
    RemoveAccount(AccountId),
    /// Keep order, colours and what is folded or disabled for later runs.
    SaveAccounts(Vec<AccountPlace>),
    /// Write something durable.
    Store(StoreOp),
    /// Read a file for a message. Answered with `Event::FileRead` of the same number.
    ReadFile {
        /// Names it.
        number: u64,
        /// Where it is, as the user wrote it.
        path: String,
        /// Largest size in bytes; a larger one is not read.
        most: u64,
    },
    /// Look at a folder. Answered with `Event::FolderListed` of the same number.
    ListFolder {
        /// Names the look.
        number: u64,
        /// Where it is, as it was written; empty: where nib was started.
        path: String,
        /// What is hidden is wanted, too.
        hidden: bool,
    },
    /// Look whether all of these are files. Answered with `Event::LookedAt` of the same number.
    LookAt {
        /// Names the look.
        number: u64,
        /// Where they are, as they were written.
        paths: Vec<String>,
    },
    /// Take the picture that the clipboard holds as a file. Answered with `Event::FileRead` of the same number.
    ReadClipboard {
        /// Names it.
        number: u64,
        /// Largest size in bytes.
        most: u64,
    },
    /// Save a file; its steps are done in order.
    Save(u64, Step),
    /// Open a file in the user's program.
    OpenFile(String),
    /// Tell the parts of a block of code apart. Answered with `Event::Coloured` of the same key.
    Colour {
        /// Names it.
        key: CodeKey,
        /// Its language, as whoever wrote it called it.
        language: CleanText,
        /// The code.
        text: String,
    },
    /// Let the user edit a text in the editor of their choice. Answered with `Event::Edited` of the same number.
    EditText {
        /// Names it.
        number: u64,
        /// The text.
        text: String,
    },
    /// Ring at the given moment. Replaces an earlier arming of the same timer.
    Arm(Timer, Mono),
    /// Do not ring.
    Disarm(Timer),
    /// Put text on the clipboard.
    Copy(String),
    /// Open an address in the user's program.
    Open(String),
    /// Tell the user outside the window.
    Notify {
        /// Heading.
        title: CleanText,
        /// What it says.
        body: CleanText,
    },
    /// The window's title.
    Title(String),
    /// Forget what the terminal shows and draw everything.
    Redraw,
    /// Give the terminal back and stop, until continued.
    Suspend,
    /// Set an option in the configuration file, for later runs.
    SaveOption {
        /// Its name.
        name: &'static str,
        /// What it is set to.
        value: OptionValue,
    },
    /// Read the configuration anew; answered by `Event::Settings`.
    Reload,
    /// End the program.
    Quit,
    /// End the chat and show the demo in its place.
    Demo,
    /// What became of a submitted action.
    Outcome(Ticket, Outcome),
}

impl Effect {
    /// Keeps something for later runs.
    #[must_use]
    pub fn keep(write: kept::Write) -> Self {
        Self::Store(StoreOp::Write(Box::new(write)))
    }
}

/// What became of a submitted action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done, or on its way; there is nothing to tell.
    Done,
    /// The network has the message.
    Sent {
        /// In which chat.
        chat: ChatKey,
        /// Its place.
        message: MessageKey,
        /// When, where the network says.
        at: Option<Wall>,
    },
    /// The page that was asked for.
    History {
        /// Of which chat.
        chat: ChatKey,
        /// Oldest first.
        messages: Vec<Arc<Message>>,
        /// Who appears in it, as far as it says.
        users: Vec<User>,
        /// Nothing is older than the page.
        reached_start: bool,
        /// Nothing is newer than the page.
        reached_end: bool,
    },
    /// The chat that was named, opened or found.
    Chat(ChatKey),
    /// The file is saved, at this path.
    Saved(String),
    /// It was not done; why.
    Refused(Refusal),
}

/// How an account stands among the others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountPlace {
    /// Which.
    pub account: AccountId,
    /// Its colour.
    pub colour: u8,
    /// It is not to be connected.
    pub disabled: bool,
    /// Its rows in the sidebar are folded away.
    pub folded: bool,
    /// What is worth a notification, as it was chosen here.
    pub levels: Vec<(String, crate::domain::NotifyLevel)>,
}

/// Something for the store, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreOp {
    /// Keep something for later runs. What is to be sent, and that it is about to be, is answered with `StoreReply::OutboxCommitted`.
    Write(Box<kept::Write>),
    /// Look something up. Answered with `StoreReply::Found` of the same ticket.
    Read(kept::Ticket, kept::Query),
}

/// Effects in the order in which they are to be carried out.
pub type Effects = Vec<Effect>;

/// What an option is set to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OptionValue {
    /// A word.
    Word(String),
    /// A whole number.
    Number(u16),
}
