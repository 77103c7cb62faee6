//! What `nib config` says.

use nib::config::{Config, Paths, edit, report};
use std::path::Path;

fn read(text: &str) -> Config {
    Config::from_text(text, Path::new("/c/config.toml"))
}

#[test]
fn show_is_a_configuration_that_says_the_same() {
    let config = read(concat!(
        "theme = \"dark\"\nwindow = 700\nsecrets = \"keyring\"\n[accounts.\"ada@home\"]\nserver = \"ws://127.0.0.1:9\"\nclient_id = 3\ntrusted_hosts = [\"a.example\", \"b.example\"]\n",
        "[keys.composer]\n\"ctrl-g\" = \"jump\"\n\"ctrl-l\" = \"none\"\n\"alt-shift-x\" = \"scroll -3\"\n",
    ));
    assert_eq!(config.problems, []);
    let shown = report::show(&config);
    assert_eq!((shown.status, shown.err.as_str()), (0, ""));
    let again = read(&shown.out);
    assert_eq!(again.problems, []);
    assert_eq!((&again.settings, again.secrets, &again.accounts), (&config.settings, config.secrets, &config.accounts));
    let keys = |config: &Config| {
        config.keymap.bindings().map(|bound| (bound.context, bound.key, bound.written.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(keys(&again), keys(&config));
    for line in [
        "theme = \"dark\"                           # line 1",
        "ascii = false                            # default",
        "[accounts.\"ada@home\"]",
        "server = \"ws://127.0.0.1:9\"              # line 5",
        "\"Ctrl-L\" = \"none\"                        # line 10",
        "\"Ctrl-K\" = \"jump\"                        # default",
    ] {
        assert!(shown.out.lines().any(|shown| shown == line), "{line}\n{}", shown.out);
    }
}

#[test]
fn show_never_shows_what_may_be_a_secret() {
    let config = read("[accounts.home]\ntoken_command = [\"echo\", \"hunter2\"]\n");
    let shown = report::show(&config);
    assert!(shown.out.contains("token_command"), "{}", shown.out);
    assert!(!format!("{shown:?} {config:?}").contains("hunter2"));
}

#[test]
fn check_lists_every_mistake_and_tells_by_its_status() {
    let good = report::check(&read("theme = \"dark\"\n"));
    assert_eq!((good.status, good.out.as_str(), good.err.as_str()), (0, "/c/config.toml: no mistakes\n", ""));
    let none = report::check(&Config::defaults(Path::new("/c/config.toml")));
    assert_eq!((none.status, none.out.as_str()), (0, "/c/config.toml: there is no such file, the defaults hold\n"));
    let bad = report::check(&read("page = 1\nascii = 2\n"));
    assert_eq!(bad.status, 2);
    assert_eq!(
        bad.err,
        "/c/config.toml:1:8: page is a whole number from 10 to 100, not 1\n/c/config.toml:2:9: ascii is true or false, not 2\n"
    );
    let note = report::check(&read("[keys.composer]\n\"ctrl-s\" = \"send\"\n\"Ctrl-s\" = \"clear\"\n"));
    assert_eq!((note.status, note.err.lines().count()), (0, 1));
}

#[test]
fn editing_begins_with_the_commented_default_and_never_overwrites() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::resolve(Some(home.path().as_os_str()), None, None).unwrap();
    assert!(edit::prepare(&paths).unwrap());
    // Nothing of it is in force, and each option is there to be switched on.
    let text = std::fs::read_to_string(&paths.config_file).unwrap();
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    assert!(text.starts_with("# nib's configuration.") && text.contains("\n#connect_timeout = 10\n"), "{text}");
    edit::discard(&paths);
    assert!(!paths.config_file.exists() && edit::prepare(&paths).unwrap());
    std::fs::write(&paths.config_file, "ascii = true\n").unwrap();
    assert!(!edit::prepare(&paths).unwrap());
    edit::discard(&paths);
    assert_eq!(std::fs::read_to_string(&paths.config_file).unwrap(), "ascii = true\n");
    assert_eq!(report::path(&paths).out, format!("{}\n", home.path().join("config/config.toml").display()));
}
