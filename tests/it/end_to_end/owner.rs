//! One process owns the profile; all others go through it, and lose nothing when it ends.

use super::lab::Lab;
use super::pty::Terminal;
use super::server::Server;
use super::shell::{Home, Running, is_sentence};
use nib::demo::originchats::{Accounts, Options};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

const CHAT: &str = "Rustaceans/code-review";
const SIZE: (u16, u16) = (110, 32);

/// Somebody's home with a saved sign-in.
fn home_of(server: &Server, username: &str) -> Home {
    let home = Home::new();
    let account = server.account(username);
    home.log_in(&server.url, &account.email, &account.password).went_well();
    home
}

/// The chat, once it is online.
fn open(home: &Home, chat: &str) -> Terminal {
    let terminal = Terminal::start(home.path(), &["--open", chat], SIZE.0, SIZE.1);
    terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
    terminal
}

fn quit(terminal: &mut Terminal) {
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

fn socket(home: &Home) -> PathBuf {
    home.path().join("data/nib.sock")
}

/// How often this home signed in so far.
fn sign_ins(home: &Home) -> usize {
    home.log().matches("signed in").count()
}

fn texts(home: &Home, chat: &str) -> Vec<String> {
    let done = home.run(&["read", chat, "--limit", "200", "--json"]);
    // It may have more to say where reading marks a chat as read.
    assert_eq!(done.code(), 0, "{done:?}");
    done.objects().iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// Lines of a tail until one has this text; the texts of all messages.
fn told_until(tail: &mut Running, last: &str) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let message = tail.object("a message", |object| object["type"] == "message");
        told.push(message["text"].as_str().unwrap().to_owned());
        if message["text"] == last {
            return told;
        }
    }
}

#[test]
fn commands_use_the_connections_of_the_chat_that_is_open_and_say_the_same() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    let asked: &[&[&str]] = &[
        &["chats", "--json"],
        &["chats"],
        &["chats", "--unread"],
        &["read", "Rustaceans/general", "--limit", "250", "--json"],
        &["read", "Rustaceans/general", "--limit", "7"],
        &["read", "nowhere/at-all"],
        &["read", "@nobody-at-all"],
        &["read", "bogus:self"],
        &["send", "genera", "to nobody"],
        &["send", "self", "answer", "--reply-to", "x"],
        &["send", "self", "--attach", "no such file"],
        &["accounts", "--json"],
    ];
    let alone: Vec<_> = asked.iter().map(|arguments| home.run(arguments)).collect();
    let mut chat = open(&home, CHAT);
    let before = sign_ins(&home);
    for (arguments, alone) in asked.iter().zip(&alone) {
        let through = home.run(arguments);
        let said = |done: &super::shell::Done| (done.code(), done.out.clone(), done.err.clone());
        assert_eq!(said(&through), said(alone), "{arguments:?}");
    }
    let mut tail = home.nib(&["tail", CHAT, "--json"]).start();
    let online = tail.object("the link", |object| object["type"] == "link");
    assert_eq!(online, json!({ "v": 1, "type": "link", "account": "robin", "state": "online", "reason": null }));
    let sent = home.run(&["send", CHAT, "through the chat", "--json"]).went_well().objects();
    assert_eq!((&sent[0]["account"], &sent[0]["chat"]), (&json!("robin"), &json!(CHAT)));
    let told = tail.object("the message", |object| object["type"] == "message");
    assert_eq!((&told["id"], &told["text"]), (&sent[0]["id"], &json!("through the chat")));
    chat.wait_until("it", |screen| screen.contains("through the chat") && !screen.contains('◷'));
    // Somebody who was never written to is looked up, and nothing opens on the screen.
    home.run(&["send", "@grace", "for grace"]).went_well();
    assert!(chat.screen().contains("message #code-review"), "{}", chat.screen());
    std::fs::write(home.path().join("notes.txt"), "some notes").unwrap();
    home.run(&["send", CHAT, "with a file", "--attach", "notes.txt"]).went_well();
    let told = tail.object("the file", |object| object["text"] == "with a file");
    assert_eq!((&told["attachments"][0]["name"], &told["attachments"][0]["size"]), (&json!("notes.txt"), &json!(10)));
    assert_eq!(sign_ins(&home), before, "nobody signed in a second time");
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(socket(&home)), mode(home.path().join("state"))), (0o600, 0o700));
    assert_eq!(mode(home.path().join("data/nib.lock")), 0o600);
    quit(&mut chat);
    // The tail goes on by itself.
    tail.object("the link", |object| object["type"] == "link" && object["state"] == "online");
    home.run(&["send", CHAT, "after the chat"]).went_well();
    assert_eq!(told_until(&mut tail, "after the chat"), ["after the chat"]);
    tail.signal(Signal::INT);
    let done = tail.wait();
    assert_eq!((done.code(), done.err.as_str()), (0, ""), "{done:?}");
}

