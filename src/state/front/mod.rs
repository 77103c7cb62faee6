//! One user interface: what is open, focused and typed. The terminal is one front; a shell command has none.

mod hit;
mod overlay;
mod pane;

pub use hit::{Hit, Spot};
pub use overlay::{Choice, Overlay, Pick, PickKind, Question};
pub use pane::{Anchor, ComposeMode, Pane, PaneId, SELECTED, ScrollIntent, Target, Visible};

use super::action::Context;
use super::recall::places::Places;
use super::typing::OwnTyping;
use super::ui::attach::Reading;
use super::ui::editor::Editing;
use super::ui::file::Sends;
use super::ui::form::Form;
use super::ui::members::Members;
use super::ui::shared::Shared;
use super::ui::sidebar::Sidebar;
use super::ui::trail::Trail;
use super::ui::tray::Trays;
use super::ui::written::leave_deleted;
use super::unread::ReadMarks;
use crate::domain::kept::Draft;
use crate::domain::{AccountId, ChatKey, CommunityId, MessageId, MessageKey, Mono, ReactEmoji};
use std::collections::{HashMap, HashSet};

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
    /// What was written and not sent, in chats that are not open; without changes that were left and files, which have their own places.
    pub drafts: HashMap<ChatKey, Draft>,
    /// What the store was told of drafts in this run, or gave. What it holds may be newer: another run writes to it as well.
    pub(crate) drafts_told: HashMap<ChatKey, Draft>,
    /// Chats whose drafts earlier runs left: what these answer or change may not be there any more.
    pub(crate) unsure_drafts: HashSet<ChatKey>,
    /// The store may have drafts that this run holds nothing of.
    pub(crate) more_drafts: bool,
    /// What the store knows of where views stand and how the screen is arranged.
    pub(crate) places: Places,
    /// The chat that was open before, newest last; bounded.
    pub visited: Vec<ChatKey>,
    /// Where one was, to go back to.
    pub trail: Trail,
    /// What is listed of a chat: what is pinned there, files, links.
    pub(crate) shared: Option<Shared>,
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
    /// Files that go with the next message of each chat.
    pub trays: Trays,
    /// The folder that files are chosen from, and the number of the newest look at one.
    pub(crate) folder: (u64, String),
    /// What was pasted and may name files, for which chat, and the number of the look at them.
    pub(crate) pasted: Vec<(u64, ChatKey, String)>,
    /// What is written is to be sent, as it is or not, once all that was pasted is looked at.
    pub(crate) sends: Option<Sends>,
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
    /// Since when the notice refuses what the user wanted; such a one goes with what is done next.
    pub(super) refused: Option<Mono>,
    /// What was typed into search lines that were closed lately, and when.
    pub(crate) kept_queries: Vec<(&'static str, String, Mono)>,
    /// How often words that are looked for became other ones.
    pub(crate) finds: u64,
    /// The words that were looked for last.
    pub(crate) find_last: String,
    /// The emoji that were reacted with last, the last one first.
    pub(crate) recents: Vec<ReactEmoji>,
    /// Forms that were closed, the last one last.
    pub(crate) kept_forms: Vec<Form>,
    /// Which of the offers is selected where no chat is open.
    pub offer: usize,
    /// The account that was disabled last.
    pub(crate) disabled_last: Option<AccountId>,
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
    /// The message of the open chat that is pointed at: what was chosen from a list, what the cursor is on, or what a command was begun on.
    #[must_use]
    pub fn pointed(&self) -> Option<Target> {
        let among = if self.region == Region::Messages { self.pane.cursor } else { self.pane.meant };
        self.pane.chosen.or(among)
    }

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

    /// Where keys are read now, the innermost first. The middle one is where what lies inside stands, and the innermost again where nothing does.
    #[must_use]
    pub fn contexts(&self) -> [Context; 3] {
        let inner = match self.overlays.last() {
            Some(Overlay::Pick(_) | Overlay::Help { .. }) => Context::List,
            Some(Overlay::Question(_)) => Context::Question,
            Some(Overlay::Form(_) | Overlay::Note(_) | Overlay::Waiting(_)) => Context::Form,
            Some(Overlay::Members) => Context::Members,
            Some(Overlay::Person(_) | Overlay::Details(_)) => Context::Person,
            Some(Overlay::Accounts(_)) => Context::Accounts,
            Some(Overlay::Downloads(_)) => Context::Downloads,
            None => match self.region {
                Region::Sidebar => Context::Sidebar,
                Region::Members => Context::Members,
                // Where no chat is open there is nothing to write in and nothing to point at.
                Region::Messages | Region::Composer if self.pane.chat.is_none() => Context::Welcome,
                Region::Messages | Region::Composer if self.pane.forum.is_some() => Context::Forum,
                Region::Messages if self.pane.find.as_ref().is_some_and(|find| find.typing) => Context::Find,
                Region::Messages => Context::Messages,
                Region::Composer if self.pane.completion.is_some() => {
                    return [Context::Completion, Context::Composer, Context::Everywhere];
                }
                Region::Composer => Context::Composer,
            },
        };
        [inner, inner, Context::Everywhere]
    }

    /// Whether the timeline and the composer show: in narrow terminals not while the tree has the focus.
    #[must_use]
    pub fn shows_timeline(&self) -> bool {
        self.tier() > Tier::Narrow || self.region != Region::Sidebar
    }

    /// Points at a message of the open chat that is here, in the middle of the view.
    pub(crate) fn land(&mut self, message: MessageKey) {
        self.region = Region::Messages;
        self.pane.cursor = Some(Target::Message(message));
        self.pane.scroll(ScrollIntent::Center(Target::Message(message)));
    }

    /// Whether the timeline can be seen and the terminal is not known to be out of focus.
    #[must_use]
    pub fn is_looking(&self) -> bool {
        self.focus != Focus::Out && self.shows_timeline()
    }

    /// Whether the open chat may lack what was missed, which is asked for once somebody reads at its end.
    #[must_use]
    pub const fn waits_for_reader(&self) -> bool {
        self.pane.catch_up
    }

    /// Whether somebody looks at the end of the open chat, as far as it is here.
    pub(crate) fn looks_at_end(&self) -> bool {
        self.is_looking() && self.pane.anchor == Anchor::Bottom
    }

    /// Leaves what has to do with messages that were deleted: an answer to one, whose text stays as a new message, or a change of one, whose text
    /// gives way to the draft from before and can be put back with yank. Returns what to tell the user.
    pub(crate) fn leave_deleted(&mut self, chat: ChatKey, deleted: &[MessageId]) -> Option<&'static str> {
        if let Some(draft) = self.drafts.get_mut(&chat) {
            leave_deleted(draft, deleted);
        }
        if self.pane.chat != Some(chat) {
            return None;
        }
        self.pane.selected.retain(|message| !deleted.contains(&message.id));
        if let Some(find) = &mut self.pane.find {
            find.deleted(deleted);
        }
        let answered = "The message that you answer was deleted; what you typed is a new message now";
        let gone = self.pane.writing.answers.take_if(|message| deleted.contains(&message.id));
        let mut told = gone.map(|_| answered);
        if matches!(self.pane.mode, ComposeMode::Edit { of: Target::Message(message), .. } if deleted.contains(&message.id))
            && let Some(before) = self.pane.end_change()
        {
            self.pane.composer.replace(&before);
            told = Some("The message was deleted; yank puts your change of it back");
        }
        if matches!(self.pane.mode, ComposeMode::Reply(message) if deleted.contains(&message.id)) {
            self.pane.mode = ComposeMode::New;
            told = told.or(Some(answered));
        }
        self.overlays.retain(|overlay| match overlay {
            Overlay::Pick(pick) => {
                pick.kind.message().is_none_or(|(of, message)| of != chat || !deleted.contains(&message))
            }
            Overlay::Details(details) => details.chat != chat || !deleted.contains(&details.message),
            _ => true,
        });
        told
    }

    /// Whether printable keys are text here.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.contexts()[0].takes_text()
    }
}
