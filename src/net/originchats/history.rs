//! Pages of history, in the ways that the generations of servers have.
//!
//! - From a message on (`start` is an id): old and newer servers, and threads of all. The middle generation stumbles over it and never answers.
//! - Around a message: the message itself is in the page, and the middle generation leaves out the newest message of a channel, so that a
//!   page that seems to reach the end is completed from the newest page.
//! - By count (`start` skips so many of the newest): everywhere, but counts shift when something is written. Pages are walked from the newest on,
//!   and places are found by the messages, not by the count.
//!
//! A date is found by count, too: single messages are asked for, halving the chat.
//!
//! `messages_get` marks a channel read; the core asks for history of chats that are open only. Who reads without being seen to
//! (`Request::PeekHistory`, and everybody with `OriginConfig::keep_marks`) has the mark put back afterwards: `unreads_ack` takes any message, also an older one.

use super::book::{Book, millis};
use super::call::{Call, First, Handler, Outcome, place};
use super::defaults::{PAGE, WALK};
use super::refusal::unfitting;
use super::server::Generation;
use super::wire::{At, Bounds, Command, Message, Packet, Raw, Start};
use crate::domain::answer::RefusalKind;
use crate::domain::{Bundle, ChatId, MessageId, MessageKey, Page, Refusal, Reply, Wall};
use std::sync::Arc;

/// How many of the newest are fetched to complete a page that may lack the very newest.
const TAIL: u16 = 10;

/// A page that is wanted.
#[derive(Clone, Debug)]
struct Wanted {
    chat: ChatId,
    at: At,
    page: Page,
    limit: u16,
}

/// What a page takes first. `unseen`: the read mark is put back.
///
/// # Errors
///
/// A [`Refusal`] when there is none.
pub fn first(chat: ChatId, page: Page, limit: u16, unseen: bool, book: &Book) -> Result<First, Refusal> {
    if !book.has_messages(chat) {
        let bundle = Bundle::default();
        return Ok(First::Done(Reply::History {
            chat,
            messages: Vec::new(),
            bundle,
            reached_start: true,
            reached_end: true,
        }));
    }
    if book.is_locked(chat) {
        let text = "This thread is locked: nobody can read or write in it.";
        return Err(Refusal::ours(RefusalKind::Forbidden, text));
    }
    let wanted = Wanted { chat, at: place(chat, book)?, page, limit: limit.clamp(1, PAGE) };
    let thread = wanted.at.thread_id.is_some();
    let by_id = book.server.pages_by_id() || thread && book.server.can("thread_messages");
    let around = book.server.can("messages_around");
    let mark = book.mark_to_keep(chat, unseen);
    let call = match page {
        Page::Latest => straight(wanted, None, book),
        Page::Before(key) if by_id => {
            let start = Start::Before(book.names.message_name(key.id));
            straight(wanted, Some(start), book)
        }
        Page::Before(key) if around => beside(wanted, key.id, |limit| Bounds { above: 0, below: limit }, book),
        Page::After(key) if around => beside(wanted, key.id, |limit| Bounds { above: limit, below: 0 }, book),
        Page::Around(id) if around => {
            beside(wanted, id, |limit| Bounds { above: limit.div_ceil(2), below: limit.div_ceil(2) }, book)
        }
        Page::At(date) => halve(wanted, date, Bracket::default(), book),
        Page::Before(_) | Page::After(_) | Page::Around(_) => walk(wanted, Vec::new(), 0, by_id, book),
    };
    Ok(First::Call(match mark {
        Some(mark) => marked_as_before(*call, chat, mark, place(chat, book)?),
        None => call,
    }))
}

/// The call, and after it the read mark as it was. Where that is refused, the page is there all the same.
fn marked_as_before(call: Call, chat: ChatId, mark: Raw, at: At) -> Box<Call> {
    let Call { command, handler, lenient, nonce } = call;
    let handler: Handler = Box::new(move |packet, book| {
        Ok(match handler(packet, book)? {
            Outcome::Again(next) => Outcome::Again(marked_as_before(*next, chat, mark, at)),
            Outcome::Done(reply) => {
                let back = Command::UnreadsAck { at, message_id: mark.wire().to_owned() };
                let mut back = Call::new(back, move |_, book| {
                    book.keep_mark(chat, mark);
                    Ok(Outcome::Done(reply))
                });
                back.lenient = true;
                Outcome::Again(back)
            }
            other @ (Outcome::Left | Outcome::Told(_) | Outcome::Entered | Outcome::DoneAfter(..)) => other,
        })
    });
    Box::new(Call { command, handler, lenient, nonce })
}

/// The command for a page that begins at the newest message or at `start`.
fn get(wanted: &Wanted, start: Option<Start>, limit: u16, book: &Book) -> Command {
    match &wanted.at.thread_id {
        Some(thread) if book.server.can("thread_messages") => {
            Command::ThreadMessages { thread_id: thread.clone(), start, limit }
        }
        _ => Command::MessagesGet { at: wanted.at.clone(), start, limit },
    }
}

