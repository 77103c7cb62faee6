//! One user interface: what is open, focused and typed. The terminal is one front; a shell command has none.

use super::action::{Action, Context};
use super::recall::places::Places;
use super::typing::OwnTyping;
use super::ui::accounts::AccountList;
use super::ui::attach::Reading;
use super::ui::composer::Composer;
use super::ui::editor::Editing;
use super::ui::field::Field;
use super::ui::form::Form;
use super::ui::forum::ForumList;
use super::ui::members::Members;
use super::ui::person::Card;
use super::ui::picker::Picker;
use super::ui::sidebar::{Place, Sidebar};
use super::ui::waiting::Waiting;
use super::unread::ReadMarks;
use crate::domain::{AccountId, ChatId, ChatKey, CommunityId, MessageId, MessageKey, Mono, Nonce};
use std::collections::{HashMap, HashSet};

/// A pane that shows a chat. Anchors belong to panes, since there will be several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PaneId(pub u8);

/// Whether the terminal has the focus. Unknown counts as in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Focus {
    /// The terminal never said.
    #[default]
    Unknown,
    /// It has.
    In,
    /// It has not: what arrives is not being read.
    Out,
}

/// What has the keyboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Region {
    /// Communities and chats.
    Sidebar,
    /// The message cursor.
    Messages,
    /// Who is in the chat.
    Members,
    /// Typing.
    #[default]
    Composer,
}

/// Columns from which on the list of members fits beside the messages.
const MEMBERS_FROM: u16 = 112;

/// How much fits the terminal. One rule for the reducer and the layout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Tier {
    /// Below 30 columns or 8 rows: timeline and composer only, names on their own line.
    Tiny,
    /// Below 70 columns: the sidebar or the timeline, one at a time.
    Narrow,
    /// Below 100 columns: one tree beside the timeline; communities fold into it.
    #[default]
    Medium,
    /// Rail, tree and timeline.
    Wide,
}

impl Tier {
    /// The tier of a terminal of so many cells.
    #[must_use]
    pub const fn of(width: u16, height: u16) -> Self {
        if width < 30 || height < 8 {
            Self::Tiny
        } else if width < 70 {
            Self::Narrow
        } else if width < 100 {
            Self::Medium
        } else {
            Self::Wide
        }
    }
}

/// A user interface.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Columns of the terminal.
    pub width: u16,
    /// Rows of the terminal.
    pub height: u16,
    /// Whether the terminal has the focus.
    pub focus: Focus,
    /// What has the keyboard when nothing lies on top.
    pub region: Region,
    /// The pane; one for now.
    pub pane: Pane,
    /// Communities and chats, flattened.
    pub sidebar: Sidebar,
    /// Hidden by choice.
    pub sidebar_hidden: bool,
    /// Who is in the open chat.
    pub members: Members,
    /// The community whose channels the tree shows when there is a rail.
    pub community: Option<(AccountId, CommunityId)>,
    /// Folded accounts, where there are several.
    pub folded_accounts: HashSet<AccountId>,
    /// Folded categories.
    pub folded: HashSet<ChatKey>,
    /// Folded communities, where they stand in the tree.
    pub folded_communities: HashSet<(AccountId, CommunityId)>,
    /// What lies on top, the uppermost last.
    pub overlays: Vec<Overlay>,
    /// What was typed and not sent, in chats that are not open.
    pub drafts: HashMap<ChatKey, String>,
    /// What the store was told of drafts in this run, or gave. What it holds may be newer: another run writes to it as well.
    pub(crate) drafts_told: HashMap<ChatKey, String>,
    /// The store may have drafts that this run holds nothing of.
    pub(crate) more_drafts: bool,
    /// What the store knows of where views stand and how the screen is arranged.
    pub(crate) places: Places,
    /// The chat that was open before, newest last; bounded.
    pub visited: Vec<ChatKey>,
    /// A sentence for the user on the status line.
    pub notice: Option<Notice>,
    /// When an account that is not looked at said something last.
    pub(crate) noticed: HashMap<AccountId, Mono>,
    /// What is in the user's editor.
    pub(crate) editing: Option<Editing>,
    /// How often something was handed to it.
    pub(crate) edits: u64,
    /// Files that are being read for messages.
    pub(crate) reading: Vec<Reading>,
    /// How many files were asked for.
    pub(crate) files: u64,
    /// The chat to open once the lists are there, by its written name.
    pub wish: Option<String>,
    /// What others were told of own typing.
    pub(crate) typing: Option<OwnTyping>,
    /// Read marks told lately, or about to be.
    pub(crate) reads: ReadMarks,
    /// When a chat was notified of last.
    pub(crate) notified: HashMap<ChatKey, Mono>,
    /// What the window's title tells now.
    pub(crate) titled: Option<(u32, String)>,
    /// What was typed into search lines that were closed lately, and when.
    pub(crate) kept_queries: Vec<(&'static str, String, Mono)>,
    /// Forms that were closed, the last one last.
    pub(crate) kept_forms: Vec<Form>,
    /// Which of the offers is selected where no chat is open.
    pub offer: usize,
    /// The account that was disabled last.
    pub(crate) disabled_last: Option<AccountId>,
}

