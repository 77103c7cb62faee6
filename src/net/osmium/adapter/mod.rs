//! One connection to an Osmium server, without its I/O.
//!
//! Holds the parts together: numbers requests, gives answers to whom they belong, keeps the connection alive, and tells what happened.
//! After it has asked for the connection to be closed it does nothing more.

mod results;

use super::call::{Call, first_call, probe};
use super::decode::Decoder;
use super::defaults::{
    DOWNLOAD_LEAST, DOWNLOAD_PART, EARLY_LIMIT, FRAME_LIMIT, GARBAGE_LIMIT, OsmiumConfig, UPLOADS_LIMIT, WAITING_LIMIT,
};
use super::gap::GapWatch;
use super::handshake::{Handshake, Next};
use super::pending::{Pending, PendingRequests, Purpose};
use super::rpc;
use super::upload::Uploads;
use super::wire::auth::Authorization;
use super::wire::core::{ClientMessage, ServerMessage, client_message, server_message};
use super::wire::updates;
use crate::domain::answer::RefusalKind;
use crate::domain::markup::Dialect;
use crate::domain::{
    Answer, Caps, CleanText, DatedIds, FileTypes, LinkEvent, Mono, Now, Refusal, Reply, Request, RequestId, Secret,
    SessionId,
};
use crate::net::{Adapter, Close, Credentials, Frame, NetEvent, Out};
use bytes::Bytes;
use prost::Message as _;
use std::collections::VecDeque;
use std::sync::Arc;

/// How far the connection has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was sent yet.
    Fresh,
    /// The greeting is not answered: the other side may be anything.
    Greeting,
    /// Greeted, not signed in.
    SigningIn,
    /// Signed in.
    SignedIn,
    /// To be closed.
    Ended,
}

/// The adapter of one connection.
pub struct OsmiumAdapter {
    config: OsmiumConfig,
    phase: Phase,
    handshake: Handshake,
    /// The request that brought the code that is being tried.
    code_request: Option<RequestId>,
    decoder: Decoder,
    pending: PendingRequests,
    uploads: Uploads,
    waiting: VecDeque<(RequestId, Request)>,
    early: Vec<updates::Update>,
    gaps: GapWatch,
    garbage: u32,
    last_sent: Mono,
    last_heard: Mono,
}

impl OsmiumAdapter {
    /// The adapter of a connection that is about to be opened.
    #[must_use]
    pub fn new(config: OsmiumConfig, credentials: Credentials, now: Now) -> Self {
        Self {
            phase: Phase::Fresh,
            handshake: Handshake::new(credentials),
            code_request: None,
            decoder: Decoder::new(&config),
            pending: PendingRequests::default(),
            uploads: Uploads::new(&config),
            waiting: VecDeque::new(),
            early: Vec::new(),
            gaps: GapWatch::default(),
            garbage: 0,
            last_sent: now.mono,
            last_heard: now.mono,
            config,
        }
    }

    /// What the network can do, as far as nib uses it.
    #[must_use]
    pub const fn caps(config: &OsmiumConfig) -> Caps {
        Caps {
            nonce_echo: true,
            mentions_told: false,
            fetch_marks_read: false,
            typing: true,
            read_marks: true,
            single_messages: true,
            notify_levels: true,
            replies: true,
            edit: true,
            delete: true,
            reactions: true,
            pins: true,
            pin: true,
            forward: true,
            quotes: true,
            buttons: true,
            custom_emoji: true,
            previews: true,
            commands: false,
            mention_list: true,
            search: true,
            dates: true,
            marks_back: false,
            groups: true,
            saved: true,
            invites: true,
            quiet_replies: false,
            status_text: false,
            nicknames: false,
            directs: true,
            polls: false,
            polls_asked: false,
            votes_final: false,
            revives_threads: false,
            joined_by_sign_in: false,
            threads: false,
            member_lists: true,
            shared_sign_in: false,
            presence: true,
            profiles: true,
            relationships: true,
            dated_ids: Some(DatedIds { epoch: config.snowflake_epoch, shift: config.snowflake_shift }),
            max_length: None,
            max_files: UPLOADS_LIMIT,
            max_file: config.upload_limit,
            file_types: FileTypes::ANY,
            part: DOWNLOAD_PART,
            least_part: DOWNLOAD_LEAST,
            pace: None,
            dialect: Dialect::NIB,
        }
    }

