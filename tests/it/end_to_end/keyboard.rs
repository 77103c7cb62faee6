//! Everything a person does at the keyboard, as the bytes that terminals send for it.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use serde_json::Value;

const CHAT: &str = "rustaceans/off-topic";

/// Terminals send Esc alone as a byte that may also begin something else; those that were asked to can say it without doubt.
const ESC: &str = "\x1b[27u";
const PAGE_UP: &str = "\x1b[5~";
const ALT_ENTER: &str = "\x1b\r";
const F1: &str = "\x1bOP";

/// Somebody at a terminal with an empty composer.
struct Desk {
    server: Server,
    home: Home,
    terminal: Terminal,
}

impl Desk {
    fn new() -> Self {
        Self::at(CHAT, 110, 32)
    }

    fn at(chat: &str, columns: u16, rows: u16) -> Self {
        let (server, home) = (Server::start(), Home::new());
        let environment = server.environment("robin");
        let terminal = Terminal::start_with(home.path(), &["--open", chat], columns, rows, &environment);
        terminal.wait_until("the chat", |screen| {
            screen.contains("message #") && screen.contains("online") && !screen.contains("loading messages")
        });
        Self { server, home, terminal }
    }

    fn send(&mut self, keys: &str) {
        self.terminal.send(keys);
    }

    fn sees(&self, text: &str) -> String {
        self.terminal.wait_for(text)
    }

    /// Types a message, sends it, and waits until it is sent.
    fn says(&mut self, text: &str) {
        self.send(text);
        self.sees(text);
        self.send("\r");
        self.is_sent();
    }

    /// Waits until nothing is on its way and the composer is empty.
    fn is_sent(&self) {
        self.terminal.wait_until("nothing on its way", |screen| screen.contains("message #") && !screen.contains('◷'));
    }

    /// The newest messages of a chat, oldest first, as somebody else reads them.
    fn messages(&self, chat: &str, limit: usize) -> Vec<Value> {
        let call = self.home.nib(&["read", chat, "--json", "--limit", &limit.to_string()]);
        let ada = self.server.environment("ada");
        ada.into_iter().fold(call, |call, (name, value)| call.env(name, value)).run().went_well().objects()
    }

    fn newest(&self) -> String {
        self.messages(CHAT, 1)[0]["text"].as_str().expect("a text").to_owned()
    }

    #[track_caller]
    fn quits(mut self) {
        self.send("\x11\x11");
        assert_eq!(self.terminal.wait_exit(), 0);
    }
}

#[test]
fn lines_are_begun_in_three_ways_and_sent_as_one_message() {
    let mut desk = Desk::new();
    // Alt-Enter, Ctrl-J, and Shift-Enter as a terminal says it that was asked to.
    desk.send(&format!("one{ALT_ENTER}two\nthree\x1b[13;2ufour"));
    desk.terminal.wait_until("four lines", |screen| {
        let lines: Vec<&str> = screen.lines().filter(|line| line.contains('┃')).collect();
        lines.len() == 4 && lines[0].contains("┃ one") && lines[3].contains("┃ four")
    });
    desk.send("\r");
    desk.is_sent();
    assert_eq!(desk.newest(), "one\ntwo\nthree\nfour");
    // Letters of any length, and cut in the middle by the terminal.
    // A paste that the terminal does not mark as one, with more letters than are read at once.
    let long = format!("{}the end", "letters ".repeat(300));
    desk.send(&long);
    desk.sees("the end");
    desk.send("\r");
    desk.is_sent();
    assert_eq!(desk.newest(), long);
    desk.terminal.send_bytes(b"caf\xc3");
    desk.terminal.send_bytes(b"\xa9 \xf0\x9f\x91");
    desk.terminal.send_bytes(b"\xa9\xe2\x80\x8d\xf0\x9f\x94\xac");
    desk.sees("café");
    desk.send("\x7f!\r");
    desk.is_sent();
    assert_eq!(desk.newest(), "café !", "a whole sign is taken back at once");
    desk.quits();
}

