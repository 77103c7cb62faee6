//! Finding words in a chat by keys alone, on both networks, in what is loaded and in what only the server has.

use super::four::{Others, go, signed_in};
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;

const ESC: &str = "\x1b[27u";

/// What is found: at the very beginning, which is not loaded, and at the end.
const FIRST: &str = "a needle in the hay";
const LAST: &str = "Needles, at last";

/// What stands in a chat.
fn hay() -> impl Iterator<Item = String> {
    let straws = (0..150).map(|number| format!("straw {number}"));
    [FIRST.to_owned()].into_iter().chain(straws).chain([LAST.to_owned()])
}

/// Finds both, sees where it ends, and comes back.
fn finds(terminal: &mut Terminal, end: &str) {
    terminal.wait_for(LAST);
    terminal.send("half a thought");
    terminal.wait_for("half a thought");
    // From anywhere; what was typed stays.
    terminal.send("\x13");
    terminal.wait_until("a place for words", |screen| screen.contains("find ") && screen.contains("half a thought"));
    terminal.send("nee");
    terminal.wait_for("1 of 1 so far");
    terminal.send("dleX");
    terminal.wait_until("nothing of the kind", |screen| {
        screen.contains("find needleX") && screen.contains("nothing found")
    });
    terminal.send("\x7f");
    terminal.wait_for("1 of 1 so far");
    terminal.send(ESC);
    terminal.wait_until("the composer", |screen| !screen.contains("find needle") && screen.contains("half a thought"));

    // In the messages, with the network.
    terminal.send(ESC);
    terminal.wait_for("r reply");
    terminal.send("/");
    terminal.wait_for("find ");
    terminal.send("needle\r");
    terminal.wait_for("1 of 2");
    terminal.wait_gone(FIRST);
    terminal.send("n");
    terminal.wait_until("the oldest", |screen| screen.contains(FIRST) && screen.contains("2 of 2"));
    terminal.send("n");
    terminal.wait_for(end);
    terminal.send("N");
    terminal.wait_until("the newest", |screen| screen.contains(LAST) && screen.contains("1 of 2"));
    terminal.send("N");
    terminal.wait_for("That is the newest that was found");
    terminal.send(ESC);
    terminal.wait_gone("of 2");
    // The key that began commands there before.
    terminal.send(":");
    terminal.wait_for("As in the composer, with or without the slash.");
    terminal.send(ESC);
    terminal.wait_gone("As in the composer");
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn words_are_found_by_keys_alone() {
    let server = Server::start();
    let chat = server.running().channel("Rustaceans", "off-topic").unwrap();
    for text in hay() {
        server.running().say("ada", chat, &text).unwrap();
    }
    let home = Home::new();
    let mut terminal =
        Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 110, 32, &server.environment("robin"));
    terminal.wait_until("the chat", |screen| screen.contains("┃ message") && screen.contains("online"));
    finds(&mut terminal, "all of the chat was searched");
}

#[test]
fn the_other_network_finds_its_newest() {
    let osmium = Server::start();
    let others = Others::with(hay().collect());
    let home = signed_in(&osmium, &others);
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 130, 40, &[]);
    terminal.wait_until("all of them", |screen| screen.contains("message #off-topic") && screen.contains(" ON "));
    go(&mut terminal, "plot-one");
    terminal.wait_for("message #plot-one");
    finds(&mut terminal, "the server tells no older ones");
}