    fn send(&mut self, id: u32, message: Option<client_message::Message>, now: Now, out: &mut Out) {
        let method = message.as_ref().map_or("keepalive", |message| rpc::describe(message).name);
        let bytes = Bytes::from(ClientMessage { id, message }.encode_to_vec());
        tracing::trace!(id, method, bytes = bytes.len(), "sends");
        self.last_sent = now.mono;
        out.frames.push(Frame::Binary(bytes));
    }

    fn ask(&mut self, purpose: Purpose, message: client_message::Message, now: Now, out: &mut Out) {
        let method = rpc::describe(&message).name;
        let patience = match purpose {
            Purpose::Part(_) => self.config.upload_timeout,
            // As long on its way as one up.
            Purpose::Call { .. } if matches!(message, client_message::Message::MediaDownloadFilePart(_)) => {
                self.config.upload_timeout
            }
            Purpose::SignIn(_) | Purpose::Call { .. } | Purpose::Probe => self.config.request_timeout,
        };
        let id = self.pending.insert(Pending::new(purpose, method, now.mono, patience));
        self.send(id, Some(message), now, out);
    }

    fn call(&mut self, request: RequestId, call: Call, now: Now, out: &mut Out) {
        if call.message.encoded_len() > FRAME_LIMIT {
            // A server may end the connection over it, and nobody would know why.
            let refusal = Refusal::ours(RefusalKind::Invalid, "this is too much to send at once");
            return answer(request, Err(refusal), out);
        }
        self.ask(Purpose::Call { request, handler: call.handler }, call.message, now, out);
    }

    fn close(&mut self, close: Close, out: &mut Out) {
        self.phase = Phase::Ended;
        self.waiting.clear();
        self.early.clear();
        self.uploads.clear();
        out.close = Some(close);
    }

    /// Something that is not a frame of this protocol. Before the greeting is answered it shows that this is no such server.
    fn unreadable(&mut self, kind: &'static str, out: &mut Out) {
        self.decoder.skipped.count(kind);
        self.garbage += 1;
        if self.phase == Phase::Greeting || self.garbage >= GARBAGE_LIMIT {
            self.close(Close::Broken(CleanText::ours("it sends something that cannot be read")), out);
        }
    }

    /// Carries out what the sign-in wants next.
    fn proceed(&mut self, next: Next, now: Now, out: &mut Out) {
        match next {
            Next::Ask(step, message) => self.ask(Purpose::SignIn(step), message, now, out),
            Next::WaitForCode { recovery, wrong } => {
                if let Some(request) = self.code_request.take() {
                    answer(request, Err(Refusal::ours(RefusalKind::Invalid, "The code is not right.")), out);
                }
                out.events.push(NetEvent::Link(LinkEvent::CodeNeeded { recovery, wrong }));
            }
            Next::WaitForToken { wrong } => {
                if let Some(request) = self.code_request.take() {
                    answer(request, Err(Refusal::ours(RefusalKind::Invalid, "The token is not right.")), out);
                }
                out.events.push(NetEvent::Link(LinkEvent::VerificationNeeded { wrong }));
            }
            Next::SignedIn(authorization) => self.signed_in(authorization, now, out),
            Next::Refused { code, reason, about } => {
                if let Some(request) = self.code_request.take() {
                    let refusal =
                        Refusal { kind: RefusalKind::NotSignedIn, code, text: reason.clone(), ..Refusal::default() };
                    answer(request, Err(refusal), out);
                }
                out.events.push(NetEvent::Link(LinkEvent::Refused { code, reason, about }));
                self.close(Close::Refused, out);
            }
            Next::Fault(reason) => self.close(Close::SignInFault(reason), out),
            Next::Broken(reason) => self.close(Close::Broken(reason), out),
        }
    }

