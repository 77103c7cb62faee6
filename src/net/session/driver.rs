//! The life of a session: dial, run the connection, wait, dial again.

use super::backoff::Backoff;
use super::clock::Clock;
use super::connection::Connection;
use super::entrypoints::Entrypoints;
use super::pending::Pending;
use super::{Batch, Command, MakeAdapter, Report, SessionConfig};
use crate::domain::answer::RefusalKind;
use crate::domain::{AccountId, Answer, CleanText, DownReason, LinkEvent, Mono, Refusal, RequestId, SignInPart};
use crate::net::Credentials;
use crate::net::dial::{Dial, dial};
use crate::net::dispatch::{Counts, Dispatch};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, watch};

/// How a connection, or the session with it, ended.
#[derive(Debug)]
pub(super) enum End {
    /// The session was stopped, or nobody listens any more.
    Stopped,
    /// The sign-in was refused; the adapter has told so.
    Refused,
    /// Dial again.
    Down(DownReason),
}

/// What comes from the holder of the session's handle.
pub(super) struct Wishes {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) probe: Arc<Notify>,
    pub(super) stop: watch::Receiver<bool>,
}

/// What outlives the connections of a session.
pub(super) struct Driver {
    pub(super) config: SessionConfig,
    make_adapter: MakeAdapter,
    pub(super) dispatch: Dispatch,
    pub(super) pending: Pending,
    /// Calls that are under way and that the adapter is to stop if it still can, by their names there.
    pub(super) stops: Vec<RequestId>,
    pub(super) events: mpsc::Sender<Batch>,
    pub(super) commands: mpsc::Receiver<Command>,
    /// Asks for a look at the connection.
    pub(super) probe: Arc<Notify>,
    pub(super) stop: watch::Receiver<bool>,
    report: watch::Sender<Report>,
    pub(super) clock: Clock,
    random: fastrand::Rng,
    pub(super) backoff: Backoff,
    pub(super) entrypoints: Entrypoints,
    /// Since when the account has been signed in on the present connection.
    pub(super) signed_in_at: Option<Mono>,
}

/// Resolves when the session is asked to stop, or its handle is gone.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|&stop| stop).await;
}

impl Driver {
    pub(super) fn new(
        account: AccountId,
        config: SessionConfig,
        make_adapter: MakeAdapter,
        events: mpsc::Sender<Batch>,
        wishes: Wishes,
        report: watch::Sender<Report>,
    ) -> Self {
        let Wishes { commands, probe, stop } = wishes;
        Self {
            dispatch: Dispatch::new(config.limits, config.seed),
            pending: Pending::new(account),
            stops: Vec::new(),
            random: fastrand::Rng::with_seed(config.seed.wrapping_add(1)),
            backoff: Backoff::new(config.timing.first_delay, config.timing.most_delay),
            entrypoints: Entrypoints::new(config.server.clone(), config.trusted_hosts.clone()),
            clock: Clock::start(config.wall.clone()),
            signed_in_at: None,
            config,
            make_adapter,
            events,
            commands,
            probe,
            stop,
            report,
        }
    }

    pub(super) async fn run(mut self) {
        let refusal = loop {
            self.signed_in_at = None;
            self.pending.link(LinkEvent::Connecting);
            // Nothing that unwinds out of a connection is used again, and what stays behind here is whole between any two calls.
            let end = AssertUnwindSafe(self.connect()).catch_unwind().await.unwrap_or_else(|_| {
                tracing::error!("a fault in the session was caught; the connection is given up");
                End::Down(DownReason::Internal)
            });
            match end {
                End::Stopped => break Refusal::ours(RefusalKind::LinkLost, "The connection was ended."),
                // The account may have been made: to ask once more is the user's business.
                End::Down(reason) if matches!(self.config.credentials, Credentials::SignUp { .. }) => {
                    let about = reason.is_about_server().then_some(SignInPart::Server);
                    let reason = CleanText::line(&reason.to_string());
                    self.pending.link(LinkEvent::Refused { code: 0, reason, about });
                    break Refusal::ours(RefusalKind::LinkLost, "The connection was lost.");
                }
                End::Refused => break Refusal::ours(RefusalKind::NotSignedIn, "You are not signed in."),
                End::Down(reason) => {
                    if !self.wait(reason).await {
                        break Refusal::ours(RefusalKind::LinkLost, "The connection was ended.");
                    }
                }
            }
        };
        self.finish(&refusal).await;
    }

    /// Dials and, when that works, runs the connection to its end.
    async fn connect(&mut self) -> End {
        let server = self.entrypoints.next().clone();
        if server != self.config.server {
            tracing::info!(%server, "tries another way to the server");
        }
        let target = Dial {
            server: server.clone(),
            ca_file: self.config.ca_file.clone(),
            proxies: self.config.proxies.clone(),
            limit: self.config.timing.dial,
        };
        match self.serve_while(dial(target)).await {
            None => End::Stopped,
            Some(Err(reason)) => End::Down(reason),
            Some(Ok(socket)) => {
                let adapter = (self.make_adapter)(self.config.credentials.clone());
                Connection::new(self, adapter, socket, server).run().await
            }
        }
    }

