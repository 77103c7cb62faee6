//! Files on their way up: in parts, a few at once, and the message when all are taken.
//!
//! A message with files is an operation of many calls: every part of every file, in any order, then `SendMessage`, which names the uploads.
//! Until that last call nothing was sent that anybody could see, so an operation that ends before can be begun anew without harm.
//!
//! - One part at first; one more at once whenever the network takes them quickly, one less when it is slow. What else the user does waits behind
//!   them in the socket, so there are never more than the network swallows in about a second, unless a single part is too much.
//! - A part refused for a passing reason is sent again after a rest. Any other refusal, and a part not answered in time, ends the operation.
//! - The content is shared with whoever wrote the message; only the parts under way are copied, into their frames.

use super::call::Call;
use super::defaults::{
    OsmiumConfig, UPLOAD_ATTEMPTS, UPLOAD_QUICK, UPLOAD_REST, UPLOAD_SLOW, UPLOAD_WINDOW, UPLOADS_LIMIT,
};
use super::rpc::Method as _;
use super::wire::core::client_message;
use super::wire::media;
use crate::domain::answer::RefusalKind;
use crate::domain::{CleanText, Mono, Outgoing, Progress, Refusal, RequestId, Upload, picture, size};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// A part under way, or to be sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    request: RequestId,
    file: usize,
    number: u32,
    /// How often it was refused.
    refusals: u32,
}

/// What follows from the answer to a part.
pub enum Step {
    /// The network has more of it than before. With a call: it has everything, and this is the message.
    Taken(Progress, Option<Box<Call>>),
    /// The operation is over.
    Failed(RequestId, Refusal),
}

/// One message with its files.
struct Job {
    request: RequestId,
    outgoing: Arc<Outgoing>,
    /// The message itself, once every part is taken.
    call: Call,
    /// The next part that was never sent: the file's place, and its number.
    next: (usize, u32),
    /// Parts to be sent again.
    again: Vec<Part>,
    /// Nothing of it is sent before.
    rest: Mono,
    /// Parts not taken yet.
    left: u64,
    done: u64,
    total: u64,
}

/// All of one connection, in the order in which they were wanted.
pub struct Uploads {
    part_size: usize,
    jobs: VecDeque<Job>,
    /// How many parts may be under way at once.
    window: usize,
    /// How many are.
    under_way: usize,
}

impl Uploads {
    /// None yet.
    #[must_use]
    pub fn new(config: &OsmiumConfig) -> Self {
        Self { part_size: config.upload_part.max(1), jobs: VecDeque::new(), window: 1, under_way: 0 }
    }

    /// Begins with the files of a message. `call` sends the message itself. Tells how far it is: not at all.
    pub fn begin(&mut self, request: RequestId, outgoing: Arc<Outgoing>, call: Call) -> Progress {
        let total = outgoing.attachments.iter().map(Upload::size).sum();
        let left = outgoing.attachments.iter().map(|file| u64::from(part_count(file, self.part_size))).sum();
        let (next, again, rest) = ((0, 0), Vec::new(), Mono(0));
        self.jobs.push_back(Job { request, outgoing, call, next, again, rest, left, done: 0, total });
        Progress { request, done: 0, total }
    }

    /// The next part to send, if one may be sent now.
    pub fn next(&mut self, now: Mono) -> Option<(Part, client_message::Message)> {
        if self.under_way >= self.window {
            return None;
        }
        let size = self.part_size;
        let (part, message) = self.jobs.iter_mut().filter(|job| job.rest <= now).find_map(|job| job.next_part(size))?;
        self.under_way += 1;
        Some((part, message.wrap()))
    }

    /// When [`Uploads::next`] may have something that it does not have now, if only a rest is in the way. To be asked once it had nothing.
    #[must_use]
    pub fn deadline(&self) -> Option<Mono> {
        let resting = self.jobs.iter().filter(|job| job.has_part()).map(|job| job.rest);
        if self.under_way < self.window { resting.min() } else { None }
    }

    /// A part was answered after so long, or not in time.
    pub fn answered(&mut self, part: Part, outcome: Result<(), Refusal>, took: Duration, now: Mono) -> Option<Step> {
        self.under_way = self.under_way.saturating_sub(1);
        // The operation may be over already, because of another of its parts.
        let at = self.jobs.iter().position(|job| job.request == part.request)?;
        let size = self.part_size;
        let job = self.jobs.get_mut(at)?;
        match outcome {
            Ok(()) => {
                if took <= UPLOAD_QUICK {
                    self.window = (self.window + 1).min(UPLOAD_WINDOW);
                } else if took >= UPLOAD_SLOW {
                    self.window = (self.window - 1).max(1);
                }
                job.left = job.left.saturating_sub(1);
                let bytes =
                    job.outgoing.attachments.get(part.file).map_or(0, |file| slice(file, part.number, size).len());
                job.done += u64::try_from(bytes).unwrap_or(0);
                let progress = Progress { request: job.request, done: job.done, total: job.total };
                let call = if job.left == 0 { self.jobs.remove(at).map(|job| Box::new(job.call)) } else { None };
                Some(Step::Taken(progress, call))
            }
            Err(refusal) if rests(&refusal) && part.refusals + 1 < UPLOAD_ATTEMPTS => {
                self.window = 1;
                job.rest = now.plus(UPLOAD_REST * 2_u32.saturating_pow(part.refusals));
                job.again.push(Part { refusals: part.refusals + 1, ..part });
                None
            }
            Err(refusal) => self.jobs.remove(at).map(|job| Step::Failed(job.request, refusal)),
        }
    }

