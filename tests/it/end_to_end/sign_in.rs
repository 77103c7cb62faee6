//! Signing in from the shell: what is said and what the exit code is, whatever goes wrong. Output is for data, so it stays empty.

use super::server::{Server, kept};
use super::shell::{Done, Home, is_sentence};
use super::strangers::{Frames, Stranger};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

const EMAIL: &str = "robin@demo.example";
const PASSWORD: &str = "demo-robin";

/// Signs in to somebody at a port who is no chat server.
#[track_caller]
fn at_stranger(scheme: &str, stranger: Stranger, words: &[&str]) {
    let port = stranger.listen();
    let done = Home::new().log_in(&format!("{scheme}://127.0.0.1:{port}"), EMAIL, PASSWORD);
    let done = done.failed(4, words).failed(4, &[&port.to_string()]);
    assert!(!done.err.contains(PASSWORD), "{}", done.err);
}

#[test]
fn a_wrong_password_is_refused_and_nothing_is_kept() {
    let server = Server::start();
    let home = Home::new();
    let done = home.log_in(&server.url, EMAIL, "not-the-password");
    let done = done.failed(3, &[&server.url, "refused the sign-in: E-mail or password is wrong.", "\"nib login\""]);
    assert!(!done.err.contains("not-the-password"));
    home.log_in(&server.url, "nobody@demo.example", PASSWORD).failed(3, &["E-mail or password is wrong"]);
    home.run(&["chats"]).failed(3, &["no account", "\"nib login\""]);
    assert!(!home.path().join("data/accounts.toml").exists());
}

#[test]
fn a_second_factor_is_asked_for_judged_and_taken() {
    let server = Server::start();
    let home = Home::new();
    let linus = server.account("linus");
    let arguments = ["login", "--server", &server.url, "--email", &linus.email, "--password-stdin"];
    let password = format!("{}\n", linus.password);
    home.nib(&arguments).input(&password).run().failed(3, &["second factor", "--code"]);
    let code = linus.one_time_code(now()).expect("linus has a second factor");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let with = |code: &str| {
        let arguments: Vec<&str> = arguments.into_iter().chain(["--code", code]).collect();
        home.nib(&arguments).input(&password).run()
    };
    with(wrong).failed(3, &["not right", "\"nib login\""]);
    home.nib(&arguments).input(&format!("{password}{wrong}\n")).run().failed(3, &["not right"]);
    // A code may be copied with the space that apps show in it, and lasts for a moment longer than it shows.
    let code = linus.one_time_code(now()).expect("a code");
    let done = home.nib(&arguments).input(&format!("{password}{} {}\n", &code[..3], &code[3..])).run().went_well();
    assert!(done.out.contains("Linus (@linus)"), "{}", done.out);
    let code = linus.one_time_code(now()).expect("a code");
    with(&code).went_well();
    let recovery = &linus.recovery_codes[0];
    home.nib(&arguments).input(&format!("{password}{recovery}\n")).run().went_well();
    home.nib(&arguments).input(&format!("{password}{recovery}\n")).run().failed(3, &["not right"]);
    assert_eq!(home.run(&["accounts", "--json"]).went_well().objects().len(), 1, "signing in again adds no account");
}

/// Milliseconds since the Unix epoch.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    i64::try_from(since.as_millis()).expect("a time")
}

