//! What is kept for later: what is written to a store and looked up in it, in the words of the model.
//!
//! The core says with these what is to be kept and what it needs, as data; the store is one that carries it out.

mod draft;
mod found;

use super::message::Tally;
use super::{
    AccountId, Chat, ChatId, ChatKey, Community, CommunityId, Member, Message, MessageId, MessageKey, Nonce, Outgoing,
    Page, ReactEmoji, Reaction, Refusal, Role, User, UserId, Wall,
};
use std::sync::Arc;

pub use draft::{Draft, DraftEdit, DraftFile, DraftReply, Edited};
pub use found::{Absorbed, Found, Hit, Hole, Listed, Size, Start, Stored, StoredMessage};

/// What names an account in every run: its network, its server, and who is signed in. Labels may change, these do not.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AccountKey {
    /// The network's name, as the configuration writes it.
    pub network: String,
    /// The server's address, as the configuration writes it.
    pub server: String,
    /// Who is signed in.
    pub user: UserId,
}

/// When something became known, so that what is newer wins whatever comes first. Given out by [`Stamps`]; valid for one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Stamp(pub u32);

/// Gives out stamps: even ones to fetches as they are asked for, odd ones to what is pushed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stamps(u32);

impl Stamps {
    /// For a page that is being asked for: it knows everything told so far, and nothing told from now on.
    pub const fn ask(&mut self) -> Stamp {
        self.0 = self.0.saturating_add(1);
        Stamp(self.0.saturating_mul(2))
    }

    /// For a connection that was lost, or has just come back: whatever was told or asked for before is older, all that follows is newer.
    pub const fn missed(&mut self) -> Stamp {
        self.ask()
    }

    /// For something that was just told.
    #[must_use]
    pub const fn told(&self) -> Stamp {
        Stamp(self.0.saturating_mul(2).saturating_add(1))
    }
}

/// Pairs what was asked of a store with its answer. Given out by whoever asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ticket(pub u64);

/// Something to keep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write {
    /// From now on this number means this account. Comes before anything else of the account.
    Bind(AccountId, AccountKey),
    /// Messages of one chat were pushed, oldest first. One that is known, or known to be deleted, changes nothing.
    Push {
        /// In which chat.
        chat: ChatKey,
        /// The messages.
        messages: Vec<Arc<Message>>,
        /// When.
        told: Stamp,
    },
    /// A page of history came.
    Page {
        /// Of which chat.
        chat: ChatKey,
        /// When it was asked for.
        asked: Stamp,
        /// Which part was asked for.
        page: Page,
        /// The messages, in any order.
        messages: Vec<Arc<Message>>,
        /// Nothing is older than the page.
        reached_start: bool,
        /// Nothing is newer than the page.
        reached_end: bool,
    },
    /// A message was changed. Reactions stay as they were unless they are told; a mention stays one.
    Change {
        /// Of which account.
        account: AccountId,
        /// All of it.
        message: Arc<Message>,
        /// Whether its reactions are told.
        with_reactions: bool,
        /// When.
        told: Stamp,
    },
    /// The reactions to a message changed; these are all of them.
    Reactions {
        /// In which chat.
        chat: ChatKey,
        /// To which message.
        message: MessageId,
        /// All of them.
        reactions: Box<[Reaction]>,
        /// When.
        told: Stamp,
    },
    /// Somebody reacted to a message, or took that back; other reactions stay as they are.
    Toggle {
        /// In which chat.
        chat: ChatKey,
        /// To which message.
        message: MessageId,
        /// With what.
        emoji: ReactEmoji,
        /// Who.
        by: UserId,
        /// That is the signed-in account.
        mine: bool,
        /// Reacted, else took it back.
        add: bool,
        /// When.
        told: Stamp,
    },
    /// Somebody voted in a poll, or it was ended. Of a message that is not stored it is not remembered: votes are asked for when it shows.
    Tally {
        /// In which chat.
        chat: ChatKey,
        /// The message that it is in.
        message: MessageId,
        /// How it stands.
        tally: Tally,
        /// When.
        told: Stamp,
    },
    /// A message was pinned, or let go.
    Pin {
        /// In which chat.
        chat: ChatKey,
        /// Which.
        message: MessageId,
        /// Pinned, else let go.
        pinned: bool,
        /// When.
        told: Stamp,
    },
    /// Messages were deleted.
    Delete {
        /// In which chat.
        chat: ChatKey,
        /// Which.
        messages: Vec<MessageId>,
        /// When.
        told: Stamp,
    },
    /// Anything may have been missed from now on: the connection was lost.
    Missed {
        /// Of which account.
        account: AccountId,
        /// When; given out by [`Stamps::missed`].
        at: Stamp,
    },
    /// Chats as they are now, with their read state.
    Chats(AccountId, Vec<Chat>),
    /// All chats of a community, or all others for `None`: those missing are gone, with their history. Their drafts and what waits stay.
    AllChats(AccountId, Option<CommunityId>, Vec<ChatId>),
    /// A chat is gone, and its history with it. Its draft and what waits stay.
    ChatGone(ChatKey),
    /// The read state of a chat changed. The mark never goes back.
    ReadState {
        /// Of which chat.
        chat: ChatKey,
        /// The newest message read.
        last_read: Option<MessageKey>,
        /// Messages not read.
        unread: u32,
        /// Mentions among them.
        mentions: u32,
    },
    /// All communities in the order in which they are listed: those missing are gone, with their chats.
    Communities(AccountId, Vec<Community>),
    /// A community was joined or changed.
    Community(AccountId, Community),
    /// A community is gone, with its chats.
    CommunityGone(AccountId, CommunityId),
    /// All roles of a community.
    Roles(AccountId, CommunityId, Vec<Role>),
    /// Members as they are now.
    Members(AccountId, Vec<Member>),
    /// Somebody is a member no more.
    MemberGone(AccountId, CommunityId, UserId),
    /// People as they are now. Where they are and what they do is not kept.
    People(AccountId, Vec<User>),
    /// What is written in a chat and not sent; an empty one forgets it. Durable.
    Draft {
        /// In which chat.
        chat: ChatKey,
        /// All of it.
        draft: Box<Draft>,
    },
    /// Something to send. Durable before it is answered with its reply; only then may it go out.
    PutOutbox(Box<OutboxRow>),
    /// How far it is. Durable. That it is in flight is answered like the row itself; only then may it go out.
    SetStage {
        /// In which chat.
        chat: ChatKey,
        /// Which.
        nonce: Nonce,
        /// How far.
        stage: OutboxStage,
        /// The newest message of its chat before it went, as the row has it; `None` leaves what the store has.
        known: Option<MessageKey>,
    },
    /// It is sent, or the user gave it up. Durable.
    DropOutbox(ChatKey, Nonce),
    /// Where somebody reads in a chat; `None` follows the newest message.
    Anchor(ChatKey, Option<Anchor>),
    /// How the screen is arranged.
    Layout(Layout),
}

