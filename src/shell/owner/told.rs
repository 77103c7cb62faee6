//! What is told of chats and messages to whoever has no core of its own: commands, wherever the core runs.

mod parts;

pub use parts::{EmbedTold, MarkTold, OptionTold, PollTold, QuoteTold, ReactionTold, SpanTold, WaitTold, excerpt};

use crate::domain::{
    Attachment, ChannelKind, Chat, ChatId, ChatKey, ChatKind, CleanText, Message, MessageKind, ReplyInfo, RichText,
    UserId, markup,
};
use crate::state::names::{chat_name, chat_title, person};
use crate::state::outbox::Pending;
use crate::state::{Account, Core};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::Deref;

/// Clean text that can be told to another process; made clean again by whoever takes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text(pub CleanText);

impl Text {
    /// Text that was put together from clean parts.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(CleanText::new(text))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(CleanText::from_owned(text)))
    }
}

/// Names a chat for one run of the core that told of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct ChatRef {
    account: u16,
    chat: String,
}

impl ChatRef {
    /// For a chat.
    #[must_use]
    pub fn of(key: ChatKey) -> Self {
        Self { account: key.account.0, chat: key.chat.to_string() }
    }

    /// What names it in the core of every run, within its account.
    #[must_use]
    pub fn lasting(&self) -> &str {
        &self.chat
    }

    /// The chat; `None` if it never was one.
    #[must_use]
    pub fn key(&self) -> Option<ChatKey> {
        Some(ChatKey::new(crate::domain::AccountId(self.account), ChatId(self.chat.parse().ok()?)))
    }
}

/// A chat.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChatTold {
    /// Which.
    pub chat: ChatRef,
    /// What the user calls its account.
    pub account: Text,
    /// The id as people write it.
    pub id: Text,
    /// A written name that leads to it.
    pub name: Text,
    /// The stable word for its kind.
    pub kind: Text,
    /// What it is called on screen.
    pub title: Text,
    /// Messages not read.
    pub unread: u32,
    /// Mentions among them.
    pub mentions: u32,
    /// The id of its newest message, where known.
    pub newest: Option<Text>,
    /// Asking for its messages marks it read, and there is no mark that could be put back.
    pub loses_mark: bool,
    /// Asking for its messages marks it read at first.
    pub moves_mark: bool,
}

impl ChatTold {
    /// Tells of a chat.
    #[must_use]
    pub fn of(core: &Core, account: &Account, chat: &Chat) -> Self {
        let key = account.key(chat.id);
        let moves_mark = account.caps.fetch_marks_read;
        Self {
            chat: ChatRef::of(key),
            account: Text::of(&account.label),
            id: Text(chat.wire.clone()),
            name: Text::of(&chat_name(core, key)),
            kind: Text(CleanText::ours(kind(chat))),
            title: Text::of(&chat_title(core, key)),
            unread: chat.unread,
            mentions: chat.mentions,
            newest: chat.last_message.map(|newest| Text::of(&newest.id.to_string())),
            loses_mark: moves_mark && chat.unread > 0 && chat.last_read.is_none(),
            moves_mark,
        }
    }

    /// Whether it has threads in the place of messages.
    #[must_use]
    pub fn is_forum(&self) -> bool {
        &*self.kind == "forum"
    }
}

/// The stable word for a kind of chat.
#[must_use]
pub fn kind(chat: &Chat) -> &'static str {
    match &chat.kind {
        ChatKind::Channel { kind, .. } => match kind {
            ChannelKind::Text => "channel",
            ChannelKind::Announcement => "announcement",
            ChannelKind::Voice => "voice",
            ChannelKind::Category => "category",
            ChannelKind::Forum => "forum",
            ChannelKind::Thread => "thread",
            ChannelKind::Separator => "separator",
            ChannelKind::Unknown => "unknown",
        },
        ChatKind::Direct { .. } => "direct",
        ChatKind::Group { .. } => "group",
        ChatKind::Saved => "saved",
    }
}

/// Somebody who wrote something.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuthorTold {
    /// Who.
    pub id: Text,
    /// What they are called there.
    pub name: Text,
}

/// A file of a message.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FileTold {
    /// Which.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Its MIME type.
    pub mimetype: Text,
    /// Bytes.
    pub size: u64,
}

impl FileTold {
    fn of(file: &Attachment) -> Self {
        Self {
            id: Text::of(&file.file.id.to_string()),
            name: Text(file.name.clone()),
            mimetype: Text(file.mimetype.clone()),
            size: file.size,
        }
    }
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MessageTold {
    /// In which chat.
    pub chat: ChatRef,
    /// What the user calls the account.
    pub account: Text,
    /// A written name that leads to the chat.
    pub chat_name: Text,
    /// Which.
    pub id: Text,
    /// Who wrote it, by the name that it came under: a webhook brings its own.
    pub author: AuthorTold,
    /// When it was sent, in milliseconds since 1970.
    pub time: Option<i64>,
    /// What it says.
    pub text: Text,
    /// What it answers.
    pub reply_to: Option<Text>,
    /// When it was changed last.
    pub edited: Option<i64>,
    /// Its files.
    pub files: Vec<FileTold>,
    /// The stable word for its kind.
    pub kind: Text,
    /// Where it stands in its chat.
    pub place: PlaceTold,
    /// Messages may be missing before it, where it was kept.
    #[serde(default)]
    pub gap_before: bool,
    /// How its text looks, by stretches of it.
    #[serde(default)]
    pub spans: Vec<SpanTold>,
    /// What was typed for it, where the network tells that.
    #[serde(default)]
    pub typed: Option<Text>,
    /// What it answers, as far as that is known here.
    #[serde(default)]
    pub quote: Option<QuoteTold>,
    /// What people react to it with.
    #[serde(default)]
    pub reactions: Vec<ReactionTold>,
    /// Previews of links.
    #[serde(default)]
    pub embeds: Vec<EmbedTold>,
    /// A question with answers.
    #[serde(default)]
    pub poll: Option<PollTold>,
    /// It is pinned in its chat.
    #[serde(default)]
    pub pinned: bool,
    /// It was passed on from elsewhere.
    #[serde(default)]
    pub forwarded: bool,
    /// What waits to be told to the network: the message itself, which has no id yet, or something that was done to it.
    #[serde(default)]
    pub waits: Option<WaitTold>,
}

/// Where a message stands in its chat, for the store.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PlaceTold {
    /// Its order; a number.
    pub order: String,
    /// Its id.
    pub id: String,
}

