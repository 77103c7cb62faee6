//! The account service over HTTP, on a port of its own.

use super::serve::now;
use super::service::AccountService;
use crate::demo::accept::{accept, listen};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest question.
const MAX_QUESTION: usize = 8 << 10;
/// Longest code that the page shows, in characters.
const MAX_CODE: usize = 32;
/// What browsers are told with every answer: it is no page of anybody else's, nothing else is loaded, and nothing of it is kept.
const GUARDS: &str = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
    Content-Security-Policy: default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r\n";
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

/// Starts the service on the current runtime, at another port if that will do and this one is taken.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(service: AccountService, at: SocketAddr, elsewhere: bool) -> std::io::Result<RunningService> {
    let listener = listen(at, elsewhere).await?;
    let address = listener.local_addr()?;
    let mut tasks = JoinSet::new();
    let asked = service.clone();
    tasks.spawn(accept(listener, MAX_CONNECTIONS, move |stream| answer(stream, asked.clone())));
    Ok(RunningService { service, address, _tasks: tasks })
}

/// Answers one question to the account service: `GET /generate_validator?key=…` with the token as a bearer, or `GET /link/…?code=…`.
async fn answer(mut stream: TcpStream, service: AccountService) {
    let Ok(Some(question)) = tokio::time::timeout(PATIENCE, question(&mut stream)).await else { return };
    let (status, kind, body) = answered(&question, &service);
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n{GUARDS}\r\n",
        body.len()
    );
    let _ = tokio::time::timeout(PATIENCE, stream.write_all((head + &body).as_bytes())).await;
    let _ = stream.shutdown().await;
}

/// The status, kind and body of the answer to a question.
fn answered(question: &str, service: &AccountService) -> (u16, &'static str, String) {
    let refused = |status, why: &str| (status, JSON, serde_json::json!({ "error": why }).to_string());
    let header = |wanted: &str| {
        let fields = question.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).collect::<Vec<_>>()
    };
    if !matches!(header("host")[..], [host] if is_here(host)) {
        return refused(421, "Ask for this service by the number of its address, or as localhost");
    }
    let target = question.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let value = |name: &str| {
        let found = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.map(unescaped).unwrap_or_default()
    };
    if !question.starts_with("GET ") {
        return refused(404, "Not found");
    }
    match path {
        "/generate_validator" => {
            let bearer = header("authorization").into_iter().find_map(|value| value.strip_prefix("Bearer "));
            let (status, body) = service.generate(bearer.unwrap_or_default(), &value("key"), now());
            (status, JSON, body)
        }
        "/link" => (200, PAGE, link_page(service, &value("code"), "")),
        "/link/allow" if header("sec-fetch-site").contains(&"cross-site") => {
            (403, PAGE, link_page(service, "", "Another page asked for that. Type the code here."))
        }
        "/link/allow" => {
            // Forms write a space as a plus.
            let code = value("code").replace('+', " ").trim().to_uppercase();
            match service.allow(&code, &value("name")) {
                true => (200, PAGE, link_page(service, "", "Allowed. You can close this page.")),
                false => (404, PAGE, link_page(service, "", "There is no such code; it may be too old.")),
            }
        }
        _ => match path.strip_prefix("/link/") {
            Some(about) => {
                let (status, body) = service.link(about, &value("code"), now());
                (status, JSON, body)
            }
            None => refused(404, "Not found"),
        },
    }
}

/// Whether a question was for an address, and not for a name: some page's own name may lead here, and the browser would then let that page read
/// what is answered.
fn is_here(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    match bare {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.eq_ignore_ascii_case("localhost") || name.parse::<Ipv4Addr>().is_ok(),
    }
}

/// The page on which somebody allows a program to use an account. Everybody may do so as anybody: it is a demo.
fn link_page(service: &AccountService, code: &str, said: &str) -> String {
    let names: String =
        service.accounts().iter().map(|one| format!("<option>{}</option>", as_html(&one.name))).collect();
    let code: String = code.chars().take(MAX_CODE).collect();
    format!(
        "<!doctype html><meta charset=utf-8><title>Allow a program</title><h1>Allow a program to use an account</h1><p>{said}</p>\
         <form action=/link/allow><label>Code <input name=code value=\"{}\" autofocus></label> <label>as <select name=name>{names}</select></label> \
         <button>Allow</button></form>",
        as_html(&code)
    )
}

/// A text as it stands in a page, or between the quotes of an attribute there.
fn as_html(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            letter => written.push(letter),
        }
    }
    written
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