#[test]
fn the_usual_keys_change_what_is_typed() {
    let mut desk = Desk::new();
    // Delete a word, jump to the start, cut to the end, put it back twice.
    desk.send("wrong words\x17right\x01\x1bk\x19\x19");
    desk.sees("┃ wrong rightwrong right");
    // Clear, and clear again: the key that quits is named.
    desk.send("\x03");
    desk.sees("message #off-topic");
    desk.send("\x03");
    desk.sees("Ctrl-Q quits");
    // Back by a word, in both ways of saying it, and delete to its end.
    desk.send("one two three\x1bb\x1b[1;5D\x1bd");
    desk.sees("┃ one  three");
    desk.send("\x1f");
    desk.sees("┃ one two three");
    // The cursor is where the word was.
    desk.send("\x15");
    desk.sees("┃  three");
    desk.send("\x1b[F!");
    desk.sees("┃  three!");
    desk.quits();
}

#[test]
fn a_paste_is_text_whatever_is_in_it() {
    let mut desk = Desk::new();
    desk.terminal.paste("/quit\r\nsecond\x07 \x1b[31mred\x1b[0m\ttab\u{9b}2J \u{202e}backwards");
    let screen = desk.sees("backwards");
    assert!(screen.contains("┃ /quit") && screen.contains("┃ second [31mred[0m"), "{screen}");
    desk.send("\x01\x1b[1;5H/");
    desk.sees("┃ //quit");
    desk.send("\r");
    desk.is_sent();
    assert_eq!(desk.newest(), "/quit\nsecond [31mred[0m\ttab2J backwards");
    let output = String::from_utf8(desk.terminal.output()).expect("the output is text");
    assert!(!output.contains('\u{202e}') && !output.contains('\u{9b}') && !output.contains("[31mred\x1b"));
    // More than a message takes comes back with the reason.
    desk.terminal.paste(&"word ".repeat(1_000));
    desk.send("\r");
    desk.sees("Not sent: The message is too long");
    desk.send(ESC);
    desk.sees("take back");
    desk.send("X");
    desk.terminal.wait_until("the text in the composer", |screen| screen.matches("┃ word word").count() == 8);
    desk.send("\x03");
    desk.sees("message #off-topic");
    assert_eq!(desk.newest(), "/quit\nsecond [31mred[0m\ttab2J backwards");
    // Far more than that is cut, and said to be.
    desk.terminal.paste(&"word ".repeat(60_000));
    desk.sees("too long");
    desk.send("\x03");
    desk.sees("message #off-topic");
    desk.quits();
}

#[test]
fn the_message_cursor_acts_on_what_it_points_at() {
    let mut desk = Desk::new();
    desk.says("the first of mine");
    desk.says("the second of mine");
    // A lone Esc byte, as terminals without the newer keyboard send it.
    desk.send("\x1b");
    desk.sees("r reply");
    desk.send("k");
    desk.send("e");
    desk.sees("changing your message");
    desk.send(", changed\r");
    desk.terminal.wait_until("the change", |screen| screen.contains("the first of mine, changed"));
    desk.send(ESC);
    desk.sees("r reply");
    desk.send("r");
    desk.sees("answering");
    desk.says("answering myself");
    let messages = desk.messages(CHAT, 3);
    assert_eq!(messages[2]["reply_to"], messages[1]["id"], "{messages:?}");
    assert_eq!(messages[0]["text"], "the first of mine, changed");

    // The emoji picker: by name, and closed without a choice.
    desk.send(ESC);
    desk.sees("r reply");
    desk.send("+");
    desk.sees("React");
    desk.send("rocket");
    desk.sees("🚀");
    desk.send("\r");
    desk.sees("🚀 1");
    desk.send("+");
    desk.sees("React");
    desk.send(ESC);
    desk.terminal.wait_gone("React with");
    // Copied through the terminal: "answering myself" in Base64.
    desk.send("y");
    desk.terminal.wait_output("\x1b]52;c;YW5zd2VyaW5nIG15c2VsZg==");

    // Deleting asks, and the answer at hand is no.
    for (keys, gone) in [("\r", false), (ESC, false), ("n", false), ("\t\r", true)] {
        desk.send("d");
        desk.sees("Delete \"answering myself\"?");
        desk.send(keys);
        desk.terminal.wait_gone("Delete \"answering myself\"?");
        if gone {
            desk.terminal.wait_gone("answering myself");
        }
    }
    assert_eq!(desk.newest(), "the second of mine");
    // Others' messages cannot be changed.
    desk.send("gge");
    desk.sees("Only your own messages can be changed");
    desk.send("\r");
    desk.sees("message #off-topic");
    desk.quits();
}

