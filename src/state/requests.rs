//! What was asked of a network and not yet answered, and why it was asked.

use super::event::Ticket;
use crate::domain::timeline::FetchNumber;
use crate::domain::{
    ChatId, CleanText, CommunityId, InviteTarget, Message, MessageId, MessageKey, Nonce, Page, Presence, Priority,
    RequestId, Secret, SortKey, UserId,
};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Most pages of an account that are remembered as asked for in vain.
const STUCK: usize = 1_000;

/// Open requests of one account.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Requests {
    /// When something was said that the network's limit counts.
    pub(crate) said: super::pace::Said,
    /// By id.
    pub open: HashMap<RequestId, Purpose>,
    /// Pages of history under way, at most one for each edge of a chat.
    pub(crate) edges: HashMap<(ChatId, Edge), RequestId>,
    /// Communities whose channels are to be asked for once fewer are under way, the next one first.
    pub(crate) channels_due: VecDeque<(CommunityId, Priority)>,
    /// History under way, of accounts of which something is kept.
    pub(crate) asked: HashMap<RequestId, super::keep::Asked>,
    /// Read marks that the network turned out not to have, to be told again.
    pub(crate) marks_due: BTreeMap<ChatId, MessageKey>,
    /// Pages that changed nothing, or were refused: not to be asked for again until something changed.
    pub(crate) stuck: HashSet<(ChatId, Edge, Option<MessageKey>)>,
    /// Messages that the user wants stopped while their files are on their way.
    pub(crate) stopping: HashSet<RequestId>,
    /// Messages in doubt that a network says it does not have. They are gone once it shows that it has their chat.
    pub(crate) missing: HashMap<ChatId, Vec<MessageId>>,
}

/// Where a page joins what is in memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Edge {
    /// The newest page.
    Latest,
    /// Older than something.
    Before,
    /// Newer than something.
    After,
    /// Around a message or a moment.
    Around,
}

impl Edge {
    /// The edge that a page is for, and the key that it was asked for by. Of a message that is looked for, the place is not known.
    #[must_use]
    pub const fn of(page: Page) -> (Self, Option<MessageKey>) {
        match page {
            Page::Latest => (Self::Latest, None),
            Page::Before(key) => (Self::Before, Some(key)),
            Page::After(key) => (Self::After, Some(key)),
            Page::Around(id) => (Self::Around, Some(MessageKey { order: SortKey(0), id })),
            Page::At(_) => (Self::Around, None),
        }
    }
}

/// How one chose to be seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Whether as present; `None`: nothing was chosen.
    pub presence: Option<Presence>,
    /// The words beside it.
    pub words: Option<String>,
}

