//! Programs that are killed while they write, and programs that write at the same time.
//!
//! `NIB_STORE_KILLS` says how often one is killed, `NIB_STORE_SEED` at which moments; the seed is printed.

use super::*;
use nib::store::Stamp;
use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

/// The database, in a process that is to write.
const FILE: &str = "NIB_TEST_STORE";
/// Its number.
const NUMBER: &str = "NIB_TEST_STORE_NUMBER";
/// After how many writes it ends by itself.
const MOST: &str = "NIB_TEST_STORE_MOST";
/// Commands on their way at a time.
const WINDOW: usize = 12;

fn writer(file: &Path, number: u64, most: u64) -> Child {
    let mut command = Process::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "store::kill::writes_until_it_is_killed", "--nocapture"]);
    command.env(FILE, file).env(NUMBER, number.to_string()).env(MOST, most.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("a process")
}

fn server(number: u64) -> String {
    format!("writer-{number}")
}

/// What is run in the other process: writes one after the other, several on their way, and says what was committed.
#[test]
fn writes_until_it_is_killed() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let from = |name: &str| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (number, most) = (from(NUMBER), from(MOST));
    let (store, mut replies) = Store::start(Options::new(file.into())).unwrap();
    store.send_blocking(Command::Write(None, Write::Bind(ME, key(&server(number))))).unwrap();
    let mut out = std::io::stdout();
    let mut on_their_way = VecDeque::new();
    // Every run goes on where all runs before may have been.
    let first = number << 32 | u64::from(std::process::id());
    for count in 0..most {
        let name = (first << 16) + count;
        let (kind, write) = match count % 4 {
            0 => ('o', waiting(name, &format!("out {name}"))),
            1 => (
                'd',
                Write::Draft {
                    chat: ChatKey::new(ME, ChatId::new(u128::from(name))),
                    draft: Box::new(Draft::plain(format!("draft {name}"))),
                },
            ),
            _ => ('m', Write::Push { chat: CHAT, messages: vec![message(u128::from(name), "pushed")], told: Stamp(1) }),
        };
        store.send_blocking(Command::Write(Some(Ticket(name)), write)).unwrap();
        on_their_way.push_back((kind, Ticket(name)));
        while on_their_way.len() >= if count + 1 == most { 1 } else { WINDOW } {
            match replies.blocking_recv().unwrap() {
                Reply::Written(ticket, done) => {
                    done.unwrap();
                    let (kind, of) = on_their_way.pop_front().unwrap();
                    assert_eq!(of, ticket);
                    writeln!(out, "{kind} {}", ticket.0).unwrap();
                    out.flush().unwrap();
                }
                Reply::Opened(notes) => assert_eq!(notes, []),
                Reply::OutboxCommitted(_, _, done) => done.unwrap(),
                other => panic!("{other:?}"),
            }
        }
    }
    let _ = store.close(replies);
}

/// Reads what a process says was committed, until it ends or enough was said.
fn said(lines: &mut impl Iterator<Item = std::io::Result<String>>, most: usize) -> Vec<(char, u64)> {
    let read = |line: String| {
        let (kind, name) = line.split_once(' ')?;
        Some((kind.parse().ok().filter(|kind| matches!(kind, 'o' | 'd' | 'm'))?, name.parse().ok()?))
    };
    lines.map_while(Result::ok).filter_map(read).take(most).collect()
}

/// Everything in the database, in the same words.
fn kept(file: &Path, number: u64) -> BTreeSet<(char, u64)> {
    let mut open = Open::at(file);
    assert_eq!(open.notes, []);
    open.write(Write::Bind(ME, key(&server(number)))).unwrap();
    let mut all: BTreeSet<(char, u64)> = open.outbox().iter().map(|row| ('o', row.nonce.0)).collect();
    let Ok(Found::Start(start)) = open.read(Query::Start) else { panic!("a first screen") };
    all.extend(start.drafts.iter().map(|(chat, _)| ('d', u64::try_from(chat.chat.value()).unwrap())));
    let mut seek = Seek::Newest;
    loop {
        let stored = open.messages(seek, 5_000);
        all.extend(stored.entries.iter().map(|entry| ('m', u64::try_from(entry.message.key.order.0).unwrap())));
        match stored.entries.first() {
            Some(first) if stored.older => seek = Seek::Before(first.message.key),
            _ => break,
        }
    }
    assert_eq!(open.care(Care::Check), Ok(Seen::Check(Vec::new())));
    open.close();
    all
}

#[test]
fn what_was_told_to_be_kept_is_there_after_a_kill() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let kills = number("NIB_STORE_KILLS", 4);
    let seed = number("NIB_STORE_SEED", fastrand::u64(..));
    println!("NIB_STORE_SEED={seed}");
    let mut dice = fastrand::Rng::with_seed(seed);
    let (_folder, file) = home();
    let mut told = BTreeSet::new();
    for _ in 0..kills {
        let mut child = writer(&file, 0, u64::MAX);
        let mut lines = BufReader::new(child.stdout.take().expect("what it says")).lines();
        told.extend(said(&mut lines, dice.usize(1..400)));
        // Not at the moment when it has just said something.
        std::thread::sleep(Duration::from_micros(dice.u64(..3_000)));
        child.kill().expect("it runs");
        told.extend(said(&mut lines, usize::MAX));
        child.wait().expect("it ended");
    }
    let kept = kept(&file, 0);
    let lost: Vec<_> = told.difference(&kept).collect();
    assert!(lost.is_empty() && told.len() >= usize::try_from(kills).unwrap(), "seed {seed}: {lost:?}");
}

#[test]
fn two_programs_at_once_lose_nothing_of_each_other() {
    let (_folder, file) = home();
    let writers: Vec<Child> = (0..2).map(|number| writer(&file, number, 400)).collect();
    let told: Vec<BTreeSet<(char, u64)>> = writers
        .into_iter()
        .map(|mut child| {
            let mut lines = BufReader::new(child.stdout.take().expect("what it says")).lines();
            let told = said(&mut lines, usize::MAX).into_iter().collect();
            assert!(child.wait().expect("it ended").success());
            told
        })
        .collect();
    for (number, told) in (0..).zip(told) {
        assert_eq!(told.len(), 400);
        assert_eq!(kept(&file, number), told);
    }
}
