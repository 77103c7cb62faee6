//! Calls to web services that an adapter asks for: each over a connection of its own, on the same ways and with the same certificates.

use super::stream::{Moved, Streamed};
use crate::domain::CleanText;
use crate::net::dial::{Dial, Proxies, ServerAddress, open_stream};
use crate::net::http::{HttpCall, HttpId, HttpOutcome, HttpReply};
use bytes::BytesMut;
use hyper::body::{Body, Incoming};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RANGE, USER_AGENT,
};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

/// Asks a web service something that needs no sign-in, as a session asks on its behalf.
pub async fn ask(url: String, ca_file: Option<PathBuf>, proxies: Proxies, limit: Duration) -> HttpOutcome {
    let call = HttpCall::get(HttpId(0), url, None);
    let server = place(&call.url).ok_or_else(|| CleanText::ours("its address is none that nib calls"))?;
    let asked = answer(call, Dial { server, ca_file, proxies, limit }, Moved::default());
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(CleanText::ours("it does not answer in time")))
}

/// Makes the call. `dial` says how the machine reaches others; its server is replaced by the call's. `moved` is told what is sent.
pub(super) async fn fetch(call: HttpCall, dial: Dial, moved: Moved) -> (HttpId, HttpOutcome) {
    let (id, patience, sends) = (call.id, call.patience, call.body.is_some());
    let mut answered = pin!(answer(call, dial, moved.clone()));
    let outcome = loop {
        match tokio::time::timeout(patience, &mut answered).await {
            Ok(outcome) => break outcome,
            // A large file may take long, as long as it goes on.
            Err(_) if sends && moved.went_on() => {}
            Err(_) => break Err(CleanText::ours("it does not answer in time")),
        }
    };
    if let Ok(reply) = &outcome {
        tracing::debug!(status = reply.status, bytes = reply.body.len(), "a web service answered");
    }
    (id, outcome)
}

async fn answer(call: HttpCall, dial: Dial, moved: Moved) -> HttpOutcome {
    let server = place(&call.url).ok_or_else(|| CleanText::ours("its address is none that nib calls"))?;
    let host = HeaderValue::from_str(&server.authority()).map_err(|_| CleanText::ours("its name does not fit"))?;
    let path = call.url.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"));
    let stream = open_stream(&Dial { server, ..dial }).await.map_err(|reason| said(&reason))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|e| said(&e))?;
    let kind = call.body.as_ref().map(|body| body.kind.clone());
    let method = if kind.is_some() { Method::POST } else { Method::GET };
    let body = Streamed::new(call.body, moved);
    let mut request = Request::builder().method(method).uri(path).body(body).map_err(|error| said(&error))?;
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("nib/", env!("CARGO_PKG_VERSION"))));
    headers.insert(ACCEPT, HeaderValue::from_static(if call.range.is_some() { "*/*" } else { "application/json" }));
    if let Some(kind) = kind {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).map_err(|error| said(&error))?);
    }
    if let Some((first, length)) = call.range {
        let last = first.saturating_add(u64::from(length.max(1)) - 1);
        let range = HeaderValue::from_str(&format!("bytes={first}-{last}")).map_err(|error| said(&error))?;
        headers.insert(RANGE, range);
    }
    if let Some(secret) = &call.bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.expose()))
            .map_err(|_| CleanText::ours("the saved sign-in holds characters that cannot be sent"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let talk = async {
        let response = sender.send_request(request).await.map_err(|error| said(&error))?;
        let status: StatusCode = response.status();
        let range = content_range(response.headers());
        let (body, cut) = whole(response.into_body(), call.most).await?;
        Ok(HttpReply { status: status.as_u16(), body: body.freeze(), cut, range })
    };
    // The connection is driven as long as somebody waits for the answer, and no longer.
    let mut talk = pin!(talk);
    tokio::select! { biased;
        reply = &mut talk => reply,
        _ = connection => talk.await,
    }
}

/// What an answer says, as far as it is taken, and whether it says more.
async fn whole(body: Incoming, most: usize) -> Result<(BytesMut, bool), CleanText> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame.map_err(|error| said(&error))?.into_data() {
            let room = most.saturating_sub(bytes.len());
            bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
            if data.len() > room {
                return Ok((bytes, true));
            }
        }
    }
    Ok((bytes, false))
}

/// Where a part begins, and how long the whole is: `bytes 0-99/1234` or `bytes 0-99/*`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let told = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes ")?;
    let (part, whole) = told.split_once('/')?;
    Some((part.split_once('-')?.0.trim().parse().ok()?, whole.trim().parse().ok()))
}

/// Where a call goes: anywhere encrypted, and to this machine without.
fn place(url: &str) -> Option<ServerAddress> {
    let rest = |scheme| url.strip_prefix(scheme).and_then(|rest: &str| rest.split(['/', '?', '#']).next());
    match (rest("https://"), rest("http://")) {
        (Some(authority), _) => format!("wss://{authority}").parse().ok(),
        (None, Some(authority)) => {
            let server: ServerAddress = format!("ws://{authority}").parse().ok()?;
            Some(server).filter(ServerAddress::is_loopback)
        }
        (None, None) => None,
    }
}

