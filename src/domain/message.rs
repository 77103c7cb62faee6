//! Messages and what hangs on them.

use super::id::{ChatId, EmojiId, FileId, MessageId, SortKey, UserId};
use super::markup::to_markup;
use super::rich::RichText;
use super::text::CleanText;
use super::time::Wall;

/// Where a message stands and which it is. Orders messages of one chat; the id breaks ties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct MessageKey {
    /// Position.
    pub order: SortKey,
    /// Identity.
    pub id: MessageId,
}

/// A message as the network knows it. Shared as `Arc<Message>`; a change makes a new one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// Position and identity.
    pub key: MessageKey,
    /// In which chat.
    pub chat: ChatId,
    /// Who wrote it.
    pub author: UserId,
    /// When it was sent. `None`: the network does not say, or says something impossible.
    pub at: Option<Wall>,
    /// When it was changed last.
    pub edited: Option<Wall>,
    /// What it says.
    pub body: RichText,
    /// What was typed for it, where the network tells that; only of own messages.
    pub typed: Option<CleanText>,
    /// Whether it is a person's message or a line of the system.
    pub kind: MessageKind,
    /// What it answers.
    pub reply: Option<Box<ReplyInfo>>,
    /// Files.
    pub attachments: Box<[Attachment]>,
    /// Previews of links.
    pub embeds: Box<[Embed]>,
    /// A question with answers to choose from. The message's text is the question, unless the poll has one of its own.
    pub poll: Option<Box<Poll>>,
    /// Reactions, in the network's order.
    pub reactions: Box<[Reaction]>,
    /// Passed on from elsewhere, and what is known of that.
    pub forwarded: Option<Box<Forwarded>>,
    /// Pinned in its chat.
    pub pinned: bool,
    /// The name a bot shows instead of its own.
    pub shown_as: Option<CleanText>,
    /// Buttons that a bot offers, row by row.
    pub buttons: Box<[Button]>,
    /// Who made the server write it, and with which of its commands; one line each.
    pub used: Option<Box<(CleanText, CleanText)>>,
    /// Whether it mentions the signed-in account; set by the core when it stores the message, unless the network told.
    pub mentions_me: bool,
}

impl Message {
    /// What one would type to say the same: to change an own message.
    #[must_use]
    pub fn as_typed(&self) -> String {
        self.typed.as_ref().map_or_else(|| to_markup(&self.body), ToString::to_string)
    }
}

/// What kind of line a message is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum MessageKind {
    /// Written by somebody.
    #[default]
    Ordinary,
    /// Somebody joined.
    Join,
    /// Somebody left.
    Leave,
    /// A call took place.
    Call,
    /// A kind that nib does not know; its text is shown as a system line.
    Unknown,
}

/// What a message answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReplyInfo {
    /// The message answered; `None` when it is gone. Its order is not known.
    pub to: Option<MessageId>,
    /// The part that was quoted, if one was chosen.
    pub quote: Option<RichText>,
}

/// Where a message comes from that was passed on. No network tells who wrote it first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Forwarded {
    /// When it was first sent, where told.
    pub at: Option<Wall>,
}

/// A button of a bot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Button {
    /// What stands on it; one line.
    pub label: CleanText,
    /// In which row it stands, from 0.
    pub row: u8,
    /// What it does.
    pub does: Press,
}

/// What a button does when it is pressed. Nothing in it is to be trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Press {
    /// Leads to this address.
    Open(CleanText),
    /// Gives this text to copy.
    Copy(CleanText),
    /// Tells the bot, with these words of the bot's own; the bot may answer. See [`super::Request::Press`].
    Tell(Option<CleanText>),
}

/// A file that the network keeps.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FileRef {
    /// Which.
    pub id: FileId,
    /// The network's word for where it is; empty where the id says it all.
    pub address: CleanText,
}

impl FileRef {
    /// The address on the web, where others than the network keep the file: it is a link, and never fetched.
    #[must_use]
    pub fn elsewhere(&self) -> Option<&str> {
        Some(self.address.as_str()).filter(|address| address.contains("://"))
    }
}

