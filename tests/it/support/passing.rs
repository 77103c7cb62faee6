//! Time that passes for an adapter, and what it tells meanwhile.

use nib::domain::{Answer, LinkEvent, Now, Refusal, Reply};
use nib::net::{Adapter, NetEvent, Out};
use std::time::Duration;

/// Lets time pass as a session does: it calls at each deadline and never between. A deadline that does not move is a busy loop.
pub(crate) fn pass(adapter: &mut impl Adapter, now: &mut Now, duration: Duration, out: &mut Out) {
    let end = now.plus(duration);
    while let Some(at) = adapter.deadline().filter(|&at| at <= end.mono) {
        let at = at.max(now.mono);
        *now = now.plus(at.since(now.mono));
        adapter.tick(*now, out);
        assert!(adapter.deadline().is_none_or(|next| next > at), "a deadline stays after it was served");
    }
    *now = end;
}

/// What was told of the connection, where nothing else may have been told.
pub(crate) fn links(told: Vec<NetEvent>) -> Vec<LinkEvent> {
    let link = |event| match event {
        NetEvent::Link(link) => link,
        other => panic!("not about the link: {other:?}"),
    };
    told.into_iter().map(link).collect()
}

/// Answers by the number of what they answer; whatever else was told is passed over.
pub(crate) fn answers(told: Vec<NetEvent>) -> Vec<(u64, Result<Reply, Refusal>)> {
    let answer = |event| match event {
        NetEvent::Answer(Answer { request, outcome }) => Some((request.0, outcome)),
        _ => None,
    };
    told.into_iter().filter_map(answer).collect()
}
