//! The server over HTTP, on the port of its socket: files up and down.

use super::files::{Answered, MAX_UPLOAD};
use super::serve::Hub;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long somebody may take to ask, and to hear the answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest head of a question.
const MAX_HEAD: usize = 8 << 10;

/// Whether what comes first is a question over HTTP, and not the opening of a socket.
pub(super) async fn is_question(stream: &TcpStream) -> bool {
    let mut first = [0; 16];
    let seen = stream.peek(&mut first).await.unwrap_or(0);
    let first = first.get(..seen).unwrap_or_default();
    first.starts_with(b"POST ") || first.starts_with(b"GET /attachment")
}

/// Answers one question.
pub(super) async fn answer(mut stream: TcpStream, hub: &Hub) {
    let Ok(Some((head, body))) = tokio::time::timeout(PATIENCE, question(&mut stream)).await else { return };
    let Answered { status, fields, kind, body } = answered(&head, &body, hub);
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Disposition: attachment\r\n{fields}\r\n",
        body.len()
    );
    let told = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.shutdown().await
    };
    let _ = tokio::time::timeout(PATIENCE, told).await;
}

fn answered(head: &str, body: &[u8], hub: &Hub) -> Answered {
    let target = head.split(' ').nth(1).unwrap_or_default();
    if head.starts_with("POST ") {
        return match target {
            "/attachments/upload" if body.len() > MAX_UPLOAD => Answered::refused(413, "File too large"),
            "/attachments/upload" => hub.with(|server, now| (server.upload(body, now), Vec::new())),
            _ => Answered::refused(404, "Not found"),
        };
    }
    match target.strip_prefix("/attachments/") {
        Some(id) => hub.with(|server, now| (server.file(id, field(head, "range"), now), Vec::new())),
        None => Answered::refused(404, "Not found"),
    }
}

/// A field of a head.
fn field<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

/// The head of a question and what follows it. Of what is too long, no more than shows that it is.
async fn question(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut part = vec![0; 64 << 10];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > MAX_HEAD {
            return None;
        }
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let told: usize = field(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let wanted = told.min(MAX_UPLOAD + 1);
    while body.len() < wanted {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        body.extend_from_slice(part.get(..length)?);
    }
    Some((head, body))
}
