//! Two people at two terminals on one server, and what becomes of them when it goes away.

use super::pty::Terminal;
use super::server::{Server, lasting_port};
use super::shell::{Home, Running};
use rustix::process::Signal;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Opens a chat as somebody.
fn open(home: &Home, environment: [(&str, &str); 2], chat: &str) -> Terminal {
    let terminal = Terminal::start_with(home.path(), &["--open", chat], 110, 32, &environment);
    terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
    terminal
}

/// How often messages of a chat have this text.
fn written(home: &Home, environment: [(&str, &str); 2], chat: &str, text: &str) -> usize {
    let call = home.nib(&["read", chat, "--limit", "30", "--json"]);
    let messages = environment.into_iter().fold(call, |call, (name, value)| call.env(name, value)).run().went_well();
    messages.objects().iter().filter(|message| message["text"] == text).count()
}

/// Whether a text stands among the messages, with nothing on its way and nothing in the composer.
fn is_sent(screen: &str, text: &str) -> bool {
    screen.contains(text) && screen.contains("message #") && !screen.contains('◷')
}

/// The row of a screen that holds a text.
fn row<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

#[test]
fn what_one_does_the_other_sees() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let chat = "rustaceans/off-topic";
    let mut robin = open(&homes[0], server.environment("robin"), chat);
    let mut ada = open(&homes[1], server.environment("ada"), chat);

    robin.send("the first draft");
    ada.wait_for("Robin is typing");
    robin.send("\r");
    ada.wait_until("the message", |screen| screen.contains("the first draft") && !screen.contains("is typing"));
    robin.wait_until("it sent", |screen| is_sent(screen, "the first draft"));

    // Change it: Up in an empty composer.
    robin.send("\x1b[A");
    robin.wait_for("changing your message");
    robin.send(", changed\r");
    ada.wait_until("the change", |screen| row(screen, "the first draft, changed").contains("(edited)"));

    // Answer it and react to it.
    ada.send("\x1b[27u");
    ada.wait_for("r reply");
    ada.send("r");
    ada.wait_for("answering");
    ada.send("so it is\r");
    robin.wait_until("the answer", |screen| screen.contains("so it is") && screen.contains("┌ Robin  the first draft"));
    ada.send("/react 👍\r");
    robin.wait_for("👍 1");

    // Take it back.
    ada.send("\x1b[A");
    ada.wait_for("changing your message");
    ada.send("\x1b[27u");
    ada.wait_gone("changing your message");
    ada.send("\x1b[27u");
    ada.wait_for("delete");
    ada.send("d");
    ada.wait_for("Delete \"so it is\"?");
    // The question stands on the safe answer.
    ada.send("\r");
    ada.wait_gone("Delete \"so it is\"?");
    ada.send("d");
    ada.wait_for("Delete \"so it is\"?");
    ada.send("\t\r");
    robin.wait_gone("so it is");
    ada.wait_gone("so it is");
    for mut terminal in [robin, ada] {
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit(), 0);
    }
}

/// The server in a process of its own, on an address.
fn serve(home: &Home, address: &str) -> (Running, Value) {
    // One network alone: the servers of the other would take the ports behind this one, which may be somebody else's.
    let options = ["--network", "osmium", "--serve-only", "--json", "--people", "0", "--listen", address];
    let mut server = home.nib(&[&["demo"][..], &options].concat()).start();
    let description = server.object("the description", |object| object["v"] == 1);
    (server, description)
}

