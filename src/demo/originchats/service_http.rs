//! The account service over HTTP, on a port of its own.

use super::serve::now;
use super::service::AccountService;
use crate::demo::accept::accept;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest question.
const MAX_QUESTION: usize = 8 << 10;
const JSON: &str = "application/json";
const PAGE: &str = "text/html; charset=utf-8";
/// Connections at most.
const MAX_CONNECTIONS: usize = 256;

/// A running account service; it ends when this is dropped.
pub struct RunningService {
    /// What it knows; to be shared with servers.
    pub service: AccountService,
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl RunningService {
    /// Where it is, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Starts the service on the current runtime.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(service: AccountService, listen: SocketAddr) -> std::io::Result<RunningService> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let mut tasks = JoinSet::new();
    let asked = service.clone();
    tasks.spawn(accept(listener, MAX_CONNECTIONS, move |stream| answer(stream, asked.clone())));
    Ok(RunningService { service, address, _tasks: tasks })
}

/// Answers one question to the account service: `GET /generate_validator?key=…` with the token as a bearer, or `GET /link/…?code=…`.
async fn answer(mut stream: TcpStream, service: AccountService) {
    let Ok(Some(question)) = tokio::time::timeout(PATIENCE, question(&mut stream)).await else { return };
    let target = question.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let value = |name: &str| {
        let found = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.map(unescaped).unwrap_or_default()
    };
    let bearer = question.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().strip_prefix("Bearer ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let (status, kind, body) = if !question.starts_with("GET ") {
        (404, JSON, r#"{"error": "Not found"}"#.to_owned())
    } else if path == "/generate_validator" {
        let (status, body) = service.generate(bearer.unwrap_or_default(), &value("key"), now());
        (status, JSON, body)
    } else if path == "/link" {
        (200, PAGE, link_page(&service, &value("code"), ""))
    } else if path == "/link/allow" {
        let (code, name) = (value("code").to_uppercase(), value("name"));
        let done = service.allow(&code, &name);
        let said = if done { "Allowed. You can close this page." } else { "There is no such code; it may be too old." };
        (if done { 200 } else { 404 }, PAGE, link_page(&service, "", said))
    } else if let Some(about) = path.strip_prefix("/link/") {
        let (status, body) = service.link(about, &value("code"));
        (status, JSON, body)
    } else {
        (404, JSON, r#"{"error": "Not found"}"#.to_owned())
    };
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// The page on which somebody allows a program to use an account. Everybody may do so as anybody: it is a demo.
fn link_page(service: &AccountService, code: &str, said: &str) -> String {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let names: String = service.accounts().iter().map(|one| format!("<option>{}</option>", plain(&one.name))).collect();
    format!(
        "<!doctype html><meta charset=utf-8><title>Allow a program</title><h1>Allow a program to use an account</h1><p>{said}</p>\
         <form action=/link/allow><label>Code <input name=code value=\"{}\" autofocus></label> <label>as <select name=name>{names}</select></label> \
         <button>Allow</button></form>",
        plain(code)
    )
}

/// The head of a question, to its empty line.
async fn question(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 1_024];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        if bytes.len() > MAX_QUESTION {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Text in percent form as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
