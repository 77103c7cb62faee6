//! What is kept on this machine, without any connection: reading, writing it to files, and seeing to it.

use super::pty::Terminal;
use super::server::Server;
use super::shell::{Home, is_sentence};
use nib::domain::{
    AccountId, Chat, ChatId, ChatKey, ChatKind, CleanText, Message, MessageId, MessageKey, Page, RichText, SortKey,
    User, UserId, Wall,
};
use nib::store::{AccountKey, Command, Options, Stamps, Store, Ticket, Write};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

const CHAT: &str = "Rustaceans/code-review";

/// A home in which the chat was open for a while, and its server.
fn lived_in() -> (Server, Home) {
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    let mut terminal = Terminal::start(home.path(), &["--open", CHAT], 110, 32);
    terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
    terminal.send("to be kept <b>here</b>\r");
    terminal.wait_until("it sent", |screen| {
        screen.contains("to be kept") && !screen.contains("┃ to be kept") && !screen.contains('◷')
    });
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    (server, home)
}

#[test]
fn what_was_seen_is_read_and_written_to_files_without_a_connection() {
    let (mut server, home) = lived_in();
    let there = home.run(&["read", CHAT, "--limit", "5", "--json"]).went_well().objects();
    server.stop();
    home.run(&["read", CHAT]).failed(4, &["offline"]);
    let read = home.run(&["read", CHAT, "--offline", "--limit", "5", "--json"]).went_well();
    // What people are called in a community may not be kept; who they are is.
    let plain = |objects: Vec<serde_json::Value>| -> Vec<serde_json::Value> {
        let without = |mut object: serde_json::Value| {
            object["author"]["name"].take();
            object
        };
        objects.into_iter().map(without).collect()
    };
    assert_eq!(plain(read.objects()), plain(there), "the same as the server says it");
    let last = read.objects()[4]["id"].as_str().unwrap().to_owned();
    let before = home.run(&["read", CHAT, "--offline", "--limit", "4", "--json", "--before", &last]).went_well();
    assert_eq!(before.objects(), read.objects()[..4]);
    home.run(&["read", CHAT, "--offline", "--before", "12345"]).failed(1, &["12345", "not kept"]);
    home.run(&["read", "nowhere/x", "--offline"]).failed(1, &["no chat"]);
    home.run(&["read", "@nobody-known", "--offline"]).failed(1, &["no chat"]);
    let chats = home.run(&["chats", "--offline", "--json"]).went_well().objects();
    assert!(chats.iter().any(|chat| chat["name"] == CHAT && chat["account"] == "robin"), "{chats:?}");
    home.run(&["--offline", "send", CHAT, "no"]).failed(2, &["--offline", "--queue"]);
    home.run(&["--offline", "tail"]).failed(2, &["--offline"]);

    let text = home.run(&["export", CHAT]);
    assert!(text.code() == 0 && text.out.ends_with("  Robin  to be kept <b>here</b>\n"), "{text:?}");
    let lines = home.run(&["export", CHAT, "--format", "jsonl"]);
    let messages: Vec<_> = lines.objects().into_iter().filter(|line| line["type"] == "message").collect();
    assert_eq!(messages.last().unwrap()["id"], json!(last));
    // What is not kept is named where it is missing, and once on standard error.
    let holes = lines.objects().iter().filter(|line| line["type"] == "gap").count();
    assert_eq!(text.out.lines().filter(|line| line.starts_with("[Messages are missing here")).count(), holes);
    assert_eq!(lines.err.is_empty(), holes == 0, "{lines:?}");
    if holes > 0 {
        is_sentence(&lines.err);
    }
    let page = home.path().join("page.html");
    let arguments = ["export", CHAT, "--format", "html", "-o", "page.html"];
    assert_eq!(home.run(&arguments).code(), 0);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("to be kept &lt;b&gt;here&lt;/b&gt;") && html.ends_with("</html>\n"), "{html}");
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    home.run(&arguments).failed(1, &["page.html", "is there already", "--force"]);
    assert_eq!(home.run(&[&arguments[..], &["--force"]].concat()).code(), 0);
    assert_eq!(fs::read_to_string(&page).unwrap(), html);
    home.run(&["export", "nowhere/x", "-o", "none.txt"]).failed(1, &["no chat"]);
    home.run(&["export", CHAT, "-o", "no/such/place.txt"]).failed(1, &["cannot be written", "no folder \"no/such\""]);
    home.run(&["export", CHAT, "-o", ".", "--force"]).failed(1, &["is a folder", "Name a file in it"]);
    // Where no message can be meant, that is said.
    home.run(&["export", CHAT, "--since", "2999-01-01"]).failed(2, &["still to come"]);
    home.run(&["read", CHAT, "--offline", "--since", "today", "--until", "2020-01-01"])
        .failed(2, &["--until", "after"]);
    let limit = home.run(&["read", CHAT, "--offline", "--limit", "-3"]);
    assert!(limit.code() == 2 && limit.err.contains("a whole number from 1 to 100000"), "{limit:?}");
    let several = home.run(&["send", CHAT, "two", "words"]);
    assert!(several.code() == 2 && several.err.contains("several words stands in quotes"), "{several:?}");
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("tmp") && name != "none.txt"), "{left:?}");
    let markdown = home.run(&["export", CHAT, "--format", "markdown"]);
    assert!(markdown.out.starts_with("# \\#code\\-review\n") && markdown.out.contains("\\<b\\>here"), "{markdown:?}");
}