/// A pane that shows a chat.
#[derive(Clone, Debug, Default)]
pub struct Pane {
    /// Which pane.
    pub id: PaneId,
    /// The open chat.
    pub chat: Option<ChatKey>,
    /// Where the view stands.
    pub anchor: Anchor,
    /// A scroll not yet resolved by the layout.
    pub intent: Option<ScrollIntent>,
    /// Grows with each intent; the layout tells back which one it resolved.
    pub intent_number: u32,
    /// What the message cursor is on. Drawn only while the messages have the focus.
    pub cursor: Option<Target>,
    /// The newest message that was read when the chat was opened: the unread divider stands after it while it stays open. `None`: no divider.
    pub divider: Option<MessageKey>,
    /// Messages that arrived below the view since it left the bottom.
    pub new_below: u32,
    /// What was missed while there was no connection is asked for once somebody reads here: asking marks it read.
    pub(crate) catch_up: bool,
    /// What the layout told last.
    pub visible: Option<Visible>,
    /// What is being typed.
    pub composer: Composer,
    /// What sending will do.
    pub mode: ComposeMode,
    /// An answer does not call the one who is answered.
    pub quiet: bool,
    /// Where its list of threads stands, if the chat is a forum.
    pub forum: Option<ForumList>,
    /// The view is to begin at what was not read, once that is here.
    pub(crate) to_unread: bool,
    /// The message to go to once it is fetched.
    pub(crate) seek: Option<MessageId>,
    /// The revision of the composer that the store knows.
    pub(crate) draft_known: u64,
    /// Grows with each opening of a chat.
    pub(crate) epoch: u32,
}

impl Pane {
    /// Asks the layout for a scroll. Scrolls of one kind that are not yet resolved add up.
    pub(crate) fn scroll(&mut self, intent: ScrollIntent) {
        let intent = match (self.intent, intent) {
            (Some(ScrollIntent::Rows(a)), ScrollIntent::Rows(b)) => ScrollIntent::Rows(a.saturating_add(b)),
            (Some(ScrollIntent::Pages(a)), ScrollIntent::Pages(b)) => ScrollIntent::Pages(a.saturating_add(b)),
            _ => intent,
        };
        self.intent = Some(intent);
        self.intent_number = self.intent_number.wrapping_add(1);
    }
}

/// Where a view stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Anchor {
    /// At the newest message, following it.
    #[default]
    Bottom,
    /// The view's first row is this row of this message. Stays whatever comes before or after.
    Top {
        /// Which message.
        target: Target,
        /// Which of its rows: 0 is the very first, with whatever stands above its content; else the layout's own count, in which 8 is the first row of
        /// its content, so that what its neighbours bring about above it (a day, a name) may come and go without moving the view.
        row: u16,
    },
}

/// Something in a timeline that can be pointed at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A message of the network.
    Message(MessageKey),
    /// An own message that is not yet one of the network's.
    Pending(Nonce),
}

