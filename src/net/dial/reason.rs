//! Puts what went wrong on a connection into words.

use super::ServerAddress;
use crate::domain::{CleanText, DownReason};
use std::io;
use tokio_tungstenite::tungstenite;
use tungstenite::error::{CapacityError, ProtocolError};
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

/// What the system says of a socket, in words.
fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nobody answers there".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection was cut".to_owned()
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => "there is no network".to_owned(),
        io::ErrorKind::HostUnreachable => "there is no way to that host".to_owned(),
        io::ErrorKind::TimedOut => "it does not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "it ended the connection".to_owned(),
        _ => error.to_string(),
    }
}

/// No socket came to be.
pub(super) fn of_connect(address: &ServerAddress, whose: &str, error: &io::Error) -> DownReason {
    unreachable(address, &format!("{whose}{}", io_words(error)))
}

/// The encryption did not come to be.
pub(super) fn of_tls(address: &ServerAddress, error: &io::Error) -> DownReason {
    use rustls::{AlertDescription, Error};
    let Some(fault) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return not_a_server(address, &format!("{} instead of encrypting it", io_words(error)));
    };
    let why = match fault {
        Error::InvalidCertificate(fault) => of_certificate(fault),
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
        tungstenite::Error::Http(response) => {
            let status = response.status();
            let words = status.canonical_reason().unwrap_or("no known meaning");
            // What hotels and trains put in between answers for everybody.
            let page = status.is_redirection() || matches!(status.as_u16(), 200 | 511);
            let hint = if page && !address.is_loopback() {
                "; if this network has a sign-in page, open it in a browser first"
            } else {
                ""
            };
            format!("it answers HTTP {} ({words}) instead of opening a WebSocket{hint}", status.as_u16())
        }
        tungstenite::Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            "it ended the connection without an answer".to_owned()
        }
        tungstenite::Error::Protocol(ProtocolError::HttparseError(_))
        | tungstenite::Error::HttpFormat(_)
        | tungstenite::Error::AttackAttempt
        | tungstenite::Error::Utf8(_)
        | tungstenite::Error::Capacity(_) => {
            let hint = if address.is_encrypted() { "" } else { "; its address may have to begin with wss://" };
            format!("its answer is not HTTP{hint}")
        }
        tungstenite::Error::Protocol(fault) => format!("its WebSocket answer is wrong ({fault})"),
        tungstenite::Error::Io(error) => io_words(error),
        other => other.to_string(),
    };
    not_a_server(address, &why)
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
        other => not_a_server(address, &format!("it breaks the WebSocket protocol ({other})")),
    }
}

/// The other side closed the WebSocket in good form.
pub(crate) fn of_close(frame: Option<&CloseFrame>) -> DownReason {
    let why = frame.and_then(|frame| {
        let code = u16::from(frame.code);
        match (frame.reason.as_str(), code) {
            ("", 1000 | 1005) => None,
            ("", code) => Some(format!("code {code}")),
            (reason, _) => Some(reason.to_owned()),
        }
    });
    DownReason::Closed(why.as_deref().map(CleanText::line))
}