/// Why something was asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Purpose {
    /// Its outcome changes nothing here.
    Quiet,
    /// The list of communities.
    Communities,
    /// The list of direct chats and groups.
    Chats,
    /// The channels of a community.
    Channels(CommunityId),
    /// The roles of a community.
    Roles(CommunityId),
    /// Who is in a chat.
    MemberList(ChatId),
    /// Members, voice rooms, a chat, the order of communities, pins: what comes is taken in, a refusal is not worth a word.
    Detail,
    /// A page for a timeline.
    History {
        /// Of which chat.
        chat: ChatId,
        /// Under which number the timeline expects it.
        fetch: FetchNumber,
        /// Which part.
        page: Page,
    },
    /// A message that another one answers, to be quoted there.
    Quote(ChatId, MessageId),
    /// A page that decides what became of messages in flight when the connection was lost.
    Heal(ChatId),
    /// The newest message of a chat of which nothing is known, before something is sent there.
    Place(ChatId),
    /// A page for a shell command.
    Fetch(ChatId, Ticket),
    /// A message from the outbox.
    Send(ChatId, Nonce),
    /// A change, a deletion, a reaction or a read mark that waited.
    Deed(Nonce),
    /// A vote, or the end of a poll; a refusal is told with this beginning.
    Vote(&'static str),
    /// A poll that is begun; what was typed goes back when it is refused.
    Poll {
        /// Where.
        chat: ChatId,
        /// The command.
        written: String,
    },
    /// A thread that is begun, with this title.
    BeginThread {
        /// In which forum.
        forum: ChatId,
        /// What was typed.
        title: String,
    },
    /// The new title of a thread.
    RenameThread {
        /// Which.
        thread: ChatId,
        /// What was typed.
        title: String,
    },
    /// A change; a refusal is told with this beginning, for example `Not deleted`.
    Change(&'static str),
    /// Messages passed on to this chat.
    Forward(ChatId),
    /// A button pressed, with this label.
    Press(CleanText),
    /// A second proof or a token for the sign-in.
    Code,
    /// An invite looked up, to be shown before it is followed.
    Invite(Secret),
    /// An invite followed, to this place.
    Join(InviteTarget),
    /// A community left.
    LeaveCommunity(CommunityId),
    /// A group left.
    LeaveGroup(ChatId),
    /// A chat that nobody knew, in which this message came: notified of once it is known.
    Stranger(Arc<Message>),
    /// A chat whose newest message, or an unread one, was deleted: what is the newest now.
    Newest {
        /// Which.
        chat: ChatId,
        /// What was deleted.
        deleted: MessageId,
        /// More was deleted since it was asked: to be asked once more.
        again: bool,
    },
    /// The end of this device's session.
    SignOut,
    /// What one may do in communities, after own roles changed.
    Rights,
    /// What somebody says of themselves.
    Profile(UserId),
    /// A person looked up by name, to be called by it.
    Named,
    /// A command of the server; what was typed goes back when it is refused.
    Command {
        /// Where.
        chat: ChatId,
        /// The whole line.
        written: String,
    },
    /// A person looked up by name, to be shown.
    Who(String),
    /// To be seen in another way; the way before comes back when it is refused.
    Status {
        /// How it was.
        before: Seen,
        /// How it is to be.
        wanted: Seen,
    },
    /// How oneself stands to others.
    Relationships,
    /// Messages of a chat that mention oneself, to go to the newest before this place; the one that was known without asking.
    Mentions(ChatId, MessageKey, Option<MessageKey>),
    /// What is pinned in a chat, to be listed.
    Pins(ChatId),
    /// Words that are looked for in this chat, under this number.
    Find(ChatId, u64),
    /// A part of the file of this number.
    Part(u64),
    /// A person looked up by name, to open the direct chat.
    Person {
        /// The name, without `@`.
        name: String,
        /// Who waits for it.
        ticket: Option<Ticket>,
    },
}

impl Requests {
    /// Whether a page of a chat is under way at an edge.
    #[must_use]
    pub fn is_fetching(&self, chat: ChatId, edge: Edge) -> bool {
        self.edges.contains_key(&(chat, edge))
    }

    /// Whether a page was asked for in vain.
    #[must_use]
    pub(crate) fn is_stuck(&self, chat: ChatId, page: Page) -> bool {
        let (edge, key) = Edge::of(page);
        self.stuck.contains(&(chat, edge, key))
    }

    /// A page was asked for in vain.
    pub(crate) fn note_stuck(&mut self, chat: ChatId, page: Page) {
        if self.stuck.len() >= STUCK {
            self.stuck.clear();
        }
        let (edge, key) = Edge::of(page);
        self.stuck.insert((chat, edge, key));
    }

    /// Pages of a chat at an edge may be asked for again.
    pub(crate) fn loosen(&mut self, chat: ChatId, edge: Edge) {
        self.stuck.retain(|(of, at, _)| (*of, *at) != (chat, edge));
    }

    /// Whether what lies before a message was asked for in vain.
    #[must_use]
    pub fn is_stuck_before(&self, chat: ChatId, message: MessageKey) -> bool {
        self.stuck.contains(&(chat, Edge::Before, Some(message)))
    }

    /// Whether any list of the account is under way or waits for its turn.
    #[must_use]
    pub fn is_syncing(&self) -> bool {
        let is_list =
            |purpose: &Purpose| matches!(purpose, Purpose::Communities | Purpose::Chats | Purpose::Channels(_));
        !self.channels_due.is_empty() || self.open.values().any(is_list)
    }

    /// How many communities' channels are under way.
    #[must_use]
    pub(crate) fn channels_under_way(&self) -> usize {
        self.open.values().filter(|purpose| matches!(purpose, Purpose::Channels(_))).count()
    }
}
