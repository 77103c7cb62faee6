//! Accounts: what the configuration says of them, laid over what signing in has saved.

use super::Config;
use super::resolve::{Reader, described, named, one_of, whole};
use super::saved::SavedAccounts;
pub use crate::domain::label_fault;
use crate::domain::near;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;

/// Networks that an account can be of, the default first.
pub const NETWORKS: &[&str; 2] = &["osmium", "originchats"];

/// Networks whose servers may be written as a bare host or as the address of a web page.
const BY_HOST: &[&str] = &[NETWORKS[1]];

const OPTIONS: &[&str] = &[
    "server",
    "network",
    "client_id",
    "colour",
    "token_command",
    "trusted_hosts",
    "account_service",
    "unnamed_keys",
    "direct_server",
];

/// What the configuration says of an account, in `[accounts.LABEL]`. What is `None` is as saved, or the network's default.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct AccountOptions {
    /// The server's address.
    pub server: Option<String>,
    /// Its network.
    pub network: Option<String>,
    /// The application id told to an Osmium server.
    pub client_id: Option<u32>,
    /// Its colour of those for people, counted from 0.
    pub colour: Option<u8>,
    /// A program and its arguments that print the token, instead of keeping it.
    pub token_command: Option<Vec<String>>,
    /// Hosts outside the server's domain that a connection may go to when the server names them.
    pub trusted_hosts: Option<Vec<String>>,
    /// The service that keeps accounts of the network beside its servers, as an address without a slash at the end.
    pub account_service: Option<String>,
    /// Sign in, too, where a server's key does not say whose it is.
    pub unnamed_keys: Option<bool>,
    /// The server is one for direct chats alone, though its name does not say so.
    pub direct_server: Option<bool>,
}

impl std::fmt::Debug for AccountOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The arguments of a command may be a secret by somebody's mistake.
        f.debug_struct("AccountOptions")
            .field("server", &self.server)
            .field("network", &self.network)
            .field("client_id", &self.client_id)
            .field("colour", &self.colour)
            .field("trusted_hosts", &self.trusted_hosts)
            .field("account_service", &self.account_service)
            .field("unnamed_keys", &self.unnamed_keys)
            .field("direct_server", &self.direct_server)
            .field("token_command", &self.token_command.as_ref().and_then(|command| command.first()))
            .finish()
    }
}

/// An account to connect to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// What the user calls it; unique.
    pub label: String,
    /// Its network.
    pub network: String,
    /// The server's address; `None`: the network's own.
    pub server: Option<String>,
    /// The service that keeps its network's accounts beside the servers; `None`: the network's own.
    pub account_service: Option<String>,
    /// The user's id, as the network's adapter writes it; empty before the first sign-in.
    pub user_id: String,
    /// The user's name; empty before the first sign-in.
    pub username: String,
    /// The user's shown name; may be empty.
    pub display_name: String,
    /// Its colour of those for people; `None`: one that no other has.
    pub colour: Option<u8>,
    /// It is not to be connected.
    pub disabled: bool,
    /// Its rows in the sidebar are folded away.
    pub folded: bool,
    /// What is worth a notification in chats and communities, in the words of the core.
    pub notify: BTreeMap<String, String>,
    /// What the configuration adds.
    pub options: AccountOptions,
}

/// Every account: the saved ones in their order, then those that only the configuration names and that have a command for their token.
#[must_use]
pub fn merge(config: &Config, saved: &SavedAccounts) -> Vec<Account> {
    let mut accounts: Vec<Account> = saved
        .accounts
        .iter()
        .map(|saved| {
            let options = config.accounts.get(&saved.label).cloned().unwrap_or_default();
            Account {
                label: saved.label.clone(),
                network: options.network.clone().unwrap_or_else(|| saved.network.clone()),
                server: options
                    .server
                    .clone()
                    .or_else(|| Some(saved.server.clone()).filter(|server| !server.is_empty())),
                account_service: options
                    .account_service
                    .clone()
                    .or_else(|| Some(saved.account_service.clone()).filter(|service| !service.is_empty())),
                user_id: saved.user_id.clone(),
                username: saved.username.clone(),
                display_name: saved.display_name.clone(),
                colour: options.colour.or(saved.colour.checked_sub(1)),
                disabled: saved.disabled,
                folded: saved.folded,
                notify: saved.notify.clone(),
                options,
            }
        })
        .collect();
    for (label, options) in &config.accounts {
        if options.token_command.is_some() && saved.find(label).is_none() {
            accounts.push(Account {
                label: label.clone(),
                network: options
                    .network
                    .clone()
                    .unwrap_or_else(|| NETWORKS.first().copied().unwrap_or_default().to_owned()),
                server: options.server.clone(),
                account_service: options.account_service.clone(),
                user_id: String::new(),
                username: String::new(),
                display_name: String::new(),
                colour: options.colour,
                disabled: false,
                folded: false,
                notify: BTreeMap::new(),
                options: options.clone(),
            });
        }
    }
    accounts
}

