//! Takes out of a text what tells strangers who somebody is: names, e-mail addresses, addresses of private servers, places below a home directory.
//!
//! What is left is the first letter, so that the owner knows what is meant. The network's own servers and this machine are no secret.

use crate::config::DEFAULT_TEXT;
use crate::net::dial::ServerAddress;
use crate::net::osmium::defaults;
use std::net::IpAddr;
use std::path::Path;

/// Stands for what was taken out.
const GONE: char = '…';
/// Endings of files, which look like the last part of a host's name.
const FILES: &[&str] = &["toml", "toml:", "pem", "crt", "log", "json", "txt", "sock"];

/// What is masked how.
#[derive(Clone, Debug, Default)]
pub(super) struct Mask {
    /// Nothing is masked.
    off: bool,
    /// Places, and what they are called.
    places: Vec<(String, &'static str)>,
}

impl Mask {
    /// Masks the home directories that the environment names. `off`: nothing at all.
    pub(super) fn of_environment(off: bool) -> Self {
        let named = |variable: &str, called| {
            let place = std::env::var_os(variable).filter(|place| !place.is_empty())?;
            let place = std::path::absolute(place).ok()?;
            let text = place.to_string_lossy().trim_end_matches('/').to_owned();
            (!text.is_empty()).then_some((text, called))
        };
        let homes = [named("NIB_HOME", "$NIB_HOME"), named("HOME", "~"), named("USERPROFILE", "~")];
        let mut places: Vec<(String, &'static str)> = homes.into_iter().flatten().collect();
        // One may lie in the other: the longer one first.
        places.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
        Self { off, places }
    }

    /// A name of something that the user chose.
    pub(super) fn word(&self, word: &str) -> String {
        if self.off {
            return word.to_owned();
        }
        word.chars().next().filter(|first| first.is_alphanumeric()).into_iter().chain([GONE]).collect()
    }

    /// A place of a file.
    pub(super) fn path(&self, path: &Path) -> String {
        self.places_of(&path.display().to_string())
    }

    /// A host with or without its port.
    pub(super) fn host(&self, written: &str) -> String {
        let (host, port) = match written.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                if host.contains(':') && !host.ends_with(']') { (written, None) } else { (host, Some(port)) }
            }
            _ => (written, None),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if self.off || is_public(bare) {
            return written.to_owned();
        }
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.word(bare))
    }

    /// The address of a server.
    pub(super) fn server(&self, address: &str) -> String {
        match (self.off, address.parse::<ServerAddress>()) {
            (true, _) => address.to_owned(),
            (false, Ok(server)) => {
                let scheme = server.to_string().split("://").next().unwrap_or_default().to_owned();
                format!("{scheme}://{}", self.host(&server.authority()))
            }
            (false, Err(_)) => self.word(address),
        }
    }

    /// A sentence that may name anything.
    pub(super) fn text(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let text = self.places_of(text);
        let masked = text.split_inclusive([' ', '"', '(', ')', ',', ';', '\'', '\n']).map(|part| {
            let word = part.trim_end_matches([' ', '"', '(', ')', ',', ';', '\'', '\n', ':', '.']);
            format!("{}{}", self.piece(word), &part[word.len()..])
        });
        masked.collect()
    }

    /// A sentence about the configuration: what it quotes may be anybody's name, but for the words of the documented default.
    pub(super) fn mistake(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let known = |word: &str| {
            let mut words = DEFAULT_TEXT.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            words.any(|known| known == word)
        };
        let mut masked = String::new();
        // A quote within what is quoted ends nothing.
        for (number, part) in text.replace("\\\"", "'").split('"').enumerate() {
            masked.push_str(if number == 0 { "" } else { "\"" });
            let quoted = number % 2 == 1;
            masked.push_str(&match (quoted, quoted && known(part)) {
                (_, true) => part.to_owned(),
                (true, false) => self.word(part),
                (false, _) => self.text(part),
            });
        }
        masked
    }

