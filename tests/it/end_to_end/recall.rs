//! The last screen is there again without any server, and what a server then tells heals it.

use super::lab::Lab;
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use nib::demo::originchats::Accounts;
use std::io::ErrorKind;
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);
/// What stands at the end of the chat, and further up.
const LAST: &str = "that flag is gone since";

/// Somebody's home with a saved sign-in.
fn home_of(server: &Server, username: &str) -> Home {
    let home = Home::new();
    let account = server.account(username);
    home.log_in(&server.url, &account.email, &account.password).went_well();
    home
}

fn start(home: &Home, arguments: &[&str]) -> Terminal {
    Terminal::start(home.path(), arguments, SIZE.0, SIZE.1)
}

fn quit(terminal: &mut Terminal) {
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

/// The rows of the messages, without the list of chats and what stands above and below them.
fn rows(screen: &str) -> Vec<String> {
    // A terminal may take an emoji for wider than it is: only words count.
    let words = |row: &str| row.split_whitespace().collect::<Vec<_>>().join(" ");
    let beside = |line: &str| line.split_once('│').map(|(_, row)| words(row));
    let rows = screen.lines().filter_map(beside).skip_while(|row| !row.contains("# general")).skip(1);
    rows.take_while(|row| !row.contains('┃')).filter(|row| !row.is_empty()).collect()
}

/// Whether a screen shows what another showed: the banner of a lost connection takes a row or two at the end.
fn goes_on(screen: &str, before: &str) -> bool {
    let (now, then) = (rows(screen), rows(before));
    let same = now.iter().zip(&then).take_while(|(now, then)| now == then).count();
    same >= 8 && same + 3 >= then.len()
}

#[test]
fn the_last_screen_is_there_without_a_server_and_heals_with_one() {
    let mut server = Server::start();
    let home = home_of(&server, "robin");
    let mut terminal = start(&home, &["--open", "rustaceans/general"]);
    terminal.wait_until("the chat", |screen| screen.contains(LAST) && screen.contains("online"));
    // A category is folded, the view stands further up, and something is half written.
    terminal.send("\x1bOQ");
    terminal.wait_until("the list", |screen| screen.contains("fold"));
    terminal.send("\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A ");
    terminal.wait_until("a folded row", |screen| screen.contains('▸'));
    let folded = |screen: &str| {
        let line = screen.lines().find(|line| line.contains('▸')).unwrap_or_default();
        line.split('│').next().unwrap_or_default().trim().to_owned()
    };
    terminal.send("\x1b");
    terminal.send("\x1b[5~");
    terminal.wait_gone(LAST);
    terminal.send("\x1b[5~half a thought");
    terminal.wait_for("┃ half a thought");
    terminal.wait_quiet(Duration::from_millis(300));
    let before = terminal.screen();
    quit(&mut terminal);
    server.stop();

    let mut terminal = start(&home, &[]);
    let screen = terminal.wait_until("the last screen", |screen| {
        screen.contains("┃ half a thought") && screen.contains("Offline") && goes_on(screen, &before)
    });
    assert_eq!(folded(&screen), folded(&before));
    // Further up and down again to the end, all of it from what is kept.
    terminal.send("\x1b[5~");
    terminal.wait_until("older messages", |screen| !goes_on(screen, &before));
    terminal.send("\x1b[1;3F");
    terminal.wait_for(LAST);
    // The server is back, with the same words under other numbers: each of them is there once.
    server.start_again();
    terminal.send("\x1b[15~");
    terminal.wait_until("the connection", |screen| screen.contains("online") && screen.contains(LAST));
    terminal.wait_quiet(Duration::from_millis(300));
    let screen = terminal.wait_until("no message twice", |screen| screen.matches(LAST).count() == 1);
    assert!(!screen.contains("messages are missing"), "{screen}");
    assert!(screen.contains("┃ half a thought"));
    quit(&mut terminal);
}

#[test]
fn offline_nobody_is_dialled() {
    let mut server = Server::start();
    let home = home_of(&server, "robin");
    let mut terminal = start(&home, &["--open", "rustaceans/general"]);
    terminal.wait_until("the chat", |screen| screen.contains(LAST) && screen.contains("online"));
    terminal.wait_quiet(Duration::from_millis(300));
    quit(&mut terminal);
    server.stop();
    let visits = server.listen_in_place();
    let mut terminal = start(&home, &["--offline"]);
    terminal.wait_until("what is kept", |screen| screen.contains(LAST) && screen.contains("offline"));
    terminal.send("\x1b[15~");
    terminal.wait_for("--offline");
    terminal.send("for later\r");
    terminal.wait_until("what waits", |screen| screen.contains("for later") && screen.contains('◷'));
    terminal.send("\x1b[5~");
    terminal.wait_gone(LAST);
    terminal.send("\x1b[1;3F");
    terminal.wait_for(LAST);
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let visit = visits.accept().map(|(_, from)| from);
    assert!(matches!(&visit, Err(error) if error.kind() == ErrorKind::WouldBlock), "{visit:?}");
    assert!(home.run(&["--offline", "chats"]).went_well().out.contains("Rustaceans/general"));
}

#[test]
fn on_the_other_network_the_last_screen_is_there_as_well() {
    let mut lab = Lab::start(&[Accounts::Service]);
    let (home, url) = (Home::new(), lab.servers[0].url());
    let arguments = ["login", "--network", "originchats", "--server", &url, "--token-stdin"];
    lab.nib(&home, &arguments).input("tok-bob\n").run().went_well();
    for block in 0..4 {
        let lines: Vec<String> = (0..10).map(|line| format!("line {} of them", block * 10 + line)).collect();
        home.run(&["send", "general", &lines.join("\n")]).went_well();
    }
    let mut terminal = start(&home, &["--open", "Loopback Lab/general"]);
    terminal.wait_until("the chat", |screen| screen.contains("line 39 of them") && screen.contains("online"));
    terminal.send("\x1b[5~");
    terminal.wait_gone("line 39 of them");
    terminal.send("half a thought");
    terminal.wait_for("┃ half a thought");
    terminal.wait_quiet(Duration::from_millis(300));
    let before = terminal.screen();
    quit(&mut terminal);
    lab.stop(0);
    let mut terminal = start(&home, &[]);
    terminal.wait_until("the last screen", |screen| {
        screen.contains("┃ half a thought") && screen.contains("Offline") && goes_on(screen, &before)
    });
    quit(&mut terminal);
}