impl Write {
    /// Whether it has to survive a power cut once it is answered.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        matches!(self, Self::Draft { .. } | Self::PutOutbox(_) | Self::SetStage { .. } | Self::DropOutbox(..))
    }

    /// The account that it is about; `None` for what is about none.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Bind(account, _)
            | Self::Change { account, .. }
            | Self::Missed { account, .. }
            | Self::Chats(account, _)
            | Self::AllChats(account, ..)
            | Self::Communities(account, _)
            | Self::Community(account, _)
            | Self::CommunityGone(account, _)
            | Self::Roles(account, ..)
            | Self::Members(account, _)
            | Self::MemberGone(account, ..)
            | Self::People(account, _) => Some(*account),
            Self::Push { chat, .. }
            | Self::Page { chat, .. }
            | Self::Reactions { chat, .. }
            | Self::Toggle { chat, .. }
            | Self::Tally { chat, .. }
            | Self::Pin { chat, .. }
            | Self::Delete { chat, .. }
            | Self::ChatGone(chat)
            | Self::ReadState { chat, .. }
            | Self::Draft { chat, .. }
            | Self::SetStage { chat, .. }
            | Self::DropOutbox(chat, _)
            | Self::Anchor(chat, _) => Some(chat.account),
            Self::PutOutbox(row) => Some(row.chat.account),
            Self::Layout(_) => None,
        }
    }
}

/// A message and a row of it: where somebody reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The message.
    pub message: MessageKey,
    /// The row of it.
    pub row: u32,
}

/// How the screen is arranged, beyond what the configuration says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// The chat that is open.
    pub open: Option<ChatKey>,
    /// Width of the sidebar in columns, where the user changed it.
    pub sidebar_width: Option<u16>,
    /// Categories whose channels are hidden.
    pub folded: Vec<ChatKey>,
    /// Communities whose channels are hidden.
    pub folded_communities: Vec<(AccountId, CommunityId)>,
    /// The list of chats is hidden.
    pub hides_sidebar: bool,
    /// The list of members is hidden where there is room for it.
    pub hides_members: bool,
    /// Chats that the user marked unread, where the network does not keep that.
    pub unread: Vec<UnreadChat>,
    /// The emoji that were reacted with last, the last one first.
    pub recents: Vec<ReactEmoji>,
}

