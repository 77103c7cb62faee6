//! Intents towards a network, in neutral words. An adapter turns each into the calls it takes.

use super::emoji::EmojiUse;
use super::id::{ChatId, CommunityId, MessageId, Nonce, UserId};
use super::message::{FileRef, MessageKey, ReactEmoji};
use super::people::Presence;
use super::rich::RichText;
use super::secret::Secret;
use super::text::CleanText;
use super::time::Wall;
use super::upload::Upload;
use std::sync::Arc;

/// What the core wants of a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// What `LinkEvent::CodeNeeded` or `LinkEvent::VerificationNeeded` asked for: a TOTP, a recovery code, or the token from a mail.
    SignInCode(Secret),
    /// The communities. Answer: `Reply::Communities`.
    FetchCommunities,
    /// The order that the user gave the communities, where the network keeps one. Answer: `Reply::CommunityOrder`.
    FetchCommunityOrder,
    /// The channels of a community. Answer: `Reply::Channels`.
    FetchChannels(CommunityId),
    /// Direct chats, groups and saved messages. Answer: `Reply::Chats`.
    FetchChats,
    /// One chat. Answer: `Reply::Chat`.
    FetchChat(ChatId),
    /// The direct chat with a person, whether or not anything was written in it. Answer: `Reply::Chat`.
    FetchDirect(UserId),
    /// The roles of a community. Answer: `Reply::Roles`.
    FetchRoles(CommunityId),
    /// Some members. Answer: `Reply::Members`.
    FetchMembers(CommunityId, Vec<UserId>),
    /// Who can see a channel. Answer: `Reply::MemberList`.
    FetchMemberList(ChatId),
    /// Voice rooms in use in a community. Answer: `Reply::VoiceRooms`.
    FetchVoiceRooms(CommunityId),
    /// The person with a user name (without `@`). Answer: `Reply::User`.
    LookupUsername(String),
    /// What somebody says of themselves, and what one has in common with them. Answer: `Reply::Profile`.
    FetchProfile(UserId),
    /// How oneself stands to others. Answer: `Reply::Relationships`.
    FetchRelationships,
    /// A page of history. Answer: `Reply::History`.
    FetchHistory {
        /// Of which chat.
        chat: ChatId,
        /// Which part.
        page: Page,
        /// At most so many messages.
        limit: u16,
    },
    /// The same for who is not seen to read: the read mark stays where it is, or is put back. Answer: `Reply::History`.
    PeekHistory {
        /// Of which chat.
        chat: ChatId,
        /// Which part.
        page: Page,
        /// At most so many messages.
        limit: u16,
    },
    /// One message. Marks nothing read, and is wanted only where [`super::Caps::single_messages`] says so. Answer: `Reply::Message`.
    FetchMessage {
        /// In which chat.
        chat: ChatId,
        /// Which.
        message: MessageId,
    },
    /// The pinned messages of a chat. Answer: `Reply::Pinned`.
    FetchPinned(ChatId),
    /// Messages of one chat that mention the signed-in account. Answer: `Reply::Mentions`.
    FetchMentions(ChatId),
    /// Messages of a chat that hold these words, newest first, as the network finds them. Marks nothing read. Answer: `Reply::Matches`.
    Search {
        /// In which chat.
        chat: ChatId,
        /// The words, as typed.
        words: String,
        /// Only those older than this one; goes on where an earlier answer ended.
        before: Option<MessageKey>,
    },
    /// The network's own emoji. Answer: `Reply::Emoji`.
    FetchEmoji,
    /// The commands that the server of a chat offers. Answer: `Reply::Commands`.
    FetchCommands(ChatId),
    /// A part of a file. Answer: `Reply::Part`.
    FetchPart {
        /// Of which file.
        file: FileRef,
        /// The first byte.
        offset: u64,
        /// At most so many bytes; no more than [`super::Caps::part`].
        length: u32,
    },
    /// Send a message. Answer: `Reply::Sent`.
    Send(Arc<Outgoing>),
    /// Replace the text of an own message. Answer: `Reply::Done`.
    Edit {
        /// In which chat.
        chat: ChatId,
        /// Which message.
        message: MessageKey,
        /// The new text, as typed.
        text: String,
        /// The network's own emoji that are used in the text, each once.
        emoji: Box<[EmojiUse]>,
        /// The network shall make no previews of links in it.
        no_previews: bool,
    },
    /// Delete messages. Answer: `Reply::Done`.
    Delete {
        /// In which chat.
        chat: ChatId,
        /// Which messages.
        messages: Vec<MessageKey>,
    },
    /// Add or take back an own reaction. Answer: `Reply::Done`.
    React {
        /// In which chat.
        chat: ChatId,
        /// To which message.
        message: MessageKey,
        /// With what.
        emoji: ReactEmoji,
        /// Add, else take back.
        add: bool,
    },
    /// Pin a message, or let it go. Answer: `Reply::Done`.
    Pin {
        /// In which chat.
        chat: ChatId,
        /// Which message.
        message: MessageKey,
        /// Pin it, else let it go.
        pinned: bool,
    },
    /// Pass messages on. The new ones come as updates. Answer: `Reply::Done`.
    Forward {
        /// From where.
        from: ChatId,
        /// To where.
        to: ChatId,
        /// Which, in their order.
        messages: Vec<MessageId>,
    },
    /// Press a button that tells its bot. Answer: `Reply::Pressed`.
    Press {
        /// In which chat.
        chat: ChatId,
        /// The message that it is on.
        message: MessageId,
        /// What the button carries.
        data: Option<CleanText>,
    },
    /// Run a command of a server. What it makes the server write comes as an update. Answer: `Reply::Done`.
    CallCommand {
        /// In which chat.
        chat: ChatId,
        /// Its name, without a slash.
        name: String,
        /// Names of arguments and what was typed for them; those left out are not said.
        arguments: Vec<(String, String)>,
    },
    /// Everything up to a message has been read. Answer: `Reply::Done`.
    MarkRead {
        /// Which chat.
        chat: ChatId,
        /// The newest message read.
        upto: MessageKey,
        /// The mark may go back: what is newer is unread again. Only where [`super::Caps::marks_back`] says that it can.
        back: bool,
    },
    /// Tell whether the user is typing. Answer: `Reply::Done`.
    SetTyping {
        /// Where.
        chat: ChatId,
        /// Started or stopped.
        typing: bool,
    },
    /// How a poll stands. Answer: `Reply::Poll`.
    FetchPoll {
        /// In which chat.
        chat: ChatId,
        /// The message that it is in.
        message: MessageId,
    },
    /// Vote in a poll. Answer: `Reply::Poll`.
    Vote {
        /// In which chat.
        chat: ChatId,
        /// The message that it is in.
        message: MessageId,
        /// The network's names of all answers chosen.
        options: Vec<CleanText>,
    },
    /// Begin a poll. Its message comes as an update. Answer: `Reply::Done`.
    BeginPoll {
        /// In which chat.
        chat: ChatId,
        /// What is asked.
        question: String,
        /// The answers.
        options: Vec<String>,
    },
    /// End a poll: it takes no more votes. Answer: `Reply::Poll`.
    EndPoll {
        /// In which chat.
        chat: ChatId,
        /// The message that it is in.
        message: MessageId,
    },
    /// Begin a thread. Answer: `Reply::Chat`.
    BeginThread {
        /// In which forum.
        forum: ChatId,
        /// Its title.
        title: String,
    },
    /// Change a thread, or take part in it. Answer: `Reply::Done`.
    ChangeThread {
        /// Which.
        thread: ChatId,
        /// How.
        change: ThreadChange,
    },
    /// Tell whether the user is there. Answer: `Reply::Done`.
    SetPresence(Presence),
    /// Tell whether the user is there, and what they say of it; an empty text says nothing. Answer: `Reply::Done`.
    SetStatus {
        /// How one is seen.
        presence: Presence,
        /// What one says.
        text: String,
    },
    /// Be called like this in a community; an empty name is the usual one. Answer: `Reply::Done`.
    SetNickname {
        /// A channel of the community. Some networks tell those in it.
        chat: ChatId,
        /// The name.
        name: String,
    },
    /// What an invite leads to; its code or link, as it was given. Answer: `Reply::Invite`.
    LookupInvite(Secret),
    /// Follow an invite; its code or link. What was joined comes as an update. Answer: `Reply::Done`.
    UseInvite(Secret),
    /// Leave a community. Answer: `Reply::Done`.
    LeaveCommunity(CommunityId),
    /// Leave a group. Answer: `Reply::Done`.
    LeaveGroup(ChatId),
    /// End this session at the network. Answer: `Reply::Done`.
    SignOut,
}