fn said(error: &dyn std::fmt::Display) -> CleanText {
    CleanText::line(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;
    use crate::net::http::{HttpBody, Piece};
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers one call with these bytes; gives what was asked.
    async fn asked(answer: &'static [u8], path: &str, bearer: Option<&str>) -> (String, HttpOutcome) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{path}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"\r\n\r\n") {
                heard.push(socket.read_u8().await.unwrap());
            }
            socket.write_all(answer).await.unwrap();
            String::from_utf8(heard).unwrap()
        });
        let bearer = bearer.map(|token| Secret::new(token.to_owned()));
        let limit = Duration::from_secs(5);
        let dial =
            Dial { server: "ws://127.0.0.1".parse().unwrap(), ca_file: None, proxies: Proxies::default(), limit };
        let (id, outcome) = fetch(HttpCall::get(HttpId(7), url, bearer), dial, Moved::default()).await;
        assert_eq!(id, HttpId(7));
        (server.await.unwrap(), outcome)
    }

    #[tokio::test]
    async fn a_call_is_made_as_asked_and_its_answer_read() {
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        let (heard, outcome) = asked(answer, "/a/b?key=x%20y", Some("hush")).await;
        assert!(heard.starts_with("GET /a/b?key=x%20y HTTP/1.1\r\n"), "{heard}");
        assert!(heard.to_lowercase().contains("\r\nauthorization: bearer hush\r\n"), "{heard}");
        assert_eq!(outcome, Ok(HttpReply::whole(403, Bytes::from_static(b"no"))));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let (heard, outcome) = asked(chunked, "", None).await;
        assert!(heard.starts_with("GET / HTTP/1.1\r\n") && !heard.to_lowercase().contains("authorization"), "{heard}");
        assert_eq!(outcome.unwrap().body, "ok");
    }

    #[tokio::test]
    async fn what_is_no_answer_is_a_fault_in_words() {
        let (_, outcome) = asked(b"hello?\r\n\r\n", "/", None).await;
        assert!(outcome.is_err());
        let (_, outcome) = asked(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "/", None).await;
        assert!(outcome.is_err());
    }

    #[tokio::test]
    async fn a_part_of_a_file_is_asked_for_by_its_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/f", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"\r\n\r\n") {
                heard.push(socket.read_u8().await.unwrap());
            }
            let answer = b"HTTP/1.1 206 x\r\nContent-Range: bytes 4-7/9\r\nContent-Length: 5\r\n\r\nabcde";
            socket.write_all(answer).await.unwrap();
            String::from_utf8(heard).unwrap().to_lowercase()
        });
        let limit = Duration::from_secs(5);
        let server_address = "ws://127.0.0.1".parse().unwrap();
        let dial = Dial { server: server_address, ca_file: None, proxies: Proxies::default(), limit };
        let call = HttpCall { range: Some((4, 4)), most: 4, ..HttpCall::get(HttpId(1), url, None) };
        let (_, outcome) = fetch(call, dial, Moved::default()).await;
        let body = Bytes::from_static(b"abcd");
        assert_eq!(outcome, Ok(HttpReply { status: 206, body, cut: true, range: Some((4, Some(9))) }));
        let heard = server.await.unwrap();
        assert!(heard.contains("\r\nrange: bytes=4-7\r\n") && heard.contains("\r\naccept: */*\r\n"), "{heard}");
    }

    #[tokio::test]
    async fn a_body_is_sent_in_pieces_and_what_is_sent_of_the_file_is_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/up", listener.local_addr().unwrap());
        let file = Bytes::from(vec![7; 100_000]);
        let pieces = vec![
            Piece::Text(Secret::new("{\"file\":\"".to_owned())),
            Piece::Base64(file.clone()),
            Piece::Text(Secret::new("\"}".to_owned())),
        ];
        let expected = [b"{\"file\":\"".to_vec(), crate::net::http::base64(&file), b"\"}".to_vec()].concat();
        let length = expected.len();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"\r\n\r\n") {
                heard.push(socket.read_u8().await.unwrap());
            }
            let mut body = vec![0; length];
            socket.read_exact(&mut body).await.unwrap();
            socket.write_all(b"HTTP/1.1 201 x\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
            (String::from_utf8(heard).unwrap().to_lowercase(), body)
        });
        let limit = Duration::from_secs(5);
        let server_address = "ws://127.0.0.1".parse().unwrap();
        let dial = Dial { server: server_address, ca_file: None, proxies: Proxies::default(), limit };
        let body = Some(HttpBody { kind: "application/json".to_owned(), pieces });
        let (told, mut heard_of) = tokio::sync::mpsc::channel(64);
        let call = HttpCall { body, ..HttpCall::get(HttpId(3), url, None) };
        let (_, outcome) = fetch(call, dial, Moved::told(HttpId(3), told)).await;
        assert_eq!(outcome, Ok(HttpReply::whole(201, Bytes::from_static(b"{}"))));
        let (head, sent) = server.await.unwrap();
        assert!(
            head.starts_with("post /up http/1.1\r\n") && head.contains(&format!("content-length: {length}\r\n")),
            "{head}"
        );
        assert!(sent == expected);
        let mut last = 0;
        while let Some((HttpId(3), sent)) = heard_of.recv().await {
            assert!(sent > last);
            last = sent;
        }
        assert_eq!(last, 100_000);
    }

    #[test]
    fn nothing_goes_unencrypted_to_another_machine() {
        assert!(place("https://api.example.org/x").is_some_and(|server| server.is_encrypted()));
        assert!(place("http://127.0.0.1:5700/x").is_some());
        for url in ["http://api.example.org/x", "ftp://a/b", "api.example.org", "https://me:secret@a.b/"] {
            assert!(place(url).is_none(), "{url}");
        }
    }
}
