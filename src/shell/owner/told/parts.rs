//! What hangs on a message, as it is told: how its text looks, what it answers, reactions, previews of links, a poll.

use super::{AuthorTold, Text};
use crate::domain::id::EmojiId;
use crate::domain::kept::OutboxItem;
use crate::domain::rich::LineKind;
use crate::domain::{
    ChatId, CleanText, Embed, Message, MessageId, Poll, ReactEmoji, Reaction, RichText, Span, SpanKind, UserId,
};
use crate::state::Account;
use crate::state::outbox::{Pending, Stage};
use serde::{Deserialize, Serialize};

/// Most characters of a message that are quoted where it is answered.
const QUOTED: usize = 120;

/// How a stretch of a message's text looks or what it means.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpanTold {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The meaning.
    pub mark: MarkTold,
}

/// What a stretch of text means.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MarkTold {
    /// Strong.
    Bold,
    /// Emphasised.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
    /// A block of code.
    CodeBlock {
        /// Its language.
        language: Option<Text>,
    },
    /// Hidden until asked for.
    Spoiler,
    /// The text itself is the address.
    Link,
    /// The text leads to an address.
    MaskedLink {
        /// Where.
        address: Text,
    },
    /// A person.
    Mention {
        /// Their id, where told.
        user: Option<Text>,
    },
    /// A custom emoji.
    Emoji {
        /// Its id.
        id: Text,
    },
    /// Words in place of what is written otherwise.
    Instead {
        /// What is written.
        written: Text,
        /// The id of the chat that it leads to.
        chat: Option<Text>,
    },
    /// A line that is a heading.
    Heading,
    /// A line of somebody else's words.
    Quote,
    /// A line in small letters.
    Small,
    /// Something that this nib does not know.
    #[serde(other)]
    Unknown,
}

impl SpanTold {
    /// Tells of a span.
    #[must_use]
    pub fn of(span: &Span) -> Self {
        let mark = match &span.kind {
            SpanKind::Bold => MarkTold::Bold,
            SpanKind::Italic => MarkTold::Italic,
            SpanKind::Underline => MarkTold::Underline,
            SpanKind::Strike => MarkTold::Strike,
            SpanKind::Code => MarkTold::Code,
            SpanKind::CodeBlock(language) => MarkTold::CodeBlock { language: language.clone().map(Text) },
            SpanKind::Spoiler => MarkTold::Spoiler,
            SpanKind::Link => MarkTold::Link,
            SpanKind::MaskedLink(address) => MarkTold::MaskedLink { address: Text(address.clone()) },
            SpanKind::Mention(user) => MarkTold::Mention { user: user.map(|id| Text::of(&id.to_string())) },
            SpanKind::Emoji(id) => MarkTold::Emoji { id: Text::of(&id.to_string()) },
            SpanKind::Instead { written, chat } => {
                MarkTold::Instead { written: Text(written.clone()), chat: chat.map(|id| Text::of(&id.to_string())) }
            }
            SpanKind::Line(LineKind::Heading) => MarkTold::Heading,
            SpanKind::Line(LineKind::Quote) => MarkTold::Quote,
            SpanKind::Line(LineKind::Small) => MarkTold::Small,
        };
        Self { start: span.start, end: span.end, mark }
    }

    /// The span, if it lies within this text.
    fn within(&self, text: &str) -> Option<Span> {
        let some = text.get(self.start as usize..self.end as usize).is_some_and(|part| !part.is_empty());
        if !some {
            return None;
        }
        let kind = match &self.mark {
            MarkTold::Bold => SpanKind::Bold,
            MarkTold::Italic => SpanKind::Italic,
            MarkTold::Underline => SpanKind::Underline,
            MarkTold::Strike => SpanKind::Strike,
            MarkTold::Code => SpanKind::Code,
            MarkTold::CodeBlock { language } => SpanKind::CodeBlock(language.as_deref().map(CleanText::line)),
            MarkTold::Spoiler => SpanKind::Spoiler,
            MarkTold::Link => SpanKind::Link,
            MarkTold::MaskedLink { address } => SpanKind::MaskedLink(CleanText::line(address)),
            MarkTold::Mention { user } => SpanKind::Mention(user.as_ref().and_then(|id| id.parse().ok()).map(UserId)),
            MarkTold::Emoji { id } => SpanKind::Emoji(EmojiId(id.parse().ok()?)),
            MarkTold::Instead { written, chat } => SpanKind::Instead {
                written: written.0.clone(),
                chat: chat.as_ref().and_then(|id| id.parse().ok()).map(ChatId),
            },
            MarkTold::Heading => SpanKind::Line(LineKind::Heading),
            MarkTold::Quote => SpanKind::Line(LineKind::Quote),
            MarkTold::Small => SpanKind::Line(LineKind::Small),
            MarkTold::Unknown => return None,
        };
        Some(Span { start: self.start, end: self.end, kind })
    }
}

