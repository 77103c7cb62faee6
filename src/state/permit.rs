//! What may be done in the open chat, in words for where it may not.

use super::{State, slow};
use crate::domain::{ChannelKind, ChatKey, LinkPhase, Mono, Permissions};

/// What the composer can do now, for the hint in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ComposerState {
    /// No chat is open.
    NoChat,
    /// Writing is possible.
    Ready,
    /// Writing is not allowed; why, in words.
    ReadOnly(&'static str),
    /// The next message may be sent then: slow mode.
    Slow(Mono),
    /// The network takes nothing until then; whether a moderator did that.
    Limited(Mono, bool),
    /// Messages wait until then, since the network takes only so many in a while; more can be written behind them.
    Held(Mono),
    /// Not connected: what is sent waits.
    Offline,
    /// Signed out: nothing can be sent before signing in.
    SignedOut,
}

/// What the composer can do now.
#[must_use]
pub fn composer_state(state: &State) -> ComposerState {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return ComposerState::NoChat };
    let Some(account) = state.core.account(chat.account) else { return ComposerState::NoChat };
    if let Some(reason) = refusal_to_write(state, chat) {
        return ComposerState::ReadOnly(reason);
    }
    if let Some((until, moderated)) = slow::limited(account, state.now.mono)
        && !matches!(account.link, LinkPhase::SignedOut { .. })
    {
        return ComposerState::Limited(until, moderated);
    }
    if let Some(until) = slow::until(account, chat.chat, state.now.mono)
        && !matches!(account.link, LinkPhase::SignedOut { .. })
    {
        return ComposerState::Slow(until);
    }
    match account.link {
        LinkPhase::SignedOut { .. } => ComposerState::SignedOut,
        LinkPhase::Idle | LinkPhase::Connecting | LinkPhase::Offline { .. } => ComposerState::Offline,
        LinkPhase::Syncing | LinkPhase::Online => {
            let held = account.held_until.filter(|until| *until > state.now.mono);
            held.map_or(ComposerState::Ready, ComposerState::Held)
        }
    }
}

/// Why nothing may be written in a chat; `None` if it may, or if nobody knows.
pub(crate) fn refusal_to_write(state: &State, chat: ChatKey) -> Option<&'static str> {
    let (account, known) = state.core.chat(chat)?;
    let community = known.community().and_then(|community| account.community(community));
    if community.is_some_and(|community| !community.available) {
        return Some("This community is out of service for now");
    }
    if !account.is_listed(known) {
        return Some("You may not see this channel any more");
    }
    if known.is_forum() {
        return Some("Nothing is written in a forum itself; begin a thread in it");
    }
    if known.thread.as_ref().is_some_and(|thread| thread.locked) {
        return Some("This thread is locked: nobody can write in it");
    }
    if account.may(known, Permissions::SEND) {
        return None;
    }
    Some(match known.channel_kind() {
        Some(ChannelKind::Announcement) => "Only some may write announcements",
        Some(ChannelKind::Voice) => "nib shows who is inside, but cannot join",
        _ => "You may not write here",
    })
}

/// Why no file may be sent to a chat; `None` if one may, or if nobody knows.
pub(crate) fn refusal_to_attach(state: &State, chat: ChatKey) -> Option<&'static str> {
    if let Some(reason) = refusal_to_write(state, chat) {
        return Some(reason);
    }
    if state.core.account(chat.account)?.caps.max_files == 0 {
        return Some("Files cannot be sent here");
    }
    (!may(state, chat, Permissions::SEND_MEDIA)).then_some("You may not send files here")
}

/// Whether something may be done in a chat, as far as is known.
pub(crate) fn may(state: &State, chat: ChatKey, wanted: Permissions) -> bool {
    state.core.chat(chat).is_none_or(|(account, known)| account.may(known, wanted))
}

/// Whether a chat takes a right that one holds elsewhere, as far as is known.
pub(crate) fn lacks(state: &State, chat: ChatKey, right: Permissions) -> bool {
    state.core.chat(chat).is_some_and(|(account, known)| account.lacks(known, right))
}
