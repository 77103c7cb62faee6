//! The order, sharing, repeating and bounds of requests, against a link that is played by hand.

mod properties;

use nib::domain::answer::RefusalKind;
use nib::domain::{
    Answer, ChatId, CleanText, CommunityId, MessageKey, Mono, Outgoing, Page, Priority, Refusal, Reply, Request,
    RequestId, UserId,
};
use nib::net::dispatch::{ATTEMPTS, Budget, Dispatch, GATHER, Limits, MEMBERS_AT_ONCE};
use std::sync::Arc;
use std::time::Duration;

/// A dispatch, the calls that are under way, and the answers that were given.
struct Table {
    dispatch: Dispatch,
    now: Mono,
    under_way: Vec<(RequestId, Request)>,
    answers: Vec<Answer>,
}

impl Table {
    fn new(limits: Limits) -> Self {
        Self { dispatch: Dispatch::new(limits, 9), now: Mono(0), under_way: Vec::new(), answers: Vec::new() }
    }

    fn online(limits: Limits) -> Self {
        let mut table = Self::new(limits);
        table.link_up();
        table
    }

    fn link_up(&mut self) {
        self.dispatch.opened();
        self.dispatch.signed_in();
    }

    fn ask(&mut self, id: u64, request: Request, priority: Priority) {
        self.dispatch.submit(RequestId(id), request, priority, self.now, &mut self.answers);
    }

    /// Makes what may be made; gives what was made.
    fn pump(&mut self) -> Vec<Request> {
        let mut made = Vec::new();
        while let Some((wire, request)) = self.dispatch.next(self.now) {
            made.push(request.clone());
            self.under_way.push((wire, request.clone()));
        }
        made
    }

    fn pass(&mut self, time: Duration) -> Vec<Request> {
        self.now = self.now.plus(time);
        self.pump()
    }

    /// Goes on to the next moment at which something happens by itself.
    fn wait(&mut self) -> Vec<Request> {
        self.now = self.dispatch.deadline().expect("something to wait for").max(self.now);
        self.pump()
    }

    fn settle(&mut self, index: usize, outcome: Result<Reply, Refusal>) {
        let (request, _) = self.under_way.remove(index);
        self.dispatch.answered(Answer { request, outcome }, self.now, &mut self.answers);
    }

    fn lose(&mut self) {
        self.under_way.clear();
        self.dispatch.lost(&mut self.answers);
    }

    fn told(&mut self) -> Vec<(u64, Result<(), RefusalKind>)> {
        let plain = |answer: Answer| (answer.request.0, answer.outcome.map(drop).map_err(|refusal| refusal.kind));
        self.answers.drain(..).map(plain).collect()
    }
}

fn roles(number: u128) -> Request {
    Request::FetchRoles(CommunityId::new(number))
}

fn send(text: u64) -> Request {
    Request::Send(Arc::new(Outgoing { text: text.to_string(), ..Outgoing::default() }))
}

fn members(community: u128, ids: impl IntoIterator<Item = u128>) -> Request {
    Request::FetchMembers(CommunityId::new(community), ids.into_iter().map(UserId::new).collect())
}

fn mark(chat: u128, order: u128) -> Request {
    let upto = MessageKey { order: nib::domain::SortKey(order), ..MessageKey::default() };
    Request::MarkRead { chat: ChatId::new(chat), upto, back: false }
}

fn refusal(kind: RefusalKind) -> Result<Reply, Refusal> {
    Err(Refusal { kind, text: CleanText::ours("no"), ..Refusal::default() })
}

const USER: Priority = Priority::User;
const BACK: Priority = Priority::Background;

#[test]
fn the_urgent_goes_first_and_equals_in_order() {
    let mut table = Table::online(Limits { in_flight: 100, ..Limits::default() });
    for (id, priority) in [(1, BACK), (2, Priority::Visible), (3, USER), (4, BACK), (5, USER), (6, Priority::Visible)] {
        table.ask(id, roles(u128::from(id)), priority);
    }
    assert_eq!(table.pump(), [3, 5, 2, 6, 1, 4].map(roles));
}