#[test]
fn a_message_that_is_refused_does_not_stay_behind_on_somebodys_screen() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    let chat = open(&home, CHAT);
    let done = home.run(&["send", "Rustaceans/rules", "may I?"]);
    assert_eq!(done.code(), 1, "{done:?}");
    is_sentence(&done.err);
    let long = "word ".repeat(10_000);
    home.nib(&["send", CHAT]).input(&long).run().failed(1, &["too long"]);
    home.run(&["send", CHAT, "but this"]).went_well();
    let screen = chat.wait_for("but this");
    assert!(!screen.contains("word word"), "{screen}");
}

#[test]
fn killing_the_owner_in_the_middle_loses_nothing_and_doubles_nothing() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    kill_owners(&home, CHAT, true);
}

#[test]
fn the_same_on_the_network_of_many_servers() {
    let lab = Lab::with([Options { accounts: Accounts::Service, limits: false, ..Options::default() }]);
    let home = Home::new();
    let url = lab.servers[0].url();
    let arguments = ["login", "--network", "originchats", "--server", &url, "--token-stdin"];
    lab.nib(&home, &arguments).input("tok-bob\n").run().went_well();
    // A tail marks nothing read there: what it missed it cannot fetch, and says that something is missing.
    kill_owners(&home, "general", false);
}

/// How often is said by `NIB_KILLS`.
fn kill_owners(home: &Home, chat: &str, fetches: bool) {
    let kills = std::env::var("NIB_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    for round in 0..kills {
        kill_owner(home, chat, fetches, round);
    }
}

/// Messages are sent by commands while a chat is open and one listens; the chat is killed in the middle.
fn kill_owner(home: &Home, name: &str, fetches: bool, round: u64) {
    let chat = open(home, name);
    let mut tail = home.nib(&["tail", name, "--json"]).start();
    tail.object("the link", |object| object["type"] == "link" && object["state"] == "online");
    let mut certain = Vec::new();
    let mut unsure = false;
    for number in 0..16 {
        let text = format!("round {round} number {number}");
        let sending = home.nib(&["send", name, &text]).start();
        if number == 8 {
            chat.signal(Signal::KILL);
        }
        let done = sending.wait();
        match done.code() {
            0 => certain.push(text),
            code => {
                // Only what was under way may be uncertain, and it says so.
                assert_eq!((number, code), (8, 1), "{done:?}");
                unsure = true;
                is_sentence(&done.err);
                assert!(done.err.contains("look with \"nib read\" before you send it again"), "{done:?}");
            }
        }
    }
    let end = format!("round {round} ends");
    home.run(&["send", name, &end]).went_well();
    certain.push(end.clone());
    let mut gap = false;
    let mut told = Vec::new();
    while told.last() != Some(&end) {
        let next = tail.object("a message or a gap", |object| object["type"] == "message" || object["type"] == "gap");
        gap |= next["type"] == "gap";
        told.extend(next["text"].as_str().map(str::to_owned));
    }
    let of_round = |text: &String| text.starts_with(&format!("round {round} "));
    let mut there: Vec<String> = texts(home, name).into_iter().filter(of_round).collect();
    for text in &certain {
        assert_eq!(there.iter().filter(|one| *one == text).count(), 1, "{text}: {there:?}");
    }
    if fetches || !gap {
        assert_eq!(there, told, "in the same order, each once");
    } else {
        let mut rest = there.iter();
        assert!(
            told.iter().all(|text| rest.any(|one| one == text)),
            "in the same order, each once: {there:?} {told:?}"
        );
    }
    tail.signal(Signal::TERM);
    assert_eq!(tail.wait().code(), 0);
    // What the dead owner left is in nobody's way.
    let mut chat = open(home, name);
    let before = sign_ins(home);
    let text = format!("round {round} has another owner");
    home.run(&["send", name, &text]).went_well();
    chat.wait_until("it, and nothing that waits", |screen| screen.contains(&text) && !screen.contains('◷'));
    assert_eq!(sign_ins(home), before);
    // What was under way arrived, then or now, and once.
    let under_way = format!("round {round} number 8");
    there = texts(home, name).into_iter().filter(of_round).collect();
    let count = there.iter().filter(|text| **text == under_way).count();
    assert!(if unsure { count <= 1 } else { count == 1 }, "{there:?}");
    for text in &certain {
        assert_eq!(there.iter().filter(|one| *one == text).count(), 1, "{text}: {there:?}");
    }
    quit(&mut chat);
}

