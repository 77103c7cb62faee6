//! What was typed and not sent is there in the next run, whatever ended this one.

use super::pty::{PATIENCE, Terminal};
use super::server::Server;
use super::shell::Home;
use nib::domain::{ChatId, UserId};
use nib::net::osmium::wire::core::client_message::Message as Request;
use nib::net::osmium::wire::messages::DeleteMessage;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Somebody who is signed in for good.
struct Desk {
    server: Server,
    home: Home,
}

impl Desk {
    fn new() -> Self {
        let (server, home) = (Server::start(), Home::new());
        let account = server.account("robin");
        home.log_in(&server.url, &account.email, &account.password).went_well();
        Self { server, home }
    }

    fn starts(&self) -> Terminal {
        let terminal = Terminal::start(self.home.path(), &["--open", "rustaceans/off-topic"], 110, 30);
        terminal.wait_until("the chat", |screen| screen.contains("# off-topic") && screen.contains("online"));
        terminal
    }

    fn store(&self) -> PathBuf {
        self.home.path().join("data/store.db")
    }

    /// The drafts in the store.
    fn drafts(&self) -> Vec<String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let Ok(conn) = Connection::open_with_flags(self.store(), flags) else { return Vec::new() };
        let Ok(mut all) = conn.prepare("SELECT CAST(text AS BLOB) FROM drafts ORDER BY chat") else {
            return Vec::new();
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let found = all.query_map([], |row| Ok(text(row.get(0)?))).and_then(Iterator::collect);
        found.unwrap_or_default()
    }

