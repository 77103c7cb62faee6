//! Puts what went wrong on a connection into words.

use super::ServerAddress;
use crate::domain::{CleanText, DownReason, fault};
use std::io;
use std::time::{Duration, SystemTime};
use tokio_tungstenite::tungstenite;
use tungstenite::error::{CapacityError, ProtocolError};
use tungstenite::http::Response;
use tungstenite::protocol::CloseFrame;

fn host(address: &ServerAddress) -> CleanText {
    CleanText::line(&address.authority())
}

pub(crate) fn unreachable(address: &ServerAddress, why: &str) -> DownReason {
    DownReason::Unreachable { host: host(address), why: CleanText::line(why) }
}

pub(crate) fn unsafe_link(address: &ServerAddress, why: &str) -> DownReason {
    DownReason::Tls { host: host(address), why: CleanText::line(why) }
}

pub(crate) fn not_a_server(address: &ServerAddress, why: &str) -> DownReason {
    DownReason::NotAServer { host: host(address), why: CleanText::line(why) }
}

/// However it ended: whether what was sent had been read by then makes another error of it.
const ENDED: &str = "it ended the connection";

/// What the system says of a socket, in words.
fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nobody answers there".to_owned(),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => ENDED.to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => "there is no network".to_owned(),
        io::ErrorKind::HostUnreachable => "there is no way to that host".to_owned(),
        io::ErrorKind::TimedOut => "it does not answer in time".to_owned(),
        io::ErrorKind::PermissionDenied => "this computer does not allow it; perhaps its firewall does not".to_owned(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::InvalidInput => {
            "that is no address that can be connected to from here".to_owned()
        }
        _ => fault::plain(error),
    }
}

/// What the system says of a name that it could not look up. It has words for it and no kind.
pub(super) fn of_name(address: &ServerAddress, whose: &str, error: &io::Error) -> DownReason {
    tracing::info!(%error, "a name was not found");
    // "Temporary failure in name resolution": nobody could be asked.
    let why = if error.to_string().contains("emporary") {
        "its name cannot be looked up just now; perhaps there is no network"
    } else {
        "its name was not found"
    };
    unreachable(address, &format!("{whose}{why}"))
}

/// No socket came to be.
pub(super) fn of_connect(address: &ServerAddress, whose: &str, error: &io::Error) -> DownReason {
    unreachable(address, &format!("{whose}{}", io_words(error)))
}

/// The encryption did not come to be.
pub(super) fn of_tls(address: &ServerAddress, error: &io::Error) -> DownReason {
    use rustls::{AlertDescription, Error};
    let Some(fault) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        // What is tried on one's own machine often speaks without.
        let hint = if address.is_loopback() { "; its address may have to begin with ws://" } else { "" };
        return not_a_server(address, &format!("{} instead of encrypting it{hint}", io_words(error)));
    };
    let why = match fault {
        Error::InvalidCertificate(fault) => format!("{}{}", of_certificate(fault), portal_hint(address, fault)),
        Error::InvalidMessage(_) => {
            return not_a_server(address, "it does not speak TLS; its address may have to begin with ws://");
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => "it does not know that name".to_owned(),
        Error::AlertReceived(
            AlertDescription::HandshakeFailure
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => "it knows no way of encrypting that nib takes; it may be too old".to_owned(),
        Error::AlertReceived(_) => "it refused to encrypt".to_owned(),
        _ => "it breaks the rules of encryption".to_owned(),
    };
    tracing::info!(%fault, "the encryption did not come to be");
    unsafe_link(address, &why)
}

/// Who signs people in to a network shows its own certificate in everybody's place.
fn portal_hint(address: &ServerAddress, fault: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => sign_in_page(address),
        _ => "",
    }
}

/// What hotels and trains put in between answers for everybody but this machine.
fn sign_in_page(address: &ServerAddress) -> &'static str {
    if address.is_loopback() { "" } else { "; if this network has a sign-in page, open it in a browser first" }
}

/// Why a certificate is not taken.
fn of_certificate(fault: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
            "its certificate is not valid yet; check this computer's clock".to_owned()
        }
        Fault::NotValidForName => "its certificate is for another name".to_owned(),
        Fault::NotValidForNameContext { presented, .. } => {
            // Each is written as what it is, with the name in quotes.
            let name = presented.first().and_then(|name| name.split('"').nth(1));
            name.map_or_else(
                || "its certificate is for another name".to_owned(),
                |name| format!("its certificate is for another name: {name}"),
            )
        }
        Fault::UnknownIssuer => {
            "its certificate comes from nobody this computer trusts; ca_file can name more roots".to_owned()
        }
        Fault::Revoked => "its certificate was revoked".to_owned(),
        Fault::InvalidPurpose | Fault::InvalidPurposeContext { .. } => {
            "its certificate is not meant for servers".to_owned()
        }
        Fault::BadEncoding | Fault::BadSignature => "its certificate is damaged or forged".to_owned(),
        // The library has no case for it but a name.
        Fault::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => {
            "its certificate is that of an authority; the server needs one of its own".to_owned()
        }
        _ => "its certificate is of a kind that nib does not take".to_owned(),
    }
}

