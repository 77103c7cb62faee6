//! Facts that a network pushes, in the past tense and in neutral words. Text in them is clean.

use super::answer::Bundle;
use super::chat::Chat;
use super::community::{Community, Member, MemberListEntry, Role, VoiceParticipant};
use super::emoji::CustomEmoji;
use super::id::{ChatId, CommunityId, MessageId, Nonce, SessionId, UserId};
use super::message::{Message, MessageKey, ReactEmoji, Reaction, Tally};
use super::people::{Presence, User};
use super::permissions::Overrides;
use super::slash::SlashCommand;
use super::text::CleanText;
use std::sync::Arc;
use std::time::Duration;

/// Something happened on the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Update {
    /// Somebody, perhaps oneself elsewhere, wrote a message.
    MessageCreated {
        /// The message.
        message: Arc<Message>,
        /// Unread messages of its chat after it, where the network counts.
        unread: Option<u32>,
        /// Who wrote it, where the network says.
        author: Option<Box<User>>,
        /// The nonce of an own send.
        nonce: Option<Nonce>,
    },
    /// A message was changed; this is all of it, but for reactions when `reactions` is false.
    MessageChanged {
        /// The message as it is now.
        message: Arc<Message>,
        /// Whether its reactions are told.
        reactions: bool,
    },
    /// Messages were deleted.
    MessagesDeleted {
        /// In which chat.
        chat: ChatId,
        /// Which.
        messages: Vec<MessageId>,
    },
    /// The reactions to a message changed; these are all of them.
    ReactionsChanged {
        /// In which chat.
        chat: ChatId,
        /// To which message.
        message: MessageId,
        /// All of them.
        reactions: Box<[Reaction]>,
    },
    /// Somebody reacted to a message, or took that back; the other reactions are as they were.
    ReactionToggled {
        /// In which chat.
        chat: ChatId,
        /// To which message.
        message: MessageId,
        /// With what.
        emoji: ReactEmoji,
        /// Who.
        by: UserId,
        /// Reacted, else took it back.
        add: bool,
    },
    /// A message was pinned, or let go; the rest of it is as it was.
    MessagePinned {
        /// In which chat.
        chat: ChatId,
        /// Which.
        message: MessageId,
        /// Pinned, else let go.
        pinned: bool,
    },
    /// Somebody voted in a poll, or it was ended.
    PollChanged {
        /// In which chat.
        chat: ChatId,
        /// The message that it is in.
        message: MessageId,
        /// How it stands.
        tally: Tally,
    },
    /// Some of the network's own emoji; others stay as they were.
    EmojiKnown(Vec<CustomEmoji>),
    /// Commands of the server came, changed or went; others stay as they were.
    CommandsChanged {
        /// New ones, and those that are otherwise now.
        added: Vec<SlashCommand>,
        /// Names of those that are no more.
        gone: Vec<CleanText>,
    },
    /// Somebody started or stopped typing.
    Typing {
        /// Where.
        chat: ChatId,
        /// Who.
        user: UserId,
        /// Started or stopped.
        typing: bool,
        /// Uploading or recording rather than typing.
        busy: bool,
    },
    /// The network takes nothing written from the signed-in account for a while; zero: it does again.
    WritingLimited {
        /// For how long.
        wait: Duration,
        /// A moderator did it; else too much was written.
        moderated: bool,
    },
    /// The read mark moved, perhaps on another device.
    ReadMarkMoved {
        /// Which chat.
        chat: ChatId,
        /// The newest message read.
        upto: MessageKey,
        /// Unread messages left, where told.
        unread: Option<u32>,
        /// Unread mentions left, where told.
        mentions: Option<u32>,
        /// The mark may have gone back, since it was moved so here; else one that lies before what is known tells nothing.
        back: bool,
    },
    /// The read mark of this chat moved to where its network cannot say it stands: what is unread is to be asked for.
    ReadMarkLost(ChatId),
    /// A channel or category was created or changed. Read state is not told: what was known stays.
    ChannelChanged(Box<Chat>),
    /// A channel or category is gone.
    ChatRemoved(ChatId),
    /// A direct chat, group or channel was created or changed, with its read state.
    ChatChanged(Box<Bundle>),
    /// A group was created or changed; read state is not told.
    GroupChanged {
        /// The group as a chat.
        chat: Box<Chat>,
        /// Who is in it.
        users: Vec<User>,
    },
    /// Exceptions of a chat changed.
    OverridesChanged {
        /// Which chat.
        chat: ChatId,
        /// All of them.
        overrides: Overrides,
    },
    /// A community was joined, created or changed.
    CommunityChanged(Box<Community>),
    /// A community is gone, or was left.
    CommunityRemoved(CommunityId),
    /// A community is out of service; it stays listed.
    CommunityUnavailable(CommunityId),
    /// The roles of a community changed; these are all of them.
    RolesChanged {
        /// Which community.
        community: CommunityId,
        /// All of them.
        roles: Vec<Role>,
    },
    /// Somebody joined a community.
    MemberJoined {
        /// What is known of them there.
        member: Option<Member>,
        /// Where.
        community: CommunityId,
        /// Who.
        user: UserId,
        /// What is known of them.
        profile: Option<Box<User>>,
    },
    /// A member changed.
    MemberChanged(Box<Member>),
    /// A member left or was removed; oneself means that the community is gone.
    MemberRemoved {
        /// Where.
        community: CommunityId,
        /// Who.
        user: UserId,
    },
    /// The list of those who can see a channel changed; this is all of it.
    MemberListChanged {
        /// Of which channel.
        chat: ChatId,
        /// In the network's order.
        entries: Vec<MemberListEntry>,
    },
    /// People came, went, or changed what they say they do.
    PresenceChanged(Vec<(UserId, Presence, Option<CleanText>)>),
    /// A person changed.
    UserChanged(Box<User>),
    /// How oneself stands to somebody changed.
    RelationshipChanged {
        /// To whom.
        user: UserId,
        /// How; `None` when nothing is left.
        relationship: Option<Relationship>,
    },
    /// A sign-in of this account ended.
    SessionEnded {
        /// Which.
        session: SessionId,
        /// Whether it is this one: the token is void.
        own: bool,
    },
    /// Who is in a voice room; this is everybody.
    VoiceRoomChanged {
        /// In which channel.
        chat: ChatId,
        /// Everybody.
        participants: Vec<VoiceParticipant>,
    },
    /// Somebody in a voice room came or changed.
    VoiceParticipantChanged {
        /// In which channel.
        chat: ChatId,
        /// Who and how.
        participant: VoiceParticipant,
    },
    /// Somebody pressed a button of a message; for bots.
    Interaction {
        /// Who.
        user: UserId,
        /// On which message.
        message: MessageId,
    },
}

