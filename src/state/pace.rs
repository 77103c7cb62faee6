//! How much may be written in a while: what was said lately is counted where the network tells its limit.

use super::{Account, State};
use crate::domain::{Mono, Request};
use std::collections::VecDeque;
use std::time::Duration;

/// Most moments that are remembered.
const MOST: usize = 256;

/// When something was said to the network that its limit counts, the newest last.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Said(VecDeque<Mono>);

/// Something is asked of the network.
pub(super) fn note(account: &mut Account, request: &Request, now: Mono) {
    if account.caps.pace.is_none()
        || !matches!(request, Request::Send(_) | Request::Edit { .. } | Request::SetTyping { .. })
    {
        return;
    }
    let said = &mut account.requests.said.0;
    said.push_back(now);
    if said.len() > MOST {
        said.pop_front();
    }
}

/// How much more may be said, and when it is more again; `None` while it is not worth a word.
#[must_use]
pub fn left(account: &Account, now: Mono) -> Option<(u16, Mono)> {
    let pace = account.caps.pace?;
    let span = Duration::from_secs(pace.seconds.into());
    let recent = || account.requests.said.0.iter().filter(|at| at.plus(span) > now);
    let left = pace.count.saturating_sub(u16::try_from(recent().count()).unwrap_or(u16::MAX));
    let oldest = recent().next()?;
    (u32::from(left) * 2 < u32::from(pace.count)).then(|| (left, oldest.plus(span)))
}

/// The moment at which what the open chat's composer says of it changes.
pub(super) fn shown_until(state: &State) -> Option<Mono> {
    let front = state.front.as_ref().filter(|front| front.shows_timeline() && !front.pane.composer.is_empty())?;
    let account = state.core.account(front.pane.chat?.account)?;
    left(account, state.now.mono).map(|(_, until)| until)
}