    /// Waits until the store has a draft with a text in it, or none at all. Nothing tells when it is written.
    #[track_caller]
    fn wait_kept(&self, holds: Option<&str>) {
        let end = Instant::now() + PATIENCE;
        loop {
            let drafts = self.drafts();
            match holds {
                None if drafts.is_empty() => return,
                Some(word) if drafts.iter().any(|text| text.contains(word)) => return,
                _ => assert!(Instant::now() < end, "waited for {holds:?} in {drafts:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends nib without a word, once the store has a draft with a text in it, and starts it again.
    #[track_caller]
    fn killed(&self, terminal: Terminal, kept: &str) -> Terminal {
        self.wait_kept(Some(kept));
        terminal.signal(Signal::KILL);
        drop(terminal);
        self.starts()
    }

    /// The newest messages, oldest first, as somebody else reads them.
    fn messages(&self, limit: usize) -> Vec<serde_json::Value> {
        let call = self.home.nib(&["read", "rustaceans/off-topic", "--json", "--limit", &limit.to_string()]);
        let ada = self.server.environment("ada");
        ada.into_iter().fold(call, |call, (name, value)| call.env(name, value)).run().went_well().objects()
    }
}

/// Waits until a message is sent and the composer empty.
fn is_sent(terminal: &Terminal, text: &str) {
    terminal.wait_until("it is sent", |screen| {
        screen.contains(text) && screen.contains("message #off-topic") && !screen.contains('◷')
    });
}

#[test]
fn drafts_outlive_whatever_ends_nib() {
    let desk = Desk::new();
    for (number, end) in ["quit", "term", "hup", "closed", "kill"].into_iter().enumerate() {
        let mut terminal = desk.starts();
        let text = format!("thought number {number}");
        terminal.send(&text);
        terminal.wait_for(&text);
        match end {
            "quit" => terminal.send("\x11"),
            "term" => terminal.signal(Signal::TERM),
            "hup" => terminal.signal(Signal::HUP),
            "closed" => terminal.hang_up("\x0c"),
            // What is kept a moment after it was typed outlives even this.
            _ => {
                desk.wait_kept(Some(&text));
                terminal.signal(Signal::KILL);
            }
        }
        if end == "kill" {
            drop(terminal);
        } else {
            let code = terminal.wait_exit();
            assert!(code == 0 || end == "closed", "{end}: {code}");
        }
        desk.wait_kept(Some(&text));
        assert_eq!(fs::metadata(desk.store()).unwrap().permissions().mode() & 0o777, 0o600);
        let mut next = desk.starts();
        next.wait_for(&format!("┃ {text}"));
        // What is cleared does not come back.
        next.send("\x03");
        next.wait_gone(&text);
        desk.wait_kept(None);
        next.send("\x11");
        assert_eq!(next.wait_exit(), 0);
    }
    assert!(!desk.home.log().contains("thought number"), "the log holds no texts");
    assert!(desk.server.url.starts_with("ws://"));
}

#[test]
fn a_sent_draft_is_gone_and_others_stay() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("first");
    terminal.wait_for("┃ first");
    terminal.send("\x1b[1;3B");
    terminal.wait_gone("┃ first");
    desk.wait_kept(Some("first"));
    terminal.send("\x1b[1;3A");
    terminal.wait_for("┃ first");
    terminal.send("\r");
    terminal.wait_until("it is sent", |screen| {
        screen.contains("first") && !screen.contains("┃ first") && !screen.contains('◷')
    });
    desk.wait_kept(None);
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn an_accounts_drafts_go_with_it() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("to be forgotten");
    terminal.wait_for("to be forgotten");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit(), 0);
    desk.wait_kept(Some("to be forgotten"));
    desk.home.run(&["logout"]).went_well();
    desk.wait_kept(None);
}

#[test]
fn drafts_that_make_no_sense_are_moved_aside_in_words() {
    let desk = Desk::new();
    let file = desk.home.path().join("data/drafts.json");
    fs::write(&file, "{\"v\":7,\"drafts\":\"newer\"}").unwrap();
    // The sentence stands where the state of the connection does otherwise.
    let mut terminal = Terminal::start(desk.home.path(), &["--open", "rustaceans/off-topic"], 110, 30);
    terminal.wait_for("the drafts of earlier runs");
    let aside = desk.home.path().join("data/drafts.json.unreadable-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{\"v\":7,\"drafts\":\"newer\"}");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn what_is_there_for_one_run_only_keeps_no_drafts() {
    let (server, home) = (Server::start(), Home::new());
    let environment = server.environment("robin");
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 110, 30, &environment);
    terminal.wait_for("message #off-topic");
    terminal.send("for this run");
    terminal.wait_for("for this run");
    terminal.send("\x11");
    terminal.wait_for("1 draft would be lost");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!home.path().join("data/store.db").exists());
}

#[test]
fn drafts_of_an_older_nib_are_taken_over_once() {
    let desk = Desk::new();
    // So that it is known which chat it is.
    let mut terminal = desk.starts();
    terminal.send("first");
    desk.wait_kept(Some("first"));
    let conn = Connection::open(desk.store()).unwrap();
    let place = "SELECT accounts.user, drafts.chat FROM drafts JOIN accounts ON accounts.row = drafts.account";
    let number = |value: Value| match value {
        Value::Integer(small) => small.cast_unsigned().into(),
        Value::Blob(bytes) => u128::from_be_bytes(bytes.try_into().unwrap()),
        other => panic!("{other:?}"),
    };
    let found = conn.query_row(place, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (user, chat) = found.map(|(user, chat)| (UserId::new(number(user)), ChatId::new(number(chat)))).unwrap();
    drop(conn);
    terminal.send("\x03\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(desk.drafts(), Vec::<String>::new());
    let file = desk.home.path().join("data/drafts.json");
    let accounts = fs::read_to_string(desk.home.path().join("data/accounts.toml")).unwrap();
    let label = accounts.split("label = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let draft =
        format!("{{\"account\":\"{label}\",\"user\":\"{user}\",\"chat\":\"{chat}\",\"text\":\"from long ago\"}}");
    fs::write(&file, format!("{{\"v\":1,\"drafts\":[{draft}]}}")).unwrap();
    // A command may be about one account of many: it leaves them where they are.
    desk.home.run(&["chats", "--offline"]).went_well();
    assert!(file.exists());
    let mut terminal = desk.starts();
    terminal.wait_for("┃ from long ago");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!file.exists());
    assert_eq!(desk.drafts(), ["from long ago"]);
}

#[test]
fn a_draft_that_was_deleted_by_hand_does_not_come_back() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("ab");
    desk.wait_kept(Some("ab"));
    terminal.send("\x7f\x7f\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(desk.drafts(), Vec::<String>::new());
}

#[test]
fn what_is_written_is_what_it_was_after_a_kill() {
    let desk = Desk::new();
    let mut terminal = desk.starts();
    terminal.send("the first of mine\r");
    is_sent(&terminal, "the first of mine");
    // An answer stays one.
    terminal.send("\x1b[27u");
    terminal.wait_for("r reply");
    terminal.send("r");
    terminal.wait_for("answering");
    terminal.send("half an answer");
    let mut terminal = desk.killed(terminal, "half an answer");
    terminal.wait_until("the answer", |screen| {
        screen.contains("answering") && screen.contains("the first of mine") && screen.contains("┃ half an answer")
    });
    terminal.send("\r");
    is_sent(&terminal, "half an answer");
    let before = desk.messages(2);
    assert_eq!((&before[1]["text"], &before[1]["reply_to"]), (&"half an answer".into(), &before[0]["id"]));
    // A change stays one, and so does what was typed before it.
    terminal.send("next");
    terminal.send("\x1b[27u");
    terminal.wait_for("r reply");
    terminal.send("e");
    terminal.wait_for("changing your message");
    terminal.send(", and the rest");
    let mut terminal = desk.killed(terminal, ", and the rest");
    terminal.wait_until("the change", |screen| {
        screen.contains("changing your message") && screen.contains("┃ half an answer, and the rest")
    });
    terminal.send("\r");
    terminal.wait_for("┃ next");
    let said = |text: &str| {
        let end = Instant::now() + PATIENCE;
        while desk.messages(2)[1]["text"] != text {
            assert!(Instant::now() < end, "waited for {text:?} in {:?}", desk.messages(2));
        }
    };
    said("half an answer, and the rest");
    assert_eq!(desk.messages(2)[1]["id"], before[1]["id"], "it is no new message");
    // Files go along, called what they were called.
    terminal.send("\x03");
    let file = desk.home.path().join("cat.txt");
    fs::write(&file, "meow").unwrap();
    terminal.send(&format!("/add-file {}\r", file.display()));
    terminal.wait_for("1 cat.txt  4 B");
    terminal.send("/rename-file 1 tom.txt\r");
    terminal.wait_for("1 tom.txt  4 B");
    terminal.send("look at him");
    let mut terminal = desk.killed(terminal, "look at him");
    terminal.wait_until("the file", |screen| screen.contains("1 tom.txt  4 B") && screen.contains("┃ look at him"));
    terminal.send("\r");
    is_sent(&terminal, "look at him");
    said("look at him");
    assert!(desk.messages(1)[0].to_string().contains("tom.txt"), "{:?}", desk.messages(1));
    // One that is gone by then is told, and the text stays.
    terminal.send(&format!("/add-file {}\r", file.display()));
    terminal.wait_for("1 cat.txt  4 B");
    terminal.send("once more");
    desk.wait_kept(Some("once more"));
    fs::remove_file(&file).unwrap();
    let mut terminal = desk.killed(terminal, "once more");
    terminal.wait_for("1 cat.txt  cannot be sent as it is");
    terminal.send("\r");
    terminal.wait_for("Not sent: there is no file");
    terminal.wait_for("┃ once more");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0, "nothing is asked");
}

#[test]
fn what_was_deleted_meanwhile_is_neither_answered_nor_changed() {
    let desk = Desk::new();
    let delete = |text: &str| {
        let last = &desk.messages(1)[0];
        assert_eq!(last["text"], text);
        let id: u64 = last["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let running = desk.server.running();
        let chat = running.channel("Rustaceans", "off-topic");
        let request = DeleteMessage { chat_ref: chat, message_ids: vec![id] };
        running.ask("robin", Request::MessagesDeleteMessage(request)).expect("it is deleted");
    };
    for (key, label, then) in [
        ("r", "answering", "The message that you answer was deleted"),
        ("e", "changing your message", "The message that you were changing is gone"),
    ] {
        let mut terminal = desk.starts();
        terminal.send("soon gone\r");
        is_sent(&terminal, "soon gone");
        terminal.send("\x1b[27u");
        terminal.wait_for("r reply");
        terminal.send(key);
        terminal.wait_for(label);
        terminal.send(" my words");
        desk.wait_kept(Some(" my words"));
        terminal.signal(Signal::KILL);
        drop(terminal);
        delete("soon gone");
        // The sentence stands where the state of the connection does otherwise.
        let mut terminal = Terminal::start(desk.home.path(), &["--open", "rustaceans/off-topic"], 110, 30);
        terminal.wait_for(then);
        terminal.wait_gone(label);
        terminal.wait_for("my words");
        terminal.send("\x03\x11");
        assert_eq!(terminal.wait_exit(), 0);
        desk.wait_kept(None);
    }
}
