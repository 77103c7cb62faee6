//! What is kept between runs, who may read it, and what is never written down.

use super::pty::Terminal;
use super::server::Server;
use super::shell::{Done, Home, is_sentence};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn log_in(home: &Home, server: &Server, username: &str) -> Done {
    let account = server.account(username);
    home.log_in(&server.url, &account.email, &account.password)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn a_sign_in_is_kept_for_its_user_alone_until_it_is_ended() {
    let server = Server::start();
    let home = Home::new();
    let done = log_in(&home, &server, "robin").went_well();
    assert!(done.out.contains("Robin (@robin)") && done.out.contains("\"robin\""), "{}", done.out);
    for file in home.files() {
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700), "{}", file.display());
    }
    let token = fs::read_to_string(home.path().join("data/secrets/robin")).unwrap();

    let accounts = home.run(&["accounts", "--json"]).went_well().objects();
    let user = json!({ "id": server.account("robin").id.to_string(), "username": "robin", "name": "Robin" });
    let account = json!({ "v": 1, "account": "robin", "network": "osmium", "server": server.url, "user": user, "disabled": false });
    assert_eq!(accounts, [account]);
    let chats = home.run(&["chats", "--json"]).went_well().objects();
    assert!(chats.iter().all(|chat| chat["v"] == 1 && chat["id"].is_string() && chat["account"] == "robin"));
    assert!(chats.iter().any(|chat| chat["name"] == "Rustaceans/general" && chat["kind"] == "channel"));
    let unread = home.run(&["chats", "--unread"]).went_well();
    assert!(unread.out.contains("Rustaceans/help  12 unread\n") && !unread.out.contains("Rustaceans/rules"));

    let mut terminal = Terminal::start(home.path(), &["--open", "rustaceans/general"], 100, 30);
    terminal.wait_for("message #general");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);

    home.run(&["logout"]).went_well();
    assert!(!home.path().join("data/secrets/robin").exists());
    home.run(&["chats"]).failed(3, &["no account"]);
    let old = home.nib(&["chats"]).env("NIB_SERVER", &server.url).env("NIB_TOKEN", token.trim()).run();
    old.failed(3, &["not valid any more"]);
}

#[test]
fn one_of_several_accounts_is_meant_by_its_name() {
    let server = Server::start();
    let home = Home::new();
    for username in ["robin", "ada"] {
        log_in(&home, &server, username).went_well();
    }
    home.run(&["send", "robin:@ada", "from one to the other"]).went_well();
    let done = home.run(&["read", "ada:@robin", "--limit", "1", "--json"]).went_well();
    assert_eq!(
        (&done.objects()[0]["account"], &done.objects()[0]["text"]),
        (&json!("ada"), &json!("from one to the other"))
    );
    home.run(&["send", "self", "to whom?"]).failed(1, &["\"self\" could be several chats", "robin:self", "ada:self"]);
    home.run(&["logout"]).failed(2, &["several accounts", "robin", "ada"]);
    home.run(&["logout", "grace"]).failed(3, &["\"grace\"", "robin", "ada"]);
    home.run(&["send", "bogus:self", "to nobody"]).failed(3, &["no account \"bogus\"", "robin", "ada"]);
    home.run(&["send", "bogus:nowhere", "to nobody"]).failed(1, &["no chat \"bogus:nowhere\""]);
    home.run(&["logout", "ada"]).went_well();
    assert_eq!(home.run(&["accounts"]).went_well().out.lines().count(), 1);
    home.run(&["send", "self", "now there is one"]).went_well();
}

