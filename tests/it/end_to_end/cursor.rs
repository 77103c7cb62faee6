//! The message cursor beside what [`super::walk`] does with it: by mouse, and where it is refused.

use super::four::{Others, go, signed_in};
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;

const ESC: &str = "\x1b[27u";

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
    // It shows at once, and is written once the server has it.
    let end = std::time::Instant::now() + super::pty::PATIENCE;
    while !others.written(0).contains("🦞") {
        assert!(std::time::Instant::now() < end, "{}", others.written(0));
        std::thread::yield_now();
    }
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
