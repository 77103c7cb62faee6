//! One open connection, from the greeting to its end.

use super::driver::{Driver, End, stopped};
use super::latency::Latency;
use super::pulse::{Finding, Pulse};
use super::socket::{Ended, Incoming, Wire};
use super::stream::{Moved, Sent};
use super::web;
use crate::domain::{DownReason, LinkEvent, Mono, Now, Progress, Refusal, RefusalKind};
use crate::net::dial::{Dial, ServerAddress, Socket, reason};
use crate::net::http::{HttpId, HttpOutcome};
use crate::net::{Adapter, Close, NetEvent, Out};
use futures_util::future::{AbortHandle, BoxFuture, abortable};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;

/// So many words on how far calls are may wait; more are not said.
const SENT: usize = 16;
/// So many frames may wait for a slow network before no more requests are turned into frames.
const MOST_BACKLOG: usize = 64;

/// A way to the server and back that takes so long is measured again soon.
const SLOW: Duration = Duration::from_millis(500);
/// How soon.
const AGAIN: Duration = Duration::from_secs(3);

/// One connection with its adapter.
pub(super) struct Connection<'a> {
    driver: &'a mut Driver,
    adapter: Box<dyn Adapter>,
    wire: Wire,
    /// Calls beside the connection that are under way; they end with it.
    calls: FuturesUnordered<BoxFuture<'static, Option<(HttpId, HttpOutcome)>>>,
    /// How they are ended before.
    ends: HashMap<HttpId, AbortHandle>,
    /// How far those are that send files.
    sent: (mpsc::Sender<Sent>, mpsc::Receiver<Sent>),
    /// Where it leads.
    server: ServerAddress,
    pulse: Pulse,
    /// Both clocks as they were looked at last, and when they were to be looked at again.
    seen: Now,
    due: Mono,
    /// When the ping was sent whose pong has not come.
    pinged: Option<Mono>,
    /// Since when nothing that was said was answered, neither a ping nor a request, whatever the server says by itself.
    unanswered: Option<Mono>,
    /// The server answers pings: one that never did may be there all the same.
    pongs: bool,
    latency: Latency,
    /// The adapter is not called for its deadline before.
    may_tick: Mono,
    /// Until when something is to be heard, where nothing yet has shown that anybody there speaks as a server does: over TCP, until the first message.
    mute_until: Option<Mono>,
    /// Until when writing is held back, as the core was told.
    held_until: Option<Mono>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(
        driver: &'a mut Driver,
        adapter: Box<dyn Adapter>,
        socket: Socket,
        server: ServerAddress,
    ) -> Self {
        let now = driver.clock.now();
        let pulse = Pulse::new(driver.config.timing, now.mono);
        let mute_until = (!server.is_websocket()).then(|| now.mono.plus(driver.config.timing.dial));
        Self {
            driver,
            adapter,
            wire: Wire::new(socket),
            calls: FuturesUnordered::new(),
            ends: HashMap::new(),
            sent: mpsc::channel(SENT),
            server,
            pulse,
            seen: now,
            due: now.mono,
            pinged: None,
            unanswered: None,
            pongs: false,
            latency: Latency::default(),
            may_tick: now.mono,
            mute_until,
            held_until: None,
        }
    }

    /// Runs it to its end.
    pub(super) async fn run(mut self) -> End {
        self.driver.dispatch.opened();
        let mut out = Out::default();
        self.adapter.open(self.driver.clock.now(), &mut out);
        let end = match self.carry_out(&mut out) {
            Some(end) => end,
            None => {
                // Right behind the greeting, so that there is a latency to tell from the start.
                self.ping(&mut out);
                self.turns(&mut out).await
            }
        };
        self.report_skipped();
        let limit = self.driver.config.timing.farewell;
        match end {
            End::Stopped => {
                self.wire.part(limit).await;
                End::Stopped
            }
            End::Down(DownReason::Closed(why)) => {
                let left = self.driver.serve_while(self.wire.take_leave(limit)).await;
                left.map_or(End::Stopped, |()| End::Down(DownReason::Closed(why)))
            }
            // Nobody is there to part from.
            End::Down(DownReason::Quiet) => end,
            End::Refused | End::Down(_) => {
                let parted = self.driver.serve_while(self.wire.part(limit)).await;
                // Stopped while parting: that is the end, and a refusal is told all the same.
                if parted.is_none() && !matches!(end, End::Refused) { End::Stopped } else { end }
            }
        }
    }

    /// Turn after turn: wait for anything, then do everything that can be done.
    async fn turns(&mut self, out: &mut Out) -> End {
        loop {
            if let Some(end) = self.pump(out) {
                return end;
            }
            self.tell_held();
            self.driver.report(self.adapter.late());
            // A core that does not keep up is not fed: the socket fills, and the network slows down.
            let read = !self.driver.pending.is_full();
            self.due = self.wake(read);
            let wake = self.driver.clock.instant(self.due);
            let mut probed = false;
            let driver = &mut *self.driver;
            let (mut called, mut sent) = (None, None);
            let command = tokio::select! { biased;
                () = stopped(&mut driver.stop) => return End::Stopped,
                permit = driver.events.reserve(), if !driver.pending.is_empty() => {
                    let Ok(permit) = permit else { return End::Stopped };
                    permit.send(driver.pending.batch());
                    None
                }
                () = driver.probe.notified() => {
                    probed = true;
                    None
                }
                () = self.wire.moved(read) => None,
                over = self.calls.next(), if !self.calls.is_empty() => {
                    called = over.flatten();
                    None
                }
                told = self.sent.1.recv() => {
                    sent = told;
                    None
                }
                command = driver.commands.recv(), if driver.pending.has_room() => {
                    let Some(command) = command else { return End::Stopped };
                    Some(command)
                }
                () = tokio::time::sleep_until(wake) => None,
            };
            if let Some(command) = command {
                driver.take(command);
            }
            driver.take_waiting();
            for request in std::mem::take(&mut driver.stops) {
                self.adapter.cancel(request, self.driver.clock.now(), out);
            }
            if let Some(end) = self.carry_out(out) {
                return end;
            }
            if let Some((id, bytes)) = sent {
                self.adapter.http_progress(id, bytes, out);
                if let Some(end) = self.carry_out(out) {
                    return end;
                }
            }
            if let Some((id, outcome)) = called {
                self.ends.remove(&id);
                self.adapter.http(id, outcome, self.driver.clock.now(), out);
                if let Some(end) = self.carry_out(out) {
                    return end;
                }
            }
            if let Some(end) = self.look_at_incoming(out) {
                return end;
            }
            if probed || self.slept() {
                self.probe(out);
            }
            if let Some(end) = self.look_at_clock(out) {
                return end;
            }
        }
    }

    /// When time alone gives something to do. While nothing is read, nothing counts as overdue: the answer may be in the socket.
    fn wake(&self, reading: bool) -> Mono {
        let due = [
            if reading { self.pulse.deadline(self.can_ask()) } else { None },
            if reading { self.tick_at() } else { None },
            if reading { self.mute_until } else { None },
            if self.may_ask() { self.driver.dispatch.deadline() } else { None },
        ];
        due.into_iter().flatten().fold(self.pulse.next_ping(), Mono::min)
    }

    /// Whether the server can be asked for a sign of life. Over plain TCP there is nothing to ask before the sign-in, and the user may be looking
    /// for a code: such silence means nothing, and the adapter knows how long the rest of the sign-in may take.
    fn can_ask(&self) -> bool {
        self.wire.has_pings() || self.adapter.can_probe()
    }

    /// When the adapter wants to be called. Not twice in a millisecond, so that a deadline that does not move on keeps nobody busy.
    /// Not in doubt either: what would be overdue after a sleep may be on its way.
    fn tick_at(&self) -> Option<Mono> {
        let doubted = self.pulse.doubted_until().filter(|_| self.can_ask()).unwrap_or_default();
        self.adapter.deadline().map(|at| at.max(self.may_tick).max(doubted))
    }

    fn may_ask(&self) -> bool {
        self.wire.backlog() < MOST_BACKLOG && self.driver.pending.has_room()
    }

    /// Makes the calls that may be made now.
    fn pump(&mut self, out: &mut Out) -> Option<End> {
        while self.may_ask() {
            let now = self.driver.clock.now();
            let (id, request) = self.driver.dispatch.next(now.mono)?;
            self.adapter.request(id, request, now, out);
            // The adapter may keep it until the user is signed in.
            let sent = !out.frames.is_empty();
            if self.pulse.is_stale(now.mono) {
                self.ping(out);
            }
            if sent {
                self.pulse.asked(now.mono);
            }
            if let Some(end) = self.carry_out(out) {
                return Some(end);
            }
        }
        None
    }

    /// Tells the core when what is to be said begins or ceases to wait for the limits of the network.
    fn tell_held(&mut self) {
        let now = self.driver.clock.now().mono;
        let until = self.driver.dispatch.writing_held(now);
        if std::mem::replace(&mut self.held_until, until) != until {
            self.driver.pending.link(LinkEvent::Held(until.map(|until| until.since(now))));
        }
    }

    fn look_at_incoming(&mut self, out: &mut Out) -> Option<End> {
        let mut incoming = std::mem::take(&mut self.wire.incoming);
        if !incoming.is_empty() {
            self.mute_until = None;
            let now = self.driver.clock.now();
            if self.pulse.heard(now.mono) {
                self.driver.pending.link(LinkEvent::Silent(None));
                // How long it takes now is of interest, not how long it took.
                self.pulse.ping_within(AGAIN, now.mono);
            }
            for item in incoming.drain(..) {
                match item {
                    Incoming::Frame(frame) => self.adapter.frame(frame, now, out),
                    Incoming::Ping => self.adapter.heard(now),
                    Incoming::Pong(payload) => {
                        (self.unanswered, self.pongs) = (None, true);
                        self.adapter.heard(now);
                        self.pong(&payload, now.mono);
                    }
                    Incoming::Close(frame) => return Some(End::Down(reason::of_close(frame.as_ref()))),
                }
                if let Some(end) = self.carry_out(out) {
                    return Some(end);
                }
            }
            // The vector is used again for the next gulp.
            self.wire.incoming = incoming;
        }
        match self.wire.ended.as_ref()? {
            Ended::Over => Some(End::Down(DownReason::Closed(None))),
            Ended::Fault(error) => Some(End::Down(reason::of_stream(&self.server, error))),
        }
    }

    fn ping(&mut self, out: &mut Out) {
        let now = self.driver.clock.now().mono;
        self.pulse.pinged(now);
        // Not a second one behind a socket that takes nothing.
        if self.pinged.is_none() || self.wire.backlog() == 0 {
            if self.wire.has_pings() {
                self.pinged = Some(now);
                self.wire.ping(now.0.to_be_bytes());
            } else {
                let waiting = out.frames.len();
                self.adapter.probe(self.driver.clock.now(), out);
                if out.frames.len() > waiting {
                    self.pinged = Some(now);
                }
                for frame in out.frames.drain(..) {
                    self.wire.push(frame);
                }
            }
        }
        // Now or before: an answer is awaited. Where nothing can be asked, none is.
        if self.pinged.is_some() {
            self.pulse.asked(now);
            self.unanswered.get_or_insert(now);
        }
    }

    /// Whether what is said does not arrive any more, though the other way may go on: as long without any answer as without a sign of life.
    fn is_mute(&self, now: Mono) -> bool {
        let limit = self.driver.config.timing.silence;
        self.pongs && self.can_ask() && self.unanswered.is_some_and(|since| now.since(since) >= limit)
    }

    /// Whether the computer slept since the last turn. Costs no wake-up of its own: the keepalive's timer looks often enough.
    fn slept(&mut self) -> bool {
        let now = self.driver.clock.now();
        let seen = std::mem::replace(&mut self.seen, now);
        let slept = now.leapt(seen) || now.overslept(self.due);
        if slept {
            tracing::info!("the computer slept, or its clock was set; asks the server whether it is there");
        }
        slept
    }

    /// Asks for a sign of life that is to come soon; without one the connection is dead, and is dialled again with short waits.
    fn probe(&mut self, out: &mut Out) {
        self.driver.backoff.reset();
        self.pulse.doubt(self.driver.clock.now().mono);
        self.ping(out);
    }

    /// The pong to our ping tells how long the network takes.
    fn pong(&mut self, payload: &[u8], now: Mono) {
        if self.pinged.is_some_and(|sent| payload == sent.0.to_be_bytes()) {
            self.answered(now);
        }
    }

    /// What was sent for a sign of life is answered.
    fn answered(&mut self, now: Mono) {
        (self.unanswered, self.pongs) = (None, true);
        if let Some(sent) = self.pinged.take()
            && let Some(latency) = self.latency.measured(now.since(sent))
        {
            self.driver.pending.link(LinkEvent::Latency(latency));
            if latency >= SLOW {
                self.pulse.ping_within(AGAIN, now);
            }
        }
    }

    fn look_at_clock(&mut self, out: &mut Out) -> Option<End> {
        let now = self.driver.clock.now().mono;
        if now >= self.pulse.next_ping() {
            self.ping(out);
        }
        let overdue = |connection: &Self| {
            let now = connection.driver.clock.now().mono;
            let due = [connection.pulse.deadline(connection.can_ask()), connection.tick_at(), connection.mute_until];
            due.into_iter().flatten().any(|at| now >= at) || connection.is_mute(now)
        };
        if self.driver.pending.is_full() || !overdue(self) {
            return None;
        }
        // What is overdue may have arrived and not been looked at.
        self.wire.glance();
        if let Some(end) = self.look_at_incoming(out) {
            return Some(end);
        }
        let now = self.driver.clock.now();
        if self.mute_until.is_some_and(|at| now.mono >= at) {
            let seconds = self.driver.config.timing.dial.as_secs();
            let why = format!("nothing there speaks this protocol; it says nothing for {seconds} s");
            return Some(End::Down(reason::not_a_server(&self.server, &why)));
        }
        if self.is_mute(now.mono) {
            return Some(End::Down(DownReason::Quiet));
        }
        match self.pulse.look(now.mono, self.can_ask()) {
            Some(Finding::Dead) => return Some(End::Down(DownReason::Quiet)),
            Some(Finding::Silent(since)) => self.driver.pending.link(LinkEvent::Silent(Some(since))),
            None => {}
        }
        if self.tick_at().is_some_and(|at| now.mono >= at) {
            self.may_tick = now.mono.plus(Duration::from_millis(1));
            self.adapter.tick(now, out);
            return self.carry_out(out);
        }
        None
    }

    /// Does what the adapter wants done: frames, events, entrypoints, calls, close.
    fn carry_out(&mut self, out: &mut Out) -> Option<End> {
        for frame in out.frames.drain(..) {
            self.wire.push(frame);
        }
        let mut answers = Vec::new();
        let mut signed_in = false;
        for event in out.events.drain(..) {
            match event {
                NetEvent::Answer(answer) => {
                    let late = |refusal: &Refusal| refusal.kind == RefusalKind::TimedOut;
                    if !answer.outcome.as_ref().is_err_and(late) {
                        self.unanswered = None;
                    }
                    self.driver.dispatch.answered(answer, self.driver.clock.now().mono, &mut answers);
                    self.driver.pending.answers(&mut answers);
                }
                NetEvent::Link(event) => {
                    signed_in |= matches!(event, LinkEvent::SignedIn { .. });
                    self.driver.signed_in(&event);
                    self.driver.pending.link(event);
                }
                NetEvent::Progress(progress) => {
                    self.unanswered = None;
                    for &request in self.driver.dispatch.askers(progress.request) {
                        self.driver.pending.push(NetEvent::Progress(Progress { request, ..progress }));
                    }
                }
                update @ NetEvent::Update(_) => self.driver.pending.push(update),
            }
        }
        if std::mem::take(&mut out.probed) {
            self.answered(self.driver.clock.now().mono);
        }
        if signed_in && !self.wire.has_pings() {
            // Before, there was nothing to ask for a latency.
            self.ping(out);
        }
        if !out.entrypoints.is_empty() {
            self.driver.entrypoints.told(&std::mem::take(&mut out.entrypoints));
        }
        for id in out.dropped.drain(..) {
            if let Some(end) = self.ends.remove(&id) {
                end.abort();
            }
        }
        for call in out.calls.drain(..) {
            let config = &self.driver.config;
            let dial = Dial {
                server: self.server.clone(),
                ca_file: config.ca_file.clone(),
                proxies: config.proxies.clone(),
                limit: config.timing.dial,
            };
            let id = call.id;
            let moved = if call.body.is_some() { Moved::told(id, self.sent.0.clone()) } else { Moved::default() };
            let (fetched, end) = abortable(web::fetch(call, dial, moved));
            self.ends.insert(id, end);
            self.calls.push(fetched.map(Result::ok).boxed());
        }
        Some(match out.close.take()? {
            Close::Refused => End::Refused,
            Close::Quiet => End::Down(DownReason::Quiet),
            Close::Broken(why) => End::Down(reason::not_a_server(&self.server, &why)),
            Close::SignInFault(why) => End::Down(DownReason::SignInFault(why)),
        })
    }

    fn report_skipped(&self) {
        for (kind, count) in self.adapter.skipped() {
            tracing::debug!(kind, count, "skipped, since nib does not know it");
        }
    }
}
