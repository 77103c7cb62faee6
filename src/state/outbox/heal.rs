//! After a lost connection: did a message in flight arrive? History carries no nonce, so it is matched by author, text, files and place, one to one.

use super::late::{absent, decide_by_lists, unconfirmed};
use super::{NOT_TAKEN, Pending, Stage, arm, pump, tell};
use crate::domain::markup::{self, Dialect};
use crate::domain::{
    AccountId, Attachment, ChatId, ChatKey, CleanText, Message, MessageKey, Nonce, Page, Priority, Refusal,
    RefusalKind, Request, Upload, UserId,
};
use crate::state::effect::{Effects, Outcome};
use crate::state::front::Front;
use crate::state::requests::Purpose;
use crate::state::{Account, State};
use std::sync::Arc;

/// How much history decides.
const PAGE: u16 = 100;
/// Asks for the history of every chat that has something to be decided, once the connection stands.
pub(in crate::state) fn start_healing(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account(account).filter(|account| account.is_signed_in()) else { return };
    if known.outbox.chats.is_empty() {
        return;
    }
    let now = state.now.mono;
    if known.caps.fetch_marks_read {
        let mut changed = give_up(state, account, fx);
        if let Some(known) = state.core.account_mut(account) {
            changed |= decide_by_lists(known, now, fx);
        }
        if changed {
            state.touch();
        }
        arm(state, fx);
    }
    let Some(known) = state.core.account(account) else { return };
    let due = |row: &Pending| row.doubt.is_some() && row.wait.is_none_or(|until| until <= now);
    let undecided = |chat: &ChatId| known.outbox.of(*chat).iter().any(due);
    let read = |chat: &ChatId| {
        let front = state.front.as_ref();
        !known.caps.fetch_marks_read || front.is_some_and(|front| is_read(front, ChatKey::new(account, *chat)))
    };
    let asked = |chat: &ChatId| known.requests.open.values().any(|purpose| *purpose == Purpose::Heal(*chat));
    let chats: Vec<ChatId> =
        known.outbox.busy().into_iter().filter(|chat| undecided(chat) && read(chat) && !asked(chat)).collect();
    for chat in chats {
        let rows = state.core.account_mut(account).and_then(|account| account.outbox.chats.get_mut(&chat));
        rows.into_iter().flatten().for_each(|row| row.asked = now);
        let request = Request::FetchHistory { chat, page: Page::Latest, limit: PAGE };
        state.ask(account, request, Priority::User, Purpose::Heal(chat), fx);
    }
}

/// A chat is open: what waited for the first one is decided.
pub(in crate::state) fn on_open(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let undecided = || account.outbox.chats.values().flatten().any(|row| row.doubt.is_some());
    if account.caps.fetch_marks_read && undecided() {
        start_healing(state, chat.account, fx);
    }
}

/// Whether somebody reads a chat at its end, so that asking for its newest history marks nothing read that is not.
pub(super) fn is_read(front: &Front, chat: ChatKey) -> bool {
    front.pane.chat == Some(chat) && front.looks_at_end()
}

/// Where history that decides cannot be had without marking it read that nobody reads, it is said that nobody knows, until the lists decide or somebody
/// reads there. Not before a first chat is open: it may be the one. Returns whether there was any.
fn give_up(state: &mut State, account: AccountId, fx: &mut Effects) -> bool {
    let front = state.front.as_ref();
    let Some(known) = state.core.accounts.iter_mut().find(|known| known.id == account) else { return false };
    let unread =
        |chat| front.is_none_or(|front| front.pane.chat.is_some() && !is_read(front, ChatKey::new(account, chat)));
    let rows = known.outbox.chats.iter_mut().filter(|(chat, _)| unread(**chat)).flat_map(|(_, rows)| rows);
    let mut changed = false;
    for row in rows.filter(|row| row.stage == Stage::Queued) {
        if let Some(why) = row.doubt.clone() {
            unconfirmed(row, why, fx);
            changed = true;
        }
    }
    changed
}

/// The newest history of a chat came, or why it did not.
pub(in crate::state) fn on_page(
    state: &mut State,
    chat: ChatKey,
    page: Result<(&[Arc<Message>], bool), &Refusal>,
    fx: &mut Effects,
) {
    let again = state.now.mono.plus(NOT_TAKEN);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let me = account.me;
    let verdicts: Vec<(Nonce, Verdict)> = match page {
        Ok((messages, reached_start)) => {
            let claimed = account.outbox.claimed.get(&chat.chat).cloned().unwrap_or_default();
            let mut free: Vec<&Arc<Message>> =
                messages.iter().filter(|message| message.author == me && !claimed.contains(&message.key.id)).collect();
            free.sort_by_key(|message| message.key);
            let oldest = messages.iter().map(|message| message.key).min();
            let rows = account.outbox.of(chat.chat).iter().filter(|row| row.doubt.is_some());
            let me = (me, account.caps.dialect);
            rows.map(|row| (row.outgoing.nonce, judge(row, me, &mut free, oldest, reached_start))).collect()
        }
        // It is asked again once the connection stands, or the session takes it: not at once, or a session that takes nothing would be asked for ever.
        Err(refusal) if refusal.is_passing() && refusal.kind == RefusalKind::LinkLost => {
            let rows = account.outbox.chats.get_mut(&chat.chat).into_iter().flatten();
            rows.filter(|row| row.doubt.is_some()).for_each(|row| row.wait = Some(again));
            return arm(state, fx);
        }
        Err(_) => {
            let rows = account.outbox.of(chat.chat).iter().filter(|row| row.doubt.is_some());
            rows.map(|row| (row.outgoing.nonce, Verdict::Unknown)).collect()
        }
    };
    for (nonce, verdict) in verdicts {
        match verdict {
            Verdict::Arrived(message) => {
                account.outbox.claim(chat.chat, message.id);
                account.outbox.note_sent(chat.chat, nonce, message.id);
                if let Some(mut row) = account.outbox.take(chat.chat, nonce) {
                    tell(&mut row, || Outcome::Sent { chat, message, at: None }, fx);
                }
                account.outbox.drop_kept(chat, nonce, fx);
            }
            Verdict::Absent => {
                let Some(row) = account.outbox.find_mut(chat.chat, nonce) else { continue };
                let decided = row.may_arrive_until();
                if row.asked < decided {
                    row.wait = Some(decided);
                } else {
                    absent(row, fx);
                }
            }
            Verdict::Unknown => {
                if let Some(row) = account.outbox.find_mut(chat.chat, nonce) {
                    let late = row.doubt.take().filter(|why| why.kind == RefusalKind::TimedOut);
                    let why = "the connection was lost before the network confirmed the message";
                    unconfirmed(row, late.unwrap_or_else(|| Refusal::ours(RefusalKind::LinkLost, why)), fx);
                }
            }
        }
    }
    state.touch();
    arm(state, fx);
    start_healing(state, chat.account, fx);
    pump(state, chat, fx);
}

