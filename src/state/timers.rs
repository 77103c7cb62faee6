//! Timers that rang, and the few that belong to nothing else.

use super::event::Timer;
use super::{Effect, Effects, State, link, outbox, typing, unread};
use crate::domain::{LinkPhase, Mono, Settings};
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const DAY: i64 = 86_400_000;

/// A timer rang.
pub(super) fn rang(state: &mut State, timer: Timer, fx: &mut Effects) {
    match timer {
        Timer::TypingExpires => typing::expire(state, fx),
        Timer::TypingIdle => typing::idle(state, fx),
        Timer::NoticeExpires => notice_expires(state, fx),
        Timer::OutboxRetry => outbox::waited(state, fx),
        Timer::ReadMark => unread::due(state, fx),
        Timer::Midnight => {
            state.touch();
            arm_midnight(state, fx);
        }
        Timer::Countdown => {
            state.touch();
            countdown(state, fx);
        }
        // Sessions time their requests themselves and answer each one.
        Timer::Overdue => {}
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

/// Arms the next step of the seconds shown until the next try to connect; nothing while nobody sees them.
pub(super) fn countdown(state: &State, fx: &mut Effects) {
    if state.front.is_none() {
        return;
    }
    let now = state.now.mono;
    let waits = |link: &LinkPhase| match link {
        LinkPhase::Offline { retry_at, .. } if *retry_at > now => Some(*retry_at),
        _ => None,
    };
    match state.core.accounts.iter().filter_map(|account| waits(&account.link)).min() {
        Some(retry_at) => {
            // Whole seconds before the try, so that the number on screen changes when the timer rings.
            let left = retry_at.since(now);
            let part = Duration::from_micros(u64::try_from(left.as_micros() % SECOND.as_micros()).unwrap_or(0));
            let step = if part.is_zero() { SECOND.min(left) } else { part };
            fx.push(Effect::Arm(Timer::Countdown, now.plus(step)));
        }
        None => link::settle_countdown(state, fx),
    }
}

/// Arms the change of the date, by local time.
pub(super) fn arm_midnight(state: &State, fx: &mut Effects) {
    if state.front.is_none() {
        return;
    }
    let local = state.now.wall.0.saturating_add(i64::from(state.utc_offset) * 1_000);
    let left = u64::try_from(DAY - local.rem_euclid(DAY)).unwrap_or(0);
    fx.push(Effect::Arm(Timer::Midnight, Mono(state.now.mono.0.saturating_add(left.saturating_mul(1_000)))));
}

/// Settings were read anew.
pub(super) fn settings(state: &mut State, settings: Arc<Settings>) {
    if state.settings != settings {
        state.settings = settings;
        state.touch();
    }
}
