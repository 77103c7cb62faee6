//! Who is typing where, for a limited time; and telling that oneself is.

use super::event::Timer;
use super::requests::Purpose;
use super::{Account, Effect, Effects, State, people};
use crate::domain::id::IdMap;
use crate::domain::{AccountId, Chat, ChatId, ChatKey, ChatKind, Mono, Permissions, Priority, Request, UserId};

/// Most people shown as typing in one chat.
const IN_CHAT: usize = 16;
/// Most chats in which somebody types.
const CHATS: usize = 256;

/// People who type, by chat; no empty lists.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Typing {
    /// By chat, in the order in which they began.
    pub chats: IdMap<ChatId, Vec<Typist>>,
}

/// Somebody who types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Typist {
    /// Who.
    pub user: UserId,
    /// When they count as having stopped.
    pub until: Mono,
}

/// What others were told of own typing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnTyping {
    /// Where.
    pub chat: ChatKey,
    /// When it was told last.
    pub told: Mono,
    /// When it ends if no key is pressed.
    pub until: Mono,
}

impl Typing {
    /// Who types in a chat.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> &[Typist] {
        self.chats.get(&chat).map_or(&[], Vec::as_slice)
    }

    /// When the first of them counts as having stopped.
    #[must_use]
    pub fn next(&self) -> Option<Mono> {
        self.chats.values().flatten().map(|typist| typist.until).min()
    }
}

/// Somebody started or stopped typing.
pub(super) fn told(state: &mut State, account: AccountId, chat: ChatId, user: UserId, typing: bool, fx: &mut Effects) {
    let until = state.now.mono.plus(state.settings.typing_shown);
    if state.front.is_none() {
        return;
    }
    let Some(known) = state.core.account_mut(account) else { return };
    if !typing {
        if stop(known, chat, user) {
            state.touch();
        }
        return;
    }
    // What was pushed before the connection stands may be over by then.
    if user == known.me || !known.is_signed_in() || known.has_blocked(user) || !known.chats.contains_key(&chat) {
        return;
    }
    if known.typing.chats.len() >= CHATS && !known.typing.chats.contains_key(&chat) {
        return;
    }
    let community = known.chats.get(&chat).and_then(Chat::community);
    let typists = known.typing.chats.entry(chat).or_default();
    let room = typists.len() < IN_CHAT;
    match typists.iter_mut().find(|typist| typist.user == user) {
        Some(typist) => typist.until = until,
        None if room => {
            typists.push(Typist { user, until });
            state.touch();
        }
        None => {}
    }
    // Only where it is seen: a name for everybody who types anywhere would be a lot to ask for.
    if state.front.as_ref().is_some_and(|front| front.pane.chat == Some(ChatKey::new(account, chat))) {
        people::ask_unknown(state, account, community, &[user], fx);
    }
}

/// Somebody does not type any more. Returns whether they did.
pub(super) fn stop(account: &mut Account, chat: ChatId, user: UserId) -> bool {
    if account.typing.chats.is_empty() {
        return false;
    }
    let Some(typists) = account.typing.chats.get_mut(&chat) else { return false };
    let before = typists.len();
    typists.retain(|typist| typist.user != user);
    let stopped = typists.len() < before;
    if typists.is_empty() {
        account.typing.chats.remove(&chat);
    }
    stopped
}

/// Somebody's typing is not to be seen any more, wherever it is.
pub(super) fn stop_everywhere(account: &mut Account, user: UserId) {
    account.typing.chats.retain(|_, typists| {
        typists.retain(|typist| typist.user != user);
        !typists.is_empty()
    });
}

/// The timer rang: those whose time is over go.
pub(super) fn expire(state: &mut State) {
    let now = state.now.mono;
    let mut gone = false;
    for account in &mut state.core.accounts {
        account.typing.chats.retain(|_, typists| {
            let before = typists.len();
            typists.retain(|typist| typist.until > now);
            gone |= typists.len() < before;
            !typists.is_empty()
        });
    }
    if gone {
        state.touch();
    }
}

/// A key changed the composer: others are told that oneself types, as often as the settings allow, or no longer.
pub(super) fn typed(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let writing = !front.pane.composer.is_empty()
        && !front.pane.composer.is_command()
        && !matches!(front.pane.mode, super::front::ComposeMode::Edit { .. });
    if !writing {
        return end(state, fx);
    }
    let Some((account, known)) = state.core.chat(chat) else { return };
    let told = state.settings.send_typing
        && account.is_signed_in()
        && account.caps.typing
        && known.kind != ChatKind::Saved
        && account.may(known, Permissions::SEND);
    if !told {
        return;
    }
    let now = state.now.mono;
    let pace = state.settings.typing_resend;
    let until = now.plus(pace);
    let previous = front.typing.filter(|typing| typing.chat == chat);
    let due = previous.is_none_or(|typing| typing.told.plus(pace) <= now);
    let told = if due { now } else { previous.map_or(now, |typing| typing.told) };
    if let Some(front) = &mut state.front {
        front.typing = Some(OwnTyping { chat, told, until });
    }
    if due {
        tell(state, chat, true, fx);
    }
    fx.push(Effect::Arm(Timer::TypingIdle, until));
}

/// The timer rang: no key for a while.
pub(super) fn idle(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    match state.front.as_ref().and_then(|front| front.typing) {
        Some(typing) if typing.until <= now => end(state, fx),
        Some(typing) => fx.push(Effect::Arm(Timer::TypingIdle, typing.until)),
        None => {}
    }
}

/// Oneself types no longer: sent, cleared, idle, or elsewhere.
pub(super) fn end(state: &mut State, fx: &mut Effects) {
    if let Some(typing) = state.front.as_mut().and_then(|front| front.typing.take()) {
        tell(state, typing.chat, false, fx);
        fx.push(Effect::Disarm(Timer::TypingIdle));
    }
}

fn tell(state: &mut State, chat: ChatKey, typing: bool, fx: &mut Effects) {
    if state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        let request = Request::SetTyping { chat: chat.chat, typing };
        state.ask(chat.account, request, Priority::Background, Purpose::Quiet, fx);
    }
}