#[test]
fn nobody_listening_is_told_with_the_address() {
    let nobody = kept(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let port = nobody.local_addr().unwrap().port();
    let done = Home::new().log_in(&format!("ws://127.0.0.1:{port}"), EMAIL, PASSWORD);
    done.failed(
        4,
        &[&format!("No connection to 127.0.0.1:{port}: nobody answers there."), "Check the server's address"],
    );
}

#[test]
fn somebody_who_is_no_chat_server_is_told_from_one() {
    let no_server = "does not answer like a chat server";
    at_stranger("ws", Stranger::Gone, &[no_server, "Check the server's address"]);
    at_stranger("ws", Stranger::Says(b"SSH-2.0-OpenSSH_9.9\r\n"), &[no_server, "not HTTP", "wss://"]);
    at_stranger("ws", Stranger::Says(b"\x00\xff\x16\x03\x01\x1b[31m\x07"), &[no_server, "not HTTP"]);
    at_stranger("wss", Stranger::Says(b"220 mail.example.org ESMTP\r\n"), &[no_server, "TLS", "ws://"]);
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<p>Hello</p>\n";
    at_stranger("ws", Stranger::Answers(page), &[no_server, "HTTP 200 (OK)"]);
    let none = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    at_stranger("ws", Stranger::Answers(none), &[no_server, "HTTP 404 (Not Found)"]);
    let old = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<p>Hello</p>\n";
    at_stranger("ws", Stranger::Answers(old), &[no_server, "a web page answers there"]);
    at_stranger("wss", Stranger::Gone, &[no_server, "instead of encrypting it", "ws://"]);
    let moved = "HTTP/1.1 301 Moved Permanently\r\nLocation: https://example.org/\r\nContent-Length: 0\r\n\r\n";
    at_stranger("ws", Stranger::Answers(moved), &[no_server, "HTTP 301"]);
    at_stranger("ws", Stranger::Answers("HTTP/1.1 999 \x1b[31m\r\n\r\n"), &[no_server]);
    at_stranger("ws", Stranger::Sends(Frames::Text("{\"hello\":\"you\"}")), &[no_server]);
    at_stranger("ws", Stranger::Sends(Frames::Binary(b"\xff\xff\xff\xff garbage")), &[no_server]);
}

#[test]
fn a_connection_that_is_closed_at_once_is_told_with_the_reason() {
    at_stranger("ws", Stranger::Sends(Frames::Drop), &["closed the connection", "Try again"]);
    at_stranger("ws", Stranger::Sends(Frames::Close(1000, "")), &["closed the connection", "Try again"]);
    at_stranger("ws", Stranger::Sends(Frames::Close(1013, "Full house.")), &["closed the connection: Full house."]);
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), "connect_timeout = 1\n").unwrap();
    let port = Stranger::Silent.listen();
    let start = Instant::now();
    let done = home.log_in(&format!("ws://127.0.0.1:{port}"), EMAIL, PASSWORD);
    done.failed(4, &["does not answer like a chat server", "says nothing for 1 s"]);
    assert!(start.elapsed() >= Duration::from_secs(1), "it had the time it was given");
    let port = Stranger::Silent.listen();
    let done = home.log_in(&format!("tcp://127.0.0.1:{port}"), EMAIL, PASSWORD);
    done.failed(4, &["does not answer like a chat server", "nothing there speaks this protocol", "nothing for 1 s"]);
}

#[test]
fn a_token_that_is_not_taken_is_told_apart_from_no_account() {
    let server = Server::start();
    let home = Home::new();
    for command in [&["chats"][..], &["read", "self"], &["tail"], &["send", "self", "hello"], &["logout"]] {
        home.run(command).failed(3, &["There is no account yet", "\"nib login\""]);
    }
    let token = &server.account("robin").token;
    let with = |token: &str| home.nib(&["chats"]).env("NIB_SERVER", &server.url).env("NIB_TOKEN", token).run();
    with(&format!("{token}\n")).went_well();
    let done = with("demo.not.a.token").failed(3, &["The token in NIB_TOKEN was refused", "Set NIB_TOKEN"]);
    assert!(!done.err.contains("demo.not"));
    server.running().revoke("robin");
    let done = with(token).failed(3, &["not valid any more"]);
    assert!(!done.err.contains(token.as_str()));
    let done = home.nib(&["login", "--server", &server.url, "--token-stdin"]).input(&format!("{token}\n")).run();
    assert!(!done.failed(3, &["refused the sign-in", "\"nib login\""]).err.contains(token.as_str()));
    assert_eq!(home.run(&["accounts"]).err, "There is no account yet; sign in with \"nib login\".\n");
}

#[test]
fn a_saved_token_that_was_revoked_says_how_to_get_another() {
    let server = Server::start();
    let home = Home::new();
    home.log_in(&server.url, EMAIL, PASSWORD).went_well();
    home.run(&["chats"]).went_well();
    server.running().revoke("robin");
    home.run(&["chats"]).failed(3, &["\"robin\" is not signed in", "Run \"nib login\" to sign in again."]);
    // A new sign-in takes the place of the old one.
    home.log_in(&server.url, EMAIL, PASSWORD).went_well();
    home.run(&["chats"]).went_well();
    assert_eq!(home.run(&["accounts", "--json"]).objects().len(), 1);
}

