//! Files: taken with a proof of who one is, kept in memory, given to whoever knows the address.

use super::chat::At;
use super::server::Server;
use serde_json::{Value, json};

/// Longest question with a file, in bytes: the limit is on what is sent, in base 64 and all.
pub(super) const MAX_UPLOAD: usize = 32 << 20;
/// What all files together may take, in bytes.
const MAX_STORED: usize = 256 << 20;
/// Kinds that are taken.
const KINDS: [&str; 4] = ["image/", "video/", "audio/", "application/pdf"];
/// Seconds for which files are kept: a week.
const LIFETIME: f64 = 604_800.0;

/// A file that is kept.
pub(super) struct Stored {
    id: String,
    /// The person who sent it, by id.
    owner: String,
    name: String,
    kind: String,
    bytes: Vec<u8>,
    until: f64,
}

/// An answer over HTTP: status, more fields of its head, kind, and what it says.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) fields: String,
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

impl Answered {
    fn told(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { status, fields: String::new(), kind: "application/json".to_owned(), body }
    }

    pub(super) fn refused(status: u16, why: &str) -> Self {
        Self::told(status, &json!({ "error": why }))
    }
}

impl Server {
    /// What the greeting says of files.
    pub(super) fn uploads(&self) -> Value {
        let kinds = ["image/*", "video/*", "audio/*", "application/pdf"];
        json!({"enabled": true, "max_size": MAX_UPLOAD, "allowed_types": kinds, "max_attachments_per_user": -1, "permanent_tiers": ["pro", "max"]})
    }

    /// Somebody sends a file: `POST /attachments/upload`.
    pub(super) fn upload(&mut self, body: &[u8], now: f64) -> Answered {
        self.now = now;
        let Ok(told) = serde_json::from_slice::<Value>(body) else {
            return Answered::refused(400, "Invalid JSON body");
        };
        let text = |name: &str| told[name].as_str().unwrap_or_default();
        if ["validator_key", "validator", "file", "name", "mime_type", "channel"]
            .iter()
            .any(|name| text(name).is_empty())
        {
            return Answered::refused(400, "Missing required fields");
        }
        let Some((_, owner)) = self.service.validate(text("validator_key"), text("validator"), now) else {
            return Answered::refused(401, "Invalid validator");
        };
        let Some(user) = self.users.iter().position(|user| user.id == owner && !user.roles.is_empty()) else {
            return Answered::refused(403, "You are not a member of this server");
        };
        let Some(channel) = self.channels.iter().position(|known| known.name == text("channel")) else {
            return Answered::refused(404, "Channel not found");
        };
        if !self.allows(At { channel, thread: None }, "send", user) {
            return Answered::refused(403, "You do not have permission to send messages in this channel");
        }
        let kind = text("mime_type").to_owned();
        if !KINDS.iter().any(|taken| kind.starts_with(taken)) {
            // As the real one stumbles.
            return Answered { status: 500, fields: String::new(), kind: "text/plain".to_owned(), body: Vec::new() };
        }
        let given = text("file");
        let given = given.split_once("base64,").map_or(given, |(_, rest)| rest);
        let Some(bytes) = decoded(given) else { return Answered::refused(400, "Invalid file data") };
        self.files.retain(|file| file.until > now);
        if self.files.iter().map(|file| file.bytes.len()).sum::<usize>() + bytes.len() > MAX_STORED {
            return Answered::refused(413, "Storage is full");
        }
        // The same bytes of somebody else are that one's file.
        let known = self.files.iter().find(|file| file.bytes == bytes && file.until > now).map(|file| file.id.clone());
        let id = match known {
            Some(id) => id,
            None => {
                let id = self.uuid();
                let name = text("name").to_owned();
                self.files.push(Stored { id: id.clone(), owner, name, kind, bytes, until: now + LIFETIME });
                id
            }
        };
        let attachment = self.attachment(&id).unwrap_or_default();
        Answered::told(201, &json!({"attachment": attachment, "permanent": false}))
    }

