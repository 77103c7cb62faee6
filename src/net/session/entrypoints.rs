//! Where else a server can be reached, by its own word, and when that is tried.
//!
//! Nobody has published what the list is for; nib's choice: after two failed dials of the configured address each entry has one, in the server's order,
//! and then the configured address again. A token must not follow a redirect, so only hosts under the configured domain count, and those the user trusts.

use crate::domain::Mono;
use crate::net::Entrypoint;
use crate::net::dial::ServerAddress;
use std::net::IpAddr;
use std::time::Duration;

/// Dials of the configured address before another one is tried.
const HOME: usize = 2;
/// Most other addresses that are kept.
const MOST: usize = 8;

/// The addresses of one server.
#[derive(Debug)]
pub(super) struct Entrypoints {
    home: ServerAddress,
    trusted: Vec<String>,
    others: Vec<ServerAddress>,
    /// Those that want to be left alone, and until when.
    resting: Vec<(ServerAddress, Mono)>,
    /// Dials in a row that did not lead to a sign-in.
    failures: usize,
}

impl Entrypoints {
    /// Only the configured address is known. `trusted`: hosts that count whatever their domain, with those under them.
    pub(super) fn new(home: ServerAddress, trusted: Vec<String>) -> Self {
        Self { home, trusted, others: Vec::new(), resting: Vec::new(), failures: 0 }
    }

    /// The server said where else it is; this replaces what it said before.
    pub(super) fn told(&mut self, said: &[Entrypoint]) {
        self.others.clear();
        for Entrypoint { host, port } in said {
            let other = self.home.elsewhere(host, *port).filter(|other| self.trusts(other.host()));
            match other {
                Some(other) if self.others.len() < MOST && other != self.home && !self.others.contains(&other) => {
                    self.others.push(other);
                }
                Some(_) => {}
                None => {
                    tracing::info!("an address that the server names is not used: it is none, or of another domain")
                }
            }
        }
        self.resting.retain(|(resting, _)| *resting == self.home || self.others.contains(resting));
    }

    /// What is known beside the configured address.
    pub(super) fn others(&self) -> &[ServerAddress] {
        &self.others
    }

    /// Where to dial now.
    pub(super) fn next(&self) -> &ServerAddress {
        let turn = self.failures % (HOME + self.others.len());
        turn.checked_sub(HOME).and_then(|at| self.others.get(at)).unwrap_or(&self.home)
    }

    /// The one that was dialled wants to be left alone for so long. It speaks for itself: the others may be there to take its load.
    pub(super) fn rests(&mut self, rest: Duration, now: Mono) {
        let server = self.next().clone();
        self.resting.retain(|(other, until)| *other != server && *until > now);
        self.resting.push((server, now.plus(rest)));
    }

    /// How long the one that is to be dialled next still wants to be left alone.
    pub(super) fn rest(&self, now: Mono) -> Duration {
        let next = self.next();
        let until = self.resting.iter().find(|(resting, _)| resting == next).map(|&(_, until)| until);
        until.map_or(Duration::ZERO, |until| until.since(now))
    }

    /// The dial, or the connection after it, led to no sign-in.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.wrapping_add(1);
    }

    /// It led to a sign-in.
    pub(super) fn reached(&mut self) {
        self.failures = 0;
    }

    fn trusts(&self, host: &str) -> bool {
        let domain = domain(self.home.host());
        under(host, domain) || self.trusted.iter().any(|trusted| under(host, &trusted.to_ascii_lowercase()))
    }
}

/// Whether a host is this one or one under it. Nothing lies under a literal address.
fn under(host: &str, domain: &str) -> bool {
    let inside = |rest: &str| rest.ends_with('.') && domain.parse::<IpAddr>().is_err();
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || inside(rest))
}

