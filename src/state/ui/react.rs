//! Reacting to messages: with an emoji that is named, or with one of a list.

use super::emoji;
use crate::domain::kept::OutboxItem;
use crate::domain::{AccountId, ChatKey, Message, MessageId, Priority, ReactEmoji, Request};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PickKind};
use crate::state::requests::Purpose;
use crate::state::{Account, State, history, outbox};

/// Most emoji that are remembered as used last.
const RECENT: usize = 24;

/// Reacts to a message; without an emoji, offers some.
pub(super) fn react(state: &mut State, chat: ChatKey, message: &Message, written: &str, fx: &mut Effects) {
    let written = written.trim();
    if !written.is_empty() {
        return react_to(state, chat, message.key.id, written, fx);
    }
    let Some(account) = state.core.account(chat.account) else { return };
    let Some(front) = &mut state.front else { return };
    let query = front.take_query("emoji", state.now.mono);
    let picker = emoji::picker(account, chat, message, &front.recents, &query);
    front.overlays.push(Overlay::pick(PickKind::React { chat, message: message.key.id }, picker));
    let asks = account.caps.custom_emoji && account.emoji.is_empty() && account.is_signed_in();
    if asks {
        state.ask(chat.account, Request::FetchEmoji, Priority::User, Purpose::Detail, fx);
    }
    state.touch();
}

/// Reacts with what was written, or takes that back.
pub(super) fn react_to(state: &mut State, chat: ChatKey, id: MessageId, written: &str, fx: &mut Effects) {
    let meant = state.core.account(chat.account).and_then(|account| emoji::meant(account, written));
    match meant {
        Some(emoji) => toggle(state, chat, id, &emoji, fx),
        None => state.notice(format!("\"{written}\" is no emoji"), true, fx),
    }
}

/// Adds an own reaction to a message, or takes it back.
pub(super) fn toggle(state: &mut State, chat: ChatKey, id: MessageId, emoji: &ReactEmoji, fx: &mut Effects) {
    let Some(message) = history::timeline_of(&state.core.accounts, chat).and_then(|timeline| timeline.message(id))
    else {
        return state.notice("The message is not here any more", true, fx);
    };
    // One emoji is written in two ways, of which the network may have the other.
    let bare = |emoji: &ReactEmoji| match emoji {
        ReactEmoji::Unicode(text) => {
            ReactEmoji::Unicode(crate::domain::CleanText::line(text.trim_end_matches('\u{fe0f}')))
        }
        ReactEmoji::Custom(id) => ReactEmoji::Custom(*id),
    };
    let wanted = bare(emoji);
    let there = message.reactions.iter().find(|reaction| bare(&reaction.emoji) == wanted);
    let add = !there.is_some_and(|reaction| reaction.mine);
    let emoji = there.map_or_else(|| emoji.clone(), |reaction| reaction.emoji.clone());
    let key = message.key;
    if let Some(front) = state.front.as_mut().filter(|_| add) {
        front.recents.retain(|known| *known != emoji);
        front.recents.insert(0, emoji.clone());
        front.recents.truncate(RECENT);
    }
    outbox::deeds::put(state, chat, OutboxItem::React { message: key, emoji, add }, fx);
}

/// The network told its own emoji: they come into a list that is open.
pub(in crate::state) fn renew(state: &mut State, id: AccountId) {
    let Some(account) = state.core.account(id) else { return };
    let Some(front) = &mut state.front else { return };
    for overlay in &mut front.overlays {
        if let Overlay::Pick(pick) = overlay
            && let PickKind::React { chat, message } = pick.kind
            && let Some(message) = message_of(account, chat, message)
        {
            pick.picker.renew(emoji::items(account, chat, message, &front.recents), account.emoji.len());
        }
    }
}

fn message_of(account: &Account, chat: ChatKey, message: MessageId) -> Option<&Message> {
    let timeline = account.timelines.get(&chat.chat).filter(|_| chat.account == account.id)?;
    timeline.message(message).map(|message| &**message)
}
