//! `media`: files in parts, up and down.

use bytes::{Bytes, BytesMut};

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::media as api;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{StoredFile, Upload};

/// The largest part handed out, in bytes; keeps the frame under what common clients take.
const MAX_DOWNLOAD: usize = 512 * 1024;
/// The largest file, in bytes.
const MAX_FILE: usize = 64 * 1024 * 1024;
/// What all files and unfinished uploads together may take, in bytes.
const MAX_STORED: usize = 256 * 1024 * 1024;
/// Unfinished uploads of one person.
const MAX_UPLOADS: usize = 32;
/// How long an upload is kept that nobody finishes, in milliseconds.
const UPLOAD_LIFE: i64 = 600_000;
/// Parts of one file.
const MAX_PARTS: u32 = 4_096;
/// The longest name or type of a file, in bytes.
const MAX_NAME: usize = 255;

impl Server {
    /// Takes a part of a file. The same part sent again replaces the first.
    pub(crate) fn upload_file_part(&mut self, caller: Caller, request: api::UploadFilePart) -> Reply {
        if request.part >= MAX_PARTS {
            return Err(Refusal::malformed(format!("A file has at most {MAX_PARTS} parts.")));
        }
        let now = self.now;
        self.state.uploads.retain(|_, upload| now - upload.touched < UPLOAD_LIFE);
        let own = (caller.user, request.upload_id);
        let open = self.state.uploads.range((caller.user, 0)..=(caller.user, u64::MAX)).count();
        if !self.state.uploads.contains_key(&own) && open >= MAX_UPLOADS {
            return Err(Refusal::too_often("Too many uploads are unfinished; finish one first."));
        }
        let stored: usize = self.state.files.values().map(|file| file.bytes.len()).sum();
        let waiting: usize = self.state.uploads.values().map(Upload::size).sum();
        let known = self.state.uploads.get(&own);
        let replaced = known.and_then(|upload| upload.parts.get(&request.part)).map_or(0, Bytes::len);
        if stored + waiting - replaced + request.data.len() > MAX_STORED {
            return Err(Refusal::malformed("This demo server has no room for more files."));
        }
        if known.map_or(0, Upload::size) - replaced + request.data.len() > MAX_FILE {
            return Err(Refusal::malformed(format!("A file has at most {} MiB here.", MAX_FILE / 1_048_576)));
        }
        let upload = self.state.uploads.entry(own).or_default();
        upload.touched = now;
        // A copy: the bytes given may be a view into the whole frame.
        upload.parts.insert(request.part, Bytes::copy_from_slice(&request.data));
        Ok(None)
    }

    /// Hands out a part of a file, at most 512 KiB; nothing beyond its end.
    pub(crate) fn download_file_part(&mut self, request: &api::DownloadFilePart) -> Reply {
        use api::file_ref::Ref;
        let id = match request.file_ref.as_ref().and_then(|reference| reference.r#ref.as_ref()) {
            Some(Ref::MediaFile(file)) => file.file_id,
            Some(Ref::ChatPhoto(photo)) => photo.file_id,
            None => return Err(Refusal::malformed("The request names no file.")),
        };
        let Some(file) = self.state.files.get(&id) else { return Err(Refusal::missing("file")) };
        let start = usize::try_from(request.offset).unwrap_or(usize::MAX).min(file.bytes.len());
        let wanted = if request.length == 0 { MAX_DOWNLOAD } else { request.length as usize };
        let end = start.saturating_add(wanted.min(MAX_DOWNLOAD)).min(file.bytes.len());
        Ok(Some(Answer::FilePart(api::FilePart { data: file.bytes.slice(start..end) })))
    }

