//! Parts of files: how much is asked for at once, and what becomes of what comes.

use super::{Download, LEAST, Part, Stage, UNTOLD, fail, let_go};
use crate::domain::download::Step;
use crate::domain::{Priority, Refusal, RefusalKind, Reply, Request, RequestId, size};
use crate::state::State;
use crate::state::effect::{Effect, Effects};
use crate::state::requests::Purpose;
use std::time::Duration;

/// Most parts of one file that are asked for, or not written yet.
const WINDOW: usize = 3;
/// A part that is here in this time allows more; one that takes so long means less.
const QUICK: Duration = Duration::from_millis(500);
const SLOW: Duration = Duration::from_secs(2);
/// How long after a loss it is asked for again over the same connection.
const PAUSE: Duration = Duration::from_secs(1);
/// How often in a row it is lost before anything came of it, until it has failed.
const LOSSES: u8 = 5;

/// Asks for as many parts of a file as may be under way.
pub(super) fn ask_more(state: &mut State, number: u64, fx: &mut Effects) {
    loop {
        let Some(one) = state.downloads.get(number) else { return };
        let most = u64::from(one.length.min(one.longest).max(1));
        let left = one.bound().saturating_sub(one.next);
        let least = state.core.account(one.wanted.account).map_or(0, |account| account.caps.least_part);
        let length = left.min(most).max(u64::from(least));
        if left == 0 || one.parts.len() >= one.window || one.parts.len() + one.writing >= WINDOW {
            return;
        }
        let (offset, length) = (one.next, u32::try_from(length).unwrap_or(LEAST));
        let request = Request::FetchPart { file: one.wanted.file.clone(), offset, length };
        let (account, asked) = (one.wanted.account, state.now.mono);
        let asked_for = state.ask(account, request, Priority::Background, Purpose::Part(number), fx);
        let (Some(one), Some(request)) = (state.downloads.get_mut(number), asked_for) else { return };
        one.next = offset.saturating_add(u64::from(length));
        one.parts.push_back(Part { request, offset, length, asked, came: None });
    }
}

/// A part was answered.
pub(in crate::state) fn came(
    state: &mut State,
    number: u64,
    request: RequestId,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let now = state.now.mono;
    let Some(one) = state.downloads.get_mut(number) else { return };
    let Some(part) = one.parts.iter_mut().find(|part| part.request == request) else { return };
    match outcome {
        Ok(Reply::Part { bytes, .. }) if bytes.0.len() as u64 > u64::from(part.length) => {
            fail(state, number, "the server sends more than was asked for", fx);
        }
        Ok(Reply::Part { least, .. }) if one.wanted.size > 0 && least > one.wanted.size => {
            let told = one.wanted.size;
            more_than_told(state, number, told, fx);
        }
        Ok(Reply::Part { bytes, last, .. }) => {
            let took = now.since(part.asked);
            part.came = Some((bytes, last));
            one.losses = 0;
            if took <= QUICK && one.length < one.longest {
                one.length = one.length.saturating_mul(2).min(one.longest);
            } else if took <= QUICK {
                one.window = (one.window + 1).min(WINDOW);
            } else if took >= SLOW {
                (one.window, one.length) = (1, (one.length / 2).max(LEAST));
            }
            hand_over(state, number, fx);
        }
        Ok(_) => fail(state, number, "the server gives something else", fx),
        Err(refusal) if refusal.kind == RefusalKind::LinkLost => {
            one.losses = one.losses.saturating_add(1);
            if one.losses >= LOSSES {
                return fail(state, number, "the connection was lost again and again", fx);
            }
            pause(state, number, fx);
        }
        Err(refusal) => {
            let sentence = refusal.text.trim_end_matches('.').to_owned();
            fail(state, number, &sentence, fx);
        }
    }
}

/// The session did not take what was asked for: that is no loss, and it is asked for again in a while.
pub(in crate::state) fn not_taken(state: &mut State, number: u64, request: RequestId, fx: &mut Effects) {
    let asked = |one: &Download| one.parts.iter().any(|part| part.request == request);
    if state.downloads.get(number).is_some_and(asked) {
        pause(state, number, fx);
    }
}

/// It goes on in a while, or with the next connection.
fn pause(state: &mut State, number: u64, fx: &mut Effects) {
    let until = state.now.mono.plus(PAUSE);
    if let Some(one) = state.downloads.get_mut(number) {
        (one.stage, one.wait) = (Stage::Waiting, Some(until));
    }
    let_go(state, number, Step::Leave, fx);
}

/// Gives the shell what is here and whose turn it is.
fn hand_over(state: &mut State, number: u64, fx: &mut Effects) {
    loop {
        let Some(one) = state.downloads.get_mut(number) else { return };
        let Some((bytes, last)) = one.parts.front_mut().and_then(|part| part.came.take()) else { break };
        let Some(part) = one.parts.pop_front() else { break };
        let length = bytes.0.len() as u64;
        let end = part.offset.saturating_add(length);
        let told = one.wanted.size;
        if told > 0 && end > told {
            return more_than_told(state, number, told, fx);
        }
        let whole = if told > 0 { end == told } else { last || length == 0 };
        if !whole && (last || length == 0) {
            let sentence = format!("the server has only {} of {}", size(end), size(told));
            return fail(state, number, &sentence, fx);
        }
        if !whole && end >= one.bound() {
            let sentence = format!("it is larger than {}, and nobody says how large", size(UNTOLD));
            return fail(state, number, &sentence, fx);
        }
        one.writing += 1;
        fx.push(Effect::Save(number, Step::Write { offset: part.offset, bytes, last: whole }));
        if !whole && length < u64::from(part.length) {
            // It gives no more at once: what was asked for behind it begins elsewhere. A single short answer is not what all are to be.
            one.longest = u32::try_from(length).unwrap_or(u32::MAX).max(LEAST).min(one.longest);
            one.next = end;
            drop_parts(state, number, fx);
        }
    }
    state.touch();
}

/// No more is written than was told, and half of a file is none.
fn more_than_told(state: &mut State, number: u64, told: u64, fx: &mut Effects) {
    fail(state, number, &format!("the server has more of it than {}, as the message says", size(told)), fx);
}

/// What was asked for is not wanted any more.
pub(super) fn drop_parts(state: &mut State, number: u64, fx: &mut Effects) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    let account = one.wanted.account;
    let parts = std::mem::take(&mut one.parts);
    for part in parts.into_iter().filter(|part| part.came.is_none()) {
        if let Some(account) = state.core.account_mut(account) {
            account.requests.open.remove(&part.request);
        }
        fx.push(Effect::Cancel(account, part.request));
    }
}
