//! Servers that do not let in everybody: each refusal with its next step, from the command line and on screen, and nothing tried again by itself.

use super::lab::Lab;
use super::pty::Terminal;
use super::shell::Home;
use nib::demo::originchats::{Accounts, Door, Options};

fn lab(door: Door) -> Lab {
    Lab::with([Options { accounts: Accounts::Both, door: Some(door), ..Options::default() }])
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// What is said to bob, who has a token, and what he gives besides.
#[track_caller]
fn said_to_bob(door: Door, more: &[&str], input: &str, words: &[&str]) {
    let home = Home::new();
    let lab = lab(door);
    let arguments = [&["--token-stdin"], more].concat();
    lab.login(&home, 0, &arguments).input(&format!("tok-bob\n{input}")).run().failed(3, words);
    assert!(home.run(&["accounts", "--json"]).went_well().out.is_empty(), "nothing is kept of it");
    assert!(!home.log().contains("tok-bob"));
}

#[test]
fn each_refusal_says_what_to_do() {
    let closed = || Door { invite: text("ABCD"), expired: text("OLD"), ..Door::default() };
    let invite = ["--invite-stdin"];
    said_to_bob(closed(), &[], "", &["by invite only", "Ask a member", "--invite-stdin"]);
    said_to_bob(closed(), &invite, "nope\n", &["does not know this invite code", "--invite-stdin"]);
    said_to_bob(closed(), &invite, "old\n", &["This invite code has expired", "--invite-stdin"]);
}

#[test]
fn a_password_of_the_server_is_asked_for_and_wrong_ones_are_told() {
    let locked = || Door { password: text("open sesame"), ..Door::default() };
    said_to_bob(locked(), &[], "", &["has a password of its own", "--server-password-stdin"]);
    said_to_bob(locked(), &["--server-password-stdin"], "wrong\n", &["own password is not right"]);
}

#[test]
fn who_is_not_wanted_is_told_so_and_nothing_is_to_be_typed() {
    let bob = || vec!["bob".to_owned()];
    said_to_bob(Door { banned: bob(), ..Door::default() }, &[], "", &["You are banned", "Only its owner"]);
    said_to_bob(Door { listed: Some(Vec::new()), ..Door::default() }, &[], "", &["Only people on its list"]);
    said_to_bob(Door { applied: Some(Vec::new()), ..Door::default() }, &[], "", &["wants you to apply first"]);
    said_to_bob(Door { applied: Some(bob()), ..Door::default() }, &[], "", &["application", "not decided yet"]);
}

#[test]
fn a_server_that_would_pass_the_sign_in_on_gets_nothing() {
    let poses = Door { poses_as: text("wss://chats.example.org"), ..Door::default() };
    said_to_bob(poses, &[], "", &["as if it were another one (wss://chats.example.org)", "nothing was sent to it"]);
}

#[test]
fn keys_without_a_name_are_refused_where_that_is_configured() {
    let (lab, home) = (Lab::start(&[Accounts::Service]), Home::new());
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    let config = "[accounts.strict]\nnetwork = \"originchats\"\nunnamed_keys = false\n";
    std::fs::write(home.path().join("config/config.toml"), config).unwrap();
    let login = |label| lab.login(&home, 0, &["--token-stdin", "--label", label]).input("tok-bob\n").run();
    login("strict").failed(3, &["key does not say whose it is", "unnamed_keys"]);
    login("plain").went_well();
    // A server that names itself is no stranger to anybody.
    let named = self::lab(Door::default());
    let login = named.login(&home, 0, &["--token-stdin", "--label", "strict"]);
    login.input("tok-bob\n").run().went_well();
}

#[test]
fn invite_and_password_let_one_in_and_only_the_password_is_kept() {
    let lab = lab(Door { invite: text("ABCD"), password: text("open: sesame"), ..Door::default() });
    let home = Home::new();
    let arguments = ["--token-stdin", "--invite-stdin", "--server-password-stdin", "--label", "club"];
    lab.login(&home, 0, &arguments).input("tok-bob\nabcd\nopen: sesame\n").run().went_well();
    let chats = home.run(&["chats"]).went_well();
    assert!(chats.out.contains("Loopback Lab/general"), "{chats:?}");
    let log = home.log();
    assert!(!log.contains("sesame") && !log.contains("abcd"));
    for file in home.files() {
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(!kept.contains("abcd"), "{}", file.display());
    }
}

#[test]
fn on_a_terminal_it_is_asked_for_and_nothing_is_allowed_twice() {
    let lab = lab(Door { invite: text("ABCD"), password: text("sesame"), ..Door::default() });
    let (home, url) = (Home::new(), lab.servers[0].url());
    let arguments = ["login", "--network", "originchats", "--server", &url, "--account-service", &lab.service()];
    let mut terminal = Terminal::start(home.path(), &arguments, 110, 24);
    terminal.wait_for("type this code:");
    lab.allow_next("bob");
    terminal.wait_for("The server's password:");
    terminal.send("sesame\r");
    terminal.wait_for("Invite code:");
    terminal.send("abcd\r");
    let screen = terminal.wait_for("Signed in to");
    assert!(!screen.contains("sesame") && !screen.contains("abcd"), "{screen}");
    assert_eq!(screen.matches("type this code").count(), 1, "{screen}");
    assert_eq!(terminal.wait_exit(), 0);
}