/// How one stands to somebody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Relationship {
    /// Friends.
    Friend,
    /// They asked.
    Incoming,
    /// We asked.
    Outgoing,
    /// We do not want to hear them.
    Blocked,
    /// The network thinks we may know them.
    Suggested,
}

impl Update {
    /// The name of the variant, for counts and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MessageCreated { .. } => "message created",
            Self::MessageChanged { .. } => "message changed",
            Self::MessagesDeleted { .. } => "messages deleted",
            Self::ReactionsChanged { .. } => "reactions changed",
            Self::ReactionToggled { .. } => "reaction toggled",
            Self::MessagePinned { .. } => "message pinned",
            Self::PollChanged { .. } => "poll changed",
            Self::EmojiKnown(_) => "emoji known",
            Self::CommandsChanged { .. } => "commands changed",
            Self::Typing { .. } => "typing",
            Self::WritingLimited { .. } => "writing limited",
            Self::ReadMarkMoved { .. } => "read mark moved",
            Self::ReadMarkLost(_) => "read mark lost",
            Self::ChannelChanged(_) => "channel changed",
            Self::ChatRemoved(_) => "chat removed",
            Self::ChatChanged(_) => "chat changed",
            Self::GroupChanged { .. } => "group changed",
            Self::OverridesChanged { .. } => "overrides changed",
            Self::CommunityChanged(_) => "community changed",
            Self::CommunityRemoved(_) => "community removed",
            Self::CommunityUnavailable(_) => "community unavailable",
            Self::RolesChanged { .. } => "roles changed",
            Self::MemberJoined { .. } => "member joined",
            Self::MemberChanged(_) => "member changed",
            Self::MemberRemoved { .. } => "member removed",
            Self::MemberListChanged { .. } => "member list changed",
            Self::PresenceChanged(_) => "presence changed",
            Self::UserChanged(_) => "user changed",
            Self::RelationshipChanged { .. } => "relationship changed",
            Self::SessionEnded { .. } => "session ended",
            Self::VoiceRoomChanged { .. } => "voice room changed",
            Self::VoiceParticipantChanged { .. } => "voice participant changed",
            Self::Interaction { .. } => "interaction",
        }
    }
}
