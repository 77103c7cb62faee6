//! One connection to a server, without its I/O.
//!
//! Holds the parts together: waits for the greeting, signs in, gives answers to whom they belong, keeps the connection alive, and tells what
//! happened. After it has asked for the connection to be closed it does nothing more.

mod calls;
mod entering;
mod files;

use super::book::{Book, Context, is_about_people};
use super::call::{self, First};
use super::defaults::{
    GARBAGE_LIMIT, LIST_PACE, LIST_SLOWEST, LIST_STEP, OriginConfig, STALE_PACE, STALE_SLOWEST, UNTRIED_LIMIT,
    WAITING_LIMIT,
};
use super::files::Files;
use super::pending::{PendingRequests, Purpose, nonce_of};
use super::refusal::{is_by_moderator, limit, limited};
use super::sign_in::SignIn;
use super::wire::{Command, Incoming, Packet, read};
use crate::domain::answer::RefusalKind;
use crate::domain::{Answer, CleanText, LinkEvent, Mono, Now, Refusal, Reply, Request, RequestId, Update};
use crate::net::http::{HttpId, HttpOutcome};
use crate::net::skipped::Skipped;
use crate::net::{Adapter, Close, Credentials, Frame, NetEvent, Out};
use std::collections::VecDeque;
use std::time::Duration;

/// How far the connection has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Not open yet.
    Fresh,
    /// The server has not greeted: the other side may be anything.
    Greeting,
    /// Greeted, not signed in.
    SigningIn,
    /// Signed in.
    SignedIn,
    /// To be closed.
    Ended,
}

/// The adapter of one connection.
pub struct OriginAdapter {
    config: OriginConfig,
    phase: Phase,
    sign_in: SignIn,
    /// What is known of the server, once it has greeted.
    book: Option<Book>,
    /// Counts until there is a book.
    skipped: Skipped,
    pending: PendingRequests,
    waiting: VecDeque<(RequestId, Request)>,
    files: Files,
    /// The call to the account service that is awaited.
    calling: Option<HttpId>,
    calls: u32,
    /// When the greeting or the next step of the sign-in is overdue.
    overdue: Option<Mono>,
    /// Until when nothing may be said in chats.
    limited_until: Mono,
    /// When it was told last that lists are old.
    stale_told: Option<Mono>,
    /// How long it is not told again from then on.
    stale_rest: Duration,
    /// When the list of members is to be told anew.
    list_due: Option<Mono>,
    /// How often it was told since it was asked for.
    list_told: u32,
    garbage: u32,
    last_heard: Mono,
}

impl OriginAdapter {
    /// The adapter of a connection that is about to be opened.
    #[must_use]
    pub fn new(config: OriginConfig, credentials: Credentials, now: Now) -> Self {
        Self {
            phase: Phase::Fresh,
            sign_in: SignIn::new(credentials, &config),
            book: None,
            skipped: Skipped::default(),
            pending: PendingRequests::default(),
            waiting: VecDeque::new(),
            files: Files::default(),
            calling: None,
            calls: 0,
            overdue: None,
            limited_until: Mono(0),
            stale_told: None,
            stale_rest: STALE_PACE,
            list_due: None,
            list_told: 0,
            garbage: 0,
            last_heard: now.mono,
            config,
        }
    }

    fn count(&mut self, kind: &'static str) {
        self.book.as_mut().map_or(&mut self.skipped, |book| &mut book.skipped).count(kind);
    }

    fn close(&mut self, close: Close, out: &mut Out) {
        self.phase = Phase::Ended;
        self.waiting.clear();
        self.pending = PendingRequests::default();
        out.close = Some(close);
    }

    /// Something that is no frame of this protocol. Before the greeting it shows that this is no such server.
    fn unreadable(&mut self, kind: &'static str, out: &mut Out) {
        self.count(kind);
        self.garbage += 1;
        if self.phase == Phase::Greeting || self.garbage >= GARBAGE_LIMIT {
            self.close(Close::Broken(CleanText::ours("it sends something that cannot be read")), out);
        }
    }