#[test]
fn chats_are_found_by_letters_by_what_is_unread_and_by_their_neighbours() {
    let mut desk = Desk::new();
    desk.send("a draft that stays");
    desk.sees("a draft that stays");
    desk.send("\x0b");
    desk.sees("Jump to a chat");
    desk.send("no such chat anywhere");
    desk.sees("no such chat anywhere");
    desk.send("\x15begin");
    desk.sees("beginners");
    desk.send("\r");
    desk.sees("message #beginners");
    // Up and down the list.
    desk.send("\x1b[1;3A");
    desk.sees("a draft that stays");
    desk.send("\x1b[1;3B");
    desk.sees("message #beginners");
    // Mentions first; once everything is read, it says so.
    desk.send("\x1ba");
    let mut screen = desk.terminal.wait_until("another chat", |screen| {
        screen.contains("message ") && !screen.contains("message #beginners") && screen.contains("@robin")
    });
    for _ in 0..60 {
        if screen.contains("Nothing unread") {
            break;
        }
        let before = screen;
        desk.send("\x1ba");
        screen = desk.terminal.wait_until("the next chat", |screen| *screen != before && !screen.contains("loading"));
    }
    assert!(screen.contains("Nothing unread"), "{screen}");
    desk.quits();
}

#[test]
fn history_loads_as_one_scrolls() {
    let mut desk = Desk::at("rustaceans/general", 100, 24);
    let messages = desk.messages("rustaceans/general", 400);
    // Something that stands on one row, far above what was loaded first.
    let fits =
        |text: &str| text.len() < 60 && text.len() > 20 && text.is_ascii() && !text.contains(['\n', '*', '`', '_']);
    let texts: Vec<&str> = messages.iter().filter_map(|message| message["text"].as_str()).collect();
    let once = |text: &str| texts.iter().filter(|other| other.contains(text)).count() == 1;
    let far = *texts[100..250].iter().find(|text| fits(text) && once(text)).expect("a short message");
    // The line below tells how far the server is, which changes by itself.
    let rows = |screen: &str| screen.lines().take(20).collect::<Vec<_>>().join("\n");
    let mut screen = desk.terminal.screen();
    for _ in 0..300 {
        if screen.contains(far) {
            break;
        }
        desk.send(PAGE_UP);
        let before = rows(&screen);
        let another = |screen: &str| rows(screen) != before && !screen.contains("loading");
        screen = desk.terminal.wait_until("another page", another);
    }
    assert!(screen.contains(far), "never saw {far:?}\n{screen}");
    // What arrives meanwhile moves nothing, and is counted.
    let general = desk.server.running().channel("Rustaceans", "general").unwrap();
    desk.server.running().say("ada", general, "far below").unwrap();
    let screen = desk.sees("1 new");
    assert!(screen.contains(far), "{screen}");
    desk.send("\x1b[1;3F");
    desk.sees("far below");
    desk.quits();
}

#[test]
fn help_shows_the_keys_and_is_searched_by_typing() {
    let mut desk = Desk::new();
    desk.send("a draft");
    desk.sees("┃ a draft");
    desk.send(F1);
    let screen = desk.sees("What can be done here");
    assert!(screen.contains("Alt-Enter"), "{screen}");
    desk.send("unread");
    desk.terminal.wait_until("what was found", |screen| screen.contains("Alt-A") && !screen.contains("Alt-Enter"));
    desk.send(ESC);
    desk.terminal
        .wait_until("the chat", |screen| !screen.contains("What can be done here") && screen.contains("┃ a draft"));
    desk.quits();
}

