//! Ways to a server through a proxy: SOCKS5 or HTTP, named in the configuration or, as other programs do it, in the environment.
//!
//! The proxy looks names up, so that no name leaks to the local network. A proxy that is named but cannot be understood is an error and never
//! silently left out: who sets one may depend on it.

use super::address::ServerAddress;
use super::reason;
use crate::domain::DownReason;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::future::Ready;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::Uri;
use tower_service::Service;

/// The ports of proxies that are named without one.
const SOCKS_PORT: u16 = 1080;
const HTTP_PORT: u16 = 80;

/// Which servers are reached through which proxy. May hold a password; prints without.
#[derive(Clone, Default)]
pub struct Proxies {
    matcher: Option<Arc<Matcher>>,
    /// Loopback is reached directly: what the environment says is meant for other machines.
    spares_loopback: bool,
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.matcher.is_some() { "Proxies(some)" } else { "Proxies(none)" })
    }
}

/// Why a text names no proxy. Never holds the text, which may hold a password.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a proxy is written socks5://host:port or http://host:port, with user:password@ before the host if it asks for them"
)]
pub struct BadProxy;

impl Proxies {
    /// Every server through this proxy.
    ///
    /// # Errors
    /// The text names none.
    pub fn named(text: &str) -> Result<Self, BadProxy> {
        check(text)?;
        Ok(Self { matcher: Some(Arc::new(Matcher::builder().all(text.to_owned()).build())), spares_loopback: false })
    }

    /// What `ALL_PROXY`, `HTTPS_PROXY` (for `wss://`), `HTTP_PROXY` (for `ws://`) and `NO_PROXY` say; small letters will do.
    ///
    /// # Errors
    /// One of them names no proxy; its name is returned with the error.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, (&'static str, BadProxy)> {
        let value = |name: &'static str| {
            let found = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            found.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let proxy = |name: &'static str| match value(name) {
            // A bare host is a proxy of the usual kind, as other programs read it.
            Some(text) => {
                let text = if text.contains("://") { text } else { format!("http://{text}") };
                check(&text).map_err(|bad| (name, bad)).map(|()| text)
            }
            None => Ok(String::new()),
        };
        let (all, http, https) = (proxy("ALL_PROXY")?, proxy("HTTP_PROXY")?, proxy("HTTPS_PROXY")?);
        if all.is_empty() && http.is_empty() && https.is_empty() {
            return Ok(Self::default());
        }
        let no = value("NO_PROXY").unwrap_or_default();
        let matcher = Matcher::builder().all(all).http(http).https(https).no(no).build();
        Ok(Self { matcher: Some(Arc::new(matcher)), spares_loopback: true })
    }

    /// The proxy for a server, if it is to be reached through one.
    pub(super) fn to(&self, server: &ServerAddress) -> Option<Intercept> {
        if self.spares_loopback && server.is_loopback() {
            return None;
        }
        let scheme = if server.is_encrypted() { "https" } else { "http" };
        self.matcher.as_ref()?.intercept(&format!("{scheme}://{}/", server.authority()).parse().ok()?)
    }
}

