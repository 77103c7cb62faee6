//! Addresses and codes of this network in texts, and what stands in their place: links to chats, the server's own emoji, `:codes:` of others.
//!
//! `originChats://server/channel[/thread]` and the web client's addresses lead to a chat, `originChats:<emoji>//server/id` is a picture. What is
//! written stays with the words, so that an own message can be changed without loss.

use super::Book;
use crate::domain::id::EmojiId;
use crate::domain::rich::{emoji_in, moved};
use crate::domain::{ChatId, CleanText, CustomEmoji, EmojiUse, RichText, Span, SpanKind};
use crate::net::originchats::wire::Raw;

/// What an address of an emoji begins with.
const EMOJI: &str = "originChats:<emoji>//";
/// What addresses of chats begin with.
const CHATS: [&str; 2] = ["originChats://", "https://originchats.mistium.com/app/"];
/// Most addresses of one text that are looked at.
const MOST: usize = 200;
/// Longest code of an emoji, without its colons.
const LONGEST: usize = 64;
/// What stands behind an address and is no part of it.
const AFTER: [char; 8] = ['.', ',', ';', ':', '!', '?', ')', '"'];
/// Most emoji of one server.
const KNOWN: usize = 5_000;

/// What an address in a text stands for.
struct Found {
    start: usize,
    end: usize,
    shown: String,
    chat: Option<ChatId>,
}

impl Book {
    /// Takes in the server's own emoji.
    pub(in crate::net::originchats) fn know_emoji(&mut self, all: Vec<(Raw, Raw)>) {
        for (id, name) in all.into_iter().take(KNOWN) {
            let name = CustomEmoji::proper_name(&name.line());
            if name.is_empty() {
                continue;
            }
            let wire = format!("originChats://{}/emojis/{}", self.host, id.wire());
            let emoji = self.names.emoji(&wire);
            self.named.push(self.own_emoji(emoji, name.clone()));
            self.emoji.insert(id, name);
        }
    }

    fn own_emoji(&self, id: EmojiId, name: CleanText) -> CustomEmoji {
        CustomEmoji { id, name, community: Some(self.community), standin: CleanText::default() }
    }

