//! How the terminal is given back: to the shell for a while or for good, whatever ends the program.

use super::pty::{PATIENCE, Terminal, program};
use super::server::Server;
use super::shell::Home;
use ratatui::style::Style;
use rustix::process::Signal;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const DEMO: [&str; 7] = ["--open", "rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];

/// What is asked of the terminal and what takes it back, and how the second is to follow on the first.
const PAIRS: [(&str, &str); 6] = [
    ("\x1b[>1u", "\x1b[<1u"),
    ("\x1b[?1004h", "\x1b[?1004l"),
    ("\x1b[?2004h", "\x1b[?2004l"),
    ("\x1b[?1049h", "\x1b[?1049l"),
    ("\x1b[?2026h", "\x1b[?2026l"),
    ("\x1b[22;2t", "\x1b[23;2t"),
];

fn demo(home: &Home) -> Terminal {
    let terminal = Terminal::start(home.path(), &DEMO, 100, 30);
    terminal.wait_for("message #general");
    terminal
}

fn last(output: &[u8], sequence: &str) -> usize {
    let found = output.windows(sequence.len()).rposition(|part| part == sequence.as_bytes());
    found.unwrap_or_else(|| panic!("{sequence:?} was never written"))
}

/// Asserts that nothing of what was asked of the terminal is left, and that it was taken back in the right order.
#[track_caller]
fn is_given_back(terminal: &Terminal) {
    assert!(!terminal.alternate() && terminal.shows_cursor() && !terminal.brackets_pastes());
    let output = terminal.output();
    for (asked, taken_back) in PAIRS {
        assert!(last(&output, asked) < last(&output, taken_back), "{asked:?} was not taken back");
    }
    // The two screens of a terminal have a stack of keyboard modes each: what was pushed on the other screen is taken from it there.
    let left = last(&output, "\x1b[?1049l");
    assert!(last(&output, "\x1b[<1u") < left && last(&output, "\x1b[?25h") > left);
}

/// Asserts that what is kept on a stack was taken from it as often as it was put there.
#[track_caller]
fn is_even(terminal: &Terminal) {
    for (asked, taken_back) in [PAIRS[0], PAIRS[5]] {
        assert_eq!(terminal.count(asked), terminal.count(taken_back), "{asked:?}");
    }
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    for signal in [
        Signal::TERM,
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::XCPU,
        Signal::XFSZ,
    ] {
        let home = Home::new();
        let mut terminal = demo(&home);
        terminal.send("half a thought");
        terminal.wait_for("half a thought");
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit(), 0, "{signal:?}");
        is_given_back(&terminal);
        is_even(&terminal);
        assert!(terminal.has_mode("ICANON"), "{}", terminal.modes());
        assert_eq!(home.files().len(), 0, "the demo leaves nothing");
    }
}

#[test]
fn quitting_gives_the_terminal_back_as_it_was() {
    let home = Home::new();
    let mut shell = Terminal::run(shell(&home), 100, 30);
    shell.wait_for("ready> ");
    let modes = shell.modes();
    shell.send(&format!("{} {}; echo \"code $?\"\r", env!("CARGO_BIN_EXE_nib"), DEMO.join(" ")));
    shell.wait_for("message #general");
    assert_ne!(shell.modes(), modes);
    shell.send("\x11");
    shell.wait_normal("the prompt", |screen| screen.contains("code 0") && screen.trim_end().ends_with("ready>"));
    is_given_back(&shell);
    is_even(&shell);
    assert_eq!(shell.modes(), modes);
    shell.send("exit\r");
    assert_eq!(shell.wait_exit(), 0);
}

/// A shell with jobs and a short prompt.
fn shell(home: &Home) -> portable_pty::CommandBuilder {
    let mut shell = program("/bin/sh", home.path());
    shell.arg("-i");
    shell.env("PS1", "ready> ");
    shell.env("PATH", "/usr/bin:/bin");
    shell
}