/// The text with those spans that lie within it.
pub(super) fn rich(text: &Text, spans: &[SpanTold]) -> RichText {
    let mut spans: Vec<Span> = spans.iter().filter_map(|span| span.within(text)).collect();
    spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    RichText { text: text.0.clone(), spans: spans.into() }
}

/// What a message answers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct QuoteTold {
    /// Whose it is, where known.
    pub author: Option<AuthorTold>,
    /// How it begins, or the part that was quoted; one line.
    pub text: Text,
}

impl QuoteTold {
    /// What is known here of the message that another one answers.
    pub(super) fn of(account: &Account, message: &Message) -> Option<Self> {
        let reply = message.reply.as_ref()?;
        let answered = reply.to.and_then(|id| known(account, message.chat, id));
        let author = answered.map(|answered| author(account, answered));
        let text = match (&reply.quote, answered) {
            (Some(part), _) => excerpt(&part.text),
            (None, Some(answered)) => excerpt(&answered.body.text),
            (None, None) => return None,
        };
        Some(Self { author, text })
    }
}

/// How a text begins, as it is quoted: one line.
#[must_use]
pub fn excerpt(text: &str) -> Text {
    let line = CleanText::line(text);
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => Text::of(&format!("{}…", line.get(..end).unwrap_or_default().trim_end())),
        None => Text(line),
    }
}

fn known(account: &Account, chat: ChatId, id: MessageId) -> Option<&Message> {
    let shown = account.timelines.get(&chat).and_then(|timeline| timeline.message(id));
    shown.map(|message| &**message).or_else(|| match account.quotes.of(chat, id) {
        Some(crate::state::quotes::Quoted::Here(message)) => Some(message),
        _ => None,
    })
}

/// Who wrote a message, by the name that it came under.
pub(super) fn author(account: &Account, message: &Message) -> AuthorTold {
    match &message.shown_as {
        Some(name) => AuthorTold { id: Text::of(&message.author.to_string()), name: Text(name.clone()) },
        None => AuthorTold::of(account, account.chats.get(&message.chat), message.author),
    }
}

/// One kind of reaction.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ReactionTold {
    /// With what; a custom emoji by its name between colons.
    pub emoji: Text,
    /// The id of a custom emoji.
    pub id: Option<Text>,
    /// By how many.
    pub count: u32,
    /// Whether the signed-in account is among them.
    pub mine: bool,
}

impl ReactionTold {
    pub(super) fn of(account: &Account, reaction: &Reaction) -> Self {
        let (emoji, id) = match &reaction.emoji {
            ReactEmoji::Unicode(emoji) => (Text(emoji.clone()), None),
            ReactEmoji::Custom(id) => {
                let name = account.emoji.get(id).map_or("emoji", |name| name.name.trim_matches(':'));
                (Text::of(&format!(":{name}:")), Some(Text::of(&id.to_string())))
            }
        };
        Self { emoji, id, count: reaction.count, mine: reaction.mine }
    }
}

/// A preview of a link, or a part of what a bot says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EmbedTold {
    /// Where it leads.
    pub url: Text,
    /// Its heading.
    pub title: Option<Text>,
    /// Its summary.
    pub description: Option<Text>,
}

impl EmbedTold {
    pub(super) fn of(embed: &Embed) -> Self {
        let text = |text: &Option<CleanText>| text.clone().map(Text);
        Self { url: Text(embed.url.clone()), title: text(&embed.title), description: text(&embed.description) }
    }
}

