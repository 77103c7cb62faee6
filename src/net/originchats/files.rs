//! Files of messages, over HTTP beside the connection: parts of them on their way here, and whole ones on their way to the server.
//!
//! A message with files is an operation of many calls: a proof of who one is, every file by itself, then the message, which names the uploads. Until that
//! last call nothing was said that anybody could see, so an operation that ends before can be begun anew without harm. What others than the server
//! keep is never asked for: only paths on the server that was dialled are.

use super::defaults::{DOWNLOAD_PATIENCE, OriginConfig, PROOF_AGE, UPLOAD_ANSWER};
use super::server::Generation;
use crate::domain::answer::RefusalKind;
use crate::domain::{Blob, CleanText, FileRef, Mono, Outgoing, Progress, Refusal, Reply, RequestId, Secret, Upload};
use crate::net::http::{HttpBody, HttpCall, HttpId, HttpOutcome, HttpReply, Piece};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Most characters of what a server says of a refusal.
const SAID: usize = 300;

/// What came of a call.
pub enum Step {
    /// A request is answered.
    Answer(RequestId, Result<Reply, Refusal>),
    /// A file is taken; more are to come.
    Taken(Progress),
    /// All are: the message can be said, with these uploads.
    Say(RequestId, Arc<Outgoing>, Vec<String>),
    /// Nothing that anybody has to know.
    Nothing,
}

/// A part of a file that was asked for.
#[derive(Clone, Copy)]
struct Part {
    request: RequestId,
    offset: u64,
}

/// A message whose files are on their way.
struct Job {
    request: RequestId,
    outgoing: Arc<Outgoing>,
    channel: String,
    /// What the server calls those that it has.
    taken: Vec<String>,
    /// The call under way, and whether it sends a file.
    call: Option<(HttpId, bool)>,
    /// The server did not believe the proof once.
    disbelieved: bool,
}

/// All of one connection.
#[derive(Default)]
pub struct Files {
    parts: BTreeMap<HttpId, Part>,
    /// In the order in which they were wanted; one is under way at a time.
    jobs: VecDeque<Job>,
    /// The newest proof, and when it was made.
    proof: Option<(Secret, Mono)>,
}

/// Where a job sends its files.
pub struct Target<'a> {
    /// The server.
    pub config: &'a OriginConfig,
    /// Its generation.
    pub generation: Generation,
    /// What the proof is made for.
    pub key: &'a str,
    /// Where the proof comes from, and with what it is asked for; `None`: this account cannot have one.
    pub service: Option<(String, Secret)>,
}

impl Job {
    fn done(&self) -> u64 {
        self.outgoing.attachments.iter().take(self.taken.len()).map(Upload::size).sum()
    }

    fn progress(&self, more: u64) -> Progress {
        let total = self.outgoing.attachments.iter().map(Upload::size).sum();
        Progress { request: self.request, done: self.done().saturating_add(more).min(total), total }
    }
}

impl Files {
    /// The call that asks for a part of a file.
    ///
    /// # Errors
    /// The file is not kept by the server.
    pub fn fetch(
        &mut self,
        id: HttpId,
        request: RequestId,
        (file, offset, length): (&FileRef, u64, u32),
        config: &OriginConfig,
    ) -> Result<HttpCall, Refusal> {
        let path = file.address.as_str();
        let plain =
            path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain {
            return Err(refuse(RefusalKind::Forbidden, "This file is kept elsewhere; open its link instead."));
        }
        self.parts.insert(id, Part { request, offset });
        let most = usize::try_from(length).unwrap_or(usize::MAX);
        let call = HttpCall::get(id, format!("{}{path}", config.web()), None);
        Ok(HttpCall { range: Some((offset, length)), most, patience: DOWNLOAD_PATIENCE, ..call })
    }

    /// Begins with the files of a message for a channel. Tells how far it is: not at all.
    pub fn begin(&mut self, request: RequestId, outgoing: Arc<Outgoing>, channel: String) -> Progress {
        let job = Job { request, outgoing, channel, taken: Vec::new(), call: None, disbelieved: false };
        let progress = job.progress(0);
        self.jobs.push_back(job);
        progress
    }

