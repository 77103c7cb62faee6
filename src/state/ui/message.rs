//! The message cursor, and what can be done to the message it is on.

mod leads;
mod menu;
mod press;
mod select;
mod unsent;

use super::destination::Arrival;
use super::{changing, compose, details, forward, opening, quote, react, trail};
use crate::domain::kept::OutboxItem;
use crate::domain::{ChatKey, CleanText, Message, MessageKey, Nonce, Priority, Request};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{Overlay, Question, Region, ScrollIntent, Target};
use crate::state::outbox;
use crate::state::requests::Purpose;
use crate::state::{Account, State, history, login, offered, polls, unread};
use std::sync::Arc;

pub(in crate::state) use leads::leads_nowhere;
pub(super) use leads::{go, lead};
pub(in crate::state) use press::pressed;
pub(super) use select::clear as let_go;

/// Characters of a message that a question quotes.
const QUOTED: usize = 60;

/// The open chat and what is pointed at: by a command that was begun on it, by the cursor while the messages have the focus, else the newest message.
pub(super) fn target(state: &State) -> Option<(ChatKey, Target)> {
    let front = state.front.as_ref()?;
    let chat = front.pane.chat?;
    if let Some(pointed) = front.pointed() {
        return Some((chat, pointed));
    }
    let newest = history::timeline_of(&state.core.accounts, chat)?.last()?;
    Some((chat, Target::Message(newest.message.key)))
}

/// What is pointed at, if it is not yet one of the network's.
pub(super) fn pending(state: &State) -> Option<(ChatKey, Nonce)> {
    match target(state)? {
        (chat, Target::Pending(nonce)) => Some((chat, nonce)),
        _ => None,
    }
}

pub(in crate::state) fn message(state: &State) -> Option<(ChatKey, Arc<Message>)> {
    let (chat, target) = target(state)?;
    Some((chat, message_of(state, chat, target)?))
}

fn message_of(state: &State, chat: ChatKey, target: Target) -> Option<Arc<Message>> {
    let Target::Message(key) = target else { return None };
    history::timeline_of(&state.core.accounts, chat)?.message(key.id).cloned()
}

/// Does something with a message of the open chat, wherever the cursor is.
fn on(state: &mut State, chat: ChatKey, target: Target, what: MessageAction, fx: &mut Effects) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) else {
        return state.notice("The message is not here any more", true, fx);
    };
    let before = front.pane.chosen.replace(target);
    wanted(state, what, fx);
    if let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) {
        front.pane.chosen = before;
    }
}

/// Everything that the cursor can be on has an index: messages, then what is on its way out.
fn at(state: &State, chat: ChatKey, index: usize) -> Option<Target> {
    let account = state.core.account(chat.account)?;
    let timeline = account.timelines.get(&chat.chat)?;
    match timeline.get(index) {
        Some(entry) => Some(Target::Message(entry.message.key)),
        None => {
            account.outbox.shown(chat.chat).get(index - timeline.len()).map(|row| Target::Pending(row.outgoing.nonce))
        }
    }
}

fn index_of(state: &State, chat: ChatKey, target: Target) -> Option<usize> {
    let account = state.core.account(chat.account)?;
    let timeline = account.timelines.get(&chat.chat)?;
    match target {
        Target::Message(key) => Some(timeline.index_near(key)),
        Target::Pending(nonce) => {
            let rows = account.outbox.shown(chat.chat);
            rows.iter().position(|row| row.outgoing.nonce == nonce).map(|at| at + timeline.len())
        }
    }
}

fn count(state: &State, chat: ChatKey) -> usize {
    let Some(account) = state.core.account(chat.account) else { return 0 };
    account.timelines.get(&chat.chat).map_or(0, crate::domain::Timeline::len) + account.outbox.shown(chat.chat).len()
}