fn check(text: &str) -> Result<(), BadProxy> {
    let (scheme, rest) = text.split_once("://").ok_or(BadProxy)?;
    let known = ["socks5", "socks5h", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let uri: Uri = text.parse().map_err(|_| BadProxy)?;
    let plain = rest.trim_end_matches('/');
    let host = uri.host().is_some_and(|host| {
        let place = plain.rsplit('@').next().unwrap_or_default();
        let port = place.strip_prefix(host).is_some_and(|rest| rest.is_empty() || uri.port_u16().is_some());
        !host.is_empty() && port
    });
    let whole = plain.find(['/', '?', '#']).is_none();
    let understood =
        Matcher::builder().all(text.to_owned()).build().intercept(&Uri::from_static("http://x/")).is_some();
    if known && host && whole && understood { Ok(()) } else { Err(BadProxy) }
}

/// Where a proxy is, as host without brackets and port.
pub(super) fn place(proxy: &Intercept) -> (String, u16) {
    let uri = proxy.uri();
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    (host.to_owned(), uri.port_u16().unwrap_or(if is_socks(proxy) { SOCKS_PORT } else { HTTP_PORT }))
}

fn is_socks(proxy: &Intercept) -> bool {
    proxy.uri().scheme_str().is_some_and(|scheme| scheme.starts_with("socks5"))
}

/// Asks a proxy at the other end of a socket for a way to the server.
pub(super) async fn through(
    proxy: &Intercept,
    socket: TcpStream,
    server: &ServerAddress,
) -> Result<TcpStream, DownReason> {
    let name = proxy.uri().authority().map_or("", |authority| {
        // Without the password that may stand in front.
        authority.as_str().rsplit('@').next().unwrap_or_default()
    });
    let fault = |said: &str| {
        let said = said.trim_start_matches("tunnel error: ").trim_start_matches("SOCKS error: ");
        let said = match said {
            "unsuccessful" | "connection not allowed" => "it refuses to connect there",
            "proxy authorization required" | "credentials not accepted" => "it asks for another user name and password",
            "server does not support user/pass authentication" | "server implements authentication incorrectly" => {
                "it does not take a user name and password in the usual way"
            }
            "unexpected end of file" | "io error during SOCKS handshake" | "io error establishing tunnel" => {
                "it ends the connection, perhaps for want of a right user name and password"
            }
            "connection refused" => "nobody answers it there",
            "network unreachable" => "it has no network to there",
            "host unreachable" | "could not resolve to acceptable address type" => "it finds no such server",
            "ttl expired" => "it gets no answer from there",
            "command not supported" | "address type not supported" => "it cannot connect to such an address",
            "general server failure" => "it is out of order",
            "host address is more than 255 characters" => "the server's name is too long for it",
            _ => "it does not answer like a proxy",
        };
        reason::unreachable(server, &format!("the proxy {name} opens no way: {said}"))
    };
    let target: Uri =
        format!("http://{}/", server.authority()).parse().map_err(|_| fault("the server's name does not fit"))?;
    let connector = Given(Some(socket));
    let stream = if is_socks(proxy) {
        let socks = SocksV5::new(proxy.uri().clone(), connector);
        let mut socks = match proxy.raw_auth() {
            Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
            None => socks,
        };
        socks.call(target).await.map_err(|error| fault(&error.to_string()))?
    } else {
        let tunnel = Tunnel::new(proxy.uri().clone(), connector);
        let mut tunnel = match proxy.basic_auth() {
            Some(auth) => tunnel.with_auth(auth.clone()),
            None => tunnel,
        };
        tunnel.call(target).await.map_err(|error| fault(&error.to_string()))?
    };
    Ok(stream.into_inner())
}

/// Hands out the socket that is open already: the dialler opens it, with all addresses of the proxy and its own words for faults.
#[derive(Debug)]
struct Given(Option<TcpStream>);

impl Service<Uri> for Given {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        std::future::ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_for(proxies: &Proxies, server: &str) -> Option<(String, u16)> {
        proxies.to(&server.parse().unwrap()).map(|proxy| place(&proxy))
    }

    #[test]
    fn a_named_proxy_is_for_every_server() {
        let proxies = Proxies::named("socks5://127.0.0.1").unwrap();
        for server in ["wss://chat.example.org", "ws://127.0.0.1:9", "ws://[::1]:9"] {
            assert_eq!(place_for(&proxies, server), Some(("127.0.0.1".to_owned(), 1080)), "{server}");
        }
        let proxies = Proxies::named("http://me:secret@[::1]:3128/").unwrap();
        assert_eq!(place_for(&proxies, "wss://chat.example.org"), Some(("::1".to_owned(), 3128)));
        assert!(!format!("{proxies:?}").contains("secret"));
        assert!(place_for(&Proxies::default(), "wss://chat.example.org").is_none());
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for text in
            ["", "proxy", "ftp://a", "https://a:1", "socks4://a", "http://", "http://a/b", "http://a:x", "http://a b"]
        {
            assert_eq!(Proxies::named(text).unwrap_err(), BadProxy, "{text}");
        }
    }

    #[test]
    fn the_environment_is_read_as_others_read_it() {
        let with = |set: &'static [(&str, &str)]| {
            Proxies::from_environment(|name| set.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned()))
        };
        assert!(with(&[]).unwrap().matcher.is_none());
        let proxies = with(&[("https_proxy", "proxy.example:8080"), ("NO_PROXY", "inside.example")]).unwrap();
        assert_eq!(place_for(&proxies, "wss://chat.example.org"), Some(("proxy.example".to_owned(), 8080)));
        for direct in ["ws://chat.example.org", "wss://a.inside.example", "wss://127.0.0.1", "wss://localhost"] {
            assert_eq!(place_for(&proxies, direct), None, "{direct}");
        }
        let proxies = with(&[("ALL_PROXY", "socks5h://proxy.example:9050")]).unwrap();
        assert_eq!(place_for(&proxies, "ws://chat.example.org"), Some(("proxy.example".to_owned(), 9050)));
        assert_eq!(with(&[("HTTPS_PROXY", "ftp://a")]).unwrap_err(), ("HTTPS_PROXY", BadProxy));
    }
}