#[test]
fn a_profile_is_opened_once() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    let mut first = open(&home, CHAT);
    let mut second = Terminal::start(home.path(), &["--open", CHAT], SIZE.0, SIZE.1);
    second.wait_for("nib is open with this profile already; go on there, or open another profile with --profile NAME.");
    assert_eq!(second.wait_exit(), 2);
    // Another profile, and an account of the environment, are nothing to it.
    let mut other = Terminal::start(home.path(), &["--profile", "work"], SIZE.0, SIZE.1);
    other.wait_for("You are not signed in anywhere");
    quit(&mut other);
    let mut given = Terminal::start_with(home.path(), &["--open", CHAT], SIZE.0, SIZE.1, &server.environment("ada"));
    given.wait_for("message #code-review");
    quit(&mut given);
    // Accounts may come and go meanwhile; what the open chat does not know of connects by itself.
    let ada = server.account("ada");
    home.log_in(&server.url, &ada.email, &ada.password).went_well();
    home.run(&["send", "ada:Rustaceans/code-review", "by somebody else"]).went_well();
    first.wait_for("by somebody else");
    home.run(&["logout", "ada"]).went_well();
    home.run(&["logout", "robin"]).failed(1, &["nib is open with \"robin\"; sign out there"]);
    home.run(&["send", CHAT, "alone again"]).went_well();
    first.wait_for("alone again");
    quit(&mut first);
}

#[test]
fn of_two_that_begin_at_once_one_is_the_owner() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    for _ in 0..3 {
        let mut both = [0, 1].map(|_| Terminal::start(home.path(), &["--open", CHAT], SIZE.0, SIZE.1));
        let is_open = |screen: &str| screen.contains("message #");
        let refused = |screen: &str| screen.contains("with this profile already");
        for terminal in &both {
            terminal.wait_until("one or the other", |screen| is_open(screen) || refused(screen));
        }
        let open: Vec<bool> = both.iter().map(|terminal| is_open(&terminal.screen())).collect();
        assert_eq!(open.iter().filter(|open| **open).count(), 1, "{}\n{}", both[0].screen(), both[1].screen());
        for (terminal, open) in both.iter_mut().zip(open) {
            if open {
                quit(terminal);
            } else {
                assert_eq!(terminal.wait_exit(), 2);
            }
        }
    }
}