    /// A file as messages have it.
    fn attachment(&self, id: &str) -> Option<Value> {
        let file = self.files.iter().find(|file| file.id == id && file.until > self.now)?;
        let mut told = json!({"id": file.id, "name": file.name, "mime_type": file.kind, "size": file.bytes.len(),
            "url": format!("/attachments/{}", file.id), "expires_at": file.until, "permanent": false});
        let number = |at: usize| file.bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        if file.bytes.starts_with(b"\x89PNG\r\n\x1a\n")
            && let (Some(width), Some(height)) = (number(16), number(20))
        {
            (told["width"], told["height"]) = (json!(width), json!(height));
        }
        Some(told)
    }

    /// A message is deleted, and its files with it.
    pub(super) fn forget_files(&mut self, attachments: &Value) {
        let gone =
            |file: &Stored| attachments.as_array().into_iter().flatten().any(|one| one["id"] == file.id.as_str());
        self.files.retain(|file| !gone(file));
    }

    /// The files that a message names, or what is wrong with one.
    pub(super) fn attached(&self, user: usize, named: &Value) -> Result<Vec<Value>, String> {
        let me = self.users.get(user).map(|user| user.id.as_str()).unwrap_or_default();
        let ids = named.as_array().into_iter().flatten().map(|one| one["id"].as_str().unwrap_or_default());
        ids.map(|id| {
            let attachment = self.attachment(id).ok_or_else(|| format!("Attachment {id} not found or expired"))?;
            match self.files.iter().any(|file| file.id == id && file.owner == me) {
                true => Ok(attachment),
                false => Err("You can only attach your own uploads".to_owned()),
            }
        })
        .collect()
    }

    /// Somebody wants a file, or a part of it: `GET /attachments/<id>`.
    pub(super) fn file(&mut self, id: &str, range: Option<&str>, now: f64) -> Answered {
        self.now = now;
        let Some(file) = self.files.iter().find(|file| file.id == id && file.until > now) else {
            return Answered::refused(404, "Attachment not found or expired");
        };
        let whole = file.bytes.len();
        let kind = file.kind.clone();
        let Some((first, last)) = range.and_then(|range| range.trim().strip_prefix("bytes=")?.split_once('-')) else {
            return Answered {
                status: 200,
                fields: "Accept-Ranges: bytes\r\n".to_owned(),
                kind,
                body: file.bytes.clone(),
            };
        };
        let (first, last) = (first.parse::<usize>().ok(), last.parse::<usize>().unwrap_or(usize::MAX));
        let Some(first) = first.filter(|first| *first < whole && *first <= last) else {
            let fields = format!("Content-Range: bytes */{whole}\r\n");
            return Answered { status: 416, fields, kind, body: Vec::new() };
        };
        let end = last.saturating_add(1).min(whole);
        let fields = format!("Accept-Ranges: bytes\r\nContent-Range: bytes {first}-{}/{whole}\r\n", end - 1);
        Answered { status: 206, fields, kind, body: file.bytes.get(first..end).unwrap_or_default().to_vec() }
    }
}

/// What was written in base 64.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for four in text.chunks(4) {
        let mut bits = 0_u32;
        for (place, letter) in four.iter().enumerate() {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits |= u32::from(value) << (18 - 6 * place);
        }
        let [_, one, two, three] = bits.to_be_bytes();
        bytes.extend([one, two, three].get(..four.len().checked_sub(1).filter(|count| *count > 0)?)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn base_64_is_read_as_everybody_writes_it() {
        for (written, plain) in [
            ("", Some("")),
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("Zm9vYmE=", Some("fooba")),
        ] {
            assert_eq!(decoded(written).as_deref(), plain.map(str::as_bytes), "{written}");
        }
        for wrong in ["Z", "Zm9vZ", "Zm 9v", "Zm-_"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }
}