#[test]
fn a_job_is_stopped_and_continued() {
    let home = Home::new();
    let server = Server::start();
    let mut shell_setup = shell(&home);
    for (name, value) in server.environment("robin") {
        shell_setup.env(name, value);
    }
    let mut shell = Terminal::run(shell_setup, 100, 30);
    shell.wait_for("ready> ");
    shell.send(&format!("{} --open rustaceans/off-topic\r", env!("CARGO_BIN_EXE_nib")));
    shell.wait_for("message #off-topic");
    shell.send("half a thought");
    shell.wait_for("half a thought");
    for round in 0..2 {
        shell.send("\x1a");
        shell.wait_normal("the prompt", |screen| screen.trim_end().ends_with("ready>"));
        is_given_back(&shell);
        is_even(&shell);
        shell.send("echo here I am\r");
        shell.wait_normal("the shell", |screen| screen.matches("here I am").count() > 2 * round + 1);
        // What happens meanwhile shows when it goes on.
        let off_topic = server.running().channel("Rustaceans", "off-topic").unwrap();
        server.running().say("ada", off_topic, &format!("meanwhile {round}")).unwrap();
        shell.send("fg\r");
        shell.wait_until("the chat again", |screen| {
            screen.contains("half a thought")
                && screen.contains(&format!("meanwhile {round}"))
                && !screen.contains("ready>")
        });
        assert!(shell.alternate() && shell.brackets_pastes());
    }
    shell.send(", and the rest\r");
    shell.wait_until("the message", |screen| {
        screen.contains("half a thought, and the rest") && screen.contains("message #off-topic")
    });
    shell.send("\x11\x11");
    shell.wait_normal("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    is_given_back(&shell);
    is_even(&shell);
    shell.send("exit\r");
    shell.wait_exit();
}

#[test]
fn a_stop_that_nobody_announced_is_made_good() {
    let home = Home::new();
    let mut terminal = demo(&home);
    for text in ["first", "second"] {
        terminal.signal(Signal::STOP);
        terminal.signal(Signal::CONT);
        terminal.send(text);
        terminal.wait_for(text);
    }
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
    is_given_back(&terminal);
    is_even(&terminal);
}

#[test]
fn alone_in_its_terminal_it_does_not_stop_for_good() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("\x1a");
    terminal.wait_for("no shell to return to");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn any_number_of_sizes_ends_with_the_right_one() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("kept through it all");
    terminal.wait_for("kept through it all");
    for step in 0..400_u16 {
        terminal.resize(1 + step * 37 % 211, 1 + step * 23 % 61);
    }
    terminal.resize(80, 24);
    // Whatever the emulator made of frames for other sizes.
    terminal.send("\x0c");
    let screen = terminal.wait_until("the last size", |screen| {
        let lines: Vec<&str> = screen.lines().collect();
        lines.len() == 24 && lines[22].contains("kept through it all") && lines[23].contains("F1 help")
    });
    assert!(screen.lines().next().unwrap().contains("# general"), "{screen}");
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn a_key_that_comes_with_a_new_size_is_not_lost() {
    let home = Home::new();
    let mut terminal = demo(&home);
    for count in 1..=40 {
        terminal.resize(60 + count % 2, 24);
        terminal.send("x");
        let typed = "x".repeat(usize::from(count));
        terminal.wait_for(&typed);
    }
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("half a thought");
    terminal.wait_for("half a thought");
    terminal.hang_up("\x0c");
    terminal.wait_exit();
    assert_eq!(home.files().len(), 0, "the demo leaves nothing");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_ends_it_without_a_signal_too() {
    let home = Home::new();
    // In a session of its own, so that nobody tells it. Its standard error is a pipe whose end is the program's.
    let pipe = home.path().join("errors");
    home.call("mkfifo", &[&pipe]).run().went_well();
    let (over, is_over) = channel();
    let end = pipe.clone();
    std::thread::spawn(move || over.send(std::fs::read_to_string(end).expect("a pipe")));
    let mut command = program("/bin/sh", home.path());
    command.env("PATH", "/usr/bin:/bin");
    command.args(["-c", &format!("setsid {} {} 2> errors", env!("CARGO_BIN_EXE_nib"), DEMO.join(" "))]);
    let mut terminal = Terminal::run(command, 100, 30);
    terminal.wait_for("message #general");
    terminal.hang_up("\x0c");
    let said = is_over.recv_timeout(PATIENCE).expect("it ends");
    assert!(said.is_empty() || said.starts_with("The terminal"), "{said}");
}

#[test]
fn a_signal_is_heard_while_the_terminal_takes_nothing() {
    let home = Home::new();
    let mut terminal = demo(&home);
    let start = Instant::now();
    terminal.stop_output();
    terminal.send("nobody sees this");
    terminal.signal(Signal::TERM);
    terminal.wait_exit();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    is_given_back(&terminal);
    assert!(terminal.has_mode("ICANON"), "{}", terminal.modes());
}

#[test]
fn a_signal_is_heard_while_nobody_reads_what_is_drawn() {
    let server = Server::start();
    let home = Home::new();
    // Every second letter looks different, so that a frame has many times as many bytes as letters.
    for _ in 0..16 {
        let send = home.nib(&["send", "rustaceans/off-topic"]).input(&"**X** o ".repeat(490));
        server.environment("ada").into_iter().fold(send, |send, (name, value)| send.env(name, value)).run().went_well();
    }
    let arguments = ["--open", "rustaceans/off-topic"];
    let mut terminal = Terminal::start_with(home.path(), &arguments, 500, 200, &server.environment("robin"));
    terminal.wait_until("a full screen", |screen| screen.matches("X o").count() > 4_000);
    // More than what lies between the two can hold.
    terminal.send_and_pause("\x0c");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit(), 0);
    terminal.go_on();
    terminal.drain();
    is_given_back(&terminal);
    assert!(terminal.has_mode("ICANON"), "{}", terminal.modes());
}

#[test]
fn a_prompt_for_a_password_gives_the_terminal_back() {
    for signal in [Some(Signal::TERM), Some(Signal::INT), None] {
        let home = Home::new();
        let arguments = ["login", "--server", "ws://127.0.0.1:9", "--email", "robin@demo.example"];
        let mut terminal = Terminal::start(home.path(), &arguments, 80, 24);
        terminal.wait_for("Password: ");
        terminal.wait_without_mode("ECHO");
        match signal {
            Some(signal) => terminal.signal(signal),
            None => terminal.send("secret\x03"),
        }
        assert_eq!(terminal.wait_exit(), 1);
        assert!(terminal.has_mode("ICANON") && terminal.has_mode("ECHO"), "{}", terminal.modes());
        assert!(
            terminal.screen().ends_with("\nGiven up.") && !terminal.screen().contains("secret"),
            "{}",
            terminal.screen()
        );
    }
}

#[test]
fn a_question_for_the_address_ends_at_once() {
    for signal in [Some(Signal::TERM), None] {
        let home = Home::new();
        let mut terminal = Terminal::start(home.path(), &["login", "--server", "ws://127.0.0.1:9"], 80, 24);
        terminal.wait_for("E-mail: ");
        match signal {
            Some(signal) => terminal.signal(signal),
            None => terminal.send("robin\x03"),
        }
        assert_eq!(terminal.wait_exit(), 1);
        assert!(terminal.screen().ends_with("\nGiven up."), "{}", terminal.screen());
    }
}

#[test]
fn an_editor_without_a_terminal_is_refused() {
    let home = Home::new();
    home.nib(&["config", "edit"]).env("EDITOR", "true").input("").run().failed(2, &["Not a terminal"]);
    assert!(!home.path().join("config/config.toml").exists());
}

/// Draws, and has a fault while it does. In a process of its own, started by the test below.
#[test]
fn a_fault_of_its_own() {
    if std::env::var_os(FAULT).is_none() {
        return;
    }
    nib::shell::panic::install();
    let mut screen = nib::shell::terminal::Screen::enter().expect("a terminal");
    screen.draw(|frame| frame.buffer_mut().set_string(0, 0, "drawn", Style::default())).expect("a frame");
    screen.draw(|_| panic!("a fault while \x1b[31mdrawing")).expect("never reached");
}

/// Set in the process that is to have a fault.
const FAULT: &str = "NIB_TEST_FAULT";

#[test]
fn a_fault_gives_the_terminal_back_before_it_is_told() {
    let home = Home::new();
    let mut command = program(std::env::current_exe().expect("this program"), home.path());
    command.args(["--exact", "end_to_end::signals::a_fault_of_its_own", "--nocapture"]);
    command.env(FAULT, "1");
    let mut terminal = Terminal::run(command, 100, 30);
    // The test in there fails, of course.
    assert_ne!(terminal.wait_exit(), 0);
    is_given_back(&terminal);
    is_even(&terminal);
    let output = terminal.output();
    let told = last(&output, "nib stopped because of a fault in itself");
    assert!(last(&output, "drawn") < last(&output, "\x1b[?1049l") && last(&output, "\x1b[23;2t") < told);
    assert!(terminal.screen().contains("a fault while [31mdrawing"), "{}", terminal.screen());
    assert!(terminal.has_mode("ICANON"), "{}", terminal.modes());
}