    /// The connection is lost: tells so and waits before the next try. False: the session was stopped meanwhile.
    async fn wait(&mut self, reason: DownReason) -> bool {
        let now = self.clock.now();
        if self.signed_in_at.is_some_and(|since| now.mono.since(since) >= self.config.timing.stable) {
            self.backoff.reset();
        }
        if let Some(rest) = reason.rest() {
            self.entrypoints.rests(rest, now.mono);
        }
        if self.signed_in_at.is_some() {
            self.entrypoints.reached()
        } else {
            self.entrypoints.failed()
        }
        let retry_in = self.backoff.next(&mut self.random).max(self.entrypoints.rest(now.mono));
        tracing::info!(%reason, ?retry_in, "not connected");
        self.pending.link(LinkEvent::Down { reason, retry_in });
        self.stops.clear();
        let mut answers = Vec::new();
        self.dispatch.lost(&mut answers);
        self.pending.answers(&mut answers);
        let probe = Arc::clone(&self.probe);
        // A wish from before the loss is not a wish to skip this wait.
        let _ = probe.notified().now_or_never();
        let waiting = async move {
            tokio::select! {
                () = tokio::time::sleep(retry_in) => false,
                () = probe.notified() => true,
            }
        };
        let Some(wished) = self.serve_while(waiting).await else { return false };
        let awake = self.clock.now();
        if wished || awake.leapt(now) || awake.overslept(now.mono.plus(retry_in)) {
            // What failed before says nothing about the network that is there now.
            self.backoff.reset();
        }
        true
    }

    /// Takes requests and tells events until something else is done; `None` when the session is stopped first.
    pub(super) async fn serve_while<F: Future>(&mut self, other: F) -> Option<F::Output> {
        let mut other = std::pin::pin!(other);
        loop {
            let command = tokio::select! { biased;
                () = stopped(&mut self.stop) => return None,
                output = &mut other => return Some(output),
                permit = self.events.reserve(), if !self.pending.is_empty() => {
                    permit.ok()?.send(self.pending.batch());
                    continue;
                }
                command = self.commands.recv(), if self.pending.has_room() => command?,
            };
            self.take(command);
        }
    }

    /// Carries out a command of the core.
    pub(super) fn take(&mut self, command: Command) {
        match command {
            Command::Cancel(id) => self.stops.extend(self.dispatch.cancel(id)),
            Command::Stop(id) => {
                let mut answers: Vec<Answer> = Vec::new();
                self.stops.extend(self.dispatch.stop(id, &mut answers));
                self.pending.answers(&mut answers);
            }
            Command::Request { id, request, priority } => {
                let mut answers: Vec<Answer> = Vec::new();
                self.dispatch.submit(id, *request, priority, self.clock.now().mono, &mut answers);
                self.pending.answers(&mut answers);
            }
        }
    }

    /// Takes the commands that wait already, so that neither a flood nor a slow core holds them up.
    pub(super) fn take_waiting(&mut self) {
        while self.pending.has_room()
            && let Ok(command) = self.commands.try_recv()
        {
            self.take(command);
        }
    }

    /// Tells how the session fares, if that changed. `late`: answers of this connection that came too late.
    pub(super) fn report(&self, late: u64) {
        let counts = Counts { late, ..self.dispatch.counts() };
        self.report.send_if_modified(|report| {
            let changed = report.counts != counts || report.entrypoints != self.entrypoints.others();
            if changed {
                *report = Report { counts, entrypoints: self.entrypoints.others().to_vec() };
            }
            changed
        });
    }

    /// The network gave a token: the next connection signs in with it, and the password is forgotten.
    pub(super) fn signed_in(&mut self, event: &LinkEvent) {
        if let LinkEvent::Allowed { token } = event {
            // Who allowed it is not to be asked again when the connection is lost before it was used.
            self.config.credentials = Credentials::Token(token.clone());
        }
        if let LinkEvent::SignedIn { token, .. } = event {
            if !token.is_empty() {
                self.config.credentials = Credentials::Token(token.clone());
            }
            self.signed_in_at = Some(self.clock.now().mono);
            self.dispatch.signed_in();
        }
    }

    /// Answers what is left, and tells what was not told. When stopped, only as far as the core takes it at once: it may wait for this very end.
    async fn finish(mut self, refusal: &Refusal) {
        self.commands.close();
        self.take_waiting();
        let mut answers = Vec::new();
        self.dispatch.end(refusal, &mut answers);
        self.pending.answers(&mut answers);
        while !self.pending.is_empty() {
            let permit = tokio::select! { biased;
                permit = self.events.reserve() => permit,
                () = stopped(&mut self.stop) => return,
            };
            match permit {
                Ok(permit) => permit.send(self.pending.batch()),
                Err(_) => return,
            }
        }
    }
}
