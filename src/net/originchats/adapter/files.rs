//! Files of messages: what is asked for them beside the connection, and the message when they are there.

use super::{OriginAdapter, answer};
use crate::domain::answer::RefusalKind;
use crate::domain::{FileRef, Now, Outgoing, Refusal, RequestId};
use crate::net::http::{HttpId, HttpOutcome};
use crate::net::originchats::call;
use crate::net::originchats::files::{Step, Target};
use crate::net::originchats::wire::At;
use crate::net::{NetEvent, Out};
use std::sync::Arc;

impl OriginAdapter {
    fn name_call(&mut self) -> HttpId {
        self.calls += 1;
        HttpId(self.calls)
    }

    /// A part of a file is wanted.
    pub(super) fn fetch_part(&mut self, request: RequestId, part: (&FileRef, u64, u32), out: &mut Out) {
        let id = self.name_call();
        match self.files.fetch(id, request, part, &self.config) {
            Ok(call) => out.calls.push(call),
            Err(refusal) => answer(request, Err(refusal), out),
        }
    }

    /// A message with files is wanted: they go first.
    pub(super) fn send_files(&mut self, request: RequestId, outgoing: &Arc<Outgoing>, now: Now, out: &mut Out) {
        let Some(book) = &self.book else { return };
        let place = book.names.at(outgoing.chat);
        // Those of a thread belong to its channel.
        let forum = book.names.forum_of(outgoing.chat).and_then(|forum| book.names.at(forum));
        let channel = place.and_then(|At { channel, .. }| channel).or_else(|| forum.and_then(|at| at.channel));
        let Some(channel) = channel.filter(|_| book.server.takes_files()) else {
            let text = "This server takes no files here.";
            return answer(request, Err(Refusal::ours(RefusalKind::Unsupported, text)), out);
        };
        let progress = self.files.begin(request, Arc::clone(outgoing), channel);
        out.events.push(NetEvent::Progress(progress));
        self.send_next_file(now, out);
    }

    fn send_next_file(&mut self, now: Now, out: &mut Out) {
        let id = self.name_call();
        let Some(book) = &self.book else { return };
        let server = &book.server;
        let target = Target {
            config: &self.config,
            generation: server.generation,
            key: server.key.wire(),
            service: self.sign_in.proof_of(server, &self.config),
        };
        match self.files.next(id, &target, now.mono) {
            Some(Ok(call)) => out.calls.push(call),
            Some(Err((request, refusal))) => {
                answer(request, Err(refusal), out);
                self.send_next_file(now, out);
            }
            None => {}
        }
    }

    /// A call for a file is over.
    pub(super) fn file_over(&mut self, id: HttpId, outcome: HttpOutcome, now: Now, out: &mut Out) {
        match self.files.over(id, outcome, now.mono) {
            Step::Answer(request, outcome) => answer(request, outcome, out),
            Step::Taken(progress) => out.events.push(NetEvent::Progress(progress)),
            Step::Say(request, outgoing, uploads) => {
                let Some(book) = &self.book else { return };
                match call::write::send(&outgoing, uploads, book) {
                    Ok(call) => self.call(Some(request), call, now, out),
                    Err(refusal) => answer(request, Err(refusal), out),
                }
            }
            Step::Nothing => {}
        }
        self.send_next_file(now, out);
    }

    /// A part of a file is not wanted, or a message is not to be sent. It is not, as long as its files are on their way.
    pub(super) fn stop_files(&mut self, request: RequestId, now: Now, out: &mut Out) {
        let Some(call) = self.files.cancel(request) else { return };
        out.dropped.extend(call);
        answer(request, Err(Refusal::stopped()), out);
        self.send_next_file(now, out);
    }
}
