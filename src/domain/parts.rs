//! Parts of a message that can be pointed at, with one numbering for whoever shows them and whoever acts on them.

use super::id::{ChatId, UserId};
use super::message::Message;
use super::rich::{RichText, SpanKind};
use std::ops::Range;

/// Something in a text that leads somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkPart<'a> {
    /// Its number in the message, from 0, in the order of the text; the same for all who count.
    pub number: u16,
    /// Which of the text's spans it is.
    pub span: usize,
    /// The bytes of the text that it is.
    pub at: Range<usize>,
    /// What is shown for it.
    pub shown: &'a str,
    /// Where it leads.
    pub to: Leads,
}

/// Where something leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Leads {
    /// To an address that a browser may be given: `http` or `https`, without white space.
    Web(String),
    /// To a chat.
    Chat(ChatId),
    /// To a person.
    Person(UserId),
}

/// A mention in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MentionPart<'a> {
    /// Which of the text's spans it is.
    pub span: usize,
    /// What is shown for it.
    pub shown: &'a str,
    /// Whom, where the network tells.
    pub who: Option<UserId>,
}

/// What leads somewhere in a message's text: links, masked links, words in place of an address, mentions of people who are told. Addresses that no
/// browser may be given are none. Where two begin at the same place, the longer one comes first.
pub fn links(message: &Message) -> impl Iterator<Item = LinkPart<'_>> {
    links_of(&message.body)
}

/// The same for a text.
pub fn links_of(rich: &RichText) -> impl Iterator<Item = LinkPart<'_>> {
    let text = rich.text.as_str();
    let parts = rich.spans.iter().enumerate().filter_map(move |(number, span)| {
        let at = span.start as usize..span.end as usize;
        let shown = text.get(at.clone())?;
        let to = match &span.kind {
            SpanKind::Link => Leads::Web(web_address(shown)?),
            SpanKind::MaskedLink(address) => Leads::Web(web_address(address)?),
            SpanKind::Instead { chat: Some(chat), .. } => Leads::Chat(*chat),
            SpanKind::Instead { written, chat: None } => Leads::Web(web_address(written)?),
            SpanKind::Mention(Some(person)) => Leads::Person(*person),
            _ => return None,
        };
        Some((number, at, shown, to))
    });
    parts.zip(0..).map(|((span, at, shown, to), number)| LinkPart { number, span, at, shown, to })
}

/// The mentions of a text, in its order; their numbers are their places here.
pub fn mentions(rich: &RichText) -> impl Iterator<Item = MentionPart<'_>> {
    rich.spans.iter().enumerate().filter_map(|(number, span)| {
        let SpanKind::Mention(who) = span.kind else { return None };
        let shown = rich.text.get(span.start as usize..span.end as usize)?;
        Some(MentionPart { span: number, shown, who })
    })
}

/// The hidden stretches of a text, as bytes, in the order of the text; their numbers are their places here.
pub fn spoilers(text: &RichText) -> impl Iterator<Item = Range<usize>> {
    let hidden = text.spans.iter().filter(|span| span.kind == SpanKind::Spoiler);
    hidden.map(|span| span.start as usize..span.end as usize)
}

/// Where the first part of a message leads that shows other words than its address.
#[must_use]
pub fn hidden_address(message: &Message) -> Option<String> {
    links(message).find_map(|part| match part.to {
        Leads::Web(address) if part.shown.trim() != address => Some(address),
        _ => None,
    })
}

/// The addresses of a message, as they are shown and where they lead: links, bare words, previews. One may come more than once.
pub fn addresses(message: &Message) -> impl Iterator<Item = (&str, String)> {
    let text = &message.body.text;
    let spans = links_of(&message.body).filter_map(|part| match part.to {
        Leads::Web(address) => Some((part.shown, address)),
        Leads::Chat(_) | Leads::Person(_) => None,
    });
    // A long text without any is not looked through word by word.
    let words = Some(text)
        .filter(|text| text.contains("://"))
        .into_iter()
        .flat_map(|text| text.split_whitespace())
        .map(|word| word.trim_start_matches(['(', '<', '"']).trim_end_matches([')', '>', '"', '.', ',', ';']))
        .filter_map(move |word| Some((word, web_address(word)?)));
    let embeds = message.embeds.iter().filter_map(move |embed| Some((&*embed.url, web_address(&embed.url)?)));
    spans.chain(words).chain(embeds)
}

/// The address, if a browser may be given it.
#[must_use]
pub fn web_address(address: &str) -> Option<String> {
    let begins = |with: &str| address.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let plain = !address.contains(|character: char| character.is_whitespace() || character.is_control());
    ((begins("https://") || begins("http://")) && plain).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Leads, links, spoilers, web_address};
    use crate::domain::{ChatId, CleanText, Message, RichText, SpanKind, UserId};

    #[test]
    fn what_leads_somewhere_is_counted_in_the_order_of_the_text() {
        let text = "https://a.example here ada bad #lobby";
        let body = RichText::from_utf16(
            text.to_owned(),
            vec![
                (0, 17, SpanKind::Link),
                (18, 4, SpanKind::MaskedLink(CleanText::ours("https://b.example"))),
                (23, 3, SpanKind::Mention(Some(UserId::new(7)))),
                (27, 3, SpanKind::MaskedLink(CleanText::ours("file:///etc/passwd"))),
                (31, 6, SpanKind::Instead { written: CleanText::ours("x://lobby"), chat: Some(ChatId::new(5)) }),
            ],
        );
        let message = Message { body, ..Message::default() };
        let found: Vec<_> = links(&message).map(|link| (link.number, link.shown, link.to)).collect();
        assert_eq!(
            found,
            [
                (0, "https://a.example", Leads::Web("https://a.example".to_owned())),
                (1, "here", Leads::Web("https://b.example".to_owned())),
                (2, "ada", Leads::Person(UserId::new(7))),
                (3, "#lobby", Leads::Chat(ChatId::new(5))),
            ]
        );
    }

    #[test]
    fn hidden_stretches_are_told_as_they_stand() {
        let text = RichText::from_utf16(
            "one two three".to_owned(),
            vec![(0, 3, SpanKind::Spoiler), (4, 3, SpanKind::Bold), (8, 5, SpanKind::Spoiler)],
        );
        assert_eq!(spoilers(&text).collect::<Vec<_>>(), [0..3, 8..13]);
    }

    #[test]
    fn only_the_web_is_led_to() {
        assert!(web_address("HTTPS://Nib.Example/ä").is_some());
        for other in ["javascript:alert(1)", "https//x", "http://a b", "ftp://x", "", "htt"] {
            assert_eq!(web_address(other), None, "{other}");
        }
    }
}