/// A chat that the user marked unread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnreadChat {
    /// Which.
    pub chat: ChatKey,
    /// The newest message that counts as read; none where all are unread.
    pub upto: Option<MessageKey>,
    /// The newest message when it was marked.
    pub newest: MessageKey,
    /// Messages not read.
    pub unread: u32,
    /// Mentions among them.
    pub mentions: u32,
}

/// Something on its way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutboxRow {
    /// In which chat.
    pub chat: ChatKey,
    /// Names it, and pairs a message with its echo.
    pub nonce: Nonce,
    /// What.
    pub item: OutboxItem,
    /// When it was written.
    pub written: Wall,
    /// The newest message known in its chat when it was written: history after it decides whether it arrived.
    pub known: Option<MessageKey>,
    /// How far it is.
    pub stage: OutboxStage,
}

/// What is on its way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutboxItem {
    /// A message.
    Send(Arc<Outgoing>),
    /// A new text for an own message.
    Edit {
        /// Which message.
        message: MessageKey,
        /// The text as typed.
        text: String,
    },
    /// Messages to delete.
    Delete {
        /// Which.
        messages: Vec<MessageKey>,
    },
    /// An own reaction to add or take back.
    React {
        /// To which message.
        message: MessageKey,
        /// With what.
        emoji: ReactEmoji,
        /// Add, else take back.
        add: bool,
    },
    /// Everything up to a message has been read.
    MarkRead {
        /// The newest message read.
        upto: MessageKey,
        /// What is newer is unread again.
        back: bool,
    },
}

/// How far something on its way out is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutboxStage {
    /// Not handed to the network.
    Waiting,
    /// Handed to the network: after the end of this run, it may or may not have arrived.
    InFlight,
    /// It may or may not have arrived; waits for the user.
    Unconfirmed,
    /// The network does not take it; waits for the user.
    Failed(Refusal),
}

/// Something to find.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// What the first screen needs: communities, chats, drafts, the layout.
    Start,
    /// Stored messages of a chat.
    Messages {
        /// Of which chat.
        chat: ChatKey,
        /// From where.
        seek: Seek,
        /// At most so many.
        limit: u32,
    },
    /// Holes in the stored history of a chat, newest first.
    Holes {
        /// Of which chat.
        chat: ChatKey,
        /// At most so many.
        limit: u32,
    },
    /// The pinned messages of a chat that are stored, newest first.
    Pinned(ChatKey),
    /// Messages of a chat with something that is looked for, newest first. So many rows are looked at for one answer, and no more.
    Marked {
        /// Of which chat.
        chat: ChatKey,
        /// What they have.
        what: Marked,
        /// Only those before this place; goes on where an earlier answer ended.
        before: Option<MessageKey>,
        /// At most so many.
        limit: u32,
    },
    /// Messages that hold all these words as [`super::Sought`] has it; newest stored first. Not all may be looked at for one answer.
    Search {
        /// The words.
        text: String,
        /// In these accounts only, unless empty.
        accounts: Vec<AccountId>,
        /// In this chat only.
        chat: Option<ChatKey>,
        /// At most so many.
        limit: u32,
        /// Only those stored before this one; goes on where an earlier answer ended.
        before: Option<i64>,
    },
    /// Where somebody read in a chat.
    Anchor(ChatKey),
    /// What was written in a chat and not sent.
    Draft(ChatKey),
    /// People by id.
    People(AccountId, Vec<UserId>),
    /// Roles of a community, and what is known there of these people.
    Members(AccountId, CommunityId, Vec<UserId>),
    /// Everything that waits to go out.
    Outbox,
    /// How much is kept.
    Size,
}

/// What messages can be looked through for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marked {
    /// They mention the signed-in account, and somebody else wrote them.
    Mentions,
    /// Files came with them.
    Files,
    /// Addresses on the web stand in them.
    Links,
}

impl Marked {
    /// Whether a message has it. `me`: who is signed in.
    #[must_use]
    pub fn is_in(self, message: &Message, me: UserId) -> bool {
        match self {
            Self::Mentions => message.mentions_me && message.author != me,
            Self::Files => !message.attachments.is_empty(),
            Self::Links => super::parts::addresses(message).next().is_some(),
        }
    }
}

/// From where to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seek {
    /// The newest.
    Newest,
    /// The newest before this place.
    Before(MessageKey),
    /// The oldest after this place.
    After(MessageKey),
    /// About half on each side of this message, itself included.
    Around(MessageId),
    /// About half on each side of the first message sent at this time or later.
    Date(Wall),
}
