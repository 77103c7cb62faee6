//! Slow mode: after each message a channel takes the next one of the same person only after a while.
//!
//! Who is above it is not published; nib's choice is whoever may change the channel. What a network refuses all the same goes the way of every refusal.

use super::outbox::{self, Stage};
use super::{Account, ComposerState, Effects, State, composer_state};
use crate::domain::{AccountId, Chat, ChatId, ChatKey, ChatKind, Mono, Now, Permissions};
use std::collections::HashMap;
use std::time::Duration;

/// How far back in a timeline the last own message is looked for.
const LOOK_BACK: usize = 200;

/// When oneself wrote last, in channels with slow mode: microseconds of the monotonic clock, negative before its start.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Slow {
    last: HashMap<ChatId, i64>,
}

impl Slow {
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.last.remove(&chat);
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// How long the signed-in account has to wait between two messages; `None` where it has not to.
#[must_use]
pub fn pause(account: &Account, chat: &Chat) -> Option<Duration> {
    match chat.kind {
        ChatKind::Channel { slowmode, .. } if slowmode > 0 && !account.may(chat, Permissions::MANAGE_CHANNELS) => {
            Some(Duration::from_secs(slowmode.into()))
        }
        _ => None,
    }
}

/// Until when an account's network takes nothing written, and whether a moderator did that.
#[must_use]
pub fn limited(account: &Account, now: Mono) -> Option<(Mono, bool)> {
    account.limited.filter(|(until, _)| *until > now)
}

/// The network takes nothing written for a while. What waits goes then.
pub(super) fn limit(state: &mut State, id: AccountId, wait: Duration, moderated: bool, fx: &mut Effects) {
    let until = state.now.mono.plus(wait);
    let now = state.now.mono;
    let Some(account) = state.core.account_mut(id) else { return };
    // The newest word counts, be it shorter; only counting messages takes back nothing that a moderator did.
    account.limited = (!wait.is_zero()).then(|| match limited(account, now) {
        Some((known, true)) if !moderated => (known.max(until), true),
        _ => (until, moderated),
    });
    state.touch();
    outbox::pump_all(state, id, fx);
}

/// A limit in words, with the time left.
#[must_use]
pub fn limit_sentence(until: Mono, moderated: bool, now: Mono) -> String {
    let why = if moderated { "A moderator has silenced you" } else { "Too much at once" };
    format!("{why}: {} left", left(until, now))
}

/// That messages wait for the network's limits, with the time left.
#[must_use]
pub fn held_sentence(until: Mono, now: Mono) -> String {
    format!("Many at once: more go in {}", left(until, now))
}

/// When the next message may be written; `None`: now, or nothing is known against it.
#[must_use]
pub fn until(account: &Account, chat: ChatId, now: Mono) -> Option<Mono> {
    let limited = limited(account, now).map(|(until, _)| until);
    limited.max(slow_until(account, chat, now))
}

fn slow_until(account: &Account, chat: ChatId, now: Mono) -> Option<Mono> {
    let pause = pause(account, account.chats.get(&chat)?)?;
    let until = account.slow.last.get(&chat)?.saturating_add(micros(pause));
    u64::try_from(until).ok().map(Mono).filter(|until| *until > now)
}

/// The moment at which writing goes on in the open chat, while its composer says so on screen.
pub(crate) fn shown_until(state: &State) -> Option<Mono> {
    state.front.as_ref().filter(|front| front.shows_timeline())?;
    match composer_state(state) {
        ComposerState::Slow(until) | ComposerState::Limited(until, _) | ComposerState::Held(until) => Some(until),
        _ => None,
    }
}

/// Why a message would come too early; `None` if it would not.
pub(super) fn too_early(state: &State, chat: ChatKey) -> Option<String> {
    let (account, known) = state.core.chat(chat)?;
    if let Some((until, moderated)) = limited(account, state.now.mono) {
        return Some(limit_sentence(until, moderated, state.now.mono));
    }
    pause(account, known)?;
    let on_its_way = |stage: &Stage| matches!(stage, Stage::Committing | Stage::Queued | Stage::InFlight(_));
    if account.outbox.of(chat.chat).iter().any(|row| on_its_way(&row.stage)) {
        return Some("Slow mode: your last message is still on its way".to_owned());
    }
    slow_until(account, chat.chat, state.now.mono).map(|until| sentence(until, state.now.mono))
}

/// Slow mode in words, with the time left; short enough to be read whole on a narrow screen.
#[must_use]
pub fn sentence(until: Mono, now: Mono) -> String {
    format!("Slow mode: {} left", left(until, now))
}

/// The time left until then, in a form that changes with each second: `59 s`, `4:59`, `1:00:00`.
#[must_use]
pub fn left(until: Mono, now: Mono) -> String {
    let seconds = until.since(now).as_micros().div_ceil(1_000_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes}:{:02}", seconds % 60),
        _ => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
    }
}

/// Oneself wrote just now, here or on another device.
pub(super) fn wrote(account: &mut Account, chat: ChatId, now: Mono) {
    note(account, chat, now, Duration::ZERO);
}

/// History came: the newest own message in it tells when oneself wrote last.
pub(super) fn learn(account: &mut Account, chat: ChatId, now: Now) {
    let own = account.timelines.get(&chat).and_then(|timeline| {
        let mut recent = timeline.iter().rev().take(LOOK_BACK);
        recent.find(|entry| entry.message.author == account.me)?.message.at
    });
    if let Some(at) = own {
        // A network whose clock is ahead of ours means now.
        let ago = u64::try_from(now.wall.0.saturating_sub(at.0)).unwrap_or(0);
        note(account, chat, now.mono, Duration::from_millis(ago));
    }
}

fn note(account: &mut Account, chat: ChatId, now: Mono, ago: Duration) {
    if account.chats.get(&chat).is_none_or(|chat| pause(account, chat).is_none()) {
        return;
    }
    let at = i64::try_from(now.0).unwrap_or(i64::MAX).saturating_sub(micros(ago));
    let last = account.slow.last.entry(chat).or_insert(at);
    *last = at.max(*last);
}

#[cfg(test)]
mod tests {
    use super::left;
    use crate::domain::Mono;

    #[test]
    fn the_time_left_changes_with_each_second() {
        let words = |micros: u64| left(Mono(micros), Mono(0));
        assert_eq!([1, 1_000_000, 1_000_001].map(words), ["1 s", "1 s", "2 s"]);
        assert_eq!([59_500_000, 61_000_000, 299_000_000].map(words), ["1:00", "1:01", "4:59"]);
        assert_eq!([3_599_000_001, 21_600_000_000].map(words), ["1:00:00", "6:00:00"]);
    }
}
