//! Timers that rang, and the few that belong to nothing else.

use super::event::Timer;
use super::recall::places;
use super::ui::{complete, drafts, quit};
use super::{Effect, Effects, State, downloads, outbox, pace, polls, slow, typing, unread};
use crate::domain::{LinkPhase, Mono, Settings, when};
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A timer rang.
pub(super) fn rang(state: &mut State, timer: Timer, fx: &mut Effects) {
    match timer {
        Timer::TypingExpires => {
            state.armed.typing = None;
            typing::expire(state);
        }
        Timer::TypingIdle => typing::idle(state, fx),
        Timer::NoticeExpires => notice_expires(state, fx),
        Timer::OutboxRetry => outbox::waited(state, fx),
        Timer::ReadMark => unread::due(state, fx),
        Timer::Midnight => {
            state.touch();
            arm_midnight(state, fx);
        }
        Timer::Draft => {
            state.armed.draft = None;
            drafts::due(state, fx);
        }
        Timer::Place => {
            state.armed.place = None;
            if let Some(front) = &mut state.front {
                places::tell(front, fx);
            }
        }
        Timer::Complete => complete::rested(state, fx),
        Timer::Countdown => {
            state.armed.countdown = None;
            state.touch();
        }
        Timer::Leave => quit::go(state, fx),
        // What waits is begun after every event.
        Timer::Download => state.armed.download = None,
    }
}

fn notice_expires(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    let Some(front) = &mut state.front else { return };
    match &front.notice {
        Some(notice) if notice.until <= now => {
            front.notice = None;
            state.touch();
        }
        Some(notice) => fx.push(Effect::Arm(Timer::NoticeExpires, notice.until)),
        None => {}
    }
}

/// What is armed of the timers that follow from the state alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Armed {
    typing: Option<Mono>,
    countdown: Option<Mono>,
    draft: Option<Mono>,
    place: Option<Mono>,
    download: Option<Mono>,
}

/// Arms and disarms what follows from the state alone, wherever it changed: after every event.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    // A step of the countdown that is due draws the new number when it rings: it is not put off by what comes first.
    let due = state.armed.countdown.filter(|at| *at <= state.now.mono);
    let wanted = Armed {
        typing: state.core.accounts.iter().filter_map(|account| account.typing.next()).min(),
        countdown: due.or_else(|| countdown(state)),
        draft: drafts::is_due(state).then(|| state.armed.draft.unwrap_or(state.now.mono.plus(drafts::PAUSE))),
        place: places::is_due(state).then(|| state.armed.place.unwrap_or(state.now.mono.plus(places::PAUSE))),
        download: downloads::next(state),
    };
    let armed = std::mem::replace(&mut state.armed, wanted);
    let timers = [
        (Timer::TypingExpires, armed.typing, wanted.typing),
        (Timer::Countdown, armed.countdown, wanted.countdown),
        (Timer::Draft, armed.draft, wanted.draft),
        (Timer::Place, armed.place, wanted.place),
        (Timer::Download, armed.download, wanted.download),
    ];
    for (timer, armed, wanted) in timers.into_iter().filter(|(_, armed, wanted)| armed != wanted) {
        match (armed, wanted) {
            (_, Some(at)) => fx.push(Effect::Arm(timer, at)),
            (_, None) => fx.push(Effect::Disarm(timer)),
        }
    }
}

/// When a number of seconds on screen changes next: those until the next try to connect, those without an answer, and those until slow mode is over;
/// or when a poll on screen ends. Nothing while nobody sees them.
fn countdown(state: &State) -> Option<Mono> {
    let front = state.front.as_ref()?;
    let now = state.now.mono;
    let retry_at = state.shown_account(front).and_then(|account| match account.link {
        LinkPhase::Offline { retry_at, .. } => Some(retry_at).filter(|until| *until > now),
        _ => None,
    });
    let silent =
        state.shown_account(front).and_then(|account| account.silent_since).map(|since| later_second(now, since));
    let fewer = [retry_at, slow::shown_until(state), pace::shown_until(state)]
        .into_iter()
        .flatten()
        .map(|until| next_second(now, until));
    fewer.chain(silent).chain(polls::next_end(state)).min()
}

/// The next moment at which whole seconds are left until then, so that the number on screen changes when the timer rings.
fn next_second(now: Mono, until: Mono) -> Mono {
    let left = until.since(now);
    let part = Duration::from_micros(u64::try_from(left.as_micros() % SECOND.as_micros()).unwrap_or(0));
    now.plus(if part.is_zero() { SECOND.min(left) } else { part })
}

/// The next moment since which whole seconds have passed.
fn later_second(now: Mono, since: Mono) -> Mono {
    let part = Duration::from_micros(u64::try_from(now.since(since).as_micros() % SECOND.as_micros()).unwrap_or(0));
    now.plus(SECOND.saturating_sub(part))
}

/// Arms the change of the date, by local time.
pub(super) fn arm_midnight(state: &State, fx: &mut Effects) {
    if state.front.is_none() {
        return;
    }
    let Some(left) = when::left_of_day(state.now.wall, &state.zone) else { return };
    fx.push(Effect::Arm(Timer::Midnight, Mono(state.now.mono.0.saturating_add(left.saturating_mul(1_000)))));
}

/// Settings were read anew.
pub(super) fn settings(state: &mut State, settings: Arc<Settings>) {
    if state.settings != settings {
        state.settings = settings;
        state.touch();
    }
}
