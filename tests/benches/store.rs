//! What the store costs: rows a second beside bare SQLite inserts, and pages and jumps in chats of any length.
//!
//! `NIB_STORE_MESSAGES` is the length of the longest chat (100,000 unless told; the aims are for 1,000,000). `NIB_STORE_RSS=1` tells how much memory a
//! program takes that has opened an empty store, and one with the longest chat.

#![allow(missing_docs, reason = "a bench is its own documentation")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot begin may stop, and its output is for people"
)]

use divan::Bencher;
use divan::counter::ItemsCount;
use nib::domain::{
    AccountId, ChatId, ChatKey, CleanText, Message, MessageId, MessageKey, RichText, SortKey, UserId, Wall,
};
use nib::store::{AccountKey, Care, Command, Options, Query, Replies, Reply, Seek, Stamp, Store, Ticket, Write};
use rusqlite::{Connection, params};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command as Process;
use std::rc::Rc;
use std::sync::Arc;

const ACCOUNT: AccountId = AccountId(0);
const CHAT: ChatKey = ChatKey::new(ACCOUNT, ChatId::new(1));
/// Rows that are written in one go.
const ROWS: u64 = 50_000;
/// Rows of one command or transaction.
const BATCH: u64 = 256;
/// The process that tells its memory.
const OPENS: &str = "NIB_STORE_OPENS";

fn main() {
    if let Some(file) = std::env::var_os(OPENS) {
        return println!("{}", memory_with(Path::new(&file)));
    }
    if std::env::var_os("NIB_STORE_RSS").is_some() {
        return compare_memory();
    }
    divan::main();
}

fn longest() -> u64 {
    std::env::var("NIB_STORE_MESSAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000)
}

fn lengths() -> [u64; 2] {
    [1_000, longest()]
}

/// As on a network: 64 bits that grow with time, some 96 letters, now and then a link.
fn message(number: u64) -> Arc<Message> {
    let id = u128::from((number + 1) << 22);
    let text = format!(
        "message {number} says something of the usual length, about ninety-six letters in all, {:x}",
        number * 7919
    );
    Arc::new(Message {
        key: MessageKey { order: SortKey(id), id: MessageId::new(id) },
        chat: CHAT.chat,
        author: UserId::new(u128::from(number % 200) << 40),
        at: Some(Wall(1_700_000_000_000 + (number * 1_000).cast_signed())),
        body: RichText::plain(CleanText::from_owned(text)),
        ..Message::default()
    })
}

struct Open {
    store: Store,
    replies: Replies,
    folder: tempfile::TempDir,
}

impl Open {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, mut replies) = Store::start(Options::new(folder.path().join("nib.db"))).unwrap();
        replies.blocking_recv().unwrap();
        let account = AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: UserId::new(1) };
        let mut open = Self { store, replies, folder };
        open.do_all([Write::Bind(ACCOUNT, account)]);
        open
    }

    fn filled(count: u64) -> Self {
        let mut open = Self::new();
        for start in (0..count).step_by(10_000) {
            let messages: Vec<_> = (start..count.min(start + 10_000)).map(message).collect();
            open.do_all(pushes(&messages));
        }
        // Done first, so that it is not measured.
        open.ask(Command::Care(Ticket(1), Care::Index));
        open
    }

    /// Sends all, and waits until the last is committed.
    fn do_all(&mut self, writes: impl IntoIterator<Item = Write>) {
        let mut writes = writes.into_iter().peekable();
        while let Some(write) = writes.next() {
            let ticket = writes.peek().is_none().then_some(Ticket(1));
            self.store.send_blocking(Command::Write(ticket, write)).unwrap();
        }
        let Some(Reply::Written(_, Ok(_))) = self.replies.blocking_recv() else { panic!("committed") };
    }

    fn ask(&mut self, command: Command) -> Reply {
        self.store.send_blocking(command).unwrap();
        self.replies.blocking_recv().unwrap()
    }

    fn page(&mut self, seek: Seek) -> Reply {
        self.ask(Command::Read(Ticket(1), Query::Messages { chat: CHAT, seek, limit: 100 }))
    }
}

fn pushes(messages: &[Arc<Message>]) -> Vec<Write> {
    let push = |some: &[Arc<Message>]| Write::Push { chat: CHAT, messages: some.to_vec(), told: Stamp(1) };
    messages.chunks(BATCH as usize).map(push).collect()
}

/// The least that SQLite does for as many rows with as many bytes: one table, one index by place, no other work.
#[divan::bench(sample_count = 12)]
fn rows_into_bare_sqlite(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(ROWS)).with_inputs(bare).bench_local_values(|(folder, mut conn, rows)| {
        for some in rows.chunks(BATCH as usize) {
            let all = conn.transaction().unwrap();
            {
                let mut put = all.prepare_cached("INSERT INTO m VALUES (?, ?, ?, ?, ?)").unwrap();
                for (id, body) in some {
                    put.execute(params![id, 1, id, id, body]).unwrap();
                }
            }
            all.commit().unwrap();
        }
        (folder, conn)
    });
}