/// A file that came with a message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Attachment {
    /// Which file.
    pub file: FileRef,
    /// Its name; one line.
    pub name: CleanText,
    /// Its MIME type.
    pub mimetype: CleanText,
    /// Bytes.
    pub size: u64,
    /// What it holds.
    pub kind: AttachmentKind,
    /// Until when the network keeps it, where it says.
    pub expires: Option<Wall>,
}

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AttachmentKind {
    /// An image of so many pixels; 0 when not known.
    Image {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// A video.
    Video {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Length.
        seconds: u32,
    },
    /// Sound.
    Audio {
        /// Length.
        seconds: u32,
    },
    /// Anything else.
    #[default]
    File,
}

/// A preview of a link.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Embed {
    /// Where it leads.
    pub url: CleanText,
    /// Its heading; one line.
    pub title: Option<CleanText>,
    /// Its summary.
    pub description: Option<CleanText>,
    /// The site's name; one line.
    pub site: Option<CleanText>,
    /// Who it is from; one line.
    pub author: Option<CleanText>,
    /// A line below all; one line.
    pub footer: Option<CleanText>,
    /// Further parts.
    pub fields: Box<[EmbedField]>,
    /// `0xRRGGBB`.
    pub color: Option<u32>,
    /// Its picture.
    pub image: Option<Box<EmbedImage>>,
}

/// The picture of a preview.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EmbedImage {
    /// Its name; one line, empty when not known.
    pub name: CleanText,
    /// Pixels; 0 when not known.
    pub width: u32,
    /// Pixels; 0 when not known.
    pub height: u32,
    /// Where it is, if the network keeps it.
    pub file: Option<FileRef>,
}

/// A part of a preview.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EmbedField {
    /// Its heading; one line.
    pub name: CleanText,
    /// What it says.
    pub value: CleanText,
}

/// A question with answers to choose from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Poll {
    /// What is asked, where the message says something else; one line.
    pub question: CleanText,
    /// The answers, in the network's order.
    pub options: Box<[PollOption]>,
    /// Several may be chosen.
    pub several: bool,
    /// Until when, where told.
    pub ends: Option<Wall>,
    /// It was ended.
    pub ended: bool,
    /// Whether votes are known: some networks tell them only when they are asked.
    pub counted: bool,
}

/// An answer of a poll.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PollOption {
    /// The network's name for it.
    pub id: CleanText,
    /// What it says; one line.
    pub text: CleanText,
    /// An emoji before it.
    pub emoji: Option<CleanText>,
    /// By how many it was chosen.
    pub votes: u32,
    /// Whether the signed-in account chose it.
    pub mine: bool,
}

/// How a poll stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Answers by their name and by how many they were chosen.
    pub votes: Box<[(CleanText, u32)]>,
    /// What the signed-in account chose, where told.
    pub mine: Option<Box<[CleanText]>>,
    /// Whether it was ended.
    pub ended: bool,
}

impl Poll {
    /// Takes in how it stands. Answers that are not told stay as they were.
    pub fn count(&mut self, tally: &Tally) {
        self.counted = true;
        self.ended |= tally.ended;
        for option in &mut self.options {
            if let Some((_, votes)) = tally.votes.iter().find(|(id, _)| *id == option.id) {
                option.votes = *votes;
            }
            if let Some(mine) = &tally.mine {
                option.mine = mine.contains(&option.id);
            }
        }
    }

    /// Whether no vote is taken any more.
    #[must_use]
    pub fn is_over(&self, now: Wall) -> bool {
        self.ended || self.ends.is_some_and(|ends| ends <= now)
    }

    /// All votes together.
    #[must_use]
    pub fn votes(&self) -> u32 {
        self.options.iter().fold(0, |sum, option| sum.saturating_add(option.votes))
    }
}

/// What people react with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReactEmoji {
    /// An emoji of Unicode.
    Unicode(CleanText),
    /// One of the network's own.
    Custom(EmojiId),
}

/// One kind of reaction to a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reaction {
    /// With what.
    pub emoji: ReactEmoji,
    /// By how many.
    pub count: u32,
    /// Whether the signed-in account is among them.
    pub mine: bool,
    /// Some of them.
    pub by: Box<[UserId]>,
}

impl Reaction {
    /// Somebody reacted, or took that back; `mine`: oneself. Returns whether anything is different now: what is told twice changes nothing.
    pub fn toggle(reactions: &mut Vec<Self>, emoji: &ReactEmoji, by: UserId, add: bool, mine: bool) -> bool {
        let Some(at) = reactions.iter().position(|reaction| reaction.emoji == *emoji) else {
            if add {
                reactions.push(Self { emoji: emoji.clone(), count: 1, mine, by: Box::new([by]) });
            }
            return add;
        };
        let Some(reaction) = reactions.get_mut(at) else { return false };
        if reaction.by.contains(&by) == add {
            return false;
        }
        reaction.mine = if mine { add } else { reaction.mine };
        reaction.count = if add { reaction.count.saturating_add(1) } else { reaction.count.saturating_sub(1) };
        let others = reaction.by.iter().copied().filter(|user| *user != by);
        reaction.by = others.chain(add.then_some(by)).collect();
        if reaction.count == 0 {
            reactions.remove(at);
        }
        true
    }
}