/// What is to become of a thread.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ThreadChange {
    /// It has another title.
    Rename(String),
    /// Nobody may write in it, or it is open again.
    Lock(bool),
    /// It is put away, or brought back.
    Archive(bool),
    /// Oneself takes part, or no longer.
    Join(bool),
    /// It is deleted.
    Delete,
}

/// Which part of a chat's history.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Page {
    /// The newest messages.
    Latest,
    /// The newest messages older than this one.
    Before(MessageKey),
    /// The oldest messages newer than this one.
    After(MessageKey),
    /// About half on each side of this message, itself included.
    Around(MessageId),
    /// About half on each side of the first message sent at this time or later.
    At(Wall),
}

/// A message on its way out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outgoing {
    /// Where to.
    pub chat: ChatId,
    /// Pairs it with its echo.
    pub nonce: Nonce,
    /// What was typed, markup included. The adapter turns markup into what the network wants, unless `verbatim`.
    pub text: String,
    /// Send the text exactly as typed.
    pub verbatim: bool,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// An answer that does not call the one who is answered.
    pub quiet: bool,
    /// The part of that message that is answered, where only a part is.
    pub quote: Option<Quote>,
    /// The network shall make no previews of links in it.
    pub no_previews: bool,
    /// The network's own emoji that are used in the text, each once.
    pub emoji: Box<[EmojiUse]>,
    /// Files to attach.
    pub attachments: Vec<Upload>,
}

/// A part of a message that is answered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quote {
    /// What it says.
    pub text: RichText,
    /// Where it begins in that message's text, in UTF-16 code units.
    pub offset: u32,
}

impl Quote {
    /// The part of a text between two bytes, without white space around it; `None` when nothing is left.
    #[must_use]
    pub fn of(text: &RichText, part: std::ops::Range<usize>) -> Option<Self> {
        let words = text.text.get(part.clone())?;
        let start = part.start + (words.len() - words.trim_start().len());
        let end = start + words.trim().len();
        let offset = text.text.get(..start)?.encode_utf16().count();
        let part = text.part(start..end).filter(|part| !part.text.is_empty())?;
        Some(Self { text: part, offset: u32::try_from(offset).ok()? })
    }
}

/// How urgent a request is. Lower comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Priority {
    /// The user waits for it.
    User,
    /// Something visible needs it.
    Visible,
    /// Everything else.
    Background,
}

impl Request {
    /// Whether repeating it changes nothing: reads and idempotent writes may be tried again by themselves.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        !matches!(
            self,
            Self::Send(_)
                | Self::SignInCode(_)
                | Self::BeginThread { .. }
                | Self::BeginPoll { .. }
                | Self::Forward { .. }
                | Self::Press { .. }
                | Self::CallCommand { .. }
        )
    }
}
