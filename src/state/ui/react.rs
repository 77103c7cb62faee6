//! Reacting to messages: with an emoji that is named, or with one of a list.

use crate::domain::kept::OutboxItem;
use crate::domain::{ChatKey, CleanText, Message, MessageId, ReactEmoji};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PickKind};
use crate::state::{State, history, outbox};

/// Reacts to a message; without an emoji, offers some.
pub(super) fn react(state: &mut State, chat: ChatKey, message: &Message, emoji: &str, fx: &mut Effects) {
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