/// A question with answers to choose from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PollTold {
    /// What is asked, where the message says something else.
    pub question: Text,
    /// The answers.
    pub options: Vec<OptionTold>,
}

/// An answer of a poll.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OptionTold {
    /// What it says.
    pub text: Text,
    /// By how many it was chosen; `None` where that is not known.
    pub votes: Option<u32>,
    /// Whether the signed-in account chose it.
    pub mine: bool,
}

impl PollTold {
    pub(super) fn of(poll: &Poll) -> Self {
        let options = poll.options.iter().map(|option| OptionTold {
            text: Text(option.text.clone()),
            votes: poll.counted.then_some(option.votes),
            mine: option.mine,
        });
        Self { question: Text(poll.question.clone()), options: options.collect() }
    }
}

/// What of a message the network does not know yet.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WaitTold {
    /// The stable word for it: `send`, `failed`, `unconfirmed`, `edit`, `delete`, `react`.
    pub kind: Text,
    /// Why, where there is a reason.
    pub why: Option<Text>,
}

impl WaitTold {
    /// What was done to a message and waits.
    pub(super) fn of_changes(account: &Account, message: &Message) -> Option<Self> {
        let kind = |item: &OutboxItem| match item {
            OutboxItem::Edit { .. } => Some("edit"),
            OutboxItem::Delete { .. } => Some("delete"),
            OutboxItem::React { .. } => Some("react"),
            OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => None,
        };
        let newest = account.outbox.waiting_for(message.chat, message.key.id).filter_map(kind).last()?;
        Some(Self { kind: Text::of(newest), why: None })
    }

    /// How far a message is that was not sent.
    pub(super) fn of_row(row: &Pending) -> Self {
        let (kind, why) = match &row.stage {
            Stage::Failed(refusal) => ("failed", Some(Text(refusal.text.clone()))),
            Stage::Unconfirmed => ("unconfirmed", None),
            _ if row.is_unsent() => ("send", None),
            _ => ("unconfirmed", None),
        };
        Self { kind: Text::of(kind), why }
    }

    /// As people read it.
    #[must_use]
    pub fn words(&self) -> String {
        match (&*self.kind, &self.why) {
            ("send", _) => "not sent yet".to_owned(),
            ("failed", Some(why)) => format!("not sent: {}", why.trim_end_matches('.')),
            ("failed", None) => "not sent".to_owned(),
            ("unconfirmed", _) => "not confirmed: it may have been sent".to_owned(),
            ("edit", _) => "the change waits to be sent".to_owned(),
            ("delete", _) => "the deletion waits to be sent".to_owned(),
            ("react", _) => "the reaction waits to be sent".to_owned(),
            _ => "something waits to be sent".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::markup::parse;

    #[test]
    fn spans_arrive_as_they_were_and_none_outside_the_text() {
        let typed = "**a** _b_ __c__ ~~d~~ `e` ||f|| https://g.h [i](https://j.k) @l\n```rust\nm\n```";
        let sent = parse(typed);
        let spans: Vec<SpanTold> = sent.spans.iter().map(SpanTold::of).collect();
        let line = serde_json::to_string(&spans).unwrap();
        let there: Vec<SpanTold> = serde_json::from_str(&line).unwrap();
        assert_eq!(rich(&Text(sent.text.clone()), &there), sent);
        assert!(rich(&Text::of("é"), &[SpanTold { start: 1, end: 2, mark: MarkTold::Bold }]).spans.is_empty());
        assert!(rich(&Text::of("a"), &[SpanTold { start: 0, end: 9, mark: MarkTold::Bold }]).spans.is_empty());
        let newer: SpanTold = serde_json::from_str(r#"{"start":0,"end":1,"mark":{"kind":"glow","hue":3}}"#).unwrap();
        assert!(rich(&Text::of("a"), &[newer]).spans.is_empty());
    }

    #[test]
    fn a_quote_is_a_line() {
        assert_eq!(&*excerpt("a\nb"), "a b");
        let long = excerpt(&"x".repeat(500));
        assert!(long.chars().count() == QUOTED + 1 && long.ends_with('…'), "{long}");
    }
}