    /// The next call, if one is to be made: for a proof, or with a file. `id`: its name.
    ///
    /// # Errors
    /// The message cannot be sent at all.
    pub fn next(
        &mut self,
        id: HttpId,
        target: &Target<'_>,
        now: Mono,
    ) -> Option<Result<HttpCall, (RequestId, Refusal)>> {
        let job = self.jobs.front_mut().filter(|job| job.call.is_none())?;
        let file = job.outgoing.attachments.get(job.taken.len())?.clone();
        let Some((url, token)) = target.service.clone() else {
            let text = "This server takes files only from accounts of the network, not from its own.";
            let request = job.request;
            self.jobs.pop_front();
            return Some(Err((request, refuse(RefusalKind::Unsupported, text))));
        };
        let proof = self.proof.as_ref().filter(|(_, made)| now.since(*made) < PROOF_AGE).map(|(proof, _)| proof);
        let Some(proof) = proof else {
            job.call = Some((id, false));
            return Some(Ok(HttpCall::get(id, url, Some(token))));
        };
        job.call = Some((id, true));
        let body = match target.generation {
            Generation::Newer => form(target.key, proof, &file, job.outgoing.nonce.0 ^ u64::from(id.0)),
            Generation::Old | Generation::Listed => json(target.key, proof, &file, &job.channel),
        };
        let call = HttpCall::get(id, format!("{}/attachments/upload", target.config.web()), None);
        Some(Ok(HttpCall { body: Some(body), patience: UPLOAD_ANSWER, ..call }))
    }

    /// A call is over.
    pub fn over(&mut self, id: HttpId, outcome: HttpOutcome, now: Mono) -> Step {
        if let Some(part) = self.parts.remove(&id) {
            return Step::Answer(part.request, read_part(part, outcome));
        }
        let Some(job) = self.jobs.front_mut().filter(|job| job.call.is_some_and(|(call, _)| call == id)) else {
            return Step::Nothing;
        };
        let sends = job.call.take().is_some_and(|(_, sends)| sends);
        let name = job.outgoing.attachments.get(job.taken.len()).map(|file| file.name.clone()).unwrap_or_default();
        let read = match outcome {
            Err(why) => Err(lost(&why)),
            Ok(reply) if sends => taken(&reply, &name),
            Ok(reply) => proof(&reply),
        };
        match read {
            Ok(proof) if !sends => {
                self.proof = Some((Secret::new(proof), now));
                Step::Nothing
            }
            Ok(upload) => {
                job.taken.push(upload);
                if job.taken.len() < job.outgoing.attachments.len() {
                    return Step::Taken(job.progress(0));
                }
                match self.jobs.pop_front() {
                    Some(job) => Step::Say(job.request, job.outgoing, job.taken),
                    None => Step::Nothing,
                }
            }
            // A proof may be forgotten by who made it: with a new one it is tried once more.
            Err(refusal) if sends && refusal.kind == RefusalKind::NotSignedIn && !job.disbelieved => {
                job.disbelieved = true;
                self.proof = None;
                Step::Nothing
            }
            Err(refusal) => {
                let request = job.request;
                self.jobs.pop_front();
                Step::Answer(request, Err(refusal))
            }
        }
    }

    /// So many bytes of a file were sent.
    #[must_use]
    pub fn sent(&self, id: HttpId, bytes: u64) -> Option<Progress> {
        let job = self.jobs.front().filter(|job| job.call == Some((id, true)))?;
        Some(job.progress(bytes))
    }

    /// A part of a file is not wanted any more, or a message is not to be sent: it is not, if its files are still on their way. The call that is to
    /// end, if one is under way.
    pub fn cancel(&mut self, request: RequestId) -> Option<Option<HttpId>> {
        if let Some(id) = self.parts.iter().find(|(_, part)| part.request == request).map(|(id, _)| *id) {
            self.parts.remove(&id);
            return Some(Some(id));
        }
        let at = self.jobs.iter().position(|job| job.request == request)?;
        self.jobs.remove(at).map(|job| job.call.map(|(id, _)| id))
    }
}

fn refuse(kind: RefusalKind, text: &'static str) -> Refusal {
    Refusal::ours(kind, text)
}

fn lost(why: &CleanText) -> Refusal {
    let text = CleanText::line(&format!("The server's files cannot be reached: {why}."));
    Refusal { kind: RefusalKind::ServerFault, text, ..Refusal::default() }
}

/// What a server says of itself with a refusal over HTTP.
fn said(reply: &HttpReply) -> Option<CleanText> {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
    let words: String = body.get("error")?.as_str()?.chars().take(SAID).collect();
    let text = CleanText::line(&words);
    Some(text).filter(|text| !text.trim().is_empty())
}

