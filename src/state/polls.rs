//! Polls: asked for where a network tells votes only on request, voted in, begun and ended.

use super::action::{Action, MessageAction};
use super::effect::Effects;
use super::front::{Overlay, PickKind, Question, Target};
use super::offered::{NO_POLLS, Offer};
use super::requests::Purpose;
use super::ui::picker::{PickItem, Picker};
use super::{Account, State, history, keep, permit};
use crate::domain::{
    ChatKey, CleanText, Message, MessageId, Mono, Permissions, Poll, PollOption, Priority, Request, Tally,
};
use std::sync::Arc;
use std::time::Duration;

/// Most polls of one page that are asked for, the newest ones.
const ASKED: usize = 20;
/// Fewest answers of a poll.
const FEWEST: usize = 2;

/// Reads a question with its answers.
pub(super) fn parse(rest: &str) -> Option<Action> {
    let mut parts = rest.split('|').map(|part| part.trim().to_owned());
    let question = parts.next().filter(|question| !question.is_empty())?;
    let answers: Vec<String> = parts.filter(|answer| !answer.is_empty()).collect();
    (answers.len() >= FEWEST).then_some(Action::Poll(question, answers))
}

/// The polls among these messages whose votes nobody told.
pub(super) fn uncounted(messages: &[Arc<Message>]) -> Vec<MessageId> {
    let silent = |message: &&Arc<Message>| message.poll.as_ref().is_some_and(|poll| !poll.counted);
    messages.iter().rev().filter(silent).take(ASKED).map(|message| message.key.id).collect()
}

/// Asks how polls stand.
pub(super) fn ask(state: &mut State, chat: ChatKey, polls: &[MessageId], fx: &mut Effects) {
    let can =
        state.core.account(chat.account).is_some_and(|account| account.caps.polls_asked && account.is_signed_in());
    for message in polls.iter().filter(|_| can && state.front.is_some()).copied().collect::<Vec<_>>() {
        let request = Request::FetchPoll { chat: chat.chat, message };
        state.ask(chat.account, request, Priority::Visible, Purpose::Detail, fx);
    }
}

/// When the next of the polls on screen is over by itself: it looks and acts otherwise then.
pub(super) fn next_end(state: &State) -> Option<Mono> {
    let front = state.front.as_ref().filter(|front| front.shows_timeline())?;
    let visible = front.pane.visible.as_ref().filter(|visible| visible.chat == front.pane.chat)?;
    let timeline = history::timeline_of(&state.core.accounts, visible.chat?)?;
    // Each message has a row at least.
    let shown = (timeline.index_near(visible.first?)..).take(visible.rows.into());
    let polls = shown.map_while(|at| timeline.get(at)).filter_map(|entry| entry.message.poll.as_ref());
    let open = polls.filter(|poll| !poll.is_over(state.now.wall));
    let left = open.filter_map(|poll| u64::try_from(poll.ends?.0.saturating_sub(state.now.wall.0)).ok()).min();
    left.map(|left| state.now.mono.plus(Duration::from_millis(left)))
}

/// How a poll stands was told.
pub(super) fn told(state: &mut State, chat: ChatKey, id: MessageId, tally: &Tally) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(chat.account) else { return };
    keep::counted(account, chat.chat, id, tally, stamp);
    let Some(timeline) = account.timelines.get_mut(&chat.chat) else { return };
    let Some(known) = timeline.message(id).filter(|known| known.poll.is_some()) else { return };
    let mut known = Arc::clone(known);
    if let Some(poll) = &mut Arc::make_mut(&mut known).poll {
        poll.count(tally);
    }
    timeline.replace(&known, true);
    state.touch();
}

