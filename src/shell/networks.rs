//! The networks that nib speaks: the one place that knows which adapter belongs to which name. Everything else asks here, or has it as data.

use crate::config;
use crate::config::accounts::NETWORKS;
use crate::domain::{Admission, Caps, CleanText, Now, Secret};
use crate::net::dial::{BadAddress, ServerAddress};
use crate::net::dispatch::Limits;
use crate::net::http::HttpReply;
use crate::net::originchats::linking;
use crate::net::originchats::server::Server;
use crate::net::originchats::sign_in::for_any_server;
use crate::net::originchats::{OriginAdapter, OriginConfig, defaults as origin};
use crate::net::osmium::{OsmiumAdapter, OsmiumConfig, defaults as osmium};
use crate::net::session::MakeAdapter;
use crate::state::{Hints, NetworkOffer, SignInWay, proper_label};

/// First parts of host names that say what is there, not whose it is.
const COMMON: &[&str] = &["api", "chat", "chats", "oc", "originchats", "server", "ws", "www"];

/// Longest label that is made of a server's name, in characters.
const LABEL: usize = 24;

/// A network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Network {
    /// One server for everybody; protobuf.
    #[default]
    Osmium,
    /// Many servers that know nothing of each other; JSON.
    OriginChats,
}

impl Network {
    /// All of them, the usual one first.
    pub const ALL: [Self; 2] = [Self::Osmium, Self::OriginChats];

    /// The network of a name, as it stands in the configuration.
    #[must_use]
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.key() == key)
    }

    /// Its name in the configuration and on the command line.
    #[must_use]
    pub fn key(self) -> &'static str {
        let [osmium, originchats] = NETWORKS;
        match self {
            Self::Osmium => osmium,
            Self::OriginChats => originchats,
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Osmium => "Osmium",
            Self::OriginChats => "OriginChats",
        }
    }

    /// The address of its own server; empty where each account has to name one.
    #[must_use]
    pub const fn server(self) -> &'static str {
        match self {
            Self::Osmium => osmium::URL,
            Self::OriginChats => "",
        }
    }

    /// The service that keeps its accounts beside the servers, if there is one.
    #[must_use]
    pub const fn account_service(self) -> Option<&'static str> {
        match self {
            Self::Osmium => None,
            Self::OriginChats => Some(origin::ACCOUNT_SERVICE),
        }
    }

    /// What the service that keeps the accounts can be asked without a sign-in; `None`: there is none.
    #[must_use]
    pub fn question(self, service: &str) -> Option<String> {
        match self {
            Self::Osmium => None,
            Self::OriginChats => Some(linking::question(service)),
        }
    }

    /// Whether the question was answered as such a service does.
    #[must_use]
    pub fn is_service(self, reply: &HttpReply) -> bool {
        match self {
            Self::Osmium => false,
            Self::OriginChats => linking::is_service(reply),
        }
    }

    /// Where a server is, from what a person writes. An empty text is the network's own server.
    ///
    /// # Errors
    /// It is no address, or none of this network.
    pub fn address(self, written: &str) -> Result<ServerAddress, NoAddress> {
        let written = written.trim();
        match self {
            Self::Osmium => Ok(if written.is_empty() { osmium::URL } else { written }.parse()?),
            Self::OriginChats => {
                if written.is_empty() {
                    return Err(NoAddress::Missing);
                }
                let address: ServerAddress = as_socket(written).parse()?;
                if address.is_websocket() { Ok(address) } else { Err(NoAddress::NotHere) }
            }
        }
    }

    /// A server's address as it is kept and shown; `None`: the network's own, which need not be noted.
    #[must_use]
    pub fn kept(self, written: &str) -> Option<String> {
        let written = written.trim();
        match self {
            Self::Osmium => Some(written).filter(|text| !text.is_empty() && *text != osmium::URL).map(str::to_owned),
            Self::OriginChats => {
                Some(self.address(written).map_or_else(|_| written.to_owned(), |address| short(&address)))
            }
        }
    }

    /// Whether two texts lead to the same server, however they are written.
    #[must_use]
    pub fn is_same_server(self, one: &str, other: &str) -> bool {
        one == other || self.address(one).is_ok_and(|one| self.address(other).is_ok_and(|other| one == other))
    }

    /// What an account is called where nobody chose a name for it: after who it is, or after its server where everybody is the same on all: as that
    /// calls itself, else by its address.
    #[must_use]
    pub fn label(self, server: &str, server_name: &str, username: &str, login: &str) -> String {
        let by_server = match self {
            Self::Osmium => None,
            Self::OriginChats => {
                name_label(server_name).or_else(|| self.address(server).ok().map(|address| host_label(&address)))
            }
        };
        by_server.unwrap_or_else(|| proper_label(username, login).to_owned())
    }

    /// How much may be asked of it at once.
    #[must_use]
    pub fn limits(self) -> Limits {
        match self {
            Self::Osmium => Limits::default(),
            Self::OriginChats => origin::limits(),
        }
    }

    /// What makes the adapter of each connection of an account. `quiet`: nothing is to be told that was not asked for, and nothing
    /// marked read.
    #[must_use]
    pub fn adapters(
        self,
        account: &config::Account,
        server: &ServerAddress,
        admission: &Admission,
        quiet: bool,
    ) -> MakeAdapter {
        match self {
            Self::Osmium => {
                let url = account.server.clone().unwrap_or_else(|| osmium::URL.to_owned());
                let mut config = OsmiumConfig { url, no_subscribe: quiet, ..OsmiumConfig::default() };
                config.client_id = account.options.client_id.unwrap_or(config.client_id);
                // The adapter takes the time from the session when the connection opens.
                Box::new(move |credentials| Box::new(OsmiumAdapter::new(config.clone(), credentials, Now::default())))
            }
            Self::OriginChats => {
                let mut config = OriginConfig::new(&short(server));
                if let Some(service) = &account.account_service {
                    config = config.with_service(service);
                }
                config.unnamed_keys = account.options.unnamed_keys.unwrap_or(config.unnamed_keys);
                config.keep_marks = quiet;
                config.direct = account.options.direct_server.or(config.direct);
                config.invite.clone_from(&admission.invite);
                config.server_password.clone_from(&admission.password);
                Box::new(move |credentials| Box::new(OriginAdapter::new(config.clone(), credentials, Now::default())))
            }
        }
    }

    /// What it can do, as far as that is the same on all its servers.
    fn caps(self) -> Caps {
        match self {
            Self::Osmium => OsmiumAdapter::caps(&OsmiumConfig::default()),
            Self::OriginChats => Server::usual_caps(),
        }
    }

    /// What forms offer for signing in to it.
    #[must_use]
    pub fn offer(self) -> NetworkOffer {
        let (many, ways) = match self {
            Self::Osmium => (false, vec![SignInWay::MailPassword, SignInWay::SignUpMail]),
            Self::OriginChats => {
                (true, vec![SignInWay::Elsewhere, SignInWay::Token, SignInWay::NamePassword, SignInWay::SignUpName])
            }
        };
        NetworkOffer {
            key: self.key().to_owned(),
            name: self.name().to_owned(),
            server: self.server().to_owned(),
            many,
            hints: self.hints(),
            ways,
            caps: self.caps(),
        }
    }

    const fn hints(self) -> Hints {
        match self {
            Self::Osmium => Hints {
                name: "A new one.",
                password: "A new one, for this account alone; servers mostly want eight characters or more.",
                kept: "Forgotten once you are signed in, and when you close this.",
                stay: "Whether nib keeps the server's token, never the password.",
            },
            // Its servers give no token: what is kept of an account of one server is name and password.
            Self::OriginChats => Hints {
                name: "A new one, of letters, digits, hyphens and underscores.",
                password: "A new one, for this server alone; 4 characters or more.",
                kept: "Of this server alone. It is kept as a token would be, if you stay in.",
                stay: "Whether nib keeps what you sign in with, for its next start.",
            },
        }
    }

    /// A saved sign-in as another server of the network takes it, too; `None` where it is for the server alone that it was kept for.
    #[must_use]
    pub fn for_any_server(self, kept: &Secret) -> Option<Secret> {
        match self {
            Self::Osmium => None,
            Self::OriginChats => for_any_server(kept),
        }
    }
}

