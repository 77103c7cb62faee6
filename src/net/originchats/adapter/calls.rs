//! Requests under way: what is said for them, and what comes back.

use super::{OriginAdapter, answer};
use crate::domain::answer::RefusalKind;
use crate::domain::{Now, Refusal, Reply, RequestId, SignInPart};
use crate::net::originchats::book::Book;
use crate::net::originchats::call::{self, Call, Outcome};
use crate::net::originchats::pending::{Pending, Purpose};
use crate::net::originchats::refusal::{is_about_a_missing_message, is_about_the_list, limited, of_error};
use crate::net::originchats::wire::Packet;
use crate::net::{Frame, NetEvent, Out};

impl OriginAdapter {
    /// An answer came to what was asked.
    pub(super) fn answered(&mut self, pending: Pending, packet: Packet, now: Now, out: &mut Out) {
        let Purpose::Call { request, handler, lenient } = pending.purpose else { return };
        // What is gone is as good as deleted, and what else is to be deleted follows.
        let gone = pending.command == "message_delete"
            && matches!(&packet, Packet::Error { text, .. } if is_about_a_missing_message(text));
        let refusal = match &packet {
            Packet::Error { text, .. } => {
                if let Some(book) = &mut self.book {
                    book.stale |= is_about_the_list(text);
                }
                Some(of_error(text))
            }
            Packet::RateLimit { .. } => Some(limited(self.limited_until.since(now.mono))),
            _ => None,
        };
        match refusal {
            // Somebody was quicker, or it was done before the answer got lost: it is as it was wanted.
            Some(refusal) if refusal.kind == RefusalKind::Conflict && pending.command.starts_with("message_react") => {
                answer(request, Ok(Reply::Done), out);
            }
            Some(refusal) if !lenient && !gone => {
                tracing::debug!(command = pending.command, kind = ?refusal.kind, "refused");
                answer(request, Err(refusal), out);
            }
            Some(_) => self.go_on(request, handler, Packet::Passed, now, out),
            None => self.go_on(request, handler, packet, now, out),
        }
    }

    pub(super) fn go_on(
        &mut self,
        request: Option<RequestId>,
        handler: call::Handler,
        packet: Packet,
        now: Now,
        out: &mut Out,
    ) {
        let Some(book) = &mut self.book else { return };
        match handler(packet, book) {
            Ok(Outcome::Done(reply)) => answer(request, Ok(reply), out),
            Ok(Outcome::DoneAfter(update, reply)) => {
                out.events.push(NetEvent::Update(*update));
                answer(request, Ok(reply), out);
            }
            Ok(Outcome::Left) => {
                answer(request, Ok(Reply::Done), out);
                let reason = "You have left this server. Sign in to it to join it again.";
                self.refused(reason, Some(SignInPart::Membership), out);
            }
            Ok(Outcome::Entered) => self.entered(now, out),
            Ok(Outcome::Told(update)) => out.events.push(NetEvent::Update(*update)),
            Ok(Outcome::Again(next)) => self.call(request, next, now, out),
            Err(refusal) => answer(request, Err(refusal), out),
        }
    }

    /// Says a call, at once or when the one before is answered.
    pub(super) fn call(&mut self, request: Option<RequestId>, call: Box<Call>, now: Now, out: &mut Out) {
        if self.pending.is_busy() && self.book.as_ref().is_some_and(Book::is_old) {
            self.pending.wait(request, call);
            return;
        }
        let Call { command, handler, lenient, nonce } = *call;
        let late = now.mono.plus(self.config.request_timeout);
        let mark = self.pending.insert(Purpose::Call { request, handler, lenient }, &command, nonce, late);
        out.frames.push(Frame::Text(command.frame(Some(&mark))));
    }

    /// Asks for what was changed in a way that was not told.
    pub(super) fn ask_changed(&mut self, now: Now, out: &mut Out) {
        let Some(book) = &mut self.book else { return };
        let changed = std::mem::take(&mut book.changed);
        let calls: Vec<_> = changed.into_iter().filter_map(|(chat, id)| call::changed(chat, id, book).ok()).collect();
        calls.into_iter().for_each(|call| self.call(None, call, now, out));
    }

    pub(super) fn say_waiting(&mut self, now: Now, out: &mut Out) {
        if !self.pending.is_busy()
            && let Some((request, call)) = self.pending.next_waiting()
        {
            self.call(request, call, now, out);
        }
    }

    /// A request whose time is over: servers swallow those that they stumble over.
    pub(super) fn late(&mut self, late: Pending, now: Now, out: &mut Out) {
        tracing::debug!(command = late.command, "not answered in time");
        if let Purpose::Call { request, handler, lenient } = late.purpose {
            if lenient {
                self.go_on(request, handler, Packet::Passed, now, out);
            } else {
                let text = "The server did not answer in time.";
                answer(request, Err(Refusal::ours(RefusalKind::TimedOut, text)), out);
            }
        }
    }
}
