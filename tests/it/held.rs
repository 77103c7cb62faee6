//! Until when the limits on writing hold back what is to be said.

use nib::domain::{CommunityId, Mono, Outgoing, Priority, Request, RequestId};
use nib::net::dispatch::{Budget, Dispatch, Limits};
use std::sync::Arc;
use std::time::Duration;

fn ask(dispatch: &mut Dispatch, id: u64, request: Request, now: Mono) {
    dispatch.submit(RequestId(id), request, Priority::User, now, &mut Vec::new());
}

fn send() -> Request {
    Request::Send(Arc::new(Outgoing::default()))
}

#[test]
fn what_is_written_tells_until_when_it_is_held_back() {
    let writing = [Some(Budget { calls: 2, window: Duration::from_secs(10) }), None];
    let mut dispatch = Dispatch::new(Limits { writing, ..Limits::default() }, 9);
    dispatch.opened();
    dispatch.signed_in();
    let at = |seconds: u64| Mono(seconds * 1_000_000);
    for id in 1..=3 {
        ask(&mut dispatch, id, send(), at(0));
    }
    assert_eq!(dispatch.writing_held(at(0)), None, "the budget is whole");
    assert!(dispatch.next(at(0)).is_some() && dispatch.next(at(0)).is_some() && dispatch.next(at(0)).is_none());
    assert_eq!(dispatch.writing_held(at(4)), Some(at(10)));
    assert!(dispatch.next(at(10)).is_some());
    assert_eq!(dispatch.writing_held(at(10)), None, "nothing waits any more");
    ask(&mut dispatch, 9, Request::FetchRoles(CommunityId::new(1)), at(10));
    assert_eq!(dispatch.writing_held(at(10)), None, "reading is not writing");
    for id in [10, 11] {
        ask(&mut dispatch, id, send(), at(10));
    }
    assert!(dispatch.next(at(10)).is_some() && dispatch.next(at(10)).is_some());
    assert_eq!(dispatch.writing_held(at(10)), Some(at(20)));
    dispatch.lost(&mut Vec::new());
    assert_eq!(dispatch.writing_held(at(10)), None, "without a connection something else is in the way");
}
