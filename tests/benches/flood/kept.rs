//! The same flood while everything is kept: how fast rows are durable, beside bare inserts of the very same bytes.

use super::client::{Client, came};
use super::corpus::Dice;
use super::process::own_cpu;
use super::server::{CHANNEL, NEWEST, Server};
use super::{Table, millis, percentile};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;
use std::sync::mpsc::TryRecvError;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a flood may take until all of it is durable.
const PATIENCE: Duration = Duration::from_secs(120);
/// Rows of one bare transaction.
const BATCH: usize = 1_024;
const COLUMNS: &str = "row, chat, ord, id, at, stamp, gap, pinned, mention, reactions, body";

/// The store of a running nib, looked at from outside: what is seen here is committed.
struct Look(Connection);

impl Look {
    fn at(file: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(file, flags).unwrap();
        conn.busy_timeout(Duration::from_secs(5)).unwrap();
        Self(conn)
    }

    /// The number of the newest row.
    fn newest(&self) -> i64 {
        let mut newest = self.0.prepare_cached("SELECT coalesce(max(row), 0) FROM messages").unwrap();
        newest.query_row([], |row| row.get(0)).unwrap()
    }

    /// Waits until there are so many rows.
    fn wait(&self, rows: i64) -> Instant {
        let end = Instant::now() + PATIENCE;
        while self.newest() < rows {
            assert!(Instant::now() < end, "{} of {rows} rows are durable", self.newest());
            // Nothing tells from outside when something is committed.
            sleep(Duration::from_millis(1));
        }
        Instant::now()
    }

    fn rows(&self, after: i64) -> Vec<Vec<Value>> {
        let mut all = self.0.prepare(&format!("SELECT {COLUMNS} FROM messages WHERE row > ?")).unwrap();
        let values = |row: &rusqlite::Row<'_>| (0..11).map(|column| row.get(column)).collect();
        all.query_map([after], values).unwrap().map(Result::unwrap).collect()
    }
}

/// How many of these rows SQLite takes in a second if it does nothing else, and in a second of the processor.
fn bare(rows: &[Vec<Value>]) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = Connection::open(folder.path().join("bare.db")).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE m (row INTEGER PRIMARY KEY, chat INTEGER, ord, id, at INTEGER, stamp INTEGER, gap INTEGER, pinned INTEGER, mention INTEGER, reactions BLOB, body BLOB);
         CREATE UNIQUE INDEX place ON m (chat, ord, id);",
    )
    .unwrap();
    let (begun, busy) = (Instant::now(), own_cpu());
    for some in rows.chunks(BATCH) {
        let all = conn.transaction().unwrap();
        {
            let mut put = all.prepare_cached("INSERT INTO m VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").unwrap();
            for row in some {
                put.execute(params_from_iter(row)).unwrap();
            }
        }
        all.commit().unwrap();
    }
    let rate = |time: Duration| rows.len() as f64 / time.as_secs_f64();
    (rate(begun.elapsed()), rate(own_cpu() - busy))
}

pub(super) fn kept(messages: u64) -> Table {
    let mut server = Server::start();
    let mut client = Client::start_kept(&server.url, &server.token, &format!("rustaceans/{CHANNEL}"), NEWEST);
    came(&client.usable, "the chat");
    client.settle();
    let look = Look::at(&client.store());
    let count = i64::try_from(messages).unwrap();
    let (before, memory, cpu) = (look.newest(), client.process.rss(), client.process.cpu());
    let writing = client.process.cpu_of("store");
    server.order(&format!("ready {CHANNEL} {messages} Ꭱ"));
    let last = client.appears("Ꭱ");
    let begun = Instant::now();
    server.tell("flood");
    let durable = look.wait(before + count) - begun;
    let shown = came(&last, "the last message of the flood") - begun;
    assert_eq!(server.answer(), "done");
    let (cpu, writing) = (client.process.cpu() - cpu, client.process.cpu_of("store") - writing);
    let peak = client.process.peak();
    let (limit, busy_limit) = bare(&look.rows(before));
    client.settle();

    // Once more, with somebody typing.
    let before = look.newest();
    server.order(&format!("ready {CHANNEL} {messages} Ꭲ"));
    let last = client.appears("Ꭲ");
    let (mut echoes, mut dice) = (Vec::new(), Dice::new(7));
    server.tell("flood");
    while last.try_recv() == Err(TryRecvError::Empty) || look.newest() < before + count {
        sleep(Duration::from_micros(2_000 + dice.below(4_000)));
        echoes.push(client.echo());
    }
    assert_eq!(server.answer(), "done");
    client.settle();
    let rate = messages as f64 / durable.as_secs_f64();
    vec![
        ("messages", messages as f64, "", ""),
        ("rows durable", rate, "rows/s", "100000"),
        ("bare inserts of the same bytes", limit, "rows/s", ""),
        ("ratio", rate / limit, "", ""),
        (
            "rows in a second of the processor, the store's thread",
            messages as f64 / writing.as_secs_f64(),
            "rows/s",
            "",
        ),
        ("rows in a second of the processor, bare", busy_limit, "rows/s", ""),
        ("ratio", messages as f64 / writing.as_secs_f64() / busy_limit, "", ""),
        ("shown", messages as f64 / shown.as_secs_f64(), "msg/s", ""),
        ("processor time of the client", cpu.as_secs_f64() * 1e6 / messages as f64, "us/msg", ""),
        ("memory before", memory, "MiB", ""),
        ("most memory ever, before the index follows", peak, "MiB", ""),
        ("memory after as many more", client.process.rss(), "MiB", ""),
        ("keys typed during the second flood", echoes.len() as f64, "", ""),
        ("echo of a key, median", percentile(&mut echoes, 0.5), "ms", ""),
        ("echo of a key, 99 of 100", percentile(&mut echoes, 0.99), "ms", "8"),
        ("echo of a key, slowest", echoes.last().copied().map_or(f64::NAN, millis), "ms", ""),
    ]
}