#[test]
fn a_killed_server_is_noticed_and_the_next_one_has_everything_once() {
    let homes = [Home::new(), Home::new(), Home::new()];
    let (server, description) = serve(&homes[2], &format!("127.0.0.1:{}", lasting_port()));
    let url = description["url"].as_str().unwrap();
    let environment =
        |index: usize| [("NIB_TOKEN", description["accounts"][index]["token"].as_str().unwrap()), ("NIB_SERVER", url)];
    let chat = "rustaceans/off-topic";
    let mut robin = open(&homes[0], environment(0), chat);
    let mut ada = open(&homes[1], environment(1), chat);

    let start = Instant::now();
    server.signal(Signal::KILL);
    assert!(server.wait().status.code().is_none());
    robin.wait_for("Offline");
    ada.wait_for("Offline");
    assert!(start.elapsed() < Duration::from_secs(10), "it took {:?}", start.elapsed());

    robin.send("written in the dark\r");
    robin.wait_until("a message that waits", |screen| row(screen, "written in the dark").contains('◷'));
    robin.send("only a draft");
    ada.send("heard by nobody\r");
    ada.wait_until("a message that waits", |screen| row(screen, "heard by nobody").contains('◷'));

    let (server, _) = serve(&homes[2], url.strip_prefix("ws://").unwrap());
    let both = |screen: &str| {
        let there = |text: &str| screen.contains(text) && !row(screen, text).contains('◷');
        there("written in the dark") && there("heard by nobody") && !screen.contains("Offline")
    };
    robin.wait_until("both messages", both);
    let screen = ada.wait_until("both messages", both);
    assert!(!screen.contains("only a draft"), "{screen}");
    robin.wait_until("the draft", |screen| screen.contains("only a draft") && screen.contains("online"));
    robin.send(" no more\r");
    ada.wait_for("only a draft no more");
    for text in ["written in the dark", "heard by nobody", "only a draft no more"] {
        assert_eq!(written(&homes[2], environment(0), chat, text), 1, "{text}");
    }
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code(), 0);
}

#[test]
fn a_server_that_stands_still_is_shown_and_goes_on_where_it_was() {
    let homes = [Home::new(), Home::new()];
    let (server, description) = serve(&homes[1], &format!("127.0.0.1:{}", lasting_port()));
    let token = description["accounts"][0]["token"].as_str().unwrap();
    let environment = [("NIB_TOKEN", token), ("NIB_SERVER", description["url"].as_str().unwrap())];
    let mut robin = open(&homes[0], environment, "rustaceans/off-topic");
    server.signal(Signal::STOP);
    robin.send("is anybody there\r");
    let screen = robin.wait_for("no answer for 1");
    assert!(row(&screen, "is anybody there").contains('◷') && !screen.contains("Offline"), "{screen}");
    server.signal(Signal::CONT);
    robin.wait_until("the message", |screen| is_sent(screen, "is anybody there") && screen.contains("online"));
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code(), 0);
}

#[test]
fn a_message_under_way_when_the_connection_breaks_arrives_once() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let chat = "rustaceans/off-topic";
    let mut robin = open(&homes[0], server.environment("robin"), chat);
    let ada = open(&homes[1], server.environment("ada"), chat);
    // The same text was written before: only the new one may count as this one.
    robin.send("twice the same\r");
    ada.wait_for("twice the same");
    robin.wait_until("the first", |screen| is_sent(screen, "twice the same"));
    server.running().freeze(true);
    robin.send("twice the same\r");
    robin.wait_until("the second", |screen| screen.matches("twice the same").count() == 2 && screen.contains('◷'));
    server.running().drop_connections();
    // It may be dialling again already; the frozen server takes the connection and says nothing.
    robin.wait_gone("online");
    server.running().freeze(false);
    robin.wait_until("the second, sent", |screen| !screen.contains('◷') && screen.contains("online"));
    ada.wait_until("both", |screen| screen.matches("twice the same").count() == 2);
    assert_eq!(written(&homes[0], server.environment("ada"), chat, "twice the same"), 2);
}

#[test]
fn a_message_that_arrived_unconfirmed_is_not_sent_again() {
    let server = Server::start();
    let homes = [Home::new(), Home::new()];
    let chat = "rustaceans/off-topic";
    let mut robin = open(&homes[0], server.environment("robin"), chat);
    server.running().freeze(true);
    robin.send("it was there all along\r");
    robin.wait_until("a message that waits", |screen| row(screen, "it was there all along").contains('◷'));
    // What the server did before the answer got lost, seen from the outside.
    let off_topic = server.running().channel("Rustaceans", "off-topic").unwrap();
    server.running().drop_connections();
    // It may be dialling again already; the frozen server takes the connection and says nothing.
    robin.wait_gone("online");
    server.running().say("robin", off_topic, "it was there all along").unwrap();
    server.running().freeze(false);
    robin.wait_until("the message, sent", |screen| !screen.contains('◷') && screen.contains("online"));
    robin.wait_until("one message", |screen| screen.matches("it was there all along").count() == 1);
    robin.send("and the next\r");
    robin.wait_until("the next", |screen| is_sent(screen, "and the next"));
    assert_eq!(written(&homes[1], server.environment("ada"), chat, "it was there all along"), 1);
}
