//! Calls to web services that an adapter asks for: one `GET` over a connection of its own, on the same ways and with the same certificates.

use crate::domain::CleanText;
use crate::net::dial::{Dial, Proxies, ServerAddress, open_stream};
use crate::net::http::{HttpCall, HttpId, HttpOutcome, HttpReply};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

/// The longest answer that is taken, in bytes.
const LONGEST_ANSWER: usize = 256 << 10;
/// How long a call may take, from its first byte to its last.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks a web service something that needs no sign-in, as a session asks on its behalf.
pub async fn ask(url: String, ca_file: Option<PathBuf>, proxies: Proxies, limit: Duration) -> HttpOutcome {
    let call = HttpCall { id: HttpId(0), url, bearer: None };
    let server = place(&call.url).ok_or_else(|| CleanText::ours("its address is none that nib calls"))?;
    let asked = answer(call, Dial { server, ca_file, proxies, limit });
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(CleanText::ours("it does not answer in time")))
}

/// Makes the call. `dial` says how the machine reaches others; its server is replaced by the call's.
pub(super) async fn fetch(call: HttpCall, dial: Dial) -> (HttpId, HttpOutcome) {
    let id = call.id;
    let outcome = match tokio::time::timeout(PATIENCE, answer(call, dial)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(CleanText::ours("it does not answer in time")),
    };
    if let Ok(reply) = &outcome {
        tracing::debug!(status = reply.status, bytes = reply.body.len(), "a web service answered");
    }
    (id, outcome)
}

async fn answer(call: HttpCall, dial: Dial) -> HttpOutcome {
    let server = place(&call.url).ok_or_else(|| CleanText::ours("its address is none that nib calls"))?;
    let host = HeaderValue::from_str(&server.authority()).map_err(|_| CleanText::ours("its name does not fit"))?;
    let path = call.url.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"));
    let stream = open_stream(&Dial { server, ..dial }).await.map_err(|reason| said(&reason))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|e| said(&e))?;
    let mut request = Request::get(path).body(String::new()).map_err(|error| said(&error))?;
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("nib/", env!("CARGO_PKG_VERSION"))));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(secret) = &call.bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.expose()))
            .map_err(|_| CleanText::ours("the saved sign-in holds characters that cannot be sent"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let talk = async {
        let response = sender.send_request(request).await.map_err(|error| said(&error))?;
        let status: StatusCode = response.status();
        Ok(HttpReply { status: status.as_u16(), body: whole(response.into_body()).await? })
    };
    // The connection is driven as long as somebody waits for the answer, and no longer.
    let mut talk = pin!(talk);
    tokio::select! { biased;
        reply = &mut talk => reply,
        _ = connection => talk.await,
    }
}

/// What an answer says, as far as it is taken.
async fn whole(body: Incoming) -> Result<Bytes, CleanText> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame.map_err(|error| said(&error))?.into_data() {
            let room = LONGEST_ANSWER.saturating_sub(bytes.len());
            bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
            if data.len() >= room {
                break;
            }
        }
    }
    Ok(bytes.freeze())
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
        let (id, outcome) = fetch(HttpCall { id: HttpId(7), url, bearer }, dial).await;
        assert_eq!(id, HttpId(7));
        (server.await.unwrap(), outcome)
    }

    #[tokio::test]
    async fn a_call_is_made_as_asked_and_its_answer_read() {
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        let (heard, outcome) = asked(answer, "/a/b?key=x%20y", Some("hush")).await;
        assert!(heard.starts_with("GET /a/b?key=x%20y HTTP/1.1\r\n"), "{heard}");
        assert!(heard.to_lowercase().contains("\r\nauthorization: bearer hush\r\n"), "{heard}");
        assert_eq!(outcome, Ok(HttpReply { status: 403, body: Bytes::from_static(b"no") }));
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

    #[test]
    fn nothing_goes_unencrypted_to_another_machine() {
        assert!(place("https://api.example.org/x").is_some_and(|server| server.is_encrypted()));
        assert!(place("http://127.0.0.1:5700/x").is_some());
        for url in ["http://api.example.org/x", "ftp://a/b", "api.example.org", "https://me:secret@a.b/"] {
            assert!(place(url).is_none(), "{url}");
        }
    }
}