    fn signed_in(&mut self, authorization: Authorization, now: Now, out: &mut Out) {
        let me = authorization.user.and_then(|user| self.decoder.user(user));
        let Some(me) = me else {
            return self.close(Close::Broken(CleanText::ours("it does not say who signed in")), out);
        };
        let token = match self.handshake.token() {
            Some(used) if authorization.token.is_empty() => used.clone(),
            _ => Secret::new(authorization.token),
        };
        if token.is_empty() {
            return self.close(Close::Broken(CleanText::ours("it gives no token")), out);
        }
        self.handshake.forget_password(&token);
        self.phase = Phase::SignedIn;
        self.decoder.me = super::ids::wire(me.id.0).unwrap_or(0);
        self.decoder.session = authorization.session_id;
        let session = (authorization.session_id != 0).then(|| SessionId::new(u128::from(authorization.session_id)));
        if let Some(request) = self.code_request.take() {
            answer(request, Ok(Reply::Done), out);
        }
        out.events.push(NetEvent::Link(LinkEvent::SignedIn { me, session, token, caps: Self::caps(&self.config) }));
        for update in std::mem::take(&mut self.early) {
            self.update(update, out);
        }
        for (id, request) in std::mem::take(&mut self.waiting) {
            self.request(id, &request, now, out);
        }
    }

    fn update(&mut self, update: updates::Update, out: &mut Out) {
        if self.phase == Phase::SignedIn {
            out.events.extend(self.decoder.update(update).map(NetEvent::Update));
        } else if self.early.len() < EARLY_LIMIT {
            // The server may push before it confirms the sign-in; who we are is not known yet.
            self.early.push(update);
        } else {
            self.decoder.skipped.count("update before the sign-in");
        }
    }

    fn code(&mut self, id: RequestId, code: &Secret, now: Now, out: &mut Out) {
        match self.handshake.code(code.clone()) {
            Some(next) => {
                self.code_request = Some(id);
                self.proceed(next, now, out);
            }
            None => answer(id, Err(Refusal::ours(RefusalKind::Invalid, "No code is asked for just now.")), out),
        }
    }

    /// Whether silence means anything: while the user looks for a code, none is expected to end.
    fn minds_silence(&self) -> bool {
        match self.phase {
            Phase::Greeting | Phase::SignedIn => true,
            Phase::SigningIn => !self.handshake.waits_for_code(),
            Phase::Fresh | Phase::Ended => false,
        }
    }

    /// When to ask something to hear whether the server is there; `None` while that is being asked, or makes no sense.
    fn probe_at(&self) -> Option<Mono> {
        (self.phase == Phase::SignedIn && !self.pending.probing()).then(|| self.last_heard.plus(self.config.probe))
    }
}

/// What an answer is counted as that nobody waits for: it is too late, or never was for anything.
const LATE: &str = "answer without a request";

fn answer(request: RequestId, outcome: Result<Reply, Refusal>, out: &mut Out) {
    out.events.push(NetEvent::Answer(Answer { request, outcome }));
}

impl Adapter for OsmiumAdapter {
    fn open(&mut self, now: Now, out: &mut Out) {
        if self.phase != Phase::Fresh {
            return;
        }
        self.phase = Phase::Greeting;
        self.last_sent = now.mono;
        self.last_heard = now.mono;
        self.proceed(Handshake::greet(&self.config), now, out);
    }