    /// A piece of a sentence without spaces.
    fn piece(&self, word: &str) -> String {
        if word.starts_with(['/', '~', '$']) {
            return word.to_owned();
        }
        if let Some((scheme, rest)) = word.split_once("://") {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let more = if rest[end..].len() > 1 { "/…" } else { "" };
            let host = rest[..end].rsplit('@').next().unwrap_or_default();
            return format!("{scheme}://{}{more}", self.host(host));
        }
        if word.contains('@') {
            return GONE.to_string();
        }
        let host =
            word.rsplit_once(':').map_or(word, |(host, port)| if port.parse::<u16>().is_ok() { host } else { word });
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
        let last = host.rsplit_once('.').map(|(_, last)| last);
        let named = last.is_some_and(|last| {
            last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()) && !FILES.contains(&last)
        });
        if number || named { self.host(word) } else { word.to_owned() }
    }

    /// Replaces the places, and the names of other people's homes.
    fn places_of(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let mut text = text.to_owned();
        for (place, called) in &self.places {
            text = text.replace(place, called);
        }
        for homes in ["/home/", "/Users/"] {
            let mut parts = text.split(homes);
            let mut masked = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let end = part.find(['/', ' ', '"', ':']).unwrap_or(part.len());
                masked.push_str(homes);
                masked.push(GONE);
                masked.push_str(&part[end..]);
            }
            text = masked;
        }
        text
    }
}

/// Whether a host is known to everybody: this machine, or one of the network's own.
fn is_public(host: &str) -> bool {
    let own = defaults::URL.parse::<ServerAddress>().ok();
    let domain = own.as_ref().and_then(|own| own.host().split_once('.')).map_or("", |(_, domain)| domain);
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        Mask { off: false, places: vec![("/home/robin/nib".to_owned(), "$NIB_HOME"), ("/home/robin".to_owned(), "~")] }
    }

    #[test]
    fn what_names_somebody_is_gone_and_the_rest_stays() {
        for (text, masked) in [
            (
                "no connection to chat.example.org:443: nobody answers there",
                "no connection to c…:443: nobody answers there",
            ),
            (
                "no connection to 127.0.0.1:9: nobody answers there",
                "no connection to 127.0.0.1:9: nobody answers there",
            ),
            ("[fd00::1]:443 does not answer", "f…:443 does not answer"),
            ("10.1.2.3 does not answer", "1… does not answer"),
            ("ws-1.osmium.chat:443 does not answer", "ws-1.osmium.chat:443 does not answer"),
            ("evilosmium.chat does not answer", "e… does not answer"),
            ("its certificate is for another name: hotel.example", "its certificate is for another name: h…"),
            ("sends nib to portal.hotel.example, where", "sends nib to p…, where"),
            ("it answers HTTP 302 (Found) by TLS 1.3", "it answers HTTP 302 (Found) by TLS 1.3"),
            ("not \"wss://me:secret@chat.example.org/path\"", "not \"wss://c…/…\""),
            ("\"ada@example.org\" is offline", "\"…\" is offline"),
            ("/home/robin/nib/config/config.toml:3:9: theme", "$NIB_HOME/config/config.toml:3:9: theme"),
            ("the certificate file /home/robin/my roots.pem cannot", "the certificate file ~/my roots.pem cannot"),
            ("/home/ada/x and /Users/grace", "/home/…/x and /Users/…"),
        ] {
            assert_eq!(mask().text(text), masked);
        }
        let off = Mask { off: true, ..mask() };
        assert_eq!(off.text("/home/robin at chat.example.org"), "/home/robin at chat.example.org");
    }

    #[test]
    fn what_a_mistake_quotes_is_gone_but_for_what_is_documented() {
        for (text, masked) in [
            ("/home/robin/c.toml:3:9: \"Joe Miller\" cannot be", "~/c.toml:3:9: \"J…\" cannot be"),
            ("server is an address, not \"chat.corp.example/x y\"", "server is an address, not \"c…\""),
            ("theme is \"dark\" or \"joes\", not \"\"", "theme is \"dark\" or \"j…\", not \"\""),
            (
                "no option called \"Joe's cat\" (did you mean \"theme\"?)",
                "no option called \"J…\" (did you mean \"theme\"?)",
            ),
        ] {
            assert_eq!(mask().mistake(text), masked);
        }
        let off = Mask { off: true, ..mask() };
        assert_eq!(off.mistake("not \"Joe Miller\""), "not \"Joe Miller\"");
    }

    #[test]
    fn servers_and_names_keep_their_first_letter() {
        assert_eq!(mask().server("wss://chat.example.org/secret/path"), "wss://c…:443");
        assert_eq!(mask().server("tcp://[::1]:4000"), "tcp://[::1]:4000");
        assert_eq!(mask().server("https://wrong.example"), "h…");
        assert_eq!((mask().word("robin"), mask().word("")), ("r…".to_owned(), "…".to_owned()));
        assert_eq!(mask().path(Path::new("/home/robin/.config/nib")), "~/.config/nib");
    }
}