/// A scroll that only the layout can resolve, since it alone knows rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScrollIntent {
    /// By rows; negative is up.
    Rows(i32),
    /// By pages of the pane's height less one row; negative is up.
    Pages(i32),
    /// To the oldest message in memory.
    Start,
    /// To the newest message.
    End,
    /// To the first message that was not read, where it is in memory.
    Unread,
    /// As little as needed to show all of this, or its top if it is too tall.
    Show(Target),
    /// This at the middle.
    Center(Target),
}

/// What the layout found out: what follows from it is the reducer's business.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Visible {
    /// The chat that was laid out.
    pub chat: Option<ChatKey>,
    /// Where the view stands now, with the intent resolved.
    pub anchor: Anchor,
    /// The number of the intent that is resolved in it.
    pub intent_number: u32,
    /// The oldest message of which a row shows.
    pub first: Option<MessageKey>,
    /// The newest message of which the last row shows.
    pub last: Option<MessageKey>,
    /// The newest row shows.
    pub at_bottom: bool,
    /// Fewer than two screens of messages lie above the view in memory, or a hole does. The key: fetch what lies before it.
    pub wants_before: Option<MessageKey>,
    /// A hole is on screen or just below; fetch what lies after this key.
    pub wants_after: Option<MessageKey>,
    /// Rows of the pane.
    pub rows: u16,
}

/// What sending will do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ComposeMode {
    /// Send a new message.
    #[default]
    New,
    /// Answer a message.
    Reply(MessageKey),
    /// Replace an own message, or one that has not gone out; what was in the composer before comes back after.
    Edit {
        /// Which.
        of: Target,
        /// What was being typed.
        before: String,
    },
}

/// Something that lies on top of the rest.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Choosing a chat.
    Jump(Picker),
    /// Choosing an emoji for a message.
    Emoji {
        /// The list.
        picker: Picker,
        /// For which message.
        message: MessageId,
        /// Of which chat.
        chat: ChatKey,
    },
    /// What can be done here.
    Help {
        /// Narrows the list.
        query: Field,
        /// First line shown.
        scroll: usize,
        /// Where help was asked for, innermost context first.
        contexts: Vec<Context>,
    },
    /// Choosing a theme; the selected one is shown.
    Themes(Picker),
    /// A question with a safe default.
    Question(Question),
    /// A form.
    Form(Box<Form>),
    /// Who is in the open chat, where there is no room for the list beside the messages.
    Members,
    /// The accounts.
    Accounts(AccountList),
    /// Who somebody is.
    Person(Box<Card>),
    /// Something that must be read before one types on; it takes what is typed and drops it.
    Note(super::gone::Note),
    /// A chat that the user went to and that is not here yet.
    Waiting(Box<Waiting>),
}

/// What lies under a cell of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// An entry of the rail.
    Rail(Place),
    /// A row of the sidebar, by its index.
    Sidebar(usize),
    /// A message.
    Message(PaneId, Target),
    /// The timeline where no message is.
    Timeline(PaneId),
    /// A thread in the list of its forum.
    Thread(PaneId, ChatId),
    /// The count of new messages below.
    NewBelow(PaneId),
    /// The rule at the right of the sidebar.
    Edge,
    /// The composer.
    Composer(PaneId),
    /// A row of the list of members, by its index.
    Member(usize),
    /// The list of members where nobody stands.
    Members,
    /// An entry of the uppermost list, by its index among those shown.
    Item(usize),
    /// Elsewhere on the uppermost panel.
    Panel,
    /// Beside the uppermost panel.
    Outside,
}

/// A question before something that cannot be taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// The question; it names the thing.
    pub text: String,
    /// What yes is called, for example `Delete`.
    pub yes: &'static str,
    /// Whether yes is selected. Starts false.
    pub on_yes: bool,
    /// What yes does.
    pub action: Box<Action>,
}

/// A sentence for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What it says. Remote text in it is clean.
    pub text: String,
    /// The action whose keys are named behind it, as written in the keymap.
    pub key: Option<&'static str>,
    /// Whether something went wrong.
    pub bad: bool,
    /// When it goes.
    pub until: Mono,
}

