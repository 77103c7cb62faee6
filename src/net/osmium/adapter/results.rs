//! What is answered, and what is not in time.

use super::{LATE, OsmiumAdapter, Phase, answer};
use crate::domain::answer::RefusalKind;
use crate::domain::{CleanText, Now, Refusal};
use crate::net::osmium::call::Outcome;
use crate::net::osmium::handshake::{Next, Step};
use crate::net::osmium::pending::{Pending, Purpose};
use crate::net::osmium::refusal::of_error;
use crate::net::osmium::rpc::Method as _;
use crate::net::osmium::upload::{Part, Step as UploadStep};
use crate::net::osmium::wire::core::{RpcResult, rpc_result};
use crate::net::osmium::wire::media;
use crate::net::{Close, NetEvent, Out};
use std::time::Duration;

impl OsmiumAdapter {
    pub(super) fn result(&mut self, result: RpcResult, now: Now, out: &mut Out) {
        let Some(pending) = self.pending.take(result.req_id, now.mono) else {
            tracing::debug!(id = result.req_id, "an answer to nothing that was asked, or too late");
            self.decoder.skipped.count(LATE);
            return;
        };
        let took = now.mono.since(pending.sent);
        tracing::trace!(id = result.req_id, method = pending.method, ?took, "answered");
        match pending.purpose {
            Purpose::SignIn(step) => {
                if let Some(rpc_result::Result::Initialized(initialized)) = &result.result {
                    self.decoder.entrypoints(initialized, &mut out.entrypoints);
                }
                let next = self.handshake.answer(step, result.result);
                if step == Step::Initialize && matches!(next, Next::Ask(..)) {
                    self.phase = Phase::SigningIn;
                }
                self.proceed(next, now, out);
            }
            Purpose::Call { request, handler } => match handler(result.result, &mut self.decoder) {
                Ok(Outcome::Done(reply)) => answer(request, Ok(reply), out),
                Ok(Outcome::Again(next)) => self.call(request, next, now, out),
                Err(mut refusal) => {
                    refusal.trace = result.trace_id.as_deref().and_then(trace_of);
                    tracing::debug!(method = pending.method, code = refusal.code, "refused");
                    answer(request, Err(refusal), out);
                }
            },
            Purpose::Part(part) => {
                let outcome = media::UploadFilePart::unwrap_reply(result.result).map_err(|error| Refusal {
                    trace: result.trace_id.as_deref().and_then(trace_of),
                    ..of_error(error)
                });
                self.part(part, outcome, took, now, out);
            }
            Purpose::Probe => out.probed = true,
        }
    }

    /// A part of a file was answered, or not in time.
    pub(super) fn part(&mut self, part: Part, outcome: Result<(), Refusal>, took: Duration, now: Now, out: &mut Out) {
        match self.uploads.answered(part, outcome, took, now.mono) {
            Some(UploadStep::Taken(progress, call)) => {
                out.events.push(NetEvent::Progress(progress));
                if let Some(call) = call {
                    self.call(progress.request, *call, now, out);
                }
            }
            Some(UploadStep::Failed(request, refusal)) => {
                tracing::debug!(code = refusal.code, "a file was refused");
                answer(request, Err(refusal), out);
            }
            None => {}
        }
        self.send_parts(now, out);
    }

    /// Sends as many parts of files as may be under way.
    pub(super) fn send_parts(&mut self, now: Now, out: &mut Out) {
        while let Some((part, message)) = self.uploads.next(now.mono) {
            self.ask(Purpose::Part(part), message, now, out);
        }
    }

    /// A request whose time is over.
    pub(super) fn late(&mut self, late: Pending, now: Now, out: &mut Out) {
        tracing::debug!(method = late.method, "not answered in time");
        match late.purpose {
            Purpose::SignIn(_) => self.close(Close::SignInFault(CleanText::ours("it did not answer in time")), out),
            Purpose::Call { request, .. } => {
                answer(request, Err(Refusal::ours(RefusalKind::TimedOut, "The server did not answer in time.")), out);
            }
            Purpose::Part(part) => {
                let text = "The server did not take a part of the file in time.";
                let took = now.mono.since(late.sent);
                self.part(part, Err(Refusal::ours(RefusalKind::TimedOut, text)), took, now, out);
            }
            // Silence is measured from the last frame, wherever the answer got lost.
            Purpose::Probe => {}
        }
    }
}

/// What to quote when reporting a refusal.
fn trace_of(trace: &str) -> Option<CleanText> {
    Some(CleanText::line(trace)).filter(|trace| !trace.is_empty())
}
