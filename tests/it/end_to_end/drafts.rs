//! What was typed and not sent is there in the next run, whatever ended this one.

use super::pty::{PATIENCE, Terminal};
use super::server::Server;
use super::shell::Home;
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

    fn file(&self) -> PathBuf {
        self.home.path().join("data/drafts.json")
    }

    /// Waits until the file holds a text, or is gone. Nothing tells when it is written.
    #[track_caller]
    fn wait_file(&self, holds: Option<&str>) {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(self.file()).ok();
            match (holds, &text) {
                (None, None) => return,
                (Some(word), Some(text)) if text.contains(word) => return,
                _ => assert!(Instant::now() < end, "waited for {holds:?} in {text:?}"),
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
                desk.wait_file(Some(&text));
                terminal.signal(Signal::KILL);
            }
        }
        if end == "kill" {
            drop(terminal);
        } else {
            let code = terminal.wait_exit();
            assert!(code == 0 || end == "closed", "{end}: {code}");
        }
        desk.wait_file(Some(&text));
        assert_eq!(fs::metadata(desk.file()).unwrap().permissions().mode() & 0o777, 0o600);
        let mut next = desk.starts();
        next.wait_for(&format!("┃ {text}"));
        // What is cleared does not come back.
        next.send("\x03");
        next.wait_gone(&text);
        desk.wait_file(None);
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
    desk.wait_file(Some("first"));
    terminal.send("\x1b[1;3A");
    terminal.wait_for("┃ first");
    terminal.send("\r");
    terminal.wait_until("it is sent", |screen| {
        screen.contains("first") && !screen.contains("┃ first") && !screen.contains('◷')
    });
    desk.wait_file(None);
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
    desk.wait_file(Some("to be forgotten"));
    desk.home.run(&["logout"]).went_well();
    assert!(!desk.file().exists());
}

#[test]
fn drafts_that_make_no_sense_are_moved_aside_in_words() {
    let desk = Desk::new();
    fs::write(desk.file(), "{\"v\":7,\"drafts\":\"newer\"}").unwrap();
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
    assert!(!home.path().join("data/drafts.json").exists());
}

#[test]
fn a_draft_that_another_run_changed_stays_as_it_is_there() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("a thought");
    terminal.wait_for("┃ a thought");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let (mut one, mut other) = (desk.starts(), desk.starts());
    one.wait_for("┃ a thought");
    other.wait_for("┃ a thought");
    other.send(", grown");
    other.wait_for("┃ a thought, grown");
    other.send("\x11");
    assert_eq!(other.wait_exit(), 0);
    desk.wait_file(Some("a thought, grown"));
    // It found the first one and has done nothing to it.
    one.send("\x11");
    assert_eq!(one.wait_exit(), 0);
    desk.wait_file(Some("a thought, grown"));
}

#[test]
fn a_draft_that_was_deleted_by_hand_does_not_come_back() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("ab");
    desk.wait_file(Some("ab"));
    terminal.send("\x7f\x7f\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!desk.file().exists());
}
