//! Chats: everything that can be opened and read, and the categories that group them.

use super::id::{ChatId, CommunityId, SortKey, UserId};
use super::message::MessageKey;
use super::permissions::Overrides;
use super::text::CleanText;
use super::time::Wall;

/// A conversation of any kind with the read state of the signed-in account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chat {
    /// Which.
    pub id: ChatId,
    /// The id as people write it on the command line and as JSON shows it; unique within the account.
    pub wire: CleanText,
    /// What kind, with what that kind alone has.
    pub kind: ChatKind,
    /// Name of a channel or group; empty for a direct chat, which is named after its peer.
    pub name: CleanText,
    /// What it is about; one line.
    pub topic: Option<CleanText>,
    /// Messages not read, as the network counts.
    pub unread: u32,
    /// Of these, how many mention the signed-in account.
    pub mentions: u32,
    /// The newest message read. `None`: nothing read, or not known.
    pub last_read: Option<MessageKey>,
    /// How much of the three above came with it; what did not stays as it was known.
    pub read_state: ReadState,
    /// The newest message. Sorts chats by activity. `None`: empty, or not known.
    pub last_message: Option<MessageKey>,
    /// Its place among messages when it was made, where the network numbers both in one row; else 0. Sorts a chat that is still empty.
    pub made: SortKey,
    /// Exceptions here from the community's permissions, resolved for the signed-in account.
    pub overrides: Overrides,
    /// What is worth a notification here.
    pub notify: NotifyLevel,
    /// What a thread has that other channels have not.
    pub thread: Option<Box<ThreadInfo>>,
}

/// How much of a chat's read state its network tells with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReadState {
    /// All of it.
    #[default]
    Told,
    /// How many messages are unread, but not how many of them are mentions.
    WithoutMentions,
    /// Nothing.
    Untold,
}

/// What is told of a thread.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ThreadInfo {
    /// Who began it, where told.
    pub by: Option<UserId>,
    /// How many take part.
    pub people: u32,
    /// Whether the signed-in account takes part.
    pub joined: bool,
    /// Nobody may write.
    pub locked: bool,
    /// Put away.
    pub archived: bool,
    /// The network gives nobody its messages as it is now.
    pub hidden: bool,
    /// When it was begun, or written to last.
    pub active: Option<Wall>,
}

/// What kind of chat it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ChatKind {
    /// A channel of a community, or a category of channels.
    Channel {
        /// Where.
        community: CommunityId,
        /// What for.
        kind: ChannelKind,
        /// The category it stands under.
        parent: Option<ChatId>,
        /// Ascending within its parent.
        position: u32,
        /// Seconds to wait between two messages; 0 for none.
        slowmode: u32,
    },
    /// One other person.
    Direct {
        /// Who.
        peer: UserId,
    },
    /// Several people by invitation.
    Group {
        /// Whether the signed-in account owns it.
        owner: bool,
        /// Who is in it, the signed-in account among them; empty where the network does not tell.
        members: Box<[UserId]>,
    },
    /// Notes to oneself.
    #[default]
    Saved,
}

/// What a channel is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ChannelKind {
    /// Reading and writing.
    #[default]
    Text,
    /// Reading; few may write.
    Announcement,
    /// Talking.
    Voice,
    /// A heading that groups channels; cannot be opened.
    Category,
    /// A list of threads, which stand under it as channels of their own.
    Forum,
    /// One conversation of a forum.
    Thread,
    /// A gap between channels; cannot be opened.
    Separator,
    /// A kind that nib does not know; listed, but cannot be opened.
    Unknown,
}

/// What is worth a notification.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum NotifyLevel {
    /// Every message.
    All,
    /// Mentions only.
    Mentions,
    /// Nothing.
    Nothing,
    /// As the community or the account says.
    #[default]
    Default,
}

impl NotifyLevel {
    /// The word for it in commands and files; empty for what is usual.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::Nothing => "none",
            Self::Default => "",
        }
    }

    /// What a word of [`NotifyLevel::word`] stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::All, Self::Mentions, Self::Nothing].into_iter().find(|level| level.word() == word)
    }
}

impl Chat {
    /// The community of a channel.
    #[must_use]
    pub fn community(&self) -> Option<CommunityId> {
        match self.kind {
            ChatKind::Channel { community, .. } => Some(community),
            _ => None,
        }
    }

    /// The category of a channel.
    #[must_use]
    pub fn parent(&self) -> Option<ChatId> {
        match self.kind {
            ChatKind::Channel { parent, .. } => parent,
            _ => None,
        }
    }

    /// What a channel is for; `None` for other chats.
    #[must_use]
    pub fn channel_kind(&self) -> Option<ChannelKind> {
        match self.kind {
            ChatKind::Channel { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// Whether it is a list of threads, which has no messages of its own.
    #[must_use]
    pub fn is_forum(&self) -> bool {
        self.channel_kind() == Some(ChannelKind::Forum)
    }

    /// Whether its messages cannot be had as it is now.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.hidden)
    }

    /// How lively it is: its place among the chats that are listed by activity; greater is livelier.
    #[must_use]
    pub fn activity(&self) -> SortKey {
        self.last_message.map_or(self.made, |newest| newest.order)
    }

    /// Whether it has a timeline to open. Voice channels do: people write there, too.
    #[must_use]
    pub fn can_open(&self) -> bool {
        !matches!(self.channel_kind(), Some(ChannelKind::Category | ChannelKind::Separator | ChannelKind::Unknown))
    }
}