#[test]
fn names_are_completed_pastes_ask_and_words_are_put_right() {
    let mut desk = Desk::new();
    desk.send("hi @grac");
    desk.sees("▌ @grace");
    desk.send("\t");
    desk.sees("┃ hi @grace");
    desk.send("\r");
    desk.is_sent();
    assert_eq!(desk.newest().trim_end(), "hi @grace");
    desk.terminal.paste("a\nb\nc\nd");
    desk.sees("4 lines are pasted");
    desk.send("\x1b[B\r");
    desk.sees("┃ ```");
    desk.send("\r");
    desk.is_sent();
    assert!(desk.newest().contains("b\nc"), "{}", desk.newest());
    desk.send("teh end\r");
    desk.is_sent();
    desk.send("s/teh/the/\r");
    // The server may have it before nib has heard so.
    let known = |screen: &str| screen.contains("the end") || screen.contains("still on its way");
    while !desk.terminal.wait_until("what became of it", known).contains("the end") {
        desk.send("\r");
    }
    // What was sent comes back.
    desk.send("\x1b[1;5A");
    desk.sees("┃ s/teh/the/");
    desk.send("\x1b[1;5A");
    desk.sees("┃ teh end");
    desk.send("\x03");
    desk.quits();
}

#[test]
fn commands_are_run_and_mistakes_stay() {
    let mut desk = Desk::new();
    desk.send("/nosuch thing\r");
    desk.sees("There is no action called \"nosuch\"");
    assert!(desk.sees("┃ /nosuch thing").contains("# off-topic"));
    desk.send("\x15/reconect\r");
    let screen = desk.sees("did you mean \"reconnect\"?");
    assert!(screen.contains("┃ /reconect"), "{screen}");
    desk.send("\x15/scroll many\r");
    desk.sees("It goes like this: /scroll [ROWS]");
    desk.send("\x15/send\r");
    desk.sees("\"send\" is done with a key: Enter");
    desk.send("\x15/open nowhere/at-all\r");
    desk.sees("There is no chat \"nowhere/at-all\"");
    desk.send("\x15/open @ada\r");
    desk.terminal
        .wait_until("the direct chat", |screen| screen.contains("message Ada") || screen.contains("message @ada"));
    desk.send("/open self\r");
    desk.sees("Saved messages");
    desk.send(&format!("/open {CHAT}\r"));
    desk.sees("message #off-topic");
    desk.says("to react to");
    desk.send("/react tada\r");
    desk.sees("🎉 1");
    assert_eq!(desk.newest(), "to react to", "no command was ever sent");
    desk.send("/quit\r");
    assert_eq!(desk.terminal.wait_exit(), 0);
}

#[test]
fn bytes_that_mean_nothing_do_no_harm() {
    let mut desk = Desk::new();
    for bytes in [
        &b"\x1b[999999999999;99999~"[..],
        b"\x1b[<0;10;10M\x1b[<0;10;10m",
        b"\x1b[?1;2c\x1b[?62;4c\x1b]11;rgb:0000/0000/0000\x07\x1bP1$r0m\x1b\\",
        b"\x1b[I\x1b[O\x1b[I",
        b"\x1b[57399u\x1b[97;1:3u\x1b[97;9u",
        b"\xff\xfe\x80\xc0\xaf",
        b"\x00\x1c\x1d\x1e",
        b"\x1b\x1b\x1b",
    ] {
        desk.terminal.send_bytes(bytes);
    }
    desk.send(ESC);
    desk.send(ESC);
    desk.send("i\x03\x03\x15");
    desk.send("still here");
    desk.sees("still here");
    // Quit, as the newer keyboard says it; twice, since a draft is there.
    desk.send("\x1b[113;5u\x1b[113;5u");
    assert_eq!(desk.terminal.wait_exit(), 0);
}