    /// A message is not to be sent. It is not, if not all of its parts are taken: whether that is so.
    pub fn cancel(&mut self, request: RequestId) -> bool {
        let before = self.jobs.len();
        self.jobs.retain(|job| job.request != request);
        self.jobs.len() < before
    }

    /// The connection is to be closed: nothing more will be sent.
    pub fn clear(&mut self) {
        self.jobs.clear();
    }
}

/// Whether a part may be taken after a rest. One that was not answered in time is not among them: the network is too slow for more of it.
const fn rests(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::RateLimited | RefusalKind::ServerFault)
}

impl Job {
    fn has_part(&self) -> bool {
        !self.again.is_empty() || self.next.0 < self.outgoing.attachments.len()
    }

    fn next_part(&mut self, size: usize) -> Option<(Part, media::UploadFilePart)> {
        let part = match self.again.pop() {
            Some(part) => part,
            None => {
                let (file, number) = self.next;
                let count = part_count(self.outgoing.attachments.get(file)?, size);
                self.next = if number + 1 < count { (file, number + 1) } else { (file + 1, 0) };
                Part { request: self.request, file, number, refusals: 0 }
            }
        };
        let data = slice(self.outgoing.attachments.get(part.file)?, part.number, size);
        let upload_id = upload_id(self.request, &self.outgoing, part.file);
        Some((part, media::UploadFilePart { upload_id, part: part.number, data }))
    }
}

/// How many parts a file has; an empty one has one.
fn part_count(file: &Upload, size: usize) -> u32 {
    u32::try_from(file.bytes.len().div_ceil(size)).unwrap_or(u32::MAX).max(1)
}

/// What is in a part. Shares the file's memory.
fn slice(file: &Upload, number: u32, size: usize) -> Bytes {
    let start = usize::try_from(number).unwrap_or(usize::MAX).saturating_mul(size).min(file.bytes.len());
    file.bytes.slice(start..start.saturating_add(size).min(file.bytes.len()))
}

/// The name of an upload. It must be random; the message's nonce is. Each try of a message and each of its files makes another number of it
/// (`SplitMix64`), since nobody has published whether a name may be used again.
fn upload_id(request: RequestId, outgoing: &Outgoing, file: usize) -> u64 {
    let place = u64::try_from(file).unwrap_or(u64::MAX);
    let mixed = |bits: u64| {
        let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    };
    mixed(mixed(outgoing.nonce.0 ^ mixed(request.0)).wrapping_add(place))
}

/// Refuses what is too much for this network, as far as one can know.
///
/// # Errors
/// Too many files, or one that is too large.
pub fn check(files: &[Upload], config: &OsmiumConfig) -> Result<(), Refusal> {
    let too_much =
        |text: String| Err(Refusal { kind: RefusalKind::Invalid, text: CleanText::line(&text), ..Refusal::default() });
    if files.len() > UPLOADS_LIMIT as usize {
        return too_much(format!("A message takes at most {UPLOADS_LIMIT} files."));
    }
    match files.iter().find(|file| file.size() > config.upload_limit) {
        Some(file) => {
            too_much(format!("\"{}\" is too large: at most {} can be sent.", file.name, size(config.upload_limit)))
        }
        None => Ok(()),
    }
}

/// The uploads of a message as it refers to them.
#[must_use]
pub fn references(request: RequestId, outgoing: &Outgoing, config: &OsmiumConfig) -> Vec<media::MediaRef> {
    let refer = |(place, file): (usize, &Upload)| {
        let uploaded = media::UploadedFileRef {
            id: upload_id(request, outgoing, place),
            name: file.name.clone(),
            part_count: part_count(file, config.upload_part.max(1)),
        };
        let reference = media::MediaRefUploadedFile {
            file: Some(uploaded),
            filename: Some(file.name.clone()),
            mimetype: file.mimetype.clone(),
            metadata: Some(media::FileMetadata { metadata: Some(metadata(file)) }),
        };
        media::MediaRef { r#ref: Some(media::media_ref::Ref::Uploaded(reference)) }
    };
    outgoing.attachments.iter().enumerate().map(refer).collect()
}

/// What the kind of file is said to be. Numbers that nib does not know are 0, which lets the server find out.
fn metadata(file: &Upload) -> media::file_metadata::Metadata {
    use media::file_metadata::{Metadata, MetadataAudio, MetadataFile, MetadataImage, MetadataVideo};
    match file.mimetype.split_once('/') {
        Some(("image", _)) => Metadata::Image(picture::look(&file.bytes).map_or_else(MetadataImage::default, |seen| {
            MetadataImage { width: seen.width, height: seen.height, animated: seen.animated, preview: None }
        })),
        Some(("video", _)) => Metadata::Video(MetadataVideo::default()),
        Some(("audio", _)) => Metadata::Audio(MetadataAudio::default()),
        _ => Metadata::File(MetadataFile {}),
    }
}