#[test]
fn what_is_under_way_is_bounded_and_the_user_may_exceed_a_little() {
    let mut table = Table::online(Limits { in_flight: 3, user_extra: 2, ..Limits::default() });
    (0..5).for_each(|id| table.ask(id, roles(u128::from(id)), BACK));
    (5..15).for_each(|id| table.ask(id, roles(u128::from(id)), USER));
    assert_eq!(table.pump().len(), 5);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.pump(), [roles(10)]);
    (11..15).for_each(|id| assert_eq!(table.dispatch.cancel(RequestId(id)), None));
    assert_eq!(table.dispatch.in_flight(), 5);
    table.settle(0, Ok(Reply::Done));
    table.settle(0, Ok(Reply::Done));
    assert!(table.pump().is_empty(), "three are under way, and only others' requests wait");
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.pump(), [roles(0)]);
}

#[test]
fn a_part_of_a_file_that_nobody_wants_is_stopped_and_has_its_place_until_it_is() {
    let part = || Request::FetchPart { file: nib::domain::FileRef::default(), offset: 0, length: 100 };
    let mut table = Table::online(Limits { in_flight: 2, user_extra: 0, ..Limits::default() });
    table.ask(1, part(), BACK);
    table.ask(2, part(), BACK);
    assert_eq!(table.pump(), [part()], "both want the same");
    let (wire, _) = table.under_way[0].clone();
    assert_eq!(table.dispatch.cancel(RequestId(1)), None, "somebody wants it");
    assert_eq!(table.dispatch.cancel(RequestId(2)), Some(wire));
    assert_eq!(table.dispatch.in_flight(), 1, "until it is answered");
    // Who wants it now does not join what is being stopped.
    table.ask(3, part(), BACK);
    assert_eq!(table.pump(), [part()]);
    table.settle(0, Err(Refusal::stopped()));
    assert_eq!((table.dispatch.in_flight(), table.answers.len()), (1, 0));
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.answers.iter().map(|answer| answer.request).collect::<Vec<_>>(), [RequestId(3)]);
}

#[test]
fn too_many_are_refused_in_words_and_the_user_last() {
    let mut table = Table::new(Limits { requests: 16, ..Limits::default() });
    (0..20).for_each(|id| table.ask(id, send(id), BACK));
    assert_eq!(table.told(), (14..20).map(|id| (id, Err(RefusalKind::RateLimited))).collect::<Vec<_>>());
    (20..24).for_each(|id| table.ask(id, send(id), USER));
    assert_eq!(table.told().len(), 2);
    assert_eq!(table.dispatch.unanswered(), 16);
}

#[test]
fn equal_reads_share_a_call_and_the_most_urgent_asker_counts() {
    let mut table = Table::online(Limits { in_flight: 1, user_extra: 0, ..Limits::default() });
    table.ask(1, roles(1), BACK);
    table.pump();
    table.ask(2, roles(2), Priority::Visible);
    table.ask(3, roles(3), BACK);
    table.ask(4, roles(3), USER);
    table.ask(5, roles(1), USER);
    table.ask(6, send(6), BACK);
    table.ask(7, send(6), BACK);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.told(), [(1, Ok(())), (5, Ok(()))]);
    assert_eq!(table.pump(), [roles(3)], "raised over the visible one");
    table.settle(0, refusal(RefusalKind::Forbidden));
    assert_eq!(table.told(), [(3, Err(RefusalKind::Forbidden)), (4, Err(RefusalKind::Forbidden))]);
    assert_eq!(table.pump(), [roles(2)]);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.pump(), [send(6)]);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.pump(), [send(6)], "messages are never shared");
}

#[test]
fn a_read_after_an_answered_write_is_made_anew() {
    let mut table = Table::online(Limits::default());
    table.ask(1, roles(1), USER);
    table.ask(2, send(2), USER);
    table.pump();
    table.ask(3, roles(1), USER);
    assert!(table.pump().is_empty(), "shared");
    table.settle(1, Ok(Reply::Done));
    table.ask(4, roles(1), USER);
    assert_eq!(table.pump(), [roles(1)], "the one under way may have been answered before the write");
}

#[test]
fn what_pushes_change_is_asked_anew_once_it_is_under_way() {
    let chat = ChatId::new(1);
    let (page, limit) = (Page::Latest, 15);
    let asked = [
        Request::FetchHistory { chat, page, limit },
        Request::PeekHistory { chat, page, limit },
        Request::FetchChannels(CommunityId::new(1)),
        Request::FetchChat(chat),
    ];
    for request in asked {
        let mut table = Table::online(Limits::default());
        table.ask(1, request.clone(), USER);
        table.ask(2, request.clone(), USER);
        assert_eq!(table.pump(), std::slice::from_ref(&request), "two that wait are one");
        // Who asks now may have been told newer things than the answer that is on its way knows.
        table.ask(3, request.clone(), USER);
        assert_eq!(table.pump(), [request], "a call of its own");
        table.settle(0, Ok(Reply::Done));
        assert_eq!(table.told(), [(1, Ok(())), (2, Ok(()))]);
        table.settle(0, Ok(Reply::Done));
        assert_eq!(table.told(), [(3, Ok(()))]);
    }
}

