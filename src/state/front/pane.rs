//! A pane: the chat that it shows, where it stands, and what is written in it.

use crate::domain::kept::Edited;
use crate::domain::{ChatKey, MessageKey, Nonce, Quote};
use crate::state::opened::Opened;
use crate::state::ui::complete::Completion;
use crate::state::ui::composer::Composer;
use crate::state::ui::destination::Destination;
use crate::state::ui::drafts::Known;
use crate::state::ui::find::Find;
use crate::state::ui::forum::ForumList;
use crate::state::ui::written::Writing;
use std::collections::BTreeSet;

/// Most messages that can be selected.
pub const SELECTED: usize = 100;

/// A pane that shows a chat. Anchors belong to panes, since there will be several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PaneId(pub u8);

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
    /// The message that a command is about which is being typed: the one on which it was begun. Drawn like the cursor.
    pub(crate) meant: Option<Target>,
    /// The message that what was chosen from a list is about, while it is done.
    pub(crate) chosen: Option<Target>,
    /// Messages that are selected, to do something with all of them; at most [`SELECTED`].
    pub selected: BTreeSet<MessageKey>,
    /// The newest message that was read when the chat was opened: the unread divider stands after it while it stays open. `None`: no divider.
    pub divider: Option<MessageKey>,
    /// The chat was marked unread: it is not read until it is opened anew.
    pub(crate) held_unread: bool,
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
    /// The part of a message that is answered; counts while that message is.
    pub quote: Option<(MessageKey, Quote)>,
    /// What belongs to the writing beside the text.
    pub writing: Writing,
    /// What is offered for the word that is being typed.
    pub completion: Option<Completion>,
    /// An answer does not call the one who is answered.
    pub quiet: bool,
    /// What the reader opened in it.
    pub opened: Opened,
    /// Words that are looked for in it.
    pub find: Option<Find>,
    /// Where its list of threads stands, if the chat is a forum.
    pub forum: Option<ForumList>,
    /// How many messages were not read when the chat was opened, and which was the newest: not every network tells where reading stopped.
    pub(crate) unread_then: (u32, Option<MessageKey>),
    /// The view is to begin at what was not read, once that is here.
    pub(crate) to_unread: bool,
    /// Where the user waits to get to.
    pub(crate) destination: Option<Destination>,
    /// What the store knows of what is being written.
    pub(crate) known: Known,
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

impl From<Edited> for Target {
    fn from(of: Edited) -> Self {
        match of {
            Edited::Message(message) => Self::Message(message),
            Edited::Unsent(nonce) => Self::Pending(nonce),
        }
    }
}

impl From<Target> for Edited {
    fn from(of: Target) -> Self {
        match of {
            Target::Message(message) => Self::Message(message),
            Target::Pending(nonce) => Self::Unsent(nonce),
        }
    }
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
    /// Those in view of which more is folded away.
    pub folded: Vec<Target>,
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
