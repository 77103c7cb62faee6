//! The message cursor, and what can be done to the message it is on.

use super::{attach, changing, compose};
use crate::domain::kept::OutboxItem;
use crate::domain::parts::web_address;
use crate::domain::{
    ChatId, ChatKey, CleanText, Message, MessageId, MessageKey, Nonce, Page, Permissions, Priority, ReactEmoji,
    SpanKind,
};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{Overlay, PickKind, Question, Region, ScrollIntent, Target};
use crate::state::outbox::{self, Stage};
use crate::state::{State, history, login, permit};
use std::sync::Arc;

/// Characters of a message that a question quotes.
const QUOTED: usize = 60;

/// The open chat and what is pointed at: by the cursor while the messages have the focus, else the newest message.
fn target(state: &State) -> Option<(ChatKey, Target)> {
    let front = state.front.as_ref()?;
    let chat = front.pane.chat?;
    if front.region == Region::Messages
        && let Some(cursor) = front.pane.cursor
    {
        return Some((chat, cursor));
    }
    let newest = history::timeline_of(&state.core.accounts, chat)?.last()?;
    Some((chat, Target::Message(newest.message.key)))
}

pub(in crate::state) fn message(state: &State) -> Option<(ChatKey, Arc<Message>)> {
    let (chat, target) = target(state)?;
    let Target::Message(key) = target else { return None };
    let message = history::timeline_of(&state.core.accounts, chat)?.message(key.id)?;
    Some((chat, Arc::clone(message)))
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
        MessageAction::DeleteNow(chat, messages) => delete_now(state, chat, messages, fx),
        MessageAction::React(emoji) => react(state, &emoji, fx),
        MessageAction::Retry => retry(state, fx),
        MessageAction::Discard => discard(state, fx),
        action => act(state, &action, fx),
    }
}

/// What is pointed at was answered, changed, deleted, …
fn act(state: &mut State, action: &MessageAction, fx: &mut Effects) {
    let pending = match target(state) {
        Some((chat, Target::Pending(nonce))) => Some((chat, nonce)),
        _ => None,
    };
    if let Some((chat, nonce)) = pending {
        match action {
            MessageAction::CopyText => {
                let text = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
                if let Some(text) = text.map(|row| row.outgoing.text.clone()) {
                    fx.push(Effect::Copy(text));
                    state.notice("Copied", false, fx);
                }
            }
            MessageAction::Edit if changing::begin_edit_unsent(state, chat, nonce, fx) => {}
            MessageAction::Delete if take_back(state, chat, nonce, fx) => {}
            MessageAction::Delete | MessageAction::Edit => discard(state, fx),
            _ => state.notice("This message is not sent yet", true, fx),
        }
        return;
    }
    let Some((chat, message)) = message(state) else {
        return state.notice("There is no message here", false, fx);
    };
    match action {
        MessageAction::Reply => compose::reply(state, chat, message.key, fx),
        MessageAction::Edit => changing::begin_edit(state, chat, message.key.id, fx),
        MessageAction::Delete => ask_delete(state, chat, &message, fx),
        MessageAction::CopyText => {
            fx.push(Effect::Copy(message.body.text.to_string()));
            state.notice("Copied", false, fx);
        }
        MessageAction::CopyId => {
            fx.push(Effect::Copy(message.key.id.to_string()));
            state.notice("Copied", false, fx);
        }
        MessageAction::OpenLink if first_chat(&message).is_some() => {
            if let Some(to) = first_chat(&message) {
                go(state, ChatKey::new(chat.account, to), fx);
            }
        }
        MessageAction::OpenLink => match links(&message).next().map(|(shown, address)| Leads::new(shown, address)) {
            Some(leads) => open(state, leads, fx),
            None => state.notice("There is no link in this message", false, fx),
        },
        MessageAction::GoToReplied => go_to_replied(state, chat, &message, fx),
        _ => {}
    }
}

fn ask_delete(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    if !account.caps.delete {
        return state.notice("Messages cannot be deleted here", true, fx);
    }
    let own = message.author == account.me;
    let personal = state.core.chat(chat).is_none_or(|(_, chat)| chat.community().is_none());
    if !own && (personal || !permit::may(state, chat, Permissions::DELETE_OTHERS)) {
        return state.notice("You may not delete messages of others here", true, fx);
    }
    if own && permit::lacks(state, chat, Permissions::DELETE_OWN) {
        return state.notice("You may not delete your messages here", true, fx);
    }
    let line = CleanText::line(&message.body.text);
    let mut quoted: String = line.chars().take(QUOTED).collect();
    if quoted.len() < line.len() {
        quoted.push('…');
    }
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
        outbox::deeds::put(state, chat, OutboxItem::Delete { messages }, fx);
    }
}

