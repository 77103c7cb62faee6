//! What was typed and not sent is there in the next run, whatever ended this one.

use super::pty::{PATIENCE, Terminal};
use super::server::Server;
use super::shell::Home;
use nib::domain::{ChatId, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Somebody who is signed in for good.
struct Desk {
    server: Server,
    home: Home,
}

impl Desk {
    fn new() -> Self {
        let (server, home) = (Server::start(), Home::new());
        let account = server.account("robin");
        home.log_in(&server.url, &account.email, &account.password).went_well();
        Self { server, home }
    }

    fn starts(&self) -> Terminal {
        let terminal = Terminal::start(self.home.path(), &["--open", "rustaceans/off-topic"], 110, 30);
        terminal.wait_until("the chat", |screen| screen.contains("# off-topic") && screen.contains("online"));
        terminal
    }

    fn store(&self) -> PathBuf {
        self.home.path().join("data/store.db")
    }

    /// The drafts in the store.
    fn drafts(&self) -> Vec<String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let Ok(conn) = Connection::open_with_flags(self.store(), flags) else { return Vec::new() };
        let Ok(mut all) = conn.prepare("SELECT text FROM drafts ORDER BY chat") else { return Vec::new() };
        let found = all.query_map([], |row| row.get(0)).and_then(Iterator::collect);
        found.unwrap_or_default()
    }

    /// Waits until the store has a draft with a text in it, or none at all. Nothing tells when it is written.
    #[track_caller]
    fn wait_kept(&self, holds: Option<&str>) {
        let end = Instant::now() + PATIENCE;
        loop {
            let drafts = self.drafts();
            match holds {
                None if drafts.is_empty() => return,
                Some(word) if drafts.iter().any(|text| text.contains(word)) => return,
                _ => assert!(Instant::now() < end, "waited for {holds:?} in {drafts:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn drafts_outlive_whatever_ends_nib() {
    let desk = Desk::new();
    for (number, end) in ["quit", "term", "hup", "closed", "kill"].into_iter().enumerate() {
        let mut terminal = desk.starts();
        let text = format!("thought number {number}");
        terminal.send(&text);
        terminal.wait_for(&text);
        match end {
            "quit" => terminal.send("\x11"),
            "term" => terminal.signal(Signal::TERM),
            "hup" => terminal.signal(Signal::HUP),
            "closed" => terminal.hang_up("\x0c"),
            // What is kept a moment after it was typed outlives even this.
            _ => {
                desk.wait_kept(Some(&text));
                terminal.signal(Signal::KILL);
            }
        }
        if end == "kill" {
            drop(terminal);
        } else {
            let code = terminal.wait_exit();
            assert!(code == 0 || end == "closed", "{end}: {code}");
        }
        desk.wait_kept(Some(&text));
        assert_eq!(fs::metadata(desk.store()).unwrap().permissions().mode() & 0o777, 0o600);
        let mut next = desk.starts();
        next.wait_for(&format!("┃ {text}"));
        // What is cleared does not come back.
        next.send("\x03");
        next.wait_gone(&text);
        desk.wait_kept(None);
        next.send("\x11");
        assert_eq!(next.wait_exit(), 0);
    }
    assert!(!desk.home.log().contains("thought number"), "the log holds no texts");
    assert!(desk.server.url.starts_with("ws://"));
}

#[test]
fn a_sent_draft_is_gone_and_others_stay() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("first");
    terminal.wait_for("┃ first");
    terminal.send("\x1b[1;3B");
    terminal.wait_gone("┃ first");
    desk.wait_kept(Some("first"));
    terminal.send("\x1b[1;3A");
    terminal.wait_for("┃ first");
    terminal.send("\r");
    terminal.wait_until("it is sent", |screen| {
        screen.contains("first") && !screen.contains("┃ first") && !screen.contains('◷')
    });
    desk.wait_kept(None);
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn an_accounts_drafts_go_with_it() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("to be forgotten");
    terminal.wait_for("to be forgotten");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit(), 0);
    desk.wait_kept(Some("to be forgotten"));
    desk.home.run(&["logout"]).went_well();
    desk.wait_kept(None);
}

#[test]
fn drafts_that_make_no_sense_are_moved_aside_in_words() {
    let desk = Desk::new();
    let file = desk.home.path().join("data/drafts.json");
    fs::write(&file, "{\"v\":7,\"drafts\":\"newer\"}").unwrap();
    // The sentence stands where the state of the connection does otherwise.
    let mut terminal = Terminal::start(desk.home.path(), &["--open", "rustaceans/off-topic"], 110, 30);
    terminal.wait_for("the drafts of earlier runs");
    let aside = desk.home.path().join("data/drafts.json.unreadable-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{\"v\":7,\"drafts\":\"newer\"}");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn what_is_there_for_one_run_only_keeps_no_drafts() {
    let (server, home) = (Server::start(), Home::new());
    let environment = server.environment("robin");
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 110, 30, &environment);
    terminal.wait_for("message #off-topic");
    terminal.send("for this run");
    terminal.wait_for("for this run");
    terminal.send("\x11");
    terminal.wait_for("1 draft would be lost");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!home.path().join("data/store.db").exists());
}

#[test]
fn drafts_of_an_older_nib_are_taken_over_once() {
    let desk = Desk::new();
    // So that it is known which chat it is.
    let mut terminal = desk.starts();
    terminal.send("first");
    desk.wait_kept(Some("first"));
    let conn = Connection::open(desk.store()).unwrap();
    let place = "SELECT accounts.user, drafts.chat FROM drafts JOIN accounts ON accounts.row = drafts.account";
    let number = |value: Value| match value {
        Value::Integer(small) => small.cast_unsigned().into(),
        Value::Blob(bytes) => u128::from_be_bytes(bytes.try_into().unwrap()),
        other => panic!("{other:?}"),
    };
    let found = conn.query_row(place, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (user, chat) = found.map(|(user, chat)| (UserId::new(number(user)), ChatId::new(number(chat)))).unwrap();
    drop(conn);
    terminal.send("\x03\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(desk.drafts(), Vec::<String>::new());
    let file = desk.home.path().join("data/drafts.json");
    let accounts = fs::read_to_string(desk.home.path().join("data/accounts.toml")).unwrap();
    let label = accounts.split("label = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let draft =
        format!("{{\"account\":\"{label}\",\"user\":\"{user}\",\"chat\":\"{chat}\",\"text\":\"from long ago\"}}");
    fs::write(&file, format!("{{\"v\":1,\"drafts\":[{draft}]}}")).unwrap();
    // A command may be about one account of many: it leaves them where they are.
    desk.home.run(&["chats", "--offline"]).went_well();
    assert!(file.exists());
    let mut terminal = desk.starts();
    terminal.wait_for("┃ from long ago");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!file.exists());
    assert_eq!(desk.drafts(), ["from long ago"]);
}

#[test]
fn a_draft_that_was_deleted_by_hand_does_not_come_back() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("ab");
    desk.wait_kept(Some("ab"));
    terminal.send("\x7f\x7f\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(desk.drafts(), Vec::<String>::new());
}