/// Why there is no server to connect to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoAddress {
    /// It is no address.
    #[error(transparent)]
    Bad(#[from] BadAddress),
    /// Each account of the network names a server, and this one does not.
    #[error("there is no server to connect to. Give the server's address, such as chats.example.org")]
    Missing,
    /// The network's servers are not reached this way.
    #[error("servers of this network are not reached by tcp://. Write the host alone, such as chats.example.org")]
    NotHere,
    /// This nib does not know the network.
    #[error("this nib knows no network called \"{0}\". Use a newer one, or sign in anew")]
    Network(CleanText),
}

/// The address of a web page as that of the chat server there.
fn as_socket(written: &str) -> String {
    let scheme = |scheme: &str| {
        let start = written.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme));
        start.and_then(|_| written.get(scheme.len()..))
    };
    match (scheme("https://"), scheme("http://")) {
        (Some(rest), _) => format!("wss://{rest}"),
        (None, Some(rest)) => format!("ws://{rest}"),
        (None, None) => written.to_owned(),
    }
}

/// An address without what goes without saying: the usual port and an empty path.
fn short(address: &ServerAddress) -> String {
    let whole = address.to_string();
    let usual = if address.is_encrypted() { ":443" } else { ":80" };
    let authority = address.authority();
    let bare = authority.strip_suffix(usual).unwrap_or(&authority);
    whole.replacen(&authority, bare, 1).trim_end_matches('/').to_owned()
}

/// A name as labels are written, which stand before a colon in commands: small letters and digits, with hyphens between the words. `None` where nothing
/// is left of it.
fn name_label(name: &str) -> Option<String> {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut label: String = words.next()?.to_lowercase().chars().take(LABEL).collect();
    for word in words.map(str::to_lowercase) {
        if label.chars().count() + 1 + word.chars().count() > LABEL {
            break;
        }
        label.push('-');
        label.push_str(&word);
    }
    Some(label)
}

