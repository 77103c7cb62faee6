//! nib among other programs: pipes, JSON, several at once.

use super::pty::Terminal;
use super::server::Server;
use super::shell::{Call, Home, Running, is_sentence};
use rustix::process::Signal;
use serde_json::{Value, json};

/// A command of somebody.
fn by(server: &Server, home: &Home, username: &str, arguments: &[&str]) -> Call {
    let call = home.nib(arguments);
    server.environment(username).into_iter().fold(call, |call, (name, value)| call.env(name, value))
}

/// Whether a time is RFC 3339 in UTC.
fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok())
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn one_sends_another_follows_and_a_third_looks_on() {
    let server = Server::start();
    let homes = [Home::new(), Home::new(), Home::new()];
    let chat = "Rustaceans/off-topic";
    let mut grace = Terminal::start_with(homes[2].path(), &["--open", chat], 110, 32, &server.environment("grace"));
    grace.wait_for("message #off-topic");
    let mut tail = by(&server, &homes[1], "ada", &["tail", chat, "--json"]).start();
    let online = tail.object("the link", |object| object["type"] == "link");
    assert_eq!(online, json!({ "v": 1, "type": "link", "account": "NIB_TOKEN", "state": "online", "reason": null }));

    let sent = by(&server, &homes[0], "robin", &["send", chat, "--json"]).input("two\nlines\n\n").run().went_well();
    let sent = &sent.objects()[0];
    let told = tail.object("the message", |object| object["type"] == "message");
    assert_eq!((&sent["v"], &sent["id"], &sent["chat"]), (&json!(1), &told["id"], &told["chat"]));
    assert_eq!((&told["text"], &told["chat"], &told["v"]), (&json!("two\nlines"), &json!(chat), &json!(1)));
    assert_eq!(told["author"], json!({ "id": server.account("robin").id.to_string(), "name": "Robin" }));
    assert!(is_time(&told["time"]) && is_id(&told["id"]) && told["reply_to"].is_null() && told["edited"].is_null());
    grace.wait_until("both lines", |screen| screen.contains("two") && screen.contains("lines"));

    let id = sent["id"].as_str().unwrap();
    by(&server, &homes[0], "robin", &["send", chat, "--reply-to", id, "-- an answer"]).run().went_well();
    let told = tail.object("the answer", |object| object["type"] == "message");
    assert_eq!((&told["reply_to"], &told["text"]), (&json!(id), &json!("-- an answer")));
    by(&server, &homes[0], "robin", &["send", chat, "--code-block", "rust"])
        .input("let a = \"```\";\n")
        .run()
        .went_well();
    let told = tail.object("the code", |object| object["type"] == "message");
    assert_eq!(told["text"], "let a = \"```\";");

    grace.send("typed here");
    let typing = tail.object("typing", |object| object["type"] == "typing");
    assert_eq!((&typing["typing"], &typing["chat"]), (&json!(true), &json!(chat)));
    assert_eq!(typing["author"]["id"], server.account("grace").id.to_string());
    grace.send("\r");
    let told = tail.object("what was typed", |object| object["type"] == "message");
    assert_eq!(told["text"], "typed here");
    let sent = |screen: &str| screen.contains("typed here") && screen.contains("message #") && !screen.contains('◷');
    grace.wait_until("it among the messages", sent);
    grace.send("\x1b[A");
    grace.wait_for("changing your message");
    grace.send(" and there\r");
    let edit = tail.object("the change", |object| object["type"] == "edit");
    assert_eq!((&edit["id"], &edit["text"]), (&told["id"], &json!("typed here and there")));
    assert!(is_time(&edit["edited"]));
    // Elsewhere: not what was asked for.
    by(&server, &homes[0], "robin", &["send", "Rustaceans/beginners", "elsewhere"]).run().went_well();
    by(&server, &homes[0], "robin", &["send", chat, "the last"]).run().went_well();
    let last = tail.object("the last", |object| object["type"] == "message");
    assert_eq!(last["text"], "the last");
    tail.signal(Signal::INT);
    let done = tail.wait();
    assert_eq!((done.code(), done.err.as_str()), (0, ""));
    grace.send("\x11");
    assert_eq!(grace.wait_exit(), 0);
}

/// Writes until somebody who follows a chat without saying so hears it; the line.
fn heard(server: &Server, home: &Home, chat: &str, tail: &mut Running) -> String {
    for number in 0..50 {
        by(server, home, "robin", &["send", chat, &format!("number {number}")]).run().went_well();
        if let Some(line) = tail.line_soon() {
            return line;
        }
    }
    panic!("nobody hears");
}

#[test]
fn following_survives_a_lost_connection_and_says_so() {
    let mut server = Server::start();
    let home = Home::new();
    let chat = "Rustaceans/off-topic";
    let mut tail = by(&server, &home, "ada", &["tail", "--json"]).start();
    let mut for_people = by(&server, &home, "ada", &["tail", chat]).start();
    tail.object("the link", |object| object["state"] == "online");
    assert!(heard(&server, &home, chat, &mut for_people).contains("Robin  number "));
    server.stop();
    let offline = tail.object("the loss", |object| object["type"] == "link");
    assert!(offline["state"] == "offline" && offline["reason"].is_string(), "{offline}");
    server.start_again();
    tail.object("the link", |object| object["type"] == "link" && object["state"] == "online");
    tail.object("the gap", |object| object["type"] == "gap");
    by(&server, &home, "robin", &["send", chat, "after it"]).run().went_well();
    tail.object("what comes after", |object| object["text"] == "after it");
    heard(&server, &home, chat, &mut for_people);
    for_people.signal(Signal::INT);
    let done = for_people.wait();
    assert_eq!(done.code(), 0);
    assert!(done.err.lines().count() >= 2 && done.err.contains("NIB_TOKEN: "), "{}", done.err);
    for line in done.err.lines() {
        is_sentence(&format!("{line}\n"));
    }
    // A session that is ended for good ends it, with the code for that.
    server.running().revoke("ada");
    let last = tail.object("the end", |object| object["type"] == "link");
    assert_eq!(last["state"], "signed out");
    let done = tail.wait();
    assert_eq!((done.code(), done.out.as_str()), (3, ""));
    is_sentence(&done.err);
    assert!(done.err.contains("was ended from another device. Set NIB_TOKEN"), "{}", done.err);
}

