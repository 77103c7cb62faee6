//! The way in: from the greeting to the sign-in, and out again when the server wants nobody of that name.

use super::{OriginAdapter, Phase};
use crate::domain::{Caps, CleanText, LinkEvent, Now, SignInPart, Update};
use crate::net::http::{HttpCall, HttpId};
use crate::net::originchats::book::Book;
use crate::net::originchats::call;
use crate::net::originchats::refusal::thrown_out;
use crate::net::originchats::server::Server;
use crate::net::originchats::sign_in::Next;
use crate::net::originchats::wire::{Handshake, Person, Raw};
use crate::net::{Adapter, Close, Frame, NetEvent, Out};

impl OriginAdapter {
    pub(super) fn greeted(&mut self, handshake: Handshake, now: Now, out: &mut Out) {
        if self.phase != Phase::Greeting {
            // Newer settings of a server that is known already; the key of this connection stays what it was.
            return self.count("second greeting");
        }
        let server = Server::of(handshake, &self.config);
        tracing::debug!(generation = ?server.generation, accounts = ?server.accounts, "greeted");
        self.phase = Phase::SigningIn;
        let next = self.sign_in.greeted(&server, &self.config);
        let mut book = Book::new(server, &self.config);
        book.skipped = std::mem::take(&mut self.skipped);
        self.book = Some(book);
        self.proceed(next, now, out);
    }

    /// Carries out what the sign-in wants next.
    pub(super) fn proceed(&mut self, next: Next, now: Now, out: &mut Out) {
        self.overdue = Some(now.mono.plus(self.config.request_timeout));
        match next {
            Next::Fetch { url, token } => {
                self.calls += 1;
                let id = HttpId(self.calls);
                self.calling = Some(id);
                // Whoever makes the call has its own idea of too long.
                self.overdue = Some(now.mono.plus(self.config.request_timeout * 2));
                out.calls.push(HttpCall::get(id, url, token));
            }
            Next::Say(command) => out.frames.push(Frame::Text(command.frame(None))),
            Next::Wait => {}
            Next::Confirm { address, code, expires } => {
                self.overdue = None;
                out.events.push(NetEvent::Link(LinkEvent::ConfirmElsewhere { address, code, expires }));
            }
            Next::Allowed { token, next } => {
                out.events.push(NetEvent::Link(LinkEvent::Allowed { token }));
                self.proceed(*next, now, out);
            }
            Next::Later => self.overdue = None,
            Next::Refused { reason, about } => {
                out.events.push(NetEvent::Link(LinkEvent::Refused { code: 0, reason, about }));
                self.close(Close::Refused, out);
            }
            Next::Fault(reason) => self.close(Close::SignInFault(reason), out),
            Next::Broken(reason) => self.close(Close::Broken(reason), out),
        }
    }

    pub(super) fn auth_error(&mut self, text: &Raw, reason: Option<&Raw>, now: Now, out: &mut Out) {
        match self.phase {
            Phase::SigningIn => {
                let next = self.sign_in.refused(text, reason, &self.config);
                self.proceed(next, now, out);
            }
            Phase::SignedIn => {
                self.close(Close::SignInFault(CleanText::ours("it does not know any more who you are")), out);
            }
            Phase::Fresh | Phase::Greeting | Phase::Ended => self.count("refusal of nothing"),
        }
    }

    pub(super) fn ready(&mut self, person: Person, now: Now, out: &mut Out) {
        let Some(book) = self.book.as_mut().filter(|_| self.phase == Phase::SigningIn) else {
            return self.count("second sign-in");
        };
        book.signed_in(person, self.sign_in.person());
        self.overdue = None;
        if book.server.undecided && book.names.shown_direct().is_none() {
            return self.call(None, call::look(), now, out);
        }
        self.entered(now, out);
    }

    /// Who signed in, where, and what can be done there, is known.
    pub(super) fn entered(&mut self, now: Now, out: &mut Out) {
        if self.phase != Phase::SigningIn {
            return;
        }
        self.phase = Phase::SignedIn;
        self.tell_sign_in(out);
        for (id, request) in std::mem::take(&mut self.waiting) {
            self.request(id, &request, now, out);
        }
    }

    fn tell_sign_in(&mut self, out: &mut Out) {
        let Some(book) = &mut self.book else { return };
        book.turned = false;
        let mut caps = Caps { shared_sign_in: self.sign_in.is_shared(), ..book.server.caps() };
        if !caps.shared_sign_in {
            // Files go with a proof of the account service, which accounts of this server alone cannot have.
            caps.max_files = 0;
        }
        let (me, token) = (book.user(book.me), self.sign_in.token());
        if let Some(name) = &book.server.name {
            out.events.push(NetEvent::Link(LinkEvent::Named(name.clone())));
        }
        out.events.push(NetEvent::Link(LinkEvent::SignedIn { me, session: None, token, caps }));
    }

    /// The server turned out to be one for direct chats: what it is and what can be done there is told anew.
    pub(super) fn turned(&mut self, out: &mut Out) {
        let community = self.book.as_ref().filter(|book| book.turned).map(|book| book.community);
        if let Some(community) = community.filter(|_| self.phase == Phase::SignedIn) {
            out.events.push(NetEvent::Update(Update::CommunityRemoved(community)));
            self.tell_sign_in(out);
        }
    }

    /// The server says that it ends this; who was thrown out does not come back by itself.
    pub(super) fn disconnected(&mut self, reason: Option<&Raw>, out: &mut Out) {
        match reason.and_then(thrown_out) {
            Some(words) => self.refused(words, None, out),
            None => {
                tracing::info!(bytes = reason.map_or(0, |words| words.wire().len()), "the server is about to close")
            }
        }
    }

    /// It is over, and not to be tried again by itself.
    pub(super) fn refused(&mut self, reason: &'static str, about: Option<SignInPart>, out: &mut Out) {
        out.events.push(NetEvent::Link(LinkEvent::Refused { code: 0, reason: CleanText::ours(reason), about }));
        self.close(Close::Refused, out);
    }
}