/// What stands behind the first dot, where that is a domain that somebody owns: `a.example.org` lies in `example.org`. Else the host itself.
fn domain(host: &str) -> &str {
    if host.parse::<IpAddr>().is_ok() {
        return host;
    }
    let Some((_, parent)) = host.split_once('.') else { return host };
    match parent.split('.').collect::<Vec<_>>()[..] {
        // Registries hand out names below `co.uk` and the like to anybody.
        [_] => host,
        [second, top] if top.len() == 2 && second.len() <= 3 => host,
        _ => parent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(home: &str, trusted: &[&str]) -> Entrypoints {
        Entrypoints::new(home.parse().unwrap(), trusted.iter().map(|&host| host.to_owned()).collect())
    }

    fn at(host: &str, port: u16) -> Entrypoint {
        Entrypoint { host: host.to_owned(), port }
    }

    #[test]
    fn each_has_its_turn_after_two_failures_and_a_sign_in_begins_anew() {
        let mut server = of("wss://ws-0.osmium.chat", &[]);
        server.told(&[at("ws-1.osmium.chat", 443), at("WS-2.osmium.chat", 8443), at("ws-1.osmium.chat", 443)]);
        let mut turns = Vec::new();
        for _ in 0..6 {
            turns.push(server.next().to_string());
            server.failed();
        }
        let [home, one, two] =
            ["wss://ws-0.osmium.chat:443/", "wss://ws-1.osmium.chat:443/", "wss://ws-2.osmium.chat:8443/"];
        assert_eq!(turns, [home, home, one, two, home, home]);
        server.reached();
        assert_eq!(server.next().to_string(), home);
        server.told(&[]);
        (0..3).for_each(|_| server.failed());
        assert_eq!(server.next().to_string(), home, "there is nowhere else");
    }

    #[test]
    fn who_wants_to_be_left_alone_speaks_for_itself() {
        let now = Mono::default();
        let later = now.plus(Duration::from_secs(100));
        let mut server = of("wss://ws-0.osmium.chat", &[]);
        server.told(&[at("ws-1.osmium.chat", 443)]);
        server.rests(Duration::from_secs(600), now);
        server.failed();
        assert_eq!(server.rest(now), Duration::from_secs(600), "the same once more");
        server.failed();
        assert_eq!(server.rest(now), Duration::ZERO, "another one");
        server.rests(Duration::from_secs(30), now);
        assert_eq!(server.rest(now), Duration::from_secs(30));
        server.failed();
        assert_eq!(server.rest(later), Duration::from_secs(500), "the first is still resting");
        assert_eq!(server.rest(now.plus(Duration::from_secs(601))), Duration::ZERO);
    }

    #[test]
    fn a_token_goes_to_the_configured_domain_only() {
        let goes = |home: &str, trusted: &[&str], host: &str| {
            let mut server = of(home, trusted);
            server.told(&[at(host, 9)]);
            !server.others.is_empty()
        };
        for (home, host) in [
            ("wss://ws-0.osmium.chat", "ws-1.osmium.chat"),
            ("wss://ws-0.osmium.chat", "osmium.chat"),
            ("wss://ws-0.osmium.chat", "eu.ws-1.osmium.chat"),
            ("wss://example.org", "ws.example.org"),
            ("wss://chat.example.co.uk", "ws.example.co.uk"),
            ("ws://127.0.0.1:1", "127.0.0.1"),
        ] {
            assert!(goes(home, &[], host), "{home} {host}");
        }
        for (home, host) in [
            ("wss://ws-0.osmium.chat", "osmium.chat.evil.example"),
            ("wss://ws-0.osmium.chat", "evilosmium.chat"),
            ("wss://example.org", "evil.org"),
            ("wss://example.co.uk", "evil.co.uk"),
            ("ws://127.0.0.1:1", "0.0.1"),
            ("ws://127.0.0.1:1", "9.127.0.0.1"),
            ("ws://localhost:1", "evil.example"),
            ("wss://a.example.org", "b.example.org/@evil.example"),
            ("wss://a.example.org", ""),
        ] {
            assert!(!goes(home, &[], host), "{home} {host}");
        }
        assert!(goes("wss://a.example.org", &["Example.net"], "b.example.net"));
        assert!(!goes("wss://a.example.org", &["example.net"], "badexample.net"));
    }

    #[test]
    fn the_list_is_bounded_and_holds_no_port_of_nothing() {
        let mut server = of("wss://a.example.org", &[]);
        let many: Vec<Entrypoint> = (0..100).map(|port| at("b.example.org", port)).collect();
        server.told(&many);
        assert_eq!(server.others.len(), MOST);
        assert!(server.others.iter().all(|other| other.port() != 0));
    }
}