/// Why an address cannot be a server's; `None` if it can.
#[must_use]
pub fn server_fault(server: &str) -> Option<&'static str> {
    let schemes = ["wss://", "ws://", "tcp://"];
    let Some(rest) = schemes.iter().find_map(|scheme| server.strip_prefix(scheme)) else {
        return Some("an address that starts with wss://, ws:// or tcp://");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("an address without a user or password in it");
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() || server.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some("an address such as wss://chat.example.org");
    }
    None
}

/// The same for a network whose servers go by their host.
fn host_fault(server: &str) -> Option<&'static str> {
    let socket = match server.split_once("://") {
        None => format!("wss://{server}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("wss" | "ws", _)) => server.to_owned(),
        Some(_) => return Some("a host such as chat.example.org, or an address that starts with wss:// or ws://"),
    };
    server_fault(&socket)
}

/// Why an address cannot be that of an account service; `None` if it can. What it is told must not be read on the way.
#[must_use]
pub fn service_fault(service: &str) -> Option<&'static str> {
    let expected = Some("an address that starts with https://, or with http:// on this machine");
    let (socket, encrypted) = match service.split_once("://") {
        Some(("https", rest)) => (format!("wss://{rest}"), true),
        Some(("http", rest)) => (format!("ws://{rest}"), false),
        _ => return expected,
    };
    if let Some(fault) = server_fault(&socket) {
        return if service.contains('@') { Some(fault) } else { expected };
    }
    let authority = service.split('/').nth(2).unwrap_or_default();
    let host = authority.strip_prefix('[').map_or_else(
        || authority.split(':').next().unwrap_or_default(),
        |rest| rest.split(']').next().unwrap_or_default(),
    );
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if service.contains(['?', '#']) || !(encrypted || here) { expected } else { None }
}

/// Reads `[accounts]`.
pub(super) fn read(config: &mut Config, reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) {
    let Some(accounts) = value.get_ref().as_table() else {
        reader.wrong(value.span(), "accounts are written in tables such as [accounts.home]".to_owned());
        return;
    };
    for (label, value) in accounts {
        if let Some(fault) = label_fault(label.get_ref()) {
            reader.wrong(label.span(), format!("an account cannot be called {}: {fault}", named(label.get_ref())));
            continue;
        }
        let Some(table) = value.get_ref().as_table() else {
            let text = format!(
                "{} is {}; options of an account are written in a table of its own, such as [accounts.home]",
                named(label.get_ref()),
                described(value.get_ref())
            );
            reader.wrong(value.span(), text);
            continue;
        };
        let mut options = AccountOptions::default();
        let network = table.get("network").and_then(|network| network.get_ref().as_str());
        let by_host = network.is_some_and(|network| BY_HOST.contains(&network));
        for (name, value) in table {
            match read_option(&mut options, name.get_ref(), value, by_host) {
                Ok(()) => {
                    config
                        .lines
                        .insert(format!("accounts.{}.{}", label.get_ref(), name.get_ref()), reader.line(&name.span()));
                }
                Err(Fault::Name(text)) => reader.wrong(name.span(), text),
                Err(Fault::Value(text)) => reader.wrong(value.span(), text),
            }
        }
        config.accounts.insert(label.get_ref().to_string(), options);
    }
}

/// A list of texts; `None` if it is none, or holds something else.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.get_ref().as_str().map(str::to_owned)).collect()
}

enum Fault {
    Name(String),
    Value(String),
}