/// The WebSocket did not come to be.
pub(super) fn of_handshake(address: &ServerAddress, error: &tungstenite::Error) -> DownReason {
    let why = match error {
        tungstenite::Error::Http(response) => return of_answer(address, response),
        tungstenite::Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            format!("{ENDED} without an answer")
        }
        tungstenite::Error::Protocol(ProtocolError::HttparseError(_))
        | tungstenite::Error::HttpFormat(_)
        | tungstenite::Error::AttackAttempt
        | tungstenite::Error::Utf8(_)
        | tungstenite::Error::Capacity(_) => {
            let hint = if address.is_encrypted() { "" } else { "; its address may have to begin with wss://" };
            format!("its answer is not HTTP{hint}")
        }
        // Answered by an old kind of web server, before anything was agreed.
        tungstenite::Error::Protocol(ProtocolError::WrongHttpVersion) => "a web page answers there".to_owned(),
        tungstenite::Error::Protocol(fault) => {
            tracing::info!(%fault, "the handshake went wrong");
            "it agrees to a WebSocket and then does not open one".to_owned()
        }
        tungstenite::Error::Io(error) => match io_words(error) {
            words if words == ENDED => format!("{ENDED} without an answer"),
            words => words,
        },
        other => {
            tracing::info!(%other, "the handshake went wrong");
            "it opens no WebSocket".to_owned()
        }
    };
    not_a_server(address, &why)
}

/// It answered as a web server does.
fn of_answer(address: &ServerAddress, response: &Response<Option<Vec<u8>>>) -> DownReason {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let said = match response.status().canonical_reason() {
        Some(words) => format!("it answers HTTP {status} ({words})"),
        None => format!("it answers HTTP {status}"),
    };
    let page = sign_in_page(address);
    let why = match status {
        300..=399 => {
            let place = header("location").and_then(|to| to.split("://").nth(1)?.split(['/', '?', '#']).next());
            let place =
                place.filter(|place| !place.contains('@')).map_or("elsewhere".to_owned(), |at| format!("to {at}"));
            format!("{said} and sends nib {place}, where a token must not follow{page}")
        }
        401 | 403 => format!("{said} and does not let you in from here"),
        404 | 410 => format!("{said}: there is no chat server at that path"),
        407 => format!("{said}: a proxy on the way wants a user name and password; name it in the configuration"),
        429 | 500 | 502..=504 => {
            let rest = header("retry-after").and_then(rest_of);
            let until = rest.map(|rest| format!(", and wants {} s of rest", rest.as_secs())).unwrap_or_default();
            let words = if status == 429 { "it is asked too often" } else { "it is out of order" };
            let why = CleanText::line(&format!("{said}: {words}{until}"));
            return DownReason::Busy { host: host(address), why, rest };
        }
        511 => format!("{said}: this network has a sign-in page; open it in a browser first"),
        200..=299 => format!("{said} instead of opening a WebSocket{page}"),
        _ => format!("{said} instead of opening a WebSocket"),
    };
    not_a_server(address, &why)
}

/// Longest rest that is granted: a fault of the server's clock must not silence nib for days.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// How long a server wants to be left alone: a number of seconds, or a moment.
fn rest_of(header: &str) -> Option<Duration> {
    let rest = match header.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(header.trim()).ok()?.timestamp();
            SystemTime::from(until).duration_since(SystemTime::now()).ok()?
        }
    };
    Some(rest.min(LONGEST_REST))
}

/// An open WebSocket failed.
pub(crate) fn of_stream(address: &ServerAddress, error: &tungstenite::Error) -> DownReason {
    match error {
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => DownReason::Closed(None),
        tungstenite::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                DownReason::Closed(None)
            }
            // Told by the reader of messages over TCP; else nobody has put words to it.
            io::ErrorKind::UnexpectedEof => {
                DownReason::Closed(error.get_ref().map(|_| CleanText::ours(super::tcp::CUT_SHORT)))
            }
            _ => unreachable(address, &io_words(error)),
        },
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }) => {
            let hint = if address.is_websocket() { "" } else { "; its address may have to begin with wss:// or ws://" };
            not_a_server(address, &format!("it sent a message that is too long{hint}"))
        }
        tungstenite::Error::Utf8(_) => not_a_server(address, "it sent text that is not UTF-8"),
        other => {
            tracing::info!(%other, "the connection went wrong");
            not_a_server(address, "it breaks the rules of WebSockets")
        }
    }
}

/// The other side closed the WebSocket in good form.
pub(crate) fn of_close(frame: Option<&CloseFrame>) -> DownReason {
    let why = frame.and_then(|frame| match frame.reason.as_str() {
        "" => close_words(u16::from(frame.code)),
        reason => Some(reason.to_owned()),
    });
    DownReason::Closed(why.as_deref().map(CleanText::line))
}

/// What a code means that comes without words (RFC 6455, and the list of IANA). `None`: nothing beyond the closing itself.
fn close_words(code: u16) -> Option<String> {
    let words = match code {
        1000 | 1005 => return None,
        1001 => "it is going away",
        1002 | 1003 | 1007 => "it did not understand nib",
        1008 => "something was against its rules",
        1009 => "a message was too large for it",
        1011 => "it met a fault of its own",
        1012 => "it is starting anew",
        1013 => "it has too much to do",
        1014 => "a server behind it does not answer",
        3000 => "it wants you to sign in",
        3003 => "it does not let you in",
        _ => return Some(format!("its reason has the number {code}, and nib does not know it")),
    };
    Some(words.to_owned())
}
