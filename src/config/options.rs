//! Every top-level option: its name, what it may be, and where it goes. Reading, showing and the tests of the default file use this one table.

use super::{Config, ProxyChoice, SecretsChoice};
use crate::domain::Secret;
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

fn narrow(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// In the order of the default file.
pub(super) const OPTIONS: &[Entry] = &[
    Entry { name: "theme", kind: Kind::Theme, show: |config| quoted(&config.settings.theme) },
    Entry {
        name: "ascii",
        kind: Kind::Flag(|config, on| config.settings.ascii = on),
        show: |config| config.settings.ascii.to_string(),
    },
    Entry {
        name: "twelve_hours",
        kind: Kind::Flag(|config, on| config.settings.twelve_hours = on),
        show: |config| config.settings.twelve_hours.to_string(),
    },
    Entry {
        name: "sidebar_width",
        kind: Kind::Number(12, 80, |config, number| config.settings.sidebar_width = narrow(number)),
        show: |config| config.settings.sidebar_width.to_string(),
    },
    Entry {
        name: "mouse",
        kind: Kind::Flag(|config, on| config.settings.mouse = on),
        show: |config| config.settings.mouse.to_string(),
    },
    Entry {
        name: "composer_lines",
        kind: Kind::Number(1, 50, |config, number| config.settings.composer_lines = narrow(number)),
        show: |config| config.settings.composer_lines.to_string(),
    },
    Entry {
        name: "send_typing",
        kind: Kind::Flag(|config, on| config.settings.send_typing = on),
        show: |config| config.settings.send_typing.to_string(),
    },
    Entry {
        name: "send_read",
        kind: Kind::Flag(|config, on| config.settings.send_read = on),
        show: |config| config.settings.send_read.to_string(),
    },
    Entry {
        name: "typing_shown",
        kind: Kind::Number(1, 60, |config, number| config.settings.typing_shown = Duration::from_secs(number)),
        show: |config| config.settings.typing_shown.as_secs().to_string(),
    },
    Entry {
        name: "typing_resend",
        kind: Kind::Number(1, 60, |config, number| config.settings.typing_resend = Duration::from_secs(number)),
        show: |config| config.settings.typing_resend.as_secs().to_string(),
    },
    Entry {
        name: "window",
        kind: Kind::Number(200, 100_000, |config, number| {
            config.settings.window = usize::try_from(number).unwrap_or(usize::MAX)
        }),
        show: |config| config.settings.window.to_string(),
    },
    Entry {
        name: "page",
        kind: Kind::Number(10, 100, |config, number| config.settings.page = narrow(number)),
        show: |config| config.settings.page.to_string(),
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
        name: "proxy",
        kind: Kind::Text(
            "\"environment\", \"none\", or an address such as \"socks5://127.0.0.1:9050\" or \"http://proxy.example:3128\"",
            |config, text| {
                config.proxy = match text {
                    "environment" => ProxyChoice::Environment,
                    "none" => ProxyChoice::Direct,
                    _ if text.contains("://") => ProxyChoice::Named(Secret::new(text.to_owned())),
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

/// A string as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