    fn packet(&mut self, mut frame: Incoming, now: Now, out: &mut Out) {
        match frame.packet {
            Packet::Handshake(handshake) => return self.greeted(*handshake, now, out),
            Packet::AuthError { ref text, ref reason } => return self.auth_error(text, reason.as_ref(), now, out),
            Packet::Ready(person) => return self.ready(*person, now, out),
            Packet::Disconnect { ref reason } => return self.disconnected(reason.as_ref(), out),
            Packet::AuthSuccess | Packet::Ping => return,
            Packet::RateLimit { ref text, millis } => {
                let wait = limit(millis);
                let until = now.mono.plus(wait);
                // Servers keep one limit: another takes its place, be it shorter.
                self.limited_until = if millis.is_some() { until } else { self.limited_until.max(until) };
                let moderated = text.as_ref().is_some_and(is_by_moderator);
                if self.phase == Phase::SignedIn {
                    out.events.push(NetEvent::Update(Update::WritingLimited { wait, moderated }));
                }
            }
            _ => {}
        }
        let Some(book) = self.book.as_mut() else { return self.count("frame before the greeting") };
        let pending = match &frame.listener {
            Some(mark) => self.pending.take(mark.wire()),
            None if book.is_old() => {
                let mine = match &frame.packet {
                    Packet::MessageNew { message, .. } => book.names.user(message.user.wire()) == book.me,
                    _ => true,
                };
                self.pending.take_unmarked(&frame, mine)
            }
            None => None,
        };
        let echo = frame.listener.as_ref().and_then(|mark| nonce_of(mark.wire()));
        let nonce = pending.as_ref().map_or(echo, |pending| pending.nonce);
        let is_late =
            pending.is_none() && frame.listener.as_ref().is_some_and(|mark| self.pending.has_said(mark.wire()));
        let context = Context { answer: pending.is_some(), is_late, nonce };
        let told = match &pending {
            Some(_) => {
                let packet = frame.packet.clone_event();
                packet.map(|packet| book.event(packet, context)).unwrap_or_default()
            }
            None => book.event(std::mem::replace(&mut frame.packet, Packet::Passed), context),
        };
        if self.phase == Phase::SignedIn {
            if self.list_due.is_none() && book.listed.is_some() && told.iter().any(is_about_people) {
                // Nobody says when it is not shown any more: the longer ago it was asked for, the rarer it is told.
                self.list_due = Some(now.mono.plus(LIST_PACE * (1 + self.list_told / LIST_STEP).min(LIST_SLOWEST)));
            }
            out.events.extend(told);
        }
        if let Some(pending) = pending {
            self.answered(pending, frame.packet, now, out);
            self.say_waiting(now, out);
        }
    }

    /// When everything is to be asked anew, since the lists of the core are not true any more.
    fn stale_at(&self) -> Option<Mono> {
        let stale = self.phase == Phase::SignedIn && self.book.as_ref().is_some_and(|book| book.stale);
        stale.then(|| self.stale_told.map_or(Mono(0), |told| told.plus(self.stale_rest)))
    }

    fn tell_stale(&mut self, now: Now, out: &mut Out) {
        let due = self.stale_at().is_some_and(|at| at <= now.mono);
        if let Some(book) = self.book.as_mut().filter(|_| due) {
            book.stale = false;
            let lately = self.stale_told.replace(now.mono).is_some_and(|told| now.mono.since(told) < STALE_SLOWEST * 2);
            self.stale_rest = if lately { (self.stale_rest * 2).min(STALE_SLOWEST) } else { STALE_PACE };
            out.events.push(NetEvent::Link(LinkEvent::Missed));
        }
    }

    /// When to ask something to hear whether the server is there; `None` while that is being asked, or makes no sense.
    fn probe_at(&self) -> Option<Mono> {
        (self.phase == Phase::SignedIn && !self.pending.probing()).then(|| self.last_heard.plus(self.config.probe))
    }

    fn quiet_at(&self) -> Option<Mono> {
        (self.phase == Phase::SignedIn).then(|| self.last_heard.plus(self.config.quiet))
    }
}

fn answer(request: impl Into<Option<RequestId>>, outcome: Result<Reply, Refusal>, out: &mut Out) {
    if let Some(request) = request.into() {
        out.events.push(NetEvent::Answer(Answer { request, outcome }));
    }
}

impl Adapter for OriginAdapter {
    fn open(&mut self, now: Now, _: &mut Out) {
        self.phase = Phase::Greeting;
        self.last_heard = now.mono;
        self.overdue = Some(now.mono.plus(self.config.greeting));
    }