impl Front {
    /// How much fits.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        Tier::of(self.width, self.height)
    }

    /// Whether the tree shows: in narrow terminals only while it has the focus, and not before there is an account.
    #[must_use]
    pub fn shows_sidebar(&self) -> bool {
        match self.tier() {
            Tier::Tiny | Tier::Narrow => self.region == Region::Sidebar,
            Tier::Medium | Tier::Wide => {
                let empty = self.sidebar.rail.is_empty() && self.sidebar.rows.is_empty();
                !(self.sidebar_hidden || empty) || self.region == Region::Sidebar
            }
        }
    }

    /// Whether the list of members fits beside the messages.
    #[must_use]
    pub fn has_room_for_members(&self) -> bool {
        self.tier() == Tier::Wide && self.width >= MEMBERS_FROM
    }

    /// Whether the list of members stands beside the messages of a chat that has one.
    #[must_use]
    pub fn shows_members(&self) -> bool {
        self.has_room_for_members() && !self.members.hidden
    }

    /// A chat of an account became read or unread: what is folded shows those that are unread.
    pub(crate) fn renew_folded(&mut self, account: AccountId) {
        if self.folded.iter().any(|category| category.account == account) {
            self.sidebar.renew(account);
        }
    }

    /// Where keys are read now, the innermost first.
    #[must_use]
    pub fn contexts(&self) -> [Context; 2] {
        let inner = match self.overlays.last() {
            Some(Overlay::Jump(_) | Overlay::Emoji { .. } | Overlay::Help { .. } | Overlay::Themes(_)) => Context::List,
            Some(Overlay::Question(_)) => Context::Question,
            Some(Overlay::Form(_) | Overlay::Note(_) | Overlay::Waiting(_)) => Context::Form,
            Some(Overlay::Members) => Context::Members,
            Some(Overlay::Person(_)) => Context::Person,
            Some(Overlay::Accounts(_)) => Context::Accounts,
            None => match self.region {
                Region::Sidebar => Context::Sidebar,
                Region::Members => Context::Members,
                // Where no chat is open there is nothing to write in and nothing to point at.
                Region::Messages | Region::Composer if self.pane.chat.is_none() => Context::Welcome,
                Region::Messages | Region::Composer if self.pane.forum.is_some() => Context::Forum,
                Region::Messages => Context::Messages,
                Region::Composer => Context::Composer,
            },
        };
        [inner, Context::Everywhere]
    }

    /// Whether the timeline and the composer show: in narrow terminals not while the tree has the focus.
    #[must_use]
    pub fn shows_timeline(&self) -> bool {
        self.tier() > Tier::Narrow || self.region != Region::Sidebar
    }

    /// Whether the timeline can be seen and the terminal is not known to be out of focus.
    #[must_use]
    pub fn is_looking(&self) -> bool {
        self.focus != Focus::Out && self.shows_timeline()
    }

    /// Whether somebody looks at the end of the open chat, as far as it is here.
    pub(crate) fn looks_at_end(&self) -> bool {
        self.is_looking() && self.pane.anchor == Anchor::Bottom
    }

    /// Leaves what has to do with messages that were deleted: an answer to one, whose text stays as a new message, or a change of one, whose text
    /// gives way to the draft from before and can be put back with yank. Returns what to tell the user.
    pub(crate) fn leave_deleted(&mut self, chat: ChatKey, deleted: &[MessageId]) -> Option<&'static str> {
        if self.pane.chat != Some(chat) {
            return None;
        }
        let answered = "The message that you answer was deleted; what you typed is a new message now";
        let told = match std::mem::take(&mut self.pane.mode) {
            ComposeMode::Reply(message) if deleted.contains(&message.id) => Some(answered),
            ComposeMode::Edit { of: Target::Message(message), before } if deleted.contains(&message.id) => {
                self.pane.composer.replace(&before);
                Some("The message was deleted; yank puts your change of it back")
            }
            mode => {
                self.pane.mode = mode;
                None
            }
        };
        self.overlays.retain(|overlay| match overlay {
            Overlay::Emoji { message, chat: of, .. } => *of != chat || !deleted.contains(message),
            _ => true,
        });
        told
    }

    /// Whether printable keys are text here.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self.contexts()[0], Context::Composer | Context::List | Context::Form)
    }
}