#[test]
fn look_ups_of_members_wait_for_each_other_within_bounds() {
    let mut table = Table::online(Limits::default());
    table.ask(1, members(1, [1, 2]), BACK);
    assert!(table.pump().is_empty());
    table.ask(2, members(2, [1]), BACK);
    table.now = table.now.plus(GATHER / 2);
    table.ask(3, members(1, [2, 3]), USER);
    table.ask(4, members(1, 4..4 + MEMBERS_AT_ONCE as u128 - 2), BACK);
    assert!(table.pump().is_empty());
    assert_eq!(table.wait(), [members(1, [1, 2, 3]), members(2, [1])]);
    assert_eq!(table.pass(GATHER), [members(1, 4..4 + MEMBERS_AT_ONCE as u128 - 2)], "there was no room");
    table.ask(5, members(1, [3, 1]), USER);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.told(), [(1, Ok(())), (3, Ok(())), (5, Ok(()))]);
}

#[test]
fn passing_refusals_are_tried_again_with_growing_delay_and_then_told() {
    for kind in [RefusalKind::TimedOut, RefusalKind::ServerFault, RefusalKind::RateLimited, RefusalKind::LinkLost] {
        let mut table = Table::online(Limits::default());
        table.ask(1, roles(1), USER);
        table.pump();
        let mut delays = Vec::new();
        for _ in 1..ATTEMPTS {
            table.settle(0, refusal(kind));
            let before = table.now;
            assert!(table.pump().is_empty());
            assert_eq!(table.wait(), [roles(1)]);
            delays.push(table.now.since(before));
        }
        assert!(table.told().is_empty());
        table.settle(0, refusal(kind));
        assert_eq!(table.told(), [(1, Err(kind))]);
        assert!(delays.is_sorted() && delays[0] >= Duration::from_millis(500), "{delays:?}");
        assert!(delays.iter().all(|delay| *delay <= Duration::from_secs(2)), "{delays:?}");
    }
}

#[test]
fn lasting_refusals_and_sends_are_told_at_once() {
    let mut table = Table::online(Limits::default());
    table.ask(1, roles(1), USER);
    table.ask(2, send(2), USER);
    table.ask(3, Request::SetTyping { chat: ChatId::new(1), typing: true }, USER);
    table.pump();
    table.settle(0, refusal(RefusalKind::Forbidden));
    table.settle(0, refusal(RefusalKind::ServerFault));
    table.settle(0, refusal(RefusalKind::TimedOut));
    let told = [(1, Err(RefusalKind::Forbidden)), (2, Err(RefusalKind::ServerFault)), (3, Err(RefusalKind::TimedOut))];
    assert_eq!(table.told(), told);
    assert_eq!(table.dispatch.deadline(), None);
}

#[test]
fn the_network_s_own_wait_is_kept_when_it_is_bearable() {
    let limited = |seconds| {
        let retry_after = Some(Duration::from_secs(seconds));
        Err(Refusal { kind: RefusalKind::RateLimited, retry_after, ..Refusal::default() })
    };
    let mut table = Table::online(Limits::default());
    table.ask(1, roles(1), USER);
    table.pump();
    table.settle(0, limited(7));
    assert!(table.pass(Duration::from_millis(6999)).is_empty());
    assert_eq!(table.pass(Duration::from_millis(1)), [roles(1)]);
    table.settle(0, limited(3600));
    assert_eq!(table.told(), [(1, Err(RefusalKind::RateLimited))]);
}

#[test]
fn writes_about_one_thing_do_not_overtake_each_other() {
    let mut table = Table::online(Limits::default());
    table.ask(1, mark(1, 10), BACK);
    table.ask(2, mark(1, 20), USER);
    table.ask(3, mark(2, 5), BACK);
    assert_eq!(table.pump(), [mark(1, 10), mark(2, 5)]);
    table.settle(0, refusal(RefusalKind::ServerFault));
    assert!(table.pump().is_empty(), "the older one is to be repeated first");
    assert_eq!(table.wait(), [mark(1, 10)]);
    table.settle(1, Ok(Reply::Done));
    assert_eq!(table.pump(), [mark(1, 20)]);
}