#[test]
fn wrong_usage_is_told_before_anybody_is_asked() {
    let home = Home::new();
    let told = |done: Done, words: &[&str]| {
        assert_eq!((done.code(), done.out.as_str()), (2, ""), "{done:?}");
        assert!(!done.err.contains("error:") && !done.err.contains("secret"), "{}", done.err);
        for word in words {
            assert!(done.err.contains(word), "no {word:?} in {}", done.err);
        }
    };
    told(home.run(&["--loud"]), &["--loud", "--help"]);
    told(home.run(&["sned", "self", "hello"]), &["sned", "send"]);
    told(home.run(&["read"]), &["<CHAT>"]);
    told(home.run(&["read", "self", "--limit", "0"]), &["--limit", "from 1 to 100000"]);
    told(home.run(&["login", "--network", "irc"]), &["irc", "osmium"]);
    let one_line = |arguments: &[&str], input: &str, words: &[&str]| {
        let done = home.nib(arguments).input(input).run().failed(2, words);
        assert!(!done.err.contains("secret"), "{}", done.err);
    };
    one_line(&["login"], "", &["no terminal to ask on", "--password-stdin"]);
    one_line(&["login", "--password-stdin"], "secret\n", &["--email"]);
    one_line(&["login", "--email", EMAIL, "--password-stdin"], "", &["no password"]);
    one_line(&["login", "--token-stdin"], "\n", &["no token"]);
    for option in ["--server", "--email", "--username"] {
        one_line(&["login", option, "", "--password-stdin"], "secret\n", &["is empty"]);
    }
    for (command, input) in [(&["login", "--email", EMAIL, "--password-stdin"][..], "secret\n"), (&["chats"], "")] {
        let done = home.nib(command).env("NIB_TOKEN", "secret").env("NIB_SERVER", "").input(input).run();
        done.failed(2, &["server's address is empty"]);
    }
    for (server, words) in [
        ("https://chat.example.org", "https://"),
        ("ws://127.0.0.1:99999", "99999"),
        ("wss://me:secret@example.org", "password"),
        ("wss://", "host name"),
    ] {
        one_line(&["login", "--server", server, "--token-stdin"], "secret\n", &[words]);
        let done = home.nib(&["chats"]).env("NIB_TOKEN", "secret").env("NIB_SERVER", server).run();
        assert!(!done.failed(2, &["NIB_SERVER", words]).err.contains("secret"));
    }
    one_line(&["login", "--label", "a b", "--token-stdin"], "secret\n", &["\"a b\""]);
    one_line(&["--profile", "a/b", "accounts"], "", &["a/b"]);
    one_line(&["--log-level", "loud", "accounts"], "", &["loud", "debug"]);
    one_line(&["send", "self"], "", &["nothing to send"]);
    one_line(&["send", "self", "--reply-to", "x", "hello"], "", &["\"x\" is no message id"]);
}

#[test]
fn mistakes_in_the_configuration_are_told_with_their_place_and_the_command_works() {
    let server = Server::start();
    let home = Home::new();
    home.log_in(&server.url, EMAIL, PASSWORD).went_well();
    let file = home.path().join("config/config.toml");
    std::fs::write(&file, "ascii = true\nsidebar_width = 500\nthme = \"dark\"\n[keys.everywhere\n").unwrap();
    let file = file.display().to_string();
    let places = [format!("{file}:2:17: "), format!("{file}:3:1: "), format!("{file}:4:")];
    for command in [&["accounts", "--json"][..], &["chats", "--json"], &["read", "self", "--json"]] {
        let done = home.run(command);
        assert_eq!((done.code(), done.objects().is_empty()), (0, false), "{done:?}");
        assert_eq!(done.err.lines().count(), places.len(), "{}", done.err);
        for (line, place) in done.err.lines().zip(&places) {
            assert!(line.starts_with(place.as_str()), "{line}");
        }
    }
    let done = home.run(&["config", "check"]);
    assert_eq!((done.code(), done.out.as_str()), (2, ""));
    assert!(places.iter().all(|place| done.err.contains(place.as_str())), "{}", done.err);
}

#[test]
fn nobody_goes_without_a_proxy_that_may_be_named_where_it_cannot_be_read() {
    let server = Server::start();
    let home = Home::new();
    home.log_in(&server.url, EMAIL, PASSWORD).went_well();
    let missing = home.run(&["--config", "missing.toml", "accounts"]);
    missing.failed(2, &["proxy", "missing.toml: there is no such file"]);
    let file = home.path().join("config/config.toml");
    for text in ["x = [\nproxy = \"socks5://127.0.0.1:1\n", "proxy = 5\n", "proxy = \"socks6://127.0.0.1:1\"\n"] {
        std::fs::write(&file, text).unwrap();
        home.run(&["send", "self", "leaked"]).failed(2, &["proxy", "config.toml:"]);
    }
}

#[test]
fn the_chat_needs_a_terminal_and_says_so() {
    let home = Home::new();
    for arguments in [&[][..], &["demo"]] {
        home.run(arguments).failed(2, &["no terminal", "\"nib --help\""]);
    }
    assert_eq!(home.files().len(), 0, "nothing was begun");
}

#[test]
fn a_list_of_accounts_that_cannot_be_read_is_not_lost() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("data")).unwrap();
    let file = home.path().join("data/accounts.toml");
    std::fs::write(&file, "version = 1\n[[account]\n").unwrap();
    let done = home.run(&["accounts"]);
    for line in done.err.lines() {
        is_sentence(&format!("{line}\n"));
    }
    let kept = home
        .files()
        .into_iter()
        .any(|path| std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"version = 1\n[[")));
    assert!(kept, "{done:?}");
}