/// The messages get the focus, the cursor on the newest that is in view.
pub(super) fn focus(state: &mut State) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let in_view = match front.pane.anchor {
        crate::state::front::Anchor::Bottom => None,
        crate::state::front::Anchor::Top { .. } => {
            front.pane.visible.as_ref().and_then(|visible| visible.last).map(Target::Message)
        }
    };
    // What was in view may have gone since it was laid out: then what stands in its place.
    let in_view = in_view.and_then(|target| at(state, chat, index_of(state, chat, target)?));
    let cursor = in_view.or_else(|| at(state, chat, count(state, chat).checked_sub(1)?));
    if let Some(front) = &mut state.front {
        front.region = Region::Messages;
        front.pane.cursor = cursor;
        if let Some(cursor) = cursor {
            front.pane.scroll(ScrollIntent::Show(cursor));
        }
    }
    state.touch();
}

/// The cursor moves by messages; the view follows.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let last = count(state, chat).saturating_sub(1);
    let from = front.pane.cursor.and_then(|cursor| index_of(state, chat, cursor)).unwrap_or(last);
    let to = from.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
    let Some(cursor) = at(state, chat, to) else { return };
    if let Some(front) = &mut state.front {
        front.pane.cursor = Some(cursor);
        front.pane.scroll(ScrollIntent::Show(cursor));
    }
    state.touch();
}

/// The user wants something with a message, one line each.
pub(super) fn wanted(state: &mut State, action: MessageAction, fx: &mut Effects) {
    let on_top = state.front.as_ref().is_some_and(|front| !front.overlays.is_empty());
    match action {
        MessageAction::CopyText | MessageAction::OpenLink if on_top => {
            login::hand_out(state, matches!(action, MessageAction::OpenLink), fx);
        }
        MessageAction::On(chat, target, what) => on(state, chat, target, *what, fx),
        MessageAction::DeleteNow(chat, messages) => delete_now(state, chat, messages, fx),
        MessageAction::ReactNow(chat, message, emoji) => react::toggle(state, chat, message, &emoji, fx),
        MessageAction::CopyNow(text) => copy(state, text, fx),
        MessageAction::ForwardNow(from, to, messages) => forward::forward_now(state, from, to, messages, fx),
        MessageAction::Select(steps) => select::select(state, steps, fx),
        MessageAction::MenuAt(pane, target) => menu::at(state, pane, target, fx),
        MessageAction::QuoteNow(chat, message, at, words) => quote::quote(state, chat, message, at, &words, fx),
        MessageAction::TakeBack => {
            if !outbox::take_back_held(state, fx) {
                state.notice("Nothing can be taken back now", true, fx);
            }
        }
        MessageAction::Unfold => opening::unfold(state, fx),
        MessageAction::Reveal => opening::reveal(state, fx),
        MessageAction::Retry => unsent::retry(state, fx),
        MessageAction::Discard => unsent::discard(state, fx),
        action => act(state, &action, fx),
    }
}