#[test]
fn what_waits_is_said_wherever_it_is_read() {
    let (server, home) = lived_in();
    let mut terminal = Terminal::start(home.path(), &["--offline", "--open", CHAT], 110, 32);
    terminal.wait_until("the chat", |screen| screen.contains("to be kept <b>here</b>"));
    terminal.send("\x1b[A");
    terminal.wait_until("the change begun", |screen| screen.contains("changing your message"));
    terminal.send(" and more\r");
    let line =
        |screen: &str, what: &str| screen.lines().find(|line| line.contains(what)).unwrap_or_default().to_owned();
    terminal.wait_until("a sign at what was changed", |screen| line(screen, "and more").contains('◷'));
    terminal.send("to be sent later\r");
    terminal.wait_until("the message", |screen| line(screen, "to be sent later").contains('◷'));
    let changed = "to be kept <b>here</b> and more (the change waits to be sent)\n";
    for through_owner in [true, false] {
        let read = home.run(&["read", CHAT, "--offline", "--limit", "2"]).went_well().out;
        assert!(read.contains(changed) && read.ends_with("  to be sent later (not sent yet)\n"), "{read}");
        let exported = home.run(&["export", CHAT, "--format", "jsonl"]).objects();
        let [.., of_old, new] = &exported[..] else { panic!("{exported:?}") };
        assert_eq!((&of_old["waits"]["kind"], &new["waits"]["kind"]), (&json!("edit"), &json!("send")));
        assert_eq!((&new["id"], &new["author"]["name"]), (&json!(null), &json!("Robin")));
        if through_owner {
            terminal.send("\x11");
            assert_eq!(terminal.wait_exit(), 0);
        }
    }
    // With a connection both go out, and nothing is said of them any more.
    let mut terminal = Terminal::start(home.path(), &["--open", CHAT], 110, 32);
    terminal.wait_until("it sent", |screen| {
        screen.contains("and more") && screen.contains("to be sent later") && !screen.contains('◷')
    });
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let read = home.run(&["read", CHAT, "--limit", "2"]).went_well().out;
    assert!(read.contains("and more (edited)\n") && read.ends_with("to be sent later\n"), "{read}");
    drop(server);
}

