//! Where a server is.

use crate::domain::CleanText;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// What carries a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Transport {
    /// An encrypted WebSocket.
    Wss,
    /// A WebSocket.
    Ws,
    /// Plain TCP.
    Tcp,
}

/// The address of a server: `wss://host[:port][/path]`, the same with `ws://` for an unencrypted connection, `tcp://host:port` for messages over plain
/// TCP, or a bare `host[:port]`, which is an encrypted WebSocket.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ServerAddress {
    transport: Transport,
    /// A name or a literal address, without brackets.
    host: String,
    port: u16,
    /// Begins with a slash; empty for TCP.
    path: String,
}

/// Why a text is no address of a server.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadAddress {
    /// There is nothing.
    #[error("the server's address is empty. Write something like wss://chat.example.org")]
    Empty,
    /// Another protocol.
    #[error(
        "nib cannot connect by {0}://. A server's address begins with wss:// (encrypted), ws:// or tcp:// (not encrypted)"
    )]
    Scheme(CleanText),
    /// The host is none.
    #[error(
        "\"{0}\" is no host name. Use letters, digits, dots and hyphens, or a literal address; other scripts in their xn-- form"
    )]
    Host(CleanText),
    /// The port is none.
    #[error("\"{0}\" is no port. Use a number from 1 to 65535")]
    Port(CleanText),
    /// There is none, and no usual one.
    #[error("an address with tcp:// ends with a port, such as tcp://chat.example.org:4000")]
    NoPort,
    /// The path holds something that no address may hold.
    #[error("the path \"{0}\" holds characters that an address may not hold")]
    Path(CleanText),
    /// User name or password in the address.
    #[error("a server's address must hold no user name or password; nib asks for them when you sign in")]
    UserInfo,
}

impl FromStr for ServerAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadAddress::Empty);
        }
        let (transport, rest) = match text.split_once("://") {
            None => (Transport::Wss, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => (Transport::Wss, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => (Transport::Ws, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tcp") => (Transport::Tcp, rest),
            Some((scheme, _)) => return Err(BadAddress::Scheme(CleanText::line(scheme))),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(BadAddress::UserInfo);
        }
        let (host, port) = split_authority(authority)?;
        let port = match (port, transport) {
            (None, Transport::Wss) => 443,
            (None, Transport::Ws) => 80,
            (None, Transport::Tcp) => return Err(BadAddress::NoPort),
            (Some(digits), _) => digits
                .parse()
                .ok()
                .filter(|&port| port != 0 && digits.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or_else(|| BadAddress::Port(CleanText::line(digits)))?,
        };
        let path_is_good = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte));
        if !path_is_good {
            return Err(BadAddress::Path(CleanText::line(path)));
        }
        let path = match transport {
            Transport::Tcp if path.trim_start_matches('/').is_empty() => String::new(),
            Transport::Tcp => return Err(BadAddress::NoPort),
            Transport::Wss | Transport::Ws if path.starts_with('/') => path.to_owned(),
            Transport::Wss | Transport::Ws => format!("/{path}"),
        };
        Ok(Self { transport, host: host.to_ascii_lowercase(), port, path })
    }
}

/// Host without brackets, and port.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), BadAddress> {
    let bad = |host: &str| BadAddress::Host(CleanText::line(host));
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(|| bad(authority))?;
        host.parse::<Ipv6Addr>().map_err(|_| bad(host))?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(bad(authority)),
        };
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let good = |part: &str| {
        (1..=63).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    // A name may end in a dot, which says that it is complete.
    if host.len() > 253 || !host.strip_suffix('.').unwrap_or(host).split('.').all(good) {
        return Err(bad(host));
    }
    Ok((host, port))
}

impl ServerAddress {
    /// Whether the connection is encrypted.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        matches!(self.transport, Transport::Wss)
    }

    /// Whether messages are carried by a WebSocket, else by plain TCP.
    #[must_use]
    pub const fn is_websocket(&self) -> bool {
        matches!(self.transport, Transport::Wss | Transport::Ws)
    }

    /// The name or literal address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The same server at another host and port; `None` where those make no address.
    #[must_use]
    pub fn elsewhere(&self, host: &str, port: u16) -> Option<Self> {
        let bare = |host: &str| matches!(split_authority(host), Ok((whole, None)) if whole == host);
        (port != 0 && bare(host)).then(|| Self { host: host.to_ascii_lowercase(), port, ..self.clone() })
    }

    /// Whether it is this machine by name or number, where nobody listens in between.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Host and port, as people write them.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for ServerAddress {
    /// The whole address in its full form; reads back as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.transport {
            Transport::Wss => "wss",
            Transport::Ws => "ws",
            Transport::Tcp => "tcp",
        };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match text.parse::<ServerAddress>() {
            Ok(address) => {
                assert_eq!(address.to_string().parse(), Ok(address.clone()));
                address.to_string()
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn addresses_get_their_full_form() {
        assert_eq!(read("chat.example.org"), "wss://chat.example.org:443/");
        assert_eq!(read(" Chat.Example.org:99 "), "wss://chat.example.org:99/");
        assert_eq!(read("wss://chat.example.org/a/b?c=d"), "wss://chat.example.org:443/a/b?c=d");
        assert_eq!(read("WS://127.0.0.1:8080"), "ws://127.0.0.1:8080/");
        assert_eq!(read("ws://localhost"), "ws://localhost:80/");
        assert_eq!(read("ws://[::1]:8080/x"), "ws://[::1]:8080/x");
        assert_eq!(read("TCP://[::1]:4000/"), "tcp://[::1]:4000");
        assert_eq!(read("::1"), "wss://[::1]:443/");
        assert_eq!(read("host?x"), "wss://host:443/?x");
    }

    #[test]
    fn what_is_no_address_is_told_so() {
        for (text, word) in [
            ("", "empty"),
            ("https://example.org", "https://"),
            ("tcp://example.org", "ends with a port"),
            ("tcp://example.org:1/path", "ends with a port"),
            ("wss://", "no host"),
            ("wss://a b", "no host"),
            ("wss://exämple.org", "xn--"),
            ("wss://a..b", "no host"),
            ("wss://[::1", "no host"),
            ("wss://[::1]8", "no host"),
            ("wss://host:0", "no port"),
            ("wss://host:+1", "no port"),
            ("wss://host:99999", "no port"),
            ("wss://host:", "no port"),
            ("wss://me:secret@host", "no user name"),
            ("wss://host/a b", "may not hold"),
            ("wss://host/\r\nX: y", "may not hold"),
        ] {
            let said = read(text);
            assert!(said.contains(word), "{text:?}: {said}");
            assert!(!said.contains("secret"));
        }
    }

    #[test]
    fn loopback_is_known() {
        for (text, loopback) in [
            ("ws://localhost", true),
            ("127.0.0.9", true),
            ("[::1]:1", true),
            ("example.org", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(text.parse::<ServerAddress>().unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
