//! Every top-level option: its name, what it may be, and where it goes. Reading, showing and the tests of the default file use this one table.

use super::{Config, ProxyChoice, SecretsChoice};
use crate::domain::Secret;
use crate::domain::settings::{Bidi, Deleted, EmojiStyle, Links, Widths};
use std::path::PathBuf;
use std::time::Duration;

/// What an option may be, and how it is set.
pub(super) enum Kind {
    /// One of these words.
    Word(&'static [&'static str], fn(&mut Config, &str)),
    /// The name of a theme that there is.
    Theme,
    /// A text, and what is expected of it: told when the setter refuses it.
    Text(&'static str, fn(&mut Config, &str) -> bool),
    /// True or false.
    Flag(fn(&mut Config, bool)),
    /// A whole number from and to.
    Number(u64, u64, fn(&mut Config, u64)),
}

/// An option.
pub(super) struct Entry {
    /// As written in the file.
    pub(super) name: &'static str,
    /// What it may be.
    pub(super) kind: Kind,
    /// What is in force, as TOML.
    pub(super) show: fn(&Config) -> String,
}

const SECRETS: &[&str] = &["auto", "keyring", "file"];

/// A setting of the same name that is true or false.
macro_rules! flag {
    ($name:ident) => {
        Entry {
            name: stringify!($name),
            kind: Kind::Flag(|config, on| config.settings.$name = on),
            show: |config| config.settings.$name.to_string(),
        }
    };
}

/// A setting of the same name that is a whole number, or with `seconds` a time of so many.
macro_rules! number {
    ($name:ident, $least:literal to $most:literal) => {
        Entry {
            name: stringify!($name),
            // The bounds fit its type.
            kind: Kind::Number($least, $most, |config, number| {
                config.settings.$name = number.try_into().unwrap_or_default()
            }),
            show: |config| config.settings.$name.to_string(),
        }
    };
    ($name:ident, $least:literal to $most:literal seconds) => {
        Entry {
            name: stringify!($name),
            kind: Kind::Number($least, $most, |config, number| config.settings.$name = Duration::from_secs(number)),
            show: |config| config.settings.$name.as_secs().to_string(),
        }
    };
}

/// A setting of the same name that is one of these words.
macro_rules! word {
    ($name:ident, $kind:ident { $($variant:ident = $word:literal),+ }) => {
        Entry {
            name: stringify!($name),
            kind: Kind::Word(&[$($word),+], |config, word| match word {
                $($word => config.settings.$name = $kind::$variant,)+
                // What is not among the words is refused before.
                _ => {}
            }),
            show: |config| {
                quoted(match config.settings.$name {
                    $($kind::$variant => $word),+
                })
            },
        }
    };
}

/// In the order of the default file.
pub(super) const OPTIONS: &[Entry] = &[
    Entry { name: "theme", kind: Kind::Theme, show: |config| quoted(&config.settings.theme) },
    flag!(ascii),
    flag!(twelve_hours),
    number!(sidebar_width, 12 to 80),
    flag!(mouse),
    number!(composer_lines, 1 to 50),
    number!(undo_seconds, 0 to 60 seconds),
    Entry {
        name: "downloads",
        kind: Kind::Text("the path of a folder, or \"\" for the system's", |config, text| {
            config.settings.downloads = text.to_owned();
            true
        }),
        show: |config| quoted(&config.settings.downloads),
    },
    number!(fold, 0 to 1_000),
    word!(bidi, Bidi { Auto = "auto", Nib = "nib", Terminal = "terminal" }),
    word!(links, Links { Auto = "auto", On = "on", Off = "off" }),
    word!(widths, Widths { Auto = "auto", Unicode = "unicode", Plain = "plain" }),
    word!(emoji, EmojiStyle { Auto = "auto", Unicode = "unicode", Text = "text" }),
    word!(deleted, Deleted { Stone = "stone", Vanish = "vanish" }),
    flag!(vi),
    number!(paste_asks, 0 to 1_000),
    flag!(previews),
    flag!(send_typing),
    flag!(send_read),
    number!(typing_shown, 1 to 60 seconds),
    number!(typing_resend, 1 to 60 seconds),
    number!(window, 200 to 100_000),
    number!(page, 10 to 100),
    Entry {
        name: "connect_timeout",
        kind: Kind::Number(1, 120, |config, number| config.connect_timeout = Duration::from_secs(number)),
        show: |config| config.connect_timeout.as_secs().to_string(),
    },
    Entry {
        name: "secrets",
        kind: Kind::Word(SECRETS, |config, word| {
            config.secrets = match word {
                "keyring" => SecretsChoice::Keyring,
                "file" => SecretsChoice::File,
                _ => SecretsChoice::Auto,
            };
        }),
        show: |config| quoted(config.secrets.name()),
    },
    Entry {
        name: "store.budget",
        kind: Kind::Number(16, 1_048_576, |config, number| config.store_budget = number << 20),
        show: |config| (config.store_budget >> 20).to_string(),
    },
    Entry {
        name: "proxy",
        kind: Kind::Text(
            "\"environment\", \"none\", or an address such as \"socks5://127.0.0.1:9050\" or \"http://proxy.example:3128\"",
            |config, text| {
                config.proxy = match text {
                    "environment" => ProxyChoice::Environment,
                    "none" => ProxyChoice::Direct,
                    _ if is_proxy(text) => ProxyChoice::Named(Secret::new(text.to_owned())),
                    _ => return false,
                };
                true
            },
        ),
        show: |config| {
            quoted(match &config.proxy {
                ProxyChoice::Environment => "environment",
                ProxyChoice::Direct => "none",
                // It may hold a password.
                ProxyChoice::Named(_) => "[not shown]",
            })
        },
    },
    Entry {
        name: "tls.ca_file",
        kind: Kind::Text("the path of a file of certificates, or \"\" for none", |config, text| {
            config.ca_file = (!text.is_empty()).then(|| PathBuf::from(text));
            true
        }),
        show: |config| quoted(&config.ca_file.as_deref().map(|path| path.to_string_lossy()).unwrap_or_default()),
    },
];

/// Whether it is written like a proxy of a kind that nib knows; dialling reads it in full.
fn is_proxy(text: &str) -> bool {
    let known = |scheme: &str| ["socks5", "socks5h", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let place = |rest: &str| !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
    text.split_once("://").is_some_and(|(scheme, rest)| known(scheme) && place(rest))
}

/// A string as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