#[test]
fn what_is_queued_is_kept_and_goes_out_with_the_next_run() {
    let (server, home) = lived_in();
    home.run(&["--offline", "send", CHAT, "no queue"]).failed(2, &["--offline"]);
    assert_eq!(home.run(&["send", CHAT, "x", "--queue", "--wait", "3"]).code(), 2, "nothing is waited for");
    home.run(&["send", "nowhere/x", "lost", "--queue"]).failed(1, &["no chat"]);
    // Without an owner nothing is dialled: the message is in the store when the command ends.
    home.run(&["send", CHAT, "queued one", "--queue"]).went_well();
    let queued = home.run(&["--offline", "send", CHAT, "queued two", "--queue", "--json"]).went_well().objects();
    assert_eq!(queued, [json!({ "v": 1, "account": "robin", "chat": CHAT, "queued": true })]);
    let read = home.run(&["read", CHAT, "--offline", "--limit", "1"]).went_well().out;
    assert!(read.contains("queued one (not sent yet)\n") && read.ends_with("queued two (not sent yet)\n"), "{read}");
    // With one, it is the owner's to keep and to send.
    let mut terminal = Terminal::start(home.path(), &["--offline", "--open", CHAT], 110, 32);
    terminal.wait_until("what waits", |screen| screen.contains("queued two"));
    home.run(&["send", CHAT, "queued three", "--queue"]).went_well();
    terminal.wait_until("the third", |screen| screen.contains("queued three"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let mut terminal = Terminal::start(home.path(), &["--open", CHAT], 110, 32);
    terminal.wait_until("all sent", |screen| screen.contains("queued three") && !screen.contains('◷'));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let there = home.run(&["read", CHAT, "--limit", "3", "--json"]).went_well().objects();
    let texts: Vec<_> = there.iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["queued one", "queued two", "queued three"]);
    drop(server);
}

#[test]
fn what_is_written_to_a_file_keeps_its_marks() {
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    let said = "look **bold** [b](https://ok.example/x) `code` ||secret||";
    let mut terminal = Terminal::start(home.path(), &["--open", "self"], 110, 32);
    terminal.wait_until("the chat", |screen| screen.contains("online"));
    terminal.send(&format!("{said}\r"));
    terminal.wait_until("it sent", |screen| screen.contains("look bold b code") && !screen.contains('◷'));
    let newest = home.run(&["read", "self", "--limit", "1", "--json"]).went_well().objects();
    let id = newest[0]["id"].as_str().unwrap();
    home.run(&["send", "self", "an answer", "--reply-to", id]).went_well();
    terminal.wait_until("the answer", |screen| screen.contains("an answer"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let there = home.run(&["read", "self", "--limit", "2"]).went_well().out;
    let lines: Vec<&str> = there.lines().collect();
    let [first, quoted, answer] = lines[..] else { panic!("{there}") };
    assert!(first.ends_with(said), "{there}");
    assert!(quoted.ends_with("  > Robin: look bold b code secret") && answer.trim() == "an answer", "{there}");
    let export = |format: &str| home.run(&["export", "self", "--format", format]);
    assert!(export("text").out.ends_with(&there), "{:?}", export("text"));
    let object = &export("jsonl").objects().into_iter().find(|line| line["text"] == "look bold b code secret").unwrap();
    assert_eq!(object["markup"], said);
    let links: Vec<_> =
        object["entities"].as_array().unwrap().iter().filter_map(|one| one["address"].as_str()).collect();
    assert_eq!(links, ["https://ok.example/x"]);
    let page = export("html").out;
    let element = "<a href=\"https://ok.example/x\" rel=\"noreferrer\">b</a> <code>code</code> <span class=\"spoiler\"";
    assert!(
        page.contains("<strong>bold</strong>") && page.contains(element) && page.contains("class=\"reply\""),
        "{page}"
    );
    let markdown = export("markdown").out;
    assert!(markdown.contains("look **bold** [b](<https://ok.example/x>) `code` ||secret||\n"), "{markdown}");
    assert!(markdown.contains("\n> **Robin**: look bold"), "{markdown}");
}

#[test]
fn the_store_is_seen_to_by_itself_and_through_the_chat() {
    let (_server, home) = lived_in();
    let path = home.run(&["store", "path"]).went_well().out;
    assert!(fs::metadata(path.trim_end()).unwrap().is_file(), "{path}");
    let object = home.run(&["store", "path", "--json"]).went_well().objects();
    assert_eq!(object, [json!({ "v": 1, "path": path.trim_end() })]);
    home.run(&["store", "check"]).went_well();
    assert_eq!(home.run(&["store", "check", "--json"]).went_well().objects(), [json!({ "v": 1, "faults": [] })]);
    let compact = &home.run(&["store", "compact", "--json"]).went_well().objects()[0];
    assert!(compact["after"].as_u64().unwrap() <= compact["before"].as_u64().unwrap(), "{compact}");

    // The chat has it, and is asked.
    let mut terminal = Terminal::start(home.path(), &["--open", CHAT], 110, 32);
    terminal.wait_until("the chat", |screen| screen.contains("to be kept") && screen.contains("online"));
    home.run(&["store", "check"]).went_well();
    home.run(&["store", "compact"]).went_well();
    home.run(&["store", "forget", "robin"]).failed(1, &["quit it first"]);
    let read = home.run(&["read", CHAT, "--offline", "--limit", "1"]).went_well().out;
    assert!(read.ends_with("to be kept <b>here</b>\n"), "{read}");
    assert!(home.run(&["export", CHAT]).out.ends_with("to be kept <b>here</b>\n"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);

    home.run(&["store", "forget", "nobody"]).failed(3, &["no account \"nobody\"", "robin"]);
    let forgotten = home.run(&["store", "forget", "robin", "--json"]).went_well().objects();
    assert_eq!(forgotten, [json!({ "v": 1, "account": "robin", "forgotten": true })]);
    home.run(&["read", CHAT, "--offline"]).failed(1, &["no chat"]);
    // Damage is told, and what was there is not written over.
    fs::write(path.trim_end(), "no database").unwrap();
    home.run(&["store", "check"]).failed(1, &["it is no database", "moved aside"]);
    assert_eq!(fs::read(path.trim_end()).unwrap(), b"no database");
}

#[test]
fn a_long_chat_is_written_page_by_page() {
    const MESSAGES: u64 = 20_000;
    let server = Server::start();
    let home = Home::new();
    let robin = server.account("robin");
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    let file = home.run(&["store", "path"]).went_well().out.trim_end().to_owned();
    let me = UserId::new(u128::from(robin.id));
    let (account, id) = (AccountId(0), ChatId::new(77));
    let chat = ChatKey::new(account, id);
    let (store, mut replies) = Store::start(Options::new(file.into())).unwrap();
    let mut stamps = Stamps::default();
    let key = AccountKey { network: "osmium".to_owned(), server: server.url.clone(), user: me };
    store.send_blocking(Command::Write(None, Write::Bind(account, key))).unwrap();
    let saved = Chat { id, wire: CleanText::ours("77"), kind: ChatKind::Saved, ..Chat::default() };
    store.send_blocking(Command::Write(None, Write::Chats(account, vec![saved]))).unwrap();
    let ada = User { id: UserId::new(5), name: CleanText::ours("Ada of old"), ..User::default() };
    store.send_blocking(Command::Write(None, Write::People(account, vec![ada]))).unwrap();
    for part in 0..MESSAGES / 1_000 {
        // One page does not join the one before.
        let from = part * 1_000 + if part == 7 { 1 } else { 0 };
        let message = |number: u64| {
            let id = MessageId::new(u128::from(number) + 1);
            Arc::new(Message {
                key: MessageKey { order: SortKey(u128::from(number) + 1), id },
                chat: id_of(chat),
                author: UserId::new(5),
                at: Some(Wall(1_700_000_000_000 + i64::try_from(number).unwrap() * 1_000)),
                body: RichText::plain(CleanText::new(&format!("number {number}"))),
                ..Message::default()
            })
        };
        let messages: Vec<_> = (from..(part + 1) * 1_000).map(message).collect();
        let page = match part {
            0 => Page::Around(MessageId::new(1)),
            7 => Page::Around(MessageId::new(7_500)),
            _ => Page::After(MessageKey { order: SortKey(u128::from(from)), id: MessageId::new(u128::from(from)) }),
        };
        let write =
            Write::Page { chat, asked: stamps.ask(), page, messages, reached_start: part == 0, reached_end: false };
        store.send_blocking(Command::Write(Some(Ticket(part)), write)).unwrap();
        while replies.try_recv().is_ok() {}
    }
    drop(store.close(replies));

    let done = home.run(&["export", "self", "--format", "jsonl"]);
    let objects = done.objects();
    let messages: Vec<&serde_json::Value> = objects.iter().filter(|object| object["type"] == "message").collect();
    assert_eq!(messages.len() as u64, MESSAGES - 1, "{}", done.err);
    assert!(messages.iter().all(|message| message["author"]["name"] == "Ada of old"));
    let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!((texts[0], texts[6_999], texts[7_000]), ("number 0", "number 6999", "number 7001"));
    assert_eq!(objects[7_000]["type"], "gap", "the hole stands where it is");
    assert!(
        done.err.contains("parts of \"self\" are missing") || done.err.contains("Parts of \"self\""),
        "{}",
        done.err
    );
    // Message 6400 was sent at midnight, and 600 of them in ten minutes.
    let zone = jiff::tz::TimeZone::system();
    let day = |at: i64| {
        let at = jiff::Timestamp::from_second(1_700_000_000 + at).unwrap().to_zoned(zone.clone());
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    let between = ["--since", &day(6_400), "--until", &day(7_000)];
    for command in [&["export", "self"][..], &["read", "self", "--offline", "--limit", "5000"]] {
        let some = home.run(&[command, &between].concat());
        let lines: Vec<&str> = some.out.lines().collect();
        assert_eq!((some.code(), lines.len()), (0, 600), "{}", some.err);
        assert!(
            lines[0].ends_with("number 6400") && lines[599].ends_with("number 6999"),
            "{} {}",
            lines[0],
            lines[599]
        );
    }
    let wrong = home.run(&["export", "self", "--since", "soon"]);
    assert!(wrong.code() == 2 && wrong.err.contains("that is no day; it is written 2026-03-01"), "{}", wrong.err);
    let read = home.run(&["read", "self", "--offline", "--limit", "15000"]);
    let holes = read.out.lines().filter(|line| line.starts_with("[Messages are missing here")).count();
    assert_eq!((read.code(), read.out.lines().count(), holes), (0, 15_001, 1), "{}", read.err);
    assert!(read.err.contains("missing here"), "{}", read.err);
}

#[test]
fn commands_move_nothing_that_they_cannot_use() {
    let (_server, home) = lived_in();
    let file = home.path().join("data/store.db");
    let good = fs::read(&file).unwrap();
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    // One that begins as it should, with a page that makes no sense.
    let conn = rusqlite::Connection::open(&file).unwrap();
    let page: usize = conn
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'people'", [], |row| row.get::<_, u32>(0))
        .unwrap() as usize;
    drop(conn);
    let mut damaged = good.clone();
    damaged[(page - 1) * 4_096..page * 4_096].fill(0xaa);
    for (bytes, why) in [(vec![0; 5_000], "it is no database"), (newer, "newer nib"), (damaged, "is damaged")] {
        fs::write(&file, &bytes).unwrap();
        for command in [&["store", "check"][..], &["store", "compact"], &["chats", "--offline"], &["export", CHAT]] {
            home.run(command).failed(1, &[why]);
            assert_eq!(fs::read(&file).unwrap(), bytes, "{command:?}");
        }
    }
    fs::write(&file, good).unwrap();
    home.run(&["store", "check"]).went_well();
}

fn id_of(chat: ChatKey) -> ChatId {
    chat.chat
}

#[test]
fn what_is_held_back_reaches_others_when_one_quits_at_once() {
    let server = Server::start();
    let (home, other) = (Home::new(), Home::new());
    let robin = server.account("robin");
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    let mut terminal = Terminal::start(home.path(), &["--open", "@ada"], 110, 32);
    terminal.wait_until("the chat", |screen| screen.contains("┃ message") && screen.contains("online"));
    let environment = server.environment("ada");
    let ada = Terminal::start_with(other.path(), &["--open", "@robin"], 110, 32, &environment);
    ada.wait_until("the chat", |screen| screen.contains("┃ message") && screen.contains("online"));
    terminal.send("not meant for you\r");
    ada.wait_for("not meant for you");
    terminal.wait_until("it sent", |screen| screen.contains("not meant for you") && !screen.contains('◷'));
    terminal.send("\x1b[27u");
    terminal.wait_for("r reply");
    terminal.send("d");
    terminal.wait_for("Delete");
    terminal.send("\t\r");
    terminal.wait_for("Deleted for others in 5 s");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    ada.wait_gone("not meant for you");
}