/// Reacts to what is pointed at; without an emoji, offers some.
fn react(state: &mut State, emoji: &str, fx: &mut Effects) {
    let Some((chat, message)) = message(state) else {
        return state.notice("There is no message to react to", true, fx);
    };
    let can = state.core.account(chat.account).is_some_and(|account| account.caps.reactions);
    if !can || !permit::may(state, chat, Permissions::REACT) {
        return state.notice("You may not react here", true, fx);
    }
    let emoji = emoji.trim();
    if !emoji.is_empty() {
        return react_to(state, chat, message.key.id, emoji, fx);
    }
    if let Some(front) = &mut state.front {
        let query = front.take_query("emoji", state.now.mono);
        let picker = super::emoji::picker(&query);
        front.overlays.push(Overlay::pick(PickKind::React { chat, message: message.key.id }, picker));
    }
    state.touch();
}

/// Adds an own reaction to a message, or takes it back.
pub(super) fn react_to(state: &mut State, chat: ChatKey, id: MessageId, written: &str, fx: &mut Effects) {
    let named = super::emoji::EMOJI
        .iter()
        .find(|(emoji, names)| *emoji == written || names.split(' ').any(|name| name == written.trim_matches(':')));
    let emoji = named.map_or(written, |(emoji, _)| emoji);
    if !super::emoji::is_emoji(emoji) {
        return state.notice(format!("\"{emoji}\" is no emoji"), true, fx);
    }
    let Some(message) = history::timeline_of(&state.core.accounts, chat).and_then(|timeline| timeline.message(id))
    else {
        return state.notice("The message is not here any more", true, fx);
    };
    let bare = |text: &str| text.trim_end_matches('\u{fe0f}').to_owned();
    let mine = message.reactions.iter().find(|reaction| match &reaction.emoji {
        ReactEmoji::Unicode(text) => reaction.mine && bare(text) == bare(emoji),
        ReactEmoji::Custom(_) => false,
    });
    let add = mine.is_none();
    let emoji = mine.map_or_else(|| ReactEmoji::Unicode(CleanText::line(emoji)), |reaction| reaction.emoji.clone());
    let key = message.key;
    outbox::deeds::put(state, chat, OutboxItem::React { message: key, emoji, add }, fx);
}

/// The chat that the first link of a message leads to, if it is one.
fn first_chat(message: &Message) -> Option<ChatId> {
    let is_link = |kind: &SpanKind| {
        matches!(kind, SpanKind::Link | SpanKind::MaskedLink(_) | SpanKind::Instead { chat: Some(_), .. })
    };
    match &message.body.spans.iter().find(|span| is_link(&span.kind))?.kind {
        SpanKind::Instead { chat, .. } => *chat,
        _ => None,
    }
}

/// The chat that a link with these words leads to.
pub(super) fn chat_with(message: &Message, words: &str) -> Option<ChatId> {
    let spans = message.body.spans.iter();
    let mut found = spans.filter_map(|span| match span.kind {
        SpanKind::Instead { chat: Some(chat), .. } => {
            Some((message.body.text.get(span.start as usize..span.end as usize)?, chat))
        }
        _ => None,
    });
    found.find(|(shown, _)| shown.contains(words.trim())).map(|(_, chat)| chat)
}

/// Goes where a link to a chat leads.
pub(super) fn go(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if !super::open::chat(state, chat, fx) {
        state.notice("The chat that this leads to is not here", true, fx);
    }
}

/// A link that is about to be opened.
pub(super) struct Leads {
    address: String,
    /// The message shows other words than the address.
    masked: bool,
}

impl Leads {
    fn new(shown: &str, address: String) -> Self {
        Self { masked: shown.trim() != address, address }
    }
}

/// Opens a link. Where it leads is to be seen before: by itself, or in a question.
pub(super) fn open(state: &mut State, leads: Leads, fx: &mut Effects) {
    let Leads { address, masked } = leads;
    if !masked {
        return fx.push(Effect::Open(address));
    }
    let text = format!("These words lead to {address}");
    let question = Question::yes_no(text, "Open", Action::OpenNow(address));
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question { selected: 1, ..question }));
    }
    state.touch();
}

