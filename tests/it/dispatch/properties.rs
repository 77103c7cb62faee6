//! Whatever is asked, answered and lost, in whatever order: each request is answered once, and bounds hold.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Step {
    Ask(u8, Priority),
    Cancel(prop::sample::Index),
    Settle(prop::sample::Index, u8),
    /// The oldest call succeeds.
    Oldest,
    Stray(u64),
    Pass(u16),
    Lose,
    Up,
}

fn step() -> impl Strategy<Value = Step> {
    let priority = prop_oneof![Just(Priority::User), Just(Priority::Visible), Just(Priority::Background)];
    prop_oneof![
        8 => (any::<u8>(), priority).prop_map(|(kind, priority)| Step::Ask(kind, priority)),
        2 => any::<prop::sample::Index>().prop_map(Step::Cancel),
        6 => (any::<prop::sample::Index>(), 0..6_u8).prop_map(|(index, outcome)| Step::Settle(index, outcome)),
        1 => any::<u64>().prop_map(Step::Stray),
        4 => (0..3000_u16).prop_map(Step::Pass),
        1 => Just(Step::Lose),
        2 => Just(Step::Up),
    ]
}

fn outcome(kind: u8) -> Result<Reply, Refusal> {
    match kind {
        0..=2 => Ok(Reply::Done),
        3 => refusal(RefusalKind::TimedOut),
        4 => Err(Refusal {
            kind: RefusalKind::RateLimited,
            retry_after: Some(Duration::from_secs(2)),
            ..Refusal::default()
        }),
        _ => refusal(RefusalKind::Forbidden),
    }
}

fn any_request(kind: u8, id: u64) -> Request {
    let few = u128::from(kind / 8 % 3);
    match kind % 8 {
        0 | 1 => roles(few),
        2 => members(few, [u128::from(kind), 1]),
        3 | 4 => send(id),
        5 => mark(few, u128::from(id)),
        6 => Request::SetTyping { chat: ChatId::new(few), typing: true },
        _ => Request::FetchCommunities,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: each request is answered exactly once, a cancelled one at most once and not afterwards, no message
    /// is sent twice, and all bounds hold.
    #[test]
    fn each_request_is_answered_exactly_once(steps in prop::collection::vec(step(), 1..200), budget in any::<bool>()) {
        let budget = budget.then_some(Budget { calls: 5, window: Duration::from_secs(1) });
        let limits = Limits { in_flight: 3, user_extra: 2, requests: 24, budget, ..Limits::default() };
        let mut table = Table::new(limits);
        let mut asked: BTreeMap<u64, bool> = BTreeMap::new();
        let mut told: BTreeSet<u64> = BTreeSet::new();
        let mut sent: BTreeSet<String> = BTreeSet::new();
        let mut made_at: Vec<Mono> = Vec::new();
        let mut up = false;
        // After the steps, the link comes up and stays, and the server answers everything.
        let finale = (0..400).flat_map(|_| {
            [Step::Up, Step::Oldest, Step::Pass(1000)]
        });
        for (index, step) in steps.into_iter().chain(finale).enumerate() {
            match step {
                Step::Ask(kind, priority) => {
                    let id = index as u64;
                    asked.insert(id, false);
                    table.ask(id, any_request(kind, id), priority);
                }
                Step::Cancel(which) => {
                    if let Some((&id, cancelled)) = (!asked.is_empty()).then(|| which.index(asked.len()))
                        .and_then(|at| asked.iter_mut().nth(at))
                    {
                        *cancelled |= !told.contains(&id);
                        table.dispatch.cancel(RequestId(id));
                    }
                }
                Step::Settle(which, kind) => {
                    if !table.under_way.is_empty() {
                        let at = which.index(table.under_way.len());
                        table.settle(at, outcome(kind));
                    }
                }
                Step::Oldest => {
                    if !table.under_way.is_empty() {
                        table.settle(0, Ok(Reply::Done));
                    }
                }
                Step::Stray(id) => {
                    let stray = RequestId(id | 1 << 60);
                    let answer = Answer { request: stray, outcome: Ok(Reply::Done) };
                    table.dispatch.answered(answer, table.now, &mut table.answers);
                }
                Step::Pass(millis) => table.now = table.now.plus(Duration::from_millis(u64::from(millis))),
                Step::Lose => {
                    up = false;
                    table.lose();
                }
                Step::Up => {
                    if !up {
                        table.link_up();
                    }
                    up = true;
                }
            }
            for request in table.pump() {
                made_at.push(table.now);
                if let Request::Send(message) = request {
                    prop_assert!(sent.insert(message.text.clone()), "sent twice");
                }
            }
            prop_assert!(up || table.under_way.is_empty());
            prop_assert!(table.dispatch.in_flight() <= 5);
            prop_assert_eq!(table.dispatch.in_flight(), table.under_way.len());
            prop_assert!(table.dispatch.unanswered() <= 24);
            if let Some(at) = table.dispatch.deadline() {
                prop_assert!(at > table.now, "a deadline that has passed would keep the session busy");
            }
            for answer in table.answers.drain(..) {
                let id = answer.request.0;
                prop_assert_eq!(asked.get(&id), Some(&false), "cancelled, or never asked");
                prop_assert!(told.insert(id), "told twice");
            }
        }
        for (id, cancelled) in asked {
            prop_assert!(cancelled || told.contains(&id), "{} was never answered", id);
        }
        prop_assert_eq!((table.dispatch.unanswered(), table.dispatch.in_flight()), (0, 0));
        if budget.is_some() {
            for six in made_at.windows(6) {
                prop_assert!(six[5].since(six[0]) >= Duration::from_secs(1));
            }
        }
    }
}
