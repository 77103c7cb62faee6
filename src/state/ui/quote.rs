//! Answering a part of a message: a line or a sentence of it, or just the words that are typed.

use super::compose;
use super::picker::{PickItem, Picker};
use crate::domain::{ChatKey, Message, MessageId, MessageKey, Quote, RichText, SpanKind};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Overlay, PickKind};
use crate::state::{State, history};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Most parts that are offered.
const PARTS: usize = 200;

/// Offers the parts of a message.
pub(super) fn offer(state: &mut State, chat: ChatKey, message: &Message) {
    let text = message.body.text.as_str();
    let item = |part: Range<usize>| {
        let part_of = text.get(part.clone())?;
        let words = part_of.trim().replace('\n', " ");
        let action = Action::Message(MessageAction::QuoteNow(chat, message.key, part.start, part_of.to_owned()));
        (!words.is_empty()).then(|| PickItem::plain(words, String::new(), action))
    };
    let items: Vec<PickItem> = parts(&message.body).into_iter().filter_map(item).collect();
    if let Some(front) = &mut state.front {
        let kind = PickKind::Quote { chat, message: message.key.id };
        front.overlays.push(Overlay::pick(kind, Picker::new(items, "")));
    }
    state.touch();
}

/// The lines of a text, and the sentences of those that have several, in their order. None ends within an address or code.
fn parts(body: &RichText) -> Vec<Range<usize>> {
    let text = body.text.as_str();
    let is_one = |kind: &SpanKind| matches!(kind, SpanKind::Code | SpanKind::CodeBlock(_) | SpanKind::Link);
    let spans = body.spans.iter().filter(|span| is_one(&span.kind));
    let spans: Vec<Range<usize>> = spans.map(|span| span.start as usize..span.end as usize).collect();
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let whole = start..start + line.len();
        // Addresses that nobody has marked.
        let (mut words, mut at) = (Vec::new(), start);
        for word in line.split_inclusive(char::is_whitespace) {
            words.extend(word.contains("://").then_some(at..at + word.len()));
            at += word.len();
        }
        let within = |at: usize| spans.iter().chain(&words).any(|span| span.start < at && at < span.end);
        let mut sentences: Vec<Range<usize>> = Vec::new();
        for (at, part) in line.split_sentence_bound_indices() {
            let part = start + at..start + at + part.len();
            match sentences.last_mut() {
                Some(last) if within(part.start) => last.end = part.end,
                _ => sentences.push(part),
            }
        }
        start = whole.end;
        parts.push(whole);
        if sentences.len() > 1 {
            parts.extend(sentences);
        }
        if parts.len() >= PARTS {
            parts.truncate(PARTS);
            break;
        }
    }
    parts
}

/// Whether these words stand in a message as they are.
pub(super) fn holds(state: &State, chat: ChatKey, id: MessageId, words: &str) -> bool {
    let message = history::timeline_of(&state.core.accounts, chat).and_then(|timeline| timeline.message(id));
    message.is_some_and(|message| message.body.text.contains(words))
}

/// Just these words of a message, where they stand in it.
pub(super) fn typed(state: &mut State, chat: ChatKey, id: MessageId, words: &str, fx: &mut Effects) {
    let message = history::timeline_of(&state.core.accounts, chat).and_then(|timeline| timeline.message(id));
    let found = message.and_then(|message| Some((message.key, message.body.text.find(words)?)));
    match found {
        Some((key, at)) => quote(state, chat, key, at, words, fx),
        None => state.notice("These words do not stand in the message", true, fx),
    }
}

/// Begins to answer a part of a message: these words, that stood at this byte of its text when they were chosen. Where the network has no quotes, the part
/// stands above the answer.
pub(super) fn quote(state: &mut State, chat: ChatKey, key: MessageKey, at: usize, words: &str, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    let message = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(key.id));
    // The message may have been changed since.
    let part = |text: &str| {
        let same = text.get(at..).is_some_and(|rest| rest.starts_with(words));
        let at = if same { at } else { text.find(words)? };
        Some(at..at + words.len())
    };
    let found = message.and_then(|message| Quote::of(&message.body, part(&message.body.text)?));
    let Some(quote) = found else {
        return state.notice("This part of the message is not there any more", true, fx);
    };
    let quotes = account.caps.quotes;
    compose::reply(state, chat, key, fx);
    let Some(front) = &mut state.front else { return };
    if front.pane.mode != ComposeMode::Reply(key) {
        return;
    }
    if quotes {
        front.pane.quote = Some((key, quote));
    } else {
        let lines: String = quote.text.text.lines().map(|line| format!("> {line}\n")).collect();
        let written = front.pane.composer.text();
        front.pane.composer.swap(&format!("{lines}{written}"));
    }
    state.touch();
}

#[cfg(test)]
mod tests {
    use crate::domain::{RichText, SpanKind};

    #[test]
    fn a_text_has_lines_and_those_have_sentences() {
        let parts = |text: &str, spans: &[(u32, u32, SpanKind)]| {
            let body = RichText::from_utf16(text.to_owned(), spans.to_vec());
            super::parts(&body).into_iter().map(|part| text[part].trim().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(parts("One. Two!\nthree\n", &[]), ["One. Two!", "One.", "Two!", "three"]);
        assert!(parts(&"a. B. ".repeat(9_000), &[]).len() <= super::PARTS);
        // No address and no code is taken apart.
        assert_eq!(parts("https://example.org/more?query=Yes and so on", &[]).len(), 1);
        let code = "fn main() { println!(\"Hi\") }";
        assert_eq!(parts(code, &[(0, 27, SpanKind::CodeBlock(None))]), [code]);
        assert_eq!(parts("See `a! B`. So.", &[(4, 6, SpanKind::Code)])[1..], ["See `a! B`.", "So."]);
    }
}
