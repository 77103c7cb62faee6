//! Going to places by keys alone, on both networks.

use super::four::{Others, at_plot, go, signed_in};
use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;

const ESC: &str = "\x1b[27u";
const BACK: &str = "\x1b,";
const ON: &str = "\x1b.";

/// Whether the cursor is on the message with this text: its rows begin with the mark.
fn on(screen: &str, text: &str) -> bool {
    screen.lines().flat_map(|line| line.split('│')).any(|part| part.starts_with('▌') && part.contains(text))
}

fn lands(terminal: &mut Terminal, keys: &str, text: &str) {
    terminal.send(keys);
    terminal.wait_until(text, |screen| on(screen, text));
}

fn says(terminal: &mut Terminal, text: &str) {
    terminal.send(text);
    terminal.wait_for(text);
    terminal.send("\r");
    terminal
        .wait_until("it sent", |screen| screen.contains(text) && screen.contains("┃ message") && !screen.contains('◷'));
}

#[test]
fn places_are_gone_to_and_back() {
    let server = Server::start();
    let home = Home::new();
    let environment = server.environment("robin");
    let mut robin = Terminal::start_with(home.path(), &["--open", "rustaceans/terminals"], 130, 40, &environment);
    robin.wait_until("the chat", |screen| screen.contains("┃ message") && screen.contains("online"));
    let ada = Home::new();
    for text in
        ["@robin the first call", "the plan is https://a.example/plan", "@robin the second call", "the end of it"]
    {
        let said = ada.nib(&["send", "rustaceans/terminals", text]);
        let said = server.environment("ada").into_iter().fold(said, |call, (name, value)| call.env(name, value));
        said.run().went_well();
    }
    robin.wait_for("the end of it");

    // Mentions, from the last one back; where one was is gone back to.
    robin.send(ESC);
    robin.wait_for("r reply");
    lands(&mut robin, "M", "the second call");
    lands(&mut robin, "M", "the first call");
    lands(&mut robin, BACK, "the second call");
    lands(&mut robin, ON, "the first call");

    // A link of the list leads to its message.
    robin.send("L");
    robin.wait_until("the links", |screen| screen.contains(" Links ") && screen.contains("Enter go there"));
    robin.send("a.example");
    robin.wait_for("▌ https://a.example/plan");
    lands(&mut robin, "\r", "the plan is");

    // Elsewhere: a file and a pinned message.
    go(&mut robin, "ada");
    robin.wait_for("┃ message Ada");
    let file = home.path().join("map.txt");
    std::fs::write(&file, "here be dragons").unwrap();
    robin.send(&format!("/attach {} where it goes\r", file.display()));
    robin.wait_until("the file", |screen| screen.contains("where it goes") && screen.contains("map.txt"));
    says(&mut robin, "keep this one");
    says(&mut robin, "and the last one");
    robin.send(ESC);
    robin.wait_for("r reply");
    robin.send("kp");
    robin.wait_until("it pinned", |screen| {
        screen.lines().any(|line| line.contains("keep this one") && line.contains("pinned"))
    });
    robin.send("G");
    robin.wait_until("the end", |screen| on(screen, "and the last one"));
    robin.send("P");
    robin.wait_until("the pins", |screen| screen.contains("Pinned messages") && screen.contains("▌ keep this one"));
    robin.wait_for("Alt-Enter let go");
    lands(&mut robin, "\r", "keep this one");
    robin.send("F");
    robin.wait_until("the files", |screen| screen.contains(" Files ") && screen.contains("▌ map.txt"));
    lands(&mut robin, "\r", "where it goes");
    robin.send("P");
    robin.wait_for("▌ keep this one");
    robin.send("\x1b\r");
    robin.wait_for("Nothing is pinned in this chat");
    robin.send(ESC);
    robin.wait_gone("Pinned messages");

    // What was written meanwhile in the first chat, and from the list of all places.
    let chat = server.running().channel("Rustaceans", "terminals").unwrap();
    for text in ["while away one", "while away two"] {
        server.running().say("ada", chat, text).unwrap();
    }
    robin.wait_until("them unread", |screen| {
        let row = screen.lines().find(|line| line.contains("# terminals")).unwrap_or_default();
        row.split('│').nth(1).is_some_and(|told| told.trim_end().ends_with('2'))
    });
    go(&mut robin, "terminals");
    robin.wait_for("while away two");
    robin.send("\x1bg");
    robin.wait_until("the places", |screen| screen.contains(" Go to ") && screen.contains("Ctrl-K"));
    // From the composer a key of the messages comes after the one that leads there.
    robin.wait_for("Esc U");
    robin.send("not read");
    robin.wait_for("▌ Go to the first message that you have not read");
    lands(&mut robin, "\r", "while away one");
    // Back to where this chat was opened, and to the other one.
    robin.send(BACK);
    robin.wait_until("no cursor there", |screen| !on(screen, "while away one"));
    robin.send(BACK);
    robin.wait_until("the other chat", |screen| screen.contains("where it goes"));
    robin.send("\x11\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn on_the_other_network_as_well() {
    let osmium = Server::start();
    let others = Others::start();
    let home = signed_in(&osmium, &others);
    let mut terminal = at_plot(&home);
    for text in ["@robin come and look", "it is at https://c.example/z", "no hurry"] {
        others.say(0, text);
    }
    terminal.wait_for("no hurry");
    terminal.send(ESC);
    terminal.wait_for("r reply");
    lands(&mut terminal, "M", "come and look");
    terminal.send("L");
    terminal.wait_for("▌ https://c.example/z");
    lands(&mut terminal, "\r", "it is at");
    lands(&mut terminal, BACK, "come and look");
    terminal.send("P");
    terminal.wait_for("Nothing is pinned in this chat");
    terminal.send(ESC);
    terminal.wait_gone("Pinned messages");
    terminal.send("F");
    terminal.wait_until("no file", |screen| screen.contains(" Files ") && screen.contains("No file"));
    terminal.send(ESC);
    terminal.wait_gone(" Files ");

    go(&mut terminal, "plot-two");
    for text in ["unread one", "unread two", "unread three"] {
        others.say(0, text);
    }
    terminal.wait_until("them unread", |screen| {
        let row = screen.lines().find(|line| line.contains("● one")).unwrap_or_default();
        row.split('│').nth(1).is_some_and(|told| told.trim_end().ends_with('3'))
    });
    lands(&mut terminal, BACK, "come and look");
    terminal.wait_for("unread three");
    lands(&mut terminal, "U", "unread one");
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