    fn frame(&mut self, frame: Frame, now: Now, out: &mut Out) {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return;
        }
        self.last_heard = now.mono;
        self.decoder.now = now.wall;
        let Frame::Binary(bytes) = frame else { return self.unreadable("text frame", out) };
        let size = bytes.len();
        let Ok(message) = ServerMessage::decode(bytes) else {
            tracing::debug!(size, "a frame that cannot be read");
            return self.unreadable("unreadable frame", out);
        };
        self.garbage = 0;
        if self.gaps.frame(message.id, now.mono) && self.phase == Phase::SignedIn {
            out.events.push(NetEvent::Link(LinkEvent::Missed));
        }
        match message.message {
            Some(server_message::Message::Update(update)) => self.update(update, out),
            Some(server_message::Message::Result(result)) => self.result(result, now, out),
            None => self.decoder.skipped.count("kind of frame"),
        }
    }

    fn heard(&mut self, now: Now) {
        self.last_heard = now.mono;
    }

    fn probe(&mut self, now: Now, out: &mut Out) {
        if self.phase == Phase::SignedIn && !self.pending.probing() {
            self.ask(Purpose::Probe, probe(), now, out);
        }
    }

    fn can_probe(&self) -> bool {
        self.phase == Phase::SignedIn
    }

    fn request(&mut self, id: RequestId, request: &Request, now: Now, out: &mut Out) {
        if self.phase == Phase::Ended {
            return;
        }
        if let Request::SignInCode(code) = request {
            return self.code(id, code, now, out);
        }
        if self.phase != Phase::SignedIn {
            if self.waiting.len() < WAITING_LIMIT {
                self.waiting.push_back((id, request.clone()));
            } else {
                let refusal =
                    Refusal::ours(RefusalKind::RateLimited, "Too much waits for the sign-in; try again later.");
                answer(id, Err(refusal), out);
            }
            return;
        }
        match first_call(id, request, &self.config, &self.decoder) {
            Ok(call) => match request {
                Request::Send(outgoing) if !outgoing.attachments.is_empty() => {
                    let progress = self.uploads.begin(id, Arc::clone(outgoing), call);
                    out.events.push(NetEvent::Progress(progress));
                    self.send_parts(now, out);
                }
                _ => self.call(id, call, now, out),
            },
            Err(refusal) => answer(id, Err(refusal), out),
        }
    }

    fn cancel(&mut self, request: RequestId, now: Now, out: &mut Out) {
        if self.uploads.cancel(request) {
            answer(request, Err(Refusal::stopped()), out);
            self.send_parts(now, out);
        }
    }

    fn deadline(&self) -> Option<Mono> {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return None;
        }
        let quiet = self.minds_silence().then(|| self.last_heard.plus(self.config.quiet));
        let keepalive = Some(self.last_sent.plus(self.config.keepalive));
        let due = [self.probe_at(), self.pending.deadline(), self.uploads.deadline(), self.gaps.deadline()];
        [quiet, keepalive].into_iter().chain(due).flatten().min()
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        if matches!(self.phase, Phase::Fresh | Phase::Ended) {
            return;
        }
        if self.minds_silence() && self.last_heard.plus(self.config.quiet) <= now.mono {
            return self.close(Close::Quiet, out);
        }
        while let Some(late) = self.pending.take_late(now.mono) {
            self.late(late, now, out);
            if self.phase == Phase::Ended {
                return;
            }
        }
        self.send_parts(now, out);
        if self.gaps.due(now.mono) && self.phase == Phase::SignedIn {
            out.events.push(NetEvent::Link(LinkEvent::Missed));
        }
        if self.probe_at().is_some_and(|at| at <= now.mono) {
            self.ask(Purpose::Probe, probe(), now, out);
        }
        if self.last_sent.plus(self.config.keepalive) <= now.mono {
            // The bytes that every known client sends: 08 01. Nothing answers them.
            self.send(1, None, now, out);
        }
    }

    fn late(&self) -> u64 {
        self.decoder.skipped.counts().iter().find(|(kind, _)| *kind == LATE).map_or(0, |&(_, count)| count)
    }

    fn skipped(&self) -> &[(&'static str, u64)] {
        self.decoder.skipped.counts()
    }
}
