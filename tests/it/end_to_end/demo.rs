//! The real binary in a real pseudo-terminal: what a person sees, from the first frame to the last.

use super::pty::Terminal;
use tempfile::TempDir;

fn demo(home: &TempDir, columns: u16, rows: u16) -> Terminal {
    let arguments = ["--open", "rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];
    Terminal::start(home.path(), &arguments, columns, rows)
}

#[test]
fn the_demo_opens_takes_a_message_and_gives_the_terminal_back() {
    let home = TempDir::new().unwrap();
    let mut terminal = demo(&home, 120, 34);
    terminal.wait_for("message #general");
    assert!(terminal.alternate());
    terminal.send("It **builds** at last");
    terminal.wait_for("It **builds** at last");
    terminal.send("\r");
    // Sent, echoed, and drawn without its markup.
    terminal.wait_until("the message without its markup", |screen| {
        screen.contains("It builds at last") && screen.contains("message #general")
    });
    terminal.resize(40, 12);
    terminal.wait_until("the narrow screen", |screen| {
        screen.contains("It builds at last") && !screen.contains("Rustaceans")
    });
    terminal.resize(20, 5);
    terminal.wait_until("the tiny screen", |screen| screen.contains("builds at last") || screen.contains("It builds"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!terminal.alternate());
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "the demo touches no profile");
}

#[test]
fn jump_finds_a_chat_by_a_few_letters() {
    let home = TempDir::new().unwrap();
    let mut terminal = demo(&home, 100, 30);
    terminal.wait_for("message #general");
    terminal.send("\x0b");
    terminal.wait_for("Jump to a chat");
    terminal.send("offt");
    terminal.wait_for("off-topic");
    terminal.send("\r");
    terminal.wait_for("message #off-topic");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn a_terminal_that_cannot_draw_is_told_so() {
    let home = TempDir::new().unwrap();
    let mut terminal = Terminal::start_with(home.path(), &["demo"], 80, 24, &[("TERM", "dumb")]);
    assert_eq!(terminal.wait_exit(), 2);
    assert!(!terminal.screen().trim().is_empty());
}

#[test]
fn a_file_is_sent_from_the_composer_and_a_wrong_path_comes_back() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("a note.txt"), "It builds.\n").unwrap();
    let mut terminal = demo(&home, 100, 30);
    terminal.wait_for("message #general");
    terminal.send("/attach 'a note.txt' from *last* night\r");
    terminal.wait_until("the file with its text", |screen| {
        screen.contains("from last night") && screen.contains("a note.txt  11 B") && !screen.contains("/attach")
    });
    terminal.send("/attach ~/gone.txt hm\r");
    terminal.wait_until("the reason, and what was typed", |screen| {
        screen.contains("Not sent: there is no file") && screen.contains("/attach ~/gone.txt hm")
    });
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