#[test]
fn a_tail_is_the_owner_until_the_chat_is_opened() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    let mut tail = home.nib(&["tail", CHAT, "--json"]).start();
    tail.object("the link", |object| object["type"] == "link");
    let before = sign_ins(&home);
    home.run(&["send", CHAT, "through the tail"]).went_well();
    assert_eq!(told_until(&mut tail, "through the tail"), ["through the tail"]);
    // A second one is a guest of the first.
    let mut other = home.nib(&["tail", "--json"]).start();
    other.object("the link", |object| object["type"] == "link");
    assert_eq!(sign_ins(&home), before);
    let mut chat = open(&home, CHAT);
    for tail in [&mut tail, &mut other] {
        tail.object("the chat's link", |object| object["type"] == "link" && object["state"] == "online");
    }
    assert_eq!(sign_ins(&home), before + 1, "the chat alone signed in anew");
    home.run(&["send", CHAT, "through the chat"]).went_well();
    chat.wait_for("through the chat");
    for tail in [&mut tail, &mut other] {
        assert_eq!(told_until(tail, "through the chat"), ["through the chat"]);
    }
    quit(&mut chat);
    for tail in [&mut tail, &mut other] {
        tail.object("another link", |object| object["type"] == "link" && object["state"] == "online");
    }
    assert!(sign_ins(&home) <= before + 3);
    for tail in [tail, other] {
        tail.signal(Signal::INT);
        assert_eq!(tail.wait().code(), 0);
    }
}

#[test]
fn the_network_of_many_servers_goes_through_the_owner_as_well() {
    let lab = Lab::start(&[Accounts::Service, Accounts::Service]);
    let home = Home::new();
    for server in [0, 1] {
        let url = lab.servers[server].url();
        let label = format!("lab{server}");
        let arguments = ["login", "--network", "originchats", "--server", &url, "--token-stdin", "--label", &label];
        lab.nib(&home, &arguments).input("tok-bob\n").run().went_well();
    }
    let chats = home.run(&["chats"]).went_well().out;
    let chat = Terminal::start(home.path(), &["--open", "lab0:general"], SIZE.0, SIZE.1);
    chat.wait_until("both accounts", |screen| screen.contains("message #general") && screen.contains("lab1"));
    let mut tail = home.nib(&["tail", "--json"]).start();
    for _ in 0..2 {
        tail.object("a link", |object| object["type"] == "link" && object["state"] == "online");
    }
    let before = sign_ins(&home);
    let through = home.run(&["chats"]).went_well().out;
    assert_eq!(through.lines().count(), chats.lines().count());
    for number in 0..3 {
        for account in ["lab0", "lab1"] {
            home.run(&["send", &format!("{account}:general"), &format!("{account} {number}")]).went_well();
        }
    }
    assert_eq!(told_until(&mut tail, "lab1 2").len(), 6);
    assert_eq!(sign_ins(&home), before);
    chat.signal(Signal::KILL);
    tail.object("a gap", |object| object["type"] == "gap");
    home.run(&["send", "lab1:general", "after it"]).went_well();
    assert_eq!(told_until(&mut tail, "after it"), ["after it"]);
    let read = home.run(&["read", "lab1:general", "--json"]);
    let count = read.objects().iter().filter(|message| message["text"] == "lab1 1").count();
    assert_eq!((read.code(), count), (0, 1), "{read:?}");
    tail.signal(Signal::INT);
    assert_eq!(tail.wait().code(), 0);
}

/// Somebody at the socket who need not be nib.
struct Stranger {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Stranger {
    fn come(home: &Home) -> Self {
        let stream = UnixStream::connect(socket(home)).expect("the owner listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        Self { stream, lines }
    }

    fn say(&mut self, text: &str) {
        // Whoever was sent away cannot be told so in the middle of a word.
        _ = self.stream.write_all(text.as_bytes());
    }

    /// The next line; none at the end.
    fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))),
        }
    }

    fn greeted(&mut self) {
        let hello = self.hear().expect("a greeting");
        assert_eq!((&hello["v"], &hello["tell"]["hello"]["role"]), (&json!(1), &json!("chat")), "{hello}");
    }

    /// What is said last.
    fn bye(&mut self) -> String {
        let mut last = None;
        while let Some(told) = self.hear() {
            last = told["tell"]["bye"]["reason"].as_str().map(str::to_owned).or(last);
        }
        last.expect("a reason")
    }
}