/// What a server is called by its host: the first part of the name that says whose it is. Where the host is a number, or this computer, all of it with
/// its port, as labels are written.
fn host_label(address: &ServerAddress) -> String {
    let host = address.host().trim_end_matches('.');
    if address.is_loopback() || host.contains(':') || host.parse::<std::net::IpAddr>().is_ok() {
        let host = if address.is_loopback() { "localhost" } else { host };
        let usual = if address.is_encrypted() { 443 } else { 80 };
        let port = Some(address.port()).filter(|port| *port != usual).map(|port| format!("-{port}"));
        let host = host.trim_matches(['[', ']', ':']).replace(':', "-");
        return format!("{host}{}", port.unwrap_or_default());
    }
    let mut parts: Vec<&str> = host.split('.').collect();
    if parts.len() > 1 {
        parts.pop();
    }
    let own = parts.iter().find(|part| !COMMON.contains(part)).or(parts.last());
    own.map_or_else(|| host.to_owned(), |part| (*part).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_of_the_configuration_is_one() {
        let keys = Network::ALL.map(Network::key);
        assert_eq!(keys, *NETWORKS);
        for network in Network::ALL {
            assert_eq!(Network::named(network.key()), Some(network));
        }
        assert_eq!(Network::named("irc"), None);
    }

    fn read(written: &str) -> Result<String, NoAddress> {
        Network::OriginChats.address(written).map(|address| short(&address))
    }

    #[test]
    fn servers_are_named_as_people_write_them() {
        for (written, address) in [
            ("chats.mistium.com", "wss://chats.mistium.com"),
            (" HTTPS://Chats.mistium.com/ ", "wss://chats.mistium.com"),
            ("wss://chats.mistium.com:443", "wss://chats.mistium.com"),
            ("wss://chats.mistium.com:4430/", "wss://chats.mistium.com:4430"),
            ("http://127.0.0.1:5613", "ws://127.0.0.1:5613"),
            ("ws://localhost:80", "ws://localhost"),
            ("[::1]:9", "wss://[::1]:9"),
            ("host/a/path", "wss://host/a/path"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(address), "{written}");
            assert_eq!(Network::OriginChats.kept(written).as_deref(), Some(address));
        }
        assert_eq!(read(" "), Err(NoAddress::Missing));
        assert_eq!(read("tcp://host:1"), Err(NoAddress::NotHere));
        assert!(matches!(read("ftp://host"), Err(NoAddress::Bad(BadAddress::Scheme(_)))));
        assert!(matches!(read("https://me:secret@host"), Err(NoAddress::Bad(BadAddress::UserInfo))));
        let osmium = Network::Osmium;
        assert_eq!(osmium.address("").unwrap(), osmium::URL.parse().unwrap());
        assert!(osmium.address("https://host").is_err());
        assert_eq!((osmium.kept(osmium::URL), osmium.kept("")), (None, None));
    }

    #[test]
    fn the_same_server_is_known_again() {
        let same = |one, other| Network::OriginChats.is_same_server(one, other);
        assert!(same("chats.mistium.com", "wss://chats.mistium.com:443/"));
        assert!(!same("chats.mistium.com", "ws://chats.mistium.com"));
        assert!(!same("", "wss://chats.mistium.com"));
        assert!(Network::Osmium.is_same_server("", osmium::URL));
    }

    #[test]
    fn accounts_are_called_after_their_server_where_everybody_is_the_same_on_all() {
        for (server, label) in [
            ("chats.mistium.com", "mistium"),
            ("wss://dms.mistium.com", "dms"),
            ("katnip.example.org", "katnip"),
            ("www.chat.com", "chat"),
            ("intranet", "intranet"),
            ("ws://127.0.0.1:5613", "localhost-5613"),
            ("localhost:1", "localhost-1"),
            ("192.168.1.5", "192.168.1.5"),
            ("ws://10.0.0.1:99", "10.0.0.1-99"),
            ("[2001:db8::1]:9", "2001-db8--1-9"),
        ] {
            assert_eq!(Network::OriginChats.label(server, " :/ ", "robin", ""), label, "{server}");
        }
        let local = "ws://127.0.0.1:5613";
        assert_eq!(Network::OriginChats.label(local, "", "USR:local_dave", "dave"), "localhost-5613");
        for (name, label) in [
            ("Pixel Garden", "pixel-garden"),
            ("  oc1  ", "oc1"),
            ("robin: \"x\"/..\\y", "robin-x-y"),
            ("Ünïcode Tea", "ünïcode-tea"),
            ("the very long name of a server", "the-very-long-name-of-a"),
            ("OneWordThatIsLongerThanAnyLabel", "onewordthatislongerthana"),
        ] {
            assert_eq!(Network::OriginChats.label(local, name, "robin", ""), label);
        }
        assert_eq!(Network::Osmium.label("wss://chat.example.org", "x", "robin", "typed@mail.example"), "robin");
        assert_eq!(Network::Osmium.label("wss://chat.example.org", "", "", "typed@mail.example"), "typed");
    }
}
