//! What reaches the user outside the timeline: notifications while the terminal is out of focus, and the window's title.

use super::front::Focus;
use super::{Effect, Effects, State, levels, names};
use crate::domain::{ChatKey, ChatKind, CleanText, Message, NotifyLevel};
use std::time::Duration;

/// At most one notification per chat in this time.
const PACE: Duration = Duration::from_secs(2);
/// Characters of a message that a notification shows.
const BODY: usize = 200;
/// The greatest number that the title tells exactly.
const MOST: u32 = 99;

/// The terminal says whether it has the focus.
pub(super) fn focused(state: &mut State, inside: bool, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let focus = if inside { Focus::In } else { Focus::Out };
    if front.focus == focus {
        return;
    }
    front.focus = focus;
    state.touch();
    if !inside {
        super::typing::end(state, fx);
    }
}

/// Somebody wrote: mentions and personal messages are told while nobody looks.
pub(super) fn message(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let now = state.now.mono;
    let Some(front) = &mut state.front else { return };
    if front.focus != Focus::Out {
        return;
    }
    let Some((account, known)) = state.core.chat(chat) else { return };
    let personal = matches!(known.kind, ChatKind::Direct { .. } | ChatKind::Group { .. });
    let wanted = match levels::of(account, known) {
        NotifyLevel::All => true,
        NotifyLevel::Mentions => message.mentions_me,
        NotifyLevel::Nothing => false,
        NotifyLevel::Default => personal || message.mentions_me,
    };
    if !wanted || !account.is_listed(known) || account.has_blocked(message.author) {
        return;
    }
    front.notified.retain(|_, at| at.plus(PACE) > now);
    if front.notified.contains_key(&chat) {
        return;
    }
    front.notified.insert(chat, now);
    let author = names::person(account, known.community(), message.author);
    let mut title = match known.kind {
        ChatKind::Direct { .. } | ChatKind::Saved => author,
        ChatKind::Group { .. } | ChatKind::Channel { .. } => {
            format!("{author} in {}", names::chat_title(&state.core, chat))
        }
    };
    if let Some(label) = state.core.told_apart(chat.account) {
        title.push_str(&format!(" ({label})"));
    }
    let text: String = message.body.text.chars().take(BODY).collect();
    let body = if text.is_empty() { "sent a file".to_owned() } else { text };
    fx.push(Effect::Notify { title: CleanText::line(&title), body: CleanText::new(&body) });
}

/// Tells the window's title when it is another one: unread mentions and personal messages, and the open chat.
pub(super) fn title(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let personal: u32 = state
        .core
        .accounts
        .iter()
        .map(|account| account.counts(None).unread.saturating_add(account.total.mentions))
        .fold(0, u32::saturating_add);
    let overlap: u32 =
        state.core.accounts.iter().map(|account| account.counts(None).mentions).fold(0, u32::saturating_add);
    let count = personal.saturating_sub(overlap).min(MOST + 1);
    let open = front.pane.chat;
    let mut name = open.map(|chat| names::chat_title(&state.core, chat)).unwrap_or_default();
    if let Some(label) = open.and_then(|chat| state.core.told_apart(chat.account)).filter(|_| !name.is_empty()) {
        name.push_str(&format!(" ({label})"));
    }
    if front.titled.as_ref().is_some_and(|(known, shown)| *known == count && *shown == name) {
        return;
    }
    front.titled = Some((count, name.clone()));
    let name = Some(name).filter(|name| !name.is_empty());
    let count = match count {
        0 => String::new(),
        1..=MOST => format!("({count}) "),
        _ => format!("({MOST}+) "),
    };
    let title = name.map_or_else(|| format!("{count}nib"), |name| format!("{count}{name} - nib"));
    fx.push(Effect::Title(title));
}