/// The first link of which these words are a part, as it is shown or as it is.
pub(super) fn link_with(message: &Message, words: &str) -> Option<Leads> {
    let words = words.trim();
    links(message)
        .find(|(shown, address)| shown.contains(words) || address.contains(words))
        .map(|(shown, address)| Leads::new(shown, address))
}

/// The links of a message, as they are shown and where they lead: only addresses that a browser may be given, `http` and `https`.
fn links(message: &Message) -> impl Iterator<Item = (&str, String)> {
    let safe = web_address;
    let text = &message.body.text;
    let spans = message.body.spans.iter().filter_map(move |span| {
        let shown = text.get(span.start as usize..span.end as usize)?;
        match &span.kind {
            SpanKind::Link => Some((shown, safe(shown)?)),
            SpanKind::MaskedLink(address) => Some((shown, safe(address)?)),
            _ => None,
        }
    });
    let words = text
        .split_whitespace()
        .map(|word| word.trim_start_matches(['(', '<', '"']).trim_end_matches([')', '>', '"', '.', ',', ';']))
        .filter_map(move |word| Some((word, safe(word)?)));
    let embeds = message.embeds.iter().filter_map(move |embed| Some((&*embed.url, safe(&embed.url)?)));
    spans.chain(words).chain(embeds)
}

fn go_to_replied(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let Some(to) = message.reply.as_ref().map(|reply| reply.to) else {
        return state.notice("This message answers none", false, fx);
    };
    let Some(to) = to else {
        return state.notice("The message that was answered is gone", false, fx);
    };
    let known = history::timeline_of(&state.core.accounts, chat).and_then(|timeline| timeline.key_of(to));
    if let Some(front) = &mut state.front {
        match known {
            Some(key) => {
                front.region = Region::Messages;
                front.pane.cursor = Some(Target::Message(key));
                front.pane.scroll(ScrollIntent::Center(Target::Message(key)));
            }
            None => front.pane.seek = Some(to),
        }
    }
    if known.is_none() {
        if let Some(account) = state.core.account_mut(chat.account) {
            account.requests.loosen(chat.chat, crate::state::requests::Edge::Around);
        }
        history::fetch(state, chat, Page::Around(to), Priority::User, fx);
    }
    state.touch();
}

/// The failed message pointed at. Where nothing that is on its way out is pointed at, the oldest failed one of the open chat.
fn failed(state: &State) -> Option<(ChatKey, Nonce)> {
    let chat = state.front.as_ref()?.pane.chat?;
    let rows = state.core.account(chat.account)?.outbox.of(chat.chat);
    let waits = |stage: &Stage| matches!(stage, Stage::Failed(_) | Stage::Unconfirmed);
    let found = match target(state) {
        // Never another one than the one pointed at.
        Some((_, Target::Pending(nonce))) => rows.iter().find(|row| row.outgoing.nonce == nonce && waits(&row.stage)),
        _ => rows.iter().find(|row| waits(&row.stage)),
    };
    found.map(|row| (chat, row.outgoing.nonce))
}

fn none_failed(state: &mut State, fx: &mut Effects) {
    let sentence = match target(state) {
        Some((_, Target::Pending(_))) => "This message is still on its way",
        _ => "No message has failed here",
    };
    state.notice(sentence, false, fx);
}

/// Sends a failed message again.
fn retry(state: &mut State, fx: &mut Effects) {
    match failed(state) {
        Some((chat, nonce)) => _ = outbox::retry(state, chat, nonce, fx),
        None => none_failed(state, fx),
    }
}

/// Takes a message back that has not gone out; yank brings its text. Returns whether it could be.
fn take_back(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let Some(outgoing) = outbox::take_back(state, chat, nonce, fx) else { return false };
    if let Some(front) = &mut state.front {
        front.pane.composer.keep(&attach::line_of(&outgoing));
        history::keep_valid(front, &state.core.accounts, chat);
    }
    state.notice_of("Taken back before it was sent; for its text".to_owned(), Some("yank"), false, fx);
    true
}

/// Gives a failed message up; its text goes back to the composer.
fn discard(state: &mut State, fx: &mut Effects) {
    let Some((chat, nonce)) = failed(state) else {
        return none_failed(state, fx);
    };
    if let Some(outgoing) = outbox::discard(state, chat, nonce, fx) {
        compose::give_back(state, chat, &attach::line_of(&outgoing), fx);
        if let Some(front) = &mut state.front {
            history::keep_valid(front, &state.core.accounts, chat);
        }
    }
}
