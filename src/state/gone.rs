//! Chats that are gone: what was open is left, what was written there is kept, and the user is told.

use super::action::{Action, MessageAction};
use super::front::{ComposeMode, Overlay, Region};
use super::ui::form::FormPurpose;
use super::ui::{attach, open};
use super::{Account, Effects, State, names, outbox, roster};
use crate::domain::{AccountId, ChannelKind, Chat, ChatKey, ChatKind, CommunityId};

/// Something that must be read before one types on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What it says.
    pub sentence: String,
    /// What was being written where something else is now is kept, and yank brings it back.
    pub yank: bool,
}

/// Chats of an account are gone. `community`: the name of the community that they went with.
pub(super) fn settle(state: &mut State, account: AccountId, gone: &[Chat], community: Option<&str>, fx: &mut Effects) {
    let is_gone = |key: &ChatKey| key.account == account && gone.iter().any(|chat| chat.id == key.chat);
    attach::give_up(state, |chat| is_gone(&chat), fx);
    let Some(front) = &mut state.front else { return };
    front.visited.retain(|key| !is_gone(key));
    front.folded.retain(|key| !is_gone(key));
    front.overlays.retain(|overlay| match overlay {
        Overlay::Details(details) => !is_gone(&details.chat),
        Overlay::Pick(pick) => !pick.kind.chat().is_some_and(|chat| is_gone(&chat)),
        Overlay::Form(form) => match &form.purpose {
            FormPurpose::Thread(chat) | FormPurpose::ThreadTitle(chat) | FormPurpose::File { chat, .. } => {
                !is_gone(chat)
            }
            _ => true,
        },
        Overlay::Question(question) => question.actions().all(|action| match action {
            Action::Message(MessageAction::DeleteNow(chat, _))
            | Action::LeaveGroup(chat)
            | Action::DeleteThreadNow(chat) => !is_gone(chat),
            _ => true,
        }),
        _ => true,
    });
    let stranded = take_back(state, account, gone, fx);
    let Some(front) = &mut state.front else { return };
    let left = front.pane.chat.filter(is_gone).and_then(|key| gone.iter().find(|chat| chat.id == key.chat));
    let sentence = match (community, left) {
        (Some(""), _) => Some("You are no longer in a community that was out of service".to_owned()),
        (Some(name), _) => Some(format!("You are no longer in {name}")),
        (None, Some(chat)) => state.core.account(account).map(|account| about(account, chat)),
        (None, None) => None,
    };
    if let Some(chat) = left {
        leave(state, account, chat, sentence.unwrap_or_default(), stranded, fx);
    } else if !stranded.is_empty() {
        let why = sentence.unwrap_or_else(|| match gone {
            [chat] => state.core.account(account).map(|account| about(account, chat)).unwrap_or_default(),
            _ => "The chats they were for are gone".to_owned(),
        });
        keep(state, account, why, &stranded, fx);
    } else if let Some(sentence) = sentence {
        state.notice_about(account, sentence, None, false, fx);
    }
    state.touch();
}

/// What waits for the user to send it again to a chat that is gone: nobody could go there to do it. To be called when such a message was refused.
pub(super) fn refused(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if state.front.is_none() || state.core.chat(chat).is_some() {
        return;
    }
    let text = take_back(state, chat.account, &[], fx);
    if !text.is_empty() {
        keep(state, chat.account, "Not sent: the chat is gone".to_owned(), &text, fx);
    }
}

/// Lists are there, or messages of earlier runs: those that wait for the user may be for chats that have gone since.
pub(super) fn listed(state: &mut State, account: AccountId, fx: &mut Effects) {
    let text = take_back(state, account, &[], fx);
    if state.front.is_some() && !text.is_empty() {
        keep(state, account, "The chats they were for are gone".to_owned(), &text, fx);
    }
}