impl MessageTold {
    /// Tells of a message. `chat_name`: what its chat is called.
    #[must_use]
    pub fn of(account: &Account, chat_name: &str, message: &Message) -> Self {
        let kind = match message.kind {
            MessageKind::Ordinary => "message",
            MessageKind::Join => "join",
            MessageKind::Leave => "leave",
            MessageKind::Call => "call",
            MessageKind::Unknown => "unknown",
        };
        let reply = message.reply.as_ref().and_then(|reply| reply.to);
        Self {
            chat: ChatRef::of(account.key(message.chat)),
            account: Text::of(&account.label),
            chat_name: Text::of(chat_name),
            id: Text::of(&message.key.id.to_string()),
            author: parts::author(account, message),
            time: message.at.map(|at| at.0),
            text: Text(message.body.text.clone()),
            reply_to: reply.map(|id| Text::of(&id.to_string())),
            edited: message.edited.map(|at| at.0),
            files: message.attachments.iter().map(FileTold::of).collect(),
            kind: Text(CleanText::ours(kind)),
            place: PlaceTold { order: message.key.order.0.to_string(), id: message.key.id.to_string() },
            gap_before: false,
            spans: message.body.spans.iter().map(SpanTold::of).collect(),
            typed: message.typed.clone().map(Text),
            quote: QuoteTold::of(account, message),
            reactions: message.reactions.iter().map(|reaction| ReactionTold::of(account, reaction)).collect(),
            embeds: message.embeds.iter().map(EmbedTold::of).collect(),
            poll: message.poll.as_deref().map(PollTold::of),
            pinned: message.pinned,
            forwarded: message.forwarded.is_some(),
            waits: WaitTold::of_changes(account, message),
        }
    }

    /// Tells of a message that is not the network's yet.
    #[must_use]
    pub fn unsent(account: &Account, chat_name: &str, pending: &Pending) -> Self {
        let outgoing = &pending.outgoing;
        let body = match outgoing.verbatim {
            true => RichText::plain(CleanText::new(&outgoing.text)),
            false => markup::read(&outgoing.text, account.caps.dialect),
        };
        let message = Message {
            chat: outgoing.chat,
            author: account.me,
            at: Some(pending.written),
            body,
            typed: Some(CleanText::new(&outgoing.text)),
            reply: outgoing.reply_to.map(|to| Box::new(ReplyInfo { to: Some(to), quote: None })),
            ..Message::default()
        };
        let files = outgoing.attachments.iter().map(|file| FileTold {
            name: Text(CleanText::line(&file.name)),
            mimetype: Text(CleanText::line(&file.mimetype)),
            size: file.size(),
            ..FileTold::default()
        });
        Self {
            id: Text::default(),
            files: files.collect(),
            place: PlaceTold::default(),
            waits: Some(WaitTold::of_row(pending)),
            ..Self::of(account, chat_name, &message)
        }
    }

    /// Whether the network has it.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        !self.id.is_empty()
    }

    /// What it says and how that looks.
    #[must_use]
    pub fn rich(&self) -> RichText {
        parts::rich(&self.text, &self.spans)
    }

    /// What one would type to say the same.
    #[must_use]
    pub fn as_typed(&self) -> String {
        self.typed.as_ref().map_or_else(|| markup::to_markup(&self.rich()), ToString::to_string)
    }
}

impl AuthorTold {
    /// Tells of somebody in a chat.
    #[must_use]
    pub fn of(account: &Account, chat: Option<&Chat>, user: UserId) -> Self {
        let name = person(account, chat.and_then(Chat::community), user);
        Self { id: Text::of(&user.to_string()), name: Text::of(&name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_made_clean_again_by_who_takes_it() {
        let told: Text = serde_json::from_str(r#""a\u001b[31mb\u202ec\nd""#).unwrap();
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}') && told.contains('\n'), "{told:?}");
        let key = ChatKey::new(crate::domain::AccountId(3), ChatId::new(u128::MAX));
        let there: ChatRef = serde_json::from_str(&serde_json::to_string(&ChatRef::of(key)).unwrap()).unwrap();
        assert_eq!(there.key(), Some(key));
        assert_eq!(ChatRef { account: 0, chat: "no".to_owned() }.key(), None);
    }

    #[test]
    fn a_message_goes_by_the_name_that_it_came_under() {
        let account = Account::default();
        let message = Message { shown_as: Some(CleanText::ours("Build bot")), ..Message::default() };
        assert_eq!(&*MessageTold::of(&account, "cmds", &message).author.name, "Build bot");
        assert_ne!(&*MessageTold::of(&account, "cmds", &Message::default()).author.name, "Build bot");
    }
}
