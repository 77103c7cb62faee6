//! Orders the requests of one account in front of whatever adapter serves it, across reconnects. Pure: time is handed in, jitter is seeded.
//!
//! - Every request is answered exactly once, or not at all once it is cancelled.
//! - What the user waits for goes first, then what is visible, then the rest; in order within each. Writes about the same thing never overtake each other.
//! - Equal reads that nobody answered yet share one call, unless it was made and a write was answered since, or it tells of what pushes change; look-ups of members of one
//!   community that come within [`GATHER`] become one call. All askers get the whole answer.
//! - Reads and idempotent writes are tried up to [`ATTEMPTS`] times when refused for a passing reason, and made again after a lost link.
//!   A message under way when the link is lost is answered with `LinkLost`, and never sent again from here.
//! - Everything is bounded by [`Limits`]; what is too much is refused in words.

mod budget;
mod call;
mod counts;

pub use budget::{Budget, Limits};
pub use counts::Counts;

use crate::domain::answer::RefusalKind;
use crate::domain::{Answer, Mono, Priority, Refusal, Reply, Request, RequestId};
use budget::Meter;
use call::{Call, Stage, Subject, is_momentary, is_of_the_moment, is_read, is_retryable, is_writing};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How often a call is made before a passing refusal is passed on.
pub const ATTEMPTS: u32 = 3;
/// How long a look-up of members waits for others to join it.
pub const GATHER: Duration = Duration::from_millis(10);
/// How many members one call looks up at most, unless a single request wants more. The networks' own limits are not published.
pub const MEMBERS_AT_ONCE: usize = 100;
/// The delay before the second attempt; it doubles for each further one, and half of it is left to chance.
const RETRY_DELAY: Duration = Duration::from_millis(1000);
/// A network that asks for a longer wait than this is not waited for in silence: its refusal is passed on.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A call under which the link broke this often may be what breaks it, and is given up.
const LOSSES: u32 = 5;

/// The state of the connection, as far as requests are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Link {
    Down,
    /// Open, not signed in: only the sign-in's own requests pass.
    Open,
    SignedIn,
}

/// The requests of one account that are not yet answered.
#[derive(Debug)]
pub struct Dispatch {
    limits: Limits,
    meter: Option<Meter>,
    /// Counts writing against the limits on it.
    writing: Vec<Meter>,
    random: fastrand::Rng,
    link: Link,
    /// By order of arrival.
    calls: BTreeMap<u64, Call>,
    next_call: u64,
    /// Which call each unanswered request waits for.
    askers: HashMap<RequestId, u64>,
    /// Which call each name on the wire stands for.
    wires: HashMap<RequestId, u64>,
    next_wire: u64,
    /// How many writes were answered.
    writes: u64,
    counts: Counts,
}