#[test]
fn what_is_read_is_whole_in_order_and_page_by_page() {
    let server = Server::start();
    let home = Home::new();
    let chat = "Rustaceans/general";
    let read = |arguments: &[&str]| {
        by(&server, &home, "robin", &[&["read", chat, "--json"], arguments].concat()).run().went_well().objects()
    };
    let all = read(&["--limit", "250"]);
    assert_eq!(all.len(), 250, "more than two pages");
    for message in &all {
        let object = message.as_object().unwrap();
        let mut fields: Vec<&str> = object.keys().map(String::as_str).collect();
        fields.sort_unstable();
        let [first, hung, last] = [
            ["account", "attachments", "author", "chat", "edited", "embeds", "entities"].as_slice(),
            &["forwarded", "id", "kind", "markup", "pinned", "poll", "quote", "reactions"],
            &["reply_to", "text", "time", "v"],
        ];
        assert_eq!(fields, [first, hung, last].concat());
        assert!(message["v"] == 1 && message["chat"] == chat && message["kind"].is_string(), "{message}");
        assert!(is_id(&message["id"]) && is_id(&message["author"]["id"]) && is_time(&message["time"]), "{message}");
        assert!(message["author"]["name"].is_string() && message["attachments"].is_array(), "{message}");
        assert!(message["edited"].is_null() || is_time(&message["edited"]), "{message}");
        assert!(message["reply_to"].is_null() || is_id(&message["reply_to"]), "{message}");
    }
    assert!(
        all.iter().any(|message| message["edited"].is_string())
            && all.iter().any(|message| message["reply_to"].is_string())
    );
    let times: Vec<jiff::Timestamp> =
        all.iter().map(|message| message["time"].as_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted(), "oldest first");
    let before = all[249]["id"].as_str().unwrap();
    assert_eq!(read(&["--limit", "249", "--before", before]), all[..249]);
    assert_eq!(read(&["--limit", "1"]), all[249..]);
    // Reading moves no mark.
    let unread = by(&server, &home, "robin", &["chats", "--unread", "--json"]).run().went_well().objects();
    assert!(unread.iter().any(|one| one["name"] == chat && one["mentions"] == 1), "{unread:?}");
}

#[test]
fn whoever_stops_listening_is_left_in_peace() {
    let server = Server::start();
    let home = Home::new();
    let nib = env!("CARGO_BIN_EXE_nib");
    let shell = |script: &str| {
        let script = script.replace("NIB", nib);
        let call = home.call("sh", &["-c", &script]);
        server.environment("robin").into_iter().fold(call, |call, (name, value)| call.env(name, value)).run()
    };
    for command in
        ["read Rustaceans/general --limit 2000", "read Rustaceans/general --json --limit 2000", "chats", "--help"]
    {
        let done = shell(&format!("(NIB {command}; echo \"code $?\" >&2) | head -n 1"));
        assert_eq!((done.code(), done.err.as_str(), done.out.lines().count()), (0, "code 0\n", 1), "{done:?}");
    }
    // Nobody reads from the start.
    let done = shell("(NIB chats; echo \"code $?\" >&2) | true");
    assert_eq!(done.err, "code 0\n");
    // Closed outright: there is nobody to tell.
    assert_eq!(shell("NIB chats >&-; echo $?").out, "0\n");
    assert_eq!(shell("NIB chats 2>&- >/dev/null; echo $?").out, "0\n");
    assert_eq!(shell("NIB send nowhere/x hello 2>&-; echo $?").out, "1\n");
    assert_eq!(shell("NIB send self <&-; echo $?").out, "2\n");
    if cfg!(target_os = "linux") {
        let full = shell("NIB chats > /dev/full");
        full.failed(1, &["output cannot be written", "there is no space left"]);
    }
}

#[test]
fn following_ends_when_nobody_listens_any_more() {
    let server = Server::start();
    let home = Home::new();
    let mut tail = by(&server, &home, "ada", &["tail", "--json"]).start();
    tail.object("the link", |object| object["type"] == "link");
    tail.close_output();
    // The reader's thread lets go of the pipe with the next line; the one after it tells nib.
    for text in ["one", "two"] {
        by(&server, &home, "robin", &["send", "Rustaceans/off-topic", text]).run().went_well();
    }
    let done = tail.wait();
    assert_eq!((done.code(), done.err.as_str()), (0, ""));

    // Without anything to print, too.
    let script = format!("{} tail --json | head -n 1", env!("CARGO_BIN_EXE_nib"));
    let call = home.call("sh", &["-c", &script]);
    let call = server.environment("ada").into_iter().fold(call, |call, (name, value)| call.env(name, value));
    let done = call.run();
    assert_eq!((done.code(), done.objects().len(), done.err.as_str()), (0, 1, ""));
}