/// What is pointed at is answered, changed, deleted, …, if that may be.
fn act(state: &mut State, action: &MessageAction, fx: &mut Effects) {
    let Some((chat, target)) = target(state) else {
        return state.notice("There is no message here", false, fx);
    };
    let targets = select::targets(state, target, action);
    if let Some(why) = offered::offer(state, chat, &targets, action).why() {
        return state.notice(why, true, fx);
    }
    let target = match (action, targets.as_slice()) {
        (MessageAction::Menu, _) => return menu::show(state, chat, target, fx),
        // What is selected is meant, be it one.
        (_, [only]) => *only,
        (_, several) => return select::act(state, chat, several, action, fx),
    };
    let message = match target {
        Target::Pending(nonce) => return unsent::act(state, chat, nonce, action, fx),
        Target::Message(_) => message_of(state, chat, target),
    };
    let Some(message) = message else { return };
    match action {
        MessageAction::Reply => {
            if let Some(front) = &mut state.front {
                front.pane.quote = None;
            }
            compose::reply(state, chat, message.key, fx);
        }
        MessageAction::Quote => quote::offer(state, chat, &message),
        MessageAction::Edit => changing::begin_edit(state, chat, message.key.id, fx),
        MessageAction::Delete => ask_delete(state, chat, &message),
        MessageAction::React(emoji) => react::react(state, chat, &message, emoji, fx),
        MessageAction::CopyText => copy(state, message.body.text.to_string(), fx),
        MessageAction::CopyLink => leads::copy(state, chat, &message, fx),
        MessageAction::OpenLink => leads::follow(state, chat, &message, fx),
        MessageAction::Pin => pin(state, chat, &message, fx),
        MessageAction::MarkUnread => match unread::mark_unread(state, chat, message.key, fx) {
            Ok(()) => state.notice("Unread from here on, until you open this chat again", false, fx),
            Err(why) => state.notice(why, true, fx),
        },
        MessageAction::Forward(to) => forward::forward(state, chat, &[message.key], to, fx),
        MessageAction::Press(number) => press::press(state, chat, &message, *number, fx),
        MessageAction::Vote(number) => polls::vote(state, chat, &message, *number, fx),
        MessageAction::EndPoll => polls::end(state, chat, &message),
        MessageAction::Details => details::show(state, chat, message.key.id),
        MessageAction::GoToReplied => go_to_replied(state, chat, &message, fx),
        // Dealt with above: they are not about what is pointed at.
        MessageAction::On(..)
        | MessageAction::DeleteNow(..)
        | MessageAction::ForwardNow(..)
        | MessageAction::Select(_)
        | MessageAction::Menu
        | MessageAction::MenuAt(..)
        | MessageAction::TakeBack
        | MessageAction::QuoteNow(..)
        | MessageAction::ReactNow(..)
        | MessageAction::CopyNow(_)
        | MessageAction::Reveal
        | MessageAction::Unfold
        | MessageAction::Retry
        | MessageAction::Discard => {}
    }
}

fn copy(state: &mut State, text: String, fx: &mut Effects) {
    fx.push(Effect::Copy(text));
    state.notice("Copied", false, fx);
}

/// Pins a message, or lets it go. Its mark comes and goes with the network's word.
fn pin(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    if !state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        return state.notice("There is no connection; pinning needs one", true, fx);
    }
    let pinned = !message.pinned;
    let request = Request::Pin { chat: chat.chat, message: message.key, pinned };
    let failed = if pinned { "Not pinned" } else { "Still pinned" };
    state.ask(chat.account, request, Priority::User, Purpose::Change(failed), fx);
}

/// The beginning of what a message says, on one line, to name it in a question.
pub(super) fn quoted(message: &Message) -> String {
    beginning(&message.body.text)
}

/// The beginning of a text, on one line.
fn beginning(text: &str) -> String {
    let line = CleanText::line(text);
    let mut quoted: String = line.chars().take(QUOTED).collect();
    if quoted.len() < line.len() {
        quoted.push('…');
    }
    quoted
}

fn ask_delete(state: &mut State, chat: ChatKey, message: &Message) {
    let quoted = quoted(message);
    let text = if quoted.is_empty() { "Delete this message?".to_owned() } else { format!("Delete \"{quoted}\"?") };
    let action = Action::Message(MessageAction::DeleteNow(chat, vec![message.key]));
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question::yes_no(text, "Delete", action)));
    }
    state.touch();
}

/// Deletes without asking.
fn delete_now(state: &mut State, chat: ChatKey, messages: Vec<MessageKey>, fx: &mut Effects) {
    if !messages.is_empty() {
        select::clear(state);
        outbox::deeds::put(state, chat, OutboxItem::Delete { messages }, fx);
    }
}

fn go_to_replied(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let Some(to) = message.reply.as_ref().map(|reply| reply.to) else {
        return state.notice("This message answers none", false, fx);
    };
    let Some(to) = to else {
        return state.notice("The message that was answered is gone", false, fx);
    };
    trail::to_message(state, chat, (to, None), Arrival::Noting, fx);
}