type Bare = (tempfile::TempDir, Connection, Vec<(i64, Vec<u8>)>);

fn bare() -> Bare {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(folder.path().join("bare.db")).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE m (row INTEGER PRIMARY KEY, chat INTEGER, ord, id, body BLOB); CREATE UNIQUE INDEX i ON m (chat, ord, id);",
    )
    .unwrap();
    let row = |number| {
        let message = message(number);
        (i64::try_from(message.key.id.value()).unwrap(), message.body.text.as_bytes().to_vec())
    };
    (folder, conn, (0..ROWS).map(row).collect())
}

#[divan::bench(sample_count = 12)]
fn rows_into_the_store(bencher: Bencher<'_, '_>) {
    let inputs = || (Open::new(), pushes(&(0..ROWS).map(message).collect::<Vec<_>>()));
    bencher.counter(ItemsCount::new(ROWS)).with_inputs(inputs).bench_local_values(|(mut open, writes)| {
        open.do_all(writes);
        open
    });
}

#[divan::bench(sample_count = 8)]
fn rows_into_the_full_text_index(bencher: Bencher<'_, '_>) {
    let inputs = || {
        let mut open = Open::new();
        open.do_all(pushes(&(0..20_000).map(message).collect::<Vec<_>>()));
        open
    };
    bencher.counter(ItemsCount::new(20_000u32)).with_inputs(inputs).bench_local_values(|mut open| {
        open.ask(Command::Care(Ticket(1), Care::Index));
        open
    });
}

thread_local! {
    static FILLED: RefCell<HashMap<u64, Rc<RefCell<Open>>>> = RefCell::default();
}

/// A chat of a length; made once.
fn filled(length: u64) -> Rc<RefCell<Open>> {
    FILLED.with_borrow_mut(|all| {
        Rc::clone(all.entry(length).or_insert_with(|| Rc::new(RefCell::new(Open::filled(length)))))
    })
}

#[divan::bench(args = lengths())]
fn newest_page(bencher: Bencher<'_, '_>, length: u64) {
    let open = filled(length);
    bencher.bench_local(|| open.borrow_mut().page(Seek::Newest));
}

#[divan::bench(args = lengths())]
fn jump_to_a_date(bencher: Bencher<'_, '_>, length: u64) {
    let open = filled(length);
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + length / 7 * 3 + 1) % length;
        open.borrow_mut().page(Seek::Date(Wall(1_700_000_000_000 + (number * 1_000).cast_signed())))
    });
}

#[divan::bench(args = lengths())]
fn opening_to_the_first_page(bencher: Bencher<'_, '_>, length: u64) {
    let open = filled(length);
    // A copy, so that nobody else holds it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nib.db");
    for ending in ["", "-wal"] {
        let from = open.borrow().folder.path().join(format!("nib.db{ending}"));
        std::fs::copy(from, folder.path().join(format!("nib.db{ending}"))).unwrap();
    }
    let (store, replies) = Store::start(Options::new(file.clone())).unwrap();
    let _ = store.close(replies);
    bencher.bench_local(|| first_page(&file));
}

fn first_page(file: &Path) -> (Store, Replies) {
    let (store, mut replies) = Store::start(Options::new(file.to_owned())).unwrap();
    let account = AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: UserId::new(1) };
    store.send_blocking(Command::Write(None, Write::Bind(ACCOUNT, account))).unwrap();
    store.send_blocking(Command::Read(Ticket(1), Query::Start)).unwrap();
    let page = Query::Messages { chat: CHAT, seek: Seek::Newest, limit: 100 };
    store.send_blocking(Command::Read(Ticket(2), page)).unwrap();
    for _ in 0..3 {
        replies.blocking_recv().unwrap();
    }
    (store, replies)
}

/// Memory of this program with a store open and used, in KiB.
fn memory_with(file: &Path) -> u64 {
    let (store, mut replies) = first_page(file);
    for number in 0..50u64 {
        let seek = Seek::Date(Wall(1_700_000_000_000 + (number * longest() / 50 * 1_000).cast_signed()));
        let query = Query::Messages { chat: CHAT, seek, limit: 100 };
        store.send_blocking(Command::Read(Ticket(1), query)).unwrap();
        replies.blocking_recv().unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn compare_memory() {
    for length in [0, longest()] {
        let mut open = if length == 0 { Open::new() } else { Open::filled(length) };
        open.ask(Command::Care(Ticket(1), Care::Compact));
        let Open { store, replies, folder } = open;
        let _ = store.close(replies);
        let mut process = Process::new(std::env::current_exe().unwrap());
        let output = process.env(OPENS, folder.path().join("nib.db")).output().unwrap();
        let kib: u64 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
        println!("{length:>9} messages: {:.1} MiB", kib as f64 / 1024.0);
    }
}
