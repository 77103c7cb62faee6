//! A profile with very many messages costs in memory and time what one with few does.
//!
//! How many is said by `NIB_STORE_MESSAGES`.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use nib::domain::{
    AccountId, Chat, ChatId, ChatKey, CleanText, Message, MessageId, MessageKey, RichText, SortKey, UserId, Wall,
};
use nib::store::{AccountKey, Care, Command, Found, Options, Query, Replies, Reply, Stamp, Store, Ticket, Write};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CHAT: &str = "rustaceans/off-topic";
/// The last part of the chat's name.
const NAME: &str = "off-topic";
const ACCOUNT: AccountId = AccountId(0);
/// Messages of one command.
const BATCH: usize = 256;
/// What a large profile may take more than an empty one, in KiB.
const MORE: u64 = 20 << 10;
const SIZE: (u16, u16) = (200, 50);
/// Between two messages, in milliseconds: a million of them are some years.
const APART: i64 = 120_000;

fn count() -> i64 {
    std::env::var("NIB_STORE_MESSAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(5_000)
}

/// Who is signed in, as the store knows it.
fn account(file: &Path) -> AccountKey {
    let conn = Connection::open(file).unwrap();
    let key = |row: &rusqlite::Row<'_>| {
        let user = u128::try_from(row.get::<_, i64>(2)?).expect("a number");
        Ok(AccountKey { network: row.get(0)?, server: row.get(1)?, user: UserId::new(user) })
    };
    conn.query_row("SELECT network, server, user FROM accounts", [], key).unwrap()
}

fn ask(store: &Store, replies: &mut Replies, command: Command) -> Reply {
    store.send_blocking(command).unwrap();
    loop {
        let reply = replies.blocking_recv().unwrap();
        if matches!(reply, Reply::Found(..) | Reply::Seen(..)) {
            return reply;
        }
    }
}

fn message(chat: ChatId, after: MessageKey, author: UserId, number: i64) -> Arc<Message> {
    let id = after.id.value() + (u128::try_from(number + 1).unwrap() << 22);
    let text =
        format!("kept {number} says something of the usual length, about ninety-six letters, {:x}.", number * 7919);
    Arc::new(Message {
        key: MessageKey { order: SortKey(id), id: MessageId::new(id) },
        chat,
        author,
        at: Some(Wall(1_600_000_000_000 + number * APART)),
        body: RichText::plain(CleanText::from_owned(text)),
        ..Message::default()
    })
}

/// Puts so many messages behind those that are stored, as if they had been told.
fn fill(file: &Path, count: i64) {
    let key = account(file);
    let (store, mut replies) = Store::start(Options { budget: u64::MAX, ..Options::new(file.to_owned()) }).unwrap();
    let me = key.user;
    store.send_blocking(Command::Write(None, Write::Bind(ACCOUNT, key))).unwrap();
    let Reply::Found(_, Ok(Found::Start(start))) = ask(&store, &mut replies, Command::Read(Ticket(1), Query::Start))
    else {
        panic!("a start")
    };
    let is_it = |chat: &Chat| &*chat.name == NAME;
    let found = start.chats.iter().map(|(_, chat)| chat).find(|chat| is_it(chat)).expect("the chat");
    let (chat, last) = (found.id, found.last_message.expect("messages"));
    let numbers: Vec<i64> = (0..count).collect();
    for (at, some) in numbers.chunks(BATCH).enumerate() {
        let messages = some.iter().map(|number| message(chat, last, me, *number)).collect();
        let push = Write::Push { chat: ChatKey::new(ACCOUNT, chat), messages, told: Stamp(u32::try_from(at).unwrap()) };
        store.send_blocking(Command::Write(None, push)).unwrap();
        while replies.try_recv().is_ok() {}
    }
    let all = ask(&store, &mut replies, Command::Read(Ticket(1), Query::Size));
    let Reply::Found(_, Ok(Found::Size(size))) = all else { panic!("{all:?}") };
    assert!(size.messages >= u64::try_from(count).unwrap(), "{size:?}");
    // Done here, so that it is not what is measured.
    ask(&store, &mut replies, Command::Care(Ticket(1), Care::Index));
    let _ = store.close(replies);
}

/// What a start without a connection costs: until the newest message shows, and the memory then and after some pages up, in KiB.
fn start(home: &Home, newest: &str) -> (Duration, u64, u64) {
    let begun = Instant::now();
    let mut terminal = Terminal::start(home.path(), &["--offline", "--open", CHAT], SIZE.0, SIZE.1);
    terminal.wait_until("the newest message", |screen| screen.contains(newest) && screen.contains("┃ message #"));
    let usable = begun.elapsed();
    terminal.wait_quiet(Duration::from_millis(200));
    let at_start = terminal.resident();
    for _ in 0..20 {
        terminal.send("\x1b[5~");
        terminal.wait_quiet(Duration::from_millis(50));
    }
    assert!(!terminal.screen().contains(newest));
    let after = terminal.resident();
    // The next start stands where this one ends.
    terminal.send("\x1b[1;3F");
    terminal.wait_for(newest);
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    (usable, at_start, after)
}

/// The home of who has just left a chat with this as its newest message.
fn home(server: &Server) -> Home {
    let (home, robin) = (Home::new(), server.account("robin"));
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    home.run(&["send", CHAT, "the newest."]).went_well();
    let mut terminal = Terminal::start(home.path(), &["--open", CHAT], SIZE.0, SIZE.1);
    terminal.wait_until("the chat", |screen| screen.contains("the newest.") && screen.contains(" ms"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    home
}

#[test]
#[allow(clippy::print_stdout, reason = "what was measured is for people")]
fn a_profile_with_very_many_messages_costs_what_a_small_one_does() {
    let count = count();
    let server = Server::start();
    let [small, large] = [home(&server), home(&server)];
    drop(server);
    fill(&large.path().join("data/store.db"), count);
    let last = format!("kept {} says", count - 1);
    let mut best = [Duration::MAX; 2];
    for round in 0..3 {
        let few = start(&small, "the newest.");
        let many = start(&large, &last);
        best = [best[0].min(few.0), best[1].min(many.0)];
        println!("round {round}, usable, KiB at the start and 20 pages up: few {few:?}, {count} more {many:?}");
        for (few, many) in [(few.1, many.1), (few.2, many.2)] {
            assert!(many <= few + MORE, "{count} messages take {} KiB more", many - few);
        }
    }
    // The machine may be busy with something else for a while, but a look at all messages takes far longer than this.
    let most = best[0] * 3 + Duration::from_millis(300);
    assert!(best[1] < most, "a start takes {:?} with few and {:?} with {count} messages more", best[0], best[1]);
}