fn reply(
    wanted: &Wanted,
    messages: Vec<Message>,
    book: &mut Book,
    (reached_start, reached_end): (bool, bool),
) -> Result<Outcome, Refusal> {
    book.put_in_place(&messages, wanted.page);
    let (messages, bundle) = book.page(messages, wanted.chat);
    Ok(Outcome::Done(Reply::History { chat: wanted.chat, messages, bundle, reached_start, reached_end }))
}

/// A page as the server gives it, without anything to add.
fn straight(wanted: Wanted, start: Option<Start>, book: &Book) -> Box<Call> {
    let newest = start.is_none();
    Call::new(get(&wanted, start, wanted.limit, book), move |packet, book| match packet {
        Packet::Page(page) => {
            let reached_start = page.at_start.unwrap_or(page.count < usize::from(wanted.limit));
            reply(&wanted, page.messages, book, (reached_start, newest))
        }
        _ => Err(unfitting()),
    })
}

/// A page on one side of a message or both.
fn beside(wanted: Wanted, around: MessageId, bounds: fn(u16) -> Bounds, book: &Book) -> Box<Call> {
    let bounds = bounds(wanted.limit);
    let name = book.names.message_name(around);
    let command = Command::MessagesAround { at: wanted.at.clone(), around: name.clone(), bounds };
    Call::new(command, move |packet, book| {
        let Packet::Page(page) = packet else { return Err(unfitting()) };
        let anchor = page.messages.iter().position(|message| message.id.wire() == name);
        // Without its anchor a page ends before it: the newest message, which is left out.
        let (older, newer) = match anchor {
            Some(at) => (at, page.messages.len() - at - 1),
            None => (page.messages.len(), 0),
        };
        let reached_start = page.start == Some(0) || older < usize::from(bounds.below);
        let seems_end = newer < usize::from(bounds.above);
        match wanted.page {
            Page::Before(_) => reply(&wanted, without(page.messages, &name), book, (reached_start, false)),
            Page::After(_) if !seems_end => reply(&wanted, without(page.messages, &name), book, (false, false)),
            _ if !seems_end => reply(&wanted, page.messages, book, (reached_start, false)),
            _ if book.server.generation == Generation::Newer => {
                let after = matches!(wanted.page, Page::After(_));
                let messages = if after { without(page.messages, &name) } else { page.messages };
                reply(&wanted, messages, book, (reached_start && !after, true))
            }
            _ => Ok(Outcome::Again(complete(wanted, page.messages, name, reached_start, book))),
        }
    })
}

/// Adds the newest messages to a page that reaches to them.
fn complete(wanted: Wanted, mut messages: Vec<Message>, anchor: String, reached_start: bool, book: &Book) -> Box<Call> {
    Call::new(get(&wanted, None, TAIL, book), move |packet, book| {
        let Packet::Page(tail) = packet else { return Err(unfitting()) };
        let after = matches!(wanted.page, Page::After(_));
        let known = |message: &Message| {
            messages.iter().any(|other| other.id == message.id) || after && message.id.wire() == anchor
        };
        // Both pages meet where they have a message in common, or where the tail is the whole chat. Else more was written meanwhile than fits.
        let met = tail.messages.iter().rposition(known).map(|at| at + 1);
        let whole = tail.count < usize::from(TAIL);
        let new_from = met.or(whole.then_some(0));
        if let Some(new) = new_from.and_then(|from| tail.messages.get(from..)) {
            messages.extend_from_slice(new);
        }
        let meet = new_from.is_some();
        let messages = if after { without(messages, &anchor) } else { messages };
        reply(&wanted, messages, book, (reached_start && !after, meet))
    })
}

fn without(messages: Vec<Message>, id: &str) -> Vec<Message> {
    messages.into_iter().filter(|message| message.id.wire() != id).collect()
}

/// Page after page from the newest on, until the wanted one is in what was gathered.
fn walk(wanted: Wanted, gathered: Vec<Message>, steps: u32, by_id: bool, book: &Book) -> Box<Call> {
    let start = match gathered.first() {
        None => None,
        Some(oldest) if by_id => Some(Start::Before(oldest.id.wire().to_owned())),
        Some(_) => Some(Start::Skip(u32::try_from(gathered.len()).unwrap_or(u32::MAX))),
    };
    Call::new(get(&wanted, start, PAGE, book), move |packet, book| {
        let Packet::Page(page) = packet else { return Err(unfitting()) };
        let at_start = page.at_start.unwrap_or(page.count < usize::from(PAGE));
        // When something was written meanwhile, pages by count overlap.
        let new = |message: &Message| gathered.iter().all(|known| known.id != message.id);
        let mut all: Vec<Message> = page.messages.into_iter().filter(new).collect();
        all.extend(gathered);
        let (messages, bundle) = book.page(all.clone(), wanted.chat);
        if let Some((messages, ends)) = cut(&wanted, messages, at_start) {
            let (reached_start, reached_end) = ends;
            return Ok(Outcome::Done(Reply::History {
                chat: wanted.chat,
                messages,
                bundle,
                reached_start,
                reached_end,
            }));
        }
        if at_start {
            return Err(Refusal::ours(RefusalKind::NotFound, "The message is not there any more."));
        }
        if steps + 1 >= WALK {
            return Err(too_far());
        }
        Ok(Outcome::Again(walk(wanted, all, steps + 1, by_id, book)))
    })
}