#[test]
fn messages_with_files_go_one_after_the_other_and_who_waits_for_them_is_known() {
    let with_file = |text: u64| {
        let attachments = vec![nib::domain::Upload::default()];
        Request::Send(Arc::new(Outgoing { text: text.to_string(), attachments, ..Outgoing::default() }))
    };
    let mut table = Table::online(Limits::default());
    table.ask(1, with_file(1), Priority::User);
    table.ask(2, with_file(2), Priority::User);
    table.ask(3, send(3), Priority::User);
    assert_eq!(table.pump(), [with_file(1), send(3)]);
    let (first, _) = table.under_way[0];
    assert_eq!(table.dispatch.askers(first), [RequestId(1)]);
    assert_eq!(table.dispatch.askers(RequestId(99)), []);
    table.settle(0, Ok(Reply::Done));
    assert_eq!(table.dispatch.askers(first), []);
    assert_eq!(table.pump(), [with_file(2)]);
}

#[test]
fn a_lost_link_answers_what_cannot_be_repeated_and_keeps_the_rest() {
    let mut table = Table::online(Limits::default());
    table.ask(1, send(1), USER);
    table.ask(2, roles(2), USER);
    table.ask(3, Request::SetTyping { chat: ChatId::new(1), typing: true }, USER);
    table.pump();
    table.ask(4, send(4), USER);
    table.lose();
    assert_eq!(table.told(), [(1, Err(RefusalKind::LinkLost)), (3, Err(RefusalKind::LinkLost))]);
    assert!(table.pump().is_empty());
    table.ask(5, roles(5), USER);
    table.ask(6, Request::SetTyping { chat: ChatId::new(1), typing: false }, USER);
    assert_eq!(table.told(), [(6, Err(RefusalKind::LinkLost))], "nobody wants to hear of it later");
    table.dispatch.opened();
    assert!(table.pump().is_empty(), "not before the sign-in");
    table.ask(7, Request::SignInCode(nib::domain::Secret::new("123456".to_owned())), USER);
    assert_eq!(table.pump().len(), 1, "but for the sign-in itself");
    table.settle(0, Ok(Reply::Done));
    table.dispatch.signed_in();
    assert_eq!(table.pump(), [roles(2), send(4), roles(5)]);
}

#[test]
fn losses_do_not_count_as_attempts_but_have_an_end() {
    let mut table = Table::online(Limits::default());
    table.ask(1, roles(1), USER);
    let mut losses = 0;
    while table.answers.is_empty() {
        assert_eq!(table.pump(), [roles(1)]);
        table.lose();
        table.link_up();
        losses += 1;
        assert!(losses < 100);
    }
    assert!(losses > ATTEMPTS, "{losses}");
    assert_eq!(table.told(), [(1, Err(RefusalKind::LinkLost))]);
}

#[test]
fn a_budget_holds_over_time_and_across_links() {
    let window = Duration::from_secs(10);
    let budget = Some(Budget { calls: 4, window });
    let mut table = Table::online(Limits { in_flight: 100, budget, ..Limits::default() });
    (0..8).for_each(|id| table.ask(id, roles(u128::from(id)), BACK));
    assert_eq!(table.pump().len(), 3);
    table.lose();
    table.link_up();
    table.ask(10, send(10), USER);
    assert_eq!(table.pump(), [send(10)], "the rest of the budget is the user's");
    assert_eq!(table.dispatch.deadline(), Some(Mono(0).plus(window)));
    assert_eq!(table.wait().len(), 3, "the window is empty again, and a quarter stays kept");
}

#[test]
fn the_end_answers_everything() {
    let mut table = Table::online(Limits::default());
    table.ask(1, send(1), USER);
    table.ask(2, roles(2), USER);
    table.pump();
    table.ask(3, roles(2), USER);
    table.ask(4, roles(4), USER);
    let Table { dispatch, answers, .. } = &mut table;
    dispatch.end(&Refusal::ours(RefusalKind::NotSignedIn, "Not signed in."), answers);
    let not_signed_in = Err(RefusalKind::NotSignedIn);
    assert_eq!(table.told(), [1, 2, 3, 4].map(|id| (id, not_signed_in)));
    assert_eq!((table.dispatch.unanswered(), table.dispatch.in_flight()), (0, 0));
}
