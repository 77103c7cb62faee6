//! Time that passes for an adapter.

use nib::domain::Now;
use nib::net::{Adapter, Out};
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
