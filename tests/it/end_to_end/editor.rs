//! Writing in an editor of one's own: a script that does what a person would, in the terminal that nib has handed over.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use rustix::process::Signal;
use std::os::unix::fs::PermissionsExt;

const ALT_E: &str = "\x1be";

/// Somebody whose editor is a script.
struct Desk {
    server: Server,
    home: Home,
    terminal: Terminal,
    modes: String,
}

impl Desk {
    /// `script`: what the editor does; the file is `$1`.
    fn new(script: &str) -> Self {
        let (server, home) = (Server::start(), Home::new());
        let editor = home.path().join("my editor");
        std::fs::write(&editor, format!("#!/bin/sh\n{script}\n")).expect("a script");
        std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).expect("a program");
        let temporary = home.path().join("tmp");
        std::fs::create_dir(&temporary).expect("a directory");
        let (named, temporary) = (format!("'{}' -x", editor.display()), temporary.display().to_string());
        let mut environment = server.environment("robin").to_vec();
        environment.extend([("EDITOR", named.as_str()), ("TMPDIR", &temporary), ("PATH", "/usr/bin:/bin")]);
        let terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 100, 30, &environment);
        terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
        let modes = terminal.modes();
        Self { server, home, terminal, modes }
    }

    /// What the script wrote down.
    fn noted(&self) -> String {
        std::fs::read_to_string(self.home.path().join("noted")).unwrap_or_default()
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        let left: Vec<_> = std::fs::read_dir(self.home.path().join("tmp")).expect("a directory").collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Asserts that the chat has the terminal as before.
    #[track_caller]
    fn is_back(&self) {
        assert!(self.terminal.alternate() && self.terminal.brackets_pastes());
        assert_eq!(self.terminal.modes(), self.modes);
        self.nothing_is_left();
    }

    fn quits(mut self) {
        self.terminal.send("\x11\x11");
        assert_eq!(self.terminal.wait_exit(), 0);
        assert!(!self.terminal.alternate() && self.terminal.has_mode("ICANON"));
    }
}

#[test]
fn a_text_is_edited_and_comes_back() {
    let mut desk = Desk::new(
        "{ cat \"$2\"; stat -c '%a %F' \"$2\" \"$(dirname \"$2\")\"; stty -a | grep -o '.icanon'; echo \"$1 ${2##*.} [$NIB_TOKEN]\"; } > noted; echo ready\n\
         read -r line; printf '%s and\\n**more** \\033[31m\\000\\n' \"$line\" >> \"$2\"",
    );
    desk.terminal.send("begun here");
    desk.terminal.wait_for("┃ begun here");
    desk.terminal.send(ALT_E);
    desk.terminal.wait_normal("the editor", |screen| screen.contains("ready"));
    // What happens meanwhile shows afterwards, and the keys are the editor's.
    let off_topic = desk.server.running().channel("Rustaceans", "off-topic").unwrap();
    desk.server.running().say("ada", off_topic, "said meanwhile").unwrap();
    desk.terminal.send("typed there\r");
    let screen = desk.terminal.wait_for("said meanwhile");
    desk.terminal.wait_for("**more** [31m");
    assert!(
        desk.terminal.screen().contains("┃ begun here") && desk.terminal.screen().contains("┃ typed there and"),
        "{screen}"
    );
    desk.is_back();
    let noted = desk.noted();
    assert_eq!(noted, "begun here\n600 regular file\n700 directory\n icanon\n-x md []\n");
    // The cursor is at the end, and undo brings back what was.
    desk.terminal.send("!");
    desk.terminal.wait_for("**more** [31m!");
    desk.terminal.send("\x1bu\x1bu");
    desk.terminal
        .wait_until("what was before", |screen| !screen.contains("typed there") && screen.contains("┃ begun here"));
    desk.quits();
}

#[test]
fn an_editor_that_fails_changes_nothing_and_says_so() {
    for (script, told) in [
        ("echo lost > \"$2\"; exit 3", "ended with exit status 3"),
        ("echo lost > \"$2\"; stty raw -echo; printf '\\033[?1049h\\033[?25l'; kill -KILL $$", "ended by a signal"),
        ("rm \"$2\"; mkdir \"$2\"", "no ordinary file"),
        ("rm \"$2\"", "left no file"),
    ] {
        let mut desk = Desk::new(script);
        desk.terminal.send("kept");
        desk.terminal.wait_for("┃ kept");
        desk.terminal.send(ALT_E);
        let screen = desk.terminal.wait_for(told);
        assert!(screen.contains("┃ kept") && screen.contains("the text is as it was"), "{screen}");
        desk.is_back();
        desk.terminal.send(" on");
        desk.terminal.wait_for("┃ kept on");
        desk.quits();
    }
}

#[test]
fn what_an_editor_writes_is_cleaned_as_a_paste_is() {
    let mut desk = Desk::new(
        "case $(cat \"$2\") in a) printf 'a\\377b\\tc\\n' > \"$2\";; *) yes 'many words' | head -c 700000 > \"$2\";; esac",
    );
    desk.terminal.send("a");
    desk.terminal.wait_for("┃ a");
    desk.terminal.send(ALT_E);
    // The emulator has no sign for what is no letter.
    let fits = |line: &str| {
        let words = line.split_once("┃ a").map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
        words.is_some_and(|words| matches!(words[..], [first, "c"] if first.ends_with('b')))
    };
    desk.terminal.wait_until("what was written", |screen| screen.lines().any(fits));
    desk.terminal.send(ALT_E);
    desk.terminal.wait_for("too long");
    desk.is_back();
    desk.terminal.send("\x03");
    desk.quits();
}

#[test]
fn the_terminals_interrupt_is_the_editors() {
    let mut desk =
        Desk::new("trap 'echo interrupted > \"$2\"; exit 0' INT QUIT; echo waiting; while :; do sleep 0.05; done");
    for key in ["\x03", "\x1c"] {
        let before = desk.terminal.count("waiting");
        desk.terminal.send(ALT_E);
        desk.terminal.wait_more("waiting", before);
        desk.terminal.send(key);
        desk.terminal.wait_for("┃ interrupted");
        desk.is_back();
        desk.terminal.send("\x03");
        desk.terminal.wait_gone("┃ interrupted");
    }
    desk.quits();
}

#[test]
fn a_signal_ends_the_editor_and_gives_the_terminal_back() {
    for (script, signal) in [
        ("echo waiting; exec sleep 1000", Signal::TERM),
        ("stty raw -echo; echo waiting; exec sleep 1000", Signal::HUP),
        ("trap '' TERM; echo waiting; while :; do sleep 0.1; done", Signal::TERM),
    ] {
        let mut desk = Desk::new(script);
        desk.terminal.send("half a thought");
        desk.terminal.wait_for("┃ half a thought");
        desk.terminal.send(ALT_E);
        desk.terminal.wait_normal("the editor", |screen| screen.contains("waiting"));
        desk.terminal.signal(signal);
        assert_eq!(desk.terminal.wait_exit(), 0);
        assert!(!desk.terminal.alternate() && desk.terminal.shows_cursor() && desk.terminal.has_mode("ICANON"));
        desk.nothing_is_left();
    }
}

#[test]
fn no_editor_is_said_in_words() {
    let (server, home) = (Server::start(), Home::new());
    let mut environment = server.environment("robin").to_vec();
    environment.push(("VISUAL", "/no/such/editor --wait"));
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 120, 30, &environment);
    terminal.wait_for("message #off-topic");
    terminal.send(ALT_E);
    terminal.wait_for("editor cannot be started");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
