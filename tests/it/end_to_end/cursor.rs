//! The message cursor by keys alone, on both networks; what it does is seen by somebody else.

use super::four::{Others, go, signed_in};
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;

const ESC: &str = "\x1b[27u";
const SHIFT_UP: &str = "\x1b[1;2A";

fn open(home: &Home, environment: [(&str, &str); 2], chat: &str) -> Terminal {
    let terminal = Terminal::start_with(home.path(), &["--open", chat], 110, 32, &environment);
    terminal.wait_until("the chat", |screen| screen.contains("┃ message") && screen.contains("online"));
    terminal
}

fn says(terminal: &mut Terminal, text: &str) {
    terminal.send(text);
    terminal.wait_for(text);
    terminal.send("\r");
    terminal
        .wait_until("it sent", |screen| screen.contains(text) && screen.contains("┃ message") && !screen.contains('◷'));
}

fn row<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

#[test]
fn what_one_does_with_messages_the_other_sees() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let mut robin = open(&homes[0], server.environment("robin"), "@ada");
    let ada = open(&homes[1], server.environment("ada"), "@robin");
    for text in ["keep this one", "the first of two", "see https://a.example/x or https://b.example/y"] {
        says(&mut robin, text);
    }

    // Pins, seen in the heading by both.
    robin.send(ESC);
    robin.wait_for("r reply");
    robin.send("kkp");
    robin.wait_until("it pinned", |screen| row(screen, "keep this one").contains("pinned"));
    ada.wait_until("it pinned", |screen| row(screen, "keep this one").contains("pinned"));
    robin.send("p");
    ada.wait_until("it let go", |screen| !row(screen, "keep this one").contains("pinned"));

    // Any emoji, by a part of its name.
    robin.send("+");
    robin.wait_for("type to narrow the list");
    robin.send("lobster");
    robin.wait_for("🦞 lobster");
    robin.send("\r");
    ada.wait_for("🦞 1");
    robin.wait_for("🦞 1");
    // What was used last is offered first; what is one's own is taken back.
    robin.send("+");
    robin.wait_for("yours; takes it back");
    robin.send("\r");
    ada.wait_gone("🦞 1");

    // What is known of it.
    robin.send("i");
    robin.wait_until("details", |screen| screen.contains("This message") && screen.contains("characters"));
    robin.send(ESC);
    robin.wait_gone("This message");

    // Of several links one is chosen; where it leads is seen before.
    robin.send("jjo");
    robin.wait_until("both", |screen| screen.contains("Where to") && screen.matches("https://b.example/y").count() > 1);
    robin.send(ESC);
    robin.wait_gone("Where to");

    // Passed on to the notes to oneself.
    robin.send("f");
    robin.wait_for("Pass on to");
    robin.send("self");
    robin.wait_for("▌ Saved messages");
    robin.send("\r");
    robin.wait_for("Passed on to");
    let read = homes[0].nib(&["read", "self", "--json", "--limit", "1"]);
    let read = server.environment("robin").into_iter().fold(read, |call, (name, value)| call.env(name, value));
    assert_eq!(read.run().went_well().objects()[0]["text"], "see https://a.example/x or https://b.example/y");

    // The menu names the keys, and does what they do.
    robin.send(" ");
    robin.wait_until("the menu", |screen| {
        screen.contains("With this message") && screen.contains("Mark unread from here")
    });
    robin.send("mark unread\r");
    robin.wait_for("Unread from here on");

    // Two are deleted at once.
    robin.send(SHIFT_UP);
    robin.wait_for("2 selected");
    robin.send("d");
    robin.wait_for("Delete 2 messages?");
    robin.send("\t\r");
    ada.wait_gone("the first of two");
    ada.wait_gone("a.example/x");
    ada.wait_for("keep this one");
    for mut terminal in [robin, ada] {
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit(), 0);
    }
}

#[test]
fn the_right_button_offers_what_can_be_done_there() {
    let server = Server::start();
    let home = Home::new();
    let mut robin = open(&home, server.environment("robin"), "@ada");
    says(&mut robin, "point at me");
    let screen = robin.wait_for("point at me");
    let line = screen.lines().position(|line| line.contains("point at me")).unwrap() + 1;
    robin.send(&format!("\x1b[<2;60;{line}M\x1b[<2;60;{line}m"));
    robin.wait_until("the menu", |screen| screen.contains("With this message") && screen.contains("Change"));
    robin.send("answer\r");
    robin.wait_until("the answer", |screen| row(screen, "answering").contains("point at me"));
    robin.send("\x11\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn the_other_network_is_offered_what_it_has() {
    let osmium = Server::start();
    let others = Others::start();
    let home = signed_in(&osmium, &others);
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 130, 80, &[]);
    terminal.wait_until("all of them", |screen| screen.contains("message #off-topic") && screen.contains("zed"));
    go(&mut terminal, "plot-one");
    terminal.wait_for("message #plot-one");
    others.say(0, "said by zed");
    terminal.wait_for("said by zed");
    terminal.send(ESC);
    terminal.wait_for("r reply");
    terminal.send("+");
    terminal.wait_for("type to narrow the list");
    terminal.send("lobster");
    terminal.wait_for("🦞 lobster");
    terminal.send("\r");
    terminal.wait_for("🦞 1");
    assert!(others.written(0).contains("🦞"));
    terminal.send("f");
    terminal.wait_for("Messages cannot be passed on here");
    terminal.send("p");
    terminal.wait_for("You may not pin messages here");
    terminal.send("\x1bOP");
    terminal.wait_for("What can be done here");
    terminal.send("pass this message on");
    terminal.wait_for("nothing fits");
    terminal.send(ESC);
    terminal.wait_gone("nothing fits");
    // The mark goes back at the server, too, and the chat stays unread there until it is opened.
    terminal.send("m");
    terminal.wait_for("Unread from here on");
    go(&mut terminal, "plot-two");
    terminal.wait_until("it unread", |screen| {
        row(screen, "● one").split('│').nth(1).is_some_and(|told| told.trim_end().ends_with('1'))
    });
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