    /// Turns what a message refers to into attachments; finished uploads become files.
    pub(crate) fn attach(&mut self, owner: Id, media: Vec<api::MediaRef>) -> Result<Vec<api::MessageMedia>, Refusal> {
        use api::media_ref::Ref;
        if media.len() > super::super::post::MAX_MEDIA {
            return Err(Refusal::malformed("Too many attachments."));
        }
        let mut attached = Vec::new();
        for one in media {
            let part = match one.r#ref {
                Some(Ref::Uploaded(uploaded)) => {
                    let file = self.finish(owner, uploaded)?;
                    api::message_media::Media::File(api::MediaFile { file: Some(file) })
                }
                Some(Ref::Embed(embed)) => api::message_media::Media::Embed(Box::new(api::MediaEmbed {
                    url: embed.url.chars().take(512).collect(),
                    ..api::MediaEmbed::default()
                })),
                None => return Err(Refusal::malformed("An attachment refers to nothing.")),
            };
            attached.push(api::MessageMedia { media: Some(part) });
        }
        Ok(attached)
    }

    /// Makes a file of a finished upload.
    pub(crate) fn finish(&mut self, owner: Id, uploaded: api::MediaRefUploadedFile) -> Result<api::File, Refusal> {
        let Some(reference) = uploaded.file else { return Err(Refusal::malformed("An attachment names no upload.")) };
        let metadata = uploaded.metadata.unwrap_or_default();
        let filename = uploaded.filename.unwrap_or_else(|| reference.name.clone());
        if filename.len() > MAX_NAME || uploaded.mimetype.len() > MAX_NAME {
            return Err(Refusal::malformed("The name or type of the file is too long."));
        }
        if prost::Message::encoded_len(&metadata) > 2_048 {
            return Err(Refusal::malformed("The preview of the file is too large."));
        }
        let bytes = self.assemble(owner, &reference)?;
        let facts = api::File {
            file_id: self.state.mint.next(self.now),
            region: 1,
            size: bytes.len() as u64,
            mimetype: uploaded.mimetype,
            filename: Some(filename).filter(|name| !name.is_empty()),
            metadata: Some(measured(metadata, &bytes)),
        };
        self.state.files.insert(facts.file_id, StoredFile { facts: facts.clone(), bytes });
        Ok(facts)
    }

    /// Makes a picture of a finished upload and returns its file id.
    pub(crate) fn finish_photo(&mut self, owner: Id, reference: api::UploadedFileRef) -> Result<Id, Refusal> {
        use api::file_metadata::{Metadata, MetadataImage};
        let metadata = api::FileMetadata { metadata: Some(Metadata::Image(MetadataImage::default())) };
        let uploaded = api::MediaRefUploadedFile {
            file: Some(reference),
            filename: None,
            mimetype: "image/png".to_owned(),
            metadata: Some(metadata),
        };
        Ok(self.finish(owner, uploaded)?.file_id)
    }

    fn assemble(&mut self, owner: Id, reference: &api::UploadedFileRef) -> Result<Bytes, Refusal> {
        let own = (owner, reference.id);
        let Some(upload) = self.state.uploads.get(&own) else { return Err(Refusal::missing("upload")) };
        let wanted = reference.part_count as usize;
        if upload.parts.len() != wanted || !upload.parts.keys().copied().eq(0..reference.part_count) {
            return Err(Refusal::malformed(format!("The upload has {} of {wanted} parts.", upload.parts.len())));
        }
        let mut whole = BytesMut::with_capacity(upload.size());
        for part in upload.parts.values() {
            whole.extend_from_slice(part);
        }
        self.state.uploads.remove(&own);
        Ok(whole.freeze())
    }
}

/// Fills in the size of a PNG where the client gave none.
fn measured(mut metadata: api::FileMetadata, bytes: &[u8]) -> api::FileMetadata {
    use api::file_metadata::Metadata;
    if let Some(Metadata::Image(image)) = &mut metadata.metadata
        && (image.width, image.height) == (0, 0)
        && bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        && let (Some(width), Some(height)) = (big_endian(bytes, 16), big_endian(bytes, 20))
    {
        (image.width, image.height) = (width, height);
    }
    metadata
}

fn big_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}