fn read_option(
    options: &mut AccountOptions,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    by_host: bool,
) -> Result<(), Fault> {
    let value = value.get_ref();
    let wrong = |expected: &str| Fault::Value(format!("{name} is {expected}, not {}", described(value)));
    match name {
        "server" => {
            let server = value.as_str().ok_or_else(|| wrong("an address in quotes"))?;
            if let Some(fault) = if by_host { host_fault(server) } else { server_fault(server) } {
                return Err(no_address(name, server, fault, value));
            }
            options.server = Some(server.to_owned());
        }
        "network" => {
            let network =
                value.as_str().filter(|network| NETWORKS.contains(network)).ok_or_else(|| wrong(&one_of(NETWORKS)))?;
            options.network = Some(network.to_owned());
        }
        "client_id" => {
            let number = whole(value).and_then(|number| u32::try_from(number).ok());
            options.client_id = Some(number.ok_or_else(|| wrong("a whole number from 0 to 4294967295"))?);
        }
        "colour" => {
            let number = whole(value).and_then(|number| u8::try_from(number).ok());
            let colour = number.filter(|number| (1..=8).contains(number)).and_then(|number| number.checked_sub(1));
            options.colour =
                Some(colour.ok_or_else(|| wrong("a number from 1 to 8, of the theme's colours for people"))?);
        }
        "token_command" => {
            let words = texts(value).filter(|words| words.first().is_some_and(|program| !program.is_empty()));
            let expected = "token_command is a program and its arguments, such as [\"pass\", \"show\", \"chat\"]";
            options.token_command = Some(words.ok_or_else(|| Fault::Value(expected.to_owned()))?);
        }
        "trusted_hosts" => {
            let good = |host: &String| server_fault(&format!("wss://{host}")).is_none() && !host.contains(['/', ':']);
            let hosts = texts(value).filter(|hosts| hosts.iter().all(good));
            let expected = "trusted_hosts is a list of host names, such as [\"chat.example.net\"]";
            options.trusted_hosts = Some(hosts.ok_or_else(|| Fault::Value(expected.to_owned()))?);
        }
        "account_service" => {
            let service = value.as_str().ok_or_else(|| wrong("an address in quotes"))?;
            if let Some(fault) = service_fault(service) {
                return Err(no_address(name, service, fault, value));
            }
            options.account_service = Some(service.trim_end_matches('/').to_owned());
        }
        "unnamed_keys" => {
            options.unnamed_keys = Some(value.as_bool().ok_or_else(|| wrong("true or false"))?);
        }
        "direct_server" => {
            options.direct_server = Some(value.as_bool().ok_or_else(|| wrong("true or false"))?);
        }
        "token" | "password" => {
            let text = format!(
                "a {name} does not belong into the configuration; nib login keeps it, or token_command asks another program"
            );
            return Err(Fault::Name(text));
        }
        _ => {
            let near = near::nearest(name, OPTIONS.iter().copied());
            return Err(Fault::Name(format!(
                "there is no option of an account called {}{}",
                named(name),
                near::hint(near)
            )));
        }
    }
    Ok(())
}

/// Says what is wrong with an address, which is not repeated where it may hold a password.
fn no_address(name: &str, written: &str, fault: &str, value: &DeValue<'_>) -> Fault {
    Fault::Value(if written.contains('@') {
        format!("{name} is {fault}")
    } else {
        format!("{name} is {fault}, not {}", described(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["wss://ws-0.osmium.chat", "ws://127.0.0.1:8080/", "ws://[::1]:9", "wss://a/b?c=d@e"] {
            assert_eq!(server_fault(good), None, "{good}");
        }
        for bad in ["", "https://a", "wss://", "wss://:80", "wss://u:p@host", "wss://a b", "ws://[]:1"] {
            assert!(server_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn addresses_of_hosts_and_services() {
        for good in ["chat.example.org", "https://a", "http://127.0.0.1:1", "wss://a/b", "[::1]:9"] {
            assert_eq!(host_fault(good), None, "{good}");
        }
        for bad in ["", "tcp://a:1", "u:p@host", "a b", "ftp://a"] {
            assert!(host_fault(bad).is_some(), "{bad}");
        }
        for good in
            ["https://api.example.org", "https://a/b/", "http://127.0.0.1:5700", "http://[::1]:9", "http://localhost"]
        {
            assert_eq!(service_fault(good), None, "{good}");
        }
        for bad in
            ["", "api.example.org", "http://api.example.org", "wss://a", "https://u:p@a", "https://a?b", "https://"]
        {
            assert!(service_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn labels() {
        assert_eq!(label_fault("ada@home"), None);
        for bad in ["", "a b", "a:b", "a/b", "a\"b", "a\nb", &"x".repeat(65)] {
            assert!(label_fault(bad).is_some(), "{bad:?}");
        }
    }
}