#[test]
fn a_server_that_is_gone_does_not_keep_the_token() {
    let mut server = Server::start();
    let home = Home::new();
    log_in(&home, &server, "robin").went_well();
    server.stop();
    home.run(&["chats"]).failed(4, &["\"robin\" is offline", "nobody answers there"]);
    let done = home.run(&["logout"]);
    assert_eq!((done.code(), done.out.as_str()), (0, "Signed out of \"robin\". The token is forgotten.\n"));
    is_sentence(&done.err);
    assert!(done.err.starts_with("The server could not be told") && done.err.contains("nobody answers there"));
    assert_eq!(fs::read_dir(home.path().join("data/secrets")).unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_keyring_one_line_says_where_the_token_is() {
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    let here = |arguments: &[&str]| {
        let nowhere = "unix:path=/nonexistent/bus";
        home.nib(arguments).without("NIB_HOME").env("DBUS_SESSION_BUS_ADDRESS", nowhere)
    };
    let arguments = ["login", "--server", &server.url, "--email", &robin.email, "--password-stdin"];
    let done = here(&arguments).input(&format!("{}\n", robin.password)).run();
    assert_eq!(done.code(), 0, "{done:?}");
    is_sentence(&done.err);
    let file = home.path().join(".local/share/nib/secrets/robin");
    assert!(done.err.contains("keyring") && done.err.contains(&file.display().to_string()), "{}", done.err);
    let token = fs::read_to_string(&file).unwrap();
    assert!(!done.err.contains(token.trim()) && !done.out.contains(token.trim()));
    for folder in [".local/share/nib/secrets", ".local/share/nib", ".local/state/nib", ".config/nib"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    assert_eq!(mode(&file), 0o600);
    here(&["chats"]).run().went_well();
    here(&["logout"]).run().went_well();
    assert!(!file.exists());
}

#[test]
fn the_form_signs_in_and_the_next_start_asks_nothing() {
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    let mut terminal = Terminal::start(home.path(), &["--open", "rustaceans/general"], 100, 30);
    terminal.wait_for("sign in");
    terminal.send("s");
    terminal.wait_for("Password");
    // From the e-mail address, where the form begins, back to the server.
    terminal.send("\x1b[Z\x15");
    terminal.send(&server.url);
    terminal.send("\t");
    terminal.send(&robin.email);
    terminal.send("\t");
    terminal.send("not the password\r");
    terminal.wait_for("E-mail or password is wrong");
    assert!(!terminal.screen().contains("not the password"));
    terminal.send("\x15");
    terminal.send(&robin.password);
    terminal.send("\r");
    let screen = terminal.wait_for("message #general");
    assert!(!screen.contains(&robin.password) && !screen.contains("Sign in"), "{screen}");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);

    let mut again = Terminal::start(home.path(), &["--open", "rustaceans/general"], 100, 30);
    again.wait_for("message #general");
    // A session that is ended elsewhere asks for the password at the user's time, and gives everything back with it.
    server.running().revoke("robin");
    let screen = again.wait_for("Signed out");
    assert!(!screen.contains("Offline") && !screen.contains("Sign in"), "{screen}");
    again.send("\x1b[15~");
    again.wait_for("Sign in");
    let screen = again.wait_for("ended from another device");
    // An account that is called by its address has it filled in.
    if !screen.contains(&robin.email) {
        again.send(&robin.email);
        again.send("\t");
    }
    again.send(&robin.password);
    again.send("\r");
    again.wait_until("the chat", |screen| screen.contains("message #general") && !screen.contains("Sign in"));
    again.send("and on we go\r");
    again.wait_until("the message", |screen| screen.contains("and on we go") && screen.contains("message #general"));
    again.send("\x11\x11");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn the_log_holds_no_secret_and_no_text() {
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    let log = ["--log-level", "trace"];
    let arguments = ["login", "--server", &server.url, "--email", &robin.email, "--password-stdin"];
    let login: Vec<&str> = log.into_iter().chain(arguments).collect();
    home.nib(&login).input("not-the-password\n").run().failed(3, &["wrong"]);
    home.nib(&login).input(&format!("{}\n", robin.password)).run().went_well();
    let token = fs::read_to_string(home.path().join("data/secrets/robin")).unwrap().trim().to_owned();
    home.run(&[&log[..], &["send", "Rustaceans/general", "text-by-command"]].concat()).went_well();
    home.run(&[&log[..], &["read", "Rustaceans/general"]].concat()).went_well();
    home.run(&[&log[..], &["send", "Rustaceans/none", "text-to-nowhere"]].concat()).failed(1, &["no chat"]);

    let mut terminal = Terminal::start(home.path(), &[&log[..], &["--open", "rustaceans/general"]].concat(), 100, 30);
    terminal.wait_for("text-by-command");
    terminal.send("text-by-key\r");
    let general = server.running().channel("Rustaceans", "general").unwrap();
    server.running().say("ada", general, "text-by-ada").unwrap();
    terminal.wait_until("both messages", |screen| screen.contains("text-by-key") && screen.contains("text-by-ada"));
    terminal.paste("text-in-a-draft");
    terminal.send("\x0btext-in-a-search");
    terminal.wait_for("text-in-a-search");
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
    home.run(&[&log[..], &["logout"]].concat()).went_well();

    let written = home.log();
    assert!(written.contains("signed in") && written.contains("messages_send_message"), "it was logged at all");
    for secret in ["text-", "not-the-password", &robin.password, &token, token.rsplit('.').next().unwrap()] {
        assert!(!written.contains(secret), "{secret} in the log");
    }
    assert_eq!(mode(&home.path().join("state/nib.log")), 0o600);
}
