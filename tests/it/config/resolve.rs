//! From text to what is in force: one bad value never takes the rest with it.

use nib::config::{Config, DEFAULT_TEXT, SecretsChoice};
use nib::domain::Settings;
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;

fn read(text: &str) -> Config {
    Config::from_text(text, Path::new("config.toml"))
}

fn problems(text: &str) -> Vec<String> {
    read(text).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_default_file_is_the_defaults() {
    let config = read(DEFAULT_TEXT);
    assert_eq!(config.problems, []);
    let defaults = Config::defaults(Path::new("config.toml"));
    assert_eq!(config.settings, Settings::default());
    assert_eq!(
        (config.keymap, config.secrets, config.accounts),
        (defaults.keymap, defaults.secrets, defaults.accounts)
    );
}

#[test]
fn the_default_file_names_every_option_and_its_examples_are_right() {
    let shown = nib::config::report::show(&Config::defaults(Path::new("config.toml"))).out;
    let options: Vec<&str> = shown
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect();
    assert!(options.len() >= 12, "{options:?}");
    for option in options {
        assert!(DEFAULT_TEXT.lines().any(|line| line.starts_with(&format!("{option} = "))), "{option}");
    }
    let examples: String = DEFAULT_TEXT
        .lines()
        .map(|line| {
            line.strip_prefix('#').filter(|rest| rest.starts_with(['[', '"', 's', 'n', 'c', 't'])).unwrap_or(line)
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let config = read(&examples);
    assert_eq!(config.problems, []);
    let home = &config.accounts["home"];
    assert_eq!(
        (home.server.as_deref(), home.network.as_deref(), home.client_id),
        (Some("wss://chat.example.org"), Some("osmium"), Some(1))
    );
    assert_eq!(home.token_command.as_ref().map(Vec::len), Some(3));
    assert_eq!(home.trusted_hosts.as_ref().map(Vec::len), Some(1));
}

#[test]
fn every_option_takes_effect() {
    let config = read(concat!(
        "theme = 'light'\nascii = true\ntwelve_hours = true\nsidebar_width = 0x20\ncomposer_lines = 3\ndownloads = '/d'\nfold = 12\nbidi = 'nib'\nlinks = 'on'\nwidths = 'plain'\nemoji = 'text'\ndeleted = 'vanish'\nvi = true\npaste_asks = 0\npreviews = false\nsend_typing = false\nmouse = false\nsend_read = false\nundo_seconds = 0\n",
        "typing_shown = 9\ntyping_resend = 4\nwindow = 1_000\npage = 100\nsecrets = 'file'\nconnect_timeout = 120\n",
    ));
    assert_eq!(config.problems, []);
    let expected = Settings {
        theme: "light".to_owned(),
        themes: Settings::default().themes,
        ascii: true,
        twelve_hours: true,
        sidebar_width: 32,
        composer_lines: 3,
        undo_seconds: Duration::ZERO,
        downloads: "/d".to_owned(),
        fold: 12,
        bidi: nib::domain::settings::Bidi::Nib,
        links: nib::domain::settings::Links::On,
        widths: nib::domain::settings::Widths::Plain,
        emoji: nib::domain::settings::EmojiStyle::Text,
        deleted: nib::domain::settings::Deleted::Vanish,
        vi: true,
        paste_asks: 0,
        previews: false,
        quit_key: Settings::default().quit_key,
        mouse: false,
        send_typing: false,
        send_read: false,
        typing_shown: Duration::from_secs(9),
        typing_resend: Duration::from_secs(4),
        window: 1000,
        page: 100,
    };
    assert_eq!(config.settings, expected);
    assert_eq!((config.secrets, config.connect_timeout), (SecretsChoice::File, Duration::from_secs(120)));
    assert_eq!(config.line_of("window"), Some(22));
    assert_eq!(config.line_of("keys.everywhere.Ctrl-K"), None);
}

#[test]
fn each_mistake_is_told_with_its_place_and_the_rest_holds() {
    let text = concat!(
        "thme = \"dark\"\n",
        "theme = \"drak\"\n",
        "ascii = \"yes\"\n",
        "  sidebar_width = 500\n",
        "page = -1\n",
        "window = 2.5\n",
        "secrets = [1]\n",
        "composer_lines = 4\n",
        "keys = 3\n",
        "[accounts.home]\n",
        "server = \"https://x\"\n",
        "sever = \"wss://x\"\n",
        "network = \"irc\"\n",
        "client_id = 4294967296\n",
        "token = \"abc\"\n",
        "token_command = [\"pass\", 3]\n",
        "trusted_hosts = [\"chat.example.net:9\"]\n",
        "[accounts.\"a b\"]\n",
        "[accounts.work]\n",
        "server = \"wss://u:hunter2@x\"\n",
        "client_id = 7\n",
        "[accounts.club]\n",
        "network = \"originchats\"\n",
        "server = \"tcp://chats.example.org:1\"\n",
        "account_service = \"http://api.example.org\"\n",
        "unnamed_keys = 1\n",
        "[colours]\n",
        "red = 1\n",
    );
    let config = read(text);
    assert_eq!(
        config.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "config.toml:1:1: there is no option called \"thme\"; did you mean \"theme\"?",
            "config.toml:2:9: theme is \"terminal\", \"auto\", \"dark\", \"dusk\", \"light\", \"paper\" or \"contrast\" (did you mean \"dark\"?), not \"drak\"",
            "config.toml:3:9: ascii is true or false, not \"yes\"",
            "config.toml:4:19: sidebar_width is a whole number from 12 to 80, not 500",
            "config.toml:5:8: page is a whole number from 10 to 100, not -1",
            "config.toml:6:10: window is a whole number from 200 to 100000, not 2.5",
            "config.toml:7:11: secrets is \"auto\", \"keyring\" or \"file\", not a list",
            "config.toml:9:8: keys are written in tables such as [keys.everywhere]",
            "config.toml:11:10: server is an address that starts with wss://, ws:// or tcp://, not \"https://x\"",
            "config.toml:12:1: there is no option of an account called \"sever\"; did you mean \"server\"?",
            "config.toml:13:11: network is \"osmium\" or \"originchats\", not \"irc\"",
            "config.toml:14:13: client_id is a whole number from 0 to 4294967295, not 4294967296",
            "config.toml:15:1: a token does not belong into the configuration; nib login keeps it, or token_command asks another program",
            "config.toml:16:17: token_command is a program and its arguments, such as [\"pass\", \"show\", \"chat\"]",
            "config.toml:17:17: trusted_hosts is a list of host names, such as [\"chat.example.net\"]",
            "config.toml:18:11: an account cannot be called \"a b\": a label cannot hold spaces, colons, slashes or quotes",
            "config.toml:20:10: server is an address without a user or password in it",
            "config.toml:24:10: server is a host such as chat.example.org, or an address that starts with wss:// or ws://, not \"tcp://chats.example.org:1\"",
            "config.toml:25:19: account_service is an address that starts with https://, or with http:// on this machine, not \"http://api.example.org\"",
            "config.toml:26:16: unnamed_keys is true or false, not 1",
            "config.toml:27:2: there is no table called \"colours\"",
        ]
    );
    assert_eq!(config.settings, Settings { composer_lines: 4, ..Settings::default() });
    assert_eq!(config.accounts["work"].client_id, Some(7));
}

#[test]
fn an_account_of_another_network_names_its_host_and_who_keeps_it() {
    let config = read(concat!(
        "[accounts.club]\nnetwork = \"originchats\"\nserver = \"https://chats.example.org\"\n",
        "account_service = \"https://api.example.org/\"\nunnamed_keys = false\ndirect_server = true\n",
        "[accounts.den]\nserver = \"den.example.org\"\nnetwork = \"originchats\"\n",
    ));
    assert_eq!(config.problems, []);
    let club = &config.accounts["club"];
    assert_eq!(club.server.as_deref(), Some("https://chats.example.org"));
    assert_eq!((club.account_service.as_deref(), club.unnamed_keys), (Some("https://api.example.org"), Some(false)));
    assert_eq!((club.direct_server, config.accounts["den"].direct_server), (Some(true), None));
    assert_eq!(config.accounts["den"].server.as_deref(), Some("den.example.org"));
}

#[test]
fn a_slip_of_grammar_costs_its_line_only() {
    let text = "theme = dark\nascii = true\npage = \nwindow = 500\nascii = false\n[accounts.home]\nserver = \"wss://x\nclient_id = 7\n[keys.everywhere]\n\"ctrl-g\" = \"quit\n\"ctrl-o\" = \"jump\"\n";
    let config = read(text);
    assert_eq!(config.settings, Settings { ascii: true, window: 500, ..Settings::default() });
    let home = &config.accounts["home"];
    assert_eq!((home.server.as_deref(), home.client_id), (None, Some(7)));
    assert_eq!(config.line_of("keys.everywhere.Ctrl-O"), Some(11));
    assert_eq!(config.line_of("keys.everywhere.Ctrl-G"), None);
    let places: Vec<(usize, usize)> =
        config.problems.iter().filter_map(|problem| problem.place).map(|place| (place.line, place.column)).collect();
    assert_eq!(places, [(1, 9), (3, 8), (5, 1), (7, 18), (10, 17)]);
    assert_eq!(
        config.problems[0].to_string(),
        "config.toml:1:9: string values must be quoted, expected literal string"
    );
}

#[test]
fn nothing_in_the_file_can_steer_the_terminal() {
    let shown = problems(
        "\"\\u001b[2J\" = 1\n[accounts.\"\\u001b]0;x\\u0007\"]\n[keys.everywhere]\n\"\\u001b\" = \"\\u001b[1m\"\n",
    )
    .join("\n");
    assert!(!shown.replace('\n', "").contains(char::is_control), "{shown:?}");
    assert!(shown.contains("\\u{1b}"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_is_a_mistake_only_if_it_was_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    assert_eq!(Config::load(&path, false), Config::defaults(&path));
    let config = Config::load(&path, true);
    assert_eq!(config.problems.first().unwrap().to_string(), format!("{}: there is no such file", path.display()));
    assert!(config.has_errors());
    // A directory in its place cannot be read; the defaults hold.
    let config = Config::load(directory.path(), false);
    assert!(config.problems.first().unwrap().to_string().contains("cannot be read"), "{:?}", config.problems);
    assert_eq!(config.settings, Settings::default());
    std::fs::write(&path, vec![b'#'; (1 << 18) + 1]).unwrap();
    assert!(Config::load(&path, false).problems.first().unwrap().message.starts_with("is larger than"));
}

proptest! {
    #[test]
    fn no_bytes_make_reading_fail_badly(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, &bytes).unwrap();
        let config = Config::load(&path, true);
        for problem in &config.problems {
            prop_assert!(problem.place.is_some());
        }
    }

    #[test]
    fn a_bad_line_anywhere_leaves_the_other_lines(at in 0_usize..4, bad in "[a-z]{1,8} ?=? ?[^\\n\"'\\[\\]{}#]{0,12}") {
        let mut lines = vec!["ascii = true".to_owned(), "page = 60".to_owned(), "sidebar_width = 40".to_owned()];
        prop_assume!(!["ascii", "page", "sidebar_width"].iter().any(|name| bad.starts_with(name)));
        lines.insert(at, bad);
        let config = read(&lines.join("\n"));
        prop_assert_eq!((config.settings.ascii, config.settings.page, config.settings.sidebar_width), (true, 60, 40));
    }
}