fn read_part(part: Part, outcome: HttpOutcome) -> Result<Reply, Refusal> {
    let reply = outcome.map_err(|why| lost(&why))?;
    let length = reply.body.len() as u64;
    let end = part.offset.saturating_add(length);
    match (reply.status, reply.range) {
        (206, Some((start, _))) if start != part.offset => {
            Err(refuse(RefusalKind::ServerFault, "The server gives another part of the file than was asked for."))
        }
        (206, range) => {
            let whole = range.and_then(|(_, whole)| whole);
            let last = length == 0 || whole.is_some_and(|whole| end >= whole);
            Ok(Reply::Part { bytes: Blob(reply.body), last, least: whole.unwrap_or_default() })
        }
        // A server that knows no parts gives the whole, or its beginning as far as it is taken.
        (200, _) if part.offset == 0 => {
            let least = length.saturating_add(u64::from(reply.cut));
            Ok(Reply::Part { last: !reply.cut, bytes: Blob(reply.body), least })
        }
        (200, _) => Err(refuse(RefusalKind::Unsupported, "The server gives no parts of files.")),
        (416, _) => Ok(Reply::Part { bytes: Blob::default(), last: true, least: 0 }),
        (404 | 410, _) => Err(refuse(RefusalKind::NotFound, "The server does not have this file any more.")),
        (401 | 403, _) => Err(refuse(RefusalKind::Forbidden, "The server does not give you this file.")),
        (429, _) => Err(refuse(RefusalKind::RateLimited, "The server was asked too often.")),
        (500.., _) => Err(refuse(RefusalKind::ServerFault, "The server stumbles over this file.")),
        _ => Err(refuse(RefusalKind::ServerFault, "The server does not give this file and does not say why.")),
    }
}

/// The proof that the account service gives.
fn proof(reply: &HttpReply) -> Result<String, Refusal> {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match (reply.status, body.get("validator").and_then(serde_json::Value::as_str)) {
        (200, Some(proof)) if !proof.is_empty() => Ok(proof.to_owned()),
        (401 | 403, _) => {
            Err(refuse(RefusalKind::Forbidden, "The account service does not take this sign-in any more."))
        }
        _ => Err(refuse(RefusalKind::ServerFault, "The account service gives no proof of who you are.")),
    }
}

/// What the server calls a file that it has taken.
fn taken(reply: &HttpReply, name: &str) -> Result<String, Refusal> {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let id = body.get("attachment").unwrap_or(&body).get("id").and_then(serde_json::Value::as_str);
    let of = |kind, words: &str| {
        let text = CleanText::line(&format!("\"{name}\" {words}."));
        Err(Refusal { kind, text, ..Refusal::default() })
    };
    match (reply.status, id) {
        (200 | 201, Some(id)) if !id.is_empty() => Ok(id.to_owned()),
        (401, _) => Err(refuse(RefusalKind::NotSignedIn, "The server could not check who you are.")),
        (413, _) => of(RefusalKind::Invalid, "is too large for this server"),
        // It stumbles over kinds that it does not take.
        (415 | 500, _) => of(RefusalKind::Invalid, "is of a kind that this server does not take"),
        (502 | 503, _) => Err(refuse(RefusalKind::ServerFault, "The server takes no files just now.")),
        (429, _) => Err(refuse(RefusalKind::RateLimited, "The server was given too many files lately.")),
        (status, _) => {
            let kind = if status == 403 { RefusalKind::Forbidden } else { RefusalKind::Invalid };
            let words = said(reply).map_or_else(|| "is not taken".to_owned(), |why| format!("is not taken: {why}"));
            of(kind, &words)
        }
    }
}

/// What servers of today want.
fn json(key: &str, proof: &Secret, file: &Upload, channel: &str) -> HttpBody {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let head = format!(
        "{{\"validator_key\":{},\"validator\":{},\"name\":{},\"mime_type\":{},\"channel\":{},\"file\":\"",
        quoted(key),
        quoted(proof.expose()),
        quoted(&file.name),
        quoted(&file.mimetype),
        quoted(channel)
    );
    let text = |text: &str| Piece::Text(Secret::new(text.to_owned()));
    HttpBody {
        kind: "application/json".to_owned(),
        pieces: vec![text(&head), Piece::Base64(file.bytes.clone()), text("\"}")],
    }
}

