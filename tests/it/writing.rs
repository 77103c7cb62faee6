//! Limits on writing, against a link that takes everything at once.

use nib::domain::answer::RefusalKind;
use nib::domain::{Answer, ChatId, MessageKey, Mono, Outgoing, Priority, Reply, Request, RequestId};
use nib::net::dispatch::{Budget, Dispatch, Limits};
use std::sync::Arc;
use std::time::Duration;

const CHAT: ChatId = ChatId::new(7);

/// A link that answers everything as done, with what was let through and what was refused.
struct Link {
    dispatch: Dispatch,
    now: Mono,
    asked: u64,
    answers: Vec<Answer>,
}

impl Link {
    fn new() -> Self {
        let budget = |calls, seconds| Some(Budget { calls, window: Duration::from_secs(seconds) });
        let limits = Limits { writing: [budget(60, 60), budget(10, 10)], in_flight: 100, ..Limits::default() };
        let mut dispatch = Dispatch::new(limits, 3);
        dispatch.opened();
        dispatch.signed_in();
        Self { dispatch, now: Mono(0), asked: 0, answers: Vec::new() }
    }

    fn ask(&mut self, request: Request, priority: Priority) {
        self.asked += 1;
        self.dispatch.submit(RequestId(self.asked), request, priority, self.now, &mut self.answers);
    }

    fn send(&mut self) {
        self.ask(Request::Send(Arc::new(Outgoing { chat: CHAT, ..Outgoing::default() })), Priority::User);
    }

    fn typing(&mut self, typing: bool) {
        self.ask(Request::SetTyping { chat: CHAT, typing }, Priority::Background);
    }

    /// Lets through what may go now; gives how many.
    fn pump(&mut self) -> usize {
        let mut made = Vec::new();
        while let Some((wire, _)) = self.dispatch.next(self.now) {
            made.push(wire);
        }
        for request in &made {
            let answer = Answer { request: *request, outcome: Ok(Reply::Done) };
            self.dispatch.answered(answer, self.now, &mut self.answers);
        }
        made.len()
    }

    fn pass(&mut self, seconds: u64) -> usize {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.pump()
    }

    fn refused(&mut self) -> usize {
        let limited =
            |answer: &Answer| matches!(&answer.outcome, Err(refusal) if refusal.kind == RefusalKind::RateLimited);
        self.answers.drain(..).filter(limited).count()
    }
}

#[test]
fn messages_wait_for_the_limit_and_nothing_else_does() {
    let mut link = Link::new();
    (0..15).for_each(|_| link.send());
    assert_eq!(link.pump(), 10);
    (0..30).for_each(|number| {
        let upto = MessageKey { order: nib::domain::SortKey(number), ..MessageKey::default() };
        link.ask(Request::MarkRead { chat: ChatId::new(number), upto, back: false }, Priority::Background);
    });
    assert_eq!(link.pump(), 30, "reading and marking read are not writing");
    assert_eq!(link.dispatch.deadline(), Some(Mono(10_000_000)));
    assert_eq!((link.pass(9), link.pass(1)), (0, 5));
    assert_eq!(link.refused(), 0);
}

#[test]
fn both_limits_hold() {
    let mut link = Link::new();
    (0..70).for_each(|_| link.send());
    let mut made = link.pump();
    let mut each = vec![made];
    for _ in 0..6 {
        let more = link.pass(10);
        made += more;
        each.push(more);
    }
    assert_eq!(each, [10, 10, 10, 10, 10, 10, 10], "ten in ten seconds; the first are a minute old at the last");
    assert_eq!(made, 70);
}

#[test]
fn typing_leaves_half_of_every_limit_to_messages() {
    let mut link = Link::new();
    for _ in 0..20 {
        link.typing(true);
        link.pump();
    }
    assert_eq!(link.refused(), 15, "five in ten seconds");
    (0..5).for_each(|_| link.send());
    assert_eq!(link.pump(), 5, "and a message goes at once");
    // Every second, for a minute: ten seconds never hold more than five, a minute never more than thirty.
    let mut told = 0;
    for _ in 0..60 {
        link.pass(1);
        link.typing(true);
        told += link.pump();
    }
    assert!((20..=30).contains(&told), "{told}");
    link.send();
    assert_eq!(link.pump(), 1);
    link.typing(false);
    assert_eq!(link.pump(), 1, "to say that one has stopped costs nothing");
}