/// History came for another reason: what is shown as not confirmed and stands there did arrive.
pub(in crate::state) fn find_unconfirmed(
    account: &mut Account,
    chat: ChatId,
    messages: &[Arc<Message>],
    fx: &mut Effects,
) {
    find_lost(account, chat, messages, false, fx);
}

/// What was lost on its way, and stands among these messages, did arrive. `all`: also what is still being looked for.
pub(super) fn find_lost(account: &mut Account, chat: ChatId, messages: &[Arc<Message>], all: bool, fx: &mut Effects) {
    let me = account.me;
    let claimed = account.outbox.claimed.get(&chat).cloned().unwrap_or_default();
    let mut free: Vec<&Arc<Message>> =
        messages.iter().filter(|message| message.author == me && !claimed.contains(&message.key.id)).collect();
    free.sort_by_key(|message| message.key);
    let is_lost = |row: &&Pending| row.stage == Stage::Unconfirmed || all && row.doubt.is_some();
    let rows = account.outbox.of(chat).iter().filter(is_lost);
    let found: Vec<(Nonce, MessageKey)> = rows
        .filter_map(|row| match judge(row, (me, account.caps.dialect), &mut free, None, false) {
            Verdict::Arrived(message) => Some((row.outgoing.nonce, message)),
            Verdict::Absent | Verdict::Unknown => None,
        })
        .collect();
    let key = account.key(chat);
    for (nonce, message) in found {
        account.outbox.claim(chat, message.id);
        account.outbox.note_sent(chat, nonce, message.id);
        if let Some(mut row) = account.outbox.take(chat, nonce) {
            tell(&mut row, || Outcome::Sent { chat: key, message, at: None }, fx);
        }
        account.outbox.drop_kept(key, nonce, fx);
    }
}

enum Verdict {
    Arrived(MessageKey),
    Absent,
    Unknown,
}

fn judge(
    row: &Pending,
    (me, dialect): (UserId, Dialect),
    free: &mut Vec<&Arc<Message>>,
    oldest: Option<MessageKey>,
    reached_start: bool,
) -> Verdict {
    let typed = &row.outgoing.text;
    let text = match row.outgoing.verbatim {
        true => CleanText::new(typed),
        false => markup::read(typed, dialect).with_emoji(&row.outgoing.emoji).text,
    };
    // Where an emoji became an address, a blank may stand behind it that nobody typed.
    let loose = !row.outgoing.emoji.is_empty();
    let same_words = |a: &str, b: &str| plain(a) == plain(b) || loose && letters(a).eq(letters(b));
    // What was typed may have become addresses on the way, which are shown as what was typed again.
    let same_text = |message: &Message| {
        message.typed.as_ref().is_some_and(|seen| same_words(seen, typed))
            || *message.body.text == *text
            || same_words(&message.body.text, &text)
    };
    let newer = |message: &Message| row.known.is_none_or(|known| message.key > known);
    let same = |message: &Message| {
        message.author == me
            && newer(message)
            && same_text(message)
            && same_files(&row.outgoing.attachments, &message.attachments)
    };
    if let Some(at) = free.iter().position(|message| same(message)) {
        // Where it is not known what was there when it was written, the same may have been said before.
        return if row.known.is_none() { Verdict::Unknown } else { Verdict::Arrived(free.remove(at).key) };
    }
    // Everything since it was written must be in view to say that it is not there.
    let complete = reached_start || row.known.is_some_and(|known| oldest.is_some_and(|oldest| oldest <= known));
    if complete { Verdict::Absent } else { Verdict::Unknown }
}

/// Whether a message has the files that were sent with it. Each by its size or its name: a network may make a picture smaller, or rename a file.
fn same_files(sent: &[Upload], seen: &[Attachment]) -> bool {
    let same = |(sent, seen): (&Upload, &Attachment)| sent.size() == seen.size || *sent.name == *seen.name;
    sent.len() == seen.len() && sent.iter().zip(seen).all(same)
}

/// Text without any white space.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|letter| !letter.is_whitespace())
}

/// Text without what a network may have changed at its ends and between words.
fn plain(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
