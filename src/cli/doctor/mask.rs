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
    places: Vec<(String, String)>,
    /// Names of hosts and accounts, the longer ones first: they are masked wherever they stand.
    names: Vec<String>,
}

/// Where systems keep the homes of people, on Linux and on macOS: whatever stands next in a path is somebody's name.
const HOMES: [&str; 2] = ["/home/", "/Users/"];

impl Mask {
    /// Masks the home directories that the environment names. `off`: nothing at all.
    pub(super) fn of_environment(off: bool) -> Self {
        let named = |variable: &str, called: &str| {
            let place = std::env::var_os(variable).filter(|place| !place.is_empty())?;
            let place = std::path::absolute(place).ok()?;
            let text = place.to_string_lossy().trim_end_matches('/').to_owned();
            (!text.is_empty()).then(|| (text, called.to_owned()))
        };
        let homes = [named("NIB_HOME", "$NIB_HOME"), named("HOME", "~"), named("USERPROFILE", "~")];
        let mut places: Vec<(String, String)> = homes.into_iter().flatten().collect();
        // One may lie in the other: the longer one first.
        places.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
        Self { off, places, names: Vec::new() }
    }

    /// Masks a name wherever it stands by itself: that of an account, a profile, a host. What everybody knows stays.
    pub(super) fn know(&mut self, name: &str) {
        if !name.is_empty() && !is_public(name) && !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
            // One may be the beginning of another.
            self.names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        }
    }

    /// Masks the host of an address, which may be that of a server or a proxy, in any shape.
    pub(super) fn know_host_of(&mut self, address: &str) {
        let address = address.trim();
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let place = rest.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        let host = match place.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => place,
        };
        self.know(host.trim_start_matches('[').trim_end_matches(']'));
    }

    /// Masks a place wherever it is named, as [`Mask::path`] does.
    pub(super) fn know_path(&mut self, path: &Path) {
        let (written, shown) = (path.display().to_string(), self.path(path));
        if written != shown {
            self.places.push((written, shown));
            self.places.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
        }
    }

    /// A name of something that the user chose.
    pub(super) fn word(&self, word: &str) -> String {
        if self.off {
            return word.to_owned();
        }
        word.chars().next().filter(|first| first.is_alphanumeric()).into_iter().chain([GONE]).collect()
    }

    /// A place of a file. Outside of the homes any directory may be called after somebody, so only its own name is left.
    pub(super) fn path(&self, path: &Path) -> String {
        let written = path.display().to_string();
        let shown = self.places_of(&written);
        if self.off || shown != written {
            return shown;
        }
        let inside = path.parent().is_some_and(|parent| parent.file_name().is_some() || parent.ends_with(".."));
        match path.file_name() {
            Some(name) if inside => format!("…/{}", name.to_string_lossy()),
            _ => shown,
        }
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
        let text = self.names_of(self.places_of(text));
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
        // The names in homes are masked by now.
        if word.starts_with(['~', '$']) || HOMES.iter().any(|homes| word.starts_with(homes)) {
            return word.to_owned();
        }
        if word.starts_with('/') {
            return last_of(word).map_or_else(|| word.to_owned(), |name| format!("…/{name}"));
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
            let letters = last.len() > 1 && last.chars().all(char::is_alphabetic);
            (letters || last.starts_with("xn--")) && !FILES.contains(&last)
        });
        if number || named { self.host(word) } else { word.to_owned() }
    }

    /// Replaces the names that are known, where they are no part of a longer word.
    fn names_of(&self, mut text: String) -> String {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '$'));
        for name in &self.names {
            // Of the same length, so that what is found there is found here. Hosts are told in small letters.
            let (lower, sought) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
            let mut masked = String::with_capacity(text.len());
            let mut from = 0;
            for (at, found) in lower.match_indices(&sought) {
                let end = at + found.len();
                if edge(text[..at].chars().next_back()) && edge(text[end..].chars().next()) {
                    masked.push_str(&text[from..at]);
                    masked.push_str(&self.word(name));
                    from = end;
                }
            }
            masked.push_str(&text[from..]);
            text = masked;
        }
        text
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
        for homes in HOMES {
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

/// The name of the file at a place that lies in some directory.
fn last_of(place: &str) -> Option<&str> {
    let (directory, name) = place.trim_end_matches('/').rsplit_once('/')?;
    (!directory.is_empty() && !name.is_empty()).then_some(name)
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
        let places = [("/abode/robin/nib", "$NIB_HOME"), ("/abode/robin", "~")];
        let places = places.map(|(place, called)| (place.to_owned(), called.to_owned()));
        Mask { off: false, places: places.into(), names: Vec::new() }
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
            ("/abode/robin/nib/config/config.toml:3:9: theme", "$NIB_HOME/config/config.toml:3:9: theme"),
            ("the certificate file /abode/robin/my roots.pem cannot", "the certificate file ~/my roots.pem cannot"),
            ("no connection to chat.xn--robin-kva:443", "no connection to c…:443"),
            ("/mnt/robin/x.toml:3:9: what / and /me are", "…/x.toml:3:9: what / and /me are"),
        ] {
            assert_eq!(mask().text(text), masked);
        }
        let [linux, macos] = HOMES;
        let of_others = format!("{linux}ada/x and {macos}grace");
        assert_eq!(mask().text(&of_others), format!("{linux}…/x and {macos}…"));
        let off = Mask { off: true, ..mask() };
        assert_eq!(off.text("/abode/robin at chat.example.org"), "/abode/robin at chat.example.org");
    }

    #[test]
    fn what_a_mistake_quotes_is_gone_but_for_what_is_documented() {
        for (text, masked) in [
            ("/abode/robin/c.toml:3:9: \"Joe Miller\" cannot be", "~/c.toml:3:9: \"J…\" cannot be"),
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
    fn what_is_known_is_masked_wherever_it_stands() {
        let mut mask = mask();
        for address in ["ws://Robins-NAS:8080", "socks5://me:pass@proxy-of-ada", "[fd00::1]:9", "localhost", ""] {
            mask.know_host_of(address);
        }
        mask.know("my work");
        mask.know("rob");
        mask.know("../robin");
        mask.know_path(Path::new("/mnt/robin's disk/x.toml"));
        for (text, masked) in [
            ("no connection to robins-nas:8080", "no connection to R…:8080"),
            ("the proxy proxy-of-ada:1080: no", "the proxy p…:1080: no"),
            ("no connection to [fd00::1]:9", "no connection to [f…]:9"),
            (
                "localhost; \"my work\" of rob, not of robin or rob-in",
                "localhost; \"m…\" of r…, not of robin or rob-in",
            ),
            ("a profile cannot be called \"../robin\"", "a profile cannot be called \"…\""),
            ("/mnt/robin's disk/x.toml:3:9: theme", "…/x.toml:3:9: theme"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
        assert_eq!(mask.path(Path::new("/mnt/robin's disk/x.toml")), "…/x.toml");
        assert_eq!(mask.path(Path::new("/srv/robin/nib/")), "…/nib");
        assert_eq!(mask.path(Path::new("../robin/x.toml")), "…/x.toml");
        assert_eq!(mask.path(Path::new("x.toml")), "x.toml");
    }

    #[test]
    fn servers_and_names_keep_their_first_letter() {
        assert_eq!(mask().server("wss://chat.example.org/secret/path"), "wss://c…:443");
        assert_eq!(mask().server("tcp://[::1]:4000"), "tcp://[::1]:4000");
        assert_eq!(mask().server("https://wrong.example"), "h…");
        assert_eq!((mask().word("robin"), mask().word("")), ("r…".to_owned(), "…".to_owned()));
        assert_eq!(mask().path(Path::new("/abode/robin/.config/nib")), "~/.config/nib");
    }
}