    /// All of the server's own emoji that are known.
    pub(in crate::net::originchats) fn all_emoji(&mut self) -> Vec<CustomEmoji> {
        let known: Vec<_> = self.emoji.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
        let mut all = Vec::with_capacity(known.len());
        for (id, name) in known {
            let emoji = self.names.emoji(&format!("originChats://{}/emojis/{}", self.host, id.wire()));
            all.push(self.own_emoji(emoji, name));
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// What is typed, with addresses of the server's own emoji where their names stand between colons, outside of code.
    pub(in crate::net::originchats) fn with_emoji(&self, text: &str, emoji: &[EmojiUse]) -> String {
        let (mut said, mut at) = (String::with_capacity(text.len()), 0);
        for (start, end, one) in emoji_in(text, emoji) {
            let in_code = text.get(..start).is_some_and(|before| before.matches('`').count() % 2 == 1);
            let id = self.names.emoji_name(one.id).and_then(|name| name.rsplit_once("/emojis/")).map(|(_, id)| id);
            if let (false, Some(id), Some(before)) = (in_code, id, text.get(at..start)) {
                said.push_str(before);
                // An address ends where a blank is, but for what ends a sentence.
                let rest = text.get(end..).unwrap_or_default();
                let joined = rest.find(char::is_whitespace).map_or(rest, |blank| rest.split_at(blank).0);
                let open = !joined.trim_start_matches(AFTER).is_empty();
                said.push_str(&format!("{EMOJI}{}/{id}{}", self.host, if open { " " } else { "" }));
                at = end;
            }
        }
        said.push_str(text.get(at..).unwrap_or_default());
        said
    }

    /// A reaction that is no emoji of Unicode; the name of the server's own is told once it is met.
    pub(super) fn custom_emoji(&mut self, wire: &Raw) -> EmojiId {
        let emoji = self.names.emoji(wire.wire());
        let id = wire.wire().rsplit_once("/emojis/").map(|(_, id)| Raw::from(id));
        if let Some(name) = id.and_then(|id| self.emoji.get(&id))
            && self.named.len() < KNOWN
            && self.named.iter().all(|known| known.id != emoji)
        {
            let told = self.own_emoji(emoji, name.clone());
            self.named.push(told);
        }
        emoji
    }

    /// The text with words in place of addresses of this server.
    pub(super) fn with_standins(&mut self, body: RichText) -> RichText {
        let found = self.standins(&body);
        if found.is_empty() {
            return body;
        }
        let (mut text, mut at) = (String::with_capacity(body.text.len()), 0);
        let (mut moves, mut added) = (Vec::new(), Vec::new());
        for Found { start, end, shown, chat } in found {
            text.push_str(body.text.get(at..start).unwrap_or_default());
            let from = text.len();
            text.push_str(&shown);
            moves.push((start, end, from, text.len()));
            let written = CleanText::line(body.text.get(start..end).unwrap_or_default());
            if let (Ok(start), Ok(end)) = (u32::try_from(from), u32::try_from(text.len())) {
                added.push(Span { start, end, kind: SpanKind::Instead { written, chat } });
            }
            at = end;
        }
        text.push_str(body.text.get(at..).unwrap_or_default());
        let inside = |span: &Span| {
            let (start, end) = (span.start as usize, span.end as usize);
            // What the whole is marked as stays; that an address is a link is what its words say now.
            let whole = |from: usize, to: usize| start == from && end == to && span.kind != SpanKind::Link;
            moves.iter().any(|&(from, to, ..)| start >= from && end <= to && !whole(from, to))
        };
        let kept = body.spans.iter().filter(|span| !inside(span)).map(|span| Span {
            start: moved(&moves, span.start),
            end: moved(&moves, span.end),
            kind: span.kind.clone(),
        });
        let mut spans: Vec<Span> = kept.chain(added).filter(|span| span.start < span.end).collect();
        spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        RichText { text: CleanText::from_owned(text), spans: spans.into() }
    }

    fn standins(&mut self, body: &RichText) -> Vec<Found> {
        let text = body.text.as_str();
        let mut found = self.codes(body);
        if !text.contains("riginChats:") && !text.contains(CHATS[1]) {
            return found;
        }
        let mut starts: Vec<(usize, bool)> = text.match_indices(EMOJI).map(|(at, _)| (at, true)).collect();
        starts.extend(CHATS.iter().flat_map(|part| text.match_indices(part)).map(|(at, _)| (at, false)));
        starts.sort_unstable();
        let in_code = |at: usize| {
            let code =
                |kind: &SpanKind| matches!(kind, SpanKind::Code | SpanKind::CodeBlock(_) | SpanKind::MaskedLink(_));
            body.spans.iter().any(|span| code(&span.kind) && (span.start as usize..span.end as usize).contains(&at))
        };
        let mut end = 0;
        for (start, is_emoji) in starts.into_iter().take(MOST) {
            if in_code(start) || start < end {
                continue;
            }
            let rest = text.get(start..).unwrap_or_default();
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default().trim_end_matches(AFTER);
            let standin = if is_emoji { self.emoji_in(word).map(|shown| (shown, None)) } else { self.chat_in(word) };
            if let Some((shown, chat)) = standin {
                end = start + word.len();
                // An address may hold what looks like a code.
                found.retain(|code| code.end <= start || code.start >= end);
                found.push(Found { start, end, shown, chat });
            }
        }
        found.sort_unstable_by_key(|found| found.start);
        found
    }

    /// Codes of emoji that everybody has, where they stand by themselves. The server's own emoji of that name goes before.
    fn codes(&self, body: &RichText) -> Vec<Found> {
        let text = body.text.as_str();
        let verbatim = |kind: &SpanKind| {
            matches!(kind, SpanKind::Code | SpanKind::CodeBlock(_) | SpanKind::Link | SpanKind::MaskedLink(_))
        };
        let is_verbatim = |at: usize| {
            body.spans.iter().any(|span| verbatim(&span.kind) && (span.start as usize..span.end as usize).contains(&at))
        };
        let apart = |neighbour: Option<char>| neighbour.is_none_or(|neighbour| !neighbour.is_alphanumeric());
        let (mut found, mut looked_at) = (Vec::new(), 0);
        let mut open: Option<usize> = None;
        for (at, _) in text.match_indices(':') {
            let begin = open.replace(at);
            let Some((start, name)) = begin.and_then(|start| Some((start, text.get(start + 1..at)?))) else { continue };
            let fits = !name.is_empty() && name.len() <= LONGEST && !name.contains(char::is_whitespace);
            let Some(emoji) = Some(name).filter(|_| fits).and_then(emojis::get_by_shortcode) else { continue };
            looked_at += 1;
            if looked_at > MOST {
                break;
            }
            let (before, after) = (text.get(..start).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
            if apart(before.chars().next_back())
                && apart(after.chars().next())
                && !is_verbatim(start)
                && self.emoji.values().all(|own| own.trim_matches(':') != name)
            {
                found.push(Found { start, end: at + 1, shown: emoji.as_str().to_owned(), chat: None });
                // Its last colon begins no other.
                open = None;
            }
        }
        found
    }

    /// The name of the emoji that an address is of.
    fn emoji_in(&self, word: &str) -> Option<String> {
        let (_, id) = word.strip_prefix(EMOJI)?.rsplit_once('/')?;
        let name = self.emoji.get(&Raw::from(id));
        Some(name.map_or_else(|| ":emoji:".to_owned(), |name| format!(":{}:", name.trim_matches(':'))))
    }

    /// The chat of this server that an address leads to, and what it is called.
    fn chat_in(&mut self, word: &str) -> Option<(String, Option<ChatId>)> {
        let rest = CHATS.iter().find_map(|part| word.strip_prefix(part))?;
        let mut parts = rest.split('/').filter(|part| !part.is_empty());
        let (host, channel, thread) = (parts.next()?, parts.next()?, parts.next());
        if !host.eq_ignore_ascii_case(&self.host) {
            return None;
        }
        let channel = self.chat(self.names.known_channel(channel)?)?;
        let thread = thread.and_then(|wire| {
            let threads = self.chats().into_iter();
            threads.filter(|chat| chat.parent() == Some(channel.id)).find(|chat| chat.wire.as_str() == wire)
        });
        let mark = |name: &str| format!("#{name}");
        Some(match thread {
            Some(thread) => (mark(&format!("{}/{}", channel.name, thread.name)), Some(thread.id)),
            None => (mark(&channel.name), Some(channel.id)),
        })
    }

    /// What is said with each `#channel` of this server as an address, as its web client does.
    #[must_use]
    pub(in crate::net::originchats) fn with_links(&self, text: &str) -> String {
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('#').filter(|_| !text.contains('`')) {
            let (before, from) = rest.split_at(at);
            said.push_str(before);
            let name: &str = from.get(1..).unwrap_or_default();
            let name =
                name.get(..name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len()));
            let name = name.unwrap_or_default();
            let begins = said.chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(');
            if begins && !name.is_empty() && self.names.known_channel(name).is_some() {
                said.push_str(&format!("originChats://{}/{name}", self.host));
            } else {
                said.push('#');
                said.push_str(name);
            }
            rest = from.get(1 + name.len()..).unwrap_or_default();
        }
        said.push_str(rest);
        said
    }

    /// What somebody typed who said this: the server's own channels and emoji as names, where they become addresses again when it is said anew.
    pub(super) fn typed(&self, said: &str) -> String {
        if said.contains('`') || !said.contains("riginChats:") {
            return said.to_owned();
        }
        let mut typed = String::with_capacity(said.len());
        for part in said.split_inclusive(char::is_whitespace) {
            let word = part.trim_start_matches('(').trim_end();
            let address = word.trim_end_matches(AFTER);
            let own = |rest: &str| rest.strip_prefix(&self.host)?.strip_prefix('/').map(str::to_owned);
            let channel = address.strip_prefix(CHATS[0]).and_then(own);
            let channel = channel.filter(|name| self.names.known_channel(name).is_some());
            let emoji = address.strip_prefix(EMOJI).and_then(own).and_then(|id| self.emoji.get(&Raw::from(&*id)));
            let name = channel.map(|name| format!("#{name}"));
            let Some(name) = name.or_else(|| emoji.map(|name| format!(":{}:", name.trim_matches(':')))) else {
                typed.push_str(part);
                continue;
            };
            typed.push_str(&part.replacen(address, &name, 1));
        }
        typed
    }
}