impl Dispatch {
    /// An empty one, for an account that is not connected. The seed drives the jitter of retries.
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self {
            limits,
            meter: limits.budget.map(Meter::new),
            writing: limits.writing.into_iter().flatten().map(Meter::new).collect(),
            random: fastrand::Rng::with_seed(seed),
            link: Link::Down,
            calls: BTreeMap::new(),
            next_call: 0,
            askers: HashMap::new(),
            wires: HashMap::new(),
            next_wire: 1,
            writes: 0,
            counts: Counts::default(),
        }
    }

    /// A connection is open, not signed in yet: only a sign-in code passes.
    pub fn opened(&mut self) {
        self.link = Link::Open;
    }

    /// The account is signed in: everything passes.
    pub fn signed_in(&mut self) {
        self.link = Link::SignedIn;
    }

    /// Who waits for the call with this name.
    #[must_use]
    pub fn askers(&self, wire: RequestId) -> &[RequestId] {
        self.wires.get(&wire).and_then(|number| self.calls.get(number)).map_or(&[], |call| call.askers.as_slice())
    }

    /// How many calls there were, by what became of them.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many requests are not answered yet.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.askers.len()
    }

    /// How many calls are made and not answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.wires.len()
    }

    /// Takes a request, or refuses it into `answers`. An id that is already waiting is ignored.
    pub fn submit(
        &mut self,
        id: RequestId,
        request: Request,
        priority: Priority,
        now: Mono,
        answers: &mut Vec<Answer>,
    ) {
        if self.askers.contains_key(&id) {
            return;
        }
        let passes = match self.link {
            Link::Down => !is_momentary(&request),
            Link::Open => !matches!(request, Request::SetTyping { .. }),
            Link::SignedIn => true,
        };
        if !passes {
            let refusal = Refusal::ours(RefusalKind::LinkLost, "There is no connection to the server just now.");
            answers.push(Answer { request: id, outcome: Err(refusal) });
            return;
        }
        let typing = matches!(request, Request::SetTyping { typing: true, .. });
        if typing && !self.writing.iter().all(|meter| meter.is_ample(now)) {
            let refusal =
                Refusal::ours(RefusalKind::RateLimited, "What is left of the network's limit is for messages.");
            answers.push(Answer { request: id, outcome: Err(refusal) });
            return;
        }
        if self.askers.len() >= self.limits.places(priority) {
            let text = "Too many requests are waiting for the server. Try again in a moment.";
            let refusal = Refusal::ours(RefusalKind::RateLimited, text);
            answers.push(Answer { request: id, outcome: Err(refusal) });
            return;
        }
        if let Some((number, call)) = self.shared(&request) {
            if call.stage == Stage::Waiting {
                call.take(request);
            }
            call.priority = call.priority.min(priority);
            call.askers.push(id);
            self.askers.insert(id, number);
            return;
        }
        let subject = Subject::of(&request);
        let behind = subject
            .as_ref()
            .and_then(|wanted| self.calls.iter().rev().find(|(_, call)| call.subject.as_ref() == Some(wanted)))
            .map(|(&number, _)| number);
        let not_before = if matches!(request, Request::FetchMembers(..)) { now.plus(GATHER) } else { now };
        let number = self.next_call;
        self.next_call += 1;
        self.askers.insert(id, number);
        let call = Call {
            request,
            priority,
            askers: vec![id],
            subject,
            behind,
            attempts: 0,
            losses: 0,
            not_before,
            stage: Stage::Waiting,
        };
        self.calls.insert(number, call);
    }

    /// The call that can serve the request, too.
    fn shared(&mut self, request: &Request) -> Option<(u64, &mut Call)> {
        if !is_read(request) {
            return None;
        }
        let writes = self.writes;
        let serves = |call: &Call| match call.stage {
            Stage::Waiting => call.can_take(request, MEMBERS_AT_ONCE),
            Stage::UnderWay { writes: then, .. } => {
                then == writes && !is_of_the_moment(request) && call.covers(request)
            }
        };
        self.calls.iter_mut().find(|(_, call)| serves(call)).map(|(&number, call)| (number, call))
    }

    /// A request is no longer wanted: it is not made if it was not, and never answered. A part of a file that nobody wants any more is to be stopped
    /// on its way: its name for the adapter. It has its place until the adapter has answered, and nobody joins it.
    pub fn cancel(&mut self, id: RequestId) -> Option<RequestId> {
        let number = self.askers.remove(&id)?;
        let call = self.calls.get_mut(&number)?;
        call.askers.retain(|&asker| asker != id);
        if !call.askers.is_empty() {
            return None;
        }
        match call.stage {
            Stage::Waiting => {
                self.calls.remove(&number);
                None
            }
            Stage::UnderWay { wire, .. } if matches!(call.request, Request::FetchPart { .. }) => {
                self.calls.remove(&number);
                Some(wire)
            }
            Stage::UnderWay { .. } => None,
        }
    }

    /// A request is to be stopped, if nobody can have seen anything of it. One that was not made is answered at once; of one that was, its name for the
    /// adapter, which knows, and whose answer is told to who asked.
    pub fn stop(&mut self, id: RequestId, answers: &mut Vec<Answer>) -> Option<RequestId> {
        let number = *self.askers.get(&id)?;
        match self.calls.get(&number)?.stage {
            Stage::UnderWay { wire, .. } => Some(wire),
            Stage::Waiting => {
                self.finish(number, Err(Refusal::stopped()), answers);
                None
            }
        }
    }

    /// The next call to make, if one may be made now: its name for the adapter, and what is wanted.
    pub fn next(&mut self, now: Mono) -> Option<(RequestId, &Request)> {
        let number = self
            .ready()
            .filter(|&(_, _, from)| from <= now)
            .min_by_key(|&(number, call, _)| (call.priority, number))
            .map(|(number, ..)| number)?;
        let wire = RequestId(self.next_wire);
        self.next_wire += 1;
        let call = self.calls.get_mut(&number)?;
        call.stage = Stage::UnderWay { wire, writes: self.writes };
        self.wires.insert(wire, number);
        self.counts.sent += 1;
        if let Some(meter) = &mut self.meter {
            meter.count(now);
        }
        if is_writing(&call.request) {
            self.writing.iter_mut().for_each(|meter| meter.count(now));
        }
        Some((wire, &call.request))
    }

    /// When [`Dispatch::next`] may have something that it does not have now, if only time is in the way.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        self.ready().map(|(.., from)| from).min()
    }

    /// Until when the limits on writing hold back what the user wants said; `None` while they do not.
    #[must_use]
    pub fn writing_held(&self, now: Mono) -> Option<Mono> {
        let said = |request: &Request| matches!(request, Request::Send(_) | Request::Edit { .. });
        let until = self.writing.iter().map(Meter::next_at).max().filter(|until| *until > now)?;
        self.ready().any(|(_, call, _)| said(&call.request)).then_some(until)
    }

    /// Calls that only time may hold back, and until when.
    fn ready(&self) -> impl Iterator<Item = (u64, &Call, Mono)> {
        let idle = self.link == Link::Down || self.wires.len() >= self.limits.slots(Priority::User);
        let calls = if idle { None } else { Some(self.calls.iter()) };
        calls.into_iter().flatten().filter_map(|(&number, call)| {
            let linked = self.link == Link::SignedIn || matches!(call.request, Request::SignInCode(_));
            let free = self.wires.len() < self.limits.slots(call.priority);
            let first = call.behind.is_none_or(|before| !self.calls.contains_key(&before));
            (call.stage == Stage::Waiting && linked && free && first).then(|| {
                let from = self.meter.as_ref().map_or(Mono(0), |meter| meter.free_at(call.priority));
                let writing =
                    is_writing(&call.request).then(|| self.writing.iter().map(Meter::next_at).max()).flatten();
                (number, call, from.max(call.not_before).max(writing.unwrap_or_default()))
            })
        })
    }

    /// The adapter answered a call: tells the askers, or arranges another attempt. An answer to an unknown call is ignored.
    pub fn answered(&mut self, answer: Answer, now: Mono, answers: &mut Vec<Answer>) {
        let Some(number) = self.wires.remove(&answer.request) else { return };
        let Some(call) = self.calls.get_mut(&number) else { return };
        call.attempts += 1;
        self.counts.answered(&answer);
        if is_writing(&call.request)
            && matches!(&answer.outcome, Err(refusal) if refusal.kind == RefusalKind::RateLimited)
        {
            self.writing.iter_mut().for_each(Meter::uncount);
        }
        if let Err(refusal) = &answer.outcome
            && refusal.is_passing()
            && is_retryable(&call.request)
            && !call.askers.is_empty()
            && call.attempts < ATTEMPTS
            && refusal.retry_after.is_none_or(|wait| wait <= LONGEST_WAIT)
        {
            let delay = RETRY_DELAY * 2_u32.saturating_pow(call.attempts - 1);
            let half = u64::try_from(delay.as_micros() / 2).unwrap_or(u64::MAX);
            let delay = Duration::from_micros(half + self.random.u64(0..=half));
            // A short retry_after is no reason to hurry: the network is under strain.
            call.not_before = now.plus(delay.max(refusal.retry_after.unwrap_or_default()));
            call.stage = Stage::Waiting;
            return;
        }
        if !is_read(&call.request) {
            self.writes += 1;
        }
        self.finish(number, answer.outcome, answers);
    }

    /// The link is lost: what can be repeated waits for the next one, what cannot and was under way is answered with `LinkLost`, and what
    /// waited goes on waiting.
    pub fn lost(&mut self, answers: &mut Vec<Answer>) {
        self.link = Link::Down;
        self.counts.lost += self.wires.len() as u64;
        self.wires.clear();
        // A write under way may have been done; reads of the next link must not be taken for older than it.
        self.writes += 1;
        let mut over = Vec::new();
        for (&number, call) in &mut self.calls {
            let was_under_way = call.stage != Stage::Waiting;
            call.stage = Stage::Waiting;
            call.losses += u32::from(was_under_way);
            let kept = if was_under_way {
                is_retryable(&call.request) && !call.askers.is_empty() && call.losses < LOSSES
            } else {
                !is_momentary(&call.request)
            };
            if !kept {
                over.push(number);
            }
        }
        for number in over {
            let text = "The connection was lost before the server answered.";
            self.finish(number, Err(Refusal::ours(RefusalKind::LinkLost, text)), answers);
        }
    }

    /// Nothing will be made any more: answers everything with the refusal.
    pub fn end(&mut self, refusal: &Refusal, answers: &mut Vec<Answer>) {
        self.link = Link::Down;
        self.wires.clear();
        let numbers: Vec<u64> = self.calls.keys().copied().collect();
        for number in numbers {
            self.finish(number, Err(refusal.clone()), answers);
        }
    }

    fn finish(&mut self, number: u64, outcome: Result<Reply, Refusal>, answers: &mut Vec<Answer>) {
        let Some(call) = self.calls.remove(&number) else { return };
        let mut askers = call.askers;
        for asker in &askers {
            self.askers.remove(asker);
        }
        let Some(last) = askers.pop() else { return };
        answers.extend(askers.into_iter().map(|request| Answer { request, outcome: outcome.clone() }));
        answers.push(Answer { request: last, outcome });
    }
}