/// Between which counts from the newest message the first one lies that is older than a date.
#[derive(Clone, Debug, Default)]
struct Bracket {
    /// Those before it are not older.
    from: u32,
    /// What is there is older, or nothing is; `None`: not found yet.
    to: Option<u32>,
    /// Questions asked.
    steps: u32,
    /// What the last of them gave.
    last: Option<super::wire::Raw>,
}

fn too_far() -> Refusal {
    let text = "That is too far back for this server: it can only count from the newest message.";
    Refusal::ours(RefusalKind::Unsupported, text)
}

/// Most questions for one date; they halve the chat, so that a hundred million messages take fewer.
const HALVES: u32 = 40;

/// Finds a date by asking for single messages further and further back, then between the last two, and gives the page around it. Messages that come
/// meanwhile move the count by as many.
fn halve(wanted: Wanted, date: Wall, bracket: Bracket, book: &Book) -> Box<Call> {
    let look = match bracket.to {
        // Beyond all that a server can hold.
        None if bracket.steps >= HALVES => return Call::new(get(&wanted, None, 1, book), |_, _| Err(too_far())),
        None => bracket.from.saturating_mul(2).max(u32::from(PAGE) / 2),
        Some(to) if to > bracket.from && bracket.steps < HALVES => bracket.from + (to - bracket.from) / 2,
        Some(to) => return around_count(wanted, to, book),
    };
    Call::new(get(&wanted, Some(Start::Skip(look)), 1, book), move |packet, book| {
        let Packet::Page(page) = packet else { return Err(unfitting()) };
        let older = page.messages.last().is_none_or(|message| {
            let at = message.timestamp.map(millis);
            at.is_some_and(|at| at < date)
        });
        let last = page.messages.last().map(|message| message.id.clone());
        // A count that is far from the last one, and the same message: the server pays no heed to counts.
        if bracket.to.is_none() && last.is_some() && last == bracket.last {
            return Err(too_far());
        }
        let steps = bracket.steps + 1;
        let next = match older {
            true => Bracket { to: Some(look), steps, last, ..bracket },
            false => Bracket { from: look.saturating_add(1), steps, last, ..bracket },
        };
        Ok(Outcome::Again(halve(wanted, date, next, book)))
    })
}

/// The page around a place that is counted from the newest message: so many come after it.
fn around_count(wanted: Wanted, newer: u32, book: &Book) -> Box<Call> {
    let skip = newer.saturating_sub(u32::from(wanted.limit / 2));
    let start = (skip > 0).then_some(Start::Skip(skip));
    Call::new(get(&wanted, start, wanted.limit, book), move |packet, book| match packet {
        Packet::Page(page) => {
            let reached_start = page.at_start.unwrap_or(page.count < usize::from(wanted.limit));
            reply(&wanted, page.messages, book, (reached_start, skip == 0))
        }
        _ => Err(unfitting()),
    })
}

type Cut = (Vec<Arc<crate::domain::Message>>, (bool, bool));

/// The wanted page, if it is in the messages, which reach to the newest. `at_start`: they reach to the oldest, too.
fn cut(wanted: &Wanted, messages: Vec<Arc<crate::domain::Message>>, at_start: bool) -> Option<Cut> {
    let limit = usize::from(wanted.limit);
    let upto = |key: MessageKey| messages.partition_point(|message| message.key < key);
    let after = |key: MessageKey| messages.partition_point(|message| message.key <= key);
    let (from, to) = match wanted.page {
        Page::Latest | Page::At(_) => (messages.len().saturating_sub(limit), messages.len()),
        Page::Before(key) => {
            let to = upto(key);
            if to < limit && !at_start {
                return None;
            }
            (to.saturating_sub(limit), to)
        }
        Page::After(key) => {
            let from = after(key);
            if from == 0 && !at_start {
                return None;
            }
            (from, messages.len().min(from + limit))
        }
        Page::Around(id) => {
            let at = messages.iter().position(|message| message.key.id == id)?;
            if at < limit / 2 && !at_start {
                return None;
            }
            (at.saturating_sub(limit / 2), messages.len().min(at + limit / 2 + 1))
        }
    };
    let page = messages.get(from..to)?.to_vec();
    Some((page, (at_start && from == 0, to == messages.len())))
}