/// Whether a vote may be given in the poll of a message, or the poll be ended.
pub(super) fn offer(state: &State, account: &Account, chat: ChatKey, message: &Message, what: &MessageAction) -> Offer {
    let Some(poll) = &message.poll else { return Offer::Hidden("There is no poll here") };
    let own = account.me == message.author;
    if !account.is_signed_in() {
        Offer::No("Not now: there is no connection")
    } else if poll.is_over(state.now.wall) {
        Offer::No("This poll is over")
    } else if *what == MessageAction::EndPoll && !own && !permit::may(state, chat, Permissions::DELETE_OTHERS) {
        Offer::No("You may end only your own polls here")
    } else {
        Offer::Yes
    }
}

/// The user chooses an answer of the poll in a message, counted from one; without a number, one of a list.
pub(super) fn vote(state: &mut State, chat: ChatKey, message: &Message, number: Option<u16>, fx: &mut Effects) {
    let Some(poll) = &message.poll else { return };
    let Some(number) = number else { return choose(state, chat, message, poll) };
    let Some(option) = usize::from(number).checked_sub(1).and_then(|at| poll.options.get(at)) else {
        return state.notice(format!("This poll has {} answers", poll.options.len()), true, fx);
    };
    if option.mine && state.core.account(chat.account).is_some_and(|account| account.caps.votes_final) {
        return state.notice("You chose that already; a vote cannot be taken back", false, fx);
    }
    // What was chosen already is taken back.
    let others = poll.options.iter().filter(|known| poll.several && known.mine && known.id != option.id);
    let chosen = (!option.mine).then_some(option);
    let options: Vec<CleanText> = others.chain(chosen).map(|known| known.id.clone()).collect();
    let request = Request::Vote { chat: chat.chat, message: message.key.id, options };
    state.ask(chat.account, request, Priority::User, Purpose::Vote("No vote"), fx);
}

/// Offers the answers of a poll.
fn choose(state: &mut State, chat: ChatKey, message: &Message, poll: &Poll) {
    let item = |(option, number): (&PollOption, u16)| {
        let emoji = option.emoji.as_deref().map(|emoji| format!("{emoji} ")).unwrap_or_default();
        let said = if option.text.is_empty() { "no words" } else { &*option.text };
        let vote = Box::new(MessageAction::Vote(Some(number)));
        let action = MessageAction::On(chat, Target::Message(message.key), vote);
        let detail = if option.mine { "your vote" } else { "" };
        PickItem::plain(format!("{emoji}{said}"), detail.to_owned(), Action::Message(action))
    };
    let items = poll.options.iter().zip(1..).map(item).collect();
    if let Some(front) = &mut state.front {
        let kind = PickKind::Answers { chat, message: message.key.id };
        front.overlays.push(Overlay::pick(kind, Picker::new(items, "")));
    }
    state.touch();
}

/// The user begins a poll in the open chat.
pub(super) fn begin(state: &mut State, question: String, options: Vec<String>, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let why = match (account.caps.polls, account.is_signed_in()) {
        (false, _) => Some(NO_POLLS),
        (true, false) => Some("Not now: there is no connection"),
        (true, true) => permit::refusal_to_write(state, chat),
    };
    if let Some(why) = why {
        return state.notice(why, true, fx);
    }
    let written = format!("/poll {question} | {}", options.join(" | "));
    let request = Request::BeginPoll { chat: chat.chat, question, options };
    state.ask(chat.account, request, Priority::User, Purpose::Poll { chat: chat.chat, written }, fx);
}

/// The user wants to end the poll in a message: asks first.
pub(super) fn end(state: &mut State, chat: ChatKey, message: &Message) {
    let Some(poll) = &message.poll else { return };
    let asked = if poll.question.is_empty() { CleanText::line(&message.body.text) } else { poll.question.clone() };
    let text = format!("End the poll \"{asked}\"? Nobody can vote any more then.");
    let action = Action::EndPollNow(chat, message.key.id);
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question::yes_no(text, "End", action)));
    }
    state.touch();
}

/// Ends a poll without asking.
pub(super) fn end_now(state: &mut State, chat: ChatKey, message: MessageId, fx: &mut Effects) {
    let request = Request::EndPoll { chat: chat.chat, message };
    state.ask(chat.account, request, Priority::User, Purpose::Vote("Not ended"), fx);
}