/// Gives up the messages that wait for the user in chats that are gone. Returns what they said. A chat that is not known is gone only if it would be.
fn take_back(state: &mut State, account: AccountId, gone: &[Chat], fx: &mut Effects) -> String {
    let Some(known) = state.core.account(account) else { return String::new() };
    let complete = known.knows_all_chats();
    let is_gone = |chat| !known.chats.contains_key(&chat) && (complete || gone.iter().any(|gone| gone.id == chat));
    let stranded = known.outbox.stranded(|chat| !is_gone(chat));
    let texts: Vec<String> = stranded
        .into_iter()
        .filter_map(|(chat, nonce)| outbox::discard(state, ChatKey::new(account, chat), nonce, fx))
        .map(|outgoing| attach::line_of(&outgoing))
        .collect();
    texts.join("\n")
}

/// Keeps a text of an account such that yank brings it back, and says so before anything more is typed; whoever writes in another account is not stopped.
pub(super) fn keep(state: &mut State, account: AccountId, sentence: String, text: &str, fx: &mut Effects) {
    let label = state.core.told_apart(account).map(str::to_owned);
    if let Some(front) = &mut state.front {
        front.pane.composer.keep(text);
        let elsewhere = front.pane.chat.is_some_and(|chat| chat.account != account);
        match label.filter(|_| elsewhere) {
            Some(label) => {
                state.notice_of(format!("{label}: {sentence}; to put what you wrote here"), Some("yank"), true, fx)
            }
            None => front.overlays.push(Overlay::Note(Note { sentence, yank: true })),
        }
    }
    state.touch();
}

/// What became of a chat, in words.
fn about(account: &Account, chat: &Chat) -> String {
    let title = names::title(account, chat);
    match chat.kind {
        ChatKind::Channel { .. } => format!("{title} is gone, or not for you to see any more"),
        ChatKind::Group { .. } => format!("You are no longer in the group {title}"),
        ChatKind::Direct { .. } | ChatKind::Saved => format!("The chat {title} is gone"),
    }
}

/// The open chat is gone: another takes its place. Whoever was writing is stopped by a note first, so that nothing typed goes to other people; yank puts
/// back what was written. `written`: what was written there before and not sent.
fn leave(state: &mut State, account: AccountId, chat: &Chat, sentence: String, mut written: String, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    front.pane.leave_history();
    let mut typed = front.pane.composer.text();
    if let ComposeMode::Edit { before, .. } = &front.pane.mode
        && !before.is_empty()
    {
        typed = format!("{before}\n{typed}");
    }
    if !written.is_empty() && !typed.trim().is_empty() {
        written.push('\n');
    }
    written.push_str(&typed);
    front.overlays.retain(|overlay| !matches!(overlay, Overlay::Members));
    open::leave(front, fx);
    roster::keep_order(state);
    if let Some(next) = next(state, account, chat.community()) {
        open::switch(state, next, fx);
    }
    if written.trim().is_empty() {
        return state.notice(sentence, true, fx);
    }
    if let Some(front) = &mut state.front {
        front.region = Region::Composer;
    }
    keep(state, account, sentence, &written, fx);
}

/// The chat to go on with: one of the same community, else the one visited last, else one to begin with.
fn next(state: &State, account: AccountId, community: Option<CommunityId>) -> Option<ChatKey> {
    let front = state.front.as_ref()?;
    let opens =
        |key: &ChatKey| state.core.chat(*key).is_some_and(|(account, chat)| chat.can_open() && account.is_listed(chat));
    let talk = |chat: &&Chat| chat.channel_kind() != Some(ChannelKind::Voice) && chat.kind != ChatKind::Saved;
    let known = state.core.account(account)?;
    let near = known.openable().filter(talk).filter(|chat| community.is_some() && chat.community() == community);
    let near = near.min_by_key(|chat| open::distance(known, chat)).map(|chat| known.key(chat.id));
    let visited = || front.visited.iter().rev().copied().find(opens);
    let first = || {
        let begin = known.openable().filter(talk).min_by_key(|chat| open::distance(known, chat));
        begin.map(|chat| known.key(chat.id))
    };
    near.or_else(visited).or_else(first)
}