#[test]
fn whoever_makes_no_sense_is_told_so_and_bothers_nobody() {
    let server = Server::start();
    let home = home_of(&server, "robin");
    let mut chat = open(&home, CHAT);

    let mut garbage = Stranger::come(&home);
    garbage.greeted();
    garbage.say("\u{1b}[31mhello\0\n{}\n[1,2]\n\n{\"v\":1,\"id\":1,\"ask\":\"everything\"}\n");
    for _ in 0..5 {
        let told = garbage.hear().unwrap();
        assert_eq!(told["tell"]["failed"]["failed"]["text"], "what was asked is not understood", "{told}");
    }
    garbage.say("{\"v\":1,\"id\":7,\"ask\":\"chats\"}\n");
    assert_eq!(garbage.hear().unwrap()["id"], 7, "who comes to their senses is served");
    garbage.say(&"no\n".repeat(100));
    assert_eq!(garbage.bye(), "what was asked is not understood");

    let mut newer = Stranger::come(&home);
    newer.greeted();
    newer.say("{\"v\":2,\"id\":1,\"ask\":\"chats\"}\n");
    assert_eq!(newer.bye(), "another version of nib is asked");

    let mut numberless = Stranger::come(&home);
    numberless.greeted();
    numberless.say("{\"v\":1,\"id\":0,\"ask\":\"chats\"}\n");
    assert_eq!(numberless.bye(), "a question has no number");

    let mut endless = Stranger::come(&home);
    endless.greeted();
    let part = "x".repeat(1 << 20);
    for _ in 0..12 {
        endless.say(&part);
    }
    assert_eq!(endless.bye(), "a line is too long");

    let mut hollow = Stranger::come(&home);
    hollow.greeted();
    let send = |size: u64| json!({ "v": 1, "id": 1, "ask": { "send": { "chat": { "account": 0, "chat": "1" }, "text": "", "reply_to": null, "files": [{ "name": "a", "size": size }] } } });
    hollow.say(&format!("{}\n", send(u64::MAX)));
    assert_eq!(hollow.bye(), "the files are too large together");
    let mut short = Stranger::come(&home);
    short.greeted();
    short.say(&format!("{}\nabc", send(10)));
    short.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(short.bye(), "a file is shorter than it was said to be");
    let mut nowhere = Stranger::come(&home);
    nowhere.greeted();
    nowhere.say(&format!("{}\n0123456789", send(10)));
    assert_eq!(nowhere.hear().unwrap()["tell"]["failed"]["failed"]["text"], "that chat is not there any more");

    // One that asks and asks, and takes nothing of what it is told.
    let mut flood = Stranger::come(&home);
    flood.greeted();
    flood.stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    for id in 1..100_000 {
        if flood.stream.write_all(format!("{{\"v\":1,\"id\":{id},\"ask\":\"chats\"}}\n").as_bytes()).is_err() {
            break;
        }
    }
    home.run(&["send", CHAT, "in spite of the flood"]).went_well();
    chat.wait_for("in spite of the flood");
    chat.send("typed meanwhile\r");
    chat.wait_until("what is typed", |screen| screen.contains("typed meanwhile") && !screen.contains('◷'));
    drop(flood);

    // Many who say nothing.
    let crowd: Vec<Stranger> = (0..200).map(|_| Stranger::come(&home)).collect();
    let mut turned_away = 0;
    for mut one in crowd {
        let told = one.hear().expect("a word for everybody");
        turned_away += usize::from(told["tell"]["bye"]["reason"] == "too many commands are connected");
    }
    assert!(turned_away >= 160, "{turned_away}");
    home.run(&["send", CHAT, "in spite of the crowd"]).went_well();
    chat.wait_for("in spite of the crowd");
    quit(&mut chat);
    let log = home.log();
    assert!(!log.contains("panicked"), "{log}");
}