/// What newer ones want: a form.
fn form(key: &str, proof: &Secret, file: &Upload, number: u64) -> HttpBody {
    let edge = format!("nib-{number:016x}{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // Names stand between quotes, and one line is one line.
    let name = file.name.replace(['"', '\\', '\r', '\n'], "_");
    let field = |name: &str, value: &str| {
        format!("--{edge}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let head = [
        field("validator_key", key),
        field("validator", proof.expose()),
        field("name", &name),
        field("mime_type", &file.mimetype),
        format!(
            "--{edge}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: {}\r\n\r\n",
            file.mimetype
        ),
    ];
    let text = |text: String| Piece::Text(Secret::new(text));
    let pieces = vec![text(head.concat()), Piece::Raw(file.bytes.clone()), text(format!("\r\n--{edge}--\r\n"))];
    HttpBody { kind: format!("multipart/form-data; boundary={edge}"), pieces }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn config() -> OriginConfig {
        OriginConfig::new("wss://chat.example:8443/x")
    }

    #[test]
    fn only_what_the_server_keeps_is_asked_for_and_without_a_secret() {
        let mut files = Files::default();
        let file = |address: &str| FileRef { address: CleanText::new(address), ..FileRef::default() };
        let mut fetch = |address: &str| files.fetch(HttpId(1), RequestId(1), (&file(address), 5, 10), &config());
        let call = fetch("/attachments/a-b").unwrap();
        assert_eq!((call.url.as_str(), call.range), ("https://chat.example:8443/attachments/a-b", Some((5, 10))));
        assert!(call.bearer.is_none() && call.body.is_none() && call.most == 10);
        for address in
            ["https://chat.example:8443/a", "//evil.example/a", "", "a", "/a b", "/a\u{e9}", "http://127.0.0.1/a"]
        {
            assert!(fetch(address).is_err(), "{address}");
        }
    }

    #[test]
    fn parts_are_read_by_what_servers_say_of_them() {
        let part = Part { request: RequestId(1), offset: 4 };
        let reply = |status, range, body: &'static str| {
            Ok(HttpReply { range, ..HttpReply::whole(status, Bytes::from_static(body.as_bytes())) })
        };
        let read = |part, reply| match read_part(part, reply) {
            Ok(Reply::Part { bytes, last, least }) => Ok((bytes.0.len(), last, least)),
            Ok(_) => panic!(),
            Err(refusal) => Err(refusal.kind),
        };
        assert_eq!(read(part, reply(206, Some((4, Some(9))), "abcd")), Ok((4, false, 9)));
        assert_eq!(read(part, reply(206, Some((4, Some(8))), "abcd")), Ok((4, true, 8)));
        assert_eq!(read(part, reply(206, None, "ab")), Ok((2, false, 0)));
        assert_eq!(read(part, reply(206, Some((0, Some(9))), "abcd")), Err(RefusalKind::ServerFault));
        assert_eq!(read(part, reply(200, None, "abcd")), Err(RefusalKind::Unsupported));
        assert_eq!(read(Part { offset: 0, ..part }, reply(200, None, "abc")), Ok((3, true, 3)));
        assert_eq!(read(part, reply(416, None, "")), Ok((0, true, 0)));
        assert_eq!(read(part, reply(404, None, "")), Err(RefusalKind::NotFound));
        assert_eq!(read(part, Err(CleanText::new("gone"))), Err(RefusalKind::ServerFault));
    }

    #[test]
    fn why_a_file_is_not_taken_is_said_however_long_it_is() {
        let reason = format!("{}\u{e9} and more", "x".repeat(299));
        let body = serde_json::json!({ "error": reason }).to_string();
        let refusal = taken(&HttpReply::whole(400, body.into()), "a.png").unwrap_err();
        assert_eq!(refusal.text.as_str(), format!("\"a.png\" is not taken: {}\u{e9}.", "x".repeat(299)));
    }

    #[test]
    fn what_is_sent_cannot_break_out_of_its_place() {
        let file = Upload::new("a\"b\\.txt", Bytes::from_static(b"meow"));
        let proof = Secret::new("USR:1,ab".to_owned());
        let text = |body: &HttpBody| {
            let pieces = body.pieces.iter().map(|piece| match piece {
                Piece::Text(text) => text.expose().to_owned(),
                Piece::Raw(bytes) | Piece::Base64(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            });
            pieces.collect::<String>()
        };
        let body = text(&json("k\"ey", &proof, &file, "gen\"eral"));
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((read["validator_key"].as_str(), read["channel"].as_str()), (Some("k\"ey"), Some("gen\"eral")));
        let body = form("key", &proof, &file, 7);
        let edge = body.kind.split_once("boundary=").unwrap().1.to_owned();
        let written = text(&body);
        assert_eq!(written.matches(&format!("--{edge}\r\n")).count(), 5);
        assert!(
            written.ends_with(&format!("\r\nmeow\r\n--{edge}--\r\n").trim_start_matches("\r\n").to_owned()),
            "{written}"
        );
        assert!(written.contains("filename=\"a_b_.txt\""), "{written}");
    }
}