    fn frame(&mut self, frame: Frame, now: Now, out: &mut Out) {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return;
        }
        self.last_heard = now.mono;
        if let Some(book) = &mut self.book {
            book.now = now.wall;
        }
        let Frame::Text(text) = frame else { return self.unreadable("binary frame", out) };
        match read(&text) {
            Ok(frame) => {
                self.garbage = 0;
                self.packet(frame, now, out);
                self.turned(out);
                self.ask_changed(now, out);
                if let Some(book) = &mut self.book {
                    let community = book.community;
                    let gone = std::mem::take(&mut book.gone).into_iter();
                    let gone = gone.map(|user| NetEvent::Update(Update::MemberRemoved { community, user }));
                    out.events.extend(gone);
                }
                let named = self.book.as_mut().map(|book| std::mem::take(&mut book.named)).unwrap_or_default();
                if !named.is_empty() {
                    out.events.push(NetEvent::Update(Update::EmojiKnown(named)));
                }
                self.tell_stale(now, out);
            }
            Err(error) => {
                tracing::debug!(bytes = text.len(), %error, "a frame that cannot be read");
                self.unreadable("unreadable frame", out);
            }
        }
    }

    fn heard(&mut self, now: Now) {
        self.last_heard = now.mono;
    }

    fn request(&mut self, id: RequestId, request: &Request, now: Now, out: &mut Out) {
        if self.phase == Phase::Ended {
            return;
        }
        if self.phase != Phase::SignedIn && !matches!(request, Request::SignInCode(_)) {
            if self.waiting.len() < WAITING_LIMIT {
                self.waiting.push_back((id, request.clone()));
            } else {
                let text = "Too much waits for the sign-in; try again later.";
                answer(id, Err(Refusal::ours(RefusalKind::RateLimited, text)), out);
            }
            return;
        }
        let Some(book) = &mut self.book else {
            let text = "No code is asked for just now.";
            return answer(id, Err(Refusal::ours(RefusalKind::Invalid, text)), out);
        };
        if matches!(request, Request::FetchMemberList(_)) {
            self.list_told = 0;
        }
        let left = self.limited_until.since(now.mono);
        let limits = matches!(request, Request::Send(_) | Request::Edit { .. } | Request::SetTyping { .. });
        let typing = matches!(request, Request::SetTyping { .. });
        if !left.is_zero() && limits && (typing || left <= UNTRIED_LIMIT) {
            // Asking while a limit lasts is answered with the limit.
            return answer(id, Err(limited(left)), out);
        }
        match request {
            Request::FetchPart { file, offset, length } => {
                return self.fetch_part(id, (file, *offset, *length), out);
            }
            Request::Send(outgoing) if !outgoing.attachments.is_empty() => {
                return self.send_files(id, outgoing, now, out);
            }
            _ => {}
        }
        match call::first(request, book) {
            Ok(First::Call(call)) => self.call(Some(id), call, now, out),
            Ok(First::Done(reply)) => answer(id, Ok(reply), out),
            Ok(First::Tell(command)) => {
                // What a server without marks says to this would be taken for the answer to what is open.
                if !(book.is_old() && self.pending.is_busy()) {
                    out.frames.push(Frame::Text(command.frame(None)));
                }
                answer(id, Ok(Reply::Done), out);
            }
            Err(refusal) => answer(id, Err(refusal), out),
        }
    }

    fn http(&mut self, id: HttpId, outcome: HttpOutcome, now: Now, out: &mut Out) {
        if self.phase == Phase::SignedIn {
            return self.file_over(id, outcome, now, out);
        }
        if self.phase != Phase::SigningIn || self.calling != Some(id) {
            return;
        }
        self.calling = None;
        let next = self.sign_in.fetched(outcome, &self.config, now.mono);
        self.proceed(next, now, out);
    }

    fn http_progress(&mut self, id: HttpId, sent: u64, out: &mut Out) {
        out.events.extend(self.files.sent(id, sent).map(NetEvent::Progress));
    }

    fn cancel(&mut self, request: RequestId, now: Now, out: &mut Out) {
        if self.phase == Phase::SignedIn {
            self.stop_files(request, now, out);
        }
    }

    fn deadline(&self) -> Option<Mono> {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return None;
        }
        let link = self.sign_in.due().filter(|_| self.phase == Phase::SigningIn);
        [link, self.overdue, self.quiet_at(), self.probe_at(), self.pending.deadline(), self.list_due, self.stale_at()]
            .into_iter()
            .flatten()
            .min()
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return;
        }
        let past = |at: Option<Mono>| at.is_some_and(|at| at <= now.mono);
        if past(self.overdue) {
            let close = match self.phase {
                Phase::Greeting => Close::Broken(CleanText::ours("it takes the connection and does not greet")),
                _ => Close::SignInFault(CleanText::ours("it did not answer in time")),
            };
            return self.close(close, out);
        }
        if self.phase == Phase::SigningIn && past(self.sign_in.due()) {
            let next = self.sign_in.go_on(&self.config, now.mono);
            return self.proceed(next, now, out);
        }
        if past(self.quiet_at()) {
            return self.close(Close::Quiet, out);
        }
        while let Some(late) = self.pending.take_late(now.mono) {
            self.late(late, now, out);
        }
        self.say_waiting(now, out);
        if past(self.list_due) {
            self.list_due = None;
            if let Some(book) = &mut self.book
                && let Some(chat) = book.listed
            {
                self.list_told = self.list_told.saturating_add(1);
                let entries = book.member_list(chat);
                out.events.push(NetEvent::Update(Update::MemberListChanged { chat, entries }));
            }
        }
        self.tell_stale(now, out);
        // An old server that is busy with something will say so sooner or later.
        if past(self.probe_at()) {
            let late = now.mono.plus(self.config.quiet);
            let mark = self.pending.insert(Purpose::Probe, &Command::Ping, None, late);
            out.frames.push(Frame::Text(Command::Ping.frame(Some(&mark))));
        }
    }

    fn skipped(&self) -> &[(&'static str, u64)] {
        self.book.as_ref().map_or(&self.skipped, |book| &book.skipped).counts()
    }
}
