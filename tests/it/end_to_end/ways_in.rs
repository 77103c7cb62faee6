//! Signing in on screen where there are two networks: in a browser, as another account, and at a door that wants something.

use super::lab::Lab;
use super::pty::Terminal;
use super::shell::Home;
use nib::demo::originchats::{Accounts, Door, Options};

/// nib without an account, at the form for signing in to a server of the second network.
fn at_the_form(lab: &Lab, home: &Home, server: usize, columns: u16, rows: u16) -> Terminal {
    let (url, service) = (lab.servers[server].url(), lab.service());
    let variables =
        [("NIB_NETWORK", "originchats"), ("NIB_SERVER", url.as_str()), ("NIB_ACCOUNT_SERVICE", service.as_str())];
    let mut terminal = Terminal::start_with(home.path(), &[] as &[&str], columns, rows, &variables);
    terminal.wait_for("sign in");
    terminal.send("\r");
    terminal.wait_for("in a browser");
    terminal
}

#[test]
fn it_is_allowed_in_a_browser_and_a_restart_asks_nothing() {
    let lab = Lab::with([Options {
        door: Some(Door { invite: Some("ABCD".to_owned()), ..Door::default() }),
        ..Options::default()
    }]);
    let home = Home::new();
    let mut terminal = at_the_form(&lab, &home, 0, 100, 30);
    let screen = terminal.screen();
    assert!(screen.contains("[OriginChats]") && screen.contains(&lab.servers[0].url()), "{screen}");
    terminal.send("\r");
    let screen = terminal.wait_for("and type this code");
    assert!(screen.contains(&format!("{}/link", lab.service())) && screen.contains("Good until"), "{screen}");
    // Given up, and begun again.
    terminal.send("\x1b");
    terminal.wait_for("[in a browser]");
    terminal.send("\r");
    terminal.wait_for("and type this code");
    lab.allow_next("bob");
    lab.allow_next("bob");
    terminal.wait_for("entered by invite only");
    terminal.send("abcd\r");
    terminal.wait_for("Loopback Lab");
    terminal.wait_for("general");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!home.log().contains("abcd") && !home.log().contains("tok-bob"));
    let mut again = Terminal::start(home.path(), &[] as &[&str], 100, 30);
    again.wait_for("general");
    again.send("\x11");
    assert_eq!(again.wait_exit(), 0);
}

#[test]
fn a_second_server_takes_the_same_sign_in_on_screen() {
    let lab = Lab::start(&[Accounts::Both, Accounts::Service]);
    let home = Home::new();
    lab.login(&home, 0, &["--token-stdin", "--label", "first"]).input("tok-bob\n").run().went_well();
    let (url, service) = (lab.servers[1].url(), lab.service());
    let variables =
        [("NIB_NETWORK", "originchats"), ("NIB_SERVER", url.as_str()), ("NIB_ACCOUNT_SERVICE", service.as_str())];
    let mut terminal = Terminal::start_with(home.path(), &[] as &[&str], 100, 30, &variables);
    terminal.wait_for("message #");
    terminal.send("/sign-in\r");
    terminal.wait_for("[as first]");
    terminal.send("\r");
    terminal.wait_gone("[as first]");
    let label = "loopback-lab".to_owned();
    terminal.wait_until("both accounts", |screen| screen.contains("first") && screen.contains(&label));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let labels = home.run(&["accounts"]).went_well().out;
    assert!(labels.contains("first  @bob") && labels.contains(&format!("{label}  @bob")), "{labels}");
}

#[test]
fn an_account_of_the_server_alone_is_made_on_screen() {
    let lab = Lab::start(&[Accounts::Own]);
    let home = Home::new();
    let (url, service) = (lab.servers[0].url(), lab.service());
    let variables =
        [("NIB_NETWORK", "originchats"), ("NIB_SERVER", url.as_str()), ("NIB_ACCOUNT_SERVICE", service.as_str())];
    let mut terminal = Terminal::start_with(home.path(), &[] as &[&str], 100, 30, &variables);
    terminal.wait_for("make an account");
    terminal.send("\x1b[B\r");
    terminal.wait_for("User name");
    terminal.send("dave\rpw1234\r");
    terminal.wait_for("general");
    assert!(!terminal.screen().contains("pw1234"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
